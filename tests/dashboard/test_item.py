"""An item of work: what a person does about it in a page is a line of the action log, and what became of it is told there."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient as Client

from pm_pipeline.codes import meanings
from pm_pipeline.dashboard.acts import choices
from pm_pipeline.dashboard.context import Context
from pm_pipeline.dashboard.pages.matter import credits
from pm_pipeline.dashboard.server import Doors
from pm_pipeline.dashboard.state import State
from pm_pipeline.dashboard.tables import WORKLISTS
from pm_pipeline.dashboard.users import Viewer
from pm_pipeline.desk import new_action_id
from pm_pipeline.desk.apply import apply
from pm_pipeline.desk.line import Outcome
from pm_pipeline.desk.vocabulary import arguments, deed
from pm_pipeline.scrub.person_fix import may_set
from pm_pipeline.warehouse import utc_now
from tests.dashboard.conftest import sign_in
from tests.dashboard.site import Site
from tests.dashboard.test_server import page

TODAY = dt.date(2026, 7, 16)
VIEWER = Viewer("wren", "Wren Hollis", "analyst")


def said_of(client: Client, item: str) -> str:
    return page(client, "/item", f"?item={item}")


def act(client: Client, item: str, action: str, kind: str = "denial", **given: str) -> Any:
    form = {
        "kind": kind,
        "item": item,
        "action": action,
        "action_id": new_action_id(),
        "seen": "",
        "generation": "1",
        **given,
    }
    return client.post("/act", data=form)


@pytest.fixture
def wren(doors: Doors) -> Client:
    made = doors.app.server.test_client()
    sign_in(made, "wren")
    return made


@pytest.fixture
def tamsin(doors: Doors) -> Client:
    made = doors.app.server.test_client()
    sign_in(made, "tamsin")
    return made


def test_every_worklist_leads_to_its_items(wren: Client) -> None:
    assert '"to": "/item", "as": "item"' in page(wren, "/list/worklist")
    shown = said_of(wren, "D02")
    assert "BUNDLING" in shown
    assert "/trace?claim=C02" in shown
    assert "Nobody has said or done anything" in shown
    assert "Nothing waits under this id" in said_of(wren, "D01")  # it was closed


def test_two_people_at_one_item_see_each_other(wren: Client, tamsin: Client) -> None:
    answer = act(wren, "D02", "take")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/item?item=D02")
    for listed in (page(tamsin, "/list/worklist", "?worklist=denials"), page(tamsin, "/")):
        assert "wren is on it" in listed
    assert "wren is on it" not in tamsin.get("/export/worklist.csv").text
    seen = said_of(tamsin, "D02")
    assert re.search(r"Wren Hollis, since \d{4}-\d\d-\d\d \d\d:\d\d UTC", seen)
    assert "Take it over" in seen
    assert "I am no longer on it" in said_of(wren, "D02")
    told = act(tamsin, "D02", "take")
    assert told.status_code == 400
    assert "wren is on it since" in told.text
    assert act(tamsin, "D02", "take", over="true").status_code == 303
    assert "Tamsin Vale, since" in said_of(wren, "D02")


def test_what_is_decided_on_a_page_that_is_out_of_date_is_refused(wren: Client, tamsin: Client) -> None:
    seen = re.search(
        r'"name": "seen", "type": "hidden", "value": "(\d+)"|"value": "(\d+)"[^{}]*"name": "seen"', said_of(wren, "D08")
    )
    number = next((one for one in (seen.groups() if seen else ()) if one), "0")
    assert act(tamsin, "D08", "note", why="the payer will call back").status_code == 303
    late = act(wren, "D08", "close", reason="settled", why="paid", seen=number)
    assert late.status_code == 400
    assert "tamsin has said note about this denial" in late.text
    assert 'href="/item?item=D08"' in late.text  # where it is looked at again


def test_a_form_is_one_line_however_often_its_button_is_pressed(doors: Doors, wren: Client) -> None:
    form = {"action_id": new_action_id(), "cents": "1,234.50", "reason": "coding", "why": "too late to correct"}
    assert [act(wren, "D09B", "write_off", **form).status_code for _ in range(2)] == [303, 303]
    [line] = [one for one in doors.desk.actions() if one.action_id == form["action_id"]]
    assert (line.by, line.item, line.arguments, line.why) == (
        "wren",
        "D09B",
        {"cents": 123_450, "reason": "coding"},
        "too late to correct",
    )
    assert (line.generation, line.kind) == (1, "denial")
    shown = said_of(wren, "D09B")
    assert "waits for the next run" in shown
    assert "amount 1,234.50" in shown or "cents 1,234.50" in shown


@pytest.mark.parametrize(
    ("action", "given", "told"),
    [
        ("write_off", {"cents": "12.5", "why": "x"}, "12.5&#39; is no amount. Write dollars and cents"),
        ("write_off", {"cents": "125,00", "why": "x"}, "125,00&#39; is no amount"),
        ("write_off", {"cents": "1,2,3", "why": "x"}, "is no amount"),
        ("write_off", {}, "write_off needs a reason"),
        ("close", {"why": "x"}, "close needs reason"),
        ("transfer", {"why": "x", "party": "nobody"}, "party: expected one of next, patient"),
        ("letter", {"why": "x", "argument": "x", "template": "../general"}, "There is no letter template"),
        ("burn", {"why": "x"}, "is not done on a denial"),
        ("note", {"why": "x", "seen": "1; DROP"}, "The form was changed on its way"),
        ("note", {"why": "x", "item": "<b>"}, "That is no id of a denial"),
    ],
)
def test_what_cannot_be_meant_is_told_and_not_logged(
    doors: Doors, wren: Client, action: str, given: dict[str, str], told: str
) -> None:
    before = len(doors.desk.actions())
    form = dict(given)
    answer = act(wren, form.pop("item", "D09A"), action, **form)
    assert answer.status_code == 400
    assert told in answer.text
    assert len(doors.desk.actions()) == before


def test_the_letter_templates_of_the_practice_are_offered(doors: Doors) -> None:
    offered = [name for name, _ in choices(doors.config, deed("denial", "letter"), "template")]
    assert offered == [
        "authorization",
        "coding",
        "contract",
        "general",
        "medical_necessity",
        "records",
        "timely_filing",
    ]


def test_an_auditor_reads_and_does_not_act(doors: Doors, client: Client) -> None:
    sign_in(client, "sable")
    shown = said_of(client, "D09A")
    assert "What may be done" not in shown
    assert '"/act"' not in shown
    before = len(doors.desk.actions())
    answer = act(client, "D09A", "note", why="I was here")
    assert answer.status_code == 400
    assert "An auditor reads and does not act" in answer.text
    assert len(doors.desk.actions()) == before


def test_nobody_acts_from_elsewhere_or_without_signing_in(doors: Doors, wren: Client) -> None:
    form = {"kind": "denial", "item": "D09A", "action": "note", "why": "x"}
    before = len(doors.desk.actions())
    assert wren.post("/act", data=form, headers={"Origin": "https://elsewhere.example"}).status_code == 403
    assert doors.app.server.test_client().post("/act", data=form).status_code == 401
    assert len(doors.desk.actions()) == before


def test_the_next_run_does_it_and_the_page_says_what_became_of_it(
    site: Site, doors: Doors, wren: Client, tmp_path: Path
) -> None:
    assert act(wren, "D09A", "note", why="asked the clinic for the record <b>").status_code == 303
    assert (
        act(wren, "C99", "override", "held_claim", rule_id="DX-001", until_on="2026-12-31", why="x").status_code == 303
    )
    with site.warehouse.write() as con:
        done = apply(con, doors.config, site.settings.desk_dir, tmp_path, TODAY, "run-desk")
        noted = con.execute(
            "SELECT why, actor FROM receivables.denial_action WHERE run_id = 'run-desk' AND denial_id = 'D09A'"
        ).fetchall()
    assert done.fault is None
    assert noted == [("asked the clinic for the record <b>", "wren")]
    shown = json.loads(said_of(wren, "D09A"))
    assert "done" in json.dumps(shown)
    state = doors.desk.state("held_claim", "C99")
    [(_, became)] = state.answered
    assert became.outcome == "refused"


def test_an_item_says_the_reasons_in_words_and_offers_what_can_be_meant(doors: Doors, wren: Client) -> None:
    shown = said_of(wren, "D02")
    assert "What the payer said" in shown
    assert "BUNDLING: " + meanings("category")["BUNDLING"] in shown
    [carc] = [row["carc"] for row in doors.published.rows("denials", {"item": "D02"})]
    assert f"{carc}: {meanings('carc')[carc.rpartition('-')[2]]}" in shown
    assert '"Undo"' not in shown  # nothing was done that could be
    for one in ("tamsin", "Marlow Pike"):
        assert one in shown  # whom it may be given to
    held = [row for row in doors.published.rows("findings", {"state": "open"}) if row["severity"] == "hold"]
    claims = {row["item_id"] for row in doors.published.rows("worklist", {"worklist": "held_claims"})}
    row = next(row for row in held if row["claim_id"] in claims)
    shown = said_of(wren, row["claim_id"])
    assert "What the edits say" in shown
    assert f'"value": "{row["rule_id"]}"' in shown  # the edit that holds it is a choice, not a thing to type


def test_what_may_be_set_is_said_where_it_is_set_and_a_list_is_one_value(doors: Doors, wren: Client) -> None:
    meaning = arguments()["values"].meaning
    assert all(column in meaning for column in may_set())
    assert (
        act(
            wren, "C98", "fix", "held_claim", rule_id="MOD-001", values="modifiers=25,59, units=1, ndc=", why="x"
        ).status_code
        == 303
    )
    assert doors.desk.actions()[-1].arguments["values"] == {"modifiers": "25,59", "units": "1", "ndc": ""}


def test_every_worklist_is_on_today_and_evidence_speaks_of_dollars(doors: Doors, wren: Client) -> None:
    shown = page(wren, "/")
    assert all(WORKLISTS[name][0] in shown for name in WORKLISTS)
    texts = [row["text"] or "" for row in doors.published.rows("worklist", {})]
    assert "A/R of primary stands at -98.00" in texts
    assert not any(re.search(r"\d{3} cents", text) for text in texts)


def test_a_credit_is_refunded_from_its_item(site: Site, doors: Doors, wren: Client, tamsin: Client) -> None:
    owed = next(one for one in doors.published.rows("balances", {}) if one["amount"] < 0)
    row = {"worklist": "credit_balances", "claim_id": owed["claim_id"]}
    context = Context(doors.published, State({}), VIEWER, doors.names, doors.dashboard)
    assert credits(context, row) == {owed["party"]: -owed["amount"]}
    assert credits(context, {**row, "worklist": "denials"}) == {}
    item = f"{owed['claim_id']} {owed['party']}"
    assert act(wren, item, "refund", "credit_balance", why="the payer asks for it back").status_code == 303
    [asked] = [one for one in doors.desk.actions() if one.item == item]
    doors.desk.settle([Outcome(asked.action_id, utc_now(), "applied", "M1: it waits.", "M1", "run-x")])  # as published
    shown = said_of(tamsin, item)
    assert "the payer asks for it back" in shown
    assert '"approve"' in shown


def test_what_was_asked_for_anywhere_is_approved_or_refused_from_its_item(doors: Doors, tamsin: Client) -> None:
    """M1 and the write-off of D08 were asked for at the command line: the desk's log knows nothing of them."""
    waiting = page(tamsin, "/list/worklist", "?worklist=approvals")
    assert "refund of primary, asked for by wren" in waiting
    for item, kind in (("M1", "money_movement"), ("D08", "denial")):
        assert f'"{item}"' in waiting
        shown = said_of(tamsin, item)
        assert '"approve"' in shown
        assert '"refuse"' in shown
        assert act(tamsin, item, "approve", kind, why="right").status_code == 303
    shown = said_of(tamsin, "D08")
    assert "write-off asked for by wren" in shown
    assert (
        shown.index("What the payer said") < shown.index('"Refuse"') < shown.index('"Write off"')
    )  # the denial, then what waits
    assert re.findall(r'"(?:approve|refuse)"', said_of(tamsin, "D02")) == []  # nothing waits there
    assert "approve by tamsin waits" in page(tamsin, "/list/worklist", "?worklist=approvals")
    assert [(one.kind, one.action) for one in doors.desk.actions()][-2:] == [
        ("money_movement", "approve"),
        ("denial", "approve"),
    ]

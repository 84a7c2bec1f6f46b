"""The practice's people at work: who is asked to do what and when, and what that does to the ledger and to the books."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pm_pipeline.audit.verify import verify
from pm_pipeline.config.people import People
from pm_pipeline.demo.office import enact, two_people
from pm_pipeline.errors import PmError
from pm_pipeline.sandbox import hard_plan
from pm_pipeline.sandbox.books import Books, ClaimTruth, Totals, summary
from pm_pipeline.sandbox.office import Office
from pm_pipeline.sandbox.plan import Plan
from pm_pipeline.sandbox.world import Sandbox
from pm_pipeline.settings import Settings
from tests.demo.test_hard_posted import BLOOD, VISIT, answered, billed
from tests.money import TODAY, World, shipped

BOTH: dict[str, Any] = {"title": "Desk", "roles": ["money"], "may_approve_cents": 100}


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """The sandbox of the hard mix; no day is lived."""
    with Sandbox(Settings.load({"PM_ROOT": str(tmp_path)}), shipped(), plan=Plan.of_mix("hard")) as found:
        yield found


def test_the_practices_people_do_what_the_books_count(world: World, sandbox: Sandbox) -> None:
    """Claims that leave three dollars, and one that was paid twice: each act, by two people where it takes two."""
    wanted = ["charity", "bad_debt", "collections", "small_balance", "patient_payment", "refund"]
    claims = billed(world, wanted)
    twice = answered(claims["refund"]).remit
    world.post(
        *(world.remittance(answered(claims[name]).remit, trace=name) for name in wanted),
        world.remittance(twice, trace="again"),
    )
    store = sandbox.store
    for event, party, cents in (
        ("patient_payment", "patient", 4_000), ("charity", "patient", 3_000), ("bad_debt", "patient", 3_000), ("collections", "patient", 3_000),
        ("small_balance", "patient", 900), ("recovery", "collections", 1_500), ("refund", "primary", VISIT + BLOOD), ("refund_sent", "primary", VISIT + BLOOD),
        ("refund_cleared", "primary", VISIT + BLOOD),
    ):  # fmt: skip
        name = {"recovery": "collections", "refund_sent": "refund", "refund_cleared": "refund"}.get(event, event)
        row = store.one("SELECT max(act_no) AS act_no FROM office_act")
        assert row is not None
        store.add(
            "office_act", day=TODAY.isoformat(), event=event, clm01=claims[name], party=party, cents=cents,
            method="card" if event in ("patient_payment", "recovery") else None, owed_cents=3_000,
            of_act=row["act_no"] if event in ("refund_sent", "refund_cleared") else None,
        )  # fmt: skip
    assert enact(world.con, world.config, sandbox, TODAY) == 9
    assert enact(world.con, world.config, sandbox, TODAY) == 0
    assert world.ar(claims["patient_payment"]) == {}
    assert world.ar(claims["collections"]) == {"collections": 1_500}
    assert world.ar(claims["small_balance"]) == {"patient": 2_100}
    assert world.ar(claims["refund"]) == {"patient": 6_000}
    agreed = world.con.execute(
        "SELECT actor, count(*) FROM receivables.money_answer WHERE answer = 'approved' GROUP BY 1"
    ).fetchall()
    assert agreed == [("idris", 4)]
    assert world.con.execute("SELECT DISTINCT actor FROM receivables.money_action").fetchall() == [("wren",)]
    assert verify(world.con) == []


def test_what_people_moved_counts_in_the_books(sandbox: Sandbox) -> None:
    store = sandbox.store
    store.add(
        "claim", clm01="C", turn="primary", payer_id="BLHRB", frequency="1", received_on="2026-06-01", st02="1", charge_cents=10_000,
        body="{}", patient_id="P", status="A2:20", is_accepted=1,
    )  # fmt: skip
    for event, party, cents, method in (
        ("patient_payment", "patient", 700, "card"), ("collections", "patient", 300, None), ("recovery", "collections", 100, "check"),
    ):  # fmt: skip
        store.add(
            "office_act",
            day="2026-07-01",
            event=event,
            clm01="C",
            party=party,
            cents=cents,
            method=method,
            owed_cents=500,
        )
    books = summary(store, dt.date(2026, 7, 1), [])
    assert books.claims["C"].balances == Counter(primary=10_000, patient=-800, collections=200)
    assert (books.totals.cash["card"], books.totals.cash["check"], books.totals.suspense_cents) == (700, 100, 200)
    assert books.totals.office == Counter(patient_payment=500, collections=300, recovery=100)


def test_who_is_asked_to_pay_and_when(sandbox: Sandbox) -> None:
    """The first month has no acts, and no claim has any before it was quiet for a month."""
    store, certain = sandbox.store, hard_plan.Office(patient_payment=1, recovery=1, refund=1)
    office = Office(store, certain, sandbox.draw)
    assert not office.is_due(dt.date(2026, 6, 1))
    assert not office.is_due(dt.date(2026, 6, 29))
    assert office.is_due(dt.date(2026, 7, 2))
    assert not office.is_due(dt.date(2026, 7, 9))
    store.add(
        "payment", payment_id="P1", payer_id="BLHRB", trace="T1", originator="1", method="ACH", paid_cents=1, effective_on="2026-06-08",
        released_on="2026-06-08",
    )  # fmt: skip
    for clm01 in ("C1", "C2", "C3", "C4"):
        store.add(
            "adjudication", clm01=clm01, turn="primary", payer_id="BLHRB", kind="answer", payment_id="P1", place=1, status="1",
            charge_cents=1, paid_cents=1, body="{}",
        )  # fmt: skip
    found = {clm01: ClaimTruth(clm01, "P", None, "BLHRB", "answered") for clm01 in ("C1", "C2", "C3", "C4")}
    found["C1"].balances["patient"] = 5_000
    found["C2"].balances["collections"] = 3_001
    found["C3"].balances["primary"] = -2_000
    office.decide(Books(dt.date(2026, 7, 2), found, Totals(), {}, 0))
    assert office.on(dt.date(2026, 7, 2)) == []
    office.decide(Books(dt.date(2026, 7, 9), found, Totals(), {}, 0))
    acts = office.on(dt.date(2026, 7, 9))
    assert [(one.event, one.clm01, one.party) for one in acts] == [
        ("patient_payment", "C1", "patient"), ("recovery", "C2", "collections"), ("refund", "C3", "primary"),
        ("refund_sent", "C3", "primary"), ("refund_cleared", "C3", "primary"),
    ]  # fmt: skip
    assert [one.of for one in acts[2:]] == [None, acts[2].act_no, acts[3].act_no]


def test_who_may_approve_most_agrees_to_what_another_one_asks() -> None:
    """Whoever they are; who has not the role money is left alone."""
    people: list[dict[str, Any]] = [
        {"person": "ana", "name": "ANA REED", **BOTH, "roles": ["denials"], "may_approve_cents": 900},
        {"person": "ben", "name": "BEN FROST", **BOTH},
        {"person": "cleo", "name": "CLEO MARSH", **BOTH, "may_approve_cents": 0},
        {"person": "dan", "name": "DAN POOL", **BOTH, "may_approve_cents": 200},
    ]
    assert two_people(People.model_validate({"people": people})) == ("ben", "dan")
    for too_few in (people[:1], people[:2], people[:1] + people[2:3]):
        with pytest.raises(PmError, match=r"two people of people\.yaml the role money"):
            two_people(People.model_validate({"people": too_few}))


def test_a_day_without_acts_needs_nobody(world: World, sandbox: Sandbox) -> None:
    assert enact(world.con, world.config, sandbox, TODAY) == 0

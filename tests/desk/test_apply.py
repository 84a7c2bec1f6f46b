"""Every kind of action, end to end: said at the desk, applied by a run through the function of its stage, seen in the warehouse."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pm_pipeline import posting
from pm_pipeline.audit.verify import verify
from pm_pipeline.desk import Action
from pm_pipeline.desk.does import DOES, KNOWN, Done, Place
from pm_pipeline.desk.reading import OF_THE_LOG_ALONE
from pm_pipeline.desk.vocabulary import deeds, kinds
from pm_pipeline.errors import DenialError, DeskError
from tests.desk.office import Office
from tests.desk.people import said
from tests.money import CO45, TODAY, Adjustment, World, claim, line
from tests.receivables.desk import denial_of, episode, refused, register
from tests.scrub.test_overrides import book, held
from tests.scrub.world import DAY
from tests.scrub.world import World as ScrubWorld


def rows(office: Office, sql: str) -> list[tuple[Any, ...]]:
    return office.world.con.execute(sql).fetchall()


def test_every_deed_has_somebody_who_does_it() -> None:
    assert [
        one for one in deeds() if one[1] not in OF_THE_LOG_ALONE and one not in DOES and ("*", one[1]) not in DOES
    ] == []
    assert [one for one in DOES if one[0] != "*" and one not in deeds()] == []
    assert set(KNOWN) == set(kinds()) - {"denial"}  # which knows its own


def test_a_denial_is_written_off_by_two_people(world: World, office: Office) -> None:
    denial = refused(world)
    asked = office.done("denial", denial, "write_off", reason="medical_necessity", cents=4_000)
    assert asked.startswith("applied: Waits for the approval of a second person")
    assert office.done("denial", denial, "approve", why="me again").startswith(
        "refused: wren asked for it and cannot answer it too"
    )
    done = office.done("denial", denial, "approve", by="tamsin", why="checked")
    assert done == "applied: 40.00 posted to DENIAL_WO:medical_necessity. 60.00 of it stays open."
    assert world.balances()["DENIAL_WO:medical_necessity"] == 4_000
    assert episode(world, denial, "at_stake_cents") == (6_000,)
    assert office.verify() == []


def test_an_approval_may_name_the_action_of_the_desk_and_both_may_be_applied_by_one_run(
    world: World, office: Office
) -> None:
    denial = refused(world)
    asked = office.say("denial", denial, "write_off", cents=10_000, reason="other")
    agreed = office.say("denial", denial, "approve", by="idris", why="agreed", target=asked.action_id)
    assert (office.run().applied, office.became(agreed)) == (
        2,
        "applied: 100.00 posted to DENIAL_WO:other. The episode is closed.",
    )
    undone = office.done("denial", denial, "undo", by="tamsin", why="the payer pays", target=asked.action_id)
    assert undone.startswith("applied: 100.00 went back to the payer's account")
    assert world.ar("C1") == {"primary": 10_000}
    assert episode(world, denial_of(world, "C1"), "closed_on", "at_stake_cents") == (None, 10_000)
    assert office.verify() == []


def test_what_was_refused_may_be_asked_for_again_in_the_same_words_on_the_same_day(
    world: World, office: Office
) -> None:
    denial = refused(world)
    words: dict[str, Any] = {"reason": "other", "cents": 4_000, "why": "lost"}
    for answer, became in (("refuse", "applied: "), ("approve", "applied: 40.00 posted to DENIAL_WO:other.")):
        assert office.done("denial", denial, "write_off", **words).startswith("applied: Waits for the approval")
        assert office.done("denial", denial, answer, by="idris", why="seen").startswith(became)
    assert rows(office, "SELECT count(*) FROM receivables.denial_action WHERE action = 'write_off'") == [(2,)]
    assert office.verify() == []


def test_what_was_taken_back_may_be_done_again_and_what_is_over_is_refused(world: World, office: Office) -> None:
    register(world)
    denial = refused(world, next_payer="SMDCD")
    for _ in range(2):
        moved = office.say("denial", denial, "transfer", party="next", why="crossover")
        office.run()
        assert (office.became(moved), world.ar("C1")) == (
            "applied: 100.00 posted to AR:secondary. The episode is closed.",
            {"secondary": 10_000},
        )
        undo = office.done("denial", denial, "undo", why="mistake", target=moved.action_id)
        assert (undo.startswith("applied: "), world.ar("C1")) == (True, {"primary": 10_000})
        denial = denial_of(world, "C1")  # the episode goes on under an id of its own
    assert office.done("denial", denial, "close", reason="payer_reprocesses", why="phoned").startswith("applied")
    again = office.done("denial", denial, "close", reason="payer_reprocesses", why="phoned")
    assert again.startswith(f"refused: Denial {denial} is closed")


def test_a_second_person_without_the_limit_is_refused_and_one_with_it_approves(world: World, office: Office) -> None:
    world.bill("C1", {"A": 90_000})
    world.post(world.remittance(claim("C1", line("A", 90_000, 0, Adjustment("CO", "50", 90_000)))))
    ((denial,),) = rows(office, "SELECT denial_id FROM receivables.open_denial")
    office.done("denial", denial, "write_off", reason="other")
    assert "may approve up to 500.00; this is 900.00" in office.done("denial", denial, "approve", by="tamsin", why="ok")
    assert office.done("denial", denial, "refuse", by="idris", why="appeal first").startswith("applied")
    assert world.ar("C1") == {"primary": 90_000}


def test_appeal_letter_note_assign_resubmit_transfer_and_close(world: World, office: Office, tmp_path: Path) -> None:
    register(world)
    denial = refused(world, next_payer="SMDCD")
    letter = office.say("denial", denial, "letter", argument="The record shows it.", why="letter")
    office.run()
    assert "for level 1" in office.became(letter)
    [pdf] = (tmp_path / "letters").glob("*.pdf")
    assert pdf.read_bytes().startswith(b"%PDF")
    assert office.done("denial", denial, "appeal", due_on=dt.date(2026, 8, 1)).startswith("applied")
    assert office.done("denial", denial, "note", why="asked Ms. Payer").startswith("applied")
    assert office.done("denial", denial, "assign", owner="MARLOW PIKE").startswith("applied")
    assert office.done("denial", denial, "correct_and_resubmit", frequency="1").startswith("applied")
    assert office.done("denial", denial, "transfer", party="next").startswith("applied: 100.00 posted to AR:secondary")
    told = rows(
        office,
        "SELECT action, due_on, owner, frequency, letter_sha256 IS NOT NULL FROM receivables.denial_action ORDER BY seq",
    )
    assert told == [
        ("letter", None, None, None, True), ("appeal", dt.date(2026, 8, 1), None, None, True), ("note", None, None, None, False),
        ("assign", None, "marlow", None, False), ("correct_and_resubmit", None, None, "1", False), ("transfer", None, None, None, False),
    ]  # fmt: skip
    other = refused(world, "C2", trace="T2")
    assert office.done("denial", other, "close", reason="payer_reprocesses", why="phoned").startswith("applied")
    assert office.verify() == []


def test_a_denial_and_any_other_item_go_to_the_same_people_and_teams(world: World, office: Office) -> None:
    denial = refused(world)
    workflow = world.config.denials.workflow
    for team in (
        "coding lead",
        workflow.approvals,
        workflow.queues[0].escalate_to,
    ):  # of edit rules, of approvals, of a queue
        assert office.done("denial", denial, "assign", owner=team) == "applied: Recorded."
        assert office.done("patient_balance", "C1", "assign", owner=team) == f"applied: Given to {team}."
    given = rows(office, "SELECT owner FROM receivables.denial_action WHERE action = 'assign' ORDER BY seq")
    assert given == rows(office, "SELECT owner FROM desk.item_assigned ORDER BY said_at")


def test_no_letter_is_left_that_could_not_be_recorded(world: World, office: Office, tmp_path: Path) -> None:
    register(world)
    denial = refused(world)
    for given in ({"why": " "}, {"by": "nobody"}):
        office.log.append(said(item=denial, action="letter", arguments={"argument": "The record shows it."}, **given))
    assert office.run().refused == 2
    assert not (tmp_path / "letters").exists()


def test_a_letter_is_written_from_a_template_of_the_practice_alone(
    world: World, office: Office, tmp_path: Path
) -> None:
    register(world)
    denial = refused(world)
    shutil.copy(world.config.denials.template("general"), tmp_path / "outside.md")
    names = ["a" * 300, str(tmp_path / "outside"), "../outside"]
    for name in names:
        with pytest.raises(DenialError, match="There is no letter template"):
            office.say("denial", denial, "letter", argument="x", template=name)
    # lines of a log that an older program wrote
    old = [
        office.log.append(said(item=denial, action="letter", arguments={"argument": "x", "template": name}))
        for name in names
    ]
    good = office.say("denial", denial, "letter", argument="x", template="coding")
    done = office.run()
    assert (done.applied, done.refused) == (1, 3)
    assert all("refused: There is no letter template" in office.became(one) for one in old)
    assert office.became(good).startswith("applied: Written as ")
    assert len(list((tmp_path / "letters").iterdir())) == 1


def test_an_action_the_program_fails_at_is_refused_without_its_text_and_stops_nothing(
    world: World, office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    denial = refused(world)
    bad = office.say("denial", denial, "appeal")
    good = office.say("denial", denial, "note", why="after it")

    def fail(place: Place, _: Action) -> Done:
        place.con.execute(
            "INSERT INTO desk.item_note VALUES ('X', 'x', 'x', 'x', 'x', now()::TIMESTAMP, DATE '2026-07-01', 'r')"
        )
        raise ValueError("TILDA TESTER has no such value")

    monkeypatch.setitem(DOES, ("denial", "appeal"), fail)
    assert (office.run().applied, office.became(good)) == (1, "applied: Recorded.")
    assert office.became(bad).startswith("refused: The program failed at this (ValueError); nothing of it was done.")
    assert rows(office, "SELECT count(*) FROM desk.item_note") == [(0,)]
    assert re.search(rf"{bad.action_id} \(appeal\) failed with ValueError at .*test_apply\.py:[0-9]+", caplog.text)
    assert "TILDA" not in caplog.text
    assert office.verify() == []


@pytest.mark.parametrize(
    "problem", [OSError(28, "No space left on device"), MemoryError(), duckdb.OutOfMemoryException("x")]
)
def test_a_full_disk_is_not_the_actions_fault(
    world: World, office: Office, monkeypatch: pytest.MonkeyPatch, problem: Exception
) -> None:
    register(world)
    denial = refused(world)
    first = office.say("denial", denial, "note", why="before it")
    letter = office.say("denial", denial, "letter", argument="x")

    def full(*_: object) -> None:
        raise problem

    with monkeypatch.context() as now:
        now.setattr("pm_pipeline.receivables.letters.keep_private", full)
        with pytest.raises((DeskError, MemoryError, duckdb.OutOfMemoryException)) as raised:
            office.run()
    assert isinstance(raised.value, DeskError) == isinstance(problem, OSError)
    assert not isinstance(raised.value, DeskError) or "(No space left on device)" in str(raised.value)
    assert rows(office, "SELECT action_id FROM desk.applied") == [(first.action_id,)]
    assert (office.run().applied, office.became(letter).startswith("applied: Written")) == (1, True)


def only(office: Office, code: str) -> str:
    ((exception_id,),) = rows(office, f"SELECT exception_id FROM posting.open_exception WHERE code = '{code}'")
    return str(exception_id)


def test_an_exception_is_resolved_and_posts_with_the_run(world: World, office: Office) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("0", line("?", 10_000, 8_000, CO45(2_000)))))
    waiting = only(office, "CLAIM_UNMATCHED")
    assert posting.propose(world.con, waiting)[0].resolution.target == "C1"
    said = office.say("posting_exception", waiting, "resolve", resolution="match", target="C1", why="same lines")
    office.run()
    assert office.became(said).startswith("applied: Kept as R")
    posting.run(world.con, world.config, TODAY, "posting")
    assert (world.ar("C1"), world.exceptions()) == ({}, [])
    assert office.done("posting_exception", waiting, "resolve", resolution="match", target="C1").startswith(
        "refused: Exception"
    )
    assert office.done("posting_exception", waiting, "unpost", by="tamsin", why="not ours").startswith(
        "applied: Kept as U"
    )
    posting.run(world.con, world.config, TODAY, "posting 2")
    assert (world.ar("C1"), world.exceptions()) == ({"primary": 10_000}, ["CLAIM_UNMATCHED"])
    assert office.verify() == []


def test_a_held_claim_is_fixed_overridden_and_both_are_taken_back(scrubbed: tuple[ScrubWorld, Office]) -> None:
    practice, office = scrubbed
    office.today = practice.today
    first = held(practice)
    fixed = office.say("held_claim", first, "fix", by="marlow", rule_id="UNT-001", values={"units": "1"})
    office.run()
    assert office.became(fixed) == "applied: Set: line 1 units: 2.000 to 1.000. The claim is judged again in this run."
    practice.run(book())
    assert practice.state(first) == "released"
    office.done("held_claim", first, "undo", target=fixed.action_id, why="two after all")
    practice.run(book())
    assert practice.state(first) == "held"
    let_go = office.say(
        "held_claim", first, "override", by="marlow", rule_id="UNT-001", until_on="2026-07-31", line_no=1
    )
    office.run()
    assert office.became(let_go).startswith("applied: UNT-001 is overridden until 2026-07-31")
    practice.run(book())
    assert practice.state(first) == "released"
    ((withdrawn,),) = rows(office, "SELECT decision_id FROM scrub.withdrawal")
    assert withdrawn == office.made(fixed)
    assert office.done("held_claim", "ANOTHER", "undo", target=office.made(let_go)).startswith("refused: ")
    assert rows(office, "SELECT count(*) FROM scrub.withdrawal") == [(1,)]  # of another claim: nothing of it was kept
    assert verify(practice.con, "I19", log=office.log) == []


def test_an_override_of_two_lines_is_taken_back_as_a_whole(scrubbed: tuple[ScrubWorld, Office]) -> None:
    practice, office = scrubbed
    office.today = practice.today
    practice.insured()
    item = practice.charge("CH2", units="2")
    practice.charge("CH3", units="2", dos=DAY)
    practice.run(book())
    let_go = office.say("held_claim", item, "override", rule_id="UNT-001", until_on="2026-07-31")
    office.run()
    practice.run(book())
    assert (len(office.made(let_go).split()), practice.state(item)) == (2, "released")
    undone = office.done("held_claim", item, "undo", target=let_go.action_id)
    assert undone == f"applied: Taken back: {office.made(let_go)}; the claim is judged again in this run."
    practice.run(book())
    assert practice.state(item) == "held"
    assert verify(practice.con, "I19", log=office.log) == []


def test_columns_set_together_are_taken_back_together_or_not_at_all(scrubbed: tuple[ScrubWorld, Office]) -> None:
    practice, office = scrubbed
    office.today = practice.today
    item = held(practice)
    values = {"units": "1", "diagnoses": "E11.65, I10", "diagnosis_pointers": "2,1"}
    fixed = office.say("held_claim", item, "fix", rule_id="UNT-001", values=values)
    office.run()
    practice.run(book())
    assert practice.lines(item, "units, diagnosis_pointers") == [(1, [2, 1])]
    assert len(office.made(fixed).split()) == 3
    assert office.done("held_claim", item, "undo", target=fixed.action_id).startswith("applied: Taken back: ")
    practice.run(book())
    assert (practice.state(item), practice.lines(item, "units, diagnosis_pointers")) == ("held", [(2, [1])])
    again = office.say("held_claim", item, "fix", rule_id="UNT-001", values=values)
    office.run()
    *_, last = office.made(again).split()
    assert "applied" in office.done("held_claim", item, "undo", target=last)
    refused_now = office.done("held_claim", item, "undo", target=again.action_id)
    assert refused_now.startswith(f"refused: {last} was taken back on")
    assert rows(office, "SELECT count(*) FROM scrub.withdrawal") == [(4,)]  # of the three, the one that was named alone


def test_what_no_longer_holds_is_refused_in_words_and_the_next_action_is_done(
    scrubbed: tuple[ScrubWorld, Office],
) -> None:
    practice, office = scrubbed
    office.today = practice.today
    first = held(practice)
    late = office.say("held_claim", first, "override", rule_id="DUP-001", until_on="2026-07-31")
    past = office.say("held_claim", first, "override", rule_id="UNT-001", until_on="2026-06-01")
    wrong = office.say("held_claim", first, "fix", rule_id="UNT-001", values={"charge_cents": "1"})
    good = office.say("held_claim", first, "fix", rule_id="UNT-001", values={"units": "1"})
    done = office.run()
    assert (done.applied, done.refused, done.by_action) == (1, 3, {"fix": 1})
    assert office.became(late) == f"refused: DUP-001 does not hold claim {first}; it is held by UNT-001 (line 1)."
    assert "--until 2026-06-01 is past" in office.became(past)
    assert "may not be set here" in office.became(wrong)
    assert office.became(good).startswith("applied")
    assert rows(office, "SELECT count(*) FROM scrub.override") == [(0,)]


def test_patients_money_and_a_refund_by_two_people(world: World, office: Office) -> None:
    world.bill("C1", {"A": 2_000}, payer=None)
    assert office.done("patient_balance", "C1", "patient_payment", cents=3_000, method="card").endswith("30.00 posted.")
    payment = rows(office, "SELECT action_id FROM receivables.money_action")[0][0]
    world.bill("C2", {"B": 1_500}, payer=None)
    assert office.done("money_movement", payment, "allocate", claim_id="C2", cents=600).endswith("6.00 posted.")
    left = office.say("money_movement", payment, "refund_unapplied", why="asked for it back")
    agreed = office.say("money_movement", left.action_id, "approve", by="tamsin", why="seen")
    sent = office.say("money_movement", left.action_id, "refund_sent", why="check 4711")
    assert (
        office.run().applied,
        office.became(left).endswith("4.00 waiting for the approval of a second person."),
    ) == (3, True)
    assert office.became(agreed).endswith("4.00 posted.")
    assert office.became(sent).endswith("4.00 posted.")
    assert office.done("money_movement", office.made(sent), "refund_cleared").endswith("4.00 posted.")
    assert office.done("patient_balance", "C2", "small_balance").endswith("9.00 posted.")
    assert world.balances()["SMALL_BAL:none"] == 900
    assert world.ar("C2") == {}
    assert office.verify() == []


def test_what_is_given_up_waits_for_a_second_person(world: World, office: Office) -> None:
    for name in ("C1", "C2", "C3"):
        world.bill(name, {f"H{name}": 5_000}, payer=None)
    for name, event in (("C1", "bad_debt"), ("C2", "charity"), ("C3", "collections")):
        said = office.say("patient_balance", name, event)
        office.say("money_movement", said.action_id, "approve", by="tamsin", why="agreed")
    assert office.run().applied == 6
    office.done("patient_balance", "C3", "recovery", method="check", cents=2_000)
    found = world.balances()
    assert (found["BAD_DEBT:none"], found["CHARITY:none"], found["AR:collections"]) == (5_000, 5_000, 3_000)
    assert "approve" not in office.done("money_movement", "Mnobody", "approve", by="tamsin", why="x")


def test_a_movement_of_money_is_one_item_whichever_of_its_ids_is_said(world: World, office: Office) -> None:
    world.bill("C1", {"A": 5_000}, payer=None)
    asked = office.say("patient_balance", "C1", "bad_debt")
    early = office.say("money_movement", asked.action_id, "note", why="before any run")
    office.run()
    movement = office.made(asked)
    office.say("money_movement", asked.action_id, "take", why="")
    state = office.log.state("money_movement", movement)
    assert state.on_it is not None
    assert office.done("money_movement", asked.action_id, "note", why="hello") == "applied: Noted."
    assert office.done("money_movement", asked.action_id, "assign", owner="tamsin").startswith("applied")
    assert [one.why for one in office.log.state("money_movement", movement).notes] == ["hello"]
    assert rows(office, "SELECT DISTINCT item_id FROM desk.item_note UNION SELECT item_id FROM desk.item_assigned") == [
        (movement,)
    ]
    assert (early.item, office.became(early)) == (asked.action_id, "applied: Noted.")
    assert office.verify() == []


def test_a_credit_balance_is_refunded_or_refused(world: World, office: Office) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, 10_000))))
    world.post(world.remittance(claim("C1", line("A", 10_000, 10_000), number="ICN2"), trace="T2"))
    asked = office.say("credit_balance", "C1 primary", "refund", why="paid twice")
    office.run()
    assert "100.00 waiting" in office.became(asked)
    assert office.done("money_movement", asked.action_id, "refuse", by="tamsin", why="the payer takes it").endswith(
        "100.00 refused."
    )
    assert "is not possible" in office.done("credit_balance", "C1 patient", "refund")
    assert world.ar("C1") == {"primary": -10_000}


def test_notes_and_owners_of_items_without_actions_of_their_own(world: World, office: Office) -> None:
    world.bill("C1", {"A": 10_000})
    work_id = "W1"
    world.con.execute(
        "INSERT INTO receivables.work_item VALUES (?, 'filing_deadline', 'C1', 'C1', 10000, DATE '2026-06-20', 'Not accepted yet.', DATE '2026-06-21', 'r')",
        [work_id],
    )
    assert office.done("timely_filing", work_id, "note", why="asked the clearinghouse") == "applied: Noted."
    assert office.done("timely_filing", work_id, "assign", owner="coding lead") == "applied: Given to coding lead."
    assert (
        office.done("timely_filing", work_id, "assign", by="tamsin", owner="WREN HOLLIS") == "applied: Given to wren."
    )
    assert rows(office, "SELECT kind, item_id, owner, given_by FROM desk.item_owner") == [
        ("timely_filing", work_id, "wren", "tamsin")
    ]
    assert rows(office, "SELECT text, actor FROM desk.item_note") == [("asked the clearinghouse", "wren")]
    assert office.log.state("timely_filing", work_id).owner == "wren"
    assert "refused: There is no underpayment" in office.done("underpayment", work_id, "note")
    assert "refused: 'nobody' is no person and no team here: expected one of authorization desk, " in office.done(
        "timely_filing", work_id, "assign", owner="nobody"
    )


@pytest.mark.parametrize(
    ("kind", "item"),
    [
        ("rejection", "C1"), ("held_claim", "X"), ("posting_exception", "X"), ("underpayment", "X"), ("credit_balance", "C1 tertiary"),
        ("patient_balance", "X"), ("money_movement", "X"), ("missing_answer", "X"), ("timely_filing", "X"), ("unmatched_deposit", "X"),
        ("denial", "X"),
    ],
)  # fmt: skip
def test_an_item_that_is_not_there_is_refused(world: World, office: Office, kind: str, item: str) -> None:
    world.bill("C1", {"A": 10_000})
    assert office.done(kind, item, "note").startswith(f"refused: There is no {kind.replace('_', ' ')} '{item}'")


def test_who_is_on_an_item_is_no_matter_of_the_warehouse(office: Office) -> None:
    office.say("denial", "D1", "take", why="")
    assert (office.run().applied, rows(office, "SELECT count(*) FROM desk.applied")) == (0, [(0,)])
    assert office.log.state("denial", "D1").waiting == ()

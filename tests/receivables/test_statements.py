"""Patients' statements: what is asked of whom, in which words, when, and never twice."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from pm_pipeline.receivables.money import Wanted, ask
from pm_pipeline.receivables.statements.desk import stop
from tests.money import CO45, DOS, PR1, TODAY, World, claim, line, taken_back
from tests.receivables.statements import DAY, file_all, holds, known, minor, owing, run, sent


def pay(world: World, cents: int, claim_id: str = "C1", today: dt.date = TODAY) -> None:
    ask(
        world.con, world.config, Wanted("patient_payment", claim_id, cents=cents, method="card"), actor="wren", reason="at the desk",
        today=today, run_id="m",
    )  # fmt: skip


def test_a_statement_says_what_became_of_the_charge_and_since_when_the_rest_is_the_patients(world: World) -> None:
    owing(known(world))
    made = run(world)
    assert (made.made, made.due_cents, made.held) == ({"first": 1}, 3_000, {})
    assert sent(
        world, "guarantor_id", "guarantor_kind", "name", "line1", "level", "charge_cents", "insurance_cents", "adjusted_cents",
        "patient_cents", "due_cents", "past_due_cents", "pay_now_cents", "pay_by",
    ) == [("PT1", "patient", "TILDA TESTER", "1 MAPLE ST", "first", 13_000, 6_000, 4_000, 0, 3_000, 0, 3_000, TODAY + 21 * DAY)]  # fmt: skip
    rows = world.con.execute(
        "SELECT claim_id, charge_id, patient_name, provider_name, service_on, procedure_code, responsible_on, responsible_days, cycle_no, notice_no "
        "FROM receivables.statement_line"
    ).fetchall()
    # aged from the payer's answer of 20 June, not from the service of 1 June
    assert rows == [("C1", "HC1", "TILDA TESTER", "JUNE ALDER", DOS, "99213", dt.date(2026, 6, 20), 11, 1, 1)]


def test_running_again_on_the_day_or_the_next_makes_nothing(world: World) -> None:
    owing(known(world))
    run(world)
    before = world.con.execute("SELECT * FROM receivables.statement").fetchall()
    for day in (TODAY, TODAY + DAY, TODAY + 5 * DAY):
        assert run(world, day).made == {}
    assert world.con.execute("SELECT * FROM receivables.statement").fetchall() == before
    assert world.con.execute("SELECT count(*) FROM receivables.statement_line").fetchall() == [(1,)]


def kept(world: World) -> list[list[tuple[object, ...]]]:
    """All that runs over statements keep."""
    return [
        world.con.execute(f"SELECT * FROM receivables.{table} ORDER BY ALL").fetchall()
        for table in ("statement", "statement_line", "statement_withdrawn", "statement_hold", "statement_hold_ended")
    ]


def test_a_run_over_a_past_day_leaves_what_later_days_kept(world: World) -> None:
    """On 1 July a statement is made, and a claim is held because the patient disputes it; then June is run again."""
    owing(known(world))
    owing(world, "C2", 4_000, trace="T2")
    stop(world.con, world.config, "C2", "DISPUTE", actor="wren", reason="x", today=TODAY, run_id="d")
    assert run(world).is_past is False
    before = kept(world)
    for day in (TODAY - DAY, TODAY - 20 * DAY):
        again = run(world, day)
        assert (again.is_past, again.made, again.withdrawn) == (True, {}, 0)
    assert kept(world) == before
    assert holds(world) == {"C2": ["DISPUTE"]}
    assert run(world).made == {}


def test_what_a_person_said_of_statements_is_not_dated_before_they_said_it(world: World) -> None:
    owing(known(world))
    stop(world.con, world.config, "C1", "DISPUTE", actor="wren", reason="x", today=TODAY + DAY, run_id="d")
    assert run(world).is_past
    assert run(world, TODAY + DAY).held == {"DISPUTE": 1}


def test_unanswered_notices_go_from_first_to_final_and_then_to_a_person(world: World) -> None:
    owing(known(world))
    days = [TODAY + 30 * n * DAY for n in range(4)]
    for day in days:
        run(world, day)
        file_all(world)
        assert run(world, day + 29 * DAY).made == {}
    assert sent(world, "statement_on", "level", "notice_no", "past_due_cents") == [
        (days[0], "first", 1, 0), (days[1], "second", 2, 3_000), (days[2], "final", 3, 3_000)]  # fmt: skip
    assert holds(world) == {"C1": ["FINAL_SENT"]}
    (message,) = sent(world, "message")[1]
    assert "$30.00 before" in message
    assert "(207) 555-0100" in message
    assert "{" not in message


def test_a_person_decides_when_the_final_notice_was_sent_and_its_days_have_passed(world: World) -> None:
    owing(known(world))
    for n in range(2):
        run(world, TODAY + 30 * n * DAY)
        file_all(world)
    final = TODAY + 60 * DAY
    run(world, final)
    before = kept(world)
    assert run(world, final).made == {}  # the same day again changes nothing
    assert (kept(world), holds(world)) == (before, {})
    # not filed in time, it is made anew, and counts from then
    assert run(world, final + 8 * DAY).withdrawn == 1
    file_all(world)
    for days in (9, 37):
        assert run(world, final + days * DAY).held == {}
    assert run(world, final + 38 * DAY).held == {"FINAL_SENT": 1}


def test_what_is_new_is_never_asked_for_in_the_words_of_a_final_notice_alone(world: World) -> None:
    """A later claim joins at its own first notice; the statement tells how much of it is past due."""
    owing(known(world))
    for n in range(2):
        run(world, TODAY + 30 * n * DAY)
        file_all(world)
    owing(world, "C2", 2_000, trace="T2")
    run(world, TODAY + 60 * DAY)
    file_all(world)
    assert sent(world, "level", "due_cents", "past_due_cents")[-1] == ("final", 5_000, 3_000)
    run(world, TODAY + 90 * DAY)
    assert sent(world, "level", "due_cents", "past_due_cents")[-1] == ("second", 2_000, 2_000)
    assert holds(world) == {"C1": ["FINAL_SENT"]}


def test_a_payment_begins_the_cycle_anew_and_a_full_one_ends_it(world: World) -> None:
    owing(known(world))
    run(world)
    file_all(world)
    pay(world, 1_000, today=TODAY + 10 * DAY)
    assert run(world, TODAY + 11 * DAY).made == {}  # thanked by waiting the full time
    run(world, TODAY + 30 * DAY)
    assert sent(world, "level", "patient_cents", "due_cents", "past_due_cents")[-1] == ("first", 1_000, 2_000, 0)
    assert world.con.execute("SELECT cycle_no, notice_no FROM receivables.statement_line ORDER BY cycle_no").fetchall() == [(1, 1), (2, 1)]  # fmt: skip
    file_all(world)
    pay(world, 2_000, today=TODAY + 40 * DAY)
    assert run(world, TODAY + 90 * DAY).made == {}


def test_small_amounts_wait_until_there_is_enough_of_them(world: World) -> None:
    owing(known(world), share=499)
    assert run(world).held == {"BELOW_MINIMUM": 1}
    assert holds(world) == {"C1": ["BELOW_MINIMUM"]}
    owing(world, "C2", 1, trace="T2")
    run(world, TODAY + DAY)
    assert holds(world) == {}
    assert sent(world, "lines", "due_cents") == [(2, 500)]
    ended = world.con.execute("SELECT ended_on FROM receivables.statement_hold_ended").fetchall()
    assert ended == [(TODAY + DAY,)]


def test_what_was_not_filed_in_time_or_changed_is_withdrawn_and_made_anew_under_the_same_notice(world: World) -> None:
    owing(known(world))
    run(world)
    pay(world, 1_000)
    again = run(world)
    assert (again.withdrawn, again.made) == (1, {"first": 1})
    assert sent(world, "due_cents") == [(2_000,)]
    late = run(world, TODAY + 8 * DAY)
    assert (late.withdrawn, late.made) == (1, {"first": 1})
    assert sent(world, "statement_on", "level") == [(TODAY + 8 * DAY, "first")]
    because = world.con.execute("SELECT because FROM receivables.statement_withdrawn ORDER BY withdrawn_on").fetchall()
    assert because == [("CHANGED",), ("NOT_FILED",)]


def test_a_correction_of_the_same_day_leaves_the_age_and_one_that_came_back_later_does_not(world: World) -> None:
    known(world).bill("C1", {"A": 10_000})
    first = claim("C1", line("A", 10_000, 6_000, CO45(1_000), PR1(3_000)))
    world.post(world.remittance(first))
    again = claim("C1", line("A", 10_000, 6_500, CO45(1_000), PR1(2_500)), number="ICN2")
    july = dt.date(2026, 7, 10)
    world.post(world.remittance(taken_back(first), again, trace="T2", on=july), today=july, run_id="run 2")
    run(world, july)
    assert world.con.execute("SELECT due_cents, responsible_on FROM receivables.statement_line").fetchall() == [(2_500, dt.date(2026, 6, 20))]  # fmt: skip


def test_a_minors_bill_goes_to_the_subscriber_and_siblings_share_one_statement(world: World) -> None:
    known(world)
    minor(world)
    minor(world, "PT2", "CV2")
    owing(world)
    owing(world, "C2", 2_000, trace="T2")
    world.con.execute("UPDATE scrub.claim SET patient_id = 'PT2' WHERE claim_id = 'C2'")
    run(world)
    ((guarantor, kind, name, street, due),) = sent(world, "guarantor_id", "guarantor_kind", "name", "line1", "due_cents")  # fmt: skip
    assert (kind, name, street, due) == ("subscriber", "PAT PARENT", "9 OAK ST", 5_000)
    assert world.con.execute("SELECT DISTINCT guarantor_id FROM receivables.guarantor").fetchall() == [(guarantor,)]
    # a third child's coverage, with a smaller id, changes nobody's number; another birth date is another person
    file_all(world)
    minor(world, "PT3", "CV0")
    minor(world, "PT4", "CV4", subscriber_birth_date="1986-05-05")
    for number, patient in ((3, "PT3"), (4, "PT4")):
        owing(world, f"C{number}", 700, trace=f"T{number}")
        world.con.execute("UPDATE scrub.claim SET patient_id = ? WHERE claim_id = ?", [patient, f"C{number}"])
    run(world, TODAY + 30 * DAY)
    later = dict(sent(world, "guarantor_id", "due_cents")[1:])
    assert later.pop(guarantor) == 5_700
    assert list(later.values()) == [700]


def test_of_age_on_the_day_of_service_the_patient_answers_and_of_a_minor_nobody_knows_the_guardian(
    world: World,
) -> None:
    known(world)
    minor(world, subscriber=None)
    owing(world)
    run(world)
    assert sent(world, "guarantor_kind", "name", "line1") == [
        ("guardian", "PARENT OR GUARDIAN OF TILDA TESTER", "1 MAPLE ST")
    ]
    world.con.execute("UPDATE front_office.patient SET birth_date = ?", [DOS.replace(year=DOS.year - 18)])
    minor_again = sent(world, "statement_id")
    run(world, TODAY + 8 * DAY)  # not filed: made anew
    assert sent(world, "guarantor_kind", "name") == [("patient", "TILDA TESTER")]
    assert sent(world, "statement_id") != minor_again


def test_a_plan_is_offered_where_the_terms_allow_one(world: World) -> None:
    owing(known(world), share=7_499)
    run(world)
    assert sent(world, "offer_months", "offer_cents") == [(None, None)]
    file_all(world)
    owing(world, "C2", 22_501, trace="T2")
    run(world, TODAY + 30 * DAY)
    assert sent(world, "due_cents", "offer_months", "offer_cents")[-1] == (30_000, 6, 5_000)


@pytest.mark.parametrize("cents", [2_000, 2_501])
def test_the_parts_of_every_statement_add_up(world: World, cents: int) -> None:
    known(world).bill("C1", {"A": 10_000, "B": 5_000})
    world.post(world.remittance(claim(
        "C1", line("A", 10_000, 6_000, CO45(2_000), PR1(2_000)), line("B", 5_000, 3_000, CO45(1_000), PR1(1_000)))))  # fmt: skip
    pay(world, cents)
    run(world)
    for table in ("statement", "statement_line"):
        wrong = world.con.execute(
            f"SELECT count(*) FROM receivables.{table} WHERE charge_cents <> insurance_cents + adjusted_cents + patient_cents + due_cents"
        ).fetchall()
        assert wrong == [(0,)]
    if cents == 2_501:
        assert holds(world) == {"C1": ["BELOW_MINIMUM"]}
    else:  # A is paid; what stands is B
        assert world.con.execute("SELECT charge_id, due_cents FROM receivables.statement_line").fetchall() == [("B", 1_000)]  # fmt: skip


def test_the_version_in_force_on_the_day_decides(world: World) -> None:
    owing(known(world))
    policies = world.config.statements
    (now,) = policies.versions
    second = TODAY + 30 * DAY
    newer = now.model_copy(update={"version": 2, "effective_from": second, "minimum_cents": 3_001})
    older = now.model_copy(update={"effective_to": second - DAY})
    world.config = replace(world.config, statements=policies.model_copy(update={"versions": [older, newer]}))
    assert run(world).made == {"first": 1}
    assert sent(world, "policy_id", "policy_version") == [("statements", 1)]
    file_all(world)
    assert run(world, second).held == {"BELOW_MINIMUM": 1}
    assert world.con.execute("SELECT policy_version FROM receivables.statement_hold").fetchall() == [(2,)]

"""What is never asked of a patient: each reason to leave a line out, kept with its code, and gone when it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import pytest

from pm_pipeline import ledger
from pm_pipeline.config.statements import Hold
from pm_pipeline.errors import PmError
from pm_pipeline.receivables.money import Wanted, answer, ask
from pm_pipeline.receivables.statements.desk import resume, stop
from pm_pipeline.receivables.statements.reading import list_held
from pm_pipeline.receivables.statements.run import hold_rules
from pm_pipeline.warehouse import load_rows, unit
from tests.money import CO45, PR1, TODAY, Adjustment, World, claim, line
from tests.receivables.desk import denial_of, do
from tests.receivables.statements import DAY, holds, judged, known, minor, owing, run, sent, without_payer


def move(world: World, event: str, cents: int | None = None, **more: str) -> None:
    ask(
        world.con, world.config, Wanted(event, "C1", cents=cents, **more), actor="wren", reason="for the test", today=TODAY, run_id="m"
    )  # fmt: skip


def secondary_owes(world: World) -> None:
    """Of one charge the second payer owes a part, and the patient another, moved there by hand."""
    world.bill("C1", {"A": 10_000}, next_payer="SMTML")
    world.post(world.remittance(claim("C1", line("A", 10_000, 6_000, CO45(2_000), PR1(2_000)))))
    assert world.ar("C1") == {"secondary": 2_000}
    move_to_patient(world, 500)


def move_to_patient(world: World, cents: int) -> None:
    with unit(world.con, "test", "r") as work, ledger.proposals(world.con):
        load_rows(
            world.con, "ledger_proposal",
            ["txn_key", "txn_kind", "actor", "entry_kind", "account", "sub_account", "cents", "practice_id", "claim_id", "charge_id", "service_on", "effective_on"],
            [("t1", "transfer", "wren", "transfer", "AR", party, sign * cents, "HARBOR", "C1", "A", TODAY, TODAY)
             for party, sign in (("patient", 1), ("secondary", -1))],
        )  # fmt: skip
        ledger.post(world.con, work, "test", TODAY)


def partly_denied(world: World) -> None:
    """A payer refused a part of the charge and left the patient another."""
    world.bill("C1", {"HC1": 10_000})
    world.post(world.remittance(claim("C1", line("HC1", 10_000, 3_000, Adjustment("CO", "50", 4_000), PR1(3_000)))))


def appealed(world: World) -> None:
    partly_denied(world)
    do(world, denial_of(world, "C1"), "appeal")


def exception_open(world: World) -> None:
    """What the payer says the patient owes is not what its reasons come to (PR_MISMATCH)."""
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, 6_000, CO45(1_000), PR1(3_000)), patient_cents=2_000)))
    assert world.exceptions() == ["PR_MISMATCH"]


def remarked(code: str) -> Callable[[World], None]:
    """A remark that protects the patient, on a payment whose share became the patient's all the same."""

    def make(world: World) -> None:
        owing(world)
        world.con.execute("UPDATE remittance.line SET remark_codes = [?]", [code])

    return make


def changed(sql: str) -> Callable[[World], None]:
    def make(world: World) -> None:
        owing(world)
        world.con.execute(sql)

    return make


def moved(event: str, cents: int | None = None, **more: str) -> Callable[[World], None]:
    def make(world: World) -> None:
        owing(world)
        move(world, event, cents, **more)

    return make


def credit_elsewhere(world: World) -> None:
    """The patient paid a claim whose payer then answered anew and owes all of it: the patient has a credit there."""
    owing(world)
    without_payer(world, "C2", 1_000)
    ask(world.con, world.config, Wanted("patient_payment", "C2", cents=1_000, method="card"), actor="wren", reason="x", today=TODAY, run_id="m")  # fmt: skip
    credit(world, "C2", 1_000)


def credit(world: World, claim_id: str, cents: int) -> None:
    """A part of the charge is voided after it was billed: the patient's balance falls by it."""
    with unit(world.con, "test", "r") as work, ledger.proposals(world.con):
        load_rows(
            world.con, "ledger_proposal",
            ["txn_key", "txn_kind", "actor", "entry_kind", "account", "sub_account", "cents", "practice_id", "claim_id", "charge_id", "service_on", "effective_on"],
            [("void", "charge_void", "wren", "charge", account, sub, amount, "HARBOR", claim_id, f"H{claim_id}", TODAY, TODAY)
             for account, sub, amount in (("AR", "patient", -cents), ("REVENUE_GROSS", "none", cents))],
        )  # fmt: skip
        ledger.post(world.con, work, "test", TODAY)


HELD = {
    "INSURANCE_OPEN": secondary_owes,
    "DENIAL_OPEN": partly_denied,
    "APPEAL_PENDING": appealed,
    "EXCEPTION_OPEN": exception_open,
    "PATIENT_PROTECTED": remarked("N782"),
    "DECEASED": changed("UPDATE front_office.patient SET deceased_on = DATE '2026-06-15'"),
    "UNREGISTERED": changed("DELETE FROM front_office.patient"),
    "WRITE_OFF_WAITING": moved("charity"),
    "PATIENT_CREDIT": credit_elsewhere,
}


@pytest.mark.parametrize("code", HELD)
def test_a_line_is_left_out_and_kept_with_its_reason(world: World, code: str) -> None:
    HELD[code](known(world))
    result = run(world)
    assert (result.made, sent(world, "statement_id")) == ({}, [])
    assert code in holds(world)["C1"]
    assert result.held[code] == 1
    before = world.con.execute("SELECT count(*) FROM receivables.statement_hold").fetchall()
    run(world, TODAY + DAY)
    assert world.con.execute("SELECT count(*) FROM receivables.statement_hold").fetchall() == before


def test_a_remark_of_the_no_surprises_act_holds(world: World) -> None:
    row = world.con.execute("SELECT min(rarc) FROM codes.rarc WHERE category = 'ALERT_NSA'").fetchone()
    assert row is not None
    assert row[0] is not None
    remarked(row[0])(known(world))
    run(world)
    assert holds(world) == {"C1": ["NO_SURPRISES"]}


def test_what_only_the_patient_owes_is_not_asked_for_before_the_edits_let_the_claim_go(world: World) -> None:
    known(world).bill("C1", {"A": 20_000}, payer=None)
    said = "SELECT code, evidence FROM receivables.open_statement_hold"
    assert run(world).made == {}
    assert world.con.execute(said).fetchall() == [("CLAIM_HELD", "the claim is not judged")]
    judged(world, "C1", "held")
    assert run(world).made == {}
    assert holds(world) == {"C1": ["CLAIM_HELD"]}
    judged(world, "C1", "self_pay")
    assert run(world).made == {"first": 1}
    assert holds(world) == {}
    # made, not filed, and held again: an override has ended
    judged(world, "C1", "held")
    again = run(world)
    assert (again.made, again.withdrawn, again.held) == ({}, 1, {"CLAIM_HELD": 1})


def test_money_the_patient_paid_and_nobody_allocated_holds_until_it_is(world: World) -> None:
    owing(known(world))
    without_payer(world, "C2", 500)
    paid = ask(world.con, world.config, Wanted("patient_payment", "C2", cents=700, method="check"), actor="wren", reason="x", today=TODAY, run_id="m")  # fmt: skip
    run(world)
    assert holds(world) == {"C1": ["PATIENT_MONEY_WAITING"]}
    ask(world.con, world.config, Wanted("allocate", "C1", of_action_id=paid.action_id), actor="wren", reason="x", today=TODAY, run_id="m")  # fmt: skip
    run(world, TODAY + DAY)
    assert holds(world) == {}
    assert sent(world, "due_cents", "patient_cents") == [(2_800, 200)]


def test_what_an_agency_collects_or_was_given_up_is_not_asked_for(world: World) -> None:
    owing(known(world))
    for event, cents in (("collections", 1_000), ("bad_debt", 1_000)):
        asked = ask(world.con, world.config, Wanted(event, "C1", cents=cents), actor="wren", reason="x", today=TODAY, run_id="m")  # fmt: skip
        answer(world.con, world.config, asked.action_id, approve=True, actor="tamsin", reason="x", today=TODAY, run_id="m")  # fmt: skip
        run(world)
        assert holds(world) == {"C1": ["COLLECTIONS"]}
    assert sent(world, "statement_id") == []


def test_a_held_line_keeps_the_other_lines_of_the_claim_on_the_statement(world: World) -> None:
    known(world).bill("C1", {"A": 10_000, "B": 10_000})
    world.post(world.remittance(claim(
        "C1", line("A", 10_000, 7_000, PR1(3_000)), line("B", 10_000, 2_000, Adjustment("CO", "50", 6_000), PR1(2_000)))))  # fmt: skip
    run(world)
    assert sent(world, "lines", "due_cents") == [(1, 3_000)]
    left_out = world.con.execute(
        "SELECT charge_id, code, cents FROM receivables.open_statement_hold ORDER BY code"
    ).fetchall()
    assert left_out == [("B", "DENIAL_OPEN", 2_000), ("B", "INSURANCE_OPEN", 2_000)]


def test_a_dispute_stops_a_claim_even_after_its_statement_was_made_and_resuming_lets_it_go(world: World) -> None:
    owing(known(world))
    run(world)
    who = {"actor": "wren", "today": TODAY, "run_id": "d"}
    first = stop(world.con, world.config, "C1", "DISPUTE", reason="says she was not there", **who)  # type: ignore[arg-type]
    assert stop(world.con, world.config, "C1", "DISPUTE", reason="again", **who) == first  # type: ignore[arg-type]
    again = run(world)
    assert (again.withdrawn, again.held, sent(world, "statement_id")) == (1, {"DISPUTE": 1}, [])
    assert resume(world.con, world.config, "C1", reason="the record shows the visit", **who) == [first]  # type: ignore[arg-type]
    run(world)
    assert sent(world, "level", "notice_no") == [("first", 1)]
    with pytest.raises(PmError, match="Nobody stopped"):
        resume(world.con, world.config, "C1", reason="x", **who)  # type: ignore[arg-type]
    with pytest.raises(PmError, match="not for 'DECEASED'"):
        stop(world.con, world.config, "C1", "DECEASED", reason="x", **who)  # type: ignore[arg-type]


def siblings(world: World) -> World:
    """C1 of PT1 and C2 of PT2: the same parent answers for both."""
    known(world)
    minor(world)
    minor(world, "PT2", "CV2")
    for number, patient in ((1, "PT1"), (2, "PT2")):
        owing(world, f"C{number}", trace=f"T{number}")
        world.con.execute("UPDATE scrub.claim SET patient_id = ? WHERE claim_id = ?", [patient, f"C{number}"])
    return world


def test_what_was_paid_too_much_for_one_child_is_not_asked_for_another(world: World) -> None:
    siblings(world)
    ask(world.con, world.config, Wanted("patient_payment", "C1", cents=5_000, method="card"), actor="wren", reason="x", today=TODAY, run_id="m")  # fmt: skip
    assert run(world).made == {}
    assert holds(world) == {"C2": ["PATIENT_MONEY_WAITING"]}


def test_a_credit_of_one_child_holds_the_others(world: World) -> None:
    siblings(world)
    credit(world, "C1", 3_500)
    assert run(world).made == {}
    assert holds(world) == {"C2": ["PATIENT_CREDIT"]}


@pytest.mark.parametrize("code", ["BANKRUPTCY", "MAIL_RETURNED"])
def test_what_is_about_the_person_holds_all_of_the_guarantor_later_claims_too(world: World, code: str) -> None:
    run(siblings(world))
    who = {"actor": "wren", "reason": "letter of the court", "run_id": "d"}
    stop(world.con, world.config, "C1", code, today=TODAY, **who)  # type: ignore[arg-type]
    again = run(world)
    assert (again.made, again.withdrawn, sent(world, "statement_id")) == ({}, 1, [])
    # the claim it was said of is paid; what comes later, of the same family, is held all the same
    ask(world.con, world.config, Wanted("patient_payment", "C1", cents=3_000, method="card"), actor="wren", reason="x", today=TODAY, run_id="m")  # fmt: skip
    owing(world, "C3", 2_000, trace="T3")
    assert run(world, TODAY + DAY).made == {}
    assert holds(world) == {"C2": [code], "C3": [code]}
    ((evidence,),) = world.con.execute("SELECT DISTINCT evidence FROM receivables.open_statement_hold").fetchall()
    assert evidence.endswith("by wren on C1")
    resume(world.con, world.config, "C1", today=TODAY + DAY, **who)  # type: ignore[arg-type]
    run(world, TODAY + DAY)
    assert sent(world, "lines", "due_cents") == [(2, 5_000)]


def test_a_dispute_of_one_claim_is_about_that_claim_alone(world: World) -> None:
    owing(known(world))
    owing(world, "C2", 2_000, trace="T2")
    stop(world.con, world.config, "C1", "DISPUTE", actor="wren", reason="x", today=TODAY, run_id="d")
    run(world)
    assert (sent(world, "due_cents"), holds(world)) == ([(2_000,)], {"C1": ["DISPUTE"]})


def test_what_is_kept_and_listed_of_a_hold_says_nothing_about_a_person_and_repeats_nobodys_words(world: World) -> None:
    changed("UPDATE front_office.patient SET deceased_on = DATE '2026-06-15'")(known(world))
    who = {"actor": "wren", "today": TODAY, "run_id": "d"}
    stop(world.con, world.config, "C1", "DISPUTE", reason="TILDA says so", **who)  # type: ignore[arg-type]
    stop_id = stop(world.con, world.config, "C1", "MAIL_RETURNED", reason="moved", **who)  # type: ignore[arg-type]
    run(world)
    listed = {one["code"]: one for one in list_held(world.con, None)}
    assert {code: one["evidence"] for code, one in listed.items() if code != "DISPUTE"} == {
        "DECEASED": "PT1",
        "MAIL_RETURNED": f"{stop_id} by wren on C1",
    }
    assert "TILDA" not in str(listed)
    assert {one["code"]: one["words"] for one in list_held(world.con, None, words=True)} == {
        "DECEASED": None,
        "DISPUTE": "TILDA says so",
        "MAIL_RETURNED": "moved",
    }


def test_the_policy_may_switch_off_only_what_is_no_dispute_and_no_insurance() -> None:
    assert set(get_args(Hold)) == {one.code for one in hold_rules().values() if one.kind == "policy"}
    assert {one.kind for one in hold_rules().values()} == {"always", "policy", "person"}
    assert {one.holds for one in hold_rules().values()} == {"claim", "guarantor"}

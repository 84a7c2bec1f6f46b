"""Area 835-plb, and the one row of the header that is about a provider adjustment."""

from __future__ import annotations

import pytest

from tests.bad_inputs.day import Day
from tests.bad_inputs.rows import ACCEPT, POST_EXC, SUSPENSE, Case, Cases, Steps
from tests.bad_inputs.scene import Scene
from tests.money import taken_back

CASES = Cases()
PAID = {"AR:primary": -10_000, "CASH_CLEARING:eft": 8_000, "CONTRACTUAL:contract": 2_000}


@CASES.row("B085", POST_EXC)
def a_notice_without_money_carries_a_balance_forward(at: Scene) -> Steps:
    """BPR04 = NON, BPR02 = 0: the reversal's 80 dollars are carried to the next payment (PLB FB, -80), which lacks them."""
    at.bill()
    at.send(at.paid(), beside=None)
    yield
    at.send(taken_back(at.paid()), beside="set", method="NON", plb=[("FB", at.name, -8_000)])
    yield
    at.shows(POST_EXC, "RECOUP_OPEN", cents=8_000, evidence=f"PLB FB {at.name}: announced 8000 cents, acknowledged 0")
    assert at.ledger() == {"CASH_CLEARING:eft": 8_000, "RECOUP_DUE:BLHRB": -8_000}
    at.bill("B", {"A": 30_000})
    at.send(at.claim(at.line("A", 30_000, 30_000, which="B"), which="B"), plb=[("FB", at.name, 8_000)])
    yield
    at.shows(ACCEPT)
    assert at.ledger() == {"AR:primary": -30_000, "CASH_CLEARING:eft": 30_000}


@CASES.row("B136", POST_EXC)
def a_recovery_in_two_steps(at: Scene) -> Steps:
    """The notice (WO, -80) beside the reversal, then half of it taken, then the rest: the open item ends with the last."""
    at.bill()
    at.send(at.paid(), beside=None)
    yield
    at.send(taken_back(at.paid()), plb=[("WO", f"{at.name}N", -8_000)])
    yield
    at.shows(
        POST_EXC,
        "RECOUP_OPEN",
        cents=8_000,
        evidence=f"PLB WO {at.name}N: announced 8000 cents, acknowledged 0 and taken 0",
    )
    assert at.ledger() == {"CASH_CLEARING:eft": 8_000, "RECOUP_DUE:BLHRB": -8_000}
    at.bill("B", {"A": 30_000})
    at.send(at.claim(at.line("A", 30_000, 30_000, which="B"), which="B"), plb=[("WO", f"{at.name}N", 3_000)])
    yield
    at.shows(POST_EXC, "RECOUP_OPEN", cents=5_000, evidence="announced 8000 cents, acknowledged 0 and taken 3000")
    at.bill("C", {"A": 30_000})
    at.send(at.claim(at.line("A", 30_000, 30_000, which="C"), which="C"), plb=[("WO", f"{at.name}N", 5_000)])
    yield
    at.shows(ACCEPT)
    assert at.ledger() == {"AR:primary": -60_000, "CASH_CLEARING:eft": 60_000}


@CASES.row("B137", SUSPENSE)
def a_reason_is_unknown(at: Scene) -> Steps:
    """Held by the law of the house, with all of the payment: set and cash still tie, and nothing is booked by guess."""
    at.bill()
    at.send(at.paid(), beside="set", plb=[("ZZ", "", 700)])
    yield
    at.shows(SUSPENSE, "PLB_UNKNOWN", "PLB_UNKNOWN", cents=-700, evidence="PLB ZZ at segment ")
    assert at.ledger() == {"CASH_CLEARING:eft": 7_300, "UNAPPLIED:payer": -7_300}


@CASES.row("B139", ACCEPT)
def a_payment_of_interest_alone(at: Scene) -> Steps:
    at.send(beside="set", plb=[("L6", "", -1_234)])
    yield
    at.shows(ACCEPT)
    assert at.ledger() == {"CASH_CLEARING:eft": 1_234, "INTEREST_INCOME:none": -1_234}


@CASES.row("B140", SUSPENSE)
def claims_are_listed_again_to_show_an_offset(at: Scene) -> Steps:
    """The payer takes 50 dollars back by a CLP of -50 where a PLB belongs (RFI 1604)."""
    at.bill()
    at.send(at.paid(), beside=None)
    yield
    at.send(at.claim(at.line("A", -5_000, -5_000)))
    yield
    at.shows(SUSPENSE, "NEGATIVE_PAYMENT", cents=-5_000)
    assert at.ledger() == {**PAID, "CASH_CLEARING:eft": 3_000, "UNAPPLIED:payer": 5_000}


@CASES.row("B140", SUSPENSE)
def claims_are_listed_again_as_reversals_of_a_part(at: Scene) -> Steps:
    """The same, marked as a reversal: it negates nothing that was posted."""
    at.bill()
    at.send(at.paid(), beside=None)
    yield
    at.send(taken_back(at.claim(at.line("A", 5_000, 5_000))))
    yield
    at.shows(SUSPENSE, "REVERSAL_MISMATCH", cents=-5_000)
    assert at.ledger() == {**PAID, "CASH_CLEARING:eft": 3_000, "UNAPPLIED:payer": 5_000}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_row(case: Case, day: Day) -> None:
    day.check(case)

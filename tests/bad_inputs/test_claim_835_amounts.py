"""Area 835-claim: amounts and reasons that do not add up, are none, or are odd."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.bad_inputs.day import Day
from tests.bad_inputs.rows import ACCEPT, POST_EXC, QUAR_ST, SUSPENSE, Case, Cases, Steps
from tests.bad_inputs.scene import Scene
from tests.money import CO45, PR3, Adjustment

CASES = Cases()
PAID = {"AR:primary": -10_000, "CASH_CLEARING:eft": 8_000, "CONTRACTUAL:contract": 2_000}
WAITS = {"CASH_CLEARING:eft": 8_000, "UNAPPLIED:payer": -8_000}


@CASES.row("B104", SUSPENSE, 1, 100_000)
def the_reasons_are_off_by_cents(at: Scene, cents: int) -> Steps:
    """No adjustment is made up for the difference, and none is posted."""
    at.bill()
    at.send(at.claim(at.line("A", 10_000, 8_000, CO45(2_000 + cents))))
    yield
    at.shows(SUSPENSE, "UNBALANCED_CLAIM", cents=8_000, evidence="1 of 1 lines do not balance")
    assert at.ledger() == WAITS


@CASES.row("B104", SUSPENSE)
def a_claim_without_lines_is_off_by_a_cent(at: Scene) -> Steps:
    at.bill()
    at.send(at.claim(charge_cents=10_000, paid_cents=8_000, adjustments=(CO45(1_999),)))
    yield
    at.shows(
        SUSPENSE, "UNBALANCED_CLAIM", cents=8_000, evidence="CLP03 less CLP04 is 2000 cents, but the CAS come to 1999"
    )
    assert at.ledger() == WAITS


@CASES.row("B106", SUSPENSE)
def the_lines_are_not_the_claim(at: Scene) -> Steps:
    """CLP03 = CLP04 + CAS, and each line balances, but the lines charge 110 dollars of 100."""
    at.bill(charges={"A": 6_000, "B": 4_000})
    lines = at.line("A", 6_000, 4_000, CO45(2_000)), at.line("B", 5_000, 5_000)
    at.send(at.claim(*lines, charge_cents=10_000, paid_cents=8_000))
    yield
    at.shows(SUSPENSE, "UNBALANCED_CLAIM", cents=8_000, evidence="the lines charge 11000 cents, but CLP03 is 10000")
    assert at.ledger() == WAITS


@CASES.row("B107", POST_EXC)
def the_payer_processed_another_charge(at: Scene) -> Steps:
    at.bill(charges={"A": 12_000})
    at.send(at.paid())
    yield
    at.shows(POST_EXC, "CHARGE_MISMATCH", cents=2_000, evidence="CLP03 10000 cents, billed 12000 cents")
    assert at.ledger() == PAID
    assert at.world.ar(at.name) == {"primary": 2_000}


@CASES.row("B109", POST_EXC)
def more_is_paid_than_is_owed(at: Scene) -> Steps:
    """It posts, and A/R goes credit: the money is real and somebody has to give it back."""
    at.bill()
    at.send(at.claim(at.line("A", 12_000, 12_000)))
    yield
    at.shows(
        POST_EXC, "CREDIT_BALANCE", "CHARGE_MISMATCH", cents=-2_000, evidence="A/R of primary stands at -2000 cents"
    )
    assert at.ledger() == {"AR:primary": -12_000, "CASH_CLEARING:eft": 12_000}
    assert at.world.ar(at.name) == {"primary": -2_000}


@CASES.row("B110", SUSPENSE)
def a_negative_payment_is_no_reversal(at: Scene) -> Steps:
    at.bill()
    at.send(at.claim(at.line("A", -5_000, -5_000)))
    yield
    at.shows(SUSPENSE, "NEGATIVE_PAYMENT", cents=-5_000)
    assert at.ledger() == {"CASH_CLEARING:eft": -5_000, "UNAPPLIED:payer": 5_000}


@CASES.row("B116", ACCEPT)
def a_predetermination(at: Scene) -> Steps:
    at.bill()
    at.send(at.claim(at.line("A", 10_000, 0, CO45(2_000), PR3(8_000)), status="25"))
    yield
    at.shows(ACCEPT)
    assert at.ledger() == {}


@CASES.row("B118", SUSPENSE, "ZZ", "CR")
def a_group_is_unknown(at: Scene, group: str) -> Steps:
    """CR left the guide with 5010."""
    at.bill()
    at.send(at.claim(at.line("A", 10_000, 8_000, Adjustment(group, "45", 2_000))))
    yield
    at.shows(SUSPENSE, "UNBALANCED_CLAIM", cents=8_000, evidence="a group other than CO, OA, PI, PR")
    assert at.ledger() == WAITS


@CASES.row("B119", SUSPENSE)
def a_reason_is_unknown(at: Scene) -> Steps:
    """Held by the law of the house; posted when the code list is refreshed."""
    at.bill()
    at.send(at.claim(at.line("A", 10_000, 8_000, Adjustment("CO", "Z99", 2_000))))
    yield
    at.shows(SUSPENSE, "UNMAPPED_CARC", cents=8_000, evidence="CO-Z99 2000 cents at segment ")
    assert at.ledger() == WAITS


@CASES.row("B121", ACCEPT)
def a_reason_comes_in_two_cas(at: Scene) -> Steps:
    at.bill()
    at.send(
        at.claim(at.line("A", 10_000, 8_000, CO45(1_500), CO45(500))),
        edit=[("CAS*CO*45*15**45*5~", "CAS*CO*45*15~CAS*CO*45*5~")],
    )
    yield
    at.shows(ACCEPT)
    assert at.ledger() == PAID


@CASES.row("B122", SUSPENSE, "CAS*CO**20", "CAS*CO*45", "CAS*CO**20*1", "CAS*CO*45**1")
def a_cas_is_half(at: Scene, cas: str) -> Steps:
    """A reason without an amount, an amount without a reason."""
    at.bill()
    at.send(at.paid(), edit=[("CAS*CO*45*20~", f"{cas}~")])
    yield
    at.shows(
        SUSPENSE, "UNBALANCED_CLAIM", cents=8_000, evidence="a reason without an amount, or an amount without a reason"
    )
    assert at.ledger() == WAITS


@CASES.row("B124", POST_EXC, 1_500, 0)
def clp05_is_not_what_the_reasons_say(at: Scene, stated: int) -> Steps:
    """The CAS are the money: 20 dollars move to the patient whatever CLP05 states."""
    at.bill()
    at.send(at.claim(at.line("A", 10_000, 6_000, CO45(2_000), PR3(2_000)), patient_cents=stated))
    yield
    at.shows(
        POST_EXC,
        "PR_MISMATCH",
        cents=2_000 - stated,
        evidence=f"CLP05 {stated} cents, the CAS of group PR come to 2000",
    )
    assert at.ledger() == {
        "AR:patient": 2_000,
        "AR:primary": -10_000,
        "CASH_CLEARING:eft": 6_000,
        "CONTRACTUAL:contract": 2_000,
    }


@CASES.row("B125", ACCEPT)
def an_amt_says_something_else(at: Scene) -> Steps:
    """AMT is not part of any balance: an allowed amount beyond all reason, and a coverage amount on the claim."""
    at.bill()
    at.send(
        at.claim(at.line("A", 10_000, 8_000, CO45(2_000), allowed_cents=99_999)),
        edit=[(f"*{at.name}N*11*1~", f"*{at.name}N*11*1~AMT*AU*7777~")],
    )
    yield
    at.shows(ACCEPT)
    assert at.ledger() == PAID


# where an amount stands in the file of `paid`, and what its claim is said to lack when it is none
PLACES = {
    "CLP03": ("*1*100*80*0*CI", "*1*{}*80*0*CI", "CLP03 or CLP04 is missing or no amount"),
    "SVC02": ("SVC*HC:99213*100*80*", "SVC*HC:99213*{}*80*", "SVC02 or SVC03 is missing or no amount"),
    "SVC03": ("SVC*HC:99213*100*80*", "SVC*HC:99213*100*{}*", "SVC02 or SVC03 is missing or no amount"),
    "CAS03": ("CAS*CO*45*20~", "CAS*CO*45*{}~", "an amount in a CAS is no amount"),
}
NO_AMOUNTS = ("NaN", "Inf", "1_000", "1,000", "(5.00)", "+20", "20.", "٢٠", "20.000", "2O", "--20", "-", ".")


@CASES.row("B127", SUSPENSE, *((place, text) for place in PLACES for text in ("1e2", "2E1")))
@CASES.row(
    "B128", SUSPENSE, *(("CAS03", text) for text in NO_AMOUNTS), ("CLP03", "+100"), ("SVC02", "1_00"), ("SVC03", "٨٠")
)
def an_amount_is_none(at: Scene, place: str, text: str) -> Steps:
    """DuckDB's own cast takes 1e2, 1_00 and +20 for numbers."""
    old, new, said = PLACES[place]
    at.bill()
    at.send(at.paid(), edit=[(old, new.format(text))])
    yield
    at.shows(SUSPENSE, "UNBALANCED_CLAIM", cents=8_000, evidence=said)
    assert at.ledger() == WAITS


@CASES.row("B127", QUAR_ST, "8e1")
@CASES.row("B128", QUAR_ST, "NaN", "+80", "8_0")
def what_the_claim_was_paid_is_no_amount(at: Scene, text: str) -> Steps:
    """Without CLP04 nothing shows that the payment balances, so no claim of it can be posted."""
    at.bill()
    at.send(at.paid(), beside="set", edit=[("*1*100*80*0*CI", f"*1*100*{text}*0*CI")])
    yield
    at.shows(QUAR_ST, "CLP04", evidence="cannot be proven to balance")
    assert at.ledger() == {}


@CASES.row("B128", ACCEPT, ".5", "0.50", "00.5")
def half_a_dollar_is_an_amount(at: Scene, text: str) -> Steps:
    """.5 is a legal number of X12."""
    at.bill()
    at.send(
        at.claim(at.line("A", 10_000, 8_000, CO45(1_950), Adjustment("CO", "253", 50))),
        edit=[("*253*0.5~", f"*253*{text}~")],
    )
    yield
    at.shows(ACCEPT)
    assert at.ledger() == {
        "AR:primary": -10_000, "CASH_CLEARING:eft": 8_000, "CONTRACTUAL:contract": 1_950, "CONTRACTUAL:sequestration": 50,
    }  # fmt: skip


@CASES.row("B133", POST_EXC)
def the_service_is_still_to_come(at: Scene) -> Steps:
    at.bill()
    day = dt.date(2027, 6, 1)
    at.send(at.claim(at.line("A", 10_000, 8_000, CO45(2_000), dos_from=day, dos_to=day)))
    yield
    at.shows(POST_EXC, "SERVICE_IN_FUTURE", cents=8_000, evidence="service on 2027-06-01, paid on 2026-06-20")
    assert at.ledger() == PAID


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_row(case: Case, day: Day) -> None:
    day.check(case)

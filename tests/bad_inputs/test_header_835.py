"""Area 835-header: what is wrong with a payment as a whole."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from tests.bad_inputs.day import Day
from tests.bad_inputs.rows import ACCEPT, NOOP_DUP, POST_EXC, QUAR_ST, SUSPENSE, Case, Cases, Steps
from tests.bad_inputs.scene import Scene
from tests.money import Adjustment

CASES = Cases()
PAID = {"AR:primary": -10_000, "CASH_CLEARING:eft": 8_000, "CONTRACTUAL:contract": 2_000}


@CASES.row("B079", NOOP_DUP)
def the_same_payment_comes_again(at: Scene) -> Steps:
    """First the same bytes under another name, then the same payment in a file with new control numbers."""
    at.bill()
    text = at.send(at.paid())
    yield
    at.shows(ACCEPT)
    at.land(text)
    yield
    assert at.ledger() == PAID
    at.land(at.world.text(at.world.remittance(at.paid(), at.sound(), trace=at.traces[0])))
    yield
    at.shows(NOOP_DUP)
    assert at.ledger() == PAID


@CASES.row("B080", QUAR_ST)
def every_notice_has_trace_number_0(at: Scene) -> Steps:
    """A denial without money for two claims, in two files, both with TRN02 = 0."""
    for which in "AB":
        at.bill(which)
    denied = [
        at.claim(at.line("A", 10_000, 0, Adjustment("CO", "50", 10_000), which=which), which=which, status="4")
        for which in "AB"
    ]
    at.send(denied[0], trace="0", beside="set", method="NON")
    yield
    at.shows(ACCEPT)
    at.send(denied[1], trace="0", method="NON")
    yield
    at.shows(QUAR_ST, "TRN_REUSED", evidence="Payment 0 of 1990000021 was loaded before with other content")
    assert at.ledger() == {}
    assert (at.state("A"), at.state("B")) == ("denied", "")


@CASES.row("B080", QUAR_ST)
def a_trace_number_comes_again_with_another_amount(at: Scene) -> Steps:
    at.bill()
    at.send(at.paid())
    yield
    other = at.claim(at.line("A", 10_000, 7_000, Adjustment("CO", "45", 3_000)))
    at.send(other, trace=at.traces[0])
    yield
    at.shows(QUAR_ST, "TRN_REUSED", evidence="Ask the payer which stands")
    assert at.ledger() == PAID


@CASES.row("B082", QUAR_ST, 1, 100_000)
def bpr02_is_off_by_cents(at: Scene, cents: int) -> Steps:
    at.bill()
    at.send(at.paid(), beside="set", paid=7_000 + cents, plb=[("WO", "X", 1_000)])
    yield
    said = "BPR02 is 70.01" if cents == 1 else "BPR02 is 1,070.00"
    at.shows(QUAR_ST, "PAYMENT_GATE", evidence=f"{said}, but the claims pay 80.00 less provider adjustments of 10.00")
    assert at.ledger() == {}


@CASES.row("B083", QUAR_ST)
def a_notice_carries_money(at: Scene) -> Steps:
    """BPR01 = H, BPR04 = NON and BPR02 = 80."""
    at.bill()
    at.send(at.paid(), beside="set", method="NON")
    yield
    at.shows(QUAR_ST, "NON_WITH_MONEY", evidence="RFI 1581")
    assert at.ledger() == {}


@CASES.row("B086", QUAR_ST)
def the_payer_debits_us(at: Scene) -> Steps:
    at.bill()
    at.send(at.paid(), beside="set", edit=[("BPR*I*80*C*", "BPR*I*80*D*")])
    yield
    at.shows(QUAR_ST, "BPR03", evidence="the payer debits us")
    assert at.ledger() == {}


@CASES.row("B088", QUAR_ST, "20261332", "19991231", "20260831", "0260620")
def the_day_of_payment_is_none(at: Scene, bpr16: str) -> Steps:
    """No day of the calendar; before 2000; more than 60 days from the day it came (2026-07-01); seven digits."""
    at.bill()
    at.send(at.paid(), beside="set", edit=[("*20260620~TRN", f"*{bpr16}~TRN")])
    yield
    at.shows(
        QUAR_ST, "BPR16", evidence="the day of payment" if bpr16 in ("20261332", "0260620") else "too far from today"
    )
    assert at.ledger() == {}


@CASES.row("B088", ACCEPT)
def the_day_of_payment_is_60_days_ahead(at: Scene) -> Steps:
    at.bill()
    at.send(at.paid(), on=dt.date(2026, 8, 30))
    yield
    at.shows(ACCEPT)
    assert at.ledger() == PAID


@CASES.row("B089", QUAR_ST)
def the_currency_is_not_ours(at: Scene) -> Steps:
    at.bill()
    at.send(at.paid(), beside="set", edit=[("REF*EV*RECEIVER", "CUR*PR*CAD~REF*EV*RECEIVER")])
    yield
    at.shows(QUAR_ST, "CURRENCY", evidence="CUR02 is not USD")
    assert at.ledger() == {}


@CASES.row("B091", QUAR_ST)
def it_is_another_practices_payment(at: Scene) -> Steps:
    at.bill()
    payee = replace(at.world.remittance().payee, identifier="1234567893", tax_id="123456789")
    at.send(at.paid(), beside="set", payee=payee)
    yield
    at.shows(QUAR_ST, "PAYEE_NOT_OURS", evidence="misdelivered. Tell the partner")
    assert at.ledger() == {}


@CASES.row("B091", SUSPENSE)
def somebody_drops_another_practices_payment_by_hand(at: Scene) -> Steps:
    """Whoever put it there saw the money: it is ours to keep apart until it is clear whose it is."""
    at.bill()
    payee = replace(at.world.remittance().payee, identifier="1234567893", tax_id="123456789")
    at.send(at.paid(), beside="set", payee=payee, partner="by_hand")
    yield
    at.shows(SUSPENSE, "PAYEE_NOT_OURS", cents=8_000)
    assert at.ledger() == {"CASH_CLEARING:eft": 8_000, "UNAPPLIED:payer": -8_000}


@CASES.row("B092", POST_EXC)
def the_money_comes_and_the_remittance_does_not(at: Scene) -> Steps:
    """A deposit of Monday, 22 June; on 1 July it has waited more than four business days. A week later the 835 comes."""
    at.bill()
    at.deposit(f"{at.name}D", f"{at.name}T0", 8_000)
    yield
    at.shows(POST_EXC, "unmatched_deposit", cents=8_000, evidence="The money came, the remittance has not")
    assert at.ledger() == {"BANK:none": 8_000, "UNAPPLIED:payer": -8_000}
    at.send(at.paid(), beside="set")
    yield
    at.shows(ACCEPT)
    assert at.ledger() == {"AR:primary": -10_000, "BANK:none": 8_000, "CONTRACTUAL:contract": 2_000}


@CASES.row("B092", ACCEPT)
def the_remittance_may_still_come(at: Scene) -> Steps:
    """Tuesday, 30 June: the fourth business day is not over, and nothing is booked on a guess."""
    at.bill()
    at.deposit(f"{at.name}D", f"{at.name}T0", 8_000, on="2026-06-30")
    yield
    at.shows(ACCEPT)
    assert at.ledger() == {}
    at.send(at.paid(), beside="set")
    yield
    at.shows(ACCEPT)
    assert at.ledger() == {"AR:primary": -10_000, "BANK:none": 8_000, "CONTRACTUAL:contract": 2_000}


@CASES.row("B094", POST_EXC)
def the_deposit_is_not_what_the_remittance_says(at: Scene) -> Steps:
    """The remittance posts; the cent that is missing at the bank keeps its cash in transit."""
    at.bill()
    at.send(at.paid(), beside="set")
    at.deposit(f"{at.name}D", at.traces[0], 7_999, on="2026-06-30")
    at.files.reverse()  # the 835 is the file to judge
    yield
    at.shows(POST_EXC, "DEPOSIT_AMOUNT", cents=-1, evidence="deposit 7999 cents, BPR02 8000 cents")
    assert at.ledger() == PAID


@CASES.row("B095", ACCEPT)
def it_comes_before_the_claim_was_acknowledged(at: Scene) -> Steps:
    """The 837 is on the wire, no 999 and no 277CA yet: the money posts and the diary goes on from there."""
    claim_id = at.bill()
    at.put_on_the_wire(claim_id)
    assert at.state() == "sent"
    at.send(at.paid())
    yield
    at.shows(ACCEPT)
    assert at.ledger() == PAID
    assert at.state() == "paid"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_row(case: Case, day: Day) -> None:
    day.check(case)

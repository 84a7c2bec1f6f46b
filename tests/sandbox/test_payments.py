"""Payments over ten weeks: they balance, what is taken back comes back, the bank sees what was paid."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections import Counter, defaultdict

import pytest

from tests.sandbox.conftest import Lived
from tests.sandbox.remits import Payment, cents, gate_failures, payments


@pytest.fixture(scope="module")
def paid(lived: Lived) -> list[Payment]:
    """Every payment, in order."""
    return [payment for text in lived.sent("835") for payment in payments(text)]


def test_every_payment_balances_by_all_three_gates(paid: list[Payment]) -> None:
    assert len(paid) > 30
    assert [failure for payment in paid for failure in gate_failures(payment)] == []


def test_every_kind_of_answer_occurs(paid: list[Payment]) -> None:
    statuses = Counter(clp.status for payment in paid for clp in payment.claims)
    assert set(statuses) == {"1", "2", "3", "19", "22"}
    reasons = {(reason, amount > 0) for payment in paid for reason, _, amount in payment.plb}
    assert reasons == {("WO", False), ("WO", True), ("FB", False), ("FB", True), ("L6", False)}
    assert {payment.method for payment in paid} == {"ACH", "CHK", "NON"}


def test_a_payment_of_nothing_is_a_notice_and_no_other(paid: list[Payment]) -> None:
    assert all((payment.method == "NON") == (payment.paid == 0) for payment in paid)
    assert all(payment.paid >= 0 for payment in paid)


def test_trace_numbers_are_used_once(paid: list[Payment]) -> None:
    keys = Counter((payment.originator, payment.trace, payment.payee) for payment in paid)
    assert max(keys.values()) == 1


def test_what_is_put_off_or_carried_forward_is_taken_once(paid: list[Payment]) -> None:
    seen: dict[tuple[str, str], list[int]] = defaultdict(list)
    for payment in paid:
        for reason, reference, amount in payment.plb:
            if reason in ("WO", "FB"):
                seen[reason, reference].append(amount)
    pairs = [amounts for amounts in seen.values() if len(amounts) == 2]
    assert len(pairs) > 10
    for amounts in seen.values():
        assert amounts[0] < 0  # the notice first
        assert len(amounts) == 1 or amounts == [amounts[0], -amounts[0]]


def test_a_reversal_stands_before_its_correction_and_negates_an_earlier_answer(paid: list[Payment]) -> None:
    answered: dict[tuple[str, str], list[int]] = defaultdict(list)
    corrections = 0
    for payment in paid:
        for place, clp in enumerate(payment.claims):
            if clp.status == "22":
                assert answered[clp.clm01, clp.number].pop() == -clp.paid
                following = payment.claims[place + 1 : place + 2]
                corrections += bool(following and following[0].clm01 == clp.clm01)
            else:
                answered[clp.clm01, clp.number].append(clp.paid)
    assert corrections > 10


def test_a_correction_of_the_payers_own_keeps_both_numbers(lived: Lived, paid: list[Payment]) -> None:
    done = lived.sandbox.store.all(
        "SELECT clm01 FROM correction JOIN adjudication USING (adjudication_id) "
        "WHERE done_on IS NOT NULL AND is_reversed = 1"
    )
    own = {row["clm01"] for row in done} - {
        row["clm01"] for row in lived.sandbox.store.all("SELECT clm01 FROM claim WHERE frequency <> '1'")
    }
    assert own
    for clm01 in own:
        numbers = [clp.number for payment in paid for clp in payment.claims if clp.clm01 == clm01]
        assert len(numbers) == 3
        assert len(set(numbers)) == 1


def test_a_forwarded_claim_is_answered_by_the_payer_it_went_to(lived: Lived, paid: list[Payment]) -> None:
    payer_of = {payer.remit_ids[0]: payer.payer_id for payer in lived.sandbox.config.payers}
    sent_to = {clp.clm01: clp.forwarded_to for payment in paid for clp in payment.claims if clp.status == "19"}
    second = {
        clp.clm01: payer_of[payment.originator] for payment in paid for clp in payment.claims if clp.status == "2"
    }
    assert len(second) > 10
    assert all(sent_to[clm01] == payer for clm01, payer in second.items())


def test_payers_pay_on_their_own_weekday_within_the_time_they_take(lived: Lived) -> None:
    plan = lived.sandbox.plan
    payers = {payer.payer_id: payer for payer in lived.sandbox.config.payers}
    for row in lived.sandbox.store.all("SELECT payer_id, effective_on FROM payment"):
        assert dt.date.fromisoformat(row["effective_on"]).weekday() == plan.terms(payers[row["payer_id"]]).weekday
    for row in lived.sandbox.store.all(
        "SELECT received_on, adjudicated_on FROM claim WHERE adjudicated_on IS NOT NULL"
    ):
        days = (dt.date.fromisoformat(row["adjudicated_on"]) - dt.date.fromisoformat(row["received_on"])).days
        assert 5 <= days <= 40


def test_interest_is_paid_on_late_claims_only(lived: Lived, paid: list[Payment]) -> None:
    late = {
        row["payer_claim_number"]
        for row in lived.sandbox.store.all(
            "SELECT payer_claim_number FROM claim WHERE julianday(adjudicated_on) - julianday(received_on) > 30"
        )
    }
    bearing = {reference for payment in paid for reason, reference, _ in payment.plb if reason == "L6" and reference}
    assert bearing
    assert bearing <= late


def test_a_void_takes_everything_back_and_a_replacement_answers_anew(lived: Lived, paid: list[Payment]) -> None:
    kinds: dict[str, list[str]] = defaultdict(list)
    for payment in paid:
        for clp in payment.claims:
            kinds[clp.clm01].append(clp.status)
    for row in lived.sandbox.store.all(
        "SELECT clm01, frequency FROM claim WHERE frequency <> '1' AND adjudicated_on IS NOT NULL"
    ):
        assert kinds[row["clm01"]][-1 if row["frequency"] == "8" else -2] == "22"
    frequencies = {row["frequency"] for row in lived.sandbox.store.all("SELECT DISTINCT frequency FROM claim")}
    assert frequencies == {"1", "7", "8"}


def test_the_bank_reports_each_payment_once_to_the_cent(lived: Lived, paid: list[Payment]) -> None:
    folder = lived.sandbox.root / "bank" / "deposits"
    rows = [row for path in sorted(folder.glob("*.csv")) for row in csv.DictReader(path.read_text().splitlines())]
    deposits = {(row["originator"], row["trace_number"]): cents(row["amount"]) for row in rows}
    assert len(deposits) == len(rows)
    expected = {(payment.originator, payment.trace): payment.paid for payment in paid if payment.paid}
    assert deposits.items() <= expected.items()
    last = max(dt.date.fromisoformat(row["deposited_on"]) for row in rows)
    assert last >= lived.last - dt.timedelta(days=5)
    for row in lived.sandbox.store.all("SELECT due_on, effective_on FROM deposit JOIN payment USING (payment_id)"):
        days = (dt.date.fromisoformat(row["due_on"]) - dt.date.fromisoformat(row["effective_on"])).days
        assert 0 <= days <= 2


def test_denials_stay_within_their_share_of_lines(lived: Lived) -> None:
    lines = denied = 0
    for row in lived.sandbox.store.all("SELECT body FROM adjudication WHERE kind = 'answer' AND turn = 'primary'"):
        for line in json.loads(row["body"])["lines"]:
            lines += 1
            denied += any(
                one["carc"] in ("16", "29", "22", "27", "18", "197", "50", "97", "11", "4", "204")
                for one in line["adjustments"]
            )
    assert 0.05 < denied / lines < 0.14

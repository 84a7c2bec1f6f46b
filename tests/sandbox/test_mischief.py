"""Misbehaviour on request: each kind happens once, and the books know what is true all the same."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from pm_pipeline.sandbox.plan import Plan
from tests.sandbox.conftest import EVENTFUL, Lived, live
from tests.sandbox.remits import gate_failures, payments

ALL = [
    "file_twice", "out_of_order", "truncated_upload", "wrong_total", "unbalanced_claim", "interchange_rejected",
    "foreign_payee", "reused_trace",
]  # fmt: skip


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    plan = Plan.shipped(**{**EVENTFUL, "days": 25}, mischief=ALL)
    found = live(tmp_path_factory.mktemp("bad"), plan, 45)
    yield found
    found.sandbox.close()


def sets(lived: Lived) -> list[list[str]]:
    """Failures of every payment received."""
    return [gate_failures(payment) for text in lived.sent("835") if "~IEA*" in text for payment in payments(text)]


def test_everything_asked_for_happened_once(bad: Lived) -> None:
    planted = [row["code"] for row in bad.sandbox.store.all("SELECT code FROM planted WHERE stage = 'wire'")]
    assert sorted(planted) == sorted(ALL)


def test_one_file_came_twice(bad: Lived) -> None:
    texts = Counter(bad.sent("835"))
    assert sorted(texts.values())[-2:] == [1, 2]


def test_one_payment_states_a_wrong_total_and_comes_right_later(bad: Lived) -> None:
    wrong = [payment for text in bad.sent("835") for payment in payments(text) if gate_failures(payment) == ["BPR02"]]
    [first] = wrong
    right = [
        payment
        for text in bad.sent("835")
        for payment in payments(text)
        if payment.trace == first.trace and not gate_failures(payment)
    ]
    assert [payment.paid for payment in right] == [first.paid - 1]
    row = bad.sandbox.store.one("SELECT effective_on, released_on FROM payment WHERE trace = ?", [first.trace])
    assert row is not None
    late = dt.date.fromisoformat(row["released_on"]) - dt.date.fromisoformat(row["effective_on"])
    assert late == dt.timedelta(days=3)


def test_one_claim_does_not_balance_and_only_its_cash_counts(bad: Lived) -> None:
    failing = [failures for failures in sets(bad) if failures not in ([], ["BPR02"])]
    assert len(failing) == 1
    row = bad.sandbox.store.one("SELECT clm01, paid_cents FROM adjudication WHERE is_suspended = 1")
    assert row is not None
    assert failing[0][0].startswith(row["clm01"])
    books = bad.sandbox.summary(bad.last)
    assert books.totals.suspense_cents == row["paid_cents"] > 0
    assert books.claims[row["clm01"]].paid == Counter()


def test_one_payment_is_not_ours_and_one_trace_number_is_used_again(bad: Lived) -> None:
    found = [payment for text in set(bad.sent("835")) for payment in payments(text)]
    npi = bad.sandbox.config.practice.npi
    assert [payment.paid for payment in found if payment.payee != npi] == [5_000]
    traces = Counter((payment.originator, payment.trace) for payment in found if not gate_failures(payment))
    assert sorted(traces.values())[-2:] == [1, 2]
    known = {row["trace"]: row["paid_cents"] for row in bad.sandbox.store.all("SELECT trace, paid_cents FROM payment")}
    invented = [payment for payment in found if payment.claims and payment.claims[0].clm01.startswith("X0")]
    assert len(invented) == 2
    assert all(known.get(payment.trace) != payment.paid for payment in invented)


def test_one_interchange_was_refused_and_its_claims_came_again(bad: Lived) -> None:
    assert [text.count("*R*024~") for text in bad.sent("TA1")] == [1]
    refused = bad.sandbox.store.all("SELECT * FROM interchange WHERE ta1 = 'R'")
    assert [row["claims"] for row in refused] == [0]
    assert all(row["state"] != "sent" for row in [vars(claim) for claim in bad.practice.claims.values()])


def test_one_upload_was_cut_short_first(bad: Lived) -> None:
    cut = [text for text in bad.sent("835") if "~IEA*" not in text]
    assert len(cut) == 1
    assert sum(text.startswith(cut[0]) for text in bad.sent("835")) == 2


def test_one_remittance_came_after_its_deposit(bad: Lived) -> None:
    late = bad.sandbox.store.all(
        "SELECT deposit.delivered_on, released_on FROM deposit JOIN payment USING (payment_id) "
        "WHERE deposit.delivered_on < released_on"
    )
    assert late


def test_the_books_add_up_all_the_same(bad: Lived, tmp_path: Path) -> None:
    totals = bad.sandbox.summary(bad.last).totals
    settled = totals.insurance_cents + totals.contractual_cents + totals.sequestration_cents
    assert totals.receivable_cents == totals.charges_cents - settled
    cash = sum(totals.cash.values())
    assert cash == totals.insurance_cents + totals.suspense_cents + totals.interest_cents + sum(
        totals.recoup_due.values()
    )
    assert totals.matched_deposits_cents <= totals.deposited_cents <= cash

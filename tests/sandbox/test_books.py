"""The books against an account of their own: what was sent over the wire, added up by hand."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from pm_pipeline.sandbox.books import Books, summary
from pm_pipeline.sandbox.store import Store
from tests.sandbox.conftest import Lived
from tests.sandbox.remits import Payment, cents, payments

SHARE = {"1", "2", "3"}


@pytest.fixture(scope="module")
def books(lived: Lived) -> Books:
    """The truth at the end."""
    return lived.sandbox.summary(lived.last)


@pytest.fixture(scope="module")
def paid(lived: Lived) -> list[Payment]:
    """Every payment, in order."""
    return [payment for text in lived.sent("835") for payment in payments(text)]


def test_charges_are_those_the_practice_holds(lived: Lived, books: Books) -> None:
    mine = sum(cents(row["charge_amount"]) for row in lived.practice.charges.values())
    assert books.totals.charges_cents == mine


def test_accounts_equal_the_sum_over_all_835s(books: Books, paid: list[Payment]) -> None:
    insurance = sum(clp.paid for payment in paid for clp in payment.claims)
    reasons: Counter[tuple[str, str]] = Counter()
    for payment in paid:
        for clp in payment.claims:
            for svc in clp.svc:
                for group, carc, amount in svc.cas:
                    reasons[group, carc] += amount
    assert books.totals.insurance_cents == insurance
    assert books.totals.sequestration_cents == reasons["CO", "253"]
    assert books.totals.contractual_cents == reasons["CO", "45"]
    plb: Counter[str] = Counter()
    for payment in paid:
        for reason, _, amount in payment.plb:
            plb[reason] += amount
    assert books.totals.interest_cents == -plb["L6"] > 0
    assert sum(books.totals.recoup_due.values()) == -(plb["WO"] + plb["FB"]) > 0
    assert sum(books.totals.cash.values()) == sum(payment.paid for payment in paid)
    assert books.totals.cash["check"] == sum(payment.paid for payment in paid if payment.method == "CHK")
    assert books.payments == len(paid)


def test_what_is_owed_is_what_was_charged_less_what_was_settled(books: Books) -> None:
    totals = books.totals
    settled = totals.insurance_cents + totals.contractual_cents + totals.sequestration_cents
    assert totals.receivable_cents == totals.charges_cents - settled
    assert sum(sum(claim.balances.values()) for claim in books.claims.values()) <= totals.receivable_cents


def test_each_claim_equals_its_own_remittances(books: Books, paid: list[Payment]) -> None:
    by_claim: dict[str, Counter[str]] = defaultdict(Counter)
    for payment in paid:
        for clp in payment.claims:
            by_claim[clp.clm01]["paid"] += clp.paid
            for svc in clp.svc:
                for group, carc, amount in svc.cas:
                    if group == "PR" and carc in SHARE:
                        by_claim[clp.clm01]["moved"] += amount
                    elif (group, carc) == ("CO", "45"):
                        by_claim[clp.clm01]["contractual"] += amount
                    elif carc not in ("23", "253"):
                        by_claim[clp.clm01]["denied"] += amount
    assert set(by_claim) == {claim.clm01 for claim in books.claims.values() if claim.state == "answered"}
    for clm01, sums in by_claim.items():
        claim = books.claims[clm01]
        assert sum(claim.paid.values()) == sums["paid"]
        assert sum(claim.moved.values()) == sums["moved"]
        assert claim.contractual_cents == sums["contractual"]
        assert claim.denied_cents == sums["denied"]
        given_up = claim.contractual_cents + claim.sequestration_cents
        assert sum(claim.balances.values()) == claim.charge_cents - sums["paid"] - given_up


def test_cost_share_goes_to_the_next_payer_or_the_patient(lived: Lived, books: Books) -> None:
    covers = {
        row["patient_id"]: row["covers"]
        for row in lived.sandbox.store.all("SELECT patient_id, count(*) AS covers FROM member GROUP BY patient_id")
    }
    single = [claim for claim in books.claims.values() if claim.patient_id and covers[claim.patient_id] == 1]
    double = [claim for claim in books.claims.values() if claim.patient_id and covers[claim.patient_id] > 1]
    assert any(claim.balances["patient"] for claim in single)
    assert not any(claim.balances["secondary"] for claim in single)
    assert any(claim.balances["secondary"] for claim in double)
    finished = [claim for claim in double if claim.moved["primary"] and claim.paid["secondary"]]
    assert finished
    for claim in finished:
        assert claim.balances["secondary"] >= 0


def test_a_voided_claim_owes_nothing(lived: Lived, books: Books) -> None:
    voided = [
        row["clm01"]
        for row in lived.sandbox.store.all(
            "SELECT clm01 FROM claim WHERE frequency = '8' AND adjudicated_on IS NOT NULL"
        )
    ]
    assert voided
    for clm01 in voided:
        assert books.claims[clm01].charge_cents == 0
        assert +books.claims[clm01].balances == Counter()


def test_the_past_does_not_change(lived: Lived) -> None:
    """As of an earlier day, only what had been delivered by then counts."""
    day = lived.first + dt.timedelta(days=30)
    books = lived.sandbox.summary(day)
    early = lived.sandbox.store.all(
        "SELECT sum(paid_cents) AS cents FROM payment WHERE released_on <= ?", [day.isoformat()]
    )
    assert sum(books.totals.cash.values()) == early[0]["cents"] > 0
    assert books.totals.cash != lived.sandbox.summary(lived.last).totals.cash
    nothing = lived.sandbox.summary(lived.first - dt.timedelta(days=1))
    assert nothing.totals.charges_cents == 0
    assert not nothing.claims
    assert not nothing.rows


def test_quarantined_rows_count_nothing_until_they_are_sent_again(lived: Lived) -> None:
    store = lived.sandbox.store
    row = store.one(
        "SELECT * FROM planted WHERE stage = 'boundary' AND fixed_on IS NOT NULL AND item_id LIKE 'E%' "
        "AND code <> 'KEY_CONFLICT'"
    )
    assert row is not None
    [charge] = store.all("SELECT * FROM charge WHERE charge_id = ?", [row["item_id"]])
    assert charge["due_on"] == row["fixed_on"]
    before = lived.sandbox.summary(dt.date.fromisoformat(row["fixed_on"]) - dt.timedelta(days=1)).rows
    assert before["charges", "quarantined"] >= 1


def test_a_feed_file_holds_the_rows_of_its_day_in_order(lived: Lived) -> None:
    """The file the bank delivered is the books' own rows, nothing else."""
    folder = lived.sandbox.root / "bank" / "deposits"
    path = sorted(folder.glob("*.csv"))[0]
    rows = list(csv.reader(io.StringIO(path.read_text())))[1:]
    day = dt.date.fromisoformat(path.stem[-8:])
    kept = lived.sandbox.store.all(
        "SELECT cells FROM feed_row WHERE feed = 'deposits' AND due_on = ? ORDER BY place", [day.isoformat()]
    )
    assert rows == [json.loads(row["cells"]) for row in kept]


@pytest.mark.parametrize(
    ("deposited", "last"),
    [
        ("2026-06-12", "2026-06-18"),  # Friday: Monday to Thursday
        ("2026-06-13", "2026-06-18"),
        ("2026-06-15", "2026-06-22"),  # Juneteenth is a Friday
        ("2026-06-18", "2026-06-25"),
        ("2026-06-19", "2026-06-25"),
        ("2026-09-01", "2026-09-08"),  # Labor Day is a Monday
        ("2026-09-04", "2026-09-11"),
        ("2026-09-07", "2026-09-11"),
    ],
)
def test_money_that_nothing_explains_is_late_after_the_fourth_business_day(
    deposited: str, last: str, tmp_path: Path
) -> None:
    store, day = Store(tmp_path / "books.sqlite", "late"), dt.date.fromisoformat(last)
    store.add("deposit", deposit_id="D", payment_id="", cents=900, due_on=deposited, delivered_on=deposited, ties=0)
    late = [summary(store, day + dt.timedelta(days=more), []).totals.unexplained_deposits_cents for more in (0, 1)]
    store.close()
    assert late == [0, 900]

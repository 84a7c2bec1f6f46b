"""days_in_ar: gross and netted, every day, and who has no ratio."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest

from tests.marts.arithmetic import AR, owes, rows, summed, until
from tests.marts.practice import AS_OF


def test_figures_of_the_last_day_by_hand(marts: duckdb.DuckDBPyConnection) -> None:
    """BLUE and P1 on 15 July. Open: C01 line 2 50, C08 60, C09 100 + 30, and the credit of 10 on C03 beside them.

    Charges since 17 April: C08 60, C09 130, C07 500 and its void.
    """
    found = rows(
        marts,
        "SELECT open_ar_gross_amount, open_ar_netted_amount, credit_balance_amount, charges_amount, days_in_ar_gross, "
        "days_in_ar_netted FROM marts.days_in_ar WHERE as_of_date = '2026-07-15' AND payer_id = 'BLUE' AND "
        "provider_id = 'P1'",
    )
    assert found == [(24_000, 23_000, 1_000, 19_000, pytest.approx(240 / (190 / 90)), pytest.approx(230 / (190 / 90)))]


def test_every_day_agrees_with_plain_arithmetic(marts: duckdb.DuckDBPyConnection) -> None:
    found = {
        (day, payer, provider): (gross, netted, charges)
        for day, payer, provider, gross, netted, charges in rows(
            marts,
            "SELECT as_of_date, payer_id, provider_id, open_ar_gross_amount, open_ar_netted_amount, charges_amount "
            "FROM marts.days_in_ar",
        )
    }
    assert found == _expected()


def _expected() -> dict[tuple[dt.date, str, str], tuple[int, int, int]]:
    expected: dict[tuple[dt.date, str, str], tuple[int, int, int]] = {}
    first: dict[tuple[str, str], dt.date] = {}
    for entry in sorted(AR, key=lambda entry: entry.posted):
        first.setdefault((owes(entry), entry.provider or ""), entry.posted)
    day = min(first.values())
    while day <= AS_OF:
        accounts = summed(until(day), lambda entry: (owes(entry), entry.provider, entry.claim, entry.party))
        recent = [
            entry for entry in until(day)
            if entry.kind in ("charge", "responsibility") and entry.posted > day - dt.timedelta(days=90)
        ]  # fmt: skip
        charges = summed(recent, lambda entry: (owes(entry), entry.provider))
        for pair, first_day in first.items():
            if first_day <= day:
                mine = [balance for key, balance in accounts.items() if key[:2] == pair]  # type: ignore[index]
                expected[day, *pair] = (sum(value for value in mine if value > 0), sum(mine), charges.get(pair, 0))
        day += dt.timedelta(days=1)
    return expected


def test_no_value_without_charges_and_none_for_the_patient(marts: duckdb.DuckDBPyConnection) -> None:
    assert rows(
        marts,
        "SELECT DISTINCT days_in_ar_gross IS NULL, days_in_ar_netted IS NULL FROM marts.days_in_ar "
        "WHERE payer_id = 'patient' OR charges_amount <= 0",
    ) == [(True, True)]
    assert rows(
        marts,
        "SELECT count(*) FROM marts.days_in_ar WHERE days_in_ar_gross IS NULL AND payer_id <> 'patient' AND "
        "charges_amount > 0",
    ) == [(0,)]


def test_the_period_is_the_ninety_days_that_end_on_the_day(marts: duckdb.DuckDBPyConnection) -> None:
    assert rows(
        marts, "SELECT DISTINCT period_end = as_of_date, as_of_date - period_start + 1 FROM marts.days_in_ar"
    ) == [(True, 90)]


def test_a_charge_that_moved_counts_for_its_new_payer_from_that_day(marts: duckdb.DuckDBPyConnection) -> None:
    """C06: with the patient from 7 July, with BLUE from 10 July."""
    found = rows(
        marts,
        "SELECT as_of_date::VARCHAR, payer_id, open_ar_netted_amount, charges_amount FROM marts.days_in_ar "
        "WHERE provider_id = 'P2' AND payer_id IN ('BLUE', 'patient') AND as_of_date IN ('2026-07-09', "
        "'2026-07-10') ORDER BY ALL",
    )
    assert found == [
        ("2026-07-09", "BLUE", 2_000, 0),
        ("2026-07-09", "patient", 9_000, 9_000),
        ("2026-07-10", "BLUE", 11_000, 9_000),
        ("2026-07-10", "patient", 0, 0),
    ]

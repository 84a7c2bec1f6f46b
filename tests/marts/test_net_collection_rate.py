"""net_collection_rate: matched by month of service, cash by month of posting; what is no payment stays out."""

from __future__ import annotations

from collections import defaultdict

import duckdb
import pytest

from tests.marts.arithmetic import AR, rows
from tests.marts.practice import day

# the payer a claim's charges stand with now
PAYER = {"C01": "BLUE", "C02": "BLUE", "C03": "GOLD", "C04": "patient", "C05": "GOLD", "C06": "BLUE", "C07": "BLUE",
         "C08": "BLUE", "C09": "BLUE", "C10": "GOLD", "C11": "BLUE", "C12": "GOLD", "C13": "GOLD"}  # fmt: skip


@pytest.mark.parametrize("basis", ["matched", "cash"])
def test_parts_agree_with_plain_arithmetic(marts: duckdb.DuckDBPyConnection, basis: str) -> None:
    expected: dict[tuple, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    column = {"charge": 0, "responsibility": 0, "contractual": 1, "payment": 2, "denial_wo": 3}
    for entry in AR:
        if entry.kind in column:
            dated = entry.service if basis == "matched" else entry.posted
            assert dated is not None
            place = column[entry.kind]
            sign = 1 if place == 0 else -1
            expected[dated.replace(day=1), PAYER[entry.claim or ""], entry.provider][place] += sign * entry.cents
    found = {
        tuple(row[:3]): list(row[3:])
        for row in rows(
            marts,
            "SELECT period_start, payer_id, provider_id, charges_amount, contractual_amount, payments_amount, "
            f"write_offs_amount FROM marts.net_collection_rate WHERE basis = '{basis}'",
        )
    }
    assert {key: value for key, value in found.items() if any(value)} == {
        key: value for key, value in expected.items() if any(value)
    }


def test_second_payer_counts_on_the_charges_it_paid(marts: duckdb.DuckDBPyConnection) -> None:
    """C03 of April: GOLD paid 150, BLUE 60, of 300 less 100 contractual. More than all of it: the credit of 10."""
    assert rows(
        marts,
        "SELECT payer_id, payments_amount, collectable_amount, net_collection_rate, is_maturing FROM "
        "marts.net_collection_rate "
        "WHERE basis = 'matched' AND period_start = '2026-04-01'",
    ) == [("GOLD", 21_000, 20_000, pytest.approx(1.05), True)]


def test_a_lost_denial_stays_in_the_denominator(marts: duckdb.DuckDBPyConnection) -> None:
    """C12: 70 given up because the filing limit passed is not contractual; the rate is 0, not empty."""
    assert rows(
        marts,
        "SELECT collectable_amount, write_offs_amount, net_collection_rate FROM marts.net_collection_rate "
        "WHERE basis = 'matched' AND period_start = '2026-02-01' AND payer_id = 'GOLD'",
    ) == [(7_000, 7_000, 0.0)]


def test_interest_suspense_and_deposits_are_no_payments(marts: duckdb.DuckDBPyConnection) -> None:
    """All payments: C01 70, C02 100, C03 150 + 60, C11 40. Not the interest of 5, not the 80 in suspense."""
    assert rows(
        marts,
        "SELECT basis, sum(payments_amount)::DECIMAL(18, 2) FROM marts.net_collection_rate GROUP BY 1 ORDER BY 1",
    ) == [("cash", 42_000), ("matched", 42_000)]


def test_months_mature_after_120_days(marts: duckdb.DuckDBPyConnection) -> None:
    """On 15 July the end of February is 137 days back, the end of March 106."""
    assert rows(
        marts,
        "SELECT DISTINCT period_start, is_maturing FROM marts.net_collection_rate WHERE basis = 'matched' "
        "AND period_start IN ('2026-02-01', '2026-03-01') ORDER BY 1",
    ) == [(day("02-01"), False), (day("03-01"), True)]
    assert rows(marts, "SELECT bool_or(is_maturing) FROM marts.net_collection_rate WHERE basis = 'cash'") == [(False,)]


def test_no_rate_where_nothing_is_collectable(marts: duckdb.DuckDBPyConnection) -> None:
    """C07 was voided: its month has no charges. In April cash, 80 contractual met no new charges of P2: below zero."""
    assert rows(
        marts,
        "SELECT count(*) FROM marts.net_collection_rate WHERE (collectable_amount <= 0) <> (net_collection_rate "
        "IS NULL)",
    ) == [(0,)]
    assert rows(
        marts,
        "SELECT collectable_amount, net_collection_rate FROM marts.net_collection_rate "
        "WHERE basis = 'cash' AND period_start = '2026-04-01' AND provider_id = 'P2'",
    ) == [(-8_000, None)]


def test_a_charge_counts_for_the_clinician_it_was_corrected_to(marts: duckdb.DuckDBPyConnection) -> None:
    """C05 was charged under P1 first; P1 has nothing of it left."""
    assert rows(
        marts,
        "SELECT provider_id, charges_amount FROM marts.net_collection_rate WHERE basis = 'matched' AND payer_id = 'GOLD' "
        "AND period_start = '2026-05-01' AND charges_amount <> 0",
    ) == [("P2", 40_000)]

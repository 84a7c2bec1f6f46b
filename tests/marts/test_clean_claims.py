"""clean_claims: what left with no hold and no person's touch, and how often people touched it since."""

from __future__ import annotations

import duckdb

from tests.marts.arithmetic import rows


def test_months_and_payers(marts: duckdb.DuckDBPyConnection) -> None:
    """C10 was held and fixed before it left; C09 was held only after it had been sent, and C02 and C03 touched later."""
    assert rows(
        marts,
        "SELECT strftime(period_start, '%m'), claims, clean_claims, held_claims, touches, clean_claim_rate, touches_per_claim "
        "FROM marts.clean_claims ORDER BY ALL",
    ) == [
        ("01", 1, 1, 0, 0, 1.0, 0.0),  # C01
        ("02", 2, 2, 0, 1, 1.0, 0.5),  # C11, C12: a match that was taken back
        ("03", 1, 1, 0, 1, 1.0, 1.0),  # C02: a note on its denial
        ("04", 1, 1, 0, 1, 1.0, 1.0),  # C03: a decision about its exception
        ("06", 3, 2, 1, 3, 2 / 3, 1.0),  # C08, C09 with a note and an override, C10 with one command of two values
        ("07", 2, 2, 0, 0, 1.0, 0.0),  # C06, C13
    ]


def test_a_past_day_knows_no_later_touch(marts: duckdb.DuckDBPyConnection) -> None:
    assert rows(
        marts,
        "SELECT CAST(numerator AS INTEGER), CAST(denominator AS INTEGER) FROM marts.kpi_summary "
        "WHERE kpi = 'touches_per_claim' AND as_of_date = '2026-06-30'",
    ) == [(2, 4)]  # C03, C08, C09, C10: the decision of 10 June and the fix; what came in July is not known yet

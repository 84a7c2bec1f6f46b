"""auto_post_rate: what a person touched, what the policy did alone, what still waits."""

from __future__ import annotations

import duckdb

from tests.marts.arithmetic import rows


def test_months_and_payers(marts: duckdb.DuckDBPyConnection) -> None:
    """PAY5's hold was closed by a person; PAY9's by the policy; PAY7 waits; PAY8 is somebody else's and is not here."""
    assert rows(
        marts,
        "SELECT strftime(period_start, '%m'), payer_id, lines, auto_posted_lines, claims, auto_posted_claims, "
        "payments, "
        "auto_posted_payments, amount, auto_posted_amount FROM marts.auto_post_rate ORDER BY ALL",
    ) == [
        ("02", "BLUE", 3, 3, 2, 2, 1, 1, 7_000, 7_000),  # with a predetermination
        ("03", "BLUE", 1, 1, 1, 1, 1, 1, 4_000, 4_000),
        ("04", "BLUE", 1, 1, 1, 1, 1, 1, 12_000, 12_000),
        ("05", "BLUE", 2, 2, 2, 2, 1, 1, 22_000, 22_000),  # 120 taken back and 100 paid: both moved
        ("05", "GOLD", 1, 1, 1, 1, 1, 1, 15_000, 15_000),
        ("06", "BLUE", 1, 0, 1, 0, 1, 0, 6_000, 0),
        ("07", "BLUE", 3, 3, 2, 2, 1, 1, 0, 0),  # nothing paid, all handled; one claim without lines
        ("07", "GOLD", 1, 0, 1, 0, 1, 0, 8_000, 0),
    ]


def test_no_dollar_rate_where_no_dollars_moved(marts: duckdb.DuckDBPyConnection) -> None:
    assert rows(
        marts,
        "SELECT lines_rate, dollars_rate FROM marts.auto_post_rate WHERE period_start = '2026-07-01' AND "
        "payer_id = 'BLUE'",
    ) == [(1.0, None)]

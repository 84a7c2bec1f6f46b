"""denial_rate and denial_categories: initial denials only, duplicates apart, two denominators."""

from __future__ import annotations

import duckdb
import pytest

from tests.marts.arithmetic import rows


def _rate(con: duckdb.DuckDBPyConnection, columns: str, month: str, payer: str, provider: str) -> list[tuple]:
    return rows(
        con,
        f"SELECT {columns} FROM marts.denial_rate WHERE period_start = '2026-{month}-01' AND payer_id = '{payer}' "
        f"AND provider_id = '{provider}'",
    )


def test_a_partly_denied_claim_counts_once(marts: duckdb.DuckDBPyConnection) -> None:
    """C01 in February: one claim of one, 150 of charges; of its lines only 50 was refused."""
    columns = "remitted_claims, remitted_charge_amount, denied_claims, denied_claim_charge_amount, denied_lines, denied_amount, claims_rate_by_remits"
    assert _rate(marts, columns, "02", "BLUE", "P1") == [(1, 15_000, 1, 15_000, 1, 5_000, 1.0)]


def test_a_correction_is_neither_a_first_answer_nor_an_initial_denial(marts: duckdb.DuckDBPyConnection) -> None:
    """C02 was answered in April with nothing refused; what its correction refused in May counts nowhere."""
    assert _rate(marts, "remitted_claims, denied_claims", "04", "BLUE", "P2") == [(1, 0)]
    assert _rate(marts, "remitted_claims, denied_claims", "05", "BLUE", "P2") in ([], [(0, 0)])


def test_a_predetermination_is_no_answer(marts: duckdb.DuckDBPyConnection) -> None:
    """In February BLUE said what it would pay for C02 (CLP02 25); its answer is that of April."""
    assert _rate(marts, "remitted_claims", "02", "BLUE", "P2") in ([], [(0,)])
    assert _rate(marts, "remitted_claims", "04", "BLUE", "P2") == [(1,)]


def test_a_claim_counts_once_under_the_payer_that_spoke_first(marts: duckdb.DuckDBPyConnection) -> None:
    """C03: GOLD in May (dated ahead to 18 May, come on 15 May); what BLUE said as second payer in June comes after it."""
    assert _rate(marts, "remitted_claims", "05", "GOLD", "P1") == [(1,)]
    assert _rate(marts, "remitted_claims", "06", "BLUE", "P1") in ([], [(0,)])


def test_duplicates_stay_out_of_the_headline(marts: duckdb.DuckDBPyConnection) -> None:
    """July, BLUE, P1: C08 is a duplicate, C09 is denied on both lines. First answers: 2 claims, 60 + 130 of charges."""
    columns = "remitted_claims, denied_claims, duplicate_claims, denied_lines, denied_claim_charge_amount, dollars_rate_by_remits"
    assert _rate(marts, columns, "07", "BLUE", "P1") == [(2, 1, 1, 2, 13_000, pytest.approx(130 / 190))]


def test_categories_of_july(marts: duckdb.DuckDBPyConnection) -> None:
    """C09 counts as a claim under coding (100 of its 130), with a line under each of its two categories."""
    assert rows(
        marts,
        "SELECT category, is_headline, denied_claims, denied_claim_charge_amount, denied_lines, "
        "denied_line_charge_amount, "
        "denied_amount, remitted_claims FROM marts.denial_categories WHERE period_start = '2026-07-01' ORDER BY "
        "category",
    ) == [
        ("CODING", True, 1, 13_000, 1, 10_000, 10_000, 2),
        ("DUPLICATE", False, 1, 6_000, 1, 6_000, 6_000, 2),
        ("MED_NECESSITY", True, 0, 0, 1, 3_000, 3_000, 2),
    ]


def test_submissions_are_those_of_the_three_months_before(marts: duckdb.DuckDBPyConnection) -> None:
    """July, P1: sent from April to June were C03 (GOLD's, counted for the payer it went to), C08 and C09."""
    assert rows(
        marts,
        "SELECT sum(submitted_claims_3m)::BIGINT, sum(submitted_charge_3m_amount)::DECIMAL(18, 2) FROM "
        "marts.denial_rate "
        "WHERE period_start = '2026-07-01' AND provider_id = 'P1'",
    ) == [(3, 49_000)]
    assert _rate(marts, "claims_rate_by_submissions", "07", "BLUE", "P1") == [(pytest.approx(1 / (3 / 3)),)]


def test_no_submission_rate_without_three_months_of_history(marts: duckdb.DuckDBPyConnection) -> None:
    """The first charge was posted in January, so April is the first month with three months before it."""
    found = rows(marts, "SELECT DISTINCT period_start::VARCHAR, has_3_months_before FROM marts.denial_rate ORDER BY 1")
    assert [month for month, full in found if not full] == ["2026-02-01", "2026-03-01"]
    assert rows(
        marts, "SELECT count(claims_rate_by_submissions) FROM marts.denial_rate WHERE NOT has_3_months_before"
    ) == [(0,)]

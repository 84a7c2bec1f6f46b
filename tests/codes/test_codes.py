"""Code sets: complete, consistent with each other, replaced as a whole."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pm_pipeline.codes import refresh_codes
from pm_pipeline.codes.npi import complete_npi, is_valid_npi


@pytest.fixture
def codes(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    assert refresh_codes(con, "run-1")
    return con


def test_loading_again_changes_nothing_and_a_new_edition_replaces_the_tables(codes: duckdb.DuckDBPyConnection) -> None:
    assert not refresh_codes(codes, "run-2")
    codes.execute("UPDATE codes.edition SET digest = 'older'")
    codes.execute("DELETE FROM codes.carc WHERE carc = '45'")
    assert refresh_codes(codes, "run-3")
    assert codes.execute("SELECT category, denial FROM codes.carc WHERE carc = '45'").fetchone() == ("CONTRACTUAL", "N")


def test_every_category_used_has_a_priority(codes: duckdb.DuckDBPyConnection) -> None:
    assert (
        codes.execute(
            "SELECT category FROM (SELECT category FROM codes.carc UNION SELECT category FROM codes.rarc) ANTI JOIN codes.category USING (category)"
        ).fetchall()
        == []
    )


def test_every_plb_code_posts_to_an_account_of_the_ledger(codes: duckdb.DuckDBPyConnection) -> None:
    assert codes.execute("SELECT account FROM codes.plb ANTI JOIN ledger.account USING (account)").fetchall() == []
    assert codes.execute("SELECT count(*) FROM codes.plb").fetchone() == (41,)
    unsaid = "SELECT reason_code FROM codes.plb WHERE NOT (meaning LIKE '%positive%' AND meaning LIKE '%negative%')"
    assert codes.execute(unsaid).fetchall() == []


def test_every_bank_type_is_three_digits_and_known_to_the_loader(codes: duckdb.DuckDBPyConnection) -> None:
    assert codes.execute(
        "SELECT type_code FROM codes.bank_type WHERE NOT regexp_full_match(type_code, '[1-6][0-9]{2}') "
        "OR becomes NOT IN ('eft', 'check', 'other', 'part', 'return', 'own')"
    ).fetchall() == []  # fmt: skip
    deposits = "SELECT count(*) FROM codes.bank_type WHERE becomes IN ('eft', 'check', 'other') AND type_code >= '400'"
    assert codes.execute(deposits).fetchone() == (0,)


@pytest.mark.parametrize(
    ("transaction", "code", "outcome"),
    [
        ("TA1", "E", "noted"),
        ("TA1", "R", "rejected"),
        ("999", "E", "noted"),
        ("999", "R", "rejected"),
        ("277CA", "A1", "received"),
        ("277CA", "A2", "accepted"),
        ("277CA", "A7", "rejected"),
    ],
)
def test_answers_mean_what_the_guides_say(
    codes: duckdb.DuckDBPyConnection, transaction: str, code: str, outcome: str
) -> None:
    row = codes.execute(
        "SELECT outcome FROM codes.answer WHERE transaction = ? AND code = ?", [transaction, code]
    ).fetchone()
    assert row == (outcome,)


@given(st.integers(min_value=100_000_000, max_value=299_999_999))
def test_one_check_digit_fits_and_the_nine_others_do_not(first_nine: int) -> None:
    good = complete_npi(str(first_nine))
    assert is_valid_npi(good)
    assert sum(is_valid_npi(good[:9] + digit) for digit in "0123456789") == 1


@pytest.mark.parametrize(
    "text", ["", "123456789", "12345678930", "1234567890", "3234567891", "123456789O", "१२३४५६७८९३"]
)
def test_what_is_no_npi_is_refused(text: str) -> None:
    assert not is_valid_npi(text)


def test_bank_holidays_are_those_the_rules_give(codes: duckdb.DuckDBPyConnection) -> None:
    """Of each year listed: fixed days (a Sunday's is Monday, a Saturday's none) and the n-th weekdays of months."""
    listed = {row[0] for row in codes.execute("SELECT holiday_on FROM codes.bank_holiday").fetchall()}
    assert {day.year for day in listed} == {2025, 2026, 2027, 2028}
    for year in {day.year for day in listed}:
        fixed = [dt.date(year, month, day) for month, day in ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))]
        kept = {day + dt.timedelta(day.weekday() == 6) for day in fixed if day.weekday() != 5}
        for month, weekday, nth in ((1, 0, 3), (2, 0, 3), (9, 0, 1), (10, 0, 2), (11, 3, 4)):
            days = [dt.date(year, month, day) for day in range(1, 31) if (month, day) < (2, 29) or month > 2]
            kept.add([day for day in days if day.weekday() == weekday][nth - 1])
        kept.add(max(day for day in (dt.date(year, 5, one) for one in range(25, 32)) if day.weekday() == 0))
        assert {day for day in listed if day.year == year} == kept

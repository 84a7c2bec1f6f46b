"""The strict readings of text: money, days, quantities. NULL is the answer to anything that is not plainly one."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pm_pipeline.warehouse.store import prepare


@pytest.fixture(scope="module")
def macros() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    prepare(connection)
    yield connection
    connection.close()


def _ask(con: duckdb.DuckDBPyConnection, macro: str, text: str | None) -> object:
    row = con.execute(f"SELECT {macro}(?::VARCHAR)", [text]).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("text", "cents"),
    [("0", 0), ("5", 500), ("5.1", 510), ("5.10", 510), ("-5.10", -510), ("-0", 0), (".5", 50), ("-.05", -5),
     ("007.50", 750), ("99999999999999.99", 9_999_999_999_999_999), ("-99999999999999.99", -9_999_999_999_999_999)],
)  # fmt: skip
def test_amounts(macros: duckdb.DuckDBPyConnection, text: str, cents: int) -> None:
    assert _ask(macros, "cents", text) == cents


@pytest.mark.parametrize(
    "text",
    ["1e5", "1E5", "1e-2",  # B127
     "NaN", "nan", "Inf", "-Infinity", "1_000", "1,000", "1,000.00", "(5.00)", "+5", "5.", "\u0665",  # B128
     "\uff15.00", "-", ".", "-.", "", " ", " 5", "5 ", "5\u00a0", "$5", "5-", "--5", "10.005", "0x10", "1.2.3", "5\n",
     "\n5", "true", "100000000000000.00", "999999999999999.99", "9" * 18, "9" * 400, "NULL", "5;DROP", None],
)  # fmt: skip
def test_what_is_no_amount_is_null(macros: duckdb.DuckDBPyConnection, text: str | None) -> None:
    assert _ask(macros, "cents", text) is None


@settings(max_examples=200, deadline=None)
@given(st.integers(min_value=-(10**16) + 1, max_value=10**16 - 1))
def test_every_amount_comes_back_to_the_cent(macros: duckdb.DuckDBPyConnection, cents: int) -> None:
    text = str(Decimal(cents).scaleb(-2).quantize(Decimal("0.01")))
    assert _ask(macros, "cents", text) == cents


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="0123456789.-+eE ,_()", max_size=12))
def test_an_amount_is_read_exactly_or_not_at_all(macros: duckdb.DuckDBPyConnection, text: str) -> None:
    found = _ask(macros, "cents", text)
    if found is not None:
        assert Decimal(text) * 100 == found


@pytest.mark.parametrize(
    ("text", "day"),
    [("20260228", dt.date(2026, 2, 28)), ("2026-02-28", dt.date(2026, 2, 28)), ("20240229", dt.date(2024, 2, 29)),
     ("19000101", dt.date(1900, 1, 1)), ("29991231", dt.date(2999, 12, 31))],
)  # fmt: skip
def test_days(macros: duckdb.DuckDBPyConnection, text: str, day: dt.date) -> None:
    assert _ask(macros, "day", text) == day


@pytest.mark.parametrize(
    "text",
    ["20260229", "2026-02-30", "20261301", "20260100", "00000000", "99991231", "2026-2-3", "260228", "2026228",
     "2026-0228", "28.02.2026", "02/28/2026", "20260228 ", "2026-02-28T00:00", "today", "infinity", "epoch",
     "", "\u0662\u0660260228", None],
)  # fmt: skip
def test_what_is_no_day_is_null(macros: duckdb.DuckDBPyConnection, text: str | None) -> None:
    assert _ask(macros, "day", text) is None


@pytest.mark.parametrize(
    ("text", "quantity"),
    [("1", "1"), ("0.5", "0.5"), (".125", "0.125"), ("-2", "-2"), ("999999999.999", "999999999.999")],
)
def test_quantities(macros: duckdb.DuckDBPyConnection, text: str, quantity: str) -> None:
    assert _ask(macros, "quantity", text) == Decimal(quantity)


@pytest.mark.parametrize("text", ["1.2345", "1e3", "+1", "1,5", "1000000000", "", "NaN", "1.", "\u0661", None])
def test_what_is_no_quantity_is_null(macros: duckdb.DuckDBPyConnection, text: str | None) -> None:
    assert _ask(macros, "quantity", text) is None


def test_a_short_id_is_stable_and_keeps_its_prefix(macros: duckdb.DuckDBPyConnection) -> None:
    row = macros.execute("SELECT short_id('T', 'charge:1'), short_id('T', 'charge:2')").fetchone()
    assert row == tuple("T" + hashlib.sha256(text).hexdigest()[:16] for text in (b"charge:1", b"charge:2"))

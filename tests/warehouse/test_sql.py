"""run_sql and load_rows: every value arrives as what its column is."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import duckdb
import pytest

from pm_pipeline.errors import WarehouseError
from pm_pipeline.warehouse import load_rows, run_sql
from pm_pipeline.warehouse.sql import sql_text


def test_values_keep_their_types(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "CREATE TABLE t (a VARCHAR, b BIGINT, c DATE, d TIMESTAMP, e BOOLEAN, f VARCHAR[], g DECIMAL(12, 3), "
        'h INTEGER[], i DATE[], "order" VARCHAR)'
    )
    day, at = dt.date(2026, 2, 28), dt.datetime.fromisoformat("2026-02-28T23:59:59.123456")
    row = ("text", -(2**62), day, at, True, ["a", 'quo"te', "it's", None], Decimal("1.250"), [1, 2], [day], "x")
    names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "order"]
    assert load_rows(con, "t", names, [row, tuple([None] * 10)]) == 2
    assert con.execute("SELECT * FROM t").fetchall() == [row, tuple([None] * 10)]


@pytest.mark.parametrize(
    "text", ["", "nan", "NaN", "None", "NULL", "1e5", "00123", "inf", "ÄÖ €", "line\nbreak", "'; DROP TABLE t; --"]
)
def test_text_stays_text(con: duckdb.DuckDBPyConnection, text: str) -> None:
    """Nothing is guessed: a sniffer would make NULLs and numbers of these."""
    con.execute("CREATE TABLE t (a VARCHAR, b VARCHAR[])")
    load_rows(con, "t", ["a", "b"], [(text, [text])])
    assert con.execute("SELECT a, b FROM t").fetchall() == [(text, [text])]


def test_no_rows_is_no_work(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE TABLE t (a VARCHAR)")
    assert load_rows(con, "t", ["a"], iter([])) == 0


def test_a_value_that_does_not_fit_is_not_quoted(con: duckdb.DuckDBPyConnection) -> None:
    """DuckDB's cast errors quote the value (law 9)."""
    con.execute("CREATE TABLE t (born_on DATE)")
    with pytest.raises(WarehouseError) as refused:
        load_rows(con, "t", ["born_on"], [("1931-13-45",)])
    assert "1931" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_statements_get_the_parameters_they_name(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE SCHEMA marts")
    con.execute(
        "CREATE TABLE marts.build AS SELECT DATE '2026-01-01' AS as_of_date, 7 AS chain_seq, 'h' AS chain_hash, "
        "now() AS built_at"
    )
    run_sql(
        con, "pm_pipeline.warehouse", "about.sql", {"generation": 3, "published_at": "2026-01-02 03:04:05", "unused": 1}
    )
    assert con.execute("SELECT generation, published_at FROM published.about").fetchall() == [
        (3, dt.datetime.fromisoformat("2026-01-02T03:04:05"))
    ]


def test_text_of_a_file_comes_without_importing_its_package() -> None:
    assert sql_text("pm_pipeline.warehouse", "schema.sql").startswith("-- ")
    with pytest.raises(ModuleNotFoundError):
        sql_text("pm_pipeline.nowhere", "schema.sql")

"""What one test leaves in a warehouse, the next does not find."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.kept import Kept
from tests.warehouses import USES, Warehouses

MARK = "INSERT INTO transport.file VALUES ('f', 'in', 'x12', 1, DATE '2026-06-01', now()::TIMESTAMP, 'r')"


@pytest.fixture
def lender() -> Iterator[Warehouses]:
    made = Warehouses()
    yield made
    made.close()


def tables(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Each table and how many rows it has."""
    names = con.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall()
    return {name: len(con.execute(f"FROM {name}").fetchall()) for (name,) in names}


@pytest.mark.parametrize(
    "leave",
    [
        MARK,
        "CREATE TEMP TABLE left_over AS SELECT 1",
        f"BEGIN; {MARK}",
        "DROP VIEW scrub.claim_state",
        "CREATE OR REPLACE VIEW scrub.claim_state AS SELECT 1",
        "CREATE TABLE transport.more (a INTEGER)",
        "ALTER TABLE transport.file ADD COLUMN more INTEGER",
        "DELETE FROM warehouse.schema_version",
        "ATTACH ':memory:' AS beside",
        "SET threads = 2",
    ],
)
def test_what_is_left_is_gone(lender: Warehouses, leave: str) -> None:
    with lender.lend() as con:
        was = tables(con)
        about = con.execute("SELECT sql FROM duckdb_views() WHERE view_name = 'claim_state'").fetchall()
        con.execute(leave)
    with lender.lend() as con:
        assert tables(con) == was
        assert con.execute("SELECT sql FROM duckdb_views() WHERE view_name = 'claim_state'").fetchall() == about
        assert con.execute(
            "SELECT current_setting('threads'), count(*) FROM duckdb_databases() WHERE NOT internal"
        ).fetchall() == [(1, 1)]
        con.execute(MARK)  # no key of before is in the way


def test_a_test_that_fails_leaves_nothing_either(lender: Warehouses) -> None:
    def fail() -> None:
        with lender.lend() as con:
            con.execute(MARK)
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail()
    with lender.lend() as con:
        assert con.execute("FROM transport.file").fetchall() == []


def test_the_tables_are_made_once_for_many_tests_and_then_anew(lender: Warehouses) -> None:
    born = []
    for _ in range(USES + 1):
        with lender.lend() as con:
            born += con.execute(
                "SELECT DISTINCT applied_at FROM warehouse.schema_version WHERE schema_name = 'desk'"
            ).fetchall()
    assert len(set(born[:USES])) == 1
    assert born[USES] != born[0]


def test_a_changed_macro_is_told(lender: Warehouses) -> None:
    with lender.lend() as con:
        con.execute("CREATE MACRO transport.new_one(a) AS a")
    with pytest.raises(AssertionError, match="changed a macro"):
        lender.close()


def test_what_is_kept_is_put_with_its_files_and_each_has_its_own(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    def make(made: duckdb.DuckDBPyConnection, folder: Path) -> None:
        made.execute(MARK)
        (folder / "a").write_text("file")

    for name in ("kept", "mine"):
        (tmp_path / name).mkdir()
    kept = Kept(tmp_path / "kept", make)
    kept.put(con, tmp_path / "mine")
    assert con.execute("SELECT file_id FROM transport.file").fetchall() == [("f",)]
    (tmp_path / "mine" / "a").write_text("changed")
    con.execute("DELETE FROM transport.file")
    kept.put(con, tmp_path / "mine")
    assert con.execute("SELECT file_id FROM transport.file").fetchall() == [("f",)]
    assert (tmp_path / "mine" / "a").read_text() == "file"

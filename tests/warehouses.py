"""Empty warehouses in memory for tests, one after the other out of the same database: its 121 tables are made once, not a thousand times.

A test gets a connection of its own, so temporary tables, macros and what it registers go with it. When it is done its rows are deleted,
and the database is given up and made anew when anything else of it was touched: a table, view, schema, setting, attached
database, or the rows it is born with. After USES tests it is given up too, because it grows slower; only then are its macros
looked at, which takes long: a test that changes one needs a database of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import duckdb

from pm_pipeline.home import SCHEMAS
from pm_pipeline.warehouse.store import OWN, apply_schemas, prepare

USES = 30
USED = (
    "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary AND estimated_size > 0 "
    "ORDER BY table_oid"
)
MACROS = "SELECT list(function_oid) FROM duckdb_functions() WHERE NOT internal AND database_name = 'memory'"
WHAT_IT_IS = (
    "SELECT list(database_name) FROM duckdb_databases()",
    "SELECT list(oid) FROM duckdb_schemas() WHERE NOT internal",
    "SELECT list((table_oid, column_count, index_count, check_constraint_count)) FROM duckdb_tables() WHERE NOT temporary",
    "SELECT list(view_oid) FROM duckdb_views() WHERE NOT internal AND NOT temporary",
    "SELECT list(index_oid) FROM duckdb_indexes()",
    "SELECT list(sequence_oid) FROM duckdb_sequences()",
    "SELECT list(type_oid) FROM duckdb_types() WHERE NOT internal",
    "SELECT list((name, value)) FROM duckdb_settings()",
)


def fresh(*, threads: int = 1) -> duckdb.DuckDBPyConnection:
    """A warehouse in memory of its own, with every stage's tables."""
    con = duckdb.connect()
    prepare(con, threads=threads)  # the rows are few
    apply_schemas(con, [OWN, *SCHEMAS])
    return con


class Warehouses:
    """Lends the warehouse of one process to one test after the other."""

    def __init__(self) -> None:
        self._base: _Base | None = None

    @contextmanager
    def lend(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection to a warehouse with every stage's tables and nothing in them."""
        base, self._base = self._base or _Base(), None  # one that is not given back in order is not lent again
        con = base.con.cursor()
        prepare(con, threads=1)
        try:
            yield con
        finally:
            con.close()
        if base.is_empty_again():
            self._base = base
        else:
            base.close()

    def close(self) -> None:
        """Give up what is kept."""
        base, self._base = self._base, None
        if base is not None:
            base.close()


class _Base:
    """A database in memory, and what it was when it was new."""

    def __init__(self) -> None:
        self.con = fresh()
        self.uses = 0
        self._born_with = {name: self._rows(name) for name in self._used()}
        self._was = self._is()
        self._macros = self._read(MACROS)

    def is_empty_again(self) -> bool:
        """Delete the rows; whether it is now as it was when it was new."""
        self.uses += 1
        with suppress(duckdb.Error):  # what cannot be emptied or read is not as it was
            if self.uses >= USES or self._is() != self._was:
                return False
            for name in self._used():
                if name not in self._born_with:
                    self.con.execute(f"DELETE FROM {name}")
            self.con.execute(
                "FORCE CHECKPOINT"
            )  # forgets the deleted rows, which every later statement would step over
            return all(self._rows(name) == rows for name, rows in self._born_with.items())
        return False

    def close(self) -> None:
        """Give it up. Raises AssertionError when a test changed a macro, which the tests after it had too."""
        is_same = True
        with suppress(duckdb.Error):  # one that a test broke
            is_same = self._read(MACROS) == self._macros
        self.con.close()
        assert is_same, "one of the last tests changed a macro: give it a database of its own"

    def _used(self) -> list[str]:
        return [str(name) for (name,) in self.con.execute(USED).fetchall()]

    def _rows(self, name: str) -> list[Any]:
        return self.con.execute(f"SELECT * FROM {name}").fetchall()

    def _is(self) -> list[Any]:
        return [self._read(sql) for sql in WHAT_IT_IS]

    def _read(self, sql: str) -> Any:
        return self.con.execute(sql).fetchone()

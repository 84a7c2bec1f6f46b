"""Putting rows into stage tables with only the columns a test cares about; the rest get a plain value of their type."""

from __future__ import annotations

from typing import Any

import duckdb

from pm_pipeline.warehouse import load_rows

FILLER = {
    "VARCHAR": "x",
    "DATE": "2026-01-01",
    "TIMESTAMP": "2026-01-01 00:00:00",
    "BOOLEAN": "false",
    "BIGINT": "0",
    "INTEGER": "0",
}


def fill(con: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    """Insert `rows`; a NOT NULL column a row does not name gets a filler, a nullable one NULL."""
    columns = con.execute(f'SELECT column_name, column_type, "null" FROM (DESCRIBE {table})').fetchall()
    load_rows(
        con,
        table,
        [name for name, _, _ in columns],
        [[row.get(name, None if null == "YES" else _filler(kind)) for name, kind, null in columns] for row in rows],
    )


def _filler(kind: str) -> Any:
    if kind.endswith("[]"):
        return []
    return FILLER.get(kind, "0")

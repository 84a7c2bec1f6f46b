"""One hash over what the ledger says, whatever the order in which it learned it."""

from __future__ import annotations

import duckdb

from pm_pipeline.warehouse import run_sql


def content_hash(con: duckdb.DuckDBPyConnection) -> str:
    """sha256 over the net of the ledger at its finest business grain (see content.sql).

    Independent of run, clock, posting date, file names, and of the order in which files arrived: money that waited in
    suspense and was released nets to the same lines as money posted at once.
    """
    row = run_sql(con, __package__ or "", "content.sql").fetchone()
    return str(row[0]) if row else ""

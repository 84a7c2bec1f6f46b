"""The room in which rules run: a DuckDB in memory that reaches nothing, given copies of the facts and a clock.

Nothing of the warehouse, no file, no network, no extension and no setting is within reach of what runs here, whatever
the text of a rule might have got past the checks of expression.py.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextlib import AbstractContextManager
from types import TracebackType

import duckdb

LOCKED_DOWN = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
    "temp_directory": "",
}
FEW_ROWS = 20_000


class TooSlow(Exception):
    """A statement was stopped because its time was up."""


class RuleRoom(AbstractContextManager["RuleRoom"]):
    """A locked-down connection. memory: what all of it may use, e.g. 256MB.

    rows: about how many rows will be judged. On few, planning hundreds of rules costs far more than running them, so the
    optimizer is left out.
    """

    def __init__(self, threads: int = 1, memory: str = "2GB", rows: int = 0) -> None:
        self.con = duckdb.connect(":memory:", config={**LOCKED_DOWN, "threads": threads, "memory_limit": memory})
        if rows < FEW_ROWS:
            self.con.execute("PRAGMA disable_optimizer")

    def lock(self) -> None:
        """From here on no setting can be changed any more."""
        self.con.execute("SET lock_configuration = true")

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.con.close()

    def take(self, con: duckdb.DuckDBPyConnection, table: str, columns: Iterable[str] | None = None) -> int:
        """Copy a table of another connection (all of it, or these columns) in here; returns how many rows it has."""
        return _copy(con, self.con, table, columns)

    def give(self, con: duckdb.DuckDBPyConnection, table: str) -> int:
        """Copy a table from here into a temporary table of another connection; returns how many rows it has."""
        return _copy(self.con, con, table, None)

    def run(self, sql: str, seconds: float) -> None:
        """Execute a statement. Raises TooSlow when it takes longer than `seconds`, duckdb.Error when it fails."""
        is_late = threading.Event()

        def stop() -> None:
            is_late.set()
            self.con.interrupt()

        clock = threading.Timer(seconds, stop)
        clock.daemon = True
        clock.start()
        try:
            self.con.execute(sql)
        except duckdb.InterruptException:
            if is_late.is_set():
                raise TooSlow from None
            raise
        finally:
            clock.cancel()
            clock.join()


def _copy(
    giver: duckdb.DuckDBPyConnection, taker: duckdb.DuckDBPyConnection, table: str, columns: Iterable[str] | None
) -> int:
    wanted = ", ".join(columns) if columns is not None else "*"
    rows = giver.sql(f"SELECT {wanted} FROM {table}").to_arrow_reader(100_000)
    taker.register("handed_over", rows)
    try:
        taker.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS FROM handed_over")
    finally:
        taker.unregister("handed_over")
    found = taker.execute(f"SELECT count(*) FROM {table}").fetchone()
    return found[0] if found else 0

"""The ledger's invariants (and those of what feeds it), each a query that must return no row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import duckdb

from pm_pipeline.desk.log import ActionLog
from pm_pipeline.warehouse import load_rows


@dataclass(frozen=True)
class Violation:
    """One row at fault: which invariant, what (an id), and what is wrong with it."""

    invariant: str
    meaning: str
    item: str
    text: str


@cache
def invariants() -> dict[str, tuple[str, str]]:
    """Every invariant: id -> (what a row of it would mean, SQL)."""
    found: dict[str, tuple[str, str]] = {}
    folder = resources.files(__package__ or "").joinpath("invariants")
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        sql = file.read_text(encoding="utf-8")
        found[file.name.removesuffix(".sql")] = (sql.splitlines()[0].removeprefix("-- "), sql)
    return found


def verify(
    con: duckdb.DuckDBPyConnection, only: str | None = None, since_batch: int = 0, log: ActionLog | None = None
) -> list[Violation]:
    """Run every invariant (or one); returns the rows at fault, none when all hold.

    Those of the ledger itself (I01, I08, I10, I16) look at its batches from `since_batch` on, and at all of them by default.
    I19 holds what was applied against the action log; without `log` it holds it against the chain of units of work alone.
    """
    if only in (None, "I19"):
        _tell_log(con, log)
    return [
        Violation(name, meaning, str(item), str(text))
        for name, (meaning, sql) in invariants().items()
        if only in (None, name)
        for item, text in con.execute(sql, {"since_batch": since_batch} if "$since_batch" in sql else None).fetchall()
    ]


def _tell_log(con: duckdb.DuckDBPyConnection, log: ActionLog | None) -> None:
    """Put what the action log holds, and what is wrong with the file, into temporary tables."""
    con.execute("CREATE OR REPLACE TEMP TABLE desk_log AS SELECT CAST(? AS BOOLEAN) AS is_given", [log is not None])
    con.execute(
        "CREATE OR REPLACE TEMP TABLE desk_log_fault (item VARCHAR, text VARCHAR); "
        "CREATE OR REPLACE TEMP TABLE desk_log_action (action_id VARCHAR, sha256 VARCHAR); "
        "CREATE OR REPLACE TEMP TABLE desk_log_outcome (action_id VARCHAR, outcome VARCHAR, message VARCHAR)"
    )
    if log is None:
        return
    load_rows(
        con, "desk_log_fault", ["item", "text"], [(f"{log.path.name}, {where}", what) for where, what in log.faults()]
    )
    load_rows(con, "desk_log_action", ["action_id", "sha256"], [(one.action_id, one.sha256) for one in log.actions()])
    load_rows(
        con, "desk_log_outcome", ["action_id", "outcome", "message"],
        [(one.action_id, one.outcome, one.message) for one in log.outcomes().values()],
    )  # fmt: skip

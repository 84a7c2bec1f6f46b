"""The ledger's invariants (and those of what feeds it), each a query that must return no row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import duckdb


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


def verify(con: duckdb.DuckDBPyConnection, only: str | None = None, since_batch: int = 0) -> list[Violation]:
    """Run every invariant (or one); returns the rows at fault, none when all hold.

    Those of the ledger itself (I01, I08, I10, I16) look at its batches from `since_batch` on, and at all of them by default.
    """
    return [
        Violation(name, meaning, str(item), str(text))
        for name, (meaning, sql) in invariants().items()
        if only in (None, name)
        for item, text in con.execute(sql, {"since_batch": since_batch} if "$since_batch" in sql else None).fetchall()
    ]

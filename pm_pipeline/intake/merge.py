"""From judged text rows to the feed's target table: typed, compared with what is known by key, inserted once.

The rows of one file pass through temporary tables: ``intake_row`` (typed, target column names, row_no),
``intake_problem`` (problem.sql) and ``intake_judged`` (row_no, verdict). Casts cannot fail here: every cell has passed
its pattern, and the macros of the warehouse give NULL rather than an error that would quote a value.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import duckdb
import pandas as pd

from pm_pipeline.errors import ConfigError
from pm_pipeline.intake.feed import Feed, kinds
from pm_pipeline.intake.read import Chunk
from pm_pipeline.intake.rows import fits
from pm_pipeline.warehouse import run_sql

CONFLICT_PLACE = 1_000  # after the checks of the cells

READ_AS = {
    "VARCHAR": "{0}",
    "DATE": "day({0})",
    "TIMESTAMP": "try_cast({0} AS TIMESTAMP)",
    "BIGINT": "cents({0})",
    "INTEGER": "try_cast({0} AS INTEGER)",
    "DECIMAL(12,3)": "quantity({0})",
}


def begin(con: duckdb.DuckDBPyConnection, feed: Feed) -> None:
    """Empty temporary tables for one file of this feed."""
    run_sql(con, __package__ or "", "problem.sql")
    columns = ", ".join(feed.filled)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE intake_row AS SELECT {columns}, 0::BIGINT AS row_no FROM {feed.table} LIMIT 0"
    )


def add(con: duckdb.DuckDBPyConnection, feed: Feed, chunk: Chunk, problems: pd.DataFrame) -> None:
    """Put a chunk's good rows into intake_row and its problems into intake_problem."""
    faulty = problems.assign(row_key=_readable_keys(feed, chunk.frame).reindex(problems["row_no"]).to_numpy())
    ragged = pd.DataFrame(
        {
            "row_no": [row_no for row_no, _ in chunk.ragged],
            "row_key": None,
            "place": -1,
            "reason": "RAGGED_ROW",
            "column_name": "",
            "expected": [f"{len(feed.columns)} cells; this row has {cells}" for _, cells in chunk.ragged],
            "remedy": "Put quotes around cells that hold a comma, and write every column even when it is empty.",
        }
    )
    for found in (faulty, ragged):
        if len(found):
            _insert(con, "intake_problem", found, "*")
    good = chunk.frame.drop(index=problems["row_no"].unique())
    if len(good):
        _insert(con, "intake_row", good.reset_index(), f"{_typed(con, feed)}, row_no")


def classify(con: duckdb.DuckDBPyConnection, feed: Feed) -> None:
    """Make intake_judged: fresh, known (same key and content as a loaded row or an earlier one here) or conflict.

    A conflict (same key, other content) is a problem of the row that came later; the first one stands.
    """
    key, first = ", ".join(feed.key), feed.key[0]
    same_as_held, same_as_first = _equal(feed, "held"), _equal(feed, "first_row")
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE intake_judged AS
        WITH ranked AS (SELECT *, row_number() OVER (PARTITION BY {key} ORDER BY row_no) AS turn FROM intake_row)
        SELECT fresh.row_no, CASE WHEN held.{first} IS NULL AND fresh.turn = 1 THEN 'fresh'
                                  WHEN held.{first} IS NOT NULL AND {same_as_held} THEN 'known'
                                  WHEN held.{first} IS NULL AND {same_as_first} THEN 'known'
                                  ELSE 'conflict' END AS verdict
        FROM ranked AS fresh
        JOIN (SELECT * FROM ranked WHERE turn = 1) AS first_row USING ({key})
        LEFT JOIN {feed.table} AS held USING ({key})""")
    con.execute(
        f"""INSERT INTO intake_problem
        SELECT row_no, {first}, ?, 'KEY_CONFLICT', ?, ?, ? FROM intake_row JOIN intake_judged USING (row_no)
        WHERE verdict = 'conflict'""",
        [
            CONFLICT_PLACE,
            first,
            f"a key ({', '.join(feed.key)}) that was not used before with other content",
            feed.to_change,
        ],
    )


def insert(con: duckdb.DuckDBPyConnection, feed: Feed, extra: Sequence[str], params: dict[str, object]) -> None:
    """Insert the fresh rows; `extra`: columns of the temporary table intake_extra; `params`: constants by column."""
    has = _types(con, feed)
    given = {name: value for name, value in params.items() if name in has}
    names = [*feed.filled, "row_no", *extra, *given]
    values = [*feed.filled, "row_no", *extra, *(f"${name}" for name in given)]
    joined = "JOIN intake_extra USING (row_no)" if extra else ""
    con.execute(
        f"INSERT INTO {feed.table} ({', '.join(names)}) SELECT {', '.join(values)} "
        f"FROM intake_row JOIN intake_judged USING (row_no) {joined} WHERE verdict = 'fresh' ORDER BY row_no",
        given,
    )


def _typed(con: duckdb.DuckDBPyConnection, feed: Feed) -> str:
    types = _types(con, feed)
    return ", ".join(f"{_reading(feed, name, types[name], cells)} AS {name}" for name, cells in feed.filled.items())


def _reading(feed: Feed, name: str, kind: str, cells: list[str]) -> str:
    template = READ_AS.get(kind.removesuffix("[]"))
    if template is None or kind.endswith("[]") != (len(cells) > 1):
        raise ConfigError(
            f"feed {feed.feed}: {name} of {feed.table} is {kind} and is filled by {len(cells)} column(s). A list takes "
            f"several; a single value one column and one of the types {', '.join(READ_AS)}."
        )
    if len(cells) == 1:
        return template.format(cells[0])
    return f"list_filter([{', '.join(template.format(cell) for cell in cells)}], lambda cell: cell IS NOT NULL)"


def _types(con: duckdb.DuckDBPyConnection, feed: Feed) -> dict[str, str]:
    described = con.execute(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {feed.table})").fetchall()
    return dict(described)


def _equal(feed: Feed, other: str) -> str:
    return " AND ".join(f"fresh.{name} IS NOT DISTINCT FROM {other}.{name}" for name in feed.filled)


def _readable_keys(feed: Feed, frame: pd.DataFrame) -> pd.Series:
    keys = cast("pd.Series", frame[feed.key[0]])
    return keys.where(fits(keys, kinds()["id"]))


def _insert(con: duckdb.DuckDBPyConnection, table: str, frame: pd.DataFrame, selected: str) -> None:
    con.register("intake_chunk", frame)
    try:
        con.execute(f"INSERT INTO {table} BY NAME SELECT {selected} FROM intake_chunk")
    finally:
        con.unregister("intake_chunk")

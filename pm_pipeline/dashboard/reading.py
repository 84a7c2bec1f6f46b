"""Reading the published generation: parametrised SQL from queries/, cached for as long as the generation is the current one.

A generation never changes, so a result is right until another is published; then `current` names another file, which is opened at
the next question. Each question uses a cursor of its own, so threads do not wait for each other.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pm_pipeline.errors import WarehouseError
from pm_pipeline.warehouse.publish import LINK, open_published
from pm_pipeline.warehouse.sql import records, sql_text

PACKAGE = "pm_pipeline.dashboard"
KEPT = 256  # results that are kept; a result is at most a page of rows
BATCH = 5_000
LONG = {"entries": "posted_on"}  # a whole ledger: only the days that its first rows lie on are put in order
Row = dict[str, Any]


@dataclass(frozen=True)
class About:
    """The generation on show: its number, the day it speaks of, when it was built (UTC), and the chain link it proves."""

    generation: int
    as_of_date: dt.date
    built_at: dt.datetime
    published_at: dt.datetime
    chain_seq: int
    chain_hash: str


class Published:
    """The current generation in `folder`, always the newest. Safe to use from many threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._name: str | None = None
        self._con: duckdb.DuckDBPyConnection | None = None
        self._about: About | None = None
        self._kept: OrderedDict[tuple[Any, ...], list[Row]] = OrderedDict()

    def about(self) -> About:
        """What is on show. Raises WarehouseError when nothing is published yet."""
        return self._current()[1]

    def rows(self, query: str, params: Mapping[str, Any], limit: int | None = None) -> list[Row]:
        """The rows of queries/<query>.sql, at most `limit` of them, in the order it gives.

        `params` may hold more than the query names. Raises WarehouseError when the generation lacks a table.
        """
        con, about = self._current()
        return self._ask(con, about, statement(query, limit), params)

    def totals(self, query: str, params: Mapping[str, Any], summed: tuple[str, ...]) -> Row:
        """How many rows the query has (`rows`), and the sum of each column of `summed` over all of them."""
        con, about = self._current()
        sums = "".join(f", coalesce(sum({name}), 0) AS {name}" for name in summed)
        sql = f"SELECT count(*) AS rows{sums} FROM ({unordered(query)}) AS listed"
        return self._ask(con, about, sql, params)[0]

    def every_row(self, query: str, params: Mapping[str, Any]) -> Iterator[tuple[list[str], list[tuple[Any, ...]]]]:
        """All rows of a query in batches, each with the names of the columns; nothing of it is kept."""
        con, about = self._current()
        cursor = con.cursor()
        try:
            _execute(cursor, statement(query), _with_day(params, about))
            names = [column[0] for column in cursor.description or []]
            batch = cursor.fetchmany(BATCH)
            yield names, batch
            while batch := cursor.fetchmany(BATCH):
                yield names, batch
        finally:
            cursor.close()

    def _ask(self, con: duckdb.DuckDBPyConnection, about: About, sql: str, params: Mapping[str, Any]) -> list[Row]:
        given = _with_day(params, about)
        key = (
            about.generation,
            sql,
            tuple(sorted((name, str(value)) for name, value in given.items() if value is not None)),
        )
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return [dict(row) for row in self._kept[key]]  # the page may add to its rows
        cursor = con.cursor()
        try:
            _execute(cursor, sql, given)
            found = records(cursor)
        finally:
            cursor.close()
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return [dict(row) for row in found]

    def _current(self) -> tuple[duckdb.DuckDBPyConnection, About]:
        try:
            name = (self._folder / LINK).readlink().name
        except OSError:
            name = None
        with self._lock:
            if name is None or name != self._name or self._con is None or self._about is None:
                # the connection before it stays open for the cursors that still read from it, and ends with the last of them
                con = open_published(self._folder)
                _close_doors(con)
                self._con, self._about = con, _about(con)
                self._name = f"gen-{self._about.generation}.duckdb"
                self._kept.clear()
            return self._con, self._about


def statement(query: str, limit: int | None = None) -> str:
    """The text of queries/<query>.sql, at most `limit` rows of it."""
    text = sql_text(PACKAGE, f"queries/{query}.sql").rstrip().rstrip(";")
    if limit is None:
        return text
    if (day := LONG.get(query)) is None:
        return f"{text}\nLIMIT {int(limit)}"
    rows, _, order = text.rpartition("\nORDER BY ")
    days = f"SELECT {day} FROM listed ORDER BY {day} LIMIT {int(limit)}"
    return (
        f"WITH listed AS NOT MATERIALIZED ({rows})\nSELECT * FROM listed WHERE {day} <= (SELECT max({day}) FROM ({days}))"
        f"\nORDER BY {order}\nLIMIT {int(limit)}"
    )


def unordered(query: str) -> str:
    """The text of queries/<query>.sql without the order at its end, which costs more than all the rest where only sums are asked for."""
    text, found, order = statement(query).rpartition("\nORDER BY ")
    return text if found and ")" not in order else statement(query)


def _close_doors(con: duckdb.DuckDBPyConnection) -> None:
    """Let the database reach no other file; connections of one process to one file share it, so it may be done already."""
    if con.execute("SELECT current_setting('lock_configuration')").fetchone() == (False,):
        for setting in ("enable_external_access = false", "enable_progress_bar = false", "lock_configuration = true"):
            con.execute(f"SET {setting}")


def _execute(cursor: duckdb.DuckDBPyConnection, sql: str, given: Mapping[str, Any]) -> None:
    try:
        parsed = cursor.extract_statements(sql)[0]
        cursor.execute(parsed, {name: given.get(name) for name in parsed.named_parameters})
    except (duckdb.CatalogException, duckdb.BinderException) as problem:
        raise WarehouseError(
            "The published copy has not what this page shows: it was made by another version of pm_pipeline "
            f"({str(problem).splitlines()[0]}). Publish again: pm run."
        ) from None


def _with_day(params: Mapping[str, Any], about: About) -> dict[str, Any]:
    return {**params, "as_of": params.get("as_of") or about.as_of_date}


def _about(con: duckdb.DuckDBPyConnection) -> About:
    found = records(
        con, "SELECT generation, as_of_date, built_at, published_at, chain_seq, chain_hash FROM published.about"
    )
    if not found or found[0]["as_of_date"] is None:
        raise WarehouseError("The published copy is empty: nothing was ever posted. Run `pm demo` or `pm run` first.")
    return About(**found[0])

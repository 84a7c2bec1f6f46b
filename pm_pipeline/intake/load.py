"""Loading practice feed files: each landed file once, each good row once, each bad row kept with its reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import duckdb
import pandas as pd

from pm_pipeline.errors import FeedError, PmError
from pm_pipeline.intake import merge
from pm_pipeline.intake.feed import Feed
from pm_pipeline.intake.read import Chunk, decode, greatest, read_header, read_rows
from pm_pipeline.intake.suite import judge
from pm_pipeline.intake.together import SMALL_BYTES, Judged, judged_together
from pm_pipeline.warehouse import run_sql, unit

UNKNOWN = "unknown"  # the name of a feed that is none of ours

Complete = Callable[[duckdb.DuckDBPyConnection], list[str]]


class FeedStore(Protocol):
    """Where landed bytes lie (transport.store.FileStore)."""

    def read(self, file_id: str, /) -> bytes:
        """The bytes of a landed file."""
        ...


@dataclass(frozen=True)
class FeedResult:
    """What became of one feed file. rows_in = rows_loaded + rows_known + rows_quarantined.

    table is the one the feed fills ('' when the file is no feed of ours); status is loaded, empty or refused; reasons
    counts the quarantined rows by code (a row can have several).
    """

    file_id: str
    feed: str
    table: str
    status: str
    rows_in: int = 0
    rows_loaded: int = 0
    rows_known: int = 0
    rows_quarantined: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    refused_because: str | None = None


@dataclass(frozen=True)
class Landed:
    """A feed file that waits: its hash and the business date it landed on."""

    file_id: str
    landed_on: dt.date


def pending(con: duckdb.DuckDBPyConnection) -> list[Landed]:
    """The landed feed files nobody has dealt with."""
    rows = run_sql(con, __package__ or "", "pending.sql").fetchall()
    return [Landed(file_id, landed_on) for file_id, landed_on in rows]


def load_feed_files(
    con: duckdb.DuckDBPyConnection,
    store: FeedStore,
    feeds: Iterable[Feed],
    today: dt.date,
    run_id: str,
    complete: Complete | None = None,
) -> list[FeedResult]:
    """Load every waiting file whose header is that of one of `feeds`, one unit of work per file.

    Files are taken in the order of the greatest date they state, then by hash, whatever the order they landed in.
    `complete` is called inside the unit of work: it may turn fresh rows of intake_judged into problems or known ones, and
    returns the names of further columns, which it puts with row_no into the temporary table intake_extra; intake_file
    holds the file_id.
    """
    by_header = {tuple(feed.header): feed for feed in feeds}
    waiting: list[tuple[str, Landed, Feed]] = []
    texts: dict[str, dict[str, str]] = {}
    for landed in pending(con):
        try:
            text = decode(store.read(landed.file_id))
            header = read_header(text)
        except FeedError:
            continue  # no feed of ours; refuse_unknown says why
        if (feed := by_header.get(tuple(header))) is not None:
            waiting.append((greatest(text, header, feed.dated_by), landed, feed))
            if len(text) <= SMALL_BYTES:
                texts.setdefault(feed.feed, {})[landed.file_id] = text
    judged: dict[str, Judged] = {}
    for feed in by_header.values():
        judged |= judged_together(feed, texts.get(feed.feed, {}))
    return [
        _load(con, store, feed, landed, today, run_id, complete, judged.get(landed.file_id))
        for _, landed, feed in sorted(waiting, key=lambda item: (item[0], item[1].file_id))
    ]


def refuse(
    con: duckdb.DuckDBPyConnection, feed: Feed | None, landed: Landed, today: dt.date, run_id: str, because: str | None
) -> FeedResult:
    """Record that a file as a whole is not loaded. `feed` None: no feed of ours; `because` None: it holds nothing."""
    name, table = (feed.feed, feed.table) if feed else (UNKNOWN, "")
    result = FeedResult(landed.file_id, name, table, "refused" if because else "empty", refused_because=because)
    with unit(con, f"intake.{name}", run_id):
        _record(con, result, landed, today, run_id)
    return result


def _load(
    con: duckdb.DuckDBPyConnection,
    store: FeedStore,
    feed: Feed,
    landed: Landed,
    today: dt.date,
    run_id: str,
    complete: Complete | None,
    judged: Judged | None,
) -> FeedResult:
    merge.begin(con, feed)
    rows_in = 0
    try:
        for chunk, problems in judged if judged is not None else _judged_alone(store, feed, landed):
            rows_in += len(chunk.frame) + len(chunk.ragged)
            merge.add(con, feed, chunk, problems)
    except FeedError as problem:
        return refuse(con, feed, landed, today, run_id, str(problem))
    with unit(con, f"intake.{feed.feed}", run_id):
        merge.classify(con, feed)
        con.execute(
            "CREATE OR REPLACE TEMP TABLE intake_file AS SELECT CAST(? AS VARCHAR) AS file_id", [landed.file_id]
        )
        extra = complete(con) if complete else []
        names = {"file_id": landed.file_id, "landed_on": landed.landed_on, "run_id": run_id}
        merge.insert(con, feed, extra, names)
        result = _counted(con, feed, landed, rows_in)
        run_sql(
            con,
            __package__ or "",
            "quarantine.sql",
            {"file_id": landed.file_id, "feed": feed.feed, "today": today, "run_id": run_id},
        )
        _record(con, result, landed, today, run_id)
    for table in ("intake_row", "intake_problem", "intake_judged", "intake_file", "intake_extra"):
        con.execute(f"DROP TABLE IF EXISTS {table}")
    return result


def _judged_alone(store: FeedStore, feed: Feed, landed: Landed) -> Iterator[tuple[Chunk, pd.DataFrame]]:
    for chunk in read_rows(decode(store.read(landed.file_id)), feed.header):
        yield chunk, judge(feed, chunk.frame)


def _counted(con: duckdb.DuckDBPyConnection, feed: Feed, landed: Landed, rows_in: int) -> FeedResult:
    verdicts = dict(con.execute("SELECT verdict, count(*) FROM intake_judged GROUP BY 1").fetchall())
    by_reason = "SELECT reason, count(DISTINCT row_no) FROM intake_problem GROUP BY 1 ORDER BY 2 DESC, 1"
    reasons = dict(con.execute(by_reason).fetchall())
    row = con.execute("SELECT count(DISTINCT row_no) FROM intake_problem").fetchone()
    quarantined = int(row[0]) if row else 0
    loaded, known = verdicts.get("fresh", 0), verdicts.get("known", 0)
    if rows_in != loaded + known + quarantined:
        raise PmError(
            f"Feed file {landed.file_id[:12]}: {rows_in} rows in, but {loaded} loaded, {known} known and {quarantined} "
            "quarantined. Nothing of it was saved; this is a fault of the program, not of the file."
        )
    status = "loaded" if rows_in else "empty"
    return FeedResult(landed.file_id, feed.feed, feed.table, status, rows_in, loaded, known, quarantined, reasons)


def _record(con: duckdb.DuckDBPyConnection, result: FeedResult, landed: Landed, today: dt.date, run_id: str) -> None:
    con.execute(
        "INSERT INTO intake.feed_file VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            result.file_id,
            result.feed,
            result.status,
            result.refused_because,
            result.rows_in,
            result.rows_loaded,
            result.rows_known,
            result.rows_quarantined,
            landed.landed_on,
            run_id,
        ],
    )
    outcome = {"loaded": "loaded", "empty": "ignored", "refused": "quarantined"}[result.status]
    con.execute("INSERT INTO transport.handled VALUES (?, 'intake', ?, ?, ?)", [result.file_id, outcome, today, run_id])

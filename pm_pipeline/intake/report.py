"""The page that goes back to whoever sent a feed file: what was taken, what was not, and what to do about it.

One self-contained HTML file. It names rows, columns and rules; it never shows the value of a cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import jinja2

from pm_pipeline.errors import FeedError
from pm_pipeline.intake.feed import Feed, known_feeds
from pm_pipeline.warehouse import records, run_sql

LISTED_ROWS = 1_000  # more can be read by nobody, and a browser chokes on them; the summary counts every row


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a row."""

    reason: str
    column: str
    expected: str
    remedy: str


@dataclass(frozen=True)
class BadRow:
    """A row that was not loaded."""

    row_no: int
    row_key: str | None
    problems: list[Problem]


def write_report(con: duckdb.DuckDBPyConnection, file_id: str, folder: Path) -> Path:
    """Write the report of one handled feed file into `folder`; returns its path. Writing it again gives the same bytes.

    Raises FeedError when the file was not handled by intake.
    """
    found = records(con, "SELECT * FROM intake.feed_file WHERE file_id = ?", [file_id])
    if not found:
        raise FeedError(f"There is no feed file {file_id[:12]} that intake has handled, so there is nothing to report.")
    file = found[0]
    feed = next((feed for feed in known_feeds() if feed.feed == file["feed"]), None)
    text = _template().render(
        file=file, feed=feed, title=_title(feed), reasons=_reasons(con, file_id), rows=_rows(con, file_id)
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{file['feed']}-{file['landed_on']}-{file_id[:12]}.html"
    path.write_text(text, encoding="utf-8")
    return path


def _title(feed: Feed | None) -> str:
    return f"{feed.title}: what we received" if feed else "A file we could not take as it is"


def _reasons(con: duckdb.DuckDBPyConnection, file_id: str) -> list[tuple[Any, ...]]:
    return run_sql(con, __package__ or "", "report_reasons.sql", {"file_id": file_id}).fetchall()


def _rows(con: duckdb.DuckDBPyConnection, file_id: str) -> list[BadRow]:
    found = con.execute(
        "SELECT row_no, row_key, reasons, column_names, texts, remedies FROM intake.quarantined_row "
        "WHERE file_id = ? ORDER BY row_no LIMIT ?",
        [file_id, LISTED_ROWS],
    ).fetchall()
    return [
        BadRow(row_no, row_key, [Problem(*problem) for problem in zip(*lists, strict=True)])
        for row_no, row_key, *lists in found
    ]


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    environment.filters["sentence"] = lambda text: text[:1].upper() + text[1:]
    return environment.from_string(resources.files(__package__ or "").joinpath("report.html.j2").read_text("utf-8"))

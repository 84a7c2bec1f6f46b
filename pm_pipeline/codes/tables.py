"""Public edit tables (NCCI, MUE, ICD-10-CM, HCPCS ...) loaded into the warehouse, edition by edition."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb

from pm_pipeline.codes.formats import FORMATS, BadRow, Format, Row
from pm_pipeline.errors import FeedError
from pm_pipeline.warehouse import load_rows, unit, utc_now

CHUNK = 50_000
# their newest edition says what was in force on any earlier day: an older one is not kept
CUMULATIVE = {"ncci_ptp", "coverage"}
# one edition comes in several files of the same format
IN_PARTS = {"ncci_ptp"}


@dataclass(frozen=True)
class Loaded:
    """What a file brought. is_known: this very file was loaded before for this edition, and nothing was done."""

    kind: str
    format: str
    effective_from: dt.date
    rows: int
    is_known: bool


def load_table(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    format_name: str,
    effective: dt.date,
    run_id: str,
    *,
    afresh: bool = False,
) -> Loaded:
    """Load an official file as the edition that is in force from `effective` on, in one unit of work.

    A file takes the place of what was loaded before of this edition into the same rows, in this format or in another that fills
    them (the ICD-10-CM order and code files), except the parts of a table that comes in several files, which add up; afresh: this
    is the first part of an edition loaded again. Raises FeedError naming the line.
    """
    form = FORMATS[format_name]
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    known = con.execute(
        "SELECT rows FROM codes.table_file WHERE kind = ? AND effective_from = ? AND format = ? AND sha256 = ?",
        [form.kind, effective, form.name, digest],
    ).fetchone()
    if known is not None and not afresh:
        return Loaded(form.kind, form.name, effective, known[0], True)
    text = data.decode("utf-8-sig") if _is_utf8(data) else data.decode("latin-1")
    with unit(con, "codes.tables", run_id) as work:
        work.digest = digest
        _make_room(con, form, effective, afresh)
        rows = 0
        try:
            for chunk in _chunks(form.read(iter(text.splitlines(keepends=True)))):
                values = [[*row, effective] for row in chunk]
                rows += load_rows(con, f"codes.{form.table}", [*form.columns, "edition"], values)
        except BadRow as problem:
            raise FeedError(f"{path.name}: {problem}. Is it {form.what}? Nothing was loaded.") from None
        if rows == 0:
            raise FeedError(f"{path.name}: it has no row of the format {form.name} ({form.what}). Nothing was loaded.")
        con.execute(
            "INSERT INTO codes.table_file VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [form.kind, effective, digest, path.name, form.name, rows, utc_now(), run_id],
        )
    return Loaded(form.kind, form.name, effective, rows, False)


def _make_room(con: duckdb.DuckDBPyConnection, form: Format, effective: dt.date, afresh: bool) -> None:
    only = f" AND {form.same}" if form.same else ""
    if form.kind in CUMULATIVE:
        newer = con.execute(
            "SELECT max(effective_from) FROM codes.table_file WHERE format = ? AND effective_from > ?",
            [form.name, effective],
        ).fetchone()
        if newer is not None and newer[0] is not None:
            raise FeedError(
                f"The edition of {newer[0]} of {form.kind} is loaded already, and it holds all earlier ones. Load a later one."
            )
        con.execute(f"DELETE FROM codes.{form.table} WHERE edition < ?{only}", [effective])
    if afresh or form.kind not in IN_PARTS:
        con.execute(f"DELETE FROM codes.{form.table} WHERE edition = ?{only}", [effective])
        for name in _fillers(form):
            con.execute("DELETE FROM codes.table_file WHERE format = ? AND effective_from = ?", [name, effective])


def _fillers(form: Format) -> list[str]:
    """The names of all formats that fill the same rows as this one: what empties them empties what each of them brought."""
    return [one.name for one in FORMATS.values() if (one.table, one.same) == (form.table, form.same)]


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True

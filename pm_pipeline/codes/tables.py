"""Public edit tables (NCCI, MUE, ICD-10-CM, HCPCS ...) loaded into the warehouse, edition by edition."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb

from pm_pipeline.codes.formats import FORMATS, BadRow, Format, Row
from pm_pipeline.errors import FeedError
from pm_pipeline.warehouse import load_rows, unit, utc_now

CHUNK = 50_000
# their newest edition says what was in force on any earlier day, row by row: an older one beside it would say everything twice
CUMULATIVE = {"ncci_ptp", "coverage"}
# one edition comes in several files of the same format
IN_PARTS = {"ncci_ptp"}


@dataclass(frozen=True)
class Loaded:
    """What files brought. is_known: these very files are what is loaded of this edition, and nothing was done."""

    kind: str
    format: str
    effective_from: dt.date
    rows: int
    is_known: bool


def load_table(
    con: duckdb.DuckDBPyConnection,
    paths: Sequence[Path],
    format_name: str,
    effective: dt.date,
    run_id: str,
    *,
    complete: bool = False,
) -> Loaded:
    """Load official files as the edition that is in force from `effective` on, in one unit of work.

    All files of an edition come at once (only NCCI pairs have several), so that no edition is ever in force in part. They take the
    place of what was loaded before of this edition into the same rows, in this format or in another that fills them (the ICD-10-CM
    order and code files); those of a table whose newest edition holds all earlier ones take the place of the earlier ones too.
    complete: fewer files than the edition before had are not a mistake. Raises FeedError naming the file and the line.
    """
    form = FORMATS[format_name]
    files = _read(paths, form)
    earlier = _files(con, form)
    newer = max((day for day, _, _ in earlier if day > effective), default=None)
    if newer is not None and form.kind in CUMULATIVE:
        raise FeedError(
            f"The edition of {newer} of {form.kind} is loaded already, and it holds all earlier ones. Load a later one."
        )
    known = con.execute(
        "SELECT sha256, rows FROM codes.table_file WHERE format = ? AND effective_from = ?", [form.name, effective]
    ).fetchall()
    if known and {digest for digest, _ in known} == set(files):
        return Loaded(form.kind, form.name, effective, sum(rows for _, rows in known), True)
    if not complete:
        _hold_parts(form, len(files), earlier)
    rows = 0
    with unit(con, "codes.tables", run_id) as work:
        work.digest = (
            hashlib.sha256("".join(sorted(files)).encode()).hexdigest() if len(files) > 1 else next(iter(files))
        )
        _make_room(con, form, effective)
        for digest, (path, text) in files.items():
            brought = _load_file(con, form, effective, path, text)
            con.execute(
                "INSERT INTO codes.table_file VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [form.kind, effective, digest, path.name, form.name, brought, utc_now(), run_id],
            )
            rows += brought
    return Loaded(form.kind, form.name, effective, rows, False)


def _read(paths: Sequence[Path], form: Format) -> dict[str, tuple[Path, str]]:
    """The files by their sha256."""
    if len(paths) > 1 and form.kind not in IN_PARTS:
        raise FeedError(
            f"An edition of {form.kind} is one file of the format {form.name}, and here are {len(paths)}. Load one."
        )
    files: dict[str, tuple[Path, str]] = {}
    for path in paths:
        data = path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        if digest in files:
            raise FeedError(
                f"{path.name} is the same file as {files[digest][0].name}. Give each part of the edition once."
            )
        files[digest] = (path, _text(path, data))
    return files


def _text(path: Path, data: bytes) -> str:
    """The text of an official file: UTF-8, or what Windows writes."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as problem:
            line = data.count(b"\n", 0, problem.start) + 1
    raise FeedError(
        f"{path.name}: line {line}: it is no text in UTF-8 or Windows-1252. Save it as UTF-8. Nothing was loaded."
    )


def _files(con: duckdb.DuckDBPyConnection, form: Format) -> list[tuple[dt.date, str, int]]:
    """What is loaded into the rows that files of this format fill: edition, format, number of files."""
    return con.execute(
        "SELECT effective_from, format, count(*) FROM codes.table_file WHERE list_contains(?, format) GROUP BY ALL ORDER BY ALL",
        [_fillers(form)],
    ).fetchall()


def _hold_parts(form: Format, given: int, earlier: list[tuple[dt.date, str, int]]) -> None:
    """Raises FeedError when the last edition came in more files: a part left out takes its edits out of force unseen."""
    if form.kind in IN_PARTS and earlier and given < earlier[-1][2]:
        day, _, had = earlier[-1]
        raise FeedError(
            f"The edition of {day} of {form.kind} has {had} files, and here {'is' if given == 1 else 'are'} {given}. Give all files of an "
            "edition in one command; when it really has fewer, say --complete. Nothing was loaded."
        )


def _load_file(con: duckdb.DuckDBPyConnection, form: Format, effective: dt.date, path: Path, text: str) -> int:
    rows = 0
    try:
        for chunk in _chunks(form.read(io.StringIO(text, newline=""))):
            rows += load_rows(
                con, f"codes.{form.table}", [*form.columns, "edition"], [[*row, effective] for row in chunk]
            )
    except BadRow as problem:
        raise FeedError(f"{path.name}: {problem}. Is it {form.what}? Nothing was loaded.") from None
    if rows == 0:
        raise FeedError(f"{path.name}: it has no row of the format {form.name} ({form.what}). Nothing was loaded.")
    return rows


def _make_room(con: duckdb.DuckDBPyConnection, form: Format, effective: dt.date) -> None:
    """Empty the rows that the new ones stand for, and forget the files that brought them."""
    which = "<=" if form.kind in CUMULATIVE else "="
    only = f" AND {form.same}" if form.same else ""
    con.execute(f"DELETE FROM codes.{form.table} WHERE edition {which} ?{only}", [effective])
    con.execute(
        f"DELETE FROM codes.table_file WHERE effective_from {which} ? AND list_contains(?, format)",
        [effective, _fillers(form)],
    )


def _fillers(form: Format) -> list[str]:
    """The names of all formats that fill the same rows as this one: what empties them empties what each of them brought."""
    return [one.name for one in FORMATS.values() if (one.table, one.same) == (form.table, form.same)]


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk

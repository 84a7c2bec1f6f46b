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

from pm_pipeline.codes.formats import EDITIONS, FORMATS, BadRow, Format, Row, of_header
from pm_pipeline.errors import FeedError
from pm_pipeline.warehouse import load_rows, unit, utc_now

CHUNK = 50_000
# their newest edition says what was in force on any earlier day, row by row: an older one beside it would say everything twice
CUMULATIVE = {"ncci_ptp", "coverage"}
# one edition comes in several files of the same format
IN_PARTS = {"ncci_ptp"}


@dataclass(frozen=True)
class Loaded:
    """What files brought; format: what they were loaded as, of EDITIONS. is_known: these very files are loaded, and nothing was done."""

    kind: str
    format: str
    effective_from: dt.date
    rows: int
    is_known: bool


@dataclass(frozen=True)
class _File:
    path: Path
    text: str
    form: Format


def load_table(
    con: duckdb.DuckDBPyConnection,
    paths: Sequence[Path],
    edition: str,
    effective: dt.date,
    run_id: str,
    *,
    complete: bool = False,
) -> Loaded:
    """Load official files as the edition (a name of EDITIONS) that is in force from `effective` on, in one unit of work.

    All files of an edition come at once, NCCI pairs in parts and coverage in files of four formats, so that no edition is ever in force
    in part. They take the place of what was loaded before of this edition into the same rows, in this format or in another that fills
    them (the ICD-10-CM order and code files); those of a table whose newest edition holds all earlier ones take the place of the earlier
    ones too. complete: fewer parts than the edition before had are not a mistake. Raises FeedError naming the file and the line.
    """
    forms = EDITIONS[edition]
    kind = forms[0].kind
    files = _read(paths, edition, forms)
    earlier = _files(con, forms)
    newer = max((day for day, _, _ in earlier if day > effective), default=None)
    if newer is not None and kind in CUMULATIVE:
        raise FeedError(
            f"The edition of {newer} of {kind} is loaded already, and it holds all earlier ones. Load a later one."
        )
    known = con.execute(
        "SELECT sha256, rows FROM codes.table_file WHERE list_contains(?, format) AND effective_from = ?",
        [[one.name for one in forms], effective],
    ).fetchall()
    if known and {digest for digest, _ in known} == set(files):
        return Loaded(kind, edition, effective, sum(rows for _, rows in known), True)
    if kind in IN_PARTS and not complete:
        _hold_parts(kind, len(files), earlier)
    rows = 0
    with unit(con, "codes.tables", run_id) as work:
        work.digest = (
            hashlib.sha256("".join(sorted(files)).encode()).hexdigest() if len(files) > 1 else next(iter(files))
        )
        for form in forms:
            _make_room(con, form, effective)
        for digest, file in files.items():
            brought = _load_file(con, file, effective)
            con.execute(
                "INSERT INTO codes.table_file VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [kind, effective, digest, file.path.name, file.form.name, brought, utc_now(), run_id],
            )
            rows += brought
    return Loaded(kind, edition, effective, rows, False)


def _read(paths: Sequence[Path], edition: str, forms: Sequence[Format]) -> dict[str, _File]:
    """The files by their sha256, each with its format."""
    if len(forms) == 1 and len(paths) > 1 and forms[0].kind not in IN_PARTS:
        raise FeedError(
            f"An edition of {forms[0].kind} is one file of the format {edition}, and here are {len(paths)}. Load one."
        )
    files: dict[str, _File] = {}
    for path in paths:
        data = path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        if digest in files:
            raise FeedError(
                f"{path.name} is the same file as {files[digest].path.name}. Give each file of the edition once."
            )
        text = _text(path, data)
        files[digest] = _File(path, text, forms[0] if len(forms) == 1 else _form(path, text, edition, forms))
    if len(forms) > 1:
        _hold_formats(edition, forms, list(files.values()))
    return files


def _form(path: Path, text: str, edition: str, forms: Sequence[Format]) -> Format:
    """Which file of the edition this is. Raises FeedError when it is none."""
    try:
        form = of_header(text, forms)
    except BadRow as problem:
        raise FeedError(f"{path.name}: {problem}. Nothing was loaded.") from None
    if form is None:
        columns = ", ".join(one.known_by for one in forms)
        raise FeedError(
            f"{path.name}: it is none of the {len(forms)} files of {edition}: expected a header with one of {columns}. Nothing was loaded."
        )
    return form


def _hold_formats(edition: str, forms: Sequence[Format], files: Sequence[_File]) -> None:
    """Raises FeedError unless there is one file of each format: one of another edition says nothing of the articles of this one."""
    given = [file.form.name for file in files]
    for file in files:
        if given.count(file.form.name) > 1:
            raise FeedError(
                f"{file.path.name} is not the only file of the format {file.form.name}. Give one of each. Nothing was loaded."
            )
    if missing := [one.what for one in forms if one.name not in given]:
        raise FeedError(
            f"An edition of {edition} is {len(forms)} files, given in one command. Missing: {', '.join(missing)}. Nothing was loaded."
        )


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


def _files(con: duckdb.DuckDBPyConnection, forms: Sequence[Format]) -> list[tuple[dt.date, str, int]]:
    """What is loaded into the rows that files of these formats fill: edition, format, number of files."""
    return con.execute(
        "SELECT effective_from, format, count(*) FROM codes.table_file WHERE list_contains(?, format) GROUP BY ALL ORDER BY ALL",
        [[name for form in forms for name in _fillers(form)]],
    ).fetchall()


def _hold_parts(kind: str, given: int, earlier: list[tuple[dt.date, str, int]]) -> None:
    """Raises FeedError when the last edition came in more files: a part left out takes its edits out of force unseen."""
    if earlier and given < earlier[-1][2]:
        day, _, had = earlier[-1]
        raise FeedError(
            f"The edition of {day} of {kind} has {had} files, and here {'is' if given == 1 else 'are'} {given}. Give all files of an "
            "edition in one command; when it really has fewer, say --complete. Nothing was loaded."
        )


def _load_file(con: duckdb.DuckDBPyConnection, file: _File, effective: dt.date) -> int:
    form, name = file.form, file.path.name
    rows = 0
    try:
        for chunk in _chunks(form.read(io.StringIO(file.text, newline=""))):
            rows += load_rows(
                con, f"codes.{form.table}", [*form.columns, "edition"], [[*row, effective] for row in chunk]
            )
    except BadRow as problem:
        raise FeedError(f"{name}: {problem}. Is it {form.what}? Nothing was loaded.") from None
    if rows == 0 and not form.may_be_empty:
        raise FeedError(f"{name}: it has no row of the format {form.name} ({form.what}). Nothing was loaded.")
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

"""What a sweep found, and writing it to the journal in one unit of work."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from pm_pipeline.transport.kinds import Kind
from pm_pipeline.transport.sftp import RemoteFile
from pm_pipeline.warehouse import load_rows, unit, utc_now

HELD_SWEEPS = 2  # a file that may still change is left alone for so many sweeps


@dataclass(frozen=True)
class LandedFile:
    """Bytes seen for the first time."""

    file_id: str
    kind: Kind
    bytes: int


@dataclass
class Swept:
    """One sweep of one partner (or of the drop folder), as plain counts; holds no names.

    `landed` are files new to us, `receipts` how many new places files were seen at, `duplicates` how many of those had
    bytes we knew; `problems` counts by code what was not taken; `stopped_because` says why the sweep broke off early
    (what it took before that is journalled), or None.
    """

    partner_id: str
    landed: list[LandedFile] = field(default_factory=list)
    receipts: int = 0
    duplicates: int = 0
    problems: dict[str, int] = field(default_factory=dict)
    stopped_because: str | None = None


@dataclass(frozen=True)
class Taken:
    """A file in the store, not yet journalled, and where it was seen."""

    seen_at: RemoteFile
    file_id: str
    kind: Kind
    bytes: int


@dataclass(frozen=True)
class Problem:
    """A file that was not taken. `seen` is how many sweeps found it so; beyond the third nothing is added."""

    seen_at: RemoteFile
    code: str
    text: str
    seen: int = 1
    is_held: bool = False


class Journal:
    """Reads and writes transport.file, transport.receipt and transport.fetch_problem for one partner."""

    def __init__(self, con: duckdb.DuckDBPyConnection, partner_id: str, today: dt.date, run_id: str) -> None:
        self.con = con
        self.partner_id = partner_id
        self.today = today
        self.run_id = run_id

    def times_seen(self, files: Sequence[RemoteFile]) -> Counter[tuple[RemoteFile, str]]:
        """How many earlier sweeps found each of these files, unchanged, with each problem code."""
        by_state = {_state(file): file for file in files}
        rows = self._of_paths("code, max(seen)", "fetch_problem", files, "GROUP BY ALL")
        return Counter({(by_state[row[:3]], row[3]): row[4] for row in rows if row[:3] in by_state})

    def landed_before(self, files: Sequence[RemoteFile]) -> set[RemoteFile]:
        """Those of the files that were landed from the same place with the same size and time."""
        known = {row[:3] for row in self._of_paths("file_id", "receipt", files)}
        return {file for file in files if _state(file) in known}

    def record(self, taken: Sequence[Taken], problems: Sequence[Problem]) -> Swept:
        """Write what is new as one unit of work; when nothing is, write nothing."""
        now = utc_now()
        stamp = (self.today, now, self.run_id)
        files = {one.file_id: (one.file_id, "in", one.kind, one.bytes, *stamp) for one in taken}
        receipts = {
            self._receipt_id(one): (
                self._receipt_id(one), one.file_id, self.partner_id, one.seen_at.path, one.bytes,
                _time(one.seen_at.mtime), *stamp,
            )
            for one in taken
        }  # fmt: skip
        told = {
            self._problem_id(one): (
                self._problem_id(one), self.partner_id, *_state(one.seen_at), one.seen, one.is_held, one.code, one.text,
                *stamp,
            )
            for one in problems
        }  # fmt: skip
        known_files = self._known("file", "file_id", files)
        new_files = _without(files, known_files)
        new_receipts = _without(receipts, self._known("receipt", "receipt_id", receipts))
        new_told = _without(told, self._known("fetch_problem", "problem_id", told))
        if new_files or new_receipts or new_told:
            with unit(self.con, f"sweep {self.partner_id}", self.run_id):
                load_rows(self.con, "transport.file", FILE, new_files.values())
                load_rows(self.con, "transport.receipt", RECEIPT, new_receipts.values())
                load_rows(self.con, "transport.fetch_problem", FETCH_PROBLEM, new_told.values())
        return Swept(
            self.partner_id,
            landed=[LandedFile(row[0], row[2], row[3]) for row in new_files.values()],
            receipts=len(new_receipts),
            duplicates=len(new_receipts) - len(new_files),
            problems=dict(Counter(one.code for one in problems)),
        )

    def _of_paths(self, columns: str, table: str, files: Sequence[RemoteFile], rest: str = "") -> list[tuple[Any, ...]]:
        return self.con.execute(
            f"SELECT remote_path, bytes, modified_at, {columns} FROM transport.{table} "
            f"WHERE partner_id = ? AND remote_path IN (SELECT unnest(CAST(? AS VARCHAR[]))) {rest}",
            [self.partner_id, [file.path for file in files]],
        ).fetchall()

    def _known(self, table: str, key: str, ids: Iterable[str]) -> set[str]:
        rows = self.con.execute(
            f"SELECT {key} FROM transport.{table} WHERE {key} IN (SELECT unnest(CAST(? AS VARCHAR[])))", [list(ids)]
        ).fetchall()
        return {row[0] for row in rows}

    def _receipt_id(self, one: Taken) -> str:
        seen = one.seen_at
        return _id("R", one.file_id, self.partner_id, seen.path, one.bytes, seen.mtime)

    def _problem_id(self, one: Problem) -> str:
        file = one.seen_at
        return _id("F", self.partner_id, file.path, file.size, file.mtime, one.code, one.seen)


FILE = ("file_id", "direction", "kind", "bytes", "landed_on", "landed_at", "run_id")
RECEIPT = (
    "receipt_id", "file_id", "partner_id", "remote_path", "bytes", "modified_at", "landed_on", "landed_at", "run_id",
)  # fmt: skip
FETCH_PROBLEM = (
    "problem_id", "partner_id", "remote_path", "bytes", "modified_at", "seen", "is_held", "code", "text", "found_on",
    "found_at", "run_id",
)  # fmt: skip


def _id(prefix: str, *parts: object) -> str:
    content = "|".join("" if part is None else str(part) for part in parts)
    return prefix + hashlib.sha256(content.encode()).hexdigest()[:16]


def _time(seconds: int | None) -> dt.datetime | None:
    return None if seconds is None else dt.datetime.fromtimestamp(seconds, dt.UTC).replace(tzinfo=None)


def _state(file: RemoteFile) -> tuple[str, int | None, dt.datetime | None]:
    return file.path, file.size, _time(file.mtime)


def _without(rows: dict[str, tuple[Any, ...]], known: set[str]) -> dict[str, tuple[Any, ...]]:
    return {key: row for key, row in rows.items() if key not in known}

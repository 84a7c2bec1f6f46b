"""From a partner's folders, or the drop folder, to landed bytes: nothing lost, nothing twice.

In this order, so that a crash between any two steps is mended by the next sweep: list twice, fetch to a temporary name,
hold against the stated size, look whether an X12 file is whole, adopt into the store, commit the journal, and only then
archive at the partner (or remove from the drop folder). A name is only ever a label in the journal.

Problem codes: GROWING, INCOMPLETE, EMPTY, SHORT_READ, NO_SIZE, DENIED, VANISHED, FAILED, TEMPORARY_NAME (left alone and
looked at again), NOT_REGULAR, BAD_NAME, TOO_LARGE (refused), ARCHIVE_FAILED (taken, but it could not be moved away).
"""

from __future__ import annotations

import datetime as dt
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import duckdb

from pm_pipeline.config import Partner
from pm_pipeline.errors import TransportError
from pm_pipeline.transport.inbox import DropFolder
from pm_pipeline.transport.journal import HELD_SWEEPS, Journal, Problem, Swept, Taken
from pm_pipeline.transport.kinds import HEAD_BYTES, kind_of, still_coming
from pm_pipeline.transport.sftp import NotTaken, RemoteFile, Session
from pm_pipeline.transport.store import FileStore

BY_HAND = "by_hand"
BY_HAND_MAX_BYTES = 1 << 30
MAX_NAME_BYTES = 255
# what has no business in a file name: path separators, control and bidirectional characters
BAD_NAME = re.compile(r"[/\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
TEMPORARY_NAME = re.compile(rb"^\.|\.(part|filepart|tmp)$", re.IGNORECASE)
WAITS = {"GROWING", "INCOMPLETE", "EMPTY", "SHORT_READ", "NO_SIZE", "DENIED", "VANISHED", "FAILED", "TEMPORARY_NAME"}


class Source(Protocol):
    """Where files come from: a partner's server, or the drop folder."""

    def fetch(self, remote: RemoteFile, target: Path, max_bytes: int) -> int:
        """Copy a file to `target` whole, or raise NotTaken."""
        ...


def sweep_partner(
    con: duckdb.DuckDBPyConnection, session: Session, partner: Partner, store: FileStore, today: dt.date, run_id: str
) -> Swept:
    """Land what a partner has for us. Sweeping again finds what is left, and nothing twice.

    Raises TransportError when a folder cannot be listed. A connection that drops later ends the sweep early; what was
    fetched is journalled and `stopped_because` says why.
    """
    sweep = _Sweep(Journal(con, partner.partner_id, today, run_id), store, session, partner.max_file_bytes)
    looks = [_look(session, partner)]
    if looks[0]:
        time.sleep(partner.settle_seconds)
        looks.append(_look(session, partner))
    files = looks[-1]
    if partner.archive_folder is None:  # files stay where they are: do not fetch the same ones every time
        known = sweep.journal.landed_before(files)
        files = [file for file in files if file not in known]
    sweep.take(files, settled=set(looks[0]))
    swept = sweep.record()
    if (archive := partner.archive_folder) is not None and swept.stopped_because is None:
        sweep.clear_away(swept, lambda file: session.archive(file, archive))
    return swept


def sweep_inbox(
    con: duckdb.DuckDBPyConnection,
    inbox_folder: Path,
    store: FileStore,
    today: dt.date,
    run_id: str,
    settle_seconds: float = 0.0,
) -> Swept:
    """Land what a person dropped into edi_inbox/, then remove it there. Raises TransportError when a disk refuses."""
    folder = DropFolder(inbox_folder, store.folder)
    sweep = _Sweep(Journal(con, BY_HAND, today, run_id), store, folder, BY_HAND_MAX_BYTES)
    first = folder.list()
    if first:
        time.sleep(settle_seconds)
    sweep.take(folder.list() if first else [], settled=set(first))
    swept = sweep.record()
    sweep.clear_away(swept, folder.remove)
    return swept


def _look(session: Session, partner: Partner) -> list[RemoteFile]:
    archive = None if partner.archive_folder is None else partner.archive_folder.strip("/")
    return [
        file
        for folder in partner.fetch_folders
        for file in session.list(folder, partner.max_files)
        if file.path.strip("/") != archive
    ]


@dataclass
class _Sweep:
    """One sweep under way: takes files into the store and collects what to journal."""

    journal: Journal
    store: FileStore
    source: Source
    max_bytes: int
    taken: list[Taken] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    stopped_because: str | None = None
    times_seen: Counter[tuple[RemoteFile, str]] = field(default_factory=Counter)

    def take(self, files: list[RemoteFile], settled: set[RemoteFile]) -> None:
        """Take every file that can be taken; one that cannot does not block the others."""
        self.store.clear_incoming()
        self.times_seen = self.journal.times_seen(files)
        for file in files:
            try:
                self._refuse(file, settled)
                self.taken.append(self._fetch(file))
            except NotTaken as why:
                self._tell(file, why)
            except TransportError as why:
                self.stopped_because = str(why)
                return

    def record(self) -> Swept:
        """Commit what was taken and what was not; afterwards files may be archived."""
        swept = self.journal.record(self.taken, self.problems)
        swept.stopped_because = self.stopped_because
        return swept

    def clear_away(self, swept: Swept, move: Callable[[RemoteFile], object]) -> None:
        """Move what was taken out of the partner's (or the person's) way; only after `record`."""
        failed: list[Problem] = []
        for one in self.taken:
            try:
                move(one.seen_at)
            except NotTaken as why:
                text = f"It was landed, but stays where it is and will be read again each time. {why}"
                failed.append(Problem(one.seen_at, "ARCHIVE_FAILED", text))
            except TransportError as why:
                swept.stopped_because = str(why)
                break
        if failed:
            swept.problems |= self.journal.record([], failed).problems

    def _refuse(self, file: RemoteFile, settled: set[RemoteFile]) -> None:
        text = file.name.decode("utf-8", "replace")
        if len(file.name) > MAX_NAME_BYTES or not file.name.strip(b" .") or BAD_NAME.search(text):
            raise NotTaken(
                "BAD_NAME", "The name holds a path, control characters, or is too long. Ask for another name."
            )
        if not file.is_regular:
            raise NotTaken("NOT_REGULAR", "It is a folder, a link or a device; only plain files are taken.")
        if TEMPORARY_NAME.search(file.name):
            raise NotTaken("TEMPORARY_NAME", "The name is that of an upload under way. If it stays, ask for it again.")
        if file.size == 0:
            raise NotTaken("EMPTY", "The file is empty. If it stays so, ask the sender for it again.")
        if file not in settled:
            raise NotTaken("GROWING", "The file changed between two looks; it is taken when it rests.")

    def _fetch(self, file: RemoteFile) -> Taken:
        path = self.store.temporary()
        size = self.source.fetch(file, path, self.max_bytes)
        with path.open("rb") as source:
            kind, _ = kind_of(source.read(HEAD_BYTES))
        if (lacks := still_coming(kind, path)) is not None:
            if self.times_seen[file, "INCOMPLETE"] < HELD_SWEEPS:
                path.unlink()
                raise NotTaken("INCOMPLETE", f"{lacks}; it may still be coming.")
            why = f"{lacks} and stayed so: it was landed as it is, as evidence. Ask the sender for it again."
            self._tell(file, NotTaken("INCOMPLETE", why))
        return Taken(file, self.store.adopt(path), kind, size)

    def _tell(self, file: RemoteFile, why: NotTaken) -> None:
        seen = min(self.times_seen[file, why.code], HELD_SWEEPS) + 1 if why.code in WAITS else 1
        self.problems.append(Problem(file, why.code, str(why), seen, why.code in WAITS and seen <= HELD_SWEEPS))

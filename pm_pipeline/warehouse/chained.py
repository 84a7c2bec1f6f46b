"""A log that people's deeds are appended to, in which no line can be changed, moved or lost unseen.

One file, one JSON object a line, in UTF-8. Whoever adds holds an OS lock for the few milliseconds it takes, reads what others added
before, and returns when the disk has the line. `seq` counts lines from 1; `prev` is the sha256 of the whole line before it, without its
newline, 64 zeros for the first. An anchor beside the log (the number and hash of its last line) tells a log that lost its end; it may be
behind, when a crash or a full disk kept it from moving, and then moves with the next line. A line that a crash cut short is put aside in `torn/`, named in the log by a line of its own (`"line": "torn"`), and shown by every check.

    NAME         the log         NAME.anchor   where it ended
    NAME.lock    the lock        torn/         what crashes left
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from pm_pipeline.errors import PmError, WarehouseError
from pm_pipeline.warehouse.locks import lock_file
from pm_pipeline.warehouse.unit import Link, anchor_path, utc_now, write_anchor

log = logging.getLogger(__name__)
FIRST = "0" * 64
Fault = tuple[str, str]  # where, what is wrong


class Keeps(Protocol):
    """What a log is kept as in memory."""

    def take(self, number: int, said: Mapping[str, Any], sha256: str) -> None:
        """Keep a line that was read. Raises ValueError, KeyError or TypeError when it is no line of this log."""


K = TypeVar("K", bound=Keeps)


@dataclass(frozen=True, slots=True)
class Torn:
    """A line that a crash left unfinished. kept_as: the file that holds its bytes, below the folder of the log."""

    bytes: int
    kept_sha256: str
    kept_as: str
    seq: int


def digest(line: bytes) -> str:
    """The sha256 of a line, as the next one holds it."""
    return hashlib.sha256(line).hexdigest()


class Chained(Generic[K]):
    """The log at `path`. One object serves all threads of a process and remembers what it has read, as `keep` keeps it.

    error: what is raised when the log cannot be written or is not whole; way_out: what to do then.
    """

    def __init__(
        self,
        path: Path,
        keep: Callable[[], K],
        *,
        error: type[PmError] = WarehouseError,
        way_out: str,
        wait_seconds: float = 10.0,
    ) -> None:
        self.path, self.wait_seconds = path, wait_seconds
        self._keep, self._error, self._way_out = keep, error, way_out
        self._guard = threading.Lock()
        self._read = _Reading(keep())

    @contextmanager
    def reading(self) -> Iterator[K]:
        """What the log says now. Takes no OS lock: it never waits for another process. Raises `error` when it cannot be read."""
        with self._guard:
            with self._told():
                self._refresh()
            yield self._read.kept

    @contextmanager
    def adding(self) -> Iterator[K]:
        """The same under the lock of the log, put right after a crash; the body may `add`. Raises `error` when the log is not whole."""
        with self._guard, self._told(), self._locked():
            self._make_ready()
            yield self._read.kept

    def add(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Append lines (inside `adding`) and move the anchor. All of them are on the disk when this returns, or none is.

        Once they are there they are kept, so an anchor that cannot be moved is no failure: who is told that nothing was kept says it again.
        """
        seq, prev, text = len(self._read.hashes), self._read.last_hash, bytearray()
        for said in lines:
            seq += 1
            whole = {"seq": seq, "prev": prev, **said}
            raw = json.dumps(whole, ensure_ascii=False, separators=(",", ":"), default=str).encode()
            prev = digest(raw)
            text += raw + b"\n"
        if not text:
            return
        self._append(self.path, bytes(text))
        self._read.take(bytes(text))
        try:
            write_anchor(self.path, Link(seq, prev))
        except OSError as problem:
            log.warning(
                "%s: line %d is kept, but the anchor could not be moved (%s). It moves with the next line: make room before (see `df`).",
                self.path, seq, problem.strerror,
            )  # fmt: skip

    def is_begun(self) -> bool:
        """Whether anything was ever written to it."""
        return self.path.exists() or anchor_path(self.path).exists()

    def faults(self) -> list[Fault]:
        """Read the whole file again; every broken link, lost line and line a crash left unnamed. Makes no log where there is none."""
        if not self.path.parent.exists():
            return []
        with self._guard, self._told(), self._locked():
            whole = self._refreshed(_Reading(self._keep()))
            found = self._broken(whole)
            if whole.rest:
                text = f"the last {len(whole.rest)} bytes are no whole line: a crash while writing. The next line puts them aside and names them"
                found.append(("the end", text))
            text = "a line that a crash left unfinished, not named in the log yet; the next one does"
            found += [(name, text) for name in self._unnamed(whole)]
        return found

    def torn(self) -> list[Torn]:
        """The lines that crashes left unfinished and the log names."""
        with self.reading():
            return list(self._read.torn)

    def lines(self) -> Iterator[dict[str, Any]]:
        """Every line that can be read, oldest first, as it stands in the file; not those that name a torn one."""
        if not self.path.exists():
            return
        with self._told():
            file = self.path.open("rb")
        with file:
            for raw in file:
                said = _said(raw)
                if said is not None and raw.endswith(b"\n") and said.get("line") != "torn":
                    yield said

    def _refresh(self) -> None:
        self._read = self._refreshed(self._read)

    def _refreshed(self, read: _Reading[K]) -> _Reading[K]:
        """With what was added since. A file that was replaced or has become shorter is read anew."""
        try:
            with self.path.open("rb") as file:
                found = os.fstat(file.fileno())
                which = (found.st_dev, found.st_ino)
                if read.file not in (None, which) or found.st_size < read.offset:
                    read = _Reading(self._keep())
                read.file = which
                file.seek(read.offset)
                read.take(file.read())
                return read
        except FileNotFoundError:
            return _Reading(self._keep())

    def _make_ready(self) -> None:
        """Read what others wrote, refuse a log that is not whole, put aside what a crash left. Called under the lock."""
        self._refresh()
        if self._broken(self._read):  # it may have been mended in place: look at all of it again
            self._read = self._refreshed(_Reading(self._keep()))
        if faults := self._broken(self._read):
            where, what = faults[0]
            raise self._error(f"{self.path}, {where}: {what}. {self._way_out}")
        if not anchor_path(self.path).exists():
            write_anchor(self.path, Link(0, FIRST))
        if self._read.rest:
            self._put_aside(self._read.rest)
            os.truncate(self.path, self.path.stat().st_size - len(self._read.rest))
            self._refresh()
        self.add([self._name(one) for one in self._unnamed(self._read)])

    def _broken(self, read: _Reading[K]) -> list[Fault]:
        return [*read.faults, *self._anchor_faults(read)]

    def _anchor_faults(self, read: _Reading[K]) -> list[Fault]:
        stated, lines = anchor_path(self.path), len(read.hashes)
        if not stated.exists():
            text = "the anchor is missing, so it cannot be shown that the log has all its lines"
            return [(stated.name, text)] if lines else []
        try:
            said = json.loads(stated.read_text())
            anchor = Link(int(said["seq"]), str(said["hash"]))
        except (ValueError, KeyError, TypeError):
            return [(stated.name, "the anchor cannot be read")]
        if anchor.seq > lines:
            text = f"the log has {lines} lines, but {anchor.seq} were written: it lost its end, or is an older copy"
            return [("the end", text)]
        if anchor.seq and read.hashes[anchor.seq - 1] != anchor.hash:
            return [(f"line {anchor.seq}", "it is not the line that was written there: its hash is not the anchor's")]
        return []

    def _put_aside(self, rest: bytes) -> None:
        folder = self.path.parent / "torn"
        folder.mkdir(exist_ok=True, mode=0o700)
        path = folder / f"{len(self._read.hashes) + 1}-{digest(rest)[:12]}.txt"
        if not path.exists():
            fresh = path.with_suffix(".new")
            fresh.unlink(missing_ok=True)
            self._append(fresh, rest)
            fresh.replace(path)

    def _unnamed(self, read: _Reading[K]) -> list[str]:
        named = {one.kept_as for one in read.torn}
        kept = (f"torn/{path.name}" for path in (self.path.parent / "torn").glob("*.txt"))
        return sorted(one for one in kept if one not in named)

    def _name(self, kept_as: str) -> dict[str, Any]:
        content = (self.path.parent / kept_as).read_bytes()
        at = utc_now().isoformat() + "Z"
        return {"line": "torn", "at": at, "bytes": len(content), "sha256": digest(content), "kept_as": kept_as}

    def _append(self, path: Path, text: bytes) -> None:
        """Add bytes to a private file, on the disk when this returns; all of them or none. Raises OSError."""
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            before = os.fstat(descriptor).st_size
            try:
                left = memoryview(text)
                while left:
                    left = left[os.write(descriptor, left) :]
                os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, before)
                raise
        finally:
            os.close(descriptor)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the disk refuses, told in our own words. No line was kept when it is: `add` keeps one only as the last thing that can fail."""
        try:
            yield
        except OSError as problem:
            raise self._error(
                f"{self.path} could not be read or written ({problem.strerror}). Nothing was kept. Look at the room and the rights of "
                f"{self.path.parent} (`df`, `ls -ld`), then do it again."
            ) from None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the OS lock of the log; it dies with the process. Raises `error` when others keep it for too long."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.path.with_name(f"{self.path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not lock_file(descriptor, self.wait_seconds):
                raise self._error(
                    f"Another process has kept the lock of {self.path} for {self.wait_seconds:.0f} seconds; nothing was written. "
                    "Do it again in a moment; when it stays so, look for a `pm` process that hangs."
                )
            yield
        finally:
            os.close(descriptor)


@dataclass
class _Reading(Generic[K]):
    """The lines of one log file so far: their hashes, what is wrong with them, and what they say, in `kept`."""

    kept: K
    hashes: list[str] = field(default_factory=list)  # of every line, in order
    torn: list[Torn] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    rest: bytes = b""  # behind the last newline: being written just now, or left by a crash
    offset: int = 0
    file: tuple[int, int] | None = None  # device and inode

    @property
    def last_hash(self) -> str:
        return self.hashes[-1] if self.hashes else FIRST

    def take(self, added: bytes) -> None:
        """Take in what stands behind `offset`."""
        *lines, self.rest = added.split(b"\n")
        self.offset += len(added) - len(self.rest)
        for raw in lines:
            self._take(raw)

    def _take(self, raw: bytes) -> None:
        number, before, sha256 = len(self.hashes) + 1, self.last_hash, digest(raw)
        self.hashes.append(sha256)
        said = _said(raw)
        if said is None:
            self.faults.append((f"line {number}", "it is no line of this log"))
            return
        if (said["seq"], said["prev"]) != (number, before):
            text = "it does not follow the line before it: one of them was changed, or lines are missing"
            self.faults.append((f"line {number}", text))
        try:
            if said.get("line") == "torn":
                self.torn.append(Torn(said["bytes"], said["sha256"], said["kept_as"], number))
            else:
                self.kept.take(number, said, sha256)
        except (KeyError, TypeError, AttributeError):
            self.faults.append((f"line {number}", "it is no line of this log"))
        except ValueError as problem:
            self.faults.append((f"line {number}", str(problem)))


def _said(raw: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(raw)
    except ValueError:
        return None
    return said if isinstance(said, dict) and {"seq", "prev"} <= set(said) else None

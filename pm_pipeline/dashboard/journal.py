"""What people saw and took out: an append-only, hash-chained file, one JSON document a line, on disk before the answer is given.

Each line holds the hash of the line before it, so a line that was changed, removed or put in between shows (`faults`). A line cut by a
crash is left as it is, and told; the next one begins after it. No person's data: ids, names of lists, counts, filters.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

FIRST = "0" * 64
TAIL = 1 << 16  # a line is far shorter


@dataclass(frozen=True)
class Fault:
    """A line of the journal (from 1) that is not what was written there, and what is wrong."""

    line: int
    text: str


class Journal:
    """The journal at `path`, which is made when the first line is written, mode 0600."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    def write(self, who: str, what: str, **detail: Any) -> None:
        """Add a line and wait until it is on disk; only then may what it tells of be done. Raises OSError."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._lock, self._open() as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            seq, previous, is_whole = _end(file)
            at = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
            said = {"seq": seq + 1, "at": at, "who": who, "what": what, "detail": detail, "previous": previous}
            line = json.dumps({**said, "hash": _digest(said)}, default=str, ensure_ascii=True)
            file.write((b"" if is_whole else b"\n") + line.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def lines(self) -> Iterator[dict[str, Any]]:
        """Every whole line, oldest first."""
        for _, said in self._read():
            if said is not None:
                yield said

    def faults(self) -> list[Fault]:
        """What does not fit: lines that are cut, changed, out of order, or gone before another."""
        found: list[Fault] = []
        previous, seq = FIRST, 0
        for number, said in self._read():
            if said is None:
                found.append(Fault(number, "is no whole line: it was cut by a crash, or changed"))
                continue
            if said["hash"] != _digest({name: value for name, value in said.items() if name != "hash"}):
                found.append(Fault(number, "was changed after it was written"))
            elif (said["previous"], said["seq"]) != (previous, seq + 1):
                found.append(
                    Fault(number, f"does not follow the line before it (number {seq}): lines are missing or moved")
                )
            previous, seq = said["hash"], said["seq"]
        return found

    def _open(self) -> BinaryIO:
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        return os.fdopen(descriptor, "a+b")

    def _read(self) -> Iterator[tuple[int, dict[str, Any] | None]]:
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                yield number, _said(line)


def _end(file: BinaryIO) -> tuple[int, str, bool]:
    """Number and hash of the last whole line, and whether the file ends with a line's end."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - TAIL))
    tail = file.read()
    for line in reversed(tail.split(b"\n")):
        if (said := _said(line)) is not None:
            return said["seq"], said["hash"], tail.endswith(b"\n")
    return 0, FIRST, not tail or tail.endswith(b"\n")


def _said(line: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(line)
    except ValueError:
        return None
    return said if isinstance(said, dict) and {"seq", "hash", "previous", "who", "what", "at"} <= set(said) else None


def _digest(said: dict[str, Any]) -> str:
    text = json.dumps(said, default=str, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()

"""The bytes of a file, in memory or on disk, and how they become text. A large file is read in windows, never whole."""

from __future__ import annotations

import codecs
import os
import weakref
from pathlib import Path
from typing import Protocol

_AS_LATIN1 = "x12-latin1"


class Source(Protocol):
    """Bytes by their offset."""

    @property
    def size(self) -> int:
        """How many bytes there are."""
        ...

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` up to `end` or the end of the file."""
        ...


class InMemory:
    """Bytes held already."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` up to `end` or the end of the file."""
        return self._data[start:end]


class OnDisk:
    """A file that is read where it is asked for. It is let go of by `close`, at the end of a `with`, or with the object."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDONLY)
        self.close = weakref.finalize(self, os.close, self._file)
        self.size = os.fstat(self._file).st_size

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` up to `end` or the end of the file."""
        at, parts = start, list[bytes]()
        while at < end and (part := os.pread(self._file, end - at, at)):
            parts.append(part)
            at += len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def __enter__(self) -> OnDisk:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def source_of(data: bytes | Source) -> Source:
    """Bytes as a source; a source as it is."""
    return InMemory(data) if isinstance(data, bytes) else data


def decode(data: bytes) -> str:
    """UTF-8; a byte that is not UTF-8 is read as Latin-1, and the text around it stays what it is. Never raises."""
    return data.decode("utf-8", errors=_AS_LATIN1)


def _as_latin1(problem: UnicodeError) -> tuple[str, int]:
    if not isinstance(problem, UnicodeDecodeError):
        raise problem
    return problem.object[problem.start : problem.end].decode("latin-1"), problem.end


codecs.register_error(_AS_LATIN1, _as_latin1)

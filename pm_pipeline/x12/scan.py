"""Segments of an interchange found by their terminators, window by window: where each lies and what it is called.

Nothing is split here but the file: a window is an array of places. Only the few control segments are ever looked into.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pm_pipeline.x12.isa import BLANK
from pm_pipeline.x12.source import Source

MAX_SEGMENT = 65_536
SMALLEST = 1 << 13  # bytes of a first window; small interchanges need no more
LARGEST = 1 << 19  # bytes of the others: small enough for arrays to stay in the processor's cache
_PAD = b"\0" * 4
_BLANK_STEPS = 8  # blanks before a segment that are skipped for all at once; longer runs one by one


@dataclass(frozen=True)
class Window:
    """Segments in file order. start (past blanks) and end (of its terminator) are offsets in the file."""

    data: bytes  # the window's bytes, from offset `at`; empty when it is one segment too long to be held
    at: int
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    tag: NDArray[np.uint32]  # the first four bytes, little end first
    is_blank: NDArray[np.bool_]
    is_ended: bool = True  # False: the last segment has no terminator, the file ends there

    def text(self, place: int) -> bytes:
        """The bytes of one segment without leading blanks and terminator."""
        return self.data[self.start[place] - self.at : self.end[place] - self.at]


def windows(source: Source, start: int, terminator: str) -> Iterator[Window]:
    """The segments from `start` to the end of the file. Each window holds whole segments only."""
    mark = terminator.encode("latin-1")
    blank = bytes(ord(one) for one in BLANK if one != terminator)
    at, size = start, SMALLEST
    while at < source.size:
        data = source.read(at, at + size)
        last = data.rfind(mark)
        if last >= 0:
            yield _window(data[: last + 1], at, mark, blank)
            at += last + 1
        elif len(data) < size or at + len(data) >= source.size:
            if data.strip(blank):
                yield _window(data + mark, at, mark, blank, is_ended=False)
            return
        else:
            end = _find(source, mark, at + len(data))
            ended = source.size if end < 0 else end
            if ended - at <= MAX_SEGMENT + 1:
                whole = source.read(at, ended)
                if end >= 0 or whole.strip(blank):
                    yield _window(whole + mark, at, mark, blank, is_ended=end >= 0)
            else:
                yield _too_long(data, at, ended, blank, is_ended=end >= 0)
            at = ended + 1
        size = min(size * 4, LARGEST)


def tag_code(text: str) -> int:
    """What `Window.tag` holds for a segment that begins with these (up to four) characters."""
    return int.from_bytes(text.encode("latin-1"), "little")


def _window(data: bytes, at: int, mark: bytes, blank: bytes, *, is_ended: bool = True) -> Window:
    padded = data + _PAD
    buffer = np.frombuffer(padded, dtype=np.uint8)
    end = np.flatnonzero(buffer[: len(data)] == mark[0])
    start = np.zeros(len(end), dtype=np.int64)
    start[1:] = end[:-1] + 1
    _skip_blanks(data, buffer, start, end, blank)
    words = np.ndarray(shape=(len(data) + 1,), dtype="<u4", buffer=padded, strides=(1,))
    return Window(data, at, start + at, end + at, words[start], start == end, is_ended)


def _skip_blanks(
    data: bytes, buffer: NDArray[np.uint8], start: NDArray[np.int64], end: NDArray[np.int64], blank: bytes
) -> None:
    is_blank = np.zeros(256, dtype=np.bool_)
    is_blank[list(blank)] = True
    rows = np.flatnonzero(is_blank[buffer[start]] & (start < end))
    for _ in range(_BLANK_STEPS):
        if not len(rows):
            return
        start[rows] += 1
        rows = rows[is_blank[buffer[start[rows]]] & (start[rows] < end[rows])]
    for row in rows.tolist():
        text = data[start[row] : end[row]]
        start[row] += len(text) - len(text.lstrip(blank))


def _too_long(data: bytes, at: int, end: int, blank: bytes, *, is_ended: bool) -> Window:
    start = at + len(data) - len(data.lstrip(blank))
    head = data[start - at : start - at + 4].ljust(4, b"\0")
    return Window(
        b"",
        at,
        np.array([start]),
        np.array([end]),
        np.array([int.from_bytes(head, "little")], dtype=np.uint32),
        np.array([False]),
        is_ended,
    )


def _find(source: Source, mark: bytes, at: int) -> int:
    while at < source.size:
        data = source.read(at, at + LARGEST)
        if not data:
            return -1  # the file has become shorter meanwhile
        if (found := data.find(mark)) >= 0:
            return at + found
        at += len(data)
    return -1

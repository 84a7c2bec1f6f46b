"""The segments of a chunk of bytes as arrays: where each lies, what it is called, where its elements are.

Everything is said in offsets into one buffer, which has PAD bytes to spare at either end, so that eight bytes may be read
from, or up to, every offset of the text. Nothing is copied, and no Python object is made per segment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pm_pipeline.x12.scan import tag_code

PAD = b"\0" * 8

Places = NDArray[np.signedinteger[Any]]


class Spans(NamedTuple):
    """Pieces of the buffer, from `start` up to `end`; a piece that is not there is empty."""

    start: Places
    end: Places

    def where(self, keep: NDArray[np.bool_]) -> Spans:
        """The same pieces, those not kept made empty."""
        return Spans(self.start, np.where(keep, self.end, self.start))

    def of(self, rows: Places | NDArray[np.bool_]) -> Spans:
        """Only these pieces."""
        return Spans(self.start[rows], self.end[rows])


@dataclass(frozen=True)
class Segments:
    """The segments of a chunk: `start` and `end` (of the terminator) cut them out of the buffer.

    word holds the first four bytes of each, little end first; first_no is the number in the file of the first one.
    """

    buffer: NDArray[np.uint8]
    start: Places
    end: Places
    word: NDArray[np.uint32]
    first_no: int
    marks: tuple[str, str]
    found: dict[str, Places] = field(default_factory=dict)
    after: dict[str, NDArray[np.uint32]] = field(default_factory=dict)

    @property
    def filled(self) -> NDArray[np.bool_]:
        """Which segments are not empty."""
        return self.end > self.start

    def rows(self, tag: str) -> Places:
        """The places of the segments with this identifier."""
        if tag not in self.found:
            element, terminator = (same(self.word, tag + mark) for mark in self.marks)
            self.found[tag] = np.flatnonzero(element | terminator)  # a bare tag is one, too
        return self.found[tag]

    def whole(self, rows: Places) -> Spans:
        """These segments, all of each."""
        return Spans(self.start[rows], self.end[rows])

    def begins(self, tag: str, text: str) -> Places:
        """The places of the segments with this identifier whose elements begin with this text (up to four characters)."""
        if tag not in self.after:
            words = np.ndarray(shape=(len(self.buffer) - 3,), dtype="<u4", buffer=self.buffer.data, strides=(1,))
            self.after[tag] = words[self.start[self.rows(tag)] + len(tag) + 1]
        return self.rows(tag)[same(self.after[tag], text)]

    def elements(self, rows: Places, first: int | Places, count: int = 1) -> list[Spans]:
        """For each of `count` elements of these segments, from place `first` (1: the one after the tag) on, where it is."""
        before, last = self._before[rows], self._last[rows]
        bounds = [self._marks_at[np.minimum(before + first + place, last)] for place in range(count + 1)]
        # past the last element both bounds are the terminator, so the piece would begin behind its end
        return [Spans(np.minimum(one + 1, other), other) for one, other in pairwise(bounds)]

    def count_elements(self, rows: Places) -> Places:
        """How many elements come after the tag."""
        return self._last[rows] - self._before[rows] - 1

    @cached_property
    def _marks_at(self) -> Places:
        """The offsets of all separators and terminators."""
        element, terminator = (ord(mark) for mark in self.marks)
        text = self.buffer[: int(self.end[-1]) + 1]
        return np.flatnonzero((text == element) | (text == terminator)).astype(np.int32)

    @cached_property
    def _last(self) -> Places:
        """For each segment, which of the marks is its terminator."""
        return np.flatnonzero(self.buffer[self._marks_at] == ord(self.marks[1])).astype(np.int32)

    @cached_property
    def _before(self) -> Places:
        """For each segment, which of the marks is the terminator before it."""
        return np.concatenate((np.full(1, -1, dtype=np.int32), self._last[:-1]))


def same(words: NDArray[np.uint32], text: str) -> NDArray[np.bool_]:
    """Which words begin with these (up to four) characters."""
    mask = (1 << 8 * len(text)) - 1
    return (words if len(text) == 4 else words & np.uint32(mask)) == tag_code(text)

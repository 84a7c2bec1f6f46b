"""Transaction sets on their way into DuckDB: bytes cut into segments, each with its number.

The places of all segments are found at once, as arrays; their text goes to DuckDB as it is, and is split into elements
there, where SQL, one module per guide, says what they mean. Sets are read in parts, so that memory does not grow with
the file. Blanks at either end of an element are gone, and separators other than `*` and `~` have become control
characters (CONTROL).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pm_pipeline.x12.interchange import Delimiters
from pm_pipeline.x12.isa import BLANK
from pm_pipeline.x12.scan import tag_code
from pm_pipeline.x12.source import Source, decode

PART_BYTES = 1 << 24
FEW_CHUNKS = 8
FARTHEST = 16  # parts that are looked through for a place to cut before any segment will do
STANDARD = ("*", "~")
CONTROL = (("\x1f", "\x1e"), ("\x1c", "\x1d"))  # stand in for the separators of sets that have others
_BLANKS = re.escape(BLANK).encode()


class SetPlace(Protocol):
    """A transaction set (or one TA1 segment) and where it begins."""

    @property
    def set_id(self) -> str: ...  # noqa: D102
    @property
    def file_id(self) -> str: ...  # noqa: D102
    @property
    def first_segment_no(self) -> int: ...  # noqa: D102
    @property
    def delimiters(self) -> Delimiters: ...  # noqa: D102
    def read(self, start: int, end: int) -> bytes:
        """Bytes of the set by their offset in it; fewer, or none, at its end."""
        ...


@dataclass(frozen=True)
class SetText:
    """A transaction set by its text, ST to SE."""

    set_id: str
    file_id: str
    first_segment_no: int
    delimiters: Delimiters
    text: str

    def read(self, start: int, end: int) -> bytes:
        """Bytes of the set by their offset in it; fewer, or none, at its end."""
        return self._data[start:end]

    @cached_property
    def _data(self) -> bytes:
        return self.text.encode()


@dataclass(frozen=True)
class SetSpan:
    """A transaction set that is still in its file: bytes `start` to `end` of `source`."""

    set_id: str
    file_id: str
    first_segment_no: int
    delimiters: Delimiters
    source: Source
    start: int
    end: int

    def read(self, start: int, end: int) -> bytes:
        """Bytes of the set by their offset in it; fewer, or none, at its end."""
        return self.source.read(self.start + start, min(self.start + end, self.end))

    @property
    def text(self) -> str:
        """The whole set."""
        return decode(self.read(0, self.end - self.start))


@dataclass
class SetFacts:
    """What is known of a set once it was cut, before anything is said of its meaning.

    fingerprint is the sha256 of its segments between ST and SE, whatever the separators; unreadable counts segments
    that do not begin with a segment identifier; stray counts SVC and CAS segments that stand under no CLP.
    """

    set_no: int
    set_id: str
    file_id: str
    segments: int = 0
    unreadable: int = 0
    stray: int = 0
    fingerprint: str = ""


@dataclass
class Part:
    """Segments of one or more sets that use the same separators: Arrow tables by name."""

    marks: tuple[str, str]
    chunks: dict[str, list[pa.Table]] = field(default_factory=dict)
    bytes: int = 0

    def add(self, name: str, **columns: Any) -> None:
        """Add rows to the table of this name, column by column."""
        self.chunks.setdefault(name, []).append(pa.table(columns))

    def tables(self) -> dict[str, pa.Table]:
        """The tables, each whole."""
        whole = {name: pa.concat_tables(chunks) for name, chunks in self.chunks.items()}
        many = {name for name, chunks in self.chunks.items() if len(chunks) > FEW_CHUNKS}  # of many small sets
        return {name: table.combine_chunks() if name in many else table for name, table in whole.items()}


def _marks(delimiters: Delimiters) -> tuple[str, str]:
    """Element separator and terminator of a set as it goes on: its own when they are the usual ones."""
    if (delimiters.element, delimiters.terminator) == STANDARD:
        return STANDARD
    return next(pair for pair in CONTROL if delimiters.component not in pair)


@dataclass(frozen=True)
class Segments:
    """The segments of a chunk: `start` and `end` (of the terminator) cut them out of the buffer.

    word holds the first four bytes of each, little end first; number is its place in the file.
    """

    buffer: NDArray[np.uint8]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    word: NDArray[np.uint32]
    first_no: int
    marks: tuple[str, str]
    bytes_from: NDArray[np.uint32]  # the four bytes from every offset of the buffer
    found: dict[str, NDArray[np.int64]] = field(default_factory=dict)

    @property
    def filled(self) -> NDArray[np.bool_]:
        """Which segments are not empty."""
        return self.end > self.start

    def rows(self, tag: str) -> NDArray[np.int64]:
        """The places of the segments with this identifier."""
        if tag not in self.found:
            element, terminator = (same(self.word, tag + mark) for mark in self.marks)
            self.found[tag] = np.flatnonzero(element | terminator)  # a bare tag is one, too
        return self.found[tag]

    def texts(
        self, start: NDArray[np.int64], end: NDArray[np.int64], valid: NDArray[np.bool_] | None = None
    ) -> pa.Array:
        """The text between each two offsets, without copying it; NULL where it is not valid."""
        return text_views(self.buffer, start, end, valid)


def text_views(
    buffer: NDArray[np.uint8], start: NDArray[np.int64], end: NDArray[np.int64], valid: NDArray[np.bool_] | None = None
) -> pa.Array:
    """An Arrow string_view array over UTF-8 bytes, which must go on for eight bytes after the last text.

    A view is sixteen bytes: the length, then the text itself when it has at most twelve bytes, else its first four, the
    number of the buffer (0) and the offset in it. Source: Arrow columnar format, variable-size binary view layout.
    """
    length = end - start
    words = np.ndarray(shape=(len(buffer) - 7,), dtype="<u8", buffer=buffer.data, strides=(1,))
    last = len(words) - 1
    low = words[start] & _LOW_BYTES[np.minimum(length, 8)]
    high = words[np.minimum(start + 8, last)] & _LOW_BYTES[np.clip(length - 8, 0, 4)]
    views = np.empty((len(start), 2), dtype=np.uint64)
    views[:, 0] = length.astype(np.uint64) | low << np.uint64(32)
    views[:, 1] = low >> np.uint64(32) | high << np.uint64(32)
    long = np.flatnonzero(length > 12)
    views[long, 1] = start[long].astype(np.uint64) << np.uint64(32)
    bitmap = None if valid is None else pa.py_buffer(np.packbits(valid, bitorder="little"))
    return pa.Array.from_buffers(pa.string_view(), len(start), [bitmap, pa.py_buffer(views), pa.py_buffer(buffer)])


_LOW_BYTES = np.array([(1 << 8 * count) - 1 for count in range(9)], dtype=np.uint64)


def same(words: NDArray[np.uint32], text: str) -> NDArray[np.bool_]:
    """Which words begin with these (up to four) characters."""
    mask = (1 << 8 * len(text)) - 1
    return (words if len(text) == 4 else words & np.uint32(mask)) == tag_code(text)


Rows = Callable[[Segments, Part], None]  # adds the rows of a chunk to a part
RowsOf = Callable[[SetPlace, SetFacts], Rows]


def cut_parts(
    sets: Iterable[SetPlace],
    facts: list[SetFacts],
    rows_of: RowsOf,
    cut_before: tuple[str, ...] = (),
    part_bytes: int | None = None,
) -> Iterator[Part]:
    """The segments of all sets in order, in parts of about `part_bytes` (PART_BYTES); appends to `facts` what is known of each set.

    `rows_of` gives, for a set, what makes the rows of a part of its chunks. Chunks end before one of the segments
    `cut_before`, if there is any in reach.
    """
    part_bytes = part_bytes or PART_BYTES
    part: Part | None = None
    for one in sets:
        marks = _marks(one.delimiters)
        fact = SetFacts(len(facts), one.set_id, one.file_id)
        facts.append(fact)
        cutter, rows = _Cutter(one, fact, marks), rows_of(one, fact)
        for data in _chunks(one, part_bytes, cut_before):
            if part is not None and (part.marks != marks or part.bytes >= part_bytes):
                yield part
                part = None
            part = part or Part(marks)
            if (segments := cutter.cut(data)) is not None:
                rows(segments, part)
            part.bytes += len(data)
        cutter.close()
    if part is not None:
        yield part


def ahead(parts: Iterator[Part]) -> Iterator[Part]:
    """The parts, each made while the one before it is worked on."""
    with ThreadPoolExecutor(1, "x12-parts") as maker:
        coming = maker.submit(next, parts, None)
        while (part := coming.result()) is not None:
            coming = maker.submit(next, parts, None)
            yield part


def _chunks(one: SetPlace, part_bytes: int, cut_before: tuple[str, ...]) -> Iterator[bytes]:
    """The bytes of a set in chunks that end where a segment does."""
    mark = one.delimiters.terminator.encode("latin-1")
    at, size = 0, part_bytes
    while data := one.read(at, at + size):
        if len(data) < size:
            yield data + mark
            return
        is_far = size >= part_bytes * FARTHEST
        if cut := _last_cut(data, one.delimiters, cut_before, any_segment=is_far or not cut_before):
            yield data[:cut]
            at, size = at + cut, part_bytes
        else:
            size *= 2


def _last_cut(data: bytes, delimiters: Delimiters, cut_before: tuple[str, ...], *, any_segment: bool) -> int:
    """Where the last of `cut_before` begins, or else the last segment if any will do; 0 when none does."""
    mark, element = delimiters.terminator.encode("latin-1"), delimiters.element
    blank = bytes(ord(one) for one in BLANK if one != delimiters.terminator)
    for tag in cut_before:
        at = len(data)
        while (at := data.rfind((tag + element).encode("latin-1"), 1, at)) > 0:
            if data[max(0, at - 64) : at].rstrip(blank).endswith(mark):
                return at
    return data.rfind(mark) + 1 if any_segment else 0


class _Cutter:
    """Cuts one set, chunk by chunk, into segments, and finds what is known of it."""

    def __init__(self, one: SetPlace, facts: SetFacts, marks: tuple[str, str]) -> None:
        self.facts = facts
        self.component = one.delimiters.component.encode()
        self.next_no = one.first_segment_no
        self.marks = marks
        self.element, self.terminator = (mark.encode() for mark in marks)
        self.table = None
        if marks != STANDARD:
            own = (one.delimiters.element + one.delimiters.terminator).encode("latin-1")
            table = bytearray(range(256))
            element, terminator = (ord(mark) for mark in marks)
            table[element] = table[terminator] = 0x20
            table[own[0]], table[own[1]] = element, terminator
            self.table = bytes(table)
        self.digest = hashlib.sha256()
        self.held = b""  # the last segment: it may be the SE, which is not hashed
        self.begun = False

    def cut(self, data: bytes) -> Segments | None:
        """The segments of a chunk, which ends with a terminator."""
        data = self._plain(data)
        buffer = np.frombuffer(data + b"\0" * 8, dtype=np.uint8)
        end = np.flatnonzero(buffer[: len(data)] == self.terminator[0])
        if not len(end):
            return None
        start = np.zeros(len(end), dtype=np.int64)
        start[1:] = end[:-1] + 1
        words = np.ndarray(shape=(len(data) + 1,), dtype="<u4", buffer=buffer.data, strides=(1,))
        segments = Segments(buffer, start, end, words[start], self.next_no, self.marks, words)
        self.next_no += len(end)
        self._count(segments)
        self._hash(data)
        return segments

    def close(self) -> None:
        """Finish what is known of the set."""
        self.facts.fingerprint = self.digest.hexdigest()

    def _plain(self, data: bytes) -> bytes:
        """With standard or control separators, and no blanks at either end of an element."""
        if self.table is not None:
            data = data.translate(self.table)
        if not data.isascii():
            data = decode(data).encode()  # whatever it was, it is UTF-8 now
        element, terminator = self.element, self.terminator
        data = data.lstrip(BLANK.encode())
        if b"\n" in data:
            data = data.replace(terminator + b"\r\n", terminator).replace(terminator + b"\n", terminator)
        if any(mark in data for mark in (b"\r", b"\n", b"\t", b"\0", b"\x1a")) or self._is_padded(data):
            either = b"[" + re.escape(element + terminator) + b"]"
            padded = rb"(?:\A|%b)[%b]*[A-Z][A-Z0-9]{1,2}[%b]+%b" % (
                re.escape(terminator), _BLANKS, _BLANKS, re.escape(element)
            )  # fmt: skip
            self.facts.unreadable += len(re.findall(padded, data))  # a blank is no part of an identifier
            data = re.sub(
                b"(?<![%b])[%b]++(%b)[%b]*|(%b)[%b]+" % (_BLANKS, _BLANKS, either, _BLANKS, either, _BLANKS),
                rb"\1\2",
                data,
            )
        return data

    def _is_padded(self, data: bytes) -> bool:
        """True when a blank stands beside a separator."""
        buffer = np.frombuffer(data, dtype=np.uint8)
        blanks = np.flatnonzero(buffer == 0x20)
        beside = np.concatenate((buffer[np.maximum(blanks - 1, 0)], buffer[np.minimum(blanks + 1, len(buffer) - 1)]))
        return bool(_bytes_in("".join(self.marks))[beside].any())

    def _count(self, segments: Segments) -> None:
        """Count segments, and those whose identifier is not an upper-case letter and one or two letters or digits."""
        filled = segments.filled
        one, two, three, four = segments.word.view(np.uint8).reshape(-1, 4).T
        is_end = _bytes_in("".join(self.marks))
        is_good = _LETTER[one] & _LETTER_OR_DIGIT[two] & (is_end[three] | (_LETTER_OR_DIGIT[three] & is_end[four]))
        self.facts.segments += int(np.count_nonzero(filled))
        self.facts.unreadable += int(np.count_nonzero(filled & ~is_good))

    def _hash(self, data: bytes) -> None:
        """Hash what lies between ST and SE, with one spelling of the separators."""
        while self.terminator * 2 in data:  # empty pieces say nothing
            data = data.replace(self.terminator * 2, self.terminator)
        first = 0 if self.begun else data.find(self.terminator) + 1  # past the ST
        last = data.rfind(self.terminator, 0, len(data) - 1) + 1
        if last > first or self.begun:
            self._update(self.held)
            self._update(memoryview(data)[first:last])
            self.held = b""
        self.held += data[max(first, last) :]
        self.begun = True

    def _update(self, body: bytes | memoryview) -> None:
        if self.component != b":" or self.table is not None:
            body = bytes(body).replace(self.component, b":")
            if self.table is not None:
                body = body.replace(self.element, b"*").replace(self.terminator, b"~")
        self.digest.update(body)


def _bytes_in(text: str) -> NDArray[np.bool_]:
    """A table of 256 that is true at the bytes of `text`."""
    table = np.zeros(256, dtype=np.bool_)
    table[list(text.encode())] = True
    return table


_LETTER = _bytes_in("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_LETTER_OR_DIGIT = _LETTER | _bytes_in("0123456789")

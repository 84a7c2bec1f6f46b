"""Transaction sets on their way into DuckDB: bytes cut into segments, each with its number.

The places of all segments are found at once, as arrays; their text goes to DuckDB as it is, and is split into elements
there, where SQL, one module per guide, says what they mean. Sets are read in parts, so that memory does not grow with
the file. Blanks at either end of an element are gone, and separators other than `*` and `~` have become control
characters (CONTROL).
"""

from __future__ import annotations

import hashlib
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pm_pipeline.x12.ahead import ahead
from pm_pipeline.x12.chunk import PAD, Segments
from pm_pipeline.x12.interchange import Delimiters
from pm_pipeline.x12.isa import BLANK
from pm_pipeline.x12.source import Source, decode

PART_BYTES = 1 << 22  # small enough for arrays to stay in the processor's cache
FEW_CHUNKS = 8
FARTHEST = 16  # parts that are looked through for a place to cut before any segment will do
STANDARD = ("*", "~")
CONTROL = (("\x1f", "\x1e"), ("\x1c", "\x1d"))  # stand in for the separators of sets that have others
COMPONENT = "\x19"
_BLANKS = re.escape(BLANK).encode()


def shared_out(size: int, threads: int) -> int:
    """How many of `threads` are worth their while for so many bytes: one where there are no two parts to share out."""
    return threads if size >= 2 * PART_BYTES else 1


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
    that do not begin with a segment identifier; stray counts SVC and CAS segments that stand under no CLP. stray_at and
    unreadable_at are the segment numbers of the first of each (0: none, or not known).
    """

    set_no: int
    set_id: str
    file_id: str
    segments: int = 0
    unreadable: int = 0
    unreadable_at: int = 0
    stray: int = 0
    stray_at: int = 0
    fingerprint: str = ""


Columns = Callable[[], dict[str, Any]]


@dataclass
class Part:
    """Segments of one or more sets that use the same separators: what makes Arrow tables of them, by name."""

    marks: tuple[str, str]
    chunks: dict[str, list[Columns]] = field(default_factory=dict)
    bytes: int = 0

    def add(self, name: str, columns: Columns) -> None:
        """Add rows to the table of this name; their columns are made when the tables are, wherever that is done."""
        self.chunks.setdefault(name, []).append(columns)

    def tables(self) -> dict[str, pa.Table]:
        """The tables, each whole; a column that says nothing is left out."""
        whole = {name: _whole([pa.table(columns()) for columns in chunks]) for name, chunks in self.chunks.items()}
        return {
            name: table.select(
                [place for place, column in enumerate(table.columns) if column.null_count < max(len(table), 1)]
            )
            for name, table in whole.items()
        }


def _whole(tables: list[pa.Table]) -> pa.Table:
    whole = pa.concat_tables(tables)
    return whole.combine_chunks() if len(tables) > FEW_CHUNKS else whole  # of many small sets


def _marks(delimiters: Delimiters) -> tuple[str, str]:
    """Element separator and terminator of a set as it goes on: its own when they are the usual ones."""
    if (delimiters.element, delimiters.terminator) == STANDARD:
        return STANDARD
    return next(pair for pair in CONTROL if delimiters.component not in pair)


def component_of(delimiters: Delimiters) -> str:
    """Component separator of a set as it goes on: its own, or a control character when it is not ASCII."""
    return delimiters.component if delimiters.component.isascii() else COMPONENT


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


def made(parts: Iterator[Part], threads: int) -> Iterator[tuple[Part, dict[str, pa.Table]]]:
    """The parts with their tables; with two or more threads, those to come are made while one is worked on."""
    if threads < 2:
        for part in parts:
            yield part, part.tables()
        return
    with ThreadPoolExecutor(threads - 1, "x12-tables") as maker:
        coming: deque[tuple[Part, Future[dict[str, pa.Table]]]] = deque()
        for part in ahead(parts):
            coming.append((part, maker.submit(part.tables)))
            if len(coming) == threads:
                one, tables = coming.popleft()
                yield one, tables.result()
        for one, tables in coming:
            yield one, tables.result()


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
        self.next_no = one.first_segment_no
        self.marks = marks
        self.element, self.terminator = (mark.encode() for mark in marks)
        own, stands_in = one.delimiters, (*marks, component_of(one.delimiters))
        self.component = stands_in[2].encode()
        self.leading = None
        if own.element in BLANK:  # before a segment it separates nothing
            blanks = "".join(set(BLANK) - {own.terminator})
            self.leading = re.compile(f"(\\A|{re.escape(own.terminator)})[{re.escape(blanks)}]+".encode("latin-1"))
        self.table = None
        if (own.element, own.terminator, own.component) != stands_in:
            table = bytearray(range(256))
            for mark in stands_in:
                table[ord(mark)] = 0x7F  # no separator here
            for was, mark in zip((own.component, own.element, own.terminator), (stands_in[2], *marks), strict=True):
                table[ord(was)] = ord(mark)
            self.table = bytes(table)
        self.digest = hashlib.sha256()
        self.held = b""  # the last segment: it may be the SE, which is not hashed
        self.begun = False

    def cut(self, data: bytes) -> Segments | None:
        """The segments of a chunk, which ends with a terminator."""
        data = self._plain(data)
        buffer = np.frombuffer(b"".join((PAD, data, PAD)), dtype=np.uint8)
        end = np.flatnonzero(buffer == self.terminator[0]).astype(np.int32)
        if not len(end):
            return None
        start = np.empty(len(end), dtype=np.int32)
        start[0], start[1:] = len(PAD), end[:-1] + 1
        words = np.ndarray(shape=(len(buffer) - 3,), dtype="<u4", buffer=buffer.data, strides=(1,))
        segments = Segments(buffer, start, end, words[start], self.next_no, self.marks)
        self.next_no += len(end)
        self._count(segments)
        self._hash(data, is_dense=bool(segments.filled.all()))
        return segments

    def close(self) -> None:
        """Finish what is known of the set."""
        self.facts.fingerprint = self.digest.hexdigest()

    def _plain(self, data: bytes) -> bytes:
        """With standard or control separators, and no blanks at either end of an element."""
        if self.leading is not None:
            data = self.leading.sub(rb"\1", data)
        if self.table is not None:
            data = data.translate(self.table)
        if not data.isascii():
            data = decode(data).encode()  # whatever it was, it is UTF-8 now
        element, terminator = self.element, self.terminator
        data = data.lstrip(BLANK.encode())
        if b"\n" in data:
            data = data.replace(terminator + b"\r\n", terminator).replace(terminator + b"\n", terminator)
        if self._is_padded(data):
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
        """True when a blank stands beside a separator, or there is a blank other than a space."""
        buffer = np.frombuffer(data, dtype=np.uint8)
        low = np.flatnonzero(buffer <= 0x20)
        blank = _BLANK[buffer[low]]  # a separator may be as low
        if (blank > 1).any():
            return True
        blanks = low[blank > 0]
        beside = np.concatenate((buffer[np.maximum(blanks - 1, 0)], buffer[np.minimum(blanks + 1, len(buffer) - 1)]))
        return bool(_bytes_in("".join(self.marks))[beside].any())

    def _count(self, segments: Segments) -> None:
        """Count segments, and those whose identifier is not an upper-case letter and one or two letters or digits."""
        filled = segments.filled
        one, two, three, four = segments.word.view(np.uint8).reshape(-1, 4).T
        is_end = _bytes_in("".join(self.marks))
        is_good = _LETTER[one] & _LETTER_OR_DIGIT[two] & (is_end[three] | (_LETTER_OR_DIGIT[three] & is_end[four]))
        self.facts.segments += int(np.count_nonzero(filled))
        if len(odd := np.flatnonzero(filled & ~is_good)):
            self.facts.unreadable += len(odd)
            self.facts.unreadable_at = self.facts.unreadable_at or int(odd[0]) + segments.first_no

    def _hash(self, data: bytes, *, is_dense: bool) -> None:
        """Hash what lies between ST and SE, with one spelling of the separators."""
        while not is_dense and self.terminator * 2 in data:  # empty pieces say nothing
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


_BLANK = _bytes_in(BLANK) * 2 - _bytes_in(" ")  # 1: a space, 2: another blank
_LETTER = _bytes_in("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_LETTER_OR_DIGIT = _LETTER | _bytes_in("0123456789")

"""The envelope: where each interchange, group and transaction set lies in a file, and whether it is whole.

What belongs here: finding ISA..IEA, GS..GE and ST..SE with each interchange's own delimiters, counting, comparing
control numbers. What does not: the meaning of anything between ST and SE.

A segment's number is its place among the terminator-ended pieces of the file: the first ISA is 1, and counting goes on
through every interchange. That number, with the file's sha256, is the address of every fact read from X12. Every piece
that is not blank belongs to exactly one of: a control segment, a TA1, a set, or a problem that names where it begins.

Sources: X12.5 and X12.6 control structures; TR3 appendix C; TA1 and AK9 codes as noted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from pm_pipeline.x12.ahead import ahead
from pm_pipeline.x12.interchange import (
    Delimiters,
    Disposition,
    Envelope,
    Group,
    Interchange,
    Problem,
    Ta1,
    TransactionSet,
)
from pm_pipeline.x12.isa import BLANK, ISA_LENGTH, ISA_WIDTHS, read_isa
from pm_pipeline.x12.scan import LARGEST, MAX_SEGMENT, Window, tag_code, windows
from pm_pipeline.x12.source import Source, decode, source_of

__all__ = [
    "BLANK", "ISA_LENGTH", "ISA_WIDTHS", "MAX_SEGMENT", "Delimiters", "Disposition", "Envelope", "Group", "Interchange", "Problem",
    "Ta1", "TransactionSet", "looks_like_x12", "open_envelope", "segment_texts", "segments", "shown",
]  # fmt: skip

_BOM = b"\xef\xbb\xbf"
_CONTROL = ("GS", "ST", "SE", "GE", "IEA", "TA1")


def looks_like_x12(data: bytes) -> bool:
    """True when the first thing in the file, past blanks and a byte order mark, is an ISA segment."""
    head = data[:4096].removeprefix(_BOM).lstrip(BLANK.encode())
    return head[:3] == b"ISA" and len(head) > 3 and not chr(head[3]).isalnum()


def open_envelope(data: bytes | Source, *, threads: int = 1) -> Envelope:
    """Open a file. Never raises for bad content: every fault is a Problem at its segment, with the smallest thing it
    spoils (file, interchange, group, set) rejected or quarantined and its siblings left alone. Memory does not grow
    with the file when `data` is a source on disk. With two threads or more, one of them looks ahead in large files."""
    source = source_of(data)
    envelope = Envelope(source)
    head = source.read(0, 8)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or head[::2] == b"\0" * 4 or head[1::2] == b"\0" * 4:
        return envelope.fail("UTF16", "The file is UTF-16; X12 is single-byte text. Ask the sender for plain text.")
    at, _, has_bom = _skip_between(source, 0, "")
    if at >= source.size:
        return envelope.fail("EMPTY", "The file holds nothing.")
    if source.read(at, at + 3) != b"ISA":
        return envelope.fail("NOT_X12", "The file does not begin with an ISA segment.")
    number = 1
    while at < source.size:
        if source.read(at, at + 3) != b"ISA":
            text = "There is data after the IEA segment that is not another interchange (TA1 022)."
            return envelope.fail("DATA_AFTER_IEA", text, number)
        read = read_isa(source, at)
        if isinstance(read, str):
            if not envelope.interchanges:
                return envelope.fail("BAD_ISA", read, number)
            text = f"{read} What follows could not be read; the interchanges before it stand."
            envelope.problems.append(Problem("file", "BAD_ISA", number, text))
            break
        isa, delimiters = read
        interchange = Interchange(delimiters, isa, number, at)
        envelope.interchanges.append(interchange)
        if has_bom:
            interchange.note("BOM", number, "A UTF-8 byte order mark stands before the ISA segment; it was skipped.")
        if delimiters.repetition in (delimiters.element, delimiters.component, delimiters.terminator):
            text = "ISA11, the repetition separator, is one of the other separators: repeated elements are read as one."
            interchange.note("ISA11", number, text)
        at, number = _Walk(envelope, interchange).run(looks_ahead=threads > 1 and source.size > LARGEST)
        at, empty, has_bom = _skip_between(source, at, delimiters.terminator)
        number += empty
    envelope.disposition = _disposition(envelope)
    return envelope


def shown(value: str) -> str:
    """A control number or code for a message; anything that could be something else is not repeated."""
    if not value:
        return "empty"
    return value if re.fullmatch(r"[0-9]{1,9}|0[0-9]{5}(X[0-9]{3}([A-Z][0-9])?)?|[A-Z]", value) else "something else"


def segments(envelope: Envelope, first: int = 1, last: int | None = None) -> Iterator[tuple[int, str]]:
    """The segments from number `first` to `last` (None: all), in order, without blanks around them and without terminator.

    Memory does not grow with the file. Of a segment that is too long to be one, its beginning is given.
    """
    for interchange in envelope.interchanges:
        number, terminator = interchange.first_segment_no, interchange.delimiters.terminator
        for window in windows(envelope.source, interchange.start, terminator):
            count = int(np.searchsorted(window.start, interchange.end))
            if not count or (last is not None and number > last):
                break
            if number + count > first:
                start, end = int(window.start[0]), int(window.end[0])
                data = window.data or envelope.source.read(start, min(end, start + MAX_SEGMENT))
                for place, piece in enumerate(decode(data).split(terminator)[:count], start=number):
                    if first <= place and (last is None or place <= last) and (text := piece.strip(BLANK)):
                        yield place, text
            number += count


def segment_texts(envelope: Envelope) -> dict[int, str]:
    """Every segment of the file by its number: the address book behind `pm trace`."""
    return dict(segments(envelope))


def _disposition(envelope: Envelope) -> Disposition:
    if all(one.disposition == "rejected" for one in envelope.interchanges):
        return "rejected"
    return "quarantined" if envelope.problems or any(one.has_refused for one in envelope.interchanges) else "accepted"


def _skip_between(source: Source, at: int, terminator: str) -> tuple[int, int, bool]:
    """Past what may stand before an ISA: blanks, terminators alone (each keeps its number), byte order marks.

    Returns where that ends, how many terminators there were, and whether there was a byte order mark.
    """
    mark = terminator.encode("latin-1")
    counted = mark if terminator not in BLANK else b""
    skipped = BLANK.encode() + mark
    empty, has_bom = 0, False
    while data := source.read(at, at + 4096):
        rest = data.lstrip(skipped)
        passed = data[: len(data) - len(rest)]
        empty += passed.count(counted) if counted else 0
        at += len(passed)
        if rest.startswith(_BOM):
            has_bom, at = True, at + len(_BOM)
        elif rest:
            break
    return at, empty, has_bom


class _Walk:
    """Reads the control segments of one interchange in order."""

    def __init__(self, envelope: Envelope, interchange: Interchange) -> None:
        self.envelope = envelope
        self.source = envelope.source
        self.interchange = interchange
        self.marks = interchange.delimiters
        self.group: Group | None = None
        self.set: TransactionSet | None = None
        self.set_segments = 0  # so far, blank ones left out
        self.is_latin1 = False
        self.is_straying = False  # in a run of segments that belong to nothing, reported already
        self.codes = {tag_code(tag + self.marks.element): tag for tag in _CONTROL}

    def run(self, *, looks_ahead: bool) -> tuple[int, int]:
        """Read to the IEA (or what stands in its place); returns where reading goes on and the next segment number."""
        number = self.interchange.first_segment_no
        found = windows(self.source, self.interchange.start, self.marks.terminator)
        for window in ahead(found) if looks_ahead else found:
            stop = self._read(window, number)
            self._note_latin1(window, number)
            if stop is not None:
                return stop
            number += len(window.end)
            if not window.is_ended:  # the rest of the file keeps the number after the last one that ended
                return self._no_iea(self.source.size, number - 1, number)
        return self._no_iea(self.source.size, number, number)

    def _read(self, window: Window, number: int) -> tuple[int, int] | None:
        """Read one window, whose first segment has this number. Returns what `run` does when the interchange ends."""
        is_control = self._control(window)
        is_long = (window.end - window.start) > MAX_SEGMENT
        filled = np.concatenate(([0], np.cumsum(~window.is_blank)))  # filled[n]: segments not blank before place n
        last = 0
        for place in np.flatnonzero(is_control | is_long).tolist():
            if not is_long[place] and self._tag(window, place) is None:
                continue  # a segment like any other
            self._pass(window, filled, last, place, number)
            last = place + 1
            start, end, here = int(window.start[place]), int(window.end[place]), number + place
            if is_long[place]:
                self._too_long(here)
            elif tag := self._tag(window, place):
                self.is_straying = False
                if tag == "ISA":
                    return self._no_iea(start, here, here)
                text = decode(window.text(place))
                elements = [part.strip(BLANK) for part in text.split(self.marks.element)]
                getattr(self, f"_{tag.lower()}")([*elements, *[""] * 9], text, start, end, here)
                if tag == "IEA":
                    is_ended = window.is_ended or place < len(window.end) - 1
                    return self._end(start, end, here, is_ended=is_ended)
        self._pass(window, filled, last, len(window.end), number)
        return None

    def _control(self, window: Window) -> np.ndarray:
        """Which segments may be control segments: few, each looked at again by `_tag`."""
        short = window.tag & 0xFFFFFF
        found = (short == tag_code("ISA")) & ~window.is_blank
        for code in self.codes:
            found |= (short if code <= 0xFFFFFF else window.tag) == code
        if window.start[0] == self.interchange.start:
            found[0] = False  # the interchange's own ISA
        return found & ~window.is_blank

    def _tag(self, window: Window, place: int) -> str | None:
        code = int(window.tag[place])
        if tag := self.codes.get(code) or self.codes.get(code & 0xFFFFFF):
            return None if tag == "TA1" and self.set is not None else tag
        # an ISA may come with other delimiters when the IEA before it is missing
        after = chr(code >> 24)
        return None if after.isascii() and (after.isalnum() or after in " \t\r\n") else "ISA"

    def _pass(self, window: Window, filled: np.ndarray, first: int, stop: int, number: int) -> None:
        """Go over the segments between two control segments: they are the set's, or nobody's."""
        count = int(filled[stop] - filled[first])
        if self.set is not None:
            self.set_segments += count
            return
        own_isa = first == 0 and window.start[0] == self.interchange.start
        if count > own_isa:
            place = int(np.searchsorted(filled, filled[first] + own_isa, side="right")) - 1
            self._stray(number + place)

    def _stray(self, number: int) -> None:
        if self.is_straying:
            return
        self.is_straying = True
        if self.group is not None:
            text = "A segment stands in the group, but in none of its sets."
            self.group.fail("STRAY_SEGMENT", number, text)
        else:
            text = "A segment stands in the interchange, but in none of its groups (TA1 024)."
            self.interchange.fail("STRAY_SEGMENT", number, text)

    def _too_long(self, number: int) -> None:
        where = self.set or self.group or self.interchange
        where.fail("SEGMENT_TOO_LONG", number, f"A segment is longer than {MAX_SEGMENT} characters.")
        self.set_segments += 1

    def _note_latin1(self, window: Window, number: int) -> None:
        if window.data.isascii():
            return
        data = window.data[: self.interchange.end - window.at] if self.interchange.end else window.data
        self.envelope.is_ascii &= data.isascii()
        if self.is_latin1:
            return
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as problem:
            self.is_latin1 = True
            here = number + int(np.searchsorted(window.end, window.at + problem.start))
            self.interchange.note("LATIN1", here, "The segment holds a byte that is not UTF-8; it was read as Latin-1.")

    def _end(self, start: int, end: int, number: int, *, is_ended: bool) -> tuple[int, int]:
        if not is_ended:
            self.interchange.note("UNTERMINATED", number, "The IEA segment has no terminator; it was read anyway.")
        self.interchange.last_segment_no, self.interchange.end = number, end
        return (end + 1 if is_ended else end), number + 1

    def _no_iea(self, at: int, number: int, next_number: int) -> tuple[int, int]:
        self._close_set(number)
        self._close_group(number)
        self.interchange.last_segment_no, self.interchange.end = max(number - 1, self.interchange.first_segment_no), at
        self.interchange.fail(
            "NO_IEA", number, "The interchange has no IEA segment: the file is cut short (TA1 023). Ask for it again."
        )
        return at, next_number

    def _ta1(self, seg: list[str], text: str, start: int, end: int, number: int) -> None:
        self.interchange.ta1.append(Ta1(number, text.strip(BLANK), start, end))

    def _gs(self, seg: list[str], text: str, start: int, end: int, number: int) -> None:
        self._close_set(number)
        self._close_group(number)
        self.group = Group(seg[1], seg[2], seg[3], seg[6], seg[8], number, text.strip("\r\n"))
        self.interchange.groups.append(self.group)

    def _st(self, seg: list[str], text: str, start: int, end: int, number: int) -> None:
        self._close_set(number)
        self.set, self.set_segments = TransactionSet(seg[1], seg[2], seg[3], number, start), 1
        if self.group is None:
            self.group = Group("", "", "", "", "", number)
            self.interchange.groups.append(self.group)
            self.group.fail("NO_GS", number, "A transaction set stands outside any GS group.")
        self.group.sets.append(self.set)

    def _se(self, seg: list[str], text: str, start: int, end: int, number: int) -> None:
        if self.set is None:
            where = self.group or self.interchange
            where.fail("SE_WITHOUT_ST", number, "There is an SE segment with no ST before it.")
            return
        self.set.last_segment_no, self.set.end = number, end
        count = self.set_segments + 1
        if seg[1] != str(count) and seg[1].lstrip("0") != str(count):
            self.set.fail("SE01", number, f"SE01 is {shown(seg[1])}, but the set has {count} segments (IK502 4).")
        if seg[2] != self.set.st02:
            self.set.fail("SE02", number, f"SE02 is {shown(seg[2])}, but ST02 is {shown(self.set.st02)} (IK502 3).")
        self.set = None

    def _ge(self, seg: list[str], text: str, start: int, end: int, number: int) -> None:
        self._close_set(number)
        if self.group is None:
            self.interchange.fail("GE_WITHOUT_GS", number, "There is a GE segment with no GS before it.")
            return
        if seg[1].lstrip("0") != str(len(self.group.sets)).lstrip("0"):
            words = f"GE01 is {shown(seg[1])}, but the group has {len(self.group.sets)} sets (AK905 5)."
            self.group.fail("GE01", number, words)
        if seg[2] != self.group.gs06:
            self.group.fail("GE02", number, f"GE02 is {shown(seg[2])}, but GS06 is {shown(self.group.gs06)} (AK905 4).")
        seen: set[str] = set()
        for one in self.group.sets:
            if one.st02 in seen:
                words = f"ST02 {shown(one.st02)} is used twice in the group (IK502 23)."
                self.group.fail("ST02_TWICE", one.first_segment_no, words)
            seen.add(one.st02)
        self.group = None

    def _iea(self, seg: list[str], text: str, start: int, end: int, number: int) -> None:
        self._close_set(number)
        self._close_group(number)
        groups, isa13 = len(self.interchange.groups), self.interchange.control_number
        if seg[1].lstrip("0") != str(groups).lstrip("0"):
            words = f"IEA01 is {shown(seg[1])}, but there are {groups} groups (TA1 021)."
            only_ta1 = self.interchange.ta1 and not groups  # some senders count the TA1 as a group
            (self.interchange.note if only_ta1 else self.interchange.fail)("IEA01", number, words)
        if seg[2] != isa13:
            words = f"IEA02 is {shown(seg[2])}, but ISA13 is {shown(isa13)} (TA1 001)."
            self.interchange.fail("IEA02", number, words)

    def _close_set(self, number: int) -> None:
        if self.set is not None:
            self.set.last_segment_no = max(number - 1, self.set.first_segment_no)
            self.set.end = self.set.start
            self.set.fail("NO_SE", number, "The transaction set has no SE segment (IK502 2).")
            self.set = None

    def _close_group(self, number: int) -> None:
        if self.group is not None:
            if self.group.gs06 or self.group.gs01:
                self.group.fail("NO_GE", number, "The group has no GE segment (AK905 3).")
            self.group = None

"""The envelope: where each interchange, group and transaction set lies in a file, and whether it is whole.

What belongs here: finding ISA..IEA, GS..GE and ST..SE with each interchange's own delimiters, counting, comparing
control numbers. What does not: the meaning of anything between ST and SE.

A segment's number is its place among the terminator-ended pieces of the file: the first ISA is 1, and counting goes on
through every interchange. That number, with the file's sha256, is the address of every fact read from X12.

Sources: X12.5 and X12.6 control structures; TR3 appendix C; TA1 and AK9 codes as noted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

Disposition = Literal["accepted", "noted", "quarantined", "rejected"]

ISA_WIDTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1)  # ISA01 to ISA15
ISA_LENGTH = 106
MAX_SEGMENT = 65_536
BLANK = " \t\r\n\x00\x1a"


@dataclass(frozen=True)
class Problem:
    """Something wrong, said for a person. `text` never holds data of a claim."""

    level: Literal["file", "interchange", "group", "set"]
    code: str
    segment_no: int
    text: str


@dataclass
class TransactionSet:
    """One ST..SE. `start` and `end` cut its text, ST to SE inclusive, out of the file's text."""

    st01: str
    st02: str
    st03: str
    first_segment_no: int
    start: int
    last_segment_no: int = 0
    end: int = 0
    disposition: Disposition = "accepted"
    problems: list[Problem] = field(default_factory=list)

    def fail(self, code: str, segment_no: int, text: str) -> None:
        """Quarantine this set alone."""
        self.problems.append(Problem("set", code, segment_no, text))
        self.disposition = "quarantined"


@dataclass
class Group:
    """One GS..GE."""

    gs01: str
    gs02: str
    gs03: str
    gs06: str
    gs08: str
    first_segment_no: int
    segment: str = ""  # the GS as it stands in the file, without its terminator
    disposition: Disposition = "accepted"
    sets: list[TransactionSet] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def fail(self, code: str, segment_no: int, text: str) -> None:
        """Reject the group and, with it, its sets."""
        self.problems.append(Problem("group", code, segment_no, text))
        self.disposition = "rejected"


@dataclass(frozen=True)
class Delimiters:
    """The four separators, as this interchange's ISA declares them."""

    element: str
    component: str
    repetition: str
    terminator: str


@dataclass
class Interchange:
    """One ISA..IEA. ta1 holds the text of its TA1 segments with their segment numbers."""

    delimiters: Delimiters
    isa: tuple[str, ...]  # ISA01 to ISA16, blanks trimmed
    first_segment_no: int
    start: int
    last_segment_no: int = 0
    end: int = 0
    disposition: Disposition = "accepted"
    groups: list[Group] = field(default_factory=list)
    ta1: list[tuple[int, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def sender(self) -> str:
        """ISA06."""
        return self.isa[5]

    @property
    def receiver(self) -> str:
        """ISA08."""
        return self.isa[7]

    @property
    def control_number(self) -> str:
        """ISA13."""
        return self.isa[12]

    @property
    def usage(self) -> str:
        """ISA15: P production, T test."""
        return self.isa[14]

    def fail(self, code: str, segment_no: int, text: str) -> None:
        """Reject the interchange and everything in it."""
        self.problems.append(Problem("interchange", code, segment_no, text))
        self.disposition = "rejected"

    def note(self, code: str, segment_no: int, text: str) -> None:
        """Record something odd that harms nothing."""
        self.problems.append(Problem("interchange", code, segment_no, text))
        if self.disposition == "accepted":
            self.disposition = "noted"


@dataclass
class Envelope:
    """A whole file, opened. `text` is the decoded file; offsets of sets point into it."""

    text: str
    interchanges: list[Interchange] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    disposition: Disposition = "accepted"

    def cut(self, start: int, end: int) -> str:
        """The text between two offsets of this envelope (those of its sets, groups and interchanges)."""
        return self.text[start:end]

    def all_problems(self) -> list[Problem]:
        """Problems of the file and everything in it, in file order."""
        found = list(self.problems)
        for interchange in self.interchanges:
            found += interchange.problems
            for group in interchange.groups:
                found += group.problems
                for one in group.sets:
                    found += one.problems
        return sorted(found, key=lambda problem: problem.segment_no)

    def fail(self, code: str, text: str, segment_no: int = 0) -> Envelope:
        """Reject the whole file."""
        self.problems.append(Problem("file", code, segment_no, text))
        self.disposition = "rejected"
        for interchange in self.interchanges:
            interchange.disposition = "rejected"
        return self


def looks_like_x12(data: bytes) -> bool:
    """True when the first thing in the file, past blanks and a byte order mark, is an ISA segment."""
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip(BLANK.encode())
    return head[:3] == b"ISA" and len(head) > 3 and not chr(head[3]).isalnum()


def open_envelope(data: bytes) -> Envelope:
    """Open a file. Never raises for bad content: every fault is a Problem at its segment, with the smallest thing
    it spoils (file, interchange, group, set) rejected or quarantined and its siblings left alone."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or data[:8:2] == b"\0" * 4 or data[1:8:2] == b"\0" * 4:
        return Envelope("").fail("UTF16", "The file is UTF-16; X12 is single-byte text. Ask the sender for plain text.")
    text, notes = _decode(data)
    envelope = Envelope(text)
    at = _skip_blank(text, 0)
    if at >= len(text):
        return envelope.fail("EMPTY", "The file holds nothing.")
    if text[at : at + 3] != "ISA":
        return envelope.fail("NOT_X12", "The file does not begin with an ISA segment.")
    segment_no = 1
    while at < len(text):
        if text[at : at + 3] != "ISA":
            text = "There is data after the IEA segment that is not another interchange (TA1 022)."
            return envelope.fail("DATA_AFTER_IEA", text, segment_no)
        at, segment_no = _open_interchange(envelope, at, segment_no)
        at = _skip_blank(text, at)
    for code, note in notes if envelope.interchanges else []:
        envelope.interchanges[0].note(code, 1, note)
    return envelope


def file_text(data: bytes) -> str:
    """The decoded text that the offsets of sets point into, without opening the envelope again."""
    return _decode(data)[0]


def shown(value: str) -> str:
    """A control number or code for a message; anything that could be something else is not repeated."""
    if not value:
        return "empty"
    return value if re.fullmatch(r"[0-9]{1,9}|0[0-9]{5}(X[0-9]{3}([A-Z][0-9])?)?|[A-Z]", value) else "something else"


def segment_texts(envelope: Envelope) -> dict[int, str]:
    """Every segment of the file by its number, without terminator: the address book behind `pm trace`."""
    found: dict[int, str] = {}
    for interchange in envelope.interchanges:
        pieces = envelope.cut(interchange.start, interchange.end).split(interchange.delimiters.terminator)
        for offset, piece in enumerate(pieces):
            if trimmed := piece.strip(BLANK):
                found[interchange.first_segment_no + offset] = trimmed
    return found


def _decode(data: bytes) -> tuple[str, list[tuple[str, str]]]:
    notes: list[tuple[str, str]] = []
    if data[:3] == b"\xef\xbb\xbf":
        data = data[3:]
        notes.append(("BOM", "The file begins with a UTF-8 byte order mark; it was skipped."))
    try:
        return data.decode("utf-8"), notes
    except UnicodeDecodeError as problem:
        notes.append(("LATIN1", f"Byte {problem.start} is not UTF-8; the file was read as Latin-1."))
        return data.decode("latin-1"), notes


def _skip_blank(text: str, at: int) -> int:
    while at < len(text) and text[at] in BLANK:
        at += 1
    return at


def _read_isa(text: str, at: int) -> tuple[tuple[str, ...], Delimiters] | str:
    """ISA01 to ISA16 and the delimiters, or what is wrong with the ISA. The fixed widths decide, not byte 105."""
    isa = text[at : at + ISA_LENGTH]
    if len(isa) < ISA_LENGTH:
        return f"The ISA segment ends after {len(isa)} characters; it always has {ISA_LENGTH}."
    element = isa[3]
    fields = isa[4:].split(element)
    if len(fields) != 16:
        return f"The ISA segment has {len(fields)} elements in its first {ISA_LENGTH} characters; it must have 16."
    for number, (value, width) in enumerate(zip(fields, ISA_WIDTHS, strict=False), start=1):
        if len(value) != width:
            return f"ISA{number:02} has {len(value)} characters; it must have {width}. The sender must pad the ISA."
    component, terminator = fields[15][0], isa[ISA_LENGTH - 1]
    repetition = fields[10]
    if terminator in "\r\n":
        terminator = _terminator_behind_newline(text[at + ISA_LENGTH - 1 : at + ISA_LENGTH + 8])
    usable = not any(mark.isalnum() or mark == " " for mark in (element, terminator))
    if len({element, component, terminator}) < 3 or not usable:
        return "The ISA segment does not declare usable delimiters (element, component and terminator must differ)."
    trimmed = tuple(value.strip() for value in [*fields[:15], component])
    return trimmed, Delimiters(element, component, repetition, terminator)


def _terminator_behind_newline(after: str) -> str:
    """A newline in the terminator's place: the terminator itself, or written before every real one (`\\n~GS`)."""
    if found := re.match(r"[\r\n]+([^A-Za-z0-9\s])[ \r\n]*(?:GS|TA1)", after):
        return found.group(1)
    return "\n" if "\n" in after[:2] else "\r"


class _Walk:
    """Reads the control segments of one interchange in order."""

    def __init__(self, envelope: Envelope, start: int, interchange: Interchange) -> None:
        self.text = envelope.text
        self.interchange = interchange
        self.marks = interchange.delimiters
        blank = "".join(re.escape(mark) for mark in BLANK if mark != self.marks.terminator)
        terminator, element = re.escape(self.marks.terminator), re.escape(self.marks.element)
        # it begins with a literal, not a lookbehind: fourteen times as fast on a 50 MB file
        # an ISA may come with other delimiters when the IEA before it is missing
        self.control = re.compile(rf"{terminator}[{blank}]*(?:(GS|ST|SE|GE|IEA|TA1){element}|(ISA)[^\w\s])")
        self.empty = re.compile(f"{terminator}[{blank}]*(?={terminator})")
        self.group: Group | None = None
        self.set: TransactionSet | None = None
        self.start = start

    def run(self) -> tuple[int, int]:
        """Read to the IEA (or what stands in its place); returns where reading goes on and the next segment number."""
        number, counted = self.interchange.first_segment_no, self.start
        for found in self.control.finditer(self.text, self.start):
            tag, at = found.group(found.lastindex or 1), found.start(found.lastindex or 1)
            number += self.text.count(self.marks.terminator, counted, at)
            counted = at
            if tag == "ISA":
                return self._no_iea(at, number)
            stop = self.text.find(self.marks.terminator, at)
            cut = len(self.text) if stop < 0 else stop
            elements = [part.strip() for part in self.text[at:cut].split(self.marks.element)]
            getattr(self, f"_{tag.lower()}")([*elements, *[""] * 9], at, cut, number)
            if tag == "IEA":
                if stop < 0:
                    self.interchange.note(
                        "UNTERMINATED", number, "The IEA segment has no terminator; it was read anyway."
                    )
                self.interchange.last_segment_no, self.interchange.end = number, cut
                return cut + 1, number + 1
        return self._no_iea(len(self.text), number + self.text.count(self.marks.terminator, counted))

    def _no_iea(self, at: int, number: int) -> tuple[int, int]:
        self._close_set(number)
        self._close_group(number)
        self.interchange.last_segment_no, self.interchange.end = max(number - 1, self.interchange.first_segment_no), at
        self.interchange.fail(
            "NO_IEA", number, "The interchange has no IEA segment: the file is cut short (TA1 023). Ask for it again."
        )
        return at, number

    def _ta1(self, seg: list[str], at: int, stop: int, number: int) -> None:
        self.interchange.ta1.append((number, self.text[at:stop].strip(BLANK)))

    def _gs(self, seg: list[str], at: int, stop: int, number: int) -> None:
        self._close_group(number)
        self.group = Group(seg[1], seg[2], seg[3], seg[6], seg[8], number, self.text[at:stop].strip("\r\n"))
        self.interchange.groups.append(self.group)

    def _st(self, seg: list[str], at: int, stop: int, number: int) -> None:
        self._close_set(number)
        self.set = TransactionSet(seg[1], seg[2], seg[3], number, at)
        if self.group is None:
            self.group = Group("", "", "", "", "", number)
            self.interchange.groups.append(self.group)
            self.group.fail("NO_GS", number, "A transaction set stands outside any GS group.")
        self.group.sets.append(self.set)

    def _se(self, seg: list[str], at: int, stop: int, number: int) -> None:
        if self.set is None:
            where = self.group or self.interchange
            where.fail("SE_WITHOUT_ST", number, "There is an SE segment with no ST before it.")
            return
        self.set.last_segment_no, self.set.end = number, stop
        start = self.set.start  # a large set is walked in place: a copy would cost as much memory as the file
        count = self.text.count(self.marks.terminator, start, stop) + 1
        count -= sum(1 for _ in self.empty.finditer(self.text, start, stop))
        if seg[1] != str(count) and seg[1].lstrip("0") != str(count):
            self.set.fail("SE01", number, f"SE01 is {shown(seg[1])}, but the set has {count} segments (IK502 4).")
        if seg[2] != self.set.st02:
            self.set.fail("SE02", number, f"SE02 is {shown(seg[2])}, but ST02 is {shown(self.set.st02)} (IK502 3).")
        if self._has_segment_longer_than(MAX_SEGMENT, start, stop):
            self.set.fail("SEGMENT_TOO_LONG", number, f"A segment is longer than {MAX_SEGMENT} characters.")
        self.set = None

    def _has_segment_longer_than(self, limit: int, at: int, stop: int) -> bool:
        while stop - at > limit:
            found = self.text.rfind(self.marks.terminator, at, at + limit + 1)
            if found < 0:
                return True
            at = found + 1
        return False

    def _ge(self, seg: list[str], at: int, stop: int, number: int) -> None:
        self._close_set(number)
        if self.group is None:
            self.interchange.fail("GE_WITHOUT_GS", number, "There is a GE segment with no GS before it.")
            return
        if seg[1].lstrip("0") != str(len(self.group.sets)).lstrip("0"):
            text = f"GE01 is {shown(seg[1])}, but the group has {len(self.group.sets)} sets (AK905 5)."
            self.group.fail("GE01", number, text)
        if seg[2] != self.group.gs06:
            self.group.fail("GE02", number, f"GE02 is {shown(seg[2])}, but GS06 is {shown(self.group.gs06)} (AK905 4).")
        seen: set[str] = set()
        for one in self.group.sets:
            if one.st02 in seen:
                text = f"ST02 {shown(one.st02)} is used twice in the group (IK502 23)."
                self.group.fail("ST02_TWICE", one.first_segment_no, text)
            seen.add(one.st02)
        self.group = None

    def _iea(self, seg: list[str], at: int, stop: int, number: int) -> None:
        self._close_set(number)
        self._close_group(number)
        if seg[1].lstrip("0") != str(len(self.interchange.groups)).lstrip("0"):
            text = f"IEA01 is {shown(seg[1])}, but there are {len(self.interchange.groups)} groups (TA1 021)."
            only_ta1 = self.interchange.ta1 and not self.interchange.groups  # some senders count the TA1 as a group
            (self.interchange.note if only_ta1 else self.interchange.fail)("IEA01", number, text)
        if seg[2] != self.interchange.control_number:
            self.interchange.fail(
                "IEA02",
                number,
                f"IEA02 is {shown(seg[2])}, but ISA13 is {shown(self.interchange.control_number)} (TA1 001).",
            )

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


def _open_interchange(envelope: Envelope, at: int, segment_no: int) -> tuple[int, int]:
    read = _read_isa(envelope.text, at)
    if isinstance(read, str):
        envelope.fail("BAD_ISA", read, segment_no)
        return len(envelope.text), segment_no
    isa, delimiters = read
    interchange = Interchange(delimiters, isa, segment_no, at)
    envelope.interchanges.append(interchange)
    return _Walk(envelope, at, interchange).run()

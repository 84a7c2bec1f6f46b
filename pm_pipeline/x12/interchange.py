"""What an opened file is made of: interchanges, groups and transaction sets, each with its place and its judgement.

Offsets count bytes from the beginning of the file; segment numbers are explained in envelope.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from pm_pipeline.x12.source import Source, decode

Disposition = Literal["accepted", "noted", "quarantined", "rejected"]


@dataclass(frozen=True)
class Problem:
    """Something wrong, said for a person. `text` never holds data of a claim."""

    level: Literal["file", "interchange", "group", "set"]
    code: str
    segment_no: int
    text: str


@dataclass
class TransactionSet:
    """One ST..SE. `start` and `end` cut its bytes, ST to SE inclusive, out of the file."""

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


class Ta1(NamedTuple):
    """One TA1 segment outside any set; `start` and `end` cut its bytes out of the file."""

    segment_no: int
    text: str
    start: int
    end: int


@dataclass
class Interchange:
    """One ISA..IEA."""

    delimiters: Delimiters
    isa: tuple[str, ...]  # ISA01 to ISA16, blanks trimmed
    first_segment_no: int
    start: int
    last_segment_no: int = 0
    end: int = 0
    disposition: Disposition = "accepted"
    groups: list[Group] = field(default_factory=list)
    ta1: list[Ta1] = field(default_factory=list)
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
    def has_lost_group(self) -> bool:
        """True when a group was refused and has no set that could say so (its ST is missing, say)."""
        return any(group.disposition == "rejected" and not group.sets for group in self.groups)

    @property
    def has_refused(self) -> bool:
        """True when it was refused, or a group of it that has no set that could say so."""
        return self.disposition == "rejected" or self.has_lost_group

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
    """A whole file, opened.

    disposition: rejected when nothing in the file stands, quarantined when a part of it was refused (an interchange, what
    follows one that cannot be read, a group in which no set is found) and another may stand. Groups with sets, and sets, speak
    for themselves.
    """

    source: Source
    interchanges: list[Interchange] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    disposition: Disposition = "accepted"
    is_ascii: bool = True

    def cut(self, start: int, end: int) -> str:
        """The text between two offsets of this envelope (those of its sets, groups and interchanges)."""
        return decode(self.source.read(start, end))

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

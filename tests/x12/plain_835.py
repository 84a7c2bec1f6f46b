"""What an 835 comes to, by a plain count in Python from nothing but its separators: the oracle of the sums."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pm_pipeline.x12.envelope import Delimiters

AMOUNT = re.compile(r"-?([0-9]{1,14}(\.[0-9]{1,2})?|\.[0-9]{1,2})")
BLANK = " \t\r\n\x00\x1a"


@dataclass
class Sums:
    """What one set says, in cents; an amount that is none counts as nothing."""

    claims: int = 0
    lines: int = 0
    adjustments: int = 0
    charge: int = 0
    paid: int = 0
    line_charge: int = 0
    line_paid: int = 0
    adjusted: int = 0
    plb: int = 0
    bpr02: int | None = None

    @property
    def is_balanced(self) -> bool:
        """The payment gate: BPR02 is the sum of CLP04 less the sum of PLB."""
        return self.bpr02 is not None and self.bpr02 == self.paid - self.plb


def cents(value: str) -> int | None:
    """Money text in cents; None when it is not money."""
    if not AMOUNT.fullmatch(value):
        return None
    sign = -1 if value.startswith("-") else 1
    whole, _, part = value.lstrip("-").partition(".")
    return sign * (int(whole or 0) * 100 + int(part.ljust(2, "0") or 0))


def split(text: str, marks: Delimiters) -> list[list[str]]:
    """Segments as lists of elements, the tag first; empty pieces are left out."""
    pieces = (piece.strip(BLANK) for piece in text.split(marks.terminator))
    return [[element.strip(BLANK) for element in piece.split(marks.element)] for piece in pieces if piece]


def sets_of(text: str, marks: Delimiters) -> Iterator[list[list[str]]]:
    """The sets of a text, ST to SE."""
    inside: list[list[str]] = []
    for segment in split(text, marks):
        inside = [segment] if segment[0] == "ST" else [*inside, segment]
        if segment[0] == "SE":
            yield inside


def sums_of(segments: Iterable[list[str]]) -> Sums:
    """Add up one set. An SVC or CAS outside any claim is nobody's; a tag with no elements is a segment of its kind."""
    found, in_claim = Sums(), False
    for tag, *given in segments:
        at = [*given, *[""] * 20]
        match tag:
            case "LX" | "PLB" | "SE":
                in_claim = False
            case "CLP":
                in_claim = True
                found.claims += 1
                found.charge += cents(at[2]) or 0
                found.paid += cents(at[3]) or 0
            case "SVC" if in_claim:
                found.lines += 1
                found.line_charge += cents(at[1]) or 0
                found.line_paid += cents(at[2]) or 0
            case "CAS" if in_claim:
                for place in range(1, len(given), 3):  # past the six of the guide, too
                    found.adjustments += bool(at[place] or at[place + 1])
                    found.adjusted += cents(at[place + 1]) or 0
            case "BPR" if found.bpr02 is None:
                found.bpr02 = cents(at[1])
        if tag == "PLB":
            found.plb += sum(cents(at[place]) or 0 for place in range(3, 14, 2))
    return found

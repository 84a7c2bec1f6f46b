"""Putting segments into interchanges: delimiters, counts and control numbers are right by construction.

Used by the 837P writer and by the sandbox's 999, 277CA, TA1 and 835 writers. No newline follows a terminator.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pm_pipeline.x12.envelope import Delimiters

STANDARD = Delimiters(element="*", component=":", repetition="^", terminator="~")
Element = str | int | None


class X12DataError(ValueError):
    """A value that cannot stand in X12 text: it holds a delimiter or a character outside the basic and extended sets."""


@dataclass(frozen=True)
class InterchangeHeader:
    """ISA05 to ISA15 of one interchange; `at` is the sender's local time."""

    sender_qualifier: str
    sender_id: str
    receiver_qualifier: str
    receiver_id: str
    control_number: int
    usage: str
    at: dt.datetime
    ack_requested: bool = False


class InterchangeWriter:
    """Writes one interchange. Call begin_group, begin_set, seg ..., end_set, end_group, then text()."""

    def __init__(self, header: InterchangeHeader, delimiters: Delimiters = STANDARD) -> None:
        self.header = header
        self.delimiters = delimiters
        self._segments: list[str] = []
        self._groups = 0
        self._sets = 0
        self._group_number = 0
        self._set_number = ""
        self._set_start = 0
        d, h = delimiters, header
        isa = (
            "ISA", "00", " " * 10, "00", " " * 10, h.sender_qualifier, h.sender_id.ljust(15), h.receiver_qualifier,
            h.receiver_id.ljust(15), f"{h.at:%y%m%d}", f"{h.at:%H%M}", d.repetition, "00501",
            f"{h.control_number:09d}", "1" if h.ack_requested else "0", h.usage, d.component,
        )  # fmt: skip
        self._segments.append(d.element.join(isa))
        self._forbidden = {d.element, d.component, d.repetition, d.terminator}

    @property
    def next_segment_no(self) -> int:
        """The number the next segment will have in the file (the ISA is 1)."""
        return len(self._segments) + 1

    def seg(self, tag: str, *elements: Element) -> int:
        """Write a segment; trailing empty elements are left out. Returns its number.

        A composite is given as text joined by the component separator (see `composite`). Raises X12DataError naming the
        element, never its value.
        """
        values = ["" if value is None else str(value) for value in elements]
        while values and not values[-1]:
            values.pop()
        for place, value in enumerate(values, start=1):
            if self.delimiters.element in value or self.delimiters.terminator in value or not value.isascii():
                raise X12DataError(
                    f"{tag}{place:02} holds a delimiter or a character X12 cannot carry; clean the value in its source."
                )
        self._segments.append(self.delimiters.element.join([tag, *values]))
        return len(self._segments)

    def composite(self, *components: Element) -> str:
        """Join components; trailing empty ones are left out."""
        values = ["" if value is None else str(value) for value in components]
        while values and not values[-1]:
            values.pop()
        for value in values:
            if any(mark in value for mark in self._forbidden):
                raise X12DataError("A component holds a delimiter; clean the value in its source.")
        return self.delimiters.component.join(values)

    def begin_group(self, gs01: str, sender: str, receiver: str, number: int, guide: str) -> None:
        """GS: gs01 is the functional id (HC claims, HP remittances, FA acknowledgments, HN status)."""
        at = self.header.at
        self._groups += 1
        self._sets = 0
        self._group_number = number
        self.seg("GS", gs01, sender, receiver, f"{at:%Y%m%d}", f"{at:%H%M}", number, "X", guide)

    def begin_set(self, st01: str, st02: str, guide: str | None = None) -> int:
        """ST; returns its segment number. 5010 guides repeat themselves in ST03 (`guide`)."""
        self._sets += 1
        self._set_number = st02
        self._set_start = len(self._segments)
        return self.seg("ST", st01, st02, guide)

    def end_set(self) -> int:
        """SE with the count of the set's segments; returns its segment number."""
        return self.seg("SE", len(self._segments) - self._set_start + 1, self._set_number)

    def end_group(self) -> None:
        """GE with the count of its sets."""
        self.seg("GE", self._sets, self._group_number)

    def text(self) -> str:
        """The whole interchange, IEA included."""
        mark = self.delimiters
        iea = mark.element.join(["IEA", str(self._groups), f"{self.header.control_number:09d}"])
        return mark.terminator.join([*self._segments, iea]) + mark.terminator


def amount(cents: int) -> str:
    """Cents as X12 money (type R): no superfluous zeros, no plus sign; 12050 -> 120.5, -5 -> -.05 is written -0.05."""
    sign, value = ("-", -cents) if cents < 0 else ("", cents)
    whole, part = divmod(value, 100)
    return f"{sign}{whole}" if not part else f"{sign}{whole}.{part:02d}".rstrip("0")


def day8(day: dt.date) -> str:
    """CCYYMMDD."""
    return f"{day:%Y%m%d}"

"""Writing a 999 (005010X231A1): which transaction sets of a group were well formed, and where the others were not.

The verdict is somebody else's (x12.validate); here it is only put into segments. IK404, the copy of a bad value, is
never written: it may be a person's data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pm_pipeline.x12.write import InterchangeHeader, InterchangeWriter

GUIDE = "005010X231A1"
SEGMENT_CODES = frozenset({"1", "2", "3", "4", "5", "6", "7", "8", "I4", "I6", "I7", "I8", "I9"})
ELEMENT_CODES = frozenset(
    {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "12", "13", "I6", "I9", "I10", "I11", "I12", "I13"}
)


@dataclass(frozen=True)
class ElementError:
    """IK4: `place` is the element's number in its segment, `component` its number in a composite, `code` IK403."""

    place: int
    code: str
    component: int | None = None


@dataclass(frozen=True)
class SegmentError:
    """IK3: `position` counts from the ST (1); `code` is IK304 (8: see its elements); `loop` IK303, if known."""

    segment_id: str
    position: int
    code: str
    loop: str | None = None
    elements: tuple[ElementError, ...] = ()


@dataclass(frozen=True)
class SetAnswer:
    """AK2 to IK5 of one transaction set. `notes` are IK502 to IK506, e.g. ("5",): segments in error."""

    st01: str
    st02: str
    guide: str
    code: Literal["A", "E", "R"]
    errors: tuple[SegmentError, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class GroupAnswer:
    """One 999: AK1 to AK9. `sent` is GE01 as the sender gave it; `notes` are AK905 to AK909."""

    gs01: str
    gs06: str
    guide: str
    sent: int
    sets: tuple[SetAnswer, ...]
    notes: tuple[str, ...] = ()

    @property
    def accepted(self) -> int:
        """AK904: how many sets were accepted, with or without errors; none when the group itself is at fault."""
        return 0 if self.notes else sum(one.code != "R" for one in self.sets)

    @property
    def code(self) -> str:
        """AK901: A all accepted, E all accepted but with errors, P some, R none."""
        if self.accepted == 0:
            return "R"
        if self.accepted < len(self.sets):
            return "P"
        return "E" if any(one.code == "E" for one in self.sets) else "A"


def write_999(
    header: InterchangeHeader, sender: str, receiver: str, group_number: int, answers: Sequence[GroupAnswer]
) -> str:
    """One interchange with one FA group and a 999 per answered group.

    `sender` and `receiver` are GS02 and GS03, `group_number` GS06; ST02 counts from 0001 within the group.
    """
    out = InterchangeWriter(header)
    out.begin_group("FA", sender, receiver, group_number, GUIDE)
    for number, answer in enumerate(answers, start=1):
        out.begin_set("999", f"{number:04d}", GUIDE)
        out.seg("AK1", answer.gs01, answer.gs06, answer.guide)
        for one in answer.sets:
            _write_set(out, one)
        out.seg("AK9", answer.code, answer.sent, len(answer.sets), answer.accepted, *answer.notes)
        out.end_set()
    out.end_group()
    return out.text()


def _write_set(out: InterchangeWriter, answer: SetAnswer) -> None:
    out.seg("AK2", answer.st01, answer.st02, answer.guide)
    for error in answer.errors:
        out.seg("IK3", error.segment_id, error.position, error.loop, error.code)
        for element in error.elements:
            out.seg("IK4", out.composite(element.place, element.component), None, element.code)
    out.seg("IK5", answer.code, *answer.notes)

"""What a judgement of X12 says: findings at their places, and a verdict per transaction set.

Codes are those of the 999: IK304 at segment level (1 unknown, 2 unexpected, 3 missing, 4 loop too often, 5 segment too
often, 8 has element errors), IK403 at element level (1 missing, 2 needed by another, 3 too many, 4 short, 5 long, 6
character, 7 code, 8 date, 9 time, 10 not used), IK502 at set level (2 no SE, 3 and 4 SE disagrees, 5 segments in error,
23 ST02 twice), AK905 and TA105 above. Besides: NO_MAP (no map of this guide), FAST (the fast judge and pyx12 differ),
OWN-... (checks of ours that pyx12 lacks) and the envelope's own codes. A text never holds a value of the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["interchange", "group", "set", "segment", "element"]
Segment = tuple[int, str]  # its number in the file (x12.envelope) and its text without terminator


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. segment_no counts in the file from 1, segment_in_set from the ST (1)."""

    segment_no: int
    st02: str | None
    segment_in_set: int | None
    segment_id: str
    element: int | None
    component: int | None
    code: str
    level: Level
    text: str


@dataclass(frozen=True, slots=True)
class SetVerdict:
    """One ST..SE: valid when nothing was found in it or in the group and interchange around it."""

    st02: str
    st01: str
    is_valid: bool
    first_segment_no: int
    findings: list[Finding]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A whole file. findings are in file order and include those of the sets."""

    is_valid: bool
    sets: list[SetVerdict]
    findings: list[Finding]

"""Writing a TA1: the receiver's answer to an interchange, before anything inside is looked at.

Source: X12.5 interchange acknowledgment; TA105 note codes as in TR3 appendix C.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pm_pipeline.x12.write import InterchangeHeader, InterchangeWriter


@dataclass(frozen=True)
class InterchangeAnswer:
    """One TA1, e.g. ``TA1*000000905*260601*0602*R*025``.

    `control_number` and `sent_at` repeat the ISA13, ISA09 and ISA10 of the interchange that is answered; `code` is
    TA104 (A accepted, E accepted with errors, R rejected) and `note` TA105.
    """

    control_number: int
    sent_at: dt.datetime
    code: Literal["A", "E", "R"]
    note: str = "000"


def write_ta1(header: InterchangeHeader, answers: Sequence[InterchangeAnswer]) -> str:
    """An interchange that holds TA1 segments and no group."""
    out = InterchangeWriter(header)
    for answer in answers:
        out.seg(
            "TA1", f"{answer.control_number:09d}", f"{answer.sent_at:%y%m%d}", f"{answer.sent_at:%H%M}",
            answer.code, answer.note,
        )  # fmt: skip
    return out.text()

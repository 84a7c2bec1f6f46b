"""An answer of the clearinghouse as an interchange: TA1 segments alone, or one set of a guide."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from pm_pipeline.x12.write import InterchangeHeader, InterchangeWriter


def interchange(
    segments: Sequence[str], number: int, at: dt.datetime, *, guide: str = "", st01: str = "", usage: str = "T"
) -> str:
    """The text of an interchange with these segments, elements separated by `*`; in a set of `guide`, if it is named."""
    out = InterchangeWriter(InterchangeHeader("ZZ", "SANDBOXCH", "ZZ", "HARBORVIEW", number, usage, at))
    if guide:
        out.begin_group("HN" if st01 == "277" else "FA", "SANDBOXCH", "HARBORVIEW", number, guide)
        out.begin_set(st01, "0001", None if st01 == "997" else guide)
    for one in segments:
        tag, *elements = one.split("*")
        out.seg(tag, *elements)
    if guide:
        out.end_set()
        out.end_group()
    return out.text()

"""The ISA segment: sixteen fields of fixed width, and the delimiters they declare.

Source: X12.5; TR3 appendix C. The widths decide where the ISA ends, not byte 105: an ISA that is padded wrongly would
otherwise lend its own text as delimiters.
"""

from __future__ import annotations

import re

from pm_pipeline.x12.interchange import Delimiters
from pm_pipeline.x12.source import Source

ISA_WIDTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1)  # ISA01 to ISA15
ISA_LENGTH = 106
BLANK = " \t\r\n\x00\x1a"


def read_isa(source: Source, at: int) -> tuple[tuple[str, ...], Delimiters] | str:
    """ISA01 to ISA16 and the delimiters, or what is wrong with the ISA that begins at `at`."""
    head = source.read(at, at + ISA_LENGTH + 16).decode("latin-1")
    isa = head[:ISA_LENGTH]
    if len(isa) < ISA_LENGTH:
        return f"The ISA segment ends after {len(isa)} characters; it always has {ISA_LENGTH}."
    fields = isa[4:].split(isa[3])
    for number, (value, width) in enumerate(zip(fields, ISA_WIDTHS, strict=False), start=1):
        if len(value) != width:
            return (
                f"ISA{number:02} has {len(value)} characters; it must have {width}. Ask the sender to pad every field "
                "of the ISA to its width, with no line break inside."
            )
    if len(fields) != 16:
        return f"The ISA segment has {len(fields)} elements in its first {ISA_LENGTH} characters; it must have 16."
    element, component, terminator, repetition = isa[3], fields[15][0], isa[ISA_LENGTH - 1], fields[10]
    if terminator in "\r\n":
        terminator = _terminator_behind_newline(head[ISA_LENGTH - 1 :])
    usable = not any(mark.isalnum() or mark == " " for mark in (element, terminator))
    if len({element, component, terminator}) < 3 or not usable:
        return "The ISA segment does not declare usable delimiters (element, component and terminator must differ)."
    trimmed = tuple(value.strip(BLANK) for value in fields[:15])
    return (*trimmed[:10], repetition, *trimmed[11:], component), Delimiters(element, component, repetition, terminator)


def _terminator_behind_newline(after: str) -> str:
    """A newline in the terminator's place: the terminator itself, or written before every real one (`\\n~GS`)."""
    if found := re.match(r"[\r\n]+([^A-Za-z0-9 \t\r\n])[ \r\n]*(?:GS|TA1)", after):
        return found.group(1)
    return "\n" if "\n" in after[:2] else "\r"

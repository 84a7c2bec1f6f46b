"""Small synthetic files for the tests of transport."""

from __future__ import annotations

import datetime as dt

from pm_pipeline.x12.write import InterchangeHeader, InterchangeWriter

SENT_AT = dt.datetime(2026, 3, 2, 8, 30)


def interchange(
    control_number: int = 1,
    *,
    st01: str = "835",
    gs01: str = "HP",
    guide: str = "005010X221A1",
    st03: str | None = None,
    usage: str = "T",
    sets: int = 1,
    body: tuple[tuple[str, ...], ...] = (("BPR", "I", "0", "C", "NON"),),
    ta1: tuple[str, ...] = (),
) -> str:
    """One interchange of one group with `sets` equal transaction sets; with `ta1`, one TA1 and no group."""
    header = InterchangeHeader("ZZ", "SANDBOXCH", "ZZ", "HARBORVIEW", control_number, usage, SENT_AT)
    writer = InterchangeWriter(header)
    if ta1:
        writer.seg("TA1", *ta1)
        return writer.text()
    writer.begin_group(gs01, "SANDBOXCH", "HARBORVIEW", control_number, guide)
    for number in range(1, sets + 1):
        writer.begin_set(st01, f"{number:04d}", st03)
        for segment in body:
            writer.seg(*segment)
        writer.end_set()
    writer.end_group()
    return writer.text()


def remittance(control_number: int = 1, padding: int = 0) -> bytes:
    """The bytes of an 835 interchange, `padding` characters longer than need be."""
    body = (("BPR", "I", "0", "C", "NON"), *((("REF", "EV", "X" * 80),) * (padding // 88)))
    return interchange(control_number, body=body).encode()


CHARGES = b"charge_id,patient_id\nC1,P1\n"

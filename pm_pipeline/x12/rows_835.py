"""The segments of an 835 as rows: CLP, SVC and CAS read into typed columns, the few others by their elements.

Tables of a part, with the columns of read_835.sql: x12_clp_row, x12_svc_row, x12_cas_row (one per reason), x12_elements_row
(header, BPR, PLB and, for the gates, LQ, MOA, MIA) and, when everything is kept, x12_segment_row. loops_835.py says where
each segment stands, values.py how text, amounts, quantities and days are read.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from pm_pipeline.x12 import values
from pm_pipeline.x12.chunk import PAD, Places, Segments, Spans
from pm_pipeline.x12.loops_835 import NOWHERE, At, Loops
from pm_pipeline.x12.parts import Part, Rows, RowsOf, SetFacts, SetPlace, component_of

CUT_BEFORE = ("CLP", "SVC")
REMARKS = ("LQ", "MOA", "MIA")
OF_LINE = (("DTM", "472"), ("DTM", "150"), ("DTM", "151"), ("REF", "6R"), ("AMT", "B6"))

Columns = dict[str, Any]
Found = tuple[Places, Columns]  # segments, and what is said of each


def rows_of(*, remarks: bool, everything: bool) -> RowsOf:
    """What `cut_parts` asks for: one follower of loops per set."""

    def of(one: SetPlace, facts: SetFacts) -> Rows:
        return _Rows(one, facts, remarks, everything)

    return of


class _Rows:
    """Adds the rows of one set to parts, chunk by chunk."""

    def __init__(self, one: SetPlace, facts: SetFacts, remarks: bool, everything: bool) -> None:
        self.facts = facts
        self.component = component_of(one.delimiters)
        self.by_elements = ("BPR", "PLB", *REMARKS) if remarks else ("BPR", "PLB")
        self.everything = everything
        self.people = remarks
        self.before = NOWHERE
        self.clps = self.svcs = 0  # claims of the set, lines of the last claim
        self.in_header = True

    def __call__(self, segments: Segments, part: Part) -> None:
        """Add the rows of a chunk to the part."""
        loops = Loops(segments, self.before)
        clps = segments.rows("CLP")
        svcs, at_svc = self._under_claims(loops, "SVC")
        cas, at_cas = self._under_claims(loops, "CAS")
        clp_no, svc_no = np.arange(1, len(clps) + 1) + self.clps, self._svc_no(clps, svcs)

        def claims() -> Found:
            people = _people(loops, clps) if self.people else {}
            return clps, {"clp_no": clp_no, **_claims(loops, clps), **people}

        def lines() -> Found:
            return svcs, {"clp_at": at_svc.clp, "svc_no": svc_no, **_lines(loops, svcs, self.component)}

        self._add(part, "x12_clp_row", segments, clps, claims)
        self._add(part, "x12_svc_row", segments, svcs, lines)
        self._add(part, "x12_cas_row", segments, cas, lambda: _reasons(segments, cas, at_cas))
        self._add_others(part, loops, self._header(segments, clps))
        self.before = loops.after
        self.clps += len(clps)
        if len(svcs) and (not len(clps) or svcs[-1] > clps[-1]):
            self.svcs = int(svc_no[-1])
        elif len(clps):
            self.svcs = 0

    def _under_claims(self, loops: Loops, tag: str) -> tuple[Places, At]:
        """The segments with this identifier that stand under a CLP, and where; the others are counted as stray."""
        rows = loops.segments.rows(tag)
        at = loops.at(rows)
        has_claim = at.clp > 0
        if len(stray := np.flatnonzero(~has_claim)):
            first = int(rows[stray[0]]) + loops.segments.first_no
            self.facts.stray += len(stray)
            self.facts.stray_at = min(first, self.facts.stray_at or first)
        return rows[has_claim], at.of(has_claim)

    def _add(self, part: Part, table: str, segments: Segments, some: Places, found: Callable[[], Found]) -> None:
        """Add what will be found of some segments to the part, if there are any; an empty table is needed once."""
        if not len(some) and table in part.chunks:
            return
        set_no = self.facts.set_no

        def columns() -> Columns:
            rows, said = found()
            of_set = np.full(len(rows), set_no, dtype=np.int32)
            return {"set_no": of_set, "segment_no": rows + segments.first_no, **said}

        part.add(table, columns)

    def _svc_no(self, clps: Places, svcs: Places) -> Places:
        """The number of each line in its claim."""
        claim = np.searchsorted(clps, svcs)  # how many CLP come before
        first = np.searchsorted(claim, claim)  # where the lines of the same claim begin
        return np.arange(1, len(svcs) + 1) - first + np.where(claim == 0, self.svcs, 0)

    def _header(self, segments: Segments, clps: Places) -> int:
        """How many segments of the chunk stand before the first claim of the set."""
        if not self.in_header:
            return 0
        begins = np.concatenate([clps[:1], segments.rows("LX")[:1]])
        self.in_header = not len(begins)
        return int(begins.min()) if len(begins) else len(segments.start)

    def _add_others(self, part: Part, loops: Loops, header: int) -> None:
        """Add the header, remark codes and provider adjustments; and every segment, when all are kept."""
        segments = loops.segments
        tagged = np.concatenate([np.arange(header), *(segments.rows(tag) for tag in self.by_elements)])
        listed = np.unique(tagged[segments.filled[tagged]])

        def elements() -> Found:
            separators = pa.repeat(self.component, len(listed))
            return listed, {**_whole(loops, listed), "is_header": listed < header, "component_separator": separators}

        self._add(part, "x12_elements_row", segments, listed, elements)
        if self.everything:
            filled = np.flatnonzero(segments.filled)
            self._add(part, "x12_segment_row", segments, filled, lambda: (filled, _whole(loops, filled)))


def _whole(loops: Loops, rows: Places) -> Columns:
    """Segments as they are, and where they stand."""
    segment = values.text(loops.segments.buffer, loops.segments.whole(rows))
    return {**_place(loops.at(rows)), "segment": segment}


def _place(at: At) -> Columns:
    """clp_at and svc_at; NULL: under none."""
    return {"clp_at": values.integers(at.clp, at.clp > 0), "svc_at": values.integers(at.svc, at.svc > 0)}


def _claims(loops: Loops, clps: Places) -> Columns:
    """CLP with what its own loop (2100) says: the number of the original claim, who it was forwarded to, interest."""
    buffer = loops.segments.buffer
    ids, status, charge, paid, patient, filing, icn, place, frequency, _, drg, weight = loops.segments.elements(
        clps, 1, 12
    )
    (original,) = _said(loops, clps, "REF", "F8", of_line=False)
    (interest,) = _said(loops, clps, "AMT", "I", of_line=False)
    name, *_, forwarded = _said(loops, clps, "NM1", "TT", 3, 7, of_line=False)
    has_number = forwarded.end > forwarded.start
    forwarded = Spans(np.where(has_number, forwarded.start, name.start), np.where(has_number, forwarded.end, name.end))
    return {
        "clp01": values.text(buffer, ids),
        "status": values.text(buffer, status),
        **_amount(buffer, "charge", charge),
        **_amount(buffer, "paid", paid),
        "patient_cents": values.integers(*values.cents(buffer, patient)),
        "filing_indicator": values.filled(buffer, filing),
        "payer_claim_number": values.filled(buffer, icn),
        "place_of_service": values.filled(buffer, place),
        "frequency": values.filled(buffer, frequency),
        "drg_code": values.filled(buffer, drg),
        "drg_weight": values.filled(buffer, weight),
        "original_payer_claim_number": values.filled(buffer, original),
        "forwarded_to": values.filled(buffer, forwarded),
        "interest_cents": values.integers(*values.cents(buffer, interest)),
    }


def _people(loops: Loops, clps: Places) -> Columns:
    """The member's id (the insured's, else the patient's) and the rendering provider's NPI of each claim."""
    buffer = loops.segments.buffer
    insured, patient, rendering = (_said(loops, clps, "NM1", who, 9, of_line=False)[0] for who in ("IL", "QC", "82"))
    is_insured = insured.end > insured.start
    member = Spans(np.where(is_insured, insured.start, patient.start), np.where(is_insured, insured.end, patient.end))
    return {"member_id": values.filled(buffer, member), "rendering_npi": values.filled(buffer, rendering)}


def _lines(loops: Loops, svcs: Places, component: str) -> Columns:
    """SVC with what its own loop (2110) says: days of service, our line number, the allowed amount."""
    segments, buffer = loops.segments, loops.segments.buffer
    product, charge, paid, _, units, original = segments.elements(svcs, 1, 6)
    parts, original_parts = _composites(buffer, product, original, component)
    said = {(tag, qualifier): _said(loops, svcs, tag, qualifier, of_line=True)[0] for tag, qualifier in OF_LINE}
    served, has_served = values.day(buffer, said["DTM", "472"])
    first, has_first = values.day(buffer, said["DTM", "150"])
    last, has_last = values.day(buffer, said["DTM", "151"])
    return {
        "procedure_code": values.filled(buffer, parts[1]),
        "modifiers": values.lists(buffer, parts[2:6]),
        **_amount(buffer, "charge", charge),
        **_amount(buffer, "paid", paid),
        "units": values.quantity(buffer, units, blank=1),
        "original_procedure": values.filled(buffer, original_parts[1]),
        "dos_from": values.days(np.where(has_served, served, first), has_served | has_first),
        "dos_to": values.days(last, has_last),
        "line_id": values.filled(buffer, said["REF", "6R"]),
        "allowed_cents": values.integers(*values.cents(buffer, said["AMT", "B6"])),
    }


def _reasons(segments: Segments, cas: Places, at: At) -> tuple[Places, Columns]:
    """A row per (reason, amount, quantity) of each CAS; a quantity may be blank between them."""
    buffer = segments.buffer
    count = (segments.count_elements(cas) + 2) // 3
    of = np.repeat(np.arange(len(cas)), count)
    triplet = np.arange(1, len(of) + 1) - np.repeat(np.cumsum(count) - count, count)
    code, amount, quantity = segments.elements(cas[of], 3 * triplet - 1, 3)
    said = (code.end > code.start) | (amount.end > amount.start)
    if not said.all():
        of, triplet = of[said], triplet[said]
        code, amount, quantity = code.of(said), amount.of(said), quantity.of(said)
    (group,) = segments.elements(cas[of], 1)
    number, is_amount = values.cents(buffer, amount)
    return cas[of], {
        **_place(at.of(of)),
        "triplet": triplet,
        "group_code": values.text(buffer, group),
        "carc": values.filled(buffer, code),
        "cents": values.integers(number, is_amount),
        "unread": values.unread(buffer, amount, is_amount),
        "quantity": values.quantity(buffer, quantity),
    }


def _amount(buffer: values.Buffer, name: str, spans: Spans) -> Columns:
    """name_cents, and name_unread with what stands there and is no amount."""
    number, is_amount = values.cents(buffer, spans)
    return {
        f"{name}_cents": values.integers(number, is_amount),
        f"{name}_unread": values.unread(buffer, spans, is_amount),
    }


def _said(
    loops: Loops, owners: Places, tag: str, qualifier: str, element: int = 2, count: int = 1, *, of_line: bool
) -> list[Spans]:
    """Elements of the first segment with this tag and qualifier in the loop of each owner."""
    rows, is_there = loops.first(owners, tag, qualifier, of_line=of_line)
    if not is_there.any():
        nothing = np.full(len(owners), len(PAD), dtype=np.int64)
        return [Spans(nothing, nothing)] * count
    return [one.where(is_there) for one in loops.segments.elements(rows, element, count)]


def _composites(buffer: values.Buffer, product: Spans, other: Spans, component: str) -> list[list[Spans]]:
    """The first six components of each product and of the other element of its segment.

    They are split at the interchange's component separator or, where the product has none, at the mark that it shows after
    two letters or digits.
    """
    split = [_split(buffer, spans, ord(component)) for spans in (product, other)]
    start, end = product
    is_odd = (split[0][0].end == end) & (end - start > 2) & _CODE[buffer[start]] & _CODE[buffer[start + 1]]
    odd = np.flatnonzero(is_odd & _MARK[buffer[start + 2]])
    marks = buffer[start[odd] + 2]
    for mark in np.unique(marks).tolist():
        rows = odd[marks == mark]
        for spans, parts in zip((product, other), split, strict=True):
            for part, again in zip(parts, _split(buffer, spans.of(rows), mark), strict=True):
                part.start[rows], part.end[rows] = again
    return split


_CODE = np.array([chr(one) in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" for one in range(256)])
_MARK = np.array([one < 0x80 and one != 0x20 and not chr(one).isalnum() for one in range(256)])


def _split(buffer: values.Buffer, spans: Spans, mark: int, count: int = 6) -> list[Spans]:
    """The first `count` parts of each piece between these marks."""
    if not (spans.end > spans.start).any():
        return [spans] * count
    at = np.append(np.flatnonzero(buffer == mark), len(buffer))
    first = np.searchsorted(at, spans.start)
    bounds = [spans.start - 1]
    bounds += [np.minimum(at[np.minimum(first + place, len(at) - 1)], spans.end) for place in range(count)]
    # past the last part both bounds are the end, so the part would begin behind it
    return [Spans(np.minimum(one + 1, other), other.copy()) for one, other in pairwise(bounds)]

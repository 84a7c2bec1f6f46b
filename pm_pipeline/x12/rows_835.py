"""The segments of an 835 with their place in its loops: which CLP and which SVC each stands under.

A claim ends at the next LX, CLP, PLB or SE, so that a segment of the header or after a PLB never lands on the claim
before it. What a claim or a line says once (its service date, its line number, ...) is found here by tag and qualifier
and handed over beside its CLP or SVC; everything else goes on as rows.

Tables of a part (columns as in read_835_part.sql): x12_clp_row, x12_svc_row, x12_cas_row, x12_elements_row (header, BPR, PLB
and, for the gates, LQ, MOA, MIA) and, when everything is kept, x12_segment_row.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pm_pipeline.x12.parts import Part, Rows, RowsOf, Segments, SetFacts, SetPlace, same

CUT_BEFORE = ("CLP", "SVC")
ENDS_A_CLAIM = ("LX", "PLB", "SE")
OF_CLAIM = {"original_number": ("REF", "F8"), "forwarded": ("NM1", "TT"), "interest": ("AMT", "I")}
OF_LINE = {
    "served": ("DTM", "472"), "served_from": ("DTM", "150"), "served_to": ("DTM", "151"), "line_id": ("REF", "6R"),
    "allowed": ("AMT", "B6"),
}  # fmt: skip
REMARKS = ("LQ", "MOA", "MIA")

Places = NDArray[np.int64]


def rows_of(*, remarks: bool, everything: bool) -> RowsOf:
    """What `cut_parts` asks for: one follower of loops per set."""

    def of(one: SetPlace, facts: SetFacts) -> Rows:
        return _Loops(one, facts, remarks, everything)

    return of


class _At(NamedTuple):
    """Where some segments stand, as numbers in the file; 0: under none."""

    clp: Places
    svc: Places


class _Loops:
    """Follows the loops of one set, chunk by chunk."""

    def __init__(self, one: SetPlace, facts: SetFacts, remarks: bool, everything: bool) -> None:
        self.facts = facts
        self.component = one.delimiters.component
        self.by_elements = ("BPR", "PLB", *REMARKS) if remarks else ("BPR", "PLB")
        self.everything = everything
        self.before = _At(
            np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
        )  # the last segment of the chunk before
        self.clps = self.svcs = 0  # claims of the set, lines of the last claim
        self.in_header = True

    def __call__(self, segments: Segments, part: Part) -> None:
        """Add the rows of a chunk to the part."""
        chunk = _Chunk(segments, self.before)
        clps, svcs, cas = segments.rows("CLP"), segments.rows("SVC"), segments.rows("CAS")
        at_svc, at_cas = chunk.at(svcs), chunk.at(cas)
        lines, adjustments = at_svc.clp > 0, at_cas.clp > 0
        self.facts.stray += int(np.count_nonzero(~lines) + np.count_nonzero(~adjustments))
        svcs = svcs[lines]
        svc_no = self._svc_no(clps, svcs)
        clp_no = np.arange(1, len(clps) + 1) + self.clps
        if len(clps) or "x12_clp_row" not in part.chunks:
            self._add(part, "x12_clp_row", chunk, clps, ordinal=clp_no, **chunk.said(OF_CLAIM, clps, of_line=False))
        if len(svcs) or "x12_svc_row" not in part.chunks:
            self._add(part, "x12_svc_row", chunk, svcs, ordinal=svc_no, **chunk.said(OF_LINE, svcs, of_line=True))
        self._add(part, "x12_cas_row", chunk, cas[adjustments])
        header = self._header(segments, clps)
        listed = np.concatenate([np.arange(header), *(segments.rows(tag) for tag in self.by_elements)])
        listed = np.unique(listed[segments.end[listed] > segments.start[listed]])
        self._add(part, "x12_elements_row", chunk, listed, is_header=listed < header)
        if self.everything:
            self._add(part, "x12_segment_row", chunk, np.flatnonzero(segments.end > segments.start))
        self.before = chunk.at(np.array([len(segments.start) - 1]))
        self.clps += len(clps)
        if len(svcs) and (not len(clps) or svcs[-1] > clps[-1]):
            self.svcs = int(svc_no[-1])
        elif len(clps):
            self.svcs = 0

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

    def _add(self, part: Part, table: str, chunk: _Chunk, rows: Places, **more: Any) -> None:
        if not len(rows) and table in part.chunks:
            return
        at, segments = chunk.at(rows), chunk.segments
        part.add(
            table, set_no=np.full(len(rows), self.facts.set_no, dtype=np.int32), segment_no=rows + segments.first_no,
            clp_at=at.clp, svc_at=at.svc, component_separator=pa.repeat(self.component, len(rows)),
            segment=segments.texts(segments.start[rows], segments.end[rows]), **more,
        )  # fmt: skip


class _Chunk:
    """One chunk: what each of its segments stands under."""

    def __init__(self, segments: Segments, before: _At) -> None:
        self.segments = segments
        self.before = before
        self.last_clp = _last(segments, "CLP")
        self.last_svc = _last(segments, "SVC")
        self.last_end = _last(segments, *ENDS_A_CLAIM)

    def at(self, rows: Places) -> _At:
        """The CLP and SVC these segments stand under."""
        clp, svc, end = self.last_clp[rows], self.last_svc[rows], self.last_end[rows]
        first_no = np.int64(self.segments.first_no)
        goes_on = (clp < 0) & (end < 0)  # in the claim begun in the chunk before
        clp_at = np.where(clp > end, clp + first_no, np.where(goes_on, self.before.clp, 0))
        svc_at = np.where((svc > clp) & (svc > end), svc + first_no, np.where(goes_on & (svc < 0), self.before.svc, 0))
        return _At(clp_at, np.where(clp_at > 0, svc_at, 0))

    def said(self, wanted: dict[str, tuple[str, str]], owners: Places, *, of_line: bool) -> dict[str, pa.Array]:
        """For each owner (CLP or SVC): what stands after tag and qualifier in the first such segment of its own loop.

        NULL where there is none.
        """
        segments = self.segments
        found: dict[str, pa.Array] = {}
        for name, (tag, qualifier) in wanted.items():
            rows = segments.rows(tag)
            text = (qualifier + segments.marks[0])[:4]
            rows = rows[same(segments.bytes_from[segments.start[rows] + len(tag) + 1], text)]
            if not len(rows):
                found[name] = pa.nulls(len(owners), pa.string_view())
                continue
            skip = len(tag) + len(qualifier) + 2
            clp, svc, end = self.last_clp[rows], self.last_svc[rows], self.last_end[rows]
            owner = svc if of_line else clp
            is_own = (svc > clp) & (svc > end) if of_line else (clp > svc) & (clp > end)
            is_own &= segments.end[rows] - segments.start[rows] > skip
            rows, owner = rows[is_own][::-1], owner[is_own][::-1]  # the first is written last, and stays
            place = np.searchsorted(owners, owner)
            is_here = place < len(owners)
            is_here[is_here] = owners[place[is_here]] == owner[is_here]
            start, end_at = np.zeros((2, len(owners)), dtype=np.int64)
            start[place[is_here]] = segments.start[rows[is_here]] + skip
            end_at[place[is_here]] = segments.end[rows[is_here]]
            found[name] = segments.texts(start, end_at, valid=end_at > 0)
        return found


def _last(segments: Segments, *tags: str) -> NDArray[np.int32]:
    """For each segment, the place of the last one at or before it with one of these tags; -1: none in the chunk."""
    last = np.full(len(segments.start), -1, dtype=np.int32)
    for tag in tags:
        rows = segments.rows(tag)
        last[rows] = rows
    return np.maximum.accumulate(last)

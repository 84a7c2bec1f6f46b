"""The loops of an 835: which CLP and which SVC each segment stands under.

A claim ends at the next LX, CLP, PLB or SE, so that a segment of the header or after a PLB never lands on the claim
before it. What a claim or a line says once (its service date, its line number, ...) is found by tag and qualifier.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pm_pipeline.x12.chunk import Places, Segments

ENDS_A_CLAIM = ("LX", "PLB", "SE")


class At(NamedTuple):
    """Where some segments stand, as numbers in the file; 0: under none."""

    clp: Places
    svc: Places

    def of(self, rows: Places | NDArray[np.bool_]) -> At:
        """The same of only these segments."""
        return At(self.clp[rows], self.svc[rows])


NOWHERE = At(np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64))


class Loops:
    """One chunk: what each of its segments stands under. `before` is where the last segment of the chunk before stood."""

    def __init__(self, segments: Segments, before: At) -> None:
        self.segments = segments
        self.before = before
        self.last_clp = _last(segments, "CLP")
        self.last_svc = _last(segments, "SVC")
        self.last_end = _last(segments, *ENDS_A_CLAIM)

    def at(self, rows: Places) -> At:
        """The CLP and SVC these segments stand under."""
        clp, svc, end = self.last_clp[rows], self.last_svc[rows], self.last_end[rows]
        first_no = np.int64(self.segments.first_no)
        goes_on = (clp < 0) & (end < 0)  # in the claim begun in the chunk before
        clp_at = np.where(clp > end, clp + first_no, np.where(goes_on, self.before.clp, 0))
        svc_at = np.where(svc > clp, svc + first_no, np.where(goes_on & (svc < 0), self.before.svc, 0))
        return At(clp_at, np.where(clp_at > 0, svc_at, 0))

    @cached_property
    def after(self) -> At:
        """Where the last segment of the chunk stands."""
        return self.at(np.array([len(self.segments.start) - 1]))

    def first(self, owners: Places, tag: str, qualifier: str, *, of_line: bool) -> tuple[Places, NDArray[np.bool_]]:
        """For each owner (CLP or SVC) the first segment of its own loop with this tag and qualifier that goes on after the
        qualifier, and whether there is one."""
        segments = self.segments
        rows = segments.begins(tag, (qualifier + segments.marks[0])[:4])
        found = np.full(len(segments.start), -1, dtype=np.int64)
        if len(rows):
            clp, svc, end = self.last_clp[rows], self.last_svc[rows], self.last_end[rows]
            owner, other = (svc, clp) if of_line else (clp, svc)
            is_own = (owner > other) & (owner > end)
            is_own &= segments.end[rows] - segments.start[rows] > len(tag) + len(qualifier) + 2
            found[owner[is_own][::-1]] = rows[is_own][::-1]  # the first is written last, and stays
        found = found[owners]
        return np.maximum(found, 0), found >= 0


def _last(segments: Segments, *tags: str) -> NDArray[np.int32]:
    """For each segment, the place of the last one at or before it with one of these tags; -1: none in the chunk."""
    last = np.full(len(segments.start), -1, dtype=np.int32)
    for tag in tags:
        rows = segments.rows(tag)
        last[rows] = rows
    return np.maximum.accumulate(last)

"""Writing professional claims: 005010X222A1, one 2000A per set, one 2000B (and 2000C) per claim.

Patients of one subscriber are not gathered under one 2000B: each claim keeps its own subscriber loop, so that a fault
in it, found by us or by a payer, belongs to exactly one claim and its segments lie together.

What is not sent, and why: REF*D9 is for intermediaries to add; the subscriber's address, birth date and sex are for
subscribers who are the patient; 2310C is for places other than the billing address; SV105 is for lines whose place is
not the claim's. A payer that wants one of these choices made otherwise says so in its Quirks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pm_pipeline.x12.claim_837p import ClaimSet, Receiver, Submitter
from pm_pipeline.x12.loops_837p import Spelling, claim_loops, set_header
from pm_pipeline.x12.write import InterchangeHeader, InterchangeWriter, X12DataError

GUIDE = "005010X222A1"
MAX_CONTROL_NUMBER = 999_999_999  # ISA13, GS06 and ST02 have at most nine digits


@dataclass(frozen=True, slots=True)
class GroupHeader:
    """GS02, GS03 and GS06."""

    sender_code: str
    receiver_code: str
    number: int


@dataclass(frozen=True, slots=True)
class ClaimPlace:
    """Where a claim lies in the interchange: from its 2000B HL to its last segment, both included."""

    claim_id: str
    st02: str
    first_segment_no: int
    last_segment_no: int


@dataclass(frozen=True, slots=True)
class SetPlace:
    """Where a set lies in the interchange, ST to SE."""

    st02: str
    claims: int
    first_segment_no: int
    last_segment_no: int


@dataclass(frozen=True)
class Written:
    """An interchange. changed counts, by loop and element, the names that needed more than upper case."""

    text: str
    claims: list[ClaimPlace]
    sets: list[SetPlace]
    changed: dict[str, int]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A claim that cannot be written. text names the loop and element, never the value."""

    claim_id: str
    text: str


class ClaimsRefused(X12DataError):
    """Some claims hold values X12 cannot carry. Leave `refusals` out and write the others."""

    def __init__(self, refusals: list[Refusal]) -> None:
        super().__init__(f"{len(refusals)} claims hold a value X12 cannot carry.")
        self.refusals = refusals


class _Interchange(InterchangeWriter):
    """The envelope's writer, taking whole claims as one text: a segment kept apart costs memory and time."""

    def __init__(self, header: InterchangeHeader) -> None:
        super().__init__(header)
        self._gathered = 0  # segments that lie in a text with others, beyond the first of each
        self._gathered_before = 0  # of those, what came before the open set

    @property
    def next_segment_no(self) -> int:
        return super().next_segment_no + self._gathered

    def extend(self, segments: Sequence[str]) -> None:
        """Take segments that are finished already."""
        self._segments.append(self.delimiters.terminator.join(segments))
        self._gathered += len(segments) - 1

    def begin_set(self, st01: str, st02: str, guide: str | None = None) -> int:
        self._gathered_before = self._gathered
        return super().begin_set(st01, st02, guide) + self._gathered

    def end_set(self) -> int:
        count = self.next_segment_no - self._set_start - self._gathered_before
        return self.seg("SE", count, self._set_number) + self._gathered


def write_837p(
    header: InterchangeHeader, group: GroupHeader, submitter: Submitter, receiver: Receiver, sets: Sequence[ClaimSet]
) -> Written:
    """One interchange with one group of `sets`; no newline, nothing after IEA.

    Raises ClaimsRefused naming every claim that cannot be written, X12DataError when submitter, receiver or billing
    provider hold a value X12 cannot carry (then nothing can be sent).
    """
    out, spell, as_typed = _Interchange(header), Spelling(), Spelling(keep_case=True)
    out.begin_group("HC", group.sender_code, group.receiver_code, group.number, GUIDE)
    claims: list[ClaimPlace] = []
    places: list[SetPlace] = []
    refusals: list[Refusal] = []
    for one in sets:
        st02 = f"{one.number:04d}"
        first = out.begin_set("837", st02, GUIDE)
        out.extend(set_header(spell, header.at, one, submitter, receiver))
        level = 1
        for claim in one.claims:
            start = out.next_segment_no
            try:
                keep = claim.payer.quirks.keep_case
                body = claim_loops(as_typed if keep else spell, claim, level, one.billing.npi)
            except X12DataError as problem:
                refusals.append(Refusal(claim.claim_id, str(problem)))
                continue
            out.extend(body)
            level += 1 if claim.patient is None else 2
            claims.append(ClaimPlace(claim.claim_id, st02, start, out.next_segment_no - 1))
        places.append(SetPlace(st02, len(one.claims), first, out.end_set()))
    if refusals:
        raise ClaimsRefused(refusals)
    out.end_group()
    return Written(out.text(), claims, places, dict(spell.changed + as_typed.changed))

"""One partner's claims become one valid interchange, or the reason why not.

Claims that pyx12 or our own checks find fault with are taken out, and the rest is written and judged again until
nothing is found. A fault that belongs to no claim (practice, partner, envelope) blocks the whole batch.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from pm_pipeline.config import Config, Partner
from pm_pipeline.errors import SubmissionError
from pm_pipeline.submission.ready import Fault, billing_provider, receiver, submitter
from pm_pipeline.x12.claim_837p import ClaimSet, ProfessionalClaim
from pm_pipeline.x12.findings import Finding
from pm_pipeline.x12.validate import validate
from pm_pipeline.x12.write import InterchangeHeader, X12DataError
from pm_pipeline.x12.write_837p import MAX_CONTROL_NUMBER, ClaimsRefused, GroupHeader, Written, write_837p


@dataclass(frozen=True)
class Numbers:
    """The next free ISA13, GS06 and ST02."""

    isa13: int
    gs06: int
    st02: int


@dataclass(frozen=True)
class Batch:
    """A valid interchange (None when every claim was at fault), what its claims charge, and the claims taken out."""

    partner: Partner
    numbers: Numbers
    written: Written | None
    faults: list[Fault] = field(default_factory=list)
    charge_cents: int = 0


def reference(st02: str) -> str:
    """BHT03 of a set: its number, so that a 277CA's batch reference leads back to it."""
    return f"{int(st02):09d}"


def make_batch(
    config: Config, partner: Partner, claims: Sequence[ProfessionalClaim], numbers: Numbers, now: dt.datetime
) -> Batch:
    """Write and judge until the interchange is valid. `now` is the practice's local time.

    Raises SubmissionError when the fault lies outside every claim, or the control numbers are used up.
    """
    faults: list[Fault] = []
    left = list(claims)
    while left:
        try:
            written = _write(config, partner, left, numbers, now)
        except ClaimsRefused as refused:
            found = [Fault(one.claim_id, None, "REFUSED", one.text) for one in refused.refusals]
        except X12DataError as problem:
            raise SubmissionError(_blocked(partner, len(left), str(problem))) from None
        else:
            found = _judge(partner, left, written)
            if not found:
                return Batch(partner, numbers, written, faults, sum(claim.charge_cents for claim in left))
        faults += found
        out = {fault.claim_id for fault in found}
        left = [claim for claim in left if claim.claim_id not in out]
    return Batch(partner, numbers, None, faults)


def _write(
    config: Config, partner: Partner, claims: Sequence[ProfessionalClaim], numbers: Numbers, now: dt.datetime
) -> Written:
    isa, gs, size = partner.isa, partner.gs, partner.claims_per_set
    assert isa is not None
    assert gs is not None
    billing = billing_provider(config)
    sets: list[ClaimSet] = []
    for start in range(0, len(claims), size):
        number = numbers.st02 + len(sets)
        sets.append(ClaimSet(number, reference(str(number)), billing, tuple(claims[start : start + size])))
    if max(numbers.isa13, numbers.gs06, numbers.st02 + len(sets) - 1) > MAX_CONTROL_NUMBER:
        raise SubmissionError(
            f"{partner.partner_id}: the control numbers (nine digits) are used up. Agree with the partner on starting "
            "again from 1 and begin a new warehouse; nothing was sent."
        )
    header = InterchangeHeader(
        isa.sender_qualifier, isa.sender_id, isa.receiver_qualifier, isa.receiver_id, numbers.isa13, isa.usage, now
    )
    group = GroupHeader(gs.sender_code, gs.receiver_code, numbers.gs06)
    return write_837p(header, group, submitter(config), receiver(partner), sets)


def _judge(partner: Partner, claims: Sequence[ProfessionalClaim], written: Written) -> list[Fault]:
    """The faults of claims; empty when the interchange may leave. Raises SubmissionError for faults of no claim."""
    verdict = validate(written.text.encode("ascii"))
    expected = [place.st02 for place in written.sets]
    if verdict.is_valid and [one.st02 for one in verdict.sets] == expected:
        return []
    faults = _faults_of_claims(written, verdict.findings)
    if not faults:
        texts = [f"{one.text} (segment {one.segment_no} {one.segment_id})" for one in verdict.findings[:3]]
        what = " ".join(texts) or f"{len(verdict.sets)} of {len(expected)} sets could be judged."
        raise SubmissionError(_blocked(partner, len(claims), what))
    return faults


def _faults_of_claims(written: Written, findings: Sequence[Finding]) -> list[Fault]:
    starts = [place.first_segment_no for place in written.claims]
    pieces = ["", *written.text.split("~")]
    faults: dict[Fault, None] = {}
    for finding in findings:
        at = bisect_right(starts, finding.segment_no) - 1
        if at < 0 or finding.segment_no > written.claims[at].last_segment_no:
            continue
        place = written.claims[at]
        before = pieces[place.first_segment_no : finding.segment_no + 1]
        line_no = sum(piece.startswith("LX*") for piece in before) or None
        faults[Fault(place.claim_id, line_no, finding.code, finding.text)] = None
    return list(faults)


def _blocked(partner: Partner, claims: int, what: str) -> str:
    return (
        f"The claims for {partner.partner_id} cannot be sent: {what} This part is made from practice.yaml and "
        f"trading_partners.yaml; correct it there and run the step again. {claims} claims wait; nothing was sent."
    )

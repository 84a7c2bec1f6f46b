"""Writing an 835 (005010X221A1): payments, down to the line and the reason.

Nothing is computed here: amounts are written as they are given, so that a test can also write what does not balance.
`gaps` says which of the three balancing gates a remittance fails.

Source: TR3 005010X221A1; balancing in section 1.10.2.1.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, TypeVar

from pm_pipeline.x12.write import InterchangeHeader, InterchangeWriter, amount, day8

GUIDE = "005010X221A1"
Item = TypeVar("Item")
TRIPLETS = 6  # reasons a CAS holds, and pairs a PLB holds


@dataclass(frozen=True)
class Adjustment:
    """One reason of a CAS; a positive amount lowers the payment."""

    group: str
    carc: str
    cents: int


@dataclass(frozen=True)
class RemitLine:
    """SVC to LQ (loop 2110). `units` is SVC05 as text; `line_id` REF*6R; `allowed_cents` AMT*B6; `remarks` LQ*HE;
    `original_procedure` SVC06, when the payer changed the code."""

    procedure: str
    modifiers: tuple[str, ...]
    charge_cents: int
    paid_cents: int
    units: str
    dos_from: dt.date
    dos_to: dt.date
    line_id: str | None = None
    allowed_cents: int | None = None
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[str, ...] = ()
    original_procedure: str | None = None


@dataclass(frozen=True)
class Name:
    """A person in NM1; `identifier` is NM109."""

    last: str
    first: str = ""
    identifier: str = ""


@dataclass(frozen=True)
class RemitClaim:
    """CLP and its loop 2100. `status` is CLP02, `patient_cents` CLP05 (None: left out, as in a reversal).

    `remarks` are MOA03 to MOA07; `original_number` REF*F8; `forwarded_to` NM1*TT as (name, id); `interest_cents` AMT*I.
    """

    clp01: str
    status: str
    charge_cents: int
    paid_cents: int
    patient_cents: int | None
    filing_indicator: str
    payer_claim_number: str
    place_of_service: str
    frequency: str
    patient: Name
    rendering: Name | None
    lines: tuple[RemitLine, ...]
    dos_from: dt.date
    dos_to: dt.date
    received_on: dt.date
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[str, ...] = ()
    original_number: str | None = None
    forwarded_to: tuple[str, str] | None = None
    interest_cents: int | None = None


@dataclass(frozen=True)
class ProviderAdjustment:
    """One reason of a PLB; a positive amount lowers the payment."""

    reason: str
    reference: str | None
    cents: int


@dataclass(frozen=True)
class Party:
    """N1 to N4: payer (`identifier`: BPR10 and TRN03) or payee (`identifier`: NPI, `tax_id`: REF*TJ)."""

    name: str
    identifier: str
    line1: str
    city: str
    state: str
    zip: str
    tax_id: str | None = None


@dataclass(frozen=True)
class Remittance:
    """One transaction set: one payment. `receiver_id` is REF*EV; `effective_on` BPR16; `trace` TRN02."""

    payer: Party
    payee: Party
    method: Literal["ACH", "CHK", "NON"]
    paid_cents: int
    effective_on: dt.date
    trace: str
    receiver_id: str
    claims: tuple[RemitClaim, ...]
    provider_adjustments: tuple[ProviderAdjustment, ...] = ()


def write_835(
    header: InterchangeHeader, sender: str, receiver: str, group_number: int, remittances: Sequence[Remittance]
) -> str:
    """One interchange with one HP group and a set per remittance. ST03 stays empty: the guide does not use it."""
    out = InterchangeWriter(header)
    out.begin_group("HP", sender, receiver, group_number, GUIDE)
    for number, remittance in enumerate(remittances, start=1):
        out.begin_set("835", f"{number:04d}")
        _write_payment(out, remittance, header.at.date())
        out.end_set()
    out.end_group()
    return out.text()


def gaps(remittance: Remittance) -> Iterator[str]:
    """What fails a balancing gate, one text each: line (SVC02 = SVC03 + CAS), claim (CLP03 = CLP04 + all CAS, and the
    lines add up to the claim), payment (BPR02 = sum CLP04 - sum PLB)."""
    for place, claim in enumerate(remittance.claims, start=1):
        for number, line in enumerate(claim.lines, start=1):
            if line.charge_cents != line.paid_cents + _total(line.adjustments):
                yield f"claim {place} line {number}: SVC02 is not SVC03 + CAS"
        taken = _total(claim.adjustments) + sum(_total(line.adjustments) for line in claim.lines)
        if claim.charge_cents != claim.paid_cents + taken:
            yield f"claim {place}: CLP03 is not CLP04 + CAS"
        if claim.lines and claim.charge_cents != sum(line.charge_cents for line in claim.lines):
            yield f"claim {place}: the lines' charges are not CLP03"
        if claim.lines and claim.paid_cents != sum(line.paid_cents for line in claim.lines) - _total(claim.adjustments):
            yield f"claim {place}: the lines' payments are not CLP04"
    claims = sum(claim.paid_cents for claim in remittance.claims)
    if remittance.paid_cents != claims - sum(one.cents for one in remittance.provider_adjustments):
        yield "payment: BPR02 is not sum CLP04 - sum PLB"


def _total(adjustments: Sequence[Adjustment]) -> int:
    return sum(one.cents for one in adjustments)


def _write_payment(out: InterchangeWriter, remittance: Remittance, produced_on: dt.date) -> None:
    payer, payee = remittance.payer, remittance.payee
    account: list[str | None] = [None] * 11
    if remittance.method == "ACH":
        account = [
            "CCP",
            "01",
            "999999992",
            "DA",
            "000000001",
            payer.identifier,
            None,
            "01",
            "999999992",
            "DA",
            "000000002",
        ]
    handling = "H" if remittance.method == "NON" else "I"
    out.seg(
        "BPR", handling, amount(remittance.paid_cents), "C", remittance.method, *account, day8(remittance.effective_on)
    )
    out.seg("TRN", 1, remittance.trace, payer.identifier)
    out.seg("REF", "EV", remittance.receiver_id)
    out.seg("DTM", "405", day8(produced_on))
    out.seg("N1", "PR", payer.name)
    out.seg("N3", payer.line1)
    out.seg("N4", payer.city, payer.state, payer.zip)
    out.seg("PER", "BL", "PROVIDER SERVICES", "TE", "8005550100")
    out.seg("N1", "PE", payee.name, "XX", payee.identifier)
    out.seg("N3", payee.line1)
    out.seg("N4", payee.city, payee.state, payee.zip)
    out.seg("REF", "TJ", payee.tax_id)
    if remittance.claims:
        out.seg("LX", 1)
    for claim in remittance.claims:
        _write_claim(out, claim)
    fiscal_end = dt.date(remittance.effective_on.year, 12, 31)
    for some in _chunks(remittance.provider_adjustments):
        pairs = [part for one in some for part in (out.composite(one.reason, one.reference), amount(one.cents))]
        out.seg("PLB", payee.identifier, day8(fiscal_end), *pairs)


def _write_claim(out: InterchangeWriter, claim: RemitClaim) -> None:
    patient = None if claim.patient_cents is None else amount(claim.patient_cents)
    out.seg(
        "CLP", claim.clp01, claim.status, amount(claim.charge_cents), amount(claim.paid_cents), patient,
        claim.filing_indicator, claim.payer_claim_number, claim.place_of_service, claim.frequency,
    )  # fmt: skip
    _write_adjustments(out, claim.adjustments)
    who = claim.patient
    out.seg("NM1", "QC", 1, who.last, who.first, None, None, None, "MI" if who.identifier else None, who.identifier)
    if claim.rendering:
        doctor = claim.rendering
        out.seg("NM1", "82", 1, doctor.last, doctor.first, None, None, None, "XX", doctor.identifier)
    if claim.forwarded_to:
        out.seg("NM1", "TT", 2, claim.forwarded_to[0], None, None, None, None, "PI", claim.forwarded_to[1])
    if claim.remarks:
        out.seg("MOA", None, None, *claim.remarks[:5])
    if claim.original_number:
        out.seg("REF", "F8", claim.original_number)
    out.seg("DTM", "232", day8(claim.dos_from))
    out.seg("DTM", "233", day8(claim.dos_to))
    out.seg("DTM", "050", day8(claim.received_on))
    if claim.interest_cents:
        out.seg("AMT", "I", amount(claim.interest_cents))
    for line in claim.lines:
        _write_line(out, line)


def _write_line(out: InterchangeWriter, line: RemitLine) -> None:
    product = out.composite("HC", line.procedure, *line.modifiers)
    original = out.composite("HC", line.original_procedure, *line.modifiers) if line.original_procedure else None
    out.seg("SVC", product, amount(line.charge_cents), amount(line.paid_cents), None, line.units, original)
    if line.dos_from == line.dos_to:
        out.seg("DTM", "472", day8(line.dos_from))
    else:
        out.seg("DTM", "150", day8(line.dos_from))
        out.seg("DTM", "151", day8(line.dos_to))
    _write_adjustments(out, line.adjustments)
    if line.line_id:
        out.seg("REF", "6R", line.line_id)
    if line.allowed_cents is not None:
        out.seg("AMT", "B6", amount(line.allowed_cents))
    for remark in line.remarks:
        out.seg("LQ", "HE", remark)


def _write_adjustments(out: InterchangeWriter, adjustments: Sequence[Adjustment]) -> None:
    """One CAS per group and six reasons, groups in the order they first appear (a group is not repeated needlessly)."""
    order = {one.group: place for place, one in reversed(list(enumerate(adjustments)))}
    ranked = sorted(adjustments, key=lambda one: order[one.group])
    for group, members in groupby(ranked, key=lambda one: one.group):
        for some in _chunks(tuple(members)):
            triplets = [part for one in some for part in (one.carc, amount(one.cents), None)]
            out.seg("CAS", group, *triplets)


def _chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), TRIPLETS):
        yield items[start : start + TRIPLETS]

"""Writing claim status requests: 005010X212, 276. Each claim has a subscriber loop (and a dependent's) of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pm_pipeline.x12.loops_837p_spelling import Spelling, quantity
from pm_pipeline.x12.request_parts import (
    Dependent,
    Member,
    Party,
    Period,
    Procedure,
    Reference,
    RequestWriter,
    WrittenRequests,
    date_segment,
    demographics,
    dependent_segments,
    header_segment,
    member_name,
    name_segment,
    needed,
    procedure_composite,
    reference_segments,
    segment,
)
from pm_pipeline.x12.write import InterchangeHeader, X12DataError, amount
from pm_pipeline.x12.write_837p import GroupHeader

GUIDE = "005010X212"


@dataclass(frozen=True, slots=True)
class StatusLine:
    """Loop 2210: a service line asked about. line_id (REF*FJ) is the 837's REF*6R."""

    procedure: Procedure
    charge_cents: int
    units: Decimal
    served: Period
    revenue_code: str | None = None
    line_id: str | None = None


@dataclass(frozen=True, slots=True)
class StatusRequest:
    """One claim asked about. trace (TRN02) comes back in the 277.

    served is DTP*472 of the claim; it may be absent when every line has its own. The subscriber's address and
    references, and a dependent's and its relationship, are not sent: a 276 has no place for them; neither has it one for
    birth date and sex of a subscriber who is not the patient.
    """

    trace: str
    subscriber: Member
    dependent: Dependent | None = None
    payer_claim_number: str | None = None  # REF*1K
    bill_type: str | None = None  # REF*BLT
    location_number: str | None = None  # REF*LU
    group_number: str | None = None  # REF*6P
    patient_control_number: str | None = None  # REF*EJ: CLM01
    pharmacy_number: str | None = None  # REF*XZ
    clearinghouse_number: str | None = None  # REF*D9
    charge_cents: int | None = None  # AMT*T3
    served: Period | None = None
    lines: tuple[StatusLine, ...] = ()


@dataclass(frozen=True, slots=True)
class ProviderRequests:
    """Loop 2000C: the claims of one provider."""

    provider: Party
    requests: tuple[StatusRequest, ...]


@dataclass(frozen=True, slots=True)
class StatusSet:
    """One ST..SE: its number (ST02) and reference (BHT03), payer (2100A), information receiver (2100B), providers."""

    number: int
    reference: str
    payer: Party
    receiver: Party
    providers: tuple[ProviderRequests, ...]


def write_276(header: InterchangeHeader, group: GroupHeader, sets: Sequence[StatusSet]) -> WrittenRequests:
    """One interchange with one HR group of `sets`; no newline, nothing after IEA.

    Raises RequestsRefused naming every request that cannot be written, X12DataError when payer, receiver or a provider
    cannot, or a set or provider has no request.
    """
    out = RequestWriter(header, group, "HR", GUIDE)
    for one in sets:
        if not one.providers or not all(provider.requests for provider in one.providers):
            raise X12DataError("A 276 set needs a provider, and each provider a claim.")
        out.begin("276", one.number)
        out.extend(_set_header(out, one))
        level = 2
        for provider in one.providers:
            level += 1
            parent = level
            out.extend([f"HL*{parent}*2*19*1", name_segment(out.spell, "1P", provider.provider, "2100C")])
            for request in provider.requests:
                level += out.request(request.trace, lambda: _request(out.spell, request, level, parent))  # noqa: B023
        out.end_set()
    return out.finish()


def _set_header(out: RequestWriter, one: StatusSet) -> list[str]:
    """BHT, 2000A, 2000B."""
    return [
        header_segment(out.spell, "0010", one.reference, out.header.at),
        "HL*1**20*1",
        name_segment(out.spell, "PR", one.payer, "2100A"),
        "HL*2*1*21*1",
        name_segment(out.spell, "41", one.receiver, "2100B"),
    ]


def _request(spell: Spelling, request: StatusRequest, level: int, parent: int) -> list[str]:
    """2000D, and 2000E when the patient is a dependent; `level` is the last HL01 used."""
    member, dependent = request.subscriber, request.dependent
    if member.name is None:
        raise X12DataError("2100D NM103 is empty; the guide requires it.")
    needed(member.member_id, "2100D NM109")
    patient, loop = (member, "2000D") if dependent is None else (dependent, "2000E")
    if patient.birth_on is None:
        raise X12DataError(f"{loop} DMG02 is empty; the guide requires it of the patient.")
    birth = demographics(spell, patient.birth_on, patient.sex, loop)
    name = member_name(spell, member, "2100D")
    if dependent is None:
        return [f"HL*{level + 1}*{parent}*22*0", *birth, name, *_claim(spell, request, "2200D", "2210D")]
    return [
        f"HL*{level + 1}*{parent}*22*1",
        name,
        f"HL*{level + 2}*{level + 1}*23",  # HL04 is not used at this level
        *birth,
        dependent_segments(spell, dependent, "QC", "2100E")[0],
        *_claim(spell, request, "2200E", "2210E"),
    ]


def _claim(spell: Spelling, request: StatusRequest, loop: str, line_loop: str) -> list[str]:
    """2200 and 2210."""
    if request.served is None and not request.lines:
        raise X12DataError(f"{loop} needs DTP*472, or lines that have it.")
    numbers = (
        ("1K", request.payer_claim_number),
        ("BLT", request.bill_type),
        ("LU", request.location_number),
        ("6P", request.group_number),
        ("EJ", request.patient_control_number),
        ("XZ", request.pharmacy_number),
        ("D9", request.clearinghouse_number),
    )
    trace = spell.identifier(needed(request.trace, f"{loop} TRN02"), f"{loop} TRN02")
    segments = [
        segment(loop, "TRN", "1", trace),
        *reference_segments(spell, [Reference(qualifier, number) for qualifier, number in numbers if number], loop),
    ]
    if request.charge_cents is not None:
        segments.append(segment(loop, "AMT", "T3", amount(request.charge_cents)))
    if request.served is not None:
        segments.append(date_segment("472", request.served, loop))
    for line in request.lines:
        segments += _line(spell, line, line_loop)
    return segments


def _line(spell: Spelling, line: StatusLine, loop: str) -> list[str]:
    """SVC, REF*FJ, DTP*472."""
    procedure = procedure_composite(spell, line.procedure, f"{loop} SVC01")
    revenue_code = spell.identifier(line.revenue_code, f"{loop} SVC04")
    return [
        segment(
            loop, "SVC", procedure, amount(line.charge_cents), "", revenue_code, "", "", quantity(line.units)
        ),
        *reference_segments(spell, [Reference("FJ", line.line_id)] if line.line_id else [], loop),
        date_segment("472", line.served, loop),
    ]  # fmt: skip

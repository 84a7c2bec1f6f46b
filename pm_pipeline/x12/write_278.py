"""Writing requests for review (prior authorization): 005010X217, 278 request. One patient event per set, as the guide has it.

A request that asks to extend, renew or cancel a certification carries its number (REF*BB).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pm_pipeline.x12.loops_837p_spelling import Spelling, quantity
from pm_pipeline.x12.request_parts import (
    Dependent,
    Member,
    Party,
    Period,
    Procedure,
    ProviderParty,
    Reference,
    RequestWriter,
    WrittenRequests,
    date_segment,
    dependent_segments,
    header_segment,
    member_segments,
    name_segment,
    needed,
    procedure_composite,
    provider_segments,
    reference_segments,
    segment,
)
from pm_pipeline.x12.write import InterchangeHeader, X12DataError, amount, day8
from pm_pipeline.x12.write_837p import GroupHeader

GUIDE = "005010X217"
MAX_DIAGNOSES = 12

Category = Literal["AR", "HS", "IN", "SC"]  # UM01: admission, health services, individual, specialty care
CertificationType = Literal["1", "2", "3", "4", "I", "N", "R", "S"]  # UM02: appeals, cancel, extension, initial, ...


@dataclass(frozen=True, slots=True)
class ReviewKind:
    """UM. facility_code is UM04-1: a place of service (qualifier B) or a bill type without frequency (A)."""

    category: Category
    certification_type: CertificationType = "I"
    service_type: str | None = None  # UM03
    facility_code: str | None = None
    facility_qualifier: Literal["A", "B"] = "B"
    level_of_service: str | None = None  # UM06: 03 emergency, E elective, U urgent
    release_of_information: str | None = None  # UM09
    delay_reason: str | None = None  # UM10


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A composite of HI: ABK principal, ABF other, ABJ admitting, APR reason of visit."""

    code: str
    qualifier: str = "ABF"
    diagnosed_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """HSD: three visits (VS) per (per_units 1) week (unit WK) for (time_period 34 month) two periods, for example."""

    quantity_qualifier: str | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    per_units: Decimal | None = None
    time_period: str | None = None
    periods: int | None = None


@dataclass(frozen=True, slots=True)
class Admission:
    """CL1: type, source and patient status of an admission."""

    admission_type: str | None = None
    admission_source: str | None = None
    patient_status: str | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """Loop 2000F: a service asked for, SV1 unless a revenue code makes it SV2. pointers are 1-based into the diagnoses."""

    procedure: Procedure | None
    revenue_code: str | None = None
    charge_cents: int | None = None
    units: Decimal | None = None
    unit: str = "UN"
    pointers: tuple[int, ...] = ()
    served: Period | None = None  # DTP*472
    kind: ReviewKind | None = None
    delivery: Delivery | None = None
    message: str | None = None
    providers: tuple[ProviderParty, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """One ST..SE. trace and originator are TRN02 and TRN03 (ten characters) of the event.

    organization is the utilization management organization (2010A, X3), requester the provider who asks (2010B, 1P or FA);
    providers are those of the event (2010EA: SJ service provider, FA facility, 71 attending, DN referring, ...).
    """

    number: int
    reference: str
    trace: str
    originator: str
    organization: Party
    requester: ProviderParty
    subscriber: Member
    kind: ReviewKind
    dependent: Dependent | None = None
    certification_number: str | None = None  # REF*BB
    administrative_number: str | None = None  # REF*NT
    accident_on: dt.date | None = None  # DTP*439
    onset_on: dt.date | None = None  # DTP*431
    event: Period | None = None  # DTP*AAH
    admission_on: Period | None = None  # DTP*435
    discharge_on: dt.date | None = None  # DTP*096
    diagnoses: tuple[Diagnosis, ...] = ()
    delivery: Delivery | None = None
    admission: Admission | None = None
    message: str | None = None
    providers: tuple[ProviderParty, ...] = ()
    services: tuple[Service, ...] = ()


def write_278(header: InterchangeHeader, group: GroupHeader, requests: Sequence[ReviewRequest]) -> WrittenRequests:
    """One interchange with one HI group, a set per request; no newline, nothing after IEA.

    Raises RequestsRefused naming every request that cannot be written.
    """
    out = RequestWriter(header, group, "HI", GUIDE)
    for one in requests:
        out.begin("278", one.number)
        out.request(one.trace, lambda: _request(out.spell, one, out.header.at))  # noqa: B023
        out.end_set()
    return out.finish()


def _request(spell: Spelling, one: ReviewRequest, at: dt.datetime) -> list[str]:
    """Everything between ST and SE."""
    if one.subscriber.name is None:
        raise X12DataError("2010C NM103 is empty; the guide requires it.")
    needed(one.subscriber.member_id, "2010C NM109")
    event = 4 if one.dependent is None else 5
    segments = [
        header_segment(spell, "0007", one.reference, at),
        "HL*1**20*1",
        name_segment(spell, "X3", one.organization, "2010A"),
        "HL*2*1*21*1",
        *provider_segments(spell, one.requester, "2010B", with_contact=True),
        "HL*3*2*22*1",
        *member_segments(spell, one.subscriber, "2010C"),
    ]
    if one.dependent is not None:
        segments += ["HL*4*3*23*1", *dependent_segments(spell, one.dependent, "QC", "2010D")]
    segments += [f"HL*{event}*{event - 1}*EV*{1 if one.services else 0}", *_event(spell, one)]
    for place, service in enumerate(one.services, start=1):
        segments += [f"HL*{event + place}*{event}*SS*0", *_service(spell, service, len(one.diagnoses))]
    return segments


def _event(spell: Spelling, one: ReviewRequest) -> list[str]:
    """2000E."""
    loop = "2000E"
    segments = [
        segment(
            loop, "TRN", "1", spell.identifier(needed(one.trace, f"{loop} TRN02"), f"{loop} TRN02"),
            spell.identifier(needed(one.originator, f"{loop} TRN03"), f"{loop} TRN03"),
        ),
        _kind(spell, one.kind, loop),
    ]  # fmt: skip
    numbers = (("BB", one.certification_number), ("NT", one.administrative_number))
    segments += reference_segments(spell, [Reference(qualifier, value) for qualifier, value in numbers if value], loop)
    for qualifier, when in (
        ("439", one.accident_on),
        ("431", one.onset_on),
        ("AAH", one.event),
        ("435", one.admission_on),
        ("096", one.discharge_on),
    ):
        if when is not None:
            segments.append(date_segment(qualifier, when if isinstance(when, Period) else Period(when), loop))
    if one.diagnoses:
        segments.append(_diagnoses(spell, one.diagnoses, loop))
    segments += _delivery(spell, one.delivery, loop)
    if one.admission is not None:
        codes = (one.admission.admission_type, one.admission.admission_source, one.admission.patient_status)
        if not any(codes):
            raise X12DataError(f"{loop} CL1 is empty.")
        segments.append(segment(loop, "CL1", *(spell.identifier(code, f"{loop} CL1") for code in codes)))
    segments += _message(spell, one.message, loop)
    for provider in one.providers:
        segments += provider_segments(spell, provider, "2010EA", with_contact=True)
    return segments


def _kind(spell: Spelling, kind: ReviewKind, loop: str) -> str:
    """UM."""
    facility = spell.identifier(kind.facility_code, f"{loop} UM04")
    return segment(
        loop, "UM", kind.category, kind.certification_type, spell.identifier(kind.service_type, f"{loop} UM03"),
        f"{facility}:{kind.facility_qualifier}" if facility else "", "", spell.identifier(kind.level_of_service, f"{loop} UM06"),
        "", "", spell.identifier(kind.release_of_information, f"{loop} UM09"), spell.identifier(kind.delay_reason, f"{loop} UM10"),
    )  # fmt: skip


def _diagnoses(spell: Spelling, diagnoses: tuple[Diagnosis, ...], loop: str) -> str:
    """HI."""
    if len(diagnoses) > MAX_DIAGNOSES:
        raise X12DataError(f"{loop} HI has {len(diagnoses)} diagnoses; it can have {MAX_DIAGNOSES}.")
    values: list[str] = []
    for place, one in enumerate(diagnoses, start=1):
        code = spell.identifier(needed(one.code, f"{loop} HI{place:02}-2"), f"{loop} HI{place:02}-2")
        qualifier = spell.identifier(needed(one.qualifier, f"{loop} HI{place:02}-1"), f"{loop} HI{place:02}-1")
        values.append(":".join([qualifier, code, *(["D8", day8(one.diagnosed_on)] if one.diagnosed_on else [])]))
    return segment(loop, "HI", *values)


def _delivery(spell: Spelling, delivery: Delivery | None, loop: str) -> list[str]:
    """HSD."""
    if delivery is None:
        return []
    if (delivery.quantity_qualifier is None) != (delivery.quantity is None):
        raise X12DataError(f"{loop} HSD01 and HSD02 stand together or not at all.")
    made = segment(
        loop, "HSD", spell.identifier(delivery.quantity_qualifier, f"{loop} HSD01"),
        "" if delivery.quantity is None else quantity(delivery.quantity), spell.identifier(delivery.unit, f"{loop} HSD03"),
        "" if delivery.per_units is None else quantity(delivery.per_units), spell.identifier(delivery.time_period, f"{loop} HSD05"),
        "" if delivery.periods is None else str(delivery.periods),
    )  # fmt: skip
    if made == "HSD":
        raise X12DataError(f"{loop} HSD is empty.")
    return [made]


def _message(spell: Spelling, message: str | None, loop: str) -> list[str]:
    """MSG, spelled like a name."""
    return [segment(loop, "MSG", spell.name(message, loop, "MSG01"))] if message else []


def _service(spell: Spelling, service: Service, diagnoses: int) -> list[str]:
    """2000F."""
    loop = "2000F"
    segments = [] if service.kind is None else [_kind(spell, service.kind, loop)]
    if service.served is not None:
        segments.append(date_segment("472", service.served, loop))
    segments.append(_what(spell, service, diagnoses, loop))
    segments += _delivery(spell, service.delivery, loop)
    segments += _message(spell, service.message, loop)
    for provider in service.providers:
        segments += provider_segments(spell, provider, "2010F", with_contact=True)
    return segments


def _what(spell: Spelling, service: Service, diagnoses: int, loop: str) -> str:
    """SV1 or SV2."""
    charge = "" if service.charge_cents is None else amount(service.charge_cents)
    units = (
        ("", "")
        if service.units is None
        else (spell.identifier(service.unit, f"{loop} SV103"), quantity(service.units))
    )
    if service.revenue_code:
        if service.pointers:
            raise X12DataError(f"{loop} SV2 has no diagnosis pointers.")
        revenue_code = spell.identifier(service.revenue_code, f"{loop} SV201")
        procedure = "" if service.procedure is None else procedure_composite(spell, service.procedure, f"{loop} SV202")
        return segment(loop, "SV2", revenue_code, procedure, charge, *units)
    if service.procedure is None:
        raise X12DataError(f"{loop} needs SV101 or SV201.")
    if len(service.pointers) > 4 or any(not 1 <= pointer <= diagnoses for pointer in service.pointers):
        raise X12DataError(f"{loop} SV107 points to a diagnosis that is not there, or to more than four.")
    procedure = procedure_composite(spell, service.procedure, f"{loop} SV101")
    return segment(loop, "SV1", procedure, charge, *units, "", "", ":".join(map(str, service.pointers)))

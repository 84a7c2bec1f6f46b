"""Writing eligibility inquiries: 005010X279A1, 270. Each patient has a 2000C (and a 2000D when a dependent) of its own.

A set in batch mode may hold 99 patients (guide, section 1.4.2); trading partners may agree on more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pm_pipeline.x12.loops_837p_spelling import Spelling
from pm_pipeline.x12.request_parts import (
    Dependent,
    Member,
    Party,
    Period,
    Procedure,
    ProviderParty,
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
    segment,
)
from pm_pipeline.x12.write import STANDARD, InterchangeHeader, X12DataError
from pm_pipeline.x12.write_837p import GroupHeader

GUIDE = "005010X279A1"
MAX_PATIENTS = 99
MAX_SERVICE_TYPES = 99  # repetitions of EQ01


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One patient asked about. trace (TRN02) comes back in the 271. Either service_types (EQ01) or a procedure (EQ02).

    plan is DTP*291, the day or days asked about; without it the payer answers for today. A subscriber who is the patient
    is known by member id, or by last name and birth date; a dependent's subscriber by member id.
    """

    trace: str
    subscriber: Member
    dependent: Dependent | None = None
    service_types: tuple[str, ...] = ("30",)
    procedure: Procedure | None = None
    coverage_level: str | None = None  # EQ03: FAM
    plan: Period | None = None


@dataclass(frozen=True, slots=True)
class InquirySet:
    """One ST..SE: its number (ST02) and reference (BHT03), payer (2100A), provider (2100B) and patients.

    originator is TRN03: ten characters, 1 and a tax id, 3 and a DUNS, or 9 and a number of one's own. The provider's
    contact is not sent: a 270 has no place for it.
    """

    number: int
    reference: str
    originator: str
    payer: Party
    provider: ProviderParty
    inquiries: tuple[Inquiry, ...]


def write_270(
    header: InterchangeHeader, group: GroupHeader, sets: Sequence[InquirySet], max_patients: int = MAX_PATIENTS
) -> WrittenRequests:
    """One interchange with one HS group of `sets`; no newline, nothing after IEA.

    Raises RequestsRefused naming every inquiry that cannot be written, X12DataError when payer, provider or originator
    cannot, or a set holds no patient or too many.
    """
    out = RequestWriter(header, group, "HS", GUIDE)
    for one in sets:
        if not 0 < len(one.inquiries) <= max_patients:
            raise X12DataError(f"A 270 set has {len(one.inquiries)} patients; it must have 1 to {max_patients}.")
        originator = out.spell.identifier(needed(one.originator, "2000C TRN03"), "2000C TRN03")
        out.begin("270", one.number)
        out.extend(_set_header(out, one))
        level = 2
        for inquiry in one.inquiries:
            level += out.request(inquiry.trace, lambda: _inquiry(out.spell, inquiry, originator, level))  # noqa: B023
        out.end_set()
    return out.finish()


def _set_header(out: RequestWriter, one: InquirySet) -> list[str]:
    """BHT, 2000A, 2000B."""
    return [
        header_segment(out.spell, "0022", one.reference, out.header.at),
        "HL*1**20*1",
        name_segment(out.spell, "PR", one.payer, "2100A"),
        "HL*2*1*21*1",
        *provider_segments(out.spell, one.provider, "2100B", with_contact=False),
    ]


def _inquiry(spell: Spelling, inquiry: Inquiry, originator: str, level: int) -> list[str]:
    """2000C, and 2000D when the patient is a dependent; `level` is the last HL01 used."""
    member, dependent = inquiry.subscriber, inquiry.dependent
    if not member.member_id and (dependent is not None or member.name is None or member.birth_on is None):
        raise X12DataError("2100C needs NM109, or NM103 and DMG02 of a subscriber who is the patient.")
    if dependent is None:
        trace = _trace(spell, inquiry, originator, "2000C")
        return [
            f"HL*{level + 1}*2*22*0",
            trace,
            *member_segments(spell, member, "2100C"),
            *_question(spell, inquiry, "2100C", "2110C"),
        ]
    return [
        f"HL*{level + 1}*2*22*1",
        *member_segments(spell, member, "2100C"),
        f"HL*{level + 2}*{level + 1}*23*0",
        _trace(spell, inquiry, originator, "2000D"),
        *dependent_segments(spell, dependent, "03", "2100D"),
        *_question(spell, inquiry, "2100D", "2110D"),
    ]


def _trace(spell: Spelling, inquiry: Inquiry, originator: str, loop: str) -> str:
    number = spell.identifier(needed(inquiry.trace, f"{loop} TRN02"), f"{loop} TRN02")
    return segment(loop, "TRN", "1", number, originator)


def _question(spell: Spelling, inquiry: Inquiry, name_loop: str, loop: str) -> list[str]:
    """DTP*291 and EQ."""
    if bool(inquiry.service_types) == (inquiry.procedure is not None):
        raise X12DataError(f"{loop} needs either EQ01 or EQ02.")
    if len(inquiry.service_types) > MAX_SERVICE_TYPES:
        raise X12DataError(f"{loop} EQ01 has {len(inquiry.service_types)} codes; it can have {MAX_SERVICE_TYPES}.")
    types = [spell.identifier(needed(code, f"{loop} EQ01"), f"{loop} EQ01") for code in inquiry.service_types]
    if any(len(code) > 2 or not code.isalnum() for code in types):
        raise X12DataError(f"{loop} EQ01 holds something that is no service type code.")
    procedure = "" if inquiry.procedure is None else procedure_composite(spell, inquiry.procedure, f"{loop} EQ02")
    question = segment(
        loop, "EQ", STANDARD.repetition.join(types), procedure, spell.identifier(inquiry.coverage_level, f"{loop} EQ03")
    )
    return [*([] if inquiry.plan is None else [date_segment("291", inquiry.plan, name_loop)]), question]

"""A claim: loops 2300 and 2310, up to the first other payer or line."""

from __future__ import annotations

import datetime as dt
from operator import attrgetter

from pm_pipeline.config.models import Quirks
from pm_pipeline.x12.claim_837p import ProfessionalClaim
from pm_pipeline.x12.claim_837p_details import ASSIGNED, ClaimDates
from pm_pipeline.x12.loops_837p_common import ambulance, attachments, conditions, contract, file_information, pricing
from pm_pipeline.x12.loops_837p_provider import drop_off, facility, pick_up, provider
from pm_pipeline.x12.loops_837p_spelling import Spelling, date_segment, day, money, refuse, seg

DATES = (
    ("454", "initial_treatment_on"), ("304", "last_seen_on"), ("453", "acute_manifestation_on"),
    ("484", "last_menstrual_period_on"), ("455", "last_x_ray_on"), ("471", "prescription_on"),
    ("297", "last_worked_on"), ("296", "return_to_work_on"), ("090", "assumed_care_on"),
    ("091", "relinquished_care_on"), ("444", "first_contact_on"), ("050", "repricer_received_on"),
)  # fmt: skip
NUMBERS = (
    ("4N", "authorization_exception"), ("EW", "mammography"), ("9F", "referral"), ("X4", "clia"), ("9A", "repriced"),
    ("9C", "adjusted_repriced"), ("LX", "device_exemption"), ("EA", "medical_record"), ("P4", "demonstration"),
    ("1J", "care_plan_oversight"),
)  # fmt: skip
MAX_CONDITION_CODES = 24
_days = attrgetter(*(name for _, name in DATES))
_values = attrgetter(*(name for _, name in NUMBERS))
_GUIDE_ORDER = (
    "431", "454", "304", "453", "439", "484", "455", "471", "314", "360", "361", "297", "296", "435", "096", "090",
    "091", "444", "050",
)  # fmt: skip
_RANK = {kind: place for place, kind in enumerate(_GUIDE_ORDER)}


def claim_loop(spell: Spelling, claim: ProfessionalClaim, billing_npi: str | None) -> list[str]:
    """2300 and 2310."""
    found = [_clm(spell, claim)]
    if claim.onset_on or claim.accident_on or claim.admitted_on or claim.discharged_on or claim.dates is not None:
        found += _dates(claim)
    if claim.attachments:
        found += attachments(spell, claim.attachments, "2300")
    if claim.contract is not None:
        found.append(contract(spell, claim.contract, "2300"))
    if claim.patient_paid_cents is not None:
        found.append(f"AMT*F5*{money(claim.patient_paid_cents)}")
    if claim.numbers is not None:
        found += _numbers(spell, claim)
    else:
        if claim.authorization_number:
            found.append(f"REF*G1*{spell.identifier(claim.authorization_number, 'REF02 (G1)')}")
        if claim.payer_claim_number:
            found.append(f"REF*F8*{spell.identifier(claim.payer_claim_number, 'REF02 (F8)')}")
    if claim.file_information:
        found += file_information(spell, claim.file_information, "2300")
    if claim.note is not None:
        found.append(f"NTE*{claim.note.kind}*{spell.name(claim.note.text, '2300', 'NTE02')}")
    if claim.ambulance is not None:
        found.append(ambulance(spell, claim.ambulance, "2300"))
    if claim.spinal is not None:
        found.append(_spinal(spell, claim))
    if claim.conditions:
        found += conditions(spell, claim.conditions, "2300")
    found.append(spell.diagnoses(claim.diagnoses))
    if claim.anesthesia_procedures or claim.condition_codes:
        found += _more_codes(spell, claim)
    if claim.pricing is not None:
        found.append(pricing(spell, claim.pricing, "2300"))
    _providers(found, spell, claim, claim.payer.quirks, billing_npi)
    return found


def _clm(spell: Spelling, claim: ProfessionalClaim) -> str:
    place, claim_id = spell.identifier(claim.place_of_service, "CLM05"), spell.identifier(claim.claim_id, "CLM01")
    said = claim.assignment
    start = f"CLM*{claim_id}*{money(claim.charge_cents)}***{place}:B:{claim.frequency}"
    causes = claim.related_cause or claim.related_cause_2
    if said is ASSIGNED and not causes and not claim.special_program and not claim.delay_reason:
        return f"{start}*Y*A*Y*Y"
    cause = ""
    if claim.related_cause:
        state, country = (
            spell.identifier(claim.accident_state, "CLM11-4"),
            spell.identifier(claim.accident_country, "CLM11-5"),
        )
        cause = ":".join((claim.related_cause, claim.related_cause_2 or "", "", state, country)).rstrip(":")
    elif claim.related_cause_2:
        refuse("CLM11-1", "is missing: a second cause comes after a first.")
    return seg(
        start, said.provider_signature, said.accepts, said.benefits, said.release,
        "P" if said.is_signed_by_provider else "", cause, spell.identifier(claim.special_program, "CLM12"), "", "", "",
        "", "", "", "", spell.identifier(claim.delay_reason, "CLM20"),
    )  # fmt: skip


def _dates(claim: ProfessionalClaim) -> list[str]:
    own = (
        ("431", claim.onset_on), ("439", claim.accident_on), ("435", claim.admitted_on), ("096", claim.discharged_on),
    )  # fmt: skip
    found = [(kind, date_segment(kind, on)) for kind, on in own if on is not None]
    if (dates := claim.dates) is not None:
        days: tuple[dt.date | None, ...] = _days(dates)
        found += [(kind, date_segment(kind, on)) for (kind, _), on in zip(DATES, days, strict=True) if on is not None]
        found += _disability(dates)
        found.sort(key=lambda one: _RANK[one[0]])
    return [text for _, text in found]


def _disability(dates: ClaimDates) -> list[tuple[str, str]]:
    begin, end = dates.disability_from, dates.disability_to
    if begin is not None and end is not None:
        return [("314", f"DTP*314*RD8*{day(begin)}-{day(end)}")]
    found = [("360", date_segment("360", begin))] if begin is not None else []
    return [*found, ("361", date_segment("361", end))] if end is not None else found


def _numbers(spell: Spelling, claim: ProfessionalClaim) -> list[str]:
    found: list[str] = []
    values: tuple[str | None, ...] = _values(claim.numbers)
    for (kind, _), value in zip(NUMBERS, values, strict=True):
        if kind == "X4":  # the guide has G1 and F8 before the CLIA number
            for own, number in (("G1", claim.authorization_number), ("F8", claim.payer_claim_number)):
                if number:
                    found.append(f"REF*{own}*{spell.identifier(number, f'REF02 ({own})')}")
        if value:
            found.append(f"REF*{kind}*{spell.identifier(value, f'REF02 ({kind})')}")
    return found


def _spinal(spell: Spelling, claim: ProfessionalClaim) -> str:
    assert claim.spinal is not None
    one = claim.spinal
    return seg(
        "CR2", "", "", "", "", "", "", "", spell.identifier(one.condition, "CR208"), "",
        spell.name(one.description, "2300", "CR210"), spell.name(one.more, "2300", "CR211"),
    )  # fmt: skip


def _more_codes(spell: Spelling, claim: ProfessionalClaim) -> list[str]:
    """HI of the anesthesia related procedures and of the condition codes, twelve to a segment."""
    found: list[str] = []
    if len(claim.anesthesia_procedures) > 2:
        refuse("HI (BP)", "has room for two procedures.")
    if len(claim.condition_codes) > MAX_CONDITION_CODES:
        refuse("HI (BG)", "has room for 24 condition codes.")
    if claim.anesthesia_procedures:
        codes = [spell.identifier(code, "HI (BP)") for code in claim.anesthesia_procedures]
        found.append("*".join(["HI", *(f"{'BO' if place else 'BP'}:{code}" for place, code in enumerate(codes))]))
    for start in range(0, len(claim.condition_codes), 12):
        codes = [spell.identifier(code, "HI (BG)") for code in claim.condition_codes[start : start + 12]]
        found.append("*".join(["HI", *(f"BG:{code}" for code in codes)]))
    return found


def _providers(
    found: list[str], spell: Spelling, claim: ProfessionalClaim, quirks: Quirks, billing_npi: str | None
) -> None:
    if claim.referring is not None:
        found += provider(spell, claim.referring, "DN", "2310A", quirks)
    if claim.primary_care is not None:
        found += provider(spell, claim.primary_care, "P3", "2310A", quirks)
    rendering, when = claim.rendering, quirks.send_rendering
    if rendering is not None and (when == "always" or (when == "when_different" and rendering.npi != billing_npi)):
        found += provider(spell, rendering, "82", "2310B", quirks)
    if claim.facility is not None and quirks.send_facility:
        found += facility(spell, claim.facility, "2310C", quirks)
    if claim.supervising is not None:
        found += provider(spell, claim.supervising, "DQ", "2310D", quirks)
    if claim.pick_up is not None:
        found += pick_up(spell, claim.pick_up, "2310E")
    if claim.drop_off is not None:
        found += drop_off(spell, claim.drop_off, "2310F")

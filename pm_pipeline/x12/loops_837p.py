"""The loops of a professional claim as segments: set header, subscriber, patient, payer; then claim and lines.

Used by write_837p.py, which says what is sent and what is not. Values are spelled by loops_837p_spelling.py; 2300 is in
loops_837p_claim.py, 2310 and 2420 in loops_837p_provider.py, 2320 and 2430 in loops_837p_other_payer.py, 2400 in
loops_837p_line.py.
"""

from __future__ import annotations

import datetime as dt

from pm_pipeline.x12.claim_837p import (
    BillingProvider,
    ClaimSet,
    OrganizationName,
    Patient,
    PersonName,
    ProfessionalClaim,
    Receiver,
    Submitter,
    Subscriber,
)
from pm_pipeline.x12.loops_837p_claim import claim_loop
from pm_pipeline.x12.loops_837p_line import line_loop
from pm_pipeline.x12.loops_837p_other_payer import MAX_OTHER_PAYERS, other_payer
from pm_pipeline.x12.loops_837p_provider import payer
from pm_pipeline.x12.loops_837p_spelling import Spelling, day, quantity, refuse, seg

__all__ = ["Spelling", "claim_loops", "set_header"]


def set_header(spell: Spelling, at: dt.datetime, one: ClaimSet, submitter: Submitter, receiver: Receiver) -> list[str]:
    """BHT, 1000A, 1000B, 2000A, 2010AA, 2010AB, 2010AC."""
    billing = one.billing
    submitter_name, receiver_name = (
        spell.name(submitter.name, "1000A", "NM103"),
        spell.name(receiver.name, "1000B", "NM103"),
    )
    found = [
        seg("BHT", "0019", "00", spell.identifier(one.reference, "BHT03"), f"{at:%Y%m%d}", f"{at:%H%M}", "CH"),
        f"NM1*41*2*{submitter_name}*****46*{spell.identifier(submitter.submitter_id, '1000A NM109')}",
        spell.contact(submitter.contact, "1000A"),
        f"NM1*40*2*{receiver_name}*****46*{spell.identifier(receiver.receiver_id, '1000B NM109')}",
        "HL*1**20*1",
    ]
    if billing.taxonomy is not None:
        found.append(seg("PRV", "BI", "PXC", spell.identifier(billing.taxonomy, "2000A PRV03")))
    number = ("XX", spell.identifier(billing.npi, "2010AA NM109")) if billing.npi is not None else ()
    found.append(seg("NM1", "85", spell.entity(billing.name, "2010AA"), *number))
    found += spell.address(billing.address, "2010AA")
    found.append(f"REF*{billing.tax_id_qualifier}*{spell.identifier(billing.tax_id, '2010AA REF02')}")
    found += spell.references(billing.licenses, "2010AA")
    if billing.contact and billing.contact != submitter.contact:
        found.append(spell.contact(billing.contact, "2010AA"))
    return found + _pay_to(spell, billing)


def _pay_to(spell: Spelling, billing: BillingProvider) -> list[str]:
    """2010AB and 2010AC."""
    found: list[str] = []
    if billing.pay_to is not None:
        found.append(f"NM1*87*{1 if isinstance(billing.name, PersonName) else 2}")
        found += spell.address(billing.pay_to, "2010AB")
    if (plan := billing.pay_to_plan) is not None:
        name, plan_id = spell.name(plan.name, "2010AC", "NM103"), spell.identifier(plan.plan_id, "2010AC NM109")
        found.append(f"NM1*PE*2*{name}*****PI*{plan_id}")
        found += spell.address(plan.address, "2010AC")
        if plan.secondary_id is not None:
            found += spell.references([plan.secondary_id], "2010AC")
        found.append(f"REF*EI*{spell.identifier(plan.tax_id, '2010AC REF02 (EI)')}")
    return found


def claim_loops(spell: Spelling, claim: ProfessionalClaim, level: int, billing_npi: str | None) -> list[str]:
    """2000B, 2000C when the patient is a dependent, and 2300 with its lines; `level` is the last HL01 used."""
    subscriber, patient, quirks = claim.subscriber, claim.patient, claim.payer.quirks
    found = [
        f"HL*{level + 1}*1*22*{0 if patient is None else 1}",
        _sbr(spell, claim, quirks.send_group_number),
    ]
    if patient is None and (subscriber.death_on or subscriber.weight_pounds is not None or subscriber.is_pregnant):
        found.append(_pat(spell, "", subscriber))
    _subscriber_name(found, spell, subscriber, is_patient=patient is None)
    case = spell.identifier(claim.property_casualty_claim_number, "REF02 (Y4)")
    if case and patient is None:
        found.append(f"REF*Y4*{case}")
    if subscriber.contact is not None and patient is None:
        found.append(spell.contact(subscriber.contact, "2010BA"))
    found += payer(spell, claim.payer)
    if patient is not None:
        found += _patient(spell, patient, level, case)
    found += claim_loop(spell, claim, billing_npi)
    if claim.other_payers:
        if len(claim.other_payers) > MAX_OTHER_PAYERS:
            refuse("2320", "may come ten times; there are more other payers than that.")
        for other in claim.other_payers:
            found += other_payer(spell, other)
    place = claim.place_of_service
    for number, line in enumerate(claim.lines, start=1):
        found += line_loop(spell, line, number, place, quirks)
    return found


def _sbr(spell: Spelling, claim: ProfessionalClaim, send_group_number: bool) -> str:
    subscriber = claim.subscriber
    number = spell.identifier(subscriber.group_number, "2000B SBR03") if send_group_number else ""
    group = spell.name(subscriber.group_name, "2000B", "SBR04") if subscriber.group_name else ""
    insurance = spell.identifier(claim.insurance_type, "2000B SBR05") if claim.insurance_type else ""
    indicator = spell.identifier(claim.payer.filing_indicator, "2000B SBR09")
    return f"SBR*{claim.payer_turn}*{'18' if claim.patient is None else ''}*{number}*{group}*{insurance}****{indicator}"


def _pat(spell: Spelling, relationship: str, one: Subscriber | Patient) -> str:
    """PAT: relationship, day of death, weight, pregnancy."""
    death = ("D8", day(one.death_on)) if one.death_on else ("", "")
    weight = ("01", quantity(one.weight_pounds)) if one.weight_pounds is not None else ("", "")
    return seg(
        "PAT", spell.identifier(relationship, "2000C PAT01"), "", "", "", *death, *weight,
        "Y" if one.is_pregnant else "",
    )  # fmt: skip


def _subscriber_name(found: list[str], spell: Spelling, subscriber: Subscriber, *, is_patient: bool) -> None:
    """2010BA up to its numbers."""
    name = subscriber.name
    member = spell.identifier(subscriber.member_id, "2010BA NM109")
    if isinstance(name, OrganizationName):
        found.append(f"NM1*IL*2*{spell.name(name.name, '2010BA', 'NM103')}*****{subscriber.id_qualifier}*{member}")
    else:
        found.append(f"NM1*IL*1*{spell.person(name, '2010BA')}*{subscriber.id_qualifier}*{member}")
    if is_patient:
        if subscriber.address is not None:
            found += spell.address(subscriber.address, "2010BA")
        if subscriber.birth_on is not None:
            found.append(f"DMG*D8*{day(subscriber.birth_on)}*{spell.identifier(subscriber.sex, '2010BA DMG03')}")
    if subscriber.ssn:
        found.append(f"REF*SY*{spell.identifier(subscriber.ssn, '2010BA REF02')}")


def _patient(spell: Spelling, patient: Patient, level: int, case: str) -> list[str]:
    """2000C and 2010CA."""
    found = [
        f"HL*{level + 2}*{level + 1}*23*0",
        _pat(spell, patient.relationship, patient),
        f"NM1*QC*1*{spell.person(patient.name, '2010CA')}".rstrip("*"),
        *spell.address(patient.address, "2010CA"),
        f"DMG*D8*{day(patient.birth_on)}*{spell.identifier(patient.sex, '2010CA DMG03')}",
    ]
    if case:
        found.append(f"REF*Y4*{case}")
    if patient.casualty_id is not None:
        found += spell.references([patient.casualty_id], "2010CA")
    if patient.contact is not None:
        found.append(spell.contact(patient.contact, "2010CA"))
    return found

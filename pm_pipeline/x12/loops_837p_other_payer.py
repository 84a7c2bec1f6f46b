"""Other payers and what they did: loops 2320 and 2330 of a claim, 2430 of a line."""

from __future__ import annotations

from pm_pipeline.x12.claim_837p import OtherPayer
from pm_pipeline.x12.claim_837p_details import LineAdjudication, MedicareOutpatient
from pm_pipeline.x12.loops_837p_provider import payer_name
from pm_pipeline.x12.loops_837p_spelling import (
    Spelling,
    date_segment,
    money,
    optional,
    optional_money,
    quantity,
    refuse,
    seg,
)

MAX_OTHER_PAYERS = 10
MAX_REMARKS = 5
_LOOPS = {"DN": "2330C", "P3": "2330C", "82": "2330D", "77": "2330E", "DQ": "2330F", "85": "2330G"}


def other_payer(spell: Spelling, other: OtherPayer) -> list[str]:
    """2320 and its 2330."""
    subscriber, who = other.subscriber, other.payer
    found = [
        seg(
            "SBR", other.turn, spell.identifier(other.relationship, "2320 SBR02"),
            spell.identifier(subscriber.group_number, "2320 SBR03"), spell.name(subscriber.group_name, "2320", "SBR04"),
            spell.identifier(other.insurance_type, "2320 SBR05"), "", "", "",
            spell.identifier(who.filing_indicator, "2320 SBR09"),
        ),
        *spell.adjustments(other.adjustments, "2320"),
    ]  # fmt: skip
    for qualifier, cents in (
        ("D", other.paid_cents),
        ("A8", other.non_covered_cents),
        ("EAF", other.patient_liability_cents),
    ):
        if cents is not None:
            found.append(f"AMT*{qualifier}*{money(cents)}")
    found.append(f"OI***{other.benefits}*{'P' if other.is_signed_by_provider else ''}**{other.release}")
    if other.outpatient is not None:
        found.append(_outpatient(spell, other.outpatient))
    member = spell.identifier(subscriber.member_id, "2330A NM109")
    found.append(f"NM1*IL*{spell.entity(subscriber.name, '2330A')}*{subscriber.id_qualifier}*{member}")
    if subscriber.address is not None:
        found += spell.address(subscriber.address, "2330A")
    if subscriber.ssn:
        found.append(f"REF*SY*{spell.identifier(subscriber.ssn, '2330A REF02')}")
    found += payer_name(spell, who, "2330B")
    if other.adjudicated_on is not None:
        found.append(date_segment("573", other.adjudicated_on))
    found += spell.references(who.secondary_ids, "2330B")
    for qualifier, number in (
        ("G1", other.authorization_number),
        ("9F", other.referral_number),
        ("T4", "Y" if other.is_adjusted else None),
        ("F8", other.payer_claim_number),
    ):
        if number:
            found.append(f"REF*{qualifier}*{spell.identifier(number, f'2330B REF02 ({qualifier})')}")
    for one in other.providers:
        found.append(f"NM1*{one.role}*{1 if one.is_person else 2}")
        found += spell.references(one.ids, _LOOPS[one.role])
    return found


def _outpatient(spell: Spelling, said: MedicareOutpatient) -> str:
    if len(said.remarks) > MAX_REMARKS:
        refuse("2320 MOA", "has room for five remarks.")
    remarks = [spell.identifier(code, "2320 MOA") for code in said.remarks]
    remarks += [""] * (MAX_REMARKS - len(remarks))
    return seg(
        "MOA", optional(said.reimbursement_rate), optional_money(said.hcpcs_payable_cents), *remarks,
        optional_money(said.esrd_cents), optional_money(said.non_payable_professional_cents),
    )  # fmt: skip


def adjudication(spell: Spelling, said: LineAdjudication) -> list[str]:
    """2430."""
    product = spell.composite(said.qualifier, said.procedure_code, said.modifiers, said.description, "SVD03")
    bundled = "" if said.bundled_line is None else f"*{said.bundled_line}"
    payer_id = spell.identifier(said.payer_id, "2430 SVD01")
    found = [
        f"SVD*{payer_id}*{money(said.paid_cents)}*{product}**{quantity(said.paid_units)}{bundled}",
        *spell.adjustments(said.adjustments, "2430"),
        date_segment("573", said.adjudicated_on),
    ]
    if said.patient_liability_cents is not None:
        found.append(f"AMT*EAF*{money(said.patient_liability_cents)}")
    return found

"""A service line: loops 2400 to 2440."""

from __future__ import annotations

import datetime as dt
from operator import attrgetter

from pm_pipeline.config.models import Quirks
from pm_pipeline.x12.claim_837p import Drug, ServiceLine
from pm_pipeline.x12.claim_837p_details import Equipment, Form, FormAnswer, LineDates, LineNumbers
from pm_pipeline.x12.loops_837p_common import ambulance, attachments, conditions, contract, file_information, pricing
from pm_pipeline.x12.loops_837p_other_payer import adjudication
from pm_pipeline.x12.loops_837p_provider import line_providers
from pm_pipeline.x12.loops_837p_spelling import (
    Spelling,
    date_segment,
    day,
    money,
    optional,
    pointers,
    quantity,
    refuse,
    seg,
)

DATES = (
    ("471", "prescription_on"), ("607", "recertification_on"), ("463", "begin_therapy_on"),
    ("461", "last_certification_on"), ("304", "last_seen_on"), ("738", "hemoglobin_test_on"),
    ("739", "creatinine_test_on"), ("011", "shipped_on"), ("455", "last_x_ray_on"), ("454", "initial_treatment_on"),
)  # fmt: skip
_days = attrgetter(*(name for _, name in DATES))


def line_loop(spell: Spelling, line: ServiceLine, number: int, claim_place: str, quirks: Quirks) -> list[str]:
    """2400 and all below it."""
    place, here, units = "", line.place_of_service, line.units
    if here != claim_place or quirks.send_line_place:
        place = spell.identifier(here, "SV105")
    code, modifiers, first = line.procedure_code, line.modifiers, line.dos_from
    if line.description or line.qualifier != "HC":
        product = spell.composite(line.qualifier, code, modifiers, line.description, "SV101")
    else:
        product = f"HC:{spell.product(code, modifiers, 'SV101')}"
    service = (
        f"SV1*{product}*{money(line.charge_cents)}*{line.unit}*{quantity(units)}*{place}**{pointers(line.pointers)}"
    )
    if line.is_emergency or line.is_epsdt or line.is_family_planning or line.is_copay_exempt:
        service += _flags(line)
    found = [f"LX*{number}", service]
    if (
        line.equipment is not None
        or line.attachments
        or line.ambulance is not None
        or line.conditions
    ):  # fmt: skip
        found += _before_dates(spell, line)
    last = line.dos_to
    found.append(f"DTP*472*D8*{day(first)}" if last == first else f"DTP*472*RD8*{day(first)}-{day(last)}")
    if line.dates is not None:
        found += _dates(line.dates)
    if line.patient_count is not None:
        found.append(f"QTY*PT*{line.patient_count}")
    if line.obstetric_units is not None:
        found.append(f"QTY*FL*{quantity(line.obstetric_units)}")
    for result in line.test_results:
        reference = spell.identifier(result.reference, "2400 MEA01")
        found.append(f"MEA*{reference}*{spell.identifier(result.qualifier, '2400 MEA02')}*{quantity(result.value)}")
    if line.contract is not None:
        found.append(contract(spell, line.contract, "2400"))
    if line.numbers is None:
        if line.line_id is not None:
            found.append(f"REF*6R*{spell.identifier(line.line_id, 'REF02 (6R)')}")
    else:
        found += _numbers(spell, line.numbers, line.line_id)
    if line.sales_tax_cents is not None:
        found.append(f"AMT*T*{money(line.sales_tax_cents)}")
    if line.postage_cents is not None:
        found.append(f"AMT*F4*{money(line.postage_cents)}")
    if line.file_information:
        found += file_information(spell, line.file_information, "2400")
    if line.note is not None:
        found.append(f"NTE*{line.note.kind}*{spell.name(line.note.text, '2400', 'NTE02')}")
    if line.third_party_note:
        found.append(f"NTE*TPO*{spell.name(line.third_party_note, '2400', 'NTE02')}")
    if line.purchased_service is not None:
        bought = line.purchased_service
        found.append(f"PS1*{spell.identifier(bought.provider_id, '2400 PS101')}*{money(bought.cents)}")
    if line.pricing is not None:
        found.append(pricing(spell, line.pricing, "2400"))
    if line.drug is not None:
        found += _drug(spell, line.drug)
    if line.providers is not None:
        found += line_providers(spell, line.providers, quirks)
    for said in line.adjudications:
        found += adjudication(spell, said)
    for form in line.forms:
        found += _form(spell, form)
    return found


def _flags(line: ServiceLine) -> str:
    """SV109 to SV115."""
    flags = ["", "", "", "", "", "", "", ""]
    flags[1] = "Y" if line.is_emergency else ""
    flags[3] = "Y" if line.is_epsdt else ""
    flags[4] = "Y" if line.is_family_planning else ""
    flags[7] = "0" if line.is_copay_exempt else ""
    return seg("", *flags)


def _before_dates(spell: Spelling, line: ServiceLine) -> list[str]:
    """SV5, PWK, CR1, CR3, CRC."""
    it = line.equipment or Equipment()
    found: list[str] = []
    if it.rental is not None:
        rent, code = it.rental, spell.identifier(line.procedure_code, "SV501-2")
        frequency = spell.identifier(rent.frequency, "SV506")
        prices = f"{money(rent.rental_cents)}*{money(rent.purchase_cents)}"
        found.append(f"SV5*HC:{code}*DA*{quantity(rent.days)}*{prices}*{frequency}")
    found += attachments(spell, line.attachments, "2400")
    if it.certificate:
        found.append(f"PWK*CT*{spell.identifier(it.certificate, '2400 PWK02')}")
    if line.ambulance is not None:
        found.append(ambulance(spell, line.ambulance, "2400"))
    if it.certification:
        if it.months is None:
            refuse("2400 CR303", "is missing: a certification says for how many months.")
        found.append(f"CR3*{spell.identifier(it.certification, '2400 CR301')}*MO*{quantity(it.months)}")
    return found + conditions(spell, line.conditions, "2400")


def _dates(dates: LineDates) -> list[str]:
    days: tuple[dt.date | None, ...] = _days(dates)
    return [date_segment(kind, on) for (kind, _), on in zip(DATES, days, strict=True) if on is not None]


def _numbers(spell: Spelling, those: LineNumbers, line_id: str | None) -> list[str]:
    """REF of 2400, the line's own among them."""
    found: list[str] = []
    for kind, value in (("9B", those.repriced), ("9D", those.adjusted_repriced)):
        if value:
            found.append(spell.reference(kind, value, None, "2400"))
    found += [spell.reference("G1", one.value, one.payer_id, "2400") for one in those.authorizations]
    if line_id is not None:
        found.append(f"REF*6R*{spell.identifier(line_id, 'REF02 (6R)')}")
    for kind, value in (
        ("EW", those.mammography),
        ("X4", those.clia),
        ("F4", those.referring_clia),
        ("BT", those.immunization_batch),
    ):
        if value:
            found.append(spell.reference(kind, value, None, "2400"))
    return found + [spell.reference("9F", one.value, one.payer_id, "2400") for one in those.referrals]


def _drug(spell: Spelling, drug: Drug) -> list[str]:
    """2410."""
    if drug.prescription_number and drug.association_number:
        refuse("2410 REF", "has room for one number: the prescription's or the compound's.")
    unit = spell.identifier(drug.unit, "CTP05")
    found = [f"LIN**N4*{spell.identifier(drug.ndc, 'LIN03')}", f"CTP****{quantity(drug.quantity)}*{unit}"]
    for kind, number in (("XZ", drug.prescription_number), ("VY", drug.association_number)):
        if number:
            found.append(spell.reference(kind, number, None, "2410"))
    return found


def _form(spell: Spelling, form: Form) -> list[str]:
    """2440."""
    qualifier, form_id = spell.identifier(form.qualifier, "LQ01"), spell.identifier(form.form_id, "LQ02")
    return [f"LQ*{qualifier}*{form_id}", *(_answer(spell, one) for one in form.answers)]


def _answer(spell: Spelling, one: FormAnswer) -> str:
    return seg(
        "FRM", spell.identifier(one.question, "FRM01"), spell.identifier(one.yes_no, "FRM02"),
        spell.name(one.text, "2440", "FRM03"), day(one.day) if one.day else "", optional(one.percent),
    )  # fmt: skip

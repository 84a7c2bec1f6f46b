"""A service line from rows to the model: loops 2400 to 2440."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from pm_pipeline.x12 import claim_837p as model
from pm_pipeline.x12 import claim_837p_details as details
from pm_pipeline.x12.loops_837p_line import DATES
from pm_pipeline.x12.read_837p_parts import (
    CERTIFICATES,
    ambulance_of,
    attachments_of,
    conditions_of,
    contract_of,
    drop_off_of,
    facility_of,
    file_information_of,
    pricing_of,
    provider_of,
)
from pm_pipeline.x12.read_837p_tables import Key, ReadError, Row, Segment, Tables, address_of, key_of, need, number


def line_of(tables: Tables, row: Row, claim_place: str) -> model.ServiceLine:
    """One LX with everything below it. Raises ReadError when it is no line of the model."""
    key, at = key_of(row), row["segment_no"]
    numbers = tables.numbers(key)
    counts = {one["QTY01"]: one for one in tables.segments(key, "QTY")}
    patients, units = counts.get("PT"), counts.get("FL")
    notes = tables.segments(key, "NTE")
    note = next((one for one in notes if one["NTE01"] != "TPO"), None)
    third = next((one for one in notes if one["NTE01"] == "TPO"), None)
    bought = tables.segment(key, "PS1")
    return model.ServiceLine(
        line_id=numbers.get("6R"),
        procedure_code=need(row["procedure_code"], at, "SV101-2"),
        charge_cents=row["charge_cents"],
        units=number(need(row["units"], at, "SV104"), at, "SV104"),
        pointers=tuple(row["pointers"] or ()),
        dos_from=need(row["dos_from"], at, "DTP*472"),
        dos_to=need(row["dos_to"], at, "DTP*472"),
        place_of_service=row["place_of_service"] or claim_place,
        modifiers=tuple(row["modifiers"]),
        drug=_drug(tables, key),
        unit=cast(Any, row["unit"] or "UN"),
        description=row["description"],
        is_emergency=row["emergency"] == "Y",
        is_epsdt=row["epsdt"] == "Y",
        is_family_planning=row["family_planning"] == "Y",
        is_copay_exempt=row["copay_exempt"] == "0",
        equipment=_equipment(tables, key),
        attachments=attachments_of(tables, key),
        ambulance=ambulance_of(tables, key),
        conditions=conditions_of(tables, key),
        dates=_dates(tables, key),
        patient_count=None if patients is None else _count(patients),
        obstetric_units=None if units is None else units.number("QTY02"),
        test_results=tuple(
            details.TestResult(
                one.need("MEA01"), one.need("MEA02"), need(one.number("MEA03"), one.segment_no, "MEA03")
            )
            for one in tables.segments(key, "MEA")
        ),
        contract=contract_of(tables, key),
        numbers=_numbers(tables, key, numbers),
        sales_tax_cents=tables.cents(key, "T"),
        postage_cents=tables.cents(key, "F4"),
        file_information=file_information_of(tables, key),
        note=None if note is None else details.Note(cast(Any, note.need("NTE01")), note.need("NTE02")),
        third_party_note=None if third is None else third.need("NTE02"),
        purchased_service=None if bought is None else details.PurchasedService(
            bought.need("PS101"), need(bought.cents("PS102"), bought.segment_no, "PS102")
        ),
        pricing=pricing_of(tables, key),
        providers=_providers(tables, key),
        adjudications=tuple(_adjudication(tables, one) for one in tables.adjudications.get(key, [])),
        forms=tuple(_form(tables, row["set_id"], one) for one in tables.segments(key, "LQ")),
        qualifier=row["qualifier"] or "HC",
    )  # fmt: skip


def _drug(tables: Tables, key: Key) -> model.Drug | None:
    for row in tables.drugs.get(key, []):
        at = row["segment_no"]
        numbers = tables.numbers(key_of(row))
        quantity = number(need(row["quantity"], at, "CTP04"), at, "CTP04")
        return model.Drug(row["ndc"] or "", quantity, row["unit"] or "", numbers.get("XZ"), numbers.get("VY"))
    return None


def _equipment(tables: Tables, key: Key) -> details.Equipment | None:
    rental, certification = tables.segment(key, "SV5"), tables.segment(key, "CR3")
    certificate = next(
        (
            one["PWK02"]
            for one in tables.segments(key, "PWK")
            if one["PWK01"] == "CT" and one["PWK02"] in CERTIFICATES
        ),
        None,
    )  # fmt: skip
    if rental is None and certificate is None and certification is None:
        return None
    return details.Equipment(
        None if rental is None else _rental(rental),
        certificate,
        None if certification is None else certification["CR301"],
        None if certification is None else certification.number("CR303"),
    )


def _rental(one: Segment) -> details.Rental:
    at = one.segment_no
    return details.Rental(
        need(one.number("SV503"), at, "SV503"),
        need(one.cents("SV504"), at, "SV504"),
        need(one.cents("SV505"), at, "SV505"),
        one.need("SV506"),
    )


def _count(one: Segment) -> int:
    value = need(one.number("QTY02"), one.segment_no, "QTY02")
    if value != value.to_integral_value():
        raise ReadError(one.segment_no, "QTY02")
    return int(value)


def _dates(tables: Tables, key: Key) -> details.LineDates | None:
    days = tables.days(key)
    values: dict[str, dt.date] = {}
    for kind, name in DATES:
        if (on := days.get(kind, (None,))[0]) is not None:
            values[name] = on
    return details.LineDates(**values) if values else None


def _numbers(tables: Tables, key: Key, numbers: dict[str, str]) -> details.LineNumbers | None:
    found = details.LineNumbers(
        repriced=numbers.get("9B"),
        adjusted_repriced=numbers.get("9D"),
        authorizations=_payer_numbers(tables, key, "G1"),
        mammography=numbers.get("EW"),
        clia=numbers.get("X4"),
        referring_clia=numbers.get("F4"),
        immunization_batch=numbers.get("BT"),
        referrals=_payer_numbers(tables, key, "9F"),
    )
    return None if found == details.LineNumbers() else found


def _payer_numbers(tables: Tables, key: Key, kind: str) -> tuple[details.PayerNumber, ...]:
    return tuple(details.PayerNumber(one.value, one.payer_id) for one in tables.ids(key, only={kind}))


def _providers(tables: Tables, key: Key) -> model.LineProviders | None:
    if key not in tables.parties:
        return None
    pick_up = tables.party(key, "2420G")
    found = model.LineProviders(
        rendering=provider_of(tables, tables.party(key, "2420A")),
        purchased=provider_of(tables, tables.party(key, "2420B")),
        facility=facility_of(tables, tables.party(key, "2420C")),
        supervising=provider_of(tables, tables.party(key, "2420D")),
        ordering=provider_of(tables, tables.party(key, "2420E")),
        referring=provider_of(tables, tables.party(key, "2420F", "DN")),
        primary_care=provider_of(tables, tables.party(key, "2420F", "P3")),
        pick_up=None if pick_up is None else address_of(pick_up),
        drop_off=drop_off_of(tables.party(key, "2420H")),
    )
    return None if found == model.LineProviders() else found


def _adjudication(tables: Tables, row: Row) -> details.LineAdjudication:
    at = row["segment_no"]
    return details.LineAdjudication(
        payer_id=need(row["payer_id"], at, "SVD01"),
        paid_cents=need(row["paid_cents"], at, "SVD02"),
        procedure_code=need(row["procedure_code"], at, "SVD03-2"),
        adjudicated_on=need(row["adjudicated_on"], at, "DTP*573"),
        paid_units=number(need(row["paid_units"], at, "SVD05"), at, "SVD05"),
        modifiers=tuple(row["modifiers"]),
        adjustments=tables.adjusted(key_of(row)),
        patient_liability_cents=row["patient_liability_cents"],
        bundled_line=row["bundled_line"],
        description=row["description"],
        qualifier=row["qualifier"] or "HC",
    )


def _form(tables: Tables, set_id: str, one: Segment) -> details.Form:
    answers = tuple(_answer(answer) for answer in tables.segments((set_id, one.segment_no), "FRM"))
    return details.Form(one.need("LQ01"), one.need("LQ02"), answers)


def _answer(one: Segment) -> details.FormAnswer:
    day = one["FRM04"]
    try:
        on = None if day is None else dt.date(int(day[:4]), int(day[4:6]), int(day[6:]))
    except ValueError:
        raise ReadError(one.segment_no, "FRM04") from None
    return details.FormAnswer(one.need("FRM01"), one["FRM02"], one["FRM03"], on, one.number("FRM05"))

"""Reading professional claims back: sets of an interchange to the model they were written from.

read_837p.sql makes typed tables of any 837P; here the model is built from them, claim by claim, which is exact for what
write_837p.py writes (what it leaves unsaid stays unsaid: a subscriber's address when the patient is another, the contact
that is the submitter's own). A claim of somebody else that is no claim of the model is named with its reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, TypeVar, cast

import duckdb

from pm_pipeline.x12 import claim_837p as model
from pm_pipeline.x12 import claim_837p_details as details
from pm_pipeline.x12.loops_837p_claim import DATES, NUMBERS
from pm_pipeline.x12.read_837p_line import line_of
from pm_pipeline.x12.read_837p_parts import (
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
from pm_pipeline.x12.read_837p_tables import (
    Key,
    ReadError,
    Row,
    Tables,
    address_of,
    key_of,
    name_of,
    need,
    number,
    person_of,
)
from pm_pipeline.x12.segments import SetText, read_guide

_BILLING_IDS = {"G2", "LU"}
Group = TypeVar("Group")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A claim that cannot be a ProfessionalClaim: the place it lies at and why, without values."""

    segment_no: int
    text: str


@dataclass(frozen=True, slots=True)
class ReadSet:
    """One billing provider of one ST..SE (ours have one each)."""

    set_id: str
    submitter: model.Submitter
    receiver: model.Receiver
    claims: model.ClaimSet
    unreadable: tuple[Unreadable, ...]


def read_837p(con: duckdb.DuckDBPyConnection, sets: Iterable[SetText]) -> list[ReadSet]:
    """Run read_837p.sql over `sets` and build the model of each. Raises ReadError when a set's header has no provider."""
    read_guide(con, "837p", sets)
    tables = Tables(con)
    return [one for row in tables.sets for one in _sets(tables, row)]


def _sets(tables: Tables, row: Row) -> Iterable[ReadSet]:
    header: Key = (row["set_id"], 0)
    from_, to = tables.party(header, "1000A"), tables.party(header, "1000B")
    if from_ is None or to is None:
        return
    contact = tables.contact(key_of(from_)) or model.Contact("", "")
    submitter = model.Submitter(from_["name"] or "", from_["id"] or "", contact)
    receiver = model.Receiver(to["name"] or "", to["id"] or "")
    for key, level in tables.levels.items():
        if key[0] == row["set_id"] and level["level"] == "20":
            claims: list[model.ProfessionalClaim] = []
            faults: list[Unreadable] = []
            for claim in tables.claims.get(key, []):
                try:
                    claims.append(_claim(tables, claim))
                except ReadError as problem:
                    faults.append(Unreadable(problem.segment_no, str(problem)))
            set_number = int(row["st02"]) if (row["st02"] or "").isdigit() else 0
            made = model.ClaimSet(set_number, row["reference"] or "", _billing(tables, key, level), tuple(claims))
            yield ReadSet(row["set_id"], submitter, receiver, made, tuple(faults))


def _billing(tables: Tables, key: Key, level: Row) -> model.BillingProvider:
    party = need(tables.party(key, "2010AA"), level["segment_no"], "2010AA")
    own = key_of(party)
    qualifier, tax_id = next(((one.qualifier, one.value) for one in tables.ids(own, only={"EI", "SY"})), ("EI", ""))
    name, pay_to, plan = name_of(party), tables.party(key, "2010AB"), tables.party(key, "2010AC")
    return model.BillingProvider(
        name=name.name if isinstance(name, model.OrganizationName) else name,
        npi=party["id"],
        tax_id=tax_id,
        taxonomy=level["taxonomy"],
        address=need(address_of(party), party["segment_no"], "2010AA N3"),
        contact=tables.contact(own),
        tax_id_qualifier=cast(Any, qualifier),
        licenses=tables.ids(own, but=frozenset({"EI", "SY"})),
        pay_to=None if pay_to is None else address_of(pay_to),
        pay_to_plan=None if plan is None else _plan(tables, plan),
    )


def _plan(tables: Tables, party: Row) -> model.PayToPlan:
    own = key_of(party)
    others = tables.ids(own, but=frozenset({"EI"}))
    return model.PayToPlan(
        party["name"] or "",
        party["id"] or "",
        tables.numbers(own).get("EI", ""),
        need(address_of(party), party["segment_no"], "2010AC N3"),
        others[0] if others else None,
    )


def _claim(tables: Tables, row: Row) -> model.ProfessionalClaim:
    key, at = key_of(row), row["segment_no"]
    above: Key = (row["set_id"], need(row["subscriber_at"], at, "2000B"))
    level = need(tables.levels.get(above), at, "2000B")
    named = need(tables.party(above, "2010BA"), level["segment_no"], "2010BA")
    payer = need(tables.party(above, "2010BB"), level["segment_no"], "2010BB")
    below: Key | None = None if row["patient_at"] is None else (row["set_id"], row["patient_at"])
    patient = None if below is None else need(tables.party(below, "2010CA"), below[1], "2010CA")
    codes, numbers, days = tables.codes.get(key, []), tables.numbers(key), tables.days(key)
    case = tables.numbers(key_of(patient or named)).get("Y4")
    accident, onset, admitted, discharged = (days.get(kind, (None,))[0] for kind in ("439", "431", "435", "096"))
    note, spinal = tables.segment(key, "NTE"), tables.segment(key, "CR2")
    pick_up, drop_off = tables.party(key, "2310E"), tables.party(key, "2310F")
    return model.ProfessionalClaim(
        claim_id=need(row["claim_id"], at, "CLM01"),
        payer=_payer(tables, payer, level["filing_indicator"] or ""),
        subscriber=_subscriber(tables, named, level, is_patient=patient is None),
        place_of_service=need(row["place_of_service"], at, "CLM05-1"),
        charge_cents=need(row["charge_cents"], at, "CLM02"),
        diagnoses=tuple(one["code"] or "" for one in codes if one["qualifier"] in ("ABK", "ABF", "BK", "BF")),
        lines=tuple(line_of(tables, line, row["place_of_service"]) for line in tables.lines.get(key, [])),
        patient=None if patient is None else _patient(tables, patient),
        payer_turn=cast(Any, need(level["payer_turn"], level["segment_no"], "SBR01")),
        frequency=cast(Any, need(row["frequency"], at, "CLM05-3")),
        payer_claim_number=numbers.get("F8"),
        authorization_number=numbers.get("G1"),
        rendering=provider_of(tables, tables.party(key, "2310B")),
        referring=provider_of(tables, tables.party(key, "2310A", "DN")),
        facility=facility_of(tables, tables.party(key, "2310C")),
        related_cause=row["related_cause"],
        property_casualty_claim_number=case,
        accident_on=accident,
        onset_on=onset,
        admitted_on=admitted,
        discharged_on=discharged,
        insurance_type=level["insurance_type"],
        other_payers=tuple(_other_payer(tables, one) for one in tables.others.get(key, [])),
        related_cause_2=row["related_cause_2"],
        accident_state=row["accident_state"],
        accident_country=row["accident_country"],
        special_program=row["special_program"],
        delay_reason=row["delay_reason"],
        assignment=details.Assignment(
            row["provider_signature"] or "Y",
            row["accepts"] or "A",
            row["benefits"] or "Y",
            row["release"] or "Y",
            row["signature_source"] == "P",
        ),
        dates=_dates(tables, key),
        numbers=_group(details.ClaimNumbers, {name: numbers.get(kind) for kind, name in NUMBERS}),
        attachments=attachments_of(tables, key),
        contract=contract_of(tables, key),
        patient_paid_cents=tables.cents(key, "F5"),
        file_information=file_information_of(tables, key),
        note=None if note is None else details.Note(cast(Any, note.need("NTE01")), note.need("NTE02")),
        ambulance=ambulance_of(tables, key),
        spinal=spinal and details.SpinalManipulation(spinal.need("CR208"), spinal["CR210"], spinal["CR211"]),
        conditions=conditions_of(tables, key),
        anesthesia_procedures=tuple(one["code"] for one in codes if one["qualifier"] in ("BP", "BO")),
        condition_codes=tuple(one["code"] for one in codes if one["qualifier"] == "BG"),
        pricing=pricing_of(tables, key),
        primary_care=provider_of(tables, tables.party(key, "2310A", "P3")),
        supervising=provider_of(tables, tables.party(key, "2310D")),
        pick_up=None if pick_up is None else address_of(pick_up),
        drop_off=drop_off_of(drop_off),
    )


def _payer(tables: Tables, party: Row, filing_indicator: str) -> model.Payer:
    own = key_of(party)
    return model.Payer(
        payer_id=party["id"] or "",
        name=party["name"] or "",
        filing_indicator=filing_indicator,
        address=address_of(party),
        secondary_ids=tables.ids(own, only={"2U", "EI", "FY", "NF"}),
        billing_ids=tables.ids(own, only=_BILLING_IDS),
        id_qualifier=party["id_qualifier"] or "PI",
    )


def _subscriber(tables: Tables, party: Row, level: Row, *, is_patient: bool) -> model.Subscriber:
    """2010BA, or 2330A with the row of its other payer as `level`."""
    own = key_of(party)
    weight = level.get("weight") if is_patient else None
    return model.Subscriber(
        name=name_of(party),
        member_id=party["id"] or "",
        group_number=level["group_number"],
        address=address_of(party),
        birth_on=party["birth_on"],
        sex=party["sex"],
        group_name=level["group_name"],
        ssn=tables.numbers(own).get("SY"),
        death_on=level["death_on"] if is_patient else None,
        weight_pounds=None if weight is None else number(weight, level["segment_no"], "PAT08"),
        is_pregnant=is_patient and level["pregnant"] == "Y",
        contact=tables.contact(own),
        id_qualifier=party["id_qualifier"] or "MI",
    )


def _patient(tables: Tables, party: Row) -> model.Patient:
    own, at = key_of(party), party["segment_no"]
    level = need(tables.levels.get((party["set_id"], party["under_at"])), at, "2000C")
    ids = tables.ids(own, only={"1W", "SY"})
    weight = level["weight"]
    return model.Patient(
        name=person_of(party),
        relationship=level["patient_relationship"] or "",
        address=need(address_of(party), at, "2010CA N3"),
        birth_on=need(party["birth_on"], at, "DMG02"),
        sex=party["sex"] or "",
        death_on=level["death_on"],
        weight_pounds=None if weight is None else number(weight, level["segment_no"], "PAT08"),
        is_pregnant=level["pregnant"] == "Y",
        casualty_id=ids[0] if ids else None,
        contact=tables.contact(own),
    )


def _dates(tables: Tables, key: Key) -> details.ClaimDates | None:
    days = tables.days(key)
    values: dict[str, Any] = {name: days.get(kind, (None,))[0] for kind, name in DATES}
    both = days.get("314", (None, None))
    values["disability_from"] = both[0] or days.get("360", (None,))[0]
    values["disability_to"] = both[1] or days.get("361", (None,))[0]
    return _group(details.ClaimDates, values)


def _group(kind: type[Group], values: dict[str, Any]) -> Group | None:
    """A group of optional values; None when it holds none."""
    assert {field.name for field in fields(cast(Any, kind))} == set(values)
    return kind(**values) if any(value is not None for value in values.values()) else None


def _other_payer(tables: Tables, row: Row) -> model.OtherPayer:
    key, at = key_of(row), row["segment_no"]
    member = need(tables.party(key, "2330A"), at, "2330A")
    payer = need(tables.party(key, "2330B"), at, "2330B")
    own = key_of(payer)
    numbers = tables.numbers(own)
    rate = row["reimbursement_rate"]
    providers = [
        one for one in tables.parties.get(key, []) if one["loop"] in ("2330C", "2330D", "2330E", "2330F", "2330G")
    ]
    return model.OtherPayer(
        turn=cast(Any, need(row["payer_turn"], at, "SBR01")),
        relationship=row["relationship"] or "",
        payer=_payer(tables, payer, row["filing_indicator"] or ""),
        subscriber=_subscriber(tables, member, row, is_patient=False),
        insurance_type=row["insurance_type"],
        adjustments=tables.adjusted(key),
        paid_cents=row["paid_cents"],
        non_covered_cents=row["non_covered_cents"],
        patient_liability_cents=row["patient_liability_cents"],
        benefits=row["benefits"] or "Y",
        is_signed_by_provider=row["signature_source"] == "P",
        release=row["release"] or "Y",
        outpatient=details.MedicareOutpatient(
            None if rate is None else number(rate, at, "MOA01"), row["hcpcs_payable_cents"], tuple(row["remarks"]),
            row["esrd_cents"], row["non_payable_professional_cents"],
        ) if row["has_outpatient"] else None,
        adjudicated_on=tables.days(own).get("573", (None,))[0],
        payer_claim_number=numbers.get("F8"),
        authorization_number=numbers.get("G1"),
        referral_number=numbers.get("9F"),
        is_adjusted=numbers.get("T4") == "Y",
        providers=tuple(
            details.OtherPayerProvider(one["entity"], one["kind"] == "1", tables.ids(key_of(one))) for one in providers
        ),
    )  # fmt: skip

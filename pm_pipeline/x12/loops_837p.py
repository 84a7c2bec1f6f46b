"""The loops of a professional claim as segments: spelling of values, set header, subscriber, patient, claim, lines.

Used by write_837p.py, which says what is sent and what is not. A segment here is finished text without its terminator.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal
from functools import lru_cache

from pm_pipeline.x12.charset import fit_name, is_identifier
from pm_pipeline.x12.claim_837p import (
    Address,
    ClaimSet,
    Facility,
    OrganizationName,
    Patient,
    Payer,
    PersonName,
    ProfessionalClaim,
    Provider,
    Receiver,
    ServiceLine,
    Submitter,
    Subscriber,
)
from pm_pipeline.x12.write import X12DataError, amount, day8


class Spelling:
    """Values on their way into elements. Loops that many claims share are spelled once per object."""

    def __init__(self) -> None:
        self.changed: Counter[str] = Counter()
        self._done: dict[tuple[int, str], list[str]] = {}

    def name(self, value: str | None, place: str) -> str:
        """A name or address line made fit for X12; empty for None. Raises X12DataError naming the place."""
        if not value:
            return ""
        if (fitted := fit_name(value)) is None:
            raise X12DataError(
                f"{place} holds a letter that X12 cannot carry and that has no plain form; spell it in plain letters."
            )
        if fitted.is_changed:
            self.changed[place] += 1
        return fitted.text

    def identifier(self, value: str | None, place: str) -> str:
        """An identifier or code as it is; empty for None. Raises X12DataError naming the place when it does not fit."""
        if not value:
            return ""
        if not is_identifier(value):
            raise X12DataError(
                f"{place} holds a delimiter, an outer blank or a character X12 cannot carry; correct it at its source."
            )
        return value

    def provider(self, provider: Provider, entity: str, loop: str) -> list[str]:
        """NM1 of a clinician, and PRV when the taxonomy is given."""
        key = (id(provider), loop)
        if (known := self._done.get(key)) is None:
            known = [
                _seg(
                    "NM1",
                    entity,
                    "1",
                    *self.person(provider.name, loop),
                    "XX",
                    self.identifier(provider.npi, f"{loop} NM109"),
                )
            ]
            if provider.taxonomy:
                known.append(_seg("PRV", "PE", "PXC", self.identifier(provider.taxonomy, f"{loop} PRV03")))
            self._done[key] = known
        return known

    def facility(self, facility: Facility) -> list[str]:
        """Loop 2310C."""
        key = (id(facility), "2310C")
        if (known := self._done.get(key)) is None:
            name, npi = self.name(facility.name, "2310C NM103"), self.identifier(facility.npi, "2310C NM109")
            known = [_seg("NM1", "77", "2", name, "", "", "", "", "XX", npi), *self.address(facility.address, "2310C")]
            self._done[key] = known
        return known

    def payer(self, payer: Payer) -> list[str]:
        """Loop 2010BB."""
        key = (id(payer), "2010BB")
        if (known := self._done.get(key)) is None:
            name, payer_id = self.name(payer.name, "2010BB NM103"), self.identifier(payer.payer_id, "2010BB NM109")
            known = [_seg("NM1", "PR", "2", name, "", "", "", "", "PI", payer_id)]
            known += self.address(payer.address, "2010BB") if payer.address else []
            self._done[key] = known
        return known

    def person(self, name: PersonName, loop: str) -> tuple[str, str, str, str, str]:
        """NM103 to NM107."""
        return (
            self.name(name.last, f"{loop} NM103"),
            self.name(name.first, f"{loop} NM104"),
            self.name(name.middle, f"{loop} NM105"),
            "",
            self.name(name.suffix, f"{loop} NM107"),
        )

    def address(self, address: Address, loop: str) -> list[str]:
        """N3 and N4."""
        return [
            _seg("N3", self.name(address.line1, f"{loop} N301"), self.name(address.line2, f"{loop} N302")),
            _seg(
                "N4",
                self.name(address.city, f"{loop} N401"),
                self.identifier(address.state, f"{loop} N402"),
                self.identifier(address.zip, f"{loop} N403"),
            ),
        ]


def set_header(spell: Spelling, at: dt.datetime, one: ClaimSet, submitter: Submitter, receiver: Receiver) -> list[str]:
    """BHT, 1000A, 1000B, 2000A, 2010AA."""
    billing = one.billing
    segments = [
        _seg("BHT", "0019", "00", spell.identifier(one.reference, "BHT03"), f"{at:%Y%m%d}", f"{at:%H%M}", "CH"),
        _seg(
            "NM1", "41", "2", spell.name(submitter.name, "1000A NM103"), "", "", "", "", "46",
            spell.identifier(submitter.submitter_id, "1000A NM109"),
        ),
        _seg("PER", "IC", spell.name(submitter.contact.name, "1000A PER02"), "TE",
             spell.identifier(submitter.contact.phone, "1000A PER04")),
        _seg(
            "NM1", "40", "2", spell.name(receiver.name, "1000B NM103"), "", "", "", "", "46",
            spell.identifier(receiver.receiver_id, "1000B NM109"),
        ),
        "HL*1**20*1",
        _seg("PRV", "BI", "PXC", spell.identifier(billing.taxonomy, "2000A PRV03")),
        _seg(
            "NM1", "85", "2", spell.name(billing.name, "2010AA NM103"), "", "", "", "", "XX",
            spell.identifier(billing.npi, "2010AA NM109"),
        ),
        *spell.address(billing.address, "2010AA"),
        _seg("REF", "EI", spell.identifier(billing.tax_id, "2010AA REF02")),
    ]  # fmt: skip
    if billing.contact and billing.contact != submitter.contact:
        name, phone = (
            spell.name(billing.contact.name, "2010AA PER02"),
            spell.identifier(billing.contact.phone, "2010AA PER04"),
        )
        segments.append(_seg("PER", "IC", name, "TE", phone))
    return segments


def claim_loops(spell: Spelling, claim: ProfessionalClaim, level: int) -> list[str]:
    """2000B, 2000C when the patient is a dependent, and 2300 with its lines; `level` is the last HL01 used."""
    subscriber, patient = claim.subscriber, claim.patient
    group_number = spell.identifier(subscriber.group_number, "2000B SBR03")
    filing_indicator = spell.identifier(claim.payer.filing_indicator, "2000B SBR09")
    segments = [
        f"HL*{level + 1}*1*22*{0 if patient is None else 1}",
        f"SBR*{claim.payer_turn}*{'18' if patient is None else ''}*{group_number}******{filing_indicator}",
        *_subscriber_name(spell, subscriber, is_patient=patient is None),
    ]
    case = spell.identifier(claim.property_casualty_claim_number, "REF02 (Y4)")
    if case and patient is None:
        segments.append(f"REF*Y4*{case}")
    segments += spell.payer(claim.payer)
    if patient is not None:
        segments += _patient(spell, patient, level)
        if case:
            segments.append(f"REF*Y4*{case}")
    segments += _claim(spell, claim)
    for number, line in enumerate(claim.lines, start=1):
        segments += _line(spell, line, number, claim.place_of_service)
    return segments


def _subscriber_name(spell: Spelling, subscriber: Subscriber, *, is_patient: bool) -> list[str]:
    """2010BA."""
    name = subscriber.name
    if isinstance(name, OrganizationName):
        entity = ("2", spell.name(name.name, "2010BA NM103"), "", "", "", "")
    else:
        entity = ("1", *spell.person(name, "2010BA"))
    segments = [_seg("NM1", "IL", *entity, "MI", spell.identifier(subscriber.member_id, "2010BA NM109"))]
    if is_patient:
        if subscriber.address is not None:
            segments += spell.address(subscriber.address, "2010BA")
        if subscriber.birth_on is not None:
            segments.append(f"DMG*D8*{_day(subscriber.birth_on)}*{spell.identifier(subscriber.sex, '2010BA DMG03')}")
    return segments


def _patient(spell: Spelling, patient: Patient, level: int) -> list[str]:
    """2000C and 2010CA."""
    return [
        f"HL*{level + 2}*{level + 1}*23*0",
        f"PAT*{spell.identifier(patient.relationship, '2000C PAT01')}",
        _seg("NM1", "QC", "1", *spell.person(patient.name, "2010CA")),
        *spell.address(patient.address, "2010CA"),
        f"DMG*D8*{_day(patient.birth_on)}*{spell.identifier(patient.sex, '2010CA DMG03')}",
    ]


def _claim(spell: Spelling, claim: ProfessionalClaim) -> list[str]:
    """2300 and 2310, up to the first line."""
    place = spell.identifier(claim.place_of_service, "CLM05")
    segments = [
        _seg(
            "CLM", spell.identifier(claim.claim_id, "CLM01"), amount(claim.charge_cents), "", "",
            f"{place}:B:{claim.frequency}", "Y", "A", "Y", "Y", "", claim.related_cause or "",
        )
    ]  # fmt: skip
    for qualifier, day in (
        ("431", claim.onset_on),
        ("439", claim.accident_on),
        ("435", claim.admitted_on),
        ("096", claim.discharged_on),
    ):
        if day is not None:
            segments.append(f"DTP*{qualifier}*D8*{_day(day)}")
    if claim.authorization_number:
        segments.append(f"REF*G1*{spell.identifier(claim.authorization_number, 'REF02 (G1)')}")
    if claim.payer_claim_number:
        segments.append(f"REF*F8*{spell.identifier(claim.payer_claim_number, 'REF02 (F8)')}")
    codes = [spell.identifier(code, "HI") for code in claim.diagnoses]
    segments.append("*".join(["HI", *(f"{'ABF' if place else 'ABK'}:{code}" for place, code in enumerate(codes))]))
    if claim.referring is not None:
        segments += spell.provider(claim.referring, "DN", "2310A")
    if claim.rendering is not None:
        segments += spell.provider(claim.rendering, "82", "2310B")
    if claim.facility is not None:
        segments += spell.facility(claim.facility)
    return segments


def _line(spell: Spelling, line: ServiceLine, number: int, claim_place: str) -> list[str]:
    """2400 and 2410."""
    procedure = ":".join(["HC", spell.identifier(line.procedure_code, "SV101-2"),
                          *(spell.identifier(code, "SV101-3") for code in line.modifiers)])  # fmt: skip
    place = "" if line.place_of_service == claim_place else spell.identifier(line.place_of_service, "SV105")
    pointers = ":".join(map(str, line.pointers))
    day = _day(line.dos_from)
    period = f"D8*{day}" if line.dos_to == line.dos_from else f"RD8*{day}-{_day(line.dos_to)}"
    segments = [
        f"LX*{number}",
        f"SV1*{procedure}*{amount(line.charge_cents)}*UN*{_quantity(line.units)}*{place}**{pointers}",
        f"DTP*472*{period}",
        f"REF*6R*{spell.identifier(line.line_id, 'REF02 (6R)')}",
    ]
    if (drug := line.drug) is not None:
        segments.append(f"LIN**N4*{spell.identifier(drug.ndc, 'LIN03')}")
        segments.append(f"CTP****{_quantity(drug.quantity)}*{spell.identifier(drug.unit, 'CTP05')}")
    return segments


def _seg(*parts: str) -> str:
    return "*".join(parts).rstrip("*")


_day = lru_cache(maxsize=10_000)(day8)


@lru_cache(maxsize=10_000)
def _quantity(value: Decimal) -> str:
    return f"{value.normalize():f}"

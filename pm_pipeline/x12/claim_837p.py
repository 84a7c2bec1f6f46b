"""A professional claim as the guide sees it (ASC X12N 005010X222A1). Knows no stage, no payer and no database.

The values are those of the claim as it stands; write_837p.py makes them fit for X12 (upper case, transliterated) and
refuses what cannot be made to fit. Money is integer cents, quantities are Decimal.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Frequency = Literal["1", "7", "8"]  # CLM05-3: original, replacement, void
PayerTurn = Literal["P", "S", "T"]  # SBR01
RelatedCause = Literal["AA", "EM", "OA"]  # CLM11: auto accident, employment, other accident


@dataclass(frozen=True, slots=True)
class PersonName:
    """NM103, NM104, NM105, NM107 of a person."""

    last: str
    first: str | None = None
    middle: str | None = None
    suffix: str | None = None


@dataclass(frozen=True, slots=True)
class OrganizationName:
    """NM103 of a non-person."""

    name: str


@dataclass(frozen=True, slots=True)
class Address:
    """N3 and N4. zip: five or nine digits; billing provider and service facility need nine."""

    line1: str
    city: str
    state: str
    zip: str
    line2: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """PER*IC: a name and a telephone number of ten digits."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Submitter:
    """Loop 1000A: who sends the interchange."""

    name: str
    submitter_id: str
    contact: Contact


@dataclass(frozen=True, slots=True)
class Receiver:
    """Loop 1000B: whom the interchange is sent to."""

    name: str
    receiver_id: str


@dataclass(frozen=True, slots=True)
class BillingProvider:
    """Loops 2000A and 2010AA. The contact is sent only when it is not the submitter's own (guide, PER of 2010AA)."""

    name: str
    npi: str
    tax_id: str
    taxonomy: str
    address: Address
    contact: Contact | None = None


@dataclass(frozen=True, slots=True)
class Payer:
    """Loop 2010BB and SBR09."""

    payer_id: str
    name: str
    filing_indicator: str
    address: Address | None = None


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Loop 2010BA. Address, birth date and sex are sent only when the patient is the subscriber (guide, 2010BA)."""

    name: PersonName | OrganizationName
    member_id: str
    group_number: str | None = None
    address: Address | None = None
    birth_on: dt.date | None = None
    sex: str | None = None


@dataclass(frozen=True, slots=True)
class Patient:
    """Loops 2000C and 2010CA: a patient who is not the subscriber. relationship is PAT01."""

    name: PersonName
    relationship: str
    address: Address
    birth_on: dt.date
    sex: str


@dataclass(frozen=True, slots=True)
class Provider:
    """A clinician: loop 2310A (referring, no taxonomy) or 2310B (rendering)."""

    name: PersonName
    npi: str
    taxonomy: str | None = None


@dataclass(frozen=True, slots=True)
class Facility:
    """Loop 2310C: where the service was given, when that is not the billing provider's address."""

    name: str
    npi: str
    address: Address


@dataclass(frozen=True, slots=True)
class Drug:
    """Loop 2410: an NDC of 11 digits, quantity and unit (F2, GR, ME, ML, UN)."""

    ndc: str
    quantity: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """Loop 2400. pointers are 1-based into the claim's diagnoses; place_of_service is sent when not the claim's."""

    line_id: str
    procedure_code: str
    charge_cents: int
    units: Decimal
    pointers: tuple[int, ...]
    dos_from: dt.date
    dos_to: dt.date
    place_of_service: str
    modifiers: tuple[str, ...] = ()
    drug: Drug | None = None


@dataclass(frozen=True, slots=True)
class ProfessionalClaim:
    """Loops 2000B to 2400 of one claim. patient is None when the subscriber is the patient."""

    claim_id: str
    payer: Payer
    subscriber: Subscriber
    place_of_service: str
    charge_cents: int
    diagnoses: tuple[str, ...]
    lines: tuple[ServiceLine, ...]
    patient: Patient | None = None
    payer_turn: PayerTurn = "P"
    frequency: Frequency = "1"
    payer_claim_number: str | None = None  # REF*F8, with frequency 7 and 8
    authorization_number: str | None = None  # REF*G1
    rendering: Provider | None = None
    referring: Provider | None = None
    facility: Facility | None = None
    related_cause: RelatedCause | None = None  # CLM11
    property_casualty_claim_number: str | None = None  # REF*Y4, the insurer's own
    accident_on: dt.date | None = None  # DTP*439
    onset_on: dt.date | None = None  # DTP*431
    admitted_on: dt.date | None = None  # DTP*435
    discharged_on: dt.date | None = None  # DTP*096


@dataclass(frozen=True, slots=True)
class ClaimSet:
    """One ST..SE: its number (ST02), its own reference (BHT03) and its claims, all of one billing provider."""

    number: int
    reference: str
    billing: BillingProvider
    claims: tuple[ProfessionalClaim, ...]

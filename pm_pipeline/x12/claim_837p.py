"""A professional claim as the guide sees it (ASC X12N 005010X222A1). Knows no stage, no payer and no database.

The values are those of the claim as it stands; write_837p.py makes them fit for X12 (upper case, transliterated) and
refuses what cannot be made to fit. Money is integer cents, quantities are Decimal. Here are the parties, the claim and
its lines; the smaller segments hanging on them are in claim_837p_details.py.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pm_pipeline.config.models import Quirks
from pm_pipeline.x12.claim_837p_details import (
    ASSIGNED,
    NO_QUIRKS,
    Adjustment,
    AmbulanceTransport,
    Assignment,
    Attachment,
    BenefitsAssigned,
    ClaimDates,
    ClaimNumbers,
    Conditions,
    Contract,
    Equipment,
    Form,
    LineAdjudication,
    LineDates,
    LineNumbers,
    MedicareOutpatient,
    Note,
    OtherPayerProvider,
    Pricing,
    PurchasedService,
    Release,
    SecondaryId,
    SpinalManipulation,
    TestResult,
    Unit,
)

Frequency = Literal["1", "7", "8"]  # CLM05-3: original, replacement, void
PayerTurn = Literal["P", "S", "T", "A", "B", "C", "D", "E", "F", "G", "H", "U"]  # SBR01; A to H: fourth to eleventh
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
    """N3 and N4. zip: five or nine digits; billing provider and service facility need nine.

    country (N404) and subdivision (N407) are for addresses outside the United States, whose state is empty.
    """

    line1: str
    city: str
    state: str
    zip: str
    line2: str | None = None
    country: str | None = None
    subdivision: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """PER*IC: a name and a telephone number of ten digits; of extension, fax and email there is room for two."""

    name: str
    phone: str
    extension: str | None = None
    fax: str | None = None
    email: str | None = None


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
class PayToPlan:
    """Loop 2010AC: a health plan that wants the money itself (subrogation), with its numbers."""

    name: str
    plan_id: str
    tax_id: str
    address: Address
    secondary_id: SecondaryId | None = None  # 2U, FY, NF


@dataclass(frozen=True, slots=True)
class BillingProvider:
    """Loops 2000A, 2010AA, 2010AB, 2010AC. The contact is sent only when it is not the submitter's own (guide, PER of
    2010AA). name is a PersonName for a clinician who bills in person; npi and taxonomy are None for
    a provider who has none (an atypical one); an empty text is a fault that validation finds.
    """

    name: str | PersonName
    npi: str | None
    tax_id: str
    taxonomy: str | None
    address: Address
    contact: Contact | None = None
    tax_id_qualifier: Literal["EI", "SY"] = "EI"  # employer's number, or social security number
    licenses: tuple[SecondaryId, ...] = ()  # 0B, 1G
    pay_to: Address | None = None  # 2010AB
    pay_to_plan: PayToPlan | None = None


@dataclass(frozen=True, slots=True)
class Payer:
    """Loops 2010BB and 2330B, and SBR09. billing_ids: the practice's own numbers with this payer (G2, LU), sent in
    2010BB only; secondary_ids: 2U, EI, FY, NF."""

    payer_id: str
    name: str
    filing_indicator: str
    address: Address | None = None
    secondary_ids: tuple[SecondaryId, ...] = ()
    billing_ids: tuple[SecondaryId, ...] = ()
    quirks: Quirks = NO_QUIRKS
    id_qualifier: Literal["PI", "XV"] = "PI"  # NM108: the payer's own, or the national plan id


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Loops 2010BA and 2330A. In 2010BA address, birth date, sex and the PAT values are sent only when the patient is the
    subscriber (guide, 2010BA); 2330A has name, member id, address and ssn."""

    name: PersonName | OrganizationName
    member_id: str
    group_number: str | None = None
    address: Address | None = None
    birth_on: dt.date | None = None
    sex: str | None = None
    group_name: str | None = None  # SBR04
    ssn: str | None = None  # REF*SY
    death_on: dt.date | None = None  # PAT06
    weight_pounds: Decimal | None = None  # PAT08
    is_pregnant: bool = False  # PAT09
    contact: Contact | None = None  # PER, property and casualty
    id_qualifier: Literal["MI", "II"] = "MI"  # NM108: member number, or the standard individual identifier


@dataclass(frozen=True, slots=True)
class Patient:
    """Loops 2000C and 2010CA: a patient who is not the subscriber. relationship is PAT01."""

    name: PersonName
    relationship: str
    address: Address
    birth_on: dt.date
    sex: str
    death_on: dt.date | None = None  # PAT06
    weight_pounds: Decimal | None = None  # PAT08
    is_pregnant: bool = False  # PAT09
    casualty_id: SecondaryId | None = None  # 1W member id, SY social security number
    contact: Contact | None = None  # PER, property and casualty


@dataclass(frozen=True, slots=True)
class Provider:
    """A clinician: 2310A (referring, no taxonomy), 2310B (rendering), 2310D (supervising), 2420A, B, D, E, F.

    npi is None for one who has none and is known by secondary_ids (0B, 1G, G2, LU). address and contact are sent for
    an ordering provider (2420E) only; the name is not sent for a purchased service provider (2420B).
    """

    name: PersonName | OrganizationName
    npi: str | None
    taxonomy: str | None = None
    secondary_ids: tuple[SecondaryId, ...] = ()
    address: Address | None = None
    contact: Contact | None = None


@dataclass(frozen=True, slots=True)
class Facility:
    """Loops 2310C and 2420C: where the service was given, when that is not the billing provider's address.

    contact is sent at claim level only.
    """

    name: str
    npi: str | None
    address: Address
    secondary_ids: tuple[SecondaryId, ...] = ()  # 0B, G2, LU
    contact: Contact | None = None


@dataclass(frozen=True, slots=True)
class DropOff:
    """Loops 2310F and 2420H: where an ambulance brought the patient."""

    address: Address
    name: str | None = None


@dataclass(frozen=True, slots=True)
class OtherPayer:
    """Loops 2320 and 2330: another payer of the patient, and what it did with the claim when it came first.

    paid_cents plus the adjustments here and in the lines' adjudications of this payer is the claim's charge (guide,
    1.4.1.1); check_837p.py holds it to that. Adjustments are sent by group, so the groups' order is that of their first.
    """

    turn: PayerTurn  # SBR01
    relationship: str  # SBR02: 18 self, 01 spouse, 19 child ...
    payer: Payer
    subscriber: Subscriber
    insurance_type: str | None = None  # SBR05
    adjustments: tuple[Adjustment, ...] = ()  # CAS of 2320
    paid_cents: int | None = None  # AMT*D
    non_covered_cents: int | None = None  # AMT*A8
    patient_liability_cents: int | None = None  # AMT*EAF
    benefits: BenefitsAssigned = "Y"  # OI03
    is_signed_by_provider: bool = False  # OI04 = P
    release: Release = "Y"  # OI06
    outpatient: MedicareOutpatient | None = None  # MOA
    adjudicated_on: dt.date | None = None  # DTP*573
    payer_claim_number: str | None = None  # REF*F8
    authorization_number: str | None = None  # REF*G1
    referral_number: str | None = None  # REF*9F
    is_adjusted: bool = False  # REF*T4*Y: the payer adjusted its own claim before
    providers: tuple[OtherPayerProvider, ...] = ()  # 2330C to 2330G


@dataclass(frozen=True, slots=True)
class Drug:
    """Loop 2410: an NDC of 11 digits, quantity and unit (F2, GR, ME, ML, UN).

    prescription_number (REF*XZ) or, for the parts of a compound, association_number (REF*VY), not both.
    """

    ndc: str
    quantity: Decimal
    unit: str
    prescription_number: str | None = None
    association_number: str | None = None


@dataclass(frozen=True, slots=True)
class LineProviders:
    """Loops 2420A to 2420H: who or where, when it is not the claim's own."""

    rendering: Provider | None = None
    purchased: Provider | None = None
    facility: Facility | None = None
    supervising: Provider | None = None
    ordering: Provider | None = None
    referring: Provider | None = None
    primary_care: Provider | None = None  # 2420F with P3
    pick_up: Address | None = None
    drop_off: DropOff | None = None


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """Loop 2400. pointers are 1-based into the claim's diagnoses; place_of_service is sent when not the claim's."""

    line_id: str | None  # REF*6R; ours always have one
    procedure_code: str
    charge_cents: int
    units: Decimal
    pointers: tuple[int, ...]
    dos_from: dt.date
    dos_to: dt.date
    place_of_service: str
    modifiers: tuple[str, ...] = ()
    drug: Drug | None = None
    unit: Unit = "UN"  # SV103; MJ: units are anesthesia minutes
    description: str | None = None  # SV101-7
    is_emergency: bool = False  # SV109
    is_epsdt: bool = False  # SV111
    is_family_planning: bool = False  # SV112
    is_copay_exempt: bool = False  # SV115
    equipment: Equipment | None = None  # SV5, PWK*CT, CR3
    attachments: tuple[Attachment, ...] = ()  # PWK
    ambulance: AmbulanceTransport | None = None  # CR1
    conditions: tuple[Conditions, ...] = ()  # CRC
    dates: LineDates | None = None
    patient_count: int | None = None  # QTY*PT, ambulance
    obstetric_units: Decimal | None = None  # QTY*FL, anesthesia
    test_results: tuple[TestResult, ...] = ()  # MEA
    contract: Contract | None = None  # CN1
    numbers: LineNumbers | None = None
    sales_tax_cents: int | None = None  # AMT*T
    postage_cents: int | None = None  # AMT*F4
    file_information: tuple[str, ...] = ()  # K3
    note: Note | None = None  # NTE*ADD, NTE*DCP
    third_party_note: str | None = None  # NTE*TPO
    purchased_service: PurchasedService | None = None  # PS1
    pricing: Pricing | None = None  # HCP
    providers: LineProviders | None = None
    adjudications: tuple[LineAdjudication, ...] = ()  # 2430
    forms: tuple[Form, ...] = ()  # 2440
    qualifier: str = "HC"  # SV101-1: HC, ER, IV, WK


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
    insurance_type: str | None = None  # SBR05: why Medicare is secondary (12 to 16, 41 to 43, 47)
    other_payers: tuple[OtherPayer, ...] = ()  # 2320
    related_cause_2: RelatedCause | None = None  # CLM11-2, with related_cause
    accident_state: str | None = None  # CLM11-4, with AA
    accident_country: str | None = None  # CLM11-5, with AA, outside the United States
    special_program: str | None = None  # CLM12: 02, 03, 05, 09
    delay_reason: str | None = None  # CLM20: 1 to 11, 15
    assignment: Assignment = ASSIGNED  # CLM06 to CLM10
    dates: ClaimDates | None = None
    numbers: ClaimNumbers | None = None
    attachments: tuple[Attachment, ...] = ()  # PWK
    contract: Contract | None = None  # CN1
    patient_paid_cents: int | None = None  # AMT*F5
    file_information: tuple[str, ...] = ()  # K3
    note: Note | None = None  # NTE
    ambulance: AmbulanceTransport | None = None  # CR1
    spinal: SpinalManipulation | None = None  # CR2
    conditions: tuple[Conditions, ...] = ()  # CRC
    anesthesia_procedures: tuple[str, ...] = ()  # HI*BP and BO: one or two surgical procedures
    condition_codes: tuple[str, ...] = ()  # HI*BG: up to 24
    pricing: Pricing | None = None  # HCP
    primary_care: Provider | None = None  # 2310A with P3
    supervising: Provider | None = None  # 2310D
    pick_up: Address | None = None  # 2310E
    drop_off: DropOff | None = None  # 2310F


@dataclass(frozen=True, slots=True)
class ClaimSet:
    """One ST..SE: its number (ST02), its own reference (BHT03) and its claims, all of one billing provider."""

    number: int
    reference: str
    billing: BillingProvider
    claims: tuple[ProfessionalClaim, ...]

"""The rarer parts of a professional claim (ASC X12N 005010X222A1), each one segment or one small loop of the guide.

claim_837p.py holds the parties, the claim and its lines, and uses these. Codes are the guide's own, given as text; what
they may be is said beside each field and proven by validate.py. Money is integer cents.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pm_pipeline.config.models import Quirks

AdjustmentGroup = Literal["CO", "CR", "OA", "PI", "PR"]  # CAS01
YesNo = Literal["Y", "N"]
BenefitsAssigned = Literal["Y", "N", "W"]  # CLM08, OI03; W: not applicable
Release = Literal["Y", "I"]  # CLM09, OI06: signed statement on file; informed consent
Unit = Literal["UN", "MJ"]  # SV103: units, minutes (anesthesia)
OtherRole = Literal["DN", "P3", "82", "77", "DQ", "85"]  # 2330C to 2330G
NoteKind = Literal["ADD", "CER", "DCP", "DGN", "TPO"]  # NTE01


NO_QUIRKS = Quirks()


@dataclass(frozen=True, slots=True)
class Assignment:
    """CLM06 to CLM10."""

    provider_signature: YesNo = "Y"  # CLM06
    accepts: Literal["A", "B", "C"] = "A"  # CLM07: assigned, on clinical laboratory services only, not assigned
    benefits: BenefitsAssigned = "Y"  # CLM08
    release: Release = "Y"  # CLM09
    is_signed_by_provider: bool = False  # CLM10 = P: signature generated because the patient was not present


ASSIGNED = Assignment()


@dataclass(frozen=True, slots=True)
class SecondaryId:
    """REF of a party. qualifier: 0B state license, 1G UPIN, G2 the payer's number, LU location, 2U, EI, FY, NF, SY, 1W.

    payer_id: REF04-2, whose number it is when that is another payer (lines only).
    """

    qualifier: str
    value: str
    payer_id: str | None = None


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One reason of a CAS: CAS01, then CAS02 to CAS04 or the next triplets. Positive cents lower the payment."""

    group: AdjustmentGroup
    reason: str
    cents: int
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class MedicareOutpatient:
    """MOA, from the other payer's remittance: rate MOA01, payable MOA02, remarks MOA03 to 07, MOA08, MOA09."""

    reimbursement_rate: Decimal | None = None
    hcpcs_payable_cents: int | None = None
    remarks: tuple[str, ...] = ()
    esrd_cents: int | None = None
    non_payable_professional_cents: int | None = None


@dataclass(frozen=True, slots=True)
class OtherPayerProvider:
    """2330C to 2330G: the other payer's own numbers of a provider. role is NM101, NM102 says person or not."""

    role: OtherRole
    is_person: bool
    ids: tuple[SecondaryId, ...]


@dataclass(frozen=True, slots=True)
class LineAdjudication:
    """2430: what an earlier payer did with a line. payer_id is NM109 of that payer's 2330B."""

    payer_id: str
    paid_cents: int  # SVD02
    procedure_code: str  # SVD03-2
    adjudicated_on: dt.date  # DTP*573
    paid_units: Decimal = Decimal(1)  # SVD05
    modifiers: tuple[str, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    patient_liability_cents: int | None = None  # AMT*EAF
    bundled_line: int | None = None  # SVD06: the line (LX01) this one was bundled or unbundled into
    description: str | None = None  # SVD03-7
    qualifier: str = "HC"  # SVD03-1


@dataclass(frozen=True, slots=True)
class Note:
    """NTE. kind at claim level: ADD, CER, DCP, DGN, TPO; at line level ADD, DCP. At most 80 characters."""

    kind: NoteKind
    text: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """PWK. report is PWK01 (OZ, B4, ...), transmission PWK02 (AA, BM, EL, EM, FT, FX), control_number PWK06."""

    report: str
    transmission: str
    control_number: str | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """CN1: type CN101 (01 to 06, 09), amount, percent, code, terms discount percent, version."""

    kind: str
    cents: int | None = None
    percent: Decimal | None = None
    code: str | None = None
    discount_percent: Decimal | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Conditions:
    """CRC. category: 07 ambulance, E1 to E3 vision, 75 homebound, ZZ EPSDT; at line level 07, 70 hospice, 09 equipment."""

    category: str
    applies: bool
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AmbulanceTransport:
    """CR1: weight in pounds (CR102), reason CR104 (A to E), miles CR106, round trip CR109 and stretcher purpose CR110."""

    reason: str
    miles: Decimal
    weight_pounds: Decimal | None = None
    round_trip_purpose: str | None = None
    stretcher_purpose: str | None = None


@dataclass(frozen=True, slots=True)
class SpinalManipulation:
    """CR2: nature of the condition CR208 (A, C, D, E, F, G, M) and two descriptions."""

    condition: str
    description: str | None = None
    more: str | None = None


@dataclass(frozen=True, slots=True)
class Pricing:
    """HCP: what a repricer made of the claim or line. HCP09 to HCP12 (procedure, unit, quantity) at line level only."""

    method: str  # HCP01
    allowed_cents: int  # HCP02
    savings_cents: int | None = None  # HCP03
    organization_id: str | None = None  # HCP04
    rate: Decimal | None = None  # HCP05
    group_code: str | None = None  # HCP06
    group_cents: int | None = None  # HCP07
    procedure_code: str | None = None  # HCP10, sent under HCP09 = HC
    unit: Unit | None = None  # HCP11
    quantity: Decimal | None = None  # HCP12
    reject_reason: str | None = None  # HCP13
    compliance: str | None = None  # HCP14
    exception: str | None = None  # HCP15


@dataclass(frozen=True, slots=True)
class ClaimDates:
    """DTP of 2300 beyond those ProfessionalClaim names itself."""

    initial_treatment_on: dt.date | None = None  # 454
    last_seen_on: dt.date | None = None  # 304
    acute_manifestation_on: dt.date | None = None  # 453
    last_menstrual_period_on: dt.date | None = None  # 484
    last_x_ray_on: dt.date | None = None  # 455
    prescription_on: dt.date | None = None  # 471, hearing and vision
    disability_from: dt.date | None = None  # 314 with disability_to, else 360
    disability_to: dt.date | None = None  # 314 with disability_from, else 361
    last_worked_on: dt.date | None = None  # 297
    return_to_work_on: dt.date | None = None  # 296
    assumed_care_on: dt.date | None = None  # 090
    relinquished_care_on: dt.date | None = None  # 091
    first_contact_on: dt.date | None = None  # 444, property and casualty
    repricer_received_on: dt.date | None = None  # 050


@dataclass(frozen=True, slots=True)
class ClaimNumbers:
    """REF of 2300 beyond those ProfessionalClaim names itself. REF*D9 is an intermediary's to add, REF*F5 a carrier's."""

    authorization_exception: str | None = None  # 4N
    mammography: str | None = None  # EW
    referral: str | None = None  # 9F
    clia: str | None = None  # X4
    repriced: str | None = None  # 9A
    adjusted_repriced: str | None = None  # 9C
    device_exemption: str | None = None  # LX
    medical_record: str | None = None  # EA
    demonstration: str | None = None  # P4
    care_plan_oversight: str | None = None  # 1J: NPI of the home health agency or hospice


@dataclass(frozen=True, slots=True)
class LineDates:
    """DTP of 2400 beyond the service date."""

    prescription_on: dt.date | None = None  # 471
    recertification_on: dt.date | None = None  # 607
    begin_therapy_on: dt.date | None = None  # 463
    last_certification_on: dt.date | None = None  # 461
    last_seen_on: dt.date | None = None  # 304
    hemoglobin_test_on: dt.date | None = None  # 738
    creatinine_test_on: dt.date | None = None  # 739
    shipped_on: dt.date | None = None  # 011
    last_x_ray_on: dt.date | None = None  # 455
    initial_treatment_on: dt.date | None = None  # 454


@dataclass(frozen=True, slots=True)
class LineNumbers:
    """REF of 2400 beyond the line's own. authorizations (G1) and referrals (9F): up to five, of which others' payers."""

    repriced: str | None = None  # 9B
    adjusted_repriced: str | None = None  # 9D
    authorizations: tuple[PayerNumber, ...] = ()  # G1
    mammography: str | None = None  # EW
    clia: str | None = None  # X4
    referring_clia: str | None = None  # F4
    immunization_batch: str | None = None  # BT
    referrals: tuple[PayerNumber, ...] = ()  # 9F


@dataclass(frozen=True, slots=True)
class PayerNumber:
    """REF02, and REF04-2 when the number is another payer's than the one the claim goes to."""

    value: str
    payer_id: str | None = None


@dataclass(frozen=True, slots=True)
class TestResult:
    """MEA: MEA01 (OG original, TR test result), MEA02 (HT height, R1 hemoglobin, R2 hematocrit, R3 epoetin, R4 creatinine)."""

    __test__ = False  # not a test, whatever pytest thinks of the name

    reference: str
    qualifier: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Rental:
    """SV5: days and prices of equipment; frequency SV506 (1 weekly, 4 monthly, 6 daily). The procedure is the line's."""

    days: Decimal
    rental_cents: int
    purchase_cents: int
    frequency: str


@dataclass(frozen=True, slots=True)
class Equipment:
    """Durable medical equipment of a line: SV5, PWK*CT (how the certificate is sent), CR3 (kind I, R, S and months)."""

    rental: Rental | None = None
    certificate: str | None = None  # PWK02: AB, AD, AF, AG, NS
    certification: str | None = None  # CR301: I initial, R renewal, S revised
    months: Decimal | None = None  # CR303


@dataclass(frozen=True, slots=True)
class PurchasedService:
    """PS1: who it was bought from (the identifier sent in 2420B) and for how much."""

    provider_id: str
    cents: int


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """FRM: question FRM01; one or more of yes_no FRM02 (N, W, Y), text FRM03, day FRM04, percent FRM05."""

    question: str
    yes_no: str | None = None
    text: str | None = None
    day: dt.date | None = None
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """2440: LQ01 (AS, UT), LQ02 and up to 99 answers."""

    qualifier: str
    form_id: str
    answers: tuple[FormAnswer, ...]

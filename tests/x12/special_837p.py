"""Claims beyond the office visit, for the tests: secondary, anesthesia, ambulance, equipment ... Synthetic people only."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from pm_pipeline.codes.npi import complete_npi
from pm_pipeline.x12 import claim_837p_details as details
from pm_pipeline.x12.claim_837p import (
    Address,
    DropOff,
    Drug,
    LineProviders,
    OrganizationName,
    OtherPayer,
    Payer,
    PersonName,
    ProfessionalClaim,
    Provider,
    Subscriber,
)
from tests.x12.claims_837p import BLUE, DAY, HOME, NORTH, REFERRING, SUBSCRIBER, claim, line

PAID_ON = dt.date(2026, 6, 20)
MEDICARE = Payer("MCAREB", "MEDICARE PART B", "MB")
SPOUSE = Subscriber(PersonName("QUARTZ", "RUBY"), "RUBY77", "GRP-9", HOME)
SCENE = Address("ROUTE 1 MILE 9", "BATH", "ME", "04530")
ER = DropOff(Address("1 HOSPITAL DR", "PORTLAND", "ME", "041020001"), "PINE HOSPITAL")


def adjustment(group: details.AdjustmentGroup, reason: str, cents: int) -> details.Adjustment:
    """One reason without a quantity."""
    return details.Adjustment(group, reason, cents)


def secondary() -> ProfessionalClaim:
    """A commercial plan paid 80 of 120.50 dollars first; now the spouse's plan."""
    said = details.LineAdjudication(
        "BLHRB",
        8000,
        "99213",
        PAID_ON,
        Decimal(1),
        ("25",),
        (adjustment("CO", "45", 2550), adjustment("PR", "2", 1500)),
    )
    first = OtherPayer(
        "P", "18", BLUE, SUBSCRIBER, paid_cents=8000, patient_liability_cents=1500, payer_claim_number="ICN-1"
    )
    return claim(
        401,
        payer=MEDICARE,
        payer_turn="S",
        insurance_type="12",
        subscriber=replace(SUBSCRIBER, group_number=None),
        lines=(line(4011, modifiers=("25",), adjudications=(said,)),),
        other_payers=(first,),
    )


def tertiary() -> ProfessionalClaim:
    """Two payers came before; the second judged the claim as a whole."""
    said = details.LineAdjudication(
        "BLHRB", 8000, "99213", PAID_ON, adjustments=(adjustment("CO", "45", 2550), adjustment("PR", "2", 1500))
    )
    first = OtherPayer("P", "18", BLUE, SUBSCRIBER, paid_cents=8000)
    second = OtherPayer(
        "S",
        "01",
        Payer("SPOUSE1", "RUBY HEALTH", "CI"),
        SPOUSE,
        adjustments=(adjustment("OA", "23", 10550), adjustment("PR", "3", 500)),
        paid_cents=1000,
        adjudicated_on=PAID_ON,
        outpatient=details.MedicareOutpatient(remarks=("MA18",)),
    )
    return claim(
        402, payer=MEDICARE, payer_turn="T", lines=(line(4021, adjudications=(said,)),), other_payers=(first, second)
    )


def anesthesia() -> ProfessionalClaim:
    """61 minutes of anesthesia."""
    minutes = line(4031, procedure_code="00142", modifiers=("QK", "QS", "P1"), unit="MJ", units=Decimal(61))
    return claim(403, lines=(minutes,), anesthesia_procedures=("66984",), facility=NORTH)


def ambulance() -> ProfessionalClaim:
    """A ride of twelve miles for two patients, with its certification."""
    ride = line(4041, procedure_code="A0428", place_of_service="41", patient_count=2)
    miles = line(4042, procedure_code="A0425", charge_cents=9000, units=Decimal(12), place_of_service="41")
    return claim(
        404,
        place_of_service="41",
        lines=(ride, miles),
        rendering=None,
        ambulance=details.AmbulanceTransport("A", Decimal(12), Decimal(140), None, "UNABLE TO SIT"),
        conditions=(details.Conditions("07", True, ("01", "09")),),
        pick_up=SCENE,
        drop_off=ER,
    )


def laboratory() -> ProfessionalClaim:
    """A blood count sent out: CLIA numbers, the purchased service and who did it, the ordering clinician."""
    lab = Provider(OrganizationName("GRANITE LAB"), complete_npi("199030088"))
    count = line(
        4051,
        procedure_code="85025",
        modifiers=("90",),
        numbers=details.LineNumbers(referring_clia="20D7654321"),
        purchased_service=details.PurchasedService("1990300885", 900),
        providers=LineProviders(purchased=lab, ordering=replace(REFERRING, address=HOME)),
    )
    return claim(405, lines=(count,), numbers=details.ClaimNumbers(clia="20D1234567"))


def drug() -> ProfessionalClaim:
    """An injection with its NDC and prescription."""
    shot = line(
        4061,
        procedure_code="J3490",
        description="unlisted, 5 mg",
        drug=Drug("00641036725", Decimal("0.5"), "ML", prescription_number="RX-9"),
    )
    return claim(406, lines=(shot,), note=details.Note("ADD", "Given in the office"))


def chiropractic() -> ProfessionalClaim:
    """Spinal manipulation with its dates."""
    dates = details.ClaimDates(initial_treatment_on=DAY, acute_manifestation_on=DAY, last_x_ray_on=DAY)
    return claim(407, dates=dates, onset_on=DAY, spinal=details.SpinalManipulation("A", "CHRONIC PAIN"))


def injury() -> ProfessionalClaim:
    """An auto accident: state, day, disability, paper that follows by mail."""
    return claim(
        408,
        related_cause="AA",
        related_cause_2="EM",
        accident_state="ME",
        accident_on=DAY,
        dates=details.ClaimDates(disability_from=DAY, disability_to=PAID_ON, first_contact_on=DAY),
        attachments=(details.Attachment("OZ", "BM", "DOC-1"),),
        patient_paid_cents=2000,
        delay_reason="11",
        file_information=("STATE DATA 1",),
    )


def repriced() -> ProfessionalClaim:
    """A network repriced the claim; the contract's terms are told."""
    return claim(
        409,
        numbers=details.ClaimNumbers(repriced="RP-1", medical_record="MRN-5"),
        contract=details.Contract("02", 10000, Decimal("12.5"), "NET"),
        pricing=details.Pricing("03", 10000, 2050, "333001234"),
    )


def equipment(certificate: str | None = None) -> ProfessionalClaim:
    """A wheelchair rented for a month, with its certification and the questions of its form."""
    form = details.Form("UT", "02.03B", (details.FormAnswer("1", "Y"), details.FormAnswer("5", text="8")))
    chair = line(
        4101,
        procedure_code="K0001",
        modifiers=("RR", "KH"),
        charge_cents=7500,
        equipment=details.Equipment(details.Rental(Decimal(30), 7500, 50000, "4"), certificate, "I", Decimal(99)),
        conditions=(details.Conditions("09", True, ("38",)),),
        dates=details.LineDates(begin_therapy_on=DAY, last_certification_on=DAY),
        test_results=(details.TestResult("TR", "HT", Decimal(70)),),
        forms=(form,),
    )
    return claim(410, place_of_service="12", lines=(chair,))


SPECIAL = {
    "secondary": secondary, "tertiary": tertiary, "anesthesia": anesthesia, "ambulance": ambulance,
    "laboratory": laboratory, "drug": drug, "chiropractic": chiropractic, "injury": injury, "repriced": repriced,
    "equipment": equipment,
}  # fmt: skip

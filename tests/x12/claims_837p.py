"""Hand-made professional claims for the tests: synthetic people, valid unless a test makes them otherwise."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from pm_pipeline.codes.npi import complete_npi
from pm_pipeline.x12.claim_837p import (
    Address,
    BillingProvider,
    ClaimSet,
    Contact,
    Drug,
    Facility,
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
from pm_pipeline.x12.write import InterchangeHeader
from pm_pipeline.x12.write_837p import GroupHeader, Written, write_837p

AT = dt.datetime(2026, 6, 2, 20, 30)
DAY = dt.date(2026, 6, 1)
HOME = Address("12 PINE ST", "PORTLAND", "ME", "04101")
CONTACT = Contact("BILLING OFFICE", "2075550100")
BILLING = BillingProvider(
    "HARBOR VIEW FAMILY MEDICINE",
    "1990300018",
    "990300018",
    "207Q00000X",
    Address("100 HARBOR VIEW RD", "PORTLAND", "ME", "041010001"),
)
SUBMITTER = Submitter("HARBOR VIEW FAMILY MEDICINE", "HARBORVIEW", CONTACT)
RECEIVER = Receiver("SANDBOX CLEARINGHOUSE", "SANDBOXCH")
BLUE = Payer("BLHRB", "BLUE HARBOR HEALTH PLAN", "BL", Address("PO BOX 2001", "BOSTON", "MA", "021010001"))
COMP = Payer("IRNWC", "IRONBRIDGE WORKERS COMPENSATION", "WC")
RENDERING = Provider(PersonName("ALDER", "JUNE"), "1990300216", "207Q00000X")
REFERRING = Provider(PersonName("SPRUCE", "ADA", "Q"), complete_npi("199030099"))
NORTH = Facility(
    "HARBOR VIEW NORTH CLINIC", "1990300125", Address("22 PINE ST", "FALMOUTH", "ME", "041050022", "SUITE 4")
)
SUBSCRIBER = Subscriber(
    PersonName("QUARTZ", "FLINT", "B", "JR"), "ABC123456789", "GRP-77", HOME, dt.date(1980, 2, 29), "M"
)
CHILD = Patient(PersonName("QUARTZ", "OPAL"), "19", HOME, dt.date(2015, 5, 5), "F")


def line(number: int = 1, **changes: object) -> ServiceLine:
    """An office visit of 120.50 dollars."""
    visit = ServiceLine(f"L{number:015d}", "99213", 12050, Decimal(1), (1,), DAY, DAY, "11")
    return replace(visit, **changes)


def claim(number: int = 1, **changes: object) -> ProfessionalClaim:
    """One claim of a subscriber; the charge is the sum of the lines unless given."""
    made = replace(
        ProfessionalClaim(
            claim_id=f"C{number:014d}X",
            payer=BLUE,
            subscriber=SUBSCRIBER,
            place_of_service="11",
            charge_cents=0,
            diagnoses=("E119", "I10"),
            lines=(line(number * 100),),
            rendering=RENDERING,
        ),
        **changes,
    )
    return (
        made if "charge_cents" in changes else replace(made, charge_cents=sum(one.charge_cents for one in made.lines))
    )


def drug_line(number: int = 2) -> ServiceLine:
    """An injection with its NDC."""
    return line(
        number,
        procedure_code="J1100",
        charge_cents=1834,
        units=Decimal("2.5"),
        drug=Drug("00641036725", Decimal("1.25"), "ML"),
    )


def write(
    *claims: ProfessionalClaim, per_set: int = 50, control_number: int = 7, billing: BillingProvider = BILLING
) -> Written:
    """One interchange of these claims."""
    sets = [
        ClaimSet(1001 + start // per_set, f"B{start}", billing, claims[start : start + per_set])
        for start in range(0, len(claims), per_set)
    ]
    header = InterchangeHeader("ZZ", "HARBORVIEW", "ZZ", "SANDBOXCH", control_number, "T", AT)
    return write_837p(header, GroupHeader("HARBORVIEW", "SANDBOXCH", 70), SUBMITTER, RECEIVER, sets)

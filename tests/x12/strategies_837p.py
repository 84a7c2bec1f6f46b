"""Any professional claim of the model, valid by the guide: Hypothesis strategies over every loop. Synthetic people only."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any, Literal, TypeVar

from hypothesis import strategies as st

from pm_pipeline.codes.npi import complete_npi
from pm_pipeline.x12 import claim_837p as model
from pm_pipeline.x12 import claim_837p_details as details

T = TypeVar("T")
UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
BODY = UPPER + "0123456789-"
NEVER: st.SearchStrategy[Any] = st.none()


def maybe(one: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    """Absent half of the time."""
    return st.none() | one


def several(one: st.SearchStrategy[T], most: int = 2) -> st.SearchStrategy[tuple[T, ...]]:
    """None to `most` of them."""
    return st.lists(one, max_size=most).map(tuple)


def from_(codes: str) -> st.SearchStrategy[Any]:
    """One of the codes, which stand apart by blanks."""
    return st.sampled_from(codes.split())


letters = st.text(UPPER + "abcxyzéüñß'-. ", min_size=2, max_size=15).filter(
    lambda text: len(" ".join(text.split()).strip(" .'-")) >= 2
)
identifiers = st.text(BODY, min_size=2, max_size=20)
days = st.dates(dt.date(1930, 1, 1), dt.date(2026, 6, 1))
npis = st.integers(100_000_000, 299_999_999).map(lambda number: complete_npi(str(number)))
cents = st.integers(0, 99_999_999)
quantities = st.decimals("0.001", "9999", places=3)
percents = st.decimals("0", "99.99", places=2)
home_addresses = st.builds(
    model.Address, letters, letters, from_("ME NH MA CT"), from_("04101 041010001"), maybe(letters)
)
abroad = st.builds(
    model.Address, letters, letters, st.just(""), st.just("H3A1B1"), st.none(), st.just("CA"), maybe(st.just("QC"))
)
addresses = home_addresses | abroad
full_addresses = st.builds(model.Address, letters, letters, st.just("ME"), st.just("041010001"), maybe(letters))
short_names = letters.map(lambda text: text[:5])
people = st.builds(model.PersonName, letters, maybe(letters), maybe(short_names), maybe(st.just("JR")))
organizations = st.builds(model.OrganizationName, letters)
phones = st.from_regex(r"\A[2-9][0-9]{9}\Z")
contacts = st.builds(model.Contact, letters, phones, maybe(st.from_regex(r"\A[0-9]{1,4}\Z")))
taxonomies = maybe(from_("207R00000X 363LF0000X"))
clia = st.from_regex(r"\A[0-9]{2}D[0-9]{7}\Z")


def ids(qualifiers: str, most: int = 2) -> st.SearchStrategy[tuple[details.SecondaryId, ...]]:
    """Secondary numbers, each qualifier once."""
    one = st.builds(details.SecondaryId, from_(qualifiers), identifiers)
    return st.lists(one, max_size=most, unique_by=lambda made: made.qualifier).map(tuple)


def line_ids(qualifiers: str) -> st.SearchStrategy[tuple[details.SecondaryId, ...]]:
    """Secondary numbers on a line, which may be another payer's."""
    return several(st.builds(details.SecondaryId, from_(qualifiers), identifiers, maybe(identifiers)))


def providers(
    numbers: st.SearchStrategy[tuple[details.SecondaryId, ...]],
    names: st.SearchStrategy[Any] = people,
    places: st.SearchStrategy[Any] = NEVER,
    whom: st.SearchStrategy[Any] = NEVER,
) -> st.SearchStrategy[model.Provider]:
    """A provider, rarely without NPI."""
    return st.builds(model.Provider, names, st.none() | npis | npis, taxonomies, numbers, places, whom)


def facilities(
    numbers: st.SearchStrategy[tuple[details.SecondaryId, ...]], whom: st.SearchStrategy[Any] = NEVER
) -> st.SearchStrategy[model.Facility]:
    """A place of service with its nine-digit ZIP code."""
    return st.builds(model.Facility, letters, maybe(npis), full_addresses, numbers, whom)


drop_offs = st.builds(model.DropOff, addresses, maybe(letters))
attachments = st.builds(details.Attachment, from_("OZ B4 03"), from_("AA BM EL FX"), maybe(identifiers))
contracts = st.builds(
    details.Contract, from_("01 02 05 09"), maybe(cents), maybe(percents), maybe(identifiers), maybe(percents),
    maybe(identifiers),
)  # fmt: skip
file_texts = st.text(BODY + " ", min_size=1, max_size=80).filter(lambda text: text == text.strip() != "")
ambulances = st.builds(
    details.AmbulanceTransport, from_("A B C D E"), st.decimals("0", "999", places=1),
    maybe(st.decimals("1", "999", places=0)), maybe(letters), maybe(letters),
)  # fmt: skip
spinals = st.builds(details.SpinalManipulation, from_("A C D E F G M"), maybe(letters), maybe(letters))
purchases = st.builds(details.PurchasedService, identifiers, cents)
test_results = st.builds(details.TestResult, from_("OG TR"), from_("HT R1 R2 R3 R4"), st.decimals("0", "999", places=1))
rentals = st.builds(details.Rental, st.decimals("1", "99", places=0), cents, cents, from_("1 4 6"))
answers = st.builds(details.FormAnswer, from_("1 2A 10"), from_("Y N W"), maybe(letters), maybe(days), maybe(percents))
forms = st.builds(
    details.Form, from_("UT AS"), from_("02.03B 484.3"), st.lists(answers, min_size=1, max_size=3).map(tuple)
)


def pricings(line: bool) -> st.SearchStrategy[details.Pricing]:
    """HCP, with its procedure and quantity on a line."""
    return st.builds(
        details.Pricing, from_("00 01 05 14"), cents, maybe(cents), maybe(identifiers), maybe(st.decimals("0", "99", places=2)),
        maybe(identifiers), maybe(cents), maybe(st.just("99213")) if line else st.none(),
        **({"unit": st.just("UN"), "quantity": quantities} if line else {}),
        reject_reason=maybe(from_("T1 T6")), compliance=maybe(from_("1 5")), exception=maybe(from_("1 6")),
    )  # fmt: skip


def conditions(kinds: dict[str, str]) -> st.SearchStrategy[tuple[details.Conditions, ...]]:
    """CRC, each category once. `kinds`: category -> its codes."""
    each = [
        st.builds(
            details.Conditions,
            st.just(kind),
            st.just(True) if kind == "75" else st.booleans(),
            st.lists(from_(codes), min_size=1, max_size=2, unique=True).map(tuple),
        )
        for kind, codes in kinds.items()
    ]
    return st.lists(st.one_of(each), max_size=2, unique_by=lambda one: one.category).map(tuple)


CLAIM_CONDITIONS = {"07": "01 04 12", "E1": "L1 L5", "75": "IH", "ZZ": "AV NU ST"}
LINE_CONDITIONS = {"07": "01 09", "70": "65", "09": "38 ZV"}
REASONS = st.tuples(from_("CO PR OA PI"), from_("1 2 45 97 109"), st.integers(-9_999, 99_999), maybe(quantities))


@st.composite
def adjustments(draw: st.DrawFn, most: int = 8) -> tuple[details.Adjustment, ...]:
    """Reasons in any order of groups; writing gathers them by group."""
    return tuple(details.Adjustment(*one) for one in draw(st.lists(REASONS, max_size=most)))


def optional_fields(kind: type[T], values: st.SearchStrategy[Any], but: dict[str, Any]) -> st.SearchStrategy[T | None]:
    """A group of optional values, never with none of them."""
    chosen = {name: but.get(name, maybe(values)) for name in kind.__dataclass_fields__}  # type: ignore[attr-defined]
    made = st.builds(kind, **chosen)
    return st.none() | made.map(lambda one: None if one == kind() else one)


claim_dates = optional_fields(details.ClaimDates, days, {"disability_to": maybe(st.just(dt.date(2026, 6, 2)))})
line_dates = optional_fields(details.LineDates, days, {})
claim_numbers = optional_fields(details.ClaimNumbers, identifiers, {"clia": maybe(clia)})
payer_numbers = several(st.builds(details.PayerNumber, identifiers, maybe(identifiers)))
line_numbers = optional_fields(
    details.LineNumbers,
    identifiers,
    {"authorizations": payer_numbers, "referrals": payer_numbers, "clia": maybe(clia), "referring_clia": maybe(clia)},
)
equipment = st.builds(details.Equipment, maybe(rentals), st.none(), st.just("I"), st.decimals("1", "99", places=0))
drugs = st.builds(
    model.Drug, st.from_regex(r"\A[0-9]{11}\Z"), quantities, from_("F2 GR ME ML UN"), maybe(identifiers)
) | st.builds(model.Drug, st.from_regex(r"\A[0-9]{11}\Z"), quantities, st.just("UN"), st.none(), maybe(identifiers))
outpatients = st.builds(
    details.MedicareOutpatient, maybe(percents), maybe(cents), st.lists(from_("MA01 N1 MA18"), max_size=5).map(tuple),
    maybe(cents), maybe(cents.filter(bool)),
).filter(lambda one: one != details.MedicareOutpatient())  # fmt: skip
line_providers = st.builds(
    model.LineProviders,
    maybe(providers(line_ids("0B 1G G2 LU"), people | organizations)),
    maybe(providers(line_ids("0B 1G G2"), people | organizations)),
    maybe(facilities(line_ids("G2 LU"))),
    maybe(providers(line_ids("0B 1G G2 LU"))),
    maybe(providers(line_ids("0B 1G G2"), people, maybe(addresses), maybe(contacts))),
    maybe(providers(line_ids("0B 1G G2"))),
    maybe(providers(line_ids("0B 1G G2"))),
    maybe(addresses),
    maybe(drop_offs),
).map(lambda one: None if one == model.LineProviders() else one)  # fmt: skip


@st.composite
def lines(draw: st.DrawFn, number: int, diagnoses: int) -> model.ServiceLine:
    """One line; half of them plain."""
    first = draw(days)
    plain = model.ServiceLine(
        line_id=f"L{number}",
        procedure_code=draw(st.from_regex(r"\A([0-9]{5}|[A-Z][0-9]{4})\Z")),
        charge_cents=draw(st.integers(0, 999_999)),
        units=draw(quantities),
        pointers=draw(st.lists(st.integers(1, diagnoses), min_size=1, max_size=4, unique=True).map(tuple)),
        dos_from=first,
        dos_to=first + dt.timedelta(draw(st.integers(0, 3))),
        place_of_service=draw(from_("11 02 10 21")),
        modifiers=draw(st.lists(from_("25 59 RT LT 50"), max_size=4, unique=True).map(tuple)),
        drug=draw(maybe(drugs)),
        unit=draw(from_("UN MJ")),
    )
    if draw(st.booleans()):
        return plain
    return replace(
        plain,
        description=draw(maybe(letters)),
        is_emergency=draw(st.booleans()),
        is_epsdt=draw(st.booleans()),
        is_family_planning=draw(st.booleans()),
        is_copay_exempt=draw(st.booleans()),
        equipment=draw(maybe(equipment)),
        attachments=draw(several(attachments)),
        ambulance=draw(maybe(ambulances)),
        conditions=draw(conditions(LINE_CONDITIONS)),
        dates=draw(line_dates),
        patient_count=draw(maybe(st.integers(1, 9))),
        obstetric_units=draw(maybe(st.just(Decimal(2)))),
        test_results=draw(several(test_results)),
        contract=draw(maybe(contracts)),
        numbers=draw(line_numbers),
        sales_tax_cents=draw(maybe(cents)),
        postage_cents=draw(maybe(cents)),
        file_information=draw(several(file_texts)),
        note=draw(maybe(st.builds(details.Note, from_("ADD DCP"), letters))),
        third_party_note=draw(maybe(letters)),
        purchased_service=draw(maybe(purchases)),
        pricing=draw(maybe(pricings(line=True))),
        providers=draw(maybe(line_providers)),
        forms=draw(several(forms)),
        qualifier=draw(from_("HC ER")),
    )


payers = st.builds(
    model.Payer, identifiers, letters, from_("BL CI MB MC HM WC"), maybe(addresses), ids("2U EI FY NF"), ids("G2 LU"),
    id_qualifier=from_("PI XV"),
)  # fmt: skip
ssns = maybe(st.from_regex(r"\A[0-9]{9}\Z"))
subscribers = st.builds(
    model.Subscriber, people, identifiers, maybe(identifiers), addresses, days, from_("F M U"), maybe(letters), ssns,
    maybe(days), maybe(st.decimals("1", "999", places=1)), st.booleans(), maybe(contacts), from_("MI II"),
)  # fmt: skip
patients = st.builds(
    model.Patient, people, from_("01 19 20 G8"), addresses, days, from_("F M U"), maybe(days),
    maybe(st.decimals("1", "999", places=1)), st.booleans(),
    maybe(st.builds(details.SecondaryId, from_("1W SY"), st.just("999887777"))), maybe(contacts),
)  # fmt: skip
ROLES: tuple[tuple[details.OtherRole, bool, str], ...] = (
    ("DN", True, "0B 1G G2"), ("P3", True, "0B 1G G2"), ("82", False, "0B 1G G2 LU"), ("77", False, "0B G2 LU"),
    ("DQ", True, "0B 1G G2 LU"), ("85", False, "G2 LU"),
)  # fmt: skip
Turn = Literal["P", "S", "T"]


@st.composite
def other_payers(
    draw: st.DrawFn, turn: Turn, who: model.Payer, claim_lines: tuple[model.ServiceLine, ...]
) -> tuple[model.OtherPayer, tuple[model.ServiceLine, ...]]:
    """Another payer that balances, and the lines with its adjudications (none when it judged the claim as a whole)."""
    at_claim = draw(adjustments())
    adjudicated = draw(st.booleans())
    changed = list(claim_lines)
    total = sum(one.cents for one in at_claim)
    for place, line in enumerate(claim_lines if adjudicated else ()):
        reasons = draw(adjustments(3))
        total += sum(one.cents for one in reasons)
        said = details.LineAdjudication(
            who.payer_id,
            line.charge_cents - sum(one.cents for one in reasons),
            line.procedure_code,
            draw(days),
            draw(quantities),
            line.modifiers,
            reasons,
            draw(maybe(cents)),
            draw(maybe(st.just(1))),
            draw(maybe(letters)),
        )
        changed[place] = replace(line, adjudications=(*line.adjudications, said))
    roles = draw(st.lists(st.sampled_from(ROLES), max_size=2, unique=True))
    made = model.OtherPayer(
        turn=turn,
        relationship=draw(from_("18 01 19 G8")),
        payer=who,
        subscriber=draw(subscribers),
        insurance_type=draw(maybe(from_("12 47"))),
        adjustments=at_claim,
        paid_cents=sum(line.charge_cents for line in claim_lines) - total,
        non_covered_cents=draw(maybe(cents)),
        patient_liability_cents=draw(maybe(cents)),
        benefits=draw(from_("Y N W")),
        is_signed_by_provider=draw(st.booleans()),
        release=draw(from_("Y I")),
        outpatient=draw(maybe(outpatients)),
        adjudicated_on=None if adjudicated else draw(days),
        payer_claim_number=draw(maybe(identifiers)),
        authorization_number=draw(maybe(identifiers)),
        referral_number=draw(maybe(identifiers)),
        is_adjusted=draw(st.booleans()),
        providers=tuple(
            details.OtherPayerProvider(
                role, person, (draw(st.builds(details.SecondaryId, from_(qualifiers), identifiers)),)
            )
            for role, person, qualifiers in sorted(roles, key=ROLES.index)
        ),
    )
    return made, tuple(changed)


@st.composite
def claims(draw: st.DrawFn) -> model.ProfessionalClaim:
    """Any claim; half of them plain, a third with other payers."""
    diagnoses = draw(
        st.lists(st.from_regex(r"\A[A-TV-Z][0-9][0-9A-Z][0-9A-Z]{0,4}\Z"), min_size=1, max_size=12, unique=True)
    )
    made_lines = tuple(draw(lines(number, len(diagnoses))) for number in range(draw(st.integers(1, 3))))
    frequency = draw(from_("1 7 8"))
    cause: model.RelatedCause | None = draw(st.sampled_from((None, "EM", "OA", "AA")))
    turn: Turn = draw(st.sampled_from(("P", "S", "T")))
    others: list[model.OtherPayer] = []
    for place, other in enumerate(one for one in ("P", "S") if turn > one or (turn == "P" and one == "S")):
        if turn != "P" and draw(st.booleans()):
            who = replace(draw(payers), payer_id=f"OTHER{place}", billing_ids=())
            made, made_lines = draw(other_payers(other, who, made_lines))  # type: ignore[arg-type]
            others.append(made)
    plain = model.ProfessionalClaim(
        claim_id=draw(st.from_regex(r"\A[A-Z][A-Z0-9]{0,19}\Z")),
        payer=draw(payers),
        subscriber=draw(subscribers),
        place_of_service=draw(from_("11 02 10 21")),
        charge_cents=sum(one.charge_cents for one in made_lines),
        diagnoses=tuple(diagnoses),
        lines=made_lines,
        patient=draw(maybe(patients)),
        payer_turn=turn,
        frequency=frequency,
        payer_claim_number=None if frequency == "1" else "PCN-1",
        authorization_number=draw(maybe(identifiers)),
        rendering=draw(maybe(providers(ids("0B 1G G2 LU"), people | organizations))),
        referring=draw(maybe(providers(ids("0B 1G G2")))),
        facility=draw(maybe(facilities(ids("0B G2 LU"), maybe(contacts)))),
        related_cause=cause,
        property_casualty_claim_number=draw(maybe(identifiers)),
        accident_on=draw(days if cause in ("AA", "OA") else maybe(days)),
        onset_on=draw(maybe(days)),
        admitted_on=draw(maybe(days)),
        discharged_on=draw(maybe(days)),
        other_payers=tuple(others),
        accident_state="ME" if cause == "AA" else None,
        accident_country="US" if cause == "AA" and draw(st.booleans()) else None,
        related_cause_2=draw(st.sampled_from([None, "EM"])) if cause in ("AA", "OA") else None,
    )
    if draw(st.booleans()):
        return plain
    return replace(
        plain,
        insurance_type=draw(maybe(from_("12 13 43"))),
        special_program=draw(maybe(from_("02 03 05 09"))),
        delay_reason=draw(maybe(from_("1 11 15"))),
        assignment=draw(
            st.builds(details.Assignment, from_("Y N"), from_("A B C"), from_("Y N W"), from_("Y I"), st.booleans())
        ),
        dates=draw(claim_dates),
        numbers=draw(claim_numbers),
        attachments=draw(several(attachments)),
        contract=draw(maybe(contracts)),
        patient_paid_cents=draw(maybe(cents)),
        file_information=draw(several(file_texts)),
        note=draw(maybe(st.builds(details.Note, from_("ADD CER DCP DGN TPO"), letters))),
        ambulance=draw(maybe(ambulances)),
        spinal=draw(maybe(spinals)),
        conditions=draw(conditions(CLAIM_CONDITIONS)),
        anesthesia_procedures=draw(several(from_("33510 27447"), 2)),
        condition_codes=draw(several(from_("AA A1 B3"), 24)),
        pricing=draw(maybe(pricings(line=False))),
        primary_care=draw(maybe(providers(ids("0B 1G G2")))),
        supervising=draw(maybe(providers(ids("0B 1G G2 LU")))),
        pick_up=draw(maybe(addresses)),
        drop_off=draw(maybe(drop_offs)),
    )


plans = st.builds(
    model.PayToPlan, letters, identifiers, st.just("998877665"), addresses,
    maybe(st.builds(details.SecondaryId, from_("2U FY NF"), identifiers)),
)  # fmt: skip
billings = st.builds(
    model.BillingProvider, letters | people, npis, st.just("990300018"), maybe(from_("207Q00000X 207R00000X")),
    full_addresses, maybe(contacts), from_("EI SY"), ids("0B 1G"), maybe(addresses), maybe(plans),
)  # fmt: skip

"""Writing 270, 276 and 278 requests: what is sent, segment by segment, and what is refused. The people are synthetic."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pm_pipeline.x12.claim_837p import Address, Contact, OrganizationName, PersonName
from pm_pipeline.x12.envelope import open_envelope
from pm_pipeline.x12.guides import guide_of
from pm_pipeline.x12.request_parts import (
    Member,
    Party,
    Period,
    Procedure,
    ProviderParty,
    Reference,
    RequestsRefused,
    WrittenRequests,
)
from pm_pipeline.x12.write import X12DataError
from pm_pipeline.x12.write_270 import Inquiry, write_270
from pm_pipeline.x12.write_276 import ProviderRequests, StatusLine, StatusRequest, write_276
from pm_pipeline.x12.write_278 import Admission, Delivery, Diagnosis, ReviewKind, Service, write_278
from tests.x12.requests import (
    ALDER,
    CHILD,
    DAY,
    GROUP,
    HEADER,
    HOME,
    MAY,
    MEMBER,
    PRACTICE,
    inquiry_set,
    review,
    status_set,
)


def body(written: WrittenRequests) -> list[str]:
    """Everything between the first ST and its SE."""
    segments = written.text.split("~")
    return segments[3 : next(place for place, one in enumerate(segments) if one.startswith("SE*"))]


def line(**changes: Any) -> StatusLine:
    return replace(StatusLine(Procedure("99213", ("25",)), 12050, Decimal(1), DAY, None, "L1"), **changes)


STATUS = StatusRequest("OURS-1", MEMBER, patient_control_number="C1", charge_cents=12050, served=DAY)


def test_a_270_asks_for_subscribers_and_dependents_of_one_payer_in_one_set() -> None:
    known = replace(MEMBER, address=HOME, references=(Reference("6P", "GRP-77"),))
    alone = Member(None, "ABC123456789")
    provider = ProviderParty(ALDER, references=(Reference("EI", "990300018"),), address=HOME, taxonomy="207Q00000X")
    asked = replace(
        inquiry_set(
            Inquiry("OURS-1", known, service_types=("30", "98", "UC"), coverage_level="FAM", plan=MAY),
            Inquiry("OURS-2", alone, CHILD, plan=DAY),
            Inquiry("OURS-3", MEMBER, service_types=(), procedure=Procedure("99213", ("25", "59"))),
        ),
        provider=provider,
    )
    written = write_270(HEADER, GROUP, [asked])
    assert body(written) == [
        "BHT*0022*13*ASK-1*20260602*2030",
        "HL*1**20*1",
        "NM1*PR*2*BLUE HARBOR HEALTH PLAN*****PI*BLHRB",
        "HL*2*1*21*1",
        "NM1*1P*1*ALDER*JUNE****XX*1990300216",
        "REF*EI*990300018",
        "N3*12 PINE ST",
        "N4*PORTLAND*ME*04101",
        "PRV*PE*PXC*207Q00000X",
        "HL*3*2*22*0",
        "TRN*1*OURS-1*9HARBORVIE",
        "NM1*IL*1*QUARTZ*FLINT*B**JR*MI*ABC123456789",
        "REF*6P*GRP-77",
        "N3*12 PINE ST",
        "N4*PORTLAND*ME*04101",
        "DMG*D8*19800229*M",
        "DTP*291*RD8*20260501-20260531",
        "EQ*30^98^UC**FAM",
        "HL*4*2*22*1",
        "NM1*IL*1******MI*ABC123456789",
        "HL*5*4*23*0",
        "TRN*1*OURS-2*9HARBORVIE",
        "NM1*03*1*QUARTZ*OPAL",
        "DMG*D8*20150505*F",
        "INS*N*19",
        "DTP*291*D8*20260601",
        "EQ*30",
        "HL*6*2*22*0",
        "TRN*1*OURS-3*9HARBORVIE",
        "NM1*IL*1*QUARTZ*FLINT*B**JR*MI*ABC123456789",
        "DMG*D8*19800229*M",
        "EQ**HC:99213:25:59",
    ]
    assert [(one.trace, one.first_segment_no, one.last_segment_no) for one in written.requests] == [
        ("OURS-1", 13, 21),
        ("OURS-2", 22, 30),
        ("OURS-3", 31, 35),
    ]


def test_a_276_asks_for_claims_of_several_providers() -> None:
    dependent = replace(STATUS, trace="OURS-2", dependent=CHILD, served=None, charge_cents=None, patient_control_number=None,
                        lines=(line(), line(revenue_code="0450", line_id=None, units=Decimal("2.50"), served=MAY)))  # fmt: skip
    every = replace(
        STATUS, trace="OURS-3", payer_claim_number="PAYER-1", bill_type="111", location_number="LOC", group_number="GRP",
        pharmacy_number="RX", clearinghouse_number="CLR", served=MAY,
    )  # fmt: skip
    asked = status_set(STATUS, dependent)
    asked = replace(asked, providers=(*asked.providers, ProviderRequests(ALDER, (every,))))
    written = write_276(HEADER, GROUP, [asked])
    assert body(written) == [
        "BHT*0010*13*ASK-1*20260602*2030",
        "HL*1**20*1",
        "NM1*PR*2*BLUE HARBOR HEALTH PLAN*****PI*BLHRB",
        "HL*2*1*21*1",
        "NM1*41*2*HARBOR VIEW FAMILY MEDICINE*****46*HARBORVIEW",
        "HL*3*2*19*1",
        "NM1*1P*2*HARBOR VIEW FAMILY MEDICINE*****XX*1990300018",
        "HL*4*3*22*0",
        "DMG*D8*19800229*M",
        "NM1*IL*1*QUARTZ*FLINT*B**JR*MI*ABC123456789",
        "TRN*1*OURS-1",
        "REF*EJ*C1",
        "AMT*T3*120.5",
        "DTP*472*D8*20260601",
        "HL*5*3*22*1",
        "NM1*IL*1*QUARTZ*FLINT*B**JR*MI*ABC123456789",
        "HL*6*5*23",
        "DMG*D8*20150505*F",
        "NM1*QC*1*QUARTZ*OPAL",
        "TRN*1*OURS-2",
        "SVC*HC:99213:25*120.5*****1",
        "REF*FJ*L1",
        "DTP*472*D8*20260601",
        "SVC*HC:99213:25*120.5**0450***2.5",
        "DTP*472*RD8*20260501-20260531",
        "HL*7*2*19*1",
        "NM1*1P*1*ALDER*JUNE****XX*1990300216",
        "HL*8*7*22*0",
        "DMG*D8*19800229*M",
        "NM1*IL*1*QUARTZ*FLINT*B**JR*MI*ABC123456789",
        "TRN*1*OURS-3",
        "REF*1K*PAYER-1",
        "REF*BLT*111",
        "REF*LU*LOC",
        "REF*6P*GRP",
        "REF*EJ*C1",
        "REF*XZ*RX",
        "REF*D9*CLR",
        "AMT*T3*120.5",
        "DTP*472*RD8*20260501-20260531",
    ]
    assert [one.trace for one in written.requests] == ["OURS-1", "OURS-2", "OURS-3"]


def test_a_278_asks_for_an_event_and_its_services() -> None:
    hospital = ProviderParty(Party(OrganizationName("HARBOR HOSPITAL"), "1990300125", "XX"), "FA", (), HOME)
    surgeon = ProviderParty(ALDER, "SJ", (), None, Contact("DESK", "2075550100"), "207Q00000X")
    written = write_278(
        HEADER,
        GROUP,
        [
            review(
                requester=replace(surgeon, entity="1P"),
                kind=ReviewKind("AR", "I", "2", "21", "B", "03", "Y", "1"),
                dependent=replace(CHILD, address=HOME, references=(Reference("EJ", "P1"),)),
                certification_number="AUTH-0", administrative_number="ADMIN", accident_on=dt.date(2026, 5, 1),
                onset_on=dt.date(2026, 5, 2), event=MAY, admission_on=DAY, discharge_on=dt.date(2026, 6, 5),
                diagnoses=(Diagnosis("E119", "ABK", dt.date(2026, 5, 3)), Diagnosis("I10")),
                delivery=Delivery("DY", Decimal(7)), admission=Admission("2", None, "30"), message="urgent, please",
                providers=(hospital, surgeon),
                services=(
                    Service(Procedure("33510", ("LT",)), None, 100000, Decimal(2), "UN", (1, 2), DAY, ReviewKind("HS"),
                            Delivery("VS", Decimal(3), "DA", Decimal(1), "34", 2), "BOTH SIDES", (hospital,)),
                    Service(None, "0120", None, Decimal(5), "DA"),
                ),
            ),
            review(number=1002, trace="OURS-2"),
        ],
    )  # fmt: skip
    first = [
        "BHT*0007*13*ASK-1*20260602*2030",
        "HL*1**20*1",
        "NM1*X3*2*BLUE HARBOR HEALTH PLAN*****PI*BLHRB",
        "HL*2*1*21*1",
        "NM1*1P*1*ALDER*JUNE****XX*1990300216",
        "PER*IC*DESK*TE*2075550100",
        "PRV*PE*PXC*207Q00000X",
        "HL*3*2*22*1",
        "NM1*IL*1*QUARTZ*FLINT*B**JR*MI*ABC123456789",
        "DMG*D8*19800229*M",
        "HL*4*3*23*1",
        "NM1*QC*1*QUARTZ*OPAL",
        "REF*EJ*P1",
        "N3*12 PINE ST",
        "N4*PORTLAND*ME*04101",
        "DMG*D8*20150505*F",
        "INS*N*19",
        "HL*5*4*EV*1",
        "TRN*1*OURS-1*9HARBORVIE",
        "UM*AR*I*2*21:B**03***Y*1",
        "REF*BB*AUTH-0",
        "REF*NT*ADMIN",
        "DTP*439*D8*20260501",
        "DTP*431*D8*20260502",
        "DTP*AAH*RD8*20260501-20260531",
        "DTP*435*D8*20260601",
        "DTP*096*D8*20260605",
        "HI*ABK:E119:D8:20260503*ABF:I10",
        "HSD*DY*7",
        "CL1*2**30",
        "MSG*URGENT, PLEASE",
        "NM1*FA*2*HARBOR HOSPITAL*****XX*1990300125",
        "N3*12 PINE ST",
        "N4*PORTLAND*ME*04101",
        "NM1*SJ*1*ALDER*JUNE****XX*1990300216",
        "PER*IC*DESK*TE*2075550100",
        "PRV*PE*PXC*207Q00000X",
        "HL*6*5*SS*0",
        "UM*HS*I",
        "DTP*472*D8*20260601",
        "SV1*HC:33510:LT*1000*UN*2***1:2",
        "HSD*VS*3*DA*1*34*2",
        "MSG*BOTH SIDES",
        "NM1*FA*2*HARBOR HOSPITAL*****XX*1990300125",
        "N3*12 PINE ST",
        "N4*PORTLAND*ME*04101",
        "HL*7*5*SS*0",
        "SV2*0120***DA*5",
    ]
    second = [
        "BHT*0007*13*ASK-1*20260602*2030",
        "HL*1**20*1",
        "NM1*X3*2*BLUE HARBOR HEALTH PLAN*****PI*BLHRB",
        "HL*2*1*21*1",
        "NM1*1P*1*ALDER*JUNE****XX*1990300216",
        "HL*3*2*22*1",
        "NM1*IL*1*QUARTZ*FLINT*B**JR*MI*ABC123456789",
        "DMG*D8*19800229*M",
        "HL*4*3*EV*0",
        "TRN*1*OURS-2*9HARBORVIE",
        "UM*HS*I",
    ]
    assert body(written) == first
    assert written.text.split("~")[3 + len(first) + 2 : -4] == second
    assert [(one.trace, one.st02) for one in written.requests] == [("OURS-1", "1001"), ("OURS-2", "1002")]


@pytest.mark.parametrize(
    ("written", "st01", "gs01", "sets"),
    [
        (write_270(HEADER, GROUP, [inquiry_set(Inquiry("A", MEMBER)), inquiry_set(Inquiry("B", MEMBER), number=1002)]), "270", "HS", 2),
        (write_276(HEADER, GROUP, [status_set(STATUS)]), "276", "HR", 1),
        (write_278(HEADER, GROUP, [review(), review(number=1002), review(number=1003)]), "278", "HI", 3),
    ],
)  # fmt: skip
def test_the_envelope_is_whole(written: WrittenRequests, st01: str, gs01: str, sets: int) -> None:
    envelope = open_envelope(written.text.encode())
    assert (envelope.disposition, envelope.all_problems()) == ("accepted", [])
    ((group,),) = [one.groups for one in envelope.interchanges]
    assert (group.gs01, group.gs06, len(group.sets)) == (gs01, "70", sets)
    assert {guide_of(one.st01, one.st03, group.gs08) for one in group.sets} == {st01}
    assert {one.st03 for one in group.sets} == {group.gs08}
    assert [one.st02 for one in group.sets] == [f"{1001 + place}" for place in range(sets)]


def test_names_are_spelled_out_and_counted() -> None:
    accented = replace(MEMBER, name=PersonName("Käßner", "Zoë"))
    written = write_270(HEADER, GROUP, [inquiry_set(Inquiry("A", accented), Inquiry("B", MEMBER))])
    assert "NM1*IL*1*KASSNER*ZOE****MI*ABC123456789" in body(written)
    assert written.changed == {"2100C NM103": 1, "2100C NM104": 1}


Build = Callable[[], WrittenRequests]


def asked(**changes: Any) -> Build:
    return lambda: write_270(HEADER, GROUP, [inquiry_set(replace(Inquiry("SECRET", MEMBER), **changes))])


def status(**changes: Any) -> Build:
    return lambda: write_276(HEADER, GROUP, [status_set(replace(STATUS, **changes))])


def reviewed(**changes: Any) -> Build:
    return lambda: write_278(HEADER, GROUP, [review(**changes)])


def member(**changes: Any) -> Member:
    return replace(MEMBER, **changes)


def with_requester(**changes: Any) -> Build:
    return reviewed(requester=replace(ProviderParty(ALDER), **changes))


def with_service(*changes: Any, **more: Any) -> Build:
    return reviewed(diagnoses=(Diagnosis("E119"),), services=(Service(*changes, **more),))


@pytest.mark.parametrize(
    ("build", "place"),
    [
        pytest.param(asked(trace=""), "2000C TRN02 is empty", id="270-no-trace"),
        pytest.param(asked(trace="X*Y"), "2000C TRN02 holds a delimiter", id="270-delimiter-in-trace"),
        pytest.param(asked(trace="T" * 51), "2000C TRN02 has 51 characters", id="270-long-trace"),
        pytest.param(asked(subscriber=member(name=PersonName("Жуков"))), "2100C NM103 holds a letter", id="270-letter"),
        pytest.param(asked(subscriber=member(name=PersonName("*"))), "2100C NM103 is empty", id="270-nothing-left"),
        pytest.param(asked(subscriber=member(name=PersonName("N" * 61))), "2100C NM103 has 61", id="270-long-name"),
        pytest.param(asked(subscriber=member(member_id="A:B")), "2100C NM109 holds a delimiter", id="270-member-id"),
        pytest.param(asked(subscriber=member(member_id=None, birth_on=None)), "2100C needs NM109", id="270-unknown"),
        pytest.param(asked(subscriber=member(member_id=None), dependent=CHILD), "2100C needs NM109", id="270-of-nobody"),
        pytest.param(asked(subscriber=member(sex="MALE")), "2100C DMG03 has 4", id="270-sex"),
        pytest.param(asked(subscriber=member(address=replace(HOME, city=""))), "2100C N401 is empty", id="270-city"),
        pytest.param(asked(subscriber=member(address=replace(HOME, state="MAINE"))), "2100C N402 has 5", id="270-state"),
        pytest.param(asked(subscriber=member(references=(Reference("6P", ""),))), "2100C REF02 is empty", id="270-ref"),
        pytest.param(asked(dependent=replace(CHILD, relationship="9")), "2100D INS02 has 1", id="270-relationship"),
        pytest.param(asked(service_types=()), "2110C needs either", id="270-nothing-asked"),
        pytest.param(asked(procedure=Procedure("99213")), "2110C needs either", id="270-both-asked"),
        pytest.param(asked(service_types=("30^1",)), "2110C EQ01 holds", id="270-hidden-repetition"),
        pytest.param(asked(service_types=("300",)), "2110C EQ01 holds", id="270-service-type"),
        pytest.param(asked(service_types=("30",) * 100), "2110C EQ01 has 100", id="270-too-many-types"),
        pytest.param(asked(plan=Period(dt.date(2026, 2, 1), dt.date(2026, 1, 1))), "2100C DTP03", id="270-range"),
        pytest.param(status(subscriber=member(name=None)), "2100D NM103 is empty", id="276-no-name"),
        pytest.param(status(subscriber=member(member_id=None)), "2100D NM109 is empty", id="276-no-member-id"),
        pytest.param(status(subscriber=member(birth_on=None)), "2000D DMG02 is empty", id="276-no-birth"),
        pytest.param(status(dependent=replace(CHILD, birth_on=None)), "2000E DMG02 is empty", id="276-child-no-birth"),
        pytest.param(status(served=None), "2200D needs DTP", id="276-no-day"),
        pytest.param(status(payer_claim_number="A~B"), "2200D REF02 holds", id="276-claim-number"),
        pytest.param(status(lines=(line(procedure=Procedure("99213", ("25",) * 5)),)), "2210D SVC01 has 5", id="276-modifiers"),
        pytest.param(status(lines=(line(procedure=Procedure("99213", ("2",))),)), "2210D SVC01 has a modifier", id="276-modifier"),
        pytest.param(status(lines=(line(procedure=Procedure("")),)), "2210D SVC01-2 is empty", id="276-no-procedure"),
        pytest.param(reviewed(subscriber=member(name=None)), "2010C NM103 is empty", id="278-no-name"),
        pytest.param(reviewed(subscriber=member(member_id="")), "2010C NM109 is empty", id="278-no-member-id"),
        pytest.param(reviewed(originator="SHORT"), "2000E TRN03 has 5", id="278-originator"),
        pytest.param(reviewed(reference=""), "BHT03 is empty", id="278-no-reference"),
        pytest.param(reviewed(organization=Party(OrganizationName(""), "X1")), "2010A NM103 is empty", id="278-no-payer"),
        pytest.param(with_requester(contact=Contact("DESK", "", None, None)), "2010B PER has 0", id="278-no-number"),
        pytest.param(with_requester(taxonomy="207Q00000X", provider_code=""), "2010B PRV01 is empty", id="278-role"),
        pytest.param(reviewed(diagnoses=(Diagnosis("E119"),) * 13), "2000E HI has 13", id="278-diagnoses"),
        pytest.param(reviewed(diagnoses=(Diagnosis(""),)), "2000E HI01-2 is empty", id="278-no-diagnosis"),
        pytest.param(reviewed(delivery=Delivery()), "2000E HSD is empty", id="278-empty-delivery"),
        pytest.param(reviewed(delivery=Delivery("VS")), "2000E HSD01 and HSD02", id="278-half-a-delivery"),
        pytest.param(reviewed(admission=Admission()), "2000E CL1 is empty", id="278-empty-admission"),
        pytest.param(reviewed(message="M" * 265), "2000E MSG01 has 265", id="278-long-message"),
        pytest.param(with_service(None), "2000F needs SV101", id="278-no-service"),
        pytest.param(with_service(Procedure("99213"), pointers=(2,)), "2000F SV107", id="278-pointer"),
        pytest.param(with_service(None, "0120", pointers=(1,)), "2000F SV2 has no", id="278-pointer-of-a-revenue-code"),
    ],
)  # fmt: skip
def test_what_cannot_be_sent_is_refused_naming_the_place_and_not_the_value(build: Build, place: str) -> None:
    with pytest.raises(RequestsRefused) as refused:
        build()
    (refusal,) = refused.value.refusals
    assert place in refusal.text
    said = str(refused.value) + refusal.text
    assert not any(
        value in said for value in ("SECRET", "QUARTZ", "Жуков", "ABC123456789", "A:B", "A~B", "X*Y", "MAINE")
    )


def test_one_bad_request_is_named_and_the_others_can_be_written_without_it() -> None:
    good, bad = Inquiry("GOOD", MEMBER), Inquiry("BAD", member(member_id="A:B"))
    with pytest.raises(RequestsRefused) as refused:
        write_270(HEADER, GROUP, [inquiry_set(good, bad, replace(bad, trace="WORSE"))])
    assert [one.trace for one in refused.value.refusals] == ["BAD", "WORSE"]
    assert [one.trace for one in write_270(HEADER, GROUP, [inquiry_set(good)]).requests] == ["GOOD"]


def test_a_set_holds_one_to_99_patients_unless_more_are_agreed() -> None:
    many = inquiry_set(*(Inquiry(f"T{number}", MEMBER) for number in range(100)))
    with pytest.raises(X12DataError, match="100 patients"):
        write_270(HEADER, GROUP, [many])
    assert len(write_270(HEADER, GROUP, [many], max_patients=100).requests) == 100
    with pytest.raises(X12DataError, match="0 patients"):
        write_270(HEADER, GROUP, [inquiry_set()])
    with pytest.raises(X12DataError, match="needs a provider"):
        write_276(HEADER, GROUP, [status_set()])


def test_a_payer_or_provider_that_cannot_be_written_stops_everything() -> None:
    bad = replace(PRACTICE, identifier="1*2")
    with pytest.raises(X12DataError, match="2100B NM109 holds a delimiter") as refused:
        write_270(HEADER, GROUP, [replace(inquiry_set(Inquiry("A", MEMBER)), provider=ProviderParty(bad))])
    assert not isinstance(refused.value, RequestsRefused)
    with pytest.raises(X12DataError, match="2100C NM109 is empty"):
        write_276(
            HEADER,
            GROUP,
            [replace(status_set(STATUS), providers=(ProviderRequests(replace(bad, identifier=""), (STATUS,)),))],
        )


def test_a_foreign_address_carries_its_country() -> None:
    abroad = member(address=Address("1 RUE DU PORT", "QUEBEC", "", "G1K", None, "CA", "QC"))
    assert "N4*QUEBEC**G1K*CA***QC" in body(write_270(HEADER, GROUP, [inquiry_set(Inquiry("A", abroad))]))

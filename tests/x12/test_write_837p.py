"""The 837P writer: every shape of claim is valid by pyx12 and our own checks, and says what the claim says."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from pm_pipeline.x12.charset import fit_name, is_identifier
from pm_pipeline.x12.claim_837p import (
    Contact,
    OrganizationName,
    PersonName,
    ProfessionalClaim,
)
from pm_pipeline.x12.validate import Verdict, validate
from pm_pipeline.x12.write import X12DataError
from pm_pipeline.x12.write_837p import ClaimsRefused
from tests.x12.claims_837p import (
    BILLING,
    BLUE,
    CHILD,
    COMP,
    DAY,
    HOME,
    NORTH,
    REFERRING,
    SUBSCRIBER,
    claim,
    drug_line,
    line,
    write,
)

DIAGNOSES = ("E119", "I10", "Z0000", "M545", "J069", "N390", "R05", "K219", "F329", "G43909", "S93401A", "U071")

SHAPES: dict[str, ProfessionalClaim] = {
    "subscriber is the patient": claim(1),
    "child of the subscriber": claim(2, patient=CHILD),
    "spouse": claim(3, patient=replace(CHILD, relationship="01", name=PersonName("QUARTZ", "RUBY", "A", "SR"))),
    "referring provider": claim(4, referring=REFERRING),
    "service facility": claim(5, facility=NORTH),
    "prior authorization": claim(6, authorization_number="AUTH-1234"),
    "replacement": claim(7, frequency="7", payer_claim_number="2026PCN0001"),
    "void": claim(8, frequency="8", payer_claim_number="2026PCN0001"),
    "drug with NDC": claim(9, lines=(line(91), drug_line(92))),
    "twelve diagnoses": claim(10, diagnoses=DIAGNOSES, lines=(line(101, pointers=(1, 5, 9, 12)),)),
    "fifty lines": claim(11, lines=tuple(line(1100 + n, modifiers=("59",)) for n in range(50))),
    "four modifiers": claim(12, lines=(line(121, modifiers=("25", "59", "RT", "GT")),)),
    "span of dates": claim(13, lines=(line(131, dos_from=DAY, dos_to=DAY + dt.timedelta(4), units=Decimal(5)),)),
    "line at another place": claim(14, lines=(line(141), line(142, place_of_service="02"))),
    "workers' compensation": claim(
        15,
        payer=COMP,
        related_cause="EM",
        accident_on=DAY,
        property_casualty_claim_number="WC-55",
        subscriber=replace(SUBSCRIBER, name=OrganizationName("GRANITE WORKS"), group_number=None),
        patient=replace(CHILD, relationship="20"),
    ),
    "accident of a subscriber": claim(16, related_cause="OA", accident_on=DAY, property_casualty_claim_number="PC1"),
    "hospital dates": claim(17, admitted_on=DAY, discharged_on=DAY, onset_on=DAY, place_of_service="21"),
    "longest names": claim(
        18, subscriber=replace(SUBSCRIBER, name=PersonName("Q" * 60, "F" * 35, "M" * 25, "S" * 10), member_id="M" * 80)
    ),
    "no group, no middle name": claim(
        19, subscriber=replace(SUBSCRIBER, name=PersonName("QUARTZ", "FLINT"), group_number=None)
    ),
    "secondary": claim(20, payer_turn="S"),
    "no charge": claim(21, lines=(line(211, charge_cents=0),)),
}


def judged(*claims: ProfessionalClaim) -> Verdict:
    return validate(write(*claims).text.encode("ascii"))


def segments(*claims: ProfessionalClaim) -> list[str]:
    return write(*claims).text.split("~")


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_claim_is_valid(shape: str) -> None:
    assert judged(SHAPES[shape]).findings == []


def test_all_shapes_together_are_valid_and_each_claim_lies_where_its_place_says() -> None:
    written = write(*SHAPES.values(), per_set=5)
    assert validate(written.text.encode()).is_valid
    pieces = ["", *written.text.split("~")]
    assert [place.claim_id for place in written.claims] == [one.claim_id for one in SHAPES.values()]
    for place, one in zip(written.claims, SHAPES.values(), strict=True):
        own = pieces[place.first_segment_no : place.last_segment_no + 1]
        assert own[0].startswith("HL*")
        assert own[0].split("*")[3] == "22"
        assert [piece.split("*")[1] for piece in own if piece.startswith("CLM*")] == [one.claim_id]
        assert sum(piece.startswith("LX*") for piece in own) == len(one.lines)
    for place in written.sets:
        assert pieces[place.first_segment_no].startswith(f"ST*837*{place.st02}*005010X222A1")
        assert pieces[place.last_segment_no].startswith("SE*")
    assert [place.claims for place in written.sets] == [5, 5, 5, 5, 1]


def test_no_newline_and_nothing_after_iea() -> None:
    text = write(*SHAPES.values()).text
    assert "\n" not in text
    assert "\r" not in text
    assert text.rstrip("~").split("~")[-1].startswith("IEA*1*000000007")
    assert text.endswith("~")


def test_a_claim_says_what_it_is_in_the_guide_s_places() -> None:
    made = segments(
        claim(
            31,
            patient=CHILD,
            referring=REFERRING,
            facility=NORTH,
            authorization_number="A1",
            frequency="7",
            payer_claim_number="P1",
            lines=(line(311, modifiers=("25",), pointers=(2, 1)), drug_line(312)),
        )
    )
    start = made.index("HL*2*1*22*1")
    assert made[start:-4] == [
        "HL*2*1*22*1",
        "SBR*P**GRP-77******BL",
        "NM1*IL*1*QUARTZ*FLINT*B**JR*MI*ABC123456789",
        "NM1*PR*2*BLUE HARBOR HEALTH PLAN*****PI*BLHRB",
        "N3*PO BOX 2001",
        "N4*BOSTON*MA*021010001",
        "HL*3*2*23*0",
        "PAT*19",
        "NM1*QC*1*QUARTZ*OPAL",
        "N3*12 PINE ST",
        "N4*PORTLAND*ME*04101",
        "DMG*D8*20150505*F",
        "CLM*C00000000000031X*138.84***11:B:7*Y*A*Y*Y",
        "REF*G1*A1",
        "REF*F8*P1",
        "HI*ABK:E119*ABF:I10",
        "NM1*DN*1*SPRUCE*ADA*Q***XX*1990300992",
        "NM1*82*1*ALDER*JUNE****XX*1990300216",
        "PRV*PE*PXC*207Q00000X",
        "NM1*77*2*HARBOR VIEW NORTH CLINIC*****XX*1990300125",
        "N3*22 PINE ST*SUITE 4",
        "N4*FALMOUTH*ME*041050022",
        "LX*1",
        "SV1*HC:99213:25*120.5*UN*1***2:1",
        "DTP*472*D8*20260601",
        "REF*6R*L000000000000311",
        "LX*2",
        "SV1*HC:J1100*18.34*UN*2.5***1",
        "DTP*472*D8*20260601",
        "REF*6R*L000000000000312",
        "LIN**N4*00641036725",
        "CTP****1.25*ML",
    ]


def test_the_subscriber_s_person_is_sent_only_when_the_subscriber_is_the_patient() -> None:
    alone = segments(claim(1))
    assert "SBR*P*18*GRP-77******BL" in alone
    assert "DMG*D8*19800229*M" in alone
    with_child = segments(claim(1, patient=CHILD))
    assert "DMG*D8*19800229*M" not in with_child


def test_the_billing_contact_is_sent_only_when_it_is_not_the_submitter_s() -> None:
    other = replace(BILLING, contact=Contact("RECEPTION", "2075550199"))
    assert "PER*IC*RECEPTION*TE*2075550199" in write(claim(1), billing=other).text.split("~")
    same = replace(BILLING, contact=Contact("BILLING OFFICE", "2075550100"))
    assert sum(piece.startswith("PER*") for piece in write(claim(1), billing=same).text.split("~")) == 1


def test_names_lose_accents_and_delimiters_and_are_counted_by_place() -> None:
    name = PersonName("Núñez*Müller", "Zoë", None, None)
    written = write(claim(1, subscriber=replace(SUBSCRIBER, name=name)), claim(2))
    assert "NM1*IL*1*NUNEZ MULLER*ZOE****MI*ABC123456789" in written.text.split("~")
    assert written.changed == {"2010BA NM103": 1, "2010BA NM104": 1}


@pytest.mark.parametrize(
    ("value", "fitted"),
    [
        ("o’neil", "O'NEIL"),
        ("Weiß", "WEISS"),
        ("Søren Æbelø", "SOREN AEBELO"),
        ("Dvořák", "DVORAK"),
        ("A\u00a0B\r\nC", "A B C"),
        ("12:30~x^y", "12 30 X Y"),
        ("Nguyễn", "NGUYEN"),
        ("A  B", "A B"),
    ],
)
def test_the_rule_of_transliteration(value: str, fitted: str) -> None:
    found = fit_name(value)
    assert found is not None
    assert found.text == fitted


@pytest.mark.parametrize("value", ["Иванов", "山田", "A½B"])
def test_a_letter_without_a_plain_form_is_refused_not_guessed(value: str) -> None:
    assert fit_name(value) is None


def test_refusals_name_every_claim_and_place_and_no_value() -> None:
    bad_name = claim(1, subscriber=replace(SUBSCRIBER, name=PersonName("Иванов", "FLINT")))
    bad_member = claim(2, subscriber=replace(SUBSCRIBER, member_id="AB*C"))
    bad_line = claim(3, lines=(line(31, line_id="L:1"),))
    with pytest.raises(ClaimsRefused) as caught:
        write(bad_name, bad_member, claim(4), bad_line)
    assert [refusal.claim_id for refusal in caught.value.refusals] == [
        one.claim_id for one in (bad_name, bad_member, bad_line)
    ]
    texts = " ".join(refusal.text for refusal in caught.value.refusals)
    assert "2010BA NM103" in texts
    assert "2010BA NM109" in texts
    assert "REF02 (6R)" in texts
    assert "Иванов" not in texts
    assert "AB*C" not in texts


def test_a_header_that_cannot_be_written_blocks_everything() -> None:
    with pytest.raises(X12DataError, match="2010AA NM103"):
        write(claim(1), billing=replace(BILLING, name="ГАВАНЬ"))


def test_identifiers_are_never_changed() -> None:
    assert is_identifier("abc-12/x")
    for value in ("a*b", "a:b", "a^b", "a~b", " a", "a ", "é", "a\nb"):
        assert not is_identifier(value), value
    assert "NM1*IL*1*QUARTZ*FLINT*B**JR*MI*abc 12" in segments(
        claim(1, subscriber=replace(SUBSCRIBER, member_id="abc 12"))
    )


def test_a_name_too_long_for_the_guide_is_found_not_cut() -> None:
    found = judged(claim(1, subscriber=replace(SUBSCRIBER, name=PersonName("Q" * 61, "F")))).findings
    assert [(one.segment_id, one.element, one.code) for one in found] == [("NM1", 3, "5")]


def test_payers_without_an_address_and_several_payers_in_one_set() -> None:
    assert judged(
        claim(1), claim(2, payer=COMP, related_cause="EM"), claim(3, payer=replace(BLUE, address=None))
    ).is_valid


def test_addresses_keep_their_number_sign() -> None:
    assert "N3*5 ELM ST #2" in segments(
        claim(1, subscriber=replace(SUBSCRIBER, address=replace(HOME, line1="5 Elm St #2")))
    )


def test_an_empty_number_is_a_fault_where_none_would_leave_it_out() -> None:
    def codes(**changes: object) -> list[tuple[str, int | None]]:
        text = write(claim(1), billing=replace(BILLING, **changes)).text
        return [(one.segment_id, one.element) for one in validate(text.encode("ascii")).findings]

    assert codes(npi=None) == []
    assert codes(taxonomy=None) == []
    assert ("NM1", 9) in codes(npi="") or ("NM1", 8) in codes(npi="")
    assert ("PRV", 3) in codes(taxonomy="")
    assert judged(claim(1, lines=(line(11, line_id=None),))).findings == []
    assert judged(claim(1, lines=(line(11, line_id=""),))).findings != []

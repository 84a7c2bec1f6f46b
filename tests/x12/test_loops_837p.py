"""The rarer loops of a professional claim, segment by segment, and what a payer's quirks change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from pm_pipeline.config.models import Quirks
from pm_pipeline.x12 import claim_837p_details as details
from pm_pipeline.x12.claim_837p import Contact, Drug, OtherPayer, PersonName, ProfessionalClaim, Provider
from pm_pipeline.x12.validate import validate
from pm_pipeline.x12.write_837p import ClaimsRefused
from tests.x12 import special_837p as special
from tests.x12.claims_837p import BILLING, BLUE, NORTH, RENDERING, SUBSCRIBER, claim, line, write


def body(one: ProfessionalClaim) -> list[str]:
    """The segments from CLM to the last line."""
    pieces = write(one).text.split("~")
    return pieces[next(place for place, piece in enumerate(pieces) if piece.startswith("CLM*")) : -4]


@pytest.mark.parametrize("kind", special.SPECIAL)
def test_every_special_claim_is_valid(kind: str) -> None:
    verdict = validate(write(special.SPECIAL[kind]()).text.encode("ascii"))
    assert (verdict.findings, verdict.is_valid) == ([], True)


def test_a_secondary_claim_says_what_the_primary_did() -> None:
    text = write(special.secondary()).text
    assert "SBR*S*18***12****MB~" in text
    assert body(special.secondary())[3:] == [
        "PRV*PE*PXC*207Q00000X",
        "SBR*P*18*GRP-77******BL",
        "AMT*D*80",
        "AMT*EAF*15",
        "OI***Y***Y",
        "NM1*IL*1*QUARTZ*FLINT*B**JR*MI*ABC123456789",
        "N3*12 PINE ST",
        "N4*PORTLAND*ME*04101",
        "NM1*PR*2*BLUE HARBOR HEALTH PLAN*****PI*BLHRB",
        "N3*PO BOX 2001",
        "N4*BOSTON*MA*021010001",
        "REF*F8*ICN-1",
        "LX*1",
        "SV1*HC:99213:25*120.5*UN*1***1",
        "DTP*472*D8*20260601",
        "REF*6R*L000000000004011",
        "SVD*BLHRB*80*HC:99213:25**1",
        "CAS*CO*45*25.5",
        "CAS*PR*2*15",
        "DTP*573*D8*20260620",
    ]


def test_a_tertiary_claim_has_both_payers_in_order() -> None:
    made = body(special.tertiary())
    assert [piece for piece in made if piece.startswith(("SBR*", "CAS*", "AMT*", "MOA*"))] == [
        "SBR*P*18*GRP-77******BL",
        "AMT*D*80",
        "SBR*S*01*GRP-9******CI",
        "CAS*OA*23*105.5",
        "CAS*PR*3*5",
        "AMT*D*10",
        "MOA***MA18",
        "CAS*CO*45*25.5",
        "CAS*PR*2*15",
    ]


GOLDEN: dict[str, tuple[Callable[[], ProfessionalClaim], list[str]]] = {
    "anesthesia": (
        special.anesthesia,
        ["HI*ABK:E119*ABF:I10", "HI*BP:66984", "SV1*HC:00142:QK:QS:P1*120.5*MJ*61***1"],
    ),
    "ambulance": (
        special.ambulance,
        [
            "CR1*LB*140**A*DH*12****UNABLE TO SIT", "CRC*07*Y*01*09", "NM1*PW*2", "N3*ROUTE 1 MILE 9",
            "N4*BATH*ME*04530", "NM1*45*2*PINE HOSPITAL", "N3*1 HOSPITAL DR", "N4*PORTLAND*ME*041020001", "QTY*PT*2",
        ],
    ),
    "laboratory": (
        special.laboratory,
        [
            "REF*X4*20D1234567", "REF*6R*L000000000004051", "REF*F4*20D7654321", "PS1*1990300885*9",
            "NM1*QB*2******XX*1990300885", "NM1*DK*1*SPRUCE*ADA*Q***XX*1990300992", "N3*12 PINE ST",
            "N4*PORTLAND*ME*04101",
        ],
    ),
    "drug": (
        special.drug,
        [
            "NTE*ADD*GIVEN IN THE OFFICE", "SV1*HC:J3490:::::UNLISTED, 5 MG*120.5*UN*1***1", "LIN**N4*00641036725",
            "CTP****0.5*ML", "REF*XZ*RX-9",
        ],
    ),
    "chiropractic": (
        special.chiropractic,
        [
            "DTP*431*D8*20260601", "DTP*454*D8*20260601", "DTP*453*D8*20260601", "DTP*455*D8*20260601",
            "CR2********A**CHRONIC PAIN",
        ],
    ),
    "injury": (
        special.injury,
        [
            "CLM*C00000000000408X*120.5***11:B:1*Y*A*Y*Y**AA:EM::ME*********11", "DTP*439*D8*20260601",
            "DTP*314*RD8*20260601-20260620", "DTP*444*D8*20260601", "PWK*OZ*BM***AC*DOC-1", "AMT*F5*20",
            "K3*STATE DATA 1",
        ],
    ),
    "repriced": (
        special.repriced,
        ["CN1*02*100*12.5*NET", "REF*9A*RP-1", "REF*EA*MRN-5", "HCP*03*100*20.5*333001234"],
    ),
    "equipment": (
        special.equipment,
        [
            "SV1*HC:K0001:RR:KH*75*UN*1*11**1", "SV5*HC:K0001*DA*30*75*500*4", "CR3*I*MO*99", "CRC*09*Y*38",
            "DTP*472*D8*20260601", "DTP*463*D8*20260601", "DTP*461*D8*20260601", "MEA*TR*HT*70", "LQ*UT*02.03B",
            "FRM*1*Y", "FRM*5**8",
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", GOLDEN)
def test_a_special_claim_has_its_segments_in_the_guide_s_order(kind: str) -> None:
    make, expected = GOLDEN[kind]
    assert [piece for piece in body(make()) if piece in expected] == expected


def test_pyx12_s_map_knows_no_transmission_code_of_an_equipment_certificate() -> None:
    """PWK*CT*AD is right by the guide; the map's first PWK takes it for an attachment (also in a third party's file)."""
    made = special.equipment("AD")
    assert "PWK*CT*AD" in body(made)
    found = validate(write(made).text.encode("ascii")).findings
    assert [(one.segment_id, one.element, one.code) for one in found] == [("PWK", 2, "7")]


def test_seven_reasons_of_a_group_take_two_segments_and_groups_are_gathered() -> None:
    many = tuple(special.adjustment("CO", str(reason), 100) for reason in range(1, 8))
    mixed = (*many[:1], special.adjustment("PR", "1", 50), *many[1:])
    other = OtherPayer("P", "18", BLUE, SUBSCRIBER, adjustments=mixed)
    made = body(claim(1, payer_turn="S", other_payers=(other,)))
    assert [piece for piece in made if piece.startswith("CAS")] == [
        "CAS*CO*1*1**2*1**3*1**4*1**5*1**6*1", "CAS*CO*7*1", "CAS*PR*1*0.5",
    ]  # fmt: skip


def test_what_has_no_room_is_refused_with_its_place() -> None:
    too_many = tuple(special.adjustment("CO", str(reason), 1) for reason in range(31))
    for made, place in (
        (claim(1, other_payers=(OtherPayer("P", "18", BLUE, SUBSCRIBER, adjustments=too_many),)), "2320 CAS"),
        (claim(1, anesthesia_procedures=("1", "2", "3")), "HI (BP)"),
        (claim(1, condition_codes=("AA",) * 25), "HI (BG)"),
        (claim(1, lines=(line(1, drug=Drug("0" * 11, Decimal(1), "UN", "A", "B")),)), "2410 REF"),
        (claim(1, facility=replace(NORTH, contact=Contact("A", "1", "2", "3", "4"))), "2310C PER"),
        (claim(1, related_cause_2="EM"), "CLM11-1"),
        (claim(1, note=details.Note("ADD", "Б")), "2300 NTE02"),
        (claim(1, file_information=("A*B",)), "2300 K301"),
    ):
        with pytest.raises(ClaimsRefused) as caught:
            write(made)
        assert caught.value.refusals[0].text.startswith(place)


# --- quirks ---------------------------------------------------------------------------------------------------------


def quirky(**quirks: object) -> Quirks:
    return Quirks.model_validate(quirks)


def with_quirks(one: ProfessionalClaim, **quirks: object) -> list[str]:
    return write(replace(one, payer=replace(one.payer, quirks=quirky(**quirks)))).text.split("~")


def changed_by(one: ProfessionalClaim, **quirks: object) -> tuple[list[str], list[str]]:
    """What the quirks took away, and what they added."""
    before, after = write(one).text.split("~"), with_quirks(one, **quirks)
    gone = [piece for piece in before if piece not in after and not piece.startswith("SE*")]
    return gone, [piece for piece in after if piece not in before and not piece.startswith("SE*")]


ALDER = ["NM1*82*1*ALDER*JUNE****XX*1990300216", "PRV*PE*PXC*207Q00000X"]


def test_the_rendering_provider_is_sent_always_never_or_when_another() -> None:
    assert changed_by(claim(1), send_rendering="never") == (ALDER, [])
    assert changed_by(claim(1), send_rendering="when_different") == ([], [])
    solo = replace(BILLING, name=PersonName("ALDER", "JUNE"), npi=RENDERING.npi)
    one = claim(1, payer=replace(BLUE, quirks=quirky(send_rendering="when_different")))
    assert "NM1*82" not in write(one, billing=solo).text
    assert "NM1*85*1*ALDER*JUNE****XX*1990300216" in write(one, billing=solo).text.split("~")
    assert "NM1*82" in write(claim(1), billing=solo).text


def test_taxonomy_further_numbers_facility_and_group_number_can_be_left_out() -> None:
    assert changed_by(claim(1), send_rendering_taxonomy=False) == (ALDER[1:], [])
    numbered = claim(1, rendering=replace(RENDERING, secondary_ids=(details.SecondaryId("G2", "OLD-1"),)))
    assert changed_by(numbered, send_provider_ids=False) == (["REF*G2*OLD-1"], [])
    gone, new = changed_by(claim(1, facility=NORTH), send_facility=False)
    assert (gone[0], len(gone), new) == ("NM1*77*2*HARBOR VIEW NORTH CLINIC*****XX*1990300125", 3, [])
    gone, new = changed_by(claim(1), send_group_number=False)
    assert (gone, new) == (["SBR*P*18*GRP-77******BL"], ["SBR*P*18*******BL"])


def test_a_provider_without_npi_keeps_its_numbers() -> None:
    nameless = Provider(PersonName("ROWAN"), None, secondary_ids=(details.SecondaryId("G2", "OLD-1"),))
    assert "REF*G2*OLD-1" in with_quirks(claim(1, rendering=nameless), send_provider_ids=False)


def test_the_place_can_be_sent_on_every_line() -> None:
    assert "SV1*HC:99213*120.5*UN*1*11**1" in with_quirks(claim(1), send_line_place=True)


def test_a_claim_office_number_can_stand_alone() -> None:
    numbers = (details.SecondaryId("2U", "A1"), details.SecondaryId("FY", "B2"))
    one = claim(1, payer=replace(BLUE, secondary_ids=numbers, billing_ids=(details.SecondaryId("G2", "OLD"),)))
    assert changed_by(one, prefer_claim_office=True) == (["REF*2U*A1"], [])
    assert "REF*G2*OLD" in write(one).text.split("~")


def test_names_can_keep_the_case_they_were_typed_in() -> None:
    typed = replace(SUBSCRIBER, name=PersonName("Núñez", "Flint"))
    kept = with_quirks(claim(1, subscriber=typed), keep_case=True)
    assert "NM1*IL*1*Nunez*Flint****MI*ABC123456789" in kept
    assert "NM1*IL*1*NUNEZ*FLINT****MI*ABC123456789" in write(claim(1, subscriber=typed)).text.split("~")
    assert validate("~".join(kept).encode("ascii")).is_valid


def test_two_payers_that_share_a_clinician_each_get_their_own_way() -> None:
    other = replace(BLUE, payer_id="OTHER", quirks=quirky(send_rendering_taxonomy=False))
    text = write(claim(1), claim(2, payer=other), claim(3)).text
    assert [part.count("PRV*PE") for part in text.split("~HL*")[2:]] == [1, 0, 1]

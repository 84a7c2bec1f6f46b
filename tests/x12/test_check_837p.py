"""Each check of ours that pyx12 lacks finds its fault in a claim that is right but for that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pm_pipeline.x12 import claim_837p_details as details
from pm_pipeline.x12.claim_837p import ProfessionalClaim
from pm_pipeline.x12.validate import validate
from tests.x12 import special_837p as special
from tests.x12.claims_837p import NORTH, claim, drug_line, line, write


def swapped(one: ProfessionalClaim, old: str, new: str) -> list[tuple[str, str, int | None]]:
    """The findings (code, segment, element) of a claim after one text in it was changed."""
    text = write(one).text
    assert text.count(old) == 1
    found = validate(text.replace(old, new).encode("ascii")).findings
    return [(finding.code, finding.segment_id, finding.element) for finding in found]


FAULTS: dict[str, tuple[Callable[[], ProfessionalClaim], str, str, list[tuple[str, str, int | None]]]] = {
    "the other payer paid another sum": (
        special.secondary, "AMT*D*80~", "AMT*D*79.99~", [("OWN-COB", "SBR", None)],
    ),
    "a line's adjustment is another": (
        special.secondary, "CAS*CO*45*25.5~", "CAS*CO*45*25~", [("OWN-COB", "SBR", None), ("OWN-SVD", "SVD", 2)],
    ),
    "the claim's adjustment is another": (
        special.tertiary, "CAS*OA*23*105.5~", "CAS*OA*23*105~", [("OWN-COB", "SBR", None)],
    ),
    "a line is paid otherwise than the claim": (
        special.secondary, "SVD*BLHRB*80*", "SVD*BLHRB*81*", [("OWN-SVD", "SVD", 2)],
    ),
    "a payer nobody named": (
        special.secondary, "SVD*BLHRB*", "SVD*BLHRX*", [("OWN-COB", "SBR", None), ("OWN-573", "SBR", None),
                                                        ("OWN-SVD", "SVD", 1)],
    ),
    "no day of payment": (special.tertiary, "DTP*573*D8*20260620~LX", "LX", [("4", "", None), ("OWN-573", "SBR", None)]),
    "two primaries": (special.tertiary, "SBR*S*01*", "SBR*P*01*", [("OWN-SBR01", "SBR", 1)]),
    "a tertiary twice": (special.tertiary, "SBR*S*01*", "SBR*T*01*", [("OWN-SBR01", "SBR", 1)]),
    "CLIA number": (special.laboratory, "REF*X4*20D1234567", "REF*X4*20E1234567", [("OWN-CLIA", "REF", 2)]),
    "CLIA number of the other": (special.laboratory, "20D7654321", "20D765432", [("OWN-CLIA", "REF", 2)]),
    "NDC with hyphens": (lambda: claim(1, lines=(drug_line(),)), "00641036725", "0641-0367-25", [("OWN-NDC", "LIN", 3)]),
    "ZIP of the facility": (lambda: claim(1, facility=NORTH), "041050022", "04105", [("OWN-ZIP", "N4", 3)]),
    "ZIP of the practice": (lambda: claim(1), "041010001", "04101", [("OWN-ZIP", "N4", 3)]),
    "tax number": (lambda: claim(1), "REF*EI*990300018", "REF*EI*99-0300018", [("OWN-TAXID", "REF", 2)]),
    "a period backwards": (
        special.injury, "RD8*20260601-20260620", "RD8*20260620-20260601", [("OWN-DATES", "DTP", 3)],
    ),
    "no state of the accident": (special.injury, "AA:EM::ME", "AA:EM", [("OWN-AA", "CLM", 11)]),
    "no day of the accident": (special.injury, "DTP*439*", "DTP*304*", [("OWN-AA", "CLM", 11)]),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_at_its_place(fault: str) -> None:
    make, old, new, expected = FAULTS[fault]
    assert validate(write(make()).text.encode("ascii")).findings == []
    found = [one for one in swapped(make(), old, new) if one[0] != "4" or "4" in (code for code, *_ in expected)]
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_lines_split_by_a_payer_balance_together() -> None:
    """A line that the payer answered as two: its SVD and CAS come to the charge only in sum."""
    one = special.secondary()
    said = one.lines[0].adjudications[0]
    halves = (
        replace(said, paid_cents=5000, adjustments=(special.adjustment("CO", "45", 2550),)),
        replace(said, paid_cents=3000, adjustments=(special.adjustment("PR", "2", 1500),), bundled_line=2),
    )
    split = replace(one, lines=(replace(one.lines[0], adjudications=halves),))
    assert validate(write(split).text.encode("ascii")).findings == []


def test_a_payer_that_has_not_answered_needs_neither_sum_nor_day() -> None:
    waiting = replace(special.tertiary().other_payers[1], paid_cents=None, adjustments=(), adjudicated_on=None)
    assert validate(write(claim(1, other_payers=(waiting,))).text.encode("ascii")).findings == []


def test_a_reversed_adjustment_counts_with_its_sign() -> None:
    one = special.secondary()
    said = one.lines[0].adjudications[0]
    more = (*said.adjustments, special.adjustment("CO", "144", -500))
    paid = replace(said, paid_cents=said.paid_cents + 500, adjustments=more)
    other = replace(one.other_payers[0], paid_cents=8500)
    made = replace(one, lines=(replace(one.lines[0], adjudications=(paid,)),), other_payers=(other,))
    assert validate(write(made).text.encode("ascii")).findings == []


def test_no_text_of_a_finding_holds_a_value() -> None:
    text = write(special.secondary()).text.replace("SVD*BLHRB*", "SVD*PHI77*")
    assert all("PHI77" not in one.text for one in validate(text.encode("ascii")).findings)


def test_a_period_on_a_line_is_looked_at_too() -> None:
    dates = details.LineDates()
    made = claim(1, lines=(line(1, dates=dates, dos_to=special.PAID_ON),))
    assert ("OWN-DATES", "DTP", 3) in swapped(made, "RD8*20260601-20260620", "RD8*20260621-20260620")

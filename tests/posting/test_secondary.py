"""A later payer's write-off moves what it newly gives up: once, however its answer is cut, and in whatever runs it comes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pm_pipeline import ledger
from pm_pipeline.audit.verify import verify
from tests.money import CO45, PR2, PR3, Adjustment, World, claim, line
from tests.posting.test_posting import fresh

PRIMARY = claim("C1", line("A", 10_000, 6_400, CO45(2_000), PR2(1_600)))


def oa23(cents: int) -> Adjustment:
    return Adjustment("OA", "23", cents)


def test_two_lines_of_one_charge_share_what_the_primary_settled(world: World) -> None:
    world.bill("C1", {"A": 10_000}, payer="SMDCR", next_payer="SMTML")
    world.post(world.remittance(PRIMARY, payer="SMDCR"))
    half = (line("A", 5_000, 350, oa23(4_200), CO45(250), PR3(200)) for _ in range(2))
    world.post(world.remittance(claim("C1", *half, status="2", number="S1"), payer="SMTML", trace="T2"))
    assert world.ar("C1") == {"patient": 400}
    assert world.balances()["CONTRACTUAL:contract"] == 2_500


@pytest.mark.parametrize("others", [0, 2_700], ids=["OA-23 without what was refused", "OA-23 with it"])
def test_what_the_primary_refused_in_part_is_not_the_secondarys_to_give_up(world: World, others: int) -> None:
    """The refused part stays with the primary until its denial is worked; the secondary repeats the primary's write-off."""
    world.bill("C1", {"A": 5_400}, payer="SMDCR", next_payer="SMTML")
    first = line("A", 5_400, 1_647, CO45(1_053), Adjustment("CO", "151", 2_400), PR2(300))
    world.post(world.remittance(claim("C1", first), payer="SMDCR"))
    assert world.ar("C1") == {"primary": 2_400, "secondary": 300}
    second = line("A", 5_400, 300, oa23(1_347 + others), CO45(3_753 - others))
    world.post(world.remittance(claim("C1", second, status="2", number="S1"), payer="SMTML", trace="T2"))
    assert world.ar("C1") == {"primary": 2_400}
    assert world.balances()["CONTRACTUAL:contract"] == 1_053


def test_an_answer_for_the_claim_as_a_whole_sees_what_the_primary_settled_line_by_line(world: World) -> None:
    world.bill("C1", {"A": 10_000, "B": 5_000}, payer="SMDCR", next_payer="SMTML")
    first = claim(
        "C1", line("A", 10_000, 6_400, CO45(2_000), PR2(1_600)), line("B", 5_000, 3_200, CO45(1_000), PR2(800))
    )
    world.post(world.remittance(first, payer="SMDCR"))
    # the secondary states the primary's payment as OA-23 and repeats its write-off in its own 45
    whole = replace(
        claim("C1", status="2", number="S1"), charge_cents=15_000, paid_cents=2_000,
        adjustments=(oa23(9_600), CO45(3_000), PR3(400)),
    )  # fmt: skip
    world.post(world.remittance(whole, payer="SMTML", trace="T2"))
    assert world.balances()["CONTRACTUAL:contract"] == 3_000
    assert sum(world.ar("C1").values()) == 400


def test_two_answers_of_a_secondary_come_to_the_same_in_one_run_or_in_two(tmp_path: Path) -> None:
    answers = [
        claim("C1", line("A", 10_000, paid, oa23(8_400), CO45(1_600 - paid)), status="2", number=f"S{paid}")
        for paid in (700, 900)
    ]
    hashes = set()
    for number, order in enumerate((("one run",), (0, 1), (1, 0))):
        world = fresh(tmp_path / str(number))
        world.bill("C1", {"A": 10_000}, payer="SMDCR", next_payer="SMTML")
        world.post(world.remittance(PRIMARY, payer="SMDCR"))
        files = [world.remittance(one, payer="SMTML", trace=f"T-{one.paid_cents}") for one in answers]
        if order == ("one run",):
            world.post(*files, run_id="both")
        else:
            for place in order:
                world.post(files[int(place)], run_id=f"run {place}")
        assert verify(world.con) == []
        hashes.add(ledger.content_hash(world.con))
        world.con.close()
    assert len(hashes) == 1


@pytest.mark.parametrize("together", [True, False])
def test_one_payer_that_covers_the_patient_twice_answers_in_two_turns(world: World, together: bool) -> None:
    world.bill("C1", {"A": 10_000}, payer="BLHRB", next_payer="BLHRB")
    second = claim("C1", line("A", 10_000, 1_600, oa23(8_400)), status="2", number="S1")
    files = [world.remittance(PRIMARY), world.remittance(second, trace="T2")]
    for number, some in enumerate([files] if together else [files[:1], files[1:]]):
        world.post(*some, run_id=f"run {number}")
    assert world.ar("C1") == {}
    assert world.exceptions() == []
    assert world.con.execute("SELECT payer_turn FROM posting.posting ORDER BY 1").fetchall() == [
        ("primary",),
        ("secondary",),
    ]

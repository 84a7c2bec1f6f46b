"""What a reversal takes back, and where the claim stands afterwards, whichever file came first."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from pm_pipeline.audit.verify import verify
from tests.money import CO45, Adjustment, World, claim, line, taken_back

JUNE = [dt.date(2026, 6, day) for day in (10, 20, 25, 30)]


def state(world: World) -> str:
    row = world.con.execute("SELECT state FROM scrub.claim_state").fetchone()
    assert row is not None
    return str(row[0])


def test_a_reversal_never_takes_back_the_correction_in_its_own_payment(world: World) -> None:
    """A correction with the same amounts (another remark only) looks just like what the reversal negates."""
    world.bill("C1", {"A": 10_000})
    first = claim("C1", line("A", 10_000, 0, Adjustment("CO", "16", 10_000), remarks=["M51"]))
    second = claim("C1", line("A", 10_000, 0, Adjustment("CO", "16", 10_000), remarks=["M127"]))
    world.post(world.remittance(first, method="NON", on=JUNE[0]))
    both = world.remittance(taken_back(first), second, method="NON", trace="T2", on=JUNE[1])
    world.post(both, run_id="second")
    rows = world.con.execute(
        "SELECT original.payment_id = reversal.payment_id FROM posting.posting AS reversal "
        "JOIN posting.posting AS original ON original.posting_key = reversal.reverses"
    ).fetchall()
    assert rows == [(False,)]
    assert world.denials() == [("DOCUMENTATION", 10_000)]


def test_a_reversal_before_its_original_waits_even_beside_a_correction_with_the_same_amounts(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    first = claim("C1", line("A", 10_000, 8_000, CO45(2_000)))
    world.post(world.remittance(taken_back(first), first, trace="T2", on=JUNE[1]))
    assert world.exceptions() == ["ORPHAN_REVERSAL"]
    world.post(world.remittance(first, on=JUNE[0]), run_id="original")
    assert world.exceptions() == []
    assert world.ar("C1") == {}
    assert verify(world.con) == []


@pytest.mark.parametrize("late", ["correction last", "original last"])
def test_a_claim_whose_correction_stands_is_paid_whichever_file_came_first(world: World, late: str) -> None:
    world.bill("C1", {"A": 10_000})
    first = claim("C1", line("A", 10_000, 0, Adjustment("CO", "50", 10_000)))
    original = world.remittance(first, method="NON", on=JUNE[0])
    corrected = world.remittance(
        taken_back(first), claim("C1", line("A", 10_000, 8_000, CO45(2_000))), trace="T2", on=JUNE[1]
    )
    for number, payment in enumerate([original, corrected] if late == "correction last" else [corrected, original]):
        world.post(payment, run_id=f"run {number}")
    assert state(world) == "paid"
    assert verify(world.con, only="I13") == []


def test_a_claim_paid_twice_and_once_taken_back_is_still_paid(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    paid = claim("C1", line("A", 10_000, 8_000, CO45(2_000)))
    for number, (payment, on) in enumerate(((paid, JUNE[0]), (paid, JUNE[1]), (taken_back(paid), JUNE[2]))):
        world.post(world.remittance(payment, trace=f"T{number}", on=on), run_id=f"run {number}")
    assert state(world) == "paid"
    last = claim("C1", line("A", 10_000, 8_000, CO45(2_000)))
    world.post(world.remittance(taken_back(last), trace="T3", on=JUNE[3]), run_id="all back")
    assert state(world) == "reversed"


@pytest.mark.parametrize(
    ("number", "names", "code"),
    [
        ("ICN1", None, "CORRECTION_IS_REVERSAL"),
        ("ICN2", "ICN1", "CORRECTION_IS_REVERSAL"),
        ("ICN2", "ICN9", "ORPHAN_REVERSAL"),
        ("ICN2", None, "ORPHAN_REVERSAL"),
    ],
    ids=["the same number", "its own, naming the original", "its own, naming another", "its own, naming nothing"],
)
def test_a_correction_under_22_is_known_by_the_number_of_what_it_corrects(
    world: World, number: str, names: str | None, code: str
) -> None:
    world.bill("C1", {"A": 10_000})
    first = claim("C1", line("A", 10_000, 6_000, CO45(4_000)))
    world.post(world.remittance(first, on=JUNE[0]))
    correction = claim("C1", line("A", 10_000, 8_000, CO45(2_000)), status="22", number=number, original_number=names)
    world.post(world.remittance(taken_back(first), correction, trace="T2", on=JUNE[1]), run_id="second")
    assert world.exceptions() == [code]
    assert world.ar("C1") == {"primary": 10_000}


@pytest.mark.parametrize(("number", "names"), [("ICN1", None), ("ICN3", "ICN1"), ("ICN3", "ICN2"), ("ICN2", None)])
def test_so_it_is_beside_a_reversal_with_a_number_of_its_own(world: World, number: str, names: str | None) -> None:
    world.bill("C1", {"A": 10_000})
    first = claim("C1", line("A", 10_000, 6_000, CO45(4_000)))
    world.post(world.remittance(first, on=JUNE[0]))
    back = replace(taken_back(first), payer_claim_number="ICN2", original_number="ICN1")
    correction = claim("C1", line("A", 10_000, 8_000, CO45(2_000)), status="22", number=number, original_number=names)
    world.post(world.remittance(back, correction, trace="T2", on=JUNE[1]), run_id="second")
    assert world.exceptions() == ["CORRECTION_IS_REVERSAL"]

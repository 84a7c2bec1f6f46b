"""Every posted line of a primary answer against its contract: expected, allowed, verdict, and work where it is too little."""

from __future__ import annotations

import datetime as dt
from itertools import permutations
from typing import Any

import pytest

from pm_pipeline import posting, receivables
from pm_pipeline.x12.write_835 import RemitClaim
from tests.contracts import YEAR, agree, bill, contract, fee, found, underpayments, use
from tests.money import CO45, DOS, PR1, PR2, PR3, Adjustment, World, claim, line, taken_back

DAY = dt.timedelta(1)


def test_a_line_allowed_less_than_the_contract_is_work_with_what_can_be_recovered(world: World) -> None:
    agree(world)
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, 4_800, CO45(4_000), PR2(1_200)))))
    assert found(world, "expected_cents", "actual_cents", "variance_cents", "verdict", "recoverable_cents") == [
        (8_000, 6_000, -2_000, "underpaid", 1_600)  # the patient's 20% coinsurance grows too
    ]
    assert underpayments(world) == [("C1", 1_600)]
    row = world.con.execute("SELECT text, due_on FROM receivables.open_work WHERE kind = 'underpayment'").fetchone()
    assert row == (
        "Allowed 20.00 less than PPO version 1 on 1 line: expected 80.00, allowed 60.00. "
        "Ask the payer to reprocess it by 2026-12-17.",
        dt.date(2026, 6, 20),
    )


@pytest.mark.parametrize(
    ("allowed", "verdict"),
    [(7_899, "underpaid"), (7_900, "as_expected"), (8_000, "as_expected"), (8_100, "as_expected"), (8_101, "overpaid")],
)
@pytest.mark.parametrize("tolerance", [{"cents": 100, "percent": 0.5}, {"cents": 3, "percent": 1.25}])
def test_the_larger_of_two_tolerances_decides(
    world: World, allowed: int, verdict: str, tolerance: dict[str, Any]
) -> None:
    agree(world, tolerance=tolerance)
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, allowed, CO45(10_000 - allowed)))))
    assert found(world, "verdict", "tolerance_cents") == [(verdict, 100)]
    assert underpayments(world) == ([("C1", 101)] if verdict == "underpaid" else [])


def test_patient_share_and_sequestration_are_part_of_what_was_allowed(world: World) -> None:
    agree(world)
    world.bill("C1", {"A": 10_000})
    kept = Adjustment("CO", "253", 100)
    answer = line("A", 10_000, 4_900, CO45(2_000), kept, PR1(1_000), PR2(500), PR3(1_500), allowed_cents=8_000)
    world.post(world.remittance(claim("C1", answer)))
    assert found(world, "actual_cents", "stated_cents", "verdict") == [(8_000, 8_000, "as_expected")]


def test_what_the_patient_owes_all_of_is_not_recoverable_from_the_payer(world: World) -> None:
    agree(world)
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, 0, CO45(3_000), PR1(7_000))), method="NON"))
    assert found(world, "verdict", "recoverable_cents") == [("underpaid", 0)]
    assert underpayments(world) == []


HALF = {"modifier": "50", "percent": 150}
PRICES: dict[str, tuple[dict[str, Any], dict[str, Any], int, int]] = {
    # terms, charge, billed, expected
    "units": ({}, {"units": 3}, 90_000, 24_000),
    "part of a unit": ({}, {"units": 1.5}, 90_000, 12_000),
    "one price for the line": ({"price": {"fee_schedule": "plan", "units": "line"}}, {"units": 3}, 90_000, 8_000),
    "percent of a schedule": ({"price": {"fee_schedule": "plan", "percent": 102.25}}, {}, 90_000, 8_180),
    "percent of charge": ({"price": {"percent_of_charge": 33.33}}, {"units": 4}, 10_005, 3_335),
    "lesser of charge": ({}, {}, 7_000, 7_000),
    "not the lesser": ({"lesser_of_charge": False}, {}, 7_000, 8_000),
    "bilateral": ({"modifiers": [HALF]}, {"modifiers": ["RT", "50"]}, 90_000, 12_000),
    "assistant, bilateral": ({"modifiers": [HALF, {"modifier": "80", "percent": 16}]}, {"modifiers": ["50", "80"]}, 90_000, 1_920),
    "a modifier it does not speak of": ({"modifiers": [HALF]}, {"modifiers": ["25"]}, 90_000, 8_000),
    "carved out by range": (
        {"carve_outs": [{"name": "lab", "procedures": ["80047-89398"], "percent_of_charge": 50},
                        {"name": "visits", "procedures": ["99202-99215"], "percent_of_charge": 60}]}, {}, 10_000, 6_000),
}  # fmt: skip


@pytest.mark.parametrize("name", PRICES)
def test_the_price_of_a_line_by_the_terms(world: World, name: str) -> None:
    terms, charge, billed, expected = PRICES[name]
    agree(world, **terms)
    bill(world, "C1", {"A": billed}, **charge)
    allowed = min(billed, expected)
    world.post(world.remittance(claim("C1", line("A", billed, allowed, CO45(billed - allowed)))))
    assert found(world, "expected_cents", "variance_cents") == [(expected, allowed - expected)]


RATES = (
    fee(1_000, row=2), fee(2_000, place="facility", row=3), fee(3_000, modifier="26", row=4), fee(4_000, modifier="26", place="facility", row=5),
    fee(5_000, modifier="TC", row=6), fee(6_000, code="99214", since=YEAR, until=DOS - DAY, row=7), fee(7_000, code="99214", since=DOS, row=8),
    fee(None, code="99215", row=9),
)  # fmt: skip


@pytest.mark.parametrize(
    ("code", "modifiers", "place", "cents", "row"),
    [
        ("99213", [], "11", 1_000, 2),
        ("99213", ["25"], "22", 2_000, 3),
        ("99213", ["25", "26"], "11", 3_000, 4),
        ("99213", ["26"], "21", 4_000, 5),
        ("99213", ["TC", "26"], "11", 5_000, 6),  # the first modifier that has a price
        ("99213", [], None, 1_000, 2),
        ("99214", [], "11", 7_000, 8),  # by the day of service
    ],
)
def test_the_most_particular_row_in_force_on_the_day_of_service_counts(
    world: World, code: str, modifiers: list[str], place: str | None, cents: int, row: int
) -> None:
    # a modifier that has a price of its own is not reduced once more
    agree(world, *RATES, modifiers=[{"modifier": "26", "percent": 40}, {"modifier": "TC", "percent": 100}])
    expected = cents if modifiers != ["TC", "26"] else 2_000
    bill(world, "C1", {"A": 9_000}, procedure_code=code, modifiers=modifiers, place_of_service=place or "zz")
    world.post(world.remittance(claim("C1", line("A", 9_000, 9_000, procedure=code))))
    assert found(world, "unit_cents", "schedule_row", "expected_cents") == [(cents, row, expected)]


def test_the_dearest_of_a_days_procedures_is_paid_in_full_and_the_others_less(world: World) -> None:
    fees = tuple(
        fee(cents, code=code)
        for code, cents in (("20610", 9_000), ("17110", 20_000), ("11042", 5_000), ("99213", 8_000))
    )
    agree(world, *fees, multiple_procedures={"procedures": ["10004-69990"], "percents": [100, 50, 25]})
    codes = {"A": "20610", "B": "17110", "C": "11042", "D": "99213", "E": "17110"}
    bill(world, "C1", dict.fromkeys(codes, 30_000), procedure_code=codes)
    refused = Adjustment("CO", "50", 30_000)  # a refused line takes no place
    lines = [line(one, 30_000, 0, refused) if one == "E" else line(one, 30_000, 1_000, CO45(29_000)) for one in codes]
    world.post(world.remittance(claim("C1", *lines)))
    assert found(world, "charge_id", "expected_cents") == [("A", 4_500), ("B", 20_000), ("C", 1_250), ("D", 8_000), ("E", None)]  # fmt: skip


def test_what_was_denied_is_no_underpayment(world: World) -> None:
    agree(world)
    bill(world, "C1", {"A": 40_000, "B": 40_000, "C": 40_000}, units=4)
    cut, refused = Adjustment("CO", "151", 10_000), Adjustment("PR", "96", 40_000)
    lines = (
        line("A", 40_000, 24_000, CO45(6_000), cut),
        line("B", 40_000, 0, refused),
        line("C", 40_000, 32_000, CO45(8_000)),
    )
    world.post(world.remittance(claim("C1", *lines)))
    assert found(world, "denied_cents", "price_cents", "expected_cents", "verdict", "reason") == [
        (10_000, 32_000, 24_000, "as_expected", None),
        (40_000, 32_000, None, "not_priced", "denied"),
        (0, 32_000, 32_000, "as_expected", None),
    ]


NOT_PRICED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "no_contract": ({"effective_from": DOS + DAY}, {}),
    "carved_out": ({"carve_outs": [{"name": "x", "procedures": ["99213"], "not_priced": True}]}, {}),
    "no_rate": ({}, {"procedure_code": "99999"}),
    "by_report": ({}, {"procedure_code": "99215"}),
}


@pytest.mark.parametrize("reason", NOT_PRICED)
def test_a_line_that_cannot_be_priced_says_why_and_lowers_the_coverage(world: World, reason: str) -> None:
    terms, charge = NOT_PRICED[reason]
    agree(world, *RATES, **terms)
    bill(world, "C1", {"A": 30_000}, **charge)
    bill(world, "C2", {"B": 10_000}, dos_from=DOS + DAY, procedure_code="99214", modifiers=[])
    first = claim("C1", line("A", 30_000, 100, CO45(29_900)))
    second = claim("C2", line("B", 10_000, 7_000, CO45(3_000)), number="ICN2")
    world.post(world.remittance(first, second))
    assert found(world, "verdict", "reason", claim_id="C1") == [("not_priced", reason)]
    sql = "SELECT sum(lines), sum(priced_lines), sum(charge_cents), sum(priced_charge_cents) FROM receivables.contract_coverage"
    assert world.con.execute(sql).fetchall() == [(2, 1, 40_000, 10_000)]
    assert underpayments(world) == []


def test_what_stands_at_claim_level_or_on_no_charge_is_not_held_against_a_line(world: World) -> None:
    agree(world)
    for claim_id, charges in {"C1": ["A"], "C2": ["B", "C"], "C3": ["D", "E"], "C4": ["F"]}.items():
        world.bill(claim_id, dict.fromkeys(charges, 10_000))
    above = claim("C1", line("A", 10_000, 10_000), adjustments=(CO45(2_000),), paid_cents=8_000)
    lost = claim("C2", line("X", 10_000, 5_000, CO45(5_000), procedure="11111"), number="I2")
    whole = claim("C3", number="I3", charge_cents=20_000, paid_cents=15_000, adjustments=(CO45(5_000),))
    single = claim("C4", number="I4", charge_cents=10_000, paid_cents=7_000, adjustments=(CO45(3_000),))
    world.post(world.remittance(above, lost, whole, single))
    assert sorted(found(world, "claim_id", "verdict", "reason")) == [
        ("C1", "not_priced", "claim_level"),
        ("C2", "not_priced", "no_charge"),
        ("C3", "not_priced", "no_lines"),
        ("C4", "underpaid", None),  # a claim of one charge is that charge
    ]


@pytest.mark.parametrize(("units", "reason"), [(4, None), (5, "implausible")])
def test_a_price_far_above_the_charge_is_our_own_mistake_and_not_the_payers(
    world: World, units: int, reason: str | None
) -> None:
    agree(world)
    bill(world, "C1", {"A": 16_000}, units=units)
    world.post(world.remittance(claim("C1", line("A", 16_000, 12_000, CO45(4_000)))))
    assert found(world, "reason", "verdict") == [(reason, "not_priced" if reason else "underpaid")]
    assert underpayments(world) == ([] if reason else [("C1", 4_000)])


def test_two_lines_of_one_charge_share_its_price(world: World) -> None:
    agree(world)
    bill(world, "C1", {"A": 40_000}, units=4)
    world.post(
        world.remittance(claim("C1", line("A", 10_000, 8_000, CO45(2_000)), line("A", 30_000, 20_000, CO45(10_000))))
    )
    assert found(world, "expected_cents", "verdict") == [(8_000, "as_expected"), (24_000, "underpaid")]
    assert underpayments(world) == [("C1", 4_000)]


def test_only_the_first_payers_answer_is_held_against_its_contract(world: World) -> None:
    agree(world, payer_id="SMTML")
    world.bill("C1", {"A": 10_000}, payer="SMDCR", next_payer="SMTML")
    world.post(world.remittance(claim("C1", line("A", 10_000, 6_400, CO45(2_000), PR2(1_600))), payer="SMDCR"))
    second = line("A", 10_000, 100, Adjustment("OA", "23", 8_400), PR2(1_500))
    world.post(world.remittance(claim("C1", second, status="2", number="S1"), payer="SMTML", trace="T2"))
    assert found(world, "payer_id", "reason") == [("SMDCR", "no_contract")]


def answers() -> tuple[Any, Any, Any]:
    """An answer 20.00 too low, its reversal, and the correction."""
    low = claim("C1", line("A", 10_000, 6_000, CO45(4_000)))
    return low, taken_back(low), claim("C1", line("A", 10_000, 8_000, CO45(2_000)))


def test_a_correction_closes_the_work_and_taking_it_back_opens_it_again(world: World) -> None:
    agree(world)
    world.bill("C1", {"A": 10_000})
    low, back, right = answers()
    world.post(world.remittance(low))
    assert underpayments(world) == [("C1", 2_000)]
    world.post(world.remittance(back, right, trace="T2"), run_id="corrected")
    assert underpayments(world) == []
    assert world.con.execute("SELECT because FROM receivables.work_item_closed").fetchall() == [("corrected",)]
    assert found(world, "expected_cents", "actual_cents", "verdict") == [(8_000, 8_000, "as_expected")]
    again = claim("C1", line("A", 10_000, 6_000, CO45(4_000)))
    world.post(
        world.remittance(taken_back(right), again, trace="T3", on=dt.date(2026, 6, 22), plb=[("FB", "T3", -2_000)]),
        run_id="worse",
    )
    assert underpayments(world) == [("C1", 2_000)]
    world.post(run_id="again")
    assert world.con.execute("SELECT count(*), count(DISTINCT work_id) FROM receivables.work_item WHERE kind = 'underpayment'").fetchone() == (2, 2)  # fmt: skip


def carried(one: RemitClaim) -> list[tuple[str, str, int]]:
    """What a payment below zero carries forward, so that BPR02 is zero."""
    return [("FB", "T", one.paid_cents)] if one.paid_cents < 0 else []


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_whatever_order_answers_arrive_in_the_same_line_stands(world: World, order: tuple[int, ...]) -> None:
    agree(world)
    world.bill("C1", {"A": 10_000})
    files = [
        world.text(world.remittance(one, trace=f"T{n}", on=dt.date(2026, 6, 20) + n * DAY, plb=carried(one)))
        for n, one in enumerate(answers())
    ]
    for n in order:
        world.land(files[n])
        world.load(run_id=f"r{n}")
        posting.run(world.con, world.config, dt.date(2026, 7, 1), f"r{n}")
        receivables.run(world.con, world.config, dt.date(2026, 7, 1), f"r{n}")
    assert found(world, "actual_cents", "verdict", "is_newest") == [(8_000, "as_expected", True)]
    assert underpayments(world) == []
    assert world.con.execute("SELECT count(*) FROM receivables.contract_line").fetchone() == (2,)


def test_a_duplicate_that_is_refused_does_not_hide_what_was_underpaid(world: World) -> None:
    agree(world)
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(answers()[0]))
    world.post(
        world.remittance(
            claim("C1", line("A", 10_000, 0, Adjustment("OA", "18", 10_000)), number="D"), method="NON", trace="T2"
        )
    )
    assert underpayments(world) == [("C1", 2_000)]


def test_the_day_of_service_decides_which_version_counts(world: World) -> None:
    old = contract(effective_to=DOS - DAY, price={"fee_schedule": "plan", "percent": 50})
    use(world, old, contract(version=2, effective_from=DOS), schedules={"plan": (fee(8_000),)})
    bill(world, "C1", {"A": 10_000, "B": 10_000}, dos_from={"A": DOS - DAY, "B": DOS})
    world.post(
        world.remittance(claim("C1", line("A", 10_000, 4_000, CO45(6_000)), line("B", 10_000, 4_000, CO45(6_000))))
    )
    assert found(world, "contract_version", "expected_cents", "verdict") == [
        (1, 4_000, "as_expected"),
        (2, 8_000, "underpaid"),
    ]


def test_a_rate_put_right_prices_its_lines_again_and_keeps_what_was_believed(world: World) -> None:
    agree(world)
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(answers()[0]))
    world.post(run_id="again")
    counts = "SELECT count(*), (SELECT count(*) FROM receivables.contract_edition) FROM receivables.contract_line"
    assert world.con.execute(counts).fetchone() == (1, 1)
    agree(world, fee(7_000))
    world.post(run_id="put right")
    assert found(world, "occasion", "expected_cents", "variance_cents") == [(2, 7_000, -1_000)]
    assert world.con.execute(counts).fetchone() == (2, 2)
    assert underpayments(world) == [("C1", 1_000)]
    assert world.con.execute("SELECT because FROM receivables.work_item_closed").fetchall() == [("changed",)]
    agree(world)
    world.post(run_id="as before")
    assert found(world, "occasion", "variance_cents") == [(3, -2_000)]
    assert underpayments(world) == [("C1", 2_000)]


def test_ending_a_contract_prices_nothing_again(world: World) -> None:
    agree(world)
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(answers()[0]))
    agree(world, effective_to=DOS, owner="somebody else")
    world.post(run_id="ended")
    assert found(world, "occasion") == [(1,)]

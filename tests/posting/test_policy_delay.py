"""A rule with delay_days moves its money later: the cash is posted at once, and every order comes to the same ledger."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path

import pytest

from pm_pipeline import ledger
from pm_pipeline.audit.verify import verify
from tests.money import CO45, PR2, PR3, Adjustment, World, claim, line, taken_back
from tests.posting.policies import go_by, standard
from tests.posting.test_posting import fresh

PAID_ON = dt.date(2026, 6, 20)
WRITE_OFF = {
    "id": "LATER",
    "groups": ["CO"],
    "carcs": ["45"],
    "action": "write_off",
    "account": "CONTRACTUAL:contract",
    "delay_days": 30,
}
MOVE = {"id": "MOVE-LATER", "groups": ["PR"], "carcs": ["2", "3"], "action": "transfer", "delay_days": 30}
BEFORE, DUE = PAID_ON + dt.timedelta(days=29), PAID_ON + dt.timedelta(days=30)
PAID = claim("C1", line("A", 10_000, 6_000, CO45(2_500), PR3(1_500)))


def delayed(world: World) -> World:
    go_by(world, standard(world, WRITE_OFF, MOVE))
    return world


def test_the_cash_is_posted_and_the_adjustments_follow_on_their_day(world: World) -> None:
    delayed(world).bill("C1", {"A": 10_000})
    posted = world.post(world.remittance(PAID), today=PAID_ON)
    assert (posted.claims, posted.suspended) == (1, 0)
    assert world.exceptions() == []
    assert world.ar("C1") == {"primary": 4_000}
    waiting = "SELECT carc, due_on, open.posted_cents FROM posting.open_deferred AS open JOIN remittance.adjustment USING (adjustment_id) ORDER BY 1"
    assert world.con.execute(waiting).fetchall() == [("3", DUE, 1_500), ("45", DUE, 2_500)]
    assert verify(world.con) == []
    world.post(today=BEFORE, run_id="before")
    assert world.ar("C1") == {"primary": 4_000}
    world.post(today=DUE, run_id="due")
    assert world.ar("C1") == {"patient": 1_500}
    assert world.balances()["CONTRACTUAL:contract"] == 2_500
    assert world.con.execute(waiting).fetchall() == []
    rows = world.con.execute(
        "SELECT DISTINCT rule_id, policy_id, policy_version, effective_on, posted_on, service_on, provider_id FROM ledger.entry "
        "WHERE rule_id LIKE '%LATER' ORDER BY 1"
    ).fetchall()
    dates = (PAID_ON, DUE, dt.date(2026, 6, 1), "P01")
    assert rows == [("LATER", "standard", 1, *dates), ("MOVE-LATER", "standard", 1, *dates)]
    assert verify(world.con) == []
    world.post(today=DUE + dt.timedelta(days=1), run_id="after")
    assert world.balances()["CONTRACTUAL:contract"] == 2_500


def test_a_payment_that_is_old_already_is_posted_whole(world: World) -> None:
    delayed(world).bill("C1", {"A": 10_000})
    world.post(world.remittance(PAID), today=DUE)
    assert world.ar("C1") == {"patient": 1_500}
    assert world.con.execute("SELECT count(*) FROM posting.deferred").fetchone() == (0,)


def test_a_claim_without_lines_waits_at_claim_level(world: World) -> None:
    delayed(world).bill("C1", {"A": 4_000, "B": 5_000})
    bare = claim("C1", charge_cents=9_000, paid_cents=8_000, adjustments=(CO45(1_000),))
    world.post(world.remittance(bare), today=PAID_ON)
    assert world.ar("C1") == {"primary": 1_000}
    world.post(today=DUE, run_id="due")
    assert world.ar("C1") == {}
    assert verify(world.con) == []


def test_what_is_taken_back_before_its_day_never_moves_on_balance(world: World) -> None:
    delayed(world).bill("C1", {"A": 10_000})
    world.post(world.remittance(PAID), today=PAID_ON)
    back = world.remittance(taken_back(PAID), trace="T2", on=BEFORE, plb=[("FB", "T2", -PAID.paid_cents)])
    world.post(back, today=BEFORE, run_id="back")
    assert world.balances("C1") == {"AR:primary": 10_000, "REVENUE_GROSS:none": -10_000}
    world.post(today=DUE, run_id="due")
    assert world.balances("C1") == {"AR:primary": 10_000, "REVENUE_GROSS:none": -10_000}
    assert verify(world.con) == []


def test_a_later_payers_answer_brings_the_earlier_ones_forward(world: World) -> None:
    """Else the secondary would be paid out of an A/R that nothing was moved into yet, and write off what waits once more."""
    delayed(world).bill("C1", {"A": 10_000}, payer="SMDCR", next_payer="SMTML")
    world.post(
        world.remittance(claim("C1", line("A", 10_000, 6_400, CO45(2_000), PR2(1_600))), payer="SMDCR"), today=PAID_ON
    )
    answer = line("A", 10_000, 700, Adjustment("OA", "23", 6_400), CO45(2_400), PR3(500))
    second = world.remittance(claim("C1", answer, status="2", number="S1"), payer="SMTML", trace="T2", on=BEFORE)
    world.post(second, today=BEFORE, run_id="secondary")
    assert world.ar("C1") == {"secondary": 900}
    assert world.balances()["CONTRACTUAL:contract"] == 2_000
    assert world.exceptions() == []
    world.post(today=BEFORE + dt.timedelta(days=30), run_id="due")
    assert world.ar("C1") == {"patient": 500}
    assert world.balances()["CONTRACTUAL:contract"] == 2_400
    assert verify(world.con) == []


@pytest.mark.slow
def test_any_order_on_any_days_comes_to_the_same_ledger(tmp_path: Path) -> None:
    """Files in every order, the days between them few or many, so that a reversal comes before the day and after it."""
    primary = claim("C1", line("A", 10_000, 6_400, CO45(2_000), PR2(1_600)))
    corrected = claim("C1", line("A", 10_000, 6_800, CO45(2_000), PR2(1_200)))
    secondary = claim("C1", line("A", 10_000, 700, Adjustment("OA", "23", 8_800), CO45(500)), status="2", number="S1")
    hashes: dict[tuple[object, ...], str] = {}
    for number, order in enumerate(itertools.islice(itertools.permutations(range(4)), 0, None, 2)):
        days = (0, 3, 40)[number % 3]
        world = delayed(fresh(tmp_path / str(number)))
        today = PAID_ON
        files = [
            lambda world=world: world.bill("C1", {"A": 10_000}, payer="SMDCR", next_payer="SMTML"),
            lambda world=world, day=PAID_ON: world.land(world.text(world.remittance(primary, payer="SMDCR")), day),
            lambda world=world, day=PAID_ON: world.land(
                world.text(world.remittance(taken_back(primary), corrected, payer="SMDCR", trace="T2")), day
            ),
            lambda world=world, day=PAID_ON: world.land(
                world.text(world.remittance(secondary, payer="SMTML", trace="T3")), day
            ),
        ]
        for place in order:
            files[place]()
            world.post(today=today, run_id=f"run {place}")
            today += dt.timedelta(days=days)
        world.post(today=PAID_ON + dt.timedelta(days=200), run_id="last")
        assert verify(world.con) == []
        hashes[(days, *order)] = ledger.content_hash(world.con)
        world.con.close()
    assert len(set(hashes.values())) == 1, hashes

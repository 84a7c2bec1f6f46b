"""What posts but should be looked at: flagged when it is so, and only then."""

from __future__ import annotations

import datetime as dt

import pytest

from pm_pipeline.audit.verify import verify
from pm_pipeline.charges.posting import post_charges
from tests.money import CO45, TODAY, Adjustment, World, claim, line


def test_a_claim_answered_in_two_parts_is_not_answered_twice(world: World) -> None:
    """277CA A5, split on acceptance: two CLP of one claim, each for its own lines."""
    world.bill("C1", {"A": 10_000, "B": 5_000})
    world.post(
        world.remittance(
            claim("C1", line("A", 10_000, 8_000, CO45(2_000)), number="ICN1"),
            claim("C1", line("B", 5_000, 4_000, CO45(1_000)), number="ICN2"),
        )
    )
    assert world.ar("C1") == {}
    assert "ANSWERED_TWICE" not in world.exceptions()


def test_a_second_write_off_of_one_charge_is_flagged_though_only_one_answer_pays(world: World) -> None:
    """2,000 were given up with the denial; the later answer, with no reversal, gives them up again."""
    world.bill("C1", {"A": 10_000})
    world.post(
        world.remittance(claim("C1", line("A", 10_000, 0, CO45(2_000), Adjustment("CO", "197", 8_000))), method="NON")
    )
    assert world.exceptions() == []
    second = line("A", 10_000, 3_000, CO45(2_000), Adjustment("CO", "50", 5_000))
    world.post(world.remittance(claim("C1", second), trace="T2"), run_id="later")
    assert world.exceptions() == ["ANSWERED_TWICE"]


def test_a_charge_voided_after_it_was_paid_is_a_credit_balance(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, 10_000))))
    world.con.execute(
        "INSERT INTO charges.charge SELECT * REPLACE ('V' AS charge_id, 'LV' AS line_id, 'void' AS action, 'A' AS original_charge_id, 9 AS row_no) "
        "FROM charges.charge WHERE charge_id = 'A'"
    )
    post_charges(world.con, TODAY, "void")
    world.post(run_id="after")
    assert world.ar("C1") == {"primary": -10_000}
    assert world.exceptions() == ["CREDIT_BALANCE"]
    assert verify(world.con) == []


def deposit(world: World, deposit_id: str, trace: str, cents: int, originator: str | None = None) -> None:
    world.con.execute(
        "INSERT INTO remittance.deposit VALUES (?, DATE '2026-06-21', ?, ?, ?, 'feed', 1, 'r')",
        [deposit_id, trace, originator, cents],
    )


def test_every_deposit_that_has_its_payment_is_tied_in_one_run(world: World) -> None:
    """Two payers use the same trace number; both deposits name who sent them, one more does not and fits both."""
    world.bill("C1", {"A": 10_000})
    world.bill("C2", {"B": 10_000}, payer="SMTML")
    world.post(
        world.remittance(claim("C1", line("A", 10_000, 10_000))),
        world.remittance(claim("C2", line("B", 10_000, 10_000)), payer="SMTML"),
    )
    deposit(world, "D0", "T1", 10_000)
    world.post(run_id="ambiguous")
    assert world.balances()["UNAPPLIED:payer"] == -10_000  # it has waited four business days
    deposit(world, "D1", "T1", 10_000, "1990000021")
    first = world.post(run_id="named")
    assert first.deposits == 2  # D1 has its payment by name, which leaves D0 only one
    assert world.post(run_id="again").deposits == 0
    assert world.balances()["BANK:none"] == 20_000
    assert "UNAPPLIED:payer" not in world.balances()
    assert verify(world.con) == []


def test_a_deposit_in_question_is_settled_when_its_payment_comes(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    world.bill("C2", {"B": 4_000}, payer="SMTML")
    world.post(world.remittance(claim("C1", line("A", 10_000, 10_000))))
    deposit(world, "D1", "T1", 4_000)
    world.post(run_id="bank")
    assert world.exceptions() == ["DEPOSIT_AMOUNT"]
    world.post(world.remittance(claim("C2", line("B", 4_000, 4_000)), payer="SMTML"), run_id="later")
    assert world.balances()["BANK:none"] == 4_000
    assert world.exceptions() == []


@pytest.mark.parametrize("number", range(6))
def test_paid_twice_is_told_of_the_payment_that_came_last(world: World, number: int) -> None:
    """Keys of payments are hashes: which of two is the greater says nothing of when they paid."""
    world.bill("C1", {"A": 10_000})
    answer = claim("C1", line("A", 10_000, 10_000), number="ICN1")
    first = world.remittance(answer, trace=f"F{number}", on=dt.date(2026, 6, 13))
    world.post(first, world.remittance(answer, trace=f"S{number}", on=dt.date(2026, 6, 20)))
    told = (
        "SELECT trn02 FROM posting.open_exception JOIN remittance.payment USING (payment_id) WHERE code = 'DUP_PAYMENT'"
    )
    assert world.con.execute(told).fetchall() == [(f"S{number}",)]

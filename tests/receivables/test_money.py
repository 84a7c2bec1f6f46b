"""Money that people move: limited by the balance and the policy, by two people where one is not enough, posted once."""

from __future__ import annotations

from typing import Any

import pytest

from pm_pipeline.audit.verify import verify
from pm_pipeline.errors import PmError
from pm_pipeline.receivables.money import Asked, Wanted, answer, ask, events
from tests.money import CO45, PR1, TODAY, World, claim, line


def do(world: World, event: str, claim_id: str | None = None, by: str = "wren", **more: Any) -> Asked:
    return ask(
        world.con,
        world.config,
        Wanted(event, claim_id, **more),
        actor=by,
        reason="for the test",
        today=TODAY,
        run_id="m",
    )


def agree(world: World, asked: Asked, by: str = "tamsin", approve: bool = True) -> Asked:
    return answer(
        world.con, world.config, asked.action_id, approve=approve, actor=by, reason="checked", today=TODAY, run_id="m"
    )


def owing(world: World) -> World:
    """The patient owes 30.00 of two charges of C1, by a remittance."""
    world.bill("C1", {"A": 10_000, "B": 5_000})
    world.post(world.remittance(claim(
        "C1", line("A", 10_000, 6_000, CO45(2_000), PR1(2_000)), line("B", 5_000, 3_000, CO45(1_000), PR1(1_000)))))  # fmt: skip
    assert world.ar("C1") == {"patient": 3_000}
    return world


def test_a_patients_payment_is_allocated_charge_by_charge_and_the_rest_waits(world: World) -> None:
    owing(world)
    paid = do(world, "patient_payment", "C1", cents=2_500, method="card")
    assert paid.state == "posted"
    assert world.ar("C1") == {"patient": 500}
    left = world.con.execute(
        "SELECT charge_id, sum(cents) FROM ledger.entry WHERE account = 'AR' GROUP BY 1 HAVING sum(cents) <> 0"
    ).fetchall()
    assert left == [("B", 500)]
    more = do(world, "patient_payment", "C1", cents=700, method="check")
    balances = world.balances()
    assert world.ar("C1") == {}
    assert (balances["CASH_CLEARING:card"], balances["CASH_CLEARING:check"], balances["UNAPPLIED:patient"]) == (
        2_500,
        700,
        -200,
    )
    # what is left goes to another claim, or back
    world.bill("C2", {"X": 150}, payer=None)
    do(world, "allocate", "C2", of_action_id=more.action_id)
    assert world.ar("C2") == {}
    back = do(world, "refund_unapplied", of_action_id=more.action_id)
    assert (back.cents, back.state) == (50, "waiting")
    agree(world, back)
    assert world.balances()["REFUND_PAYABLE:patient"] == -50
    assert "UNAPPLIED:patient" not in world.balances()
    with pytest.raises(PmError, match=r"there is left 0\.00"):
        do(world, "refund_unapplied", of_action_id=more.action_id, cents=1)
    assert verify(world.con) == []


def test_a_refund_takes_two_people_and_then_is_sent_and_cleared(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, 8_000, CO45(2_000)))))
    world.post(world.remittance(claim("C1", line("A", 10_000, 8_000, CO45(2_000))), trace="T2"), run_id="r2")
    assert world.ar("C1") == {"primary": -10_000}
    with pytest.raises(PmError, match=r"credit balance of primary is 100\.00"):
        do(world, "refund", "C1", cents=10_001, party="primary")
    asked = do(world, "refund", "C1", cents=8_000, party="primary")
    assert asked.state == "waiting"
    assert world.ar("C1") == {"primary": -10_000}
    with pytest.raises(PmError, match=r"is 20\.00"):  # what waits is spoken for
        do(world, "refund", "C1", cents=2_001, party="primary")
    with pytest.raises(PmError, match="takes a second person"):
        agree(world, asked, by="Wren Hollis")
    with pytest.raises(PmError, match="follows a posted refund"):
        do(world, "refund_sent", of_action_id=asked.action_id)
    with pytest.raises(PmError, match=r"marlow may approve up to 0\.00; this is 80\.00"):
        agree(world, asked, by="marlow")
    with pytest.raises(PmError, match=r"'S\. Second' is not among the people of people\.yaml"):
        agree(world, asked, by="S. Second")
    agree(world, asked)
    assert world.ar("C1") == {"primary": -2_000}
    assert world.balances()["REFUND_PAYABLE:payer"] == -8_000
    sent = do(world, "refund_sent", of_action_id=asked.action_id)
    cleared = do(world, "refund_cleared", of_action_id=sent.action_id)
    assert (sent.cents, cleared.cents) == (8_000, 8_000)
    assert "REFUND_PAYABLE:payer" not in world.balances()
    assert world.balances()["BANK:none"] == -8_000
    with pytest.raises(PmError, match="posted already"):
        agree(world, asked)
    assert verify(world.con) == []


def test_what_is_refused_posts_nothing_and_frees_the_balance(world: World) -> None:
    owing(world)
    before = world.balances()
    asked = do(world, "charity", "C1")
    assert (asked.cents, asked.state) == (3_000, "waiting")
    agree(world, asked, approve=False)
    assert world.balances() == before
    again = do(world, "bad_debt", "C1")
    agree(world, again)
    assert world.ar("C1") == {}
    assert world.balances()["BAD_DEBT:none"] == 3_000
    rules = world.con.execute(
        "SELECT DISTINCT policy_id, policy_version, rule_id FROM ledger.entry WHERE entry_kind = 'bad_debt'"
    )
    assert rules.fetchall() == [("money", 1, "BAD-DEBT")]


def test_what_was_paid_between_request_and_approval_is_not_given_up(world: World) -> None:
    owing(world)
    asked = do(world, "bad_debt", "C1")
    do(world, "patient_payment", "C1", cents=1_000, method="cash")
    with pytest.raises(PmError, match=r"patient owes 20\.00 by now"):
        agree(world, asked)
    assert world.ar("C1") == {"patient": 2_000}


def test_a_small_balance_is_written_off_by_one_person_up_to_the_policys_limit(world: World) -> None:
    owing(world)
    with pytest.raises(PmError, match=r"allowed up to 9\.99 \(SMALL-BALANCE"):
        do(world, "small_balance", "C1")
    do(world, "patient_payment", "C1", cents=2_100, method="card")
    done = do(world, "small_balance", "C1")
    assert (done.cents, done.state) == (900, "posted")
    assert world.ar("C1") == {}
    assert world.balances()["SMALL_BAL:none"] == 900
    assert verify(world.con) == []


def test_collections_keep_the_balance_visible_until_it_is_recovered(world: World) -> None:
    owing(world)
    agree(world, do(world, "collections", "C1"))
    assert world.ar("C1") == {"collections": 3_000}
    do(world, "recovery", "C1", cents=1_200, method="eft")
    assert world.ar("C1") == {"collections": 1_800}
    with pytest.raises(PmError, match=r"collections owes 18\.00"):
        do(world, "recovery", "C1", cents=1_801, method="eft")
    assert verify(world.con) == []


def test_what_cannot_be_is_refused_and_not_kept(world: World) -> None:
    owing(world)
    for event, more, said in (
        ("bribe", {}, "no event"),
        ("charity", {"claim_id": "C9"}, "no claim 'C9'"),
        ("charity", {"claim_id": "C1", "cents": 0}, "not possible"),
        ("charity", {"claim_id": "C1", "cents": -5}, "not possible"),
        ("patient_payment", {"claim_id": "C1", "cents": 5}, "needs a method"),
        ("patient_payment", {"claim_id": "C1", "method": "card"}, "needs an amount"),
        ("refund", {"claim_id": "C1"}, "needs the party"),
        ("refund_sent", {"claim_id": "C1"}, "takes no claim"),
        ("allocate", {"claim_id": "C1", "of_action_id": "MNONE"}, "follows a posted patient_payment"),
    ):
        with pytest.raises(PmError, match=said):
            do(world, event, **more)
    with pytest.raises(PmError, match="say who and why"):
        do(world, "charity", "C1", by=" ")
    assert world.con.execute("SELECT count(*) FROM receivables.money_action").fetchone() == (0,)


def test_every_event_names_accounts_of_the_ledger(world: World) -> None:
    known = {row[0] for row in world.con.execute("SELECT account FROM ledger.account").fetchall()}
    assert {side.split(":")[0] for one in events().values() for side in (one.debit, one.credit)} <= known
    assert {rule.event for rule in world.config.money_policy.rules} <= set(events())

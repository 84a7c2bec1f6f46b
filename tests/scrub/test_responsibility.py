"""The ledger's holder of a charge follows its claim until it is sent."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.scrub.world import World
from tests.warehouses import fresh


def ledger_of(steps: Callable[[World], None]) -> str:
    con = fresh()
    world = World(con)
    steps(world)
    found = world.ledger()
    con.close()
    return found


def on_time(world: World) -> None:
    world.patient()
    world.coverage("CV1", payer_id="SMTML")
    world.charge("CH1")
    world.run()


def test_a_coverage_that_comes_late_moves_the_balance_to_the_payer(world: World) -> None:
    world.patient()
    claim = world.charge("CH1")
    world.run()
    assert world.holders("CH1") == {("patient", None): 15000}
    world.coverage("CV1", payer_id="SMTML")
    done = world.run()
    assert done.built.transfers == 1
    assert world.holders("CH1") == {("primary", "SMTML"): 15000}
    txn = world.con.execute(
        "SELECT txn_key, txn_kind, actor FROM ledger.txn WHERE txn_kind = 'responsibility'"
    ).fetchall()
    assert txn == [("responsibility:CH1:1", "responsibility", "rule")]
    entry = world.con.execute(
        "SELECT DISTINCT effective_on = DATE '2026-06-02', service_on = DATE '2026-06-01', claim_id, file_id, rule_id "
        "FROM ledger.entry WHERE entry_kind = 'responsibility'"
    ).fetchall()
    assert entry == [(True, True, claim, "feed", "RESPONSIBILITY")]


def late_coverage(world: World) -> None:
    world.patient()
    world.charge("CH1")
    world.run()
    world.coverage("CV1", payer_id="SMTML")
    world.run()


def late_everything(world: World) -> None:
    world.charge("CH1")
    world.run()
    world.patient()
    world.run()
    world.coverage("CV1", payer_id="SMTML")
    world.run()


def wrong_payer_first(world: World) -> None:
    world.patient()
    world.coverage("CV1", payer_id="LKSHM")
    world.charge("CH1", units="2", charge_cents=14000)
    world.run()
    world.coverage("CV1", payer_id="SMTML")
    world.run()
    world.coverage("CV1", payer_id="BLHRB")
    world.run()
    world.coverage("CV1", payer_id="SMTML")
    world.charge("CH0", action="void", original_charge_id="CH1")
    world.run()
    world.charge("CH1B", encounter_id="E1")
    world.run()


@pytest.mark.parametrize("steps", [late_coverage, late_everything])
def test_the_ledger_is_the_same_as_if_the_coverage_had_been_there(steps: Callable[[World], None]) -> None:
    assert ledger_of(steps) == ledger_of(on_time)


def test_each_move_is_its_own_transaction_and_a_void_leaves_nothing(world: World) -> None:
    wrong_payer_first(world)
    keys = world.con.execute("SELECT txn_key FROM ledger.txn WHERE txn_kind = 'responsibility' ORDER BY 1").fetchall()
    assert keys == [("responsibility:CH1:1",), ("responsibility:CH1:2",)]
    assert world.holders("CH1") == {}
    assert world.holders("CH1B") == {("primary", "SMTML"): 15000}


def test_a_coverage_that_turns_out_not_to_cover_the_day_moves_the_balance_to_the_patient(world: World) -> None:
    world.patient()
    world.coverage("CV1")
    claim = world.charge("CH1", units="2")
    world.run()
    world.coverage("CV1", effective_to="2026-05-31")
    world.run()
    assert world.holders("CH1") == {("patient", None): 15000}
    assert "ELG-001" in world.open_rules(claim)


def test_a_claim_in_flight_keeps_its_holder(world: World) -> None:
    on_time(world)
    claim = world.con.execute("SELECT claim_id FROM scrub.claim").fetchall()[0][0]
    world.send(claim)
    world.coverage("CV1", payer_id="LKSHM")
    assert world.run().built.transfers == 0
    assert world.holders("CH1") == {("primary", "SMTML"): 15000}
    world.charge("CH2", action="correct", original_charge_id="CH1")  # posted to the coverage of the day
    assert world.run().built.transfers == 0
    assert world.holders("CH2") == {("primary", "LKSHM"): 15000}
    world.event(claim, "paid", "paid")
    assert world.run().built.transfers == 1
    assert world.holders("CH2") == {("primary", "SMTML"): 15000}


def test_what_a_remittance_left_with_the_patient_stays_there_when_the_claim_is_reopened(world: World) -> None:
    on_time(world)
    claim = world.con.execute("SELECT claim_id FROM scrub.claim").fetchall()[0][0]
    world.send(claim)
    world.event(claim, "paid", "paid")
    for party, payer, cents in (("primary", "SMTML", -15000), ("patient", None, 2000)):  # as posting would leave it
        world.con.execute(
            "INSERT INTO ledger.entry SELECT txn_id || ?, ordinal, 'payment', account, ?, ?, practice_id, ?, "
            "* EXCLUDE (entry_id, txn_id, ordinal, entry_kind, account, sub_account, cents, practice_id, payer_id) "
            "FROM ledger.entry WHERE charge_id = 'CH1' AND account = 'AR' AND entry_kind = 'charge'",
            [party, party, cents, payer],
        )
    world.charge("CH2", procedure_code="81002", charge_cents=500)
    world.run()
    assert world.state(claim) == "released"
    assert world.holders("CH1") == {("patient", None): 2000}
    assert world.holders("CH2") == {("primary", "SMTML"): 500}

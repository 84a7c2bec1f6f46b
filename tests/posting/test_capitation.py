"""CO-24: covered by capitation. Of a payer that pays so it is a write-off; of any other it waits for a person."""

from __future__ import annotations

import pytest

from pm_pipeline.audit.verify import verify
from tests.money import PAYERS, Adjustment, World, claim, line

CAPITATED, FEE_FOR_SERVICE = "LKSHM", "BLHRB"


@pytest.fixture(autouse=True)
def _payer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PAYERS, CAPITATED, "1990000023")


def encounter(world: World, payer: str) -> None:
    """A visit of 100.00 with a copay of 20.00; nothing is paid for it, and 500.00 of capitation comes with the answer."""
    world.bill("C1", {"A": 10_000}, payer=payer)
    visit = line("A", 10_000, 0, Adjustment("CO", "24", 8_000), Adjustment("PR", "3", 2_000))
    world.post(world.remittance(claim("C1", visit), payer=payer, plb=[("CT", "JUNE", -50_000)]))


def test_an_encounter_of_a_capitated_payer_is_given_up_under_capitation(world: World) -> None:
    encounter(world, CAPITATED)
    assert world.ar("C1") == {"patient": 2_000}
    assert world.balances()["CONTRACTUAL:capitation"] == 8_000
    assert world.balances()["CAPITATION:none"] == -50_000  # the income is the capitation's own
    assert world.denials() == []
    assert world.exceptions() == []
    rules = world.con.execute("SELECT rule_id FROM posting.decision WHERE account IS NOT NULL").fetchall()
    assert rules == [("CAPITATION",)]
    # no contract price is held against it
    priced = world.con.execute("SELECT DISTINCT verdict, reason FROM receivables.contract_line").fetchall()
    assert priced == [("not_priced", "capitated")]
    assert verify(world.con) == []


def test_the_same_code_of_another_payer_waits_for_a_person(world: World) -> None:
    encounter(world, FEE_FOR_SERVICE)
    assert world.exceptions() == ["POLICY_HOLD"]
    assert world.ar("C1") == {"primary": 10_000}
    assert world.denials() == []

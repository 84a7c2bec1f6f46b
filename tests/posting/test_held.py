"""What posts nothing, and money that waits: always with a reason a person can act on, and released when it is mended."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pm_pipeline.audit.verify import verify
from tests.money import CO45, PR1, Adjustment, World, claim, line


def test_a_predetermination_posts_nothing_and_answers_nothing(world: World) -> None:
    """CLP02 25: an estimate. What it would write off, move or deny is no decision (group_rules.csv 3)."""
    world.bill("C1", {"A": 10_000, "B": 5_000}, payer="SMDCR", next_payer="SMTML")
    before = world.balances()
    estimate = claim(
        "C1",
        line("A", 10_000, 0, CO45(2_000), PR1(8_000)),
        line("B", 5_000, 0, Adjustment("CO", "50", 5_000)),
        status="25",
    )
    world.post(world.remittance(estimate, payer="SMDCR", method="NON"))
    assert world.balances() == before
    assert world.denials() == []
    assert world.exceptions() == []
    assert world.con.execute("SELECT DISTINCT action FROM posting.decision").fetchall() == [("memo",)]
    # the primary has not answered: the secondary still waits for it
    world.post(
        world.remittance(claim("C1", line("A", 10_000, 500, CO45(9_500)), number="S1"), payer="SMTML", trace="T2")
    )
    assert world.exceptions() == ["PRIOR_PAYER_PENDING"]
    assert verify(world.con) == []


def test_a_predetermination_without_money_need_not_balance(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, 0, CO45(2_000)), status="25"), method="NON"))
    assert world.exceptions() == []
    assert world.ar("C1") == {"primary": 10_000}


def test_money_of_an_unknown_payer_is_posted_once_the_payer_is_configured(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    claims = claim("C1", line("A", 10_000, 8_000, CO45(2_000)))
    world.post(world.remittance(claims, payer="1770000000", plb=[("WO", "X", 1_000), ("L6", "", -50)]))
    assert world.balances()["UNAPPLIED:payer"] == -7_050
    assert not [name for name in world.balances() if name.startswith(("RECOUP_DUE", "INTEREST"))]
    assert world.exceptions() == ["PAYER_UNKNOWN"] * 3
    payers = [
        one.model_copy(update={"remit_ids": [*one.remit_ids, "1770000000"]}) if one.payer_id == "BLHRB" else one
        for one in world.config.payers
    ]
    world.config = replace(world.config, payers=payers)
    world.post(run_id="configured")
    assert world.exceptions() == ["RECOUP_OPEN"]  # the payer took 1,000 and never announced it
    assert world.ar("C1") == {}
    assert world.balances()["RECOUP_DUE:BLHRB"] == 1_000
    assert "UNAPPLIED:payer" not in world.balances()
    assert verify(world.con) == []


def test_a_provider_adjustment_of_somebody_elses_payment_waits_with_a_reason(world: World) -> None:
    stranger = replace(world.remittance().payee, identifier="1234567893", tax_id="123456789")
    world.land(world.text(world.remittance(plb=[("L6", "", -700)], payee=stranger)), partner="by_hand")
    world.post()
    assert world.balances() == {"CASH_CLEARING:eft": 700, "UNAPPLIED:payer": -700}
    assert world.exceptions() == ["PAYEE_NOT_OURS"]


@pytest.mark.parametrize("parts", [(10_000,), (6_000, 4_000)])
def test_a_contractual_for_the_whole_charge_is_a_denial_however_it_is_cut(world: World, parts: tuple[int, ...]) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, 0, *(CO45(cents) for cents in parts))), method="NON"))
    assert world.ar("C1") == {"primary": 10_000}
    assert world.denials() == [("FULL_CONTRACTUAL", 10_000)]

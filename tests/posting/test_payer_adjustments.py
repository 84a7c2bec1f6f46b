"""PLB codes whose meaning each payer sets: its own account by payers.yaml, in force on the payment's day; else a person says."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from pm_pipeline.audit.verify import verify
from pm_pipeline.config.models import Payer
from tests.money import CO45, World, claim, line

RULE: dict[str, Any] = {
    "id": "BLHRB-CS-1", "reason": "CS", "account": "SETTLEMENT:care_management", "effective_from": "2026-06-20", "why": "letter",
}  # fmt: skip


def meaning(world: World, *rules: dict[str, Any], payer_id: str = "BLHRB") -> None:
    """The configuration with these meanings for one payer."""
    payers = [
        Payer.model_validate({**one.model_dump(), "provider_adjustments": list(rules)})
        if one.payer_id == payer_id
        else one
        for one in world.config.payers
    ]
    world.config = replace(world.config, payers=payers)


def post(world: World, code: str = "CS", on: dt.date = dt.date(2026, 6, 20)) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, 8_000, CO45(2_000))), plb=[(code, "R", 700)], on=on))


def test_the_payers_own_meaning_posts_by_itself_under_its_id(world: World) -> None:
    meaning(world, RULE)
    post(world)
    assert world.balances()["SETTLEMENT:care_management"] == 700
    assert world.exceptions() == []
    assert world.con.execute(
        "SELECT DISTINCT rule_id, entry_kind FROM ledger.entry WHERE account = 'SETTLEMENT'"
    ).fetchall() == [("BLHRB-CS-1", "payer_rule")]
    assert verify(world.con) == []


def test_another_day_payer_or_code_waits_for_a_person(world: World) -> None:
    meaning(world, RULE)
    meaning(world, {**RULE, "reason": "WU", "account": "RECOUP_DUE:payer"}, payer_id="SMTML")
    post(world, on=dt.date(2026, 6, 19))
    world.post(world.remittance(trace="T2", plb=[("WU", "R", -300)]), run_id="2")
    assert world.exceptions() == ["PLB_REVIEW", "PLB_REVIEW"]
    assert world.balances()["UNAPPLIED:payer"] == 700 - 300


def test_what_waits_is_released_when_its_meaning_is_told(world: World) -> None:
    post(world, "WU")
    assert world.exceptions() == ["PLB_REVIEW"]
    meaning(world, {**RULE, "reason": "WU", "account": "RECOUP_DUE:payer"})
    world.post(run_id="2")
    assert world.exceptions() == []
    assert world.balances()["RECOUP_DUE:BLHRB"] == 700
    assert "UNAPPLIED:payer" not in world.balances()
    assert verify(world.con) == []


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([{**RULE, "account": "AR:primary"}], "account"),
        ([{**RULE, "reason": "WO"}], "reason"),
        ([{**RULE, "effective_to": "2026-06-01"}], "ends before it begins"),
        ([RULE, {**RULE, "id": "BLHRB-CS-2", "effective_from": "2026-07-01"}], "both say what CS is on 2026-07-01"),
        ([RULE, RULE], "BLHRB-CS-1"),
    ],
)
def test_a_wrong_meaning_is_refused(world: World, rules: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        meaning(world, *rules)

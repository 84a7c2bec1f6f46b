"""A person sets right what held claims say: by the path of the fix rules, never on the charge, until the practice corrects it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from pm_pipeline.errors import PmError
from pm_pipeline.scrub.backtest import rebuild_history
from pm_pipeline.scrub.override import withdraw
from pm_pipeline.scrub.person_fix import Change, keep_fix, plan_fix
from tests.scrub.test_overrides import book, held
from tests.scrub.world import TODAY, World


def plan(
    world: World, rule: str = "UNT-001", /, claims: tuple[str, ...] = (), payer: str | None = None, **values: str
) -> list[Change]:
    return plan_fix(world.con, world.config, book(), rule, values, TODAY, claims=claims, payer_id=payer)


def keep(world: World, changes: list[Change], actor: str = "marlow") -> list[str]:
    return keep_fix(
        world.con,
        world.config,
        "UNT-001",
        changes,
        actor=actor,
        reason="one visit, chart checked",
        today=TODAY,
        run_id="f",
    )


def fixed(world: World) -> list[tuple[Any, ...]]:
    return world.con.execute("SELECT rule_id, column_name, before, after FROM scrub.fix ORDER BY ALL").fetchall()


def test_a_value_is_set_where_the_rule_holds_and_the_charge_stays_as_sent(world: World) -> None:
    claim = held(world)
    world.charge("CH2", procedure_code="36415", units="2")
    world.run(book())
    changes = plan(world, claims=(claim,), units="1")
    assert changes == [Change(claim, 1, "CH1", "units", "2.000", "1.000")]
    [decision] = keep(world, changes)
    result = world.run(book())
    assert (world.state(claim), world.lines(claim, "charge_id, units")) == ("released", [("CH1", 1), ("CH2", 2)])
    assert result.built.fixes == {"person": 1}
    assert fixed(world) == [(decision, "units", "2.000", "1.000")]
    assert world.con.execute("SELECT units FROM charges.charge WHERE charge_id = 'CH1'").fetchone() == (2,)
    before = world.sizes()
    world.run(book())
    assert world.sizes() == before


def test_a_corrected_charge_ends_it(world: World) -> None:
    claim = held(world)
    keep(world, plan(world, units="1"))
    world.run(book())
    world.charge("CH1C", action="correct", original_charge_id="CH1", units="3")
    world.run(book())
    assert (world.state(claim), world.lines(claim, "charge_id, units")) == ("held", [("CH1C", 3)])


def test_all_claims_of_a_payer_or_all_at_once(world: World) -> None:
    world.insured()
    world.insured("PT2", "LKSHM")
    mine = world.charge("CH1", units="2")
    other = world.charge("CH2", units="2", encounter_id="E2", patient_id="PT2")
    world.run(book())
    assert [one.claim_id for one in plan(world, payer="LKSHM", units="1")] == [other]
    assert {one.claim_id for one in plan(world, units="1")} == {mine, other}
    keep(world, plan(world, units="1"))
    world.run(book())
    assert {world.state(mine), world.state(other)} == {"released"}


def test_the_newest_counts_and_the_one_before_stands_again_when_it_is_taken_back(world: World) -> None:
    claim = held(world)
    [first] = keep(world, plan(world, units="3"))
    world.run(book())
    assert world.lines(claim, "units") == [(3,)]
    [second] = keep(world, plan(world, units="1"))
    world.run(book())
    assert (first != second, world.state(claim), world.lines(claim, "units")) == (True, "released", [(1,)])
    said: Any = {"actor": "marlow", "reason": "no", "today": TODAY, "run_id": "u"}
    withdraw(world.con, world.config, second, **said)
    world.run(book())
    assert (world.state(claim), world.lines(claim, "units")) == ("held", [(3,)])
    withdraw(world.con, world.config, first, **said)
    world.run(book())
    assert world.lines(claim, "units") == [(2,)]


def test_a_fix_rule_takes_a_persons_value_like_the_practices(world: World) -> None:
    claim = held(world)
    keep(world, plan(world, units="1", diagnoses="E11.65, I10", diagnosis_pointers="2,1"))
    world.run(book())
    assert world.claim(claim)["diagnoses"] == ["E1165", "I10"]
    assert world.lines(claim, "diagnosis_pointers") == [([2, 1],)]
    said = [row[1:] for row in fixed(world) if row[1] == "diagnoses"]
    assert sorted(said) == [("diagnoses", "[E11.65, I10]", "[E1165, I10]"), ("diagnoses", "[E119]", "[E11.65, I10]")]


def test_what_cannot_be_set_is_refused_and_nothing_is_kept(world: World) -> None:
    claim = held(world)
    for values, said in (
        ({"charge_cents": "1"}, "charge_cents: that may not be set here; what may is procedure_code"),
        ({"dos_from": "2026-06-01"}, "that may not be set here"),
        ({"units": "0"}, "'0' is not a number above 0"),
        ({"units": ""}, "it needs a value"),
        ({"modifiers": "25,59,76,77,91"}, "at most 4, not 5"),
        ({"modifiers": "2"}, "'2' is not two letters or digits"),
        ({"diagnosis_pointers": "2"}, f"first {claim} line 1: a pointer would point to no diagnosis"),
        (
            {"ndc": "12345678901"},
            "expected a value in all of ndc, ndc_quantity and ndc_unit, or in none; set them together",
        ),
        ({"units": "2"}, "nothing would change"),
        ({}, "Nothing is to be set"),
    ):
        with pytest.raises(PmError, match=said):
            plan_fix(world.con, world.config, book(), "UNT-001", values, TODAY)
    with pytest.raises(PmError, match=r"UNT-001 does not hold NOBODY; nothing was kept"):
        plan(world, claims=(claim, "NOBODY"), units="1")
    with pytest.raises(PmError, match="DX-001 holds no such claim"):
        plan(world, "DX-001", units="1")
    with pytest.raises(PmError, match="UNT-001 holds no such claim"):
        plan(world, payer="LKSHM", units="1")
    with pytest.raises(PmError, match=r"'zoe' is not among the people"):
        keep(world, plan(world, units="1"), actor="zoe")
    assert world.con.execute("SELECT count(*) FROM scrub.person_fix").fetchone() == (0,)


def test_a_back_test_sees_the_claim_as_it_was_sent(world: World) -> None:
    claim = held(world)
    keep(world, plan(world, units="1"))
    world.run(book())
    world.send(claim)
    world.event(claim, "rejected", "rejected", version=1)
    world.charge("CH2", procedure_code="36415")
    world.today = TODAY + dt.timedelta(days=1)
    rebuild_history(world.con, world.config, book())
    assert world.con.execute("SELECT units FROM draft_fact WHERE charge_id = 'CH1'").fetchall() == [(1,)]
    world.con.execute(
        "UPDATE scrub.person_fix SET decided_on = ?", [world.today]
    )  # as if it had come after the sending
    rebuild_history(world.con, world.config, book())
    assert world.con.execute("SELECT units FROM draft_fact WHERE charge_id = 'CH1'").fetchall() == [(2,)]


def test_a_list_may_be_emptied(world: World) -> None:
    claim = held(world, modifiers=["76"])
    keep(world, plan(world, units="1", modifiers=""))
    world.run(book())
    assert world.lines(claim, "modifiers") == [([],)]

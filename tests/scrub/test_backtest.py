"""A rule tried on history: as it was sent, beside the other rules and the denials that came."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from pm_pipeline.scrub import Rulebook, load_rules, shipped_rules
from pm_pipeline.scrub.backtest import Backtest, backtest
from pm_pipeline.warehouse import load_rows
from tests.scrub.test_rules import A_FIX, write_rule
from tests.scrub.world import DAY, TODAY, World
from tests.warehouses import fresh


def deny(world: World, claim: str, charge: str | None, carc: str, cents: int) -> None:
    row: dict[str, Any] = {
        "denial_id": f"D-{claim}-{charge}", "claim_id": claim, "charge_id": charge, "payer_id": "SMTML", "payer_turn": "primary",
        "remit_claim_id": "R", "adjustment_id": "A", "group_code": "CO", "carc": carc, "rarc": None, "category": "CODING",
        "is_duplicate": False, "liability": "payer", "is_preventable": True, "is_appealable": True, "denied_cents": cents,
        "charge_cents": cents, "is_partial": False, "denied_on": TODAY, "appeal_by": TODAY, "opened_on": TODAY, "run_id": "r",
    }  # fmt: skip
    load_rows(world.con, "receivables.denial", list(row), [list(row.values())])


def tried(world: World, folder: Path, **changes: Any) -> Backtest:
    rule = load_rules(write_rule(folder, **changes)).rules[0]
    return backtest(world.con, world.config, rule, shipped_rules())


@pytest.fixture(scope="module")
def lived() -> World:
    """Made once; nothing here writes to it. Five claims: two denied for their units (151), one of them corrected since, one paid, one denied for another reason."""
    con = fresh()
    world = World(con)
    for number, payer in enumerate(("SMTML", "SMTML", "SMTML", "SMTML", "LKSHM"), start=1):
        world.insured(f"PT{number}", payer)
    claims = [
        world.charge(
            f"CH{number}", encounter_id=f"E{number}", patient_id=f"PT{number}", procedure_code="81002", units=units
        )
        for number, units in enumerate(("5", "6", "7", "2", "30"), start=1)
    ]
    world.run()
    for claim in claims:
        world.send(claim)
    for claim, kind in zip(claims, ("denied", "denied", "paid", "denied", "paid"), strict=True):
        world.event(claim, kind, kind, 1)
    deny(world, claims[0], "CH1", "151", 15000)
    deny(world, claims[1], None, "151", 15000)
    deny(world, claims[3], "CH4", "197", 15000)
    world.charge(
        "CH2C",
        action="correct",
        original_charge_id="CH2",
        encounter_id="E2",
        patient_id="PT2",
        procedure_code="81002",
        units="1",
    )
    world.con.execute("UPDATE charges.charge SET landed_on = landed_on + 30 WHERE charge_id = 'CH2C'")
    world.run()
    world.today += dt.timedelta(days=30)
    world.send(claims[1])
    deny(
        world, claims[1], "CH2C", "151", 9900
    )  # of the second submission: no rule over the first could have prevented it
    world.con.execute(
        "UPDATE receivables.denial SET denied_on = ? WHERE charge_id = 'CH2C'", [world.today + dt.timedelta(days=9)]
    )
    return world


def test_it_says_what_was_caught_what_was_prevented_and_what_was_paid_anyway(lived: World, tmp_path: Path) -> None:
    before = lived.sizes()
    found = tried(lived, tmp_path, prevents=["151"])
    assert (found.tried_claims, found.tried_lines, found.in_scope_claims, found.failed) == (5, 5, 5, 0)
    assert (found.claims, found.lines, found.cents) == (4, 4, 60000)  # E2 too: it was sent with six units
    assert (found.denials, found.denied_cents, found.of_denials, found.recall) == (2, 30000, 2, 1.0)
    assert (found.caught_and_denied, found.caught_and_not_denied, found.precision) == (2, 2, 0.5)
    assert found.overlap == [{"rule_id": "UNT-002", "claims": 1, "share": 0.25}]
    assert found.payers == [
        {"payer_id": "SMTML", "claims": 3, "cents": 45000},
        {"payer_id": "LKSHM", "claims": 1, "cents": 15000},
    ]
    assert found.months == [{"month": "2026-06", "claims": 4, "cents": 60000}]
    assert lived.sizes() == before


def test_scope_days_and_reasons_limit_it(lived: World, tmp_path: Path) -> None:
    fires, passes = {"units": 4, "payer_id": "LKSHM"}, {"units": 4}
    found = tried(lived, tmp_path, scope={"payers": ["LKSHM"]}, examples={"fires": [fires], "passes": [passes]})
    assert (found.in_scope_claims, found.claims, found.denials, found.of_denials, found.recall) == (1, 1, 0, 0, None)
    rule = load_rules(write_rule(tmp_path / "all", prevents=[])).rules[0]
    none = backtest(lived.con, lived.config, rule, Rulebook(()), DAY.replace(year=2027))
    assert (none.tried_claims, none.claims, none.overlap, none.precision) == (0, 0, [], None)


def test_a_rule_of_claims_and_a_fix_can_be_tried_too(lived: World, tmp_path: Path) -> None:
    claims = tried(
        lived, tmp_path / "a", level="claim", where="charge_cents > 100", message="{claim_id}", remedy="x",
        examples={"fires": [{"charge_cents": 200}], "passes": [{"charge_cents": 1}]},
    )  # fmt: skip
    assert (claims.claims, claims.lines, claims.cents, claims.denials) == (5, 0, 75000, 2)
    fix = A_FIX | {
        "where": "units > 4 AND procedure_code = '81002'",
        "set": {"units": "CAST(1 AS DECIMAL(12, 3))"},
        "examples": {
            "fires": [{"units": 5, "procedure_code": "81002", "payer_id": "LKSHM", "becomes": {"units": 1}}],
            "passes": [{"units": 5}],
        },
    }
    fixed = tried(lived, tmp_path / "b", **fix, prevents=["151"])
    assert (fixed.claims, fixed.lines) == (4, 4)
    assert (fixed.in_scope_claims, fixed.of_denials) == (5, 2)
    scoped = tried(lived, tmp_path / "c", **fix, prevents=["151"], scope={"payers": ["LKSHM"]})
    assert (scoped.in_scope_claims, scoped.claims, scoped.of_denials) == (1, 1, 0)


def test_fixes_are_tried_in_order_of_id_whichever_is_the_new_one(lived: World, tmp_path: Path) -> None:
    def fix(rule_id: str, units: int, becomes: int) -> Path:
        row = {"units": units, "procedure_code": "81002"}
        return write_rule(
            tmp_path / rule_id, **A_FIX | {
                "id": rule_id, "where": f"units = {units} AND procedure_code = '81002'", "set": {"units": f"CAST({becomes} AS DECIMAL(12, 3))"},
                "examples": {"fires": [{**row, "becomes": {"units": becomes}}], "passes": [{"units": 1}]},
            },
        )  # fmt: skip

    first, then = (load_rules(fix(*said)).rules[0] for said in (("TST-101", 30, 31), ("TST-102", 31, 1)))
    assert backtest(lived.con, lived.config, first, Rulebook((then,))).claims == 1
    assert backtest(lived.con, lived.config, then, Rulebook((first,))).claims == 1


def test_a_rule_that_fails_says_on_how_many(lived: World, tmp_path: Path) -> None:
    found = tried(
        lived, tmp_path, where="CAST(location_id AS INTEGER) = 1", examples={"fires": [{"location_id": "1"}], "passes": [{"location_id": "2"}]}
    )  # fmt: skip
    assert (found.claims, found.failed) == (0, 5)

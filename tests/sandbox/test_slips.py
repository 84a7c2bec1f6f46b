"""Slips of a careless biller: each does what slips.yaml says, where it says, and payers refuse what nobody found."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pm_pipeline.codes import code_set
from pm_pipeline.config import Config, load_config
from pm_pipeline.sandbox.coverage import coverages
from pm_pipeline.sandbox.draw import Draw
from pm_pipeline.sandbox.people import households
from pm_pipeline.sandbox.plan import Plan
from pm_pipeline.sandbox.practice import Practice, simulate
from pm_pipeline.sandbox.rows import as_row
from pm_pipeline.sandbox.slips import Slip, When, done, slips, suits
from pm_pipeline.sandbox.visits import encounters
from pm_pipeline.sandbox.world import Sandbox
from pm_pipeline.scrub import shipped_rules
from pm_pipeline.settings import Settings

OFTEN = {"days": 30, "faults": {"scrub": 0.9, "slips": 1.0}}


@pytest.fixture(scope="module")
def config() -> Config:
    return load_config(Settings.load({}))


@pytest.fixture(scope="module")
def practice(config: Config) -> Practice:
    return simulate(Plan.of_mix("edits", **OFTEN), config, Draw(2026))


def test_each_is_for_an_edit_that_holds_and_a_reason_that_exists() -> None:
    holding = {one.rule.id for one in shipped_rules().rules if one.rule.severity == "hold"}
    assert {slip.rule for slip in slips()} <= holding
    assert {slip.refused[1] for slip in slips()} <= code_set("carc")
    assert len({slip.rule for slip in slips()}) == len(slips()) >= 60


def test_every_one_of_them_can_happen(config: Config) -> None:
    plan, draw = Plan.of_mix("edits"), Draw(2026)
    homes = households(plan, draw)
    covered = coverages(homes, config, plan.first_day, draw)
    visits = encounters(plan, config, [one for home in homes for one in home.people], covered, ["R01"], draw)
    kinds = {payer.payer_id: payer.kind for payer in config.payers}
    able = {
        slip.rule
        for slip in slips()
        if any(
            suits(slip.when, visit, row, kinds.get(visit.payer_id or "")) and done(slip, row) is not None
            for visit in visits
            for row in visit.rows
        )
    }
    assert [slip.rule for slip in slips() if slip.rule not in able] == []


def test_most_of_them_happen_in_a_month(practice: Practice) -> None:
    assert len({one.code for one in practice.planted if one.stage == "scrub"}) >= 80


def test_a_slip_is_put_right_by_a_row_without_it(practice: Practice) -> None:
    rules = {slip.rule: slip for slip in slips()}
    charges = {
        row.key: as_row("charges", row.cells)
        for row in practice.rows
        if row.feed == "charges" and row.expected == "loaded"
    }
    repaired = [one for one in practice.planted if one.code in rules and one.fixed_on]
    assert len(repaired) > 100
    for one in repaired:
        wrong, right = charges[one.item_id], charges[f"{one.item_id}C"]
        again = done(rules[one.code], right) or {}
        named = ("charge_id", "action", "original_charge_id")
        assert {name: text for name, text in again.items() if text and name not in named} == {
            name: text for name, text in wrong.items() if name not in named
        }


def test_what_has_no_room_does_not_happen() -> None:
    row = {"procedure_code": "20610", "modifier_1": "RT", "modifier_2": "59", "modifier_3": "51", "diagnosis_1": "I10"}
    two = Slip(rule="X", refused=("CO", "4"), modifiers=("GA", "GY"))
    assert done(two, row) is None
    assert done(two.model_copy(update={"modifiers": ("GA", "RT")}), row) == {**row, "modifier_4": "GA"}
    assert (
        done(Slip(rule="X", refused=("CO", "4"), modifiers=("RT",)), row) is None
    )  # it is there: nothing would be wrong
    full = row | {f"diagnosis_{place}": f"A0{place}" for place in range(1, 13)}
    assert done(Slip(rule="X", refused=("CO", "11"), diagnoses=("I10",)), full) is None
    assert When() == Slip(rule="X", refused=("CO", "4")).when


def test_a_payer_refuses_a_slip_until_the_practice_puts_it_right(config: Config, tmp_path: Path) -> None:
    plan = Plan.of_mix("edits", days=6, faults={"scrub": 0.9, "slips": 1.0, "unrepaired": 0.0})
    settings = Settings.load({"PM_ROOT": str(tmp_path), "PM_HOME": str(tmp_path / "home")})
    reasons = {slip.rule: slip.refused for slip in slips()}
    with Sandbox(settings, config, plan=plan) as sandbox:
        for days in range(21):
            sandbox.advance(plan.first_day + dt.timedelta(days=days))
        answers = sandbox.payments.answers
        rows = sandbox.store.all(
            "SELECT visit, procedure_code, modifiers, cents, code, fixed_on FROM charge JOIN planted ON item_id = charge_id "
            "WHERE stage = 'scrub' AND fixed_on IS NOT NULL"
        )
        slipped = [row for row in rows if row["code"] in reasons]
        assert len(slipped) > 20
        for row in slipped:
            fixed_on, line = (
                dt.date.fromisoformat(row["fixed_on"]),
                (row["procedure_code"], row["modifiers"], row["cents"]),
            )
            assert answers.slips(row["visit"], fixed_on - dt.timedelta(days=1))[line] == reasons[row["code"]]
            assert line not in answers.slips(row["visit"], fixed_on)

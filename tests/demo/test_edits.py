"""A careless practice and the rulebook: every planted mistake is found, next to nothing is held without one, and both would show."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from pm_pipeline.demo import Report, run_demo
from pm_pipeline.demo.edits import by_patient, edits_found
from pm_pipeline.demo.report import print_edits
from pm_pipeline.exchange import embedded, stop_embedded
from pm_pipeline.home import Home
from pm_pipeline.sandbox.plan import Plan
from tests.bench import rulebook
from tests.lived import installed

pytestmark = pytest.mark.slow
DAYS = 5
PLAN = {"days": DAYS, "faults": {"scrub": 0.9, "slips": 0.8, "fix_days": [3, 6]}}
Lived = tuple[Home, Report]


@pytest.fixture(scope="module")
def careless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """A week in which nine of ten visits have a mistake for an edit to find."""
    with installed(tmp_path_factory.mktemp("careless")) as home:
        report = run_demo(DAYS, fresh=True, console=Console(file=io.StringIO()), plan=Plan.of_mix("edits", **PLAN))
        yield home, report


def test_every_mistake_of_sixty_kinds_is_found_and_next_to_nothing_held_without_one(careless: Lived) -> None:
    found = careless[1].document["edits"]
    assert [one for one in found["edits"] if one["missing"]] == []
    assert len(found["edits"]) >= 60
    assert all(one["planted"] == one["found"] > 0 for one in found["edits"])
    assert found["held_wrongly"] <= found["claims"] * 0.005
    assert careless[1].agrees


def test_the_page_of_denial_rates_reads_what_the_demo_prints(careless: Lived) -> None:
    document = json.loads(json.dumps(careless[1].document, default=str))
    text = rulebook.page(DAYS, document, {**document, "kpis": []})
    planted = sum(one["planted"] for one in document["edits"]["edits"])
    assert f"found by it | {planted:,} of {planted:,} | {planted:,} of {planted:,} |" in text
    assert re.search(r"Claims that left without a hold or a touch .*\| \d+\.\d% \(\d+ of \d+\) \| none \|", text)


def test_what_an_edit_does_not_find_and_holds_without_cause_is_named(careless: Lived, tmp_path: Path) -> None:
    home, report = careless
    copy = tmp_path / "copy.duckdb"
    shutil.copy(home.settings.warehouse_path, copy)
    rule = next(one["rule"] for one in report.document["edits"]["edits"] if one["planted"] == 1)
    try:
        world = embedded(home, Plan.of_mix("edits", **PLAN)).world
        last = world.plan.first_day + dt.timedelta(days=DAYS - 1)
        with duckdb.connect(copy) as con:
            edits_found(con, world, last)  # leaves what was planted, and in what
            con.execute(
                "INSERT INTO scrub.edit_finding BY NAME SELECT 'F0' AS finding_id, min(claim_id) AS claim_id, '' AS content_hash, 'DX-001' AS rule_id, "
                "1 AS rule_version, 'hold' AS severity, '' AS message, '' AS remedy, current_date AS found_on, 'r' AS run_id FROM charges.charge "
                "WHERE claim_id NOT IN (SELECT claim_id FROM edits_item JOIN planted USING (item_id)) "
                "AND NOT EXISTS (SELECT 1 FROM planted WHERE starts_with(item_id, encounter_id || '-'))"
            )
            con.execute("DELETE FROM scrub.edit_finding WHERE rule_id = ? AND finding_id <> 'F0'", [rule])
            found = edits_found(con, world, last)
    finally:
        stop_embedded()
    assert not found.agrees
    assert [one.rule for one in found.edits if one.missing] == [rule]
    assert found.held_wrongly == 1
    out = io.StringIO()
    print_edits(Console(file=out, width=200), {**vars(found), "edits": [vars(one) for one in found.edits]})
    assert f"{rule} " in out.getvalue()
    assert "(DX-001): held, and nothing was planted" in out.getvalue()


def test_edits_by_a_registration_are_told_from_those_that_need_none() -> None:
    assert {"DX-003", "SAD-003", "TAX-009", "MSP-001"} <= set(by_patient())
    assert not {"ELG-004", "DX-001", "PX-001", "POS-013"} & set(by_patient())


@pytest.mark.parametrize("goes_by_it", [True, False], ids=["by it", "by something else"])
def test_what_was_put_right_before_a_registration_no_edit_by_it_could_find(
    careless: Lived, tmp_path: Path, goes_by_it: bool
) -> None:
    home, _ = careless
    copy = tmp_path / "copy.duckdb"
    shutil.copy(home.settings.warehouse_path, copy)
    try:
        world = embedded(home, Plan.of_mix("edits", **PLAN)).world
        last = world.plan.first_day + dt.timedelta(days=DAYS - 1)
        with duckdb.connect(copy) as con:
            edits_found(con, world, last)
            item, rule, fixed_on, file_id = con.execute(
                "SELECT planted.item_id, code, fixed_on, patient.file_id FROM planted JOIN charges.charge ON charge_id = item_id "
                "JOIN front_office.patient USING (patient_id) WHERE stage = 'scrub' AND fixed_on IS NOT NULL "
                "AND list_contains($1, code) = $2 ORDER BY 1 LIMIT 1",
                [by_patient(), goes_by_it],
            ).fetchall()[0]
            con.execute(
                "DELETE FROM scrub.edit_finding WHERE rule_id = ? AND claim_id IN (SELECT claim_id FROM charges.charge WHERE charge_id = ?)",
                [rule, item],
            )
            seen = {one.rule: one.missing for one in edits_found(con, world, last).edits}
            con.execute("UPDATE transport.file SET landed_on = ? WHERE file_id = ?", [fixed_on, file_id])
            unseen = {one.rule: one.missing for one in edits_found(con, world, last).edits}
    finally:
        stop_embedded()
    assert item in seen[rule]
    assert (item in unseen.get(rule, [])) == (not goes_by_it)

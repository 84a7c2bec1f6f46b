"""What a rule file can say besides its predicate: scope, shadow, lists of rows, the practice's own rules."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from pm_pipeline.scrub import Rulebook, load_rules, rules_in_force, shipped_rules
from tests.scrub.test_engine import with_shipped
from tests.scrub.test_rules import refusal, write_rule
from tests.scrub.world import DAY, World

ROW: dict[str, Any] = {"units": 4}
TWICE_IN_A_MONTH: dict[str, Any] = {
    "where": "len(list_filter(history, lambda h: h.procedure_code = procedure_code AND h.days_before BETWEEN 1 AND 30)) > 0",
    "message": "{procedure_code} again",
    "examples": {
        "fires": [{"procedure_code": "97110", "history": [{"procedure_code": "97110", "days_before": 3}]}],
        "passes": [{"history": [{"procedure_code": "97110", "days_before": 3}]}, {"history": []}],
    },
}


@pytest.mark.parametrize(
    ("scope", "inside", "outside"),
    [
        ({"plan_types": ["MB", "MC"]}, {"filing_indicator": "MB"}, {"filing_indicator": "CI"}),
        ({"specialties": ["2251"]}, {"provider_taxonomy": "225100000X"}, {"provider_taxonomy": "207Q00000X"}),
        ({"providers": ["P06"]}, {"provider_id": "P06"}, {"provider_id": "P01"}),
        ({"locations": ["NORTH"]}, {"location_id": "NORTH"}, {"location_id": "MAIN"}),
        ({"places_of_service": ["22"]}, {"place_of_service": "22"}, {"place_of_service": "11"}),
        ({"claim_types": ["corrected"]}, {"claim_type": "corrected"}, {"claim_type": "original"}),
    ],
)
def test_every_kind_of_scope(tmp_path: Path, scope: Any, inside: dict[str, Any], outside: dict[str, Any]) -> None:
    examples = {"fires": [ROW | inside], "passes": [ROW | outside]}
    assert load_rules(write_rule(tmp_path / "rules", scope=scope, examples=examples))


def test_a_scope_that_ends_before_it_begins_is_refused(tmp_path: Path) -> None:
    text = refusal(tmp_path / "rules", scope={"dos_from": "2026-02-01", "dos_to": "2026-01-01"})
    assert "scope: dos_to: expected a day not before dos_from" in text


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([{"procedure": "97110"}], "history: there is no column procedure in history_item"),
        ([{"days_before": "3"}], "history: days_before: expected a value of type BIGINT"),
        (["97110"], "history: expected rows such as {charge_id: ...}"),
    ],
)
def test_a_wrong_row_in_an_example_is_named(tmp_path: Path, rows: Any, expected: str) -> None:
    examples = {"fires": [{"history": rows}], "passes": [{"history": []}]}
    assert expected in refusal(tmp_path / "rules", **(TWICE_IN_A_MONTH | {"examples": examples}))


def test_a_list_of_rows_cannot_be_shown(tmp_path: Path) -> None:
    text = refusal(tmp_path / "rules", **(TWICE_IN_A_MONTH | {"message": "{history}"}))
    assert "history is a list of rows and cannot be shown" in text


def test_a_rule_may_ask_the_patients_history_across_claims(world: World, tmp_path: Path) -> None:
    book = with_shipped(load_rules(write_rule(tmp_path / "rules", **TWICE_IN_A_MONTH)))
    world.insured()
    world.insured("PT2")
    first = world.charge("CH1", procedure_code="81002", dos="2026-05-20")
    again = world.charge("CH2", procedure_code="81002", encounter_id="E2")
    other = world.charge("CH3", procedure_code="81002", encounter_id="E3", patient_id="PT2")
    world.run(book)
    assert [world.open_rules(claim) for claim in (first, again, other)] == [[], ["TST-001"], []]


def test_what_the_fixed_columns_say_of_a_claim(world: World) -> None:
    world.patient(last_name="O'NEIL 2ND", zip="00000")
    world.coverage(payer_id="SMDCR", group_number="G1")
    world.coverage("CV2", cob_order=2, effective_to="2025-12-31")
    world.authorization("A1", payer_id="SMDCR", units_allowed="5")
    world.charge("CH1", authorization_number="A1", units="4", procedure_code="97110")
    world.charge("CH2", authorization_number="A1", units="3", procedure_code="97110", encounter_id="E2", dos=str(DAY))
    world.run()
    columns = (
        "filing_indicator, payers_of_kinds, patient_zip_is_valid, patient_name_is_plain, group_number_is_given, "
        "len(coverages), coverages[2].is_in_force, claim_type, units_same_day, units_on_authorization, "
        "authorization_units_allowed, days_since_service, diagnosis_rows[1].is_known, hcpcs_is_valid_on_dos"
    )
    row = world.con.execute(f"SELECT {columns} FROM line_fact WHERE charge_id = 'CH2'").fetchone()
    assert row is not None
    assert row == ("MB", ["medicare"], False, False, True, 2, False, "original", 7, 7, 5, 2, None, None)


def test_a_rule_in_shadow_records_its_findings_and_holds_nothing(world: World, tmp_path: Path) -> None:
    book = with_shipped(load_rules(write_rule(tmp_path / "rules", severity="shadow")))
    world.insured()
    claim = world.charge("CH1", procedure_code="97110", units="9")
    done = world.run(book)
    assert (world.state(claim), world.open_rules(claim)) == ("released", [])
    assert done.judged.findings == {"TST-001": 1}
    assert world.con.execute("SELECT rule_id, severity FROM scrub.open_finding").fetchall() == [("TST-001", "shadow")]
    before = world.sizes()
    world.run(book)
    assert world.sizes() == before


def test_a_finding_keeps_the_version_and_what_that_version_said(world: World, tmp_path: Path) -> None:
    first = load_rules(write_rule(tmp_path / "rules"))
    second = load_rules(write_rule(tmp_path / "rules", version=2, where="units >= 4"))
    world.insured()
    world.charge("CH1", procedure_code="97110", units="9")
    world.run(with_shipped(first))
    world.run(with_shipped(second))
    kept = world.con.execute(
        "SELECT finding.rule_version, edition.content ->> 'where' FROM scrub.edit_finding AS finding "
        "JOIN scrub.rule_edition AS edition USING (rule_id, rule_version) WHERE rule_id = 'TST-001' ORDER BY 1"
    ).fetchall()
    assert kept == [(1, "units > 3"), (2, "units >= 4")]


def test_a_practice_adds_rules_and_replaces_shipped_ones(world: World, tmp_path: Path) -> None:
    write_rule(tmp_path / "rules")
    write_rule(tmp_path / "rules", id="UNT-001", version=9, severity="shadow")
    config = dataclasses.replace(world.config, rules=tmp_path / "rules")
    book = rules_in_force(config)
    versions = {one.rule.id: one.rule.version for one in book.rules}
    assert (versions["TST-001"], versions["UNT-001"]) == (1, 9)
    assert len(versions) == len(shipped_rules().rules) + 1
    assert isinstance(rules_in_force(dataclasses.replace(config, rules=tmp_path / "none")), Rulebook)

"""The edit engine: findings once, failures closed and alone, and what later stages put in."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from pm_pipeline.scrub import Rulebook, load_rules, shipped_rules
from tests.scrub.test_rules import A_FIX, write_rule
from tests.scrub.world import TODAY, World

# fails on an authorization number that is not a number, and on no other
FAILS_ON_SOME: dict[str, Any] = {
    "where": "CAST(authorization_number AS INTEGER) > 100",
    "message": "Line {line_no}",
    "examples": {"fires": [{"authorization_number": "101"}], "passes": [{"authorization_number": "100"}]},
}


def with_shipped(extra: Rulebook, *without: str) -> Rulebook:
    return Rulebook((*(item for item in shipped_rules().rules if item.rule.id not in without), *extra.rules))


def test_running_again_on_the_same_input_writes_nothing(world: World) -> None:
    world.insured()
    world.patient("PT2")
    world.charge("CH1", diagnoses=["E11.9"])
    world.charge("CH2", encounter_id="E2", units="2")
    world.charge("CH3", encounter_id="E3", patient_id="PT2", dos="2026-05-30")
    world.charge("CH4", encounter_id="E4", procedure_code="97110", units="30")
    first = world.run()
    assert (first.judged.held, first.judged.released, first.judged.self_pay) == (1, 2, 1)
    assert first.judged.findings == {"DUP-001": 1, "UNT-001": 1, "UNT-002": 1}
    before = world.sizes()
    second = world.run()
    assert world.sizes() == before
    assert (second.judged.findings, second.judged.cleared, second.built.fixes) == ({}, 0, {})
    assert (second.judged.held, second.judged.released) == (1, 2)


def test_the_diary_says_what_holds_a_claim_and_speaks_up_only_when_that_changes(world: World) -> None:
    world.insured()
    claim = world.charge("CH1", units="2", place_of_service="21")
    world.run()
    world.charge("CH2", action="correct", original_charge_id="CH1", units="2")
    world.run()
    details = world.con.execute(
        "SELECT kind, detail FROM scrub.claim_event WHERE kind = 'held' ORDER BY seq"
    ).fetchall()
    assert details == [("held", "POS-002 UNT-001"), ("held", "UNT-001")]
    assert world.state(claim) == "held"


def test_a_released_claim_that_an_edit_now_finds_goes_back(world: World) -> None:
    world.insured(payer_id="LKSHM")
    world.authorization("A1")
    claim = world.charge("CH1", authorization_number="A1")
    world.run()
    assert world.state(claim) == "released"
    world.authorization("A1", valid_to="2026-05-01")
    world.run()
    assert (world.state(claim), world.diary(claim)) == ("held", ["built", "released", "reopen"])
    world.authorization("A1")
    world.run()
    assert (world.state(claim), world.open_rules(claim)) == ("released", [])


def test_a_finding_that_comes_back_is_recorded_again(world: World) -> None:
    world.insured(payer_id="LKSHM")
    claim = world.charge("CH1", authorization_number="A1")
    for valid_to in ("2026-05-01", "2026-12-31", "2026-05-01"):
        world.authorization("A1", valid_to=valid_to)
        world.run()
    assert world.state(claim) == "held"
    rows = world.con.execute(
        "SELECT count(*), count(DISTINCT finding_id), count(DISTINCT content_hash) FROM scrub.edit_finding"
    ).fetchone()
    assert rows == (2, 2, 1)


def test_a_rule_that_fails_holds_the_claims_it_could_not_judge_and_no_others(world: World, tmp_path: Path) -> None:
    book = with_shipped(load_rules(write_rule(tmp_path / "rules", **FAILS_ON_SOME)), "AUT-002")
    world.insured()
    fails = world.charge("CH1", authorization_number="SECRET")
    passes = world.charge("CH2", encounter_id="E2", procedure_code="81002", authorization_number="7")
    fires = world.charge("CH3", encounter_id="E3", procedure_code="36415", authorization_number="500")
    other = world.charge("CH4", encounter_id="E4", procedure_code="97110", units="0.5", modifiers=["GP", "GP"])
    done = world.run(book)
    assert [world.open_rules(claim) for claim in (fails, passes, fires, other)] == [
        ["RULE-ERROR"],
        [],
        ["TST-001"],
        ["MOD-001"],
    ]
    assert [world.state(claim) for claim in (fails, passes)] == ["held", "released"]
    assert done.judged.rule_errors == {"TST-001": 1}
    text = world.con.execute("SELECT message || remedy FROM scrub.open_finding WHERE rule_id = 'RULE-ERROR'").fetchone()
    assert text is not None
    assert "TST-001 (version 1)" in text[0]
    assert "SECRET" not in text[0]
    before = world.sizes()
    world.run(book)
    assert world.sizes() == before
    world.run(with_shipped(Rulebook(()), "AUT-002"))
    assert world.state(fails) == "released"


def test_a_rule_that_cannot_be_evaluated_at_all_fails_alone_within_its_scope(world: World) -> None:
    broken = next(item for item in shipped_rules().rules if item.rule.id == "UNT-001")
    broken = dataclasses.replace(
        broken,
        rule=broken.rule.model_copy(update={"id": "TST-001"}),
        where="no_such_column > 1",
        scope="payer_id = 'LKSHM'",
    )
    book = with_shipped(Rulebook((broken,)))
    world.insured()
    world.insured("PT2", "LKSHM")
    outside = world.charge("CH1")
    inside = world.charge("CH2", encounter_id="E2", patient_id="PT2")
    other = world.charge("CH3", encounter_id="E3", procedure_code="97110", units="30", place_of_service="00")
    done = world.run(book)
    assert [world.open_rules(claim) for claim in (outside, inside, other)] == [
        [],
        ["RULE-ERROR"],
        ["POS-001", "UNT-002"],
    ]
    assert (world.state(outside), world.state(inside)) == ("released", "held")
    assert done.judged.rule_errors == {"TST-001": 1}


def test_a_fix_that_fails_holds_its_claim_until_the_fix_is_repaired(world: World, tmp_path: Path) -> None:
    failing = {
        **A_FIX,
        "where": "CAST(authorization_number AS INTEGER) > 100",
        "set": {"ndc": "'00000000000'"},
        "message": "NDC of {charge_id}",
        "examples": {
            "fires": [{"authorization_number": "101", "becomes": {"ndc": "00000000000"}}],
            "passes": [{"authorization_number": "1"}],
        },
    }
    book = with_shipped(load_rules(write_rule(tmp_path / "rules", **failing)), "AUT-002")
    world.insured()
    fails = world.charge("CH1", authorization_number="SECRET", diagnoses=["E11.9"])
    fixed = world.charge("CH2", encounter_id="E2", procedure_code="81002", authorization_number="200")
    world.run(book)
    assert (world.state(fails), world.open_rules(fails)) == ("held", ["FIX-ERROR"])
    assert world.claim(fails)["diagnoses"] == ["E119"]  # the other fix did its work
    assert (world.state(fixed), world.lines(fixed, "ndc")) == ("released", [("00000000000",)])
    before = world.sizes()
    world.run(book)
    assert world.sizes() == before
    world.run(with_shipped(Rulebook(()), "AUT-002"))
    assert (world.state(fails), world.open_rules(fails)) == ("released", [])


def test_a_finding_of_the_validator_stands_until_the_claim_says_something_else(world: World) -> None:
    world.insured()
    claim = world.charge("CH1")
    world.run()
    found = world.claim(claim)["content_hash"]
    world.con.execute(
        "INSERT INTO scrub.edit_finding VALUES ('F-X12', ?, ?, NULL, 'X12-837P', 1, 'hold', 'm', 'r', ?, 'later')",
        [claim, found, TODAY],
    )
    world.event(claim, "reopen", "held")
    world.run()
    assert (world.state(claim), world.open_rules(claim)) == ("held", ["X12-837P"])
    world.patient(last_name="CORRECTED")
    world.run()
    assert (world.state(claim), world.open_rules(claim)) == ("released", [])


def test_findings_of_a_rule_taken_out_of_the_book_are_cleared(world: World) -> None:
    world.insured()
    claim = world.charge("CH1", units="2")
    world.run()
    world.run(with_shipped(Rulebook(()), "UNT-001"))
    assert (world.state(claim), world.open_rules(claim)) == ("released", [])


def test_a_new_version_of_a_rule_makes_its_own_finding(world: World) -> None:
    world.insured()
    claim = world.charge("CH1", units="2")
    world.run()
    newer = [
        dataclasses.replace(item, rule=item.rule.model_copy(update={"version": 2}))
        if item.rule.id == "UNT-001"
        else item
        for item in shipped_rules().rules
    ]
    world.run(Rulebook(tuple(newer)))
    versions = world.con.execute("SELECT rule_version FROM scrub.open_finding WHERE claim_id = ?", [claim]).fetchall()
    assert versions == [(2,)]


def test_without_a_payer_nothing_is_released_even_without_rules(world: World) -> None:
    world.patient()
    world.coverage(effective_from="2026-06-02")
    claim = world.charge("CH1")
    world.run(with_shipped(Rulebook(()), "ELG-001"))
    assert world.state(claim) == "held"


def test_states_never_fall_without_a_reopen(world: World) -> None:
    world.patient()
    claim = world.charge("CH1")
    world.run()
    world.coverage()
    world.run()
    world.send(claim)
    world.event(claim, "claim_rejected", "rejected", version=1)
    world.patient(last_name="OTHER")
    world.run()
    world.coverage(member_id="WRONG")
    world.run()
    fallen = world.con.execute(
        "SELECT kind FROM (SELECT kind, rank, lag(rank) OVER (PARTITION BY claim_id ORDER BY seq) AS before "
        "FROM scrub.claim_event) "
        "WHERE rank < before AND kind <> 'reopen'"
    ).fetchall()
    assert fallen == []
    assert world.state(claim) == "held"

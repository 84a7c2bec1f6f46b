"""What rules have done: each claim and its dollars once, fixes too, and names for what is no rule of the book."""

from __future__ import annotations

import pytest

from pm_pipeline.scrub import shipped_rules
from pm_pipeline.scrub.report import NOTHING, explain_rule, explain_rules, is_judged, report_rules
from tests.scrub.test_backtest import deny
from tests.scrub.world import TODAY, World


def found(world: World, claim: str, rule_id: str, line_no: int | None = None) -> None:
    world.con.execute(
        "INSERT INTO scrub.edit_finding VALUES ($1 || $2 || coalesce($3, 0), $1, 'h', $3, $2, 1, 'hold', 'm', 'r', $4, 'r')",
        [claim, rule_id, line_no, TODAY],
    )


@pytest.fixture
def judged(world: World) -> World:
    """Three visits: UNT-001 holds one, DX-002 has taken decimal points from two."""
    world.insured()
    world.charge("CH1", units="2")
    for number in (2, 3):
        world.charge(f"CH{number}", encounter_id=f"E{number}", procedure_code="81002", diagnoses=["E11.9"])
    world.run()
    return world


def test_a_fix_has_dollars_too_and_a_claim_counts_once(judged: World) -> None:
    did = {row["rule_id"]: row for row in report_rules(judged.con, shipped_rules())}
    assert (did["DX-002"]["fixes"], did["DX-002"]["claims"], did["DX-002"]["cents"]) == (2, 2, 30_000)
    assert (did["UNT-001"]["findings"], did["UNT-001"]["held_claims"], did["UNT-001"]["cents"]) == (1, 1, 15_000)
    fixed = judged.con.execute("SELECT min(claim_id) FROM scrub.fix").fetchone()
    assert fixed is not None
    for line_no in (None, 1):
        found(judged, fixed[0], "DX-002", line_no)  # once it held what it fixes now
    again = {row["rule_id"]: row for row in report_rules(judged.con, shipped_rules())}
    assert (again["DX-002"]["findings"], again["DX-002"]["claims"], again["DX-002"]["cents"]) == (2, 2, 30_000)


def test_what_a_person_fixed_is_no_rule(judged: World) -> None:
    judged.con.execute(
        "INSERT INTO scrub.person_fix SELECT 'P1', claim_id, 'CH2', 'units', 1, '1', 'UNT-001', 'marlow', 'x', $day, now(), 'r' "
        "FROM scrub.fix LIMIT 1",
        {"day": TODAY},
    )
    judged.con.execute("UPDATE scrub.fix SET rule_id = 'P1' WHERE claim_id = (SELECT claim_id FROM scrub.person_fix)")
    did = {row["rule_id"]: row for row in report_rules(judged.con, shipped_rules())}
    assert "P1" not in did
    assert did["DX-002"]["claims"] == 1


def test_what_is_no_rule_of_the_book_has_a_name(judged: World) -> None:
    (claim,) = judged.con.execute("SELECT min(claim_id) FROM scrub.claim").fetchone() or ("",)
    for rule_id in ("RULE-ERROR", "FIX-ERROR", "X12-837P", "OLD-001"):
        found(judged, claim, rule_id)
    titles = {
        row["rule_id"]: row["title"] for row in report_rules(judged.con, shipped_rules()) if row["version"] is None
    }
    assert titles == {
        "RULE-ERROR": "(an edit that could not be evaluated: the finding names it)",
        "FIX-ERROR": "(a fix that could not be evaluated: the finding names it)",
        "X12-837P": "(the claim would make no valid 837P: the validator's finding says why)",
        "OLD-001": "(no rule file in force)",
    }


def test_one_rule_is_told_as_among_all(judged: World) -> None:
    (claim,) = judged.con.execute("SELECT claim_id FROM scrub.edit_finding WHERE rule_id = 'UNT-001'").fetchone() or (
        "",
    )
    deny(judged, claim, "CH1", "151", 15_000)
    judged.con.execute(
        "INSERT INTO receivables.denial_cause BY NAME SELECT denial_id, 'AUT-001' AS rule_id, 'silent' AS verdict, 'r' AS run_id FROM receivables.denial"
    )
    book = shipped_rules()
    all_told = {one["id"]: one["did"] for one in explain_rules(book, judged.con)}
    for rule_id in ("UNT-001", "DX-002", "AUT-001", "ELG-001"):
        rule = book.rule(rule_id)
        assert rule is not None
        assert explain_rule(rule, judged.con)["did"] == all_told[rule_id]
    assert all_told["AUT-001"]["denied_cents_missed"] == 15_000
    assert all_told["ELG-001"] == NOTHING


def test_an_empty_warehouse_has_judged_nothing(world: World) -> None:
    assert not is_judged(world.con)
    world.insured()
    world.charge("CH1")
    world.run()
    assert is_judged(world.con)

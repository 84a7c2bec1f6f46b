"""A person lets a held claim go in spite of a finding: for the rule and line alone, until a day, and never what is no lawful 837."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from pm_pipeline.errors import PmError
from pm_pipeline.scrub import Rulebook, shipped_rules
from pm_pipeline.scrub.override import override, stand, withdraw
from pm_pipeline.scrub.person_fix import keep_fix, plan_fix
from tests.scrub.world import DAY, TODAY, World

NAMED = ("CNF-003", "DX-001", "DX-002", "ELG-001", "UNT-001")
UNTIL = TODAY + dt.timedelta(days=7)


def book() -> Rulebook:
    """A few of the shipped rules: hundreds say nothing here and take their time."""
    return Rulebook(tuple(one for one in shipped_rules().rules if one.rule.id in NAMED))


def held(world: World, **given: Any) -> str:
    """A visit billed with two units, which UNT-001 holds."""
    world.insured()
    claim = world.charge("CH1", units="2", **given)
    world.run(book())
    assert (world.state(claim), world.open_rules(claim)) == ("held", ["UNT-001"])
    return claim


def let_go(world: World, claim: str, rule: str = "UNT-001", until: dt.date = UNTIL, **given: Any) -> list[str]:
    said: dict[str, Any] = {"actor": "wren", "reason": "two visits that day, note on file", "run_id": "o"} | given
    return override(world.con, world.config, book(), claim, rule, until=until, today=world.today, **said)


def test_it_holds_no_more_until_its_last_day_and_the_finding_stays(world: World) -> None:
    claim = held(world)
    [decision] = let_go(world, claim, actor="Wren Hollis")
    world.run(book())
    assert (world.state(claim), world.open_rules(claim)) == ("released", ["UNT-001"])
    detail = world.con.execute("SELECT detail FROM scrub.claim_event ORDER BY seq DESC LIMIT 1").fetchone()
    assert detail == ("in spite of UNT-001",)
    kept = world.con.execute(
        "SELECT override_id, actor, line_no, until_on, rule_version FROM scrub.override"
    ).fetchall()
    assert kept == [(decision, "wren", 1, UNTIL, 1)]
    before = world.sizes()
    world.today = UNTIL
    world.run(book())
    assert (world.state(claim), world.sizes()) == ("released", before)
    world.today = UNTIL + dt.timedelta(days=1)
    world.run(book())
    assert world.state(claim) == "held"
    assert stand(world.con, world.today, [claim]) == [{"claim_id": claim, "state": "held", "held_by": ["UNT-001"]}]
    let_go(world, claim, until=world.today, reason="asked again")  # it may be given anew
    world.run(book())
    assert world.state(claim) == "released"


def test_a_claim_that_was_sent_stays_sent_when_the_override_ends(world: World) -> None:
    claim = held(world)
    [decision] = let_go(world, claim)
    world.run(book())
    world.send(claim)
    world.today = UNTIL + dt.timedelta(days=1)
    world.run(book())
    assert world.state(claim) == "sent"
    assert world.con.execute("SELECT * FROM scrub.holding_finding(?)", [world.today]).fetchall() == []
    with pytest.raises(PmError, match=r"has left \(sent\): what was sent is not changed"):
        withdraw(world.con, world.config, decision, actor="wren", reason="x", today=world.today, run_id="u")


def test_it_is_for_one_rule_and_one_line_and_stays_with_the_service_when_lines_move(world: World) -> None:
    world.insured()
    claim = world.charge("CH2", units="2")
    world.charge("CH3", units="2", dos=DAY)
    world.run(book())
    let_go(world, claim, line_no=1)
    world.run(book())
    assert world.state(claim) == "held"  # line 2 is another service
    world.charge("CH1", procedure_code="36415")  # now the overridden service stands on line 2
    world.charge("CH3V", action="void", original_charge_id="CH3")
    world.run(book())
    assert (world.state(claim), world.open_rules(claim)) == ("released", ["UNT-001"])
    world.charge("CH2C", action="correct", original_charge_id="CH2", units="3")  # another content: the override stays
    world.run(book())
    assert world.state(claim) == "released"
    world.charge("CH4", units="2")
    world.run(book())
    assert world.state(claim) == "held"


def test_another_finding_holds_all_the_same(world: World) -> None:
    world.insured()
    claim = world.charge("CH1", units="2", diagnosis_pointers=[1, 3])
    world.run(book())
    let_go(world, claim)
    world.run(book())
    assert stand(world.con, TODAY, [claim]) == [{"claim_id": claim, "state": "held", "held_by": ["DX-001"]}]


def test_without_a_payer_nothing_is_released_whatever_a_person_says(world: World) -> None:
    world.patient()
    world.coverage(effective_from="2026-07-01")
    claim = world.charge("CH1")
    world.run(book())
    assert world.open_rules(claim) == ["ELG-001"]
    let_go(world, claim, "ELG-001")
    world.run(book())
    assert world.state(claim) == "held"


def test_it_is_taken_back_and_the_claim_is_held_again(world: World) -> None:
    claim = held(world)
    [decision] = let_go(world, claim)
    world.run(book())
    said: Any = {"actor": "tamsin", "reason": "one visit after all", "today": TODAY, "run_id": "u"}
    assert withdraw(world.con, world.config, decision, **said) == claim
    world.run(book())
    assert (world.state(claim), world.diary(claim)[-1]) == ("held", "reopen")
    with pytest.raises(PmError, match="was taken back on 2026-06-03 by tamsin already"):
        withdraw(world.con, world.config, decision, **said)
    with pytest.raises(PmError, match="There is no override or person's fix 'O1'"):
        withdraw(world.con, world.config, "O1", **said)


def billed_to_the_patient(world: World) -> tuple[str, str]:
    """A visit of a patient without insurance that UNT-001 held and a person let go; its claim and the override."""
    world.patient()
    claim = world.charge("CH1", units="2")
    world.run(book())
    assert (world.state(claim), world.open_rules(claim)) == ("held", ["UNT-001"])
    [decision] = let_go(world, claim)
    world.run(book())
    assert world.state(claim) == "self_pay"
    return claim, decision


@pytest.mark.parametrize("end", ["withdrawn", "its day passes"])
def test_what_was_billed_to_the_patient_is_held_again_when_the_override_ends(world: World, end: str) -> None:
    claim, decision = billed_to_the_patient(world)
    before = world.sizes()
    world.today = UNTIL
    world.run(book())
    assert (world.state(claim), world.sizes()) == ("self_pay", before)
    if end == "withdrawn":
        withdraw(world.con, world.config, decision, actor="wren", reason="one visit", today=world.today, run_id="u")
    else:
        world.today = UNTIL + dt.timedelta(days=1)
    world.run(book())
    assert stand(world.con, world.today, [claim]) == [{"claim_id": claim, "state": "held", "held_by": ["UNT-001"]}]
    let_go(world, claim, until=world.today, reason="two after all")
    world.run(book())
    assert world.state(claim) == "self_pay"


def test_a_fix_of_what_was_billed_to_the_patient_is_taken_back(world: World) -> None:
    world.patient()
    claim = world.charge("CH1", units="2")
    world.run(book())
    changes = plan_fix(world.con, world.config, book(), "UNT-001", {"units": "1"}, world.today)
    said: Any = {"actor": "wren", "reason": "chart", "today": world.today, "run_id": "f"}
    [fix] = keep_fix(world.con, world.config, "UNT-001", changes, **said)
    world.run(book())
    assert world.state(claim) == "self_pay"
    withdraw(world.con, world.config, fix, **said)
    world.run(book())
    assert (world.state(claim), world.open_rules(claim)) == ("held", ["UNT-001"])


def test_what_the_patient_has_paid_for_is_not_held_again(world: World) -> None:
    claim, decision = billed_to_the_patient(world)
    world.con.execute(
        "INSERT INTO ledger.entry SELECT * EXCLUDE (entry_id) REPLACE ('paid' AS txn_id, 'payment' AS entry_kind, -5_000 AS cents) "
        "FROM ledger.entry WHERE claim_id = ? AND account = 'AR' LIMIT 1",
        [claim],
    )
    with pytest.raises(PmError, match=rf"{claim} was billed to the patient, and money has moved on it since"):
        withdraw(world.con, world.config, decision, actor="wren", reason="x", today=world.today, run_id="u")
    world.today = UNTIL + dt.timedelta(days=1)
    world.run(book())
    assert world.state(claim) == "self_pay"


def test_what_the_patient_has_a_statement_of_is_not_held_again(world: World) -> None:
    """A statement that was made and not sent keeps back nothing: it is withdrawn when the claim is held."""
    claim, decision = billed_to_the_patient(world)
    world.con.execute(
        "INSERT INTO receivables.statement_line SELECT 'S1', 1, claim_id, NULL, patient_id, 'TEST', NULL, dos_from, NULL, 0, 0, 0, 0, 5_000, "
        "dos_from, 0, 1, 1, 'r' FROM scrub.claim WHERE claim_id = ?",
        [claim],
    )
    withdraw(world.con, world.config, decision, actor="wren", reason="one visit", today=world.today, run_id="u")
    world.run(book())
    assert world.state(claim) == "held"
    [decision] = let_go(world, claim, until=UNTIL)
    world.run(book())
    world.con.execute("INSERT INTO receivables.statement_filed VALUES ('S1', 'F', 'r')")
    with pytest.raises(PmError, match=rf"{claim} was billed to the patient, and a statement of it was sent since"):
        withdraw(world.con, world.config, decision, actor="wren", reason="x", today=world.today, run_id="u")
    world.today = UNTIL + dt.timedelta(days=1)
    world.run(book())
    assert world.state(claim) == "self_pay"


def test_a_rejected_claim_stays_so_and_is_judged_without_the_override_when_it_is_corrected(world: World) -> None:
    claim = held(world)
    [decision] = let_go(world, claim)
    world.run(book())
    world.send(claim)
    world.event(claim, "rejected", "rejected")
    withdraw(world.con, world.config, decision, actor="wren", reason="one visit", today=world.today, run_id="u")
    world.run(book())
    assert world.state(claim) == "rejected"
    world.patient(zip="00501")
    world.run(book())
    assert (world.state(claim), world.open_rules(claim)) == ("held", ["UNT-001"])


def test_what_may_not_be_overridden_is_refused_and_says_why(world: World) -> None:
    claim = held(world)
    for given, said in (
        ({"actor": "B. Biller"}, r"'B\. Biller' is not among the people of people\.yaml \(for holds: wren"),
        ({"reason": " "}, "needs the person and the reason"),
        ({"until": TODAY - dt.timedelta(days=1)}, "is past; name the last day"),
        ({"rule": "DUP-001"}, rf"DUP-001 does not hold claim {claim}; it is held by UNT-001 \(line 1\)"),
        ({"line_no": 2}, "UNT-001 on line 2 does not hold"),
        ({"claim": "NOBODY"}, "There is no claim 'NOBODY'"),
    ):
        asked: dict[str, Any] = {"claim": claim, "rule": "UNT-001", **given}
        named, rule = asked.pop("claim"), asked.pop("rule")
        with pytest.raises(PmError, match=said):
            let_go(world, named, rule, **asked)
    let_go(world, claim)
    with pytest.raises(PmError, match=rf"UNT-001 \(line 1\) of claim {claim} is overridden until {UNTIL} already"):
        let_go(world, claim)
    with pytest.raises(PmError, match=rf"No finding holds claim {claim}"):
        let_go(world, claim, "DX-001")
    assert world.con.execute("SELECT count(*) FROM scrub.override").fetchone() == (1,)


@pytest.mark.parametrize("runs_between", [False, True])
def test_an_override_is_extended_and_the_longest_counts(world: World, runs_between: bool) -> None:
    claim = held(world)
    let_go(world, claim)
    if runs_between:
        world.run(book())
        assert world.state(claim) == "released"
    [longer] = let_go(world, claim, until=UNTIL + dt.timedelta(days=7), line_no=1)
    world.today = UNTIL + dt.timedelta(days=7)
    world.run(book())
    assert world.state(claim) == "released"
    withdraw(world.con, world.config, longer, actor="wren", reason="x", today=world.today, run_id="u")
    world.run(book())
    assert world.state(claim) == "held"


def test_an_override_of_what_has_left_is_not_extended(world: World) -> None:
    claim = held(world)
    let_go(world, claim)
    world.run(book())
    world.send(claim)
    with pytest.raises(PmError, match=rf"No finding holds claim {claim} \(sent\)"):
        let_go(world, claim, until=UNTIL + dt.timedelta(days=7))


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("X12-837P", "makes no lawful 837"),
        ("CNF-003", "makes no lawful 837"),
        ("OLD-001", "it is in the rulebook no more"),
        ("RULE-ERROR", "the edit could not be evaluated"),
        ("FIX-ERROR", "a fix could not be evaluated"),
    ],
)
def test_a_structural_finding_cannot_be_overridden(world: World, rule: str, said: str) -> None:
    claim = held(world)
    world.con.execute(
        "INSERT INTO scrub.edit_finding VALUES ('F1', ?, 'h', NULL, ?, 1, 'hold', 'm', 'r', ?, 'r')",
        [claim, rule, TODAY],
    )
    with pytest.raises(PmError, match=f"{rule} cannot be overridden: .*{said}"):
        let_go(world, claim, rule)

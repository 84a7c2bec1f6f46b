"""Held claims as work for people: in the queue of the rule's owner, with the columns at fault, and nothing about the person."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from pm_pipeline.errors import PmError
from pm_pipeline.scrub import Rulebook, shipped_rules
from pm_pipeline.scrub.held import held_queues, show_held
from pm_pipeline.scrub.override import override
from pm_pipeline.scrub.person_fix import keep_fix, plan_fix
from tests.scrub.world import TODAY, World

NAMED = ("DX-001", "ELG-002", "UNT-001")


def book() -> Rulebook:
    return Rulebook(tuple(one for one in shipped_rules().rules if one.rule.id in NAMED))


@pytest.fixture
def claims(world: World) -> dict[str, str]:
    """Old and small, new and large: both of UNT-001; a member id of a wrong shape at another payer."""
    world.insured()
    world.insured("PT2", "LKSHM")
    world.coverage("CV-PT2", "PT2", "LKSHM", member_id="SECRET77")
    made = {
        "new": world.charge("CH1", units="2"),
        "large": world.charge("CH2", units="2", encounter_id="E2", charge_cents=90_000),
        "old": world.charge("CH3", units="3", encounter_id="E3", dos=dt.date(2026, 5, 1)),
        "member": world.charge("CH4", encounter_id="E4", patient_id="PT2"),
        "clean": world.charge("CH5", encounter_id="E5"),
    }
    world.run(book())
    world.today = TODAY + dt.timedelta(days=4)
    return made


def test_queues_by_owner_the_nearest_deadline_first_then_most_dollars(world: World, claims: dict[str, str]) -> None:
    queues = {one["queue"]: one for one in held_queues(world.con, world.config, book(), world.today)}
    assert {name: (one["claims"], one["cents"]) for name, one in queues.items()} == {
        "coding lead": (3, 120_000),
        "front desk lead": (1, 15_000),
    }
    findings = queues["coding lead"]["findings"]
    assert [one["claim_id"] for one in findings] == [claims["old"], claims["large"], claims["new"]]
    first = findings[0]
    assert (first["rule_id"], first["rule_version"], first["line_no"], first["family"]) == ("UNT-001", 1, 1, "units")
    assert (first["days_held"], first["cents"], first["timely_filing_deadline"]) == (4, 15_000, dt.date(2026, 8, 29))
    assert first["values"] == {"procedure_code": "99213", "units": 3, "charge_id": "CH3"}
    assert "Correct the units" in first["remedy"]


def test_what_is_about_the_person_is_not_shown(world: World, claims: dict[str, str]) -> None:
    [queue] = held_queues(world.con, world.config, book(), world.today, rule_id="ELG-002")
    [found] = queue["findings"]
    assert found["claim_id"] == claims["member"]
    assert "member_id" not in found["values"]
    assert "SECRET77" not in str(queue)
    assert "SECRET77" not in str(show_held(world.con, world.config, book(), claims["member"], world.today))


def test_filters_and_limit(world: World, claims: dict[str, str]) -> None:
    def shown(**only: Any) -> list[tuple[str, int, int]]:
        found = held_queues(world.con, world.config, book(), world.today, **only)
        return [(one["queue"], one["claims"], len(one["findings"])) for one in found]

    assert shown(queue="Front Desk Lead") == [("front desk lead", 1, 1)]
    assert shown(queue="units") == [("coding lead", 3, 3)]
    assert shown(payer_id="LKSHM") == [("front desk lead", 1, 1)]
    assert shown(rule_id="UNT-001", limit=2) == [("coding lead", 3, 2)]
    assert shown(queue="units", payer_id="LKSHM") == []
    with pytest.raises(PmError, match=r"no queue 'nobody': .* Owners: coding lead, .* Families: .*units"):
        shown(queue="nobody")


def test_a_held_claim_that_no_finding_holds_is_not_lost(world: World) -> None:
    world.patient()
    world.coverage(effective_from="2026-07-01")
    claim = world.charge("CH1")
    world.run(book())  # without a rule about it
    [queue] = held_queues(world.con, world.config, book(), world.today)
    assert (queue["queue"], queue["findings"][0]["claim_id"], queue["findings"][0]["rule_id"]) == (
        "next run",
        claim,
        None,
    )
    assert "No payer" in queue["findings"][0]["message"]


def test_a_rule_that_failed_is_in_its_owners_queue(world: World, claims: dict[str, str]) -> None:
    world.con.execute(
        "INSERT INTO scrub.edit_finding VALUES ('F1', ?, 'h', NULL, 'RULE-ERROR', 1, 'hold', 'Edit ELG-002 (version 1) failed', 'r', ?, 'r')",
        [claims["new"], TODAY],
    )
    [queue] = held_queues(world.con, world.config, book(), world.today, rule_id="RULE-ERROR")
    assert (queue["queue"], queue["findings"][0]["family"]) == ("front desk lead", "eligibility")


def test_days_held_begin_anew_after_a_release(world: World, claims: dict[str, str]) -> None:
    said: Any = {"actor": "wren", "reason": "r", "today": TODAY, "run_id": "o"}
    override(world.con, world.config, book(), claims["new"], "UNT-001", until=TODAY, **said)
    world.today = TODAY
    world.run(book())
    assert world.state(claims["new"]) == "released"
    world.today = TODAY + dt.timedelta(days=3)
    world.run(book())
    world.today = TODAY + dt.timedelta(days=5)
    found = show_held(world.con, world.config, book(), claims["new"], world.today)
    assert (found["claim"]["state"], found["claim"]["days_held"]) == ("held", 2)


def test_one_claim_with_all_that_was_found_and_decided(world: World, claims: dict[str, str]) -> None:
    claim = claims["new"]
    found = show_held(world.con, world.config, book(), claim, world.today)
    assert [(one["rule_id"], one["stands"]) for one in found["findings"]] == [("UNT-001", "holds")]
    assert f'pm holds fix --rule UNT-001 --claim {claim} --set units=VALUE --by YOU --why "..."' in found["can_do"]
    assert f'pm holds override {claim} --rule UNT-001 --until YYYY-MM-DD --by YOU --why "..."' in found["can_do"]
    said: Any = {"actor": "wren", "reason": "r", "today": world.today, "run_id": "o"}
    [decision] = override(world.con, world.config, book(), claim, "UNT-001", until=world.today, **said)
    found = show_held(world.con, world.config, book(), claim, world.today)
    assert [(one["stands"], one["override_id"]) for one in found["findings"]] == [("overridden", decision)]
    assert found["can_do"] == [f'pm holds undo {decision} --by YOU --why "..."']
    old = claims["old"]
    planned = plan_fix(world.con, world.config, book(), "UNT-001", {"units": "1"}, world.today, claims=[old])
    [fix] = keep_fix(world.con, world.config, "UNT-001", planned, **said)
    world.run(book())
    found = show_held(world.con, world.config, book(), old, world.today)
    assert [(one["stands"], one["cleared_on"]) for one in found["findings"]] == [("cleared", world.today)]
    assert [(one["rule_id"], one["before"], one["after"], one["person"]) for one in found["fixes"]] == [
        (fix, "3.000", "1.000", "wren")
    ]
    assert (found["claim"]["state"], found["person_fixes"][0]["is_in_force"]) == ("released", True)
    with pytest.raises(PmError, match="There is no claim 'NOBODY'"):
        show_held(world.con, world.config, book(), "NOBODY", world.today)

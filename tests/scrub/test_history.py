"""What is known of a patient's other services: those of before, as known when the claim is judged, never what came later."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from pm_pipeline.scrub import shipped_rules
from pm_pipeline.scrub.backtest import rebuild_history
from pm_pipeline.scrub.build import prepare_build
from pm_pipeline.scrub.engine import prepare_facts
from pm_pipeline.warehouse import load_rows, unit
from tests.scrub.test_backtest import deny
from tests.scrub.world import DAY, TODAY, World

DAYS = dt.timedelta(days=1)
LATER = TODAY + 5 * DAYS
LINE = "SELECT * FROM line_fact WHERE charge_id = ?"


def other(world: World, name: str, before: int, landed: dt.date, **given: Any) -> str:
    """Another service of the patient, that many days before DAY."""
    day = DAY - before * DAYS
    return world.charge(name, encounter_id=f"E-{name}", dos=day, entered_on=day, landed_on=landed, **given)


def pay(world: World, charge: str, cents: int, posted_on: dt.date) -> None:
    row = {
        "txn_id": f"{charge}{posted_on}", "ordinal": 1, "entry_kind": "payment", "account": "AR",
        "sub_account": "primary", "cents": -cents, "practice_id": "HARBOR", "charge_id": charge, "effective_on": posted_on,
        "posted_on": posted_on, "recorded_at": dt.datetime(2026, 6, 1), "batch_no": 99, "run_id": "r",
    }  # fmt: skip
    load_rows(world.con, "ledger.entry", list(row), [list(row.values())])


def refuse(world: World, claim: str, charge: str, carc: str, opened_on: dt.date) -> None:
    deny(world, claim, charge, carc, 15000)
    world.con.execute(
        "UPDATE receivables.denial SET opened_on = $day, denial_id = denial_id || $day WHERE claim_id = $claim AND carc = $carc",
        {"day": opened_on, "claim": claim, "carc": carc},
    )


def facts(world: World, charge: str) -> dict[str, Any]:
    cursor = world.con.execute(LINE, [charge])
    row = cursor.fetchone()
    assert row is not None
    return dict(zip([item[0] for item in cursor.description or []], row, strict=True))


@pytest.fixture
def lived(world: World) -> World:
    """The line CH is judged TODAY; before that were OLD and MID, landed in time; all else about them came LATER."""
    world.insured(payer_id="LKSHM")
    world.authorization("AUTH7", payer_id="LKSHM", units_allowed="5")
    old = other(world, "OLD", 10, TODAY - 8 * DAYS, procedure_code="11042", authorization_number="AUTH7")
    other(world, "MID", 3, TODAY - DAYS, procedure_code="99214", authorization_number="AUTH7", units="2")
    world.charge("CH", authorization_number="AUTH7")
    world.run()
    for (claim,) in world.con.execute("SELECT claim_id FROM scrub.claim ORDER BY 1").fetchall():
        world.send(claim)
    for carc, day in (("50", TODAY - DAYS), ("97", TODAY), ("16", LATER)):
        refuse(world, old, "OLD", carc, day)
    for cents, day in ((100, TODAY - DAYS), (20, TODAY), (3, LATER)):
        pay(world, "OLD", cents, day)
    return world


def come_later(world: World) -> None:
    """The same service of the same day again, one between, and a correction of MID: all landed after CH was judged."""
    other(world, "AGAIN", 0, LATER, units="4", authorization_number="AUTH7")
    other(world, "FIRST", 0, LATER, procedure_code="36415")
    other(world, "BETWEEN", 5, LATER)
    other(world, "MID2", 3, LATER, procedure_code="99215", action="correct", original_charge_id="MID")
    world.run()


def known(line: dict[str, Any]) -> dict[str, Any]:
    names = (
        "earlier_visits_3y", "same_day_procedures", "units_same_day", "duplicate_of_charge_id", "units_on_authorization"
    )  # fmt: skip
    return {name: line[name] for name in names}


def test_what_came_before_is_told_newest_first_with_what_payers_had_said_by_then(lived: World) -> None:
    rebuild_history(lived.con, lived.config, shipped_rules())
    line = facts(lived, "CH")
    told = [(one["charge_id"], one["days_before"], one["denied_carcs"], one["paid_cents"]) for one in line["history"]]
    assert told == [("MID", 3, [], 0), ("OLD", 10, ["50"], 100)]
    assert facts(lived, "OLD")["history"] == []
    assert known(line) == {
        "earlier_visits_3y": 2, "same_day_procedures": ["99213"], "units_same_day": 1, "duplicate_of_charge_id": None,
        "units_on_authorization": 4,
    }  # fmt: skip


def test_a_backtest_does_not_see_what_came_after_the_claim_was_sent(lived: World) -> None:
    rebuild_history(lived.con, lived.config, shipped_rules())
    before = facts(lived, "CH")
    come_later(lived)
    rebuild_history(lived.con, lived.config, shipped_rules())
    assert facts(lived, "CH") == before


def test_a_claim_judged_later_sees_all_of_it(lived: World) -> None:
    lived.today = LATER
    come_later(lived)
    rebuild_history(lived.con, lived.config, shipped_rules())
    line = facts(lived, "AGAIN")
    assert [one["charge_id"] for one in line["history"]] == ["CH", "FIRST", "MID2", "BETWEEN", "OLD"]
    assert (line["history"][-1]["denied_carcs"], line["history"][-1]["paid_cents"]) == (["50", "97"], 120)
    assert known(line) == {
        "earlier_visits_3y": 3, "same_day_procedures": ["36415", "99213"], "units_same_day": 5, "duplicate_of_charge_id": "CH",
        "units_on_authorization": 5,
    }  # fmt: skip


def test_a_day_that_is_judged_again_knows_all_that_the_claim_itself_says(world: World) -> None:
    world.insured()
    for name in ("CH", "TWIN"):
        world.charge(name, encounter_id=f"E-{name}", landed_on=LATER)
    prepare_build(world.con, world.config, shipped_rules())
    world.run()
    prepare_facts(world.con, world.config, TODAY, shipped_rules())
    assert facts(world, "TWIN")["duplicate_of_charge_id"] == "CH"


def test_the_global_period_is_that_of_the_edition_in_force_on_the_day_of_the_service(lived: World) -> None:
    with unit(lived.con, "test", "codes"):
        for edition, days in ((DAY.replace(day=1, month=1), "000"), (DAY, "090")):
            lived.con.execute(
                "INSERT INTO codes.table_file VALUES ('fee_indicators', $day, $name, $name, 'fee_indicators', 1, now()::TIMESTAMP, 'r')",
                {"day": edition, "name": f"f{edition}"},
            )
            lived.con.execute(
                "INSERT INTO codes.fee_indicator (code, status, global_days, edition) VALUES ('11042', 'A', ?, ?)",
                [days, edition],
            )
    rebuild_history(lived.con, lived.config, shipped_rules())
    assert [one["global_days"] for one in facts(lived, "CH")["history"]] == [None, "000"]

"""`pm holds` as a biller uses it: look at the queue, fix many at once, let one go, take it back."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pm_pipeline.cli import main
from pm_pipeline.home import Home, open_home
from pm_pipeline.settings import Settings
from tests.scrub.world import TODAY, World


class Office:
    """An installation with two visits that UNT-001 holds."""

    def __init__(self, folder: Path) -> None:
        self.env = {"PM_ROOT": str(folder), "PM_TODAY": TODAY.isoformat()}
        self.home: Home = open_home(Settings.load(self.env))
        with self.home.write() as con:
            world = World(con)
            world.insured()
            self.first = world.charge("CH1", units="2")
            self.second = world.charge("CH2", units="3", encounter_id="E2", dos=dt.date(2026, 5, 1))
            world.run()

    def pm(self, *words: str, today: dt.date = TODAY) -> Result:
        return CliRunner().invoke(main, ["holds", *words], env=self.env | {"PM_TODAY": today.isoformat()})

    def said(self, *words: str) -> Any:
        done = self.pm(*words, "--json")
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def trace(self, claim: str) -> str:
        return CliRunner().invoke(main, ["trace", claim], env=self.env).stdout


WHO = ("--by", "marlow", "--why", "chart checked")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_list_and_show(office: Office) -> None:
    [queue] = office.said("list", "--rule", "UNT-001")
    assert [one["claim_id"] for one in queue["findings"]] == [office.second, office.first]
    text = office.pm("list", "--queue", "coding lead", "--limit", "1").stdout
    assert "coding lead: 2 claims, 300.00, file by 2026-08-29" in text
    assert "units 3.000" in text
    assert "1 of its findings are not shown" in text
    assert "not shown" not in office.pm("list", "--queue", "coding lead").stdout
    typo = office.pm("list", "--queue", "codling lead")
    assert (typo.exit_code, "There is no queue 'codling lead'" in typo.output) == (1, True)
    assert office.pm("list", "--payer", "LKSHM").stdout.strip() == "No claim is held."
    shown = office.said("show", office.first)
    assert [one["rule_id"] for one in shown["findings"] if one["stands"] == "holds"] == ["UNT-001"]
    assert f"pm holds override {office.first} --rule UNT-001" in office.pm("show", office.first).stdout
    assert office.pm("show", "NOBODY").exit_code == 1


def test_fix_shows_first_then_keeps_builds_and_judges(office: Office) -> None:
    dry = office.said("fix", "--rule", "UNT-001", "--all", "--set", "units=1", "--dry-run", *WHO)
    assert [(one["claim_id"], one["before"], one["after"]) for one in dry["changes"]] == sorted(
        [(office.first, "2.000", "1.000"), (office.second, "3.000", "1.000")]
    )
    assert len(office.said("list")) == 1  # nothing was kept
    text = office.pm("fix", "--rule", "UNT-001", "--payer", "SMTML", "--set", "units=1", "--dry-run", *WHO).stdout
    assert f"{office.first} line 1 units: 2.000 -> 1.000" in text
    done = office.said("fix", "--rule", "UNT-001", "--claim", office.first, "--set", "units=1", *WHO)
    assert [(one["claim_id"], one["state"]) for one in done["claims"]] == [(office.first, "released")]
    trace = office.trace(office.first)
    assert f"{done['kept'][0]} of CH1 to 1.000 for UNT-001 by marlow (chart checked)" in trace
    assert "units from 2.000 to 1.000 by marlow" in trace
    back = office.said("undo", done["kept"][0], "--by", "wren", "--why", "two after all")
    assert back["claims"] == [{"claim_id": office.first, "state": "held", "held_by": ["UNT-001"]}]
    assert "decision taken back" in office.trace(office.first)


def test_fix_says_what_is_wrong_and_exits_accordingly(office: Office) -> None:
    still = office.pm("fix", "--rule", "UNT-001", "--claim", office.first, "--set", "units=4", *WHO)
    assert (still.exit_code, f"{office.first}: held, by UNT-001" in still.stdout) == (1, True)
    for words, code, said in (
        (("--set", "units=1"), 2, "Say whose lines"),
        (("--all", "--payer", "SMTML", "--set", "units=1"), 2, "Say whose lines"),
        (("--all", "--set", "units"), 2, "expected COLUMN=VALUE"),
        (("--all", "--set", "modifiers=25", "--set", "modifiers=59"), 2, "--set modifiers is given twice"),
        (("--all", "--set", "charge_cents=1"), 1, "may not be set here"),
    ):
        done = office.pm("fix", "--rule", "UNT-001", *words, *WHO)
        assert (done.exit_code, said in done.output) == (code, True), done.output
    stranger = office.pm(
        "fix", "--rule", "UNT-001", "--all", "--set", "units=1", "--by", "zoe", "--why", "x", "--dry-run"
    )
    assert (stranger.exit_code, "not among the people" in stranger.output) == (1, True)


def test_override_until_a_day_and_take_it_back(office: Office) -> None:
    asked = ("override", office.first, "--rule", "UNT-001", "--until", "2026-06-10", *WHO)
    done = office.said(*asked)
    assert done["claims"] == [{"claim_id": office.first, "state": "released", "held_by": []}]
    status = CliRunner().invoke(main, ["status", "--json"], env=office.env)
    assert json.loads(status.stdout)["held_by_edit"] == [{"rule_id": "UNT-001", "claims": 1}]  # the other one
    again = office.pm(*asked)
    assert (again.exit_code, "nothing is to be overridden" in again.output) == (1, True)
    assert "until 2026-06-10 by marlow (chart checked)" in office.trace(office.first)
    text = office.pm("undo", done["kept"][0], *WHO)
    assert (text.exit_code, f"{office.first}: held, by UNT-001" in text.stdout) == (0, True)
    late = office.pm("override", office.first, "--rule", "UNT-001", "--until", "2026-06-02", *WHO)
    assert (late.exit_code, "is past" in late.output) == (1, True)

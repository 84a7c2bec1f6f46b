"""The step of the day that applies the action log."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import dagster as dg
import pytest

from pm_pipeline.config import load_config
from pm_pipeline.defs import desk
from pm_pipeline.defs.resources import PmResource
from pm_pipeline.desk import ActionLog, record
from pm_pipeline.home import open_home
from pm_pipeline.settings import Settings
from tests.money import DOS, World


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A practice in which a patient's payment waits in the action log; its last run was on DOS."""
    monkeypatch.setenv("PM_ROOT", str(tmp_path))
    monkeypatch.setenv("PM_HOME", str(tmp_path / "home"))
    settings = Settings.load()
    with open_home(settings).write() as con:
        World(con, tmp_path).bill("C1", {"A": 2_000}, payer=None)
    record(
        load_config(settings), ActionLog(settings.desk_dir), by="wren", kind="patient_balance", item="C1", action="patient_payment",
        why="copay", arguments={"cents": 500, "method": "cash"},
    )  # fmt: skip
    return settings


def run(day: dt.date) -> tuple[int, bool]:
    """(actions applied, whether the log's check passed) in a run of this day."""
    result = dg.materialize([desk.asset], partition_key=day.isoformat(), resources={"pm": PmResource(offline=True)})
    assert result.success
    [made] = [
        one for one in result.asset_materializations_for_node("apply_actions") if one.asset_key.path[-1] == "applied"
    ]
    [check] = result.get_asset_check_evaluations()
    return int(str(made.metadata["applied"].value)), check.passed


def test_it_applies_what_waits_once(settings: Settings) -> None:
    assert run(DOS + dt.timedelta(days=1)) == (1, True)
    assert run(DOS + dt.timedelta(days=1)) == (0, True)
    with open_home(settings).warehouse.read() as con:
        assert con.execute("SELECT decided_on, cents FROM receivables.money_action").fetchall() == [
            (DOS + dt.timedelta(days=1), 500)
        ]


def test_a_run_over_past_days_leaves_it_alone(settings: Settings) -> None:
    assert run(DOS - dt.timedelta(days=1)) == (0, True)
    assert len(ActionLog(settings.desk_dir).state("patient_balance", "C1").waiting) == 1


def test_a_log_that_is_not_whole_fails_its_check_and_not_the_day(settings: Settings) -> None:
    path = settings.desk_dir / "actions.jsonl"
    path.write_bytes(path.read_bytes().replace(b"500", b"900"))
    assert run(DOS + dt.timedelta(days=1)) == (0, False)

"""One step per day: files come once, in time, and the same whatever the steps."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from pm_pipeline.config import Config, load_config
from pm_pipeline.errors import ConfigError
from pm_pipeline.sandbox.plan import Plan
from pm_pipeline.sandbox.world import Sandbox
from tests.sandbox.conftest import EVENTFUL, live, settings_in

FIRST = dt.date(2026, 6, 1)
BRIEF = {"days": 5, "encounters_per_weekday": 5}


def files(sandbox: Sandbox) -> dict[str, bytes]:
    """Everything lying in the SFTP folders."""
    return {
        str(path.relative_to(sandbox.root)): path.read_bytes() for path in sandbox.root.rglob("*") if path.is_file()
    }


def test_the_first_step_delivers_the_registers_and_the_charges_of_the_day(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with Sandbox(settings, load_config(settings), plan=Plan.shipped(**BRIEF)) as sandbox:
        advanced = sandbox.advance(FIRST)
        names = {item.name for item in advanced.delivered}
        assert {"patients-20260601.csv", "coverages-20260601.csv", "charges-20260601.csv"} <= names
        assert all(item.account == "practice" and item.folder == "outgoing" for item in advanced.delivered)
        assert not list(sandbox.root.rglob("*.part"))


def test_a_step_taken_twice_delivers_nothing_more(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with Sandbox(settings, load_config(settings), plan=Plan.shipped(**BRIEF)) as sandbox:
        sandbox.advance(FIRST)
        before = files(sandbox)
        again = sandbox.advance(FIRST)
        assert (again.delivered, again.taken, again.payments) == ([], [], 0)
        assert files(sandbox) == before


def test_a_file_fetched_is_not_delivered_again(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with Sandbox(settings, load_config(settings), plan=Plan.shipped(**BRIEF)) as sandbox:
        sandbox.advance(FIRST)
        for path in sandbox.root.rglob("*.csv"):
            path.unlink()
        sandbox.advance(FIRST + dt.timedelta(days=1))
        assert not list(sandbox.root.rglob("*20260601.csv"))


def test_days_lived_together_give_the_same_files_as_days_lived_one_by_one(tmp_path: Path) -> None:
    """Same seed, other cadence: feeds, answers and payments are equal byte by byte."""
    plan = Plan.shipped(**{**EVENTFUL, "days": 10})
    slow = live(tmp_path / "slow", plan, 12)
    settings = settings_in(tmp_path / "quick")
    quick = Sandbox(settings, load_config(settings), seed=7, plan=plan)
    inbound = quick.root / "clearinghouse" / "to_clearinghouse"
    archive = slow.sandbox.root / "clearinghouse" / "archive"
    sent = {
        dt.date.fromisoformat(row["received_on"]): row["name"]
        for row in slow.sandbox.store.all("SELECT name, received_on FROM inbound")
    }
    inbound.mkdir(parents=True)
    for day, name in sent.items():  # only the days on which something was sent are stepped on
        quick.advance(day - dt.timedelta(days=2)) if day > FIRST + dt.timedelta(days=2) else None
        (inbound / name).write_bytes((archive / name).read_bytes())
        quick.advance(day)
    for path in (slow.sandbox.root / "clearinghouse" / "to_clearinghouse").iterdir():
        path.unlink()  # what was sent on the last evening was taken by neither
    end = FIRST + dt.timedelta(days=45)
    slow.sandbox.advance(end)
    quick.advance(end)
    query = "SELECT account, name, kind, due_on FROM delivery ORDER BY delivery_id"
    same = [[tuple(row) for row in one.store.all(query)] for one in (slow.sandbox, quick)]
    assert same[0] == same[1]
    remits = [sorted(one.root.rglob("835_*.edi")) for one in (slow.sandbox, quick)]
    late = {path.name: path.read_bytes() for path in remits[0]}
    assert late
    assert late.items() <= {path.name: path.read_bytes() for path in remits[1]}.items()
    for one in (slow.sandbox, quick):
        one.close()


def test_the_books_outlive_the_process(tmp_path: Path) -> None:
    plan = Plan.shipped(**{**EVENTFUL, "days": 6})
    whole = live(tmp_path / "whole", plan, 8)
    settings = settings_in(tmp_path / "halves")
    config = load_config(settings)
    with Sandbox(settings, config, seed=7, plan=plan) as first:
        first.advance(FIRST + dt.timedelta(days=3))
    with Sandbox(settings, config, seed=7, plan=plan) as second:
        second.advance(FIRST + dt.timedelta(days=7))
        query = "SELECT name FROM delivery WHERE account = 'practice' ORDER BY due_on, name"
        assert [row[0] for row in second.store.all(query)] == [row[0] for row in whole.sandbox.store.all(query)]
    whole.sandbox.close()


def test_books_of_another_simulation_are_refused(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    config = load_config(settings)
    Sandbox(settings, config, seed=1, plan=Plan.shipped(**BRIEF)).close()
    with pytest.raises(ConfigError, match="another simulation"):
        Sandbox(settings, config, seed=2, plan=Plan.shipped(**BRIEF))


def test_a_plan_is_checked(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"faults\.boundary"):
        Plan.shipped(faults={"boundary": 2.0})
    with pytest.raises(ConfigError, match="mischief"):
        Plan.shipped(mischief=["burn_the_house"])
    with pytest.raises(ConfigError, match="encounters"):
        Plan.shipped(encounters=3)


def test_a_configuration_without_partners_to_play_is_refused(tmp_path: Path, config: Config) -> None:
    partners = [one for one in config.partners.partners if one.partner_id != "bank"]
    poor = dataclasses.replace(config, partners=config.partners.model_copy(update={"partners": partners}))
    with pytest.raises(ConfigError, match="'bank'"):
        Sandbox(settings_in(tmp_path), poor)
    payers = [payer for payer in config.payers if payer.kind != "medicaid"]
    settings = settings_in(tmp_path / "payers")
    sandbox = Sandbox(settings, dataclasses.replace(config, payers=payers), plan=Plan.shipped(**BRIEF))
    with sandbox, pytest.raises(ConfigError, match="medicaid"):
        sandbox.advance(FIRST)

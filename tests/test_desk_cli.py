"""`pm desk` as people and programs use it: act, look, apply, verify."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pm_pipeline.cli import main
from pm_pipeline.home import open_home
from pm_pipeline.settings import Settings
from tests.money import World

Pm = Callable[..., Result]
WHO = ("--by", "wren", "--why", "copay at the desk")


@pytest.fixture
def pm(tmp_path: Path) -> Pm:
    """The command, in a practice where a patient owes 20.00 on the claim C1."""
    with open_home(Settings.load({"PM_ROOT": str(tmp_path)})).write() as con:
        World(con, tmp_path).bill("C1", {"A": 2_000}, payer=None)

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, words, env={"PM_ROOT": str(tmp_path), "PM_TODAY": "2026-07-02"})

    return run


def said(result: Result, code: int = 0) -> Any:
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def test_a_payment_is_logged_seen_applied_and_verified(pm: Pm, tmp_path: Path) -> None:
    done = pm(
        "desk", "act", "patient_balance", "C1", "patient_payment", "--set", "cents=1250", "--set", "method=card", *WHO
    )
    assert done.exit_code == 0, done.output
    assert "line 1. The next run applies it" in done.stdout
    assert "waits for the next run" in pm("desk", "show", "patient_balance", "C1").stdout
    [waiting] = said(pm("desk", "log", "--waiting", "--json"))
    assert (waiting["arguments"], waiting["outcome"]) == ({"cents": 1250, "method": "card"}, None)
    applied = pm("desk", "apply")
    assert applied.exit_code == 0, applied.output
    assert "12.50 posted." in applied.stdout
    assert pm("desk", "log", "--waiting").stdout.strip() == "Nothing."
    [row] = said(pm("desk", "log", "--json"))
    assert (row["outcome"], row["person"], row["line"]) == ("applied", "wren", 1)
    assert "by wren (copay at the desk)" in pm("trace", "C1").stdout
    assert "0 applied, 0 refused" in pm("desk", "apply").stdout
    assert pm("ledger", "verify").exit_code == 0
    log = tmp_path / ".pm" / "desk" / "actions.jsonl"
    log.write_bytes(log.read_bytes().replace(b"1250", b"9250"))
    spoiled = pm("ledger", "verify")
    assert spoiled.exit_code == 1
    assert "is not the one that was applied" in spoiled.stdout
    broken = pm("desk", "apply")
    assert (broken.exit_code, "does not follow the line before it" in broken.stdout) == (1, True)


def test_a_refused_action_is_told_and_exits_1(pm: Pm) -> None:
    said(pm("desk", "act", "patient_balance", "C1", "small_balance", "--json", *WHO))
    refused = pm("desk", "apply", "--json")
    [one] = said(refused, 1)["outcomes"]
    assert (one["outcome"], "allowed up to 9.99" in one["message"]) == ("refused", True)
    assert "allowed up to 9.99" in pm("desk", "show", "patient_balance", "C1").stdout.replace("\n", " ")
    assert said(pm("desk", "show", "patient_balance", "C1", "--json"))["answered"][0]["message"] == one["message"]
    assert [row["message"] for row in said(pm("desk", "log", "--refused", "--json"))] == [one["message"]]
    assert said(pm("desk", "log", "--person", "tamsin", "--json")) == []


def test_two_people_at_one_item(pm: Pm) -> None:
    assert pm("desk", "act", "patient_balance", "C1", "take", "--by", "wren").exit_code == 0
    assert "wren is on it since" in pm("desk", "show", "patient_balance", "C1").stdout
    second = pm("desk", "act", "patient_balance", "C1", "take", "--by", "tamsin")
    assert (second.exit_code, "wren is on it since" in second.output) == (1, True)
    seen = pm("desk", "act", "patient_balance", "C1", "note", "--by", "tamsin", "--why", "x", "--seen", "0")
    assert (seen.exit_code, "wren has said take" in seen.output) == (1, True)
    given = pm(
        "desk", "act", "patient_balance", "C1", "assign", "--set", "owner=tamsin", "--by", "tamsin", "--why", "mine"
    )
    assert given.exit_code == 0
    assert "Given to tamsin." in pm("desk", "show", "patient_balance", "C1").stdout
    assert "Nothing was said" in pm("desk", "show", "denial", "D1").stdout


def test_what_cannot_be_meant_is_told(pm: Pm) -> None:
    for words, code, told in (
        (("patient_balance", "C1", "patient_payment", "--set", "cents"), 2, "expected NAME=VALUE"),
        (("patient_balance", "C1", "patient_payment"), 1, "patient_payment needs cents"),
        (("parrot", "C1", "note"), 1, "There is no kind"),
        (
            ("held_claim", "C1", "fix", "--set", "rule_id=R", "--set", "values.units=1", "--by", "zoe"),
            1,
            "not among the people",
        ),
    ):
        done = pm("desk", "act", *words, *WHO[: 0 if "--by" in words else 2], "--why", "x")
        assert (done.exit_code, told in done.output) == (code, True), done.output
    assert "[cents]" in pm("desk", "kinds").stdout
    assert {one["kind"] for one in said(pm("desk", "kinds", "--json"))["kinds"]} >= {"denial", "unmatched_deposit"}


def test_what_a_crash_left_is_shown(pm: Pm, tmp_path: Path) -> None:
    said(pm("desk", "act", "patient_balance", "C1", "note", "--json", *WHO))
    with (tmp_path / ".pm" / "desk" / "actions.jsonl").open("ab") as file:
        file.write(b'{"seq":2')
    verified = pm("ledger", "verify")
    assert (verified.exit_code, "no whole line" in verified.stdout) == (1, True)
    said(pm("desk", "act", "patient_balance", "C1", "note", "--json", *WHO))
    assert "Line 2: a crash left 8 bytes" in pm("desk", "log").stdout
    assert pm("desk", "apply").exit_code == 0
    assert pm("ledger", "verify").exit_code == 0

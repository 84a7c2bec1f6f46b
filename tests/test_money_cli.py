"""`pm money` as a biller and her supervisor use it."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from pm_pipeline.cli import main
from pm_pipeline.home import open_home
from pm_pipeline.settings import Settings
from tests.money import World


def test_a_balance_is_given_up_by_two_people_and_the_trace_names_both(tmp_path: Path) -> None:
    home = open_home(Settings.load({"PM_ROOT": str(tmp_path)}))
    with home.write() as con:
        World(con, tmp_path).bill("C1", {"A": 2_000}, payer=None)

    def pm(*words: str) -> Result:
        return CliRunner().invoke(main, words, env={"PM_ROOT": str(tmp_path), "PM_TODAY": "2026-07-02"})

    shown = pm("money", "events")
    assert "a second person approves" in shown.stdout
    assert len(json.loads(pm("money", "events", "--json").stdout)) == 11
    paid = pm(
        "money",
        "ask",
        "patient_payment",
        "--claim",
        "C1",
        "--amount",
        "12.50",
        "--method",
        "card",
        "--by",
        "marlow",
        "--why",
        "copay",
    )
    assert paid.exit_code == 0, paid.output
    assert "12.50 posted" in paid.stdout
    asked = pm("money", "ask", "bad_debt", "--claim", "C1", "--by", "wren", "--why", "three statements", "--json")
    waiting = json.loads(asked.stdout)
    assert (waiting["cents"], waiting["state"]) == (750, "waiting")
    assert [one["action_id"] for one in json.loads(pm("money", "list", "--waiting", "--json").stdout)] == [
        waiting["action_id"]
    ]
    alone = pm("money", "approve", waiting["action_id"], "--by", "wren", "--why", "me again")
    assert alone.exit_code == 1
    assert "second person" in alone.output
    assert pm("money", "approve", waiting["action_id"], "--by", "tamsin", "--why", "checked").exit_code == 0
    assert pm("money", "list", "--waiting").stdout.strip() == "None."
    trace = pm("trace", "C1").stdout
    assert "by wren (three statements) second: tamsin (checked)" in trace
    assert (
        pm("money", "ask", "bad_debt", "--claim", "C1", "--amount", "1e3", "--by", "wren", "--why", "x").exit_code == 2
    )
    assert pm("ledger", "verify").exit_code == 0

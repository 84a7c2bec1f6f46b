"""`pm exceptions` as a biller uses it: list, show, resolve; and what a program and an auditor get."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pm_pipeline.cli import main
from pm_pipeline.home import open_home
from pm_pipeline.settings import Settings
from pm_pipeline.transport.store import inbox_store
from tests.money import CO45, Adjustment, World, claim, line

Pm = Callable[..., Result]


@pytest.fixture
def pm(tmp_path: Path) -> Pm:
    """The command, in a practice where one claim is unmatched, one waits for a decision and one is billed otherwise."""
    home = open_home(Settings.load({"PM_ROOT": str(tmp_path)}))
    with home.write() as con:
        world = World(con, tmp_path)
        world.store = inbox_store(home.settings)
        world.bill("C1", {"A": 10_000})
        world.bill("C2", {"B": 5_000})
        world.bill("C3", {"C": 4_000})
        unknown = claim("0", line("?", 10_000, 8_000, CO45(2_000)))
        strange = claim("C2", line("B", 5_000, 4_000, Adjustment("CO", "Z99", 1_000)), number="ICN2")
        other = claim("C3", line("C", 3_900, 3_900), number="ICN3")
        world.post(world.remittance(unknown, strange, other))

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, words, env={"PM_ROOT": str(tmp_path), "PM_TODAY": "2026-07-02"})

    return run


def ids(pm: Pm) -> dict[str, str]:
    found = json.loads(pm("exceptions", "list", "--json").stdout)
    return {one["code"]: one["exception_id"] for one in found}


def test_list_shows_what_holds_money_first_and_can_be_narrowed(pm: Pm) -> None:
    shown = pm("exceptions", "list")
    assert shown.exit_code == 0
    assert "3 open exceptions, 120.00 held" in shown.stdout
    found = json.loads(pm("exceptions", "list", "--json").stdout)
    assert [one["code"] for one in found] == ["CLAIM_UNMATCHED", "UNMAPPED_CARC", "CHARGE_MISMATCH"]
    assert "TESTER" not in shown.stdout
    narrowed = json.loads(pm("exceptions", "list", "--not-blocking", "--json").stdout)
    assert [one["code"] for one in narrowed] == ["CHARGE_MISMATCH"]
    assert json.loads(pm("exceptions", "list", "--payer", "SMDCR", "--json").stdout) == []
    assert pm("exceptions", "list", "--code", "NO_SUCH").exit_code == 2


def test_a_proposal_is_shown_and_taken_in_one_command(pm: Pm) -> None:
    unmatched = ids(pm)["CLAIM_UNMATCHED"]
    shown = pm("exceptions", "show", unmatched)
    assert shown.exit_code == 0
    assert "1  match --claim C1" in shown.stdout
    assert "1 of 1 lines have its procedure, date and charge" in shown.stdout
    assert "TESTER" not in shown.stdout
    done = pm("exceptions", "resolve", unmatched, "--accept", "1", "--by", "wren", "--why", "same lines")
    assert done.exit_code == 0, done.output
    assert "1 claims released" in done.stdout
    assert "CLAIM_UNMATCHED" not in ids(pm)
    trace = pm("trace", "C1").stdout
    assert "by wren (same lines)" in trace
    again = pm("exceptions", "resolve", unmatched, "--accept", "1", "--by", "wren", "--why", "again")
    assert again.exit_code == 1
    shown_after = json.loads(pm("exceptions", "show", unmatched, "--json").stdout)
    assert shown_after["exception"]["closed_by"] == "wren"
    assert shown_after["resolutions"][0]["reason"] == "same lines"
    assert shown_after["proposals"] == []


def test_a_decision_leads_from_the_ledger_entry_to_the_person(pm: Pm) -> None:
    done = pm("exceptions", "resolve", ids(pm)["UNMAPPED_CARC"], "decide", "--as", "write_off", "--account", "CONTRACTUAL:contract",
              "--by", "marlow", "--why", "payer letter of June", "--json")  # fmt: skip
    assert done.exit_code == 0, done.output
    made = json.loads(done.stdout)
    assert made["still_open"] == []
    moved = next(one for one in pm("trace", "C2").stdout.splitlines() if "ledger" in one and " contractual " in one)
    entry = moved.split()[2]
    shown = pm("trace", "--entry", entry)
    assert made["resolution_id"] in shown.stdout
    assert "payer letter of June" in shown.stdout
    assert pm("ledger", "verify").exit_code == 0


def test_what_cannot_be_is_said_and_nothing_is_kept(pm: Pm) -> None:
    unmatched = ids(pm)["CLAIM_UNMATCHED"]
    by = ("--by", "wren", "--why", "so")
    assert pm("exceptions", "resolve", unmatched, *by).exit_code == 2
    assert pm("exceptions", "resolve", unmatched, "post", "--claim", "C1", *by).exit_code == 2
    assert pm("exceptions", "resolve", unmatched, "nothing", *by).exit_code == 2
    assert pm("exceptions", "resolve", unmatched, "match", "--claim", "C1").exit_code == 2  # who and why?
    refused = pm("exceptions", "resolve", unmatched, "post", *by)
    assert refused.exit_code == 1
    assert "Possible: match" in refused.output
    assert pm("exceptions", "show", "QNONE").exit_code == 1
    assert ids(pm)["CLAIM_UNMATCHED"] == unmatched


def test_a_decision_that_only_changes_the_reason_says_so(pm: Pm) -> None:
    """The claim it is matched to has another charge of an unknown code: matched, and still held."""
    unmatched = ids(pm)["CLAIM_UNMATCHED"]
    wrong = pm("exceptions", "resolve", unmatched, "match", "--claim", "C2", "--by", "wren", "--why", "so", "--json")
    assert wrong.exit_code == 0
    assert "LINE_UNMATCHED" in ids(pm)


def test_a_wrong_match_is_taken_back_in_one_command(pm: Pm) -> None:
    unmatched = ids(pm)["CLAIM_UNMATCHED"]
    by = ("--by", "wren", "--why", "the other visit")
    early = pm("exceptions", "unpost", unmatched, *by)
    assert early.exit_code == 1
    assert "waits in suspense" in early.output
    pm("exceptions", "resolve", unmatched, "match", "--claim", "C1", *by)
    done = pm("exceptions", "unpost", unmatched, *by, "--json")
    assert done.exit_code == 0, done.output
    made = json.loads(done.stdout)
    assert [one["exception_id"] for one in made["waits_as"]] == [ids(pm)["CLAIM_UNMATCHED"]]
    entry = next(
        one for one in pm("trace", "C1").stdout.splitlines() if made["unposting_id"] in one and "ledger" in one
    )
    assert "the other visit" in pm("trace", "--entry", entry.split()[2]).stdout
    assert pm("ledger", "verify").exit_code == 0
    pm("exceptions", "resolve", ids(pm)["CLAIM_UNMATCHED"], "match", "--claim", "C1", *by)
    said = pm("exceptions", "unpost", made["remit_claim_id"], *by)
    assert f"{made['remit_claim_id']} waits in suspense" in said.stdout


def test_every_code_is_explained(pm: Pm) -> None:
    shown = pm("exceptions", "codes").stdout
    assert "PATIENT_BLOCKED" in shown
    assert all(one["fix"] for one in json.loads(pm("exceptions", "codes", "--json").stdout))

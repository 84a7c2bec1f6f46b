"""`pm denials` as its users type it: lists for people and programs, actions with exit codes that mean something, no names."""

from __future__ import annotations

import io
import json
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from pm_pipeline import receivables
from pm_pipeline.audit.render_denials import print_worklist
from pm_pipeline.cli import main
from pm_pipeline.codes import refresh_codes
from pm_pipeline.home import open_home
from pm_pipeline.settings import SHIPPED_CONFIG, Settings
from tests.lived import environment
from tests.money import TODAY, Adjustment, World
from tests.receivables.desk import refused, register


class Office:
    """An installation with two denials, and `pm` on it."""

    def __init__(self, folder: Path) -> None:
        self.env = {**environment(folder), "PM_TODAY": str(TODAY)}
        self.home = open_home(Settings.load(self.env))
        with self.home.warehouse.write() as con:
            refresh_codes(con, "codes")
            world = World(con, folder)
            register(world)
            self.clinical = refused(world, "C1", trace="T1")
            self.patients = refused(world, "C2", Adjustment("PR", "96", 10_000), trace="T2")

    def pm(self, *arguments: str) -> Result:
        return CliRunner(env=self.env).invoke(main, ["denials", *arguments])

    def document(self, *arguments: str) -> Any:
        done = self.pm(*arguments, "--json")
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(tmp_path_factory.mktemp("office"))


def test_the_list_and_its_filters(office: Office) -> None:
    rows = office.document("list")
    assert [one["denial_id"] for one in rows] == [office.clinical, office.patients]
    assert {"queue_id", "owner", "next_action", "due_on", "priority", "is_overdue", "at_stake_cents"} <= set(rows[0])
    assert [one["queue_id"] for one in office.document("list", "--owner", "marlow")] == ["CLINICAL"]
    assert [one["queue_id"] for one in office.document("list", "--queue", "NON-COVERED", "--payer", "BLHRB")] == [
        "NON-COVERED"
    ]
    assert office.document("list", "--overdue") == []
    said = office.pm("list").output
    assert office.clinical in said
    assert "2 denials, 200.00 at stake, 0 overdue." in said
    assert "No open denial here." in office.pm("list", "--queue", "CODING").output
    assert "TESTER" not in said


def test_ids_and_days_are_whole_on_a_narrow_terminal(office: Office) -> None:
    rows = office.document("list")
    rows = [{**one, "claim_id": "CXNSX9V9QH119EGC", "owner": "billing lead", "is_escalated": True} for one in rows]
    shown = io.StringIO()
    print_worklist(Console(file=shown, width=80), rows, TODAY, 50)
    said = shown.getvalue()
    assert all(one["denial_id"] in said and str(one["due_on"]) in said for one in rows)
    assert said.count("CXNSX9V9QH119EGC") == len(rows) > 0
    assert "\N{HORIZONTAL ELLIPSIS}" not in said


def test_from_letter_over_appeal_and_write_off_to_the_ledger(office: Office) -> None:
    denial = office.clinical
    made = office.document("letter", denial, "--by", "marlow", "--argument", "The record shows it.")
    path = Path(made["path"])
    assert path.parent == office.home.settings.home / "letters"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "TESTER" not in path.name
    assert office.document("letter", denial, "--by", "marlow", "--argument", "The record shows it.")["is_new"] is False
    assert office.pm("act", denial, "appeal", "--by", "marlow", "--why", "sent by mail").exit_code == 0
    shown = office.document("show", denial)
    assert [(one["action"], one["letter"], one["letter_sha256"]) for one in shown["actions"]] == [
        ("letter", "medical_necessity", made["sha256"]),
        ("appeal", "medical_necessity", made["sha256"]),
    ]
    asked = office.document("act", denial, "write_off", "--by", "marlow", "--why", "lost", "--amount", "60.00")
    refused_own = office.pm("approve", asked["action_id"], "--by", "marlow")
    assert (refused_own.exit_code, "second person" in refused_own.output) == (1, True)
    done = office.document("approve", denial, "--by", "tamsin")
    assert (done["posted_cents"], done["closed_as"]) == (6_000, None)
    said = office.pm("show", denial).output
    for words in (
        "written off 60.00",
        "open now 40.00",
        "Root cause: no edit of ours",
        "approve",
        "tamsin",
        asked["action_id"],
    ):
        assert words in said
    again = office.pm("approve", asked["action_id"], "--by", "idris")
    assert again.exit_code == 1
    assert "answered already: approve by tamsin" in " ".join(again.output.split())


def test_a_transfer_and_its_undoing(office: Office) -> None:
    denial = office.patients
    moved = office.document(
        "act", denial, "transfer", "--to", "patient", "--by", "wren", "--why", "plan does not cover it"
    )
    assert (moved["posted_cents"], moved["closed_as"]) == (10_000, "transferred")
    assert denial not in [one["denial_id"] for one in office.document("list")]
    back = office.document(
        "act", denial, "undo", "--target", moved["action_id"], "--by", "tamsin", "--why", "secondary found"
    )
    assert "went back" in back["effect"]
    with office.home.warehouse.read() as con:
        rows = con.execute(
            "SELECT sub_account, sum(cents) FROM ledger.entry WHERE account = 'AR' AND claim_id = 'C2' GROUP BY 1 HAVING sum(cents) <> 0"
        )
        assert rows.fetchall() == [("primary", 10_000)]
    assert len([one for one in office.document("list") if one["claim_id"] == "C2"]) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["show", "D0"], 1, "There is no denial 'D0'"),
        (["act", "D0", "note", "--by", "wren", "--why", "x"], 1, "There is no denial 'D0'"),
        (["act", "D0", "dance", "--by", "wren", "--why", "x"], 2, "'dance' is not one of"),
        (["act", "D0", "note", "--by", "wren"], 2, "--why"),
        (["act", "D0", "undo", "--by", "wren", "--why", "x"], 2, "needs --target"),
        (["act", "D0", "transfer", "--to", "moon", "--by", "wren", "--why", "x"], 2, "goes to `next` or to `patient`"),
        (["act", "D0", "write_off", "--amount", "1e3", "--by", "wren", "--why", "x"], 2, "is no amount"),
        (["approve", "A0", "--by", "tamsin"], 1, "No write-off 'A0' waits"),
        (["letter", "D0", "--by", "wren"], 2, "Give --argument"),
        (["letter", "D0", "--by", "wren", "--argument", "x"], 1, "There is no denial 'D0'"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_with_an_exit_code(
    office: Office, arguments: list[str], code: int, words: str
) -> None:
    done = office.pm(*arguments)
    assert done.exit_code == code
    assert words in " ".join(done.output.split())
    assert "Traceback" not in done.output


@pytest.mark.parametrize("command", ["", "list", "show", "act", "approve", "letter"])
def test_every_command_says_what_it_is_for(command: str) -> None:
    said = CliRunner().invoke(main, ["denials", *command.split(), "--help"])
    assert said.exit_code == 0
    assert len(said.output.splitlines()) > 5


def test_an_edited_workflow_is_told_until_it_is_in_force(office: Office) -> None:
    folder = office.home.settings.home.parent / "config"

    shutil.copytree(SHIPPED_CONFIG, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    file = folder / "denial_workflow.yaml"
    file.write_text(file.read_text().replace("priority: amount_x_chance", "priority: amount"))
    env = {**office.env, "PM_CONFIG": str(folder)}
    said = CliRunner(env=env).invoke(main, ["denials", "list"])
    assert "was changed since it was last used" in " ".join(said.output.split())
    home = open_home(Settings.load(env))
    with home.write() as con:
        receivables.run(con, home.config, TODAY, "edited")
    said = CliRunner(env=env).invoke(main, ["denials", "list"])
    assert "was changed" not in said.output

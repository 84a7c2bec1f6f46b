"""Who may enter: passwords as hashes, people.yaml as the only list of people, attempts that are counted."""

from __future__ import annotations

import json
from getpass import getuser
from pathlib import Path

import pytest
from click.testing import CliRunner

from pm_pipeline.cli import main
from pm_pipeline.config.people import People
from pm_pipeline.dashboard.users import ATTEMPTS, Passwords, secret, viewer_of
from pm_pipeline.errors import ConfigError, PmError
from pm_pipeline.home import Home
from tests.lived import environment

PASSWORD = "correct horse battery"
PEOPLE = People.model_validate(
    {
        "people": [
            {"person": "ana", "name": "ANA REED", "title": "Desk", "roles": ["money"], "dashboard": "analyst"},
            {"person": "bo", "name": "BO MARSH", "title": "Desk", "roles": ["money"]},
            {"person": "cy", "name": "CY VALE", "title": "Auditor", "roles": [], "dashboard": "auditor"},
        ]
    }
)
ANA, BO, CY = PEOPLE.people


def test_a_password_is_kept_as_a_hash_that_only_the_owner_reads(tmp_path: Path) -> None:
    passwords = Passwords(tmp_path)
    passwords.set(ANA, PASSWORD)
    text = passwords.path.read_text()
    assert PASSWORD not in text
    assert json.loads(text)["ana"]["n"] >= 2**15
    assert passwords.path.stat().st_mode & 0o777 == 0o600
    assert passwords.check("ana", PASSWORD)
    assert not passwords.check("ana", PASSWORD + "x")
    assert not passwords.check("nobody", PASSWORD)


def test_two_people_with_one_password_have_two_hashes(tmp_path: Path) -> None:
    passwords = Passwords(tmp_path)
    passwords.set(ANA, PASSWORD)
    passwords.set(CY, PASSWORD)
    kept = json.loads(passwords.path.read_text())
    assert kept["ana"]["hash"] != kept["cy"]["hash"]


def test_another_password_or_none_ends_what_the_old_one_began(tmp_path: Path) -> None:
    passwords = Passwords(tmp_path)
    passwords.set(ANA, PASSWORD)
    before = passwords.stamp("ana")
    passwords.set(ANA, PASSWORD)
    assert passwords.stamp("ana") not in (None, before)
    passwords.remove("ana")
    assert passwords.stamp("ana") is None
    assert not passwords.check("ana", PASSWORD)


def test_who_may_not_enter_gets_no_password_and_a_short_one_is_refused(tmp_path: Path) -> None:
    passwords = Passwords(tmp_path)
    with pytest.raises(PmError, match=r"no `dashboard` in people\.yaml"):
        passwords.set(BO, PASSWORD)
    with pytest.raises(PmError, match="needs 12 or more"):
        passwords.set(ANA, "short")
    assert not passwords.path.exists()


def test_after_some_failures_not_even_the_right_password_is_tried(tmp_path: Path) -> None:
    passwords = Passwords(tmp_path)
    passwords.set(ANA, PASSWORD)
    for _ in range(ATTEMPTS):
        assert not passwords.check("ana", "wrong wrong wrong")
    with pytest.raises(PmError, match="Too many failed attempts"):
        passwords.check("ana", PASSWORD)
    assert not passwords.check("cy", "wrong wrong wrong")  # others are not kept out


def test_a_success_forgets_the_failures_before_it(tmp_path: Path) -> None:
    passwords = Passwords(tmp_path)
    passwords.set(ANA, PASSWORD)
    for _ in range(2):
        for _ in range(ATTEMPTS - 1):
            assert not passwords.check("ana", "wrong wrong wrong")
        assert passwords.check("ana", PASSWORD)


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    passwords = Passwords(tmp_path)
    passwords.set(ANA, PASSWORD)
    passwords.path.chmod(0o640)
    with pytest.raises(ConfigError, match=r"mode 0640.*chmod 600"):
        passwords.check("ana", PASSWORD)


def test_a_secret_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "session_key"
    made = secret(path)
    assert len(made) == 64
    assert secret(path) == made
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_viewer_is_who_people_yaml_lets_in() -> None:
    ana, cy = viewer_of(PEOPLE, "ana"), viewer_of(PEOPLE, "cy")
    assert ana is not None
    assert cy is not None
    assert (ana.role, ana.may_act, ana.may_administer) == ("analyst", True, False)
    assert (cy.role, cy.may_act, cy.may_administer) == ("auditor", False, True)
    assert viewer_of(PEOPLE, "bo") is None
    assert viewer_of(PEOPLE, "ANA REED") is None  # the id, as a proxy sends it
    assert viewer_of(PEOPLE, "") is None


def test_an_auditor_has_no_roles_to_act_in() -> None:
    with pytest.raises(ValueError, match="is an auditor, who reads and never acts"):
        People.model_validate(
            {"people": [{"person": "cy", "name": "CY", "title": "A", "roles": ["money"], "dashboard": "auditor"}]}
        )
    with pytest.raises(ValueError, match="has no roles and no dashboard"):
        People.model_validate({"people": [{"person": "cy", "name": "CY", "title": "A", "roles": []}]})


def test_the_commands_set_list_and_take_away_and_the_journal_has_it(home: Home) -> None:
    run = CliRunner(env=environment(home.settings.home.parent))
    assert (
        run.invoke(main, ["users", "add", "WREN HOLLIS", "--password-stdin"], input=PASSWORD + "\n").output.strip()
        == "wren signs in as analyst."
    )
    listed = {one["person"]: one for one in json.loads(run.invoke(main, ["users", "list", "--json"]).output)}
    assert listed["wren"]["has_password"] is True
    assert listed["sable"] == {"person": "sable", "name": "SABLE QUINN", "dashboard": "auditor", "has_password": False}
    refused = run.invoke(main, ["users", "add", "nobody", "--password-stdin"], input=PASSWORD + "\n")
    assert refused.exit_code == 1
    assert "not among the people of people.yaml" in refused.output
    assert run.invoke(main, ["users", "remove", "wren"]).exit_code == 0
    log = json.loads(run.invoke(main, ["users", "log", "--json"]).output)
    assert [(one["what"], one["detail"]) for one in log["lines"]] == [
        ("password set", {"person": "wren", "by": getuser()}),
        ("password removed", {"person": "wren", "by": getuser()}),
    ]
    assert log["faults"] == []
    told = run.invoke(main, ["users", "remove", "wren"])
    assert told.exit_code == 1
    assert "no password here" in told.output


def test_the_log_command_fails_when_a_line_was_changed(home: Home) -> None:
    run = CliRunner(env=environment(home.settings.home.parent))
    run.invoke(main, ["users", "add", "wren", "--password-stdin"], input=PASSWORD + "\n")
    path = home.settings.home / "dashboard" / "journal.jsonl"
    path.write_text(path.read_text().replace('"wren"', '"idris"'))
    told = run.invoke(main, ["users", "log"])
    assert told.exit_code == 1
    assert "line 1 it is not the line that was written there" in told.output.replace("\n", " ")

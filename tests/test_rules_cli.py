"""`pm rules`: write a rule, test it, see it on history, promote it: no Python."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pm_pipeline.cli import main
from pm_pipeline.home import open_home
from pm_pipeline.scrub.suggest import Suggestion
from pm_pipeline.settings import SHIPPED_CONFIG, Settings

RULE = [
    "rules", "new", "PAY-001", "--family", "payer", "--payer", "LKSHM", "--from", "2026-07-01", "--prevents", "197", "--title", "Therapy, long",
    "--where", "procedure_code = '97110' AND units > 4", "--fires", "{procedure_code: '97110', units: 5}", "--passes", "{procedure_code: '97110', units: 4}",
]  # fmt: skip


class Office:
    def __init__(self, folder: Path) -> None:
        self.config = folder / "config"
        self.env = {"PM_ROOT": str(folder), "PM_HOME": str(folder / "home"), "PM_CONFIG": str(self.config)}
        self.file = self.config / "rules" / "payer" / "PAY-001.yaml"

    def pm(self, *arguments: str) -> Result:
        return CliRunner(env=self.env).invoke(main, list(arguments))

    def said(self, *arguments: str) -> str:
        done = self.pm(*arguments)
        assert done.exit_code == 0, done.output
        return done.output


@pytest.fixture
def office(tmp_path: Path) -> Office:
    shutil.copytree(SHIPPED_CONFIG, tmp_path / "config", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return Office(tmp_path)


def test_a_rule_is_written_tested_explained_and_promoted(office: Office) -> None:
    assert "Written, in shadow" in office.said(*RULE)
    assert "1 rules, 2 examples" in office.said("rules", "test", "PAY-001")
    explained = json.loads(office.said("rules", "explain", "PAY-001", "--json"))
    assert (explained["severity"], explained["scope"]["payers"], explained["scope"]["dos_from"]) == (
        "shadow",
        ["LKSHM"],
        "2026-07-01",
    )
    assert explained["columns"]["units"]["means"].startswith("Service units")
    listed = json.loads(office.said("rules", "list", "--payer", "LKSHM", "--json"))
    assert "PAY-001" in [row["rule_id"] for row in listed]
    clerk = office.pm("rules", "promote", "PAY-001", "--to", "hold", "--by", "wren", "--why", "x")
    assert (clerk.exit_code, "wren has no role rules" in clerk.output) == (1, True)
    office.file.write_text("# our own\n" + office.file.read_text().replace("version: 1", "version: 1   # first"))
    office.said("rules", "promote", "PAY-001", "--to", "hold", "--by", "Tamsin Vale", "--why", "19 of 20 were denied")
    text = office.file.read_text()
    assert text.startswith("# our own\n")
    assert "version: 2   # first" in text
    assert "severity: hold" in text
    assert 'by: "tamsin", why: "19 of 20 were denied"' in text
    assert "0 faults" in office.said("rules", "lint")
    again = office.pm("rules", "promote", "PAY-001", "--to", "warn", "--by", "tamsin", "--why", "x")
    assert (again.exit_code, "is not in shadow but hold" in again.output) == (1, True)
    assert office.pm(*RULE).exit_code == 1  # it is there already


def test_lint_tells_every_fault_and_a_rule_that_does_not_work_is_not_written(office: Office) -> None:
    office.said(*RULE)
    good = office.file.read_text()
    for name, old, new in (
        ("PAY-002", '"97110", "units": 5', '"97110", "units": 1'),
        ("PAY-003", '"LKSHM"', '"NOBODY"'),
        ("PAY-004", '"197"', '"9999"'),
        ("PAY-005", "  passes:", "  passed:"),
    ):
        old = old.replace('"units"', "units").replace('"procedure_code"', "procedure_code")
        new = new.replace('"units"', "units").replace('"procedure_code"', "procedure_code")
        assert old in good, old
        office.file.with_name(f"{name}.yaml").write_text(good.replace("PAY-001", name).replace(old, new))
    done = office.pm("rules", "lint", "--json")
    faults = json.loads(done.output)
    assert done.exit_code == 1
    assert [fault.split(":")[0].split(" ")[0].rsplit("/", 1)[1] for fault in sorted(faults)] == [
        "PAY-002.yaml", "PAY-003.yaml", "PAY-004.yaml", "PAY-005.yaml",
    ]  # fmt: skip
    refused = office.pm(
        "rules",
        "new",
        "PAY-009",
        "--family",
        "payer",
        "--where",
        "getenv('HOME') = ''",
        "--fires",
        "{}",
        "--passes",
        "{}",
    )
    assert (refused.exit_code, "getenv is not allowed" in refused.output) == (1, True)
    assert not office.file.with_name("PAY-009.yaml").exists()
    assert office.pm("rules", "new", "PAY-009", "--family", "payer", "--where", "units > 1").exit_code == 2


def test_without_a_warehouse_and_without_a_rule_it_says_what_to_do(office: Office) -> None:
    assert "Run `pm demo`" in office.pm("rules", "backtest", "UNT-001").output
    assert office.pm("rules", "explain", "NONE-001").exit_code == 2
    assert office.pm("rules", "backtest", "UNT-001", "--from", "2026-02-01", "--to", "2026-01-01").exit_code == 2
    assert "Run `pm demo`" in office.pm("rules", "suggest").output
    unknown = office.pm("rules", "suggest", "--payer", "NOBODY")
    assert (unknown.exit_code, "Payers: SMDCR" in unknown.output) == (2, True)
    assert "UNT-001" in office.said("rules", "explain", "UNT-001")


def test_the_rulebook_is_written_as_pages(office: Office) -> None:
    office.said(*RULE)
    folder = office.file.parents[3] / "site"
    told = json.loads(office.said("rules", "site", str(folder), "--json"))
    assert told["index"] == str(folder / "index.html")
    assert len(list((folder / "rules").iterdir())) == told["rules"] > 200
    assert "No claim has been judged yet" in (folder / "rules" / "PAY-001.html").read_text()
    (folder / "rulebook.json").unlink()
    assert office.pm("rules", "site", str(folder)).exit_code == 1


def test_the_limit_is_of_what_is_shown_and_written(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_home(Settings.load(office.env)).write():
        pass  # a warehouse without claims
    found = [
        Suggestion(
            payer_id="LKSHM", carc="197", conditions=(f"procedure {code}",), where=f"procedure_code = '{code}'", since=None,
            denials=6, claims=6, denied_cents=90_000, answered=8, precision=0.75, base=0.1, held_share=0.0, by_rule=None,
            by_rule_share=0.0, fires={"procedure_code": code}, passes={"procedure_code": "00000"},
        )
        for code in ("99214", "99215", "97110")
    ]  # fmt: skip
    monkeypatch.setattr("pm_pipeline.scrub.suggest.suggest", lambda *_: found)
    said = office.said("rules", "suggest", "--limit", "2", "--write")
    assert "2 of 3 edits suggested" in said
    written = sorted((office.config / "rules" / "suggested").iterdir())
    assert [path.name for path in written] == ["SUG-001.yaml", "SUG-002.yaml"]
    assert "97110" not in "".join(path.read_text() for path in written)
    shown = json.loads(office.said("rules", "suggest", "--json"))
    assert [one["where"] for one in shown] == [one.where for one in found]


def test_the_pages_of_an_empty_warehouse_count_nothing(office: Office) -> None:
    with open_home(Settings.load(office.env)).write():
        pass
    folder = office.config.parent / "site"
    office.said("rules", "site", str(folder))
    assert "there is nothing to count" in (folder / "index.html").read_text()

"""`pm close` as a billing supervisor and her manager use it."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pypdf import PdfReader

from pm_pipeline.cli import main
from pm_pipeline.home import open_home
from pm_pipeline.settings import Settings
from tests.closing.books import IN_JUNE, Books


def text_of(pdf: Path) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.read_bytes())).pages)


def test_a_month_is_closed_shown_printed_again_byte_for_byte_and_reopened(tmp_path: Path) -> None:
    home = open_home(Settings.load({"PM_ROOT": str(tmp_path)}))
    with home.write() as con:
        books = Books.lived(con, tmp_path)
        books.close_june_and_pay_late()

    def pm(*words: str) -> Result:
        return CliRunner().invoke(main, ["close", *words], env={"PM_ROOT": str(tmp_path), "PM_TODAY": "2026-08-03"})

    done = pm("2026-07", "--by", "tamsin")
    assert done.exit_code == 0, done.output
    report = home.settings.closings_dir / "2026-07-1.pdf"
    said = text_of(report)
    for words in (
        "HARBOR VIEW FAMILY MEDICINE", "Month close 2026-07", "2026-07-01 to 2026-07-31", "TAMSIN VALE, Billing Supervisor", "2026-06/1",
        "Opening A/R", "130.00", "-60.00", "-40.00", "Late entries taken up", str(IN_JUNE), "-10.00", "20.00", "Trial balance", "CASH_CLEARING",
    ):  # fmt: skip
        assert words in said
    assert "TILDA" not in said
    assert "CLAIM2" not in said

    shown = json.loads(pm("2026-07", "--show", "--pdf", str(tmp_path / "again.pdf"), "--json").stdout)
    assert (tmp_path / "again.pdf").read_bytes() == report.read_bytes()
    assert shown["report"]["sha256"] == hashlib.sha256(report.read_bytes()).hexdigest()
    assert shown["seal"].split()[-1] in said.replace("\n", "")
    assert [row["closing_cents"] for row in shown["roll_forward"]] == [2_000, 0]

    taken = pm("2026-07", "--show", "--pdf", str(tmp_path / "again.pdf"))  # the same bytes are no other file
    assert taken.exit_code == 0
    (tmp_path / "mine.pdf").write_text("mine")
    taken = pm("2026-07", "--show", "--pdf", str(tmp_path / "mine.pdf"))
    assert (taken.exit_code, (tmp_path / "mine.pdf").read_text()) == (1, "mine")
    assert "is there already, with something else in it" in " ".join(taken.output.split())

    june = pm("2026-06", "--show").stdout
    assert "Late: posted into it since (2 transactions)" in june
    assert "2026-07/1" in june
    assert "-10.00" in june
    assert pm("2026-07", "--reopen", "--by", "idris", "--why", "a deposit was missing").exit_code == 0
    assert "REOPENED" not in text_of(report)
    assert pm("2026-07", "--show", "--pdf", str(tmp_path / "reopened.pdf")).exit_code == 0
    assert "a deposit was missing" in text_of(tmp_path / "reopened.pdf")
    listed = json.loads(pm("--list", "--json").stdout)
    assert [(one["close_id"], one["state"]) for one in listed] == [("2026-06/1", "closed"), ("2026-07/1", "reopened")]
    assert "2026-07/1" in pm("--list").stdout


def test_a_month_with_money_and_no_receivables_is_closed_shown_and_printed(tmp_path: Path) -> None:
    home = open_home(Settings.load({"PM_ROOT": str(tmp_path)}))
    with home.write() as con:
        Books.of_deposits_alone(con, tmp_path)

    def pm(*words: str) -> Result:
        return CliRunner().invoke(main, ["close", *words], env={"PM_ROOT": str(tmp_path), "PM_TODAY": "2026-08-03"})

    done = pm("2026-07", "--by", "tamsin")
    assert done.exit_code == 0, done.output
    assert "A/R 0.00" in done.output
    assert "A/R roll-forward of 2026-07: nothing." in done.output
    assert "CASH_CLEARING" in text_of(home.settings.closings_dir / "2026-07-1.pdf")
    assert json.loads(pm("--list", "--json").stdout)[0]["ar_cents"] == 0


def test_the_report_names_whom_it_named_whatever_the_practice_is_called_later(tmp_path: Path) -> None:
    config = tmp_path / "config"
    shutil.copytree(Settings.load({}).config_dir, config)
    env = {"PM_ROOT": str(tmp_path), "PM_CONFIG": str(config), "PM_TODAY": "2026-08-03"}
    home = open_home(Settings.load(env))
    with home.write() as con:
        Books.lived(con, tmp_path)

    def pm(*words: str) -> Result:
        return CliRunner().invoke(main, ["close", *words], env=env)

    mine = tmp_path / "mine.pdf"
    mine.write_text("mine")
    refused = pm("2026-07", "--by", "tamsin", "--pdf", str(mine))
    assert (refused.exit_code, mine.read_text()) == (1, "mine")
    assert "is there already. Nothing was done" in " ".join(refused.output.split())
    assert json.loads(pm("--list", "--json").stdout) == []
    assert pm("2026-07", "--by", "tamsin").exit_code == 0
    for name in ("people.yaml", "practice.yaml"):
        text = (config / name).read_text()
        later = text.replace("TAMSIN VALE", "TAMSIN OTHER").replace("HARBOR VIEW FAMILY MEDICINE", "HARBOR GROUP")
        assert later != text
        (config / name).write_text(later)
    assert pm("2026-07", "--show", "--pdf", str(tmp_path / "again.pdf")).exit_code == 0
    assert (tmp_path / "again.pdf").read_bytes() == (home.settings.closings_dir / "2026-07-1.pdf").read_bytes()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "Which month?"),
        (["2026-06"], "--by PERSON"),
        (["2026-06", "--reopen", "--by", "idris"], "--why TEXT"),
        (["2026-06", "--show", "--list"], "Give one of"),
    ],
)
def test_a_command_used_wrongly_says_how(words: list[str], says: str) -> None:
    done = CliRunner().invoke(main, ["close", *words])
    assert done.exit_code == 2
    assert says in done.output

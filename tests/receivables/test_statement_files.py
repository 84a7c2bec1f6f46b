"""The page a patient gets, the print vendor's file, and `pm statements`."""

from __future__ import annotations

import csv
import io
import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pypdf import PdfReader

from pm_pipeline.cli import main
from pm_pipeline.config.statements import StatementPolicies
from pm_pipeline.errors import PmError
from pm_pipeline.home import open_home
from pm_pipeline.receivables.statements.desk import Filed, agree_plan, end_plan, file_statements, statement_pdf
from pm_pipeline.receivables.statements.reading import one_statement
from pm_pipeline.receivables.statements.vendor import COLUMNS
from pm_pipeline.settings import Settings
from tests.money import CO45, PR1, TODAY, World, claim, line, shipped
from tests.receivables.statements import DAY, file_all, known, minor, owing, run, sent, without_payer

ROOT = Path(__file__).resolve().parents[2]


def page(world: World, place: int = -1) -> tuple[bytes, str]:
    """The PDF of the newest statement and its text."""
    (statement_id,) = sent(world, "statement_id")[place]
    content = statement_pdf(world.config, *one_statement(world.con, statement_id))
    return content, " ".join(" ".join(one.extract_text() for one in PdfReader(io.BytesIO(content)).pages).split())


def send(world: World, folder: Path) -> Filed:
    return file_statements(world.con, world.config, folder, actor="wren", today=TODAY, run_id="f")


def test_the_page_says_in_plain_words_what_happened_and_how_to_pay_and_is_always_the_same(world: World) -> None:
    owing(known(world, "<b>O'TESTER & CO"), share=9_000)
    run(world)
    content, text = page(world)
    assert content == page(world)[0]
    for said in (
        "HARBOR VIEW FAMILY MEDICINE", "TILDA <b>O'TESTER & CO", "1 MAPLE ST", "PORTLAND, ME 04101", "Your statement", "Please pay", "$90.00",
        "July 22, 2026", "treated by JUNE ALDER (claim C1)", "Procedure 99213", "$190.00", "$60.00", "$40.00", "Insurance paid", "Taken off",
        "3 monthly payments of $30.00", "How to pay", "Cut here", "I am paying",
    ):  # fmt: skip
        assert said in text, said
    file_all(world)
    run(world, TODAY + 30 * DAY)
    _, reminder = page(world)
    assert "A reminder" in reminder
    assert "asked for 1 time before" in reminder


def test_a_long_statement_goes_on_and_its_slip_is_on_the_first_page(world: World) -> None:
    charges = {f"A{n:02}": 10_000 for n in range(40)}
    known(world).bill("C1", charges)
    world.post(world.remittance(claim("C1", *(line(one, 10_000, 8_000, CO45(1_000), PR1(1_000)) for one in charges))))
    run(world)
    content, _ = page(world)
    first, *others = [one.extract_text() for one in PdfReader(io.BytesIO(content)).pages]
    assert others
    assert "Cut here" in first
    assert all("Cut here" not in one and "Statement S" in one for one in others)
    assert sum(one.count("Procedure 99213") for one in (first, *others)) == 40


def test_a_name_the_font_has_no_letters_for_is_told_by_the_statement_not_the_name(world: World) -> None:
    owing(known(world, "\N{CJK UNIFIED IDEOGRAPH-6F22}"))
    run(world)
    with pytest.raises(PmError, match=r"Statement S[0-9a-f]+ has a character .*U\+6F22"):
        page(world)


def test_the_vendors_file_counts_and_sums_and_is_written_once(world: World, tmp_path: Path) -> None:
    owing(known(world, '=HYPERLINK("x")'))
    owing(world, "C2", 2_000, trace="T2")
    run(world)
    done = send(world, tmp_path)
    assert (done.statements, done.lines, done.due_cents, done.withdrawn) == (1, 2, 5_000, 0)
    assert done.path is not None
    assert done.pdf_folder is not None
    raw = done.path.read_bytes()
    *rows, trailer = csv.DictReader(io.StringIO(raw.decode(), newline=""))
    assert list(rows[0]) == list(COLUMNS)
    assert [one["record_type"] for one in (*rows, trailer)] == ["L", "L", "T"]
    for name in ("charge", "insurance_paid", "adjusted", "patient_paid", "due"):
        assert float(trailer[name]) == pytest.approx(sum(float(one[name]) for one in rows))
    assert (trailer["statements"], trailer["statement_lines"], trailer["due"], trailer["statement_due"]) == ("1", "2", "50.00", "50.00")  # fmt: skip
    assert rows[0]["patient"] == 'TILDA =HYPERLINK("x")'
    assert [one.name for one in done.pdf_folder.iterdir()] == [f"{rows[0]['statement_id']}.pdf"]
    assert {stat.S_IMODE(one.stat().st_mode) for one in (done.path, *done.pdf_folder.iterdir())} == {0o600}
    again = send(world, tmp_path)
    assert (again.path, again.statements) == (None, 0)
    assert world.con.execute("SELECT file_id, due_cents FROM receivables.statement_file").fetchall() == [(done.file_id, 5_000)]  # fmt: skip


def test_one_name_that_cannot_be_printed_keeps_back_no_other_statement(world: World, tmp_path: Path) -> None:
    owing(known(world, "\N{CJK UNIFIED IDEOGRAPH-6F22}"))
    world.con.execute(
        "INSERT INTO front_office.patient SELECT * REPLACE ('PT0' AS patient_id, 'SMITH' AS last_name) FROM front_office.patient"
    )
    owing(world, "C2", 2_000, trace="T2")
    world.con.execute("UPDATE scrub.claim SET patient_id = 'PT0' WHERE claim_id = 'C2'")
    run(world)
    ids = dict(sent(world, "guarantor_id", "statement_id"))
    done = send(world, tmp_path)
    assert (done.statements, done.unprintable) == (1, {ids["PT1"]: "U+6F22"})
    assert done.pdf_folder is not None
    assert [one.name for one in done.pdf_folder.iterdir()] == [f"{ids['PT0']}.pdf"]
    assert dict(sent(world, "guarantor_id", "status")) == {"PT0": "filed", "PT1": "made"}
    before = sorted(tmp_path.rglob("*"))
    again = send(world, tmp_path)
    assert (again.path, again.unprintable) == (None, done.unprintable)
    assert sorted(tmp_path.rglob("*")) == before


def test_what_changed_since_it_was_made_is_not_sent(world: World, tmp_path: Path) -> None:
    owing(known(world))
    run(world)
    world.con.execute("UPDATE front_office.patient SET deceased_on = ?", [TODAY])
    done = send(world, tmp_path)
    assert (done.path, done.withdrawn) == (None, 1)
    assert world.con.execute("SELECT because FROM receivables.statement_withdrawn").fetchall() == [("DECEASED",)]


def plan_agreed(world: World) -> None:
    agree_plan(world.con, world.config, "PT1", 3, TODAY + 30 * DAY, actor="wren", reason="x", today=TODAY, run_id="p")


def plan_ended(world: World) -> None:
    end_plan(world.con, world.config, "PT1", actor="wren", reason="x", today=TODAY, run_id="p")


def one(column: str, value: str) -> Callable[[World], None]:
    """The practice sent the patient's row again."""

    def make(world: World) -> None:
        world.con.execute(f"UPDATE front_office.patient SET {column} = ?", [value])

    return make


NEWS: dict[str, Callable[[World], object]] = {
    "a plan was agreed": plan_agreed,
    "the name was wrong": one("last_name", "TESTAR"),
    "the street was wrong": one("line1", "77 NEW RD"),
    "a second line was missing": one("line2", "APT 2"),
    "a child, whose parent answers": minor,
    "the provider has another name": lambda world: world.con.execute(
        "UPDATE front_office.provider SET last_name = 'ELDER'"
    ),
}


@pytest.mark.parametrize("news", NEWS)
def test_what_would_be_another_letter_now_is_not_sent_as_it_was(world: World, tmp_path: Path, news: str) -> None:
    owing(known(world), share=9_000)
    run(world)
    NEWS[news](world)
    done = send(world, tmp_path)
    assert (done.path, done.withdrawn) == (None, 1)
    assert world.con.execute("SELECT because FROM receivables.statement_withdrawn").fetchall() == [("CHANGED",)]


def test_a_statement_of_a_plan_is_not_sent_when_the_plan_was_ended(world: World, tmp_path: Path) -> None:
    owing(known(world), share=9_000)
    plan_agreed(world)
    run(world, TODAY + 10 * DAY)
    assert sent(world, "level", "pay_now_cents") == [("plan", 3_000)]
    assert run(world, TODAY + 11 * DAY).withdrawn == 0
    plan_ended(world)
    done = file_statements(world.con, world.config, tmp_path, actor="wren", today=TODAY + 11 * DAY, run_id="f")
    assert (done.path, done.withdrawn) == (None, 1)
    assert run(world, TODAY + 11 * DAY).made == {"first": 1}


def test_the_file_is_described_as_it_is() -> None:
    text = (ROOT / "docs" / "statements.md").read_text()
    for name, meaning in COLUMNS.items():
        assert f"| `{name}` | {meaning} |" in text


def test_versions_that_overlap_or_say_what_is_not_there_are_refused() -> None:
    said = shipped().statements.model_dump(mode="json")
    second = {**said["versions"][0], "version": 2, "effective_from": "2027-01-01"}
    with pytest.raises(ValueError, match=r"must end .* on 2026-12-31"):
        StatementPolicies.model_validate({**said, "versions": [said["versions"][0], second]})
    wrong = json.loads(json.dumps(said))
    wrong["versions"][0]["levels"][0]["text"] = "Pay {amount}"
    with pytest.raises(ValueError, match="no braces but"):
        StatementPolicies.model_validate(wrong)
    wrong = json.loads(json.dumps(said))
    wrong["versions"][0]["holds"].append("INSURANCE_OPEN")
    with pytest.raises(ValueError, match="DECEASED"):
        StatementPolicies.model_validate(wrong)


def test_pm_statements_shows_sends_and_stops_without_a_name(tmp_path: Path) -> None:
    home = open_home(Settings.load({"PM_ROOT": str(tmp_path)}))
    with home.write() as con:
        world = known(World(con, tmp_path))
        without_payer(world, "C1", 2_000)

    def pm(*words: str) -> Result:
        return CliRunner().invoke(main, ["statements", *words], env={"PM_ROOT": str(tmp_path), "PM_TODAY": str(TODAY)})

    previewed = pm("preview", "--json")
    assert json.loads(previewed.stdout)["made"] == {"first": 1}
    assert json.loads(pm("list", "--json").stdout) == []
    with home.write() as con:
        known_world = World(con, tmp_path)
        run(known_world)
    (listed,) = json.loads(pm("list", "--unfiled", "--json").stdout)
    shown = pm("show", listed["statement_id"], "--pdf")
    assert shown.exit_code == 0, shown.output
    assert "TESTER" not in previewed.output + shown.output + pm("list").output
    assert (home.settings.home / "statements" / f"{listed['statement_id']}.pdf").read_bytes().startswith(b"%PDF")
    assert pm("stop", "C1", "--by", "wren", "--why", "says it was paid").exit_code == 0
    filed = json.loads(pm("file", "--by", "wren", "--json").stdout)
    assert (filed["path"], filed["withdrawn"]) == (None, 1)
    assert pm("resume", "C1", "--by", "wren", "--why", "it was not").exit_code == 0
    assert pm("resume", "C1", "--by", "wren", "--why", "again").exit_code == 1
    assert pm("show", "S0").exit_code == 1
    assert pm("file", "--by", "nobody").exit_code == 1
    assert pm("list", "--code", "DENIAL_OPEN").exit_code == 2
    assert pm("list", "--words").exit_code == 2
    refused = pm("stop", "C1", "--code", "DECEASED", "--by", "wren", "--why", "x")
    assert (refused.exit_code, "MAIL_RETURNED" in refused.output) == (2, True)
    assert {"code": "BANKRUPTCY", "kind": "person", "holds": "guarantor"}.items() <= {
        one["code"]: one for one in json.loads(pm("codes", "--json").stdout)
    }["BANKRUPTCY"].items()
    assert pm("plan", "PT1", "--by", "wren", "--why", "x").exit_code == 2
    assert pm("plans", "--json").stdout == "[]\n"
    assert (
        pm("plan", "PT1", "--months", "3", "--by", "wren", "--why", "x").exit_code == 1
    )  # 20.00 is too little for one

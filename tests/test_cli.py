"""The `pm` command as its users type it: readable answers, JSON where a machine reads, exit codes that mean something."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from pm_pipeline.audit.status import last_run_day
from pm_pipeline.cli import _after_the_last_run, main
from tests.lived import Lived, environment, installed, pm


def document(lived: Lived, *arguments: str) -> Any:
    done = lived.pm(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def paid_claim(lived: Lived) -> str:
    """A claim that was sent, acknowledged, paid, and posted."""
    with lived.home.warehouse.read() as con:
        row = con.execute("SELECT min(claim_id) FROM scrub.claim_state WHERE state = 'paid' AND version = 1").fetchone()
    assert row
    return row[0]


@pytest.mark.parametrize(
    "command",
    [
        "demo",
        "run",
        "status",
        "trace",
        "ledger verify",
        "ledger hash",
        "ledger anchor",
        "edi",
        "policy list",
        "policy show",
        "policy backtest",
        "dagster",
    ],
)
def test_every_command_says_what_it_is_for(command: str) -> None:
    said = CliRunner().invoke(main, [*command.split(), "--help"])
    assert said.exit_code == 0
    assert len(said.output.splitlines()) > 5


def test_status_answers_for_people_and_for_machines(lived: Lived) -> None:
    found = document(lived, "status")
    assert set(found) == set(lived.status)
    assert sum(one["cents"] for one in found["money_by_account"]) == 0
    said = lived.pm("status").output
    assert "Claims by state" in said
    assert "Money by account" in said
    assert f"of lines ({found['auto_post']['lines']['posted']:,} of {found['auto_post']['lines']['of']:,})" in said
    assert {"lines", "claims", "payments", "cents"} == set(found["auto_post"])


def test_trace_tells_a_claims_life_in_order_with_evidence(lived: Lived, paid_claim: str) -> None:
    steps = document(lived, "trace", paid_claim)
    days = [step["happened_on"] for step in steps]
    assert days == sorted(days)
    stages = [step["stage"] for step in steps]
    for stage in ("charges", "submission", "acknowledgments", "remittance", "posting", "ledger", "state"):
        assert stage in stages
    assert (
        stages.index("charges")
        < stages.index("submission")
        < stages.index("acknowledgments")
        < stages.index("remittance")
    )
    assert all(re.fullmatch(r"[0-9a-f-]{36}", step["run_id"]) for step in steps)
    sent = next(step for step in steps if step["what"] == "version 1 frozen")
    assert sent["raw"].startswith("HL*")
    clp = next(step for step in steps if step["what"].startswith("CLP02"))
    assert clp["raw"].startswith(f"CLP*{paid_claim}*")
    charge = next(step for step in steps if step["stage"] == "charges")
    assert charge["text"].split()[0] in charge["raw"]


def test_trace_shows_raw_segments_to_people_only_when_asked(lived: Lived, paid_claim: str) -> None:
    assert "CLP*" not in lived.pm("trace", paid_claim).output
    assert f"CLP*{paid_claim}*" in lived.pm("trace", paid_claim, "--raw").output


def test_trace_finds_a_claim_by_the_practices_own_number(lived: Lived, paid_claim: str) -> None:
    with lived.home.warehouse.read() as con:
        row = con.execute("SELECT encounter_id FROM scrub.claim WHERE claim_id = ?", [paid_claim]).fetchone()
    assert row
    assert f"Claim {paid_claim}" in lived.pm("trace", "--encounter", row[0]).output


def test_trace_from_an_entry_ends_at_the_raw_segment_and_the_receipt(lived: Lived, paid_claim: str) -> None:
    with lived.home.warehouse.read() as con:
        row = con.execute(
            "SELECT entry_id FROM ledger.entry WHERE claim_id = ? AND entry_kind = 'payment' ORDER BY 1", [paid_claim]
        ).fetchone()
    assert row
    found = document(lived, "trace", "--entry", row[0])
    assert found["raw"].split("*")[0] in ("SVC", "CLP")
    assert found["entry"]["claim_id"] == paid_claim
    assert found["entry"]["policy_id"] == "standard"
    assert found["payment"]["payment_id"] == found["entry"]["payment_id"]
    assert found["file"]["file_id"] == found["entry"]["file_id"]
    assert found["receipts"][0]["partner_id"] == "clearinghouse"
    assert sum(one["cents"] for one in found["entries_of_transaction"]) == 0
    said = lived.pm("trace", "--entry", row[0]).output
    assert "received from clearinghouse" in said
    assert "SVC*" in said or "CLP*" in said


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["trace", "NOSUCHCLAIM"], 1, "There is no claim 'NOSUCHCLAIM'"),
        (["trace", "--entry", "E0-0"], 1, "There is no ledger entry 'E0-0'"),
        (["trace", "--encounter", "E0"], 1, "No charge of encounter 'E0'"),
        (["trace"], 2, "Give a CLAIM_ID"),
        (["run", "--from", "2026-06-09", "--to", "2026-06-01"], 2, "is after --to"),
        (["ledger", "anchor"], 2, "Nothing was changed."),
        (["edi", "show", "no-such-file"], 2, "does not exist"),
        (["demo", "--days", "0"], 2, "--days"),
    ],
)
def test_what_cannot_be_done_is_said_with_an_exit_code(
    lived: Lived, arguments: list[str], code: int, words: str
) -> None:
    done = lived.pm(*arguments)
    assert done.exit_code == code
    assert words in " ".join(done.output.split())
    assert "Traceback" not in done.output


def test_a_run_without_dates_covers_the_days_since_the_last_one(lived: Lived) -> None:
    with lived.home.warehouse.read() as con:
        covered = last_run_day(con)
    assert covered
    assert covered == dt.date.fromisoformat(lived.report.document["to"])
    with installed(lived.home.settings.home.parent) as home:
        assert _after_the_last_run(home, covered + dt.timedelta(days=9)) == covered + dt.timedelta(days=1)
        assert _after_the_last_run(home, covered) == covered


def test_before_the_first_run_every_question_says_what_to_do(tmp_path: Path) -> None:
    done = pm(tmp_path / "home", "status")
    assert done.exit_code == 1
    assert "Run `pm demo` or `pm run` first" in " ".join(done.output.split())


def test_verify_is_clean_then_names_a_transaction_spoiled_by_hand(lived: Lived, tmp_path: Path) -> None:
    assert document(lived, "ledger", "verify") == {"invariants": 20, "violations": []}
    assert "20 invariants checked, 0 violations." in lived.pm("ledger", "verify").output
    shutil.copytree(lived.home.settings.warehouse_path.parent, tmp_path / "home" / "warehouse")
    with duckdb.connect(tmp_path / "home" / "warehouse" / lived.home.settings.warehouse_path.name) as con:
        row = con.execute("SELECT min(txn_id) FROM ledger.entry WHERE entry_kind = 'payment'").fetchone()
        assert row
        con.execute("UPDATE ledger.entry SET cents = cents + 100 WHERE txn_id = ? AND ordinal = 1", row)
    done = pm(tmp_path / "home", "ledger", "verify")
    assert done.exit_code == 1
    assert row[0] in done.output
    assert "I16" in done.output


def test_the_hash_is_one_line(lived: Lived) -> None:
    said = lived.pm("ledger", "hash").output.strip()
    assert re.fullmatch(r"[0-9a-f]{64}", said)
    assert document(lived, "ledger", "hash") == {"ledger_hash": said}


def test_edi_show_reads_our_own_claims_and_the_payers_answer(lived: Lived, paid_claim: str) -> None:
    with lived.home.warehouse.read() as con:
        clp = con.execute("SELECT file_id FROM remittance.claim WHERE clp01 = ?", [paid_claim]).fetchone()
    assert clp
    path = next(one for one in lived.landed_files() if one.name == clp[0])
    said = lived.pm("edi", "show", str(path))
    assert said.exit_code == 0
    assert paid_claim in said.output
    assert "balances" in said.output


def test_edi_show_exits_1_on_a_file_with_a_fault(lived: Lived, tmp_path: Path) -> None:
    page = tmp_path / "remit.835"
    page.write_text("<html>Session expired</html>")
    said = lived.pm("edi", "show", str(page))
    assert said.exit_code == 1
    assert "NOT_X12" in said.output or "rejected" in said.output


def test_the_demo_will_not_touch_a_warehouse_no_demo_made(lived: Lived, tmp_path: Path) -> None:
    target = tmp_path / "home" / "warehouse"
    shutil.copytree(lived.home.settings.warehouse_path.parent, target)
    done = pm(tmp_path / "home", "demo", "--days", "1")
    assert done.exit_code == 1
    assert "was not made by a demo" in " ".join(done.output.split())
    assert environment(tmp_path)["PM_HOME"] == str(tmp_path / "home")

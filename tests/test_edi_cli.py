"""`pm edi` as its users type it: problems first, JSON for programs, exit codes that mean something, no traceback, no names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pm_pipeline.cli import main
from tests.x12.test_summary import (
    ANSWERED,
    BENEFITS,
    CLAIMS,
    DECISION,
    ISA,
    PAID,
    STATUS,
    SYNTAX,
    UNBALANCED_CLAIM,
    UNBALANCED_SET,
    assert_shape,
    file_of,
)

COMMANDS = ("show", "summary", "validate", "grep")
REMIT = file_of(PAID)


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """Puts text or bytes into a file of this name; returns its path."""

    def put(text: str | bytes, name: str = "one.x12") -> str:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return put


def edi(*arguments: str, stdin: bytes | None = None) -> Result:
    done = CliRunner().invoke(main, ["edi", *arguments], input=stdin)
    assert "Traceback" not in done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert "TESTER" not in done.output or arguments[0] == "grep"
    return done


def words(done: Result) -> str:
    return " ".join(done.output.split())


# --- every command --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_worth_reading(command: str) -> None:
    said = edi(command, "--help")
    assert said.exit_code == 0
    assert "Exit 0" in said.output
    assert "--json" in said.output
    assert len(said.output.splitlines()) > 15


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("name", "says"), [("nothing-here", "does not exist"), (".", "is a folder"), ("a\0b", "cannot be read")]
)
def test_a_file_that_is_none_is_named_with_exit_2(command: str, name: str, says: str) -> None:
    done = edi(command, *(["CLP"] if command == "grep" else []), name)
    assert done.exit_code == 2
    assert says in words(done)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_may_not_be_read_is_named_with_exit_2(
    command: str, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path) -> None:  # a mode of 0 would not stop root
        raise PermissionError(13, "Permission denied", str(path))

    path = write(REMIT)
    monkeypatch.setattr("pm_pipeline.x12.source.OnDisk", refused)
    done = edi(command, *(["CLP"] if command == "grep" else []), path)
    assert done.exit_code == 2
    assert "may not be read" in words(done)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "holds nothing"), (b"<html>Session expired</html>", "does not begin with an ISA"), (b"PK\x03\x04" + bytes(99), "does not begin with an ISA"),
        (ISA[:60].encode(), "ISA"), (REMIT.encode("utf-16"), "UTF-16"),
    ],
    ids=["empty", "html", "zip", "cut ISA", "UTF-16"],
)  # fmt: skip
def test_what_is_not_x12_is_said_to_be_none(write: Any, data: bytes, says: str) -> None:
    path = write(data)
    for command in ("show", "summary"):
        done = edi(command, path)
        assert done.exit_code == 1
        assert says in words(done)
        assert_shape(json.loads(edi(command, path, "--json").stdout))
    judged = edi("validate", path)
    assert (judged.exit_code, json.loads(edi("validate", path, "--json").stdout)["is_valid"]) == (1, False)
    found = edi("grep", "CLP", path)
    assert found.exit_code == 2
    assert says in words(found)


@pytest.mark.parametrize("command", COMMANDS)
def test_standard_input_is_a_file_too(command: str) -> None:
    done = edi(command, *(["CLP"] if command == "grep" else []), "-", stdin=REMIT.encode())
    assert done.exit_code in (0, 1)
    assert "C1" in done.output or command in ("summary", "validate")


# --- show -----------------------------------------------------------------------------------------------------------


def test_show_puts_problems_first_then_one_line_per_claim(write: Any) -> None:
    done = edi("show", write(file_of(UNBALANCED_CLAIM)))
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[1].startswith("CLAIM_GATE at segment 9, set 835 0001: The claim does not balance")
    claims = [line for line in lines if "payer number" in line]
    assert [line.split()[1] for line in claims] == ["C1", "C2"]
    assert "100.00" in claims[0]
    assert "the CAS come to 1900" in claims[0]
    assert "2 claims, 1 lines, 2 adjustments, charged 180.00, 1 do not balance" in words(done)


def test_show_says_at_once_how_many_sets_cannot_stand(write: Any) -> None:
    unread = PAID.replace("*80*", "*8E1*")
    done = edi("show", write(file_of(PAID, unread, UNBALANCED_CLAIM)))
    head = done.stdout.splitlines()[0]
    assert head.endswith("accepted, 1 of 3 sets quarantined")
    assert "quarantined" not in edi("show", write(file_of(PAID))).stdout


def test_show_lists_so_many_claims_and_says_how_many_more(write: Any) -> None:
    path = write(
        file_of(UNBALANCED_CLAIM.replace("CAS*CO*45*10", "CAS*CO*45*9").replace("CAS*CO*45*19", "CAS*CO*45*20"))
    )
    some = edi("show", path, "--claims", "1").stdout
    assert "... and 1 more claims" in some
    assert "C2  " in some
    assert "C1  " not in some
    assert "payer number" not in edi("show", path, "--claims", "0").stdout
    assert (
        len(
            json.loads(edi("show", path, "--claims", "1", "--json").stdout)["interchanges"][0]["transactions"][0][
                "claim_list"
            ]
        )
        == 1
    )


def test_show_tells_every_kind_of_file(write: Any) -> None:
    answered = words(edi("show", write(file_of(ANSWERED, gs01="HN", guide="005010X214"))))
    assert answered.index("rejected A7:21") < answered.index("accepted A2:20")
    assert "1 rejected claims are not named" in answered
    syntax = words(
        edi("show", write(file_of(SYNTAX, gs01="FA", guide="005010X231A1", extra="TA1*000000001*260603*0900*R*024~")))
    )
    assert "TA1 for 000000001: R rejected 024" in syntax
    assert (
        syntax.index("set 002: R rejected")
        < syntax.index("IK4 element 9 code 7 claim C3")
        < syntax.index("set 0701: A accepted")
    )
    assert "2 claims, 3 lines, charged 210.50" in words(
        edi("show", write(file_of(CLAIMS, gs01="HC", guide="005010X222A1")))
    )
    assert "C1 F1 65" in words(edi("show", write(file_of(STATUS, gs01="HN", guide="005010X212"))))
    assert "benefits 2" in words(edi("show", write(file_of(BENEFITS, gs01="HB", guide="005010X279A1"))))
    assert "action A1" in words(edi("show", write(file_of(DECISION, gs01="HI", guide="005010X217"))))


def test_show_prints_what_a_file_holds_as_text_and_not_as_commands(write: Any) -> None:
    """An id may be anything: markup of the printer, or what a terminal obeys."""
    done = edi("show", write(REMIT.replace("CLP*C1*", "CLP*[red]\x1b[2J*")))
    assert "[red]\N{MIDDLE DOT}[2J" in done.stdout
    assert "\x1b[2J" not in done.stdout


# --- summary --------------------------------------------------------------------------------------------------------


def test_summary_is_a_line_per_set_or_the_document(write: Any) -> None:
    path = write(file_of(PAID, UNBALANCED_SET))
    done = edi("summary", path)
    assert done.exit_code == 1
    assert sum("bpr02" in line for line in done.stdout.splitlines()) == 2
    assert "PAYMENT_GATE" in done.stdout
    document = json.loads(edi("summary", path, "--json").stdout)
    assert_shape(document)
    assert [one["bpr02_cents"] for one in document["interchanges"][0]["transactions"]] == [14_000, 14_001]
    assert edi("summary", write(REMIT)).exit_code == 0


# --- validate -------------------------------------------------------------------------------------------------------


def test_validate_names_each_fault_with_its_place_and_code(write: Any) -> None:
    good = file_of(
        "999*#*005010X231A1~AK1*HC*70*005010X222A1~AK2*837*0701*005010X222A1~IK5*A~AK9*A*1*1*1",
        gs01="FA",
        guide="005010X231A1",
    )
    done = edi("validate", write(good))
    assert done.exit_code == 0, done.output
    assert "valid: 1 of 1 sets valid, 0 findings" in words(done)
    path = write(good.replace("AK9*A*1", "AK9*A*X"))
    bad = edi("validate", path)
    assert bad.exit_code == 1
    assert "7 0001 AK902 6" in words(bad)
    document = json.loads(edi("validate", path, "--json").stdout)
    assert document["sets"] == [
        {"st01": "999", "st02": "0001", "first_segment_no": 3, "is_valid": False, "findings": 1}
    ]
    assert [(one["segment_no"], one["segment_id"], one["element"], one["code"]) for one in document["findings"]] == [
        (7, "AK9", 2, "6")
    ]


# --- grep -----------------------------------------------------------------------------------------------------------


def test_grep_prints_file_number_claim_and_segment(write: Any) -> None:
    path = write(REMIT)
    done = edi("grep", "CAS02=45", path)
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [f"{path}:11: claim C1: CAS*CO*45*20", f"{path}:15: claim C2: CAS*CO*45*10"]
    assert edi("grep", "PLB", path).stdout.strip() == f"{path}:16: no claim: PLB*1990300018*20261231*WO:C0*10"
    assert edi("grep", "-m", "1", "CAS", path).stdout.count("\n") == 1
    assert json.loads(edi("grep", "CLP01=C2", path, "--json").stdout) == [
        {"file": path, "segment_no": 12, "st01": "835", "st02": "0001", "claim_id": "C2", "segment": "CLP*C2*1*80*70*0*MC*ICN2"}
    ]  # fmt: skip


def test_grep_exits_like_grep(write: Any) -> None:
    one, two, junk = (
        write(REMIT),
        write(file_of(CLAIMS, gs01="HC", guide="005010X222A1"), "two"),
        write(b"junk", "junk"),
    )
    assert edi("grep", "CLM01=C2", one, two).exit_code == 0
    nothing = edi("grep", "CLM01=C9", one, two)
    assert (nothing.exit_code, nothing.output) == (1, "")
    assert json.loads(edi("grep", "CLM01=C9", one, "--json").stdout) == []
    partly = edi("grep", "CLM01=C2", junk, two)
    assert partly.exit_code == 2
    assert "claim C2" in partly.output
    assert "does not begin with an ISA" in words(partly)
    assert edi("grep", "CLP1=C1", one).exit_code == 2


def test_grep_shows_no_control_characters(write: Any) -> None:
    done = edi("grep", "CLP", write(REMIT.replace("CLP*C1*", "CLP*\x1b[2J*")))
    assert "\x1b" not in done.output
    assert "CLP*\N{MIDDLE DOT}[2J*" in done.output

"""Lists on a terminal: nothing that people copy is cut, however narrow it is, and amounts are dollars."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from pm_pipeline.audit.render import print_rows, rows_table
from pm_pipeline.console import dollars_in

ROWS: list[dict[str, Any]] = [
    {"exception_id": "Q051a196963bd6482", "code": "CORRECTION_IS_REVERSAL", "cents": 123_456, "payer_id": "LKSHM",
     "claim_id": "C2QMV0X265E8Y249", "remark_codes": ["N115", "MA01"], "reason": None, "segment_no": 1_405,
     "evidence": "CLP 2 at segment 1405; CO-45 -6570 cents [and more]"},
    {"exception_id": "Q0000000000000001", "code": "PLB_REVIEW", "cents": -5, "payer_id": "SMTML",
     "claim_id": "C0000000000000001", "remark_codes": [], "reason": "asked for", "segment_no": 7, "evidence": "PLB 90"},
]  # fmt: skip


def printed(width: int, *, limit: int = 50) -> str:
    console = Console(file=io.StringIO(), width=width)
    print_rows(console, "2 open exceptions", ROWS, limit)
    return console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [40, 60, 80, 110, 140, 200])
def test_ids_codes_and_amounts_are_whole_at_any_width(width: int) -> None:
    text = printed(width)
    for word in (
        "Q051a196963bd6482",
        "CORRECTION_IS_REVERSAL",
        "1,234.56",
        "LKSHM",
        "C2QMV0X265E8Y249",
        "N115, MA01",
        "-65.70",
        "-0.05",
    ):
        assert word in " ".join(text.split())
    assert "\N{HORIZONTAL ELLIPSIS}" not in text
    assert all(len(line) <= width for line in text.splitlines())
    assert "[and" in text  # brackets of a text are no markup


def test_a_table_where_it_fits_and_blocks_where_not() -> None:
    wide, narrow = printed(200), printed(80)
    assert wide.count("exception id") == 1  # a head
    assert "payer id LKSHM" not in wide
    assert "payer id LKSHM" in " ".join(narrow.split())
    assert "reason" not in narrow.split("Q0000000000000001")[0]  # what is not there is not named


def test_a_long_list_says_how_much_more_there_is() -> None:
    assert "Q0000000000000001" not in printed(80, limit=1)
    assert "1 more: --limit 2, or --json" in printed(80, limit=1)
    assert "more" not in printed(80, limit=2).replace("[and more]", "")


def test_an_empty_list_says_so() -> None:
    console = Console(file=io.StringIO())
    print_rows(console, "0 movements", [], 50)
    assert console.file.getvalue() == "None.\n"  # type: ignore[attr-defined]


def test_a_table_of_one_row_without_text_is_a_table() -> None:
    console = Console(file=io.StringIO(), width=80)
    console.print(rows_table("Claims by state", [{"state": "paid", "claims": 12_345}]))
    assert "12,345" in console.file.getvalue()  # type: ignore[attr-defined]
    assert "claims 12,345" not in console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("CLP04 6570 cents, the CAS come to 5", "CLP04 65.70, the CAS come to 5"),
        ("CO-94 -500 cents at segment 71", "CO-94 -5.00 at segment 71"),
        ("7 cents", "0.07"),
        ("1234567 cents", "12,345.67"),
        ("2 centsible things", "2 centsible things"),
    ],
)
def test_cents_in_a_text_are_dollars(text: str, said: str) -> None:
    assert dollars_in(text) == said

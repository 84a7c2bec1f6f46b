"""Exports: nothing becomes a formula, numbers stay numbers, all rows are in it."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from pm_pipeline.dashboard import export
from pm_pipeline.dashboard.export import as_csv, as_xlsx, safe
from pm_pipeline.dashboard.tables import KINDS, LISTINGS, Column
from pm_pipeline.errors import PmError

COLUMNS = (
    Column("what", "What"),
    Column("amount", "Amount", "money"),
    Column("on_day", "Day", "day"),
    Column("is_so", "So", "yes_no"),
    Column("share", "Share", "ratio"),
)
NAMES = [one.name for one in COLUMNS]
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "=cmd|' /C calc'!A0"]


def rows_of(values: list[str]) -> list[tuple[Any, ...]]:
    return [(value, Decimal("-1234.50"), dt.date(2026, 6, 1), True, 0.25) for value in values]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_that_a_spreadsheet_would_run_is_quoted(text: str) -> None:
    assert safe(text) == "'" + text


@pytest.mark.parametrize("text", ["", "CO-45", "a=b", "1,234.00", "'=1", "C01"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert safe(text) == text


def test_csv_has_numbers_as_numbers_and_no_formula() -> None:
    text = b"".join(as_csv(COLUMNS, [(NAMES, rows_of(HOSTILE[:3])), (NAMES, rows_of(HOSTILE[3:]))])).decode()
    lines = list(csv.reader(io.StringIO(text, newline="")))
    assert lines[0] == ["What", "Amount", "Day", "So", "Share"]
    assert len(lines) == 1 + len(HOSTILE)
    assert {tuple(line[1:]) for line in lines[1:]} == {("-1234.50", "2026-06-01", "yes", "0.25")}
    assert all(line[0].startswith("'") for line in lines[1:])


def test_xlsx_has_numbers_as_numbers_and_no_formula() -> None:
    with as_xlsx(
        COLUMNS, [(NAMES, rows_of(HOSTILE))], "A title: with [marks] that a sheet's name may not have"
    ) as file:
        sheet = openpyxl.load_workbook(file).active
    assert sheet is not None
    cells = list(sheet.iter_rows(min_row=2))
    assert len(cells) == len(HOSTILE)
    for what, amount, day, so, share in cells:
        assert (what.data_type, str(what.value)[0]) == ("s", "'")
        assert (amount.data_type, amount.value, amount.number_format) == ("n", -1234.5, "#,##0.00")
        assert (day.value, so.value, share.value) == (dt.datetime(2026, 6, 1), "yes", 0.25)
    assert not any(cell.data_type == "f" for line in sheet.iter_rows() for cell in line)


def test_a_sheet_that_is_full_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "LARGEST_SHEET", 2)
    with pytest.raises(PmError, match="Take it as CSV"):
        as_xlsx(COLUMNS, [(NAMES, rows_of(["a", "b", "c"]))], "x")


def test_every_list_is_well_said() -> None:
    for name, one in LISTINGS.items():
        assert one.name == name
        assert {column.kind for column in one.columns} <= {*KINDS, "worklist"}
        assert len({column.title for column in one.columns}) == len(one.columns), name
        assert set(one.summed) <= {column.name for column in one.columns}
        assert not {column.name for column in one.columns} & {"last_name", "first_name", "birth_date", "patient_id"}

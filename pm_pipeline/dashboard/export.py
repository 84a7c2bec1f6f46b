"""Lists as CSV and XLSX: numbers stay numbers, and no text of a cell can become a formula in a spreadsheet."""

from __future__ import annotations

import csv
import datetime as dt
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import IO, Any

import xlsxwriter

from pm_pipeline.dashboard.tables import NUMBERS, Column
from pm_pipeline.errors import PmError

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
LARGEST_SHEET = 1_048_575  # rows under the header
NARROW, WIDE = 14, 60
FORMATS = {"money": "#,##0.00", "count": "#,##0", "ratio": "0.0%", "number": "#,##0.00", "day": "yyyy-mm-dd"}

Batches = Iterable[tuple[list[str], list[tuple[Any, ...]]]]


def safe(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would take it for a formula."""
    return "'" + text if text.startswith(FORMULA) or text.lstrip(" ").startswith(FORMULA[:4]) else text


def as_csv(columns: Sequence[Column], batches: Batches) -> Iterator[bytes]:
    """The list as CSV (UTF-8, comma, one header line), in pieces."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe(one.title) for one in columns])
    for names, rows in batches:
        places = [names.index(one.name) for one in columns]
        for row in rows:
            writer.writerow([_plain(row[place], one) for place, one in zip(places, columns, strict=True)])
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()


def as_xlsx(columns: Sequence[Column], batches: Batches, title: str) -> IO[bytes]:
    """The list as a workbook of one sheet, in a temporary file that is gone when closed. Raises PmError when it has too many rows."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the caller sends it and closes it)
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(file, options)
    sheet = book.add_worksheet("".join(letter for letter in title if letter not in "[]:*?/\\")[:31])
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    formats = [book.add_format({"num_format": FORMATS[one.kind]}) if one.kind in FORMATS else None for one in columns]
    for place, one in enumerate(columns):
        sheet.set_column(place, place, WIDE if one.wide else NARROW)
        sheet.write_string(0, place, safe(one.title), head)
    sheet.freeze_panes(1, 0)
    line = 0
    for names, rows in batches:
        places = [names.index(one.name) for one in columns]
        for row in rows:
            line += 1
            if line > LARGEST_SHEET:
                book.close()
                file.close()
                raise PmError(
                    f"A sheet holds {LARGEST_SHEET:,} rows, and this list has more. Take it as CSV, or filter it."
                )
            for place, (source, one) in enumerate(zip(places, columns, strict=True)):
                _put(sheet, line, place, row[source], one, formats[place])
    sheet.autofilter(0, 0, line, len(columns) - 1)
    book.close()
    file.seek(0)
    return file


def _plain(value: Any, column: Column) -> Any:
    if value is None:
        return ""
    if column.kind in NUMBERS or isinstance(value, dt.date):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    return safe(str(value))


def _put(sheet: Any, line: int, place: int, value: Any, column: Column, style: Any) -> None:
    if value is None:
        return
    if column.kind in NUMBERS and isinstance(value, int | float | Decimal):
        sheet.write_number(line, place, float(value), style)
    elif isinstance(value, dt.date):
        sheet.write_datetime(line, place, dt.datetime(value.year, value.month, value.day), style)  # noqa: DTZ001 (a day)
    else:
        sheet.write_string(line, place, str(_plain(value, column)))

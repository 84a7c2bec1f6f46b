"""The bytes of a feed file as rows of text. Nothing is guessed: no type, no delimiter, no quoting style.

What belongs here: encoding, quoting, the header, the number of cells in a row. What does not: what a cell may hold.
A row's number counts the records under the header from 1; lines without any character are no records.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from pm_pipeline.errors import FeedError

CHUNK_ROWS = 50_000
WIDE_MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Chunk:
    """Some rows of a file.

    frame    one row per well-formed row: index row_no, columns the header's, text; an empty cell is missing
    ragged   (row_no, number of cells) of rows with too few or too many cells
    """

    frame: pd.DataFrame
    ragged: list[tuple[int, int]]


def decode(data: bytes) -> str:
    """UTF-8 text without its optional byte order mark. Raises FeedError for UTF-16 and UTF-32.

    A byte that is not UTF-8 becomes a character no pattern allows, so that its row is refused and the others go on.
    """
    if data.startswith(WIDE_MARKS) or b"\x00" in data[:200]:
        raise FeedError("The file is not UTF-8 text (it looks like UTF-16 or a binary file). Export it as CSV, UTF-8.")
    return data.decode("utf-8-sig", errors="replace")


def read_header(text: str) -> list[str]:
    """The cells of the first record; [] when the file is empty. Raises FeedError when its quoting is broken."""
    return next(_records(text), [])


def read_rows(text: str, header: Sequence[str], chunk_rows: int = CHUNK_ROWS) -> Iterator[Chunk]:
    """The rows under the header, in chunks. Raises FeedError (quoting) possibly after some chunks were given."""
    width = len(header)
    numbers: list[int] = []
    rows: list[list[str | None]] = []
    ragged: list[tuple[int, int]] = []
    for row_no, cells in enumerate(_records(text)):
        if row_no == 0:
            continue
        if len(cells) != width:
            ragged.append((row_no, len(cells)))
        else:
            numbers.append(row_no)
            rows.append([cell or None for cell in cells])
        if len(rows) + len(ragged) == chunk_rows:
            yield Chunk(_frame(rows, numbers, header), ragged)
            numbers, rows, ragged = [], [], []
    if rows or ragged:
        yield Chunk(_frame(rows, numbers, header), ragged)


def greatest(text: str, header: Sequence[str], column: str) -> str:
    """The greatest value of a column as text, '' when none can be read: for ordering files by what they say."""
    place, width, best = list(header).index(column), len(header), ""
    try:
        for row_no, cells in enumerate(_records(text)):
            if row_no and len(cells) == width and len(cells[place]) == 10 and best < cells[place] < "2100":
                best = cells[place]
    except FeedError:
        return best  # the file is refused when it is read for loading
    return best


def _frame(rows: list[list[str | None]], numbers: list[int], header: Sequence[str]) -> pd.DataFrame:
    index = pd.Index(numbers, name="row_no", dtype="int64")
    return pd.DataFrame(rows, columns=pd.Index(header), index=index, dtype="str")


def _records(text: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise FeedError(
                f"The quotes of the record that starts at line {line} are not closed, or other text follows them, so "
                "it cannot be told where the cells after them begin. Write a quote inside a cell twice, put quotes "
                "around whole cells only, and send the file again."
            ) from None
        if cells:
            yield cells

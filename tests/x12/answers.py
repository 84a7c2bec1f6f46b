"""Synthetic 271, 277 and 278 answers for the tests, and how to look at what the readers make of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import pytest

from pm_pipeline.x12.envelope import open_envelope
from pm_pipeline.x12.segments import read_guide
from tests.x12.files import USUAL, Marks, group, interchange, one_set, render, set_spans

# the separators a payer may choose; ISA11 in the third is no separator at all, as in 4010
OTHERS = (
    Marks(element="|", component=">", repetition="{", terminator="\n"),
    Marks(element="^", component="\\", repetition="!", terminator="~", after="\r\n"),
)
WITH_ANY_MARKS = pytest.mark.parametrize("marks", [USUAL, *OTHERS], ids=["usual", "own", "own-with-newlines"])


def with_marks(segments: Sequence[str], marks: Marks) -> bytes:
    """The file with its own separators, the one between repetitions included."""
    if marks is USUAL:
        return render(segments)
    return render([one.replace("^", marks.repetition) for one in segments], marks)


def answer(st01: str, guide: str, *body: str, gs01: str) -> list[str]:
    """A whole interchange of one set; ISA, GS and ST are segments 1 to 3, so the body begins at 4."""
    return interchange(group(one_set(st01, "0001", *body, guide=guide), gs01=gs01, guide=guide))


def read(con: duckdb.DuckDBPyConnection, reader: str, data: bytes) -> None:
    """Leave the typed tables of a file in `con`."""
    read_guide(con, reader, set_spans(open_envelope(data)))


def rows(con: duckdb.DuckDBPyConnection, columns: str, table: str, within: str = "segment_no") -> list[tuple[Any, ...]]:
    """Some columns of a table in the order of the file; `within` orders the rows of one segment."""
    return con.execute(f"SELECT {columns} FROM {table} ORDER BY segment_no, {within}").fetchall()

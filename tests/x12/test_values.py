"""What is read from bytes for all rows at once is what the macros of warehouse/macros.sql read one by one."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pm_pipeline.x12 import values
from pm_pipeline.x12.chunk import PAD, Spans

NUMBERS = st.text("0123456789.-+ eE", max_size=20) | st.from_regex(r"-?[0-9]{0,16}(\.[0-9]{0,4})?", fullmatch=True)
DAYS = (
    st.dates().map(lambda one: one.strftime("%Y%m%d"))
    | st.dates().map(str)
    | st.from_regex(r"[0-3][0-9]{3}-?[01][0-9]-?[0-3][0-9]", fullmatch=True)
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=24)
Column = tuple[values.Buffer, Spans]


def _column(texts: list[str]) -> Column:
    """The texts side by side in a buffer, with nothing between them."""
    pieces = [one.encode() for one in texts]
    end = np.cumsum([len(PAD), *map(len, pieces)])
    buffer = np.frombuffer(PAD + b"".join(pieces) + PAD, dtype=np.uint8)
    return buffer, Spans(end[:-1].astype(np.int64), end[1:].astype(np.int64))


def _by_macro(con: duckdb.DuckDBPyConnection, call: str, texts: list[str]) -> list[object]:
    return [row[0] for row in con.execute(f"SELECT {call} FROM (SELECT unnest($1) AS x)", [texts]).fetchall()]


@settings(max_examples=300, deadline=None)
@given(st.lists(NUMBERS, min_size=1, max_size=40))
@example(["0", "-0", ".5", "-.5", ".", "-", "", "1.", "1.2.3", "12345678.9", "99999999999999.99", "100000000000000"])
@example(["12345678", "123456789", "1234567.8", "-12345.67", "-1234567.8", "12345.678", "1e5", "00000000.1"])
def test_cents_are_those_of_the_macro(con: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    buffer, spans = _column(texts)
    number, valid = values.cents(buffer, spans)
    assert values.integers(number, valid).to_pylist() == _by_macro(con, "cents(x)", texts)
    unread = values.unread(buffer, spans, valid).to_pylist()
    assert unread == [one if one and not good else None for one, good in zip(texts, valid, strict=True)]


@settings(max_examples=300, deadline=None)
@given(st.lists(NUMBERS, min_size=1, max_size=40))
@example(["1", "1.5", "1.125", "1.1255", "999999999.999", "1234567890", "-3", "", "12345.678", "1234567.8"])
def test_quantities_are_those_of_the_macro(con: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    buffer, spans = _column(texts)
    assert values.quantity(buffer, spans).to_pylist() == _by_macro(con, "quantity(x)", texts)
    assert values.quantity(buffer, spans, blank=1).to_pylist() == _by_macro(con, "coalesce(quantity(x), 1)", texts)


@settings(max_examples=300, deadline=None)
@given(st.lists(DAYS | NUMBERS, min_size=1, max_size=40))
@example(["20240229", "20230229", "19000229", "20000229", "29991231", "30000101", "09991231", "10000101", "20261301"])
@example(["2024-02-29", "2023-02-29", "2026-1-01", "20260100", "20260001", "2026120", "202612011", "2026/12/01"])
def test_days_are_those_of_the_macro(con: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    assert values.days(*values.day(*_column(texts))).to_pylist() == _by_macro(con, "day(x)", texts)


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=20))
def test_text_is_the_text(texts: list[str]) -> None:
    column = _column(texts)
    assert values.text(*column).to_pylist() == texts
    assert values.filled(*column).to_pylist() == [one or None for one in texts]
    assert pa.concat_tables([pa.table({"x": values.text(*column)})] * 2).combine_chunks()["x"].to_pylist() == texts * 2


@given(st.lists(st.lists(TEXTS, min_size=3, max_size=3), min_size=1, max_size=9))
def test_lists_leave_out_what_is_empty(rows: list[list[str]]) -> None:
    buffer, spans = _column([one for row in rows for one in row])
    several = [Spans(spans.start[place::3], spans.end[place::3]) for place in range(3)]
    assert values.lists(buffer, several).to_pylist() == [[one for one in row if one] for row in rows]

"""Whatever a file holds: no crash, no row lost or doubled, and no value of a cell in anything intake says."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pm_pipeline.intake import load_feed_files, refuse_unknown
from tests.intake.files import DEPOSITS, RUN, TODAY, MemoryStore, land, rows_text
from tests.warehouses import fresh

GOOD_TEXT = rows_text(DEPOSITS, [{"deposit_id": f"D{n}", "trace_number": f"SECRETTRACE{n}"} for n in range(6)])
SNIPPETS = st.sampled_from(
    ['"', '""', ",", ",,", "\n", "\r\n", "\r", "\x00", "é", "\ufeff", "🙂", "0", "D1", ".", "2026-02-30", " ", "1E5"]
)  # fmt: skip
EDITS = st.lists(
    st.tuples(st.integers(0, len(GOOD_TEXT)), st.integers(0, 12), SNIPPETS | st.just("")), min_size=0, max_size=6
)


@pytest.fixture(scope="module")
def empty():
    connection = fresh()
    yield connection
    connection.close()


@given(edits=EDITS)
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
def test_rows_in_is_loaded_plus_known_plus_quarantined(empty: duckdb.DuckDBPyConnection, edits) -> None:
    text = GOOD_TEXT
    for place, length, snippet in edits:
        text = text[:place] + snippet + text[place + length :]
    for table in (
        "transport.file",
        "transport.handled",
        "intake.feed_file",
        "intake.quarantined_row",
        "remittance.deposit",
    ):
        empty.execute(f"DELETE FROM {table}")
    store = MemoryStore()
    land(empty, store, text)
    results = [*load_feed_files(empty, store, [DEPOSITS], TODAY, RUN), *refuse_unknown(empty, store, TODAY, RUN)]
    [result] = results
    assert result.rows_in == result.rows_loaded + result.rows_known + result.rows_quarantined
    loaded = empty.execute("SELECT count(*), count(DISTINCT row_no) FROM remittance.deposit").fetchone()
    kept = empty.execute("SELECT count(*), count(DISTINCT row_no) FROM intake.quarantined_row").fetchone()
    assert loaded == (result.rows_loaded,) * 2
    assert kept == (result.rows_quarantined,) * 2
    said = empty.execute(
        "SELECT coalesce(string_agg(concat_ws(' ', row_key, texts, remedies)), '') FROM intake.quarantined_row"
    )
    assert "SECRETTRACE" not in str(said.fetchall()) + str(result.refused_because)

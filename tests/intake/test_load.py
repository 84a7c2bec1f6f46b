"""Loading feed files: each row once, each bad row kept with its reason, rows in = loaded + known + quarantined."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest

from pm_pipeline.errors import PmError
from pm_pipeline.intake import load_feed_files, merge, refuse_unknown
from pm_pipeline.intake.read import Chunk
from tests.intake.files import DEPOSITS, GOOD, PATIENTS, RUN, TODAY, MemoryStore, land, refused, rows_text, take


def count(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = con.execute(sql).fetchone()
    return int(row[0]) if row else 0


def everything(con: duckdb.DuckDBPyConnection) -> list[list[tuple[object, ...]]]:
    tables = ("front_office.patient", "remittance.deposit", "intake.feed_file", "intake.quarantined_row",
              "transport.handled", "warehouse.chain")  # fmt: skip
    return [con.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall() for table in tables]


def test_good_rows_are_loaded_typed_and_traceable(con: duckdb.DuckDBPyConnection) -> None:
    result = take(con, DEPOSITS, rows_text(DEPOSITS, [{}, {"deposit_id": "D2", "amount": "0.01", "originator": ""}]))
    assert (result.status, result.rows_in, result.rows_loaded) == ("loaded", 2, 2)
    rows = con.execute("SELECT * FROM remittance.deposit ORDER BY row_no").fetchall()
    day = dt.date(2026, 6, 2)
    assert rows == [
        ("D1", day, "TRACE1", "1990000021", 9910, result.file_id, 1, RUN),
        ("D2", day, "TRACE1", None, 1, result.file_id, 2, RUN),
    ]
    handled = con.execute("SELECT item_id, stage, outcome, handled_on FROM transport.handled").fetchall()
    assert handled == [(result.file_id, "intake", "loaded", TODAY)]


def test_a_bad_row_is_quarantined_alone_with_its_place_and_remedy(con: duckdb.DuckDBPyConnection) -> None:
    result = take(
        con, DEPOSITS, rows_text(DEPOSITS, [{}, {"deposit_id": "D2", "amount": "12.345"}, {"deposit_id": "D3"}])
    )
    assert (result.rows_in, result.rows_loaded, result.rows_quarantined) == (3, 2, 1)
    assert result.reasons == {"BAD_AMOUNT": 1}
    row = con.execute(
        "SELECT feed, row_no, row_key, reasons, column_names, texts, remedies FROM intake.quarantined_row"
    ).fetchone()
    assert row is not None
    assert row[:5] == ("deposits", 2, "D2", ["BAD_AMOUNT"], ["amount"])
    assert "two decimals" in row[5][0]
    assert row[6][0].startswith("Send a positive amount")


def test_ragged_rows_are_quarantined_and_the_others_go_on(con: duckdb.DuckDBPyConnection) -> None:
    text = rows_text(DEPOSITS, [{}]) + "D2,2026-06-02,TRACE2\nD3,2026-06-02,T,O,1.00,extra\nD4,2026-06-02,T4,,4.00\n"
    result = take(con, DEPOSITS, text)
    assert (result.rows_in, result.rows_loaded, result.rows_quarantined) == (4, 2, 2)
    assert refused(con) == {2: ["RAGGED_ROW"], 3: ["RAGGED_ROW"]}
    texts = con.execute("SELECT texts[1] FROM intake.quarantined_row ORDER BY row_no").fetchall()
    assert texts == [("5 cells; this row has 3",), ("5 cells; this row has 6",)]


def test_an_unterminated_quote_refuses_the_file_and_other_files_go_on_b142(con: duckdb.DuckDBPyConnection) -> None:
    store = MemoryStore()
    broken = land(con, store, rows_text(DEPOSITS, [{}]) + 'D2,2026-06-02,"TRACE2,,1.00\nD3,2026-06-02,T3,,1.00\n')
    land(con, store, rows_text(DEPOSITS, [{"deposit_id": "D9"}]))
    results = load_feed_files(con, store, [DEPOSITS], TODAY, RUN)
    assert sorted((item.status, item.rows_loaded) for item in results) == [("loaded", 1), ("refused", 0)]
    row = con.execute(
        "SELECT status, refused_because, rows_in FROM intake.feed_file WHERE file_id = ?", [broken]
    ).fetchone()
    assert row is not None
    assert row[0] == "refused"
    assert "starts at line 3" in row[1]
    assert row[2] == 0
    assert con.execute("SELECT outcome FROM transport.handled WHERE item_id = ?", [broken]).fetchall() == [
        ("quarantined",)
    ]
    assert con.execute("SELECT deposit_id FROM remittance.deposit").fetchall() == [("D9",)]


def test_numbers_are_not_guessed_b143(con: duckdb.DuckDBPyConnection) -> None:
    take(con, DEPOSITS, rows_text(DEPOSITS, [{"deposit_id": "007", "trace_number": "1E5", "originator": "0012"}]))
    assert con.execute("SELECT deposit_id, trace_number, originator FROM remittance.deposit").fetchall() == [
        ("007", "1E5", "0012")
    ]


def test_a_file_without_its_header_is_refused_without_quoting_it_b145(con: duckdb.DuckDBPyConnection) -> None:
    store = MemoryStore()
    file_id = land(con, store, rows_text(PATIENTS, [{}]).split("\n", 1)[1])
    assert load_feed_files(con, store, [PATIENTS, DEPOSITS], TODAY, RUN) == []
    [result] = refuse_unknown(con, store, TODAY, RUN)
    assert (result.file_id, result.feed, result.status) == (file_id, "unknown", "refused")
    because = result.refused_because or ""
    assert "the header is missing" in because
    assert "exactly:\npatient_id,updated_on,last_name" in because
    assert not any(value in because for value in GOOD["patients"].values() if len(value) > 1)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("trace_number", "trace", "Column 3 should be trace_number; another name stands there."),
        ("trace_number", "LARCHWOOD", "Column 3 should be trace_number; another name stands there."),
        (
            "deposit_id,deposited_on",
            "deposited_on,deposit_id",
            "Column 1 should be deposit_id; deposited_on stands there.",
        ),
        (",amount\n", "\n", "It ends after 4 columns; column 5 should be amount."),
        (",amount\n", ",amount,memo\n", "It has 6 columns; deposits has 5."),
        ("deposit_id", "Deposit_ID", "Column 1 should be deposit_id; another name stands there."),
    ],
)  # fmt: skip
def test_the_first_difference_of_a_header_is_named_b145(
    con: duckdb.DuckDBPyConnection, old: str, new: str, says: str
) -> None:
    store = MemoryStore()
    land(con, store, rows_text(DEPOSITS, [{}]).replace(old, new, 1))
    [result] = refuse_unknown(con, store, TODAY, RUN)
    assert says in (result.refused_because or "")
    assert "LARCHWOOD" not in (result.refused_because or "")


def test_a_known_feed_waits_for_its_own_stage(con: duckdb.DuckDBPyConnection) -> None:
    store = MemoryStore()
    land(con, store, rows_text(DEPOSITS, [{}]))
    assert load_feed_files(con, store, [PATIENTS], TODAY, RUN) == []
    assert refuse_unknown(con, store, TODAY, RUN) == []
    assert len(load_feed_files(con, store, [DEPOSITS], TODAY, RUN)) == 1


def test_utf_16_is_refused_with_the_remedy(con: duckdb.DuckDBPyConnection) -> None:
    store = MemoryStore()
    land(con, store, rows_text(DEPOSITS, [{}]).encode("utf-16"))
    assert load_feed_files(con, store, [DEPOSITS], TODAY, RUN) == []
    [result] = refuse_unknown(con, store, TODAY, RUN)
    assert "Export it as CSV, UTF-8" in (result.refused_because or "")


def test_header_only_and_empty_files_are_recorded_as_empty_b146(con: duckdb.DuckDBPyConnection) -> None:
    store = MemoryStore()
    only_header = land(con, store, rows_text(DEPOSITS, []))
    nothing = land(con, store, "")
    [first] = load_feed_files(con, store, [DEPOSITS], TODAY, RUN)
    [second] = refuse_unknown(con, store, TODAY, RUN)
    assert (first.file_id, first.feed, first.status, first.rows_in) == (only_header, "deposits", "empty", 0)
    assert (second.file_id, second.feed, second.status, second.rows_in) == (nothing, "unknown", "empty", 0)
    assert con.execute("SELECT DISTINCT outcome FROM transport.handled").fetchall() == [("ignored",)]


def test_loading_twice_changes_nothing(con: duckdb.DuckDBPyConnection) -> None:
    store = MemoryStore()
    land(con, store, rows_text(DEPOSITS, [{}, {"deposit_id": "D2", "amount": "x"}]))
    load_feed_files(con, store, [DEPOSITS], TODAY, RUN)
    before = everything(con)
    assert load_feed_files(con, store, [DEPOSITS], TODAY, "run-2") == []
    assert refuse_unknown(con, store, TODAY, "run-2") == []
    assert everything(con) == before


def test_the_same_bytes_under_another_name_are_one_file(con: duckdb.DuckDBPyConnection) -> None:
    store = MemoryStore()
    text = rows_text(DEPOSITS, [{}])
    assert land(con, store, text) == land(con, store, text)
    assert len(load_feed_files(con, store, [DEPOSITS], TODAY, RUN)) == 1
    land(con, store, text)
    assert load_feed_files(con, store, [DEPOSITS], TODAY, RUN) == []


def test_the_same_rows_in_another_order_and_quoting_are_known(con: duckdb.DuckDBPyConnection) -> None:
    rows = [{"deposit_id": f"D{n}", "amount": f"{n}.00"} for n in range(1, 6)]
    take(con, DEPOSITS, rows_text(DEPOSITS, rows))
    again = take(con, DEPOSITS, rows_text(DEPOSITS, reversed(rows)).replace("TRACE1", '"TRACE1"'))
    assert (again.rows_in, again.rows_loaded, again.rows_known, again.rows_quarantined) == (5, 0, 5, 0)
    assert count(con, "SELECT count(*) FROM remittance.deposit") == 5


def test_a_known_key_with_other_content_is_quarantined_b148(con: duckdb.DuckDBPyConnection) -> None:
    take(con, DEPOSITS, rows_text(DEPOSITS, [{}]))
    again = take(con, DEPOSITS, rows_text(DEPOSITS, [{"amount": "99.11"}, {"deposit_id": "D2"}]))
    assert (again.rows_loaded, again.rows_known, again.rows_quarantined) == (1, 0, 1)
    assert refused(con) == {1: ["KEY_CONFLICT"]}
    assert con.execute("SELECT cents FROM remittance.deposit WHERE deposit_id = 'D1'").fetchall() == [(9910,)]


def test_within_one_file_the_first_row_of_a_key_stands_b148(con: duckdb.DuckDBPyConnection) -> None:
    result = take(con, DEPOSITS, rows_text(DEPOSITS, [{}, {"amount": "1.00"}, {}, {"amount": "1.00"}]))
    assert (result.rows_loaded, result.rows_known, result.rows_quarantined) == (1, 1, 2)
    assert refused(con) == {2: ["KEY_CONFLICT"], 4: ["KEY_CONFLICT"]}
    assert con.execute("SELECT cents FROM remittance.deposit").fetchall() == [(9910,)]


def test_a_corrected_row_is_taken_when_the_file_comes_again(con: duckdb.DuckDBPyConnection) -> None:
    take(con, DEPOSITS, rows_text(DEPOSITS, [{}, {"deposit_id": "D2", "amount": "12"}]))
    again = take(con, DEPOSITS, rows_text(DEPOSITS, [{}, {"deposit_id": "D2", "amount": "12.00"}]))
    assert (again.rows_loaded, again.rows_known, again.rows_quarantined) == (1, 1, 0)


@pytest.mark.parametrize("reverse", [False, True])
def test_files_are_taken_in_the_order_of_what_they_say_not_of_arrival(
    con: duckdb.DuckDBPyConnection, reverse: bool
) -> None:
    store = MemoryStore()
    older = rows_text(DEPOSITS, [{"deposited_on": "2026-06-01", "amount": "1.00"}])
    newer = rows_text(DEPOSITS, [{"deposited_on": "2026-06-02", "amount": "2.00"}])
    for text in (newer, older) if reverse else (older, newer):
        land(con, store, text)
    load_feed_files(con, store, [DEPOSITS], TODAY, RUN)
    assert con.execute("SELECT cents FROM remittance.deposit").fetchall() == [(100,)]


def test_a_key_that_could_be_a_name_is_not_kept_for_a_refused_row(con: duckdb.DuckDBPyConnection) -> None:
    shifted = {"deposit_id": "LARCHWOOD", "amount": "x"}
    take(con, DEPOSITS, rows_text(DEPOSITS, [shifted, {"deposit_id": "no good id", "amount": "x"}, {"amount": "x"}]))
    keys = con.execute("SELECT row_key FROM intake.quarantined_row ORDER BY row_no").fetchall()
    assert keys == [(None,), (None,), ("D1",)]


def test_a_latin_1_file_loses_only_the_rows_with_its_letters(con: duckdb.DuckDBPyConnection) -> None:
    text = rows_text(PATIENTS, [{"last_name": "LÄRCHE"}, {"patient_id": "PT2"}]).encode("latin-1")
    result = take(con, PATIENTS, text)
    assert (result.rows_loaded, result.rows_quarantined) == (1, 1)
    assert refused(con) == {1: ["BAD_TEXT"]}


@pytest.mark.parametrize("name", ["Robert'); DROP TABLE claims;--", "<img src=x onerror=alert(1)>", "{{ 7+7 }}"])
def test_hostile_names_are_stored_as_they_came_b157_b158_b160(con: duckdb.DuckDBPyConnection, name: str) -> None:
    take(con, PATIENTS, rows_text(PATIENTS, [{"last_name": name}]))
    assert con.execute("SELECT last_name FROM front_office.patient").fetchall() == [(name,)]


def test_rows_are_the_same_however_many_are_read_at_a_time(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"deposit_id": f"D{n % 12}", "amount": "x" if n % 5 == 0 else f"{n % 12}.50"} for n in range(1, 31)]
    monkeypatch.setattr("pm_pipeline.intake.load.read_rows.__defaults__", (7,))
    result = take(con, DEPOSITS, rows_text(DEPOSITS, rows))
    assert result.rows_quarantined == 6
    assert result.rows_loaded == count(con, "SELECT count(*) FROM remittance.deposit") == 12
    assert result.rows_in == 30 == result.rows_loaded + result.rows_known + result.rows_quarantined


def test_a_row_that_got_lost_stops_the_file_and_saves_nothing_of_it(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = merge.add

    def losing(con: duckdb.DuckDBPyConnection, feed, chunk: Chunk, problems) -> None:
        real(con, feed, Chunk(chunk.frame.head(1), chunk.ragged), problems)

    monkeypatch.setattr(merge, "add", losing)
    with pytest.raises(PmError, match="2 rows in, but 1 loaded"):
        take(con, DEPOSITS, rows_text(DEPOSITS, [{}, {"deposit_id": "D2"}]))
    assert count(con, "SELECT count(*) FROM remittance.deposit") == 0
    assert count(con, "SELECT count(*) FROM transport.handled") == 0

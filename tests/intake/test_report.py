"""The page for the sender: every bad row, every reason, no value of any cell, nothing from outside."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from pm_pipeline.errors import FeedError
from pm_pipeline.intake import load_feed_files, refuse_unknown, write_report
from tests.intake.files import DEPOSITS, GOOD, PATIENTS, RUN, TODAY, MemoryStore, land, rows_text, take


class Page(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += f"{data} "


def test_the_report_lists_each_bad_row_with_column_expectation_and_remedy(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    result = take(
        con, DEPOSITS, rows_text(DEPOSITS, [{}, {"deposit_id": "D2", "amount": "SECRET"}, {"amount": "7.00"}])
    )
    path = write_report(con, result.file_id, tmp_path / "reports")
    assert path == tmp_path / "reports" / f"deposits-2026-06-03-{result.file_id[:12]}.html"
    words = " ".join(Page(path.read_text()).words.split())
    assert "Bank deposits: what we received" in words
    assert "rows received 3 rows taken 1 known before, unchanged 0 rows not taken 2" in words
    assert "amount BAD_AMOUNT 1 Dollars with two decimals" in words
    assert "2 D2 amount Dollars with two decimals" in words
    assert "3 D1 deposit_id A key (deposit_id) that was not used before with other content" in words


def test_the_summary_of_ragged_rows_says_nothing_that_holds_for_one_of_them_only(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    result = take(con, DEPOSITS, rows_text(DEPOSITS, [{}]) + "D2,2026-06-02\nD3,2026-06-02,T,O,1.00,extra\n")
    words = " ".join(Page(write_report(con, result.file_id, tmp_path).read_text()).words.split())
    assert "whole row RAGGED_ROW 2 5 cells Put quotes" in words
    assert "5 cells; this row has 2" in words
    assert "5 cells; this row has 6" in words


def test_a_file_bad_from_top_to_bottom_still_makes_a_page_a_person_can_open(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    rows = [{"deposit_id": f"D{number}", "amount": "1"} for number in range(1_200)]
    page = Page(write_report(con, take(con, DEPOSITS, rows_text(DEPOSITS, rows)).file_id, tmp_path).read_text())
    words = " ".join(page.words.split())
    assert "amount BAD_AMOUNT 1,200 Dollars" in words
    assert "The first 1,000 of 1,200 rows; the table above counts all of them." in words
    assert "D999" in words
    assert "D1000" not in words


def test_no_value_of_any_cell_is_shown(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    secrets = {
        "last_name": "LARCH*WOOD", "first_name": "QUÄRTZ", "birth_date": "1980-02-31", "line1": "1 PEBBLE~LN",
        "zip": "0410", "phone": "207-555-0100",
    }  # fmt: skip
    text = rows_text(PATIENTS, [{**secrets, "patient_id": "PT1"}]) + "LARCHWOOD7,QUARTZ,1980-02-29\n"
    result = take(con, PATIENTS, text)
    page = write_report(con, result.file_id, tmp_path).read_text()
    for value in [*secrets.values(), "LARCHWOOD7", "QUARTZ", GOOD["patients"]["city"]]:
        assert value not in page
    assert "PT1" in page


def test_the_page_needs_nothing_from_outside_and_can_be_read_aloud_and_on_a_phone(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    result = take(con, DEPOSITS, rows_text(DEPOSITS, [{"amount": "x"}]))
    text = write_report(con, result.file_id, tmp_path).read_text()
    page = Page(text)
    names = [tag for tag, _ in page.tags]
    assert ("html", {"lang": "en"}) in page.tags
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(names)
    assert not any(name in attrs for _, attrs in page.tags for name in ("src", "href", "onload", "onclick"))
    assert "url(" not in text
    assert "@import" not in text
    assert any(tag == "meta" and attrs.get("name") == "viewport" for tag, attrs in page.tags)
    assert "@media print" in text
    heads = [attrs for tag, attrs in page.tags if tag == "th"]
    assert heads
    assert all("scope" in attrs for attrs in heads)


def test_a_refused_file_says_why_and_what_to_send(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    store = MemoryStore()
    file_id = land(con, store, "deposit_id,<b>amount\nD1,5.00\n")
    refuse_unknown(con, store, TODAY, RUN)
    path = write_report(con, file_id, tmp_path)
    assert path.name.startswith("unknown-")
    text = path.read_text()
    words = Page(text).words
    assert "Nothing of this file was taken." in words
    assert "Column 2 should be deposited_on; another name stands there." in words
    assert "deposit_id,deposited_on,trace_number,originator,amount" in words.replace(", ", ",")
    assert "<b>" not in text


def test_a_file_without_fault_and_one_without_rows_say_so(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    store = MemoryStore()
    good, empty = land(con, store, rows_text(DEPOSITS, [{}])), land(con, store, rows_text(DEPOSITS, []))
    load_feed_files(con, store, [DEPOSITS], TODAY, RUN)
    assert "Every row was good." in write_report(con, good, tmp_path).read_text()
    assert "This file holds no rows." in write_report(con, empty, tmp_path).read_text()


def test_writing_the_report_again_gives_the_same_bytes(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    result = take(con, DEPOSITS, rows_text(DEPOSITS, [{"amount": "x"}, {"deposit_id": "D2", "originator": "é"}]))
    first = write_report(con, result.file_id, tmp_path).read_bytes()
    assert write_report(con, result.file_id, tmp_path).read_bytes() == first
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_intake_has_not_seen_has_no_report(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="no feed file 0123"):
        write_report(con, "0123", tmp_path)

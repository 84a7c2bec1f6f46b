"""Bytes to rows: nothing is guessed, nothing is lost, broken quoting refuses the whole file."""

from __future__ import annotations

import pandas as pd
import pytest

from pm_pipeline.errors import FeedError
from pm_pipeline.intake.read import decode, greatest, read_header, read_rows

HEADER = ["a", "b", "c"]


def rows(text: str, chunk_rows: int = 50_000) -> dict[int, list[str | None]]:
    found: dict[int, list[str | None]] = {}
    for chunk in read_rows(text, HEADER, chunk_rows):
        for row_no, *cells in chunk.frame.itertuples():
            found[int(row_no)] = [None if pd.isna(cell) else cell for cell in cells]
    return found


def ragged(text: str) -> list[tuple[int, int]]:
    return [place for chunk in read_rows(text, HEADER) for place in chunk.ragged]


def test_cells_stay_text_whatever_they_look_like_b143() -> None:
    assert rows("a,b,c\n1E5,007,TRUE\n-0.0,NaN,null\n") == {1: ["1E5", "007", "TRUE"], 2: ["-0.0", "NaN", "null"]}


def test_an_empty_cell_is_absent_and_a_blank_one_is_not() -> None:
    assert rows('a,b,c\n,"", \n') == {1: [None, None, " "]}


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_any_newline_ends_a_row_and_the_last_one_may_be_missing(newline: str) -> None:
    assert rows(newline.join(["a,b,c", "1,2,3", "4,5,6"])) == {1: ["1", "2", "3"], 2: ["4", "5", "6"]}


def test_a_byte_order_mark_is_no_part_of_the_header() -> None:
    assert read_header(decode(b"\xef\xbb\xbfa,b,c\n1,2,3\n")) == HEADER


def test_commas_quotes_and_newlines_inside_quotes_belong_to_the_cell() -> None:
    assert rows('a,b,c\n"x,y","say ""hi""","two\nlines"\n9,9,9\n') == {
        1: ["x,y", 'say "hi"', "two\nlines"],
        2: ["9", "9", "9"],
    }


def test_rows_with_too_few_or_too_many_cells_keep_their_number_and_their_neighbours() -> None:
    text = "a,b,c\n1,2,3\n1,2\n1,2,3,4\n5,6,7\n"
    assert rows(text) == {1: ["1", "2", "3"], 4: ["5", "6", "7"]}
    assert ragged(text) == [(2, 2), (3, 4)]


def test_lines_without_any_character_are_no_rows() -> None:
    assert rows("a,b,c\n\n1,2,3\n\n\n") == {1: ["1", "2", "3"]}


def test_an_unterminated_quote_refuses_the_file_and_names_the_line_where_it_opens_b142() -> None:
    with pytest.raises(FeedError, match=r"record that starts at line 3 are not closed"):
        rows('a,b,c\n1,2,3\n1,"abc,3\n4,5,6\n7,8,9\n')


def test_text_after_a_closing_quote_refuses_the_file() -> None:
    with pytest.raises(FeedError, match="line 2"):
        rows('a,b,c\n"1"x,2,3\n')


def test_the_error_never_quotes_the_row() -> None:
    with pytest.raises(FeedError) as problem:
        rows('a,b,c\nLARCHWOOD,"QUARTZ\n')
    assert "LARCHWOOD" not in str(problem.value)
    assert "QUARTZ" not in str(problem.value)


def test_a_nul_character_stays_in_its_cell_for_the_patterns_to_refuse() -> None:
    assert rows("a,b,c\n1,x\x00y,3\n4,5,6\n") == {1: ["1", "x\x00y", "3"], 2: ["4", "5", "6"]}


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-32"])
def test_wide_encodings_are_refused_with_the_remedy(codec: str) -> None:
    with pytest.raises(FeedError, match="UTF-8"):
        decode("a,b,c\n1,2,3\n".encode(codec))


def test_a_latin_1_byte_spoils_its_own_cell_only() -> None:
    text = decode("a,b,c\nJos\xe9,2,3\n4,5,6\n".encode("latin-1"))
    assert rows(text) == {1: ["Jos\ufffd", "2", "3"], 2: ["4", "5", "6"]}


def test_chunks_give_the_same_rows_as_one_piece() -> None:
    text = "a,b,c\n" + "".join(f"{n},x,y\n" if n % 7 else f"{n}\n" for n in range(1, 100))
    assert rows(text, chunk_rows=8) == rows(text)
    assert len(list(read_rows(text, HEADER, 8))) == 13


def test_the_greatest_date_orders_files_and_survives_rubbish() -> None:
    text = 'a,b,c\n1,2026-06-02,x\n2,2026-06-05,x\n3,not a date,x\n4,9999-99-99,x\n5\n6,2026-06-04,"x\n'
    assert greatest(text, HEADER, "b") == "2026-06-05"
    assert greatest("a,b,c\n", HEADER, "b") == ""

"""A BAI2 file is read to the transaction and held to its own totals, or refused with the line and what to do."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pm_pipeline.remittance.bai2 import BankLine, read_statement
from pm_pipeline.remittance.bank_trace import Trace, trace_of
from tests.remittance.bank import AS_OF, account, credit, statement

GOOD = statement(
    account(credit(8_000, "T1"), credit(2_500, reference="BR7", customer="CHK44", kind="301", text="COUNTER, MAIN ST")),
    account(credit(70, "T3", kind="142"), ["16,475,1200,0,,4711,CHECK PAID"], number="0099"),
)
WRAPPED = """\
01,042000013,ABC ,260622,0506,1,80,,2/
02,042000013,091000022,1,260622,2359,,2/
03,273101322728,,015,00000000000100,,,040,00000000000100,,/
88,230,00000000024524,00001,,355,00000173112920,00001,/
16,347,0000000024524,,I-GEN1,/
88,INTEREST EARNED
16,351,0000173112920,S,00000173112920,00000000000000,00000000000000/
88,I-GEN2,/
88,REPO @ 5.1%
88,IMMEDIATE FUNDS: 1,731,129.20/
16,165,500,V,260623,0900,REF3,,PLAIN TEXT, WITH A COMMA
16,165,501,D,2,0,250,1,251,REF4,CUST4/
49,346276089,11/
98,346276089,1,13/
99,346276089,1,15/
"""


def test_every_transaction_is_read_with_its_account_day_and_line() -> None:
    found = read_statement(GOOD)
    assert found.faults == []
    assert [(one.record_no, one.account, one.type_code, one.cents) for one in found.lines] == [
        (4, "000123456789", "165", 8_000), (6, "000123456789", "301", 2_500), (9, "0099", "142", 70), (11, "0099", "475", 1_200),
    ]  # fmt: skip
    assert {one.as_of for one in found.lines} == {AS_OF}
    check = found.lines[1]
    assert (check.bank_reference, check.customer_reference, check.text) == ("BR7", "CHK44", ("COUNTER, MAIN ST",))


def test_continuations_and_every_funds_type_are_read_as_the_bank_wrote_them() -> None:
    found = read_statement(WRAPPED)
    assert found.faults == []
    assert [(one.bank_reference, one.customer_reference, one.text) for one in found.lines] == [
        ("I-GEN1", "", ("INTEREST EARNED",)),
        ("I-GEN2", "", ("REPO @ 5.1%", "IMMEDIATE FUNDS: 1,731,129.20")),
        ("REF3", "", ("PLAIN TEXT, WITH A COMMA",)),
        ("REF4", "CUST4", ()),
    ]


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\n\n"),
        GOOD + "\x1a",
        GOOD.replace("\n", "      \n"),
        GOOD + GOOD,
    ],
)
def test_line_ends_blanks_and_several_files_in_one_do_not_matter(text: str) -> None:
    found = read_statement(text)
    assert found.faults == []
    assert len(found.lines) in (4, 8)


def test_a_file_without_line_ends_is_cut_by_its_stated_record_length() -> None:
    text = GOOD.replace(",0600,1,,,2/", ",0600,1,60,,2/")
    found = read_statement("".join(line.ljust(60) for line in text.splitlines()))
    assert found.faults == []
    assert [one.cents for one in found.lines] == [8_000, 2_500, 70, 1_200]


@pytest.mark.parametrize(
    ("old", "new", "line", "code"),
    [
        ("16,165,8000,", "16,165,8001,", 7, "CONTROL_TOTAL"),
        ("16,165,8000,", "16,165,80.00,", 4, "AMOUNT"),
        ("16,165,8000,", "16,165,8E3,", 4, "AMOUNT"),
        ("16,165,8000,", "16,165,,", 4, "AMOUNT"),
        ("16,165,8000,", "16,16A,8000,", 4, "TYPE_CODE"),
        ("16,165,8000,,", "16,165,8000,Q,", 4, "FUNDS_TYPE"),
        ("16,165,8000,", "17,165,8000,", 4, "BAD_RECORD"),
        ("16,165,8000,", "A NOTE BY THE BANK\n16,165,8000,", 4, "BAD_RECORD"),
        ("01,", "88,", 1, "BAD_RECORD"),
        ("03,000123456789,USD,", "03,000123456789,CAD,", 3, "CURRENCY"),
        ("2359,USD,", "2359,EUR,", 2, "CURRENCY"),
        ("03,000123456789,", "03,,", 3, "ACCOUNT"),
        ("999000013,1,260622,", "999000013,1,261332,", 2, "AS_OF_DATE"),
        ("999000013,1,260622,", "999000013,3,260622,", 2, "GROUP_STATUS"),
        ("999000013,1,260622,", "999000013,4,260622,", 2, "GROUP_STATUS"),
        (",,,2/\n02", ",,,1/\n02", 1, "FILE_HEADER"),
        ("HARBORVIEW,260622,0600", "HARBORVIEW,20260622,0600", 1, "FILE_HEADER"),
        ("88,ADDENDA=TRN*1*T1*1990000021~\n", "", 6, "RECORD_COUNT"),
        ("49,511500,5/", "49,511500,6/", 7, "RECORD_COUNT"),
        ("49,511500,5/", "49,SUM,5/", 7, "TRAILER"),
        ("49,511500,5/\n", "", 7, "RECORD_ORDER"),
        ("02,HARBORVIEW", "03,HARBORVIEW", 2, "RECORD_ORDER"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_believed_says_where_and_why(old: str, new: str, line: int, code: str) -> None:
    assert old in GOOD
    found = read_statement(GOOD.replace(old, new, 1))
    assert (found.faults[0].record_no, found.faults[0].code) == (line, code)
    assert found.faults[0].text.endswith(".")
    assert "000123456789" not in found.faults[0].text


@pytest.mark.parametrize(
    ("trailer", "place", "code"),
    [("98", 1, "CONTROL_TOTAL"), ("98", 2, "RECORD_COUNT"), ("98", 3, "RECORD_COUNT"),
     ("99", 1, "CONTROL_TOTAL"), ("99", 2, "RECORD_COUNT"), ("99", 3, "RECORD_COUNT")],
)  # fmt: skip
def test_each_figure_of_a_trailer_is_held_against_what_came(trailer: str, place: int, code: str) -> None:
    lines = GOOD.splitlines()
    at = next(number for number, one in enumerate(lines) if one.startswith(trailer))
    fields = lines[at].removesuffix("/").split(",")
    fields[place] = str(int(fields[place]) + 1)
    lines[at] = ",".join(fields) + "/"
    faults = read_statement("\n".join(lines)).faults
    assert (faults[0].record_no, faults[0].code) == (at + 1, code)


def test_a_file_cut_anywhere_is_never_taken_for_whole() -> None:
    whole = read_statement(GOOD).lines
    for end in range(len(GOOD.rstrip()) - 1):
        found = read_statement(GOOD[:end])
        assert found.faults, end
    assert read_statement(GOOD.rstrip()).lines == whole


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.sampled_from("0123456789,/\n\r AZ*~.-\x00é"), st.booleans())
def test_a_changed_character_never_changes_money_unseen(at: int, other: str, insert: bool) -> None:
    """Whatever one character is put in or changed, the file is refused or says the same cents by account and day."""

    def money(lines: list[BankLine]) -> list[tuple[str, int]]:
        return [(one.type_code, one.cents) for one in lines]

    found = read_statement(GOOD[:at] + other + GOOD[at + (not insert) :])
    sums = sum(one.cents for one in found.lines)
    # a type code has no check digit: it may change without being seen, the cents may not
    assert found.faults or (sums == 11_770 and len(money(found.lines)) == 4)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="0123456789,/\n~*TRNA", max_size=200), st.booleans())
def test_no_text_raises(text: str, framed: bool) -> None:
    read_statement(GOOD.replace("16,165", f"{text}\n16,165", 1) if framed else text)


def line(*text: str, customer: str = "") -> BankLine:
    return BankLine(4, "1", dt.date(2026, 6, 22), "165", 100, "", customer, text)


@pytest.mark.parametrize(
    ("one", "trace"),
    [
        (line("ADDENDA=TRN*1*T1*1990000021~"), Trace("T1", "1990000021")),
        (line("CCD PMT TRN*1*T1*1990000021*SUPP\\"), Trace("T1", "1990000021")),
        (line("TRN*1*T1*1990000021 MORE WORDS"), Trace("T1", "1990000021")),
        (line("TRN*1*T1*1990000021", "IND NAME PAYEE"), Trace("T1", "1990000021")),
        (line("TRN*1*TRACE00", "12*19900", "00021~"), Trace("TRACE0012", "1990000021")),
        (line("TRN*1*T1~"), Trace("T1")),
        (line("TRN*1*T1*1990000021~", "TRN*1*T1*1990000021~"), Trace("T1", "1990000021")),
        (line("TRN*1*T1*1990000021~TRN*1*T2*1990000021~"), Trace("")),
        (line("COUNTER DEPOSIT", customer="000451"), Trace("000451")),
        (line("COUNTER DEPOSIT", customer="0000000"), Trace("")),
        (line(), Trace("")),
    ],
)  # fmt: skip
def test_the_trace_is_found_however_the_bank_prints_it(one: BankLine, trace: Trace) -> None:
    assert trace_of(one) == trace

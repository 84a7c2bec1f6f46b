"""Every envelope trap of real files, one named test each, on files of our own (B...: see bad_inputs.csv).

`outline` gives the dispositions of the file, its interchanges, groups and sets. The file's own is rejected when nothing in
it stands, quarantined when a part was refused and another stands.
"""

from __future__ import annotations

import gzip
import io
import random
import tracemalloc
import zipfile

import duckdb
import pytest

from pm_pipeline.transport.kinds import HEAD_BYTES, REASONS, kind_of
from pm_pipeline.x12.envelope import looks_like_x12, open_envelope
from tests.x12.accounting import BOM, unaccounted
from tests.x12.files import (
    Marks,
    changed,
    codes,
    judged_sets,
    outline,
    render,
    segment_rows,
    whole,
)

WHOLE = whole()
GS, SECOND_ST, FIRST_SE, GE, IEA = 2, 15, 14, 27, 28  # segment numbers in WHOLE
GOOD = ("accepted", ["accepted"], ["accepted"], ["accepted", "accepted"])
LIMIT = 24_000_000  # bytes of memory beyond the file itself, however large it is


def without_notes(found: tuple[str, list[str], list[str], list[str]]) -> tuple[str, list[str], list[str], list[str]]:
    file, interchanges, groups, sets = found
    return file, ["accepted" if one == "noted" else one for one in interchanges], groups, sets


# --- the container: what is no X12 text at all ----------------------------------------------------------------------


def zipped() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("era.835", render(WHOLE))
    return target.getvalue()


@pytest.mark.parametrize(
    ("data", "kind", "code"),
    [
        pytest.param(b"", "EMPTY", "EMPTY", id="b001-zero-bytes"),
        pytest.param(b" \r\n\x1a", "EMPTY", "EMPTY", id="only-blanks"),
        pytest.param(gzip.compress(render(WHOLE)), "COMPRESSED", "NOT_X12", id="b028-gzip"),
        pytest.param(gzip.compress(b"0" * 20_000_000, 1), "COMPRESSED", "NOT_X12", id="b029-decompression-bomb"),
        pytest.param(zipped(), "ZIP", "NOT_X12", id="b028-zip"),
        pytest.param(b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(40), "COMPRESSED", "NOT_X12", id="b028-7z"),
        pytest.param(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "PDF", "NOT_X12", id="b028-pdf"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(40), "IMAGE", "NOT_X12", id="b028-png"),
        pytest.param(b"<html><body>Sign in</body></html>", "HTML", "NOT_X12", id="b040-html-named-835"),
        pytest.param(b"\n<!DOCTYPE html>\n<p>503</p>", "HTML", "NOT_X12", id="b040-html-after-a-newline"),
        pytest.param(random.Random(3).randbytes(5000), "BINARY", "NOT_X12", id="binary"),
        pytest.param(render(WHOLE).decode().encode("utf-16"), "UTF16", "UTF16", id="b034-utf16-with-bom"),
        pytest.param(render(WHOLE).decode().encode("utf-16-le"), "UTF16", "UTF16", id="b034-utf16-le-without-bom"),
        pytest.param(render(WHOLE).decode().encode("utf-16-be"), "UTF16", "UTF16", id="b034-utf16-be-without-bom"),
        pytest.param(b"From: payer\r\n\r\n" + render(WHOLE), "NOT_X12", "NOT_X12", id="junk-before-isa"),
        pytest.param(render(WHOLE[1:]), "NOT_X12", "NOT_X12", id="no-isa"),
        pytest.param(render(WHOLE).lower(), "NOT_X12", "NOT_X12", id="lower-case"),
    ],
)
def test_what_is_no_x12_is_refused_whole_and_called_by_its_name(data: bytes, kind: str, code: str) -> None:
    assert kind_of(data[:HEAD_BYTES]) == ("unknown", kind)
    assert kind in REASONS
    envelope = open_envelope(data)
    assert outline(envelope) == ("rejected", [], [], [])
    assert codes(envelope) == [("file", code, 0)]


@pytest.mark.parametrize("size", [3, 4, 60, 105])
def test_b041_a_truncated_isa_rejects_the_file(size: int) -> None:
    envelope = open_envelope(render(WHOLE)[:size])
    assert (outline(envelope), codes(envelope)) == (("rejected", [], [], []), [("file", "BAD_ISA", 1)])


def test_isa_followed_by_noise_is_refused_and_not_guessed_at() -> None:
    envelope = open_envelope(b"ISA*" + random.Random(4).randbytes(3000))
    assert (envelope.disposition, codes(envelope)) == ("rejected", [("file", "BAD_ISA", 1)])


BAD_ISA = {
    "a-short-field": ("SENDER         ", "SENDER"),
    "a-field-too-wide": ("SENDER         ", "SENDER OF A LONG NAME"),
    "one-short-one-wide-106-in-all": ("SENDER         *ZZ*RECEIVER       ", "SENDER        *ZZ*RECEIVER        "),
    "a-control-number-of-ten": ("*000000007*", "*0000000007*"),
    "a-control-number-of-one": ("*000000007*", "*7*"),
    "wrapped-by-a-newline": ("*ZZ*RECEIVER", "\n*ZZ*RECEIVER"),
    "wrapped-by-crlf": ("*ZZ*RECEIVER", "\r\n*ZZ*RECEIVER"),
    "an-element-missing": ("*^*00501", "*00501"),
    "component-and-terminator-left-out": ("*T*:~", "*T*\n"),
    "a-letter-for-a-terminator": ("*T*:~", "*T*:A"),
    "component-separator-is-the-element-separator": ("*T*:~", "*T**~"),
    "component-separator-is-the-terminator": ("*T*:~", "*T*~~"),
}


@pytest.mark.parametrize("case", BAD_ISA)
def test_an_isa_that_is_not_106_bytes_of_sixteen_fields_rejects_the_file(case: str) -> None:
    old, new = BAD_ISA[case]
    data = render(WHOLE).replace(old.encode(), new.encode(), 1)
    envelope = open_envelope(data)
    assert (outline(envelope), codes(envelope)) == (("rejected", [], [], []), [("file", "BAD_ISA", 1)])


@pytest.mark.parametrize("case", BAD_ISA)
def test_a_bad_isa_after_a_whole_interchange_refuses_only_what_follows(
    case: str, con: duckdb.DuckDBPyConnection
) -> None:
    old, new = BAD_ISA[case]
    data = render(WHOLE) + render(whole(7)).replace(old.encode(), new.encode(), 1) + render(whole(9))
    envelope = open_envelope(data)
    assert outline(envelope) == ("quarantined", ["accepted"], ["accepted"], ["accepted", "accepted"])
    assert codes(envelope) == [("file", "BAD_ISA", IEA + 1)]
    assert unaccounted(con, data) == []


def test_a_truncated_isa_after_a_whole_interchange_refuses_only_itself() -> None:
    envelope = open_envelope(render(WHOLE) + render(whole(8))[:60])
    assert outline(envelope) == ("quarantined", *GOOD[1:])
    assert codes(envelope) == [("file", "BAD_ISA", IEA + 1)]


# --- the size of things ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("begun", [1, 2, 3, 10])
def test_b031_64_mb_without_a_terminator_are_refused_in_small_memory(begun: int) -> None:
    data = render(WHOLE[:begun]) + b"A" * 64_000_000
    tracemalloc.start()
    try:
        envelope, peak = open_envelope(data), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (envelope.disposition, envelope.interchanges[0].disposition) == ("rejected", "rejected")
    assert ("SEGMENT_TOO_LONG", begun + 1) in [(code, number) for _, code, number in codes(envelope)]
    assert peak < LIMIT


@pytest.mark.parametrize("number", [GS, 3, FIRST_SE, GE, IEA])
def test_a_control_segment_of_a_million_elements_is_refused_in_small_memory(number: int) -> None:
    data = render(changed(WHOLE, number, WHOLE[number - 1] + "*1" * 1_000_000))
    tracemalloc.start()
    try:
        envelope, peak = open_envelope(data), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert ("SEGMENT_TOO_LONG", number) in [(code, at) for _, code, at in codes(envelope)]
    assert judged_sets(envelope)[0][1] != "accepted"
    assert peak < LIMIT


def test_b032_a_million_elements_in_a_segment_quarantine_the_set_at_that_segment() -> None:
    envelope = open_envelope(render(changed(WHOLE, 13, "CAS*PR" + "*1" * 1_000_000)))
    assert outline(envelope) == (*GOOD[:3], ["quarantined", "accepted"])
    assert codes(envelope) == [("set", "SEGMENT_TOO_LONG", 13)]


# --- separators -----------------------------------------------------------------------------------------------------

MARKS = {
    "pipes": Marks("|", ">", "!", "~"),
    "component-pipe": Marks("*", "|", "^", "~"),
    "tilde-elements-and-underscore-terminators": Marks("~", ":", "^", "_"),
    "group-separator-0x1d": Marks("*", ":", "U", "\x1d"),
    "all-control-characters": Marks("\x1d", "\x1f", "\x1e", "\x1c"),
    "record-and-unit-separators": Marks("*", "\x1f", "\x1e", "'"),
    "regex-marks": Marks(".", "\\", "$", "?"),
    "brackets": Marks("[", "]", "(", ")"),
    "newline-terminators": Marks(terminator="\n"),
    "carriage-return-terminators": Marks(terminator="\r"),
    "crlf-terminators": Marks(terminator="\r", after="\n"),
    "b038-crlf-after-each": Marks(after="\r\n"),
    "b038-lf-after-each": Marks(after="\n"),
    "blank-lines-and-indents": Marks(after="\n\n   "),
    "newline-before-each": Marks(before="\n"),
    "crlf-before-each": Marks(before="\r\n"),
    "newline-before-and-after": Marks("|", "^", "U", "~", before="\n", after="\n"),
    "blanks-before-each-segment": Marks(after=" \t"),
    "4010-repetition-u": Marks(repetition="U"),
}


@pytest.mark.parametrize("case", MARKS)
def test_separators_are_those_the_interchange_declares(case: str, con: duckdb.DuckDBPyConnection) -> None:
    marks = MARKS[case]
    data = render(WHOLE, marks)
    envelope = open_envelope(data)
    assert (outline(envelope), codes(envelope)) == (GOOD, [])
    (one,) = envelope.interchanges
    assert (one.sender, one.receiver, one.control_number) == ("SENDER", "RECEIVER", "000000007")
    assert (one.delimiters.element, one.delimiters.component) == (marks.element, marks.component)
    assert (one.isa[10], one.isa[15]) == (marks.repetition, marks.component)
    assert [(set_no, at) for set_no, at, _ in segment_rows(con, envelope)] == [
        *((3, number) for number in range(3, 15)),
        *((15, number) for number in range(15, 27)),
    ]
    assert unaccounted(con, data) == []


def test_b055_each_interchange_has_its_own_separators_and_numbers_go_on(con: duckdb.DuckDBPyConnection) -> None:
    data = b"".join(render(whole(place), marks) for place, marks in enumerate(MARKS.values()))
    envelope = open_envelope(data)
    assert (outline(envelope)[0], set(outline(envelope)[3]), codes(envelope)) == ("accepted", {"accepted"}, [])
    assert [one.first_segment_no for one in envelope.interchanges] == [1 + 28 * place for place in range(len(MARKS))]
    assert unaccounted(con, data) == []


@pytest.mark.parametrize("case", MARKS)
def test_a_missing_iea_does_not_swallow_an_interchange_with_other_separators(
    case: str, con: duckdb.DuckDBPyConnection
) -> None:
    data = render(WHOLE[:-1]) + render(whole(8), MARKS[case])
    envelope = open_envelope(data)
    assert outline(envelope) == (
        "quarantined", ["rejected", "accepted"], ["accepted", "accepted"], ["rejected"] * 2 + ["accepted"] * 2,
    )  # fmt: skip
    assert codes(envelope) == [("interchange", "NO_IEA", IEA)]
    assert envelope.interchanges[1].first_segment_no == IEA
    assert unaccounted(con, data) == []


def test_an_underscore_as_element_separator_is_seen_after_a_missing_iea() -> None:
    envelope = open_envelope(render(WHOLE[:-1]) + render(whole(8), Marks(element="_")))
    assert [one.disposition for one in envelope.interchanges] == ["rejected", "accepted"]


@pytest.mark.parametrize("between", ["~", "~~", "\n~\r\n~", "~\n"])
def test_terminators_alone_between_and_after_interchanges_harm_nothing(
    between: str, con: duckdb.DuckDBPyConnection
) -> None:
    data = render(WHOLE) + between.encode() + render(whole(8)) + between.encode()
    envelope = open_envelope(data)
    assert without_notes(outline(envelope)) == ("accepted", ["accepted"] * 2, ["accepted"] * 2, ["accepted"] * 4)
    assert envelope.interchanges[1].first_segment_no == IEA + 1 + between.count("~")
    assert unaccounted(con, data) == []


def test_double_terminators_everywhere_keep_their_numbers(con: duckdb.DuckDBPyConnection) -> None:
    data = render(WHOLE, Marks(after="~"))
    envelope = open_envelope(data)
    assert without_notes(outline(envelope)) == GOOD
    assert [each.first_segment_no for each in envelope.interchanges[0].groups[0].sets] == [5, 29]
    assert unaccounted(con, data) == []


# --- blanks, marks and letters --------------------------------------------------------------------------------------


def test_b037_leading_blanks_and_blank_lines_are_skipped() -> None:
    data = b" \r\n\n\t " + render(WHOLE) + b"\r\n\x1a\x00"
    envelope = open_envelope(data)
    assert (kind_of(data)[0], outline(envelope), codes(envelope)) == ("x12", GOOD, [])


def test_a_byte_order_mark_is_skipped_and_noted() -> None:
    envelope = open_envelope(BOM + render(WHOLE))
    assert without_notes(outline(envelope)) == GOOD
    assert (envelope.interchanges[0].disposition, codes(envelope)) == ("noted", [("interchange", "BOM", 1)])
    assert looks_like_x12(BOM + render(WHOLE))


def test_a_byte_order_mark_where_files_were_joined_is_noted_there(con: duckdb.DuckDBPyConnection) -> None:
    data = render(WHOLE) + b"\r\n" + BOM + render(whole(8))
    envelope = open_envelope(data)
    assert outline(envelope)[1:] == (["accepted", "noted"], ["accepted"] * 2, ["accepted"] * 4)
    assert codes(envelope) == [("interchange", "BOM", IEA + 1)]
    assert unaccounted(con, data) == []


def latin(number: int) -> bytes:
    """An interchange whose second set holds a Latin-1 name in its NM1, and whose first a UTF-8 one."""
    first, second = "NM1*QC*1*MU\xd1OZ".encode(), "NM1*QC*1*PE\xd1A".encode("latin-1")
    parts = render(whole(number)).split(b"NM1*QC*1*DOE")
    return parts[0] + first + parts[1] + second + parts[2]


def test_b035_a_latin1_byte_is_noted_at_its_segment_and_spoils_nothing(con: duckdb.DuckDBPyConnection) -> None:
    data = render(whole(6)) + latin(7)
    envelope = open_envelope(data)
    assert outline(envelope)[1:] == (["accepted", "noted"], ["accepted"] * 2, ["accepted"] * 4)
    assert codes(envelope) == [("interchange", "LATIN1", 28 + 23)]
    assert unaccounted(con, data) == []


def test_b035_a_latin1_byte_leaves_the_utf8_of_other_sets_alone(con: duckdb.DuckDBPyConnection) -> None:
    envelope = open_envelope(latin(7))
    segment_rows(con, envelope)
    names = con.execute("SELECT e[4] FROM x12_segment WHERE tag = 'NM1' ORDER BY segment_no").fetchall()
    assert names == [("MU\xd1OZ",), ("PE\xd1A",)]


def test_blanks_around_control_numbers_are_no_difference(con: duckdb.DuckDBPyConnection) -> None:
    padded = [f"{one}  " if one.startswith(("ST", "SE", "GE", "IEA", "GS")) else one for one in WHOLE]
    data = render(padded)
    envelope = open_envelope(data)
    assert (outline(envelope), codes(envelope)) == (GOOD, [])
    assert [each.st02 for each in envelope.interchanges[0].groups[0].sets] == ["0001", "0002"]
    assert unaccounted(con, data) == []


def test_a_control_tag_inside_an_element_is_data(con: duckdb.DuckDBPyConnection) -> None:
    data = render(changed(WHOLE, 11, "NM1*QC*1*ISA*GS*SE*9*IEA*MI*ST"))
    envelope = open_envelope(data)
    assert (outline(envelope), codes(envelope), unaccounted(con, data)) == (GOOD, [], [])

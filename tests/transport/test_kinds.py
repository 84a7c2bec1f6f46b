"""What a file is by its first bytes, and whether an X12 file is whole."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from pm_pipeline.transport.kinds import REASONS, is_cut_short, kind_of, still_coming
from tests.remittance.bank import account, credit, statement
from tests.transport.files import CHARGES, interchange, remittance

BANK = statement(account(credit(8_000, "T1"))).encode()


def _zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.835", remittance())
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "kind", "code"),
    [
        pytest.param(remittance(), "x12", "", id="x12"),
        pytest.param(b" \r\n\n" + remittance(), "x12", "", id="b037-leading-blanks"),
        pytest.param(b"\xef\xbb\xbf" + remittance(), "x12", "", id="bom"),
        pytest.param(b"ISA*00*", "x12", "", id="b041-truncated-isa"),
        pytest.param(CHARGES, "feed", "", id="feed"),
        pytest.param(b"\xef\xbb\xbf" + CHARGES, "feed", "", id="feed-bom"),
        pytest.param("name,city\nJosé,León\n".encode("latin-1"), "feed", "", id="feed-latin1"),
        pytest.param(BANK, "bank", "", id="bai2"),
        pytest.param(b"\xef\xbb\xbf\r\n" + BANK, "bank", "", id="bai2-bom-and-blank-line"),
        pytest.param(BANK.replace(b"260622,0600", b"20260622,0600"), "bank", "", id="bai2-with-a-long-date"),
        pytest.param(b"01,2026-06-22,A,B\n02,2026-06-22,A,B\n", "feed", "", id="rows-that-begin-as-bai2-does"),
        pytest.param(gzip.compress(CHARGES), "unknown", "COMPRESSED", id="b028-gzip"),
        pytest.param(gzip.compress(bytes(1 << 20)), "unknown", "COMPRESSED", id="b029-bomb-is-not-unpacked"),
        pytest.param(_zipped(), "unknown", "ZIP", id="b028-zip"),
        pytest.param(b"7z\xbc\xaf\x27\x1c\x00\x04", "unknown", "COMPRESSED", id="b028-7z"),
        pytest.param(b"%PDF-1.7\na,b\n", "unknown", "PDF", id="b028-pdf"),
        pytest.param(b"\x89PNG\r\n\x1a\n,", "unknown", "IMAGE", id="b028-png"),
        pytest.param(remittance().decode().encode("utf-16"), "unknown", "UTF16", id="b034-utf16"),
        pytest.param(remittance().decode().encode("utf-16-le"), "unknown", "UTF16", id="b034-utf16-without-bom"),
        pytest.param(CHARGES.decode().encode("utf-16-le"), "unknown", "UTF16", id="utf16-feed"),
        pytest.param(b"<!DOCTYPE html><p>Session expired, log in\n</p>", "unknown", "HTML", id="b040-html"),
        pytest.param(b"\n <HTML>,\n", "unknown", "HTML", id="b040-html-upper"),
        pytest.param(b"<?xml version='1.0'?><a>,\n</a>", "unknown", "HTML", id="xml"),
        pytest.param(b"-----BEGIN PGP MESSAGE-----\n", "unknown", "PGP", id="pgp"),
        pytest.param(b"a,b\n\x00\x01\x02", "unknown", "BINARY", id="binary"),
        pytest.param(b"  \r\n", "unknown", "EMPTY", id="blanks"),
        pytest.param(b"GS*HP*A*B~", "unknown", "NOT_X12", id="no-isa"),
        pytest.param(b"Dear practice,", "unknown", "NOT_X12", id="one-line-of-text"),
    ],
)
def test_kind(data: bytes, kind: str, code: str) -> None:
    assert kind_of(data[:8192]) == (kind, code)
    assert code in {"", *REASONS}


WHOLE = interchange(7)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        pytest.param(WHOLE, False, id="whole"),
        pytest.param(WHOLE + "\r\n\r\n", False, id="blanks-after"),
        pytest.param(WHOLE.replace("~", "~\r\n"), False, id="newlines"),
        pytest.param(WHOLE[:-1], False, id="no-last-terminator"),
        pytest.param(WHOLE + WHOLE, False, id="two"),
        pytest.param(WHOLE + "JUNK", False, id="junk-after-is-for-the-envelope"),
        pytest.param(WHOLE + " " * 5000, False, id="many-blanks-after"),
        pytest.param(WHOLE[:60], True, id="inside-isa"),
        pytest.param(WHOLE[:150], True, id="inside-a-set"),
        pytest.param(WHOLE[: WHOLE.index("IEA")], True, id="before-iea"),
        pytest.param(WHOLE[: WHOLE.index("IEA") + 4], True, id="inside-iea01"),
        pytest.param(WHOLE[:-2], True, id="inside-iea02"),
        pytest.param(WHOLE + WHOLE[:50], True, id="second-inside-isa"),
        pytest.param(WHOLE + WHOLE[:200], True, id="second-inside-a-set"),
    ],
)
def test_is_cut_short(tmp_path: Path, text: str, cut: bool) -> None:
    path = tmp_path / "x"
    path.write_text(text, newline="")
    assert is_cut_short(path) is cut


def test_every_place_an_interchange_can_be_cut_at_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "x"
    for end in range(4, len(WHOLE) - 1):
        path.write_text(WHOLE[:end])
        assert is_cut_short(path), end


@pytest.mark.parametrize("ending", ["", "\n", "\r\n \x1a", "   "])
def test_a_bank_statement_without_its_file_trailer_may_still_be_coming(tmp_path: Path, ending: str) -> None:
    path = tmp_path / "x"
    text = BANK.decode().rstrip()
    path.write_text(text + ending, newline="")
    assert still_coming("bank", path) is None
    path.write_text(text.replace("\n", " ") + ending, newline="")
    assert still_coming("bank", path) is None
    for end in range(text.index("\n"), len(text) - 2):
        path.write_text(text[:end] + ending, newline="")
        said = still_coming("bank", path)
        assert said is not None, end
        assert "file trailer" in said


def test_a_feed_has_no_end_of_its_own_and_an_x12_file_has(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(CHARGES[:12])
    assert still_coming("feed", path) is None
    path.write_text(WHOLE[:150])
    assert still_coming("x12", path) is not None

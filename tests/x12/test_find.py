"""Segments are found by tag, element and text, each with its number and the claim it stands under."""

from __future__ import annotations

from typing import Any

import pytest

from pm_pipeline.x12 import scan
from pm_pipeline.x12.envelope import open_envelope, segment_texts
from pm_pipeline.x12.find import Hit, PatternError, find, parse_pattern

ISA = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260302*0830*^*00501*{0:09}*0*T*:~"
REMIT = (
    ISA.format(7) + "GS*HP*SENDER*RECEIVER*20260302*0830*7*X*005010X221A1~ST*835*0001~BPR*I*100*C*ACH~TRN*1*T1*1512345678~LX*1~"
    "CLP*AAA1*1*100*60~CAS*CO*45*40**253*0~SVC*HC:99213:25*100*60~CLP*AAA2*22*-50*-40~REF*1K*AAA1~LX*2~TS3*1~CLP*BBB1*1*90*80*~"
    "PLB*1990300018*20261231*WO:AAA1*0~SE*14*0001~GE*1*7~IEA*1*000000007~"
)  # fmt: skip
CLAIMS = (
    ISA.format(8).replace("*", "|").replace("~", "\n") + "GS|HC|SENDER|RECEIVER|20260302|0830|8|X|005010X222A1\nST|837|0002|005010X222A1\n"
    "HL|1||20|1\nNM1|85|2|PRACTICE\nHL|2|1|22|0\nNM1|IL|1|TESTER|ANN\nCLM|CCC1|100\nREF|D9|X\nLX|1\nSV1|HC:99213|100|UN|1\nHL|3|1|22|0\n"
    "NM1|IL|1|TESTER|BEN\nCLM|CCC2|50\nSE|14|0002\nGE|1|8\nIEA|1|000000008\n"
)  # fmt: skip
ANSWERS = (
    ISA.format(9) + "GS*HN*SENDER*RECEIVER*20260302*0830*9*X*005010X214~ST*277*0003*005010X214~HL*1**20*1~TRN*1*SRC~HL*2*1*21*1~TRN*2*BATCH~"
    "STC*A1:19~HL*3*2*19*1~TRN*1*0~HL*4*3*PT~NM1*QC*1*TESTER~TRN*2*DDD1~STC*A7:21~SE*13*0003~GE*1*9~IEA*1*000000009~"
)  # fmt: skip
FILE = REMIT + CLAIMS + ANSWERS


def hits(pattern: str, text: str = FILE, **how: Any) -> list[Hit]:
    return list(find(open_envelope(text.encode()), parse_pattern(pattern, **how)))


def found(pattern: str, **how: Any) -> list[tuple[str, str | None]]:
    return [(hit.text, hit.claim_id) for hit in hits(pattern, **how)]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("CAS", [("CAS*CO*45*40**253*0", "AAA1")]),
        ("CLP01=AAA1", [("CLP*AAA1*1*100*60", "AAA1")]),
        ("CLP01=AAA*", [("CLP*AAA1*1*100*60", "AAA1"), ("CLP*AAA2*22*-50*-40", "AAA2")]),
        ("CLP05", []),
        ("CLP04=80", [("CLP*BBB1*1*90*80*", "BBB1")]),
        ("CAS02=45", [("CAS*CO*45*40**253*0", "AAA1")]),
        ("CAS02=253", []),
        ("CAS=253", [("CAS*CO*45*40**253*0", "AAA1")]),
        ("SVC01-2=99213", [("SVC*HC:99213:25*100*60", "AAA1")]),
        ("SV101-2=99213", [("SV1|HC:99213|100|UN|1", "CCC1")]),
        ("STC01-1=A7", [("STC*A7:21", "DDD1")]),
        ("STC01-1=A1", [("STC*A1:19", None)]),
        ("ST02=0002", [("ST|837|0002|005010X222A1", None)]),
        ("PLB", [("PLB*1990300018*20261231*WO:AAA1*0", None)]),
        ("TS3", [("TS3*1", None)]),
        ("NM104=BEN", [("NM1|IL|1|TESTER|BEN", None)]),
        ("D9|X", [("REF|D9|X", "CCC1")]),
        ("GS06=8", [("GS|HC|SENDER|RECEIVER|20260302|0830|8|X|005010X222A1", None)]),
        ("IEA02=000000009", [("IEA*1*000000009", None)]),
        ("NOSUCH", []),
    ],
)
def test_what_is_meant_is_found_with_its_claim(pattern: str, expected: list[tuple[str, str | None]]) -> None:
    assert found(pattern) == expected


def test_text_is_looked_for_everywhere_as_it_is_or_in_any_case() -> None:
    assert [claim for _, claim in found("AAA1")] == ["AAA1", "AAA2", None]
    assert found("aaa1") == []
    assert len(found("aaa1", ignore_case=True)) == 3
    assert found("CLP", as_text=True) == found("CLP")
    assert found("SE", as_text=True) != found("SE")
    assert found(r"^CLP\*AAA[12]\*22", as_regex=True) == [("CLP*AAA2*22*-50*-40", "AAA2")]


def test_numbers_are_those_of_the_envelope_through_every_interchange() -> None:
    texts = segment_texts(open_envelope(FILE.encode()))
    every = hits(".", as_regex=True)
    assert {hit.segment_no: hit.text for hit in every} == texts
    assert [(hit.st01, hit.st02) for hit in hits("SE")] == [("835", "0001"), ("837", "0002"), ("277", "0003")]


def test_numbers_hold_across_windows_and_empty_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is read in windows; here each is a few segments long, and there are blank lines and empty segments."""
    monkeypatch.setattr(scan, "SMALLEST", 128)
    monkeypatch.setattr(scan, "LARGEST", 128)
    text = REMIT.replace("~", "~\n").replace("LX*2~", "~\n  ~LX*2~")
    texts = segment_texts(open_envelope(text.encode()))
    assert {hit.segment_no: hit.text for hit in hits(".", text, as_regex=True)} == texts
    assert [hit.claim_id for hit in hits("PLB", text)] == [None]


@pytest.mark.parametrize(
    ("pattern", "how", "says"),
    [
        ("", {}, "empty"),
        ("CLP1=AAA1", {}, "two digits"),
        ("CLP00=AAA1", {}, "counted from 01"),
        ("CLP01-0=AAA1", {}, "counted from 01"),
        ("(", {"as_regex": True}, "no regular expression"),
    ],
)
def test_a_pattern_that_cannot_be_meant_is_refused(pattern: str, how: dict[str, bool], says: str) -> None:
    with pytest.raises(PatternError, match=says):
        parse_pattern(pattern, **how)

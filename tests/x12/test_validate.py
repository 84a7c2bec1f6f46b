"""The judge: pyx12's traps fenced off, faults at their places, our own checks, and never a value in a text."""

from __future__ import annotations

import io
import logging
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest
from pyx12.params import ParamsBase
from pyx12.x12n_document import x12n_document

from pm_pipeline.x12.findings import Finding
from pm_pipeline.x12.pyx12_judge import BREAKS
from pm_pipeline.x12.validate import validate
from tests.x12.claims_837p import CHILD, NORTH, REFERRING, claim, drug_line, line, write

GOOD = write(
    claim(1, lines=(line(11), drug_line(12))),
    claim(2, patient=CHILD, referring=REFERRING),
    claim(3, facility=NORTH),
    per_set=2,
).text


def places(findings: list[Finding]) -> list[tuple[str, str, int | None, int | None, str]]:
    return [(one.level, one.segment_id, one.element, one.component, one.code) for one in findings]


def number_of(text: str, segment: str) -> int:
    """The file-wide number of the first segment that begins so."""
    return next(number for number, piece in enumerate(text.split("~"), start=1) if piece.startswith(segment))


def spoil(old: str, new: str, count: int = 1) -> bytes:
    assert old in GOOD
    return GOOD.replace(old, new, count).encode("latin-1")


def test_a_good_file_is_valid_and_every_set_is_named() -> None:
    verdict = validate(GOOD.encode())
    assert verdict.is_valid
    assert [(one.st02, one.st01, one.is_valid) for one in verdict.sets] == [
        ("1001", "837", True),
        ("1002", "837", True),
    ]


def test_a_name_that_ends_like_a_segment_identifier_is_not_taken_for_one() -> None:
    """A patient called Briggs in the first set made every set after it look as if its GS were broken."""
    for name in ("BRIGGS", "GEIST", "ISA", "GS", "SE", "ST"):
        assert validate(spoil("NM1*IL*1*QUARTZ*", f"NM1*IL*1*{name}*", 9)).findings == []


def test_a_fault_lies_at_its_segment_and_spoils_its_set_alone() -> None:
    data = spoil("DMG*D8*20150505*F", "DMG*D8*20151305*X")
    verdict = validate(data)
    number = number_of(data.decode(), "DMG*D8*20151305")
    assert [one.segment_no for one in verdict.findings] == [number, number]
    assert places(verdict.findings) == [("element", "DMG", 2, None, "8"), ("element", "DMG", 3, None, "7")]
    assert {one.st02 for one in verdict.findings} == {"1001"}
    assert verdict.findings[0].segment_in_set == number - number_of(data.decode(), "ST*837*1001") + 1
    assert [(one.st02, one.is_valid) for one in verdict.sets] == [("1001", False), ("1002", True)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "N3*12 PINE ST~N4*PORTLAND*ME*04101~DMG*D8*20150505*F",
            "DMG*D8*20150505*F",
            ("segment", "N3", None, None, "3"),
        ),
        ("REF*6R*L000000000000011", "REF*6R*L000000000000011~REF*6R*X", ("segment", "REF", None, None, "5")),
        ("LX*2", "LX*3", ("element", "LX", 1, None, "7")),
        ("HL*3*1*22*1", "HL*9*1*22*1", ("element", "HL", 1, None, "7")),
        ("HL*4*3*23*0", "HL*4*7*23*0", ("element", "HL", 2, None, "7")),
        ("PAT*19", "PAT*19~ZZZ*1", ("segment", "ZZZ", None, None, "1")),
        ("SV1*HC:99213*120.5*UN*1***1", "SV1*HC:99213*120.5*UN*1***13", ("element", "SV1", 7, 1, "7")),
        ("SV1*HC:99213*120.5*UN*1***1", "SV1*HC:99213*120.5*UN****1", ("element", "SV1", 4, None, "1")),
        ("BHT*0019*00*B0*20260602*2030*CH", "BHT*0019*00*B0*20260602*2030*CH*9", ("element", "BHT", 7, None, "3")),
        ("CLM*C00000000000001X", "CLM*" + "C" * 39, ("element", "CLM", 1, None, "5")),
        ("REF*6R*L000000000000011", "REF*6R*L000000000000011*", ("segment", "REF", None, None, "8")),
        ("SE*32*1002", "SE*33*1002", ("set", "", None, None, "4")),
        ("SE*32*1002", "SE*32*1003", ("set", "", None, None, "3")),
        ("ST*837*1002", "ST*837*1001", ("set", "", None, None, "23")),
    ],
)
def test_each_kind_of_fault_has_its_999_code_and_place(
    old: str, new: str, expected: tuple[str, str, int | None, int | None, str]
) -> None:
    assert expected in places(validate(spoil(old, new)).findings)


@pytest.mark.parametrize(
    ("old", "new", "level", "code"),
    [
        ("IEA*1*", "IEA*2*", "interchange", "021"),
        ("GE*2*70", "GE*3*70", "group", "5"),
        ("GE*2*70", "GE*2*71", "group", "4"),
        ("GS*HC*HARBORVIEW*", "GS*HC**", "element", "1"),
        ("IEA*1*000000007~", "", "interchange", "023"),
        ("IEA*1*000000007~", "IEA*1*000000007~JUNK", "interchange", "DATA_AFTER_IEA"),
    ],
)
def test_a_fault_around_the_sets_belongs_to_none_of_them(old: str, new: str, level: str, code: str) -> None:
    verdict = validate(spoil(old, new))
    assert not verdict.is_valid
    assert (level, code) in {(one.level, one.code) for one in verdict.findings if one.st02 is None}


def test_a_truncated_set_is_not_valid() -> None:
    verdict = validate(GOOD[: GOOD.index("LX*2")].encode())
    assert not verdict.is_valid
    assert [one.is_valid for one in verdict.sets] == [False]


# --- our own checks (DESIGN part 9: what pyx12 does not look at) ---------------------------------------------------


def own_codes(**changes: object) -> list[tuple[str, str, int | None]]:
    findings = validate(write(claim(1, **changes), claim(2)).text.encode()).findings
    return [(one.code, one.segment_id, one.element) for one in findings]


def test_clm02_must_be_the_sum_of_the_lines() -> None:
    assert own_codes(charge_cents=12051) == [("OWN-CLM02", "CLM", 2)]


def test_b163_clm01_longer_than_20_is_found() -> None:
    assert own_codes(claim_id="C" * 21) == [("OWN-CLM01", "CLM", 1)]
    assert own_codes(claim_id="C" * 20) == []


def test_b164_a_line_control_number_used_twice_is_found() -> None:
    assert own_codes(lines=(line(5), line(5))) == [("OWN-6R", "REF", 2)]
    assert own_codes(lines=(line(5, line_id="L" * 31),)) == [("OWN-6R", "REF", 2)]


def test_an_npi_with_a_wrong_check_digit_is_found() -> None:
    assert own_codes(facility=replace(NORTH, npi="1990300126")) == [("OWN-NPI", "NM1", 9)]


@pytest.mark.parametrize("code", ["E11.9", "0340", "e119", "E1190000", "U119", "E"])
def test_a_diagnosis_without_the_shape_of_icd_10_is_found(code: str) -> None:
    assert ("OWN-ICD10", "HI", 1) in own_codes(diagnoses=(code,))


def test_a_pointer_to_no_diagnosis_is_found() -> None:
    assert own_codes(lines=(line(1, pointers=(3,)),)) == [("OWN-POINTER", "SV1", 7)]


def test_frequency_and_payer_claim_number_go_together() -> None:
    assert own_codes(frequency="7") == [("OWN-F8", "CLM", 5)]
    assert own_codes(payer_claim_number="P1") == [("OWN-F8", "CLM", 5)]


# --- pyx12's traps -------------------------------------------------------------------------------------------------


def test_two_interchanges_with_different_delimiters_are_both_judged() -> None:
    other = write(claim(9, lines=(line(9, charge_cents=5),), charge_cents=6), control_number=8).text
    other = other.replace("*", "|").replace(":", ">").replace("~", "'")
    verdict = validate((GOOD + "\r\n" + other).encode())
    assert [one.is_valid for one in verdict.sets] == [True, True, False]
    assert [one.code for one in verdict.findings] == ["OWN-CLM02"]
    assert verdict.findings[0].segment_no > GOOD.count("~")
    with_good = validate((GOOD + write(claim(9), control_number=8).text.replace("*", "|")).encode())
    assert with_good.is_valid
    assert len(with_good.sets) == 3


def test_the_same_isa13_twice_in_a_file_is_found() -> None:
    assert [one.code for one in validate((GOOD + GOOD).encode()).findings] == ["025"]


def test_the_same_gs06_twice_in_an_interchange_is_found() -> None:
    group = GOOD[GOOD.index("GS*") : GOOD.index("IEA*")]
    data = GOOD.replace("IEA*1*", group.replace("*1001", "*2001").replace("*1002", "*2002") + "IEA*2*")
    assert [(one.code, one.level) for one in validate(data.encode()).findings] == [("6", "group")]


def test_empty_segments_are_found_and_what_follows_them_is_still_judged() -> None:
    data = GOOD.replace("LX*2~", "LX*2~~").replace("DMG*D8*20150505*F", "DMG*D8*20150505*X").encode()
    found = validate(data).findings
    assert ("segment", "", None, None, "8") in places(found)
    assert ("element", "DMG", 3, None, "7") in places(found)


def test_empty_segments_between_interchanges_hide_nothing() -> None:
    verdict = validate((GOOD + "~~" + GOOD).encode())
    assert not verdict.is_valid


@pytest.mark.parametrize("byte", [b"\xa0", b"\xe9", "é".encode()])
def test_a_byte_outside_ascii_is_found_at_its_element(byte: bytes) -> None:
    data = GOOD.encode().replace(b"NM1*QC*1*QUARTZ*OPAL", b"NM1*QC*1*QUARTZ*OP" + byte + b"L")
    verdict = validate(data)
    assert ("element", "NM1", 4, None, "6") in places(verdict.findings)
    assert [one.is_valid for one in verdict.sets] == [False, True]


def test_a_byte_outside_ascii_in_the_header_belongs_to_no_set() -> None:
    verdict = validate(GOOD.encode().replace(b"GS*HC*HARBORVIEW", b"GS*HC*HARBORVI\xa0W"))
    assert ("NOT_ASCII", None) in {(one.code, one.st02) for one in verdict.findings}


def test_a_byte_order_mark_is_found() -> None:
    assert [one.code for one in validate(b"\xef\xbb\xbf" + GOOD.encode()).findings] == ["BOM"]


@pytest.mark.parametrize(("old", "new"), [("005010X222A1", "005010X222"), ("GS*HC*", "GS*HR*"), ("*00501*", "*00601*")])
def test_a_guide_without_a_map_is_not_valid_and_says_so(old: str, new: str) -> None:
    verdict = validate(GOOD.replace(old, new).encode())
    assert {one.code for one in verdict.findings} == {"NO_MAP"}
    assert not any(one.is_valid for one in verdict.sets)


def test_a_set_of_another_kind_than_its_guide_is_not_valid() -> None:
    """pyx12 itself calls such a file valid: it finds no place for any segment and counts no error."""
    body = GOOD[GOOD.index("ST*837*1001") : GOOD.index("ST*837*1002")].replace("ST*837", "ST*835")
    data = GOOD[: GOOD.index("ST*")] + body + "GE*1*70~IEA*1*000000007~"
    assert not validate(data.encode()).is_valid


@pytest.mark.parametrize("data", [b"", b"   ", b"hello", b"ISA*00*", GOOD.encode("utf-16"), b"ISA" + b"*" * 200])
def test_what_is_not_x12_is_not_valid_and_does_not_raise(data: bytes) -> None:
    verdict = validate(data)
    assert not verdict.is_valid
    assert verdict.findings


def test_a_ta1_alone_is_judged() -> None:
    isa, ta1, iea = GOOD[: GOOD.index("~") + 1], "TA1*000000007*260602*2030*A*000~", "IEA*0*000000007~"
    assert validate((isa + ta1 + iea).encode()).is_valid
    found = validate((isa + ta1.replace("*A*", "*Q*") + iea).encode()).findings
    assert places(found) == [("element", "TA1", 4, None, "7")]


def test_mutated_files_never_raise_and_say_nothing_outside(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """200 files cut, doubled, swapped, overwritten at random: each gets a verdict; stderr and logs stay empty."""
    caplog.set_level(logging.DEBUG)
    dice = random.Random(20260602)
    spoiled = 0
    for _ in range(200):
        verdict = validate(mutated(dice).encode("latin-1", "replace"))
        spoiled += not verdict.is_valid
    assert spoiled > 150
    assert capfd.readouterr() == ("", "")
    assert [record for record in caplog.records if record.name.startswith("pyx12")] == []


def test_no_text_holds_a_value_of_the_file() -> None:
    dice = random.Random(7)
    words = {word for word in re.findall(r"[A-Z0-9.]{4,}", GOOD) if not word.isdigit() or len(word) > 4}
    names = {"QUARTZ", "FLINT", "OPAL", "PINE", "ABC123456789", "19800229", "20150505", "PORTLAND"}
    assert names <= words
    for _ in range(100):
        for finding in validate(mutated(dice).encode("latin-1", "replace")).findings:
            assert not names & set(re.findall(r"[A-Z0-9.]{4,}", finding.text)), finding.code


def mutated(dice: random.Random) -> str:
    text = GOOD
    for _ in range(dice.randint(1, 4)):
        pieces = text.split("~")
        at = dice.randrange(1, len(pieces))
        kind = dice.randrange(8)
        if kind == 0:
            del pieces[at]
        elif kind == 1:
            pieces.insert(at, pieces[dice.randrange(len(pieces))])
        elif kind == 2:
            pieces[at] = pieces[at][: dice.randrange(len(pieces[at]) + 1)]
        elif kind == 3:
            pieces[at] = pieces[at].replace("*", dice.choice(["**", "*:", "^", "", "*:::::::::::::::"]), 1)
        elif kind == 4:
            pieces[at] = pieces[at] + dice.choice(["*", ":", ":::::::", "*X" * 30, " ", "\n", "\x00", "\xe9"])
        elif kind == 5:
            pieces[at] = dice.choice(["ST", "HL", "CLM", "SV1", "N1", "", "*", "**A", "LX"]) + pieces[at][3:]
        elif kind == 6:
            other = dice.randrange(1, len(pieces))
            pieces[at], pieces[other] = pieces[other], pieces[at]
        else:
            place = dice.randrange(len(text))
            text = text[:place] + chr(dice.randrange(256)) + text[place + 1 :]
            continue
        text = "~".join(pieces)
    return text


def test_maps_are_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    validate(GOOD.encode())

    def again(*_: object) -> None:
        raise AssertionError("a map was loaded again")

    monkeypatch.setattr("pm_pipeline.x12.pyx12_judge.load_map_file", again)
    assert validate(GOOD.encode()).is_valid


def test_no_configuration_file_of_the_user_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """pyx12's params() would read ~/.pyx12.conf.xml and fail on this one."""
    (tmp_path / ".pyx12.conf.xml").write_text("not xml")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert validate(GOOD.encode()).is_valid


# --- against pyx12's own driver on third-party files ----------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.parametrize("kind", ["837P", "837I", "835", "277CA", "999"])
def test_third_party_files_get_the_verdict_of_pyx12_s_own_driver(
    kind: str, shared: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    compared = 0
    for path in sorted((shared / "samples" / kind).iterdir()):
        text = path.read_bytes().decode("latin-1")
        ours = validate(path.read_bytes())
        params = ParamsBase()
        params.set("exclude_external_codes", "remark_code,claim_status")
        try:
            theirs = x12n_document(params, io.StringIO(text), None, None)
        except BREAKS:  # the point: pyx12 breaks where ours gives a verdict
            assert not ours.is_valid, path.name
            continue
        compared += 1
        assert all(one.code.startswith("OWN") for one in ours.findings) == theirs, path.name
    assert compared >= 2
    capfd.readouterr()

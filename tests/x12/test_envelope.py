"""The envelope of X12 files as they really come. Each test is one oddity (B...: see bad_inputs.csv)."""

from __future__ import annotations

import random

import pytest

from pm_pipeline.x12.envelope import Envelope, looks_like_x12, open_envelope, segment_texts, segments, shown

ISA = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260302*0830*^*00501*000000007*0*T*:~"
GS = "GS*HP*SENDER*RECEIVER*20260302*0830*7*X*005010X221A1~"
SET1 = "ST*835*0001~BPR*I*0*C*NON~SE*3*0001~"
SET2 = "ST*835*0002~BPR*I*0*C*NON~SE*3*0002~"
GE = "GE*2*7~"
IEA = "IEA*1*000000007~"
WHOLE = ISA + GS + SET1 + SET2 + GE + IEA


def opened(text: str) -> Envelope:
    return open_envelope(text.encode())


def codes(envelope: Envelope) -> list[tuple[str, str, int]]:
    return [(problem.level, problem.code, problem.segment_no) for problem in envelope.all_problems()]


def sets(envelope: Envelope) -> list[tuple[str, str]]:
    """ST02 and disposition of every set, the interchange's and group's rejection included."""
    return [
        (one.st02, "rejected" if "rejected" in (interchange.disposition, group.disposition) else one.disposition)
        for interchange in envelope.interchanges
        for group in interchange.groups
        for one in group.sets
    ]


GOOD = [("0001", "accepted"), ("0002", "accepted")]


def test_a_plain_file_is_accepted_with_every_segment_numbered() -> None:
    envelope = opened(WHOLE)
    assert (envelope.disposition, codes(envelope), sets(envelope)) == ("accepted", [], GOOD)
    (interchange,) = envelope.interchanges
    assert (interchange.sender, interchange.receiver, interchange.control_number, interchange.usage) == (
        "SENDER", "RECEIVER", "000000007", "T",
    )  # fmt: skip
    first, second = interchange.groups[0].sets
    assert (first.first_segment_no, first.last_segment_no) == (3, 5)
    assert (second.first_segment_no, second.last_segment_no) == (6, 8)
    assert (interchange.first_segment_no, interchange.last_segment_no) == (1, 10)
    assert envelope.cut(second.start, second.end) == SET2[:-1]
    assert segment_texts(envelope)[7] == "BPR*I*0*C*NON"
    assert len(segment_texts(envelope)) == 10


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        pytest.param("\ufeff" + WHOLE, ["BOM"], id="byte-order-mark"),
        pytest.param("\n\r\n  " + WHOLE, [], id="b037-leading-blanks"),
        pytest.param(
            WHOLE.replace("*^*00501", "*:*00501"), ["ISA11"], id="repetition-separator-is-component-separator"
        ),
        pytest.param(WHOLE.replace("*^*00501", "*U*00401"), [], id="no-repetition-separator"),
        pytest.param(WHOLE + "\r\n\x00\x1a ", [], id="trailing-blanks"),
        pytest.param(WHOLE.replace("~", "~\r\n"), [], id="b038-crlf-after-each-segment"),
        pytest.param(WHOLE.replace("~", "~\n\n  "), [], id="blank-lines-and-indents"),
        pytest.param(WHOLE.replace("~", "\n"), [], id="newline-as-terminator"),
        pytest.param(WHOLE.replace("~", "\r\n"), [], id="crlf-as-terminator"),
        pytest.param(WHOLE.replace("~", "\r"), [], id="cr-as-terminator"),
        pytest.param(WHOLE.replace("~", "\n~"), [], id="newline-before-terminator"),
        pytest.param(WHOLE.replace("~", "\r\n~"), [], id="crlf-before-terminator"),
        pytest.param(WHOLE[:-1], ["UNTERMINATED"], id="iea-without-terminator"),
        pytest.param(WHOLE.replace("*", "|").replace(":", ">").replace("~", "\x1d"), [], id="own-delimiters"),
        pytest.param(WHOLE.replace("*", "~~").replace("~~", "\x1f").replace("~", "_"), [], id="odd-delimiters"),
        pytest.param(WHOLE.replace("SE*3*0001", "SE*03*0001"), [], id="leading-zero-in-se01"),
        pytest.param(WHOLE.replace("GE*2", "GE*02"), [], id="leading-zero-in-ge01"),
        pytest.param(WHOLE.replace("BPR*I*0*C*NON~", "BPR*I*0*C*NON~~", 1), [], id="empty-segment-in-a-set"),
        pytest.param(WHOLE.replace(SET2, "~~" + SET2), [], id="empty-segments-between-sets"),
        pytest.param(WHOLE.replace("BPR*", " BPR*").replace("~SE*", "~ SE*"), [], id="blanks-before-segments"),
        pytest.param(
            WHOLE.replace("~", "\n").replace("NON\n", "NON\n\n\n", 1), [], id="blank-lines-newline-terminator"
        ),
    ],
)
def test_oddities_that_harm_nothing(text: str, noted: list[str]) -> None:
    envelope = opened(text)
    assert [problem.code for problem in envelope.all_problems()] == noted
    assert (envelope.disposition, sets(envelope)) == ("accepted", GOOD)
    for interchange in envelope.interchanges:
        for one in interchange.groups[0].sets:
            assert envelope.cut(one.start, one.end).startswith("ST")
            assert one.st02 in envelope.cut(one.start, one.end).splitlines()[-1]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_b034_utf16_is_rejected_and_named(encoding: str) -> None:
    envelope = open_envelope(WHOLE.encode(encoding))
    assert (envelope.disposition, codes(envelope)) == ("rejected", [("file", "UTF16", 0)])
    assert not looks_like_x12(WHOLE.encode(encoding))


def test_b035_latin1_bytes_are_read_and_noted() -> None:
    data = WHOLE.replace("NON", "JOSÉ").encode("latin-1")
    envelope = open_envelope(data)
    assert (codes(envelope), sets(envelope)) == ([("interchange", "LATIN1", 4)], GOOD)
    assert "JOSÉ" in segment_texts(envelope)[4]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("", "EMPTY", id="nothing"),
        pytest.param(" \r\n", "EMPTY", id="blanks"),
        pytest.param("GS*HP~", "NOT_X12", id="no-isa"),
        pytest.param(ISA[:60], "BAD_ISA", id="b041-truncated-isa"),
        pytest.param(WHOLE.replace("SENDER         ", "SENDER"), "BAD_ISA", id="isa-not-padded"),
        pytest.param(WHOLE.replace("*ZZ*REC", "\n*ZZ*REC"), "BAD_ISA", id="isa-wrapped"),
        pytest.param(WHOLE.replace(":~", "*~", 1), "BAD_ISA", id="component-separator-is-the-element-separator"),
        pytest.param(WHOLE.replace(":~", ":A", 1), "BAD_ISA", id="a-letter-as-terminator"),
        pytest.param(WHOLE + "JUNK", "DATA_AFTER_IEA", id="b056-data-after-iea"),
        pytest.param(WHOLE + "GS*HP*A*B~", "DATA_AFTER_IEA", id="segments-after-iea"),
    ],
)
def test_files_that_are_rejected_as_a_whole(text: str, code: str) -> None:
    envelope = opened(text)
    assert envelope.disposition == "rejected"
    assert [problem.code for problem in envelope.problems] == [code]
    assert {disposition for _, disposition in sets(envelope)} <= {"rejected"}


def test_b041_a_truncated_isa_says_how_long_it_was() -> None:
    assert "60 characters" in opened(ISA[:60]).problems[0].text


@pytest.mark.parametrize(
    ("old", "new", "problem", "judged"),
    [
        pytest.param("SE*3*0001", "SE*4*0001", ("set", "SE01", 5), ["quarantined", "accepted"], id="wrong-se01"),
        pytest.param("SE*3*0001", "SE**0001", ("set", "SE01", 5), ["quarantined", "accepted"], id="empty-se01"),
        pytest.param("SE*3*0001", "SE*3*0009", ("set", "SE02", 5), ["quarantined", "accepted"], id="b052-wrong-se02"),
        pytest.param("SE*3*0001~", "", ("set", "NO_SE", 5), ["quarantined", "accepted"], id="missing-se"),
        pytest.param("SE*3*0002~", "", ("set", "NO_SE", 8), ["accepted", "quarantined"], id="missing-last-se"),
        pytest.param("GE*2*7", "GE*3*7", ("group", "GE01", 9), ["rejected", "rejected"], id="b049-wrong-ge01"),
        pytest.param("GE*2*7", "GE*2*8", ("group", "GE02", 9), ["rejected", "rejected"], id="b050-wrong-ge02"),
        pytest.param("GE*2*7~", "", ("group", "NO_GE", 9), ["rejected", "rejected"], id="missing-ge"),
        pytest.param("*0002~", "*0001~", ("group", "ST02_TWICE", 6), ["rejected", "rejected"], id="b053-st02-twice"),
        pytest.param(GS, "", ("group", "NO_GS", 2), ["rejected", "rejected"], id="missing-gs"),
        pytest.param("IEA*1*", "IEA*2*", ("interchange", "IEA01", 10), ["rejected", "rejected"], id="b047-wrong-iea01"),
        pytest.param(IEA, "IEA*1*000000008~", ("interchange", "IEA02", 10), ["rejected", "rejected"], id="wrong-iea02"),
        pytest.param(IEA, "", ("interchange", "NO_IEA", 10), ["rejected", "rejected"], id="b046-missing-iea"),
        pytest.param(SET1, "SE*3*0000~" + SET1, ("group", "SE_WITHOUT_ST", 3), ["rejected"] * 2, id="se-without-st"),
        pytest.param(GS, "GE*1*1~" + GS, ("interchange", "GE_WITHOUT_GS", 2), ["rejected"] * 2, id="ge-without-gs"),
    ],
)
def test_each_fault_spoils_the_smallest_thing_and_is_found_at_its_segment(
    old: str, new: str, problem: tuple[str, str, int], judged: list[str]
) -> None:
    assert old in WHOLE
    envelope = opened(WHOLE.replace(old, new))
    assert envelope.disposition == ("rejected" if problem[0] == "interchange" else "accepted")
    assert problem in codes(envelope)
    assert [disposition for _, disposition in sets(envelope)] == judged


def test_b031_a_segment_without_end_is_quarantined() -> None:
    text = WHOLE.replace("BPR*I*0*C*NON~", "BPR*" + "A" * 5_000_000 + "~", 1)
    envelope = opened(text)
    assert ("set", "SEGMENT_TOO_LONG", 4) in codes(envelope)
    assert sets(envelope) == [("0001", "quarantined"), ("0002", "accepted")]


def test_b032_a_million_elements_in_one_segment_is_quarantined() -> None:
    envelope = opened(WHOLE.replace("BPR*I*0*C*NON~", "CAS" + "*1" * 1_000_000 + "~", 1))
    assert ("set", "SEGMENT_TOO_LONG", 4) in codes(envelope)


def test_a_segment_of_the_longest_allowed_length_passes() -> None:
    assert sets(opened(WHOLE.replace("BPR*I*0*C*NON", "BPR*" + "A" * 65_532, 1))) == GOOD
    assert sets(opened(WHOLE.replace("BPR*I*0*C*NON", "BPR*" + "A" * 65_533, 1)))[0][1] == "quarantined"


def test_b055_several_interchanges_with_delimiters_of_their_own() -> None:
    other = WHOLE.replace("000000007", "000000008").replace("*", "|").replace(":", ">").replace("~", "\n")
    envelope = opened(WHOLE + "\r\n" + other + WHOLE.replace("000000007", "000000009"))
    assert (codes(envelope), sets(envelope)) == ([], GOOD * 3)
    assert [one.control_number for one in envelope.interchanges] == ["000000007", "000000008", "000000009"]
    assert [one.delimiters.element for one in envelope.interchanges] == ["*", "|", "*"]
    assert [one.first_segment_no for one in envelope.interchanges] == [1, 11, 21]
    numbers = [one.first_segment_no for found in envelope.interchanges for one in found.groups[0].sets]
    assert numbers == [3, 6, 13, 16, 23, 26]
    assert segment_texts(envelope)[14] == "BPR|I|0|C|NON"


@pytest.mark.parametrize("element", ["*", "|"])
def test_a_missing_iea_does_not_swallow_the_next_interchange(element: str) -> None:
    second = WHOLE.replace("000000007", "000000008").replace("*", element)
    envelope = opened(WHOLE.replace(IEA, "") + second)
    assert ("interchange", "NO_IEA", 10) in codes(envelope)
    assert sets(envelope) == [("0001", "rejected"), ("0002", "rejected"), *GOOD]
    assert envelope.interchanges[1].first_segment_no == 10


def test_several_groups_and_mixed_sets_in_one_interchange() -> None:
    acks = "GS*FA*SENDER*RECEIVER*20260302*0830*8*X*005010X231A1~ST*999*0001*005010X231A1~AK9*A*1*1*1~SE*3*0001~GE*1*8~"
    envelope = opened((WHOLE.replace(IEA, "") + acks + IEA).replace("IEA*1", "IEA*2"))
    assert (codes(envelope), sets(envelope)) == ([], [*GOOD, ("0001", "accepted")])
    assert [(group.gs01, group.gs06, group.gs08) for group in envelope.interchanges[0].groups] == [
        ("HP", "7", "005010X221A1"),
        ("FA", "8", "005010X231A1"),
    ]
    assert envelope.interchanges[0].groups[1].sets[0].st03 == "005010X231A1"


def test_a_ta1_alone_is_an_interchange() -> None:
    envelope = opened(ISA + "TA1*000000001*260302*0830*A*000~IEA*0*000000007~")
    assert (codes(envelope), [one[:2] for one in envelope.interchanges[0].ta1]) == (
        [],
        [(2, "TA1*000000001*260302*0830*A*000")],
    )


def test_a_ta1_counted_as_a_group_is_noted_only() -> None:
    envelope = opened(ISA + "TA1*000000001*260302*0830*A*000~IEA*1*000000007~")
    assert (codes(envelope), envelope.interchanges[0].disposition) == ([("interchange", "IEA01", 3)], "noted")


def test_a_control_tag_inside_data_is_data() -> None:
    envelope = opened(WHOLE.replace("BPR*I*0*C*NON", "NTE*ADD*SE*9*9999 GE IEA*1", 1))
    assert sets(envelope) == GOOD


def test_problem_texts_never_repeat_what_may_be_a_persons_data() -> None:
    text = WHOLE.replace("SE*3*0001", "SE*JANE DOE*MBR123456789").replace("GE*2*7", "GE*DOE*19700101X")
    found = " ".join(problem.text for problem in opened(text).all_problems())
    assert "SE01" in found
    assert "DOE" not in found
    assert "MBR" not in found
    assert "1970" not in found


@pytest.mark.parametrize(
    ("value", "said"),
    [("000000007", "000000007"), ("005010X221A1", "005010X221A1"), ("", "empty"), ("DOE", "something else"),
     ("1234567890", "something else")],
)  # fmt: skip
def test_shown(value: str, said: str) -> None:
    assert shown(value) == said


def test_mutated_files_never_raise_and_never_lose_a_set_unexplained() -> None:
    dice = random.Random(2026)
    base = (WHOLE.replace(IEA, "") + IEA + WHOLE.replace("000000007", "000000008")).encode()
    for _ in range(600):
        data = bytearray(base)
        for _ in range(dice.randint(1, 4)):
            at = dice.randrange(len(data))
            match dice.randrange(4):
                case 0:
                    data[at] = dice.randrange(256)
                case 1:
                    del data[at : at + dice.randint(1, 40)]
                case 2:
                    data[at:at] = bytes(dice.choices(b"~*:^\n\r\x00AISEGT0", k=dice.randint(1, 10)))
                case _:
                    data[at:at] = data[at : at + dice.randint(1, 200)]
            if not data:
                break
        envelope = open_envelope(bytes(data))
        accepted = sum(disposition == "accepted" for _, disposition in sets(envelope))
        assert accepted >= 4 or envelope.all_problems() or bytes(data) == base
        for interchange in envelope.interchanges:
            for group in interchange.groups:
                for one in group.sets:
                    assert 0 <= one.start <= one.end <= envelope.source.size
                    assert one.first_segment_no <= one.last_segment_no


@pytest.mark.parametrize("parts", [1, 2000])
def test_a_large_file_of_one_set_or_of_many(parts: int) -> None:
    body = "CLP*A*1*100*80*20*12*P~CAS*CO*45*20~" * (40_000 // parts)
    text = (
        ISA
        + GS
        + "".join(f"ST*835*{number:04d}~{body}SE*{body.count('~') + 2}*{number:04d}~" for number in range(1, parts + 1))
        + f"GE*{parts}*7~"
        + IEA
    )
    envelope = opened(text)
    assert (codes(envelope), len(sets(envelope))) == ([], parts)


def test_a_file_that_became_shorter_since_it_was_opened_ends_where_it_ends() -> None:
    class Shrunk:
        size = 10_000_000

        def read(self, start: int, end: int) -> bytes:
            return (WHOLE[:-20].encode() + b"A" * 100_000)[start:end]

    assert "NO_IEA" in [problem.code for problem in open_envelope(Shrunk()).all_problems()]


def test_what_looks_like_a_control_segment_and_is_none_is_counted_with_its_set() -> None:
    text = WHOLE.replace("BPR*I*0*C*NON~SE*3*0001", "BPR*I*0*C*NON~ISAX*1~TA1*1~SE*5*0001")
    assert (codes(opened(text)), sets(opened(text))) == ([], GOOD)
    stray = opened(WHOLE.replace(GE, "ISAX*1~" + GE))
    assert [code for _, code, _ in codes(stray)] == ["STRAY_SEGMENT"]


def test_segments_of_a_range_are_the_pieces_between_terminators() -> None:
    body = "".join(f"SVC*HC:{number:05}*{number}~\n" for number in range(3000)) + "~~LX*1~"
    text = WHOLE.replace(SET2, SET2.replace("SE*", body + "SE*", 1)) + "\n~" + WHOLE.replace("000000007", "000000008")
    pieces = {number: piece.strip() for number, piece in enumerate(text.split("~"), start=1) if piece.strip()}
    envelope = opened(text)
    assert segment_texts(envelope) == pieces
    for first, last in ((1, 1), (2, 9), (2990, 3010), (3001, 3020), (500, None), (4000, 5000)):
        wanted = [place for place in pieces.items() if first <= place[0] <= (last or len(text))]
        assert list(segments(envelope, first, last)) == wanted
    assert max(pieces) > 3020  # the second interchange goes on counting

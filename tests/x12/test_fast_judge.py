"""The fast judge says what pyx12 says, set by set, or says that it does not know; pyx12 is what people read."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyx12.segment import Segment as X12Segment

from pm_pipeline.x12 import fast_judge, guide_walk
from pm_pipeline.x12 import validate as validate_module
from pm_pipeline.x12.envelope import Delimiters
from pm_pipeline.x12.fast_judge import UNDECIDED, Opinion, fast_opinion
from pm_pipeline.x12.guide_patterns import Marks, segment_matcher
from pm_pipeline.x12.pyx12_judge import BREAKS, load_guide
from pm_pipeline.x12.validate import validate
from tests.x12.claims_837p import CHILD, claim, line, write
from tests.x12.judged_twice import (
    Case,
    Difference,
    bare_sets,
    cases_of,
    judge_twice,
    listed_differences,
    made,
    remake,
    written,
)
from tests.x12.made_sets import CONTENT, GUIDES, STRUCTURE, Maker, recounted, renumbered, spoiled

GOOD = write(claim(1, lines=(line(1), line(2))), claim(2, patient=CHILD), claim(3), per_set=1).text


def good_case(number: int = 0) -> Case:
    return list(cases_of(GOOD.encode(), "good"))[number]


# --- the differential test ------------------------------------------------------------------------------------------

OURS = {"837P": 75, "835": 25, "277CA": 25, "999": 25}  # guides we send, and how many sets of each are made every time


def test_600_sets_right_and_spoiled_are_judged_as_by_pyx12() -> None:
    cases = [written(number) for number in range(450)]
    cases += [made(guide, number) for guide, most in OURS.items() for number in range(most)]
    tally = judge_twice(cases)
    assert set(tally.differences) <= listed_differences()
    assert tally.accepted > 50
    assert tally.rejected > 300
    assert tally.undecided < 40


@pytest.mark.slow
@pytest.mark.parametrize("guide", GUIDES)
def test_thousands_of_sets_of_every_guide_are_judged_as_by_pyx12(guide: str) -> None:
    cases = [made(guide, number) for number in range(100, 450 if guide == "837P" else 250)]
    if guide == "837P":
        cases += [written(number) for number in range(450, 450 + 2500)]
    tally = judge_twice(cases)
    assert set(tally.differences) <= listed_differences()
    assert tally.accepted > 20
    assert tally.rejected > 80


@pytest.mark.shared
@pytest.mark.parametrize(
    ("kind", "accepted", "rejected"),
    [
        ("837P", 20, 15),
        pytest.param("837I", 0, 3, marks=pytest.mark.slow),
        pytest.param("835", 150, 5, marks=pytest.mark.slow),
        pytest.param("277CA", 0, 2, marks=pytest.mark.slow),
        pytest.param("999", 3, 3, marks=pytest.mark.slow),
        pytest.param("997", 4, 1, marks=pytest.mark.slow),
    ],
)
def test_third_party_files_are_judged_as_by_pyx12(kind: str, accepted: int, rejected: int, shared: Path) -> None:
    tally = judge_twice(cases_of_samples(shared, kind))
    assert set(tally.differences) == {one for one in listed_differences() if one.case.startswith(f"sample {kind}/")}
    assert tally.accepted >= accepted
    assert tally.rejected >= rejected


@pytest.mark.slow
@pytest.mark.shared
def test_third_party_files_spoiled_are_judged_as_by_pyx12(shared: Path) -> None:
    dice = random.Random(20260602)
    usual = [case for case in cases_of_samples(shared, "*") if len(case.segments) < 200 and case.marks.element == "*"]
    usual = [case for case in usual if case.marks.component == ":"]
    cases = [
        replace(case, name=f"spoiled {case.name} {number}", segments=tuple(spoiled(dice, list(case.segments))))
        for case in usual
        for number in range(15)
    ]
    assert len(cases) > 500
    listed = {one for one in listed_differences() if one.case.startswith("spoiled ")}
    assert set(judge_twice(cases).differences) == listed


def cases_of_samples(shared: Path, kind: str) -> Iterator[Case]:
    for path in sorted((shared / "samples").glob(f"{kind}/*")):
        data, name = path.read_bytes(), f"sample {path.parent.name}/{path.name}"
        found = list(cases_of(data, name))
        yield from found or bare_sets(data, name)


def test_every_listed_difference_is_still_there() -> None:
    """The other way round: one that is gone leaves the table. The tests above look for those of samples."""
    listed = {one for one in listed_differences() if one.case.startswith(("made ", "written "))}
    assert still_there(listed) == listed


def still_there(listed: set[Difference]) -> set[Difference]:
    return set(judge_twice(remake(one.case) for one in listed).differences)


def test_a_difference_is_seen_and_one_that_is_gone_too(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = {Difference("written 837P 3", "accepted", "rejected")}
    assert still_there(gone) == set()
    monkeypatch.setattr("tests.x12.judged_twice.fast_opinion", lambda *_: Opinion.ACCEPTED)
    rejected = next(number for number in range(50) if not written(number).is_right_for_pyx12)
    seen = judge_twice([written(rejected)]).differences
    assert seen == (Difference(f"written 837P {rejected}", "accepted", "rejected"),)


@pytest.mark.parametrize("spoil", [*STRUCTURE, *CONTENT], ids=lambda one: one.__name__)
def test_each_way_to_spoil_changes_something(spoil: Any) -> None:
    """Else the differential test would compare good sets with themselves."""
    segments = list(good_case().segments)
    changed = [spoil(random.Random(number), segments) != segments for number in range(20)]
    assert any(changed) != (spoil.__name__ == "leave")


# --- places where counting is what matters --------------------------------------------------------------------------


def repeated(start: str, end: str, times: int) -> Case:
    """The good set with what stands from `start` up to `end` so many times, LX counted right."""
    segments = list(good_case().segments)
    at = next(place for place, text in enumerate(segments) if text.startswith(start))
    until = next(place for place, text in enumerate(segments) if place > at and text.startswith(end))
    body = [*segments[:at], *segments[at:until] * times, *segments[until:]]
    return replace(good_case(), segments=tuple(recounted(renumbered(body))))


@pytest.mark.parametrize(
    ("start", "end", "most"),
    [("LX*1", "LX*2", 49), ("CLM", "SE", 100), ("HI", "NM1*82", 1), ("REF*6R", "LX*2", 1), ("NM1*82", "LX*1", 1)],
)
def test_as_often_as_the_guide_allows_and_once_more(start: str, end: str, most: int) -> None:
    """2400 fifty times, 2300 a hundred times ...: here every count of the automaton is reached."""
    for times, is_right in ((most, True), (most + 1, False)):
        case = repeated(start, end, times)
        assert case.is_right_for_pyx12 is is_right
        assert case.opinion is (Opinion.ACCEPTED if is_right else Opinion.REJECTED)


TWO = write(claim(1, patient=CHILD, lines=(line(1), line(2))), claim(2, patient=CHILD)).text


@pytest.mark.parametrize(
    ("old", "new", "is_right"),
    [
        ("HL*4*1*22", "HL*4*1*22", True),
        ("HL*4*1*22", "HL*5*1*22", False),
        ("HL*4*1*22", "HL*04*1*22", True),
        ("HL*4*1*22", "HL*+4*1*22", True),
        ("HL*4*1*22", "HL*A*1*22", False),
        ("HL*5*4*23", "HL*5*2*23", False),  # level 2 is closed
        ("HL*5*4*23", "HL*5*1*23", True),  # not what the guide means, but all pyx12 asks is that it is open
        ("HL*5*4*23", "HL*5*9*23", False),
        ("LX*2", "LX*3", False),
        ("LX*2", "LX*02", False),
        ("*1001~GE", "*1002~GE", False),
        ("~SE*", "~SE*1", False),
        ("~SE*", "~SE*0", True),
    ],
)
def test_what_the_reader_counts(old: str, new: str, is_right: bool) -> None:
    assert old in TWO
    (case,) = cases_of(TWO.replace(old, new).encode(), "two")
    assert case.is_right_for_pyx12 is is_right
    assert case.opinion is (Opinion.ACCEPTED if is_right else Opinion.REJECTED)


@pytest.mark.parametrize(
    ("text", "is_right"), [("PAT*********Y", True), ("PAT", False), ("PAT*:", False), ("PAT*", False)]
)
def test_a_segment_without_elements_is_not_right_though_the_guide_asks_for_none(text: str, is_right: bool) -> None:
    (case,) = cases_of(TWO.encode(), "two")
    at = next(place for place, one in enumerate(case.segments) if one.startswith("SBR"))
    case = replace(case, segments=tuple(recounted([*case.segments[: at + 1], text, *case.segments[at + 1 :]])))
    assert case.is_right_for_pyx12 is is_right
    assert case.opinion is (Opinion.ACCEPTED if is_right else Opinion.REJECTED)


def test_forgetting_changes_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    """The memories are bounded: with next to none of them everything is asked again, and said again."""
    cases = [written(number) for number in range(60)]
    before = [case.opinion for case in cases]
    monkeypatch.setattr(guide_walk, "MAX_STATES", 5)
    monkeypatch.setattr(guide_walk, "MAX_SEGMENTS", 3)
    fast_judge._guide_walk.cache_clear()
    try:
        assert [case.opinion for case in cases] == before
        walk = fast_judge._guide_walk(cases[0].map_name, Marks("*", ":"), "~")
        assert walk is not None
        assert len(walk._states) <= 7
        assert len(walk._judged) <= 3
    finally:
        fast_judge._guide_walk.cache_clear()


# --- patterns -------------------------------------------------------------------------------------------------------


def segment_nodes(node: Any) -> Iterator[Any]:
    for place in sorted(node.pos_map):
        for child in node.pos_map[place]:
            yield from segment_nodes(child) if child.is_loop() else [child]


def is_right(node: Any, text: str) -> bool:
    segment = X12Segment(text, "~", "*", ":")
    try:
        return segment.get_seg_id() == node.id and not segment.is_empty() and not node.is_valid_errors(segment)[1]
    except BREAKS:
        return False


def near(node: Any, text: str) -> Iterator[str]:
    """The segment with one element changed: left out, one character too long or short, of another kind."""
    parts = text.split("*")
    for place, child in enumerate(node.children[: len(parts) - 1], start=1):
        value = parts[place]
        values = [
            "",
            value + " ",
            "ZZ",
            "1.5",
            "-",
            "20261301",
            "20260230-20260301",
            value + ":",
            value + ":X",
            ":" + value,
        ]
        if not child.is_composite():
            kind = child.data_type or ""
            sign = "9" if kind == "R" or kind.startswith("N") else "A"
            values += [
                sign * (child.max_len + 1),
                sign * (child.min_len - 1),
                sign * child.min_len,
                sign * child.max_len,
            ]
            values += ["9" * (child.max_len - 1) + ".99"] if kind == "R" else []
        else:
            components = [*value.split(":"), "", ""]
            values += [
                ":".join([*components[:at], "", *components[at + 1 :]]).rstrip(":") for at in range(len(components))
            ]
        for one in values:
            yield "*".join([*parts[:place], one, *parts[place + 1 :]])
    yield text + "*"
    yield text + "*" * (len(node.children) + 2 - len(parts)) + "X"


def test_what_a_pattern_takes_is_right_and_it_takes_most_of_what_is_right() -> None:
    """Every segment of the 837P map, with values made for it, and what lies one step beside them."""
    maker = Maker("837.5010.X222.A1.xml", random.Random(837))
    right = taken = near_and_taken = near_and_not = 0
    for node in segment_nodes(load_guide("837.5010.X222.A1.xml")):
        matches = segment_matcher(node, Marks("*", ":"))
        for _ in range(3):
            text = maker.segment(node)
            if is_right(node, text):
                right, taken = right + 1, taken + bool(matches(text))
            for one in near(node, text):
                if matches(one):
                    near_and_taken += 1
                    assert is_right(node, one), node.get_path()
                    assert not one.endswith("*"), "pyx12's reader minds an empty element at the end"
                near_and_not += not matches(one)
    assert right > 800
    assert taken > 0.9 * right, "what no pattern takes is slow"
    assert near_and_taken > 2000
    assert near_and_not > 20_000


# --- where it says nothing ------------------------------------------------------------------------------------------

LONG = "NTE*ADD*" + "X" * 8200


def changed(**changes: Any) -> Case:
    return replace(good_case(), **changes)


def with_segments(*segments: str) -> Case:
    case = good_case()
    return replace(case, segments=tuple(recounted([*case.segments[:-1], *segments, "SE"])))


FALLS_BACK = {
    Opinion.MARKS: [
        changed(marks=Delimiters("*", "A", "^", "~")),
        changed(marks=Delimiters("*", "-", "^", "~")),
        changed(marks=Delimiters("*", ".", "^", "~")),
        changed(marks=Delimiters("*", "é", "^", "~")),
        changed(marks=Delimiters("\n", ":", "^", "~")),
    ],
    Opinion.HEADER: [
        changed(gs=good_case().gs.replace("GS*HC", "GS*XX")),
        changed(gs=good_case().gs.replace("20260602", "20261302")),
        changed(gs="GS"),
        changed(isa=good_case().isa.replace("*00501*", "*00999*")),
        changed(isa=good_case().isa[:-1] + ">"),
        changed(isa=""),
    ],
    Opinion.NOT_ASCII: [with_segments("NM1*82*1*MÜLLER")],
    Opinion.LONG_SEGMENT: [with_segments(LONG)],
    Opinion.CONTROL_INSIDE: [
        changed(segments=good_case().segments[1:]),
        changed(segments=good_case().segments[:-1]),
        changed(segments=good_case().segments[:1]),
        changed(segments=()),
    ],
}


@pytest.mark.parametrize("reason", FALLS_BACK, ids=lambda one: one.name)
def test_what_falls_back_to_pyx12_says_why(reason: Opinion) -> None:
    assert [case.opinion for case in FALLS_BACK[reason]] == [reason] * len(FALLS_BACK[reason])


def test_a_guide_that_cannot_be_taken_apart_falls_back(monkeypatch: pytest.MonkeyPatch) -> None:
    fast_judge._guide_walk.cache_clear()
    monkeypatch.setattr(fast_judge, "GuideWalk", lambda *_: {}["no map"])
    assert good_case().opinion is Opinion.GUIDE
    fast_judge._guide_walk.cache_clear()


def test_the_list_of_what_falls_back_is_complete() -> None:
    assert {*FALLS_BACK, Opinion.GUIDE} == UNDECIDED


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    segments=st.lists(st.text(st.characters(max_codepoint=300), max_size=30), max_size=8),
    marks=st.text(st.characters(max_codepoint=126), min_size=4, max_size=4),
    into=st.integers(0, 30),
)
def test_nothing_makes_it_raise(segments: list[str], marks: str, into: int) -> None:
    case = good_case()
    fast_opinion(case.map_name, case.isa, case.gs, segments, Delimiters(*marks))
    mixed = [*case.segments[: into + 1], *segments, *case.segments[into + 1 :]]
    assert judge_twice([replace(case, segments=tuple(text for text in mixed if text.strip() and "~" not in text))])


# --- in validate ----------------------------------------------------------------------------------------------------


def counted(monkeypatch: pytest.MonkeyPatch, name: str) -> list[int]:
    """How often validate asks one of the judges."""
    calls, really = [0], getattr(validate_module, name)

    def count(*args: Any) -> Any:
        calls[0] += 1
        return really(*args)

    monkeypatch.setattr(validate_module, name, count)
    return calls


def test_pyx12_is_asked_about_what_is_not_accepted_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = counted(monkeypatch, "judge_set")
    assert validate(GOOD.encode()).is_valid
    assert asked == [0]
    assert not validate(GOOD.replace("PAT*19", "PAT*XX").encode()).is_valid
    assert asked == [1]


def test_with_reference_pyx12_judges_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, fast = counted(monkeypatch, "judge_set"), counted(monkeypatch, "fast_opinion")
    assert validate(GOOD.encode(), reference=True).is_valid
    assert (asked, fast) == ([3], [0])


def test_the_verdict_is_the_same_with_and_without_the_fast_judge() -> None:
    dice = random.Random(3)
    for _ in range(40):
        segments = spoiled(dice, list(good_case().segments))
        text = GOOD.replace("~".join(good_case().segments), "~".join(segments))
        data = text.replace("~", dice.choice(["~", "~\r\n", "~\n"])).encode("latin-1", "replace")
        assert validate(data) == validate(data, reference=True)


def test_empty_segments_and_line_ends_are_no_difference() -> None:
    for old, new in (("~LX*1", "~~LX*1"), ("~LX*1", "~ ~LX*1"), ("~", "~\r\n"), ("~LX*1", "~\r\n~\nLX*1")):
        data = GOOD.replace(old, new).encode()
        assert validate(data) == validate(data, reference=True)
        assert "FAST" not in {one.code for one in validate(data).findings}


def test_a_set_only_the_fast_judge_rejects_stays_blocked_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """It should not come to this; if it does, nothing leaves and a person reads why."""
    monkeypatch.setattr(validate_module, "fast_opinion", lambda *_: Opinion.REJECTED)
    verdict = validate(GOOD.encode())
    assert [one.is_valid for one in verdict.sets] == [False] * 3
    assert [(one.code, one.level, one.st02) for one in verdict.findings] == [
        ("FAST", "set", st02) for st02 in ("1001", "1002", "1003")
    ]


def test_our_own_checks_stand_behind_the_fast_judge() -> None:
    text = GOOD.replace("*11:B:1*Y*A*Y*Y", "*11:B:7*Y*A*Y*Y", 1)
    assert [one.code for one in validate(text.encode()).findings] == ["OWN-F8"]

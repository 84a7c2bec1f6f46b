"""The fast judge: whole sets found right or wrong as pyx12 would find them, at some ten thousand claims a second.

It says no more than yes or no: what is wrong, and where, is pyx12's to say (pyx12_judge.py), which is asked about every set
that is not accepted here. What it knows of a guide is made at run time from pyx12's own map (guide_walk.py for loops, usage
and repeats, guide_patterns.py for elements); what pyx12's reader counts (HL, LX, SE) is counted here the same way.

It gives no opinion where pyx12's reading depends on more than the set's segments: see UNDECIDED. There pyx12 is the judge.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache

from pyx12.x12file import X12Reader

from pm_pipeline.x12.envelope import Delimiters
from pm_pipeline.x12.guide_patterns import Marks
from pm_pipeline.x12.guide_walk import BY_COMPONENT, BY_FIRST, BY_TAG, CLM, CONTROL, HL, LX, GuideWalk
from pm_pipeline.x12.pyx12_judge import BREAKS, CONTROL_MAPS, load_guide

LONGEST_SEGMENT = 8_000  # pyx12 reads in pieces of 8192 characters and may stop inside a longer segment


class Opinion(StrEnum):
    """What is said of a set: accepted (pyx12 finds nothing), rejected (pyx12 finds something), or why nothing is said."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    MARKS = "a separator is a letter, a digit or another character that values are made of"
    HEADER = "pyx12 finds a fault in the ISA or GS around the set"
    NOT_ASCII = "the set holds a character outside ASCII"
    LONG_SEGMENT = "a segment is so long that pyx12 may stop reading in it"
    CONTROL_INSIDE = "the set does not begin with ST and end with SE, or has a control segment inside"
    GUIDE = "pyx12's map of the guide cannot be taken apart"


UNDECIDED = frozenset(Opinion) - {Opinion.ACCEPTED, Opinion.REJECTED}


def fast_opinion(map_name: str, isa: str, gs: str, segments: Sequence[str], marks: Delimiters) -> Opinion:
    """What pyx12 would make of one set (`segments`: ST to SE, as judge_set gets them) in its ISA and GS. Never raises."""
    if not _are_plain(marks):
        return Opinion.MARKS
    if not _header_is_clean(map_name, isa, gs, marks):
        return Opinion.HEADER
    if not "".join(segments).isascii():
        return Opinion.NOT_ASCII
    if max(map(len, segments), default=0) > LONGEST_SEGMENT:
        return Opinion.LONG_SEGMENT
    walk = _guide_walk(map_name, Marks(marks.element, marks.component), marks.terminator)
    return Opinion.GUIDE if walk is None else _walk_set(walk, segments, marks)


def _walk_set(walk: GuideWalk, segments: Sequence[str], marks: Delimiters) -> Opinion:
    element, component, key_by = marks.element, marks.component, walk.key_by
    if len(segments) < 2 or segments[0][:3] != "ST" + element or segments[-1][:3] != "SE" + element:
        return Opinion.CONTROL_INSIDE
    state = walk.start
    steps, last = state.steps, len(segments) - 1
    levels: list[int] = []
    level = line = place = 0
    for place, text in enumerate(segments):
        key = text[:3]  # GuideWalk.key, written out: a call for each segment would cost as much as all the rest
        by = key_by.get(key, BY_TAG)
        if by == BY_FIRST:
            end = text.find(element, 4)
            key = text if end < 0 else text[:end]
        elif by == BY_COMPONENT:
            end = text.find(element, 4)
            key = (text if end < 0 else text[:end]).partition(component)[0]
        elif by != BY_TAG:
            key = walk.key(text)
        step = steps.get(key)
        if (step is None or not step[0](text)) and (step := walk.step(state, text)) is None:
            return Opinion.REJECTED
        _, steps, kind, state = step
        if kind:
            if kind == HL:
                level += 1
                if not _continues(levels, level, text.split(element)):
                    return Opinion.REJECTED
            elif kind == LX:
                line += 1
                if text.split(element)[1] != str(line):
                    return Opinion.REJECTED
            elif kind == CLM:
                line = 0
            elif kind == CONTROL and 0 < place < last:
                return Opinion.CONTROL_INSIDE
    return Opinion.ACCEPTED if _ends(segments, element) and walk.closes(state) else Opinion.REJECTED


def _continues(levels: list[int], level: int, elements: list[str]) -> bool:
    """HL01 counts from 1, and HL02 names an open level; `levels` are the open ones, as pyx12's reader keeps them."""
    if _number(elements[1]) != level or len(elements) < 3:
        return False
    if elements[2]:
        parent = _number(elements[2])
        if parent not in levels:
            return False
        del levels[levels.index(parent) + 1 :]
    levels.append(level)
    return True


def _ends(segments: Sequence[str], element: str) -> bool:
    """SE01 counts the segments and SE02 is ST02."""
    opening, closing = segments[0].split(element), segments[-1].split(element)
    if len(opening) < 3 or len(closing) < 3:
        return False
    return closing[2] == opening[2] and _number(closing[1]) == len(segments)


def _number(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


def _are_plain(marks: Delimiters) -> bool:
    used = marks.element, marks.component
    return all(mark.isascii() and not mark.isalnum() and mark not in " -.\t\r\n" for mark in used)


@lru_cache(maxsize=64)
def _header_is_clean(map_name: str, isa: str, gs: str, marks: Delimiters) -> bool:
    nodes = []
    try:
        reader = X12Reader(io.StringIO(isa + marks.terminator + gs + marks.terminator))
        if (reader.ele_term, reader.subele_term, reader.seg_term) != (marks.element, marks.component, marks.terminator):
            return False
        nodes.append(load_guide(CONTROL_MAPS[reader.icvn]).getnodebypath("/ISA_LOOP/ISA"))
        nodes.append(load_guide(map_name).getnodebypath("/ISA_LOOP/GS_LOOP/GS"))
        for segment in reader:
            if reader.pop_errors() or nodes.pop(0).is_valid_errors(segment)[1]:
                return False
        return not nodes and gs.split(marks.element)[6] != ""
    except BREAKS:
        return False


@lru_cache(maxsize=8)
def _guide_walk(map_name: str, marks: Marks, terminator: str) -> GuideWalk | None:
    try:
        return GuideWalk(load_guide(map_name), marks, terminator)
    except BREAKS:
        return None

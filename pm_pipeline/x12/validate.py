"""Is this X12 fit to leave (or, in the sandbox, to be accepted)? The envelope, pyx12 and our own checks in one verdict.

What belongs here: taking a file apart into sets and putting the judgements together. fast_judge.py says of most sets that
pyx12 would find nothing in them; every other set goes to pyx12 itself (pyx12_judge.py keeps it at bay), whose findings are
what a person reads. Should pyx12 find nothing where the fast judge did, the set stays blocked and the finding FAST says so.
check_837p.py holds the checks pyx12 lacks. Nothing here raises for bad content, and no text holds a value of the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pm_pipeline.x12.check_837p import check_claims
from pm_pipeline.x12.envelope import (
    BLANK,
    ISA_LENGTH,
    Envelope,
    Group,
    Interchange,
    Problem,
    TransactionSet,
    open_envelope,
)
from pm_pipeline.x12.fast_judge import Opinion, fast_opinion
from pm_pipeline.x12.findings import Finding, Level, Segment, SetVerdict, Verdict
from pm_pipeline.x12.pyx12_judge import guide_map, judge_set, judge_ta1

__all__ = ["Finding", "SetVerdict", "Verdict", "validate"]

# envelope problem -> what the 999 or TA1 calls it, and a text without the control numbers of the file
_ENVELOPE = {
    "SE01": ("4", "SE01 does not count the set's segments."),
    "SE02": ("3", "SE02 is not ST02."),
    "NO_SE": ("2", "The set has no SE segment."),
    "ST02_TWICE": ("23", "ST02 is used twice in the group."),
    "GE01": ("5", "GE01 does not count the group's sets."),
    "GE02": ("4", "GE02 is not GS06."),
    "NO_GE": ("3", "The group has no GE segment."),
    "NO_IEA": ("023", "The interchange has no IEA segment."),
    "IEA01": ("021", "IEA01 does not count the groups."),
    "IEA02": ("001", "IEA02 is not ISA13."),
}


def validate(data: bytes, *, reference: bool = False) -> Verdict:
    """Judge every set of every interchange in `data`.

    A set is valid when nothing was found in it, its group and interchange hold together, and pyx12 has a map of its
    guide (else code NO_MAP). The file is valid when it holds at least one set or TA1 and nothing at all was found.
    With `reference` pyx12 judges every set and the fast judge is not asked.
    """
    envelope = open_envelope(data)
    around = [_from_problem(problem, None) for problem in envelope.problems]
    around += _numbers_used_twice(envelope)
    sets: list[SetVerdict] = []
    for interchange in envelope.interchanges:
        around += [_from_problem(problem, None) for problem in interchange.problems]
        around += _outside_ascii(envelope, interchange)
        for ta1 in interchange.ta1:
            around += judge_ta1(ta1[:2], interchange.delimiters)
        for group in interchange.groups:
            around += [_from_problem(problem, None) for problem in group.problems if problem.code != "ST02_TWICE"]
            for one in group.sets:
                found = _judge(envelope, interchange, group, one, reference)
                around += [finding for finding in found if finding.st02 is None]
                inside = [finding for finding in found if finding.st02 is not None]
                rejected = "rejected" in (envelope.disposition, interchange.disposition, group.disposition)
                sets.append(SetVerdict(one.st02, one.st01, not inside and not rejected, one.first_segment_no, inside))
    once = dict.fromkeys([*around, *(finding for one in sets for finding in one.findings)])  # headers come per set
    findings = sorted(once, key=lambda finding: finding.segment_no)
    holds_something = bool(sets) or any(interchange.ta1 for interchange in envelope.interchanges)
    is_valid = not findings and holds_something and all(one.is_valid for one in sets)
    return Verdict(is_valid, sets, findings)


def _judge(
    envelope: Envelope, interchange: Interchange, group: Group, one: TransactionSet, reference: bool
) -> list[Finding]:
    problems = [
        *one.problems,
        *(p for p in group.problems if p.segment_no == one.first_segment_no and p.code == "ST02_TWICE"),
    ]
    found = [_from_problem(problem, one) for problem in problems]
    if one.end <= one.start or not group.gs01:
        return found
    marks = interchange.delimiters
    text = envelope.cut(one.start, one.end)
    segments = text.split(marks.terminator)
    if "\n" in text or "\r" in text:
        segments = [segment.strip("\r\n") for segment in segments]
    map_name = guide_map(interchange.isa[11], group.gs01, group.gs08)
    isa = (interchange.first_segment_no, envelope.cut(interchange.start, interchange.start + ISA_LENGTH - 1))
    gs = (group.first_segment_no, group.segment)
    opinion = fast_opinion(map_name, isa[1], gs[1], segments, marks) if map_name and not reference else None
    checked: Iterable[Segment] = enumerate(segments, one.first_segment_no)
    if opinion is not Opinion.ACCEPTED:
        body = list(checked)
        empty = [number for number, segment in body if not segment.strip(BLANK)]
        if empty:
            text = "There is an empty segment: two terminators in a row."
            found += [_at(number, one, "8", "segment", text) for number in empty]
            body = [(number, segment) for number, segment in body if segment.strip(BLANK)]
            opinion = None  # it was of other segments than pyx12 is given
        found += _outside_ascii_in_set(body, one, marks.element)
        if map_name is None:
            text = "There is no map to judge this guide by (GS01, GS08, ISA12)."
            return [*found, _at(one.first_segment_no, one, "NO_MAP", "set", text)]
        found += _from_pyx12(judge_set(map_name, isa, gs, one.st02, body, marks), found, opinion, one)
        checked = [(number, segment.strip()) for number, segment in body]
    if group.gs08.startswith("005010X222"):
        found += [_placed(finding, one) for finding in check_claims(checked, marks)]
    return found


def _from_pyx12(
    judged: list[Finding], found: list[Finding], opinion: Opinion | None, one: TransactionSet
) -> Iterator[Finding]:
    """What pyx12 found, but for what the envelope said of the set already; and whether it should have found something."""
    known = {(finding.level, finding.code) for finding in found if finding.level == "set"}
    yield from (finding for finding in judged if (finding.level, finding.code) not in known)
    if opinion is Opinion.REJECTED and not judged:
        text = "The fast judge finds a fault in this set and pyx12 finds none: a difference a person must look into."
        yield _at(one.first_segment_no, one, "FAST", "set", text)


def _from_problem(problem: Problem, one: TransactionSet | None) -> Finding:
    level: Level = "interchange" if problem.level == "file" else problem.level
    code, text = _ENVELOPE.get(problem.code, (problem.code, problem.text))
    if one is not None:
        return _at(problem.segment_no, one, code, "set", text)
    return Finding(problem.segment_no, None, None, "", None, None, code, level, text)


def _at(number: int, one: TransactionSet, code: str, level: Level, text: str) -> Finding:
    return Finding(number, one.st02, number - one.first_segment_no + 1, "", None, None, code, level, text)


def _placed(finding: Finding, one: TransactionSet) -> Finding:
    return replace(finding, st02=one.st02, segment_in_set=finding.segment_no - one.first_segment_no + 1)


def _numbers_used_twice(envelope: Envelope) -> Iterator[Finding]:
    """ISA13 in the file (TA1 025) and GS06 in its interchange (AK905 6); ST02 is the envelope's own."""
    seen: set[tuple[str, ...]] = set()
    for interchange in envelope.interchanges:
        key = interchange.isa[4:8] + interchange.isa[12:13]
        if key in seen:
            text = "ISA13 is used twice in the file by the same sender and receiver."
            yield Finding(interchange.first_segment_no, None, None, "ISA", 13, None, "025", "interchange", text)
        seen.add(key)
        numbers: set[str] = set()
        for group in interchange.groups:
            if group.gs06 in numbers:
                text = "GS06 is used twice in the interchange."
                yield Finding(group.first_segment_no, None, None, "GS", 6, None, "6", "group", text)
            numbers.add(group.gs06)


def _outside_ascii(envelope: Envelope, interchange: Interchange) -> list[Finding]:
    """A non-ASCII character in an interchange, but in none of its sets."""
    if envelope.is_ascii:
        return []
    inside = [(one.start, one.end) for group in interchange.groups for one in group.sets]
    at = interchange.start
    for start, end in [*inside, (interchange.end, interchange.end)]:
        if not envelope.cut(at, start).isascii():
            text = "There is a character outside ASCII in or between the control segments."
            return [Finding(interchange.first_segment_no, None, None, "", None, None, "NOT_ASCII", "interchange", text)]
        at = end
    return []


def _outside_ascii_in_set(body: list[Segment], one: TransactionSet, separator: str) -> Iterator[Finding]:
    for number, text in body:
        if text.isascii():
            continue
        for place, value in enumerate(text.split(separator)):
            if not value.isascii():
                words = f"{text[:3].strip(separator)}{place:02} holds a character outside ASCII."
                base = _at(number, one, "6", "element", words)
                yield replace(base, element=place or None, segment_id="")

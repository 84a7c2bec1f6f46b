"""The fast judge and pyx12 side by side: cases with names, what each says of them, and the table of known differences."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pm_pipeline.x12.envelope import BLANK, ISA_LENGTH, Delimiters, open_envelope
from pm_pipeline.x12.fast_judge import UNDECIDED, Opinion, fast_opinion
from pm_pipeline.x12.pyx12_judge import guide_map, judge_set
from tests.x12.claims_837p import CHILD, NORTH, REFERRING, claim, drug_line, line, write
from tests.x12.made_sets import GUIDES, MARKS, Maker, header, spoiled

TABLE = Path(__file__).with_name("fast_differences.csv")


@dataclass(frozen=True)
class Case:
    """One set in its headers. `name` makes it again."""

    name: str
    map_name: str
    isa: str
    gs: str
    segments: tuple[str, ...]
    marks: Delimiters = MARKS

    @property
    def opinion(self) -> Opinion:
        """What the fast judge says."""
        return fast_opinion(self.map_name, self.isa, self.gs, self.segments, self.marks)

    @property
    def is_right_for_pyx12(self) -> bool:
        """Whether pyx12 finds nothing."""
        body = list(enumerate(self.segments, start=3))
        return not judge_set(self.map_name, (1, self.isa), (2, self.gs), "1", body, self.marks)


@dataclass(frozen=True)
class Difference:
    """The fast judge says one thing of a case and pyx12 the other."""

    case: str
    fast: str
    pyx12: str


@dataclass
class Tally:
    """What became of many cases."""

    accepted: int = 0
    rejected: int = 0
    undecided: int = 0
    differences: tuple[Difference, ...] = ()


def judge_twice(cases: Iterable[Case]) -> Tally:
    """Both judges on every case."""
    tally = Tally()
    for case in cases:
        opinion, is_right = case.opinion, case.is_right_for_pyx12
        if opinion in UNDECIDED:
            tally.undecided += 1
            continue
        tally.accepted += is_right
        tally.rejected += not is_right
        if (opinion is Opinion.ACCEPTED) != is_right:
            said = "accepted" if is_right else "rejected"
            tally.differences += (Difference(case.name, str(opinion), said),)
    return tally


def listed_differences() -> set[Difference]:
    """The table: differences that are known and explained."""
    with TABLE.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(row["why"].strip() for row in rows), "a difference must be explained"
    return {Difference(row["case"], row["fast"], row["pyx12"]) for row in rows}


def made(guide: str, number: int) -> Case:
    """A set made from the map of its guide, seven in eight with a fault; `made 837P 17`."""
    name = f"made {guide} {number}"
    dice = random.Random(name)
    map_name, isa, gs = _around(guide)
    segments = Maker(map_name, dice).make()
    return Case(name, map_name, isa, gs, tuple(spoiled(dice, segments) if number % 8 else segments))


def written(number: int) -> Case:
    """A set of our own writer's claims, spoiled; `written 837P 17`."""
    name = f"written 837P {number}"
    dice = random.Random(name)
    return Case(name, *_around("837P"), tuple(spoiled(dice, list(dice.choice(_written_sets())))))


def remake(name: str) -> Case:
    """The case of this name (not of a sample)."""
    kind, rest = name.split(" ", 1)
    guide, number = rest.rsplit(" ", 1)
    return made(guide, int(number)) if kind == "made" else written(int(number))


# guides pyx12 has only another edition of: their sets are judged by that one, so that third-party files tell more
EDITIONS = {
    "005010X222": "005010X222A1",
    "005010X222A2": "005010X222A1",
    "005010X223": "005010X223A2",
    "005010X221": "005010X221A1",
}


def cases_of(data: bytes, name: str) -> Iterator[Case]:
    """The sets of a file that have a map (or one of another edition), as validate would give them to a judge."""
    envelope = open_envelope(data)
    for interchange in envelope.interchanges:
        isa = envelope.cut(interchange.start, interchange.start + ISA_LENGTH - 1)
        for group in interchange.groups:
            guide = EDITIONS.get(group.gs08, group.gs08)
            map_name = guide_map(interchange.isa[11], group.gs01, guide)
            gs = group.segment.replace(group.gs08, guide) if group.gs08 else group.segment
            for one in group.sets:
                if map_name is None or one.end <= one.start:
                    continue
                pieces = envelope.cut(one.start, one.end).split(interchange.delimiters.terminator)
                segments = [piece.strip("\r\n") for piece in pieces if piece.strip(BLANK)]
                if guide != group.gs08 and segments[0].endswith(group.gs08):
                    segments[0] = segments[0].replace(group.gs08, guide)
                where = f"{name} segment {one.first_segment_no}"
                yield Case(where, map_name, isa, gs, tuple(segments), interchange.delimiters)


def bare_sets(data: bytes, name: str) -> Iterator[Case]:
    """The 837 sets of a text whose ISA cannot be read or is not there, in headers of our own."""
    for number, found in enumerate(re.finditer(r"ST\*837\*.*?~\s*SE\*[^~]*", data.decode("latin-1"), re.DOTALL)):
        guide = next((old for old in sorted(EDITIONS, reverse=True) if old in found[0].split("~")[0]), "")
        text = found[0].replace(guide, EDITIONS[guide], 1) if guide else found[0]
        segments = tuple(piece.strip() for piece in text.split("~") if piece.strip())
        yield Case(f"{name} set {number}", *_around("837P"), segments)


def _around(guide: str) -> tuple[str, str, str]:
    map_name = guide_map(*GUIDES[guide])
    assert map_name is not None
    return map_name, *header(guide)


@cache
def _written_sets() -> tuple[tuple[str, ...], ...]:
    text = write(
        claim(1, lines=(line(11), drug_line(12))),
        claim(2, patient=CHILD, referring=REFERRING),
        claim(3, facility=NORTH, lines=(line(31), line(32), line(33))),
        per_set=1,
    ).text
    return tuple(case.segments for case in cases_of(text.encode(), "written"))

"""Transaction sets made at random from pyx12's own maps, and ways to spoil them. Every value is nonsense; no person is in it.

A set is a list of segments, ST to SE, for separators `*` and `:`. Most of what is made is valid for pyx12, some is not (it
tells some segments apart by less than their place): both are wanted.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator
from typing import Any

from pyx12.segment import Segment as X12Segment

from pm_pipeline.x12.envelope import Delimiters
from pm_pipeline.x12.pyx12_judge import BREAKS, load_guide

MARKS = Delimiters("*", ":", "^", "~")
ISA = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260602*2030*{}*{}*000000007*0*T*:"
GS = "GS*{}*SENDER*RECEIVER*20260602*2030*70*X*{}"
# name -> ISA12, GS01, GS08
GUIDES = {
    "837P": ("00501", "HC", "005010X222A1"),
    "837I": ("00501", "HC", "005010X223A2"),
    "835": ("00501", "HP", "005010X221A1"),
    "277CA": ("00501", "HN", "005010X214"),
    "999": ("00501", "FA", "005010X231A1"),
    "834": ("00501", "BE", "005010X220A1"),
    "820": ("00501", "RA", "005010X218"),
    "837P 4010": ("00401", "HC", "004010X098A1"),
    "835 4010": ("00401", "HP", "004010X091A1"),
    "271 4010": ("00401", "HB", "004010X092A1"),
}
TEXT = string.ascii_uppercase + string.digits + " .,-'&/"
DAYS = ("20260601", "19800229", "20151231", "20240430")


def header(guide: str) -> tuple[str, str]:
    """ISA and GS around a set of a guide."""
    isa12, gs01, gs08 = GUIDES[guide]
    return ISA.format("U" if isa12 == "00401" else "^", isa12), GS.format(gs01, gs08)


class Maker:
    """Makes sets of one guide. `fullness` is how likely what may be left out is there."""

    def __init__(self, map_name: str, dice: random.Random) -> None:
        self._guide, self._dice = load_guide(map_name), dice
        self._fullness = dice.choice([0.03, 0.06, 0.12, 0.2])
        self._levels, self._lines = 0, 0
        self._parents: list[int] = []

    def make(self) -> list[str]:
        """One set, ST to SE, counted right."""
        found = self._guide.getnodebypath("/ISA_LOOP/GS_LOOP/ST_LOOP")
        return recounted(list(self._loop(found)))

    def _loop(self, loop: Any) -> Iterator[str]:
        open_levels = len(self._parents)
        for place in sorted(loop.pos_map):
            children = list(loop.pos_map[place])
            if all(child.is_segment() for child in children) and place != min(loop.pos_map):
                self._dice.shuffle(children)
            for child in children:
                for _ in range(self._times(child)):
                    yield from [self.segment(child)] if child.is_segment() else self._loop(child)
        del self._parents[open_levels:]

    def _times(self, node: Any) -> int:
        if node.usage == "N":
            return 0
        first = node.get_first_node() if node.is_loop() else None
        leads_deep = first is not None and (first.is_loop() or first.id in ("HL", "CLM", "LX", "INS", "CLP", "SVC"))
        is_there = node.usage == "R" or self._dice.random() < (0.93 if leads_deep else self._fullness)
        more = self._dice.random() < 0.15 and node.get_max_repeat() > 1
        return is_there + (is_there and more)

    def segment(self, node: Any) -> str:
        """A segment of this node, right unless that was too hard to find."""
        text = ""
        for attempt in range(60):
            values = [self._child(child, 0.4 if attempt < 30 else 0.05) for child in node.children]
            if node.id == "HL":
                values[:2] = [str(self._levels + 1), str(self._parents[-1]) if self._parents else ""]
            elif node.id == "LX":
                values[0] = str(self._lines + 1)
            while values and not values[-1].strip(":"):
                values.pop()
            text = "*".join([node.id, *values])
            if len(text) > len(node.id) and self._is_valid(node, text):
                break
        if node.id == "HL":
            self._levels += 1
            self._parents.append(self._levels)
        self._lines = {"LX": self._lines + 1, "CLM": 0}.get(node.id, self._lines)
        return text

    def _is_valid(self, node: Any, text: str) -> bool:
        try:
            return not node.is_valid_errors(X12Segment(text, "~", "*", ":"))[1]
        except BREAKS:
            return False

    def _child(self, node: Any, fullness: float) -> str:
        if node.usage == "N" or (node.usage != "R" and self._dice.random() > fullness):
            return ""
        if node.is_composite():
            return ":".join(self._child(one, fullness) for one in node.children).rstrip(":")
        codes = [code for code in node.valid_codes if code]
        if node.external_codes in node.root.ext_codes.codes:
            codes += sorted(code for code in node.root.ext_codes.codes[node.external_codes]["codes"] if code)
        return self._dice.choice(codes) if codes else self._value(node)

    def _value(self, node: Any) -> str:
        kind, least, most = node.data_type or "", max(1, node.min_len), min(node.max_len, 12)
        size = self._dice.randint(least, max(least, most))
        if kind in ("DT", "D8", "D6"):
            return self._dice.choice(DAYS)[8 - (6 if most < 8 else 8) :]
        if kind == "TM":
            return self._dice.choice(["2030", "0000", "235959"])[: max(most, 4)]
        if kind.startswith("N"):
            return "".join(self._dice.choices(string.digits, k=size))
        if kind == "R":
            return self._dice.choice(["1", "-2", "12.5", "120.50", "0.05", ".5", "1" * size])
        if self._dice.random() < 0.4:
            return self._dice.choice([*DAYS, "20260601-20260602", "123456789", "2030"])
        return "".join(self._dice.choices(TEXT, k=size)).strip() or "A"


def recounted(segments: list[str]) -> list[str]:
    """The same set with SE01 and SE02 as they should be."""
    number = [*segments[0].split("*"), "", ""][2]
    return [*segments[:-1], f"SE*{len(segments)}*{number}"]


# --- ways to spoil a set --------------------------------------------------------------------------------------------

Spoil = Callable[[random.Random, list[str]], list[str]]


def _place(dice: random.Random, segments: list[str], tag: str = "") -> int:
    places = [at for at in range(1, len(segments) - 1) if segments[at].startswith(tag)]
    return dice.choice(places or [min(1, len(segments) - 1)])


def _with_element(
    dice: random.Random, segments: list[str], change: Callable[[str], str], *, is_filled: bool
) -> list[str]:
    """Change one element of one segment (one that holds something, when `is_filled`)."""
    made = list(segments)
    at = _place(dice, made)
    parts = made[at].split("*")
    places = [place for place in range(1, len(parts)) if parts[place] or not is_filled]
    if places:
        place = dice.choice(places)
        parts[place] = change(parts[place])
        made[at] = "*".join(parts)
    return made


def drop_segment(dice: random.Random, segments: list[str]) -> list[str]:
    at = _place(dice, segments)
    return segments[:at] + segments[at + 1 :]


def repeat_segment(dice: random.Random, segments: list[str]) -> list[str]:
    at = _place(dice, segments)
    return segments[:at] + [segments[at]] * dice.choice([2, 2, 3, 6, 11, 30]) + segments[at + 1 :]


def swap_segments(dice: random.Random, segments: list[str]) -> list[str]:
    made, one = list(segments), _place(dice, segments)
    other = dice.choice([_place(dice, segments), max(1, one - 1)])
    made[one], made[other] = made[other], made[one]
    return made


def move_segment(dice: random.Random, segments: list[str]) -> list[str]:
    made = list(segments)
    text = made.pop(_place(dice, made))
    made.insert(_place(dice, made), text)
    return made


def repeat_block(dice: random.Random, segments: list[str]) -> list[str]:
    """A run of segments many times, with HL and LX counted right: loops too often, or as often as allowed."""
    at = _place(dice, segments, dice.choice(["LX", "NM1", "SBR", "HL", "SVD", "CLM", "PWK", ""]))
    until = min(at + dice.choice([1, 2, 3, 4, 6, 12]), len(segments) - 1)
    times = dice.choice([2, 3, 5, 11, 27, 52] if until - at < 4 else [2, 3])
    made = segments[:at] + segments[at:until] * times + segments[until:]
    return renumbered(made)


def renumbered(segments: list[str]) -> list[str]:
    """HL01 and LX01 counted anew, HL02 moved along where it can be."""
    made, levels, lines, moved = list(segments), 0, 0, {"": ""}
    for at, text in enumerate(made):
        parts = text.split("*")
        if parts[0] == "HL" and len(parts) > 2:
            levels += 1
            moved[parts[1]] = str(levels)
            made[at] = "*".join(["HL", str(levels), moved.get(parts[2], parts[2]), *parts[3:]])
        elif parts[0] == "CLM":
            lines = 0
        elif parts[0] == "LX":
            lines += 1
            made[at] = "*".join(["LX", str(lines), *parts[2:]])
    return made


def drop_block(dice: random.Random, segments: list[str]) -> list[str]:
    at = _place(dice, segments)
    return renumbered(segments[:at] + segments[min(at + dice.randint(2, 9), len(segments) - 1) :])


def drop_element(dice: random.Random, segments: list[str]) -> list[str]:
    made, at = list(segments), _place(dice, segments)
    parts = made[at].split("*")
    del parts[dice.randrange(len(parts))]
    made[at] = "*".join(parts)
    return made


def blank_element(dice: random.Random, segments: list[str]) -> list[str]:
    return _with_element(dice, segments, lambda _: dice.choice(["", "", " ", ":"]), is_filled=True)


def add_elements(dice: random.Random, segments: list[str]) -> list[str]:
    made, at = list(segments), _place(dice, segments)
    made[at] += dice.choice(["*X", "*1*2", "**Y", "*" * 12 + "Z"])
    return made


def wrong_code(dice: random.Random, segments: list[str]) -> list[str]:
    known = [part for text in segments for part in text.split("*")[1:] if 0 < len(part) < 4]
    return _with_element(dice, segments, lambda _: dice.choice([*known, "ZZ", "Q9", "11", "B"]), is_filled=False)


def too_long(dice: random.Random, segments: list[str]) -> list[str]:
    more = dice.choice(["X", "9", "XX", "99", "X" * 30, "9" * 90])
    return _with_element(dice, segments, lambda text: text + more, is_filled=True)


def too_short(dice: random.Random, segments: list[str]) -> list[str]:
    return _with_element(dice, segments, lambda text: text[: dice.randrange(len(text))], is_filled=True)


def bad_date(dice: random.Random, segments: list[str]) -> list[str]:
    days = [
        "20261301",
        "20260230",
        "20230229",
        "20240229",
        "2026060",
        "260601",
        "17991231",
        "20260601-",
        "20260601-2026",
    ]
    days += ["20260601-20260631", "20260601-20260602-20260603", "2460", "2359", "21000229", "20000229", "202606011230"]
    made = list(segments)
    places = [at for at, text in enumerate(made) if text[:3] in ("DTP", "DMG", "DTM", "BHT", "PAT", "BPR", "DTP")]
    if not places:
        return _with_element(dice, segments, lambda _: dice.choice(days), is_filled=False)
    at = dice.choice(places)
    parts = made[at].split("*")
    place = dice.choice([part for part in range(1, len(parts)) if len(parts[part]) > 5] or [len(parts) - 1])
    parts[place] = dice.choice(days)
    if dice.random() < 0.3 and len(parts) > 2:
        parts[place - 1] = dice.choice(["D8", "RD8", "DT", "TM", "D6"])
    made[at] = "*".join(parts)
    return made


def wrong_type(dice: random.Random, segments: list[str]) -> list[str]:
    values = [
        "A",
        "1.",
        "1..2",
        "-",
        "--1",
        "+1",
        "1E5",
        "-1",
        ".5",
        "1.23456",
        "0",
        "00",
        "1-",
        " 1",
        "1 ",
        "1_0",
        "1,5",
    ]
    return _with_element(dice, segments, lambda _: dice.choice(values), is_filled=dice.random() < 0.8)


def add_components(dice: random.Random, segments: list[str]) -> list[str]:
    more = dice.choice([":", ":X", "::", ":1:2", ":" * 9, ":" * 12 + "X"])
    return _with_element(dice, segments, lambda text: dice.choice([text + more, more + text]), is_filled=False)


def change_component(dice: random.Random, segments: list[str]) -> list[str]:
    made = list(segments)
    places = [at for at in range(1, len(made) - 1) if ":" in made[at]]
    if not places:
        return made
    at = dice.choice(places)
    parts = made[at].split(":")
    parts[dice.randrange(1, len(parts))] = dice.choice(["", "X", "99", "ABK", "8", "X" * 40, "*"])
    made[at] = ":".join(parts)
    return made


def unknown_segment(dice: random.Random, segments: list[str]) -> list[str]:
    made = list(segments)
    odd = [
        "ZZZ*1",
        "X",
        "ABCD*1",
        "n1*PR",
        "REF",
        "REF*",
        "*",
        ":",
        "N1 *PR",
        " REF*EI*1",
        "\tN3*A",
        "LS*1",
        "TA1*1",
        "NM1:X",
    ]
    odd += ["GS*1", "ST*837*9", "SE*1*9", "ISA", "GE", "HL", "CLM*", "N1\x00*PR", "REF*EI*\x07", "", "  "]
    made.insert(_place(dice, made), dice.choice([*odd, dice.choice(segments)[:3]]))
    return made


def other_tag(dice: random.Random, segments: list[str]) -> list[str]:
    made, at = list(segments), _place(dice, segments)
    tag = dice.choice([text.split("*")[0] for text in segments] + ["NM1", "REF", "HI", "CLMX", "N", ""])
    made[at] = "*".join([tag, *made[at].split("*")[1:]])
    return made


def trailing_marks(dice: random.Random, segments: list[str]) -> list[str]:
    made, at = list(segments), _place(dice, segments)
    made[at] += dice.choice(["*", "**", "*:", ":", "::", " ", "* "])
    return made


def odd_character(dice: random.Random, segments: list[str]) -> list[str]:
    mark = dice.choice(
        ["\x00", "\x07", "\t", "\x1d", "^", "`", "~", "|", "\\", "é", "\xa0", "½", "\x7f", "٣", "a", " "]
    )

    def put(text: str) -> str:
        at = dice.randrange(len(text) + 1)
        return text[:at] + mark + text[at:]

    return _with_element(dice, segments, put, is_filled=dice.random() < 0.8)


def wrong_number(dice: random.Random, segments: list[str]) -> list[str]:
    """HL, LX or SE counted wrong, or oddly (pyx12 reads 01 and 1_0 as numbers)."""
    made = list(segments)
    at = dice.choice([at for at, text in enumerate(made) if text[:3] in ("HL*", "LX*", "SE*")])
    parts = made[at].split("*")
    place = dice.randrange(1, min(3, len(parts)))
    value = parts[place] or "1"
    parts[place] = dice.choice([value + "1", "0" + value, " " + value, "-1", "", "A", "1", "9", "+" + value, value])
    made[at] = "*".join(parts)
    return made


def swap_levels(dice: random.Random, segments: list[str]) -> list[str]:
    """HL02 names another level."""
    made, at = list(segments), _place(dice, segments, "HL*")
    parts = made[at].split("*")
    if len(parts) > 2:
        parts[2] = dice.choice(["", "1", "2", "3", parts[1]])
    made[at] = "*".join(parts)
    return made


def leave(dice: random.Random, segments: list[str]) -> list[str]:
    return list(segments)


STRUCTURE: list[Spoil] = [
    drop_segment, repeat_segment, swap_segments, move_segment, repeat_block, drop_block, unknown_segment, other_tag, swap_levels,
]  # fmt: skip
CONTENT: list[Spoil] = [
    drop_element, blank_element, add_elements, wrong_code, too_long, too_short, bad_date, wrong_type, add_components,
    change_component, trailing_marks, odd_character, leave,
]  # fmt: skip


def spoiled(dice: random.Random, segments: list[str]) -> list[str]:
    """A set with one fault, seldom two; its SE counts right, unless that is the fault."""
    made = segments
    for _ in range(dice.choice([1, 1, 1, 2])):
        made = dice.choice(dice.choice([STRUCTURE, CONTENT]))(dice, made)
    made = recounted([text for text in made if "~" not in text])
    return wrong_number(dice, made) if dice.random() < 0.08 else made

"""Patterns of what is surely right: a segment of pyx12's map becomes one regular expression, made from the map itself.

A text that matches is valid for pyx12; a text that does not match may still be (a date in an odd form, blanks at an end, a
number with its point in front), and then pyx12's own node decides (guide_walk.py). So a pattern may be narrower than pyx12
and never wider, and whatever is hard to say in a pattern is left out of it. Nothing about a guide is written here: usage,
lengths, types, codes and relations are read from the map's nodes, and each code is put to its own node first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pyx12.map_if import composite_if, element_if
from pyx12.segment import Element
from pyx12.validation import IsValidDataType

from pm_pipeline.x12.pyx12_judge import BREAKS

Matcher = Callable[[str], object]  # truthy: the segment is surely valid
_FAIL = "(?!)"
_MOST_CODES = 300  # longer lists are looked up in a set
_LONGEST = 300  # longer values are pyx12's to judge
_DATES = ("RD8", "DT", "D8", "D6")

_MONTH_DAY = (
    "(?:(?:0[1-9]|1[0-2])(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])(?:29|30)|(?:0[13578]|1[02])31)"  # no 29 February
)
_DAY8 = (
    f"(?:(?:1[89]|[2-9][0-9])[0-9]{{2}}{_MONTH_DAY}|(?:1[89]|[2-9][0-9])(?:0[48]|[2468][048]|[13579][26])0229|20000229)"
)
_DAY6 = f"(?:[0-9]{{2}}{_MONTH_DAY})"
_MINUTE = "(?:[01][0-9]|2[0-3])[0-5][0-9]"
# data type -> patterns of its values by their length
_TIMED: dict[str, dict[int, str]] = {
    "D8": {8: _DAY8},
    "D6": {6: _DAY6},
    "DT": {6: _DAY6, 8: _DAY8},
    "RD8": {17: f"{_DAY8}-{_DAY8}"},
    "TM": {4: _MINUTE, 6: f"{_MINUTE}[0-5][0-9]", 8: f"{_MINUTE}[0-5][0-9][0-9]{{2}}"},
}


class _Unsaid(Exception):
    """This cannot be said in a pattern."""


@dataclass(frozen=True)
class Marks:
    """The separators a pattern is made for."""

    element: str
    component: str


@dataclass
class _Part:
    """One element (or component) of a segment. pattern None: it is always empty."""

    name: str
    pattern: str | None
    is_required: bool

    @property
    def text(self) -> str:
        """What may stand between two separators; named, so that relations and code lists can look at it."""
        if self.pattern is None:
            return ""
        named = f"(?P<{self.name}>{self.pattern})"
        return named if self.is_required else f"(?:{named}|)"  # sre is faster at an empty branch than at "?"


def segment_matcher(node: Any, marks: Marks) -> Matcher:
    """The test of one segment of the map; one that never matches when nothing can be said surely."""
    try:
        return _Maker(node, marks).matcher()
    except (_Unsaid, *BREAKS):
        return _no_match


def _no_match(_: str) -> None:
    return None


class _Maker:
    """Makes the pattern of one segment node."""

    def __init__(self, node: Any, marks: Marks) -> None:
        self._node, self._marks = node, marks
        self._checks: list[tuple[str, Callable[[str], object]]] = []  # a part's name, what its value must pass

    def matcher(self) -> Matcher:
        """The compiled pattern's fullmatch, with the looks into long code lists behind it."""
        parts = list(self._parts())
        relations = "".join(_relation(syntax, parts) for syntax in self._node.syntax)
        mark = re.escape(self._marks.element)
        text = re.escape(self._node.id) + _sequence(parts, mark, leads=True) + f"(?<!{mark})" + relations
        used = {name for name, _ in self._checks} | set(re.findall(r"\(\?\((\w+)\)", relations))
        text = re.sub(r"\(\?P<(\w+)>", lambda found: found[0] if found[1] in used else "(?:", text)
        match = re.compile(text, re.ASCII | re.DOTALL).fullmatch
        if not self._checks:
            return match
        checks = tuple(self._checks)

        def checked(segment: str) -> bool:
            found = match(segment)
            return found is not None and all(
                (value := found[name]) is None or bool(passes(value)) for name, passes in checks
            )

        return checked

    def _parts(self) -> Iterator[_Part]:
        children = self._node.children
        if [child.seq for child in children] != list(range(1, len(children) + 1)):
            raise _Unsaid  # pyx12 finds no node for a place that is left out
        types: list[str | None] = []
        for place, child in enumerate(children, start=1):
            if isinstance(child, composite_if):
                yield self._composite(child, place)
                continue
            if child.data_ele == "1250":
                types.extend(child.valid_codes)
            name = f"e{place}"
            if self._node.id == "DTP" and place == 2:
                yield _Part(name, self._kind_and_date(child, children[2]), True)
            elif self._node.id == "DTP" and place == 3:
                continue  # it came with the kind before it
            else:
                yield self._element(child, name, types if child.data_ele == "1251" else [])

    def _element(self, child: element_if, name: str, types: list[str | None]) -> _Part:
        if child.usage == "N":
            return _Part(name, None, False)
        return _Part(name, self._value(child, name, types), child.usage == "R")

    def _composite(self, child: composite_if, place: int) -> _Part:
        name, is_required = f"e{place}", child.usage == "R"
        if child.usage == "N":
            return _Part(name, None, False)
        parts = [self._element(one, f"{name}_{one.seq}", []) for one in child.children]
        if not parts or parts[0].pattern is None or [one.seq for one in child.children] != list(
            range(1, len(parts) + 1)
        ):  # fmt: skip
            raise _Unsaid
        parts[0].is_required = True  # narrower than pyx12, so that the composite is not empty
        return _Part(name, _sequence(parts, re.escape(self._marks.component), leads=False), is_required)

    def _kind_and_date(self, kind: Any, value: Any) -> str:
        """DTP02 and DTP03 together: the kind sent decides how the date is read."""
        plain = not (value.valid_codes or value.external_codes or value.rec or kind.external_codes or self._node.syntax)
        if not plain or kind.usage != "R" or value.usage != "R" or not kind.valid_codes:
            raise _Unsaid
        mark, said = re.escape(self._marks.element), []
        for code in self._valid(kind, kind.valid_codes, []):
            types: list[str | None] = [code] if code in (*_DATES, "TM") else []
            said.append(re.escape(code) + mark + self._value(value, "e3", types))
        return "|".join(said) or _FAIL

    def _value(self, child: element_if, name: str, types: list[str | None]) -> str:
        """What a value may be when it is not empty."""
        if child.rec is not None:
            self._checks.append((name, child.rec.search))
        external = child.external_codes
        lists = child.root.ext_codes
        if (not child.valid_codes and external is None) or external in lists.exclude_list:
            return self._typed(child, types)
        codes = set(child.valid_codes)
        if external is not None:
            codes |= lists.codes[external]["codes"]
        allowed = self._valid(child, codes, types)
        if not allowed:
            return _FAIL
        if len(allowed) <= _MOST_CODES:
            return _one_of(allowed)
        self._checks.append((name, frozenset(allowed).__contains__))
        return self._typed(child, [])

    def _valid(self, child: element_if, codes: Iterable[str | None], types: list[str | None]) -> list[str]:
        marks = (self._marks.element, self._marks.component)
        plain = [code for code in codes if code and not any(mark in code for mark in marks)]
        return sorted(code for code in plain if not child.is_valid_errors(Element(code), types)[1])

    def _typed(self, child: element_if, types: list[str | None]) -> str:
        least, most, kind = max(1, child.min_len), min(child.max_len, _LONGEST), child.data_type or ""
        if least > most:
            raise _Unsaid
        if any(one in types for one in (*_DATES, "TM")):
            if kind not in ("AN", "ID"):
                raise _Unsaid
            return _timed([one for one in types if one is not None], least, most)
        if kind in ("AN", "ID", "B"):
            return (
                f"{_characters(child.root.icvn, child.root.param.get('charset'), self._marks)}{{{least},{most}}}+(?<! )"
            )
        if kind.startswith("N"):
            return f"-?[0-9]{{{least},{most}}}+"
        if kind == "R":
            point = min(4, most - least)  # digits behind the point, so that all of them are at most `most`
            return f"-?[0-9]{{{least},{most - point}}}+" + (f"(?:\\.[0-9]{{1,{point}}}+)?" if point else "")
        return _timed([kind], least, most)


def _one_of(codes: Iterable[str]) -> str:
    """A pattern of these codes, by their first characters: a pattern tries its alternatives one by one."""
    heads: dict[str, list[str]] = {}
    for code in codes:
        heads.setdefault(code[:1], []).append(code[1:])
    single = "".join(re.escape(head) for head, tails in heads.items() if head and tails == [""])
    branches = [re.escape(head) + _one_of(tails) for head, tails in heads.items() if head and tails != [""]]
    if single:
        branches.append(f"[{single}]" if len(single.replace("\\", "")) > 1 else single)
    if "" in heads:
        branches.append("")
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


def _timed(types: list[str], least: int, most: int) -> str:
    said = [pattern for one in types for size, pattern in _TIMED.get(one, {}).items() if least <= size <= most]
    return "|".join(said) or _FAIL


@lru_cache(maxsize=64)
def _characters(icvn: str, charset: str, marks: Marks) -> str:
    """The class of the characters pyx12 lets stand in a text value."""
    good = [
        mark
        for mark in map(chr, range(0x20, 0x7F))
        if mark not in (marks.element, marks.component) and IsValidDataType(mark, "AN", charset, icvn or "00401")
    ]
    return "[" + "".join(map(re.escape, good)) + "]"


def _sequence(parts: list[_Part], mark: str, *, leads: bool) -> str:
    """Parts with separators between them (and before the first, when `leads`), up to the last one that is required and,
    each only with all before it, on to the last there is."""
    required = max((place for place, part in enumerate(parts) if part.is_required), default=-1 if leads else 0)
    first = max(required, 0)
    tail = ""
    for part in reversed(parts[first + 1 :]):
        if tail or part.pattern is not None:  # what is never sent at the end is left out
            tail = f"(?:{mark}{part.text}{tail}|)"
    return (mark if leads else "") + mark.join(part.text for part in parts[: first + 1]) + tail


def _relation(syntax: list[Any], parts: list[_Part]) -> str:
    """A relation of elements (P, R, E, C, L) as conditions on which of them stood in the text."""
    kind, places = syntax[0], [int(place) for place in syntax[1:]]
    if len(places) < 2 or 0 in places:
        raise _Unsaid
    known = {part.name: part for part in parts}
    state: dict[int, bool | None] = {}  # always there, never there, or (None) to be looked at
    for place in places:
        part = known.get(f"e{place}")
        state[place] = (part.is_required or None) if part is not None and part.pattern is not None else False

    def there(place: int) -> str:
        return {True: "", False: _FAIL, None: f"(?(e{place})|{_FAIL})"}[state[place]]

    def absent(place: int) -> str:
        return {True: _FAIL, False: "", None: f"(?(e{place}){_FAIL})"}[state[place]]

    def when(place: int, then: str, otherwise: str = "") -> str:
        if state[place] is not None:
            return then if state[place] else otherwise
        return f"(?(e{place}){then}|{otherwise})"

    def any_of(some: list[int]) -> str:
        return when(some[0], "", any_of(some[1:])) if some else _FAIL

    if kind == "P":
        all_there, none_there = "".join(map(there, places[1:])), "".join(map(absent, places[1:]))
        return when(places[0], all_there, none_there)
    if kind == "R":
        return any_of(places)
    if kind == "E":
        return "".join(when(one, "".join(map(absent, places[at + 1 :]))) for at, one in enumerate(places))
    if kind == "C":
        return when(places[0], "".join(map(there, places[1:])))
    if kind == "L":
        return when(places[0], any_of(places[1:]))
    raise _Unsaid

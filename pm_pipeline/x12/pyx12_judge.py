"""pyx12 4.0.0 behind a fence: one transaction set goes in, findings come out, and nothing else.

What the fence is for, each found by trial:

- pyx12 raises IndexError, AttributeError, TypeError and others on broken input: an error inside one segment is a
  finding on it, one while walking the guide is a finding on the set;
- it stops reading at an empty segment, and skips a second interchange with other delimiters, without a word: it gets
  one set at a time, and what it read is counted;
- its own error handler writes bad values to stderr and the logs: its pure checks (`walk_errors`, `is_valid_errors`) are
  called instead, which only return, and texts are written here without values;
- `params()` reads files in the home folder and sys.prefix: ParamsBase reads none, and maps come from the package;
- its lists of remark and claim status codes are old: they are ours to check, so they are switched off here.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from pyx12.error_item import EleError, SegError
from pyx12.errors import EngineError, X12Error, X12PathError
from pyx12.map_if import element_if, load_map_file
from pyx12.map_index import map_index
from pyx12.map_walker import walk_tree
from pyx12.nodeCounter import NodeCounter
from pyx12.params import ParamsBase
from pyx12.path import X12Path
from pyx12.segment import Segment as X12Segment
from pyx12.x12file import X12Reader

from pm_pipeline.x12.envelope import Delimiters
from pm_pipeline.x12.findings import Finding, Segment

_log = logging.getLogger("pyx12")
_log.addHandler(logging.NullHandler())
_log.setLevel(logging.CRITICAL + 1)
_log.propagate = False

BREAKS = (
    X12Error, EngineError, X12PathError, LookupError, AttributeError, TypeError, ValueError, ArithmeticError,
    AssertionError, RuntimeError,
)  # fmt: skip
CONTROL_MAPS = {"00401": "x12.control.00401.xml", "00501": "x12.control.00501.xml"}
_NEEDS_BHT = {"004010X094A1"}  # pyx12 picks this guide's map only after the BHT; we send and read none of it
_SEGMENT_ID = re.compile(r"[A-Z][A-Z0-9]{1,2}\Z")
_REMEMBERED = 50_000  # segments already found right or wrong; the same ones come again and again
_ELEMENT_TEXTS = {
    "1": "is missing",
    "2": "is missing, but another element of the segment requires it",
    "3": "is one too many for this segment",
    "4": "is shorter than the {least} characters it needs",
    "5": "is longer than the {most} characters it may have",
    "6": "holds a character that is not allowed there",
    "7": "is not one of the codes the guide allows",
    "8": "is not a valid date",
    "9": "is not a valid time",
    "10": "must not be sent here",
}
_READER_TEXTS = {
    "HL1": ("7", 1, "HL01 does not count the HL segments of the set from 1."),
    "HL2": ("7", 2, "HL02 names a level that is not open above this one."),
    "LX": ("7", 1, "LX01 does not count the lines of the claim from 1."),
    "SEG1": ("8", None, "The segment ends in element separators; empty elements at its end must be left out."),
    "8": ("8", None, "The segment has no elements."),
    "1": ("1", None, "The segment's identifier is not one."),
}
_SET_TEXTS = {
    "2": "The set has no SE segment.",
    "3": "SE02 is not ST02.",
    "4": "SE01 does not count the set's segments.",
    "23": "ST02 is used twice in the group.",
}


def guide_map(isa12: str, gs01: str, gs08: str) -> str | None:
    """The file name of the guide's map; None when pyx12 has none."""
    if isa12 not in CONTROL_MAPS or gs08 in _NEEDS_BHT:
        return None
    return _index().get_filename(isa12, gs08, gs01)


def judge_set(
    map_name: str, isa: Segment, gs: Segment, st02: str, body: Sequence[Segment], marks: Delimiters
) -> list[Finding]:
    """The findings of one set (`body`: ST to SE, none of them empty) inside its own ISA and GS.

    Findings on the ISA and GS have st02 None; they come again with every set they surround.
    """
    run = _Run(isa, st02, body, marks)
    run.read(load_guide(map_name), gs)
    return run.findings


def judge_ta1(ta1: Segment, marks: Delimiters) -> list[Finding]:
    """The findings of one TA1 segment (5010)."""
    run = _Run((0, ""), None, [ta1], marks)
    run.read_ta1(ta1)
    return run.findings


@cache
def _index() -> map_index:
    return map_index()


@cache
def load_guide(name: str) -> Any:
    """A map of pyx12, loaded once, with the code lists that are ours to check switched off."""
    params = ParamsBase()
    params.set("exclude_external_codes", "remark_code,claim_status")
    return load_map_file(name, params)


_known: dict[tuple[int, str, str], list[EleError]] = {}
_paths: dict[int, tuple[X12Path, str]] = {}


class Counter(NodeCounter):
    """pyx12's counter of loops and segments, keyed by text instead of by paths that are formatted at every look."""

    def __init__(self, counts: Mapping[str, int] | None = None) -> None:
        super().__init__()
        self.counts: dict[str, int] = dict(counts or {})

    def reset_to_node(self, xpath: str | X12Path) -> None:
        """Forget what was counted below a loop."""
        below = path_text(xpath) + "/"
        for key in [key for key in self.counts if key.startswith(below)]:
            del self.counts[key]

    def increment(self, xpath: str | X12Path) -> None:
        """Count one more."""
        key = path_text(xpath)
        self.counts[key] = self.counts.get(key, 0) + 1

    def get_count(self, xpath: str | X12Path) -> int:
        """How many there were."""
        return self.counts.get(path_text(xpath), 0)


def path_text(xpath: str | X12Path) -> str:
    """The text a node's path is counted under."""
    if isinstance(xpath, str):
        return xpath
    if (known := _paths.get(id(xpath))) is None:
        known = _paths[id(xpath)] = (xpath, xpath.format())  # the path is kept, so that its id is not used again
    return known[1]


class _Run:
    """One set on its way through pyx12."""

    def __init__(self, isa: Segment, st02: str | None, body: Sequence[Segment], marks: Delimiters) -> None:
        self.findings: list[Finding] = []
        self._isa, self._st02, self._body, self._marks = isa, st02, body, marks
        self._no = 0
        self._tag = ""

    def read(self, guide: Any, gs: Segment) -> None:
        """Walk the whole set; findings collect on the way."""
        mark = self._marks.element
        trailer = (0, mark.join(["GE", "1", gs[1].split(mark)[6]]))
        closing = (0, mark.join(["IEA", "1", self._isa[1].split(mark)[13]]))
        segments = [self._isa, gs, *self._body, trailer, closing]
        try:
            read = sum(1 for _ in self._walk(guide, segments))
        except BREAKS as problem:
            self._add("5", "set", f"pyx12 could not judge this set beyond here ({type(problem).__name__}).")
            return
        if read != len(segments):
            self._add("5", "set", "pyx12 stopped reading the set here.")

    def read_ta1(self, ta1: Segment) -> None:
        """Check the elements of a TA1, which stands outside any set."""
        self._no, self._tag = ta1[0], "TA1"
        segment = X12Segment(ta1[1], self._marks.terminator, self._marks.element, self._marks.component)
        self._add_element_errors(load_guide(CONTROL_MAPS["00501"]).getnodebypath("/ISA_LOOP/TA1"), segment, ta1[1])

    def _walk(self, guide: Any, segments: Sequence[Segment]) -> Iterator[int]:
        text = self._marks.terminator.join(text for _, text in segments) + self._marks.terminator
        reader = X12Reader(io.StringIO(text))
        walker = walk_tree()
        walker.counter = Counter()
        control = load_guide(CONTROL_MAPS[reader.icvn])
        node: Any = control.getnodebypath("/ISA_LOOP/ISA")
        for position, segment in enumerate(reader):
            self._no, text = segments[position]
            self._tag = segment.get_seg_id() or ""
            if position == 0:
                walker.forceWalkCounterToLoopStart("/ISA_LOOP", "/ISA_LOOP/ISA")
            elif position == 1:
                node = guide.getnodebypath("/ISA_LOOP/GS_LOOP/GS")
                walker.forceWalkCounterToLoopStart("/ISA_LOOP/GS_LOOP", "/ISA_LOOP/GS_LOOP/GS")
                reader.check_837_lx = guide.id == "837"
            else:
                found, _, _, errors = walker.walk_errors(
                    node, segment, reader.get_seg_count(), reader.get_cur_line(), reader.get_ls_id()
                )
                for error in errors:
                    self._add_segment_error(error)
                if found is None:
                    self._add_reader_errors(reader)
                    yield position
                    continue
                node = found
            self._add_reader_errors(reader)
            self._add_element_errors(node, segment, text)
            yield position

    def _add(
        self, code: str, level: Any, text: str, tag: str = "", element: int | None = None, component: int | None = None
    ) -> None:
        first, last = self._body[0][0], self._body[-1][0]
        number = self._no or last  # 0: the trailers made here; what is missing is missing at the set's end
        inside = self._st02 is not None and number >= first
        self.findings.append(
            Finding(
                number,
                self._st02 if inside else None,
                number - first + 1 if inside else None,
                tag or (self._tag if _SEGMENT_ID.match(self._tag) else ""),
                element,
                component,
                code,
                level,
                text,
            )
        )

    def _add_reader_errors(self, reader: X12Reader) -> None:
        for kind, code, _, _, _ in reader.pop_errors():
            if kind == "seg":
                ik_code, element, text = _READER_TEXTS[code]
                self._add(ik_code, "segment" if element is None else "element", text, element=element)
            elif kind == "st":
                self._add(code, "set", _SET_TEXTS[code])

    def _add_segment_error(self, error: SegError) -> None:
        if error.err_cde == "1":
            self._add("1", "segment", "The segment is not one the guide has at this place.")
            return
        # codes 2 to 5 name only segments, loops and counts of the guide
        self._add(error.err_cde, "segment", error.err_str + ".", error.map_node.id if error.err_cde == "3" else "")

    def _add_element_errors(self, node: Any, segment: Any, text: str) -> None:
        key = (id(node), self._marks.element + self._marks.component, text)
        if (errors := _known.get(key)) is None:
            try:
                errors = node.is_valid_errors(segment)[1]
            except BREAKS as problem:
                self._add("8", "segment", f"pyx12 could not judge this segment ({type(problem).__name__}).")
                return
            if len(_known) >= _REMEMBERED:
                _known.clear()
            _known[key] = errors
        for error in errors if self._no else []:  # the trailers made here are not the sender's
            self._add_element_error(node, error)

    def _add_element_error(self, segment_node: Any, error: EleError) -> None:
        element, component = _place(error)
        node = error.map_node
        if node is None and element is not None and element <= len(segment_node.children):
            node = segment_node.children[element - 1]
        where = f"{self._tag}{element:02}" if element is not None else self._tag
        where += f"-{component}" if component is not None else ""
        what = _ELEMENT_TEXTS.get(error.err_cde, "is wrong")
        if isinstance(node, element_if):
            what = what.format(least=node.min_len, most=node.max_len)
        words = [where, node.name or "" if node is not None else "", what]
        self._add(error.err_cde, "element", " ".join(filter(None, words)) + ".", "", element, component)


def _place(error: EleError) -> tuple[int | None, int | None]:
    """Element and component a finding is on; pyx12 says it in four ways."""
    node = error.map_node
    if node is not None:
        return (node.parent.seq, node.seq) if node.parent.is_composite() else (node.seq, None)
    digits = re.search(r"([0-9]{1,2})\Z", str(error.refdes or ""))
    return (int(digits.group(1)) if digits else None), None

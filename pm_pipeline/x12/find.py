"""Finding segments in an X12 file: by tag, by the value of an element, or by text; with the claim each stands under.

Works on a file of any size: segments are looked at window by window (scan.py), and only those that may match, or that say
which set and claim follow, are looked into.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
from numpy.typing import NDArray

from pm_pipeline.x12.envelope import Envelope
from pm_pipeline.x12.interchange import Interchange
from pm_pipeline.x12.isa import BLANK
from pm_pipeline.x12.scan import Window, tag_code, windows
from pm_pipeline.x12.source import decode

_TAG = r"[A-Z][A-Z0-9]{1,2}"
_WHERE = (
    "ST",
    "SE",
    "CLP",
    "CLM",
    "HL",
    "TRN",
    "LX",
    "PLB",
    "GE",
)  # what tells the set and claim of the segments after it
_ABOVE_CLAIMS = ("19", "20", "21")  # HL03: provider, payer, receiver


class PatternError(ValueError):
    """A pattern that cannot be meant; the text says how it should be written."""


@dataclass(frozen=True)
class Pattern:
    """What is looked for. tag "" is any segment; element None is any of its elements; value None is any value."""

    tag: str = ""
    element: int | None = None
    component: int | None = None
    value: str | None = None
    text: re.Pattern[str] | None = None

    def matches(self, text: str, element: str, component: str) -> bool:
        """Whether a segment's text is meant, split at these separators."""
        if self.text is not None:
            return self.text.search(text) is not None
        tag, *values = [part.strip(BLANK) for part in text.split(element)]
        if tag != self.tag:
            return False
        if self.element is not None:
            values = values[self.element - 1 : self.element]
        if self.component is not None:
            parts = [value.split(component) for value in values]
            values = [part[self.component - 1] for part in parts if len(part) >= self.component]
        if self.value is None:
            return self.element is None or any(values)
        return any(fnmatchcase(value, self.value) for value in values)


@dataclass(frozen=True)
class Hit:
    """One segment found. claim_id is CLP01 (835), CLM01 (837) or TRN02 (277) of the claim it stands under."""

    segment_no: int
    st01: str
    st02: str
    claim_id: str | None
    text: str


def parse_pattern(pattern: str, *, as_text: bool = False, as_regex: bool = False, ignore_case: bool = False) -> Pattern:
    """``CLP`` a tag; ``CLP01=ABC`` an element, ``SVC01-2=99213`` a component, ``CAS=45`` any element of a segment (``*`` in
    a value is any text); ``CLP07`` where there is one; anything else is text. Raises PatternError."""
    flags = re.IGNORECASE if ignore_case else 0
    if not pattern:
        raise PatternError("The pattern is empty.")
    if as_regex:
        try:
            return Pattern(text=re.compile(pattern, flags))
        except re.error as problem:
            raise PatternError(f"This is no regular expression: {problem}.") from None
    if as_text:
        return Pattern(text=re.compile(re.escape(pattern), flags))
    if re.fullmatch(_TAG, pattern):
        return Pattern(tag=pattern)
    if found := re.fullmatch(rf"({_TAG})([0-9]{{2}})(?:-([0-9]{{1,2}}))?(?:=(.*))?", pattern):
        element, component = int(found[2]), int(found[3]) if found[3] else None
        if element == 0 or component == 0:
            raise PatternError("Elements and components are counted from 01 and 1.")
        return Pattern(found[1], element, component, found[4])
    if found := re.fullmatch(rf"({_TAG})=(.*)", pattern):
        return Pattern(found[1], value=found[2])
    if re.fullmatch(rf"{_TAG}[0-9](-[0-9]+)?=.*", pattern):
        raise PatternError("An element's number has two digits: CLP01=..., not CLP1=... (--text looks for it as text).")
    return Pattern(text=re.compile(re.escape(pattern), flags))


def find(envelope: Envelope, pattern: Pattern) -> Iterator[Hit]:
    """The segments that match, in file order. What stands outside an interchange is not looked at."""
    for interchange in envelope.interchanges:
        yield from _Search(interchange, pattern).run(envelope)


class _Search:
    """One interchange, read in order."""

    def __init__(self, interchange: Interchange, pattern: Pattern) -> None:
        self.interchange, self.pattern = interchange, pattern
        self.element, self.component = interchange.delimiters.element, interchange.delimiters.component
        self.st01 = self.st02 = ""
        self.claim_id: str | None = None
        self.is_above = False

    def run(self, envelope: Envelope) -> Iterator[Hit]:
        home = self.interchange
        number = home.first_segment_no
        for window in windows(envelope.source, home.start, home.delimiters.terminator):
            for place in self._places(window):
                if window.start[place] >= home.end:
                    return
                text = decode(window.text(place)).strip(BLANK)
                self._step(text)
                if self.pattern.matches(text, self.element, self.component):
                    yield Hit(number + place, self.st01, self.st02, self.claim_id, text)
            number += len(window.end)
            if window.end[-1] >= home.end:
                return

    def _places(self, window: Window) -> list[int]:
        """The segments that may match or that change the set or claim; all when text is looked for."""
        wanted = ~window.is_blank
        if self.pattern.text is None:
            wanted &= self._tagged(window, (*_WHERE, self.pattern.tag))
        return np.flatnonzero(wanted).tolist()

    def _tagged(self, window: Window, tags: tuple[str, ...]) -> NDArray[np.bool_]:
        found = np.zeros(len(window.tag), dtype=np.bool_)
        for tag in tags:
            if len(tag) == 2:
                found |= (window.tag & 0xFFFFFF) == tag_code(tag + self.element)
            else:  # a segment may be its tag alone, so that what follows is not looked at
                found |= (window.tag & 0xFFFFFF) == tag_code(tag)
        return found

    def _step(self, text: str) -> None:
        tag, *values = [part.strip(BLANK) for part in text.split(self.element, 4)]
        values += ["", "", ""]
        if tag == "ST":
            self.st01, self.st02, self.claim_id, self.is_above = values[0], values[1], None, False
        elif tag in ("CLP", "CLM"):
            self.claim_id = values[0] or None
        elif tag == "HL":
            self.claim_id, self.is_above = None, values[2] in _ABOVE_CLAIMS
        elif tag == "TRN" and self.st01 == "277" and not self.is_above:
            self.claim_id = values[1] or None
        elif tag in ("SE", "PLB") or (tag == "LX" and self.st01 == "835"):
            self.claim_id = None
        elif tag == "GE":
            self.st01 = self.st02 = ""

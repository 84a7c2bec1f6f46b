"""Showing what is masked, to a person who asks, after the journal has it on disk: a patient's name, or the raw bytes behind a step."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from dash import html

from pm_pipeline.audit.trace import Evidence
from pm_pipeline.dashboard.markup import named
from pm_pipeline.dashboard.users import Viewer
from pm_pipeline.errors import PmError
from pm_pipeline.transport.store import inbox_store, outbox_store

if TYPE_CHECKING:
    from pm_pipeline.dashboard.server import Doors

NAME = re.compile(r"name:([A-Z0-9]{1,20})")
RAW = re.compile(r"raw:([0-9a-f]{64}):(\d{1,12}):([A-Z0-9]{0,20})")
STARTS = ("HL", "CLP", "TRN")  # with these a claim begins; its segments go on to the next of the same kind
ENDS = ("SE", "LX", "PLB")
LONGEST = 60


def reveal(doors: Doors, viewer: Viewer, key: str) -> Any:
    """What the key of a button names. Raises PmError when there is no such thing, or the journal cannot be written."""
    if found := NAME.fullmatch(key):
        return _name(doors, viewer, found[1])
    if found := RAW.fullmatch(key):
        return _raw(doors, viewer, found[1], int(found[2]), found[3])
    raise PmError("There is nothing to show here.")


def _name(doors: Doors, viewer: Viewer, claim: str) -> Any:
    rows = doors.published.rows("patient", {"claim": claim})
    if not rows:
        raise PmError("The published copy knows no patient of this claim.")
    doors.journal.write(viewer.person, "reveal name", claim=claim)
    one = rows[0]
    return html.Span(f"{one['last_name']}, {one['first_name']}, born {one['birth_date']}", className="person")


def _raw(doors: Doors, viewer: Viewer, file_id: str, number: int, claim: str) -> Any:
    evidence = Evidence(inbox_store(doors.settings), outbox_store(doors.settings))
    doors.journal.write(viewer.person, "reveal raw", file=file_id, segment=number, claim=claim)
    found = evidence.places(file_id, number, LONGEST)
    if not found or found[0][0] != number:
        raise PmError(f"The file has no segment or row {number}.")
    kind = _segment(found[0][1])
    after = takewhile(lambda place: _segment(place[1]) not in (kind, *ENDS), found[1:] if kind in STARTS else [])
    lines = [found[0], *after]
    return html.Pre(
        [_line(place, text, place == number) for place, text in lines], className="raw", tabIndex=0, role="region",
        **named(aria_label=f"Raw text from segment {number}"),
    )  # fmt: skip


def _segment(text: str) -> str:
    return re.match(r"[A-Z0-9]*", text.lstrip())[0]  # type: ignore[index] (it matches the empty text too)


def _line(number: int, text: str, is_it: bool) -> html.Span:
    name = _segment(text)
    words: list[Any] = [html.Span(f"{number:>6} ", className="no"), html.B(name), text.lstrip()[len(name) :], "\n"]
    return html.Span(words, className="it" if is_it else "")

"""Access: who can enter and as what, and the record of what people saw and took out. For administrators and auditors, to read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dash import html

from pm_pipeline.dashboard.context import Context
from pm_pipeline.dashboard.journal import NEWEST
from pm_pipeline.dashboard.parts import empty, panel, table
from pm_pipeline.dashboard.reading import Row
from pm_pipeline.dashboard.tables import RECORDS
from pm_pipeline.dashboard.text import count

if TYPE_CHECKING:
    from pm_pipeline.dashboard.server import Doors


def listed(doors: Doors, name: str) -> list[Row]:
    """The rows of one of RECORDS: people as people.yaml has them, or every line of the journal, oldest first."""
    if name == "journal":
        return [_line(one) for one in doors.journal.lines()]
    having = set(doors.passwords.people())
    header = doors.dashboard.sign_in.proxy_header
    return [
        {"person": one.person, "name": one.name.title(), "title": one.title, "role": one.dashboard or "not at all", "password": f"by {header}" if header else "with a password" if one.person in having else "no password yet"}
        for one in doors.config.people.people
    ]  # fmt: skip


def _line(one: Mapping[str, Any]) -> Row:
    return {
        **one,
        "at": one["at"][:19].replace("T", " "),
        "detail": json.dumps(one["detail"])[1:-1].replace('"', ""),
    }


def render(context: Context, doors: Doors) -> list[Any]:
    """People, and the newest lines of the journal with what its chain says."""
    lines, number = doors.journal.newest()
    faults = doors.journal.faults()
    said = (
        html.P(
            [f"{count(number)} lines, and each follows the one before it: ", html.B("the chain is whole"), "."],
            className="judged good",
        )
        if not faults
        else html.P(
            [
                "The journal is not what was written, and takes no more lines until a person has looked at it: ",
                "; ".join(f"{where}: {text}" for where, text in faults[:5]),
            ],
            className="judged bad",
            role="alert",
        )
    )
    people, journal = RECORDS["people"], RECORDS["journal"]
    newest = [_line(one) for one in lines]
    return [
        panel(
            "People",
            table(context, people.columns, listed(doors, "people"), people.title),
            "Who may enter is said in people.yaml; passwords are set with pm users add PERSON.",
            ("people", ""),
        ),
        panel(
            journal.title,
            [said, table(context, journal.columns, newest, "Journal") if newest else empty(journal.empty)],
            f"The newest {NEWEST} lines; an export has them all, and pm users log holds the chain against them.",
            ("journal", ""),
        ),
    ]

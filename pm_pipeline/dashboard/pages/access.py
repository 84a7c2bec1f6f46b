"""Access: who can enter and as what, and the record of what people saw and took out. For administrators and auditors, to read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dash import html

from pm_pipeline.dashboard.context import Context
from pm_pipeline.dashboard.journal import NEWEST
from pm_pipeline.dashboard.parts import empty, panel, table
from pm_pipeline.dashboard.tables import Column
from pm_pipeline.dashboard.text import count

if TYPE_CHECKING:
    from pm_pipeline.dashboard.server import Doors

PEOPLE = (
    Column("person", "Person"),
    Column("name", "Name"),
    Column("title", "Title"),
    Column("role", "Enters as"),
    Column("password", "Signs in"),
)
JOURNAL = (
    Column("seq", "No."),
    Column("at", "When (UTC)"),
    Column("who", "Who"),
    Column("what", "What"),
    Column("detail", "Of what", wide=True),
)


def render(context: Context, doors: Doors) -> list[Any]:
    """People, and the newest lines of the journal with what its chain says."""
    having = set(doors.passwords.people())
    header = doors.dashboard.sign_in.proxy_header
    people = [
        {"person": one.person, "name": one.name.title(), "title": one.title, "role": one.dashboard or "not at all", "password": f"by {header}" if header else "with a password" if one.person in having else "no password yet"}
        for one in doors.config.people.people
    ]  # fmt: skip
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
    newest = [
        {**one, "at": one["at"][:19].replace("T", " "), "detail": json.dumps(one["detail"])[1:-1].replace('"', "")}
        for one in lines
    ]
    return [
        panel(
            "People",
            table(context, PEOPLE, people, "People"),
            "Who may enter is said in people.yaml; passwords are set with pm users add PERSON.",
        ),
        panel(
            "Record of what was seen and taken out",
            [said, table(context, JOURNAL, newest, "Journal") if newest else empty("Nothing yet.")],
            f"The newest {NEWEST} lines; pm users log has them all, and holds the chain against them.",
        ),
    ]

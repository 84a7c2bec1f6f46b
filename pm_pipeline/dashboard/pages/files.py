"""Files: every file landed or emitted, how it was judged and dealt with, and the claims it speaks of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from pm_pipeline.dashboard.context import Context
from pm_pipeline.dashboard.forms import filters
from pm_pipeline.dashboard.markup import named
from pm_pipeline.dashboard.parts import empty, facts, grid, panel, table
from pm_pipeline.dashboard.reading import Row
from pm_pipeline.dashboard.tables import LISTINGS, Column
from pm_pipeline.dashboard.text import count, day
from pm_pipeline.errors import PmError

if TYPE_CHECKING:
    from pm_pipeline.dashboard.server import Doors

KEPT = ("from", "to")


def overview(context: Context, doors: Doors) -> list[Any]:
    """Files by content, and the list."""
    kinds = context.rows("file_summary")
    form = filters(context, "/files", KEPT)
    if not kinds:
        return [form, empty("No files in these days.")]
    total: Row = {name: sum(row[name] for row in kinds) for name in ("files", "bytes", "sets", "problems")}

    def to(column: Column, row: Row) -> str | None:
        if column.name == "last_on":
            return None
        return context.state.link(
            "/list/files",
            KEPT,
            direction=row.get("direction"),
            holds=row.get("holds"),
            disposition=row.get("disposition"),
        )

    listing, rows, sums = context.listed("files")
    query = context.state.link("", KEPT)
    return [
        form,
        panel(
            "By content",
            table(context, LISTINGS["file_summary"].columns, kinds, "Files by content", to, total),
            export=("file_summary", query),
        ),
        panel("Files", grid(context, listing, rows, sums, "files"), export=("files", query)),
    ]


def one(context: Context, doors: Doors) -> list[Any]:
    """One file: where it came from, what is wrong in it, the claims it speaks of, and its raw text to who asks."""
    found = context.rows("files") if context.state.get("file") else []
    if len(found) != 1:
        raise PmError("The published copy has no file of that id. Choose one on the page Files.")
    row, file_id = found[0], found[0]["file_id"]
    segment = context.state.get("segment")
    query = context.state.link("", (), file=file_id)
    taken = [
        ("Seen", f"{count(row['receipts'])} times"),
        ("Sets", f"{count(row['accepted_sets'])} of {count(row['sets'])} accepted"),
    ]
    if row["direction"] == "out":  # nobody but us has said anything of it yet; its answers are files of their own
        taken = []
    details = [
        ("File id (sha256)", html.Code(file_id)), ("Direction", "landed" if row["direction"] == "in" else "emitted"), ("Content", row["holds"]),
        ("Partner", row["partners"]), ("Day", day(row["landed_on"])), ("Bytes", count(row["bytes"])), *taken,
        ("Disposition", row["disposition"]),
        ("Run", html.A(row["run_id"][:8], href=f"{context.settings.dagster_url}/runs/{row['run_id']}", rel="noreferrer")),
    ]  # fmt: skip
    problems, problem_rows, problem_sums = context.listed("file_problems")
    listing, rows, sums = context.listed("file_rows")
    shown: list[Any] = [panel(f"File {file_id[:12]}", facts(details))]
    if segment is not None and str(segment).isdigit():
        key = f"raw:{file_id}:{segment}:"
        button = html.Button("Show the raw text", id={"type": "reveal", "key": key}, n_clicks=0, className="primary")
        shown.append(
            panel(
                f"Segment {segment}",
                [button, html.Div(id={"type": "revealed", "key": key}, **named(aria_live="polite"))],
                "Raw text is patients' data: what you show is recorded.",
            )
        )
    return [
        *shown,
        panel(
            "What is wrong in it",
            grid(context, problems, problem_rows, problem_sums, "problems"),
            export=("file_problems", query),
        ),
        panel("Claims it speaks of", grid(context, listing, rows, sums, "rows"), export=("file_rows", query)),
    ]

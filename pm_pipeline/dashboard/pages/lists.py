"""The rows behind a number: any list, under the filters of its address, with what they add up to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from pm_pipeline.dashboard.acts import at_the_desk
from pm_pipeline.dashboard.context import Context
from pm_pipeline.dashboard.forms import LABELS
from pm_pipeline.dashboard.parts import NAMED, grid, panel
from pm_pipeline.dashboard.state import hold
from pm_pipeline.dashboard.tables import LISTINGS, WORKLISTS
from pm_pipeline.errors import PmError

if TYPE_CHECKING:
    from pm_pipeline.dashboard.server import Doors


def render(name: str, context: Context, doors: Doors) -> tuple[str, list[Any]]:
    """Title and content of /list/<name>. Raises PmError when there is no such list, or the address filters by what it does not know."""
    listing = LISTINGS.get(name)
    if listing is None:
        raise PmError(f"There is no list {name}. Choose a page above.")
    hold(f"The list {listing.title}", listing.filters, context.state.values)
    title = listing.title
    if worklist := context.state.get("worklist"):
        title = WORKLISTS.get(str(worklist), (title, "", ""))[0]
    _, rows, sums = context.listed(name)
    if name == "worklist":
        at_the_desk(doors.desk, rows)
    shown = panel(
        title,
        grid(context, listing, rows, sums),
        _said(context),
        (name, context.state.link("", tuple(context.state.values))),
    )
    return title, [shown]


def _said(context: Context) -> Any:
    """The filters in words."""
    pairs = [
        (
            LABELS.get(name, name.replace("_", " ").capitalize()),
            context.names.of_kind(name, value) if name in NAMED else str(value),
        )
        for name, value in context.state.values.items()
    ]
    return html.Span(
        [html.Span([f"{label}: ", html.B(value)], className="chip") for label, value in pairs]
        or "No filters: everything."
    )

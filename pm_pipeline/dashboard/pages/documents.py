"""Documents: one page that leads to the rulebook, the description of the marts, close reports and feed reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from pm_pipeline.dashboard.context import Context
from pm_pipeline.dashboard.documents import KINDS, Document, Kind, documents
from pm_pipeline.dashboard.markup import named
from pm_pipeline.dashboard.parts import empty, panel
from pm_pipeline.dashboard.text import count

if TYPE_CHECKING:
    from pm_pipeline.dashboard.server import Doors

SHOWN = 100


def render(context: Context, doors: Doors) -> list[Any]:
    """A panel for each kind."""
    return [panel(kind.title, _listed(kind, documents(doors.settings, kind)), kind.means) for kind in KINDS.values()]


def _listed(kind: Kind, found: list[Document]) -> Any:
    if not found:
        return empty(f"None yet; {kind.made_by} writes them.")
    lines = [
        html.Li(
            [
                html.A(kind.title if kind.index else one.name, href=f"/documents/{one.kind}/{one.name}", target="_blank",
                       **named(rel="noopener")),
                html.Small(f" written {one.at:%Y-%m-%d %H:%M} UTC"),
            ]
        )
        for one in found[:SHOWN]
    ]  # fmt: skip
    if len(found) > SHOWN:
        lines.append(html.Li(f"and {count(len(found) - SHOWN)} older ones in the same folder"))
    return html.Ul(lines, className="documents")

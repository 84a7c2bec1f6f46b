"""Scrub: what the edits found, what of it still holds claims back, and the queue of held claims."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pm_pipeline.dashboard.context import Context
from pm_pipeline.dashboard.forms import filters
from pm_pipeline.dashboard.parts import dollars, empty, grid, panel, table, tile, tiles
from pm_pipeline.dashboard.reading import Row
from pm_pipeline.dashboard.tables import Column
from pm_pipeline.dashboard.text import count

if TYPE_CHECKING:
    from pm_pipeline.dashboard.server import Doors

KEPT = ("from", "to", "practice", "location", "provider", "payer")
STATES = {"open_findings": "open", "cleared": "cleared", "overridden": "overridden"}


def render(context: Context, doors: Doors) -> list[Any]:
    """Tiles, the edits, the queue."""
    listing, rows, sums = context.listed("rule_hits")
    held, held_rows, held_sums = context.listed("worklist", worklist="held_claims")
    sums.pop("rows")

    def to(column: Column, row: Row) -> str | None:
        if column.name == "claims":
            return context.state.link(
                "/list/finding_claims", KEPT, rule=row.get("rule_id"), severity=row.get("severity")
            )
        if column.name in ("rule_id", "findings", *STATES):
            return context.state.link(
                "/list/findings",
                KEPT,
                rule=row.get("rule_id"),
                severity=row.get("severity"),
                state=STATES.get(column.name),
            )
        return None

    dims = KEPT[2:]
    head = tiles(
        [
            tile(
                "Held claims",
                count(held_sums["rows"]),
                dollars(held_sums["amount"]),
                context.state.link("/list/worklist", dims, worklist="held_claims"),
                "warn" if held_sums["rows"] else "",
            ),
            tile("Findings", count(sums["findings"]), "in the days chosen", context.state.link("/list/findings", KEPT)),
            tile(
                "Still open",
                count(sums["open_findings"]),
                "held and warned",
                context.state.link("/list/findings", KEPT, state="open"),
            ),
            tile(
                "Cleared",
                count(sums["cleared"]),
                "corrected before the claim left",
                context.state.link("/list/findings", KEPT, state="cleared"),
            ),
        ]
    )
    shown = table(context, listing.columns, rows, "Edits", to, sums) if rows else empty(listing.empty)
    return [
        filters(context, "/scrub", KEPT),
        head,
        panel(
            "Queue of held claims",
            grid(context, held, held_rows, held_sums, "held"),
            "Each leads to its page of work; pm holds does the same. Days do not apply to a queue.",
            ("worklist", context.state.link("", dims, worklist="held_claims")),
        ),
        panel("What the edits found", shown, export=("rule_hits", context.state.link("", KEPT))),
    ]

"""Today: what needs a person, by dollars and deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pm_pipeline.dashboard.acts import at_the_desk
from pm_pipeline.dashboard.context import Context
from pm_pipeline.dashboard.forms import filters
from pm_pipeline.dashboard.parts import dollars, empty, grid, panel, table, tile, tiles
from pm_pipeline.dashboard.reading import Row
from pm_pipeline.dashboard.tables import WORKLISTS, Column
from pm_pipeline.dashboard.text import count

if TYPE_CHECKING:
    from pm_pipeline.dashboard.server import Doors

COLUMNS = (
    Column("title", "List"), Column("items", "Items", "count"), Column("amount", "Dollars", "money"), Column("overdue", "Overdue", "count"),
    Column("due_soon", "Due in 14 days", "count"), Column("next_due_on", "Next deadline", "day"), Column("oldest_days", "Oldest, days", "count"),
    Column("means", "What it is", wide=True), Column("command", "At the command line"),
)  # fmt: skip
NO_ITEMS: Row = {
    "items": 0,
    "amount": 0,
    "overdue": 0,
    "overdue_amount": 0,
    "due_soon": 0,
    "next_due_on": None,
    "oldest_days": None,
}
DIMS = ("practice", "location", "provider", "payer")


def render(context: Context, doors: Doors) -> list[Any]:
    """Tiles, the worklists with their counts, and what is due first."""
    lists = context.rows("worklist_summary")
    form = filters(context, "/", DIMS)
    if not lists:
        return [form, empty("Nothing waits for a person under these filters.")]
    named = {str(one["worklist"]) for one in lists}
    lists += [
        {**NO_ITEMS, "worklist": name} for name in WORKLISTS if name not in named
    ]  # nothing waits there, and that is said
    for one in lists:
        one |= dict(zip(("title", "means", "command"), WORKLISTS[str(one["worklist"])], strict=True))
    total: Row = {name: sum(one[name] or 0 for one in lists) for name in ("items", "amount", "overdue", "due_soon")}
    overdue_amount = sum(one["overdue_amount"] or 0 for one in lists)

    def to(column: Column, row: Row) -> str | None:
        due = {"overdue": "overdue", "due_soon": "soon"}.get(column.name)
        if column.name in ("title", "items", "amount") or due:
            return context.state.link("/list/worklist", DIMS, worklist=row.get("worklist"), due=due)
        return None

    listing, rows, sums = context.listed("worklist", due="now")
    at_the_desk(doors.desk, rows)
    head = tiles(
        [
            tile("Waiting", count(total["items"]), "things for a person", to(COLUMNS[1], {})),
            tile("Dollars at stake", dollars(total["amount"]), "a claim can stand on two lists", to(COLUMNS[2], {})),
            tile(
                "Overdue",
                count(total["overdue"]),
                dollars(overdue_amount),
                to(COLUMNS[3], {}),
                "bad" if total["overdue"] else "",
            ),
            tile(
                "Due in 14 days",
                count(total["due_soon"]),
                "see below",
                to(COLUMNS[4], {}),
                "warn" if total["due_soon"] else "",
            ),
        ]
    )
    now = context.state.link("", DIMS, due="now")
    return [
        form,
        head,
        panel(
            "Worklists",
            table(context, COLUMNS, lists, "Worklists", to, total),
            export=("worklist", context.state.link("", DIMS)),
        ),
        panel(
            "Overdue, or due in the next 14 days",
            grid(context, listing, rows, sums, "due-now"),
            export=("worklist", now),
        ),
    ]

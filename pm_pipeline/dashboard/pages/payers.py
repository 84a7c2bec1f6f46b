"""Payers side by side: how fast each answers, how much it refuses, what it owes and pays short."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pm_pipeline.dashboard.context import Context
from pm_pipeline.dashboard.forms import filters
from pm_pipeline.dashboard.parts import empty, panel, table
from pm_pipeline.dashboard.reading import Row
from pm_pipeline.dashboard.tables import Column

if TYPE_CHECKING:
    from pm_pipeline.dashboard.server import Doors

KEPT = ("from", "to", "practice", "location", "provider", "payer")


def render(context: Context, doors: Doors) -> list[Any]:
    """One table; each figure leads to its rows."""
    listing, rows, sums = context.listed("payers")
    sums.pop("rows")

    def to(column: Column, row: Row) -> str | None:
        payer = {"payer": row["payer_id"]} if row.get("payer_id") else {}
        match column.name:
            case "sent":
                return context.state.link("/list/first_bills", KEPT, **payer)
            case "answered" | "lag_median" | "lag_p90":
                return context.state.link("/list/first_answers", KEPT, **payer)
            case "denied" | "denied_charge_amount" | "denial_rate":
                return context.state.link("/list/first_answers", KEPT, state="denied", **payer)
            case "open_amount":
                return context.state.link("/list/balances", ("practice", "provider"), base="first_bill", **payer)
            case "over_90_amount":
                return context.state.link(
                    "/list/balances", ("practice", "provider"), base="first_bill", bucket="over 90", **payer
                )
            case "underpaid_amount":
                return context.state.link(
                    "/list/worklist", ("practice", "location", "provider"), worklist="underpayments", **payer
                )
        return None

    note = (
        "Days to answer run from the first bill to the first remittance, by the remittance's day. The days chosen above bound what was sent and answered; "
        "open A/R stands as of the latest day, ages from the first bill, and knows no location."
    )
    shown = (
        table(context, listing.columns, rows, "Payers side by side", to, sums)
        if rows
        else empty("No payer under these filters.")
    )
    return [
        filters(context, "/payers", KEPT),
        panel("Side by side", shown, note, ("payers", context.state.link("", KEPT))),
    ]

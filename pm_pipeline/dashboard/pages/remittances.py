"""Remittances: each 835 payment tied to the deposit that brought it and to where the ledger put it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import dcc

from pm_pipeline.dashboard.context import Context
from pm_pipeline.dashboard.forms import filters
from pm_pipeline.dashboard.parts import dollars, empty, facts, grid, panel, table, tile, tiles
from pm_pipeline.dashboard.reading import Row
from pm_pipeline.dashboard.tables import LISTINGS, Column
from pm_pipeline.dashboard.text import NOTHING, count, day, money
from pm_pipeline.errors import PmError

if TYPE_CHECKING:
    from pm_pipeline.dashboard.server import Doors

KEPT = ("from", "to", "payer")


def overview(context: Context, doors: Doors) -> list[Any]:
    """Tiles, payments by state, and the list."""
    states = context.rows("remittance_summary")
    form = filters(context, "/remittances", KEPT)
    if not states:
        return [form, empty("No remittances under these filters.")]
    names = ("payments", "paid_amount", "deposited_amount", "applied_amount", "suspense_amount", "other_amount")
    total: Row = {name: sum(row[name] for row in states) for name in names}

    def to(column: Column, row: Row) -> str | None:
        return context.state.link(
            "/list/remittances", KEPT, deposit_state=row.get("deposit_state"), posting_state=row.get("posting_state")
        )

    summary = LISTINGS["remittance_summary"]
    unsettled = sum(row["unsettled"] for row in states)
    every = context.state.link("/list/remittances", KEPT)
    listing, rows, sums = context.listed("remittances")
    head = tiles(
        [
            tile(
                "Paid",
                dollars(total["paid_amount"]),
                f"{count(total['payments'])} payments",
                every,
            ),
            tile("At the bank", dollars(total["deposited_amount"]), "", every),
            tile(
                "In suspense",
                dollars(total["suspense_amount"]),
                "",
                every,
                "warn" if total["suspense_amount"] else "",
            ),
            tile(
                "Not settled",
                count(unsettled),
                "waiting for a deposit or a person",
                context.state.link("/list/remittances", KEPT, posting_state="not settled"),
                tone="warn" if unsettled else "",
            ),
        ]
    )
    query = context.state.link("", KEPT)
    return [
        form,
        head,
        panel(
            "By state",
            table(context, summary.columns, states, "Payments by state", to, total),
            export=("remittance_summary", query),
        ),
        panel("Payments", grid(context, listing, rows, sums, "remittances"), export=("remittances", query)),
    ]


def one(context: Context, doors: Doors) -> list[Any]:
    """One payment: what it says, its deposit, its claims, its entries."""
    found = context.rows("remittance")
    if not found:
        raise PmError("The published copy has no payment of that id. Choose one on the page Remittances.")
    row, payment = found[0], found[0]["payment_id"]
    accounts, posted, sums = context.listed("payment_accounts")
    sums.pop("rows")
    claims, claim_rows, claim_sums = context.listed("remit_claims")
    query = context.state.link("", (), payment=payment)

    def to(column: Column, line: Row) -> str | None:
        if column.name in ("account", "entries", "amount"):
            return context.state.link("/list/entries", (), payment=payment, account=line.get("account"))
        return None

    details = [
        ("Payer", context.names.of_kind("payer", row["payer_id"])), ("Trace number", row["trn02"]), ("Method", row["method"]),
        ("Paid on", day(row["effective_on"])), ("Received", day(row["received_on"])), ("Deposit", f"{row['deposit_state']}: {row['deposit_id'] or NOTHING}, {day(row['deposited_on'])}"),
        ("Posting", row["posting_state"]), ("Exceptions open", count(row["open_exceptions"])),
        ("File", dcc.Link(f"{row['file_id'][:12]}, segment {row['segment_no']}", href=context.state.link("/file", (), file=row["file_id"], segment=row["segment_no"]))),
    ]  # fmt: skip
    adjusted = f"provider adjustments {money(row['provider_adjustment_amount'])}"
    itself = context.state.link("/list/remittances", (), payment=payment)
    head = tiles(
        [
            tile("Paid (BPR02)", dollars(row["paid_amount"]), adjusted, itself),
            tile("Deposited", dollars(row["deposited_amount"]), row["deposit_state"], itself),
            tile("On claims", dollars(row["applied_amount"]), "net of takebacks", itself),
            tile("In suspense", dollars(row["suspense_amount"]), "", itself),
            tile("Other accounts", dollars(row["other_amount"]), "recoupments, interest, incentives", itself),
        ]
    )
    return [
        panel(f"Payment {payment}", facts(details)),
        head,
        panel(
            "Where the ledger put it",
            table(context, accounts.columns, posted, "Accounts", to, sums) if posted else empty(accounts.empty),
            "Debits above zero, credits below; a payment's entries add up to zero.",
            ("payment_accounts", query),
        ),
        panel("Claims", grid(context, claims, claim_rows, claim_sums, "claims"), export=("remit_claims", query)),
    ]

"""What `pm` prints for people: status and traces. X12 files: render_edi.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pm_pipeline.audit.trace import Step
from pm_pipeline.console import dollars

TITLES = {
    "claims_by_state": "Claims by state",
    "money_by_account": "Money by account (debits positive)",
    "open_exceptions": "Open posting exceptions",
    "open_denials": "Open denials",
    "overdue": "Overdue answers and deadlines",
    "held_by_edit": "Claims held, by edit",
    "quarantined": "Problems in received files",
    "not_fetched": "Files seen at a partner and not taken",
    "interchange_numbers": "Interchange numbers (ISA13) of partners that were skipped or used again",
    "feeds": "Practice feeds",
}


def money(cents: int | None) -> str:
    """Cents as dollars: 123456 -> 1,234.56; nothing for None."""
    return "" if cents is None else dollars(cents)


def print_status(console: Console, found: dict[str, Any]) -> None:
    """The tables of `pm status`; one without rows says so in a line."""
    console.print(f"As of {found['as_of']}")
    for name, title in TITLES.items():
        rows = found[name]
        console.print(rows_table(title, rows) if rows else f"[dim]{title}: none[/]")
    if found["auto_post"]["lines"]["of"]:
        console.print(f"Posted with no person: {auto_post(found['auto_post'])}")


def auto_post(rates: dict[str, dict[str, Any]]) -> str:
    """The four auto-post rates, each with its denominator."""
    parts: list[str] = []
    for counted, one in rates.items():
        posted, total = (money(one[key]) if counted == "cents" else f"{one[key]:,}" for key in ("posted", "of"))
        name = "dollars" if counted == "cents" else counted
        parts.append(f"{one['rate'] or 0:.1%} of {name} ({posted} of {total})")
    return ", ".join(parts)


def rows_table(title: str, rows: Sequence[dict[str, Any]]) -> Table:
    """A table of equal rows; cents become dollars, numbers stand right."""
    table = Table(title=title, title_justify="left", header_style="bold")
    for name, value in rows[0].items():
        right = isinstance(value, int) and not isinstance(value, bool)
        table.add_column(
            name.removesuffix("_cents").replace("_", " ").replace("cents", "amount"),
            justify="right" if right else "left",
        )
    for row in rows:
        table.add_row(*(_cell(name, value) for name, value in row.items()))
    return table


def print_trace(console: Console, claim_id: str, steps: Sequence[Step]) -> None:
    """The life of one claim."""
    console.print(f"[bold]Claim {claim_id}[/]: {len(steps)} steps")
    day = None
    for step in steps:
        if step.happened_on != day:
            day = step.happened_on
            console.print(f"[bold]{day}[/]")
        place = f"  [dim]{step.file_id[:12]}:{step.segment_no}[/]" if step.file_id else ""
        console.print(
            f"  [cyan]{step.stage:<15}[/] {escape(step.what):<28} {escape(step.text)}{place}  [dim]run {step.run_id[:8]}[/]",
            highlight=False,
            soft_wrap=True,
        )
        if step.raw:
            console.print(f"      {escape(step.raw)}", style="yellow", highlight=False, soft_wrap=True)


def print_entry(console: Console, found: dict[str, Any]) -> None:
    """A ledger entry and its way back to the bytes."""
    for name in ("entry", "resolution", "transaction", "payment", "deposit", "file"):
        if found[name]:
            console.print(f"[bold]{name}[/]")
            for key, value in found[name].items():
                if value is not None:
                    shown = f"{money(value)}" if key.endswith("cents") else str(value)
                    console.print(f"  {key:<18} {escape(shown)}", highlight=False)
    console.print("[bold]entries of the transaction[/]")
    for one in found["entries_of_transaction"]:
        console.print(f"  {one['entry_id']}  {one['account']:<28} {money(one['cents']):>14}", highlight=False)
    for receipt in found["receipts"]:
        console.print(
            f"[bold]received[/] from {receipt['partner_id']} as {escape(receipt['remote_path'])}, {receipt['bytes']} bytes, "
            f"{receipt['landed_at']}",
            highlight=False,
        )
    console.print(
        f"[bold]raw[/] {escape(found['raw'] or '(the bytes hold no such place)')}", style="yellow", highlight=False
    )


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name.endswith("cents"):
        return money(value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else escape(str(value))

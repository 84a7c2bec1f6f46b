"""What `pm` prints for people: status, traces, X12 files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pm_pipeline.audit.trace import Step

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
    return "" if cents is None else f"{cents / 100:,.2f}"


def print_status(console: Console, found: dict[str, Any]) -> None:
    """The tables of `pm status`; one without rows says so in a line."""
    console.print(f"As of {found['as_of']}")
    for name, title in TITLES.items():
        rows = found[name]
        console.print(rows_table(title, rows) if rows else f"[dim]{title}: none[/]")
    lines = found["auto_post_lines"]
    if lines["of"]:
        console.print(f"Auto-post rate: {lines['rate']:.1%} ({lines['posted']:,} of {lines['of']:,} remittance lines)")


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
    for name in ("entry", "transaction", "payment", "deposit", "file"):
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


def print_edi(console: Console, document: dict[str, Any]) -> None:
    """An X12 file: problems first, then every set with its claims."""
    console.print(f"{document['file_id'][:12]}  {document['bytes']:,} bytes  {document['disposition']}")
    _problems(console, document["problems"])
    for one in document["interchanges"]:
        console.print(
            f"[bold]Interchange {one['isa13']}[/] {escape(one['sender'])} to {escape(one['receiver'])}, usage {one['usage']}: {one['disposition']}"
        )
        _problems(console, one["problems"])
        for ta1 in one["ta1"]:
            console.print(f"  TA1 for {ta1['isa13']}: {ta1['code']} {ta1['note']}")
        for item in one["transactions"]:
            _transaction(console, item)


def _transaction(console: Console, item: dict[str, Any]) -> None:
    console.print(
        f"  [bold]{item['st01']} {item['st02']}[/] {item['guide']} at segment {item['first_segment_no']}: {item['disposition']}"
    )
    _problems(console, item["problems"], "    ")
    if "bpr02_cents" in item:
        balance = "balances" if item["balanced"] else "[red]does not balance[/]"
        console.print(
            f"    {item['method']} {item['trn02']} from {item['trn03']} on {item['effective_on']}: paid {money(item['bpr02_cents'])} "
            f"= claims {money(item['paid_cents'])} less provider adjustments {money(item['plb_cents'])}; {balance}"
        )
    for one in item.get("sets", []):
        console.print(f"    set {one['st02']}: {one['code']}")
    for one in item.get("errors", []):
        console.print(f"    segment {one['segment_no']}: {escape(one['text'])}")
    for one in item.get("claim_list", []):
        parts = [
            one.get("claim_id") or "(no id)",
            *(
                f"{name} {money(one[f'{name}_cents'])}"
                for name in ("charge", "paid")
                if one.get(f"{name}_cents") is not None
            ),
            *(
                f"{name} {one[name]}"
                for name in ("status", "category", "payer_claim_number", "lines")
                if one.get(name) is not None
            ),
        ]
        console.print(f"    {one['segment_no']:>7}  {escape('  '.join(parts))}", highlight=False)
        if one.get("imbalance"):
            console.print(f"             [red]{escape(one['imbalance'])}[/]")


def _problems(console: Console, problems: Sequence[dict[str, Any]], indent: str = "  ") -> None:
    for one in problems:
        console.print(f"{indent}[red]{one['code']}[/] at segment {one['segment_no']}: {escape(one['text'])}")


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name.endswith("cents"):
        return money(value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else escape(str(value))

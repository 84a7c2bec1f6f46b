"""What `pm` prints for people: status and traces. X12 files: render_edi.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pm_pipeline.audit.trace import Step
from pm_pipeline.console import dollars, dollars_in

WIDEST = 10_000  # columns: as wide as a table would like to be
LEAST_TEXT = 20  # columns that text which may be wrapped gets at least

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


def rows_table(title: str, rows: Sequence[dict[str, Any]]) -> RenderableType:
    """Equal rows as a table; cents become dollars, numbers stand right. Where the terminal is too narrow for it each row is a
    block of names and values: ids are never cut, because people copy them."""
    return _Rows(title, rows)


def print_rows(console: Console, title: str, rows: Sequence[dict[str, Any]], limit: int) -> None:
    """The first rows of a list, and how many more there are."""
    console.print(rows_table(title, rows[:limit]) if rows else "None.")
    print_more(console, len(rows), limit)


def print_more(console: Console, total: int, limit: int) -> None:
    """A line below a list of which not all is shown."""
    if total > limit:
        console.print(f"[dim]{total - limit:,} more: --limit {total}, or --json[/]")


@dataclass(frozen=True)
class _Rows:
    title: str
    rows: Sequence[dict[str, Any]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        table = self._table()
        if console.measure(table, options=options.update(max_width=WIDEST)).minimum <= options.max_width:
            yield table
            return
        yield Text(self.title, style="italic")
        for row in self.rows:
            (_, first), *others = ((name, _cell(name, value)) for name, value in row.items())
            said = [f"[dim]{_head(name)}[/] {cell}" for name, cell in others if cell]
            yield f"[bold]{first}[/]"
            yield Padding(Text.from_markup("; ".join(said)), (0, 0, 0, 2))

    def _table(self) -> Table:
        table = Table(title=self.title, title_justify="left", header_style="bold")
        for name, value in self.rows[0].items():
            cells = [Text.from_markup(_cell(name, row[name])).cell_len for row in self.rows]
            is_text = any(" " in _cell(name, row[name]) for row in self.rows)
            table.add_column(
                _head(name),
                justify="right" if isinstance(value, int) and not isinstance(value, bool) else "left",
                no_wrap=not is_text,
                min_width=min(max(cells), LEAST_TEXT) if is_text else None,
            )
        for row in self.rows:
            table.add_row(*(_cell(name, value) for name, value in row.items()))
        return table


def _head(name: str) -> str:
    return name.removesuffix("_cents").replace("_", " ").replace("cents", "amount")


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
    if isinstance(value, list):
        return escape(", ".join(map(str, value)))
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else escape(dollars_in(str(value)))

"""The demo's last page: claims, money, KPIs, and both books side by side."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pm_pipeline.audit.render import auto_post, money, rows_table


def print_report(console: Console, document: dict[str, Any]) -> None:
    """Print what `Report.document` holds."""
    found = document["status"]
    console.print(
        f"\n[bold]{document['claims']:,} claims, {document['from']} to {document['to']}, {document['pipeline_seconds']} s of pipeline time[/]\n"
    )
    for name, title in (("claims_by_state", "Claims by state"), ("feeds", "Practice feeds"), ("open_denials", "Open denials by category"),
                        ("open_exceptions", "Open posting exceptions"), ("overdue", "Overdue answers and deadlines")):  # fmt: skip
        if found[name]:
            console.print(rows_table(title, found[name]))
    console.print(_kpis(document["kpis"]))
    if found["auto_post"]["lines"]["of"]:
        console.print(f"Posted with no person: {auto_post(found['auto_post'])}\n")
    console.print(_books(document["reconciliation"]["lines"]))
    differing = document["reconciliation"]["claims_differing"]
    compared = document["reconciliation"]["claims_compared"]
    console.print(f"{compared - len(differing):,} of {compared:,} claims agree with the sandbox's books to the cent.")
    for claim_id, gaps in list(differing.items())[:10]:
        for name, ours, theirs in gaps:
            console.print(f"  [red]{claim_id}[/] {name}: ledger {money(ours)}, books {money(theirs)}")
    if document["planted"]:
        print_planted(console, document["planted"])
    print_edits(console, document["edits"])
    for one in document["violations"][:10]:
        console.print(f"  [red]{one['invariant']}[/] {escape(one['item'])}: {escape(one['text'])}")
    if not document["violations"]:
        console.print("Every invariant of the ledger holds.")
    console.print(f"Ledger hash {document['ledger_hash']}")
    if (before := document["hash_before_replay"]) is not None:
        console.print(
            "Running all days again changed nothing."
            if before == document["ledger_hash"]
            else f"[red]It was {before} before the days were run again.[/]"
        )
    console.print("\nLook further: pm status, pm trace CLAIM_ID, pm ledger verify, make dagster\n")


def print_edits(console: Console, found: dict[str, Any]) -> None:
    """How many of the planted mistakes the edits found, which not, and what they held with nothing wrong."""
    planted, caught = (sum(one[name] for one in found["edits"]) for name in ("planted", "found"))
    share = found["held_wrongly"] / found["claims"] if found["claims"] else 0.0
    console.print(
        f"{caught:,} of {planted:,} mistakes of {len(found['edits'])} kinds that were planted for an edit were found by it; "
        f"{found['held_wrongly']:,} of {found['claims']:,} claims ({share:.2%}) were held with nothing wrong."
    )
    for one in found["edits"]:
        for item in one["missing"][:10]:
            console.print(f"  [red]{one['rule']}[/] {escape(item)}: planted, and not found")
    for example in found["examples"]:
        console.print(f"  [red]{escape(example)}[/]: held, and nothing was planted")


def print_planted(console: Console, reasons: list[dict[str, Any]]) -> None:
    """The reasons table: what was planted, what of it was found, and what is on one side only."""
    table = Table(title="What should wait or be looked at, and what does", title_justify="left", header_style="bold")
    for name in ("reason", "planted", "found", "open", "missing", "not planted"):
        table.add_column(name, justify="left" if name == "reason" else "right", no_wrap=True)
    for one in reasons:
        sides = (f"[red]{len(one[side])}[/]" if one[side] else "0" for side in ("missing", "unplanted"))
        table.add_row(one["code"], str(one["planted"]), str(one["found"]), str(one["open"]), *sides)
    console.print(table)
    for one in reasons:
        for side, title in (("missing", "planted, and not found"), ("unplanted", "found, and not planted")):
            for item in one[side][:10]:
                console.print(f"  [red]{one['code']}[/] {escape(item)}: {title}")


def _kpis(rows: list[dict[str, Any]]) -> Table:
    table = Table(title="KPIs (published marts, latest day)", title_justify="left", header_style="bold")
    for name in ("KPI", "value", "numerator", "denominator", ""):
        table.add_column(name, justify="left" if name in ("KPI", "") else "right", no_wrap=name != "")
    for row in rows:
        value = row["value"]
        shown = "" if value is None else f"{value:.1f} days" if row["unit"] == "days" else f"{value:.1%}"
        table.add_row(
            row["kpi"], shown, _number(row["numerator"]), _number(row["denominator"]), escape(row["note"] or "")
        )
    return table


def _books(lines: list[dict[str, Any]]) -> Table:
    table = Table(title="Our ledger and the sandbox's own books", title_justify="left", header_style="bold")
    for name in ("", "ledger", "sandbox", "difference"):
        table.add_column(name, justify="left" if not name else "right")
    for one in lines:
        gap = one["ledger_cents"] - one["books_cents"]
        table.add_row(
            one["name"],
            money(one["ledger_cents"]),
            money(one["books_cents"]),
            f"[red]{money(gap)}[/]" if gap else "0.00",
        )
    return table


def _number(value: Any) -> str:
    return "" if value is None else f"{value:,.2f}"

"""What `pm holds` prints for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape

from pm_pipeline.audit.render import money, rows_table


def print_queues(console: Console, queues: Sequence[dict[str, Any]]) -> None:
    """The held claims, queue by queue."""
    if not queues:
        console.print("No claim is held.")
        return
    for queue in queues:
        deadline = f", file by {queue['next_deadline']}" if queue["next_deadline"] else ""
        console.print(
            f"[bold]{escape(queue['queue'])}[/]: {queue['claims']:,} claims, {money(queue['cents'])}{deadline}"
        )
        for one in queue["findings"]:
            named = f"{one['rule_id']} version {one['rule_version']}" if one["rule_id"] else "(no finding)"
            deadline = f", file by {one['timely_filing_deadline']}" if one["timely_filing_deadline"] else ""
            console.print(
                f"  {one['claim_id']}  [bold]{named}[/]{_line(one)}  {money(one['cents'])}, held {one['days_held']} days{deadline}",
                highlight=False,
            )
            _print_finding(console, one)
        left_out = queue["findings_in_all"] - len(queue["findings"])
        if left_out:
            console.print(f"  [dim]{left_out:,} of its findings are not shown; --limit shows more[/]", highlight=False)
    console.print("[dim]Next: pm holds show CLAIM[/]")


def print_held(console: Console, found: Mapping[str, Any]) -> None:
    """Everything about one claim."""
    claim = found["claim"]
    held = f" since {claim['held_since']} ({claim['days_held']} days)" if claim["held_since"] else ""
    deadline = f", file by {claim['timely_filing_deadline']}" if claim["timely_filing_deadline"] else ""
    console.print(
        f"[bold]Claim {claim['claim_id']}[/] of {claim['dos_from']}, {money(claim['charge_cents'])} to {claim['payer_id'] or 'nobody'}: "
        f"{claim['state']}{held}{deadline}",
        highlight=False,
    )
    for one in found["findings"]:
        end = f", cleared {one['cleared_on']}" if one["cleared_on"] else ""
        console.print(
            f"  [bold]{one['stands']}[/]  {one['rule_id']} version {one['rule_version']}{_line(one)}, found {one['found_on']}{end}",
            highlight=False,
        )
        _print_finding(console, one)
    for name in ("overrides", "person_fixes", "fixes"):
        if found[name]:
            console.print(rows_table(name.replace("_", " ").capitalize(), found[name]))
    if found["can_do"]:
        console.print("[bold]What can be done[/]")
        for line in found["can_do"]:
            console.print(f"  {escape(line)}", soft_wrap=True, highlight=False)


def print_decided(console: Console, report: Mapping[str, Any]) -> None:
    """What a decision changed, and how its claims stand now."""
    for one in report.get("changes", []):
        console.print(
            f"{one['claim_id']} line {one['line_no']} {one['column_name']}: {escape(_said(one['before']))} -> {escape(_said(one['after']))}",
            highlight=False,
            soft_wrap=True,
        )
    if report.get("dry_run"):
        console.print(f"{len(report['changes']):,} values would change; nothing was kept.")
        return
    console.print(f"Kept: {' '.join(report['kept'])}", soft_wrap=True)
    for one in report["claims"]:
        by = f", by {' '.join(one['held_by'])}" if one["held_by"] else ""
        console.print(f"{one['claim_id']}: {one['state']}{by}", highlight=False)


def _print_finding(console: Console, one: Mapping[str, Any]) -> None:
    console.print(f"      {escape(one['message'])} [bold]{escape(one['remedy'])}[/]", soft_wrap=True, highlight=False)
    values = ", ".join(f"{name} {_said(value)}" for name, value in one.get("values", {}).items())
    if values:
        console.print(f"      [dim]{escape(values)}[/]", soft_wrap=True, highlight=False)


def _line(one: Mapping[str, Any]) -> str:
    return f" line {one['line_no']}" if one["line_no"] else ""


def _said(value: Any) -> str:
    if value is None:
        return "(empty)"
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)

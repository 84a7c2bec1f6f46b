"""What `pm denials` prints for people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pm_pipeline.audit.render import money, print_more

VERDICTS = {
    "silent": "did not fire on this claim: the edit or what it looks at has a gap",
    "cleared": "fired, and was corrected before the claim left",
    "fixed": "put the value right before the claim left",
    "overridden": "fired, and the claim left all the same",
}


def print_worklist(console: Console, rows: Sequence[dict[str, Any]], today: dt.date, limit: int) -> None:
    """A row per denial, so many at most; overdue days in red, escalated ones marked. Ids are whole on a terminal of 80 columns: people copy them."""
    if not rows:
        console.print("No open denial here.")
        return
    table = Table(header_style="bold", title=f"Open denials on {today}", title_justify="left")
    table.add_column("denial\nclaim", no_wrap=True)
    for name in ("payer\ncode", "queue\nowner", "state\nnext"):
        table.add_column(name)
    table.add_column("due\nappeal by", no_wrap=True)
    table.add_column("at stake\nworth", justify="right", no_wrap=True)
    for one in rows[:limit]:
        due = str(one["due_on"])
        table.add_row(
            f"{one['denial_id']}\n{one['claim_id']}",
            f"{one['payer_id']} {one['payer_turn'][0].upper()}\n{one['group_code']}-{one['carc']}" + (f" {one['rarc']}" if one["rarc"] else ""),
            f"{one['queue_id']}\n{escape(one['owner'])}" + (" [yellow](escalated)[/]" if one["is_escalated"] else ""),
            one["state"].replace("_", " ") + (", again" if one["is_reopened"] else "") + f"\n{one['next_action'].replace('_', ' ')}",
            (f"[red]{due}[/]" if one["is_overdue"] else due) + "\n" + (str(one["appeal_by"]) if one["is_appealable"] else "no appeal"),
            f"{money(one['at_stake_cents'])}\n{money(round(one['at_stake_cents'] * one['chance']))}",
        )  # fmt: skip
    console.print(table)
    print_more(console, len(rows), limit)
    overdue = sum(bool(one["is_overdue"]) for one in rows)
    console.print(
        f"{len(rows):,} denials, {money(sum(one['at_stake_cents'] for one in rows))} at stake, {overdue:,} overdue."
    )


def print_episode(console: Console, found: dict[str, Any]) -> None:
    """What it is, root cause, work, timeline."""
    one, work = found["episode"], found["work"]
    console.print(f"[bold]Denial {one['denial_id']}[/]  {one['state'].replace('_', ' ')}  claim {one['claim_id']}"
                  + (f"  charge {one['charge_id']}" if one["charge_id"] else "  the claim as a whole"))  # fmt: skip
    console.print(f"{one['group_code']}-{one['carc']}: {escape(one['carc_meaning'] or '')}"
                  + (f"; {one['rarc']}: {escape(one['rarc_meaning'] or '')}" if one["rarc"] else "")
                  + f"  ({one['category']}: {escape(one['category_meaning'] or '')})")  # fmt: skip
    console.print(
        f"{one['payer_id']} ({one['payer_turn']}) denied {money(one['denied_cents'])} of {money(one['charge_cents'])} on {one['denied_on']}"
        + (", paid a part" if one["is_partial"] else "") + f"; open now {money(one['at_stake_cents'])}; recovered {money(one['recovered_cents'])}"
        + (f"; written off {money(one['written_off_cents'])}" if one["written_off_cents"] else "")
        + (f"; transferred {money(one['transferred_cents'])}" if one["transferred_cents"] else "")
    )  # fmt: skip
    flags = [("preventable", one["is_preventable"]), ("appealable until " + str(one["appeal_by"]), one["is_appealable"]),
             ("no appeal", not one["is_appealable"]), ("denied before as " + str(one["reopens_denial_id"]), one["is_reopened"]),
             ("denied again as " + str(one["denied_again_as"]), one["denied_again_as"] is not None)]  # fmt: skip
    console.print("; ".join(text for text, holds in flags if holds))
    if not found["causes"]:
        console.print("Root cause: no edit of ours would have stopped it.")
    for cause in found["causes"]:
        console.print(f"Root cause: edit {cause['rule_id']} {VERDICTS[cause['verdict']]}")
    if work:
        console.print(f"[bold]Next:[/] {work['next_action'].replace('_', ' ')} by {work['due_on']}, {escape(work['owner'])}, queue {work['queue_id']}"
                      + ("  [red]overdue[/]" if work["is_overdue"] else ""))  # fmt: skip
    table = Table(header_style="bold", title="What happened", title_justify="left")
    for name in ("day", "what", "who", "text", "amount"):
        table.add_column(name, justify="right" if name == "amount" else "left")
    for step in found["timeline"]:
        cents = step["cents"]
        table.add_row(
            str(step["happened_on"]),
            step["what"].replace("_", " "),
            step["actor"],
            escape(step["text"] or ""),
            money(cents) if cents else "",
        )
    console.print(table)
    ids = [
        f"{action['action']} {action['action_id']}"
        for action in found["actions"]
        if action["action"] in ("write_off", "transfer", "close")
    ]
    if ids:
        console.print("Actions that can be taken back: " + ", ".join(ids))

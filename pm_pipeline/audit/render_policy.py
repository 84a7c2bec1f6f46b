"""What `pm policy` prints for people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pm_pipeline.audit.render import money
from pm_pipeline.config.policy import PostingPolicy

NO_CONDITION = {"id", "why", "action", "account", "category", "liability", "delay_days"}


def print_policies(console: Console, rows: Sequence[dict[str, Any]], chosen: str, day: dt.date) -> None:
    """One line per version; the one that decides today's payments in bold."""
    table = _table(f"Posting policies; the practice goes by {chosen}")
    for name in ("policy", "version", "decides payments of", "owner", "requires", "rules", f"on {day}"):
        table.add_column(name, justify="right" if name in ("version", "rules") else "left")
    for row in rows:
        table.add_row(
            escape(row["policy_id"]), str(row["version"]), f"{row['effective_from']} to {row['effective_to'] or 'now'}",
            escape(row["owner"]), ", ".join(row["requires"]), str(row["rules"]), "in force" if row["is_in_force"] else "",
            style="bold" if row["is_in_force"] else "",
        )  # fmt: skip
    console.print(table)


def print_policy(console: Console, policy: PostingPolicy) -> None:
    """What it requires, and its rules in order."""
    ends = f" to {policy.effective_to}" if policy.effective_to else " on"
    console.print(
        f"[bold]{escape(policy.named())}[/], payments from {policy.effective_from}{ends}; {escape(policy.owner)}"
    )
    required = [name for name, wanted in policy.require if wanted]
    console.print(f"Requires: {', '.join(required) or 'nothing'}")
    for title, rules in (("Payments (CLP04)", policy.payments), ("Adjustments (CAS)", policy.rules)):
        table = _table(f"{title}: the first rule that fits decides; when none does the claim is held")
        for name in ("", "rule", "when", "then", "because"):
            table.add_column(name, justify="right" if not name else "left")
        for place, rule in enumerate(rules, start=1):
            table.add_row(str(place), rule.id, escape(_conditions(rule)), escape(_action(rule)), escape(rule.why))
        console.print(table)


def print_backtest(console: Console, found: dict[str, Any]) -> None:
    """What would have changed, most money first."""
    days = f"payments of {found['from']} to {found['to']}"
    console.print(
        f"[bold]{escape(found['policy_id'])} version {found['version']}[/] for {days}, as of {found['as_of']}"
    )
    console.print(
        f"{found['changed_claims']:,} of {found['claims']:,} remittance claims in {found['payments']:,} payments would have "
        "come out otherwise." if found["claims"] else f"There are no {days} that were posted."
    )  # fmt: skip
    if found["changes"]:
        console.print(_changes(found["changes"]))
    if found["other_claims"]:
        console.print(f"{found['other_claims']:,} remittance claims of other days too, because they build on these.")
    if found["claims"]:
        console.print(_rates(found["auto_post"]))
    if found["accounts"]:
        table = _table("Accounts that would stand elsewhere (debits positive)")
        for name in ("account", "was", "would be", "difference"):
            table.add_column(name, justify="left" if name == "account" else "right")
        for one in found["accounts"]:
            was, would = one["was_cents"], one["would_be_cents"]
            table.add_row(escape(one["account"]), money(was), money(would), money(would - was))
        console.print(table)


def _changes(changes: Sequence[dict[str, Any]]) -> Table:
    table = _table("What would have changed")
    for name in ("", "was", "would be", "claims", "amount", "moved", "would move", "for example"):
        right = name in ("claims", "amount", "moved", "would move")
        table.add_column(name, justify="right" if right else "left")
    for one in changes:
        table.add_row(
            one["kind"], escape(f"{one['was']} {one['was_rule']}"), escape(f"{one['would_be']} {one['would_be_rule']}"),
            f"{one['claims']:,}", money(one["cents"]), money(one["was_moved_cents"]), money(one["would_be_moved_cents"]),
            escape(" ".join(one["examples"])),
        )  # fmt: skip
    return table


def _rates(rates: dict[str, dict[str, int]]) -> Table:
    table = _table("Posted without a person")
    for name in ("", "was", "would be", "of"):
        table.add_column(name, justify="left" if not name else "right")
    for name, shown in (("lines", "lines"), ("claims", "claims"), ("payments", "payments"), ("cents", "dollars paid")):
        rate = rates[name]
        of = rate["of"]
        was, would = (f"{rate[side] / of:.2%}" if of else "" for side in ("was", "would_be"))
        table.add_row(shown, was, would, money(of) if name == "cents" else f"{of:,}")
    return table


def _conditions(rule: BaseModel) -> str:
    """`groups CO; carcs 45, 59`: the conditions that are given."""
    said: list[str] = []
    for name, value in rule:
        if name in NO_CONDITION or value is None or value == []:
            continue
        shown = (
            ", ".join(map(str, value))
            if isinstance(value, list)
            else money(value)
            if name == "max_cents"
            else str(value)
        )
        said.append(f"{'at most' if name == 'max_cents' else name} {shown}")
    return "; ".join(said) or "always"


def _action(rule: Any) -> str:
    """`write_off CONTRACTUAL:contract after 30 days`."""
    days = getattr(rule, "delay_days", 0)
    words = [
        rule.action,
        getattr(rule, "account", None),
        getattr(rule, "category", None),
        f"after {days} days" if days else None,
    ]
    return " ".join(word for word in words if word)


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", header_style="bold")

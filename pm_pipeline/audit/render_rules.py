"""What `pm rules` prints for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pm_pipeline.audit.render import money


def scope_words(scope: Mapping[str, Any]) -> str:
    """Which claims a rule with this scope (key -> text, list or None) judges."""
    said = {
        key.replace("_", " "): ", ".join(value) if isinstance(value, list) else value
        for key, value in scope.items()
        if value
    }
    return "; ".join(f"{key}: {value}" for key, value in said.items()) or "every claim"


def print_rules(console: Console, rows: Sequence[dict[str, Any]]) -> None:
    """One line per rule."""
    table = _table(f"{len(rows)} rules", ("rule", "version", "severity", "family", "title", "only", "prevents"))
    for row in rows:
        table.add_row(
            row["rule_id"], str(row["version"]), row["severity"], row["family"], escape(row["title"]),
            escape(", ".join(row["payers"])), " ".join(row["prevents"]),
        )  # fmt: skip
    console.print(table)


def print_rule(console: Console, found: dict[str, Any]) -> None:
    """Everything about one rule."""
    console.print(f"[bold]{found['id']}[/] version {found['version']}: {escape(found['title'])}")
    console.print(
        f"{found['severity']}, of each {found['level']}; family {found['family']}; owner: {escape(found['owner'])}"
    )
    console.print(f"Why     {escape(found['why'])}\nSource  {escape(found['source'])}", soft_wrap=True)
    console.print(f"Judges  {escape(scope_words(found['scope']))}", soft_wrap=True)
    console.print(f"Fires when\n  {escape(found['where'].strip())}", soft_wrap=True)
    for column, expression in found["set"].items():
        console.print(f"Sets {column} to\n  {escape(expression)}", soft_wrap=True)
    console.print(f"Says    {escape(found['message'])}\nTo do   {escape(found['remedy'])}", soft_wrap=True)
    console.print(f"Prevents CARC {', '.join(found['prevents']) or 'none named'}")
    table = _table("Columns it uses", ("column", "type", "meaning"))
    for name, column in found["columns"].items():
        kind = "rows" if column["type"].startswith("STRUCT") else column["type"]
        table.add_row(name, kind, escape(column["means"]))
        for field, means in found["rows"].get(name, {}).items():
            table.add_row(f"  .{field}", "", escape(means), style="dim")
    console.print(table)
    for change in found["changes"]:
        console.print(
            f"Version {change['version']}, {change['made_on']}, {escape(change['by'])}: {escape(change['why'])}"
        )
    if "did" in found:
        did = found["did"]
        console.print(
            f"So far: {did['findings']} findings on {did['claims']} claims of {money(did['cents'])}, {did['fixes']} fixes; "
            f"{did['held_claims']} claims held now; {did['denials_missed']} denials it should have stopped."
        )


def print_report(console: Console, rows: Sequence[dict[str, Any]]) -> None:
    """One line per rule that did something, and how many did nothing."""
    active = [row for row in rows if row["claims"] or row["denials_missed"]]
    table = _table(
        f"{len(active)} of {len(rows)} rules have found something",
        ("rule", "severity", "findings", "claims", "dollars", "held now", "fixes", "days to clear", "denials all the same", "title"),
    )  # fmt: skip
    for row in active:
        days = row["median_days_to_clear"]
        table.add_row(
            row["rule_id"], row["severity"] or "", str(row["findings"]), str(row["claims"]), money(row["cents"]), str(row["held_claims"]),
            str(row["fixes"]), "" if days is None else f"{days:g}", str(row["denials_missed"]), escape(row["title"]),
        )  # fmt: skip
    console.print(table)


def print_suggestions(console: Console, rows: Sequence[dict[str, Any]], of: int) -> None:
    """One line per suggestion, the costliest first; `of`: how many there are in all."""
    if not rows:
        console.print(
            "No edit to suggest: nothing is refused more often than chance explains that rules do not hold or say already. "
            "Fewer --least-denials or a lower --least-precision look closer.",
            soft_wrap=True,
        )
        return
    table = _table(
        f"{len(rows)} edits suggested" if len(rows) == of else f"{len(rows)} of {of} edits suggested (--limit)",
        ("payer", "CARC", "refuses", "since", "denials", "claims", "of answered", "dollars", "held already"),
    )
    for row in rows:
        by = f": {row['by_rule']} {row['by_rule_share']:.0%}" if row["by_rule"] else ""
        table.add_row(
            row["payer_id"], row["carc"], escape(", ".join(row["conditions"])), str(row["since"] or ""), str(row["denials"]),
            str(row["claims"]), str(row["answered"]), money(row["denied_cents"]), f"{row['held_share']:.0%}{by}" if by else "",
        )  # fmt: skip
    console.print(table)


def print_backtest(console: Console, found: dict[str, Any]) -> None:
    """What a rule would have caught and prevented."""
    console.print(
        f"[bold]{found['rule_id']}[/] version {found['version']} on {found['tried_claims']:,} claims ({found['tried_lines']:,} lines) of history, "
        f"{found['in_scope_claims']:,} in its scope, in {found['seconds']} s"
    )
    console.print(f"It catches {found['claims']:,} claims, {found['lines']:,} lines, {money(found['cents'])}.")
    if found["failed"]:
        console.print(f"[red]It could not be evaluated on {found['failed']:,} claims and would have held them.[/]")
    if found["prevents"]:
        share = "" if found["recall"] is None else f", {found['recall']:.0%}"
        console.print(
            f"Denials with CARC {', '.join(found['prevents'])} it would have prevented: {found['denials']:,} of {found['of_denials']:,}{share}; "
            f"{money(found['denied_cents'])} of {money(found['of_denied_cents'])}."
        )
        if found["precision"] is not None:
            console.print(
                f"Of the caught claims a payer answered, {found['caught_and_denied']:,} were so denied and {found['caught_and_not_denied']:,} "
                f"were not ({found['precision']:.0%} right)."
            )
    else:
        console.print("It names no CARC it prevents, so no denial can be set against it.")
    for title, rows, key in (
        ("By payer", found["payers"], "payer_id"),
        ("By month of service", found["months"], "month"),
    ):
        table = _table(title, (key, "claims", "dollars"))
        for row in rows:
            table.add_row(escape(row[key]), f"{row['claims']:,}", money(row["cents"]))
        if rows:
            console.print(table)
    table = _table("Other rules on the same claims", ("rule", "claims", "share"))
    for row in found["overlap"]:
        table.add_row(row["rule_id"], f"{row['claims']:,}", f"{row['share']:.0%}")
    console.print(table if found["overlap"] else "No other rule catches any of these claims.")
    if found["examples"]:
        console.print(f"Look at: {' '.join(found['examples'])} (pm trace CLAIM_ID)", soft_wrap=True)


def _table(title: str, names: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    right = {
        "version",
        "findings",
        "claims",
        "denials",
        "of answered",
        "dollars",
        "held now",
        "fixes",
        "days to clear",
        "denials all the same",
        "share",
    }
    for name in names:
        table.add_column(name, justify="right" if name in right else "left")
    return table

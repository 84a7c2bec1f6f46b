"""What rules say and what they have done, for people who read or own them."""

from __future__ import annotations

from typing import Any

import duckdb

from pm_pipeline.scrub.facts import items, relations
from pm_pipeline.scrub.rule import CompiledRule
from pm_pipeline.scrub.rulebook import Rulebook
from pm_pipeline.warehouse import records, run_sql

NOTHING: dict[str, Any] = {
    "findings": 0, "claims": 0, "open_findings": 0, "held_claims": 0, "cents": 0, "fixes": 0, "first_on": None,
    "last_on": None, "median_days_to_clear": None, "denials_missed": 0, "denied_cents_missed": 0,
}  # fmt: skip


def report_rules(con: duckdb.DuckDBPyConnection, book: Rulebook) -> list[dict[str, Any]]:
    """One row per rule in force, and per rule no longer in force that did something: counts, and amounts in cents."""
    run_sql(con, __package__ or "", "report.sql")
    did = {row.pop("rule_id"): row for row in records(con)}
    rows = [
        {
            "rule_id": one.rule.id,
            "version": one.rule.version,
            "severity": one.rule.severity,
            "title": one.rule.title,
            **did.pop(one.rule.id, NOTHING),
        }
        for one in book.rules
    ]
    gone = [
        {"rule_id": rule_id, "version": None, "severity": None, "title": "(no rule file in force)", **row}
        for rule_id, row in did.items()
    ]
    return sorted([*rows, *gone], key=lambda row: (-row["claims"], row["rule_id"]))


def explain_rules(book: Rulebook, con: duckdb.DuckDBPyConnection | None = None) -> list[dict[str, Any]]:
    """explain_rule of every rule in force, without its editions; `did` is there with or without a warehouse."""
    did = {row["rule_id"]: row for row in report_rules(con, book)} if con is not None else {}
    return [explain_rule(one) | {"did": did.get(one.rule.id, NOTHING)} for one in book.rules]


def explain_rule(compiled: CompiledRule, con: duckdb.DuckDBPyConnection | None = None) -> dict[str, Any]:
    """A rule's file, the meaning of every column it uses (rows of lists too), its editions and what it did."""
    columns = relations()[compiled.relation].columns
    used = {name: columns[name] for name in sorted(compiled.columns) if name in columns}
    said = compiled.rule.model_dump(mode="json")
    found: dict[str, Any] = {
        **said,
        "relation": compiled.relation,
        "columns": {name: {"type": column.type, "means": column.means} for name, column in used.items()},
        "rows": {
            name: {field: inner.means for field, inner in items()[column.items].columns.items()}
            for name, column in used.items()
            if column.items is not None
        },
    }
    if con is not None:
        found["editions"] = records(
            con,
            "SELECT rule_version, severity, first_on, content ->> 'where' AS said FROM scrub.rule_edition "
            "WHERE rule_id = ? ORDER BY rule_version, first_on",
            [compiled.rule.id],
        )
        run_sql(con, __package__ or "", "report.sql")
        found["did"] = next((row for row in records(con) if row["rule_id"] == compiled.rule.id), NOTHING)
    return found

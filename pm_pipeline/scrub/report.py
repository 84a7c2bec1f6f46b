"""What rules say and what they have done, for people who read or own them."""

from __future__ import annotations

from typing import Any

import duckdb

from pm_pipeline.scrub.facts import items, relations
from pm_pipeline.scrub.rule import CompiledRule
from pm_pipeline.scrub.rulebook import Rulebook
from pm_pipeline.warehouse import number, records, run_sql

NOTHING: dict[str, Any] = {
    "findings": 0, "claims": 0, "open_findings": 0, "held_claims": 0, "cents": 0, "fixes": 0, "first_on": None,
    "last_on": None, "median_days_to_clear": None, "denials_missed": 0, "denied_cents_missed": 0,
}  # fmt: skip
# what stands as rule_id of findings that no rule of the book makes: their titles
OTHERS = {
    "RULE-ERROR": "(an edit that could not be evaluated: the finding names it)",
    "FIX-ERROR": "(a fix that could not be evaluated: the finding names it)",
    "X12-837P": "(the claim would make no valid 837P: the validator's finding says why)",
}


def is_judged(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether there is a claim, and so something that rules can have found."""
    return number(con, "SELECT count(*) FROM (SELECT 1 FROM scrub.claim LIMIT 1)") > 0


def report_rules(con: duckdb.DuckDBPyConnection, book: Rulebook) -> list[dict[str, Any]]:
    """One row per rule in force, and per rule no longer in force that did something: counts, and amounts in cents.

    And one per other thing that makes findings (OTHERS).
    """
    did = _did(con)
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
        {
            "rule_id": rule_id,
            "version": None,
            "severity": None,
            "title": OTHERS.get(rule_id, "(no rule file in force)"),
            **row,
        }
        for rule_id, row in did.items()
    ]
    return sorted([*rows, *gone], key=lambda row: (-row["claims"], row["rule_id"]))


def explain_rules(book: Rulebook, con: duckdb.DuckDBPyConnection | None = None) -> list[dict[str, Any]]:
    """explain_rule of every rule in force, without its editions; `did` is there with or without a warehouse."""
    did = _did(con) if con is not None else {}
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
        found["did"] = _did(con, compiled.rule.id).get(compiled.rule.id, NOTHING)
    return found


def _did(con: duckdb.DuckDBPyConnection, rule_id: str | None = None) -> dict[str, dict[str, Any]]:
    """What each rule that did something did, with the keys of NOTHING; or this one alone."""
    rows = records(run_sql(con, __package__ or "", "report.sql", {"rule_id": rule_id}))
    return {row.pop("rule_id"): row for row in rows}

"""Held claims as work for people: queues by the owner of the rule, with what is wrong, where, and what can be done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import duckdb

from pm_pipeline.config import Config
from pm_pipeline.errors import PmError
from pm_pipeline.scrub.engine import KEYS, fill_facts
from pm_pipeline.scrub.events import CHANGEABLE
from pm_pipeline.scrub.facts import RelationName, relations
from pm_pipeline.scrub.override import may_override
from pm_pipeline.scrub.person_fix import may_set
from pm_pipeline.scrub.reference import load_reference
from pm_pipeline.scrub.rule import CompiledRule
from pm_pipeline.scrub.rulebook import Rulebook
from pm_pipeline.warehouse import records, run_sql

HERE = __package__ or ""
FIRST = "timely_filing_deadline NULLS LAST, cents DESC, claim_id, line_no NULLS FIRST, rule_id"


def held_queues(
    con: duckdb.DuckDBPyConnection,
    config: Config,
    rules: Rulebook,
    today: dt.date,
    *,
    queue: str | None = None,
    rule_id: str | None = None,
    payer_id: str | None = None,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """One row per queue: queue (the rule's owner), claims, cents, findings_in_all, findings; the queue with the nearest deadline first.

    findings: at most `limit` over all queues, those with the nearest timely filing deadline first, then the most dollars; each
    with rule, message, remedy, cents of the claim, days_held, timely_filing_deadline, and values: the columns the rule uses,
    none that facts.yaml marks is_phi. claims, cents and findings_in_all count all, shown or not. queue: an owner or a
    family of rules. Only temporary tables are made, so `con` may be read-only. Raises PmError when no rule has that owner or family.
    """
    _fill_queue(con, config, rules, today)
    if queue is not None:
        _check_queue(con, queue)
    wanted = (
        "($queue IS NULL OR lower($queue) IN (lower(queue), lower(family))) AND ($rule_id IS NULL OR rule_id = $rule_id) "
        "AND ($payer_id IS NULL OR payer_id = $payer_id)"
    )
    params = {"queue": queue, "rule_id": rule_id, "payer_id": payer_id}
    shown = records(
        con, f"SELECT * FROM scrub_queue WHERE {wanted} ORDER BY {FIRST} LIMIT {'ALL' if limit is None else limit}", params
    )  # fmt: skip
    add_values(con, rules, today, shown)
    totals = records(
        con,
        "SELECT queue, count(*) AS claims, CAST(sum(cents) AS BIGINT) AS cents, min(timely_filing_deadline) AS next_deadline, "
        "CAST(sum(findings) AS BIGINT) AS findings_in_all FROM (SELECT queue, claim_id, cents, timely_filing_deadline, "
        f"count(*) AS findings FROM scrub_queue WHERE {wanted} GROUP BY ALL) GROUP BY queue "
        "ORDER BY next_deadline NULLS LAST, cents DESC, queue",
        params,
    )
    shown.sort(key=lambda row: row["queue"])  # stable: the order within a queue stays
    by_queue = {name: list(rows) for name, rows in groupby(shown, key=lambda row: row["queue"])}
    return [{**row, "findings": by_queue.get(row["queue"], [])} for row in totals]


def show_held(
    con: duckdb.DuckDBPyConnection, config: Config, rules: Rulebook, claim_id: str, today: dt.date
) -> dict[str, Any]:
    """Everything about one claim, held or not: claim, findings (open and cleared), overrides, fixes, and what can be done.

    Ids, codes, days and cents; no name, birth date or member id. Raises PmError when there is no such claim.
    """
    _fill_queue(con, config, rules, today)
    given = {"claim_id": claim_id, "day": today}
    claim = records(run_sql(con, HERE, "held_claim.sql", given))
    if not claim:
        raise PmError(f"There is no claim {claim_id!r}. `pm holds list` shows those that are held.")
    findings = records(run_sql(con, HERE, "held_findings.sql", given))
    add_values(con, rules, today, [one for one in findings if one["stands"] != "cleared"])
    found: dict[str, Any] = {
        "claim": claim[0],
        "findings": findings,
        "overrides": records(
            con,
            "SELECT override_id, rule_id, line_no, until_on, decided.actor, decided.reason, decided_on, back.actor AS withdrawn_by, "
            "withdrawn_on, back.decision_id IS NULL AND until_on >= CAST($day AS DATE) AS is_in_force FROM scrub.override AS decided "
            "LEFT JOIN scrub.withdrawal AS back ON back.decision_id = override_id WHERE decided.claim_id = $claim_id "
            "ORDER BY decided_at, line_no",
            given,
        ),
        "person_fixes": records(
            con,
            "SELECT person_fix_id, charge_id, column_name, value, rule_id, decided.actor, decided.reason, decided_on, "
            "back.actor AS withdrawn_by, withdrawn_on, person_fix_id IN (SELECT person_fix_id FROM scrub.standing_person_fix) "
            "AND charge_id IN (SELECT charge_id FROM charges.active_charge) AS is_in_force FROM scrub.person_fix AS decided "
            "LEFT JOIN scrub.withdrawal AS back ON back.decision_id = person_fix_id WHERE decided.claim_id = $claim_id "
            "ORDER BY decided_at, person_fix_id",
            {"claim_id": claim_id},
        ),
        "fixes": records(
            con,
            "SELECT fix.rule_id, line_no, column_name, before, after, fixed_on, by_person.actor AS person FROM scrub.fix AS fix "
            "LEFT JOIN (SELECT person_fix_id, actor FROM scrub.person_fix) AS by_person ON by_person.person_fix_id = fix.rule_id "
            "WHERE claim_id = ? ORDER BY fixed_on, line_no, column_name",
            [claim_id],
        ),
    }
    found["can_do"] = _can_do(rules, claim_id, found)
    return found


def add_values(
    con: duckdb.DuckDBPyConnection, rules: Rulebook, today: dt.date, findings: Sequence[dict[str, Any]]
) -> None:
    """Add to each finding its `values`: what the claim says in the columns its rule uses. Needs scrub_payer."""
    claims = sorted({one["claim_id"] for one in findings})
    run_sql(con, HERE, "standing.sql")
    run_sql(con, HERE, "queue_judged.sql", {"claims": claims, "day": today})
    run_sql(con, HERE, "judged_lines.sql")
    fill_facts(con, Rulebook(()))
    for relation, keys in KEYS.items():
        listed = [(one, rule) for one in findings if (rule := _rule(rules, one, relation)) is not None]
        columns = sorted({column for _, rule in listed for column in shown_columns(rule)} | set(keys))
        rows = records(con, f"SELECT {', '.join(columns)} FROM {relation}") if listed else []
        by_key = {tuple(row[key] for key in keys): row for row in rows}
        for one, rule in listed:
            row: Mapping[str, Any] = by_key.get(tuple(one[key] for key in keys), {})
            one["values"] = {column: row[column] for column in shown_columns(rule) if column in row}
    for one in findings:
        one.setdefault("values", {})


def shown_columns(rule: CompiledRule) -> list[str]:
    """The columns a rule uses that may be shown: none about a person, no lists of rows, no ids the finding has anyway."""
    columns = relations()[rule.relation].columns
    return sorted(
        name
        for name in rule.columns - {"claim_id", "line_no"}
        if name in columns and not columns[name].is_phi and columns[name].items is None
    )


def _rule(rules: Rulebook, finding: Mapping[str, Any], relation: RelationName) -> CompiledRule | None:
    rule = rules.rule(finding["rule_id"]) if finding["rule_id"] else None
    return rule if rule is not None and rule.relation == relation else None


def _fill_queue(con: duckdb.DuckDBPyConnection, config: Config, rules: Rulebook, today: dt.date) -> None:
    load_reference(con, config)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE scrub_rule_owner AS "
        "SELECT unnest(?) AS rule_id, unnest(?) AS owner, unnest(?) AS family",
        [
            [one.rule.id for one in rules.rules],
            [one.rule.owner for one in rules.rules],
            [one.rule.family for one in rules.rules],
        ],
    )
    run_sql(con, HERE, "queue.sql", {"day": today})


def _check_queue(con: duckdb.DuckDBPyConnection, queue: str) -> None:
    owners, families = (
        [
            str(row[0])
            for row in con.execute(
                f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY 1"
            ).fetchall()
        ]
        for column, table in (
            ("queue", "(SELECT owner AS queue FROM scrub_rule_owner UNION SELECT queue FROM scrub_queue)"),
            ("family", "(SELECT family FROM scrub_rule_owner UNION SELECT family FROM scrub_queue)"),
        )
    )
    if queue.lower() not in {name.lower() for name in owners + families}:
        raise PmError(
            f"There is no queue {queue!r}: no rule has that owner or family. Owners: {', '.join(owners)}. Families: {', '.join(families)}."
        )


def _can_do(rules: Rulebook, claim_id: str, found: Mapping[str, Any]) -> list[str]:
    """The commands that fit, ready to be completed."""
    who = '--by YOU --why "..."'
    lines: list[str] = []
    for rule_id in dict.fromkeys(one["rule_id"] for one in found["findings"] if one["stands"] == "holds"):
        rule = rules.rule(rule_id)
        settable = [column for column in may_set() if rule is not None and column in rule.columns]
        lines += [f"pm holds fix --rule {rule_id} --claim {claim_id} --set {column}=VALUE {who}" for column in settable]
        if may_override(rules, rule_id):
            lines.append(f"pm holds override {claim_id} --rule {rule_id} --until YYYY-MM-DD {who}")
    if found["claim"]["state"] in CHANGEABLE:
        lines += [f"pm holds undo {one} {who}" for one in _in_force(found)]
    return lines


def _in_force(found: Mapping[str, Any]) -> Iterable[str]:
    yield from (one["override_id"] for one in found["overrides"] if one["is_in_force"])
    yield from (one["person_fix_id"] for one in found["person_fixes"] if one["is_in_force"])

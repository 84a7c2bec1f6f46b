"""A person sets right what held claims say: kept for ever, applied when drafts are put together, like a fix rule.

The charge stays as the practice sent it. The value a person sets takes the place of the charge's own in every claim built from
it (fixes.py, before the fix rules), and scrub.fix records before and after under the person's fix. A corrected charge is a row
of its own, so the practice's correction ends the fix.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from pm_pipeline.config import Config
from pm_pipeline.errors import PmError
from pm_pipeline.intake.feed import load_feed
from pm_pipeline.scrub.build import prepare_build
from pm_pipeline.scrub.facts import relations
from pm_pipeline.scrub.override import decider
from pm_pipeline.scrub.rulebook import Rulebook
from pm_pipeline.warehouse import load_rows, records, run_sql, unit, utc_now

HERE = __package__ or ""


@dataclass(frozen=True)
class Change:
    """One value of one line: what the claim says now and what it would say, as DuckDB writes them; None is empty."""

    claim_id: str
    line_no: int
    charge_id: str
    column_name: str
    before: str | None
    after: str | None


def plan_fix(
    con: duckdb.DuckDBPyConnection,
    config: Config,
    rules: Rulebook,
    rule_id: str,
    values: Mapping[str, str],
    today: dt.date,
    *,
    claims: Sequence[str] = (),
    payer_id: str | None = None,
) -> list[Change]:
    """What setting these columns would change on the lines for which the rule holds claims: these, a payer's, or all.

    A finding about a claim as a whole means all its lines. values: column -> text, lists with commas, empty for none. Only
    temporary tables are made, so `con` may be read-only. Raises PmError: a column that may not be set, a value the charge feed
    would refuse, a claim the rule does not hold, nothing to change.
    """
    typed = {column: _value(column, text) for column, text in values.items()}
    if not typed:
        raise PmError("Nothing is to be set. Give --set column=value.")
    prepare_build(con, config, rules)
    run_sql(
        con, HERE, "offending.sql", {"day": today, "rule_id": rule_id, "claims": list(claims), "payer_id": payer_id}
    )
    _check_held(con, rule_id, claims)
    columns = relations()["draft_fact"].columns
    replaced = ", ".join(f"CAST(? AS {columns[column].type}) AS {column}" for column in typed)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE scrub_wanted AS SELECT * REPLACE ({replaced}) FROM scrub_offending",
        list(typed.values()),
    )
    _check_rows(con, set(typed))
    compared = " UNION ALL ".join(
        f"SELECT claim_id, line_no, charge_id, '{column}' AS column_name, CAST(now.{column} AS VARCHAR) AS before, "
        f"CAST(wanted.{column} AS VARCHAR) AS after FROM scrub_offending AS now "
        f"JOIN scrub_wanted AS wanted USING (claim_id, line_no, charge_id) WHERE now.{column} IS DISTINCT FROM wanted.{column}"
        for column in typed
    )
    changes = [Change(**row) for row in records(con, f"{compared} ORDER BY claim_id, line_no, column_name")]
    if not changes:
        raise PmError(f"Every line for which {rule_id} holds a claim says so already; nothing would change.")
    return changes


def keep_fix(
    con: duckdb.DuckDBPyConnection,
    config: Config,
    rule_id: str,
    changes: Sequence[Change],
    *,
    actor: str,
    reason: str,
    today: dt.date,
    run_id: str,
) -> list[str]:
    """Keep what plan_fix said, in a person's name; returns the person_fix_ids. Nothing is built here: scrub.run does that.

    Raises PmError when the actor is nobody of people.yaml with the role holds.
    """
    actor = decider(config, actor, reason)
    charges, named = [one.charge_id for one in changes], [one.column_name for one in changes]
    numbered = con.execute(
        "WITH earlier AS (SELECT charge_id, column_name, max(ordinal) AS ordinal FROM scrub.person_fix "
        "WHERE list_contains($charges, charge_id) GROUP BY ALL) "
        "SELECT short_id('P', concat_ws('|', charge_id, column_name, coalesce(ordinal, 0) + 1)), coalesce(ordinal, 0) + 1 "
        "FROM (SELECT unnest($charges) AS charge_id, unnest($columns) AS column_name, unnest(range(len($charges))) AS place) "
        "LEFT JOIN earlier USING (charge_id, column_name) ORDER BY place",
        {"charges": charges, "columns": named},
    ).fetchall()
    rows: list[tuple[object, ...]] = [
        (fix_id, one.claim_id, one.charge_id, one.column_name, ordinal, one.after, rule_id, actor, reason.strip(), today, utc_now(),
         run_id)
        for one, (fix_id, ordinal) in zip(changes, numbered, strict=True)
    ]  # fmt: skip
    with unit(con, "person_fix", run_id) as work:
        load_rows(
            con,
            "scrub.person_fix",
            ["person_fix_id", "claim_id", "charge_id", "column_name", "ordinal", "value", "rule_id", "actor", "reason",
             "decided_on", "decided_at", "run_id"],
            rows,
        )  # fmt: skip
        work.digest = " ".join(str(row[0]) for row in rows)
    return [str(row[0]) for row in rows]


def may_set() -> list[str]:
    """The columns that may be set: never money, dates or people."""
    return [name for name, column in relations()["draft_fact"].columns.items() if column.may_set]


def _value(column: str, text: str) -> str | None:
    """A value as text of the column's type, held against what the charge feed takes there."""
    if column not in may_set():
        raise PmError(f"--set {column}: that may not be set here; what may is {', '.join(may_set())}.")
    feed = load_feed("pm_pipeline.charges", "charges")
    cells = [one for one in feed.columns if one.fills == column]
    is_list = relations()["draft_fact"].columns[column].type.endswith("[]")
    parts = [part.strip() for part in (text.split(",") if is_list else [text])]
    parts = [] if parts == [""] else parts
    if not parts and cells[0].required:
        raise PmError(f"--set {column}: it needs a value: {cells[0].cell.expected}.")
    if len(parts) > len(cells):
        raise PmError(f"--set {column}: at most {len(cells)}, not {len(parts)}.")
    for part in parts:
        if not re.fullmatch(cells[0].cell.pattern, part):
            raise PmError(f"--set {column}: {part!r} is not {cells[0].cell.expected}.")
    if is_list:
        return f"[{', '.join(parts)}]"
    return parts[0] if parts else None


def _check_held(con: duckdb.DuckDBPyConnection, rule_id: str, claims: Sequence[str]) -> None:
    held = {row[0] for row in con.execute("SELECT DISTINCT claim_id FROM scrub_offending").fetchall()}
    missing = [claim for claim in claims if claim not in held]
    if missing:
        raise PmError(
            f"{rule_id} does not hold {', '.join(missing)}; nothing was kept. `pm holds show {missing[0]}` says what does, "
            "or `pm run` puts a charge in force that came since."
        )
    if not held:
        raise PmError(f"{rule_id} holds no such claim. `pm holds list --rule {rule_id}` shows those it holds.")


def _check_rows(con: duckdb.DuckDBPyConnection, named: set[str]) -> None:
    """What the feed asks of a row as a whole, where this changes it."""
    checks = [
        (
            {"diagnoses", "diagnosis_pointers"},
            "list_max(diagnosis_pointers) > len(diagnoses)",
            "a pointer would point to no diagnosis; set diagnoses and diagnosis_pointers together",
        )
    ]
    feed = load_feed("pm_pipeline.charges", "charges")
    filled = {one.name: one.fills for one in feed.columns}
    for rule in feed.rules:
        columns = [filled[name] for name in rule.columns]
        if rule.rule == "together" and set(columns) & set(may_set()):
            given = ", ".join(f"{column} IS NULL" for column in columns)
            checks.append(
                (
                    {column for column in columns if column is not None},
                    f"len(list_distinct([{given}])) > 1",
                    f"expected {rule.expected}; set them together, or empty them together",
                )
            )
    for columns, fault, remedy in checks:
        found = con.execute(f"SELECT claim_id, line_no FROM scrub_wanted WHERE {fault} ORDER BY ALL").fetchall()
        if columns & named and found:
            raise PmError(f"On {len(found)} lines, first {found[0][0]} line {found[0][1]}: {remedy}.")

"""What is set right while a claim is built, by people and then by fix rules, each change recorded with before and after."""

from __future__ import annotations

import duckdb

from pm_pipeline.scrub.facts import relations
from pm_pipeline.scrub.room import RuleRoom, TooSlow
from pm_pipeline.scrub.rule import CompiledRule
from pm_pipeline.warehouse import number, run_sql

SECONDS = 30.0  # for one fix rule over all lines


def apply_fixes(con: duckdb.DuckDBPyConnection, fixes: list[CompiledRule], seconds: float = SECONDS) -> None:
    """Set in draft_fact what people said (scrub.person_fix), then what each fix rule says, in order of id.

    To a rule a value that a person set is like one the practice sent. Rules run outside any transaction, inside the locked
    room. Fills scrub_draft_fix (one row per changed value, people's too) and scrub_fix_error (one row per line and rule
    that could not be evaluated or took too long; such a line keeps its values, and its claim is held).
    """
    _apply_people(con)
    with RuleRoom() as room:
        room.con.execute(
            "CREATE OR REPLACE TEMP TABLE scrub_fix_error (claim_id VARCHAR, line_no INTEGER, rule_id VARCHAR, "
            "rule_version INTEGER, owner VARCHAR)"
        )
        room.lock()
        by_people = room.take(con, "scrub_draft_fix")
        if fixes:
            room.take(con, "draft_fact")
            for fix in fixes:
                _apply(room, fix, seconds)
        if room.give(con, "scrub_draft_fix") > by_people:
            room.give(con, "draft_fact")
        room.give(con, "scrub_fix_error")


def _apply_people(con: duckdb.DuckDBPyConnection) -> None:
    """Fill scrub_person_set (what stands for the drafts) and scrub_draft_fix (what of it changes a value); set it."""
    run_sql(con, __package__ or "", "person_fixes.sql")
    named = con.execute("SELECT DISTINCT column_name FROM scrub_person_set").fetchall()
    columns = relations()["draft_fact"].columns
    for (column,) in named:
        con.execute(
            f"INSERT INTO scrub_draft_fix SELECT claim_id, line_no, charge_id, ?, CAST({column} AS VARCHAR), value, "
            "person_fix_id, 1 FROM draft_fact JOIN scrub_person_set AS said USING (claim_id, charge_id) "
            f"WHERE said.column_name = ? AND {column} IS DISTINCT FROM CAST(value AS {columns[column].type})",
            [column, column],
        )
        con.execute(
            f"UPDATE draft_fact SET {column} = CAST(said.value AS {columns[column].type}) FROM scrub_person_set AS said "
            "WHERE said.charge_id = draft_fact.charge_id AND said.claim_id = draft_fact.claim_id AND said.column_name = ?",
            [column],
        )


def _apply(room: RuleRoom, fix: CompiledRule, seconds: float) -> None:
    con, rule = room.con, fix.rule
    columns = ", ".join(f"TRY({expression}) AS new_{column}" for column, expression in fix.sets)
    failed = " OR ".join(f"new_{column} IS NULL" for column, _ in fix.sets)
    try:
        # TRY gives NULL where the rule cannot be evaluated; a fix that would empty a value counts as failed too
        room.run(
            "CREATE OR REPLACE TEMP TABLE scrub_fixed AS "
            f"SELECT *, NOT coalesce(fires, false) OR {failed} AS has_failed "
            f"FROM (SELECT *, {fix.verdict} AS fires, {columns} FROM draft_fact) "
            "WHERE fires IS NOT FALSE",
            seconds,
        )
    except (duckdb.Error, TooSlow):  # the rule cannot be evaluated at all: every line in its scope fails
        con.execute(
            "CREATE OR REPLACE TEMP TABLE scrub_fixed AS SELECT *, true AS has_failed FROM draft_fact "
            f"WHERE {fix.fails_on}"
        )
        _record_errors(con, fix)
        return
    if number(con, "SELECT count(*) FROM scrub_fixed") == 0:
        return
    _record_errors(con, fix)
    for column, _ in fix.sets:
        con.execute(
            "INSERT INTO scrub_draft_fix "
            f"SELECT claim_id, line_no, charge_id, ?, CAST({column} AS VARCHAR), CAST(new_{column} AS VARCHAR), ?, ? "
            f"FROM scrub_fixed WHERE NOT has_failed AND {column} IS DISTINCT FROM new_{column}",
            [column, rule.id, rule.version],
        )
        con.execute(
            f"UPDATE draft_fact SET {column} = fixed.new_{column} FROM scrub_fixed AS fixed "
            "WHERE fixed.charge_id = draft_fact.charge_id AND NOT fixed.has_failed"
        )


def _record_errors(con: duckdb.DuckDBPyConnection, fix: CompiledRule) -> None:
    con.execute(
        "INSERT INTO scrub_fix_error SELECT claim_id, line_no, ?, ?, ? FROM scrub_fixed WHERE has_failed",
        [fix.rule.id, fix.rule.version, fix.rule.owner],
    )

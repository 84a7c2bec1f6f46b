"""What the command line and the files read of statements: ids, codes and amounts in lists, the whole of one where it is wanted."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb

from pm_pipeline.config import Config
from pm_pipeline.errors import PmError
from pm_pipeline.receivables.statements.run import find
from pm_pipeline.warehouse import records

LISTED = (
    "statement_id", "statement_on", "guarantor_id", "level", "lines", "due_cents", "past_due_cents", "pay_now_cents", "pay_by", "status",
)  # fmt: skip
LINE = (
    "line_no", "claim_id", "charge_id", "patient_id", "service_on", "procedure_code", "charge_cents", "insurance_cents", "adjusted_cents",
    "patient_cents", "due_cents", "responsible_on", "responsible_days", "cycle_no", "notice_no",
)  # fmt: skip

# a stop is named in the evidence of every line it holds
WORDS = (
    "(SELECT string_agg(stop.reason, '; ' ORDER BY stop_id) FROM receivables.open_statement_stop AS stop "
    "WHERE stop.code = held.code AND contains(held.evidence, stop.stop_id)) AS words"
)


def list_statements(
    con: duckdb.DuckDBPyConnection, since: dt.date | None, guarantor_id: str | None, unfiled: bool
) -> list[dict[str, Any]]:
    """The statements that stand, the newest first; no names."""
    return records(
        con,
        f"SELECT {', '.join(LISTED)} FROM receivables.standing_statement WHERE ($since IS NULL OR statement_on >= $since) "
        "AND ($guarantor_id IS NULL OR guarantor_id = $guarantor_id) AND (NOT $unfiled OR status = 'made') "
        "ORDER BY statement_on DESC, due_cents DESC, statement_id",
        {"since": since, "guarantor_id": guarantor_id, "unfiled": unfiled},
    )


def list_held(con: duckdb.DuckDBPyConnection, code: str | None, words: bool = False) -> list[dict[str, Any]]:
    """What is left out now and why, most money first: ids, codes and amounts. words: what the person said who stopped it, too."""
    return records(
        con,
        f"SELECT held.code, held.claim_id, held.charge_id, held.cents, held.held_on, held.evidence{', ' + WORDS if words else ''} "
        "FROM receivables.open_statement_hold AS held WHERE $code IS NULL OR held.code = $code "
        "ORDER BY held.cents DESC, held.claim_id, held.charge_id, held.code",
        {"code": code},
    )


def list_plans(
    con: duckdb.DuckDBPyConnection, config: Config, today: dt.date, account: str | None
) -> list[dict[str, Any]]:
    """The payment plans that were agreed and are not over, what is paid and what comes next; state: kept, or late (nothing is asked under it)."""
    find(con, config, today)
    return records(
        con,
        "SELECT plan_id, plan.guarantor_id, agreed_on, cents, months, monthly_cents, first_due_on, paid_cents, next_due_on, next_cents, "
        "CASE WHEN is_kept THEN 'kept' ELSE 'late' END AS state "
        "FROM plan_now JOIN receivables.payment_plan AS plan USING (plan_id) "
        "WHERE NOT is_over AND ($account IS NULL OR plan.guarantor_id = $account) ORDER BY next_due_on, plan_id",
        {"account": account},
    )


def plan_terms(con: duckdb.DuckDBPyConnection, plan_id: str) -> dict[str, Any]:
    """What was agreed: plan_id, cents, months, monthly_cents, last_cents, first_due_on, claims (how many)."""
    (terms,) = records(
        con,
        "SELECT plan_id, cents, months, monthly_cents, cents - (months - 1) * monthly_cents AS last_cents, first_due_on, "
        "(SELECT count(*) FROM receivables.payment_plan_claim AS claim WHERE claim.plan_id = plan.plan_id) AS claims "
        "FROM receivables.payment_plan AS plan WHERE plan_id = ?",
        [plan_id],
    )
    return terms


def one_statement(con: duckdb.DuckDBPyConnection, statement_id: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Everything of one statement and its lines, names too. Raises PmError."""
    found = records(
        con,
        "SELECT statement.*, coalesce(withdrawn.because, '') AS withdrawn_because, filed.file_id FROM receivables.statement "
        "LEFT JOIN receivables.statement_withdrawn AS withdrawn USING (statement_id) "
        "LEFT JOIN receivables.statement_filed AS filed USING (statement_id) WHERE statement_id = ?",
        [statement_id],
    )
    if not found:
        raise PmError(f"There is no statement {statement_id!r}. The ids are in: pm statements list")
    lines = records(
        con, "SELECT * FROM receivables.statement_line WHERE statement_id = ? ORDER BY line_no", [statement_id]
    )
    return found[0], lines

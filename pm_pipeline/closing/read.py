"""The closings as plain data: amounts in cents, days and times as they are kept."""

from __future__ import annotations

from typing import Any

import duckdb

from pm_pipeline.errors import PmError
from pm_pipeline.warehouse import records, run_sql

HERE = __package__ or ""
LATE = "SELECT * EXCLUDE (batch_no) FROM closing.late_txn WHERE {which} ORDER BY posted_on, batch_no, txn_id"


def closings(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Every closing, reopened ones too, in order: see list.sql."""
    run_sql(con, HERE, "list.sql")
    return records(con)


def closing(con: duckdb.DuckDBPyConnection, month: str) -> dict[str, Any]:
    """The newest closing of a month: who, when, at which link, roll_forward, trial_balance, late, took_up, posted_later.

    late: transactions posted into it since. took_up: those posted into months closed before, in its column late.
    posted_later: the A/R entries of later months whose effective date lies in it; they are no late entries. Raises PmError.
    """
    found = [one for one in closings(con) if one["month"] == month]
    if not found:
        raise PmError(f"{month} was never closed; `pm close --list` shows what was.")
    one = found[-1]
    close_id = one["close_id"]
    return {
        **one,
        "roll_forward": records(
            con, "SELECT * EXCLUDE (close_id) FROM closing.roll_forward WHERE close_id = ? ORDER BY practice_id, party", [close_id]
        ),
        "trial_balance": records(
            con,
            "SELECT * EXCLUDE (close_id) FROM closing.trial_balance WHERE close_id = ? ORDER BY practice_id, account, sub_account",
            [close_id],
        ),
        "late": records(con, LATE.format(which="close_id = ?"), [close_id]),
        "took_up": _took_up(con, close_id),
        "posted_later": records(
            con,
            "SELECT count(*) AS entries, CAST(coalesce(sum(cents), 0) AS BIGINT) AS ar_cents FROM ledger.entry "
            "WHERE account = 'AR' AND posted_on > $last_on AND effective_on BETWEEN $first_on AND $last_on",
            {"first_on": one["first_on"], "last_on": one["last_on"]},
        )[0],
    }  # fmt: skip


def _took_up(con: duckdb.DuckDBPyConnection, close_id: str) -> list[dict[str, Any]]:
    run_sql(con, HERE, "took_up.sql", {"close_id": close_id})
    return records(con)

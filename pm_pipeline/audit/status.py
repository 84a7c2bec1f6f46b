"""The state of the whole in a few numbers: claims by state, money by account, exceptions, silence."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb

from pm_pipeline.warehouse import records

COUNTS: dict[str, str] = {
    "claims_by_state": "SELECT state, count(*) AS claims, sum(charge_cents) AS charge_cents "
    "FROM scrub.claim_state JOIN scrub.claim USING (claim_id) GROUP BY 1 ORDER BY min(rank), 1",
    "money_by_account": "SELECT account, sub_account, sum(cents) AS cents FROM ledger.entry GROUP BY ALL "
    "HAVING sum(cents) <> 0 ORDER BY 1, 2",
    "open_exceptions": "SELECT code, is_blocking, count(*) AS items, sum(cents) AS cents FROM posting.open_exception "
    "GROUP BY ALL ORDER BY 2 DESC, 3 DESC",
    "open_denials": "SELECT category, count(*) AS lines, sum(denied_cents) AS cents FROM receivables.open_denial "
    "GROUP BY 1 ORDER BY 3 DESC",
    "overdue": "SELECT kind, count(*) AS items, sum(cents) AS cents, min(due_on) AS oldest_due_on "
    "FROM receivables.open_work GROUP BY 1 ORDER BY 4",
    "held_by_edit": "SELECT rule_id, count(DISTINCT claim_id) AS claims "
    "FROM scrub.holding_finding((SELECT max(happened_on) FROM scrub.claim_event)) GROUP BY 1 ORDER BY 2 DESC, 1",
    "quarantined": "SELECT code, count(*) AS places, count(DISTINCT file_id) AS files FROM transport.problem "
    "GROUP BY 1 ORDER BY 2 DESC",
    "not_fetched": "SELECT partner_id, code, count(DISTINCT remote_path) AS files, max(found_on) AS last_seen_on "
    "FROM transport.fetch_problem ANTI JOIN transport.receipt USING (partner_id, remote_path) GROUP BY ALL ORDER BY 1, 2",
    "interchange_numbers": "SELECT sender_id, 'missing' AS what, CAST(sum(last_missing - first_missing + 1) AS BIGINT) AS numbers "
    "FROM transport.control_number_gap GROUP BY 1 UNION ALL "
    "SELECT sender_id, 'used more than once', count(*) FROM transport.control_number_reuse GROUP BY 1 ORDER BY 1, 2",
    "feeds": "SELECT feed, count(*) AS files, sum(rows_in) AS rows_in, sum(rows_loaded) AS loaded, sum(rows_known) AS known, "
    "sum(rows_quarantined) AS quarantined FROM intake.feed_file GROUP BY 1 ORDER BY 1",
}

# by the one definition of posting/schema.sql; a row of each, when there is nothing yet
AUTO_POST = (
    "SELECT counted, coalesce(sum(posted), 0), coalesce(sum(total), 0) FROM (SELECT unnest(['lines', 'claims', 'payments', 'cents']) "
    "AS counted, generate_subscripts(['lines', 'claims', 'payments', 'cents'], 1) AS place) LEFT JOIN posting.auto_post USING (counted) "
    "GROUP BY counted, place ORDER BY place"
)


def status(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Everything `pm status` shows, as plain data; amounts in cents. as_of is the last business date that was run."""
    day = last_run_day(con)
    found: dict[str, Any] = {"as_of": day.isoformat() if day else None}
    for name, sql in COUNTS.items():
        found[name] = [{key: _plain(value) for key, value in row.items()} for row in records(con, sql)]
    found["auto_post"] = {
        counted: {"posted": int(posted), "of": int(total), "rate": round(posted / total, 4) if total else None}
        for counted, posted, total in con.execute(AUTO_POST).fetchall()
    }
    return found


def last_run_day(con: duckdb.DuckDBPyConnection) -> dt.date | None:
    """The last business date on which a run landed, handled or sent something; None before the first.

    What a person posts between runs (`pm money`, `pm denials`, `pm desk apply`) is no run: the days before it may not have been run.
    """
    row = con.execute(
        "SELECT max(day) FROM (SELECT max(handled_on) AS day FROM transport.handled UNION ALL SELECT max(landed_on) FROM transport.file)"
    ).fetchone()
    return row[0] if row else None


def last_day_of_work(con: duckdb.DuckDBPyConnection) -> dt.date | None:
    """The last business date on which a run did something or anybody posted; None before the first."""
    row = con.execute("SELECT max(posted_on) FROM ledger.batch").fetchone()
    days = [day for day in (last_run_day(con), row[0] if row else None) if day is not None]
    return max(days, default=None)


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    return int(value) if value is not None and not isinstance(value, str | bool | int) else value

"""Findings, written once and never changed; one that no longer holds is recorded as cleared."""

from __future__ import annotations

import datetime as dt

import duckdb

from pm_pipeline.warehouse import run_sql

# message and remedy of a rule that could not be evaluated; the values it choked on may be a person's, so none is shown
RULE_FAILED = (
    "'Edit ' || rule_id || ' (version ' || rule_version || ') could not be evaluated on this claim.' AS message, "
    "'Ask the owner of the rule (' || owner || ') to correct it; the claim is judged again at the next run.' AS remedy"
)


def record_findings(con: duckdb.DuckDBPyConnection, today: dt.date, run_id: str, *, of_fixes: bool) -> None:
    """Record scrub_finding (claim_id, line_no, rule_id, rule_version, severity, message, remedy) for scrub_judged.

    scrub_judged (claim_id, content_hash) are the claims looked at: an open finding of theirs that was not made again is
    cleared. of_fixes: the findings are about fix rules that failed. Call inside a unit of work.
    """
    run_sql(con, __package__ or "", "findings.sql", {"today": today, "run_id": run_id, "of_fixes": of_fixes})

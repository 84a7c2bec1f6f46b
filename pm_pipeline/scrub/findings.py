"""Findings, written once and never changed; one that no longer holds is recorded as cleared."""

from __future__ import annotations

import datetime as dt

import duckdb

from pm_pipeline.scrub.rulebook import Rulebook
from pm_pipeline.warehouse import load_rows, run_sql

# message and remedy of a rule that could not be evaluated; the values it choked on may be a person's, so none is shown
RULE_FAILED = (
    "'Edit ' || rule_id || ' (version ' || rule_version || ') could not be evaluated on this claim, or took too long.' AS message, "
    "'Ask the owner of the rule (' || owner || ') to correct it; the claim is judged again at the next run.' AS remedy"
)


def record_findings(con: duckdb.DuckDBPyConnection, today: dt.date, run_id: str, *, of_fixes: bool) -> None:
    """Record scrub_finding (claim_id, line_no, rule_id, rule_version, severity, message, remedy) for scrub_judged.

    scrub_judged (claim_id, content_hash) are the claims looked at: an open finding of theirs that was not made again is
    cleared. of_fixes: the findings are about fix rules that failed. Call inside a unit of work.
    """
    run_sql(con, __package__ or "", "findings.sql", {"today": today, "run_id": run_id, "of_fixes": of_fixes})


def record_editions(con: duckdb.DuckDBPyConnection, rules: Rulebook, today: dt.date, run_id: str) -> None:
    """Keep what each rule says, once, so that a finding's rule and version can be read for ever. Call inside a unit."""
    known = set(con.execute("SELECT rule_id, rule_version, digest FROM scrub.rule_edition").fetchall())
    fresh = [one for one in rules.rules if (one.rule.id, one.rule.version, one.digest) not in known]
    columns = ["rule_id", "rule_version", "digest", "severity", "content", "first_on", "run_id"]
    load_rows(
        con,
        "scrub.rule_edition",
        columns,
        [
            [one.rule.id, one.rule.version, one.digest, one.rule.severity, one.rule.model_dump_json(), today, run_id]
            for one in fresh
        ],
    )

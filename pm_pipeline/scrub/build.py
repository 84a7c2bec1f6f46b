"""Charges become claims: built when new, built again when what they stand on has changed.

A claim that nobody has seen yet, or that was rejected, follows every change: an address, a coverage, a charge. A claim
in flight waits for its answer, and after that, like one already adjudicated, changes only for a corrected, voided or
late charge.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import duckdb

from pm_pipeline.config import Config
from pm_pipeline.scrub.events import new_events
from pm_pipeline.scrub.findings import RULE_FAILED, record_findings
from pm_pipeline.scrub.fixes import apply_fixes
from pm_pipeline.scrub.reference import load_reference
from pm_pipeline.scrub.responsibility import assign_responsibility
from pm_pipeline.scrub.rulebook import Rulebook
from pm_pipeline.warehouse import run_sql, unit

HERE = __package__ or ""


@dataclass(frozen=True)
class Built:
    """What one call of build_claims did, in claims (fixes: values, by fix rule or `person`; transfers: ledger
    transactions)."""

    candidates: int
    built: int
    changed: int
    reopened: int
    voided: int
    waiting: int
    fixes: dict[str, int]
    transfers: int


def build_claims(con: duckdb.DuckDBPyConnection, config: Config, rules: Rulebook, today: dt.date, run_id: str) -> Built:
    """Bring scrub.claim and scrub.claim_line to what charges, front office and configuration say now.

    One unit of work: claims, lines, fixes, diary events and the change of responsible party in the ledger. All of it is
    prepared in temporary tables before. Running it again on the same input writes nothing. Raises ConfigError.
    """
    prepare_build(con, config, rules)
    when = {"today": today, "run_id": run_id}
    with unit(con, "scrub.build", run_id) as work:
        run_sql(con, HERE, "build.sql", when)
        _record_fix_errors(con, today, run_id)
        with new_events(con, run_id):
            run_sql(con, HERE, "build_events.sql", when)
        with new_events(con, run_id):
            run_sql(con, HERE, "reopen_events.sql", when)
        transfers = assign_responsibility(con, work, today)
    return _built(con, transfers)


def prepare_build(con: duckdb.DuckDBPyConnection, config: Config, rules: Rulebook) -> None:
    """Work out, in temporary tables and outside any transaction, which claims change and into what."""
    load_reference(con, config)
    for name in ("standing.sql", "candidates.sql", "cover.sql", "draft.sql"):
        run_sql(con, HERE, name)
    apply_fixes(con, rules.over("draft_fact"))
    for name in ("assemble.sql", "compare.sql"):
        run_sql(con, HERE, name)


def _record_fix_errors(con: duckdb.DuckDBPyConnection, today: dt.date, run_id: str) -> None:
    con.execute(
        "CREATE OR REPLACE TEMP TABLE scrub_judged AS SELECT claim_id, content_hash FROM scrub.claim "
        "SEMI JOIN (SELECT claim_id FROM scrub_content) AS looked_at USING (claim_id)"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE scrub_finding AS "
        f"SELECT claim_id, line_no, 'FIX-ERROR' AS rule_id, rule_version, 'hold' AS severity, {RULE_FAILED} "
        "FROM scrub_fix_error"
    )
    record_findings(con, today, run_id, of_fixes=True)


def _built(con: duckdb.DuckDBPyConnection, transfers: int) -> Built:
    row = con.execute(
        "SELECT (SELECT count(*) FROM scrub_plan), count(*) FILTER (state IS NULL AND action = 'build'), "
        "count(*) FILTER (state = 'held' AND action <> 'void'), "
        "count(*) FILTER (state IS NOT NULL AND state <> 'held' AND action <> 'void'), "
        "count(*) FILTER (action = 'void'), "
        "(SELECT count(*) FROM scrub_plan WHERE action = 'wait') FROM scrub_rebuilt"
    ).fetchone()
    assert row is not None
    fixes = dict(
        con.execute(
            "SELECT CASE WHEN rule_id IN (SELECT person_fix_id FROM scrub_person_set) THEN 'person' ELSE rule_id END AS by_whom, "
            "count(*) FROM scrub_draft_fix SEMI JOIN scrub_rebuilt USING (claim_id) GROUP BY by_whom ORDER BY by_whom"
        ).fetchall()
    )
    candidates, built, changed, reopened, voided, waiting = row
    return Built(candidates, built, changed, reopened, voided, waiting, fixes, transfers)

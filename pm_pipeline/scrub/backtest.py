"""What a rule would have caught in all history, before it may hold a claim: claims, dollars, overlap, denials prevented.

Every claim is put together once more from the charges that were known when it was first sent, and judged as of that day, with
what was known by then of the patient's other services, their denials and payments. So a claim that was corrected after its
denial is tried with the fault it went out with, and no rule gains by what came later. Registration (patients, coverages,
authorizations, providers), payers and whose turn it is are as they stand today: only their newest version is trusted.
Nothing is written to the warehouse.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from typing import Any

import duckdb

from pm_pipeline.config import Config
from pm_pipeline.scrub.engine import KEYS, Limits, fill_facts, fire
from pm_pipeline.scrub.events import ANSWERED
from pm_pipeline.scrub.fixes import apply_fixes
from pm_pipeline.scrub.reference import load_reference
from pm_pipeline.scrub.room import RuleRoom
from pm_pipeline.scrub.rule import CompiledRule
from pm_pipeline.scrub.rulebook import Rulebook
from pm_pipeline.warehouse import number, records, run_sql

HERE = __package__ or ""
EVER = (dt.date(1900, 1, 1), dt.date(9999, 12, 31))


@dataclass(frozen=True)
class Backtest:
    """One rule tried on history. Amounts are cents; shares are between 0 and 1, None where there is nothing to divide by.

    prevents: the CARCs the rule names. denials: refusals of what it caught, with those CARCs; of_denials: all refusals with
    them in the rule's scope. Only what the first submission was refused for counts, not what became of later ones. overlap, payers, months, examples: rows of plain values. failed: claims it could not judge.
    """

    rule_id: str
    version: int
    severity: str
    tried_claims: int
    tried_lines: int
    in_scope_claims: int
    claims: int
    lines: int
    cents: int
    failed: int
    denials: int
    denied_cents: int
    of_denials: int
    of_denied_cents: int
    caught_and_denied: int
    caught_and_not_denied: int
    precision: float | None
    recall: float | None
    prevents: list[str]
    overlap: list[dict[str, Any]]
    payers: list[dict[str, Any]]
    months: list[dict[str, Any]]
    examples: list[str]
    seconds: float


def backtest(
    con: duckdb.DuckDBPyConnection,
    config: Config,
    tried: CompiledRule,
    book: Rulebook,
    first: dt.date = EVER[0],
    last: dt.date = EVER[1],
) -> Backtest:
    """Try one rule on every claim whose first date of service lies in these days, beside the rules of the book.

    `con` may be read-only; only temporary tables are made. Raises RuleError, PmError.
    """
    started = time.monotonic()
    others = [one for one in book.rules if one.rule.id != tried.rule.id]
    in_order = tuple(sorted((*others, tried), key=lambda one: one.rule.id))
    rebuild_history(con, config, Rulebook(in_order), first, last)
    hit_history(con, [*others, tried])
    run_sql(con, HERE, "backtest_found.sql", {"rule_id": tried.rule.id, "prevents": list(tried.rule.prevents)})
    relation = "scrub_as_charged" if tried.relation == "draft_fact" else tried.relation  # a fix sees what it changes
    con.execute(
        "CREATE OR REPLACE TEMP TABLE scrub_in_scope AS "
        f"SELECT DISTINCT claim_id FROM {relation} WHERE coalesce({tried.scope}, false)"
    )
    caught = records(
        con,
        "SELECT count(DISTINCT claim_id) AS claims, count(line_no) AS lines, coalesce(sum(cents), 0) AS cents FROM scrub_caught",
    )[0]
    prevented = records(con, "SELECT count(*) AS n, coalesce(sum(denied_cents), 0) AS cents FROM scrub_prevented")[0]
    all_denied = records(
        con,
        "SELECT count(*) AS n, coalesce(sum(denied_cents), 0) AS cents FROM scrub_first_denial "
        "WHERE claim_id IN (SELECT claim_id FROM scrub_in_scope) AND list_contains($prevents, carc)",
        {"prevents": list(tried.rule.prevents)},
    )[0]
    denied = number(con, "SELECT count(DISTINCT claim_id) FROM scrub_prevented")
    answered = number(
        con,
        "SELECT count(DISTINCT claim_id) FROM scrub_caught SEMI JOIN (SELECT claim_id FROM scrub.claim_event "
        "WHERE list_contains($answered, kind)) USING (claim_id)",
        {"answered": list(ANSWERED)},
    )
    return Backtest(
        rule_id=tried.rule.id,
        version=tried.rule.version,
        severity=tried.rule.severity,
        tried_claims=number(con, "SELECT count(*) FROM scrub_header"),
        tried_lines=number(con, "SELECT count(*) FROM scrub_said"),
        in_scope_claims=number(con, "SELECT count(*) FROM scrub_in_scope"),
        claims=caught["claims"],
        lines=caught["lines"],
        cents=int(caught["cents"]),
        failed=number(con, "SELECT count(DISTINCT claim_id) FROM scrub_hit WHERE rule_id = '-' || ?", [tried.rule.id]),
        denials=prevented["n"],
        denied_cents=int(prevented["cents"]),
        of_denials=all_denied["n"],
        of_denied_cents=int(all_denied["cents"]),
        caught_and_denied=denied,
        caught_and_not_denied=answered - denied,
        precision=round(denied / answered, 4) if answered else None,
        recall=round(prevented["n"] / all_denied["n"], 4) if all_denied["n"] else None,
        prevents=list(tried.rule.prevents),
        overlap=_overlap(con, tried, caught["claims"]),
        payers=records(
            con,
            "SELECT coalesce(header.payer_id, 'patient') AS payer_id, count(DISTINCT claim_id) AS claims, "
            "CAST(sum(cents) AS BIGINT) AS cents FROM scrub_caught JOIN scrub_header AS header USING (claim_id) "
            "GROUP BY 1 ORDER BY 2 DESC, 1",
        ),
        months=records(
            con,
            "SELECT strftime(header.dos_from, '%Y-%m') AS month, count(DISTINCT claim_id) AS claims, "
            "CAST(sum(cents) AS BIGINT) AS cents FROM scrub_caught JOIN scrub_header AS header USING (claim_id) "
            "GROUP BY 1 ORDER BY 1",
        ),
        examples=[
            row[0] for row in con.execute("SELECT DISTINCT claim_id FROM scrub_caught ORDER BY 1 LIMIT 10").fetchall()
        ],
        seconds=round(time.monotonic() - started, 2),
    )


def rebuild_history(
    con: duckdb.DuckDBPyConnection, config: Config, book: Rulebook, first: dt.date = EVER[0], last: dt.date = EVER[1]
) -> None:
    """Fill claim_fact, line_fact and draft_fact for every claim of history as it stood when it was first sent."""
    load_reference(con, config)
    run_sql(con, HERE, "backtest_claims.sql", {"first": first, "last": last})
    run_sql(con, HERE, "draft.sql")
    con.execute("CREATE OR REPLACE TEMP TABLE scrub_as_charged AS FROM draft_fact")
    apply_fixes(con, book.over("draft_fact"))
    run_sql(con, HERE, "assemble.sql")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE scrub_header AS SELECT fresh.*, judged.content_hash "
        "FROM scrub_new_claim AS fresh JOIN scrub_judged AS judged USING (claim_id)"
    )
    con.execute("CREATE OR REPLACE TEMP TABLE scrub_said AS FROM scrub_new_line")
    fill_facts(con, book)


def hit_history(con: duckdb.DuckDBPyConnection, rules: list[CompiledRule]) -> None:
    """Fill scrub_hit (claim_id, line_no, rule_id) with what each rule finds; rule_id begins with - where it failed."""
    con.execute("CREATE OR REPLACE TEMP TABLE scrub_hit (claim_id VARCHAR, line_no INTEGER, rule_id VARCHAR)")
    threads = number(con, "SELECT current_setting('threads')")
    for relation in KEYS:
        listed = [one for one in rules if one.relation == relation]
        if not listed:
            continue
        with RuleRoom(threads, rows=number(con, "SELECT count(*) FROM scrub_said")) as room:
            room.lock()
            fire(room, con, relation, listed, Limits())
            room.give(con, "scrub_fired")
        ids = [one.rule.id for one in listed]
        con.execute(
            "INSERT INTO scrub_hit SELECT claim_id, line_no, CASE WHEN hit < 0 THEN '-' ELSE '' END || $ids[abs(hit)] "
            "FROM scrub_fired",
            {"ids": ids},
        )
    con.execute(
        "INSERT INTO scrub_hit SELECT DISTINCT claim_id, line_no, rule_id FROM scrub_draft_fix "
        "WHERE rule_id NOT IN (SELECT person_fix_id FROM scrub_person_set)"
    )
    con.execute("INSERT INTO scrub_hit SELECT DISTINCT claim_id, line_no, '-' || rule_id FROM scrub_fix_error")


def _overlap(con: duckdb.DuckDBPyConnection, tried: CompiledRule, claims: int) -> list[dict[str, Any]]:
    rows = records(
        con,
        "SELECT rule_id, count(DISTINCT claim_id) AS claims FROM scrub_hit SEMI JOIN scrub_caught USING (claim_id) "
        "WHERE rule_id <> $rule_id AND NOT starts_with(rule_id, '-') GROUP BY 1 ORDER BY 2 DESC, 1",
        {"rule_id": tried.rule.id},
    )
    return [{**row, "share": round(row["claims"] / claims, 4)} for row in rows]

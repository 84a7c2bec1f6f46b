"""One run of posting: everything received and not posted, in a few set-based passes, one unit of work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from pm_pipeline import ledger
from pm_pipeline.config import Config
from pm_pipeline.config.models import Payer
from pm_pipeline.config.policy import Policies
from pm_pipeline.scrub.events import new_events
from pm_pipeline.warehouse import Unit, little_memory, load_rows, number, records, run_sql, unit

HERE = __package__ or ""
PORTION_CLAIMS = 130_000  # posted at a time: what is proposed for many more does not stay in memory
# the temporary tables of a portion, set aside until all are found
OF_A_PORTION = ("ledger_proposal", "ledger_new_txn", "posting_now", "posting_item", "decision_now")
# the codes that a posting of the same run may do away with
UNBLOCKED_BY_POSTING = ("PRIOR_PAYER_PENDING", "ORPHAN_REVERSAL", "REVERSAL_MISMATCH", "CORRECTION_IS_REVERSAL")


@dataclass
class Posted:
    """Counts of one run. Cents are of CLP04 for claims."""

    claims: int = 0
    reversals: int = 0
    suspended: int = 0
    released: int = 0
    deposits: int = 0
    transactions: int = 0
    entries: int = 0
    posted_cents: int = 0
    exceptions: dict[str, int] = field(default_factory=dict)


def run(con: duckdb.DuckDBPyConnection, config: Config, today: dt.date, run_id: str) -> Posted:
    """Post what can be posted, put the rest in suspense, tie deposits. Running it again changes nothing.

    A pass posts what nothing blocks; what it posts may unblock more (a reversal finds its original, a secondary its
    primary), so passes go on until one posts nothing, or nothing is left that a posting may unblock.
    """
    tell_policy(con, config.posting_policy)
    _tell_payers(con, config.payers)
    in_force = config.posting_policy.on(today)
    params: dict[str, Any] = {
        "today": today,
        "run_id": run_id,
        "practice_id": config.practice.practice_id,
        "policy_id": in_force.policy_id if in_force else None,  # for what has no payment whose date would say
        "policy_version": in_force.version if in_force else None,
    }
    done = Posted()
    with little_memory(con), unit(con, "posting", run_id, late=True) as work:
        con.execute("CREATE OR REPLACE TEMP TABLE posted_in_run (remit_claim_id VARCHAR)")
        # gates.sql reads it, whether the bank has said anything or not
        con.execute("CREATE OR REPLACE TEMP TABLE deposit_pair (deposit_id VARCHAR, payment_id VARCHAR)")
        run_sql(con, HERE, "said.sql")
        has = _what_is_there(con)
        if has["deposits"]:
            run_sql(con, HERE, "deposits.sql")  # first: a policy may post only what the bank has
        run_sql(con, HERE, "unposting.sql")
        if _any(con, "unposting_now"):
            _post(con, work, "unpost", "matches taken back", params, done)
        for step in ("pending", "match"):
            run_sql(con, HERE, f"{step}.sql")
        if _any(con, "pending ANTI JOIN matched USING (remit_claim_id)"):
            run_sql(con, HERE, "match_more.sql")
        run_sql(con, HERE, "answer.sql")
        has["placeable"] = has["said"] or _any(con, "unplaced")
        if has["placeable"]:
            run_sql(con, HERE, "placing.sql")
            if _any(con, "line_placed"):  # before the passes: what they post takes back or builds on what is placed
                _post(con, work, "place", "lines placed on their charge", params, done)
                _post(con, work, "place_reversed", "what was taken back of them", params, done)
        for step in ("decide", *(["overrule"] if has["said"] else []), "gates", "block"):
            run_sql(con, HERE, f"{step}.sql")
        while _pass(con, work, params, done):
            pass
        work.begin()
        if has["deposits"]:
            _post(con, work, "tie", "deposits", params, done)
            done.deposits = number(con, "SELECT count(DISTINCT deposit_id) FROM deposit_pair")
        with ledger.proposals(con):
            run_sql(con, HERE, "suspend.sql", params)
            for step, is_there in (("provider", has["provider"]), ("deferred", _any(con, "posting.deferred"))):
                if is_there:
                    run_sql(con, HERE, f"{step}.sql", params)
            ledger.reverse(con)
            for step, table in (("payer_changed", "said"), ("bank_returns", "returns"), ("unexplained", "deposits")):
                if has[table]:
                    run_sql(con, HERE, f"{step}.sql", params)
            _add(done, ledger.post(con, work, "posting: suspense, provider adjustments, what was deferred", today))
        if has["placeable"]:
            run_sql(con, HERE, "settled.sql", params)
        run_sql(con, HERE, "flags.sql", params)
        run_sql(con, HERE, "look.sql", params)
        if has["provider"]:
            run_sql(con, HERE, "recoup.sql", params)
        if _any(con, "unposting_now"):
            with new_events(con, run_id):
                run_sql(con, HERE, "unpost_events.sql", params)
        with new_events(con, run_id):
            run_sql(con, HERE, "events.sql")
        _count(con, done, run_id)
    return done


def tell_policy(con: duckdb.DuckDBPyConnection, policies: Policies) -> None:
    """Put what is in force when, and the rules in their order, into the temporary tables of policy.sql."""
    run_sql(con, HERE, "policy.sql")
    spans = list(enumerate(policies.in_force, start=1))
    _load(
        con,
        "policy_in_force",
        [
            {
                "policy_no": policy_no,
                "policy_id": span.policy.policy_id,
                "policy_version": span.policy.version,
                "effective_from": span.first,
                "effective_to": span.last,
                **dict(span.policy.require),
            }
            for policy_no, span in spans
        ],
    )
    for table, section in (("payment_rule", "payments"), ("policy_rule", "rules")):
        rows = [
            {"policy_no": policy_no, "place": place, "rule_id": rule.id, **dict(rule)}
            for policy_no, span in spans
            for place, rule in enumerate(getattr(span.policy, section), start=1)
        ]
        _load(con, table, rows)


def _tell_payers(con: duckdb.DuckDBPyConnection, payers: Sequence[Payer]) -> None:
    """Put what each payer means by its own PLB codes beside the policy."""
    rows = [
        {"payer_id": payer.payer_id, "rule_id": one.id, "reason_code": one.reason, **dict(one)}
        for payer in payers
        for one in payer.provider_adjustments
    ]
    _load(con, "payer_adjustment", rows)


def _load(con: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    columns = [str(row[0]) for row in con.execute(f"DESCRIBE {table}").fetchall()]
    load_rows(con, table, columns, [[row[name] for name in columns] for row in rows])


def _what_is_there(con: duckdb.DuckDBPyConnection) -> dict[str, bool]:
    """Which steps have anything to look at: most days most of them have not."""
    (row,) = records(
        con,
        "SELECT EXISTS (FROM said) AS said, EXISTS (FROM remittance.deposit) AS deposits, "
        "EXISTS (FROM remittance.provider_adjustment) AS provider, "
        "EXISTS (FROM remittance.bank_line WHERE becomes = 'return') AS returns",
    )
    return row


def _any(con: duckdb.DuckDBPyConnection, rows: str) -> bool:
    return con.execute(f"SELECT 1 FROM {rows} LIMIT 1").fetchone() is not None


def _post(
    con: duckdb.DuckDBPyConnection, work: Unit, step: str, name: str, params: dict[str, Any], done: Posted
) -> None:
    """Post what the SQL of a step proposes, and what it lists to be reversed."""
    work.begin()
    with ledger.proposals(con):
        run_sql(con, HERE, f"{step}.sql", params)
        ledger.reverse(con)
        _add(done, ledger.post(con, work, f"posting: {name}", params["today"]))


def _pass(con: duckdb.DuckDBPyConnection, work: Unit, params: dict[str, Any], done: Posted) -> bool:
    """Post what nothing blocks, then the reversals that have their original; True when another pass may post more."""
    codes = _codes(con)
    if codes.intersection(UNBLOCKED_BY_POSTING):
        run_sql(con, HERE, "unblock.sql")
        codes = _codes(con)
    before = number(con, "SELECT count(*) FROM posted_in_run")
    if None in codes:
        claims = number(
            con, "SELECT count(*) FROM blocked ANTI JOIN posted_in_run USING (remit_claim_id) WHERE code IS NULL"
        )
        _forward(con, work, params, done, -(-claims // PORTION_CLAIMS))
    if "ORPHAN_REVERSAL" in codes:
        _post(con, work, "reversal", "reversals", params, done)
    after = number(con, "SELECT count(*) FROM posted_in_run")
    return before < after and not _codes(con).isdisjoint(UNBLOCKED_BY_POSTING)


def _forward(con: duckdb.DuckDBPyConnection, work: Unit, params: dict[str, Any], done: Posted, portions: int) -> None:
    """Post what nothing blocks, in portions.

    All portions are found and set aside, on disk for the most part, before the first is moved: when the transaction has not begun
    before that, all threads read them.
    """
    each = [{**params, "portion": portion, "portions": portions} for portion in range(portions)]
    found = []
    for place, one in enumerate(each):
        with ledger.proposals(con):
            found.append(_find_portion(con, work, one))
            _rename(con, "", f"_{place}")
    for place, one in enumerate(each):
        with ledger.proposals(con):
            _rename(con, f"_{place}", "")
            _add(done, ledger.keep(con, work, found[place]))
            work.begin()
            run_sql(con, HERE, "keep.sql", one)


def _find_portion(con: duckdb.DuckDBPyConnection, work: Unit, params: dict[str, Any]) -> ledger.Found:
    """Propose what a portion posts, and find its transactions."""
    run_sql(con, HERE, "items.sql", params)
    if _any(con, "posting_now WHERE turn_no > 1"):
        run_sql(con, HERE, "overlap.sql")
    run_sql(con, HERE, "forward.sql", params)
    ledger.reverse(con)
    return ledger.find(con, work, "posting: remittances", params["today"])


def _rename(con: duckdb.DuckDBPyConnection, before: str, after: str) -> None:
    """Put a portion's tables aside, or back: they carry its number behind their name meanwhile."""
    for table in OF_A_PORTION:
        con.execute(f"DROP TABLE IF EXISTS {table}{after}; ALTER TABLE {table}{before} RENAME TO {table}{after}")


def _codes(con: duckdb.DuckDBPyConnection) -> set[str | None]:
    """What blocks the claims that this run has not posted; None: nothing does."""
    rows = con.execute("SELECT DISTINCT code FROM blocked ANTI JOIN posted_in_run USING (remit_claim_id)").fetchall()
    return {row[0] for row in rows}


def _add(done: Posted, posted: ledger.Posted) -> None:
    done.transactions += posted.transactions
    done.entries += posted.entries


def _count(con: duckdb.DuckDBPyConnection, done: Posted, run_id: str) -> None:
    row = con.execute(
        "SELECT count(*) FILTER (kind <> 'suspend' AND reverses IS NULL), count(*) FILTER (reverses IS NOT NULL), "
        "count(*) FILTER (kind = 'suspend'), count(*) FILTER (kind = 'release'), "
        "coalesce(sum(paid_cents) FILTER (kind <> 'suspend'), 0) FROM posting.posting "
        "WHERE run_id = $run_id AND (remit_claim_id IN (SELECT remit_claim_id FROM posted_in_run) OR kind = 'suspend')",
        {"run_id": run_id},
    ).fetchone()
    if row:
        done.claims, done.reversals, done.suspended, done.released, done.posted_cents = (int(value) for value in row)
    done.exceptions = {
        str(code): int(count)
        for code, count in con.execute(
            "SELECT code, count(*) FROM posting.exception WHERE run_id = ? GROUP BY 1 ORDER BY 1", [run_id]
        ).fetchall()
    }

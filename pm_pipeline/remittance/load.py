"""Loading 835 sets, a batch of files as one unit of work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import duckdb

from pm_pipeline.config import Config
from pm_pipeline.intake import FeedResult, load_feed, load_feed_files
from pm_pipeline.remittance.statements import also_delivered, load_statements
from pm_pipeline.transport.pending import ReadsFiles, pending_sets
from pm_pipeline.warehouse import little_memory, load_rows, number, run_sql, unit
from pm_pipeline.x12.parts import SetSpan, shared_out
from pm_pipeline.x12.read_835 import read_835

STAGE = "remittance"
EARLIEST_PAYMENT = dt.date(2000, 1, 1)
MEMORY = "1000MB"  # of DuckDB; the file itself lies beside it
LATEST_PAYMENT_DAYS = 60  # an effective date further ahead than this is a mistake


@dataclass
class Remitted:
    """Counts of one run: sets by outcome (loaded, duplicate, quarantined), what was loaded, and the files read."""

    sets: dict[str, int] = field(default_factory=dict)
    claims: int = 0
    lines: int = 0
    adjustments: int = 0
    paid_cents: int = 0
    files: list[str] = field(default_factory=list)


def run(
    con: duckdb.DuckDBPyConnection,
    store: ReadsFiles,
    config: Config,
    today: dt.date,
    run_id: str,
    progress: Callable[[str], None] = lambda text: None,
) -> Remitted:
    """Load every 835 set not dealt with yet. Running it again finds nothing to do."""
    done = Remitted()
    _tell_config(con, config)
    params: dict[str, Any] = {
        "today": today,
        "run_id": run_id,
        "earliest": EARLIEST_PAYMENT,
        "latest": today + dt.timedelta(days=LATEST_PAYMENT_DAYS),
    }
    _name_payers(con, params)
    for batch in pending_sets(con, store, STAGE, "835"):
        progress(f"835: {len(batch)}")
        with little_memory(con, MEMORY), unit(con, "remittance", run_id, late=True) as work:
            read_835(con, batch, threads=_threads(con, batch))
            run_sql(con, __package__ or "", "judge.sql", params)
            work.begin()
            run_sql(con, __package__ or "", "load.sql", params)
        _count(con, done)
        done.files += sorted({one.file_id for one in batch})
    return done


def _threads(con: duckdb.DuckDBPyConnection, batch: list[SetSpan]) -> int:
    return shared_out(sum(one.end - one.start for one in batch), number(con, "SELECT current_setting('threads')"))


def load_deposits(con: duckdb.DuckDBPyConnection, store: ReadsFiles, today: dt.date, run_id: str) -> list[FeedResult]:
    """Load the bank's deposit feeds and statements not dealt with yet; a deposit both bring counts once."""
    feed = load_feed(__package__ or "", "deposits")
    rows = load_feed_files(con, store, [feed], today, run_id, lambda held: also_delivered(held, run_id))
    return rows + load_statements(con, store, today, run_id)


def _tell_config(con: duckdb.DuckDBPyConnection, config: Config) -> None:
    con.execute("CREATE OR REPLACE TEMP TABLE our_payee_number (number VARCHAR)")
    load_rows(con, "our_payee_number", ["number"], [(config.practice.npi,), (config.practice.tax_id,)])
    con.execute("CREATE OR REPLACE TEMP TABLE payer_remit_id (remit_id VARCHAR, payer_id VARCHAR)")
    load_rows(
        con,
        "payer_remit_id",
        ["remit_id", "payer_id"],
        [(remit_id, payer.payer_id) for payer in config.payers for remit_id in payer.remit_ids],
    )
    con.execute("CREATE OR REPLACE TEMP TABLE partner_rule (partner_id VARCHAR, payee_not_ours VARCHAR)")
    load_rows(
        con,
        "partner_rule",
        ["partner_id", "payee_not_ours"],
        [
            *((partner.partner_id, partner.payee_not_ours) for partner in config.partners.partners),
            ("by_hand", config.partners.by_hand.payee_not_ours),
        ],
    )


def _name_payers(con: duckdb.DuckDBPyConnection, params: dict[str, Any]) -> None:
    known = con.execute(
        "SELECT 1 FROM remittance.current_payment AS pay JOIN payer_remit_id AS known ON known.remit_id = pay.trn03 "
        "WHERE pay.payer_id IS NULL LIMIT 1"
    ).fetchone()
    if known is not None:
        with unit(con, "remittance payers", params["run_id"]):
            run_sql(con, __package__ or "", "payers.sql", {name: params[name] for name in ("today", "run_id")})


def _count(con: duckdb.DuckDBPyConnection, done: Remitted) -> None:
    for outcome, sets in con.execute("SELECT outcome, count(*) FROM judged_set GROUP BY 1").fetchall():
        done.sets[outcome] = done.sets.get(outcome, 0) + int(sets)
    row = con.execute(
        "SELECT coalesce(sum(claims), 0), coalesce(sum(lines), 0), coalesce(sum(adjustments), 0), "
        "coalesce(sum(paid_cents), 0) FROM judged_set WHERE outcome = 'loaded'"
    ).fetchone()
    if row:
        done.claims += int(row[0])
        done.lines += int(row[1])
        done.adjustments += int(row[2])
        done.paid_cents += int(row[3])

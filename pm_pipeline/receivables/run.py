"""One run over receivables: open and close denial episodes and work items."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb

from pm_pipeline.config import Config
from pm_pipeline.receivables.contracts import price_lines
from pm_pipeline.receivables.secondary import due_claims, find_due
from pm_pipeline.receivables.workflow import tell_edits, tell_workflow
from pm_pipeline.submission.ready import Fault
from pm_pipeline.warehouse import load_rows, run_sql, unit

HERE = __package__ or ""
FILING_WARNING_DAYS = 14


@dataclass
class Receivables:
    """Counts after one run: denials opened and closed, work opened by kind and closed, the A/R total in cents, and lines
    held against their contract."""

    denials_opened: int = 0
    denials_closed: int = 0
    work_opened: dict[str, int] = field(default_factory=dict)
    work_closed: int = 0
    ar_cents: int = 0
    lines_priced: int = 0


def run(con: duckdb.DuckDBPyConnection, config: Config, today: dt.date, run_id: str) -> Receivables:
    """Bring denials and work items to what is true at the end of `today`. Running it again changes nothing."""
    _tell_config(con, config)
    tell_edits(con, config.denials.edits)
    params = {"today": today, "run_id": run_id, "warning_days": FILING_WARNING_DAYS}
    with unit(con, "receivables", run_id):
        tell_workflow(con, config.denials.workflow, today, run_id)
        run_sql(con, HERE, "denials.sql", params)
        lines = price_lines(con, config.contracts, today, run_id)
        run_sql(con, HERE, "underpayment.sql", params)
        find_due(con)
        run_sql(con, HERE, "work.sql", params)
        _tell_faults(con, [one for one in due_claims(con, config) if isinstance(one, Fault)])
        run_sql(con, HERE, "faults.sql", params)
    row = con.execute(
        "SELECT (SELECT count(*) FROM receivables.denial WHERE run_id = $run_id), "
        "(SELECT count(*) FROM receivables.denial_closed WHERE run_id = $run_id), "
        "(SELECT count(*) FROM receivables.work_item_closed WHERE run_id = $run_id), "
        "(SELECT coalesce(sum(cents), 0) FROM ledger.entry WHERE account = 'AR')",
        {"run_id": run_id},
    ).fetchone()
    opened = con.execute(
        "SELECT kind, count(*) FROM receivables.work_item WHERE run_id = ? GROUP BY 1 ORDER BY 1", [run_id]
    ).fetchall()
    numbers = [int(value) for value in row] if row else [0, 0, 0, 0]
    return Receivables(
        numbers[0], numbers[1], {str(kind): int(count) for kind, count in opened}, numbers[2], numbers[3], lines
    )


def _tell_faults(con: duckdb.DuckDBPyConnection, faults: Sequence[Fault]) -> None:
    con.execute("CREATE OR REPLACE TEMP TABLE secondary_fault (claim_id VARCHAR, code VARCHAR, text VARCHAR)")
    load_rows(
        con, "secondary_fault", ["claim_id", "code", "text"], [(one.claim_id, one.code, _said(one)) for one in faults]
    )


def _said(fault: Fault) -> str:
    return fault.text if fault.line_no is None else f"Line {fault.line_no}: {fault.text}"


def _tell_config(con: duckdb.DuckDBPyConnection, config: Config) -> None:
    con.execute(
        "CREATE OR REPLACE TEMP TABLE payer_term (payer_id VARCHAR, timely_filing_days INTEGER, appeal_days INTEGER, "
        "remit_days INTEGER, crossover_wait_days INTEGER, set_days INTEGER, claim_days INTEGER, later_days INTEGER, "
        "later_from_service BOOLEAN)"
    )
    load_rows(
        con,
        "payer_term",
        [
            "payer_id",
            "timely_filing_days",
            "appeal_days",
            "remit_days",
            "crossover_wait_days",
            "set_days",
            "claim_days",
            "later_days",
            "later_from_service",
        ],
        [
            (
                payer.payer_id,
                payer.timely_filing_days,
                payer.appeal_days,
                payer.remit_days,
                payer.crossover.wait_days,
                math.ceil(config.answer_hours(payer).set / 24),
                math.ceil(config.answer_hours(payer).claim / 24),
                payer.later_filing_days,
                payer.later_filing.counted_from == "service",
            )
            for payer in config.payers
        ],
    )

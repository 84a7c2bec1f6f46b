"""The exceptions queue as people see it: what is open, what is known of one, and what the system would do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

from pm_pipeline.posting.resolve import Resolution
from pm_pipeline.warehouse import records, run_sql

HERE = __package__ or ""

# what stands behind the item of an exception: name -> SQL with $item_id, $remit_claim_id, $payment_id and $exception_id
BEHIND = {
    "payment": "SELECT payment_id, payer_id, trn02, method, paid_cents, effective_on, claims, file_id, segment_no "
    "FROM remittance.current_payment WHERE payment_id = $payment_id",
    "remittance_claim": "SELECT remit_claim_id, clp01, status, charge_cents, paid_cents, patient_cents, adjusted_cents, payer_claim_number, "
    "original_payer_claim_number, remark_codes, lines, imbalance, segment_no "
    "FROM remittance.claim WHERE remit_claim_id = $remit_claim_id",
    "lines": "SELECT svc_no, procedure_code, modifiers, charge_cents, paid_cents, original_procedure, dos_from, line_id, remark_codes, segment_no "
    "FROM remittance.line WHERE remit_claim_id = $remit_claim_id ORDER BY svc_no",
    "adjustments": "SELECT adjustment_id, group_code, carc, cents, segment_no FROM remittance.adjustment "
    "WHERE remit_claim_id = $remit_claim_id ORDER BY segment_no, adjustment_id",
    "provider_adjustment": "SELECT plb_id, reason_code, reference, cents, segment_no FROM remittance.provider_adjustment WHERE plb_id = $item_id",
    "deposit": "SELECT deposit_id, deposited_on, trace_number, cents FROM remittance.deposit WHERE deposit_id = $item_id",
    "resolutions": "SELECT resolution_id, action, target, decision, account, adjustment_id, actor, reason, decided_on FROM posting.resolution "
    "WHERE exception_id = $exception_id ORDER BY decided_at",
}


@dataclass(frozen=True)
class Proposal:
    """A resolution the system would make, and why."""

    resolution: Resolution
    because: str


def queue(con: duckdb.DuckDBPyConnection, **only: Any) -> list[dict[str, Any]]:
    """Open exceptions, those that hold most money first; `only`: code, payer_id, claim_id, is_blocking (None: any)."""
    return records(
        con,
        "SELECT exception_id, code, is_blocking, open.cents, opened_on, pay.payer_id, claim_id, item_kind, item_id, evidence "
        "FROM posting.open_exception AS open LEFT JOIN remittance.current_payment AS pay USING (payment_id) "
        "WHERE ($code IS NULL OR code = $code) AND ($payer_id IS NULL OR pay.payer_id = $payer_id) "
        "AND ($claim_id IS NULL OR claim_id = $claim_id) AND ($is_blocking IS NULL OR is_blocking = $is_blocking) "
        "ORDER BY is_blocking DESC, abs(open.cents) DESC, opened_on, exception_id",
        {name: only.get(name) for name in ("code", "payer_id", "claim_id", "is_blocking")},
    )


def behind(con: duckdb.DuckDBPyConnection, exception_id: str) -> dict[str, Any] | None:
    """An exception with what stands behind it (BEHIND: lists of rows); None when there is no such exception. Amounts in cents."""
    found = records(
        con,
        "SELECT exception.*, because AS closed_because, closed.actor AS closed_by, closed_on FROM posting.exception "
        "LEFT JOIN posting.exception_closed AS closed USING (exception_id) WHERE exception_id = $exception_id",
        {"exception_id": exception_id},
    )
    if not found:
        return None
    item = found[0]
    params = {name: item[name] for name in ("item_id", "remit_claim_id", "payment_id", "exception_id")}
    shown = {
        name: records(con, sql, {key: value for key, value in params.items() if f"${key}" in sql})
        for name, sql in BEHIND.items()
    }
    return {"exception": item, **{name: rows for name, rows in shown.items() if rows}}


def propose(con: duckdb.DuckDBPyConnection, exception_id: str) -> list[Proposal]:
    """What may resolve an open exception, the likeliest first; none when only its cause can be mended."""
    rows = run_sql(con, HERE, "propose.sql", {"exception_id": exception_id}).fetchall()
    return [
        Proposal(Resolution(action, target, decision, account, adjustment), because)
        for action, target, decision, account, adjustment, because in rows
    ]

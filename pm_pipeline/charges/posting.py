"""Posting loaded charges to the ledger, and taking back those that a later row corrects or voids."""

from __future__ import annotations

import datetime as dt

import duckdb

from pm_pipeline.ledger import Posted, post, proposals, reverse
from pm_pipeline.warehouse import run_sql, unit

NOTHING = Posted(0, 0, 0)


def post_charges(con: duckdb.DuckDBPyConnection, today: dt.date, run_id: str) -> tuple[Posted, Posted]:
    """Post loaded charges that are not in the ledger, and reverse those that a loaded row corrects or voids.

    Key charge:<charge_id>, debit AR of who owes it at the time (the payer of the patient's first coverage in force on
    the date of service, else the patient), credit REVENUE_GROSS. Key charge_void:<charge_id> negates it, effective on
    the charge's own entry date, together with what moved it between responsible parties since. Whichever row came
    first, the ledger ends the same. Returns what was posted for charges, and for charges corrected or voided.
    """
    run_sql(con, __package__ or "", "unposted.sql")
    try:
        if not (_any(con, "charge_unposted") or _any(con, "charge_unreversed")):
            return NOTHING, NOTHING
        with unit(con, "charges.post", run_id) as work:
            with proposals(con):
                run_sql(con, __package__ or "", "propose.sql")
                charges = post(con, work, "charges", today)
            with proposals(con):
                run_sql(con, __package__ or "", "propose_reversal.sql")
                reverse(con)
                voids = post(con, work, "charge voids", today)
        return charges, voids
    finally:
        for table in ("charge_unposted", "charge_unreversed"):
            con.execute(f"DROP TABLE IF EXISTS {table}")


def _any(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    return con.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is not None

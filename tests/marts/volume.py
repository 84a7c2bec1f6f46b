"""A warehouse of any number of claims, to see what the marts cost.

python -m tests.marts.volume CLAIMS FOLDER      makes FOLDER/pm.duckdb, builds and publishes the marts, prints seconds
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from pathlib import Path

import duckdb

from pm_pipeline import ledger
from pm_pipeline.home import SCHEMAS
from pm_pipeline.warehouse import Warehouse, run_sql, unit
from pm_pipeline.warehouse.publish import publish
from tests.marts.dbt_run import run_dbt


def make(con: duckdb.DuckDBPyConnection, claims: int) -> None:
    """Post the made-up practice month by month and fill the stages' tables."""
    run_sql(con, "tests.marts", "volume.sql", {"claims": claims})
    months = con.execute("SELECT DISTINCT date_trunc('month', posted_on)::DATE FROM made_entry ORDER BY 1").fetchall()
    for (month,) in months:
        _post(con, month)
    with unit(con, "stages", "run"):
        run_sql(con, "tests.marts", "volume_stages.sql")


def _post(con: duckdb.DuckDBPyConnection, month: dt.date) -> None:
    days = con.execute(
        "SELECT DISTINCT posted_on FROM made_entry WHERE date_trunc('month', posted_on) = ? ORDER BY 1", [month]
    ).fetchall()
    for (posted_on,) in days:
        with unit(con, f"{posted_on}", "run") as work, ledger.proposals(con):
            con.execute(
                "INSERT INTO ledger_proposal BY NAME SELECT txn_key, 'x' AS txn_kind, entry_kind, account, "
                "sub_account, cents, 'HARBOR' AS practice_id, payer_id, provider_id, claim_id, charge_id, service_on, "
                "posted_on AS effective_on FROM made_entry WHERE posted_on = ?",
                [posted_on],
            )
            ledger.post(con, work, "volume", posted_on)


def main(claims: int, folder: Path) -> None:
    """Make, build, publish; one line of seconds for each."""
    warehouse = Warehouse(folder / "pm.duckdb", SCHEMAS)
    started = time.perf_counter()
    with warehouse.write() as con:
        make(con, claims)
        entries = con.execute("SELECT count(*) FROM ledger.entry").fetchone()
    _tell(f"{claims:,} claims, {entries[0] if entries else 0:,} entries made", started)
    for attempt in ("first build", "second build"):
        started = time.perf_counter()
        with warehouse.lend() as database:
            result = run_dbt("build", database, folder)
        _tell(f"dbt {attempt}: exit {result.code}, failed {sorted(result.failed())}", started)
    started = time.perf_counter()
    with warehouse.lend() as database:
        made = publish(database, folder / "published", keep=2)
    _tell(f"published {made.path.name}, {made.path.stat().st_size / 1e6:.0f} MB", started)


def _tell(what: str, started: float) -> None:
    print(f"{time.perf_counter() - started:7.1f} s  {what}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))

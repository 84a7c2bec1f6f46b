"""Loading the front office feeds and the practice's own clinicians."""

from __future__ import annotations

import datetime as dt

import duckdb

from pm_pipeline.config import Config
from pm_pipeline.intake import FeedResult, FeedStore, load_feed, load_feed_files
from pm_pipeline.warehouse import load_rows, run_sql, unit

FEEDS = ("patients", "coverages", "providers", "authorizations", "appointments")
COLUMNS = ("provider_id", "npi", "last_name", "first_name", "taxonomy", "active_from", "active_to")


def load(
    con: duckdb.DuckDBPyConnection, store: FeedStore, config: Config, today: dt.date, run_id: str
) -> list[FeedResult]:
    """Load every waiting front office file, and the clinicians of practice.yaml. Doing it again changes nothing.

    A clinician of the file is the version updated_on = active_from, with file_id NULL; when the file is edited, that
    version follows it. A providers feed adds later versions.
    """
    load_configured(con, config, run_id)
    feeds = [load_feed(__package__ or "", name) for name in FEEDS]
    return load_feed_files(con, store, feeds, today, run_id)


def load_configured(con: duckdb.DuckDBPyConnection, config: Config, run_id: str) -> int:
    """Write the clinicians of practice.yaml that are new or edited; returns how many."""
    columns = ", ".join(COLUMNS)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE configured_provider AS SELECT {columns} FROM front_office.provider LIMIT 0"
    )
    rows = [[getattr(provider, name) for name in COLUMNS] for provider in config.practice.providers]
    load_rows(con, "configured_provider", COLUMNS, rows)
    changed = run_sql(con, __package__ or "", "changed_provider.sql").fetchall()
    if changed:
        with unit(con, "front_office.providers", run_id):
            run_sql(con, __package__ or "", "configured_provider.sql", {"run_id": run_id})
    con.execute("DROP TABLE configured_provider")
    return len(changed)

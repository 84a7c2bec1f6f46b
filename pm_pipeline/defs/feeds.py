"""Metadata and the rows-in check of practice feeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dagster as dg
import duckdb

from pm_pipeline import intake
from pm_pipeline.defs.stage import check_spec, invariant_check, table
from pm_pipeline.home import Home


def feed_metadata(con: duckdb.DuckDBPyConnection, home: Home, loaded: Sequence[intake.FeedResult]) -> dict[str, Any]:
    """Counts per file; writes the report for the sender of each file that had something refused."""
    for one in loaded:
        if one.rows_quarantined or one.status == "refused":
            intake.write_report(con, one.file_id, home.settings.reports_dir)
    rows = [
        (one.file_id, one.status, one.rows_in, one.rows_loaded, one.rows_known, one.rows_quarantined) for one in loaded
    ]
    return {
        "files": table(["file_id", "status", "rows_in", "loaded", "known", "quarantined"], rows),
        "rows_in": sum(one.rows_in for one in loaded),
        "rows_quarantined": sum(one.rows_quarantined for one in loaded),
    }


def rows_check_spec(stage: str, name: str) -> dg.AssetCheckSpec:
    """Every feed row is accounted for (I15)."""
    return check_spec(
        stage,
        name,
        "rows_in_are_rows_accounted_for",
        "Rows in = loaded + known already + quarantined, in every feed file (I15).",
    )


def rows_check(con: duckdb.DuckDBPyConnection, spec: dg.AssetCheckSpec) -> dg.AssetCheckResult:
    """Run it."""
    return invariant_check(con, spec, "I15")

"""Charge capture, with Great Expectations at the boundary."""

from collections.abc import Iterator

import dagster as dg

from pm_pipeline import charges
from pm_pipeline.defs.feeds import feed_metadata, rows_check, rows_check_spec
from pm_pipeline.defs.partitions import daily, one_run
from pm_pipeline.defs.resources import PmResource
from pm_pipeline.defs.stage import POOL, opened, results, spec, window
from pm_pipeline.transport.store import inbox_store

SPECS = [
    spec("charges", "charge", "Charges the practice sent and the boundary let through; bad rows are set aside one by one, with the reason.",
         [("transport", "file"), ("front_office", "coverage")], {"csv", "greatexpectations", "duckdb"}),
    spec("intake", "quarantined_row", "Feed rows set aside, and what is wrong with each; the report for the sender is made from these.", [("transport", "file")]),
]  # fmt: skip
ROWS = rows_check_spec("charges", "charge")


@dg.multi_asset(
    specs=SPECS, check_specs=[ROWS], partitions_def=daily, backfill_policy=one_run, pool=POOL, name="load_charges"
)
def asset(context: dg.AssetExecutionContext, pm: PmResource) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Check and load the charge files that have landed, and post their charges to the ledger."""
    when = window(context)
    with opened(pm) as (home, con):
        loaded = charges.load(con, inbox_store(home.settings), home.config, when.today, when.run_id)
        metadata = feed_metadata(con, home, loaded)
        check = rows_check(con, ROWS)
    yield from results(SPECS, {"charge": metadata})
    yield check

"""Patients, coverages, providers, authorizations, appointments from the practice's feeds."""

from collections.abc import Iterator

import dagster as dg

from pm_pipeline import front_office, intake
from pm_pipeline.defs.feeds import feed_metadata, rows_check, rows_check_spec
from pm_pipeline.defs.partitions import daily, one_run
from pm_pipeline.defs.resources import PmResource
from pm_pipeline.defs.stage import POOL, opened, results, spec, window
from pm_pipeline.transport.store import inbox_store

FILES = [("transport", "file")]
SPECS = [
    spec("front_office", "patient", "Patients, one version per change the practice sends.", FILES, {"csv", "duckdb"}),
    spec(
        "front_office",
        "coverage",
        "Who pays for a patient, in which order (COB), from when to when.",
        FILES,
        {"csv", "duckdb"},
    ),
    spec(
        "front_office",
        "provider",
        "Rendering providers (from the configuration) and referring ones.",
        FILES,
        {"csv", "duckdb"},
    ),
    spec(
        "front_office",
        "authorization",
        "What payers authorized, for whom, from when to when.",
        FILES,
        {"csv", "duckdb"},
    ),
    spec("front_office", "appointment", "Appointments booked, kept, cancelled and missed.", FILES, {"csv", "duckdb"}),
]
ROWS = rows_check_spec("front_office", "patient")


@dg.multi_asset(
    specs=SPECS, check_specs=[ROWS], partitions_def=daily, backfill_policy=one_run, pool=POOL, name="load_front_office"
)
def asset(context: dg.AssetExecutionContext, pm: PmResource) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Load the front-office feeds that have landed; refuse feed files nobody knows."""
    when = window(context)
    with opened(pm) as (home, con):
        store = inbox_store(home.settings)
        loaded = front_office.load(con, store, home.config, when.today, when.run_id)
        intake.refuse_unknown(con, store, when.today, when.run_id)
        metadata = {feed: feed_metadata(con, home, done) for feed, done in by_table(loaded).items()}
        check = rows_check(con, ROWS)
    yield from results(SPECS, metadata)
    yield check


def by_table(loaded: list[intake.FeedResult]) -> dict[str, list[intake.FeedResult]]:
    """The feeds' results under the name of the table each fills (patients -> patient)."""
    tables: dict[str, list[intake.FeedResult]] = {}
    for one in loaded:
        tables.setdefault(one.table.split(".")[-1], []).append(one)
    return tables

"""Released claims become validated 837P interchanges and are uploaded."""

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import dagster as dg

from pm_pipeline import submission
from pm_pipeline.defs.partitions import daily, one_run
from pm_pipeline.defs.resources import PmResource
from pm_pipeline.defs.stage import (
    POOL,
    check_spec,
    exchange,
    facts,
    file_table,
    invariant_check,
    opened,
    results,
    spec,
    window,
)
from pm_pipeline.receivables.secondary import due_claims
from pm_pipeline.transport.store import outbox_store

SPECS = [
    spec("submission", "interchange", "Outbound 837P interchanges: control numbers, partner, bytes, claims.",
         [("scrub", "claim"), ("scrub", "claim_line"), ("scrub", "edit_finding"), ("scrub", "claim_event")], {"x12", "sftp", "duckdb"}),
    spec("submission", "batch_claim", "Which claim went out in which interchange and set, as which version.", [("scrub", "claim")]),
]  # fmt: skip
NUMBERS = check_spec(
    "submission",
    "interchange",
    "numbers_name_one_content",
    "No control number is used twice, and no claim goes out again before it was answered (I11, I12).",
)


@dg.multi_asset(
    specs=SPECS, check_specs=[NUMBERS], partitions_def=daily, backfill_policy=one_run, pool=POOL, name="submit_claims"
)
def asset(context: dg.AssetExecutionContext, pm: PmResource) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Freeze, validate and send what is released; resolve uploads in doubt first."""
    when = window(context)
    reach = exchange(pm, when)
    with opened(pm) as (home, con):
        result = submission.Submitted()
        if reach is not None:
            now = business_time(when.today, home.config.practice.time_zone)
            result = submission.run(
                con, reach.session, home.config, outbox_store(home.settings), when.today, when.run_id, now, due_claims
            )  # what is due to later payers was found at the end of an earlier day
        sent = [
            str(row[0])
            for row in con.execute(
                "SELECT file_id FROM submission.interchange WHERE run_id = ?", [when.run_id]
            ).fetchall()
        ]
        files = file_table(con, sent)
        check = invariant_check(con, NUMBERS, "I11", "I12")
    if reach is not None:
        reach.advance()
    yield from results(SPECS, {"interchange": {**facts(result), "files": files}})
    yield check


def business_time(today: dt.date, time_zone: str) -> dt.datetime:
    """The practice's local time; on a simulated day, that day at the clock's time."""
    now = dt.datetime.now(ZoneInfo(time_zone))
    return dt.datetime.combine(today, now.time())

"""TA1, 999 (or 997) and 277CA become claim events."""

from collections.abc import Iterator

import dagster as dg

from pm_pipeline import acknowledgments
from pm_pipeline.defs.partitions import daily, one_run
from pm_pipeline.defs.resources import PmResource
from pm_pipeline.defs.stage import POOL, check_spec, facts, file_table, invariant_check, opened, results, spec, window
from pm_pipeline.transport.store import inbox_store

DEPS = [("transport", "transaction_set"), ("submission", "batch_claim"), ("submission", "interchange")]
X12 = {"x12", "duckdb"}
SPECS = [
    spec("acknowledgments", "interchange_ack", "TA1: whether a partner took an interchange.", DEPS, X12),
    spec(
        "acknowledgments",
        "set_ack",
        "999 or 997: whether each set of an interchange is sound; one bad claim sinks its set.",
        DEPS,
        X12,
    ),
    spec(
        "acknowledgments",
        "claim_status",
        "277CA: whether the payer took each claim, and under which number.",
        DEPS,
        X12,
    ),
]
FORWARD = check_spec(
    "acknowledgments", "claim_status", "states_move_forward", "No claim's state moves backward without a reopen (I13)."
)


@dg.multi_asset(
    specs=SPECS,
    check_specs=[FORWARD],
    partitions_def=daily,
    backfill_policy=one_run,
    pool=POOL,
    name="load_acknowledgments",
)
def asset(context: dg.AssetExecutionContext, pm: PmResource) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Load every answer received and move the claims it speaks of."""
    when = window(context)
    with opened(pm) as (home, con):
        result = acknowledgments.run(con, inbox_store(home.settings), when.today, when.run_id)
        files = file_table(con, result.files)
        check = invariant_check(con, FORWARD, "I13")
    yield from results(SPECS, {"claim_status": {**facts(result), "files": files}})
    yield check

"""835 payments and bank deposits."""

from collections.abc import Iterator

import dagster as dg

from pm_pipeline import remittance
from pm_pipeline.defs.feeds import feed_metadata
from pm_pipeline.defs.partitions import daily, one_run
from pm_pipeline.defs.resources import PmResource
from pm_pipeline.defs.stage import POOL, check_spec, facts, file_table, invariant_check, opened, results, spec, window
from pm_pipeline.transport.store import inbox_store

SETS = [("transport", "transaction_set")]
X12 = {"x12", "duckdb"}
SPECS = [
    spec("remittance", "payment", "Payments: one per 835 transaction set, proven to balance.", SETS, X12),
    spec("remittance", "claim", "What a payer says of each claim (CLP).", SETS, X12),
    spec("remittance", "line", "What a payer says of each service line (SVC).", SETS, X12),
    spec("remittance", "adjustment", "Why a payer paid less than was charged (CAS).", SETS, X12),
    spec(
        "remittance",
        "provider_adjustment",
        "Money between payer and practice that belongs to no one claim (PLB).",
        SETS,
        X12,
    ),
    spec(
        "remittance",
        "deposit",
        "The bank's deposits, from its feed and its statements; each once.",
        [("transport", "file")],
        {"csv", "duckdb"},
    ),
]
GATE = check_spec(
    "remittance",
    "payment",
    "payments_balance",
    "BPR02 is the sum of CLP04 less the sum of PLB, and no payment is loaded twice (I03, I05).",
)


@dg.multi_asset(
    specs=SPECS, check_specs=[GATE], partitions_def=daily, backfill_policy=one_run, pool=POOL, name="load_remittances"
)
def asset(context: dg.AssetExecutionContext, pm: PmResource) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Load every 835 and deposit file received; quarantine what does not balance."""
    when = window(context)
    with opened(pm) as (home, con):
        store = inbox_store(home.settings)
        result = remittance.run(con, store, home.config, when.today, when.run_id)
        deposits = remittance.load_deposits(con, store, when.today, when.run_id)
        files = file_table(con, result.files)
        deposit_metadata = feed_metadata(con, home, deposits)
        check = invariant_check(con, GATE, "I03", "I05")
    yield from results(SPECS, {"payment": {**facts(result), "files": files}, "deposit": deposit_metadata})
    yield check

"""Remittance lines become ledger entries, or wait in suspense with a reason."""

from collections.abc import Iterator

import dagster as dg

from pm_pipeline import ledger, posting
from pm_pipeline.defs.pages import entries_of_run
from pm_pipeline.defs.partitions import daily, one_run
from pm_pipeline.defs.resources import PmResource
from pm_pipeline.defs.stage import POOL, check_spec, facts, invariant_check, opened, results, spec, window

DEPS = [(("remittance"), name) for name in ("payment", "claim", "line", "adjustment", "provider_adjustment", "deposit")]
SPECS = [
    spec(
        "posting",
        "posting",
        "Every act of posting: posted, put in suspense, released from it.",
        [*DEPS, ("acknowledgments", "claim_status"), ("desk", "applied")],
    ),
    spec("posting", "decision", "What the posting policy made of each adjustment.", DEPS),
    spec("posting", "line_outcome", "What became of the money of each remittance line: posted, denied, held.", DEPS),
    spec(
        "posting",
        "exception",
        "What a person should look at: coded, with evidence; blocking ones hold money in suspense.",
        DEPS,
    ),
    dg.AssetSpec(
        key=["ledger", "entry"],
        group_name="ledger",
        description="The double-entry ledger: every cent, append-only, back to the segment or row that caused it.",
        deps=[
            dg.AssetKey(["remittance", "payment"]),
            dg.AssetKey(["charges", "charge"]),
            dg.AssetKey(["scrub", "claim"]),
        ],
        owners=["team:billing"],
        kinds={"duckdb"},
        code_version="1",
    ),
]
LEDGER = check_spec(
    "ledger",
    "entry",
    "ledger_is_lawful",
    "Transactions sum to zero, entries have evidence, reversals negate, seals and chain hold (I01, I08, I10, I14, I16).",
)
MONEY = check_spec(
    "posting",
    "posting",
    "every_cent_is_explained",
    "Each payment's money is in the ledger once, every line of it posted or held, and its cash cleared or explained (I02, I04, I09, I17).",
)


@dg.multi_asset(
    specs=SPECS,
    check_specs=[LEDGER, MONEY],
    partitions_def=daily,
    backfill_policy=one_run,
    pool=POOL,
    name="post_remittances",
)
def asset(context: dg.AssetExecutionContext, pm: PmResource) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Post everything received and not posted, by the posting policy."""
    when = window(context)
    with opened(pm) as (home, con):
        since = ledger.batch_after(
            con, "posting:"
        )  # what was posted before was checked then; `pm ledger verify` reads all
        result = posting.run(con, home.config, when.today, when.run_id)
        checks = [
            invariant_check(con, LEDGER, "I01", "I08", "I10", "I14", "I16", since_batch=since),
            invariant_check(con, MONEY, "I02", "I04", "I09", "I17"),
        ]
    yield from results(SPECS, {"posting": facts(result), "entry": {"entries_of_this_run": entries_of_run(when.run_id)}})
    yield from checks

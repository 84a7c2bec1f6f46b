"""Claims from charges, and the edits that release or hold them."""

from collections.abc import Iterator

import dagster as dg

from pm_pipeline import scrub
from pm_pipeline.defs.partitions import daily, one_run
from pm_pipeline.defs.resources import PmResource
from pm_pipeline.defs.stage import POOL, check_spec, facts, opened, results, spec, window

SPECS = [
    spec("scrub", "claim", "Claims as they would be sent now, one per encounter, entry date, provider and location.",
         [("charges", "charge"), ("front_office", "patient"), ("front_office", "coverage"), ("front_office", "provider"), ("front_office", "authorization"), ("desk", "applied")]),
    spec("scrub", "claim_line", "The service lines of each claim.", [("charges", "charge")]),
    spec("scrub", "edit_finding", "What the edits found: what is wrong with a claim, and what to do about it.", [("charges", "charge")]),
    spec("scrub", "claim_event", "The claim's diary: everything that happened to it, from any stage.", [("charges", "charge")]),
]  # fmt: skip
ONE_CLAIM = check_spec(
    "scrub",
    "claim_line",
    "every_charge_is_on_its_claim",
    "Each charge in force is on exactly one claim line with its amount; no line has another.",
)


@dg.multi_asset(
    specs=SPECS, check_specs=[ONE_CLAIM], partitions_def=daily, backfill_policy=one_run, pool=POOL, name="scrub_claims"
)
def asset(context: dg.AssetExecutionContext, pm: PmResource) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Build claims from new and changed charges, run every edit, release or hold."""
    when = window(context)
    with opened(pm) as (home, con):
        result = scrub.run(con, home.config, when.today, when.run_id)
        row = con.execute(
            "SELECT count(*) FROM charges.active_charge AS charge JOIN scrub.claim_line AS line USING (charge_id) "
            "JOIN scrub.claim_state AS now ON now.claim_id = line.claim_id AND now.state IN ('held', 'released', 'self_pay') "
            "WHERE line.charge_cents <> charge.charge_cents OR line.claim_id <> charge.claim_id"
        ).fetchone()
        missing = con.execute(
            "SELECT count(*) FROM charges.active_charge ANTI JOIN scrub.claim USING (claim_id)"
        ).fetchone()
    at_fault = (row[0] if row else 0) + (missing[0] if missing else 0)
    yield from results(SPECS, {"claim": facts(result)})
    yield dg.AssetCheckResult(
        asset_key=ONE_CLAIM.asset_key,
        check_name=ONE_CLAIM.name,
        passed=at_fault == 0,
        metadata={"rows_at_fault": at_fault},
    )

"""Fetching and landing files, and opening X12 envelopes."""

from collections.abc import Iterator

import dagster as dg

from pm_pipeline.defs.partitions import daily, one_run
from pm_pipeline.defs.resources import PmResource
from pm_pipeline.defs.stage import POOL, exchange, facts, file_table, opened, results, spec, table, window
from pm_pipeline.errors import TransportError
from pm_pipeline.transport.opening import open_landed
from pm_pipeline.transport.store import inbox_store
from pm_pipeline.transport.sweep import BY_HAND, sweep_inbox, sweep_partner

LAND = [
    spec(
        "transport",
        "file",
        "Every file received, once per content: practice feeds, acknowledgments, remittances, bank deposits. Its bytes are kept unchanged.",
        kinds={"sftp", "duckdb"},
    ),
]
OPEN = [
    spec(
        "transport",
        "transaction_set",
        "Each X12 transaction set received (835, 999, 277CA, TA1) and whether its envelope is whole.",
        deps=[("transport", "file")],
        kinds={"x12", "duckdb"},
    ),
]
WHOLE = dg.AssetCheckSpec(
    "bytes_are_unchanged",
    asset=dg.AssetKey(["transport", "file"]),
    description="The bytes of every file landed in this run still have the sha256 they were landed under.",
    blocking=True,
)


@dg.multi_asset(
    specs=LAND, check_specs=[WHOLE], partitions_def=daily, backfill_policy=one_run, pool=POOL, name="land_files"
)
def asset(context: dg.AssetExecutionContext, pm: PmResource) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Sweep every partner's folders and the drop folder, and land what is there."""
    when = window(context)
    landed: list[str] = []
    rows: list[tuple[str, int, int, int, str]] = []
    reach = exchange(pm, when)
    if reach is not None:
        reach.advance()
    with opened(pm) as (home, con):
        store = inbox_store(home.settings)
        for partner in home.config.partners.partners:
            if reach is None or not partner.fetch_folders:
                continue
            try:
                with reach.session(partner) as session:
                    swept = sweep_partner(con, session, partner, store, when.today, when.run_id)
            except TransportError as problem:  # one partner's trouble never stops the others
                context.log.warning(f"{partner.partner_id} was not reached: {problem}")
                rows.append((partner.partner_id, 0, 0, 0, "not reached"))
                continue
            landed += [one.file_id for one in swept.landed]
            outcome = "swept" if swept.stopped_because is None else "stopped early"
            if swept.stopped_because is not None:
                context.log.warning(f"{partner.partner_id}: the sweep stopped early: {swept.stopped_because}")
            rows.append(
                (partner.partner_id, len(swept.landed), swept.duplicates, sum(swept.problems.values()), outcome)
            )
        swept = sweep_inbox(con, home.settings.inbox, store, when.today, when.run_id)
        landed += [one.file_id for one in swept.landed]
        rows.append((BY_HAND, len(swept.landed), swept.duplicates, sum(swept.problems.values()), "swept"))
        changed = [file_id for file_id in landed if not store.verify(file_id)]
        files = file_table(con, landed)
    partners = table(["partner", "landed", "seen_before", "problems", "outcome"], rows)
    yield from results(LAND, {"file": {"files": files, "landed": len(landed), "partners": partners}})
    yield dg.AssetCheckResult(
        asset_key=WHOLE.asset_key,
        check_name=WHOLE.name,
        passed=not changed,
        metadata={"files": len(landed), "changed": changed},
    )


@dg.multi_asset(specs=OPEN, partitions_def=daily, backfill_policy=one_run, pool=POOL, name="open_envelopes")
def open_envelopes(context: dg.AssetExecutionContext, pm: PmResource) -> Iterator[dg.MaterializeResult]:
    """Judge the envelope of every X12 file landed and not opened yet."""
    when = window(context)
    with opened(pm) as (home, con):
        result = open_landed(con, inbox_store(home.settings), home.config, when.today, when.run_id)
    yield from results(OPEN, {"transaction_set": facts(result)})


more = [open_envelopes]

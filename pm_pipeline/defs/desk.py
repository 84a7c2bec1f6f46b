"""What people did in pages since the last run, applied before the stages that act on it."""

from collections.abc import Iterator

import dagster as dg

from pm_pipeline.audit.status import last_day_of_work
from pm_pipeline.defs.partitions import daily, one_run
from pm_pipeline.defs.resources import PmResource
from pm_pipeline.defs.stage import POOL, facts, invariant_check, opened, results, spec, window
from pm_pipeline.desk import ActionLog
from pm_pipeline.desk.apply import Applied, apply

SPECS = [
    spec("desk", "applied", "What became of each action people logged at the desk: applied, or refused and why."),
    spec("desk", "item_note", "What people said about items of work that keep no words of their own."),
    spec("desk", "item_assigned", "To whom such items were given."),
]
# not blocking: nothing is applied from a log that is not whole, and the day's claims and money do not wait for it
LOG = dg.AssetCheckSpec(
    "action_log_is_whole",
    asset=dg.AssetKey(["desk", "applied"]),
    description="The action log has every line that was written, in one chain, and says what was applied (I19).",
    blocking=False,
)


@dg.multi_asset(
    specs=SPECS, check_specs=[LOG], partitions_def=daily, backfill_policy=one_run, pool=POOL, name="apply_actions"
)
def asset(context: dg.AssetExecutionContext, pm: PmResource) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Apply what people logged and no run has applied; a run over past days leaves it to the next one that is not."""
    when = window(context)
    with opened(pm) as (home, con):
        folder = home.settings.desk_dir
        last = last_day_of_work(con)
        is_past = last is not None and when.today < last  # a decision is never dated before what it was made on
        done = (
            Applied()
            if is_past
            else apply(con, home.config, folder, home.settings.letters_dir, when.today, when.run_id)
        )
        check = invariant_check(con, LOG, "I19", log=ActionLog(folder))
    if done.fault is not None:
        context.log.error(done.fault)
    yield from results(SPECS, {"applied": facts(done)})
    yield check

"""Denials, work that silence and time make, patients' statements."""

from collections.abc import Iterator

import dagster as dg

from pm_pipeline import receivables
from pm_pipeline.defs.partitions import daily, one_run
from pm_pipeline.defs.resources import PmResource
from pm_pipeline.defs.stage import POOL, check_spec, facts, invariant_check, opened, results, spec, table, window
from pm_pipeline.receivables import statements

COVERAGE = "SELECT * FROM receivables.contract_coverage ORDER BY payer_id, contract_id, contract_version"
DEPS = [("posting", "posting"), ("posting", "decision"), ("ledger", "entry")]
SPECS = [
    spec("receivables", "denial", "Denied lines: why, how much, whether it can be appealed and until when.", DEPS),
    spec(
        "receivables",
        "work_item",
        "What somebody must do because an answer is overdue or time runs out.",
        [*DEPS, ("acknowledgments", "claim_status")],
    ),
    spec(
        "receivables",
        "contract_line",
        "Posted lines of primary answers, priced by the payer's contract: expected, allowed, verdict.",
        [("posting", "posting"), ("posting", "decision"), ("remittance", "line"), ("charges", "charge")],
    ),
    spec(
        "receivables",
        "statement",
        "Patients' statements: who is asked for what, in which notice; sent by `pm statements file`.",
        [*DEPS, ("front_office", "patient"), ("front_office", "coverage"), ("scrub", "claim_event")],
    ),
]
CONTROL = check_spec(
    "receivables",
    "work_item",
    "aging_is_the_control_account",
    "Claim balances and the aging come to the A/R control account (I06, I07).",
)


@dg.multi_asset(
    specs=SPECS, check_specs=[CONTROL], partitions_def=daily, backfill_policy=one_run, pool=POOL, name="age_receivables"
)
def asset(context: dg.AssetExecutionContext, pm: PmResource) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Open and close denials and work items as of the end of the day, and make the statements that are due.

    A run over a day that is past makes no statement and ends no hold: the next one that is not does."""
    when = window(context)
    with opened(pm) as (home, con):
        result = receivables.run(con, home.config, when.today, when.run_id)
        made = statements.run(con, home.config, when.today, when.run_id)
        check = invariant_check(con, CONTROL, "I06", "I07")
        coverage = con.execute(COVERAGE)
        said = table([column[0] for column in coverage.description or []], coverage.fetchall())
    yield from results(SPECS, {"denial": facts(result), "contract_line": {"coverage": said}, "statement": facts(made)})
    yield check

"""The Dagster entry point: every stage of a claim's life as assets, from the practice's feeds to the published marts."""

from __future__ import annotations

import warnings

import dagster as dg

# single_run backfills and a few parameters are marked beta or preview; they are pinned with dagster itself
warnings.filterwarnings("ignore", category=dg.BetaWarning)
warnings.filterwarnings("ignore", category=dg.PreviewWarning)

from pm_pipeline.defs import (  # noqa: E402
    acknowledgments,
    automation,
    charges,
    desk,
    front_office,
    marts,
    posting,
    receivables,
    remittance,
    scrub,
    submission,
    transport,
)
from pm_pipeline.defs.pages import with_pages  # noqa: E402
from pm_pipeline.defs.resources import PmResource  # noqa: E402
from pm_pipeline.defs.stage import spec  # noqa: E402

STAGES = [transport, front_office, charges, desk, scrub, submission, acknowledgments, remittance, posting, receivables]

# tables kept beside an asset's own (what closed, what was seen where), written in the same transaction: known to the graph
# for lineage, without materialisations of their own
EXTERNAL = [
    spec(
        "transport",
        "receipt",
        "Where and when each file was seen; the same file under a new name adds a line here and nothing else.",
        [("transport", "file")],
    ),
    spec(
        "transport", "fetch_problem", "Remote files that were not taken, or not yet, and why.", [("transport", "file")]
    ),
    spec(
        "transport",
        "problem",
        "What is wrong in a received file, at which segment, in words.",
        [("transport", "transaction_set")],
    ),
    spec(
        "transport",
        "handled",
        "Files and sets that a stage has dealt with, and how it ended.",
        [("transport", "transaction_set")],
    ),
    spec(
        "front_office",
        "current_patient",
        "The newest version of each patient; the marts' `persons` alone reads it.",
        [("front_office", "patient")],
    ),
    spec(
        "scrub",
        "finding_cleared",
        "Findings that no longer hold, because the claim or what it stands on changed.",
        [("scrub", "edit_finding")],
    ),
    spec(
        "scrub",
        "override",
        "Findings a person lets a claim go in spite of, until a day.",
        [("scrub", "edit_finding")],
    ),
    spec(
        "scrub",
        "override_of_finding",
        "Open findings for which an override stands, and its last day.",
        [("scrub", "override"), ("scrub", "withdrawal")],
    ),
    spec(
        "scrub",
        "person_fix",
        "Values a person set on charges of held claims; the charge stays as sent.",
        [("scrub", "edit_finding")],
    ),
    spec(
        "scrub",
        "withdrawal",
        "Overrides and fixes that a person took back.",
        [("scrub", "override"), ("scrub", "person_fix")],
    ),
    spec(
        "remittance",
        "current_payment",
        "Payments with their payer as known now; a payer added to the configuration later is named here.",
        [("remittance", "payment")],
    ),
    spec(
        "remittance",
        "current_deposit",
        "Deposits with their trace number as known now.",
        [("remittance", "deposit")],
    ),
    spec(
        "submission",
        "sent_claim",
        "Claims sent or frozen to be sent, whichever payer's turn it is.",
        [("submission", "batch_claim")],
    ),
    spec(
        "posting",
        "deposit_part",
        "Which deposit brought the money of which payment.",
        [("posting", "posting"), ("remittance", "current_deposit")],
    ),
    spec(
        "posting",
        "bank_return_posted",
        "Deposits the bank took back from payments they had cleared.",
        [("posting", "posting"), ("remittance", "current_deposit")],
    ),
    spec(
        "receivables",
        "denial_cause",
        "The edits that would have stopped a denial, and what they did on the claim.",
        [("receivables", "denial")],
    ),
    spec(
        "submission",
        "upload_event",
        "Where each upload stands: prepared, uploading, uploaded, unknown.",
        [("submission", "interchange")],
    ),
    spec(
        "posting",
        "payment_posted",
        "Payments whose every claim and provider adjustment is in the ledger, posted or in suspense.",
        [("posting", "posting")],
    ),
    spec(
        "posting",
        "provider_adjustment_outcome",
        "Which provider-level adjustments are in the ledger, and which wait in suspense.",
        [("posting", "posting")],
    ),
    spec("posting", "resolution", "What people decided about exceptions.", [("posting", "exception")]),
    spec("posting", "unposting", "Matches that people took back.", [("posting", "posting")]),
    spec("posting", "exception_closed", "Exceptions that are no longer open, and why.", [("posting", "exception")]),
    spec(
        "receivables", "denial_closed", "Denial episodes that ended, and what came back.", [("receivables", "denial")]
    ),
    spec("receivables", "denial_action", "What people did about denials.", [("receivables", "denial")]),
    spec(
        "receivables",
        "denial_approval",
        "Write-offs of denials that wait for a second person.",
        [("receivables", "denial_action")],
    ),
    spec("receivables", "money_state", "Movements of money people asked for: waiting, refused or posted."),
    spec("receivables", "work_item_closed", "Work items that are done.", [("receivables", "work_item")]),
    spec("warehouse", "chain", "One link per committed unit of work; an anchor outside the database follows it."),
    spec("codes", "category", "Denial and adjustment categories, replaced as a whole when pm_pipeline/codes changes."),
]


@dg.definitions
def defs() -> dg.Definitions:
    """All assets, jobs, the schedule and the sensor."""
    return everything()


def everything(*, offline: bool = False) -> dg.Definitions:
    """The same; `offline`: its runs handle what has landed, contact no partner and send nothing."""
    return dg.Definitions(
        assets=with_pages([*(stage.asset for stage in STAGES), *transport.more, *EXTERNAL, *marts.assets()]),
        jobs=automation.jobs,
        schedules=[automation.close_of_day_schedule],
        sensors=[automation.inbound_files],
        resources={"pm": PmResource(offline=offline), "dbt": marts.dbt_resource()},
        executor=dg.in_process_executor,
    )

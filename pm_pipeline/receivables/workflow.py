"""The denial workflow as the warehouse's views see it: one edition per change of the file, the newest in force."""

from __future__ import annotations

import datetime as dt
import hashlib

import duckdb

from pm_pipeline.config.denials import DenialEdits, DenialWorkflow
from pm_pipeline.warehouse import load_rows

QUEUE_COLUMNS = ("categories", "payers", "groups", "carcs", "appealable", "min_cents", "max_cents", "owner", "next_action",
                 "days_to_act", "escalate_after_days", "escalate_to", "chance", "letter", "write_off_reason")  # fmt: skip


def digest(workflow: DenialWorkflow) -> str:
    """sha256 of what the file says, whatever its spacing and comments."""
    return hashlib.sha256(workflow.model_dump_json().encode()).hexdigest()


def is_in_force(con: duckdb.DuckDBPyConnection, workflow: DenialWorkflow) -> bool:
    """Whether the warehouse's newest edition is this one."""
    row = con.execute("SELECT arg_max(digest, edition) FROM receivables.denial_workflow").fetchone()
    return row == (digest(workflow),)


def tell_workflow(con: duckdb.DuckDBPyConnection, workflow: DenialWorkflow, today: dt.date, run_id: str) -> None:
    """Record the workflow as a new edition when it is not the newest. Call inside a unit of work."""
    if is_in_force(con, workflow):
        return
    row = con.execute("SELECT coalesce(max(edition), 0) + 1 FROM receivables.denial_workflow").fetchone()
    edition = row[0] if row else 1
    days = workflow.answer_days
    con.execute(
        "INSERT INTO receivables.denial_workflow VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [edition, workflow.workflow_id, workflow.version, digest(workflow), workflow.priority, days.appeal,
         days.resubmission, days.approval, workflow.approvals, today, run_id],
    )  # fmt: skip
    load_rows(
        con,
        "receivables.denial_queue",
        ["edition", "place", "queue_id", *QUEUE_COLUMNS],
        [
            (edition, place, queue.id, *(getattr(queue, name) for name in QUEUE_COLUMNS))
            for place, queue in enumerate(workflow.queues, start=1)
        ],
    )


def tell_edits(con: duckdb.DuckDBPyConnection, edits: DenialEdits) -> None:
    """Put denial_edits.yaml, in its order, into the temporary table ``denial_edit``."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE denial_edit "
        "(place INTEGER, carcs VARCHAR[], rarcs VARCHAR[], categories VARCHAR[], edits VARCHAR[])"
    )
    load_rows(
        con,
        "denial_edit",
        ["place", "carcs", "rarcs", "categories", "edits"],
        [(place, one.carcs, one.rarcs, one.categories, one.edits) for place, one in enumerate(edits.denials, start=1)],
    )

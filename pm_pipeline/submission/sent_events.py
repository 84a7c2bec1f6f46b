"""What became of submissions, whichever payer's turn they are for: one way for every step and answer to be recorded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from pm_pipeline.scrub.events import new_events
from pm_pipeline.warehouse import run_sql, utc_now


@contextmanager
def new_sent_events(con: duckdb.DuckDBPyConnection, run_id: str) -> Iterator[None]:
    """Record what the body puts into the temporary table ``new_sent_event``: what became of submissions, of any turn.

    Columns: claim_id, payer_turn, version, kind, state (NULL: leaves it), cause, happened_on, detail, file_id,
    segment_no. Of the first payer's turn it is an event of the claim (scrub.events). Of a later turn it is a row of
    submission.later_event, and the claim's diary tells it under the turn's name (secondary_sent, secondary_accepted,
    secondary_rejected ...), which leaves the claim's state alone. Call inside a unit of work.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE new_sent_event (claim_id VARCHAR, payer_turn VARCHAR, version INTEGER, kind VARCHAR, "
        "state VARCHAR, cause VARCHAR, happened_on DATE, detail VARCHAR, file_id VARCHAR, segment_no BIGINT)"
    )
    yield
    with new_events(con, run_id):
        run_sql(con, __package__ or "", "sent_events.sql", {"run_id": run_id, "recorded_at": utc_now()})

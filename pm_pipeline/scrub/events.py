"""The claim's diary: one append-only log of what happened to each claim, written by every stage from here on.

A claim's state is that of its last event. It moves forward only: evidence that arrives late (a TA1 after the 999, a
999 after the 835) is recorded and leaves the state where it is. Only a ``reopen`` event takes a claim back, when it is
fixed and will be sent again. A reopened claim that was sent speaks of its next version from then on, so what is still
said about the version before (a late 999, a reversal of the old answer) is recorded and does not move it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from pm_pipeline.warehouse import run_sql, utc_now

RANKS: dict[str, int] = {
    "held": 10,  # an edit or the validator found something; a person must act
    "self_pay": 15,  # the patient has no insurance: billed to the patient, never submitted
    "released": 20,  # clean, waits for the next batch
    "prepared": 30,  # in an interchange whose bytes are frozen
    "sent": 40,  # uploaded
    "interchange_accepted": 50,  # TA1 A or E
    "set_accepted": 60,  # 999 IK5 A or E
    "received": 70,  # 277CA A0, A1: seen, not yet accepted
    "accepted": 80,  # 277CA A2, A5: in adjudication; proof of timely filing
    "rejected": 90,  # TA1 R, 999 R, 277CA A3 A4 A6 A7 A8: never adjudicated; fix and send as an original
    "voided": 95,  # every charge was voided before a payer adjudicated it: nothing to send
    "paid": 100,  # adjudicated, and nothing denied (a zero payment for a deductible too)
    "partly_denied": 100,
    "denied": 100,
    "reversed": 100,  # the payer took its answer back; the correction follows
    "suspended": 100,  # adjudicated, but its money waits for a person
}
UNSENT = ("held", "self_pay", "released")
CHANGEABLE = (*UNSENT, "rejected")  # no payer has it: what people decide about it can still count
IN_FLIGHT = tuple(state for state, rank in RANKS.items() if RANKS["prepared"] <= rank <= RANKS["accepted"])
ANSWERED = ("paid", "partly_denied", "denied")  # kinds of event: the payer has said what it makes of the claim
ADJUDICATED = tuple(state for state, rank in RANKS.items() if rank == RANKS["paid"])


@contextmanager
def new_events(con: duckdb.DuckDBPyConnection, run_id: str) -> Iterator[None]:
    """Record the events the body puts into the temporary table ``new_claim_event``.

    Columns: claim_id, version, kind, state (NULL: leaves it), cause (what makes the event unique besides claim, version
    and kind, e.g. a set_id), happened_on, detail, file_id, segment_no. version NULL means the version last prepared for
    an event whose state lies beyond ``released`` (what others say of what we sent), else the claim's newest. An event
    whose key is recorded already is left out. Call inside a unit of work; a ``reopen`` needs a call of its own.
    """
    con.execute("CREATE OR REPLACE TEMP TABLE claim_state_rank AS SELECT unnest(?) AS state, unnest(?) AS rank",
                [list(RANKS), list(RANKS.values())])  # fmt: skip
    con.execute(
        "CREATE OR REPLACE TEMP TABLE new_claim_event (claim_id VARCHAR, version INTEGER, kind VARCHAR, state VARCHAR, "
        "cause VARCHAR, happened_on DATE, detail VARCHAR, file_id VARCHAR, segment_no BIGINT)"
    )
    yield
    if con.execute("SELECT 1 FROM new_claim_event LIMIT 1").fetchone() is None:
        return
    run_sql(
        con,
        __package__ or "",
        "events.sql",
        {"run_id": run_id, "recorded_at": utc_now(), "last_own_rank": RANKS["released"]},
    )

"""What is written down before anything leaves: frozen batches, held claims, claims with nothing to send."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

import duckdb

from pm_pipeline.errors import SubmissionError
from pm_pipeline.scrub.events import new_events
from pm_pipeline.submission.batch import Batch, Numbers, reference
from pm_pipeline.submission.ready import Fault
from pm_pipeline.submission.sent_events import new_sent_events
from pm_pipeline.warehouse import load_rows, run_sql, unit, utc_now

HERE = __package__ or ""
RULE = "X12-837P"  # stands until the claim's content changes (scrub/findings.sql)
NUMBER_RULE = "SUB-PCN"  # asked again at every run: the number may come with the payer's next answer
MAX_FAULTS = 10  # of one claim; more do not help the person who corrects it


class Store(Protocol):
    """What is needed of the outbox (transport.store.FileStore has it)."""

    def put_bytes(self, data: bytes) -> str:
        """Keep the bytes, fsynced; returns their file_id."""
        ...


def next_numbers(con: duckdb.DuckDBPyConnection) -> Numbers:
    """The numbers after every one ever frozen; gaps are normal, reuse is not."""
    row = con.execute(
        "SELECT (SELECT coalesce(max(isa13), 0) + 1 FROM submission.interchange), "
        "(SELECT coalesce(max(gs06), 0) + 1 FROM submission.interchange), "
        "(SELECT coalesce(max(st02), 0) + 1 FROM submission.transaction_set)"
    ).fetchone()
    assert row is not None
    return Numbers(*row)


def freeze(
    con: duckdb.DuckDBPyConnection,
    store: Store,
    batch: Batch,
    today: dt.date,
    run_id: str,
    claims: str = "freeze_claims.sql",
) -> str:
    """Keep the bytes, then take the numbers and record everything in one unit of work; returns the file_id.

    `claims` records the claims: those to first payers, or (freeze_later.sql) those to later ones.

    The bytes come first: a crash between leaves a file nobody names, whose numbers were never taken. Raises
    SubmissionError when the numbers were taken meanwhile.
    """
    written = batch.written
    assert written is not None
    data = written.text.encode("ascii")
    file_id = store.put_bytes(data)
    _load_places(con, batch)
    params = {
        "file_id": file_id,
        "bytes": len(data),
        "partner_id": batch.partner.partner_id,
        "isa13": batch.numbers.isa13,
        "gs06": batch.numbers.gs06,
        "charge_cents": batch.charge_cents,
        "remote_name": f"837P_{batch.numbers.isa13:09d}.edi",
        "today": today,
        "recorded_at": utc_now(),
        "run_id": run_id,
    }
    with unit(con, "submission.freeze", run_id) as work:
        if next_numbers(con) != batch.numbers:
            raise SubmissionError("Control numbers were taken while the batch was made. Run the step again.")
        work.digest = file_id
        run_sql(con, HERE, "freeze.sql", params)
        with new_sent_events(con, run_id):
            run_sql(con, HERE, claims, params)
    return file_id


def hold(con: duckdb.DuckDBPyConnection, faults: Sequence[Fault], today: dt.date, run_id: str) -> None:
    """Hold the claims at fault, each with what was found and what to do; one unit of work."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE submission_fault (claim_id VARCHAR, line_no INTEGER, rule_id VARCHAR, "
        "message VARCHAR, remedy VARCHAR)"
    )
    seen: dict[str, int] = {}
    rows: list[tuple[str, int | None, str, str, str]] = []
    for fault in faults:
        seen[fault.claim_id] = seen.get(fault.claim_id, 0) + 1
        if seen[fault.claim_id] <= MAX_FAULTS:
            rule, remedy = _rule(fault)
            rows.append((fault.claim_id, fault.line_no, rule, fault.text, remedy))
    load_rows(con, "submission_fault", ["claim_id", "line_no", "rule_id", "message", "remedy"], rows)
    with unit(con, "submission.hold", run_id), new_events(con, run_id):
        run_sql(con, HERE, "hold.sql", {"today": today, "run_id": run_id})


def close_empty(con: duckdb.DuckDBPyConnection, today: dt.date, run_id: str) -> int:
    """Claims without lines that no payer holds are voided: there is nothing to send. Returns how many."""
    row = con.execute("SELECT count(*) FROM submission_ready WHERE lines = 0 AND frequency = '1'").fetchone()
    if row is None or row[0] == 0:
        return 0
    with unit(con, "submission.close_empty", run_id), new_events(con, run_id):
        con.execute(
            "INSERT INTO new_claim_event SELECT claim_id, NULL, 'voided', 'voided', concat('after ', seq), "
            "CAST(? AS DATE), 'every charge was voided, and no payer holds the claim', NULL, NULL "
            "FROM submission_ready WHERE lines = 0 AND frequency = '1'",
            [today],
        )
    return row[0]


def _rule(fault: Fault) -> tuple[str, str]:
    if fault.code == "NO_PCN":
        return (
            NUMBER_RULE,
            "Post the remittance that carries the payer's claim number (CLP07); the claim goes out after it.",
        )
    return RULE, (
        "Correct the value named here where it comes from: patient, coverage, provider, charge or configuration. "
        "The claim is judged again when it says something else."
    )


def _load_places(con: duckdb.DuckDBPyConnection, batch: Batch) -> None:
    written = batch.written
    assert written is not None
    con.execute(
        "CREATE OR REPLACE TEMP TABLE submission_place "
        "(claim_id VARCHAR, st02 BIGINT, first_segment_no BIGINT, last_segment_no BIGINT)"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE submission_set "
        "(st02 BIGINT, reference VARCHAR, claims INTEGER, first_segment_no BIGINT, last_segment_no BIGINT)"
    )
    load_rows(
        con,
        "submission_place",
        ["claim_id", "st02", "first_segment_no", "last_segment_no"],
        [(one.claim_id, one.st02, one.first_segment_no, one.last_segment_no) for one in written.claims],
    )
    load_rows(
        con,
        "submission_set",
        ["st02", "reference", "claims", "first_segment_no", "last_segment_no"],
        [
            (one.st02, reference(one.st02), one.claims, one.first_segment_no, one.last_segment_no)
            for one in written.sets
        ],
    )

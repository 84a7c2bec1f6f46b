"""Proof of timely filing: what was sent, when it arrived, who accepted it, against the payer's limit. For appeals and auditors.

What counts is the day we received the acceptance, which is never earlier than the day it was given. A 277CA that accepts the
claim into adjudication proves it; so does the payer's own 835. A TA1 or 999 proves that the file arrived, not the claim.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import duckdb

from pm_pipeline.audit.trace import Evidence, ReadsFiles
from pm_pipeline.config.models import Payer
from pm_pipeline.errors import PmError, TransportError
from pm_pipeline.warehouse import records, run_sql

HERE = __package__ or ""
SAYS = {
    "proven": "Filed in time: accepted on {accepted_on}, {days_to_spare} days before the last day, {last_day}.",
    "late": "Filed late: the first acceptance on record is of {accepted_on}; the last day was {last_day}.",
    "not_proven": "Sent, but no acceptance of the claim is on record. The strongest answer: {strongest}. The last day is {last_day}.",
    "not_sent": "Never sent: no upload of this claim is on record. The last day is {last_day}.",
    "no_payer": "This claim has no payer in payers.yaml, so no limit applies.",
}


def filing_proof(
    con: duckdb.DuckDBPyConnection,
    claim_id: str,
    payers: Mapping[str, Payer],
    outbox: ReadsFiles,
    evidence: Evidence | None = None,
    turn: str = "primary",
) -> dict[str, Any]:
    """The proof as plain data: verdict, text, limit, and each submission with its upload and answers.

    turn: to which payer: primary, secondary, tertiary. A later payer's days count as its later_filing says (payers.yaml).

    verdict: proven, late, not_proven, not_sent, no_payer. `evidence` adds the raw text of every segment named; it holds a
    patient's data. Raises PmError when the claim is unknown.
    """
    head = _rows(
        con,
        "SELECT payer_id, dos_from, dos_to, charge_cents FROM scrub.claim WHERE claim_id = $claim_id",
        claim_id=claim_id,
    )
    if not head:
        raise PmError(
            f"There is no claim {claim_id!r} in the warehouse. A claim id is the CLM01 of its 837; "
            "`pm trace --encounter ID` finds one by the practice's own number."
        )
    start = head[0] if turn == "primary" else _later(con, claim_id, turn, head[0])
    submissions = _submissions(con, claim_id, turn)
    for one in submissions:
        one["bytes_on_hand"] = _on_hand(outbox, one["file_id"])
        if evidence is not None:
            _add_raw(one, evidence)
    document = {
        "claim_id": claim_id, "payer_turn": turn, **start, **_judge(start, submissions, payers, turn), "submissions": submissions
    }  # fmt: skip
    document["text"] = SAYS[document["verdict"]].format(**document)
    return document


def _later(con: duckdb.DuckDBPyConnection, claim_id: str, turn: str, head: dict[str, Any]) -> dict[str, Any]:
    """The head as a later payer's: whose the turn is in the ledger, and since which payment of the payer before it."""
    found = _rows(
        con,
        "filing_turn.sql",
        claim_id=claim_id,
        payer_turn=turn,
    )
    return {**head, **(found[0] if found else {"payer_id": None, "prior_remittance_on": None})}


def _submissions(con: duckdb.DuckDBPyConnection, claim_id: str, turn: str) -> list[dict[str, Any]]:
    found = _rows(con, "filing_submissions.sql", claim_id=claim_id, payer_turn=turn)
    answers = _rows(con, "filing_answers.sql", claim_id=claim_id, payer_turn=turn)
    for one in found:
        one["upload"] = _rows(
            con,
            "SELECT state, detail, happened_on, recorded_at FROM submission.upload_event WHERE isa13 = $isa13 ORDER BY seq",
            isa13=one["isa13"],
        )
        one["answers"] = [
            {name: value for name, value in answer.items() if name != "version"}
            for answer in answers
            if answer["version"] == one["version"]
        ]
    return found


def _judge(
    head: Mapping[str, Any], submissions: list[dict[str, Any]], payers: Mapping[str, Payer], turn: str
) -> dict[str, Any]:
    """The limit of the payer the claim went to first (else of the claim's own) and what is proven against it."""
    payer = payers.get(submissions[0]["payer_id"] if submissions else head["payer_id"])
    if payer is None:
        return {"verdict": "no_payer", "last_day": None}
    mine = [one for one in submissions if one["payer_id"] == payer.payer_id]
    days, counted_from, start = payer.timely_filing_days, "service", head["dos_from"]
    if turn != "primary":
        days = payer.later_filing_days
        if payer.later_filing.counted_from == "prior_remittance" and head["prior_remittance_on"] is not None:
            counted_from, start = "prior_remittance", head["prior_remittance_on"]
    last_day: dt.date = start + dt.timedelta(days=days)
    proofs = [answer for one in mine for answer in _acceptances(one["answers"])]
    first = min(proofs, key=lambda one: one["received_on"], default=None)
    accepted_on = first["received_on"] if first else None
    uploaded = any(event["state"] == "uploaded" for one in mine for event in one["upload"])
    said = [
        f"{answer['answer']} {answer['outcome']} on {answer['received_on']}"
        for one in mine
        for answer in one["answers"]
    ]
    verdict = "proven" if accepted_on and accepted_on <= last_day else "late" if accepted_on else "not_proven"
    return {
        "verdict": verdict if accepted_on or uploaded else "not_sent",
        "payer_id": payer.payer_id,
        "timely_filing_days": days,
        "counted_from": counted_from,
        "last_day": last_day,
        "accepted_on": accepted_on,
        "accepted_by": f"{first['answer']} {first['file_id']}:{first['segment_no']}" if first else None,
        "days_to_spare": (last_day - accepted_on).days if accepted_on else None,
        "strongest": said[-1] if said else "none at all",
    }


def _acceptances(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Answers that prove the claim was taken in. A 277CA that a rejection followed proves nothing; an 835 always does."""
    rejected = any(one["outcome"] == "rejected" for one in answers)
    return [
        one
        for one in answers
        if one["answer"] == "835" or (one["answer"] == "277CA" and one["outcome"] == "accepted" and not rejected)
    ]


def _on_hand(outbox: ReadsFiles, file_id: str) -> str:
    """Whether the bytes that were sent are kept unchanged: `verified`, or what is wrong."""
    try:
        outbox.read(file_id)
    except TransportError as problem:
        return str(problem)
    return "verified"


def _add_raw(one: dict[str, Any], evidence: Evidence) -> None:
    if one["bytes_on_hand"] == "verified":
        places = range(one["first_segment_no"], one["last_segment_no"] + 1)
        one["raw"] = [evidence.raw(one["file_id"], number) for number in places]
    for answer in one["answers"]:
        answer["raw"] = evidence.raw(answer["file_id"], answer["segment_no"])


def _rows(con: duckdb.DuckDBPyConnection, sql: str, **given: Any) -> list[dict[str, Any]]:
    """Rows of a statement or of a .sql file beside this one, as plain data."""
    if sql.endswith(".sql"):
        run_sql(con, HERE, sql, given)
    else:
        con.execute(sql, given)
    return records(con)

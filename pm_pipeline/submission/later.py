"""Claims to a payer after the first: frozen and sent by the same path, their answers kept apart from the first payer's.

Which of them are due and what they say is found by a stage further on (receivables), which hands in a function: this
stage knows no payment. One is sent once for each state of the earlier payers' answers (`basis`); only its rejection,
and then only when it says something else, makes another.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import duckdb
from pydantic import TypeAdapter

from pm_pipeline.config import Config
from pm_pipeline.errors import SubmissionError
from pm_pipeline.submission.batch import make_batch
from pm_pipeline.submission.freeze import Store, freeze, next_numbers
from pm_pipeline.submission.ready import TURNS, Fault
from pm_pipeline.warehouse import load_rows, unit
from pm_pipeline.x12.claim_837p import ProfessionalClaim

TURN_OF = {letter: turn for turn, letter in TURNS.items()}  # SBR01 -> secondary, tertiary
_CLAIM = TypeAdapter(ProfessionalClaim)


@dataclass(frozen=True)
class LaterClaim:
    """A claim that is due. basis: the earlier payers' answers it states; answered: answers of this payer on the books."""

    claim: ProfessionalClaim
    basis: str
    answered: int


LaterClaims = Callable[[duckdb.DuckDBPyConnection, Config], Sequence[LaterClaim | Fault]]


@dataclass
class LaterSent:
    """Interchanges and claims frozen, claims held for a fault, and the batches a fault outside claims blocks."""

    interchanges: int = 0
    claims: int = 0
    held: int = 0
    blocked: tuple[str, ...] = ()


def content_hash(claim: ProfessionalClaim) -> str:
    """The hash of everything a claim says; a part of the model that is not used changes nothing."""
    return hashlib.sha256(_CLAIM.dump_json(claim, exclude_defaults=True)).hexdigest()


def freeze_later(
    con: duckdb.DuckDBPyConnection,
    config: Config,
    store: Store,
    due: Sequence[LaterClaim | Fault],
    today: dt.date,
    run_id: str,
    now: dt.datetime,
) -> LaterSent:
    """Freeze what is due, one interchange per partner; what validation finds holds the claim until it says something else."""
    done, blocked = LaterSent(held=sum(isinstance(one, Fault) for one in due)), list[str]()
    partner_of = {payer.payer_id: payer.partner_id for payer in config.payers}
    ready = [one for one in due if isinstance(one, LaterClaim)]
    for partner in config.partners.partners:
        mine = [one for one in ready if partner_of[one.claim.payer.payer_id] == partner.partner_id]
        if not mine:
            continue
        _tell(con, mine)
        try:
            batch = make_batch(config, partner, [one.claim for one in mine], next_numbers(con), now)
            if batch.faults:
                _hold(con, batch.faults, today, run_id)
                done.held += len({fault.claim_id for fault in batch.faults})
            if batch.written is not None:
                freeze(con, store, batch, today, run_id, "freeze_later.sql")
                done.interchanges += 1
                done.claims += len(batch.written.claims)
        except SubmissionError as problem:
            blocked.append(str(problem))
    done.blocked = tuple(blocked)
    return done


def _tell(con: duckdb.DuckDBPyConnection, due: Sequence[LaterClaim]) -> None:
    con.execute(
        "CREATE OR REPLACE TEMP TABLE submission_later (claim_id VARCHAR, payer_turn VARCHAR, payer_id VARCHAR, "
        "frequency VARCHAR, payer_claim_number VARCHAR, basis VARCHAR, answered INTEGER, content_hash VARCHAR, "
        "charge_cents BIGINT)"
    )
    columns = ["claim_id", "payer_turn", "payer_id", "frequency", "payer_claim_number", "basis", "answered",
               "content_hash", "charge_cents"]  # fmt: skip
    rows = [
        (
            one.claim.claim_id,
            TURN_OF[one.claim.payer_turn],
            one.claim.payer.payer_id,
            one.claim.frequency,
            one.claim.payer_claim_number,
            one.basis,
            one.answered,
            content_hash(one.claim),
            one.claim.charge_cents,
        )
        for one in due
    ]
    load_rows(con, "submission_later", columns, rows)


def _hold(con: duckdb.DuckDBPyConnection, faults: Sequence[Fault], today: dt.date, run_id: str) -> None:
    con.execute(
        "CREATE OR REPLACE TEMP TABLE submission_fault (claim_id VARCHAR, place INTEGER, line_no INTEGER, code VARCHAR, "
        "text VARCHAR)"
    )
    rows = [(one.claim_id, place, one.line_no, one.code, one.text) for place, one in enumerate(faults, start=1)]
    load_rows(con, "submission_fault", ["claim_id", "place", "line_no", "code", "text"], rows)
    with unit(con, "submission.hold_later", run_id):
        con.execute(
            "INSERT OR IGNORE INTO submission.later_fault SELECT claim_id, payer_turn, content_hash, place, line_no, code, "
            "text, CAST(? AS DATE), ? FROM submission_fault JOIN submission_later USING (claim_id)",
            [today, run_id],
        )

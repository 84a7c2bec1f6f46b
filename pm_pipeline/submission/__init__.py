"""Released claims leave the house: one validated 837P interchange per trading partner and run, frozen, then uploaded.

    ready.py     which claims wait, as the guide's model; frequency 1, 7 or 8
    batch.py     written, judged by pyx12 and our own checks, faulty claims taken out
    freeze.py    bytes into the outbox; control numbers, sets, claims and diary in one unit of work
    later.py     the same for claims to the payers after the first (secondary, tertiary)
    deliver.py   the upload's states; an upload in doubt is resolved by looking, never by a new number

Not here: what the other side answers (acknowledgments).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol

import duckdb

from pm_pipeline.config import Config
from pm_pipeline.errors import SubmissionError
from pm_pipeline.submission.batch import make_batch
from pm_pipeline.submission.deliver import Delivered, Outbox, SessionFactory, deliver
from pm_pipeline.submission.freeze import Store, close_empty, freeze, hold, next_numbers
from pm_pipeline.submission.later import LaterClaims, freeze_later
from pm_pipeline.submission.ready import Fault, Waiting, select_ready


class OutboxStore(Store, Outbox, Protocol):
    """The outbox as this stage uses it; transport.store.FileStore is one."""


@dataclass
class Submitted:
    """One run: interchanges and claims frozen, claims held (by code of the fault), uploads done and still waiting.

    later_interchanges, later_claims and later_held are the same for the payers after the first; what holds those becomes
    work (receivables). transliterated counts, by loop and element, the names that needed more than upper case. problems says by partner
    why uploads wait; they are tried again at the next run.
    """

    interchanges: int = 0
    claims: int = 0
    charge_cents: int = 0
    held: int = 0
    later_interchanges: int = 0
    later_claims: int = 0
    later_held: int = 0
    voided: int = 0
    uploaded: int = 0
    held_by_code: dict[str, int] = field(default_factory=dict)
    transliterated: dict[str, int] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


def run(
    con: duckdb.DuckDBPyConnection,
    session_factory: SessionFactory,
    config: Config,
    store: OutboxStore,
    today: dt.date,
    run_id: str,
    now: dt.datetime,
    later: LaterClaims | None = None,
) -> Submitted:
    """Resolve uploads in doubt, freeze what is released, upload it. `now` is the practice's local time.

    `later` tells which claims are due to payers after the first; None: those are left for another run.
    Running again with nothing released and nothing in doubt does nothing. A partner that is down is in `problems`.
    Raises SubmissionError at the end, when all else is done, for partners whose batch a fault outside claims blocks.
    """
    done, blocked = Submitted(), list[str]()
    before = deliver(con, session_factory, config, store, today, run_id)
    waiting = select_ready(con, config)
    done.voided = close_empty(con, today, run_id)
    for one in waiting:
        try:
            _freeze_one(con, config, store, one, today, run_id, now, done)
        except SubmissionError as problem:
            blocked.append(str(problem))
    if later is not None:
        sent = freeze_later(con, config, store, later(con, config), today, run_id, now)
        done.later_interchanges, done.later_claims, done.later_held = sent.interchanges, sent.claims, sent.held
        blocked += sent.blocked
    after = deliver(con, session_factory, config, store, today, run_id, before)
    _add_deliveries(done, before, after)
    if blocked:
        raise SubmissionError("\n".join(blocked))
    return done


def _freeze_one(
    con: duckdb.DuckDBPyConnection,
    config: Config,
    store: OutboxStore,
    waiting: Waiting,
    today: dt.date,
    run_id: str,
    now: dt.datetime,
    done: Submitted,
) -> None:
    batch = make_batch(config, waiting.partner, waiting.claims, next_numbers(con), now)
    faults = [*waiting.faults, *batch.faults]
    if faults:
        hold(con, faults, today, run_id)
        _add_faults(done, faults)
    if batch.written is not None:
        freeze(con, store, batch, today, run_id)
        sent = {place.claim_id for place in batch.written.claims}
        done.interchanges += 1
        done.claims += len(sent)
        done.charge_cents += sum(claim.charge_cents for claim in waiting.claims if claim.claim_id in sent)
        done.transliterated = dict(Counter(done.transliterated) + Counter(batch.written.changed))


def _add_faults(done: Submitted, faults: list[Fault]) -> None:
    done.held += len({fault.claim_id for fault in faults})
    by_code = Counter(code for _, code in {(fault.claim_id, fault.code) for fault in faults})
    done.held_by_code = dict(Counter(done.held_by_code) + by_code)


def _add_deliveries(done: Submitted, before: Delivered, after: Delivered) -> None:
    done.uploaded = len(before.uploaded) + len(after.uploaded)
    done.problems = {**before.problems, **after.problems}


__all__ = ["Submitted", "run"]

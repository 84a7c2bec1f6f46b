"""Applying the action log: what no run has looked at yet, in order, each action in a unit of work of its own.

An action and the row that says it was applied (desk.applied, PRIMARY KEY action_id) are committed together, so replaying the log
changes nothing, whatever crashed when. What may not be done is kept as refused, in words, and never stops the next action.
Neither does an action that the program itself fails at: it is refused by the name of the error alone, whose text may quote a patient.
Afterwards the log is told each outcome, for people who look at a page before the next generation is published.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from pm_pipeline.config import Config
from pm_pipeline.desk.does import Done, Place, do
from pm_pipeline.desk.line import Action, Outcome
from pm_pipeline.desk.log import ActionLog
from pm_pipeline.desk.reading import OF_THE_LOG_ALONE
from pm_pipeline.errors import ConfigError, DeskError, PmError, RuleError, TransportError, WarehouseError
from pm_pipeline.warehouse import records, unit, utc_now

log = logging.getLogger(__name__)
NOT_THE_ACTIONS_FAULT = (
    WarehouseError, ConfigError, RuleError, TransportError,
    MemoryError, duckdb.OperationalError, duckdb.InternalError, duckdb.FatalException, duckdb.InterruptException,
)  # fmt: skip
SEAL = "desk.seal(action_id, line_sha256, kind, item_id, action, arguments, actor, reason, outcome, message, made_id, applied_on, run_id)"


@dataclass
class Applied:
    """One run over the log: counts, `by_action` of what was applied. fault: why nothing was read or told, None when all is well."""

    applied: int = 0
    refused: int = 0
    by_action: dict[str, int] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    fault: str | None = None


def apply(
    con: duckdb.DuckDBPyConnection, config: Config, folder: Path, letters: Path, today: dt.date, run_id: str
) -> Applied:
    """Apply what is not applied of the action log in `folder`; appeal letters are written to `letters`.

    Claims, postings and work follow with the stages' own runs (scrub, posting, receivables). A log that is not whole is not
    applied and nothing is raised for it: `fault` says what is wrong, and the day goes on without it. Raises PmError for what is
    wrong with the installation; what was applied before stays, and the next run goes on from there.
    """
    actions = ActionLog(folder)  # reads the whole file, so the whole chain is checked
    if not actions.is_begun():
        return Applied()
    try:
        actions.make_ready()
    except DeskError as problem:
        return Applied(fault=str(problem))
    done = Applied()
    place = Place(con, config, today, run_id, letters)
    known = {row[0] for row in con.execute("SELECT action_id FROM desk.applied").fetchall()}
    try:
        for said in actions.actions():
            if said.action_id not in known and said.action not in OF_THE_LOG_ALONE:
                done.outcomes.append(_one(place, said))
    finally:
        done.fault = _tell(con, actions)
    done.applied = sum(one.outcome == "applied" for one in done.outcomes)
    done.refused = len(done.outcomes) - done.applied
    names = {one.action_id: one.action for one in actions.actions()}
    done.by_action = dict(Counter(names[one.action_id] for one in done.outcomes if one.outcome == "applied"))
    return done


def _one(place: Place, said: Action) -> Outcome:
    """Apply one action, or keep why not."""
    try:
        with unit(place.con, "desk", place.run_id) as work:
            did = do(place, said)
            became, seal = _keep(place, said, "applied", did)
            work.digest = "+".join(filter(None, (work.digest, seal)))
        return became
    except NOT_THE_ACTIONS_FAULT:
        raise
    except PmError as problem:
        why = str(problem)
    except OSError as problem:
        raise DeskError(
            f"{said.action_id} ({said.action}) could not be done: a file could not be read or written ({problem.strerror}). Nothing of it "
            f"was done, and what was applied before it stays. Look at the room and the rights of {place.letters.parent} (`df`, `ls -ld`), "
            "then run again."
        ) from None
    except (duckdb.DataError, duckdb.IntegrityError) as problem:  # its own text may quote a row
        why = f"The warehouse could not do this ({type(problem).__name__}); nothing of it was done. Look at the item and decide again."
    except Exception as problem:  # noqa: BLE001 - one action must not stop the log; what it says may quote a patient, so its class and place are told
        log.error(
            "action %s (%s) failed with %s at %s", said.action_id, said.action, type(problem).__name__, _where(problem)
        )
        why = (
            f"The program failed at this ({type(problem).__name__}); nothing of it was done. Do it in another way, and tell whoever keeps "
            "the program: its log names the place."
        )
    with unit(place.con, "desk", place.run_id) as work:
        became, work.digest = _keep(place, said, "refused", Done(why))
    return became


def _where(problem: BaseException) -> str:
    """file:line that an error came from."""
    last = traceback.extract_tb(problem.__traceback__)[-1]
    return f"{last.filename}:{last.lineno}"


def _keep(place: Place, said: Action, outcome: str, did: Done) -> tuple[Outcome, str]:
    """Write the row of an action; returns the outcome and the seal of the row, for the chain of units of work."""
    now = utc_now()
    row = place.con.execute(
        f"INSERT INTO desk.applied VALUES ({', '.join('?' * 17)}) RETURNING {SEAL}",
        [said.action_id, said.kind, said.item, said.action, json.dumps(dict(said.arguments), ensure_ascii=False), said.by, said.why,
         said.generation, said.at, said.seq, said.sha256, outcome, did.message, did.made, place.today, now, place.run_id],
    ).fetchone()  # fmt: skip
    return Outcome(said.action_id, now, outcome, did.message, did.made, place.run_id), str(row[0]) if row else ""


def _tell(con: duckdb.DuckDBPyConnection, actions: ActionLog) -> str | None:
    """Tell the log what it has not been told, also of runs before; returns why it could not be, None when it was."""
    rows = records(
        con,
        "SELECT action_id, applied_at AS at, outcome, message, made_id AS made, run_id FROM desk.applied ORDER BY line_no, action_id",
    )
    there = {one.action_id for one in actions.actions()}
    try:
        actions.settle([Outcome(**row) for row in rows if row["action_id"] in there])
    except DeskError as problem:
        return str(problem)
    return None

"""What people do about a denial: recorded once, never changed, posted through the ledger with the action's own key.

An action's id comes from what was said (episode, action, person, day, content), so saying it again, or replaying a list of
actions, adds nothing. Whoever knows that it is said anew, as the desk does of each line of its log, gives it a key of its own. The state of an episode is a view over its actions (schema.sql). A write-off is asked for by one
person and posted when another one approves it.

Not here: letters (letters.py); whether an answer of the payer ends an episode (denials.sql).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import astuple, dataclass, field
from typing import Any

import duckdb

from pm_pipeline import ledger
from pm_pipeline.config import Config
from pm_pipeline.console import dollars
from pm_pipeline.errors import DenialError
from pm_pipeline.receivables.effects import post_entries, reopen_claim, undo_posting
from pm_pipeline.receivables.episodes import Episode, find_episode
from pm_pipeline.receivables.permission import complete
from pm_pipeline.receivables.run import run
from pm_pipeline.receivables.workflow import tell_workflow
from pm_pipeline.warehouse import unit, utc_now

COLUMNS = ("cents", "reason", "frequency", "level", "letter", "letter_sha256", "party", "payer_id", "owner", "target_action_id", "due_on")  # fmt: skip
ENDS = {"write_off": "written_off", "transfer": "transferred", "close": "closed"}


@dataclass(frozen=True)
class Request:
    """What somebody wants to do; the columns of receivables.denial_action say what each value is. None: not said."""

    denial_id: str
    action: str
    by: str
    why: str
    cents: int | None = None
    reason: str | None = None
    frequency: str | None = None
    level: int | None = None
    letter: str | None = None
    letter_sha256: str | None = None
    party: str | None = None
    payer_id: str | None = None
    owner: str | None = None
    target_action_id: str | None = None
    due_on: dt.date | None = None
    is_late: bool = field(default=False)
    key: str | None = None  # no column: tells this request from another one in the same words on the same day

    def action_id(self, today: dt.date) -> str:
        """The id of this request, said on this day."""
        *content, key = astuple(self)
        said = "|".join("" if value is None else str(value) for value in (*content, today))
        said += "" if key is None else f"|{key}"
        return f"A{hashlib.sha256(said.encode()).hexdigest()[:16]}"


@dataclass(frozen=True)
class Acted:
    """What an action came to. effect: what else it did, in words; posted_cents: what moved in the ledger."""

    action_id: str
    is_new: bool
    action: str
    effect: str
    posted_cents: int = 0
    closed_as: str | None = None


def act(con: duckdb.DuckDBPyConnection, config: Config, request: Request, today: dt.date, run_id: str) -> Acted:
    """Record one action and do what it means, in one unit of work. Raises DenialError when it may not be done."""
    action_id = request.action_id(today)
    if _is_recorded(con, action_id):
        return Acted(
            action_id,
            False,
            request.action,
            "This was recorded before; nothing was added. To do it once more, say it in other words.",
        )
    workflow = config.denials.workflow
    with unit(con, "denials", run_id) as work:
        tell_workflow(con, workflow, today, run_id)
        episode = find_episode(con, request.denial_id)
        full = complete(con, config, episode, request, today)
        _record(con, config, episode, full, action_id, today, run_id)
        acted = Acted(action_id, True, request.action, "Recorded.")
        if request.action in ("approve", "transfer"):
            with ledger.proposals(con):
                acted = _move(con, config, episode, full, action_id, today)
                ledger.post(con, work, f"denials: {acted.action}", today)
        elif request.action == "undo" and full.target_action_id is not None:
            with ledger.proposals(con):
                acted = Acted(
                    action_id, True, "undo", undo_posting(con, full.target_action_id, action_id, full.by, today)
                )
                ledger.post(con, work, "denials: undo", today)
        elif request.action == "correct_and_resubmit":
            acted = Acted(
                action_id, True, request.action, reopen_claim(con, episode, action_id, full.frequency, today, run_id)
            )
        elif request.action == "close":
            acted = Acted(action_id, True, "close", "The episode is closed.", closed_as="closed")
        elif request.action == "write_off":
            acted = Acted(
                action_id,
                True,
                "write_off",
                f"Waits for the approval of a second person: pm denials approve {action_id}",
            )
        if acted.closed_as is not None:
            con.execute(
                "INSERT INTO receivables.denial_closed VALUES (?, ?, 0, ?, ?)",
                [episode.denial_id, acted.closed_as, today, run_id],
            )
    if request.action == "undo":
        run(con, config, today, run_id)  # an episode that was ended by what is undone is open again
    return acted


def _move(
    con: duckdb.DuckDBPyConnection, config: Config, episode: Episode, request: Request, action_id: str, today: dt.date
) -> Acted:
    """Propose the entries of a transfer, or of the write-off that is approved; says whether the episode is ended by it."""
    moved = request if request.action == "transfer" else _asked(con, request.target_action_id or "")
    key = action_id if request.action == "transfer" else request.target_action_id or ""
    actor = request.by if request.action == "transfer" else f"{moved.by}+{request.by}"
    post_entries(con, config, episode, moved, key, actor, today)
    cents = moved.cents or 0
    is_all = cents >= episode.at_stake_cents
    where = f"DENIAL_WO:{moved.reason}" if moved.action == "write_off" else f"AR:{moved.party}"
    rest = "The episode is closed." if is_all else f"{dollars(episode.at_stake_cents - cents)} of it stays open."
    return Acted(
        action_id, True, request.action, f"{dollars(cents)} posted to {where}. {rest}", cents,
        ENDS[moved.action] if is_all else None,
    )  # fmt: skip


def _asked(con: duckdb.DuckDBPyConnection, action_id: str) -> Request:
    row = con.execute(
        "SELECT denial_id, action, actor, why, cents, reason FROM receivables.denial_action WHERE action_id = ?",
        [action_id],
    ).fetchone()
    if row is None:
        raise DenialError(f"There is no action {action_id}.")
    return Request(*row)


def _is_recorded(con: duckdb.DuckDBPyConnection, action_id: str) -> bool:
    found = con.execute("SELECT 1 FROM receivables.denial_action WHERE action_id = ?", [action_id]).fetchone()
    return found is not None


def _record(
    con: duckdb.DuckDBPyConnection, config: Config, episode: Episode, request: Request, action_id: str, today: dt.date, run_id: str
) -> None:  # fmt: skip
    workflow = config.denials.workflow
    values: list[Any] = [getattr(request, name) for name in COLUMNS]
    con.execute(
        "INSERT INTO receivables.denial_action SELECT ?, ?, (SELECT coalesce(max(seq), 0) + 1 FROM receivables.denial_action), "
        f"?, ?, ?, ?, {', '.join('?' * len(values))}, ?, ?, ?, ?, ?",
        [action_id, episode.denial_id, request.action, request.by, request.why, today, *values,
         workflow.workflow_id, workflow.version, episode.queue_id, run_id, utc_now()],
    )  # fmt: skip

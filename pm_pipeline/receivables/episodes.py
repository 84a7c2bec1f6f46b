"""Reading denial episodes: the work list, one episode with its timeline, and the facts an action is judged by."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import duckdb

from pm_pipeline.errors import DenialError
from pm_pipeline.warehouse import records


@dataclass(frozen=True)
class Episode:
    """One row of receivables.denial_episode with its queue (of the newest workflow); cents as there."""

    denial_id: str
    claim_id: str
    charge_id: str | None
    payer_id: str
    payer_turn: str
    remit_claim_id: str
    adjustment_id: str
    group_code: str
    carc: str
    rarc: str | None
    category: str
    is_appealable: bool
    denied_on: dt.date
    appeal_by: dt.date
    denied_cents: int
    balance_cents: int
    at_stake_cents: int
    state: str
    closed_on: dt.date | None
    appeal_level: int | None
    approval_id: str | None
    queue_id: str

    @property
    def is_open(self) -> bool:
        """Whether something can still be done about it."""
        return self.closed_on is None


_NAMES = tuple(Episode.__dataclass_fields__)[:-1]


def find_episode(con: duckdb.DuckDBPyConnection, denial_id: str) -> Episode:
    """The episode with this id. Raises DenialError."""
    row = con.execute(
        f"SELECT {', '.join(f'episode.{name}' for name in _NAMES)}, coalesce(queue_id, '') "
        "FROM receivables.denial_episode AS episode LEFT JOIN receivables.denial_worklist AS work USING (denial_id) "
        "WHERE denial_id = ?",
        [denial_id],
    ).fetchone()
    if row is None:
        raise DenialError(f"There is no denial {denial_id!r}. The ids are in: pm denials list")
    return Episode(*row)


def worklist(
    con: duckdb.DuckDBPyConnection,
    today: dt.date,
    queue: str | None = None,
    owner: str | None = None,
    payer: str | None = None,
    *,
    overdue: bool = False,
) -> list[dict[str, Any]]:
    """The open episodes, the first to work on first, as of `today`: is_overdue, and past escalate_on owner is escalate_to."""
    return records(
        con,
        "SELECT * FROM (SELECT * REPLACE (CASE WHEN escalate_on < $today THEN escalate_to ELSE owner END AS owner), "
        "due_on < $today AS is_overdue, escalate_on < $today AS is_escalated FROM receivables.denial_worklist) "
        "WHERE ($queue IS NULL OR queue_id = $queue) AND ($owner IS NULL OR owner = $owner) "
        "AND ($payer IS NULL OR payer_id = $payer) AND (is_overdue OR NOT $overdue) "
        "ORDER BY priority DESC, due_on, denial_id",
        {"today": today, "queue": queue, "owner": owner, "payer": payer, "overdue": overdue},
    )


def show_episode(con: duckdb.DuckDBPyConnection, denial_id: str, today: dt.date) -> dict[str, Any]:
    """Everything about one episode: what it is, causes, work to do (None when it is closed), timeline. Raises DenialError."""
    find_episode(con, denial_id)
    which = {"denial_id": denial_id}
    episode = records(con, "SELECT * FROM receivables.denial_episode WHERE denial_id = $denial_id", which)[0]
    codes = records(
        con,
        "SELECT carc.meaning AS carc_meaning, carc.typical_action, category.meaning AS category_meaning, rarc.meaning AS rarc_meaning "
        "FROM receivables.denial LEFT JOIN codes.carc USING (carc) LEFT JOIN codes.rarc ON rarc.rarc = denial.rarc "
        "LEFT JOIN codes.category ON category.category = denial.category WHERE denial_id = $denial_id",
        which,
    )[0]
    work = [one for one in worklist(con, today) if one["denial_id"] == denial_id]
    return {
        "episode": {**episode, **codes},
        "work": work[0] if work else None,
        "causes": records(
            con,
            "SELECT cause.rule_id, verdict, cause.finding_id, cause.found_on, message FROM receivables.denial_cause AS cause "
            "LEFT JOIN scrub.edit_finding USING (finding_id) WHERE cause.denial_id = $denial_id ORDER BY cause.rule_id",
            which,
        ),
        "timeline": records(
            con,
            "SELECT happened_on, what, actor, text, cents FROM receivables.denial_timeline WHERE denial_id = $denial_id "
            "ORDER BY happened_on, seq",
            which,
        ),
        "actions": records(
            con, "SELECT * FROM receivables.denial_action WHERE denial_id = $denial_id ORDER BY seq", which
        ),
    }


def find_approval(con: duckdb.DuckDBPyConnection, given: str) -> tuple[str, str]:
    """(denial_id, action_id) of the write-off that waits, by its own id or its denial's. Raises DenialError."""
    rows = con.execute(
        "SELECT denial_id, action_id FROM receivables.denial_approval WHERE action_id = $given OR denial_id = $given",
        {"given": given},
    ).fetchall()
    if rows:
        return rows[0]
    said = con.execute(
        "SELECT action, actor FROM receivables.denial_action WHERE target_action_id = ? ORDER BY seq", [given]
    ).fetchone()
    why = f" It was answered already: {said[0]} by {said[1]}." if said else ""
    raise DenialError(
        f"No write-off {given!r} waits for approval.{why} Those that do: pm denials list (state approval_pending)"
    )

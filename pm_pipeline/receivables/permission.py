"""May this be done about this denial? The rules of the ledger and of denial_workflow.yaml; what was not said is filled in."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb

from pm_pipeline.config import Config
from pm_pipeline.config.denials import Queue
from pm_pipeline.console import dollars
from pm_pipeline.errors import DenialError
from pm_pipeline.receivables.effects import next_party, patient_blocks, payer_wants_new_claim
from pm_pipeline.receivables.episodes import Episode, find_approval
from pm_pipeline.receivables.owners import owner

if TYPE_CHECKING:
    from pm_pipeline.receivables.actions import Request

ANY_TIME = ("note", "undo", "letter")  # also about a closed episode
DESK = ("note", "assign", "letter", "approve", "refuse", "undo")  # in every queue


def complete(
    con: duckdb.DuckDBPyConnection, config: Config, episode: Episode, request: Request, today: dt.date
) -> Request:
    """The request with what it left open, in the name of people.yaml. Raises PmError: what forbids it, and what to do instead."""
    request = replace(request, by=config.people.acting(request.by, "denials").person)
    if not request.why.strip():
        raise DenialError("Say why (--why): the next one who looks at this denial reads it.")
    if request.due_on is not None and request.due_on < today:
        raise DenialError(f"--due {request.due_on} is past; name a day from {today} on.")
    if not episode.is_open and request.action not in ANY_TIME:
        raise DenialError(
            f"Denial {episode.denial_id} is closed ({episode.state}, {episode.closed_on}). A note may be added; a write-off, "
            "transfer or closing can be taken back with: undo --target ACTION_ID"
        )
    queue = config.denials.workflow.queue(episode.queue_id)
    is_settled = request.action == "close" and episode.at_stake_cents <= 0
    if request.action not in (*DESK, *queue.actions) and not is_settled:
        raise DenialError(
            f"{request.action} is not done in queue {queue.id} ({queue.why}). Its actions: {', '.join(queue.actions)} "
            "(denial_workflow.yaml)."
        )
    match request.action:
        case "write_off":
            return _write_off(config, episode, queue, request)
        case "approve" | "refuse":
            return _answer(con, config, episode, request)
        case "transfer":
            return _transfer(con, config, episode, request)
        case "appeal":
            return _appeal(con, episode, request, today)
        case "correct_and_resubmit":
            return _resubmit(con, episode, queue, request)
        case "close":
            return _close(config, episode, request)
        case "assign":
            return replace(request, owner=owner(config, request.owner or ""))
        case "undo":
            return _undo(con, episode, request)
        case _:
            return request


def _amount(episode: Episode, request: Request) -> int:
    cents = episode.at_stake_cents if request.cents is None else request.cents
    if episode.at_stake_cents <= 0:
        raise DenialError(
            f"Nothing is open with the payer on this denial any more (balance {dollars(episode.balance_cents)}); close it: "
            f"pm denials act {episode.denial_id} close --reason settled"
        )
    if not 0 < cents <= episode.at_stake_cents:
        raise DenialError(
            f"{dollars(cents)} is not between 0.01 and {dollars(episode.at_stake_cents)}, what was denied and is still open."
        )
    return cents


def _write_off(config: Config, episode: Episode, queue: Queue, request: Request) -> Request:
    if episode.approval_id is not None:
        raise DenialError(f"A write-off of this denial waits for approval already: {episode.approval_id}")
    reason = request.reason or queue.write_off_reason
    known = config.denials.workflow.write_off_reasons
    if reason not in known:
        raise DenialError(f"{reason!r} is no write-off reason of denial_workflow.yaml. Known: {', '.join(known)}.")
    return replace(request, cents=_amount(episode, request), reason=reason)


def _answer(con: duckdb.DuckDBPyConnection, config: Config, episode: Episode, request: Request) -> Request:
    _, action_id = find_approval(con, request.target_action_id or episode.denial_id)
    row = con.execute(
        "SELECT denial_id, actor, cents FROM receivables.denial_action WHERE action_id = ?", [action_id]
    ).fetchone()
    if row is None or row[0] != episode.denial_id:
        raise DenialError(f"The action {action_id} is not about denial {episode.denial_id}.")
    _, asker, cents = row
    if request.action == "approve":
        config.people.second(request.by, "denials", asker, cents)
        if cents > episode.at_stake_cents:
            raise DenialError(
                f"{dollars(cents)} was asked for, but {dollars(episode.at_stake_cents)} is open now. Refuse it (--refuse); "
                "a new write-off can be asked for."
            )
    return replace(request, target_action_id=action_id)


def _transfer(con: duckdb.DuckDBPyConnection, config: Config, episode: Episode, request: Request) -> Request:
    turn, payer_id = next_party(con, episode)
    wanted = request.party or "next"
    if wanted == "next" and turn == "patient":
        raise DenialError("No further payer is on record for this claim. To bill the patient: --to patient")
    if wanted == "patient" and turn != "patient":
        raise DenialError(f"{payer_id} ({turn}) comes before the patient. To send it there: --to next")
    if turn == "patient":
        if blocks := patient_blocks(con, episode):
            raise DenialError(
                f"The payer's remarks ({', '.join(blocks)}) forbid billing the patient. Appeal, correct or write off instead."
            )
        allowed = config.denials.workflow.bill_patient
        if episode.group_code not in allowed.groups and episode.category not in allowed.categories:
            raise DenialError(
                f"{episode.group_code}-{episode.carc} ({episode.category}) is the payer's to pay or the practice's to lose, not the "
                f"patient's (denial_workflow.yaml, bill_patient: groups {', '.join(allowed.groups)}; categories "
                f"{', '.join(allowed.categories) or 'none'})."
            )
    return replace(request, cents=_amount(episode, request), party=turn, payer_id=payer_id)


def _appeal(con: duckdb.DuckDBPyConnection, episode: Episode, request: Request, today: dt.date) -> Request:
    if not episode.is_appealable:
        raise DenialError(
            f"{episode.group_code}-{episode.carc} carries no right to appeal (code or remark). Correct and resubmit, or write off."
        )
    if today > episode.appeal_by and not request.is_late:
        raise DenialError(
            f"The last day to appeal was {episode.appeal_by}. If the payer takes it all the same, give --late and say why."
        )
    level = request.level or (episode.appeal_level or 0) + 1
    written = con.execute(
        "SELECT letter, letter_sha256 FROM receivables.denial_action WHERE denial_id = ? AND action = 'letter' AND level = ? "
        "ORDER BY seq DESC LIMIT 1",
        [episode.denial_id, level],
    ).fetchone()
    if request.letter is not None or written is None:
        return replace(request, level=level)
    return replace(request, level=level, letter=written[0], letter_sha256=written[1])


def _resubmit(con: duckdb.DuckDBPyConnection, episode: Episode, queue: Queue, request: Request) -> Request:
    wants_new = queue.as_new_claim or payer_wants_new_claim(con, episode)
    return replace(request, frequency=request.frequency or ("1" if wants_new else "7"))


def _close(config: Config, episode: Episode, request: Request) -> Request:
    reasons = config.denials.workflow.close_reasons
    reason = reasons.get(request.reason or "")
    if reason is None:
        raise DenialError(f"Say why it is closed: --reason one of {', '.join(reasons)} (denial_workflow.yaml).")
    if episode.at_stake_cents > 0 and not reason.leaves_balance:
        raise DenialError(
            f"{dollars(episode.at_stake_cents)} is still open with {episode.payer_id}, and {request.reason} leaves no balance behind. "
            "Write it off, transfer it, or close it for a reason that leaves it."
        )
    return request


def _undo(con: duckdb.DuckDBPyConnection, episode: Episode, request: Request) -> Request:
    found = con.execute(
        "SELECT action_id FROM receivables.denial_effect WHERE action_id = $id AND denial_id = $denial_id "
        "UNION ALL SELECT action_id FROM receivables.denial_approval WHERE action_id = $id AND denial_id = $denial_id",
        {"id": request.target_action_id, "denial_id": episode.denial_id},
    ).fetchone()
    if found is None:
        raise DenialError(
            f"--target {request.target_action_id}: no write-off, transfer or closing of denial {episode.denial_id} with that id is in "
            f"force. Its actions: pm denials show {episode.denial_id}"
        )
    return request

"""What each action does: it calls the function that the command of its stage calls, which checks permission, limits and state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import duckdb

from pm_pipeline import posting
from pm_pipeline.config import Config
from pm_pipeline.console import dollars
from pm_pipeline.desk.line import Action
from pm_pipeline.desk.vocabulary import deed, kinds
from pm_pipeline.errors import DeskError
from pm_pipeline.receivables.actions import Request, act
from pm_pipeline.receivables.letters import write_and_record
from pm_pipeline.receivables.money import Asked, Wanted, answer, ask
from pm_pipeline.receivables.owners import owner
from pm_pipeline.scrub import rules_in_force
from pm_pipeline.scrub.override import override, withdraw
from pm_pipeline.scrub.person_fix import keep_fix, plan_fix

WORK = "receivables.work_item WHERE work_id = $item AND kind"
KNOWN = {  # kind -> where its items are
    "rejection": "scrub.claim_event WHERE claim_id = $item AND state = 'rejected'",
    "held_claim": "scrub.claim WHERE claim_id = $item",
    "patient_balance": "scrub.claim WHERE claim_id = $item",
    "posting_exception": "(SELECT exception_id AS id FROM posting.exception UNION ALL SELECT remit_claim_id FROM remittance.claim) WHERE id = $item",
    "credit_balance": "ledger.entry WHERE account = 'AR' AND claim_id = split_part($item, ' ', 1) AND sub_account = split_part($item, ' ', 2)",
    "money_movement": "receivables.money_action WHERE action_id = $item",
    "underpayment": f"{WORK} = 'underpayment'",
    "unmatched_deposit": f"{WORK} = 'unmatched_deposit'",
    "missing_answer": f"{WORK} IN ('overdue_set', 'overdue_claim', 'overdue_remittance', 'overdue_deposit')",
    "timely_filing": f"{WORK} IN ('filing_deadline', 'appeal_deadline')",
}


@dataclass(frozen=True)
class Place:
    """Where an action is done: the warehouse, the configuration, the business date, the run, the folder of letters."""

    con: duckdb.DuckDBPyConnection
    config: Config
    today: dt.date
    run_id: str
    letters: Path


@dataclass(frozen=True)
class Done:
    """What an action did, in words for people, and the id of what it became."""

    message: str
    made: str | None = None


def do(place: Place, said: Action) -> Done:
    """Do what a person said, inside the caller's unit of work. Raises PmError when it may not or cannot be done."""
    deed(said.kind, said.action)  # a newer program may have written the line
    doer = DOES.get((said.kind, said.action)) or DOES["*", said.action]
    return doer(place, said)


def _denial(place: Place, said: Action) -> Done:
    given = dict(said.arguments)
    if (day := _day(given.pop("due_on", None))) is not None:
        given["due_on"] = cast(Any, day)
    if "target" in given:
        given["target_action_id"] = _made_by(place, str(given.pop("target")))
    return _acted(
        place, Request(said.item, said.action, said.by, said.why, key=said.action_id, **cast(dict[str, Any], given))
    )


def _letter(place: Place, said: Action) -> Done:
    given = cast(dict[str, Any], said.arguments)
    letter, acted = write_and_record(
        place.con, place.config, place.letters, said.item, by=said.by, why=said.why, argument=given["argument"], template=given.get("template"),
        level=given.get("level"), today=place.today, run_id=place.run_id, key=said.action_id,
    )  # fmt: skip
    return Done(
        f"Written as {letter.path.name}, for level {letter.level}. When it is sent, say so: appeal.", acted.action_id
    )


def _acted(place: Place, request: Request) -> Done:
    acted = act(place.con, place.config, request, place.today, place.run_id)
    return Done(acted.effect, acted.action_id)


def _override(place: Place, said: Action) -> Done:
    given = cast(dict[str, Any], said.arguments)
    until = dt.date.fromisoformat(given["until_on"])
    kept = override(
        place.con, place.config, rules_in_force(place.config), said.item, given["rule_id"], actor=said.by, reason=said.why, until=until,
        today=place.today, run_id=place.run_id, line_no=given.get("line_no"),
    )  # fmt: skip
    return Done(
        f"{given['rule_id']} is overridden until {until}; the claim is judged again in this run.", " ".join(kept)
    )


def _fix(place: Place, said: Action) -> Done:
    given = cast(dict[str, Any], said.arguments)
    rule_id, values = str(given["rule_id"]), cast(Mapping[str, str], given["values"])
    changes = plan_fix(
        place.con, place.config, rules_in_force(place.config), rule_id, values, place.today, claims=[said.item]
    )
    kept = keep_fix(
        place.con, place.config, rule_id, changes, actor=said.by, reason=said.why, today=place.today, run_id=place.run_id
    )  # fmt: skip
    what = "; ".join(
        f"line {one.line_no} {one.column_name}: {one.before or 'empty'} to {one.after or 'empty'}" for one in changes
    )
    return Done(f"Set: {what}. The claim is judged again in this run.", " ".join(kept))


def _take_back(place: Place, said: Action) -> Done:
    made = _made_by(place, str(said.arguments["target"]))
    for one in made.split():  # an override has a decision per line, a fix one per line and column: all go back, or none
        claim_id = withdraw(
            place.con, place.config, one, actor=said.by, reason=said.why, today=place.today, run_id=place.run_id
        )
        if claim_id != said.item:
            raise DeskError(f"{one} is about claim {claim_id}, not {said.item}. Look at that claim, then decide.")
    return Done(f"Taken back: {made}; the claim is judged again in this run.", made)


def _resolve(place: Place, said: Action) -> Done:
    given = cast(dict[str, Any], said.arguments)
    what = posting.Resolution(
        given["resolution"], given.get("target"), given.get("decision"), given.get("account"), given.get("adjustment_id")
    )  # fmt: skip
    made = posting.resolve(
        place.con, place.config, said.item, what, actor=said.by, reason=said.why, today=place.today, run_id=place.run_id
    )
    return Done(f"Kept as {made}; posting acts on it in this run.", made)


def _unpost(place: Place, said: Action) -> Done:
    made, remit_claim_id = posting.unpost(
        place.con, place.config, said.item, actor=said.by, reason=said.why, today=place.today, run_id=place.run_id
    )
    return Done(f"Kept as {made}; posting takes {remit_claim_id} back in this run.", made)


def _money(place: Place, said: Action) -> Done:
    given = cast(dict[str, Any], dict(said.arguments))
    if said.kind == "credit_balance":
        given["claim_id"], _, given["party"] = said.item.partition(" ")
    elif said.kind == "patient_balance":
        given["claim_id"] = said.item
    else:
        given["of_action_id"] = _made_by(place, said.item)
    asked = ask(
        place.con, place.config, Wanted(said.action, **given), actor=said.by, reason=said.why, today=place.today, run_id=place.run_id
    )  # fmt: skip
    return _moved(asked)


def _answer(place: Place, said: Action) -> Done:
    answered = answer(
        place.con, place.config, _made_by(place, said.item), approve=said.action == "approve", actor=said.by, reason=said.why,
        today=place.today, run_id=place.run_id,
    )  # fmt: skip
    return _moved(answered)


def _moved(asked: Asked) -> Done:
    then = " for the approval of a second person" if asked.state == "waiting" else ""
    return Done(f"{asked.action_id}: {dollars(asked.cents)} {asked.state}{then}.", asked.action_id)


def _note(place: Place, said: Action) -> Done:
    person, item = _known(place, said)
    place.con.execute(
        "INSERT INTO desk.item_note VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [said.action_id, said.kind, item, said.why, person, said.at, place.today, place.run_id],
    )
    return Done("Noted.")


def _assign(place: Place, said: Action) -> Done:
    (person, item), given_to = _known(place, said), owner(place.config, str(said.arguments["owner"]))
    place.con.execute(
        "INSERT INTO desk.item_assigned VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [said.action_id, said.kind, item, given_to, person, said.why, said.at, place.today, place.run_id],
    )
    return Done(f"Given to {given_to}.")


def _known(place: Place, said: Action) -> tuple[str, str]:
    """The person and the item by its own id, once it is sure that they may act on this kind and that the item is there."""
    kind = kinds()[said.kind]
    person = place.config.people.acting(said.by, kind.role).person
    item = _made_by(place, said.item)
    if not place.con.execute(f"SELECT 1 FROM {KNOWN[said.kind]}", {"item": item}).fetchone():
        raise DeskError(f"There is no {said.kind.replace('_', ' ')} {said.item!r}: expected its {kind.item}.")
    return person, item


def _made_by(place: Place, name: str) -> str:
    """What an action of the desk became, by the action's id; any other id is that of the thing itself."""
    row = place.con.execute("SELECT made_id, outcome, message FROM desk.applied WHERE action_id = ?", [name]).fetchone()
    if row is None:
        return name
    if row[0] is None:
        raise DeskError(f"{name} came to nothing that could be named here: {row[1]}. {row[2]}")
    return str(row[0])


def _day(value: object) -> dt.date | None:
    return None if value is None else dt.date.fromisoformat(str(value))


Doer = Callable[[Place, Action], Done]
DOES: dict[tuple[str, str], Doer] = {
    ("*", "note"): _note,
    ("*", "assign"): _assign,
    **{("denial", name): _denial for name in (
        "note", "assign", "correct_and_resubmit", "appeal", "write_off", "transfer", "close", "approve", "refuse", "undo")},
    ("denial", "letter"): _letter,
    **{(kind, name): doer for kind in ("held_claim", "rejection")
       for name, doer in (("override", _override), ("fix", _fix), ("undo", _take_back))},
    ("posting_exception", "resolve"): _resolve,
    ("posting_exception", "unpost"): _unpost,
    ("credit_balance", "refund"): _money,
    **{("patient_balance", name): _money for name in ("patient_payment", "small_balance", "bad_debt", "charity", "collections", "recovery")},
    **{("money_movement", name): _money for name in ("allocate", "refund_unapplied", "refund_sent", "refund_cleared")},
    **{("money_movement", name): _answer for name in ("approve", "refuse")},
}  # fmt: skip

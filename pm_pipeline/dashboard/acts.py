"""What a person does about an item of work in a page: a line of the action log, in the signed-in person's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pm_pipeline.config import Config
from pm_pipeline.dashboard.reading import Row
from pm_pipeline.desk import Action, ActionLog, ItemState, record
from pm_pipeline.desk.vocabulary import Deed, arguments, deed
from pm_pipeline.errors import PmError

if TYPE_CHECKING:
    from pm_pipeline.dashboard.server import Doors
    from pm_pipeline.dashboard.users import Viewer

# worklist -> kind of item at the desk; what is not here is worked from the command line alone
KINDS = {
    "denials": "denial", "held_claims": "held_claim", "rejections": "rejection", "posting_exceptions": "posting_exception",
    "credit_balances": "posting_exception", "underpayments": "underpayment", "missing_answers": "missing_answer",
    "filing_risk": "timely_filing", "appeal_risk": "timely_filing", "unmatched_deposits": "unmatched_deposit",
}  # fmt: skip
EXCEPTION = "Q"  # how the id of a posting exception begins, on whichever list it stands
MONEY = re.compile(r"(?:[0-9]{1,9}|[0-9]{1,3}(?:,[0-9]{3}){1,2})(?:\.[0-9]{2})?")  # a comma only between thousands
SECOND = "approval of a second person"  # how an outcome says that it waits for one
ANSWERS = ("approve", "refuse", "undo")
MAY_NOT = "An auditor reads and does not act. Ask somebody who works the list."


def desk_kind(row: Row) -> str | None:
    """What a row of the worklist is at the desk; None when nothing is done about it there."""
    if row["worklist"] == "unmatched_deposits" and str(row["item_id"]).startswith(EXCEPTION):
        return "posting_exception"
    if row["kind"] == "overdue_deposit":  # an answer of the bank's that did not come
        return "missing_answer"
    return KINDS.get(str(row["worklist"]))


def at_the_desk(desk: ActionLog, rows: Iterable[Row]) -> None:
    """Say in each row of the worklist who is on its item, and what waits for the next run: the column `desk`."""
    for row in rows:
        kind = desk_kind(row)
        state = desk.state(kind, str(row["item_id"])) if kind else None
        if state is not None and (state.on_it or state.waiting or state.owner):
            row["desk"] = "; ".join(
                filter(
                    None,
                    (
                        f"{state.on_it.person} is on it" if state.on_it else "",
                        f"given to {state.owner}" if state.owner else "",
                        *(f"{one.action.replace('_', ' ')} by {one.by} waits" for one in state.waiting),
                    ),
                )
            )


def to_approve(desk: ActionLog) -> list[Action]:
    """What people asked for and a run took, and no second person has answered at the desk yet; oldest first."""
    states = desk.states()
    found: list[Action] = []
    for (kind, _), state in states.items():
        applied = [(one, became) for one, became in state.answered if became.outcome == "applied"]
        for one, became in applied:
            if not became.made or SECOND not in became.message:
                continue
            about = (
                applied if kind == "denial" else states.get(("money_movement", became.made), ItemState("", "")).answered
            )
            answers = [said for said, then in about if said.action in ANSWERS and then.outcome == "applied"]
            if not any(said.seq > one.seq for said in answers):
                found.append(one)
    return sorted(found, key=lambda one: one.seq)


def choices(config: Config, what: Deed, name: str) -> list[tuple[str, str]]:
    """What an argument of an action may be, with the words for it; empty: anything of its shape."""
    workflow = config.denials.workflow
    if name == "reason" and what.action == "write_off":
        return [(reason, why) for reason, why in workflow.write_off_reasons.items()]
    if name == "reason" and what.action == "close":
        return [(reason, said.why) for reason, said in workflow.close_reasons.items()]
    if name == "template":
        return [(one, one.replace("_", " ")) for one in config.denials.templates()]
    few = arguments()[name].one_of or (("yes", "no") if arguments()[name].shape == "flag" else ())
    return [(one, one.replace("_", " ")) for one in few]


def owners(config: Config) -> list[tuple[str, str]]:
    """Whom an item may be given to, as far as configuration names them; edit rules know more teams."""
    people = [(one.person, one.name.title()) for one in config.people.people if one.roles]
    known = {person for person, _ in people}
    return [*people, *((team, team) for team in sorted(config.denials.workflow.teams - known))]


def act(doors: Doors, viewer: Viewer, given: Mapping[str, str]) -> Action:
    """Log what the form says. Raises PmError when the viewer may not, it cannot be meant so, or somebody else came first."""
    if not viewer.may_act:
        raise PmError(MAY_NOT)
    kind, action = given.get("kind", ""), given.get("action", "")
    what = deed(kind, action)
    said = {name: given[name].strip() for name in (*what.required, *what.optional) if given.get(name, "").strip()}
    return record(
        doors.config, doors.desk, by=viewer.person, kind=kind, item=given.get("item", ""), action=action, why=given.get("why", ""),
        arguments={name: _meant(name, text) for name, text in said.items()},
        generation=_whole(given, "generation"), seen=_whole(given, "seen"), action_id=given.get("action_id") or None,
    )  # fmt: skip


def _meant(name: str, text: str) -> Any:
    """What was entered in the form the log takes: dollars as cents, yes and no, columns with their values."""
    shape = arguments()[name].shape
    if shape == "cents":
        if not MONEY.fullmatch(text):
            raise PmError(f"{text!r} is no amount. Write dollars and cents, such as 125.00.")
        dollars, _, cents = text.replace(",", "").partition(".")
        return int(dollars) * 100 + int(cents or 0)
    if shape == "flag":
        return {"yes": True, "true": True, "no": False, "false": False}.get(text.lower(), text)
    if shape == "values":
        pairs = [
            part.partition("=") for part in re.split(r",\s*(?=\w+\s*=)", text)
        ]  # a value may be a list: modifiers=25,59
        if not all(column.strip() and equals for column, equals, _ in pairs):
            raise PmError("Write each column with its value, such as units=1, modifiers=25.")
        return {column.strip(): value.strip() for column, _, value in pairs}
    return text


def _whole(given: Mapping[str, str], name: str) -> int | None:
    text = given.get(name, "")
    if text and not re.fullmatch("[0-9]{1,12}", text):
        raise PmError("The form was changed on its way. Open the item again.")
    return int(text) if text else None

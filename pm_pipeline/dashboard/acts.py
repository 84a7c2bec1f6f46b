"""What a person does about an item of work in a page: a line of the action log, in the signed-in person's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pm_pipeline.config import Config
from pm_pipeline.dashboard.reading import Row
from pm_pipeline.desk import Action, ActionLog, record
from pm_pipeline.desk.vocabulary import Deed, arguments, deed
from pm_pipeline.errors import PmError

if TYPE_CHECKING:
    from pm_pipeline.dashboard.server import Doors
    from pm_pipeline.dashboard.users import Viewer

MONEY = re.compile(r"(?:[0-9]{1,9}|[0-9]{1,3}(?:,[0-9]{3}){1,2})(?:\.[0-9]{2})?")  # a comma only between thousands
MAY_NOT = "An auditor reads and does not act. Ask somebody who works the list."


def at_the_desk(desk: ActionLog, rows: Iterable[Row]) -> None:
    """Say in each row of the worklist who is on its item, and what waits for the next run: the column `desk`."""
    for row in rows:
        kind = row["item_kind"]
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

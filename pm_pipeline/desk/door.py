"""The one way into the action log for a person: who, what, on which item and why are checked before a line is written.

Whether the thing may be done is for the function that does it, when a run applies the action: the state may have moved on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import uuid4

from pm_pipeline.config import Config
from pm_pipeline.desk.line import Action
from pm_pipeline.desk.log import ActionLog
from pm_pipeline.desk.reading import OF_THE_LOG_ALONE
from pm_pipeline.desk.vocabulary import checked, deed, kinds, text
from pm_pipeline.errors import DeskError
from pm_pipeline.warehouse import utc_now

ITEM = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.:|/-]{0,119}")
ACTION_ID = re.compile(r"K[0-9a-f]{16}")


def new_action_id() -> str:
    """An id for an action. A page makes one per form it shows, so that a button pressed twice says one thing once."""
    return f"K{uuid4().hex[:16]}"


def record(
    config: Config,
    log: ActionLog,
    *,
    by: str,
    kind: str,
    item: str,
    action: str,
    why: str = "",
    arguments: Mapping[str, object] | None = None,
    generation: int | None = None,
    seen: int | None = None,
    action_id: str | None = None,
) -> Action:
    """Log what a person does about an item of work; a later run applies it. Returns it as it stands in the log.

    by: a person of people.yaml (id or name) with the role of the kind. generation: the published one the person looked at. seen:
    see ActionLog.append. action_id: of new_action_id. Raises PmError when it cannot be meant so, or somebody else came first.
    """
    what = deed(kind, action)
    person = config.people.acting(by, kinds()[kind].role).person
    reason = text(why, "why")
    if not reason and action not in OF_THE_LOG_ALONE:
        raise DeskError(f"{action} needs a reason: whoever looks at this item next reads it.")
    item = text(item, "item")
    if not ITEM.fullmatch(item):
        raise DeskError(f"That is no id of a {kind.replace('_', ' ')}: expected its {kinds()[kind].item}.")
    if action_id is not None and not ACTION_ID.fullmatch(action_id):
        raise DeskError("An action's id is K and 16 hexadecimal digits; new_action_id makes one.")
    if kind == "money_movement" and (became := log.outcomes().get(item)) is not None and became.made is not None:
        item = became.made  # it may be named by the action that asked for it, and is one item all the same
    given = checked(what, arguments or {})
    if "owner" in given and (owner := config.people.find(str(given["owner"]))) is not None:
        given["owner"] = owner.person
    if "template" in given:
        config.denials.template(str(given["template"]))
    said = Action(
        action_id or new_action_id(),
        utc_now(),
        person,
        kind,
        item,
        action,
        given,
        reason,
        generation,
    )
    return log.append(said, seen=seen)

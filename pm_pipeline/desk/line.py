"""One line of the action log (its form: pm_pipeline/warehouse/chained.py): what it says, and how it is written.

`line` says which of the two it is:

    action    what a person wants done, or says
    outcome   what became of an action when a run applied it; written by the run, for those who look at a page
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Value = str | int | bool | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person did at the desk. at: UTC, without a zone; generation: the published one the person looked at."""

    action_id: str
    at: dt.datetime
    by: str
    kind: str
    item: str
    action: str
    arguments: Mapping[str, Value]
    why: str
    generation: int | None
    seq: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run made of an action. outcome: applied or refused; message: for people; made: the id of what it became."""

    action_id: str
    at: dt.datetime
    outcome: str
    message: str
    made: str | None
    run_id: str
    seq: int = 0


Line = Action | Outcome


def write(line: Line) -> dict[str, Any]:
    """What a line says, in the order in which it is written."""
    said: dict[str, Any] = {"line": type(line).__name__.lower(), "at": line.at.isoformat() + "Z"}
    if isinstance(line, Action):
        return said | {
            "id": line.action_id, "by": line.by, "kind": line.kind, "item": line.item, "action": line.action, "arguments": dict(line.arguments),
            "why": line.why, "generation": line.generation,
        }  # fmt: skip
    return said | {
        "of": line.action_id, "outcome": line.outcome, "message": line.message, "made": line.made, "run_id": line.run_id,
    }  # fmt: skip


def read(said: Mapping[str, Any], sha256: str) -> Line:
    """What a line with this digest says. Raises ValueError, KeyError, TypeError or AttributeError when it is neither of the two."""
    seq, at = int(said["seq"]), dt.datetime.fromisoformat(said["at"].removesuffix("Z"))
    match said["line"]:
        case "action":
            return Action(
                said["id"], at, said["by"], said["kind"], said["item"], said["action"], said["arguments"], said["why"],
                said["generation"], seq, sha256,
            )  # fmt: skip
        case "outcome":
            return Outcome(said["of"], at, said["outcome"], said["message"], said["made"], said["run_id"], seq)
        case _:
            raise ValueError("it is no line of this log")

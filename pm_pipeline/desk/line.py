"""One line of the action log: what it says, and how it is written.

Every line is one JSON object in UTF-8. `seq` counts lines from 1; `prev` is the sha256 of the whole line before it, without its
newline, 64 zeros for the first. `line` says which of the three it is:

    action    what a person wants done, or says
    outcome   what became of an action when a run applied it; written by the run, for those who look at a page
    torn      the log ended inside a line (a crash); what was there is kept in a file of its own
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FIRST = "0" * 64
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


@dataclass(frozen=True, slots=True)
class Torn:
    """A line that a crash left unfinished. kept_as: the file that holds its bytes, below the folder of the log."""

    at: dt.datetime
    bytes: int
    kept_sha256: str
    kept_as: str
    seq: int = 0


Line = Action | Outcome | Torn


def digest(line: bytes) -> str:
    """The sha256 of a line, as the next one holds it."""
    return hashlib.sha256(line).hexdigest()


def write(line: Line, seq: int, prev: str) -> bytes:
    """The bytes of a line, without its newline."""
    said: dict[str, Any] = {
        "seq": seq,
        "prev": prev,
        "line": type(line).__name__.lower(),
        "at": line.at.isoformat() + "Z",
    }
    if isinstance(line, Action):
        said |= {"id": line.action_id, "by": line.by, "kind": line.kind, "item": line.item, "action": line.action,
                 "arguments": dict(line.arguments), "why": line.why, "generation": line.generation}  # fmt: skip
    elif isinstance(line, Outcome):
        said |= {
            "of": line.action_id,
            "outcome": line.outcome,
            "message": line.message,
            "made": line.made,
            "run_id": line.run_id,
        }
    else:
        said |= {"bytes": line.bytes, "sha256": line.kept_sha256, "kept_as": line.kept_as}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def read(raw: bytes, sha256: str) -> tuple[int, str, Line]:
    """(seq, prev, what it says) of a line with this digest. Raises ValueError when it is none of the three."""
    said = json.loads(raw.decode())
    try:
        seq, at = int(said["seq"]), dt.datetime.fromisoformat(said["at"].removesuffix("Z"))
        match said["line"]:
            case "action":
                line: Line = Action(said["id"], at, said["by"], said["kind"], said["item"], said["action"], said["arguments"], said["why"],
                                    said["generation"], seq, sha256)  # fmt: skip
            case "outcome":
                line = Outcome(said["of"], at, said["outcome"], said["message"], said["made"], said["run_id"], seq)
            case "torn":
                line = Torn(at, said["bytes"], said["sha256"], said["kept_as"], seq)
            case _:
                raise ValueError("it is no line of an action log")
        return seq, str(said["prev"]), line
    except (KeyError, TypeError, AttributeError):
        raise ValueError("it is no line of an action log") from None

"""What can be done at the desk, as data: kinds of work items (kinds.csv), actions (actions.csv), their arguments (arguments.csv)."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import cast

from pm_pipeline.config.people import Role
from pm_pipeline.desk.line import Value
from pm_pipeline.errors import DeskError

LONGEST = 4000  # characters of one text
MOST_CENTS = 10**13
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True)
class Kind:
    """A kind of work item. role: of people.yaml, that acts on it; item: what its id is."""

    kind: str
    role: Role
    item: str
    meaning: str


@dataclass(frozen=True)
class Deed:
    """An action that may be done on a kind of item, with the arguments it must and may have."""

    kind: str
    action: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    meaning: str


@dataclass(frozen=True)
class Argument:
    """An argument. shape: text, number, cents, day, flag or values (column -> text); one_of: what it may be, when it is one of few."""

    argument: str
    shape: str
    one_of: tuple[str, ...]
    meaning: str


@cache
def kinds() -> dict[str, Kind]:
    """Every kind of work item."""
    return {
        row["kind"]: Kind(row["kind"], cast(Role, row["role"]), row["item"], row["meaning"])
        for row in _rows("kinds.csv")
    }


@cache
def deeds() -> dict[tuple[str, str], Deed]:
    """(kind, action) -> the deed; what is written for a kind goes before what is written for all."""
    found: dict[tuple[str, str], Deed] = {}
    for row in _rows("actions.csv"):
        for kind in kinds() if row["kinds"] == "*" else row["kinds"].split(";"):
            required, optional = (tuple(filter(None, row[name].split(";"))) for name in ("required", "optional"))
            found.setdefault((kind, row["action"]), Deed(kind, row["action"], required, optional, row["meaning"]))
    return found


@cache
def arguments() -> dict[str, Argument]:
    """Every argument an action may have."""
    return {
        row["argument"]: Argument(
            row["argument"], row["shape"], tuple(filter(None, row["one_of"].split(";"))), row["meaning"]
        )
        for row in _rows("arguments.csv")
    }


def deed(kind: str, action: str) -> Deed:
    """The deed of this name. Raises DeskError with those there are."""
    if kind not in kinds():
        raise DeskError(f"There is no kind of work item {kind!r}. Kinds: {', '.join(kinds())}.")
    found = deeds().get((kind, action))
    if found is None:
        able = ", ".join(one for of, one in deeds() if of == kind)
        raise DeskError(f"{action!r} is not done on a {kind.replace('_', ' ')}. Actions: {able}.")
    return found


def checked(what: Deed, given: Mapping[str, object]) -> dict[str, Value]:
    """The arguments in the form the log keeps: whole numbers, true or false, days as YYYY-MM-DD, else text.

    Raises DeskError for one that is missing, not known here, or of another shape.
    """
    said = {name: value for name, value in given.items() if value is not None}
    allowed = (*what.required, *what.optional)
    if unknown := [name for name in said if name not in allowed]:
        raise DeskError(f"{what.action} takes no {unknown[0]!r}. Arguments: {', '.join(allowed) or 'none'}.")
    if missing := [name for name in what.required if name not in said]:
        raise DeskError(f"{what.action} needs {missing[0]}: {arguments()[missing[0]].meaning}.")
    return {name: _shaped(name, value) for name, value in said.items()}


def text(value: object, what: str) -> str:
    """Text without blanks around it, fit for a line of the log. Raises DeskError."""
    if not isinstance(value, str):
        raise DeskError(f"{what}: expected text, not {type(value).__name__}.")
    if len(value) > LONGEST or UNPRINTABLE.search(value):
        raise DeskError(f"{what}: expected at most {LONGEST} printable characters.")
    return value.strip()


def _shaped(name: str, value: object) -> Value:
    return SHAPES[arguments()[name].shape](name, value)


def _number(name: str, value: object, most: int = 99) -> int:
    number = int(value) if isinstance(value, str) and re.fullmatch("[0-9]{1,14}", value) else value
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number <= most:
        raise DeskError(f"{name}: expected a whole number from 1 to {most}.")
    return number


def _cents(name: str, value: object) -> int:
    return _number(name, value, MOST_CENTS)


def _day(name: str, value: object) -> str:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.isoformat()
    try:
        return dt.date.fromisoformat(text(value, name)).isoformat()
    except ValueError:
        raise DeskError(f"{name}: expected a day such as 2026-07-31.") from None


def _flag(name: str, value: object) -> bool:
    if value in (True, "true"):
        return True
    if value in (False, "false"):
        return False
    raise DeskError(f"{name}: expected true or false.")


def _text(name: str, value: object) -> str:
    said = text(value, name)
    if not said:
        raise DeskError(f"{name}: expected some text.")
    few = arguments()[name].one_of if name in arguments() else ()
    if few and said not in few:
        raise DeskError(f"{name}: expected one of {', '.join(few)}.")
    return said


def _values(name: str, value: object) -> Mapping[str, str]:
    if not isinstance(value, Mapping) or not value:
        raise DeskError(f"{name}: expected at least one column with its value.")
    pairs = cast(Mapping[object, object], value)
    return {_text(name, column): text(said, f"{name}.{column}") for column, said in pairs.items()}


SHAPES: dict[str, Callable[[str, object], Value]] = {
    "text": _text, "number": _number, "cents": _cents, "day": _day, "flag": _flag, "values": _values,
}  # fmt: skip


def _rows(name: str) -> list[dict[str, str]]:
    content = resources.files(__package__ or "").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(content.splitlines()))

"""The action log in memory: what is known of an item of work, from the log alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pm_pipeline.desk.line import Action, Outcome, read

HOLD = dt.timedelta(hours=2)  # somebody who has done nothing about an item for so long is no longer taken to be on it
OF_THE_LOG_ALONE = ("take", "leave")  # who is on an item is no fact of the warehouse: no run applies it
Item = tuple[str, str]


@dataclass(frozen=True)
class OnIt:
    """Somebody who is at work on an item, and until when that is believed (UTC)."""

    person: str
    since: dt.datetime
    until: dt.datetime


@dataclass(frozen=True)
class ItemState:
    """What the log says of an item of work.

    on_it: who is at work on it, None: nobody. waiting: what no run has applied yet, in order. answered: what one has applied or
    refused, with its outcome, in order. last_seq: the last line about it; give it back as `seen` to act on what was shown.
    """

    kind: str
    item: str
    on_it: OnIt | None = None
    waiting: tuple[Action, ...] = ()
    answered: tuple[tuple[Action, Outcome], ...] = ()
    last_seq: int = 0

    @property
    def notes(self) -> list[Action]:
        """What people said about it, applied or not."""
        return [one for one in self._standing() if one.action == "note"]

    @property
    def owner(self) -> str | None:
        """To whom it was given last at the desk; None: to nobody (a denial's queue has an owner all the same)."""
        given = [str(one.arguments["owner"]) for one in self._standing() if one.action == "assign"]
        return given[-1] if given else None

    def _standing(self) -> list[Action]:
        applied = [one for one, became in self.answered if became.outcome == "applied"]
        return sorted([*applied, *self.waiting], key=lambda one: one.seq)


@dataclass
class Reading:
    """What the lines of the log say so far. Not safe for threads by itself: the log locks around it."""

    actions: dict[str, Action] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)  # the newest of each action
    by_item: dict[Item, list[Action]] = field(default_factory=dict)

    def take(self, number: int, said: Mapping[str, Any], sha256: str) -> None:
        """Keep a line. Raises ValueError and its kin when it is no action and no outcome, or an action that is there already."""
        line = read(said, sha256)
        if isinstance(line, Outcome):
            self.outcomes[line.action_id] = line
        elif line.action_id in self.actions:
            raise ValueError(f"the action {line.action_id} is there twice")
        else:
            self.actions[line.action_id] = line
            self.by_item.setdefault((line.kind, line.item), []).append(line)

    def state(self, item: Item, now: dt.datetime) -> ItemState:
        """What is known of an item of work at this moment (UTC)."""
        about = self.by_item.get(item, [])
        told = [(one, self.outcomes.get(one.action_id)) for one in about if one.action not in OF_THE_LOG_ALONE]
        return ItemState(
            *item,
            _on_it(about, now),
            tuple(one for one, became in told if became is None),
            tuple((one, became) for one, became in told if became is not None),
            about[-1].seq if about else 0,
        )


def _on_it(about: list[Action], now: dt.datetime) -> OnIt | None:
    """Who is on an item: whoever took it last and has not left it, while what they do about it is no older than HOLD."""
    holder: OnIt | None = None
    for one in about:
        if one.action == "take":
            holder = OnIt(one.by, one.at, one.at + HOLD)
        elif holder is not None and one.by == holder.person:
            holder = None if one.action == "leave" else OnIt(one.by, holder.since, one.at + HOLD)
    return holder if holder is not None and now < holder.until else None

"""The action log in memory: read once, then only what was added; what is known of an item of work, from the log alone."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, field
from pathlib import Path

from pm_pipeline.desk.line import FIRST, Action, Line, Outcome, Torn, digest, read

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
    """The lines of one log file so far. Not safe for threads by itself: log.py locks around it."""

    path: Path
    hashes: list[str] = field(default_factory=list)  # of every line, in order
    actions: dict[str, Action] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)  # the newest of each action
    torn: list[Torn] = field(default_factory=list)
    by_item: dict[Item, list[Action]] = field(default_factory=dict)
    faults: list[tuple[str, str]] = field(default_factory=list)  # (line, what is wrong)
    rest: bytes = b""  # behind the last newline: being written just now, or left by a crash
    _offset: int = 0
    _file: tuple[int, int] = (0, 0)

    def refresh(self) -> None:
        """Read what was added since. A file that was replaced or has become shorter is read anew."""
        try:
            with self.path.open("rb") as log:
                found = os.fstat(log.fileno())
                if (found.st_dev, found.st_ino) != self._file or found.st_size < self._offset:
                    self._begin()
                    self._file = (found.st_dev, found.st_ino)
                log.seek(self._offset)
                added = log.read()
        except FileNotFoundError:
            self._begin()
            return
        *lines, self.rest = added.split(b"\n")
        self._offset += len(added) - len(self.rest)
        for raw in lines:
            self._take(raw)

    @property
    def last_hash(self) -> str:
        """The sha256 of the last whole line."""
        return self.hashes[-1] if self.hashes else FIRST

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

    def _begin(self) -> None:
        for kept in (self.hashes, self.actions, self.outcomes, self.torn, self.by_item, self.faults):
            kept.clear()
        self.rest, self._offset, self._file = b"", 0, (0, 0)

    def _take(self, raw: bytes) -> None:
        number, before = len(self.hashes) + 1, self.last_hash
        sha256 = digest(raw)
        self.hashes.append(sha256)
        try:
            seq, prev, line = read(raw, sha256)
        except ValueError:
            self.faults.append((f"line {number}", "it is no line of an action log"))
            return
        if seq != number or prev != before:
            self.faults.append(
                (
                    f"line {number}",
                    "it does not follow the line before it: one of them was changed, or lines are missing",
                )
            )
        self._keep(line, number)

    def _keep(self, line: Line, number: int) -> None:
        if isinstance(line, Torn):
            self.torn.append(line)
        elif isinstance(line, Outcome):
            self.outcomes[line.action_id] = line
        elif line.action_id in self.actions:
            self.faults.append((f"line {number}", f"the action {line.action_id} is there twice"))
        else:
            self.actions[line.action_id] = line
            self.by_item.setdefault((line.kind, line.item), []).append(line)


def _on_it(about: list[Action], now: dt.datetime) -> OnIt | None:
    """Who is on an item: whoever took it last and has not left it, while what they do about it is no older than HOLD."""
    holder: OnIt | None = None
    for one in about:
        if one.action == "take":
            holder = OnIt(one.by, one.at, one.at + HOLD)
        elif holder is not None and one.by == holder.person:
            holder = None if one.action == "leave" else OnIt(one.by, holder.since, one.at + HOLD)
    return holder if holder is not None and now < holder.until else None

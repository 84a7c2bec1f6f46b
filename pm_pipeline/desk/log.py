"""The action log: one file in PM_HOME/desk that people's actions are appended to, whatever the warehouse is doing.

How it is kept, and how it shows what a crash or a hand did to it: pm_pipeline/warehouse/chained.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pm_pipeline.desk.line import Action, Outcome, write
from pm_pipeline.desk.reading import Item, ItemState, Reading
from pm_pipeline.errors import DeskError
from pm_pipeline.warehouse.chained import Chained, Fault, Torn
from pm_pipeline.warehouse.unit import utc_now

NAME = "actions.jsonl"
WAY_OUT = (
    "Nothing is written to it or applied from it. Restore the folder from the newest backup. Without one, move the folder aside and a "
    "new log begins: what was applied stays, and `pm ledger verify` goes on naming what was applied from the old one."
)


class ActionLog:
    """The action log of one installation. One object serves all threads of a process and remembers what it has read."""

    def __init__(self, folder: Path, wait_seconds: float = 10.0) -> None:
        self.folder = folder
        self.path = folder / NAME
        self._log = Chained(self.path, Reading, error=DeskError, way_out=WAY_OUT, wait_seconds=wait_seconds)

    def append(self, action: Action, *, seen: int | None = None) -> Action:
        """Add an action; returns it with its line number and hash, once the disk has it.

        seen: `last_seq` of the item when the person looked at it; what somebody else did about the item since refuses the action.
        An action whose id the log has already, with the same content, is not added again. Raises DeskError.
        """
        with self._log.adding() as reading:
            known = reading.actions.get(action.action_id)
            if known is not None:
                return _same(known, action)
            _check_others(reading, action, seen)
            self._log.add([write(action)])
            return reading.actions[action.action_id]

    def settle(self, outcomes: Sequence[Outcome]) -> int:
        """Tell the log what became of actions; what it says already is not said again. Returns how many lines were added."""
        with self._log.adding() as reading:
            fresh = [one for one in outcomes if not _is_told(reading.outcomes.get(one.action_id), one)]
            self._log.add(write(one) for one in fresh)
        return len(fresh)

    def is_begun(self) -> bool:
        """Whether anything was ever written to it."""
        return self._log.is_begun()

    def make_ready(self) -> None:
        """Put aside and name what a crash left. Raises DeskError when the log is not whole."""
        with self._log.adding():
            pass

    def state(self, kind: str, item: str, now: dt.datetime | None = None) -> ItemState:
        """What the log says of one item of work. Takes no lock: it never waits for anybody."""
        with self._log.reading() as reading:
            return reading.state((kind, item), now or utc_now())

    def states(self, kind: str | None = None, now: dt.datetime | None = None) -> dict[Item, ItemState]:
        """The same of every item the log speaks of, or of those of one kind."""
        at = now or utc_now()
        with self._log.reading() as reading:
            return {item: reading.state(item, at) for item in reading.by_item if kind in (None, item[0])}

    def actions(self) -> list[Action]:
        """Every action, in order."""
        with self._log.reading() as reading:
            return list(reading.actions.values())

    def outcomes(self) -> dict[str, Outcome]:
        """action_id -> the newest outcome told."""
        with self._log.reading() as reading:
            return dict(reading.outcomes)

    def faults(self) -> list[Fault]:
        """Read the whole file again; (where, what is wrong) of every broken link, lost line and line a crash left unnamed."""
        return self._log.faults()

    def torn(self) -> list[Torn]:
        """The lines that crashes left unfinished and the log names."""
        return self._log.torn()


def _check_others(reading: Reading, action: Action, seen: int | None) -> None:
    item = (action.kind, action.item)
    others = [one for one in reading.by_item.get(item, []) if one.by != action.by]
    if seen is not None and others and others[-1].seq > seen:
        raise DeskError(
            f"{others[-1].by} has said {others[-1].action} about this {action.kind.replace('_', ' ')} at {others[-1].at:%H:%M} UTC, after "
            "you looked at it. Look at it again, then decide."
        )
    on_it = reading.state(item, action.at).on_it
    if action.action == "take" and on_it is not None and on_it.person != action.by and not action.arguments.get("over"):
        raise DeskError(
            f"{on_it.person} is on it since {on_it.since:%H:%M} UTC. Ask, or take it over (over=true); it is free again when "
            f"{on_it.person} leaves it, or has done nothing about it by {on_it.until:%H:%M} UTC."
        )


def _same(known: Action, said: Action) -> Action:
    if (
        replace(
            said,
            at=known.at,
            generation=known.generation,
            seq=known.seq,
            sha256=known.sha256,
            arguments=dict(said.arguments),
        )
        != known
    ):
        raise DeskError(f"The action {said.action_id} is in the log with other content. Give a new action a new id.")
    return known


def _is_told(told: Outcome | None, said: Outcome) -> bool:
    return told is not None and (told.outcome, told.message, told.made, told.run_id) == (
        said.outcome,
        said.message,
        said.made,
        said.run_id,
    )

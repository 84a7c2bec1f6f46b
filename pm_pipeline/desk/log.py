"""The action log: one file in PM_HOME/desk that people's actions are appended to, whatever the warehouse is doing.

Whoever appends holds an OS lock for the few milliseconds it takes, reads what others added before, writes one line that holds
the hash of the line before it, and returns when the disk has it. An anchor beside the log (the number and hash of its last line)
tells a log that lost its end. A line that a crash cut short is put aside in `torn/`, named in the log, and shown by every check.

    actions.jsonl         the log            actions.jsonl.anchor   where it ended
    actions.jsonl.lock    the lock           torn/                  what crashes left
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pm_pipeline.desk.line import FIRST, Action, Line, Outcome, Torn, digest, write
from pm_pipeline.desk.reading import Item, ItemState, Reading
from pm_pipeline.errors import DeskError
from pm_pipeline.warehouse.unit import Link, anchor_path, utc_now, write_anchor

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
        self.wait_seconds = wait_seconds
        self._reading = Reading(self.path)
        self._guard = threading.Lock()

    def append(self, action: Action, *, seen: int | None = None) -> Action:
        """Add an action; returns it with its line number and hash, once the disk has it.

        seen: `last_seq` of the item when the person looked at it; what somebody else did about the item since refuses the action.
        An action whose id the log has already, with the same content, is not added again. Raises DeskError.
        """
        with self._guard, self._locked():
            self._make_ready()
            known = self._reading.actions.get(action.action_id)
            if known is not None:
                return _same(known, action)
            self._check_others(action, seen)
            self._write([action])
            return self._reading.actions[action.action_id]

    def settle(self, outcomes: Sequence[Outcome]) -> int:
        """Tell the log what became of actions; what it says already is not said again. Returns how many lines were added."""
        with self._guard, self._locked():
            self._make_ready()
            told = self._reading.outcomes
            fresh = [one for one in outcomes if not _is_told(told.get(one.action_id), one)]
            self._write(fresh)
        return len(fresh)

    def is_begun(self) -> bool:
        """Whether anything was ever written to it."""
        return self.path.exists() or anchor_path(self.path).exists()

    def make_ready(self) -> None:
        """Put aside and name what a crash left. Raises DeskError when the log is not whole."""
        with self._guard, self._locked():
            self._make_ready()

    def state(self, kind: str, item: str, now: dt.datetime | None = None) -> ItemState:
        """What the log says of one item of work. Takes no lock: it never waits for anybody."""
        with self._guard:
            self._reading.refresh()
            return self._reading.state((kind, item), now or utc_now())

    def states(self, kind: str | None = None, now: dt.datetime | None = None) -> dict[Item, ItemState]:
        """The same of every item the log speaks of, or of those of one kind."""
        at = now or utc_now()
        with self._guard:
            self._reading.refresh()
            return {item: self._reading.state(item, at) for item in self._reading.by_item if kind in (None, item[0])}

    def actions(self) -> list[Action]:
        """Every action, in order."""
        with self._guard:
            self._reading.refresh()
            return list(self._reading.actions.values())

    def outcomes(self) -> dict[str, Outcome]:
        """action_id -> the newest outcome told."""
        with self._guard:
            self._reading.refresh()
            return dict(self._reading.outcomes)

    def faults(self) -> list[tuple[str, str]]:
        """Read the whole file again; (where, what is wrong) of every broken link, lost line and line a crash left unnamed."""
        with self._guard, self._locked():
            whole = Reading(self.path)
            whole.refresh()
            found = self._broken(whole)
            if whole.rest:
                found.append(("the end", f"the last {len(whole.rest)} bytes are no whole line: a crash while writing. The next action puts "
                              "them aside and names them"))  # fmt: skip
            found += [
                (name, "a line that a crash left unfinished, not named in the log yet; the next action does")
                for name in self._unnamed(whole)
            ]
        return found

    def torn(self) -> list[Torn]:
        """The lines that crashes left unfinished and the log names."""
        with self._guard:
            self._reading.refresh()
            return list(self._reading.torn)

    def _make_ready(self) -> None:
        """Read what others wrote, refuse a log that is not whole, put aside what a crash left. Called under the lock."""
        self._reading.refresh()
        if self._broken(self._reading):  # it may have been mended in place: look at all of it again
            self._reading = Reading(self.path)
            self._reading.refresh()
        faults = self._broken(self._reading)
        if faults:
            where, what = faults[0]
            raise DeskError(f"{self.path}, {where}: {what}. {WAY_OUT}")
        if not anchor_path(self.path).exists():
            write_anchor(self.path, Link(0, FIRST))
        if self._reading.rest:
            self._put_aside(self._reading.rest)
            os.truncate(self.path, self.path.stat().st_size - len(self._reading.rest))
            self._reading.refresh()
        self._write([self._name(one) for one in self._unnamed(self._reading)])

    def _check_others(self, action: Action, seen: int | None) -> None:
        item = (action.kind, action.item)
        others = [one for one in self._reading.by_item.get(item, []) if one.by != action.by]
        if seen is not None and others and others[-1].seq > seen:
            raise DeskError(
                f"{others[-1].by} has said {others[-1].action} about this {action.kind.replace('_', ' ')} at {others[-1].at:%H:%M} UTC, after "
                "you looked at it. Look at it again, then decide."
            )
        on_it = self._reading.state(item, action.at).on_it
        if (
            action.action == "take"
            and on_it is not None
            and on_it.person != action.by
            and not action.arguments.get("over")
        ):
            raise DeskError(
                f"{on_it.person} is on it since {on_it.since:%H:%M} UTC. Ask, or take it over (over=true); it is free again when "
                f"{on_it.person} leaves it, or has done nothing about it by {on_it.until:%H:%M} UTC."
            )

    def _write(self, lines: Iterable[Line]) -> None:
        """Append whole lines and move the anchor. Called under the lock, on a log that is ready."""
        seq, prev, text = len(self._reading.hashes), self._reading.last_hash, bytearray()
        for line in lines:
            seq += 1
            raw = write(replace(line, seq=seq), seq, prev)
            prev = digest(raw)
            text += raw + b"\n"
        if not text:
            return
        _append(self.path, bytes(text))
        write_anchor(self.path, Link(seq, prev))
        self._reading.refresh()

    def _broken(self, reading: Reading) -> list[tuple[str, str]]:
        return [*reading.faults, *self._anchor_faults(reading)]

    def _anchor_faults(self, reading: Reading) -> list[tuple[str, str]]:
        stated, lines = anchor_path(self.path), len(reading.hashes)
        if not stated.exists():
            return (
                [(stated.name, "the anchor is missing, so it cannot be shown that the log has all its lines")]
                if lines
                else []
            )
        try:
            said = json.loads(stated.read_text())
            anchor = Link(int(said["seq"]), str(said["hash"]))
        except (ValueError, KeyError, TypeError):
            return [(stated.name, "the anchor cannot be read")]
        if anchor.seq > lines:
            return [
                (
                    "the end",
                    f"the log has {lines} lines, but {anchor.seq} were written: it lost its end, or is an older copy",
                )
            ]
        if anchor.seq and reading.hashes[anchor.seq - 1] != anchor.hash:
            return [(f"line {anchor.seq}", "it is not the line that was written there: its hash is not the anchor's")]
        return []

    def _put_aside(self, rest: bytes) -> None:
        folder = self.folder / "torn"
        folder.mkdir(exist_ok=True, mode=0o700)
        path = folder / f"{len(self._reading.hashes) + 1}-{digest(rest)[:12]}.txt"
        if not path.exists():
            fresh = path.with_suffix(".new")
            fresh.unlink(missing_ok=True)
            _append(fresh, rest)
            fresh.replace(path)

    def _unnamed(self, reading: Reading) -> list[str]:
        named = {one.kept_as for one in reading.torn}
        return sorted(one for path in (self.folder / "torn").glob("*.txt") if (one := f"torn/{path.name}") not in named)

    def _name(self, kept_as: str) -> Torn:
        content = (self.folder / kept_as).read_bytes()
        return Torn(utc_now(), len(content), digest(content), kept_as)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the OS lock of the log; it dies with the process. Raises DeskError when others keep it for too long."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.path.with_name(f"{NAME}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            deadline = time.monotonic() + self.wait_seconds
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= deadline:
                        raise DeskError(
                            f"Another process has kept the lock of {self.path} for {self.wait_seconds:.0f} seconds; nothing was written. "
                            "Do it again in a moment; when it stays so, look for a `pm` process that hangs."
                        ) from None
                    time.sleep(0.002)
            yield
        finally:
            os.close(descriptor)


def _append(path: Path, text: bytes) -> None:
    """Add bytes to a private file, on the disk when this returns; all of them or none. Raises DeskError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        before = os.fstat(descriptor).st_size
        try:
            left = memoryview(text)
            while left:
                left = left[os.write(descriptor, left) :]
            os.fsync(descriptor)
        except OSError as problem:
            os.ftruncate(descriptor, before)
            raise DeskError(
                f"{path} could not be written ({problem.strerror}). Nothing was kept. Make room (see `df`), then do it again."
            ) from None
    finally:
        os.close(descriptor)


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

"""A desk in a small world, for tests: people say things, a run applies them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import duckdb

from pm_pipeline.audit.verify import Violation, verify
from pm_pipeline.config import Config
from pm_pipeline.desk import Action, ActionLog, record
from pm_pipeline.desk.apply import Applied, apply
from tests.money import TODAY


class HasWarehouse(Protocol):
    """A world of one of the stages' tests."""

    con: duckdb.DuckDBPyConnection
    config: Config


@dataclass
class Office:
    """People at the desk of a world; its log lies in `folder`/desk."""

    world: HasWarehouse
    folder: Path
    today: dt.date = TODAY
    runs: int = 0
    log: ActionLog = field(init=False)

    def __post_init__(self) -> None:
        self.log = ActionLog(self.folder / "desk")

    def say(
        self, kind: str, item: str, action: str, by: str = "wren", why: str = "because", **arguments: Any
    ) -> Action:
        """Log an action."""
        return record(
            self.world.config, self.log, by=by, kind=kind, item=item, action=action, why=why, arguments=arguments
        )

    def run(self) -> Applied:
        """Apply what is not applied."""
        self.runs += 1
        return apply(
            self.world.con, self.world.config, self.log.folder, self.folder / "letters", self.today, f"desk {self.runs}"
        )

    def done(self, kind: str, item: str, action: str, by: str = "wren", why: str = "because", **arguments: Any) -> str:
        """Say one thing and apply it; returns what became of it, `applied: ...` or `refused: ...`."""
        said = self.say(kind, item, action, by, why, **arguments)
        assert self.run().fault is None
        return self.became(said)

    def became(self, said: Action) -> str:
        """What the warehouse says of an action; the log must say the same."""
        row = self.world.con.execute(
            "SELECT outcome, message FROM desk.applied WHERE action_id = ?", [said.action_id]
        ).fetchone()
        assert row is not None
        told = self.log.outcomes()[said.action_id]
        assert (told.outcome, told.message) == row
        return f"{row[0]}: {row[1]}"

    def made(self, said: Action) -> str:
        """The id of what an action became."""
        made = self.log.outcomes()[said.action_id].made
        assert made is not None
        return made

    def verify(self) -> list[Violation]:
        """Every invariant, that of the desk with its log."""
        return verify(self.world.con, log=self.log)

"""Two months of a small ledger, and what people and late runs do to it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import duckdb

from pm_pipeline import closing, ledger
from pm_pipeline.desk import ActionLog
from pm_pipeline.receivables.money import Wanted, ask
from pm_pipeline.warehouse import unit
from tests.money import CO45, PR2, World, claim, line

JUNE, JULY, AUGUST = (closing.Month.read(f"2026-0{number}") for number in (6, 7, 8))
IN_JUNE, IN_JULY, IN_AUGUST = dt.date(2026, 6, 20), dt.date(2026, 7, 5), dt.date(2026, 8, 3)
# the A/R of June and July, worked out by hand: (opening, late, charges, responsibility, payments, contractual, write-offs, transfers, closing)
JUNE_FIGURES = {
    "patient": (0, 0, 0, 0, 0, 0, 0, 3_000, 3_000),
    "primary": (0, 0, 30_000, 0, -9_000, -8_000, 0, -3_000, 10_000),
}
JULY_FIGURES = {
    "patient": (3_000, 0, 0, 0, 0, 0, 0, 0, 3_000),
    "primary": (10_000, 0, 0, 0, -6_000, -4_000, 0, 0, 0),
}


@dataclass
class Books:
    """A world whose ledger has two months, and the acts of people about it."""

    world: World

    @classmethod
    def lived(cls, con: duckdb.DuckDBPyConnection, folder: Path) -> Self:
        """Make it."""
        world = World(con, folder)
        world.bill("CLAIM1", {"A": 10_000})
        world.bill("CLAIM2", {"B": 20_000})
        world.post(
            world.remittance(
                claim("CLAIM2", line("B", 20_000, 9_000, CO45(8_000), PR2(3_000)), number="ICN2"), trace="T1"
            ),
            today=IN_JUNE,
        )
        world.post(world.remittance(claim("CLAIM1", line("A", 10_000, 6_000, CO45(4_000))), trace="T2"), today=IN_JULY)
        con.execute(
            "INSERT INTO transport.file VALUES ('empty', 'in', 'feed', 1, DATE '2026-08-01', now()::TIMESTAMP, 'r')"
        )
        return cls(world)

    @property
    def con(self) -> duckdb.DuckDBPyConnection:
        """Its warehouse."""
        return self.world.con

    @property
    def log(self) -> ActionLog:
        """The action log of its desk, at which nothing was said yet."""
        return ActionLog(self.world.folder / "desk")

    def close(self, month: closing.Month, by: str = "idris", today: dt.date = IN_AUGUST, **more: bool) -> str:
        """Close a month."""
        return closing.close(
            self.con, self.world.config, month, log=self.log, actor=by, today=today, run_id="c", **more
        )

    def reopen(self, month: closing.Month, by: str = "idris", why: str = "a deposit was missing") -> str:
        """Reopen it."""
        return closing.reopen(self.con, self.world.config, month, actor=by, reason=why, today=IN_AUGUST, run_id="c")

    @classmethod
    def of_deposits_alone(cls, con: duckdb.DuckDBPyConnection, folder: Path) -> Self:
        """One whose July is a deposit of 5.00 that nobody knows the claim of: money, and no A/R."""
        world = World(con, folder)
        con.execute(
            "INSERT INTO transport.file VALUES ('empty', 'in', 'feed', 1, DATE '2026-08-01', now()::TIMESTAMP, 'r')"
        )
        with unit(con, "deposit", "r") as work, ledger.proposals(con):
            con.executemany(
                "INSERT INTO ledger_proposal (txn_key, txn_kind, entry_kind, account, sub_account, cents, practice_id, effective_on, file_id, "
                "segment_no, policy_id, policy_version, rule_id) VALUES ('k', 'deposit', 'deposit', ?, ?, ?, 'HARBOR', DATE '2026-07-01', 'empty', 1, 'p', 1, 'r')",
                [("BANK", "none", 500), ("CASH_CLEARING", "eft", -500)],
            )
            ledger.post(con, work, "deposit", dt.date(2026, 7, 1))
        return cls(world)

    def copay(self, cents: int, on: dt.date, claim_id: str = "CLAIM2") -> None:
        """The patient pays; a run over a past day posts on that day."""
        wanted = Wanted("patient_payment", claim_id, cents=cents, method="card")
        ask(self.con, self.world.config, wanted, actor="wren", reason="copay", today=on, run_id="m")

    def figures(self, close_id: str) -> dict[str, tuple[int, ...]]:
        """Party -> the roll-forward of a closing, in the order of its columns."""
        rows = self.con.execute(
            "SELECT * EXCLUDE (close_id, practice_id) FROM closing.roll_forward WHERE close_id = ? ORDER BY party",
            [close_id],
        ).fetchall()
        return {row[0]: row[1:] for row in rows}

    def read(self, month: closing.Month) -> dict[str, Any]:
        """The newest closing of a month."""
        return closing.closing(self.con, month.text)

    def close_june_and_pay_late(self) -> None:
        """June closed, and 10.00 of the patient posted into it afterwards."""
        self.close(JUNE)
        self.copay(1_000, on=IN_JUNE)

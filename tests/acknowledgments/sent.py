"""An interchange of ours that was sent, and the answers to it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Self

import duckdb

from pm_pipeline import acknowledgments
from pm_pipeline.scrub.events import new_events
from pm_pipeline.transport.opening import open_landed
from pm_pipeline.warehouse import unit
from tests.answers import interchange
from tests.money import World

TODAY = dt.date(2026, 6, 3)


class Sent:
    """One interchange (ISA13 7, GS06 70) of two sets: 701 with claims C1 and C2, 702 with C3."""

    def __init__(self, world: World) -> None:
        """The interchange is there already: `made` was used, or what it wrote was put into the world."""
        self.world, self.con, self.number = world, world.con, 0

    @classmethod
    def made(cls, con: duckdb.DuckDBPyConnection, folder: Path) -> Self:
        """Make it in an empty warehouse."""
        sent = cls(World(con, folder))
        sent._send()
        return sent

    def _send(self) -> None:
        for claim_id in ("C1", "C2", "C3"):
            self.world.bill(claim_id, {f"X{claim_id}": 10_000})
        self.con.execute(
            "INSERT INTO submission.interchange VALUES (7, 70, 'clearinghouse', ?, 'out', '837P_7.edi', 1, 2, 3, 30000, now()::TIMESTAMP, 'r')",
            [TODAY],
        )
        for st02, claims in ((701, ("C1", "C2")), (702, ("C3",))):
            self.con.execute(
                "INSERT INTO submission.transaction_set VALUES (?, 7, ?, ?, 3, 9)", [st02, f"B{st02}", len(claims)]
            )
            for claim_id in claims:
                self.con.execute(
                    "INSERT INTO submission.batch_claim VALUES (?, 1, 7, ?, 'BLHRB', '1', NULL, 'h', 10000, 3, 9, ?, 'r')",
                    [claim_id, st02, TODAY],
                )
        for kind, state in (("prepared", "prepared"), ("sent", "sent")):
            with unit(self.con, "sent", "r"), new_events(self.con, "r"):
                self.con.execute(
                    "INSERT INTO new_claim_event SELECT claim_id, 1, ?, ?, '7', ?, NULL, NULL, NULL FROM submission.batch_claim",
                    [kind, state, TODAY],
                )

    def send_again(self, claim_id: str, isa13: int, st02: int) -> None:
        """The claim, fixed, goes out as its second version in an interchange of its own (BHT03 is B and the ST02)."""
        self.con.execute(
            "INSERT INTO submission.interchange VALUES (?, ?, 'clearinghouse', ?, 'out', ?, 1, 1, 1, 10000, now()::TIMESTAMP, 'r')",
            [isa13, isa13 * 10, TODAY, f"837P_{isa13}.edi"],
        )
        self.con.execute("INSERT INTO submission.transaction_set VALUES (?, ?, ?, 1, 3, 9)", [st02, isa13, f"B{st02}"])
        self.con.execute(
            "INSERT INTO submission.batch_claim VALUES (?, 2, ?, ?, 'BLHRB', '1', NULL, 'h2', 10000, 3, 9, ?, 'r')",
            [claim_id, isa13, st02, TODAY],
        )
        for version, kind, state in ((None, "reopen", "released"), (2, "prepared", "prepared"), (2, "sent", "sent")):
            with unit(self.con, "again", "r"), new_events(self.con, "r"):
                self.con.execute(
                    "INSERT INTO new_claim_event VALUES (?, ?, ?, ?, ?, ?, NULL, NULL, NULL)",
                    [claim_id, version, kind, state, str(isa13), TODAY],
                )

    def answer(
        self, *segments: str, guide: str = "", st01: str = "", partner: str = "clearinghouse", load: bool = True
    ) -> acknowledgments.Acknowledged:
        """Land an interchange: TA1 segments alone, or one set of `guide` holding the segments; load it unless told not to."""
        self.number += 1
        usage = "P" if partner == "bank" else "T"
        at = dt.datetime(2026, 6, 3, 9, self.number)
        text = interchange(segments, self.number, at, guide=guide, st01=st01, usage=usage)
        self.world.land(text, TODAY, partner)
        return self.load() if load else acknowledgments.Acknowledged()

    def load(self) -> acknowledgments.Acknowledged:
        """Open and load what has landed."""
        open_landed(self.con, self.world.store, self.world.config, TODAY, "r")
        return acknowledgments.run(self.con, self.world.store, TODAY, f"r{self.number}")

    def ta1(self, *segments: str, partner: str = "clearinghouse", load: bool = True) -> acknowledgments.Acknowledged:
        return self.answer(*segments, partner=partner, load=load)

    def set_answer(
        self, *segments: str, partner: str = "clearinghouse", load: bool = True
    ) -> acknowledgments.Acknowledged:
        return self.answer(*segments, guide="005010X231A1", st01="999", partner=partner, load=load)

    def old_set_answer(self, *segments: str) -> acknowledgments.Acknowledged:
        """A 997."""
        return self.answer(*segments, guide="005010X230", st01="997")

    def claim_answer(self, *segments: str, partner: str = "clearinghouse") -> acknowledgments.Acknowledged:
        return self.answer(*segments, guide="005010X214", st01="277", partner=partner)

    @property
    def states(self) -> dict[str, str]:
        return dict(self.con.execute("SELECT claim_id, state FROM scrub.claim_state ORDER BY 1").fetchall())

    def problems(self) -> list[str]:
        """Codes of the problems found, sorted."""
        return self.world.problems()

    def said(self, code: str) -> str:
        """The text of the one problem with this code."""
        ((text,),) = self.con.execute("SELECT text FROM transport.problem WHERE code = ?", [code]).fetchall()
        return str(text)


def all_in(state: str) -> dict[str, str]:
    """Every claim in one state."""
    return dict.fromkeys(("C1", "C2", "C3"), state)

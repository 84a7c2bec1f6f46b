"""The claim to a later payer on its way: sent by the real path, answered by a partner the test plays."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from pm_pipeline import acknowledgments, receivables, submission
from pm_pipeline.receivables.secondary import due_claims
from pm_pipeline.scrub.events import new_events
from pm_pipeline.submission import Submitted
from pm_pipeline.transport.store import FileStore
from pm_pipeline.warehouse import unit
from tests.answers import interchange
from tests.money import CO45, PR2, TODAY, Adjustment, World, claim, line
from tests.receivables.test_secondary import FIRST, answered, covered
from tests.submission.conftest import FakePartner

CLAIM = claim("C1", line("A", 10_000, 6_400, CO45(2_000), PR2(1_600)))
CORRECTED = claim("C1", line("A", 10_000, 5_600, CO45(3_000), PR2(1_400)), number="ICN2")
SECOND = claim("C1", line("A", 10_000, 1_600, Adjustment("OA", "23", 8_400)), status="2", number="S1")


@dataclass
class Office:
    """A claim whose first payer left 16.00 to the second, and the practice's runs from there on."""

    world: World
    partner: FakePartner = field(default_factory=FakePartner)
    today: dt.date = TODAY
    answers: int = 0

    def __post_init__(self) -> None:
        self.con = self.world.con
        self.outbox = FileStore(self.world.folder / "outbox")
        covered(self.world, "SMDCR", "SMTML", A=10_000)
        with unit(self.con, "sent", "r"), new_events(self.con, "r"):
            self.con.execute(
                "INSERT INTO new_claim_event VALUES ('C1', 1, 'prepared', 'prepared', 'x', ?, NULL, NULL, NULL)",
                [FIRST],
            )
        self.answer_money(CLAIM, payer="SMDCR", on=FIRST)

    def next_day(self, days: int = 1) -> None:
        """Days pass, and receivables looks."""
        self.today += dt.timedelta(days)
        receivables.run(self.con, self.world.config, self.today, f"day {self.today}")

    def answer_money(self, *claims: object, payer: str, on: dt.date) -> None:
        """An 835 is posted."""
        answered(self.world, *claims, payer=payer, on=on)  # type: ignore[arg-type]

    def submit(self) -> Submitted:
        """One run of submission, the way the pipeline runs it."""
        now = dt.datetime.combine(self.today, dt.time(20, 30))
        return submission.run(
            self.con,
            self.partner.session,
            self.world.config,
            self.outbox,
            self.today,
            f"sub {self.today}",
            now,
            due_claims,
        )

    def sent_text(self) -> list[str]:
        """The interchanges frozen, in order."""
        rows = self.con.execute("SELECT file_id FROM submission.interchange ORDER BY isa13").fetchall()
        return [self.outbox.read(row[0]).decode() for row in rows]

    def sent(self) -> list[tuple[object, ...]]:
        """What was sent to later payers: turn, version, frequency, payer's number, payer."""
        return self.con.execute(
            "SELECT payer_turn, version, frequency, payer_claim_number, payer_id FROM submission.later_claim ORDER BY 1, 2"
        ).fetchall()

    def state(self) -> str | None:
        """Where the newest claim to the second payer stands."""
        row = self.con.execute(
            "SELECT state FROM submission.later_state WHERE payer_turn = 'secondary' ORDER BY version DESC"
        ).fetchone()
        return row[0] if row else None

    def diary(self) -> list[str]:
        """What the claim's diary says of its way to the second payer."""
        rows = self.con.execute(
            "SELECT kind FROM scrub.claim_event WHERE kind LIKE 'secondary%' ORDER BY seq"
        ).fetchall()
        return [row[0] for row in rows]

    def claim_state(self) -> tuple[object, ...] | None:
        """State and version of the claim itself: the first payer's."""
        return self.con.execute("SELECT state, version FROM scrub.claim_state WHERE claim_id = 'C1'").fetchone()

    def work(self) -> dict[str, str]:
        """Open work on the claim, but for what a contract says of its prices: kind -> text."""
        return dict(
            self.con.execute(
                "SELECT kind, text FROM receivables.open_work WHERE claim_id = 'C1' AND kind <> 'underpayment' ORDER BY 1"
            ).fetchall()
        )

    def answer(self, *segments: str, guide: str = "", st01: str = "") -> acknowledgments.Acknowledged:
        """An answer of the partner is landed and loaded: TA1 segments alone, or one set of `guide`."""
        self.answers += 1
        at = dt.datetime.combine(self.today, dt.time(6, self.answers))
        text = interchange(segments, 900 + self.answers, at, guide=guide, st01=st01)
        self.world.land(text, self.today)
        self.world.load(self.today)
        return acknowledgments.run(self.con, self.world.store, self.today, f"ack {self.answers}")

    def ta1(self, code: str, note: str = "000") -> None:
        """TA1 to the last interchange."""
        isa13 = self._last("max(isa13)")
        self.answer(f"TA1*{isa13:09d}*260702*2030*{code}*{note}")

    def set_answer(self, code: str) -> None:
        """999 to the last interchange's one set."""
        gs06, st02 = self._last("max(gs06)"), self._last("max(st02)", "transaction_set")
        self.answer(
            f"AK1*HC*{gs06}*005010X222A1", f"AK2*837*{st02:04d}*005010X222A1", f"IK5*{code}",
            f"AK9*{code}*1*1*{1 if code == 'A' else 0}", guide="005010X231A1", st01="999",
        )  # fmt: skip

    def claim_answer(self, status: str, reference: str | None = None, number: str = "S1") -> None:
        """277CA: a status of C1, in the last batch unless `reference` (BHT03; empty: none) names another."""
        if reference is None:
            reference = f"{self._last('max(st02)', 'transaction_set'):09d}"
        self.answer(
            "BHT*0085*08*1*20260702*0600*TH", "HL*1**20*1", "NM1*PR*2*SANDBOX*****46*SANDBOXCH", "TRN*1*1", "DTP*050*D8*20260702",
            "DTP*009*D8*20260702", "HL*2*1*21*1", "NM1*41*2*HARBOR VIEW*****46*HARBORVIEW", f"TRN*2*{reference or 'NONE'}", "STC*A1:19:PR*20260702*WQ*100",
            "HL*3*2*19*1", "NM1*85*2*HARBOR VIEW*****XX*1990300018", "HL*4*3*PT", "NM1*QC*1*TESTER*TILDA****MI*1234567890", "TRN*2*C1",
            f"STC*{status}*20260702*{'U' if status.startswith(('A3', 'A7')) else 'WQ'}*100", f"REF*1K*{number}", "DTP*472*D8*20260601",
            guide="005010X214", st01="277",
        )  # fmt: skip

    def _last(self, what: str, table: str = "interchange") -> int:
        row = self.con.execute(f"SELECT {what} FROM submission.{table}").fetchone()
        assert row is not None
        return int(row[0])

"""What a payer answers: which claims are ready, what is taken back, what goes on to the next payer.

Each answer is one CLP. A replacement or void first takes the answer in force back; a correction of the payer's own does
the same under the same numbers. What all of it costs is in payments.py.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from dataclasses import replace

from pydantic import TypeAdapter

from pm_pipeline.config import Config
from pm_pipeline.config.models import Payer
from pm_pipeline.sandbox.draw import Draw
from pm_pipeline.sandbox.entry import REMIT, TURNS, Entry, patient_share, reversal, with_lines
from pm_pipeline.sandbox.follow_up import FollowUps
from pm_pipeline.sandbox.hard import Hard
from pm_pipeline.sandbox.hard_reversals import allowed_after_all
from pm_pipeline.sandbox.payers import Case, Judge, as_told, cost_share
from pm_pipeline.sandbox.plan import Plan
from pm_pipeline.sandbox.read_837 import Claim
from pm_pipeline.sandbox.slips import slips
from pm_pipeline.sandbox.store import Store
from pm_pipeline.x12.write_835 import Name, RemitClaim, RemitLine

CLAIM = TypeAdapter(Claim)
ANSWERED = {"primary": "1", "secondary": "2", "tertiary": "3"}  # CLP02
FORWARDED = "19"
FILING = {"BL": "12", "CI": "15"}  # SBR09 -> CLP06, where the 835 guide has another code


class Answers:
    """The payers' answers. `ready` gives what one payer sends on one day, `file` writes it into the books."""

    def __init__(self, store: Store, plan: Plan, config: Config, draw: Draw, follow_ups: FollowUps, hard: Hard) -> None:
        self.store, self.plan, self.draw, self.follow_ups, self.hard = store, plan, draw, follow_ups, hard
        self.judge = Judge(store, plan, draw)
        self.payers = {payer.payer_id: payer for payer in config.payers}

    def ready(self, payer: Payer, day: dt.date) -> list[Entry]:
        """Everything one payer has ready, reversals right before what replaces them."""
        found = [*self._corrections(payer, day), *self._claims(payer, day), *self._forwarded(payer, day)]
        return self.hard.vary(payer, found, day)

    def file(self, payer: Payer, payment_id: str, place: int, entry: Entry, day: dt.date, seen_on: dt.date) -> None:
        """Write one CLP into the books, and plan what follows: crossover, correction, a change by the practice once it has
        seen the answer."""
        remit = entry.remit
        entry.adjudication_id = self.store.add(
            "adjudication", clm01=remit.clp01, turn=entry.turn, payer_id=payer.payer_id, kind=entry.kind,
            claim_no=entry.claim_no, reverses=entry.reverses, payment_id=payment_id, place=place, status=remit.status,
            charge_cents=remit.charge_cents, paid_cents=remit.paid_cents, visit=entry.visit,
            patient_id=entry.patient_id,
            body=REMIT.dump_json(remit).decode(), is_suspended=entry.is_suspended,
        )  # fmt: skip
        if entry.kind in ("reversal", "duplicate") or entry.is_suspended or entry.is_final:
            return
        self._send_on(entry, day)
        if (
            entry.turn == "primary"
            and entry.kind == "answer"
            and not self._will_correct(payer, entry, day)
            and entry.visit
        ):
            refused = frozenset(one.carc for line in remit.lines for one in line.adjustments if not line.paid_cents)
            self.follow_ups.after_answer(entry.visit, entry.patient_id, remit.paid_cents, refused, seen_on)

    def _send_on(self, entry: Entry, day: dt.date) -> None:
        """Crossover: what is left goes to the next payer, without a claim of the practice's."""
        left = sum(map(cost_share, entry.remit.lines))
        chained = entry.turn == "secondary" and entry.forwarded_from is not None and left > 0
        if not entry.remit.forwarded_to and not chained:
            return
        later = TURNS[TURNS.index(entry.turn) + 1]
        if member := self._member(entry.patient_id, TURNS.index(later) + 1):
            days = self.draw.between(self.plan.claims.secondary_days, "forwarded", entry.remit.clp01, later)
            self.store.do(
                "INSERT OR IGNORE INTO forwarded VALUES (?, ?, ?, ?, ?, NULL)",
                [entry.remit.clp01, later, member["payer_id"], entry.adjudication_id, _later(day, days)],
            )

    def _will_correct(self, payer: Payer, entry: Entry, day: dt.date) -> bool:
        """Some answers the payer takes back weeks later. Only where no other payer has built on them."""
        outcomes, clm01 = self.plan.claims, entry.remit.clp01
        if self.follow_ups.has_other_coverage(entry.patient_id):
            return False
        style = self.hard.rethinks(entry)
        if style is None:
            if entry.remit.paid_cents <= 0 or not self.draw.happens(outcomes.payer_correction, "payer corrects", clm01):
                return False
            style = self.draw.pick(["up", "down", "denied"], "style", clm01)
        days = self.draw.between(outcomes.payer_correction_days, "corrects on", clm01)
        self.store.do(
            "INSERT INTO correction VALUES (?, ?, ?, ?, NULL)",
            [entry.adjudication_id, payer.payer_id, _later(day, days), style],
        )
        return True

    def _claims(self, payer: Payer, day: dt.date) -> list[Entry]:
        """Claims received whose time has come; a replacement or void takes the answer in force back first."""
        waiting = (
            "SELECT * FROM claim WHERE payer_id = ? AND is_accepted = 1 AND adjudicated_on IS NULL AND ready_on <= ? "
            "ORDER BY ready_on, clm01, turn"
        )
        entries: list[Entry] = []
        for row in self.store.all(waiting, [payer.payer_id, day.isoformat()]):
            claim = CLAIM.validate_json(row["body"])
            self.store.do("UPDATE claim SET adjudicated_on = ? WHERE claim_no = ?", [day.isoformat(), row["claim_no"]])
            before = self._in_force(claim.clm01, row["turn"])
            if before is not None and claim.frequency in ("7", "8"):
                entries.append(self._reversal(before))
            if claim.frequency != "8":
                entries.append(self._answer(payer, row, claim, before))
        return entries

    def _answer(self, payer: Payer, row: sqlite3.Row, claim: Claim, before: sqlite3.Row | None) -> Entry:
        received_on = dt.date.fromisoformat(row["received_on"])
        case = self._case(payer, claim, row["patient_id"], received_on)
        replaced = before is not None and claim.frequency == "7"
        again = before is not None and not replaced
        kind = "correction" if replaced else "duplicate" if again else "answer"
        original = claim.original_number if replaced else None
        if row["turn"] == "primary" or again:
            found = self.slips(row["visit"], received_on) if self.plan.faults.slips else {}
            lines = self.judge.primary(replace(case, is_answered=again, is_replacement=replaced, slips=found))
        else:
            told = as_told(claim)
            lines = self.judge.out_of_turn(case) if told is None else self.judge.next_payer(case, told)
        entry = Entry(
            self._remit(case, lines, row["turn"], row["payer_claim_number"], original), row["turn"], kind,
            row["claim_no"], visit=row["visit"], patient_id=row["patient_id"],
        )  # fmt: skip
        return self._forward(payer, entry) if row["turn"] == "primary" else entry

    def slips(self, visit: str | None, received_on: dt.date) -> dict[tuple[str, str, int], tuple[str, str]]:
        """The lines of a visit (procedure, modifiers, cents) that had a slip when a claim for it was received, and what each is
        refused for: group and CARC. What the practice had put right by then has none."""
        reasons = {slip.rule: slip.refused for slip in slips()}
        rows = self.store.all(
            "SELECT procedure_code, modifiers, cents, code FROM charge JOIN planted ON item_id = charge_id AND stage = 'scrub' "
            "WHERE visit = ? AND NOT EXISTS (SELECT 1 FROM charge AS later WHERE later.original_charge_id = charge.charge_id "
            "AND later.delivered_on <= ?)",
            [visit, received_on.isoformat()],
        )
        return {
            (row["procedure_code"], row["modifiers"], row["cents"]): reasons[row["code"]]
            for row in rows
            if row["code"] in reasons
        }

    def _forwarded(self, payer: Payer, day: dt.date) -> list[Entry]:
        """Claims that came from the payer before (crossover), without a claim of ours."""
        waiting = (
            "SELECT * FROM forwarded WHERE payer_id = ? AND done_on IS NULL AND ready_on <= ? ORDER BY ready_on, clm01"
        )
        entries: list[Entry] = []
        for row in self.store.all(waiting, [payer.payer_id, day.isoformat()]):
            self.store.do(
                "UPDATE forwarded SET done_on = ? WHERE clm01 = ? AND turn = ?",
                [day.isoformat(), row["clm01"], row["turn"]],
            )
            source = self._adjudication(row["from_adjudication"])
            first = self.store.one(
                "SELECT * FROM claim WHERE clm01 = ? AND turn = 'primary' AND is_accepted = 1", [row["clm01"]]
            )
            member = self._member(source["patient_id"], TURNS.index(row["turn"]) + 1)
            if first is None or member is None or self._in_force(row["clm01"], row["turn"]) is not None:
                continue
            claim = CLAIM.validate_json(first["body"])
            claim.subscriber.identifier = member["member_id"]
            case = self._case(payer, claim, source["patient_id"], dt.date.fromisoformat(row["ready_on"]))
            lines = self.judge.next_payer(case, REMIT.validate_json(source["body"]).lines)
            number = f"{payer.payer_id[-3:]}{day:%y%j}{self.draw.digits(8, 'forwarded', claim.clm01, row['turn'])}"
            entry = Entry(
                self._remit(case, lines, row["turn"], number, None), row["turn"], "answer", None, visit=source["visit"],
                patient_id=source["patient_id"], forwarded_from=row["from_adjudication"],
            )  # fmt: skip
            entries.append(entry)
        return entries

    def _corrections(self, payer: Payer, day: dt.date) -> list[Entry]:
        """Answers the payer takes back of its own accord: reversal, then correction, with the same numbers."""
        due = (
            "SELECT * FROM correction WHERE payer_id = ? AND done_on IS NULL AND due_on <= ? "
            "ORDER BY due_on, adjudication_id"
        )
        entries: list[Entry] = []
        for row in self.store.all(due, [payer.payer_id, day.isoformat()]):
            self.store.do(
                "UPDATE correction SET done_on = ? WHERE adjudication_id = ?", [day.isoformat(), row["adjudication_id"]]
            )
            old = self._adjudication(row["adjudication_id"])
            replaced = "SELECT 1 FROM claim WHERE clm01 = ? AND is_accepted = 1 AND adjudicated_on IS NULL"
            if old["is_reversed"] or self.store.one(replaced, [old["clm01"]]):
                continue  # the practice was quicker
            remit = REMIT.validate_json(old["body"])
            entries.append(self._reversal(old))
            if row["style"] == "withdrawn":
                continue
            if row["style"] == "allowed_after_all":
                anew = with_lines(remit, allowed_after_all(remit.lines))
            else:
                anew = with_lines(remit, self.judge.corrected(remit.lines, row["style"]))
            entries.append(
                Entry(anew, old["turn"], "correction", old["claim_no"], None, old["visit"], old["patient_id"])
            )
        return entries

    def _reversal(self, old: sqlite3.Row) -> Entry:
        """Take an answer back; what was to go on to the next payer because of it stays here."""
        self.store.do("DELETE FROM forwarded WHERE from_adjudication = ? AND done_on IS NULL", [old["adjudication_id"]])
        self.store.do("UPDATE adjudication SET is_reversed = 1 WHERE adjudication_id = ?", [old["adjudication_id"]])
        remit = reversal(REMIT.validate_json(old["body"]))
        return Entry(
            remit, old["turn"], "reversal", old["claim_no"], old["adjudication_id"], old["visit"], old["patient_id"]
        )

    def _forward(self, payer: Payer, entry: Entry) -> Entry:
        """Mark the answer as sent on to the next payer, where this payer does that and something is left to pay."""
        target = self._member(entry.patient_id, 2)
        if not payer.crossover.forwards or target is None or not sum(map(cost_share, entry.remit.lines)):
            return entry
        second = self.payers[target["payer_id"]]
        remarks = ["MA07" if second.kind == "medicaid" else "MA18"]
        if self._member(entry.patient_id, 3) is not None:
            remarks.append("N89")
        entry.remit = replace(
            entry.remit, status=FORWARDED, forwarded_to=(second.name, second.payer_id), remarks=("MA01", *remarks)
        )
        return entry

    def _case(self, payer: Payer, claim: Claim, patient_id: str | None, received_on: dt.date) -> Case:
        ended = self.store.one(
            "SELECT effective_to FROM member WHERE patient_id = ? AND payer_id = ?", [patient_id, payer.payer_id]
        )
        covered_to = dt.date.fromisoformat(ended["effective_to"]) if ended and ended["effective_to"] else None
        return Case(
            claim, payer, self.plan.terms(payer), patient_id or claim.subscriber.identifier, received_on, covered_to
        )

    def _remit(
        self, case: Case, lines: tuple[RemitLine, ...], turn: str, number: str, original: str | None
    ) -> RemitClaim:
        claim = case.claim
        rendering = (
            Name(claim.rendering.last, claim.rendering.first, claim.rendering.identifier)
            if claim.rendering.last
            else None
        )
        return RemitClaim(
            clp01=claim.clm01, status=ANSWERED[turn], charge_cents=sum(line.charge_cents for line in lines),
            paid_cents=sum(line.paid_cents for line in lines), patient_cents=patient_share(lines),
            filing_indicator=FILING.get(case.payer.filing_indicator, case.payer.filing_indicator),
            payer_claim_number=number, place_of_service=claim.place_of_service, frequency=claim.frequency,
            patient=Name(claim.patient.last, claim.patient.first, claim.subscriber.identifier), rendering=rendering,
            lines=lines, dos_from=claim.dos_from, dos_to=claim.dos_to, received_on=case.received_on,
            original_number=original,
            remarks=("MA01",) if case.payer.kind == "medicare" else (),
        )  # fmt: skip

    def _in_force(self, clm01: str, turn: str) -> sqlite3.Row | None:
        """The answer to a claim that has not been taken back, the newest first."""
        return self.store.one(
            "SELECT * FROM adjudication WHERE clm01 = ? AND turn = ? AND kind IN ('answer', 'correction') "
            "AND is_reversed = 0 AND is_suspended = 0 ORDER BY adjudication_id DESC",
            [clm01, turn],
        )

    def _adjudication(self, adjudication_id: int) -> sqlite3.Row:
        row = self.store.one("SELECT * FROM adjudication WHERE adjudication_id = ?", [adjudication_id])
        assert row is not None
        return row

    def _member(self, patient_id: str | None, cob_order: int) -> sqlite3.Row | None:
        return self.store.one("SELECT * FROM member WHERE patient_id = ? AND cob_order = ?", [patient_id, cob_order])


def _later(day: dt.date, days: int) -> str:
    return (day + dt.timedelta(days=days)).isoformat()

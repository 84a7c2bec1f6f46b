"""The hard mix: what is rare and hard happens to answers, reversals and payments at the plan's rates (plan.hard).

At most one event for each thing, drawn by its own name, so that a plan without hard events draws nothing here. What must wait
for a person, or be looked at, is written down with the exception code that is the right answer (table planted, stage
posting); expected.py says what should be found by a day.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pm_pipeline.config.models import Payer
from pm_pipeline.sandbox import hard_answers, hard_beside, hard_reversals
from pm_pipeline.sandbox.draw import Draw
from pm_pipeline.sandbox.entry import REMIT, Entry, reversal, with_lines
from pm_pipeline.sandbox.follow_up import FollowUps
from pm_pipeline.sandbox.hard_answers import Tools
from pm_pipeline.sandbox.intake import charges_in_force
from pm_pipeline.sandbox.plan import Plan
from pm_pipeline.sandbox.read_837 import Claim
from pm_pipeline.sandbox.rows import cents
from pm_pipeline.sandbox.store import Store

AGAIN, TAKEN_BACK = "paid_again", "taken_back"


class Hard:
    """Draws and makes the hard events of one simulation."""

    def __init__(self, store: Store, plan: Plan, draw: Draw, follow_ups: FollowUps) -> None:
        self.store, self.plan, self.draw, self.follow_ups = store, plan.hard, draw, follow_ups
        self.tools = Tools(store, draw)

    def chosen(self, shares: Mapping[Any, float], *name: object) -> str | None:
        """The one event that happens to the thing of this name, if any."""
        if not shares:
            return None
        chance = self.draw.of("hard", *name).random()
        for event, share in shares.items():
            if chance < share:
                return event
            chance -= share
        return None

    def splits(self, claim: Claim, patient_id: str | None) -> bool:
        """True when the payer takes this claim in two parts (277CA A5)."""
        return (
            self.plan.splits > 0 and claim.turn == "primary" and claim.frequency == "1" and len(claim.lines) > 1
            and not self.follow_ups.has_other_coverage(patient_id) and self.draw.happens(self.plan.splits, "splits", claim.clm01)
        )  # fmt: skip

    def rethinks(self, entry: Entry) -> str | None:
        """Why the payer will take back this answer, if it does for a reason of the hard mix."""
        paid = entry.remit.paid_cents
        event = self.chosen(self.plan.rethinks, "rethinks", entry.remit.clp01)
        return event if (event == "withdrawn" and paid > 0) or (event == "allowed_after_all" and paid == 0) else None

    def vary(self, payer: Payer, entries: list[Entry], day: dt.date) -> list[Entry]:
        """The payer's CLPs of a day with the events that happen to them, and those that stand beside them."""
        if self.plan.is_empty:
            return entries
        found: list[Entry] = []
        for place, entry in enumerate(entries):
            follows = entries[place + 1] if place + 1 < len(entries) else None
            if entry.kind == "reversal" and not entry.is_final:
                self._reversal(entry, follows if follows and follows.kind == "correction" else None)
            if not self.is_plain(entry):
                found.append(entry)
            elif parts := self._parts(entry):
                found += parts
            else:
                found += self._answer(payer, entry, day)
        return [*found, *self._due(payer, day)]

    def _answer(self, payer: Payer, entry: Entry, day: dt.date) -> list[Entry]:
        name = entry.remit.clp01
        event = self.chosen(self.plan.answers, "answer", name)
        if event:
            hard_answers.EVENTS[event](entry, self.tools)
        if entry.is_suspended or event:
            return [entry]
        beside = self.chosen(self.plan.beside, "beside", name)
        if beside == AGAIN and entry.remit.paid_cents > 0:
            entry.is_final = True
            self._plan(entry, payer, AGAIN, day + dt.timedelta(days=7))
        elif beside in hard_beside.EVENTS and (extra := hard_beside.EVENTS[beside](entry, payer, self.tools)):
            return [entry, extra]
        return [entry]

    def _reversal(self, entry: Entry, correction: Entry | None) -> None:
        event = self.chosen(self.plan.reversals, "reversal", entry.reverses)
        if event == "correction_as_reversal":
            if correction:
                hard_reversals.as_reversal(correction)
        elif event and not entry.is_suspended:
            is_alone = correction is None and self._is_the_payers(entry)
            if is_alone or event not in hard_reversals.ALONE:
                hard_reversals.EVENTS[event](entry, self.tools)

    def _is_the_payers(self, entry: Entry) -> bool:
        """True when the payer takes it back of its own accord, and not because the practice voided the claim."""
        return self.store.one("SELECT 1 FROM correction WHERE adjudication_id = ?", [entry.reverses]) is not None

    def is_plain(self, entry: Entry) -> bool:
        """A first answer to a claim of one coverage whose charges stand as it billed them, and nothing else to it."""
        remit = entry.remit
        if (
            entry.kind != "answer" or entry.turn != "primary" or entry.is_suspended or entry.is_final or entry.said or not entry.visit
            or not entry.claim_no or remit.frequency != "1" or remit.forwarded_to or self.follow_ups.has_other_coverage(entry.patient_id)
            or self.store.one("SELECT 1 FROM follow_up WHERE visit = ?", [entry.visit])
        ):  # fmt: skip
            return False
        standing = charges_in_force(self.store, entry.visit)
        charged = Counter((row["procedure_code"], cents(row["charge_amount"])) for row in standing or [])
        return charged == Counter((line.procedure, line.charge_cents) for line in remit.lines)

    def _parts(self, entry: Entry) -> list[Entry]:
        """The two answers to a claim that was split on receipt."""
        row = self.store.one("SELECT second_number FROM claim WHERE claim_no = ?", [entry.claim_no])
        if row is None or not row["second_number"]:
            return []
        first, *rest = entry.remit.lines
        one = replace(entry, remit=with_lines(entry.remit, (first,)), is_final=True, planted=[])
        other = with_lines(replace(entry.remit, payer_claim_number=row["second_number"]), tuple(rest))
        return [one, replace(entry, remit=other, is_final=True, planted=[])]

    def _plan(self, entry: Entry, payer: Payer, kind: str, due_on: dt.date) -> None:
        self.store.do(
            "INSERT INTO hard_due VALUES (?, ?, ?, ?, NULL)",
            [entry.remit.clp01, payer.payer_id, kind, due_on.isoformat()],
        )

    def _due(self, payer: Payer, day: dt.date) -> list[Entry]:
        """Answers that are paid a second time, and of every other one the reversal that takes it back weeks later."""
        found: list[Entry] = []
        for row in self.store.all(
            "SELECT * FROM hard_due WHERE payer_id = ? AND done_on IS NULL AND due_on <= ? ORDER BY due_on, clm01",
            [payer.payer_id, day.isoformat()],
        ):
            answers = self.store.all(
                "SELECT adjudication.*, delivery.due_on <= ? AS has_come FROM adjudication JOIN payment USING (payment_id) LEFT JOIN delivery USING (delivery_id) "
                "WHERE clm01 = ? AND turn = 'primary' AND adjudication.kind = 'answer' AND is_suspended = 0 ORDER BY adjudication_id",
                [day.isoformat(), row["clm01"]],
            )
            self.store.do(
                "UPDATE hard_due SET done_on = ? WHERE clm01 = ? AND kind = ?",
                [day.isoformat(), row["clm01"], row["kind"]],
            )
            if not answers:
                continue
            old = answers[-1]
            remit = REMIT.validate_json(old["body"])
            if row["kind"] == AGAIN:
                again = Entry(
                    remit, "primary", "answer", old["claim_no"], None, old["visit"], old["patient_id"], is_final=True
                )
                found.append(again)
                if self.draw.happens(0.5, "taken back", row["clm01"]):
                    self._plan(again, payer, TAKEN_BACK, day + dt.timedelta(days=21))
            elif len(answers) > 1 and old["has_come"]:  # else it would take back the first
                self.store.do(
                    "UPDATE adjudication SET is_reversed = 1 WHERE adjudication_id = ?", [old["adjudication_id"]]
                )
                back = (old["claim_no"], old["adjudication_id"], old["visit"], old["patient_id"])
                found.append(Entry(reversal(remit), "primary", "reversal", *back, is_final=True))
        return found

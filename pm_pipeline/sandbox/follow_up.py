"""What the practice does after an answer: it corrects or voids charges that were paid, refused or returned.

Such a change leads the pipeline to a replacement (frequency 7), a void (8) or, after a rejection, a new original. Only
visits of patients with one coverage are changed, and each at most once.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pm_pipeline.sandbox.draw import Draw, workday
from pm_pipeline.sandbox.intake import charges_in_force
from pm_pipeline.sandbox.mistakes import correct_row, void_row
from pm_pipeline.sandbox.plan import Plan
from pm_pipeline.sandbox.rows import FeedRow, Row, cents, dollars
from pm_pipeline.sandbox.store import Store
from pm_pipeline.sandbox.visits import fees

CAN_BE_CORRECTED = frozenset({"4", "11", "16"})  # denials a changed claim can cure


@dataclass(frozen=True)
class FollowUps:
    """The practice at work on answers."""

    store: Store
    plan: Plan
    draw: Draw

    def after_rejection(self, visit: str, day: dt.date) -> None:
        """The clearinghouse returned the claim: another diagnosis is given."""
        if self.draw.happens(self.plan.follow_up.correct_after_rejection, "after rejection", visit):
            self._change(visit, day, "correct_diagnosis")

    def after_answer(
        self, visit: str, patient_id: str | None, paid_cents: int, refused: frozenset[str], day: dt.date
    ) -> None:
        """The payer paid or refused. `refused` are the reason codes of lines that were denied as a whole."""
        plan = self.plan.follow_up
        if self.has_other_coverage(patient_id):
            return
        if paid_cents == 0:
            share = plan.correct_after_denial if refused & CAN_BE_CORRECTED else 0.0
            if self.draw.happens(share, "after denial", visit):
                self._change(visit, day, "correct_diagnosis")
            return
        chance = self.draw.of("after payment", visit).random()
        if chance < plan.void_after_payment:
            self._change(visit, day, "void")
        elif chance < plan.void_after_payment + plan.correct_after_payment:
            self._change(visit, day, "correct_amount")

    def has_other_coverage(self, patient_id: str | None) -> bool:
        """True when the patient has more than one coverage, or is nobody we know."""
        return len(self.store.all("SELECT 1 FROM member WHERE patient_id = ?", [patient_id])) != 1

    def _change(self, visit: str, day: dt.date, kind: str) -> None:
        if self.store.one("SELECT 1 FROM follow_up WHERE visit = ?", [visit]):
            return
        charges = charges_in_force(self.store, visit)
        if not charges:
            return
        due_on = workday(day + dt.timedelta(days=self.draw.between(self.plan.follow_up.days, "follow up", visit)))
        if kind == "void":
            rows = [void_row(charge, due_on) for charge in charges]
        else:
            rows = [_corrected(charges[0], kind, due_on)]
        self.store.plan_rows(rows)
        self.store.add("follow_up", visit=visit, kind=kind, due_on=due_on.isoformat())


def _corrected(charge: Row, kind: str, due_on: dt.date) -> FeedRow:
    right = dict(charge)
    if kind == "correct_amount":
        right["charge_amount"] = dollars(cents(charge["charge_amount"]) + 1_500)
    else:
        usual = [
            code
            for code in fees()[charge["procedure_code"]].diagnoses
            if code != charge["diagnosis_1"].replace(".", "")
        ]
        right["diagnosis_1"] = usual[0] if usual else "Z8679"
    return correct_row(charge, right, due_on)

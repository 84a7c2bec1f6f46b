"""Payers pay: each on its own weekday, everything that is ready, in one payment.

Money taken back: a reversal and its correction stand in one payment. Some payers then pay less at once; some add the
overpayment back (PLB WO, negative) and take it from a later payment (WO, positive); some put it on a payment of its
own. A payment that would fall below zero is zero, and the rest is carried to the next one (PLB FB, negative, then
positive).
"""

from __future__ import annotations

import datetime as dt

from pm_pipeline.config import Config
from pm_pipeline.config.models import Payer
from pm_pipeline.sandbox.answers import Answers
from pm_pipeline.sandbox.draw import Draw, workday
from pm_pipeline.sandbox.entry import Entry
from pm_pipeline.sandbox.follow_up import FollowUps
from pm_pipeline.sandbox.hard import Hard
from pm_pipeline.sandbox.hard_payments import STRAY, Apart, HardPayments
from pm_pipeline.sandbox.mischief import Mischief
from pm_pipeline.sandbox.outbox import Outbox
from pm_pipeline.sandbox.payers import share_of
from pm_pipeline.sandbox.plan import Plan
from pm_pipeline.sandbox.rows import dollars, feed_row
from pm_pipeline.sandbox.store import Store
from pm_pipeline.x12.write_835 import Party, ProviderAdjustment, Remittance

ROOM = 5  # reasons in the one PLB of a payment, beside the FB that may have to be added
SEPARATELY = 2  # late claims whose interest is named claim by claim; of more, only the sum is


class Payments:
    """The payers' payment runs."""

    def __init__(
        self, store: Store, plan: Plan, config: Config, draw: Draw, outbox: Outbox, follow_ups: FollowUps
    ) -> None:
        self.store, self.plan, self.config, self.draw = store, plan, config, draw
        self.outbox = outbox
        hard = Hard(store, plan, draw, follow_ups)
        self.answers = Answers(store, plan, config, draw, follow_ups, hard)
        self.mischief = Mischief(store, plan, outbox)
        self.hard = HardPayments(hard, self.mischief)

    def run(self, day: dt.date) -> int:
        """The payments of all payers whose day it is, in one file; returns how many. Call inside a unit of work."""
        made: list[tuple[Payer, str, Remittance]] = []
        for payer in self.config.payers:
            if self.plan.terms(payer).weekday == day.weekday():
                made += [(payer, payment_id, one) for payment_id, one in self._pay(payer, day)]
        self.hard.send(day, made)
        return len(made)

    def _pay(self, payer: Payer, day: dt.date) -> list[tuple[str, Remittance]]:
        """Everything one payer has ready on its day. Money is taken back only from a payment that answers claims."""
        entries = self.answers.ready(payer, day)
        self.mischief.unbalance(entries, day)
        overpaid = _overpaid(entries)
        apart: list[Entry] = []
        if self.plan.terms(payer).takeback == "forwarded":
            apart = [entry for pair, _ in overpaid for entry in pair]
        usual = [entry for entry in entries if not any(entry is one for one in apart)]
        first, trace = f"{payer.payer_id}-{day}", f"{payer.payer_id}{day:%y%m%d}"
        found = self.hard.apart(payer, usual, day)
        made: list[tuple[str, Remittance]] = []
        if usual:
            adjustments = self._interest(usual, day)
            if self.plan.terms(payer).takeback == "deferred":
                for pair, change in overpaid[: ROOM - len(adjustments)]:
                    adjustments.append(self._put_off(payer, pair[0], change, day))
            adjustments += self._due(payer, first, ROOM - len(adjustments), day)
            adjustments += self.hard.provider_adjustments(payer, first, usual)
            if advance := self.hard.advance(first):
                adjustments.append(ProviderAdjustment("AP", f"AP{trace}", -advance))
                self._owe(payer, "AP", f"AP{trace}", advance, day + dt.timedelta(days=14))
            made.append((first, self._payment(payer, usual, adjustments, first, trace, day)))
        if apart:
            found.append(Apart("F", apart))
        for one in found:
            payment_id = f"{first}-{one.suffix}"
            paid = self._payment(
                payer, one.entries, one.adjustments, payment_id, f"{trace}{one.suffix}", day, one.originator
            )
            made.append((payment_id, paid))
        return made

    def _payment(
        self,
        payer: Payer,
        entries: list[Entry],
        adjustments: list[ProviderAdjustment],
        payment_id: str,
        trace: str,
        day: dt.date,
        originator: str | None = None,
    ) -> Remittance:
        """One payment, written into the books; what would make it negative is carried to the next, by most payers."""
        paid = sum(one.remit.paid_cents for one in entries) - sum(one.cents for one in adjustments)
        if paid < 0 and not self.hard.happens("below_zero", payment_id):
            adjustments.append(ProviderAdjustment("FB", trace, paid))
            self._owe(payer, "FB", trace, -paid, day + dt.timedelta(days=1))
            paid = 0
        method = self.plan.terms(payer).method if paid else "NON"
        originator = originator or payer.remit_ids[0]
        self.store.add(
            "payment", payment_id=payment_id, payer_id=payer.payer_id, trace=trace, originator=originator,
            method=method, paid_cents=paid, effective_on=day.isoformat(),
        )  # fmt: skip
        for place, one in enumerate(adjustments, start=1):
            self.store.do(
                "INSERT INTO provider_adjustment VALUES (?, ?, ?, ?, ?)",
                [payment_id, place, one.reason, one.reference, one.cents],
            )
        self.hard.plant(payer, trace, adjustments, day)
        seen_on = day + dt.timedelta(days=self.hard.delay(payer, payment_id).days)
        for place, entry in enumerate(entries, start=1):
            self.answers.file(payer, payment_id, place, entry, day, seen_on)
            for code, line in entry.planted:
                self.hard.note(f"{trace}/{place}" + (f"/{line}" if line else ""), code, day)
        if paid > 0:
            self._deposit(payer, payment_id, trace, originator, paid, day)
        home = payer.address
        return Remittance(
            payer=Party(payer.name, originator, home.line1, home.city, home.state, home.zip), payee=self.payee(),
            method=method, paid_cents=paid, effective_on=day, trace=trace, receiver_id=self.outbox.ends.gs[1],
            claims=tuple(entry.on_the_wire for entry in entries), provider_adjustments=tuple(adjustments),
        )  # fmt: skip

    def payee(self) -> Party:
        """The practice, as N1*PE."""
        us = self.config.practice
        return Party(us.name, us.npi, us.address.line1, us.address.city, us.address.state, us.address.zip, us.tax_id)

    def _interest(self, entries: list[Entry], day: dt.date) -> list[ProviderAdjustment]:
        """Interest on answers that took too long: a negative L6, because it is paid to the practice."""
        found: list[ProviderAdjustment] = []
        for entry in entries:
            late = (day - entry.remit.received_on).days - self.plan.claims.interest_after_days
            if (
                entry.kind == "answer"
                and not entry.is_suspended
                and entry.claim_no
                and entry.remit.paid_cents > 0
                and late > 0
            ):
                year = share_of(entry.remit.paid_cents, self.plan.claims.interest_bp_per_year)
                if cents := (year * late + 182) // 365:
                    found.append(ProviderAdjustment("L6", entry.remit.payer_claim_number, -cents))
                    self.hard.state_interest(entry, cents)
        if len(found) > SEPARATELY:
            found = [ProviderAdjustment("L6", None, sum(one.cents for one in found))]
        return found

    def _due(self, payer: Payer, payment_id: str, room: int, day: dt.date) -> list[ProviderAdjustment]:
        """What was put off or carried forward before and is taken now, as far as there is room."""
        due = (
            "SELECT * FROM takeback WHERE payer_id = ? AND taken_by IS NULL AND due_on <= ? ORDER BY due_on, reference"
        )
        found: list[ProviderAdjustment] = []
        for row in self.store.all(due, [payer.payer_id, day.isoformat()])[:room]:
            found.append(ProviderAdjustment(row["reason"], row["reference"], row["cents"]))
            self.store.do(
                "UPDATE takeback SET taken_by = ? WHERE payer_id = ? AND reason = ? AND reference = ?",
                [payment_id, payer.payer_id, row["reason"], row["reference"]],
            )
        return found

    def _put_off(self, payer: Payer, taken_back: Entry, change: int, day: dt.date) -> ProviderAdjustment:
        """Add an overpayment back to this payment (WO, negative), to be taken from a later one."""
        reference = f"{taken_back.remit.payer_claim_number}{day:%y%m%d}"
        days = self.draw.between(self.plan.claims.takeback_days, "takeback", reference)
        self._owe(payer, "WO", reference, -change, day + dt.timedelta(days=days))
        return ProviderAdjustment("WO", reference, change)

    def _owe(self, payer: Payer, reason: str, reference: str, cents: int, due_on: dt.date) -> None:
        self.store.do(
            "INSERT INTO takeback VALUES (?, ?, ?, ?, ?, NULL)",
            [payer.payer_id, reason, reference, cents, due_on.isoformat()],
        )

    def _deposit(self, payer: Payer, payment_id: str, trace: str, originator: str, paid: int, day: dt.date) -> None:
        """At the bank on the effective date or up to two days later, on a working day."""
        days = [day + dt.timedelta(days=later) for later in range(3)]
        due_on = self.draw.pick([one for one in days if workday(one) == one], "deposit", payment_id)
        due_on = workday(due_on + dt.timedelta(days=self.mischief.deposit_delay()))
        for part in self.hard.deposits(payer, payment_id, trace, paid, day):
            on = workday(due_on + dt.timedelta(days=part.later))
            is_ours = part.suffix != STRAY
            row = {
                "deposit_id": f"D{trace}{part.suffix}", "deposited_on": on.isoformat(),
                "trace_number": trace if is_ours else f"MISC{trace}",
                "originator": originator if part.names_originator and is_ours else "", "amount": dollars(part.cents),
            }  # fmt: skip
            self.store.plan_rows([feed_row("deposits", on, row)])
            self.store.add(
                "deposit", deposit_id=row["deposit_id"], payment_id=payment_id if is_ours else "", cents=part.cents,
                due_on=on.isoformat(), ties=part.ties,
            )  # fmt: skip


def _overpaid(entries: list[Entry]) -> list[tuple[list[Entry], int]]:
    """Reversals, each with the correction behind it if any, that leave less than was paid: (entries, change)."""
    found: list[tuple[list[Entry], int]] = []
    for place, entry in enumerate(entries):
        if entry.kind == "reversal":
            follows = entries[place + 1 : place + 2]
            pair = [entry, *(one for one in follows if one.kind == "correction")]
            if (change := sum(one.remit.paid_cents for one in pair)) < 0:
                found.append((pair, change))
    return found

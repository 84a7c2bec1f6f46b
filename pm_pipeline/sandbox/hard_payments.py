"""What is rare and hard about whole payments, their provider adjustments (PLB) and their deposits (hard.payments, hard.deposits)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

from pm_pipeline.config.models import Payer
from pm_pipeline.sandbox.draw import workday
from pm_pipeline.sandbox.entry import Entry
from pm_pipeline.sandbox.hard import Hard
from pm_pipeline.sandbox.mischief import Mischief, for_another_practice, invented
from pm_pipeline.x12.write_835 import ProviderAdjustment, Remittance

UNKNOWN_PLB, UNKNOWN_ORIGINATOR = "ZZ", "1999999999"
NEVER, RIGHT_LATER = 4_000, 3  # days
STRAY = "-X"  # suffix of a deposit that belongs to no payment
PAID_TO_US = frozenset({"B2", "BN", "L6", "LS"})  # the others are kept from the payment
PERSON = frozenset({"CS", "WU"})  # what they mean a person must say, where the payer has not
ALONE = frozenset({"50", "90", "AH", "B2", "BN", "CS", "E3", "IR", "J1", "L3", "L6", "LE", "LS", "WU"})


@dataclass(frozen=True)
class Apart:
    """A payment beside the payer's usual one of the day."""

    suffix: str
    entries: list[Entry] = field(default_factory=list)
    adjustments: list[ProviderAdjustment] = field(default_factory=list)
    originator: str | None = None


@dataclass(frozen=True)
class Part:
    """A deposit of a payment, or a part of one. `ties`: it can be tied to the payment."""

    suffix: str
    cents: int
    later: int = 0
    ties: bool = True
    names_originator: bool = True


@dataclass(frozen=True)
class Delay:
    """Days until the 835 of a payment can be read as it should be, and why: never_sent, late or wrong_total."""

    days: int = 0
    reason: str | None = None


class HardPayments:
    """The hard events of payments. A plan without them does nothing here."""

    def __init__(self, hard: Hard, mischief: Mischief) -> None:
        self.hard, self.mischief = hard, mischief
        self.store, self.draw, self.shares = hard.store, hard.draw, hard.plan.payments

    def happens(self, event: str, payment_id: str) -> bool:
        """True when this event happens to this payment."""
        share = self.shares.get(event, 0.0)  # type: ignore[call-overload]
        return share > 0 and self.draw.happens(share, "hard payment", event, payment_id)

    def delay(self, payer: Payer, payment_id: str) -> Delay:
        """How late the 835 of a payment is. One that never comes is none that others build on."""
        if not payer.crossover.forwards and self.happens("never_sent", payment_id):
            return Delay(NEVER, "never_sent")
        if self.happens("late", payment_id):
            return Delay(self.draw.between(self.hard.plan.late_days, "late 835", payment_id), "late")
        return Delay(RIGHT_LATER, "wrong_total") if self.happens("wrong_total", payment_id) else Delay()

    def apart(self, payer: Payer, usual: list[Entry], day: dt.date) -> list[Apart]:
        """Payments beside the usual one; what they answer is taken out of it."""
        payment_id, found = f"{payer.payer_id}-{day}", list[Apart]()
        if self.happens("capitation_alone", payment_id):
            cents = self.draw.between((200, 900), "capitation", payment_id) * 100
            found.append(Apart("C", adjustments=[ProviderAdjustment("CT", f"CAP{day:%y%m}", -cents)]))
        for event, suffix, code in (("unknown_plb", "U", "PLB_UNKNOWN"), ("unknown_originator", "O", "PAYER_UNKNOWN")):
            if self.happens(event, payment_id) and (entry := self._taken_out(usual)):
                entry.hold(code)
                plb = [ProviderAdjustment(UNKNOWN_PLB, f"Z{day:%y%m%d}", 100)] if event == "unknown_plb" else []
                found.append(Apart(suffix, [entry], plb, UNKNOWN_ORIGINATOR if event == "unknown_originator" else None))
        return found

    def provider_adjustments(self, payer: Payer, payment_id: str, entries: list[Entry]) -> list[ProviderAdjustment]:
        """What is given and kept at the level of the payment."""
        found: list[ProviderAdjustment] = []
        for code in sorted(ALONE & self.shares.keys()):
            if self.happens(code, payment_id):
                cents = self.draw.between((500, 8_000), "plb", code, payment_id)
                found.append(
                    ProviderAdjustment(
                        code, f"{code}{payment_id[-8:].replace('-', '')}", -cents if code in PAID_TO_US else cents
                    )
                )
        paid = [
            entry.remit.payer_claim_number for entry in entries if entry.kind == "answer" and entry.remit.paid_cents > 0
        ]
        if paid and self.happens("72", payment_id):  # our refund check is acknowledged beside the recovery it replaces
            found += [ProviderAdjustment("WO", paid[0], 2_000), ProviderAdjustment("72", paid[0], -2_000)]
        return found

    def state_interest(self, entry: Entry, cents: int) -> None:
        """Some payers say in the claim too (AMT*I) what interest their PLB pays."""
        share = self.hard.plan.interest_stated
        if share and self.draw.happens(share, "interest stated", entry.remit.clp01):
            entry.remit = replace(entry.remit, interest_cents=cents)
            entry.said = entry.said and replace(entry.said, interest_cents=cents)

    def advance(self, payment_id: str) -> int:
        """Cents of an advance (AP) with this payment, to be taken from later ones."""
        return 50_000 if self.happens("AP", payment_id) else 0

    def plant(self, payer: Payer, trace: str, adjustments: list[ProviderAdjustment], day: dt.date) -> None:
        """Write down the provider adjustments that a person must see."""
        for one in adjustments:
            item = f"{trace}/{one.reason}/{one.reference}"
            if one.reason == UNKNOWN_PLB:
                self.note(item, "PLB_UNKNOWN", day)
            elif one.reason in PERSON and payer.meaning(one.reason, day) is None:
                self.note(item, "PLB_REVIEW", day)

    def note(self, item_id: str, code: str, day: dt.date, stage: str = "posting") -> None:
        """Write down one thing planted."""
        self.store.do(
            "INSERT OR IGNORE INTO planted VALUES (?, ?, ?, ?, NULL)", [item_id, stage, code, day.isoformat()]
        )

    def deposits(self, payer: Payer, payment_id: str, trace: str, paid: int, day: dt.date) -> list[Part]:
        """What comes to the bank for a payment."""
        event = self.hard.chosen(self.hard.plan.deposits, "deposit", payment_id)
        if event == "missing":
            return []
        if event == "late":
            return [Part("", paid, self.draw.between((10, 20), "late deposit", payment_id))]
        if event == "unequal" and paid > 2_000 and not self.delay(payer, payment_id).reason:
            self.note(f"D{trace}", "DEPOSIT_AMOUNT", day)
            return [Part("", paid - 1_000, ties=False)]
        if event == "in_two" and paid > 1:
            return [Part("", paid // 3), Part("-2", paid - paid // 3)]
        whole = Part("", paid, names_originator=event != "no_originator")
        return [whole, Part(STRAY, 4_200, ties=False)] if event == "unexplained" else [whole]

    def send(self, day: dt.date, made: list[tuple[Payer, str, Remittance]]) -> None:
        """Put a day's payments on their way; made are payer, payment_id and remittance."""
        delays = {payment_id: self.delay(payer, payment_id) for payer, payment_id, _ in made}
        usual = [one for _, payment_id, one in made if not delays[payment_id].reason]
        if usual:
            self.mischief.send(day, usual)
        for _, payment_id, one in made:
            delay = delays[payment_id]
            if delay.reason:
                if delay.reason == "wrong_total":
                    self.mischief.file([replace(one, paid_cents=one.paid_cents + 1)], day)
                    self.note(one.trace, "PAYMENT_GATE", day, "quarantine")
                self.mischief.pays([one], self.mischief.file([one], workday(day + dt.timedelta(days=delay.days))))
                continue
            if one.claims and self.happens("other_payee", payment_id):
                foreign = for_another_practice(one, f"Y{one.trace}", f"{one.trace}Y", day)
                self.mischief.file([foreign], day)
                self.note(foreign.trace, "PAYEE_NOT_OURS", day, "quarantine")
            if one.claims and self.happens("trace_used_again", payment_id):
                next_day = day + dt.timedelta(days=1)
                self.mischief.file([invented(one, f"V{one.trace}", day)], next_day)
                self.note(one.trace, "TRN_REUSED", next_day, "quarantine")
            if self.happens("file_twice", payment_id):
                self.mischief.file([one], day + dt.timedelta(days=2), day)

    def _taken_out(self, usual: list[Entry]) -> Entry | None:
        """A plain answer that goes into a payment of its own; not the last one."""
        for place, entry in enumerate(usual):
            if len(usual) > 1 and self.hard.is_plain(entry) and entry.remit.paid_cents > 0 and not entry.planted:
                return usual.pop(place)
        return None

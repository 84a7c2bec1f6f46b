"""Misbehaviour on request (plan.mischief): what trading partners really do. The books know of each (table planted).

file_twice            the first 835 file comes again two days later under another name
wrong_total           an 835 of the second run states a cent too much in BPR02; the right one follows three days later
foreign_payee         with the second run comes an 835 that pays another practice
unbalanced_claim      in the third run one claim's adjustments are a dollar too high; its cash stays in suspense
out_of_order          the fourth 835 and the second 277CA come late: after what follows them, and after the deposit
reused_trace          with the fifth run comes an 835 that uses a trace number again for something else
truncated_upload      the sixth 835 is cut short on its day, and whole on the next
interchange_rejected  the second 837 is refused with TA1 R (clearinghouse.py)
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from pm_pipeline.codes.npi import complete_npi
from pm_pipeline.sandbox.entry import Entry
from pm_pipeline.sandbox.outbox import Outbox
from pm_pipeline.sandbox.plan import Plan
from pm_pipeline.sandbox.store import Store
from pm_pipeline.x12.write_835 import Name, RemitClaim, RemitLine, Remittance, write_835

RUN = "835 runs"


class Mischief:
    """Sends the payments of a day, in the plan's manner."""

    def __init__(self, store: Store, plan: Plan, outbox: Outbox) -> None:
        self.store, self.plan, self.outbox = store, plan, outbox

    def asked(self, name: str, run: int) -> bool:
        """True when this mischief is wanted and the payment run being made is the one for it."""
        row = self.store.one("SELECT value FROM counter WHERE name = ?", [RUN])
        return name in self.plan.mischief and (row["value"] if row else 0) + 1 == run

    def deposit_delay(self) -> int:
        """Days the bank waits when the advice itself will be late."""
        return 5 if self.asked("wrong_total", 2) or self.asked("truncated_upload", 6) else 0

    def unbalance(self, entries: list[Entry], day: dt.date) -> None:
        """Raise one adjustment by a dollar, once, in a claim that nobody will look at again."""
        if not self.asked("unbalanced_claim", 3) or self.store.one(
            "SELECT 1 FROM planted WHERE code = 'unbalanced_claim'"
        ):
            return
        for entry in entries:
            first = entry.remit.lines[0]
            if (
                entry.kind == "answer"
                and entry.remit.status == "1"
                and entry.remit.paid_cents > 0
                and first.adjustments
            ):
                raised = replace(first.adjustments[0], cents=first.adjustments[0].cents + 100)
                line = replace(first, adjustments=(raised, *first.adjustments[1:]))
                entry.remit = replace(entry.remit, lines=(line, *entry.remit.lines[1:]))
                entry.is_suspended = True
                self._plant(entry.remit.clp01, "unbalanced_claim", day)
                return

    def send(self, day: dt.date, remittances: list[Remittance]) -> None:
        """Put the day's payments on their way: one file, unless something else was asked for."""
        whole = remittances
        if self.asked("wrong_total", 2):
            first = next((one for one in remittances if one.paid_cents), remittances[0])
            whole = [one for one in remittances if one is not first]
            self.file([replace(first, paid_cents=first.paid_cents + 1)], day)
            self.pays([first], self.file([first], day + dt.timedelta(days=3)))
            self._plant(first.trace, "wrong_total", day)
        if whole:
            self.pays(whole, self._usual(whole, day))
        if self.asked("foreign_payee", 2):
            foreign = for_another_practice(remittances[0], "X0000000000000001", f"{remittances[0].trace}X", day)
            self.file([foreign], day)
            self._plant(foreign.trace, "foreign_payee", day)
        if self.asked("reused_trace", 5):
            self.file([invented(remittances[0], "X0000000000000002", day)], day + dt.timedelta(days=1))
            self._plant(remittances[0].trace, "reused_trace", day)
        self.store.next(RUN)

    def _usual(self, remittances: list[Remittance], day: dt.date) -> int:
        """The ordinary file; late, cut short or sent twice when that was asked for."""
        delivery_id = self.file(remittances, day)
        if self.asked("file_twice", 1):
            again = (day + dt.timedelta(days=2)).isoformat()
            self.store.do(
                "INSERT INTO delivery (account, folder, name, kind, bytes, due_on) "
                "SELECT account, folder, 'again_' || name, kind, bytes, ? FROM delivery WHERE delivery_id = ?",
                [again, delivery_id],
            )
            self._plant(remittances[0].trace, "file_twice", day)
        if self.asked("out_of_order", 4):
            self._postpone(delivery_id, day + dt.timedelta(days=5))
            self._plant(remittances[0].trace, "out_of_order", day)
        if self.asked("truncated_upload", 6):
            self.store.do("UPDATE delivery SET cut_on = ? WHERE delivery_id = ?", [day.isoformat(), delivery_id])
            self._postpone(delivery_id, day + dt.timedelta(days=1))
            self._plant(remittances[0].trace, "truncated_upload", day)
        return delivery_id

    def file(self, remittances: list[Remittance], due_on: dt.date, made_on: dt.date | None = None) -> int:
        """Put an 835 of these payments on its way; returns its delivery_id. `made_on`: its own date, when it comes later."""
        control = self.store.next("ISA13")
        header = self.outbox.ends.header(control, dt.datetime.combine(made_on or due_on, dt.time(5, 0)))
        text = write_835(header, *self.outbox.ends.gs, control, remittances)
        return self.outbox.answer("835", f"835_{control:09d}.edi", text, due_on)

    def pays(self, remittances: list[Remittance], delivery_id: int) -> None:
        """These payments can be read from this file on."""
        for one in remittances:
            self.store.do("UPDATE payment SET delivery_id = ? WHERE trace = ?", [delivery_id, one.trace])

    def _postpone(self, delivery_id: int, due_on: dt.date) -> None:
        self.store.do("UPDATE delivery SET due_on = ? WHERE delivery_id = ?", [due_on.isoformat(), delivery_id])

    def _plant(self, item_id: str, code: str, day: dt.date) -> None:
        self.store.add("planted", item_id=item_id, stage="wire", code=code, due_on=day.isoformat())


def invented(like: Remittance, clm01: str, day: dt.date) -> Remittance:
    """A payment of fifty dollars on a claim that nobody ever sent."""
    line = RemitLine("99213", (), 5_000, 5_000, "1", day, day)
    claim = RemitClaim(
        clp01=clm01, status="1", charge_cents=5_000, paid_cents=5_000, patient_cents=None,
        filing_indicator=like.claims[0].filing_indicator, payer_claim_number=f"{clm01}N", place_of_service="11",
        frequency="1", patient=Name("NOBODY", "KNOWN"), rendering=None, lines=(line,), dos_from=day, dos_to=day,
        received_on=day,
    )  # fmt: skip
    return replace(like, method="ACH", paid_cents=5_000, claims=(claim,), provider_adjustments=())


def for_another_practice(like: Remittance, clm01: str, trace: str, day: dt.date) -> Remittance:
    """An invented payment that is not ours."""
    other = replace(like.payee, name="OTHER PRACTICE", identifier=complete_npi("199030777"), tax_id="990300777")
    return replace(invented(like, clm01, day), payee=other, trace=trace)

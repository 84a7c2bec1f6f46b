"""What the practice's people do with money by hand, once a month: patients pay, small balances and bad debt are given up,
charity is granted, balances go to an agency and come back in part, credit balances are refunded.

The books decide who does what, from balances and chance; who runs the simulation has it done through the pipeline's own
functions (`pm money`), by two people where one may not act alone. Every act counts from its day on.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pm_pipeline.sandbox.books import PATIENT, Books, ClaimTruth
from pm_pipeline.sandbox.draw import Draw
from pm_pipeline.sandbox.hard_plan import Office as Shares
from pm_pipeline.sandbox.store import Store

SMALL = 999  # cents
QUIET = dt.timedelta(days=30)  # after the last answer: a statement went out, nothing more is expected
OLD = dt.timedelta(days=75)  # nobody has paid for long
COLLECTIONS = "collections"


@dataclass(frozen=True)
class Act:
    """One movement: event as in `pm money`. `owed_cents` is what the patient owed before a payment; `of` the act of the same
    day that it follows."""

    act_no: int
    day: dt.date
    event: str
    clm01: str
    party: str
    cents: int
    method: str | None = None
    owed_cents: int = 0
    of: int | None = None

    @property
    def reason(self) -> str:
        """What is said for it; names the act."""
        return f"Office act {self.act_no}: {self.event.replace('_', ' ')}"


class Office:
    """Decides the acts of a month on the first day it is asked in it."""

    def __init__(self, store: Store, shares: Shares, draw: Draw) -> None:
        self.store, self.shares, self.draw = store, shares, draw

    def is_due(self, day: dt.date) -> bool:
        """True when the month's acts are not decided yet; the first month has none."""
        month = self.store.meta("office month")
        if self.shares == Shares() or month == f"{day:%Y-%m}":
            return False
        self.store.set_meta("office month", f"{day:%Y-%m}")
        return month is not None

    def decide(self, books: Books) -> None:
        """Write down the acts of the month the books end in."""
        day = books.as_of
        answered = {
            row["clm01"]: dt.date.fromisoformat(row["day"])
            for row in self.store.all(
                "SELECT clm01, max(released_on) AS day FROM adjudication JOIN payment USING (payment_id) GROUP BY clm01"
            )
            if row["day"]
        }
        for clm01, claim in sorted(books.claims.items()):
            if claim.state == "answered" and clm01 in answered and day - answered[clm01] >= QUIET:
                self._claim(claim, day, day - answered[clm01] >= OLD)

    def on(self, day: dt.date) -> list[Act]:
        """The acts of a day, in their order."""
        return [
            Act(
                row["act_no"], day, row["event"], row["clm01"], row["party"], row["cents"], row["method"], row["owed_cents"], row["of_act"]
            )
            for row in self.store.all("SELECT * FROM office_act WHERE day = ? ORDER BY act_no", [day.isoformat()])
        ]  # fmt: skip

    def _claim(self, claim: ClaimTruth, day: dt.date, is_old: bool) -> None:
        if claim.balances[COLLECTIONS] > 0:
            if self._happens("recovery", claim, day):
                self._add("recovery", claim, day, COLLECTIONS, (claim.balances[COLLECTIONS] + 1) // 2, method="check")
            return
        for party in [party for party, cents in sorted(claim.balances.items()) if cents < 0]:
            if self._happens("refund", claim, day):
                refund = self._add("refund", claim, day, party, -claim.balances[party])
                sent = self._add("refund_sent", claim, day, party, -claim.balances[party], of=refund)
                self._add("refund_cleared", claim, day, party, -claim.balances[party], of=sent)
        owed = claim.balances[PATIENT]
        if owed <= 0:
            return
        if owed <= SMALL and self._happens("small_balance", claim, day):
            self._add("small_balance", claim, day, PATIENT, owed)
        elif self._happens("patient_payment", claim, day):
            much = self.draw.weighted({"all": 80, "half": 15, "more": 5}, "office pays", claim.clm01, day)
            cents = {"all": owed, "half": (owed + 1) // 2, "more": owed + 1_000}[much]
            method = self.draw.pick(("check", "card", "cash"), "office method", claim.clm01, day)
            self._add("patient_payment", claim, day, PATIENT, cents, method=method)
        elif self._happens("charity", claim, day):
            self._add("charity", claim, day, PATIENT, owed)
        elif is_old and self._happens("collections", claim, day):
            self._add("collections", claim, day, PATIENT, owed)
        elif is_old and self._happens("bad_debt", claim, day):
            self._add("bad_debt", claim, day, PATIENT, owed)

    def _happens(self, event: str, claim: ClaimTruth, day: dt.date) -> bool:
        return self.draw.happens(getattr(self.shares, event), "office", event, claim.clm01, day)

    def _add(
        self,
        event: str,
        claim: ClaimTruth,
        day: dt.date,
        party: str,
        cents: int,
        method: str | None = None,
        of: int | None = None,
    ) -> int:
        return self.store.add(
            "office_act", day=day.isoformat(), event=event, clm01=claim.clm01, party=party, cents=cents, method=method,
            owed_cents=max(0, claim.balances[PATIENT]), of_act=of,
        )  # fmt: skip

"""The rows of the stages' tables, and what every family of KPIs asks of them."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from fractions import Fraction
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import duckdb

Row = Any  # a row of a table: its columns are attributes
PAID = ("payment", "takeback", "refund")
CHARGED = ("charge", "responsibility")


class Facts:
    """The tables of one warehouse, read when first asked for."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self._read: dict[str, list[Row]] = {}

    def rows(self, table: str) -> list[Row]:
        """SELECT * FROM a stage's table."""
        if table not in self._read:
            cursor = self._con.execute(f"SELECT * FROM {table}")
            names = [column[0] for column in cursor.description or []]
            self._read[table] = [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
        return self._read[table]

    @cached_property
    def receivable(self) -> list[Row]:
        """Ledger entries on A/R, with the payer that owes (`owes`) and the date of service they count by (`served_on`)."""
        entries = [entry for entry in self.rows("ledger.entry") if entry.account == "AR"]
        charged: dict[Hashable, dict[Hashable, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for entry in entries:
            entry.owes = "patient" if entry.sub_account in ("patient", "collections") else entry.payer_id or "unknown"
            if entry.entry_kind in CHARGED and entry.claim_id:
                charged[entry.claim_id][entry.charge_id, entry.provider_id, entry.owes].append(entry)
        self.claim_dates = {claim: _in_force(groups) for claim, groups in charged.items()}
        for entry in entries:
            served = self.claim_dates.get(entry.claim_id, (None, None))[0]
            entry.served_on = entry.service_on or served or entry.effective_on
        return entries

    @cached_property
    def uploaded(self) -> dict[int, dt.date]:
        """ISA13 -> the day it was uploaded."""
        return first(
            (event.isa13, event.happened_on)
            for event in self.rows("submission.upload_event")
            if event.state == "uploaded"
        )

    @cached_property
    def sent(self) -> list[Row]:
        """Versions of claims sent to their first payer, with `sent_on`, in order."""
        found = []
        for row in self.rows("submission.batch_claim"):
            if row.isa13 in self.uploaded:
                row.sent_on = self.uploaded[row.isa13]
                found.append(row)
        return sorted(found, key=lambda row: (row.sent_on, row.version))

    @cached_property
    def first_sent(self) -> dict[str, Row]:
        """Claim -> what was sent of it first."""
        found: dict[str, Row] = {}
        for row in self.sent:
            found.setdefault(row.claim_id, row)
        return found

    @cached_property
    def payments(self) -> dict[str, Row]:
        """Payment -> its row."""
        return {row.payment_id: row for row in self.rows("remittance.current_payment")}

    @cached_property
    def answers(self) -> list[Row]:
        """Answers of payers posted on claims (no estimate), with what the remittance says: `remit_on`, `received_on`, amounts."""
        remits = {row.remit_claim_id: row for row in self.rows("remittance.claim")}
        duplicates = {row.remit_claim_id for row in self.rows("receivables.denial") if row.is_duplicate}
        found = []
        for row in self.rows("posting.posting"):
            remit = remits.get(row.remit_claim_id)
            if row.kind in ("post", "release") and row.claim_id and remit and remit.status != "25":
                pay = self.payments[remit.payment_id]
                row.remit_on, row.received_on = min(pay.effective_on, pay.received_on), pay.received_on
                row.effective_on, row.charged, row.paid = pay.effective_on, remit.charge_cents, remit.paid_cents
                row.is_duplicate = row.remit_claim_id in duplicates
                found.append(row)
        return sorted(
            found, key=lambda row: (row.posted_on, row.payer_turn or "", row.generation or 0, row.posting_key)
        )

    @cached_property
    def first_answers(self) -> dict[str, Row]:
        """Claim -> the first answer to it that is no reversal."""
        found: dict[str, Row] = {}
        for row in self.answers:
            if row.reverses is None:
                found.setdefault(row.claim_id, row)
        return found

    @cached_property
    def touches(self) -> dict[str, dict[str, dt.date]]:
        """Claim -> command of a person about it -> the day."""
        exceptions = {row.exception_id: row for row in self.rows("posting.exception")}
        denials = {row.denial_id: row for row in self.rows("receivables.denial")}
        acts = [(row.claim_id, row.run_id, row.decided_on) for row in self.rows("scrub.override")]
        acts += [(row.claim_id, row.run_id, row.decided_on) for row in self.rows("scrub.person_fix")]
        acts += [(row.claim_id, row.run_id, row.withdrawn_on) for row in self.rows("scrub.withdrawal")]
        acts += [(row.claim_id, row.run_id, row.decided_on) for row in self.rows("posting.unposting")]
        for row in self.rows("posting.resolution"):
            named = row.target if row.action == "match" else None
            acts.append((named or exceptions[row.exception_id].claim_id, row.run_id, row.decided_on))
        acts += [
            (denials[row.denial_id].claim_id, row.run_id, row.acted_on)
            for row in self.rows("receivables.denial_action")
        ]
        found: dict[str, dict[str, dt.date]] = defaultdict(dict)
        for claim, run, day in acts:
            if claim:
                found[claim][run] = min(day, found[claim].get(run, day))
        return found


def _in_force(groups: dict[Hashable, list[Row]]) -> tuple[dt.date | None, dt.date | None]:
    """First date of service and first effective date of a claim's charges: of those in force, else of all it ever had."""
    standing: list[Row] = []
    for entries in groups.values():
        if sum(entry.cents for entry in entries):
            standing += entries
    considered = standing or [entry for entries in groups.values() for entry in entries]
    return (
        min((entry.service_on for entry in considered if entry.service_on), default=None),
        min(entry.effective_on for entry in considered),
    )


def first(pairs: Iterable[tuple[Any, dt.date]]) -> dict[Any, dt.date]:
    """Key -> its earliest day."""
    found: dict[Any, dt.date] = {}
    for key, day in pairs:
        found[key] = min(day, found.get(key, day))
    return found


def summed(rows: Iterable[Row], key: Callable[[Row], Hashable]) -> dict[Any, int]:
    """Cents by key."""
    found: dict[Any, int] = defaultdict(int)
    for row in rows:
        found[key(row)] += row.cents
    return found


def month(day: dt.date, back: int = 0) -> dt.date:
    """The first day of the month so many months before the day's own."""
    count = day.year * 12 + day.month - 1 - back
    return dt.date(count // 12, count % 12 + 1, 1)


def dollars(cents: int) -> Fraction:
    """Cents as dollars, exactly."""
    return Fraction(cents, 100)


def in_three_months(value: dt.date | None, day: dt.date) -> bool:
    """Whether it lies in the as-of day's month or the two before it, up to the day."""
    return value is not None and month(day, 2) <= value <= day


def known(value: dt.date | None, day: dt.date) -> bool:
    """Whether it has happened by the day."""
    return value is not None and value <= day


def lags(name: str, days: Sequence[int]) -> dict[str, tuple[Fraction | None, Fraction | None]]:
    """Mean, median and 90th percentile of days: the fewest days within which so many were done."""
    count = Fraction(len(days))
    found: dict[str, tuple[Fraction | None, Fraction | None]] = {f"{name}_mean": (Fraction(sum(days)), count)}
    ranked = sorted(days)
    for kind, share in (("median", Fraction(1, 2)), ("p90", Fraction(9, 10))):
        place = math.ceil(share * len(ranked))
        found[f"{name}_{kind}"] = (Fraction(ranked[place - 1]) if ranked else None, count)
    return found

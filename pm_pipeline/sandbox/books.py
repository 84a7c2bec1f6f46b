"""The truth, to the cent, as of any day: what the pipeline's ledger must say if it made no mistake.

Computed only from what had been delivered by then, and only from the sandbox's own account of it (books.sql). The
rules, in this package's own words (they mirror the posting policy and do not import it):

- a charge that should be loaded counts from the day its row is delivered, held by an edit or not; `correct` replaces
  and `void` cancels it; a row that should be quarantined counts nothing until it is sent again;
- it is owed by the first payer where the patient has a coverage in force, else by the patient;
- CO-45, 59, 131 and CO-253 (sequestration) are given up, but a first payer's CO-45 of a whole charge is a denial; PR-1, 2, 3 move to the next payer by COB order, else to the
  patient; everything else is a denial or a memo (OA-23) and moves nothing;
- a later payer's CO-45 gives up only what is left of the line with that payer after its payment and what it moves on;
- a reversal negates its answer exactly; until that one can be read, its cash is in suspense, as is a later payer's until the
  payer before it has answered;
- a claim that must wait for a person counts only its cash, in suspense; an estimate (CLP02 25) counts nothing;
- what the practice's people move by hand (office.py) counts from its day on;
- a deposit no payment explains four business days later, bank holidays left out, is in suspense until one does.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from pm_pipeline.codes import code_set
from pm_pipeline.config.models import Payer
from pm_pipeline.sandbox.effect import PATIENT, Effect, line_effect
from pm_pipeline.sandbox.entry import REMIT, TURNS
from pm_pipeline.sandbox.store import Store
from pm_pipeline.x12.write_835 import RemitClaim

METHODS = {"ACH": "eft", "CHK": "check", "NON": "none"}  # BPR04 -> the ledger's names
TAKEBACKS = {"WO", "FB", "AP"}
INTEREST = {"L6", "CR"}
PERSON = {"CS", "OB", "SL", "TL", "WU"}  # what these mean differs by payer: suspense where it has not said
SETTLED = {"90", "B3", "BD", "C5", "CV", "CW", "DM", "FC", "GO", "HM", "IS", "LS", "OA", "PI", "PL", "RE"}
# PLB03-1 of every other reason -> the account it moves, in these books' own words; settlements are all the rest
ELSEWHERE = {
    "CT": "CAPITATION", "RA": "CAPITATION", "IR": "TAX_LEVY", "LE": "TAX_LEVY", "E3": "WITHHOLD_RECEIVABLE", "72": "REFUND_PAYABLE",
    "B2": "REFUND_PAYABLE", "50": "PAYER_CHARGES", "51": "PAYER_CHARGES", "AH": "PAYER_CHARGES", "L3": "PAYER_CHARGES", "BN": "INCENTIVE",
    "IP": "INCENTIVE", "J1": "NONREIMBURSABLE", "AM": "LOAN_PAYABLE", **dict.fromkeys(SETTLED, "SETTLEMENT"),
}  # fmt: skip


@dataclass
class ClaimTruth:
    """One claim, by CLM01, in cents: `paid` and `moved` (on, as cost share) by payer turn, `balances` by party.

    `charge_cents` are its charges in force, or what it billed (`billed_cents`, the newest CLM02 received) when the
    charges are not the practice's own.
    """

    clm01: str
    patient_id: str | None
    visit: str | None
    payer_id: str
    state: str  # returned, waiting, answered
    billed_cents: int = 0
    charge_cents: int = 0
    paid: Counter[str] = field(default_factory=Counter)
    moved: Counter[str] = field(default_factory=Counter)
    contractual_cents: int = 0
    sequestration_cents: int = 0
    denied_cents: int = 0
    balances: Counter[str] = field(default_factory=Counter)

    @property
    def encounter_id(self) -> str | None:
        """The practice's encounter."""
        return self.visit.split("|")[0] if self.visit else None


@dataclass
class Totals:
    """All accounts, in cents. `uncovered_cents` is the part of A/R patient whose patient has coverages, but none in
    force on the day of service; `recoup_due` is what payers still mean to take, by payer; `cash` is by method;
    `provider` is what other PLB reasons paid to the practice (negative: kept from it), by account; `office` what its people
    moved by hand, by event."""

    charges_cents: int = 0
    insurance_cents: int = 0
    contractual_cents: int = 0
    sequestration_cents: int = 0
    interest_cents: int = 0
    suspense_cents: int = 0
    denied_cents: int = 0
    uncovered_cents: int = 0
    deposited_cents: int = 0
    matched_deposits_cents: int = 0
    unexplained_deposits_cents: int = 0
    refunded_cents: int = 0
    receivable: Counter[str] = field(default_factory=Counter)
    recoup_due: Counter[str] = field(default_factory=Counter)
    cash: Counter[str] = field(default_factory=Counter)
    provider: Counter[str] = field(default_factory=Counter)
    office: Counter[str] = field(default_factory=Counter)

    @property
    def receivable_cents(self) -> int:
        """All A/R."""
        return sum(self.receivable.values())

    @property
    def cash_cents(self) -> int:
        """All payments (BPR02)."""
        return sum(self.cash.values())


@dataclass
class Books:
    """The truth as of a day. `rows` counts feed rows delivered by (feed, what should become of them)."""

    as_of: dt.date
    claims: dict[str, ClaimTruth]
    totals: Totals
    rows: dict[tuple[str, str], int]
    payments: int


def summary(store: Store, as_of: dt.date, payers: Iterable[Payer]) -> Books:
    """Add everything up; `payers` say what their own PLB codes mean. Cost: one pass over the books."""
    return _Count(store, as_of, payers).run()


class _Count:
    """One addition."""

    def __init__(self, store: Store, as_of: dt.date, payers: Iterable[Payer]) -> None:
        self.store, self.as_of, self.day = store, as_of, as_of.isoformat()
        self.payers = {payer.payer_id: payer for payer in payers}
        self.totals = Totals()
        self.claims: dict[str, ClaimTruth] = {}
        self.lines: dict[tuple[str, str], Counter[str]] = {}
        self.effects: dict[int, Effect] = {}
        self.answered: set[tuple[str, str]] = set()
        self.orders: dict[str, set[int]] = defaultdict(set)
        for row in store.all("SELECT patient_id, cob_order FROM member"):
            self.orders[row["patient_id"]].add(row["cob_order"])

    def run(self) -> Books:
        """Claims first, then charges, answers, money."""
        for row in self.store.all("SELECT * FROM claim WHERE received_on <= ? ORDER BY claim_no", [self.day]):
            self._claim(row)
        self._charges()
        released = (
            "SELECT adjudication.* FROM adjudication JOIN payment USING (payment_id) WHERE released_on <= ? "
            "ORDER BY adjudication_id"
        )
        waiting = self.store.all(released, [self.day])
        while left := [row for row in waiting if not self._answer(row)]:  # what has come may be what another waited for
            if len(left) == len(waiting):
                break
            waiting = left
        self.totals.suspense_cents += sum(row["paid_cents"] for row in left)
        payments = self._money()
        self._office()
        counted = (
            "SELECT feed, expected, count(*) AS rows FROM feed_row WHERE delivered_on <= ? GROUP BY feed, expected"
        )
        rows = {(row["feed"], row["expected"]): row["rows"] for row in self.store.all(counted, [self.day])}
        return Books(self.as_of, self.claims, self.totals, rows, payments)

    def _claim(self, row: sqlite3.Row) -> None:
        one = self.claims.setdefault(
            row["clm01"], ClaimTruth(row["clm01"], row["patient_id"], row["visit"], row["payer_id"], "returned")
        )
        one.patient_id, one.visit = one.patient_id or row["patient_id"], one.visit or row["visit"]
        if row["is_accepted"] and row["turn"] == "primary":
            one.state, one.billed_cents, one.payer_id = "waiting", row["charge_cents"], row["payer_id"]
        elif one.state == "returned":
            one.billed_cents = row["charge_cents"]

    def _charges(self) -> None:
        """Charges in force and who owes them before any answer."""
        by_visit = {claim.visit: claim for claim in self.claims.values() if claim.visit}
        covers = self._covers()
        for row in self.store.all(
            "SELECT * FROM charge AS charge WHERE delivered_on <= ? AND action <> 'void' AND NOT EXISTS (SELECT 1 "
            "FROM charge AS later WHERE later.original_charge_id = charge.charge_id AND later.delivered_on <= ?)",
            [self.day, self.day],
        ):
            cents = row["cents"]
            self.totals.charges_cents += cents
            if claim := by_visit.get(row["visit"]):
                claim.charge_cents += cents
                claim.balances["primary"] += cents
                self.totals.receivable["primary"] += cents
                continue
            known = covers.get(row["patient_id"], [])
            in_force = any(start <= row["dos_on"] <= (end or "9999") for start, end in known)
            self.totals.receivable["primary" if in_force else PATIENT] += cents
            if known and not in_force:
                self.totals.uncovered_cents += cents
        for claim in self.claims.values():
            if claim.visit is None:
                claim.charge_cents = claim.billed_cents
                claim.balances["primary"] += claim.billed_cents

    def _covers(self) -> dict[str, list[tuple[str, str | None]]]:
        """patient -> (from, to) of the newest version of each coverage delivered."""
        newest: dict[str, sqlite3.Row] = {}
        for row in self.store.all("SELECT * FROM coverage WHERE delivered_on <= ? ORDER BY updated_on", [self.day]):
            newest[row["coverage_id"]] = row
        found: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
        for row in newest.values():
            found[row["patient_id"]].append((row["effective_from"], row["effective_to"]))
        return found

    def _answer(self, row: sqlite3.Row) -> bool:
        """Count one CLP; False when it waits for another."""
        place = TURNS.index(row["turn"])
        if row["is_suspended"]:
            self.totals.suspense_cents += row["paid_cents"]
            return True
        if row["kind"] == "estimate":
            return True
        if row["kind"] == "reversal":
            if row["reverses"] not in self.effects:
                return False
        elif place and (row["clm01"], TURNS[place - 1]) not in self.answered:
            return False
        claim = self.claims[row["clm01"]]
        claim.state = "answered"
        if row["kind"] == "reversal":
            done, sign = self.effects[row["reverses"]], -1
        else:
            done, sign = self._effect(row, REMIT.validate_json(row["body"])), 1
            self.effects[row["adjudication_id"]] = done
            self.answered.add((row["clm01"], row["turn"]))
        for line_id, parties in done.lines.items():
            for party, cents in parties.items():
                self.lines[row["clm01"], line_id][party] += sign * cents
                claim.balances[party] += sign * cents
                self.totals.receivable[party] += sign * cents
        turn, amounts = row["turn"], done.amounts
        claim.paid[turn] += sign * amounts["paid"]
        claim.moved[turn] += sign * amounts["moved"]
        claim.contractual_cents += sign * amounts["contractual"]
        claim.sequestration_cents += sign * amounts["sequestration"]
        claim.denied_cents += sign * amounts["denied"]
        self.totals.insurance_cents += sign * amounts["paid"]
        self.totals.contractual_cents += sign * amounts["contractual"]
        self.totals.sequestration_cents += sign * amounts["sequestration"]
        self.totals.denied_cents += sign * amounts["denied"]
        return True

    def _effect(self, row: sqlite3.Row, remit: RemitClaim) -> Effect:
        effect = Effect()
        turn = row["turn"]
        place = TURNS.index(turn) + 1
        later = TURNS[place] if place < len(TURNS) and place + 1 in self.orders[row["patient_id"] or ""] else PATIENT
        for number, line in enumerate(remit.lines):
            line_id = line.line_id or f"line {number}"
            before = self.lines.setdefault((remit.clp01, line_id), Counter({"primary": line.charge_cents}))
            effect.lines[line_id] = line_effect(line, turn, later, before[turn], effect.amounts)
        return effect

    def _office(self) -> None:
        """What people moved by hand."""
        for row in self.store.all("SELECT * FROM office_act WHERE day <= ? ORDER BY act_no", [self.day]):
            event, party, cents = row["event"], row["party"], row["cents"]
            claim = self.claims[row["clm01"]]
            moved = Counter({party: cents if event == "refund" else -cents})
            if event in ("refund_sent", "refund_cleared"):
                if event == "refund_cleared":
                    self.totals.refunded_cents += cents
                continue
            if event == "patient_payment":
                allocated = min(cents, row["owed_cents"])
                moved = Counter({party: -allocated})
                self.totals.suspense_cents += cents - allocated
            if event in ("patient_payment", "recovery"):
                self.totals.cash[row["method"]] += cents
                claim.paid[party] -= moved[party]
            if event == "collections":
                moved["collections"] = cents
            self.totals.office[event] += abs(moved[party])
            for one, change in moved.items():
                claim.balances[one] += change
                self.totals.receivable[one] += change

    def _money(self) -> int:
        """Payments, provider adjustments and deposits; returns how many payments."""
        payments = self.store.all("SELECT * FROM payment WHERE released_on <= ?", [self.day])
        for row in payments:
            self.totals.cash[METHODS[row["method"]]] += row["paid_cents"]
        adjusted = (
            "SELECT payer_id, reason, cents, effective_on FROM provider_adjustment JOIN payment USING (payment_id) "
            "WHERE released_on <= ?"
        )
        for row in self.store.all(adjusted, [self.day]):
            account, part = self._account(row)
            if account == "INTEREST_INCOME":
                self.totals.interest_cents -= row["cents"]
            elif account == "RECOUP_DUE":
                self.totals.recoup_due[row["payer_id"] if part == "payer" else part] -= row["cents"]
            elif account == "UNAPPLIED":
                self.totals.suspense_cents -= row["cents"]
            else:
                self.totals.provider[account] -= row["cents"]
        deposits = (
            "SELECT deposit.*, payment.released_on FROM deposit LEFT JOIN payment USING (payment_id) "
            "WHERE deposit.delivered_on <= ?"
        )
        for row in self.store.all(deposits, [self.day]):
            self.totals.deposited_cents += row["cents"]
            is_told = row["released_on"] is not None and row["released_on"] <= self.day
            if is_told and row["ties"]:
                self.totals.matched_deposits_cents += row["cents"]
            elif _fourth_business_day(dt.date.fromisoformat(row["due_on"])) < self.as_of:
                self.totals.unexplained_deposits_cents += row["cents"]
                self.totals.suspense_cents += row["cents"]
        return len(payments)

    def _account(self, row: sqlite3.Row) -> tuple[str, str]:
        """The account that a PLB moves, and the part of it where that matters: by its reason, or as its payer has said."""
        reason, payer = row["reason"], self.payers.get(row["payer_id"])
        if reason in INTEREST:
            return "INTEREST_INCOME", ""
        if reason in TAKEBACKS:
            return "RECOUP_DUE", "payer"
        if reason not in PERSON:
            return ELSEWHERE.get(reason, "UNAPPLIED"), ""
        own = payer.meaning(reason, dt.date.fromisoformat(row["effective_on"])) if payer else None
        account, _, part = (own.account if own else "UNAPPLIED:payer").partition(":")
        return account, part


def _fourth_business_day(day: dt.date) -> dt.date:
    """After it, money that nothing explains is late (CORE 370): weekends and the banks' holidays do not count."""
    counted = 0
    while counted < 4:
        day += dt.timedelta(days=1)
        counted += day.weekday() < 5 and day.isoformat() not in code_set("bank_holiday")
    return day

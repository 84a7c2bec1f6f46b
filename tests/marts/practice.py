"""A small practice whose every figure can be worked out on paper.

Thirteen claims from January to July 2026, two providers, two payers; beside each claim, what happened to it.
``ENTRIES`` is what the ledger holds; the stage rows tell the same story to the other stages' tables.

    claim  payer  provider  charge   what happened
    C01    BLUE   P1        100+50   line 1 paid 70, 20 contractual, 10 to the patient; line 2 denied (authorization)
    C02    BLUE   P2        200      paid 120, 80 contractual; taken back; again: 100 paid, 80 contractual, 20 denied
    C03    GOLD   P1        300      paid 150, 100 contractual, 50 to the secondary BLUE, which pays 60: a credit of 10
    C04    -      P1        80       self-pay
    C05    GOLD   P2        400      charged under P1 first, corrected the same day; held by an edit, never sent
    C06    -      P2        90       posted to the patient; three days later his coverage with BLUE arrives
    C07    BLUE   P1        500      voided six days later
    C08    BLUE   P1        60       answered: duplicate (a remittance claim without lines)
    C09    BLUE   P1        100+30   both lines denied, for coding and for necessity
    C10    GOLD   P2        110      its remittance waits in suspense
    C11    BLUE   P1        40       paid in full; the money waited in suspense until the policy released it
    C12    GOLD   P2        70       written off because the filing limit passed: not contractual
    C13    GOLD   P1        25       sent on the last day; the void of C07 on the day after, which no figure knows yet
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace


def day(text: str) -> dt.date:
    """'07-15' of 2026."""
    return dt.date.fromisoformat(f"2026-{text}")


@dataclass(frozen=True)
class Entry:
    """One ledger entry, as the tests' own arithmetic sees it."""

    txn: str
    kind: str
    account: str
    party: str
    cents: int
    posted: dt.date
    effective: dt.date
    payer: str | None = None
    provider: str | None = None
    claim: str | None = None
    charge: str | None = None
    service: dt.date | None = None


# entry kind, account, party, payer, cents
Change = tuple[str, str, str, str | None, int]


@dataclass(frozen=True)
class Line:
    """One charge: its claim, amount, date of service, posting date and who was to pay it first."""

    charge: str
    claim: str
    provider: str
    payer: str | None
    cents: int
    service: str
    posted: str


LINES = [
    Line("C01-1", "C01", "P1", "BLUE", 10_000, "01-10", "01-12"),
    Line("C01-2", "C01", "P1", "BLUE", 5_000, "01-10", "01-12"),
    Line("C02-1", "C02", "P2", "BLUE", 20_000, "03-05", "03-06"),
    Line("C03-1", "C03", "P1", "GOLD", 30_000, "04-20", "04-21"),
    Line("C04-1", "C04", "P1", None, 8_000, "06-30", "07-01"),
    Line("C05-1", "C05", "P2", "GOLD", 40_000, "05-31", "06-02"),
    Line("C06-1", "C06", "P2", None, 9_000, "07-06", "07-07"),
    Line("C07-1", "C07", "P1", "BLUE", 50_000, "07-01", "07-02"),
    Line("C08-1", "C08", "P1", "BLUE", 6_000, "06-25", "06-26"),
    Line("C09-1", "C09", "P1", "BLUE", 10_000, "06-20", "06-22"),
    Line("C09-2", "C09", "P1", "BLUE", 3_000, "06-20", "06-22"),
    Line("C10-1", "C10", "P2", "GOLD", 11_000, "06-15", "06-16"),
    Line("C11-1", "C11", "P1", "BLUE", 4_000, "02-20", "02-23"),
    Line("C12-1", "C12", "P2", "GOLD", 7_000, "02-02", "02-04"),
    Line("C13-1", "C13", "P1", "GOLD", 2_500, "07-13", "07-14"),
]
LINE = {line.charge: line for line in LINES}
CORRECTED = Line("C05-0", "C05", "P1", "GOLD", 40_000, "05-31", "06-02")


def _charge(line: Line) -> list[Entry]:
    about = Entry(
        f"charge:{line.charge}", "charge", "AR", "primary" if line.payer else "patient", line.cents,
        day(line.posted), day(line.posted), line.payer, line.provider, line.claim, line.charge, day(line.service),
    )  # fmt: skip
    return [about, replace(about, account="REVENUE_GROSS", party="none", cents=-line.cents)]


def _move(charge: str, txn: str, posted: str, changes: list[Change], effective: str | None = None) -> list[Entry]:
    """One transaction on a charge; each change: entry kind, account, party, payer, cents."""
    line = LINE[charge]
    return [
        Entry(txn, kind, account, party, cents, day(posted), day(effective or posted), payer, line.provider, line.claim,
              charge, day(line.service))
        for kind, account, party, payer, cents in changes
    ]  # fmt: skip


def _paid(charge: str, txn: str, posted: str, payer: str, paid: int, contractual: int = 0, moved: int = 0,
          turn: str = "primary", to: tuple[str, str | None] = ("patient", None),
          effective: str | None = None) -> list[Entry]:  # fmt: skip
    """A remittance line: payment, contractual write-off, transfer to the next party."""
    changes: list[Change] = []
    if paid:
        changes += [("payment", "CASH_CLEARING", "eft", payer, paid), ("payment", "AR", turn, payer, -paid)]
    if contractual:
        changes += [
            ("contractual", "CONTRACTUAL", "contract", payer, contractual),
            ("contractual", "AR", turn, payer, -contractual),
        ]
    if moved:
        changes += [("transfer", "AR", to[0], to[1], moved), ("transfer", "AR", turn, payer, -moved)]
    return _move(charge, txn, posted, changes, effective)


def _cash(
    txn: str, kind: str, posted: str, payer: str, debit: tuple[str, str], credit: tuple[str, str], cents: int
) -> list[Entry]:
    """Money that belongs to no claim: suspense, interest, deposits."""
    about = Entry(txn, kind, *debit, cents, day(posted), day(posted), payer)
    return [about, replace(about, account=credit[0], party=credit[1], cents=-cents)]


EFT = ("CASH_CLEARING", "eft")
SUSPENSE = ("UNAPPLIED", "payer")

ENTRIES: list[Entry] = [
    *(entry for line in [*LINES, CORRECTED] for entry in _charge(line)),
    *(replace(entry, txn="charge_void:C05-0", cents=-entry.cents) for entry in _charge(CORRECTED)),
    *_paid("C01-1", "remit:PAY1-1-1", "02-10", "BLUE", 7_000, 2_000, 1_000),
    *_paid("C02-1", "remit:PAY2-1-1", "04-02", "BLUE", 12_000, 8_000),
    *_paid("C02-1", "remit:PAY4-1:reverses", "05-20", "BLUE", -12_000, -8_000),
    *_paid("C02-1", "remit:PAY4-2-1", "05-20", "BLUE", 10_000, 8_000),
    *_paid("C03-1", "remit:PAY3-1-1", "05-15", "GOLD", 15_000, 10_000, 5_000,
           to=("secondary", "BLUE"), effective="05-18"),
    *_paid("C03-1", "remit:PAY5-1-1", "06-10", "BLUE", 6_000, turn="secondary"),
    *_move("C06-1", "responsibility:C06-1", "07-10",
           [("responsibility", "AR", "patient", None, -9_000), ("responsibility", "AR", "primary", "BLUE", 9_000)],
           "07-07"),
    *_move("C07-1", "charge_void:C07-1", "07-08",
           [("charge", "AR", "primary", "BLUE", -50_000), ("charge", "REVENUE_GROSS", "none", "BLUE", 50_000)],
           "07-02"),
    *_cash("remit:PAY9-1:suspense", "suspense", "03-10", "BLUE", EFT, SUSPENSE, 4_000),
    *_cash("remit:PAY9-1:suspense:released", "suspense", "03-12", "BLUE", SUSPENSE, EFT, 4_000),
    *_paid("C11-1", "remit:PAY9-1-1", "03-12", "BLUE", 4_000, effective="03-10"),
    *_move("C12-1", "write_off:C12-1", "06-20",
           [("denial_wo", "DENIAL_WO", "timely", "GOLD", 7_000), ("denial_wo", "AR", "primary", "GOLD", -7_000)]),
    *_cash("plb:PAY6-plb", "interest", "07-09", "BLUE", EFT, ("INTEREST_INCOME", "none"), 500),
    *_cash("remit:PAY7-1:suspense", "suspense", "07-13", "GOLD", EFT, SUSPENSE, 8_000),
    *_cash("deposit:D1", "deposit", "07-15", "BLUE", ("BANK", "none"), EFT, 7_000),
]  # fmt: skip

AS_OF = day("07-15")
MONTH_ENDS = [day(text) for text in ("01-31", "02-28", "03-31", "04-30", "05-31", "06-30")]

# claim -> day of its first upload
BILLED = {"C01": "01-15", "C02": "03-09", "C03": "04-22", "C06": "07-10", "C08": "06-26", "C09": "06-23",
          "C07": "07-16", "C10": "06-17",
          "C11": "02-24", "C12": "02-05", "C13": "07-15"}  # fmt: skip

"""Our ledger against the sandbox's own books: every account, and every claim, to the cent.

The two were written without each other: the books know what the payers decided and paid, the ledger what it read and
posted. Only money that came from the sandbox is compared; files a person dropped in by hand are left out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

import duckdb

from pm_pipeline.sandbox.books import Books, ClaimTruth
from pm_pipeline.warehouse import run_sql

PARTIES = ("primary", "secondary", "tertiary", "patient")
COLLECTIONS = "collections"  # shown where there is any


@dataclass(frozen=True)
class Line:
    """One account or total: what the ledger says and what the books say, in cents."""

    name: str
    ledger_cents: int
    books_cents: int

    @property
    def agrees(self) -> bool:
        """True when both say the same."""
        return self.ledger_cents == self.books_cents


@dataclass
class Reconciliation:
    """All accounts, and the claims that differ: claim id -> (what, ledger, books)."""

    lines: list[Line]
    claims: int
    differing: dict[str, list[tuple[str, int, int]]] = field(default_factory=dict)

    @property
    def agrees(self) -> bool:
        """True when every account and every claim agrees."""
        return not self.differing and all(line.agrees for line in self.lines)


def reconcile(con: duckdb.DuckDBPyConnection, books: Books) -> Reconciliation:
    """Compare the ledger behind `con` with the books as of the same day."""
    totals = books.totals
    ours = _accounts(con)
    lines = [
        Line("Charges", ours["charges"], totals.charges_cents),
        Line("Insurance payments", ours["payments"], totals.insurance_cents),
        Line("Contractual write-offs", ours["contractual"], totals.contractual_cents),
        Line("Sequestration", ours["sequestration"], totals.sequestration_cents),
        *(Line(f"A/R {party}", ours[f"ar {party}"], totals.receivable[party]) for party in PARTIES),
        *(
            Line(f"A/R {party}", ours[f"ar {party}"], totals.receivable[party])
            for party in (COLLECTIONS,)
            if ours[f"ar {party}"] or totals.receivable[party]
        ),
        Line("A/R total", sum(ours[f"ar {party}"] for party in (*PARTIES, COLLECTIONS)), totals.receivable_cents),
        Line("Interest received", ours["interest"], totals.interest_cents),
        Line("Suspense", ours["suspense"], totals.suspense_cents),
        *(
            Line(f"To be recouped by {payer}", ours[f"recoup {payer}"], totals.recoup_due[payer])
            for payer in sorted(set(totals.recoup_due) | {name[7:] for name in ours if name.startswith("recoup ")})
        ),
        *(
            Line(f"Payments by {method}", ours[f"cash {method}"], totals.cash[method])
            for method in sorted(set(totals.cash) | {name[5:] for name in ours if name.startswith("cash ")})
        ),
        *(
            Line(f"Provider adjustments, {account}", ours[f"provider {account}"], totals.provider[account])
            for account in sorted(set(totals.provider) | {name[9:] for name in ours if name.startswith("provider ")})
        ),
        *(
            Line(f"By hand, {event.replace('_', ' ')}", ours[f"office {event}"], totals.office[event])
            for event in sorted(set(totals.office) | {name[7:] for name in ours if name.startswith("office ")})
        ),
        Line(
            "Deposits tied to payments",
            ours["deposits"],
            totals.matched_deposits_cents + totals.unexplained_deposits_cents - totals.refunded_cents,
        ),
    ]
    claims = _claims(con)
    differing: dict[str, list[tuple[str, int, int]]] = {}
    for claim_id, truth in books.claims.items():
        mine, theirs = claims.get(claim_id, Counter()), _claim_truth(truth)
        gaps = [
            (name, mine[name], theirs[name]) for name in sorted(set(mine) | set(theirs)) if mine[name] != theirs[name]
        ]
        if gaps:
            differing[claim_id] = gaps
    return Reconciliation(lines, len(books.claims), differing)


def _claim_truth(truth: ClaimTruth) -> Counter[str]:
    found: Counter[str] = Counter(
        charges=truth.charge_cents, contractual=truth.contractual_cents, sequestration=truth.sequestration_cents
    )
    for turn, cents in truth.paid.items():
        found[f"paid {turn}"] += cents
    for party, cents in truth.balances.items():
        found[f"ar {party}"] += cents
    return found


def _accounts(con: duckdb.DuckDBPyConnection) -> Counter[str]:
    rows = run_sql(con, __package__ or "", "accounts.sql").fetchall()
    return Counter({str(name): int(cents) for name, cents in rows})


def _claims(con: duckdb.DuckDBPyConnection) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for claim_id, name, cents in run_sql(con, __package__ or "", "claims.sql").fetchall():
        found[str(claim_id)][str(name)] += int(cents)
    return found

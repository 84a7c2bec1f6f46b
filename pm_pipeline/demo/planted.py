"""The exceptions the pipeline opened against those the sandbox knows it gave cause for, both ways."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

import duckdb

from pm_pipeline.sandbox.expected import CREDIT, Expected
from pm_pipeline.warehouse import run_sql

SETS = (
    "PAYMENT_GATE",
    "PAYEE_NOT_OURS",
    "TRN_REUSED",
)  # problems of whole transaction sets that the hard mix gives cause for


@dataclass
class Reason:
    """One exception code: how many items were planted, how many of these were found, and what is on one side only."""

    code: str
    planted: int = 0
    found: int = 0
    open: int = 0
    missing: list[str] = field(default_factory=list)  # planted, and no such exception
    unplanted: list[str] = field(default_factory=list)  # an exception nobody planted

    @property
    def agrees(self) -> bool:
        """True when both sides have the same items."""
        return not self.missing and not self.unplanted


def compare(con: duckdb.DuckDBPyConnection, wanted: Expected) -> list[Reason]:
    """One reason per code, sorted. A credit balance that settled by itself is nobody's business."""
    told: dict[str, set[str]] = defaultdict(set)
    is_open: Counter[str] = Counter()
    for code, item, stands, actor in run_sql(con, __package__ or "", "exceptions.sql").fetchall():
        is_open[str(code)] += bool(stands)
        if stands or actor != "policy" or code != CREDIT:
            told[str(code)].add(str(item))
    planted: dict[str, set[str]] = defaultdict(set)
    for code, item in wanted.items:
        planted[code].add(item)
    found = [
        Reason(
            code, len(planted[code]), len(planted[code] & told[code]), is_open[code],
            sorted(planted[code] - told[code]), sorted(told[code] - planted[code]),
        )
        for code in sorted(set(planted) | set(told))
    ]  # fmt: skip
    return [*found, *_sets(con, wanted.quarantined)]


def _sets(con: duckdb.DuckDBPyConnection, wanted: Counter[str]) -> list[Reason]:
    """Transaction sets that were quarantined, counted: what was not loaded has no name to compare."""
    rows = con.execute(
        "SELECT code, count(DISTINCT set_id) FROM transport.problem WHERE set_id IS NOT NULL AND list_contains($codes, code) GROUP BY 1",
        {"codes": list(SETS)},
    ).fetchall()
    told: Counter[str] = Counter({str(code): int(sets) for code, sets in rows})
    return [
        Reason(
            f"quarantined {code}", wanted[code], min(wanted[code], told[code]), told[code],
            ["a transaction set"] * (wanted[code] - told[code]), ["a transaction set"] * (told[code] - wanted[code]),
        )
        for code in sorted(set(wanted) | set(told))
    ]  # fmt: skip

"""The tests' own arithmetic over practice.py: plain loops, no SQL."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from decimal import Decimal

import duckdb

from tests.marts.practice import ENTRIES, Entry

AR = [entry for entry in ENTRIES if entry.account == "AR"]
PAIRS = sorted({(entry.party if entry.party == "patient" else entry.payer or "", entry.provider or "") for entry in AR})


def owes(entry: Entry) -> str:
    """Who owes it: the payer, or the patient."""
    return "patient" if entry.party == "patient" else entry.payer or "unknown"


def summed(entries: Iterable[Entry], key: Callable[[Entry], Hashable]) -> dict[Hashable, int]:
    """Cents by key, keys that come to zero included."""
    sums: dict[Hashable, int] = defaultdict(int)
    for entry in entries:
        sums[key(entry)] += entry.cents
    return dict(sums)


def until(day: dt.date) -> list[Entry]:
    """A/R entries posted up to and on a day."""
    return [entry for entry in AR if entry.posted <= day]


def cents(amount: Decimal) -> int:
    """A mart's dollars as cents, exactly."""
    scaled = amount * 100
    assert scaled == int(scaled)
    return int(scaled)


def rows(con: duckdb.DuckDBPyConnection, query: str) -> list[tuple]:
    """Rows of a query; dollar amounts as cents."""
    found = con.execute(query).fetchall()
    return [tuple(cents(value) if isinstance(value, Decimal) else value for value in row) for row in found]

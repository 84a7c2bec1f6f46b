"""ar_aging on three bases against plain arithmetic and against the warehouse's own aging macro; the roll-forward."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import duckdb
import pytest

from tests.marts.arithmetic import AR, owes, rows, summed, until
from tests.marts.practice import AS_OF, BILLED, LINE, MONTH_ENDS, Entry, day

AS_OF_DAYS = [*MONTH_ENDS, AS_OF]
BASES = ("service_date", "first_bill", "responsibility_start")


def _bucket(days: int | None) -> str:
    if days is None:
        return "not billed"
    for last, name in ((30, "0-30"), (60, "31-60"), (90, "61-90"), (120, "91-120")):
        if days <= last:
            return name
    return "121+"


def _start(base: str, entries: list[Entry], as_of: dt.date) -> dt.date | None:
    first = entries[0]
    if base == "service_date":
        return day(LINE[first.charge or ""].service)
    if base == "responsibility_start":
        return min(entry.effective for entry in entries if entry.cents > 0)
    billed = BILLED.get(first.claim or "")
    return day(billed) if billed and day(billed) <= as_of else None


@pytest.mark.parametrize("as_of", AS_OF_DAYS, ids=str)
def test_every_cell_agrees_with_plain_arithmetic(marts: duckdb.DuckDBPyConnection, as_of: dt.date) -> None:
    history: dict[tuple, list[Entry]] = defaultdict(list)
    for entry in until(as_of):
        history[owes(entry), entry.provider, entry.party, entry.claim, entry.charge].append(entry)
    expected: dict[tuple, tuple[int, int]] = {}
    for (payer, provider, party, *_), entries in history.items():
        if balance := sum(entry.cents for entry in entries):
            for base in BASES:
                start = _start(base, entries, as_of)
                cell = (payer, provider, party, base, _bucket((as_of - start).days if start else None))
                amount, count = expected.get(cell, (0, 0))
                expected[cell] = (amount + balance, count + 1)
    found = {
        tuple(row[:5]): row[5:]
        for row in rows(
            marts,
            "SELECT payer_id, provider_id, party, aging_base, bucket, balance_amount, balances FROM marts.ar_aging "
            f"WHERE as_of_date = DATE '{as_of}'",
        )
    }
    assert found == expected


@pytest.mark.parametrize("as_of", AS_OF_DAYS, ids=str)
def test_buckets_are_those_of_the_warehouse_macro(marts: duckdb.DuckDBPyConnection, as_of: dt.date) -> None:
    """receivables.aging is the same question asked of the ledger in another way (`pm status` reads it)."""
    for base, days in zip(BASES, ("service_days", "billed_days", "responsible_days"), strict=True):
        told = rows(
            marts,
            f"SELECT party, receivables.bucket({days}) AS bucket, sum(balance_cents)::BIGINT "
            f"FROM receivables.aging(DATE '{as_of}') GROUP BY ALL ORDER BY ALL",
        )
        found = rows(
            marts,
            "SELECT party, bucket, sum(balance_amount)::DECIMAL(18, 2) FROM marts.ar_aging "
            f"WHERE as_of_date = DATE '{as_of}' AND aging_base = '{base}' GROUP BY ALL ORDER BY ALL",
        )
        assert found == told


def test_sending_a_claim_again_does_not_make_it_younger(marts: duckdb.DuckDBPyConnection) -> None:
    """C02 was first sent on 9 March and again on 14 July; 128 days on 15 July."""
    assert rows(
        marts,
        "SELECT bucket, balance_amount FROM marts.ar_aging WHERE as_of_date = '2026-07-15' AND aging_base = "
        "'first_bill' "
        "AND provider_id = 'P2' AND payer_id = 'BLUE' ORDER BY 1",
    ) == [("0-30", 9_000), ("121+", 2_000)]


def test_roll_forward_opens_moves_and_closes(marts: duckdb.DuckDBPyConnection) -> None:
    """May, primary: C02 is taken back and answered again, C03 pays and moves 50 to the secondary."""
    assert rows(
        marts,
        "SELECT opening_amount, charges_amount, responsibility_amount, payments_amount, contractual_amount, "
        "write_offs_amount, transfers_amount, closing_amount FROM marts.ar_roll_forward "
        "WHERE period_start = '2026-05-01' AND party = 'primary'",
    ) == [(42_000, 0, 0, -13_000, -10_000, 0, -5_000, 14_000)]


def test_roll_forward_closes_with_the_ledger_for_every_party_and_month(marts: duckdb.DuckDBPyConnection) -> None:
    found = {
        (end, party): closing
        for end, party, closing in rows(marts, "SELECT period_end, party, closing_amount FROM marts.ar_roll_forward")
    }
    expected = {}
    for end in AS_OF_DAYS:
        started = {entry.party for entry in AR if entry.posted <= end}
        sums = summed(until(end), lambda entry: entry.party)
        expected |= {(end, party): sums[party] for party in started}
    assert found == expected

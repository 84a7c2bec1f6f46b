"""The ledger posts what balances, once, seals it, and can say the same in any order."""

from __future__ import annotations

import datetime as dt
import sys

import duckdb
import pytest

from pm_pipeline import ledger
from pm_pipeline.audit.verify import verify
from pm_pipeline.errors import LedgerError
from pm_pipeline.warehouse import unit
from tests.warehouses import fresh

DAY = dt.date(2026, 6, 1)
Entry = tuple[str, str, str, int, str | None]  # txn_key, account, sub_account, cents, claim_id


def post(con: duckdb.DuckDBPyConnection, *entries: Entry, on: dt.date = DAY, run_id: str = "run-1") -> ledger.Posted:
    with unit(con, "test", run_id) as work, ledger.proposals(con):
        for key, account, sub, cents, claim_id in entries:
            con.execute(
                "INSERT INTO ledger_proposal (txn_key, txn_kind, actor, entry_kind, account, sub_account, cents, practice_id, "
                "claim_id, effective_on) VALUES (?, 'test', 'pat.lead', 'charge', ?, ?, ?, 'P', ?, ?)",
                [key, account, sub, cents, claim_id, DAY],
            )
        return ledger.post(con, work, "test", on)


CHARGE: list[Entry] = [
    ("charge:1", "AR", "primary", 10_000, "C1"),
    ("charge:1", "REVENUE_GROSS", "none", -10_000, "C1"),
]


def test_a_balanced_transaction_is_posted_once_however_often_it_is_proposed(con: duckdb.DuckDBPyConnection) -> None:
    assert post(con, *CHARGE) == ledger.Posted(transactions=1, entries=2, already_posted=0)
    before = con.execute("SELECT * FROM ledger.entry ORDER BY entry_id").fetchall()
    assert post(con, *CHARGE, on=DAY + dt.timedelta(9), run_id="run-2") == ledger.Posted(0, 0, 1)
    assert con.execute("SELECT * FROM ledger.entry ORDER BY entry_id").fetchall() == before


def test_a_transaction_that_does_not_sum_to_zero_posts_nothing(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(LedgerError, match=r"charge:1 \(off by 1 cents\)"):
        post(con, ("charge:1", "AR", "primary", 10_001, "C1"), CHARGE[1], ("charge:2", "AR", "primary", 0, None))
    assert con.execute("SELECT count(*) FROM ledger.entry").fetchone() == (0,)


def test_an_unknown_account_is_refused_by_name(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(LedgerError, match="no account SLUSH_FUND"):
        post(con, ("x", "SLUSH_FUND", "none", 5, None), ("x", "AR", "primary", -5, None))


def test_two_keys_that_come_to_one_id_are_refused() -> None:
    con = fresh()
    try:
        con.execute("CREATE OR REPLACE MACRO ledger.txn_id(txn_key) AS 'T' || left(txn_key, 6)")
        second: list[Entry] = [("charge:2", *one[1:]) for one in CHARGE]
        with pytest.raises(LedgerError, match="has that of another: charge:1, charge:2"):
            post(con, *CHARGE, *second)
        assert con.execute("SELECT count(*) FROM ledger.txn").fetchone() == (0,)
    finally:
        con.close()


def test_the_same_key_with_other_content_is_refused_and_changes_nothing(con: duckdb.DuckDBPyConnection) -> None:
    post(con, *CHARGE)
    with pytest.raises(LedgerError, match="charge:1"):
        post(con, ("charge:1", "AR", "primary", 9_000, "C1"), ("charge:1", "REVENUE_GROSS", "none", -9_000, "C1"))
    assert con.execute("SELECT sum(cents) FROM ledger.entry WHERE account = 'AR'").fetchone() == (10_000,)


def test_posted_in_parts_it_is_one_batch_and_all_or_nothing(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["pm_pipeline.ledger.post"], "PART_ENTRIES", 2)
    charges = [
        (f"charge:{number}", account, sub, sign * 100, f"C{number}")
        for number in range(9)
        for account, sub, sign in (("AR", "primary", 1), ("REVENUE_GROSS", "none", -1))
    ]
    with pytest.raises(LedgerError, match="charge:8"):
        post(con, *charges[:-1], ("charge:8", "REVENUE_GROSS", "none", -99, "C8"))
    assert con.execute("SELECT count(*) FROM ledger.txn").fetchone() == (0,)
    assert post(con, *charges) == ledger.Posted(9, 18, 0)
    assert post(con, *charges, run_id="run-2") == ledger.Posted(0, 0, 9)
    assert con.execute("SELECT count(*), min(entries) FROM ledger.batch").fetchall() == [(1, 18)]
    assert verify(con, only="I16") == []


def test_a_reversal_negates_every_entry_of_its_original(con: duckdb.DuckDBPyConnection) -> None:
    post(con, *CHARGE)
    with unit(con, "void", "run-2") as work, ledger.proposals(con):
        con.execute(
            "INSERT INTO ledger_reversal (txn_key, txn_kind, reverses_txn_key, effective_on) "
            "VALUES ('void:1', 'charge_void', 'charge:1', DATE '2026-06-01')"
        )
        ledger.reverse(con)
        assert ledger.post(con, work, "void", DAY).entries == 2
    assert con.execute("SELECT account, sum(cents) FROM ledger.entry GROUP BY 1 ORDER BY 1").fetchall() == [
        ("AR", 0),
        ("REVENUE_GROSS", 0),
    ]
    assert verify(con, only="I10") == []


def test_the_content_hash_ignores_order_run_clock_and_what_nets_to_nothing(con: duckdb.DuckDBPyConnection) -> None:
    second: list[Entry] = [("charge:2", "AR", "patient", 700, "C2"), ("charge:2", "REVENUE_GROSS", "none", -700, "C2")]
    post(con, *CHARGE)
    post(con, *second, run_id="run-2", on=DAY + dt.timedelta(30))
    one = ledger.content_hash(con)
    other = fresh()
    try:
        post(other, ("in", "UNAPPLIED", "payer", -50, None), ("in", "CASH_CLEARING", "eft", 50, None))
        post(other, *second, *CHARGE)
        assert ledger.content_hash(other) != one
        post(other, ("out", "UNAPPLIED", "payer", 50, None), ("out", "CASH_CLEARING", "eft", -50, None))
        assert ledger.content_hash(other) == one
    finally:
        other.close()


@pytest.mark.parametrize(
    ("tampering", "named"),
    [
        ("UPDATE ledger.entry SET cents = cents + 1 WHERE account = 'AR'", "hash differs"),
        ("UPDATE ledger.entry SET sub_account = 'patient' WHERE account = 'AR'", "hash differs"),
        ("DELETE FROM ledger.entry WHERE account = 'AR'", "holds 1"),
        ("UPDATE ledger.txn SET actor = 'nobody'", "hash differs"),
        ("INSERT INTO ledger.entry SELECT * EXCLUDE (entry_id) FROM ledger.entry", "entries with this id"),
        ("INSERT INTO ledger.txn SELECT * FROM ledger.txn", "transactions with this id"),
    ],
)
def test_tampering_with_an_entry_is_named(con: duckdb.DuckDBPyConnection, tampering: str, named: str) -> None:
    post(con, *CHARGE)
    assert verify(con, only="I16") == []
    con.execute(tampering)
    assert any(named in violation.text for violation in verify(con, only="I16"))
    if "UPDATE ledger.entry" in tampering:
        row = con.execute("SELECT txn_id FROM ledger.entry WHERE account = 'AR'").fetchone()
        assert row is not None
        assert row[0] in {violation.item for violation in verify(con, only="I16")}


def test_a_replaced_link_of_the_chain_is_named(con: duckdb.DuckDBPyConnection) -> None:
    post(con, *CHARGE)
    post(con, ("charge:2", "AR", "patient", 700, "C2"), ("charge:2", "REVENUE_GROSS", "none", -700, "C2"))
    assert verify(con, only="I14") == []
    con.execute("UPDATE warehouse.chain SET run_id = 'other' WHERE seq = 1")
    assert [violation.item for violation in verify(con, only="I14")] == ["1"]

"""Each invariant sees what it is there to see: the world is sound, one thing is spoiled by hand, and it is named."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pm_pipeline.audit.verify import invariants, verify
from pm_pipeline.ledger import batch_after
from tests.kept import Kept, kept_by
from tests.money import CO45, PR2, World, claim, line

LEDGER_ROW = "SELECT min(entry_id) FROM ledger.entry WHERE entry_kind = 'payment' AND account = 'AR'"
ALL = (
    "I01", "I02", "I03", "I04", "I05", "I06", "I07", "I08", "I09", "I10", "I11", "I12", "I13", "I14", "I15", "I16", "I17",
    "I18", "I19", "I20",
)  # fmt: skip


def pay(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Two claims billed; one paid in full with a write-off, one with coinsurance, by one payment."""
    world = World(con, folder)
    world.bill("CLAIM1", {"A": 10_000})
    world.bill("CLAIM2", {"B": 20_000})
    world.post(
        world.remittance(
            claim("CLAIM1", line("A", 10_000, 6_000, CO45(4_000))),
            claim("CLAIM2", line("B", 20_000, 9_000, CO45(8_000), PR2(3_000)), number="ICN2"),
        )
    )
    assert verify(world.con) == []


kept = kept_by(pay)


@pytest.fixture
def paid(con: duckdb.DuckDBPyConnection, tmp_path: Path, kept: Kept) -> World:
    """A world of its own for each test, after `pay`."""
    kept.put(con, tmp_path)
    return World(con, tmp_path, files=1)


def test_the_nineteen_invariants_are_there_and_say_what_a_row_means() -> None:
    assert tuple(invariants()) == ALL
    assert all(meaning.startswith("one row ") for meaning, _ in invariants().values())


def found(world: World) -> set[tuple[str, str]]:
    return {(one.invariant, one.item) for one in verify(world.con)}


def test_an_entry_changed_by_hand_is_named(paid: World) -> None:
    entry, txn = paid.con.execute(
        f"SELECT entry_id, txn_id FROM ledger.entry WHERE entry_id = ({LEDGER_ROW})"
    ).fetchall()[0]
    paid.con.execute("UPDATE ledger.entry SET cents = cents - 1 WHERE entry_id = ?", [entry])
    assert {("I01", txn), ("I16", txn)} <= found(paid)


def test_only_the_batches_asked_for_are_held_against_their_hashes(paid: World) -> None:
    first = paid.con.execute("SELECT txn_id, batch_no FROM ledger.txn ORDER BY batch_no, txn_id").fetchall()[0]
    last = paid.con.execute(f"SELECT txn_id FROM ledger.entry WHERE entry_id = ({LEDGER_ROW})").fetchall()[0][0]
    since = batch_after(paid.con, "no such name") + first[1]
    paid.con.execute("UPDATE ledger.entry SET cents = cents - 1 WHERE txn_id IN (?, ?)", [first[0], last])
    assert {one.item for one in verify(paid.con, only="I16")} == {first[0], last}
    assert {one.item for one in verify(paid.con, only="I16", since_batch=since)} == {last}
    assert batch_after(paid.con, "posting:") > since
    for only in ("I01", "I08", "I10", "I16"):
        assert verify(paid.con, only=only, since_batch=batch_after(paid.con, "posting:")) == []


def test_an_entry_whose_words_were_changed_is_named_although_the_money_is_right(paid: World) -> None:
    txn = paid.con.execute(f"SELECT txn_id FROM ledger.entry WHERE entry_id = ({LEDGER_ROW})").fetchall()[0][0]
    paid.con.execute(f"UPDATE ledger.entry SET provider_id = 'P02' WHERE entry_id = ({LEDGER_ROW})")
    assert found(paid) == {("I16", txn)}


@pytest.mark.parametrize(
    "spoil",
    [
        "posted_on = posted_on + 1",
        "run_id = 'other'",
        "recorded_at = now()::TIMESTAMP",
        "batch_no = 1",
    ],
)
def test_an_entry_moved_to_another_day_run_or_batch_is_named(paid: World, spoil: str) -> None:
    entry = paid.con.execute(LEDGER_ROW).fetchall()[0][0]
    paid.con.execute(f"UPDATE ledger.entry SET {spoil} WHERE entry_id = ?", [entry])
    assert any(one.item.startswith(entry) for one in verify(paid.con, only="I16"))


def test_a_transaction_under_another_key_is_named(paid: World) -> None:
    txn = paid.con.execute("SELECT min(txn_id) FROM ledger.txn").fetchall()[0][0]
    paid.con.execute("UPDATE ledger.txn SET txn_key = txn_key || '!' WHERE txn_id = ?", [txn])
    assert "its id is not that of its key" in {one.text for one in verify(paid.con, only="I16") if one.item == txn}


def test_an_entry_removed_or_smuggled_in_breaks_the_seal_of_its_batch(paid: World) -> None:
    row = paid.con.execute(f"SELECT txn_id, batch_no FROM ledger.entry WHERE entry_id = ({LEDGER_ROW})").fetchall()[0]
    paid.con.execute("DELETE FROM ledger.entry WHERE txn_id = ?", [row[0]])
    names = found(paid)
    assert ("I16", f"batch {row[1]}") in names
    assert any(invariant == "I02" for invariant, _ in names)


def test_a_whole_transaction_rewritten_with_right_hashes_is_not_in_the_chain(paid: World) -> None:
    paid.con.execute("UPDATE ledger.batch SET digest = sha256('forged') WHERE batch_no = 1")
    assert ("I16", "batch 1") in found(paid)


@pytest.mark.parametrize(
    "spoil",
    [
        "name = 'other'",
        "debit_cents = debit_cents + 1",
        "run_id = 'other'",
        "recorded_at = now()::TIMESTAMP",
        "posted_on = posted_on + 1",
        "txns_digest = sha256('forged')",
        "posted_on = posted_on + 1, digest = ledger.batch_digest(batch_no, name, posted_on + 1, entries, debit_cents, run_id, recorded_at, txns_digest)",
    ],
)
def test_what_a_batch_says_of_itself_is_sealed_too(paid: World, spoil: str) -> None:
    paid.con.execute(f"UPDATE ledger.batch SET {spoil} WHERE batch_no = 2")
    assert found(paid) == {("I16", "batch 2")}


def test_a_batch_that_is_gone_with_all_it_held_is_missed(paid: World) -> None:
    """Nothing that is left is wrong; only the chain of units of work knows of it."""
    for table in ("entry", "txn", "batch"):
        paid.con.execute(f"DELETE FROM ledger.{table} WHERE batch_no = 2")
    assert ("I16", "batch 2") in found(paid)


@pytest.mark.parametrize(
    ("invariant", "item", "spoil"),
    [
        ("I03", None, "UPDATE remittance.payment SET plb_cents = plb_cents + 5"),
        ("I04", None, "INSERT INTO posting.posting_made SELECT * REPLACE (posting_key || 'x' AS posting_key) FROM posting.posting LIMIT 1"),
        ("I08", None, "DELETE FROM transport.file WHERE file_id = 'feed'"),
        ("I12", "CLAIM1", "INSERT INTO submission.batch_claim VALUES ('CLAIM1', 2, 7, 7, 'BLHRB', '1', NULL, 'h', 1, 1, 2, DATE '2026-06-01', 'r')"),
        ("I12", "CLAIM1", "INSERT INTO submission.later_claim SELECT 'CLAIM1', 'secondary', n, 7, 7, 'SMTML', '1', NULL, 'B', 0, 'h', 1, 1, 2, DATE '2026-06-01', 'r' "
                          "FROM range(1, 3) AS t(n); INSERT INTO submission.later_event VALUES ('T1', 'CLAIM1', 'secondary', 1, 'sent', 'sent', 40, "
                          "DATE '2026-06-01', NULL, NULL, NULL, 'r', now()::TIMESTAMP)"),
        ("I13", "CLAIM1", "INSERT INTO scrub.claim_event SELECT 'V' || n, 'CLAIM1', 0, 1000 + n, 'built', 'held', 90 - n, DATE '2026-06-01', NULL, NULL, NULL, 'r', "
                          "now()::TIMESTAMP FROM range(2) AS t(n)"),
        ("I14", None, "UPDATE warehouse.chain SET unit_name = 'another' WHERE seq = 1"),
        ("I18", None, "INSERT INTO remittance.line SELECT * FROM remittance.line LIMIT 1"),
        ("I18", None, "INSERT INTO remittance.adjustment SELECT * FROM remittance.adjustment LIMIT 1"),
        ("I18", None, "INSERT INTO posting.line_outcome_made SELECT * FROM posting.line_outcome_made LIMIT 1"),
        ("I18", None, "INSERT INTO posting.decision_made SELECT * FROM posting.decision_made LIMIT 1"),
        ("I15", None, "INSERT INTO intake.feed_file VALUES ('f', 'charges', 'loaded', NULL, 5, 3, 0, 1, DATE '2026-06-01', 'r')"),
    ],
)  # fmt: skip
def test_a_spoiled_fact_is_seen_by_its_invariant(paid: World, invariant: str, item: str | None, spoil: str) -> None:
    paid.con.execute(spoil)
    hits = [name for kind, name in found(paid) if kind == invariant]
    assert hits
    assert item in (None, *hits)


def test_asking_for_one_invariant_runs_that_one_alone(paid: World) -> None:
    paid.con.execute("UPDATE ledger.entry SET cents = cents - 1 WHERE account = 'REVENUE_GROSS'")
    assert {one.invariant for one in verify(paid.con, only="I01")} == {"I01"}

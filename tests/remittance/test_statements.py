"""A bank's statement lands, is loaded whole or refused whole, and each of its deposits counts once whoever brings it."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path

import duckdb
import pytest

from pm_pipeline import remittance
from pm_pipeline.audit.trace import Evidence
from pm_pipeline.audit.verify import verify
from pm_pipeline.intake import FeedResult, write_report
from tests.money import CO45, TODAY, World, claim, line
from tests.remittance.bank import AS_OF, ORIGINATOR, account, credit, feed, land, statement
from tests.warehouses import fresh


def take(world: World, *files: str, run_id: str = "bank") -> list[FeedResult]:
    """Land these files, statements and feeds, and load them in one run."""
    world.con.execute("INSERT OR IGNORE INTO transport.handled VALUES ('feed', 'intake', 'loaded', ?, 'r')", [TODAY])
    for text in files:
        land(world, text, "feed" if text.startswith("deposit_id") else "bank")
    return remittance.load_deposits(world.con, world.store, TODAY, run_id)


def deposits(world: World) -> list[tuple[object, ...]]:
    return world.con.execute(
        "SELECT deposited_on, trace_number, originator, cents FROM remittance.current_deposit ORDER BY ALL"
    ).fetchall()


def counts(result: FeedResult) -> tuple[int, int, int, int]:
    return result.rows_in, result.rows_loaded, result.rows_known, result.rows_quarantined


def test_each_line_becomes_what_its_type_says_and_points_at_its_record(world: World) -> None:
    text = statement(
        account(
            credit(8_000, "T1"), credit(2_500, kind="175", reference="BR7"), credit(300, kind="116"), credit(77, kind="354"),
            credit(55, kind="399", reference="M1"), credit(44, kind="321"), credit(901, "T9", kind="557"), credit(12, kind="475"),
        )
    )  # fmt: skip
    file_id = land(world, text)
    (result,) = take(world)
    assert (result.status, *counts(result)) == ("loaded", 8, 8, 0, 0)
    rows = world.con.execute(
        "SELECT type_code, becomes, deposit_id IS NOT NULL FROM remittance.bank_line ORDER BY record_no"
    )
    assert rows.fetchall() == [
        ("165", "eft", True), ("175", "check", True), ("116", "part", False), ("354", "own", False), ("399", "other", True),
        ("321", "other", True), ("557", "return", False), ("475", "own", False),
    ]  # fmt: skip
    assert deposits(world) == [
        (AS_OF, "", None, 44), (AS_OF, "", None, 55), (AS_OF, "", None, 2_500), (AS_OF, "T1", ORIGINATOR, 8_000)
    ]  # fmt: skip
    for table, number in (("deposit", "row_no"), ("bank_line", "record_no")):
        for found, record in world.con.execute(f"SELECT file_id, {number} FROM remittance.{table}").fetchall():
            assert found == file_id
            assert text.split("\n")[record - 1].startswith("16,")
            assert Evidence(world.store, world.store).raw(file_id, record) == text.split("\n")[record - 1]
    assert verify(world.con, only="I15") == []


def test_a_deposit_of_a_statement_clears_the_payment_its_addenda_name(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, 8_000, CO45(2_000)))))
    take(world, statement(account(credit(8_000, "T1"))))
    world.post(run_id="cleared")
    balances = world.balances()
    assert balances["BANK:none"] == 8_000
    assert "CASH_CLEARING:eft" not in balances
    assert verify(world.con) == []


@pytest.mark.parametrize("split", [False, True])
def test_the_same_lines_again_in_another_file_count_once(world: World, split: bool) -> None:
    lines = [
        credit(8_000, "T1"),
        credit(8_000, "T1"),
        credit(500),
        credit(500, kind="301"),
        credit(900, reference="R1"),
    ]
    take(world, statement(account(*lines[:2] if split else lines)))
    (again,) = take(world, statement(account(*lines), file_no=2))
    assert again.rows_quarantined == 0
    assert again.rows_known == (2 if split else 5)
    assert len(deposits(world)) == 5  # two equal ones in one file are two
    (third,) = take(world, statement(account(*lines), file_no=3))
    assert counts(third) == (5, 0, 5, 0)


def test_other_accounts_and_days_are_other_deposits(world: World) -> None:
    take(world, statement(account(credit(500)), account(credit(500), number="2")))
    take(world, statement(account(credit(500)), as_of=AS_OF + dt.timedelta(1)))
    assert len(deposits(world)) == 3


FEED = feed(("D1", 8_000, "T1", ORIGINATOR), ("R2", 900, "T2", ""), ("D3", 8_000, "T1", ""), ("D4", 70, "T4", ""))
STATEMENT = statement(
    account(
        credit(8_000, "T1"), credit(900, reference="R2"), credit(8_000, "T1"), credit(8_000, "T1"), credit(60, "T6", kind="142")
    )
)  # fmt: skip
STATEMENT_AGAIN = STATEMENT.replace("0600,1,", "0700,2,")
FEED_AGAIN = feed(("D4", 70, "T4", ""), ("D3", 8_000, "T1", ""), ("R2", 900, "T2", ""), ("D7", 10, "T7", ""))


@pytest.mark.parametrize("order", list(itertools.permutations([FEED, STATEMENT, STATEMENT_AGAIN, FEED_AGAIN]))[::3])
def test_feed_and_statement_in_any_order_come_to_the_same_deposits(world: World, order: tuple[str, ...]) -> None:
    results = [result for text in order for result in take(world, text)]
    assert [result.rows_quarantined for result in results] == [0, 0, 0, 0]
    found = [(trace, cents) for _, trace, _, cents in deposits(world)]
    assert found == [("T1", 8_000), ("T1", 8_000), ("T1", 8_000), ("T2", 900), ("T4", 70), ("T6", 60), ("T7", 10)]
    assert verify(world.con, only="I15") == []


def test_a_key_used_for_another_amount_is_kept_out_and_named(world: World) -> None:
    take(world, statement(account(credit(900, "T1", reference="R1"))))
    (result,) = take(
        world, statement(account(credit(901, "T1", reference="R1"), credit(50, reference="R2")), file_no=2)
    )
    assert counts(result) == (2, 1, 0, 1)
    assert result.reasons == {"KEY_CONFLICT": 1}
    assert [row[-1] for row in deposits(world)] == [50, 900]
    kept = world.con.execute("SELECT feed, row_no, row_key, reasons FROM intake.quarantined_row").fetchall()
    assert kept == [("bank_statement", 4, "R1", ["KEY_CONFLICT"])]
    (from_feed,) = take(world, feed(("R1", 902, "T1", "")))
    assert from_feed.reasons == {"KEY_CONFLICT": 1}
    assert verify(world.con, only="I15") == []


def test_one_reference_for_two_traces_of_a_file_is_a_conflict_not_a_repetition(world: World) -> None:
    (result,) = take(world, statement(account(credit(900, "T1", reference="R1"), credit(900, "T2", reference="R1"))))
    assert counts(result) == (2, 1, 0, 1)


def test_a_faulty_statement_is_refused_whole_with_file_record_and_remedy_and_can_be_sent_again(
    world: World, tmp_path: Path
) -> None:
    good = statement(account(credit(8_000, "T1"), credit(900, "T2")))
    bad = good.replace("16,165,900,", "16,165,901,")
    (result,) = take(world, bad)
    assert (result.status, result.rows_in) == ("refused", 0)
    assert deposits(world) == []
    assert result.refused_because is not None
    assert result.refused_because.startswith("Line 8: Record 49: The control total of the account trailer is 509900")
    assert world.con.execute("SELECT file_id, level, code, segment_no FROM transport.problem").fetchall() == [
        (result.file_id, "file", "CONTROL_TOTAL", 8)
    ]
    assert world.con.execute("SELECT outcome FROM transport.handled WHERE item_id <> 'feed'").fetchall() == [
        ("quarantined",)
    ]
    page = write_report(world.con, result.file_id, tmp_path / "reports").read_text()
    assert "control total" in page
    assert take(world) == []
    assert counts(take(world, good)[0]) == (2, 2, 0, 0)
    assert world.store.read(result.file_id) == bad.encode()


def test_a_binary_or_wide_file_is_refused_not_raised(world: World) -> None:
    data = statement(account(credit(1, "T1"))).encode("utf-16")
    file_id = world.store.put_bytes(data)
    world.con.execute(
        "INSERT INTO transport.file VALUES (?, 'in', 'bank', 1, ?, now()::TIMESTAMP, 'r')", [file_id, TODAY]
    )
    assert [one.status for one in take(world)] == ["refused"]


def test_a_thousand_lines_cost_one_pass(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    world = World(con, tmp_path)
    (result,) = take(world, statement(account(*(credit(100 + number, f"T{number}") for number in range(1_000)))))
    assert counts(result) == (1_000, 1_000, 0, 0)
    assert len(deposits(world)) == 1_000


def test_the_tables_are_made_in_a_fresh_warehouse() -> None:
    con = fresh()
    assert con.execute("SELECT count(*) FROM remittance.current_deposit").fetchone() == (0,)

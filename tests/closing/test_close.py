"""A month is closed once, in order, with figures that are the ledger's; what comes later is late and changes nothing closed."""

from __future__ import annotations

import csv
import datetime as dt

import pytest

from pm_pipeline.audit.status import last_day_of_work, last_run_day
from pm_pipeline.audit.verify import verify
from pm_pipeline.closing import Month, closings
from pm_pipeline.errors import PmError
from tests.closing.books import AUGUST, IN_AUGUST, IN_JULY, IN_JUNE, JULY, JULY_FIGURES, JUNE, JUNE_FIGURES, Books
from tests.defs.graph import ROOT
from tests.desk.people import said


def test_two_months_roll_forward_to_the_cent_and_the_second_opens_with_the_first(books: Books) -> None:
    assert books.close(JUNE) == "2026-06/1"
    assert books.close(JULY, by="TAMSIN VALE") == "2026-07/1"
    assert books.figures("2026-06/1") == JUNE_FIGURES
    assert books.figures("2026-07/1") == JULY_FIGURES
    june, july = closings(books.con)
    assert (june["ar_cents"], july["ar_cents"]) == (13_000, 3_000)
    assert (june["after_close_id"], july["after_close_id"]) == (None, "2026-06/1")
    assert (june["actor"], july["actor"], july["state"], july["closed_on"]) == ("idris", "tamsin", "closed", IN_AUGUST)
    assert verify(books.con) == []


def test_the_trial_balance_has_every_account_and_comes_to_zero(books: Books) -> None:
    books.close(JUNE)
    rows = books.read(JUNE)["trial_balance"]
    assert {(row["account"], row["sub_account"]): row["closing_cents"] for row in rows} == {
        ("AR", "patient"): 3_000, ("AR", "primary"): 10_000, ("CASH_CLEARING", "eft"): 9_000, ("CONTRACTUAL", "contract"): 8_000,
        ("REVENUE_GROSS", "none"): -30_000,
    }  # fmt: skip
    for column in ("opening_cents", "late_cents", "closing_cents"):
        assert sum(row[column] for row in rows) == 0
    assert sum(row["debit_cents"] for row in rows) == -sum(row["credit_cents"] for row in rows) == 50_000


def test_it_is_kept_at_which_link_of_the_chain_it_was_closed_and_sealed_into_the_next(books: Books) -> None:
    before = books.con.execute("SELECT seq, hash FROM warehouse.chain ORDER BY seq DESC LIMIT 1").fetchall()[0]
    books.close(JUNE)
    june = books.read(JUNE)
    assert (june["chain_seq"], june["chain_hash"]) == before
    after = books.con.execute("SELECT seq, digest FROM warehouse.chain ORDER BY seq DESC LIMIT 1").fetchall()[0]
    assert after == (before[0] + 1, june["seal"])


def test_what_is_posted_into_a_closed_month_is_late_there_and_in_the_next_closing(books: Books) -> None:
    books.close(JUNE)
    books.copay(1_000, on=dt.date(2026, 6, 30))
    assert books.figures("2026-06/1") == JUNE_FIGURES
    june = books.read(JUNE)
    assert [(one["txn_kind"], one["ar_cents"], one["taken_up_in"]) for one in june["late"]] == [
        ("patient_payment", 0, None), ("allocate", -1_000, None),
    ]  # fmt: skip
    assert (june["late_transactions"], june["late_ar_cents"]) == (2, -1_000)
    assert verify(books.con) == []
    books.close(JULY)
    assert books.figures("2026-07/1")["patient"] == (3_000, -1_000, 0, 0, 0, 0, 0, 0, 2_000)
    assert {one["taken_up_in"] for one in books.read(JUNE)["late"]} == {"2026-07/1"}
    took = books.read(JULY)["took_up"]
    assert [(one["posted_on"], one["txn_kind"], one["transactions"], one["ar_cents"]) for one in took] == [
        (dt.date(2026, 6, 30), "allocate", 1, -1_000), (dt.date(2026, 6, 30), "patient_payment", 1, 0),
    ]  # fmt: skip
    assert verify(books.con) == []


def test_an_entry_of_an_open_month_is_not_late_whatever_its_effective_date(books: Books) -> None:
    books.close(JUNE)
    june = books.read(JUNE)
    assert june["late"] == []
    assert june["posted_later"] == {"entries": 2, "ar_cents": -10_000}  # paid by a check of June, posted in July
    books.copay(500, on=IN_JULY)
    assert books.read(JUNE)["late"] == []


def test_the_first_closing_closes_every_month_before_it(books: Books) -> None:
    books.close(JULY)
    assert books.figures("2026-07/1") == JULY_FIGURES
    with pytest.raises(PmError, match=r"2026-06 lies before the first closing.*next one to close is 2026-08"):
        books.close(JUNE)
    books.copay(1_000, on=IN_JUNE)
    assert books.read(JULY)["late_ar_cents"] == -1_000
    assert verify(books.con) == []


def test_a_month_is_closed_once_and_in_order(books: Books) -> None:
    books.close(JUNE)
    with pytest.raises(PmError, match=r"2026-06 was closed on 2026-08-03 by idris \(2026-06/1\)"):
        books.close(JUNE)
    books.copay(100, on=IN_AUGUST)
    books.copay(100, on=dt.date(2026, 9, 1))
    with pytest.raises(PmError, match="after 2026-06 comes 2026-07, not 2026-08"):
        books.close(AUGUST, today=dt.date(2026, 9, 2), nothing_came=True)
    assert [one["close_id"] for one in closings(books.con)] == ["2026-06/1"]


def test_a_month_is_closed_only_when_it_is_over_and_was_run_to_its_end(books: Books) -> None:
    with pytest.raises(PmError, match=r"2026-07 is not over: it can be closed from 2026-08-01 on; today is 2026-07-31"):
        books.close(JULY, today=dt.date(2026, 7, 31))
    with pytest.raises(
        PmError, match=r"No run landed or handled anything after 2026-08-01.*pm run --to 2026-08-31.*--nothing-came"
    ):
        books.close(AUGUST, today=dt.date(2026, 9, 1))
    with pytest.raises(PmError, match="Nothing was posted up to 2026-05-31"):
        books.close(Month.read("2026-05"))
    with pytest.raises(PmError, match="no month, such as 2026-10"):
        Month.read("2026-13")
    assert books.close(AUGUST, today=dt.date(2026, 9, 1), nothing_came=True) == "2026-08/1"


def test_what_a_person_posts_after_the_month_is_no_run_of_its_last_days(books: Books) -> None:
    books.con.execute("DELETE FROM transport.file WHERE file_id = 'empty'")
    with pytest.raises(PmError, match="No run landed or handled anything after"):
        books.close(JULY)
    books.copay(500, on=IN_AUGUST)
    assert (last_run_day(books.con), last_day_of_work(books.con)) == (IN_JULY, IN_AUGUST)
    with pytest.raises(PmError, match=f"No run landed or handled anything after {IN_JULY}"):
        books.close(JULY)


def test_nothing_is_closed_while_an_invariant_does_not_hold(books: Books) -> None:
    books.con.execute("UPDATE ledger.entry SET cents = cents - 1 WHERE account = 'REVENUE_GROSS' AND charge_id = 'A'")
    with pytest.raises(PmError, match=r"only when every invariant holds; \d+ rows are at fault, the first: I01"):
        books.close(JUNE)
    assert closings(books.con) == []


def test_nothing_is_closed_while_the_action_log_is_not_whole(books: Books) -> None:
    for why in ("first", "second"):
        books.log.append(said(why=why))
    path = books.log.path
    path.write_bytes(path.read_bytes().replace(b"first", b"other"))
    with pytest.raises(
        PmError, match=r"only when every invariant holds; \d+ rows are at fault, the first: I19 actions\.jsonl, line 2"
    ):
        books.close(JUNE)
    assert closings(books.con) == []


def test_an_ar_entry_of_a_kind_without_a_column_stops_the_closing(books: Books) -> None:
    books.con.execute("UPDATE ledger.entry SET entry_kind = 'gift' WHERE account = 'AR' AND entry_kind = 'payment'")
    with pytest.raises(PmError, match="no column for A/R entries of kind gift"):
        books.close(JUNE)


def test_only_who_may_closes_and_only_who_may_reopens(books: Books) -> None:
    with pytest.raises(PmError, match=r"wren has no role close in people\.yaml; those who have it: tamsin, idris"):
        books.close(JUNE, by="wren")
    books.close(JUNE, by="tamsin")
    with pytest.raises(PmError, match="tamsin has no role reopen"):
        books.reopen(JUNE, by="tamsin")
    with pytest.raises(PmError, match="say why"):
        books.reopen(JUNE, why="  ")


def test_a_reopened_month_is_closed_again_as_its_next_edition_and_the_first_stays(books: Books) -> None:
    books.close(JUNE)
    books.copay(1_000, on=IN_JUNE)
    assert books.reopen(JUNE) == "2026-06/1"
    assert verify(books.con) == []
    assert books.read(JUNE)["late"] == []  # an open month has no late entries
    assert books.close(JUNE) == "2026-06/2"
    assert books.figures("2026-06/1") == JUNE_FIGURES
    assert books.figures("2026-06/2")["patient"] == (0, 0, 0, 0, -1_000, 0, 0, 3_000, 2_000)
    first, second = closings(books.con)
    assert (first["state"], first["reopened_by"], first["reopened_because"]) == (
        "reopened",
        "idris",
        "a deposit was missing",
    )
    assert (second["state"], second["late_transactions"]) == ("closed", 0)
    books.close(JULY)
    assert books.read(JULY)["after_close_id"] == "2026-06/2"
    assert verify(books.con) == []


def test_months_are_reopened_from_the_last_one_back(books: Books) -> None:
    with pytest.raises(PmError, match="2026-06 is not closed"):
        books.reopen(JUNE)
    books.close(JUNE)
    books.close(JULY)
    with pytest.raises(PmError, match="reopen 2026-07 first"):
        books.reopen(JUNE)
    books.reopen(JULY)
    books.reopen(JUNE)
    assert {one["state"] for one in closings(books.con)} == {"reopened"}


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE closing.roll_forward SET closing_cents = closing_cents + 1 WHERE close_id = '2026-06/1' AND party = 'primary'",
        "UPDATE closing.roll_forward SET charges_cents = charges_cents + 1, payments_cents = payments_cents - 1 WHERE close_id = '2026-06/1' AND party = 'primary'",
        "DELETE FROM closing.roll_forward WHERE close_id = '2026-06/1' AND party = 'patient'",
        "UPDATE closing.trial_balance SET debit_cents = debit_cents + 1 WHERE close_id = '2026-06/1' AND account = 'AR' AND sub_account = 'primary'",
        "UPDATE closing.period SET actor = 'wren' WHERE close_id = '2026-06/1'",
        "UPDATE closing.period SET person_name = 'WREN' WHERE close_id = '2026-06/1'",
        "UPDATE closing.period SET practice_name = 'X' WHERE close_id = '2026-06/1'",
        "UPDATE closing.period SET batch_no = batch_no - 1 WHERE close_id = '2026-06/1'",
        "UPDATE closing.period SET chain_hash = 'x' WHERE close_id = '2026-06/1'",
        "DELETE FROM closing.period WHERE close_id = '2026-06/1'",
        "INSERT INTO closing.period SELECT * REPLACE ('2026-06/2' AS close_id) FROM closing.period WHERE close_id = '2026-06/1'",
        "INSERT INTO closing.reopening VALUES ('2026-06/1', 'idris', 'nobody said so', DATE '2026-08-03', now()::TIMESTAMP, 'r')",
    ],
)  # fmt: skip
def test_a_closing_that_was_changed_is_named(books: Books, spoil: str) -> None:
    books.close(JUNE)
    books.close(JULY)
    assert verify(books.con, only="I20") == []
    books.con.execute(spoil)
    assert any(one.item.startswith("2026-0") for one in verify(books.con, only="I20"))


def test_a_ledger_that_was_changed_under_a_closing_is_named(books: Books) -> None:
    books.close(JUNE)
    for account, cents in (("AR", 1), ("REVENUE_GROSS", -1)):
        books.con.execute(
            "UPDATE ledger.entry SET cents = cents + ? WHERE account = ? AND charge_id = 'A' AND entry_kind = 'charge'",
            [cents, account],
        )
    texts = [one.text for one in verify(books.con, only="I20")]
    assert "A/R of HARBOR primary was closed at 10000 cents; the ledger it was closed on says 10001" in texts
    assert "A/R posted up to 2026-06-30 is 13001 cents; closed with 13000, late since then 0" in texts


def test_the_movements_are_those_of_the_marts(books: Books) -> None:
    seed = ROOT / "dbt_project/seeds/marts/entry_kind.csv"
    with seed.open(encoding="utf-8", newline="") as file:
        told = {row["entry_kind"]: row["movement"] for row in csv.DictReader(file)}
    here = {kind: books.con.execute("SELECT closing.movement(?)", [kind]).fetchall()[0][0] for kind in told}
    assert here == told
    assert books.con.execute("SELECT closing.movement('gift')").fetchall() == [(None,)]

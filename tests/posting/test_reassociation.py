"""Money and remittance find each other (CORE 370), or it is said what is missing, by how much, and since when."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import duckdb
import numpy as np
import pytest

from pm_pipeline import receivables, remittance
from pm_pipeline.audit.verify import verify
from pm_pipeline.ledger import post as post_ledger
from pm_pipeline.ledger import proposals
from pm_pipeline.warehouse import unit
from pm_pipeline.x12.write_835 import Remittance
from tests.money import TODAY, World, claim, line
from tests.remittance.bank import account, credit, land, statement

PAID_ON = dt.date(2026, 6, 20)  # a Saturday: the fourth business day after it is the Thursday
LATE = dt.date(2026, 6, 26)


def paid(world: World, cents: int, trace: str, **more: object) -> Remittance:
    """A payment of interest alone: no claim is needed for it."""
    return world.remittance(trace=trace, plb=[("L6", "", -cents)] if cents else [], **more)  # type: ignore[arg-type]


def bank(world: World, *lines: list[str], file_no: int = 1, run_id: str = "bank") -> None:
    """A statement of these lines lands, and posting runs."""
    con = world.con
    con.execute("INSERT OR IGNORE INTO transport.handled VALUES ('feed', 'intake', 'loaded', ?, 'r')", [TODAY])
    land(world, statement(account(*lines), file_no=file_no))
    remittance.load_deposits(con, world.store, TODAY, run_id)
    world.post(run_id=run_id)


def payments(world: World, as_of: dt.date = TODAY) -> dict[str, tuple[str, int]]:
    """trace -> state and difference of each payment."""
    rows = world.con.execute(
        "SELECT trn02, state, difference_cents FROM posting.payment_reassociation($as_of)", {"as_of": as_of}
    ).fetchall()
    return {trace: (state, cents) for trace, state, cents in rows}


def deposits(world: World, as_of: dt.date = TODAY) -> list[tuple[str, int, str]]:
    return world.con.execute(
        "SELECT trace_number, cents, state FROM posting.deposit_reassociation($as_of) ORDER BY ALL", {"as_of": as_of}
    ).fetchall()


def residues(world: World) -> list[tuple[str, int, str]]:
    return world.con.execute("SELECT trn02, residue_cents, reason FROM posting.cash_residue ORDER BY ALL").fetchall()


def work(world: World) -> list[tuple[str, str]]:
    return world.con.execute(
        "SELECT kind, split_part(text, '.', 1) FROM receivables.open_work WHERE kind LIKE '%deposit' ORDER BY ALL"
    ).fetchall()


def test_the_fourth_business_day_is_counted_as_the_calendar_does(con: duckdb.DuckDBPyConnection) -> None:
    for number in range(14):
        day = dt.date(2026, 6, 1) + dt.timedelta(number)
        expected = np.busday_offset(np.datetime64(day), 4, roll="backward").astype(dt.date)
        assert con.execute("SELECT posting.fourth_business_day(?::DATE)", [day]).fetchone() == (expected,), day


@pytest.mark.parametrize(
    ("day", "fourth"),
    [
        ("2026-11-23", "2026-11-30"),  # Monday before Thanksgiving
        ("2026-12-23", "2026-12-30"),  # over Christmas
        ("2026-12-25", "2026-12-31"),  # on it
        ("2026-12-29", "2027-01-05"),  # over New Year's Day
        ("2026-07-01", "2026-07-07"),  # Independence Day falls on a Saturday: banks work on Friday
        ("2027-07-01", "2027-07-08"),  # and on a Sunday: they do not on Monday
        ("2029-12-24", "2029-12-28"),  # no list of that year: by weekday alone
    ],
)
def test_banks_do_not_work_on_their_holidays(world: World, day: str, fourth: str) -> None:
    found = world.con.execute("SELECT posting.fourth_business_day(?::DATE)", [day]).fetchone()
    assert found == (dt.date.fromisoformat(fourth),)


def test_the_list_of_holidays_says_in_time_that_it_ends(world: World) -> None:
    for today, told in ((dt.date(2028, 10, 31), []), (dt.date(2028, 11, 1), ["calendar_ends"])):
        receivables.run(world.con, world.config, today, "r")
        assert world.con.execute("SELECT DISTINCT kind FROM receivables.open_work").fetchall() == [
            (one,) for one in told
        ]


def test_every_state_of_a_payment_and_of_a_deposit(world: World) -> None:
    world.post(
        paid(world, 100, "M"), paid(world, 200, "U"), paid(world, 300, "L"), paid(world, 0, "N", method="NON"),
        paid(world, 400, "W", on=TODAY),
    )  # fmt: skip
    bank(world, credit(100, "M"), credit(190, "U"), credit(55, "X"), credit(66, kind="301"), credit(100, "M"))
    assert payments(world) == {
        "M": ("matched", 0), "U": ("unequal", -10), "L": ("late", 0), "N": ("not_needed", 0), "W": ("waiting", 0)
    }  # fmt: skip
    assert deposits(world) == [
        ("", 66, "unnamed"), ("M", 100, "matched"), ("M", 100, "paid_twice"), ("U", 190, "unequal"), ("X", 55, "remittance_missing"),
    ]  # fmt: skip
    assert world.exceptions() == ["DEPOSIT_AMOUNT"]
    assert work(world) == [
        ("overdue_deposit", "The remittance came, the money has not"),
        ("unmatched_deposit", "Another deposit has paid the payment this one names"),
        ("unmatched_deposit", "The bank names no trace number"),
        ("unmatched_deposit", "The money came, the remittance has not"),
    ]
    assert residues(world) == [
        ("L", 300, "awaiting_deposit"), ("U", 200, "deposit_unequal"), ("W", 400, "awaiting_deposit")
    ]  # fmt: skip
    assert verify(world.con) == []


@pytest.mark.parametrize("bank_first", [True, False], ids=["the bank first", "the remittance first"])
def test_an_unequal_deposit_is_unapplied_after_four_business_days_whatever_came_first(
    world: World, bank_first: bool
) -> None:
    def remit() -> None:
        world.post(paid(world, 200, "U"), today=LATE)

    if not bank_first:
        remit()
    bank(world, credit(190, "U"))
    if bank_first:
        remit()
    world.post(run_id="once more")
    assert world.balances() == {
        "BANK:none": 190,
        "UNAPPLIED:payer": -190,
        "CASH_CLEARING:eft": 200,
        "INTEREST_INCOME:none": -200,
    }
    assert world.exceptions() == ["DEPOSIT_AMOUNT"]
    assert residues(world) == [("U", 200, "deposit_unequal")]
    bank(world, credit(10, "U"), file_no=2, run_id="the rest")
    assert world.balances() == {"BANK:none": 200, "INTEREST_INCOME:none": -200}
    assert verify(world.con) == []


@pytest.mark.parametrize("day", range(5))
def test_late_is_after_the_fourth_business_day_not_on_it(world: World, day: int) -> None:
    on = dt.date(2026, 6, 1) + dt.timedelta(day)  # Monday to Friday
    world.post(paid(world, 300, "L", on=on), today=on)
    due = on + dt.timedelta(4 if day == 0 else 6)
    assert payments(world, due)["L"] == ("waiting", 0)
    assert payments(world, due + dt.timedelta(1))["L"] == ("late", 0)


def test_a_payment_paid_by_several_deposits_is_cleared_when_they_come_to_it_exactly(world: World) -> None:
    world.post(paid(world, 1_000, "T"))
    bank(world, credit(400, "T"))
    assert payments(world)["T"] == ("unequal", -600)
    assert world.exceptions() == ["DEPOSIT_AMOUNT"]
    bank(world, credit(600, "T"), file_no=2, run_id="rest")
    assert payments(world)["T"] == ("matched", 0)
    assert {state for *_, state in deposits(world)} == {"matched"}
    assert world.balances()["BANK:none"] == 1_000
    assert residues(world) == []
    assert world.exceptions() == []
    assert work(world) == []
    bank(world, credit(600, "T"), credit(400, "T"), file_no=3, run_id="again")
    assert world.balances()["BANK:none"] == 1_000
    assert verify(world.con) == []


def test_claims_of_a_payment_that_two_deposits_pay_are_posted_once(world: World) -> None:
    """Both deposits were there before the remittance: each claim of it came twice, and nothing could be posted."""
    world.bill("C1", {"A": 1_000})
    bank(world, credit(400, "T"), credit(600, "T"))
    world.post(world.remittance(claim("C1", line("A", 1_000, 1_000)), trace="T"), run_id="later")
    assert payments(world)["T"] == ("matched", 0)
    assert world.ar("C1") == {}
    assert world.exceptions() == []
    assert verify(world.con) == []


def test_a_deposit_that_pays_several_payments_is_divided_when_it_comes_to_them_exactly(world: World) -> None:
    """One trace number for two payees of ours: the practice and one of its locations, under one tax id."""
    other = replace(world.remittance().payee, identifier="1990300117")
    world.post(paid(world, 700, "T"))
    bank(world, credit(1_000, "T"))
    assert payments(world)["T"] == ("unequal", 300)
    world.post(paid(world, 300, "T", payee=other), run_id="second")
    assert {state for state, _ in payments(world).values()} == {"matched"}
    parts = world.con.execute("SELECT cents FROM posting.deposit_part ORDER BY 1").fetchall()
    assert parts == [(300,), (700,)]
    assert world.balances()["BANK:none"] == 1_000
    assert "CASH_CLEARING:eft" not in world.balances()
    assert verify(world.con) == []


def test_a_deposit_that_fits_two_payments_alike_is_tied_to_neither(world: World) -> None:
    world.post(paid(world, 500, "T"), paid(world, 500, "T", payer="SMTML"))
    bank(world, ["16,165,500,,,T,/"])
    assert {state for state, _ in payments(world).values()} == {"ambiguous"}
    assert [state for *_, state in deposits(world)] == ["ambiguous"]
    assert {reason for *_, reason in residues(world)} == {"deposit_ambiguous"}
    assert verify(world.con) == []


@pytest.mark.parametrize("order", ["return last", "return first"])
def test_what_the_bank_takes_back_is_owed_again_and_told(world: World, order: str) -> None:
    back = credit(500, "T", kind="557")
    if order == "return first":
        bank(world, back)
    world.post(paid(world, 500, "T"))
    bank(world, credit(500, "T"), *([back] if order == "return last" else []), file_no=2, run_id="second")
    world.post(run_id="again")
    assert payments(world)["T"] == ("returned", 0)
    assert world.exceptions() == ["BANK_RETURN"]
    assert residues(world) == [("T", 500, "deposit_returned")]
    balances = world.balances()
    assert "BANK:none" not in balances
    assert balances["CASH_CLEARING:eft"] == 500
    assert verify(world.con) == []


def test_cash_cleared_without_a_deposit_is_a_residue_no_reason_explains(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, 10_000))))
    assert residues(world) == [("T1", 10_000, "awaiting_deposit")]
    payment_id = world.con.execute("SELECT payment_id FROM remittance.payment").fetchall()[0][0]
    with unit(world.con, "by hand", "r") as work_unit, proposals(world.con):
        for account_name, sub, cents in (("BANK", "none", 900), ("CASH_CLEARING", "eft", -900)):
            world.con.execute(
                "INSERT INTO ledger_proposal (txn_key, txn_kind, actor, entry_kind, account, sub_account, cents, practice_id, payment_id, effective_on) "
                "VALUES ('x', 'manual', 'somebody', 'deposit', ?, ?, ?, 'HARBOR', ?, ?)",
                [account_name, sub, cents, payment_id, TODAY],
            )
        post_ledger(world.con, work_unit, "by hand", TODAY)
    assert [(one.invariant, one.item) for one in verify(world.con)] == [("I17", payment_id)]


def test_states_are_known_as_of_any_past_day(world: World) -> None:
    world.post(paid(world, 300, "L"), today=PAID_ON)
    assert payments(world, PAID_ON - dt.timedelta(1)) == {}
    assert payments(world, LATE - dt.timedelta(1)) == {"L": ("waiting", 0)}
    assert payments(world, LATE) == {"L": ("late", 0)}
    bank(world, credit(300, "L"))
    assert payments(world, LATE) == {"L": ("late", 0)}  # the statement landed later, whatever day it speaks of
    assert payments(world) == {"L": ("matched", 0)}
    assert deposits(world, LATE) == []

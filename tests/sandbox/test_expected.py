"""What should be found by a day: what was planted once it can be read, and what follows from what came when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from pm_pipeline.sandbox.books import Books, ClaimTruth, Totals
from pm_pipeline.sandbox.entry import REMIT
from pm_pipeline.sandbox.expected import Expected, expected
from pm_pipeline.sandbox.store import Store
from tests.sandbox.test_hard_events import answered

EARLY, LATER, DAY = "2026-06-08", "2026-06-15", dt.date(2026, 6, 16)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Books with two payments: P1 could be read first, then P2; P3 has not come."""
    books = Store(tmp_path / "books.sqlite", "expected")
    for number, released_on in ((1, EARLY), (2, LATER), (3, None)):
        books.add(
            "payment", payment_id=f"P{number}", payer_id="BLHRB", trace=f"T{number}", originator="1", method="ACH", paid_cents=1,
            effective_on=EARLY, released_on=released_on,
        )  # fmt: skip
    yield books
    books.close()


def found(store: Store, claims: dict[str, ClaimTruth] | None = None) -> Expected:
    return expected(store, Books(DAY, claims or {}, Totals(), {}, 0))


def answers(store: Store, clm01: str, turn: str, payment: int, kind: str = "answer", **more: object) -> int:
    return store.add(
        "adjudication", clm01=clm01, turn=turn, payer_id="BLHRB", kind=kind, payment_id=f"P{payment}", status="1", charge_cents=1,
        paid_cents=1, body=REMIT.dump_json(answered().remit).decode(), **({"place": 4} | more),
    )  # fmt: skip


def test_what_is_planted_counts_once_its_payment_or_deposit_has_come(store: Store) -> None:
    for item, code in (
        ("T1/2", "UNMAPPED_CARC"),
        ("T1/2/3", "LINE_UNMATCHED"),
        ("T3/1", "POLICY_HOLD"),
        ("DT1", "DEPOSIT_AMOUNT"),
        ("DT2", "DEPOSIT_AMOUNT"),
    ):
        store.do("INSERT INTO planted VALUES (?, 'posting', ?, ?, NULL)", [item, code, EARLY])
    store.do("INSERT INTO planted VALUES ('C', 'scrub', 'DX-001', ?, NULL)", [EARLY])
    for trace, day in (("T1", EARLY), ("T2", None)):
        store.add("deposit", deposit_id=f"D{trace}", payment_id="P1", cents=1, due_on=EARLY, delivered_on=day)
    assert found(store).items == {("UNMAPPED_CARC", "T1/2"), ("LINE_UNMATCHED", "T1/2/3"), ("DEPOSIT_AMOUNT", "DT1")}


def test_transaction_sets_that_cannot_be_loaded_are_counted_by_problem(store: Store) -> None:
    for item, code, day in (
        ("T1", "PAYMENT_GATE", EARLY),
        ("T2", "TRN_REUSED", "2026-06-17"),
        ("T3", "TRN_REUSED", "2026-06-16"),
    ):
        store.do("INSERT INTO planted VALUES (?, 'quarantine', ?, ?, NULL)", [item, code, day])
    assert found(store).quarantined == {"PAYMENT_GATE": 1, "TRN_REUSED": 1}  # each from its own day on


def test_a_later_payer_waits_only_when_it_could_be_read_before_the_first_answer(store: Store) -> None:
    answers(store, "C1", "secondary", 1)
    answers(store, "C1", "primary", 2)
    answers(store, "C2", "primary", 1)
    answers(store, "C2", "secondary", 2)
    answers(store, "C3", "primary", 3)
    answers(store, "C3", "secondary", 2)
    assert found(store).items == {("PRIOR_PAYER_PENDING", "T1/4"), ("PRIOR_PAYER_PENDING", "T2/4")}


def test_a_reversal_is_an_orphan_until_its_answer_can_be_read(store: Store) -> None:
    late, early = answers(store, "C1", "primary", 2), answers(store, "C2", "primary", 1)
    answers(store, "C1", "primary", 1, "reversal", reverses=late)
    answers(store, "C2", "primary", 2, "reversal", reverses=early)
    assert found(store).items == {("ORPHAN_REVERSAL", "T1/4")}


@pytest.mark.parametrize(
    ("code", "is_its_own"),
    [("REVERSAL_MISMATCH", True), ("CORRECTION_IS_REVERSAL", False)],
    ids=["reversal", "correction"],
)
def test_what_takes_back_an_answer_that_is_late_is_an_orphan_first(store: Store, code: str, is_its_own: bool) -> None:
    """T1 takes back what came before it, what comes with T2, and what never comes."""
    expectations: set[tuple[str, str]] = set()
    for place, (original, back, codes) in enumerate(
        ((1, 2, {code}), (2, 1, {code, "ORPHAN_REVERSAL"}), (3, 1, {"ORPHAN_REVERSAL"}), (1, 3, set[str]()))
    ):
        taken = answers(store, f"C{place}", "primary", original)
        held, item = place + 10, f"T{back}/{place + 10}"
        if is_its_own:
            answers(store, f"C{place}", "primary", back, "reversal", place=held, reverses=taken, is_suspended=1)
        else:
            answers(store, f"C{place}", "primary", back, "reversal", place=held - 10, reverses=taken)
            answers(store, f"C{place}", "primary", back, "correction", place=held, is_suspended=1)
        store.do("INSERT INTO planted VALUES (?, 'posting', ?, ?, NULL)", [item, code, EARLY])
        expectations |= {(one, item) for one in codes}
    assert {(one, item) for one, item in found(store).items if int(item.split("/")[1]) >= 10} == expectations


@pytest.mark.parametrize(
    ("first", "again", "taken_back", "is_told"),
    [(1, 2, None, True), (2, 1, None, True), (3, 1, None, False), (1, 3, None, False), (1, 1, 2, True), (1, 2, 2, False), (2, 1, 1, False)],
    ids=["in order", "the first is late", "the first never comes", "not yet", "taken back later", "taken back at once", "taken back before"],
)  # fmt: skip
def test_an_answer_paid_again_is_told_once_both_can_be_read(
    store: Store, first: int, again: int, taken_back: int | None, is_told: bool
) -> None:
    store.do("INSERT INTO hard_due VALUES ('C', 'BLHRB', 'paid_again', ?, ?)", [EARLY, EARLY])
    answers(store, "C", "primary", first, place=1)
    second = answers(store, "C", "primary", again, place=2)
    if taken_back:
        answers(store, "C", "primary", taken_back, "reversal", place=3, reverses=second)
    told = {item for code, item in found(store).items if code == "DUP_PAYMENT"}
    assert told == ({f"T{again}/2"} if is_told else set())


def test_a_balance_is_open_from_the_half_that_came_first(store: Store) -> None:
    for reference, payments in (("A", (1, 2)), ("B", (1, 1)), ("C", (2, 3)), ("D", (3, 2))):
        store.do("INSERT INTO takeback VALUES ('BLHRB', 'WO', ?, 500, ?, NULL)", [reference, EARLY])
        for place, payment in enumerate(payments):
            row = store.one("SELECT count(*) AS n FROM provider_adjustment")
            assert row is not None
            store.do(
                "INSERT INTO provider_adjustment VALUES (?, ?, 'WO', ?, ?)",
                [f"P{payment}", row["n"], reference, -500 if place else 500],
            )
    assert found(store).items == {("RECOUP_OPEN", "T1/WO/A"), ("RECOUP_OPEN", "T2/WO/C"), ("RECOUP_OPEN", "T2/WO/D")}


def test_credit_balances_are_expected_as_they_stand(store: Store) -> None:
    claims = {clm01: ClaimTruth(clm01, "P", None, "BLHRB", "answered") for clm01 in ("C1", "C2")}
    claims["C1"].balances["primary"] = -1
    claims["C2"].balances["primary"] = 1
    assert found(store, claims).items == {("CREDIT_BALANCE", "C1")}


def test_money_on_a_claim_that_was_given_up_is_looked_at(store: Store) -> None:
    for clm01, event, day in (
        ("C1", "bad_debt", "2026-06-10"),
        ("C2", "bad_debt", "2026-06-20"),
        ("C3", "patient_payment", "2026-06-10"),
    ):
        store.add("office_act", day=day, event=event, clm01=clm01, party="patient", cents=1, owed_cents=1)
        answers(store, clm01, "primary", 2)
    assert found(store).items == {("POST_TO_CLOSED", "T2/4")}

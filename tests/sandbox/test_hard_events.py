"""Every hard event by itself: what the 835 then says, whether it adds up, what counts, and which exception is the right answer."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from pm_pipeline.config import Config
from pm_pipeline.config.models import Payer
from pm_pipeline.errors import ConfigError
from pm_pipeline.posting.exceptions import kinds
from pm_pipeline.sandbox import hard_answers, hard_beside, hard_payments, hard_plan, hard_reversals
from pm_pipeline.sandbox.draw import Draw
from pm_pipeline.sandbox.effect import line_effect
from pm_pipeline.sandbox.entry import REMIT, Entry, reversal
from pm_pipeline.sandbox.follow_up import FollowUps
from pm_pipeline.sandbox.hard import Hard
from pm_pipeline.sandbox.hard_answers import Tools
from pm_pipeline.sandbox.plan import Plan
from pm_pipeline.sandbox.store import Store
from pm_pipeline.x12.write_835 import Adjustment, Name, Party, RemitClaim, RemitLine, Remittance, gaps

DAY = dt.date(2026, 6, 3)
HELD = {
    "unbalanced": "UNBALANCED_CLAIM", "unknown_reason": "UNMAPPED_CARC", "paid_above_charge": "NEGATIVE_ADJUSTMENT",
    "interest_in_claim": "NEGATIVE_ADJUSTMENT", "patient_protected": "PATIENT_BLOCKED", "not_on_the_list": "POLICY_HOLD",
}  # fmt: skip
LOOKED_AT = {
    "number_cut": "CLAIM_ID_CUT", "line_unknown": "LINE_UNMATCHED", "charge_misread": "CHARGE_MISMATCH", "share_misstated": "PR_MISMATCH",
    "service_in_future": "SERVICE_IN_FUTURE",
}  # fmt: skip
BESIDE = {
    "unknown_claim": "CLAIM_UNMATCHED", "other_payers_claim": "PAYER_NOT_ON_CLAIM", "orphan_reversal": "ORPHAN_REVERSAL",
    "negative_payment": "NEGATIVE_PAYMENT", "estimate": None, "estimate_with_money": "PREDETERMINATION_MONEY",
}  # fmt: skip


@pytest.fixture
def tools(tmp_path: Path) -> Iterator[Tools]:
    """Books with one visit of one patient, and one claim of another payer's that waits."""
    store = Store(tmp_path / "books.sqlite", "hard")
    store.add(
        "charge", charge_id="A", action="new", visit="V", patient_id="P", provider_id="D", dos_on=DAY.isoformat(),
        procedure_code="99214", modifiers="", cents=20_000, cells="[]", due_on=DAY.isoformat(),
    )  # fmt: skip
    store.add(
        "claim", clm01="COTHER0000000000", turn="primary", payer_id="LKSHM", frequency="1", received_on=DAY.isoformat(), st02="1",
        charge_cents=9_000, body="{}", patient_id="Q", status="A2:20", is_accepted=1,
    )  # fmt: skip
    yield Tools(store, Draw(1))
    store.close()


@pytest.fixture
def payer(config: Config) -> Payer:
    """Blue Harbor."""
    return next(one for one in config.payers if one.payer_id == "BLHRB")


def answered() -> Entry:
    """Two lines of 200 and 30 dollars: paid, written off, and a copay left to the patient."""
    visit = RemitLine(
        "99214",
        (),
        20_000,
        11_000,
        "1",
        DAY,
        DAY,
        "L1",
        14_000,
        (Adjustment("CO", "45", 6_000), Adjustment("PR", "3", 3_000)),
    )
    blood = RemitLine("36415", (), 3_000, 2_000, "1", DAY, DAY, "L2", 2_000, (Adjustment("CO", "45", 1_000),))
    remit = RemitClaim(
        clp01="CMINE00000000001", status="1", charge_cents=23_000, paid_cents=13_000, patient_cents=3_000, filing_indicator="12",
        payer_claim_number="HRB26155000001", place_of_service="11", frequency="1", patient=Name("MARBLE", "ANN", "ABC123456789"),
        rendering=Name("ORCHARD", "KIM", "1992000014"), lines=(visit, blood), dos_from=DAY, dos_to=DAY, received_on=DAY,
    )  # fmt: skip
    return Entry(remit, "primary", "answer", 1, visit="V", patient_id="P")


def happening(tools: Tools, **shares: object) -> Hard:
    """The hard events of a plan with these shares alone."""
    plan = Plan.shipped(hard=shares)
    return Hard(tools.store, plan, tools.draw, FollowUps(tools.store, plan, tools.draw))


def failures(claim: RemitClaim) -> list[str]:
    """What of the gates a CLP fails, in a payment of its own."""
    us = Party("US", "1", "A", "B", "ME", "04330")
    return list(gaps(Remittance(us, us, "ACH", claim.paid_cents, DAY, "T", "R", (claim,))))


@pytest.mark.parametrize("event", get_args(hard_plan.AnswerEvent))
def test_an_answer_adds_up_unless_that_is_the_event_and_carries_its_code(event: str, tools: Tools) -> None:
    entry, plain = answered(), answered().remit
    assert hard_answers.EVENTS[event](entry, tools)
    said = entry.on_the_wire
    assert bool(failures(said)) == (event == "unbalanced")
    code = HELD.get(event) or LOOKED_AT.get(event)
    assert [one for one, _ in entry.planted] == ([code] if code else [])
    assert entry.is_suspended == (event in HELD)
    assert code is None or kinds()[code].is_blocking == (event in HELD)
    assert said != plain


@pytest.mark.parametrize(
    "event",
    sorted(
        set(get_args(hard_plan.AnswerEvent))
        - set(HELD)
        - {"lines_bundled", "charge_misread", "whole_charge_contractual"}
    ),
)
def test_what_is_only_said_otherwise_counts_as_if_it_were_said_plainly(event: str, tools: Tools) -> None:
    entry = answered()
    hard_answers.EVENTS[event](entry, tools)
    assert (entry.remit.lines, entry.remit.paid_cents) == (answered().remit.lines, answered().remit.paid_cents)
    assert entry.on_the_wire.paid_cents == entry.remit.paid_cents
    assert entry.on_the_wire.charge_cents == entry.remit.charge_cents


def test_a_new_number_of_the_payers_is_the_one_its_claim_goes_by_from_then_on(tools: Tools) -> None:
    entry = answered()
    tools.store.do("UPDATE claim SET claim_no = 1")
    assert hard_answers.number_unknown(entry, tools)
    row = tools.store.one("SELECT payer_claim_number FROM claim WHERE claim_no = 1")
    assert row is not None
    assert (
        row["payer_claim_number"]
        == entry.remit.payer_claim_number
        == entry.on_the_wire.payer_claim_number
        != "HRB26155000001"
    )
    assert entry.on_the_wire.clp01 == "0"


def test_a_second_visit_of_the_day_keeps_the_numbers_known(tools: Tools) -> None:
    tools.store.add(
        "charge", charge_id="B", action="new", visit="W", patient_id="P", provider_id="D", dos_on=DAY.isoformat(),
        procedure_code="99214", modifiers="", cents=20_000, cells="[]", due_on=DAY.isoformat(),
    )  # fmt: skip
    assert not hard_answers.number_unknown(answered(), tools)


def test_two_lines_alike_keep_their_numbers(tools: Tools) -> None:
    entry = answered()
    entry.remit = hard_answers.with_lines(entry.remit, (entry.remit.lines[0], entry.remit.lines[0]))
    assert not hard_answers.line_ids_missing(entry, tools)
    assert not hard_answers.procedure_changed(entry, tools)


def test_a_whole_charge_under_45_is_refused_and_not_written_off(tools: Tools) -> None:
    entry = answered()
    hard_answers.whole_charge_contractual(entry, tools)
    amounts: Counter[str] = Counter()
    change = line_effect(entry.remit.lines[0], "primary", "patient", 20_000, amounts)
    assert dict(change) == {"primary": 0}
    assert (amounts["denied"], amounts["contractual"]) == (20_000, 0)


@pytest.mark.parametrize("event", sorted(set(get_args(hard_plan.BesideEvent)) - {"paid_again"}))
def test_what_stands_beside_an_answer_adds_up_and_waits(event: str, tools: Tools, payer: Payer) -> None:
    extra = hard_beside.EVENTS[event](answered(), payer, tools)
    assert extra is not None
    assert failures(extra.on_the_wire) == []
    code = BESIDE[event]
    assert [one for one, _ in extra.planted] == ([code] if code else [])
    assert extra.is_suspended == (code is not None)
    assert extra.is_final
    assert extra.remit.payer_claim_number != answered().remit.payer_claim_number or event == "negative_payment"
    assert code is None or kinds()[code].is_blocking


@pytest.mark.parametrize("event", sorted(hard_reversals.EVENTS))
def test_a_reversal_still_finds_its_answer_or_waits(event: str, tools: Tools) -> None:
    held = {"reasons_missing": "UNBALANCED_CLAIM", "differs": "REVERSAL_MISMATCH"}
    entry = Entry(reversal(answered().remit), "primary", "reversal", 1, 1, "V", "P")
    assert hard_reversals.EVENTS[event](entry, tools)
    assert [one for one, _ in entry.planted] == ([held[event]] if event in held else [])
    assert bool(failures(entry.on_the_wire)) == (event == "reasons_missing")
    assert entry.on_the_wire.payer_claim_number == "HRB26155000001"
    assert entry.is_suspended == (event in held)


@pytest.mark.parametrize("event", sorted(hard_reversals.EVENTS))
@pytest.mark.parametrize(
    ("is_the_payers", "has_correction"),
    [(True, False), (True, True), (False, False)],
    ids=["alone", "corrected", "voided"],
)
def test_only_a_reversal_that_stands_alone_fails_to_take_its_answer_back(
    event: str, is_the_payers: bool, has_correction: bool, tools: Tools, payer: Payer
) -> None:
    """With a correction behind it, or because the practice voided the claim, it is left whole."""
    if is_the_payers:
        tools.store.do("INSERT INTO correction VALUES (7, 'BLHRB', '2026-07-01', 'withdrawn', NULL)")
    back = Entry(reversal(answered().remit), "primary", "reversal", 1, 7, "V", "P")
    behind = [Entry(answered().remit, "primary", "correction")] if has_correction else []
    hard = happening(tools, reversals={event: 1.0})
    assert hard.vary(payer, [back, *behind], dt.date(2026, 7, 1)) == [back, *behind]
    assert back.is_suspended == (event in hard_reversals.ALONE and is_the_payers and not has_correction)


@pytest.mark.parametrize(("comes_on", "is_taken_back"), [("2026-06-10", True), ("2026-07-10", False)])
def test_what_was_paid_again_is_taken_back_once_it_has_come(
    comes_on: str, is_taken_back: bool, tools: Tools, payer: Payer
) -> None:
    """Before that the takeback would speak of the first payment."""
    store, body = tools.store, REMIT.dump_json(answered().remit).decode()
    for place, due_on in enumerate((DAY.isoformat(), comes_on), start=1):
        delivery = store.add(
            "delivery", account="A", folder="F", name=f"{place}", kind="835", bytes=b"", due_on=due_on
        )  # fmt: skip
        store.add(
            "payment", payment_id=f"P{place}", payer_id="BLHRB", trace=f"T{place}", originator="1", method="ACH", paid_cents=13_000,
            effective_on=DAY.isoformat(), delivery_id=delivery,
        )  # fmt: skip
        store.add(
            "adjudication", clm01="CMINE00000000001", turn="primary", payer_id="BLHRB", kind="answer", payment_id=f"P{place}", place=1,
            status="1", charge_cents=23_000, paid_cents=13_000, body=body,
        )  # fmt: skip
    store.do("INSERT INTO hard_due VALUES ('CMINE00000000001', 'BLHRB', 'taken_back', '2026-07-01', NULL)")
    found = happening(tools, splits=1.0).vary(payer, [], dt.date(2026, 7, 1))
    assert [(one.kind, one.reverses) for one in found] == ([("reversal", 2)] if is_taken_back else [])


def test_a_correction_under_22_waits() -> None:
    entry = Entry(answered().remit, "primary", "correction")
    hard_reversals.as_reversal(entry)
    assert (entry.remit.status, entry.is_suspended, entry.planted) == ("22", True, [("CORRECTION_IS_REVERSAL", None)])


def test_what_was_refused_is_paid_after_all() -> None:
    lines = hard_reversals.allowed_after_all(answered().remit.lines)
    assert [(line.paid_cents, [one.cents for one in line.adjustments]) for line in lines] == [
        (12_000, [8_000]),
        (1_800, [1_200]),
    ]


def test_the_hard_mix_is_a_larger_practice_with_every_event_at_a_rate() -> None:
    plan = Plan.of_mix("hard")
    assert plan.days == 365
    assert set(plan.hard.answers) == set(get_args(hard_plan.AnswerEvent)) == set(hard_answers.EVENTS)
    assert set(plan.hard.beside) == set(get_args(hard_plan.BesideEvent)) == {*hard_beside.EVENTS, "paid_again"}
    assert set(plan.hard.reversals) == set(get_args(hard_plan.ReversalEvent))
    assert set(plan.hard.payments) == set(get_args(hard_plan.PaymentEvent)) >= hard_payments.ALONE
    assert set(plan.hard.deposits) == set(get_args(hard_plan.DepositEvent))
    assert set(plan.hard.rethinks) == set(get_args(hard_plan.RethinkEvent))
    assert sum(plan.hard.answers[event] for event in HELD) < 0.01  # type: ignore[index]
    with pytest.raises(ConfigError, match="no mix 'soft'"):
        Plan.of_mix("soft")


def test_the_standard_mix_has_none_of_it() -> None:
    plan = Plan.of_mix("standard")
    assert plan == Plan.shipped()
    assert plan.hard.is_empty

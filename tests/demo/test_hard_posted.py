"""Every hard event by itself, through the real posting: what the sandbox counts is what the ledger says, and the reason is the one planted."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import cast, get_args

import pytest
from rich.console import Console

from pm_pipeline.audit.verify import verify
from pm_pipeline.config.models import Payer
from pm_pipeline.demo.planted import compare
from pm_pipeline.demo.reconcile import reconcile
from pm_pipeline.demo.report import print_planted
from pm_pipeline.sandbox import hard_answers, hard_beside, hard_plan, hard_reversals
from pm_pipeline.sandbox.books import summary
from pm_pipeline.sandbox.draw import Draw
from pm_pipeline.sandbox.effect import line_effect
from pm_pipeline.sandbox.entry import Entry, reversal
from pm_pipeline.sandbox.expected import Expected, expected
from pm_pipeline.sandbox.follow_up import FollowUps
from pm_pipeline.sandbox.hard import Hard
from pm_pipeline.sandbox.hard_answers import Tools
from pm_pipeline.sandbox.hard_payments import HardPayments
from pm_pipeline.sandbox.mischief import Mischief
from pm_pipeline.sandbox.plan import Plan
from pm_pipeline.sandbox.store import Store
from pm_pipeline.x12.write_835 import Adjustment, ProviderAdjustment
from tests.money import DOS, TODAY, World, claim, line

ANSWERS = sorted(get_args(hard_plan.AnswerEvent))  # those that are found and those that are held
VISIT, BLOOD = 20_000, 3_000


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    """Books in which no patient has two visits."""
    store = Store(tmp_path / "books.sqlite", "hard")
    store.add(
        "charge", charge_id="A", action="new", visit="V", patient_id="P", provider_id="D", dos_on=DOS.isoformat(),
        procedure_code="99213", modifiers="", cents=VISIT, cells="[]", due_on=DOS.isoformat(),
    )  # fmt: skip
    return Tools(store, Draw(1))


def billed(world: World, names: list[str]) -> dict[str, str]:
    """A claim of two charges for every name, acknowledged by the payer; name -> CLM01."""
    claims = {name: f"CHARD{place:011d}" for place, name in enumerate(names)}
    for place, claim_id in enumerate(claims.values()):
        world.bill(claim_id, {f"{claim_id}1": VISIT, f"{claim_id}2": BLOOD})
        world.con.execute("UPDATE charges.charge SET procedure_code = '36415' WHERE charge_id = ?", [f"{claim_id}2"])
        world.con.execute(
            "INSERT INTO front_office.coverage BY NAME SELECT $c AS coverage_id, $d AS updated_on, 'PT1' AS patient_id, 1 AS cob_order, 'BLHRB' AS payer_id, "
            "$m AS member_id, '18' AS relationship, DATE '2026-01-01' AS effective_from, 'feed' AS file_id, 1 AS row_no, 'r' AS run_id",
            {"c": f"V{claim_id}", "m": f"M{claim_id}", "d": DOS},
        )
        world.con.execute("UPDATE scrub.claim SET coverage_id = ? WHERE claim_id = ?", [f"V{claim_id}", claim_id])
        world.con.execute(
            "INSERT INTO acknowledgments.claim_status BY NAME SELECT 'ack' AS set_id, $n AS status_no, 1 AS segment_no, 'feed' AS file_id, 'claim' AS level, "
            "$c AS claim_id, 'A2' AS category, $p AS payer_claim_number, true AS is_ours, $d AS received_on, 'r' AS run_id",
            {"n": place, "c": claim_id, "p": f"{claim_id}N", "d": DOS},
        )
    return claims


def answered(claim_id: str) -> Entry:
    """Paid, written off, and a copay left to the patient."""
    visit = line(f"{claim_id}1", VISIT, 11_000, Adjustment("CO", "45", 6_000), Adjustment("PR", "3", 3_000))
    blood = replace(line(f"{claim_id}2", BLOOD, 2_000, Adjustment("CO", "45", 1_000)), procedure="36415")
    remit = claim(claim_id, visit, blood, number=f"{claim_id}N", patient_cents=3_000)
    remit = replace(remit, patient=replace(remit.patient, identifier=f"M{claim_id}"), rendering=remit.rendering)
    return Entry(remit, "primary", "answer", 1, visit="V", patient_id="P")


def counted(entry: Entry) -> dict[str, int]:
    """A/R of the claim by party as the sandbox counts it, parties that owe nothing left out."""
    balances = Counter({"primary": VISIT + BLOOD})
    if not entry.is_suspended:
        for one in entry.remit.lines:
            balances.update(line_effect(one, "primary", "patient", one.charge_cents, Counter()))
    return {party: cents for party, cents in balances.items() if cents}


def told(world: World, trace: str) -> list[str]:
    rows = world.con.execute(
        "SELECT code FROM posting.open_exception JOIN remittance.payment USING (payment_id) WHERE trn02 = ? ORDER BY 1",
        [trace],
    ).fetchall()
    return [str(code) for (code,) in rows]


def test_every_answer_does_what_the_books_say(world: World, tools: Tools) -> None:
    events = [
        one for one in ANSWERS if one != "number_unknown"
    ]  # its provider needs an NPI: tests/posting/test_match.py
    claims = billed(world, events)
    entries = {event: answered(claims[event]) for event in events}
    sent = []
    for event, entry in entries.items():
        assert hard_answers.EVENTS[event](entry, tools)
        sent.append(world.remittance(entry.on_the_wire, trace=event))
    world.post(*sent)
    assert {event: world.ar(claims[event]) for event in events} == {
        event: counted(entry) for event, entry in entries.items()
    }
    assert {event: told(world, event) for event in events} == {
        event: [code for code, _ in entry.planted] for event, entry in entries.items()
    }
    held = sum(entry.remit.paid_cents for entry in entries.values() if entry.is_suspended)
    assert world.balances()["UNAPPLIED:payer"] == -held
    assert verify(world.con) == []


def test_what_stands_beside_an_answer_waits_and_leaves_it_alone(world: World, tools: Tools) -> None:
    events = sorted(set(get_args(hard_plan.BesideEvent)) - {"paid_again", "other_payers_claim"})
    claims = billed(world, events)
    payer = next(one for one in world.config.payers if one.payer_id == "BLHRB")
    extras: dict[str, Entry] = {}
    sent = []
    for event in events:
        anchor = answered(claims[event])
        extra = hard_beside.EVENTS[event](anchor, cast(Payer, payer), tools)
        assert extra is not None
        extras[event] = extra
        sent.append(world.remittance(anchor.remit, extra.on_the_wire, trace=event))
    world.post(*sent)
    assert {event: told(world, event) for event in events} == {
        event: [code for code, _ in one.planted] for event, one in extras.items()
    }
    assert {event: world.ar(claims[event]) for event in events} == dict.fromkeys(events, counted(answered("C")))
    assert world.balances()["UNAPPLIED:payer"] == -sum(
        one.remit.paid_cents for one in extras.values() if one.is_suspended
    )
    assert verify(world.con) == []


def test_every_reversal_takes_its_answer_back_or_waits(world: World, tools: Tools) -> None:
    events = sorted(hard_reversals.EVENTS)
    claims = billed(world, events)
    world.post(*(world.remittance(answered(claims[event]).remit, trace=f"{event}1") for event in events))
    backs = {
        event: Entry(reversal(answered(claims[event]).remit), "primary", "reversal", 1, 1, "V", "P") for event in events
    }
    for event, entry in backs.items():
        assert hard_reversals.EVENTS[event](entry, tools)
    sent = [world.remittance(entry.on_the_wire, trace=f"{event}2") for event, entry in backs.items()]
    world.post(*sent, today=TODAY + dt.timedelta(days=7), run_id="back")
    whole, stands = {"primary": VISIT + BLOOD}, counted(answered("C"))
    assert {event: world.ar(claims[event]) for event in events} == {
        event: stands if entry.is_suspended else whole for event, entry in backs.items()
    }
    assert {event: told(world, f"{event}2") for event in events} == {
        event: [code for code, _ in one.planted] for event, one in backs.items()
    }
    assert verify(world.con) == []


def test_a_correction_under_22_waits_beside_its_reversal(world: World) -> None:
    claims = billed(world, ["one"])
    first = answered(claims["one"]).remit
    world.post(world.remittance(first, trace="first"))
    correction = answered(claims["one"])
    hard_reversals.as_reversal(correction)
    world.post(
        world.remittance(reversal(first), correction.on_the_wire, trace="second"),
        today=TODAY + dt.timedelta(days=7),
        run_id="back",
    )
    assert told(world, "second") == ["CORRECTION_IS_REVERSAL"]
    assert world.ar(claims["one"]) == {"primary": VISIT + BLOOD}


def test_a_payment_below_zero_is_posted_and_explained(world: World) -> None:
    claims = billed(world, ["one"])
    first = answered(claims["one"]).remit
    world.post(world.remittance(first, trace="first"))
    world.post(world.remittance(reversal(first), trace="second"), today=TODAY + dt.timedelta(days=7), run_id="back")
    assert world.ar(claims["one"]) == {"primary": VISIT + BLOOD}
    assert world.exceptions() == []
    assert world.balances().get("CASH_CLEARING:eft", 0) == 0
    assert verify(world.con) == []


@pytest.mark.parametrize("account", ["SETTLEMENT:care_management", "RECOUP_DUE:payer", "INTEREST_INCOME:interest"])
def test_a_payers_own_plb_codes_do_what_the_books_say(account: str, world: World, tools: Tools) -> None:
    """CS means something from the second payment on; what WU means nobody has said."""
    days = {"T1": dt.date(2026, 6, 19), "T2": dt.date(2026, 6, 20)}
    rule = {"id": "BLHRB-CS-1", "reason": "CS", "account": account, "effective_from": days["T2"], "why": "letter"}
    payers = [
        Payer.model_validate({**one.model_dump(), "provider_adjustments": [rule] if one.payer_id == "BLHRB" else []})
        for one in world.config.payers
    ]
    world.config = replace(world.config, payers=payers)
    payer, store, plan = next(one for one in payers if one.payer_id == "BLHRB"), tools.store, Plan.of_mix("hard")
    hard = HardPayments(Hard(store, plan, tools.draw, FollowUps(store, plan, tools.draw)), cast(Mischief, None))
    for trace, day in days.items():
        store.add(
            "payment", payment_id=trace, payer_id="BLHRB", trace=trace, originator="1", method="ACH", paid_cents=1_000, effective_on=day.isoformat(),
            released_on=TODAY.isoformat(),
        )  # fmt: skip
        adjustments = [ProviderAdjustment("CS", f"R{trace}", -700), ProviderAdjustment("WU", f"R{trace}", -300)]
        for place, one in enumerate(adjustments, start=1):
            store.do(
                "INSERT INTO provider_adjustment VALUES (?, ?, ?, ?, ?)",
                [trace, place, one.reason, one.reference, one.cents],
            )
        hard.plant(payer, trace, adjustments, day)
        world.post(world.remittance(trace=trace, on=day, provider_adjustments=tuple(adjustments), paid_cents=1_000))
    books = summary(store, TODAY, payers)
    assert [one for one in reconcile(world.con, books).lines if not one.agrees] == []
    assert books.totals.suspense_cents == 700 + 300 + 300
    reasons = compare(world.con, expected(store, books))
    assert [(one.code, one.found, one.agrees) for one in reasons if one.planted or one.found] == [
        ("PLB_REVIEW", 3, True)
    ]


def test_what_is_on_one_side_only_is_listed_and_printed(world: World) -> None:
    claims = billed(world, ["one"])
    stranger = answered(claims["one"]).remit
    unknown = replace(
        stranger, clp01="XX1", payer_claim_number="XX1N", patient=replace(stranger.patient, identifier="")
    )
    world.post(world.remittance(answered(claims["one"]).remit, unknown, trace="T"))
    wanted = Expected({("CLAIM_UNMATCHED", "T/2"), ("UNMAPPED_CARC", "T/1")}, Counter(PAYMENT_GATE=1))
    reasons = {one.code: one for one in compare(world.con, wanted)}
    assert reasons["CLAIM_UNMATCHED"].agrees
    assert (reasons["UNMAPPED_CARC"].missing, reasons["UNMAPPED_CARC"].planted, reasons["UNMAPPED_CARC"].found) == (
        ["T/1"],
        1,
        0,
    )
    assert reasons["quarantined PAYMENT_GATE"].missing == ["a transaction set"]
    assert compare(world.con, Expected())[0].unplanted == ["T/2"]
    out = StringIO()
    print_planted(Console(file=out, width=120), [vars(one) for one in reasons.values()])
    assert "UNMAPPED_CARC T/1: planted, and not found" in out.getvalue()

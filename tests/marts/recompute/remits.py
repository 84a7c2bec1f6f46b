"""KPIs of remittances: posted by themselves, tied to deposits, held against contracts, posted in time."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from fractions import Fraction
from typing import Any

from tests.marts.recompute.facts import Facts, dollars, first, in_three_months, known, lags


def figures(facts: Facts, day: dt.date) -> dict[str, Any]:
    """Posting, reassociation, underpayments and the posting lag."""
    posting_days = [
        (row.posted_on - row.received_on).days for row in facts.answers if in_three_months(row.posted_on, day)
    ]
    return {
        **_auto_post(facts, day),
        **_reassociated(facts, day),
        **_contracts(facts, day),
        **lags("posting_lag", posting_days),
    }


def _auto_post(facts: Facts, day: dt.date) -> dict[str, Any]:
    ended = {row.exception_id: row.actor for row in facts.rows("posting.exception_closed")}
    by_person = [
        row for row in facts.rows("posting.exception")
        if row.is_blocking and row.item_kind != "deposit" and ended.get(row.exception_id, "policy") != "policy"
    ]  # fmt: skip
    touched_claims = {row.remit_claim_id for row in by_person if row.remit_claim_id}
    touched_wholes = {row.payment_id for row in by_person if not row.remit_claim_id}
    touched_payments = {row.payment_id for row in by_person}
    posted_on = first(
        (row.remit_line_id, row.posted_on) for row in facts.rows("posting.line_outcome") if row.outcome != "held"
    )
    claims = {row.remit_claim_id: row for row in facts.rows("remittance.claim")}
    lines = [(row.remit_line_id, row.remit_claim_id, row.paid_cents) for row in facts.rows("remittance.line")]
    lines += [(row.remit_claim_id, row.remit_claim_id, row.paid_cents) for row in claims.values() if row.lines == 0]
    done: dict[str, list[bool]] = defaultdict(list)
    in_payment: dict[str, list[bool]] = defaultdict(list)
    counts = {kind: [0, 0] for kind in ("lines", "claims", "payments", "cents")}
    for line, claim, cents in lines:
        payment = facts.payments[claims[claim].payment_id]
        is_auto = (
            known(posted_on.get(line), day) and claim not in touched_claims and payment.payment_id not in touched_wholes
        )
        if payment.is_our_payee and in_three_months(payment.received_on, day):
            _add(counts["lines"], 1, is_auto)
            _add(counts["cents"], abs(cents), is_auto)
            done[claim].append(is_auto)
            in_payment[payment.payment_id].append(is_auto)
    for parts in done.values():
        _add(counts["claims"], 1, all(parts))
    whole = first((row.payment_id, row.posted_on) for row in facts.rows("posting.payment_posted"))
    booked = first(
        (row.plb_id, row.posted_on)
        for row in facts.rows("posting.provider_adjustment_outcome")
        if row.kind in ("post", "release")
    )
    for row in facts.rows("remittance.provider_adjustment"):
        in_payment[row.payment_id].append(known(booked.get(row.plb_id), day))
    for payment in facts.payments.values():
        if payment.is_our_payee and in_three_months(payment.received_on, day):
            is_auto = (
                known(whole.get(payment.payment_id), day)
                and payment.payment_id not in touched_payments
                and all(in_payment[payment.payment_id])
            )
            _add(counts["payments"], 1, is_auto)
    found = {
        f"auto_post_rate_{kind}": (Fraction(auto), Fraction(all_))
        for kind, (auto, all_) in counts.items()
        if kind != "cents"
    }
    return {**found, "auto_post_rate_dollars": (dollars(counts["cents"][0]), dollars(counts["cents"][1]))}


def _add(sums: list[int], amount: int, is_auto: bool) -> None:
    sums[0] += amount if is_auto else 0
    sums[1] += amount


def _reassociated(facts: Facts, day: dt.date) -> dict[str, Any]:
    tied = first((row.payment_id, row.matched_on) for row in facts.rows("posting.deposit_part"))
    taken = first((row.payment_id, row.posted_on) for row in facts.rows("posting.bank_return_posted"))
    matched = count = 0
    for row in facts.payments.values():
        is_known = row.is_our_payee and row.paid_cents > 0 and row.received_on <= day
        if is_known and in_three_months(row.effective_on, day):
            count += 1
            matched += known(tied.get(row.payment_id), day) and not known(taken.get(row.payment_id), day)
    return {"remit_reassociation_rate": (Fraction(matched), Fraction(count))}


def _contracts(facts: Facts, day: dt.date) -> dict[str, Any]:
    answers = {row.posting_key: row for row in facts.answers}
    taken_back = {row.reverses: row.posted_on for row in facts.answers if row.reverses}
    newest: dict[str, Any] = {}
    for row in facts.rows("receivables.contract_line"):
        if row.priced_on <= day and row.occasion > getattr(newest.get(row.remit_line_id), "occasion", 0):
            newest[row.remit_line_id] = row
    lines = [
        row for row in newest.values()
        if row.posting_key in answers and in_three_months(answers[row.posting_key].remit_on, day)
        and not known(taken_back.get(row.posting_key), day) and row.reason != "denied"
    ]  # fmt: skip
    priced = [row for row in lines if row.expected_cents is not None]
    underpaid = [row for row in priced if row.verdict == "underpaid"]
    return {
        "underpayment_rate": (Fraction(len(underpaid)), Fraction(len(priced))),
        "underpayment_coverage": (Fraction(len(priced)), Fraction(len(lines))),
    }

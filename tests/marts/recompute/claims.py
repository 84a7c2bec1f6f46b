"""KPIs of claims on their way out: clean, touched, accepted, rejected, closed, and how long it took."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from fractions import Fraction
from typing import Any

from tests.marts.recompute.facts import Facts, in_three_months, known, lags

STAGES = ("ta1", "999", "277ca_clearinghouse", "277ca_payer")


def figures(facts: Facts, day: dt.date) -> dict[str, Any]:
    """Submission and the lags up to acceptance."""
    return {
        **_first_sent(facts, day),
        **_stages(facts, day),
        **_closed(facts, day),
        **_lags(facts, day),
        **_missed(facts, day),
    }


def _missed(facts: Facts, day: dt.date) -> dict[str, Any]:
    newest: dict[str, Any] = {}
    for row in facts.rows("front_office.appointment"):
        if row.updated_on <= day and row.updated_on >= getattr(
            newest.get(row.appointment_id), "updated_on", row.updated_on
        ):
            newest[row.appointment_id] = row
    told = [row for row in newest.values() if row.status in ("completed", "no_show")]
    of = [row for row in told if in_three_months(row.starts_at.date(), day)]
    return {"no_show_rate": (Fraction(sum(row.status == "no_show" for row in of)), Fraction(len(of)))}


def _first_sent(facts: Facts, day: dt.date) -> dict[str, Any]:
    held: dict[str, list[dt.date]] = defaultdict(list)
    for finding in facts.rows("scrub.edit_finding"):
        if finding.severity == "hold":
            held[finding.claim_id].append(finding.found_on)
    sent = [row for row in facts.first_sent.values() if in_three_months(row.sent_on, day)]
    clean = touches = 0
    for row in sent:
        touched = facts.touches.get(row.claim_id, {}).values()
        before = [one for one in [*held[row.claim_id], *touched] if one <= row.sent_on]
        clean += not before
        touches += sum(one <= day for one in touched)
    count = Fraction(len(sent))
    return {"clean_claim_rate": (Fraction(clean), count), "touches_per_claim": (Fraction(touches), count)}


def _said(facts: Facts) -> dict[tuple[str, int], list[tuple[int, str, dt.date]]]:
    """Claim and version -> what was said of it: stage (0 TA1, 1 999, 2 and 3 277CA), verdict, day."""
    payers = {(row.file_id, row.segment_no) for row in facts.rows("acknowledgments.claim_status") if row.source == "PR"}
    found: dict[tuple[str, int], list[tuple[int, str, dt.date]]] = defaultdict(list)
    for event in facts.rows("scrub.claim_event"):
        said, _, verdict = event.kind.partition("_")
        if said in ("interchange", "set", "claim") and verdict in ("accepted", "rejected", "received"):
            stage = {"interchange": 0, "set": 1}.get(said, 3 if (event.file_id, event.segment_no) in payers else 2)
            found[event.claim_id, event.version].append((stage, verdict, event.happened_on))
    return found


def _stages(facts: Facts, day: dt.date) -> dict[str, Any]:
    said, found = _said(facts), dict[str, Any]()
    for which in ("first", "total"):
        sent = [row for row in facts.sent if which == "total" or row.version == 1]
        for place, stage in enumerate(STAGES):
            judged = rejected = 0
            for row in sent:
                words = said.get((row.claim_id, row.version), [])
                reached = min((on for at, _, on in words if at >= place), default=None)
                if in_three_months(reached, day):
                    judged += 1
                    rejected += any(at == place and verdict == "rejected" and on <= day for at, verdict, on in words)
            found[f"rejection_rate_{stage}_{which}"] = (Fraction(rejected), Fraction(judged))
    through = judged = 0
    for row in facts.sent:
        words = said.get((row.claim_id, row.version), [])
        refused = min((on for at, verdict, on in words if at <= 2 and verdict == "rejected"), default=None)
        last_words = [on for at, verdict, on in words if at >= 2 or verdict == "rejected"]
        if row.version == 1 and in_three_months(min(last_words, default=None), day):
            judged += 1
            through += not known(refused, day)
    found["clearinghouse_acceptance_rate"] = (Fraction(through), Fraction(judged))
    return found


def _closed(facts: Facts, day: dt.date) -> dict[str, Any]:
    moves: dict[str, dict[dt.date, int]] = defaultdict(lambda: defaultdict(int))
    for entry in facts.receivable:
        if entry.claim_id and entry.posted_on <= day:
            moves[entry.claim_id][entry.posted_on] += entry.cents
    closed = untouched = 0
    for claim, by_day in moves.items():
        balance, since = 0, None
        for on in sorted(by_day):
            balance += by_day[on]
            since = None if balance else since or on
        bill = facts.first_sent.get(claim)
        if since and bill and bill.sent_on <= since and in_three_months(since, day):
            closed += 1
            untouched += not any(on <= day for on in facts.touches.get(claim, {}).values())
    return {"touchless_rate": (Fraction(untouched), Fraction(closed))}


def _lags(facts: Facts, day: dt.date) -> dict[str, Any]:
    encounters: dict[Any, list[Any]] = defaultdict(list)
    for charge in facts.rows("charges.charge"):
        if charge.action == "new":
            encounters[charge.practice_id, charge.encounter_id].append(charge)
    entry_days = []
    for charges in encounters.values():
        landed = min(charge.landed_on for charge in charges)
        came = [charge for charge in charges if charge.landed_on == landed]
        entered = min(charge.entered_on for charge in came)
        if landed <= day and in_three_months(entered, day):
            entry_days.append((entered - min(charge.dos_from for charge in came)).days)
    claims = {row.claim_id: row for row in facts.rows("scrub.claim")}
    said = _said(facts)
    accepted: dict[str, tuple[dt.date, int, dt.date]] = {}
    for row in facts.sent:
        on = min(
            (on for at, verdict, on in said.get((row.claim_id, row.version), []) if at >= 2 and verdict == "accepted"),
            default=None,
        )
        if on:
            one = (on, row.version, row.sent_on)
            accepted[row.claim_id] = min(one, accepted.get(row.claim_id, one))
    claim_days = [
        (sent_on - claims[claim].entered_on).days
        for claim, (on, _, sent_on) in accepted.items()
        if on <= day and in_three_months(sent_on, day)
    ]
    payer_days = [
        (answer.remit_on - accepted[claim][0]).days
        for claim, answer in facts.first_answers.items()
        if claim in accepted and accepted[claim][0] <= answer.remit_on
        and answer.posted_on <= day and in_three_months(answer.remit_on, day)
    ]  # fmt: skip
    return {
        **lags("charge_lag", entry_days),
        **lags("claim_lag", claim_days),
        **lags("payer_lag", payer_days),
    }

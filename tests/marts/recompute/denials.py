"""KPIs of first answers and of what they refused."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from fractions import Fraction
from typing import Any

from tests.marts.recompute.facts import Facts, Row, dollars, in_three_months, known, lags, month


def figures(facts: Facts, day: dt.date) -> dict[str, Any]:
    """Initial denials, the first pass, and refusals that ended."""
    return {**_initial(facts, day), **_first_pass(facts, day), **_ended(facts, day)}


def _initial(facts: Facts, day: dt.date) -> dict[str, Any]:
    refused: dict[str, list[dt.date]] = defaultdict(list)
    for denial in facts.rows("receivables.denial"):
        if not denial.is_duplicate:
            refused[denial.remit_claim_id].append(denial.opened_on)
    answers = [
        row for row in facts.first_answers.values() if row.posted_on <= day and in_three_months(row.remit_on, day)
    ]
    denied = [row for row in answers if any(opened <= day for opened in refused[row.remit_claim_id])]
    in_month = [row for row in denied if row.remit_on >= month(day)]
    sent = [row for row in facts.first_sent.values() if month(day, 3) <= row.sent_on < month(day)]
    first_posted = min(
        [
            *(entry.posted_on for entry in facts.rows("ledger.entry")),
            *(row.posted_on for row in facts.rows("posting.posting")),
            *(row.received_on for row in facts.payments.values()),
        ]
    )
    is_long_enough = month(day, 3) >= month(first_posted)
    return {
        "initial_denial_rate_claims_by_remits": (Fraction(len(denied)), Fraction(len(answers))),
        "initial_denial_rate_dollars_by_remits": (_charges(denied), _charges(answers)),
        "initial_denial_rate_claims_by_submissions": (
            Fraction(len(in_month)), Fraction(len(sent), 3) if is_long_enough else Fraction(0),
        ),
        "initial_denial_rate_dollars_by_submissions": (
            _charges(in_month), dollars(sum(row.charge_cents for row in sent)) / 3 if is_long_enough else Fraction(0),
        ),
    }  # fmt: skip


def _charges(answers: list[Row]) -> Fraction:
    return dollars(sum(row.charged for row in answers))


def _first_pass(facts: Facts, day: dt.date) -> dict[str, Any]:
    denials: dict[str, list[Row]] = defaultdict(list)
    for denial in facts.rows("receivables.denial"):
        denials[denial.claim_id].append(denial)
    appeals: dict[str, list[dt.date]] = defaultdict(list)
    claim_of = {row.denial_id: row.claim_id for row in facts.rows("receivables.denial")}
    for action in facts.rows("receivables.denial_action"):
        if action.action == "appeal":
            appeals[claim_of[action.denial_id]].append(action.acted_on)
    owed: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for entry in facts.receivable:
        owed[entry.claim_id, entry.sub_account].append(entry)
    sent: dict[str, list[dt.date]] = defaultdict(list)
    for row in facts.sent:
        sent[row.claim_id].append(row.sent_on)
    reversed_on = {row.reverses: row.posted_on for row in facts.answers if row.reverses}
    passed = answered = 0
    for claim, answer in facts.first_answers.items():
        if answer.posted_on > day or not in_three_months(answer.remit_on, day):
            continue
        answered += 1
        refused = any(
            one.remit_claim_id == answer.remit_claim_id and one.opened_on <= answer.posted_on for one in denials[claim]
        )
        balances: dict[Any, int] = defaultdict(int)
        for entry in owed[claim, answer.payer_turn]:
            if entry.posted_on <= answer.posted_on:
                balances[entry.charge_id, entry.owes] += entry.cents
        at_once = sum(on <= answer.posted_on for on in sent[claim])
        later = [on for on in sent[claim] + appeals[claim] if on > answer.posted_on]
        later += [
            one.opened_on
            for one in denials[claim]
            if one.opened_on > answer.posted_on and one.payer_turn == answer.payer_turn
        ]
        later += [reversed_on[answer.posting_key]] if answer.posting_key in reversed_on else []
        passed += (
            not refused
            and at_once == 1
            and not any(cents > 0 for cents in balances.values())
            and not any(on <= day for on in later)
        )
    primary = [
        row for row in facts.answers
        if row.payer_turn == "primary" and row.reverses is None and not row.is_duplicate
        and day - dt.timedelta(days=27) <= row.posted_on <= day
    ]  # fmt: skip
    return {
        "first_pass_resolution_rate": (Fraction(passed), Fraction(answered)),
        "zero_pay_primary_rate": (Fraction(sum(row.paid == 0 for row in primary)), Fraction(len(primary))),
    }


def _ended(facts: Facts, day: dt.date) -> dict[str, Any]:
    closed = {row.denial_id: row for row in facts.rows("receivables.denial_closed")}
    episodes = [row for row in facts.rows("receivables.denial") if not row.is_duplicate]
    by_reason: dict[str, list[Row]] = defaultdict(list)
    for row in episodes:
        row.closed_on = closed[row.denial_id].closed_on if row.denial_id in closed else None
        row.because = closed[row.denial_id].because if row.denial_id in closed else None
        by_reason[row.adjustment_id].append(row)
    for rows in by_reason.values():
        rows.sort(key=lambda row: (row.opened_on, row.closed_on or dt.date.max, row.denial_id))
        for place, row in enumerate(rows):
            row.occurrence = place
            row.reopened_on = rows[place + 1].opened_on if place + 1 < len(rows) else None
    refusals: dict[Any, list[Row]] = defaultdict(list)
    gains: dict[Any, int] = defaultdict(int)
    for row in sorted(episodes, key=lambda row: row.denial_id):
        line = (row.remit_claim_id, row.charge_id, row.occurrence)
        row.recovered = max(0, min(row.denied_cents, _gained(facts, row) - gains[line]))
        gains[line] += row.denied_cents
        goes_on = row.because == "superseded" and not row.recovered and any(
            other.opened_on == row.closed_on and other.remit_claim_id != row.remit_claim_id
            and (other.claim_id, other.payer_turn, other.charge_id) == (row.claim_id, row.payer_turn, row.charge_id)
            for other in episodes
        )  # fmt: skip
        if not goes_on:
            refusals[row.remit_claim_id, row.occurrence].append(row)
    sums: dict[str, list[int]] = {who: [0, 0] for who in ("correction", "appeal", "payer", "lost")}
    denied, days = 0, list[int]()
    for rows in refusals.values():
        if any(row.closed_on is None for row in rows):
            continue
        resolved = max(row.closed_on for row in rows)
        reopened = min((row.reopened_on for row in rows if row.reopened_on), default=None)
        if not in_three_months(resolved, day) or known(reopened, day):
            continue
        days.append((resolved - min(row.denied_on for row in rows)).days)
        denied += sum(row.denied_cents for row in rows)
        recovered = sum(row.recovered for row in rows)
        of = sums[_won_by(facts, rows, resolved) if recovered else "lost"]
        of[0] += 1
        of[1] += recovered
    found: dict[str, Any] = lags("denial_resolution_days", days)
    won = [sum(one[place] for one in sums.values()) for place in (0, 1)]
    won[0] -= sums["lost"][0]
    for name, (claims, cents) in {
        "denial_overturn_rate": won,
        **{f"denial_overturn_by_{who}_rate": sums[who] for who in ("correction", "appeal", "payer")},
    }.items():
        found[f"{name}_claims"] = (Fraction(claims), Fraction(len(days)))
        found[f"{name}_dollars"] = (dollars(cents), dollars(denied))
    return found


def _gained(facts: Facts, denial: Row) -> int:
    """What the newest answer that stood when it closed paid more on the charge than the refusing one."""
    if denial.because not in ("superseded", "paid_later"):
        return 0
    lines: dict[Any, int] = defaultdict(int)
    for outcome in facts.rows("posting.line_outcome"):
        lines[outcome.posting_key, outcome.charge_id] += outcome.paid_cents

    def paid(answer: Row) -> int | None:
        if denial.charge_id is None:
            return answer.paid_cents
        return lines.get((answer.posting_key, denial.charge_id))

    taken_back = {row.reverses: row.posted_on for row in facts.answers if row.reverses}
    mine = [
        row for row in facts.answers
        if row.reverses is None and row.claim_id == denial.claim_id and row.payer_turn == denial.payer_turn
    ]  # fmt: skip
    then = sum(paid(row) or 0 for row in mine if row.remit_claim_id == denial.remit_claim_id)
    standing = [
        row for row in mine
        if row.remit_claim_id != denial.remit_claim_id and row.posted_on <= denial.closed_on
        and not known(taken_back.get(row.posting_key), denial.closed_on) and paid(row) is not None
    ]  # fmt: skip
    if not standing:
        return 0
    newest = max(standing, key=lambda row: (row.effective_on, row.generation, row.posting_key))
    return max(0, (paid(newest) or 0) - then)


def _won_by(facts: Facts, refused: list[Row], resolved: dt.date) -> str:
    """Who brought the money back: what was sent to the payer last while the refusal stood, or the payer itself."""
    opened = min(row.opened_on for row in refused)
    of = {row.denial_id: row for row in facts.rows("receivables.denial")}
    undone = {row.target_action_id for row in facts.rows("receivables.denial_action") if row.action == "undo"}
    appeals, corrections = list[dt.date](), list[dt.date]()
    for action in facts.rows("receivables.denial_action"):
        about = of[action.denial_id]
        if action.action_id in undone or (about.claim_id, about.payer_turn) != (
            refused[0].claim_id,
            refused[0].payer_turn,
        ):
            continue
        if action.action == "appeal" and about.remit_claim_id == refused[0].remit_claim_id:
            appeals.append(action.acted_on)
        if action.action == "correct_and_resubmit":
            corrections.append(action.acted_on)
    if refused[0].payer_turn == "primary":
        corrections += [row.sent_on for row in facts.sent if row.claim_id == refused[0].claim_id and row.version > 1]
    appeals = [on for on in appeals if opened <= on <= resolved]
    corrections = [on for on in corrections if opened <= on <= resolved]
    if appeals and max(appeals) >= max(corrections, default=dt.date.min):
        return "appeal"
    return "correction" if corrections else "payer"

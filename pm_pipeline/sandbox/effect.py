"""What one answer does to a claim: A/R by line and party, and amounts by kind."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from pm_pipeline.sandbox.entry import TURNS
from pm_pipeline.sandbox.payers import COST_SHARE, PRIOR_PAYER, SEQUESTRATION, WRITTEN_OFF
from pm_pipeline.x12.write_835 import RemitLine

PATIENT = "patient"


@dataclass
class Effect:
    """What one answer did to one claim, in cents."""

    lines: dict[str, Counter[str]] = field(default_factory=dict)
    amounts: Counter[str] = field(default_factory=Counter)


def line_effect(line: RemitLine, turn: str, later: str, owed: int, amounts: Counter[str]) -> Counter[str]:
    """What a line does to A/R by party; adds its amounts by kind. `owed` is what this payer owes of the line before."""
    change: Counter[str] = Counter({turn: -line.paid_cents})
    amounts["paid"] += line.paid_cents
    given_up = 0
    for one in line.adjustments:
        if one.group == "PR" and one.carc in COST_SHARE:
            change[turn] -= one.cents
            change[later] += one.cents
            amounts["moved"] += one.cents
        elif one.group == "CO" and one.carc == SEQUESTRATION:
            change[turn] -= one.cents
            amounts["sequestration"] += one.cents
        elif one.group == "CO" and one.carc in WRITTEN_OFF and not _refuses(line, turn, one.carc, one.cents):
            given_up += one.cents
        elif one.carc != PRIOR_PAYER:
            amounts["denied"] += one.cents
    if turn != TURNS[0]:
        given_up = min(given_up, max(0, owed + change[turn]))
    change[turn] -= given_up
    amounts["contractual"] += given_up
    return change


def _refuses(line: RemitLine, turn: str, carc: str, cents: int) -> bool:
    """A first payer's 45 that takes the whole charge is a denial in disguise: 45 may not equal the charge."""
    return turn == TURNS[0] and carc == "45" and not line.paid_cents and cents == line.charge_cents

"""How long silence is normal is the payer's own where it says so, and its partner's where it does not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from pm_pipeline.config.models import Payer, PayerHours
from tests.money import World
from tests.receivables.test_receivables import send, work


def slow(world: World, payer_id: str, **hours: int) -> None:
    """Let one payer answer in its own time."""

    def changed(payer: Payer) -> Payer:
        own = PayerHours.model_validate(hours)
        return payer.model_copy(update={"answer_hours": own}) if payer.payer_id == payer_id else payer

    world.config = replace(world.config, payers=[changed(one) for one in world.config.payers])


@pytest.mark.parametrize(
    ("state", "kind", "hours", "quiet_until"),
    [
        ("set_accepted", "overdue_claim", {"claim": 120}, dt.date(2026, 6, 7)),
        ("set_accepted", "overdue_claim", {"set": 120}, dt.date(2026, 6, 5)),  # of the 999 only
        ("sent", "overdue_set", {"set": 49}, dt.date(2026, 6, 5)),  # a day begun is a day
    ],
)
def test_a_payers_own_hours_move_its_clock(
    world: World, state: str, kind: str, hours: dict[str, int], quiet_until: dt.date
) -> None:
    slow(world, "BLHRB", **hours)
    world.bill("C1", {"A": 10_000})
    send(world, "C1", state)
    assert work(world, quiet_until) == []
    assert work(world, quiet_until + dt.timedelta(1)) == [kind]


def test_another_payers_hours_move_nothing(world: World) -> None:
    slow(world, "SMTML", claim=240)
    assert world.config.answer_hours(world.config.payers[0]).claim == 72
    world.bill("C1", {"A": 10_000})
    send(world, "C1", "received")
    assert work(world, dt.date(2026, 6, 6)) == ["overdue_claim"]

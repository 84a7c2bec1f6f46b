"""A claim's state never moves backward, in whatever order, however often and in whatever portions its answers arrive."""

from __future__ import annotations

import datetime as dt
import random

import duckdb
import pytest

from pm_pipeline.audit.verify import verify
from pm_pipeline.scrub.events import RANKS, new_events
from pm_pipeline.warehouse import unit

DAY = dt.date(2026, 6, 3)
SENT = [("prepared", "prepared"), ("sent", "sent")]
ANSWERS = [
    ("interchange_accepted", "interchange_accepted"), ("set_accepted", "set_accepted"), ("claim_received", "received"),
    ("claim_accepted", "accepted"), ("paid", "paid"),
]  # fmt: skip
SEEDS = range(40)


def tell(
    con: duckdb.DuckDBPyConnection, claim_id: str, version: int | None, *events: tuple[str, str], cause: str = "x"
) -> None:
    """Record these events together, as one run would."""
    with unit(con, "told", "r"), new_events(con, "r"):
        for kind, state in events:
            con.execute(
                "INSERT INTO new_claim_event VALUES (?, ?, ?, ?, ?, ?, NULL, NULL, NULL)",
                [claim_id, version, kind, state, cause, DAY],
            )


def diary(con: duckdb.DuckDBPyConnection, claim_id: str) -> list[tuple[str, int]]:
    return con.execute(
        "SELECT state, rank FROM scrub.claim_event WHERE claim_id = ? ORDER BY seq", [claim_id]
    ).fetchall()


def shuffled(rng: random.Random, *told: tuple[str, str]) -> list[list[tuple[str, str]]]:
    """The events in any order, some twice, in portions of one to three."""
    events = [*told, *rng.choices(told, k=3)]
    rng.shuffle(events)
    portions: list[list[tuple[str, str]]] = []
    while events:
        size = rng.randint(1, 3)
        portions.append(events[:size])
        events = events[size:]
    return portions


@pytest.mark.parametrize("last", [5, 4, 3, 2])
def test_a_state_never_moves_backward_and_ends_the_same(con: duckdb.DuckDBPyConnection, last: int) -> None:
    for seed in SEEDS:
        claim_id = f"S{seed}"
        for event in SENT:
            tell(con, claim_id, 1, event)
        for portion in shuffled(random.Random(seed), *ANSWERS[:last]):
            tell(con, claim_id, 1, *portion)
        said = diary(con, claim_id)
        assert [rank for _, rank in said] == sorted(rank for _, rank in said)
        assert said[-1] == (ANSWERS[last - 1][1], RANKS[ANSWERS[last - 1][1]])
        assert len(said) == last + 2
    assert verify(con, only="I13") == []


def test_what_is_still_said_of_a_rejected_version_does_not_move_the_next(con: duckdb.DuckDBPyConnection) -> None:
    for seed in SEEDS:
        claim_id, rng = f"R{seed}", random.Random(seed)
        for event in SENT:
            tell(con, claim_id, 1, event)
        tell(con, claim_id, 1, ("claim_rejected", "rejected"))
        tell(con, claim_id, None, ("reopen", "released"))
        old = [(1, portion) for portion in shuffled(rng, *ANSWERS[:4])]
        for event in SENT:
            tell(con, claim_id, 2, event)
        new = [(2, portion) for portion in shuffled(rng, *ANSWERS[:3])]
        told = [*old, *new]
        rng.shuffle(told)
        for version, portion in told:
            tell(con, claim_id, version, *portion)
        assert diary(con, claim_id)[-1][0] == "received"
        after = [rank for _, rank in diary(con, claim_id)][4:]
        assert after == sorted(after)
    assert verify(con, only="I13") == []

"""People who work denials, for tests: a refused claim, and what is done about it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pm_pipeline.receivables.actions import Acted, Request, act
from pm_pipeline.warehouse import load_rows
from tests.money import TODAY, Adjustment, World, claim, line

REFUSED = Adjustment("CO", "50", 10_000)


def refused(
    world: World, claim_id: str = "C1", adjustment: Adjustment = REFUSED, remarks: tuple[str, ...] = (), trace: str = "T1", **bill: Any
) -> str:  # fmt: skip
    """Bill one charge and let its payer refuse `adjustment` of it, paying nothing; returns the denial's id."""
    charge_id = f"H{claim_id}"
    world.bill(claim_id, {charge_id: 10_000}, **bill)
    answer = claim(
        claim_id, line(charge_id, 10_000, 10_000 - adjustment.cents, adjustment, remarks=remarks), number=f"I{claim_id}"
    )
    world.post(world.remittance(answer, trace=trace, payer=bill.get("payer", "BLHRB")), run_id=f"run {trace}")
    return denial_of(world, claim_id)


def denial_of(world: World, claim_id: str) -> str:
    """The newest open denial of a claim, else the newest."""
    row = world.con.execute(
        "SELECT denial_id FROM receivables.denial_generation WHERE claim_id = ? ORDER BY closed_on IS NULL DESC, generation DESC",
        [claim_id],
    ).fetchone()
    assert row is not None
    return row[0]


def do(
    world: World,
    denial_id: str,
    action: str,
    by: str = "wren",
    today: dt.date = TODAY,
    why: str = "because",
    **more: Any,
) -> Acted:
    """One action."""
    return act(world.con, world.config, Request(denial_id, action, by, why, **more), today, f"act {action}")


def episode(world: World, denial_id: str, *names: str) -> tuple[Any, ...]:
    """These columns of the episode."""
    return _one(world, "denial_episode", denial_id, names)


def work(world: World, denial_id: str, *names: str) -> tuple[Any, ...]:
    """These columns of its row in the work list."""
    return _one(world, "denial_worklist", denial_id, names)


def _one(world: World, view: str, denial_id: str, names: tuple[str, ...]) -> tuple[Any, ...]:
    row = world.con.execute(
        f"SELECT {', '.join(names)} FROM receivables.{view} WHERE denial_id = ?", [denial_id]
    ).fetchone()
    assert row is not None, f"{denial_id} is not in {view}"
    return row


def register(world: World, last_name: str = "TESTER") -> None:
    """The patient PT1, the coverage with BLHRB and the provider P01 that letters name."""
    load_rows(
        world.con, "front_office.patient",
        ["patient_id", "updated_on", "last_name", "first_name", "birth_date", "sex", "line1", "city", "state", "zip", "file_id", "row_no", "run_id"],
        [("PT1", "2026-01-01", last_name, "TILDA", "1980-02-03", "F", "1 MAPLE ST", "PORTLAND", "ME", "04101", "feed", 1, "r")],
    )  # fmt: skip
    load_rows(
        world.con, "front_office.coverage",
        ["coverage_id", "updated_on", "patient_id", "cob_order", "payer_id", "member_id", "group_number", "relationship", "effective_from", "file_id", "row_no", "run_id"],
        [("CV1", "2026-01-01", "PT1", 1, "BLHRB", "ABC123456789", "GRP77", "18", "2026-01-01", "feed", 1, "r")],
    )  # fmt: skip
    load_rows(
        world.con, "front_office.provider",
        ["provider_id", "updated_on", "role", "npi", "last_name", "first_name", "active_from", "run_id"],
        [("P01", "2026-01-01", "rendering", "1990300216", "ALDER", "JUNE", "2020-01-01", "r")],
    )  # fmt: skip

"""The practice's people at work: what the sandbox has them do with money is done through the functions of `pm money`."""

from __future__ import annotations

import datetime as dt

import duckdb

from pm_pipeline.config import Config
from pm_pipeline.receivables.money import Wanted, answer, ask
from pm_pipeline.sandbox.office import AGREES, ASKS, Act
from pm_pipeline.sandbox.world import Sandbox


def enact(con: duckdb.DuckDBPyConnection, config: Config, world: Sandbox, day: dt.date) -> int:
    """Do the acts of a day that are not done yet; returns how many. One asks, and where it takes two, another one agrees."""
    acts = world.office_acts(day)
    done = {
        str(reason): str(action_id)
        for reason, action_id in con.execute("SELECT reason, action_id FROM receivables.money_action").fetchall()
    } if acts else {}  # fmt: skip
    reasons = {act.act_no: act.reason for act in world.office.all_acts()} if acts else {}
    count = 0
    for act in acts:
        if act.reason in done:
            continue
        of = done[reasons[act.of]] if act.of is not None else None
        done[act.reason] = _enact(con, config, act, of, day)
        count += 1
    return count


def _enact(con: duckdb.DuckDBPyConnection, config: Config, act: Act, of_action_id: str | None, day: dt.date) -> str:
    wanted = Wanted(
        act.event, None if of_action_id else act.clm01, act.cents, act.party if act.event == "refund" else None, act.method, of_action_id
    )  # fmt: skip
    run_id = f"office {day}"
    asked = ask(con, config, wanted, actor=ASKS, reason=act.reason, today=day, run_id=run_id)
    if asked.state == "waiting":
        answer(
            con, config, asked.action_id, approve=True, actor=AGREES, reason="Seen and agreed", today=day, run_id=run_id
        )
    return asked.action_id

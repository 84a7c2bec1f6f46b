"""The practice's people at work: what the sandbox has them do with money is done through the functions of `pm money`."""

from __future__ import annotations

import datetime as dt

import duckdb

from pm_pipeline.config import Config
from pm_pipeline.config.people import People
from pm_pipeline.errors import PmError
from pm_pipeline.receivables.money import Wanted, answer, ask
from pm_pipeline.sandbox.office import Act
from pm_pipeline.sandbox.world import Sandbox


def enact(con: duckdb.DuckDBPyConnection, config: Config, world: Sandbox, day: dt.date) -> int:
    """Do the acts of a day that are not done yet; returns how many. One person asks, and where it takes two, another agrees.

    Raises PmError when there is something to do and people.yaml has no two people for it.
    """
    acts = world.office_acts(day)
    if not acts:
        return 0
    pair = two_people(config.people)
    done = {
        str(reason): str(action_id)
        for reason, action_id in con.execute("SELECT reason, action_id FROM receivables.money_action").fetchall()
    }
    reasons = {act.act_no: act.reason for act in acts}
    count = 0
    for act in acts:
        if act.reason not in done:
            of = done[reasons[act.of]] if act.of is not None else None
            done[act.reason] = _enact(con, config, act, of, day, pair)
            count += 1
    return count


def two_people(people: People) -> tuple[str, str]:
    """Who asks, and who agrees: of those with the role money the one who may approve most, and the first of the others.

    Raises PmError when there are not two such people, or none who may approve.
    """
    able = [one for one in people.people if "money" in one.roles]
    agrees = max(able, key=lambda one: one.may_approve_cents, default=None)
    asks = next((one for one in able if one is not agrees), None)
    if asks is None or agrees is None or not agrees.may_approve_cents:
        raise PmError(
            "The practice's people are to move money by hand, and it takes two: give two people of people.yaml the role money, "
            "and one of them may_approve_cents. Then run the same command again; it goes on from here."
        )
    return asks.person, agrees.person


def _enact(
    con: duckdb.DuckDBPyConnection, config: Config, act: Act, of_action_id: str | None, day: dt.date, pair: tuple[str, str]
) -> str:  # fmt: skip
    asks, agrees = pair
    wanted = Wanted(
        act.event, None if of_action_id else act.clm01, act.cents, act.party if act.event == "refund" else None, act.method, of_action_id
    )  # fmt: skip
    run_id = f"office {day}"
    asked = ask(con, config, wanted, actor=asks, reason=act.reason, today=day, run_id=run_id)
    if asked.state == "waiting":
        answer(
            con, config, asked.action_id, approve=True, actor=agrees, reason="Seen and agreed", today=day, run_id=run_id
        )
    return asked.action_id

"""A patient who owes something, for tests about statements, and what a run makes of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pm_pipeline.receivables import statements
from pm_pipeline.scrub.events import new_events
from pm_pipeline.warehouse import load_rows, unit
from tests.money import CO45, PR1, TODAY, World, claim, line
from tests.receivables.desk import register

DAY = dt.timedelta(days=1)


def owing(world: World, claim_id: str = "C1", share: int = 3_000, trace: str = "T1", **bill: Any) -> None:
    """The payer of `claim_id` paid 60.00 of a charge of 100.00 plus `share`, gave up 40.00; the patient owes `share`."""
    charge_id = f"H{claim_id}"
    world.bill(claim_id, {charge_id: 10_000 + share}, **bill)
    answer = claim(claim_id, line(charge_id, 10_000 + share, 6_000, CO45(4_000), PR1(share)), number=f"I{claim_id}")
    world.post(world.remittance(answer, trace=trace, payer=bill.get("payer", "BLHRB")), run_id=f"run {trace}")


def without_payer(world: World, claim_id: str, cents: int, state: str = "self_pay") -> None:
    """A claim that is the patient's alone; the edits let it go (self_pay), or hold it (held)."""
    world.bill(claim_id, {f"H{claim_id}": cents}, payer=None)
    judged(world, claim_id, state)


def judged(world: World, claim_id: str, state: str) -> None:
    """What the edits said of a claim."""
    with unit(world.con, "test", "r"), new_events(world.con, "r"):
        world.con.execute(
            "INSERT INTO new_claim_event VALUES (?, NULL, ?, ?, (SELECT count(*) FROM scrub.claim_event), ?, NULL, NULL, NULL)",
            [claim_id, "reopen" if state == "held" else state, state, TODAY],
        )


def known(world: World, last_name: str = "TESTER") -> World:
    """The world with its patient registered."""
    register(world, last_name)
    return world


def run(world: World, today: dt.date = TODAY) -> statements.Statements:
    """One run of this day."""
    return statements.run(world.con, world.config, today, f"statements {today}")


def sent(world: World, *names: str) -> list[tuple[Any, ...]]:
    """These columns of every statement that stands, oldest first."""
    return world.con.execute(
        f"SELECT {', '.join(names)} FROM receivables.standing_statement ORDER BY statement_on, statement_id"
    ).fetchall()


def file_all(world: World) -> None:
    """Say that every statement went out."""
    world.con.execute(
        "INSERT INTO receivables.statement_filed SELECT statement_id, 'F', 'r' FROM receivables.standing_statement WHERE status = 'made'"
    )


def holds(world: World) -> dict[str, list[str]]:
    """claim -> codes of its open holds, sorted."""
    rows = world.con.execute(
        "SELECT claim_id, list(DISTINCT code ORDER BY code) FROM receivables.open_statement_hold GROUP BY 1"
    ).fetchall()
    return dict(rows)


def minor(
    world: World,
    patient_id: str = "PT1",
    coverage_id: str = "CV1",
    subscriber: tuple[str, str] | None = ("PARENT", "PAT"),
    **more: Any,
) -> None:
    """A newer version of the patient as a child of ten, covered by a parent (None: nobody is known)."""
    load_rows(
        world.con, "front_office.patient",
        ["patient_id", "updated_on", "last_name", "first_name", "birth_date", "sex", "line1", "city", "state", "zip", "file_id", "row_no", "run_id"],
        [(patient_id, "2026-02-01", "TESTER", "TILDA", "2016-02-03", "F", "1 MAPLE ST", "PORTLAND", "ME", "04101", "feed", 1, "r")],
    )  # fmt: skip
    if subscriber is None:
        return
    row = {
        "coverage_id": coverage_id, "updated_on": "2026-02-01", "patient_id": patient_id, "cob_order": 1, "payer_id": "BLHRB",
        "member_id": "ABC123456789", "relationship": "19", "subscriber_last_name": subscriber[0], "subscriber_first_name": subscriber[1],
        "subscriber_birth_date": "1985-05-05", "subscriber_sex": "F", "subscriber_line1": "9 OAK ST", "subscriber_city": "BATH",
        "subscriber_state": "ME", "subscriber_zip": "04530", "effective_from": "2026-01-01", "file_id": "feed", "row_no": 1, "run_id": "r", **more,
    }  # fmt: skip
    load_rows(world.con, "front_office.coverage", list(row), [tuple(row.values())])

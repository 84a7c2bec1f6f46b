"""Payment plans: what is asked for while one is kept, what counts as paid under it, and when it is broken or over."""

from __future__ import annotations

import datetime as dt

import pytest

from pm_pipeline.errors import PmError
from pm_pipeline.receivables.money import Wanted, ask
from pm_pipeline.receivables.statements.desk import agree_plan, end_plan, stop
from tests.money import TODAY, World
from tests.receivables.statements import DAY, file_all, known, owing, run, sent


def agree(world: World, months: int, first_due: dt.date, today: dt.date = TODAY) -> str:
    return agree_plan(
        world.con, world.config, "PT1", months, first_due, actor="wren", reason="on the phone", today=today, run_id="p"
    )


def pay(world: World, cents: int, claim_id: str, today: dt.date) -> None:
    ask(
        world.con, world.config, Wanted("patient_payment", claim_id, cents=cents, method="card"), actor="wren", reason="at the desk",
        today=today, run_id="m",
    )  # fmt: skip


def test_a_plan_that_is_kept_is_not_dunned_and_one_that_is_not_goes_on_where_it_stood(world: World) -> None:
    owing(known(world), share=30_000)
    run(world)
    file_all(world)
    who = {"actor": "wren", "reason": "on the phone", "today": TODAY, "run_id": "p"}
    with pytest.raises(PmError, match="2 to 6 months"):
        agree_plan(world.con, world.config, "PT1", 7, TODAY + 10 * DAY, **who)  # type: ignore[arg-type]
    agree_plan(world.con, world.config, "PT1", 6, TODAY + 30 * DAY, **who)  # type: ignore[arg-type]
    with pytest.raises(PmError, match="has a payment plan already"):
        agree_plan(world.con, world.config, "PT1", 6, TODAY + 30 * DAY, **who)  # type: ignore[arg-type]
    run(world, TODAY + 30 * DAY)
    assert sent(world, "level", "notice_no", "due_cents", "pay_now_cents")[-1] == ("plan", 0, 30_000, 5_000)
    file_all(world)
    ask(world.con, world.config, Wanted("patient_payment", "C1", cents=5_000, method="card"), actor="wren", reason="x", today=TODAY + 35 * DAY, run_id="m")  # fmt: skip
    run(world, TODAY + 60 * DAY)
    assert sent(world, "level", "due_cents", "pay_now_cents")[-1] == ("plan", 25_000, 5_000)
    file_all(world)
    # the instalment of day 61 stays out: late_days after it the plan is broken, and the cycle the payment began goes on
    run(world, TODAY + 90 * DAY)
    assert sent(world, "level", "due_cents", "pay_now_cents")[-1] == ("first", 25_000, 25_000)
    end_plan(world.con, world.config, "PT1", **{**who, "today": TODAY + 91 * DAY})  # type: ignore[arg-type]
    assert world.con.execute("SELECT count(*) FROM receivables.open_payment_plan").fetchall() == [(0,)]


def test_a_payment_on_a_claim_that_was_on_no_statement_yet_is_paid_under_the_plan(world: World) -> None:
    """C2 came while the first statement waited: the plan is over both, and the patient pays C2 first."""
    owing(known(world), share=15_000)
    run(world)
    file_all(world)
    owing(world, "C2", 15_000, trace="T2")
    agree(world, 6, TODAY + 10 * DAY, today=TODAY + 5 * DAY)
    pay(world, 15_000, "C2", TODAY + 8 * DAY)
    for days in (35, 50, 80):  # three instalments are paid, and the fourth is due on 11 October
        assert run(world, TODAY + days * DAY).made == {}
    run(world, TODAY + 90 * DAY)
    assert sent(world, "level", "due_cents", "pay_now_cents")[1:] == [("plan", 15_000, 5_000)]


def test_what_is_paid_on_a_claim_that_joined_the_plans_statements_counts_too(world: World) -> None:
    owing(known(world), share=30_000)
    agree(world, 6, TODAY + 10 * DAY)
    owing(world, "C2", 6_000, trace="T2")
    run(world)
    file_all(world)
    assert sent(world, "level", "due_cents", "pay_now_cents") == [("plan", 36_000, 5_000)]
    pay(world, 5_000, "C2", TODAY + 10 * DAY)
    run(world, TODAY + 30 * DAY)
    assert sent(world, "level", "due_cents", "pay_now_cents")[1:] == [("plan", 31_000, 5_000)]


def test_a_plans_statement_is_withdrawn_when_its_instalment_came_on_a_claim_that_is_not_on_it(world: World) -> None:
    owing(known(world), share=15_000)
    owing(world, "C2", 15_000, trace="T2")
    agree(world, 6, TODAY + 10 * DAY)
    stop(world.con, world.config, "C2", "DISPUTE", actor="wren", reason="x", today=TODAY, run_id="d")
    run(world)
    assert sent(world, "level", "lines", "pay_now_cents") == [("plan", 1, 5_000)]
    pay(world, 5_000, "C2", TODAY + DAY)
    again = run(world, TODAY + DAY)
    assert (again.withdrawn, again.made) == (1, {})

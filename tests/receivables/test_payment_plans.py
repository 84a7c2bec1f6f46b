"""Payment plans: what is asked for while one is kept, what counts as paid under it, and when it is broken or over."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest

from pm_pipeline.config.statements import PlanTerm
from pm_pipeline.errors import PmError
from pm_pipeline.receivables.money import Wanted, answer, ask
from pm_pipeline.receivables.statements.desk import agree_plan, end_plan, stop
from pm_pipeline.receivables.statements.reading import list_plans, plan_terms
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
    # the instalment of day 61, asked for by day 81, stays out: late_days later the plan is broken, and the cycle the payment began goes on
    run(world, TODAY + 92 * DAY)
    assert sent(world, "level", "due_cents", "pay_now_cents")[-1] == ("first", 25_000, 25_000)
    end_plan(world.con, world.config, "PT1", **{**who, "today": TODAY + 92 * DAY})  # type: ignore[arg-type]
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


def test_a_plan_that_is_paid_is_over_and_another_may_be_agreed(world: World) -> None:
    owing(known(world), share=15_000)
    agree(world, 3, TODAY + 10 * DAY)
    pay(world, 15_000, "C1", TODAY + 8 * DAY)
    later = TODAY + 100 * DAY
    owing(world, "C2", 15_000, trace="T2")
    assert list_plans(world.con, world.config, later, None) == []
    first = agree(world, 3, later + 10 * DAY, today=later)
    ((plan_id, state),) = [(one["plan_id"], one["state"]) for one in list_plans(world.con, world.config, later, "PT1")]
    assert (plan_id, state) == (first, "kept")


def test_a_plan_is_over_when_the_rest_was_given_up(world: World) -> None:
    owing(known(world), share=15_000)
    agree(world, 3, TODAY + 10 * DAY)
    pay(world, 5_000, "C1", TODAY + 8 * DAY)
    asked = ask(world.con, world.config, Wanted("charity", "C1", cents=10_000), actor="wren", reason="x", today=TODAY + 9 * DAY, run_id="m")  # fmt: skip
    assert len(list_plans(world.con, world.config, TODAY + 9 * DAY, None)) == 1
    answer(world.con, world.config, asked.action_id, approve=True, actor="tamsin", reason="x", today=TODAY + 9 * DAY, run_id="m")  # fmt: skip
    assert list_plans(world.con, world.config, TODAY + 9 * DAY, None) == []


def test_an_instalment_is_not_late_before_the_day_its_statement_asks_for_it(world: World) -> None:
    """Due on 1 August, asked for by 21 August: with ten days of grace it is late on 1 September."""
    owing(known(world), share=30_000)
    run(world)
    file_all(world)
    agree(world, 6, TODAY + 31 * DAY)
    run(world, TODAY + 30 * DAY)
    file_all(world)
    assert sent(world, "level", "pay_by")[-1] == ("plan", dt.date(2026, 8, 21))

    def state(day: dt.date) -> str:
        (listed,) = list_plans(world.con, world.config, day, None)
        return str(listed["state"])

    assert state(dt.date(2026, 8, 31)) == "kept"
    assert state(dt.date(2026, 9, 1)) == "late"
    # the second, due on 1 September, was asked for by no statement
    pay(world, 5_000, "C1", dt.date(2026, 9, 1))
    assert state(dt.date(2026, 9, 11)) == "kept"
    assert state(dt.date(2026, 9, 12)) == "late"


def test_plans_are_listed_with_what_is_paid_and_what_comes_next(world: World) -> None:
    owing(known(world), share=20_000)
    plan_id = agree(world, 6, TODAY + 10 * DAY)
    assert plan_terms(world.con, plan_id) == {
        "plan_id": plan_id, "cents": 20_000, "months": 6, "monthly_cents": 3_334, "last_cents": 3_330, "first_due_on": TODAY + 10 * DAY, "claims": 1,
    }  # fmt: skip
    pay(world, 4_000, "C1", TODAY + 3 * DAY)
    (listed,) = list_plans(world.con, world.config, TODAY + 3 * DAY, None)
    names = ("guarantor_id", "cents", "paid_cents", "next_due_on", "next_cents", "state")
    assert [listed[name] for name in names] == ["PT1", 20_000, 4_000, dt.date(2026, 8, 11), 2_668, "kept"]
    assert list_plans(world.con, world.config, TODAY + 3 * DAY, "PT9") == []


@pytest.mark.parametrize("months", [3, 6, 12])
def test_what_is_offered_is_what_may_be_agreed(world: World, months: int) -> None:
    """The steps that statements are offered by, and the months that a person may agree to, at every amount around a step."""
    plans = world.config.statements.on(TODAY).payment_plans.model_copy(update={"terms": [
        PlanTerm(from_cents=7_400, months=months), PlanTerm(from_cents=26_000, months=2 * months)]})  # fmt: skip
    steps = plans.steps()
    assert steps[0] == (0, 0)
    for cents in sorted({from_cents + by for from_cents, _ in steps for by in (-1, 0, 1, 1_250)} - {-1}):
        assert [offered for from_cents, offered in steps if from_cents <= cents][-1] == plans.months(cents), cents
    assert all(before != after for (_, before), (_, after) in pairwise(steps))

"""Some weeks of payers at their worst: both books agree to the cent, and what waits is what there was cause for, both ways."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pytest

from pm_pipeline.audit.verify import Violation, verify
from pm_pipeline.defs.execute import one_instance, require, run_job
from pm_pipeline.defs.resources import keep_open
from pm_pipeline.demo.planted import Reason, compare
from pm_pipeline.demo.reconcile import Reconciliation, reconcile
from pm_pipeline.exchange import embedded, stop_embedded
from pm_pipeline.home import Home
from pm_pipeline.ledger import content_hash
from pm_pipeline.sandbox import hard_plan
from pm_pipeline.sandbox.plan import Plan
from tests.demo.shuffle import replay
from tests.lived import installed

pytestmark = pytest.mark.slow
# Few patients, quick payers, and every hard event as often as the days bear it.
OFTEN = {
    "days": 12,
    "encounters_per_weekday": 11,
    "encounters_per_saturday": 2,
    "entry_lag_weights": [1],
    "cover_weights": {"commercial": 60, "medicare_supplement": 8, "medicare_medicaid": 6, "medicare_both": 0},
    "claims": {"adjudication_days": [1, 3], "payer_correction": 0.1, "payer_correction_days": [1, 3], "takeback_days": [1, 3],
               "secondary_days": [2, 3]},
    "follow_up": {"days": [1, 2]},
    "hard": {
        "splits": 0.06,
        "late_days": [6, 9],
        "answers": dict.fromkeys(get_args(hard_plan.AnswerEvent), 0.03),
        "beside": dict.fromkeys(get_args(hard_plan.BesideEvent), 0.08),
        "rethinks": {"withdrawn": 0.2, "allowed_after_all": 0.8},
        "reversals": dict.fromkeys(get_args(hard_plan.ReversalEvent), 0.15),
        "payments": dict.fromkeys(get_args(hard_plan.PaymentEvent), 0.12) | {"never_sent": 0.02},
        "deposits": dict.fromkeys(get_args(hard_plan.DepositEvent), 0.1),
    },
}  # fmt: skip
DAYS, EVERY = 25, 5  # a run every five days
SEEDS = (1, 2, 3)


@dataclass(frozen=True)
class Compared:
    """What came of the days."""

    books: Reconciliation
    reasons: list[Reason]
    violations: list[Violation]


def _live(home: Home, plan: Plan) -> dt.date:
    """Live the days in an installation; the last of them."""
    embedded(home, plan)
    with keep_open(home.settings), one_instance(home.settings):
        for start in range(0, DAYS, EVERY):
            first, day = (plan.first_day + dt.timedelta(days=number) for number in (start, start + EVERY - 1))
            require(run_job("lifecycle", first, day), str(day))
    return plan.first_day + dt.timedelta(days=DAYS - 1)


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compared]:
    plan = Plan.of_mix("hard", **OFTEN)
    with installed(tmp_path_factory.mktemp("hard")) as home:
        last = _live(home, plan)
        world = embedded(home, plan).world
        books = world.summary(last)
        with home.warehouse.read() as con:
            yield Compared(reconcile(con, books), compare(con, world.expected(books)), verify(con))
        stop_embedded()


def test_both_books_agree_to_the_cent(compared: Compared) -> None:
    assert [line for line in compared.books.lines if not line.agrees] == []
    assert compared.books.differing == {}
    assert compared.books.claims > 100


def test_what_waits_is_what_there_was_cause_for_and_nothing_else(compared: Compared) -> None:
    assert [one for one in compared.reasons if not one.agrees] == []


def test_most_reasons_there_are_came_up(compared: Compared) -> None:
    assert len([one for one in compared.reasons if one.planted]) >= 20


def test_the_ledger_is_lawful_all_the_same(compared: Compared) -> None:
    assert compared.violations == []


def test_every_order_of_the_files_comes_to_the_same_ledger(tmp_path: Path) -> None:
    """All but two events: which of two payments under one trace number stands is who came first, and a file dropped by hand
    may hold what is another practice's."""
    hard = {**OFTEN["hard"], "payments": {**OFTEN["hard"]["payments"], "trace_used_again": 0, "other_payee": 0}}
    with installed(tmp_path / "lived") as home:
        last = _live(home, Plan.of_mix("hard", **{**OFTEN, "hard": hard}))
        stop_embedded()
        with home.warehouse.read() as con:
            expected = content_hash(con)
        files = sorted(path for path in (home.settings.inbox / "landed").rglob("*") if path.is_file())
    first = last - dt.timedelta(days=DAYS - 1)
    for seed in SEEDS:
        assert (seed, *replay(files, first, last, seed, tmp_path / str(seed))) == (seed, expected, 0)

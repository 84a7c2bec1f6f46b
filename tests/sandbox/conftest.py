"""A sandbox with a small practice in front of it, lived through once for all tests that only look."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pm_pipeline.config import Config, load_config
from pm_pipeline.sandbox.plan import Plan
from pm_pipeline.sandbox.world import Sandbox
from pm_pipeline.settings import Settings
from tests.sandbox.fake_practice import FakePractice

# Few patients, many accidents: every kind of event in seven weeks.
EVENTFUL = {
    "days": 42,
    "encounters_per_weekday": 16,
    "encounters_per_saturday": 3,
    "cover_weights": {"commercial": 34, "medicare_supplement": 14, "medicare_medicaid": 12, "medicare_both": 6},
    "faults": {"patients": {"name_mismatch": 0.03, "member_unknown": 0.03}},
    "claims": {
        "slow": 0.06,
        "slow_days": [31, 33],
        "adjudication_days": [5, 8],
        "payer_correction": 0.12,
        "payer_correction_days": [7, 10],
        "takeback_days": [6, 8],
        "rejected": 0.03,
    },
    "follow_up": {
        "correct_after_payment": 0.06,
        "void_after_payment": 0.04,
        "correct_after_denial": 0.5,
        "days": [2, 4],
    },
}


@dataclass(frozen=True)
class Lived:
    """A sandbox that was lived through, the practice before it, and every X12 text it sent, by kind."""

    sandbox: Sandbox
    practice: FakePractice
    first: dt.date
    last: dt.date

    def sent(self, kind: str) -> list[str]:
        """Texts of 835, 999, 277 or TA1 that the practice received."""
        return self.practice.received.get(kind, [])


def settings_in(folder: Path) -> Settings:
    """An installation of its own."""
    return Settings.load({"PM_ROOT": str(folder), "PM_HOME": str(folder / "home")})


def live(folder: Path, plan: Plan, days: int, seed: int = 7) -> Lived:
    """Live through some days with the practice at work every evening."""
    settings = settings_in(folder)
    config = load_config(settings)
    sandbox = Sandbox(settings, config, seed=seed, plan=plan)
    practice = FakePractice(sandbox, config)
    day = plan.first_day
    for _ in range(days):
        sandbox.advance(day)
        practice.day(day)
        day += dt.timedelta(days=1)
    return Lived(sandbox, practice, plan.first_day, day - dt.timedelta(days=1))


@pytest.fixture(scope="session")
def config() -> Config:
    """The shipped configuration."""
    return load_config(Settings.load({"PM_ROOT": "."}))


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """Ten eventful weeks."""
    found = live(tmp_path_factory.mktemp("lived"), Plan.shipped(**EVENTFUL), 70)
    yield found
    found.sandbox.close()

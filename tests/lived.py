"""A small practice that the real pipeline has lived with for some days: Dagster, SFTP, DuckDB, dbt. Made once per test run."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from pm_pipeline.cli import main
from pm_pipeline.demo import Report, run_demo
from pm_pipeline.home import Home, open_home
from pm_pipeline.sandbox.plan import Plan
from tests.defs.graph import ROOT

DAYS = 22
# Few patients and many accidents, with quick payers: every kind of event in three weeks.
EVENTFUL = {
    "encounters_per_weekday": 7,
    "encounters_per_saturday": 1,
    "entry_lag_weights": [80, 20],
    "cover_weights": {"commercial": 34, "medicare_supplement": 14, "medicare_medicaid": 12, "medicare_both": 6},
    "faults": {"boundary": 0.05, "scrub": 0.08, "fix_days": [1, 3], "patients": {"name_mismatch": 0.04}},
    "claims": {
        "adjudication_days": [1, 3],
        "denied_claim": 0.06,
        "payer_correction": 0.4,
        "payer_correction_days": [1, 3],
        "takeback_days": [1, 3],
        "secondary_days": [2, 3],
        "rejected": 0.03,
    },
    "follow_up": {"correct_after_payment": 0.06, "void_after_payment": 0.04, "days": [1, 3]},
    "mischief": ["file_twice", "out_of_order", "truncated_upload"],
}


@dataclass(frozen=True)
class Lived:
    """The installation, what the demo said of it, and what it printed."""

    home: Home
    report: Report
    printed: str

    @property
    def status(self) -> dict[str, Any]:
        """What `pm status` knew at the end."""
        return self.report.document["status"]

    def pm(self, *arguments: str) -> Result:
        """Run `pm` on this installation."""
        return pm(self.home.settings.home, *arguments)

    def landed_files(self) -> list[Path]:
        """Every file that was received, as its bytes are kept."""
        return sorted(path for path in (self.home.settings.inbox / "landed").rglob("*") if path.is_file())


@contextmanager
def installed(folder: Path) -> Iterator[Home]:
    """An installation in `folder` with everything of its own, named by the environment while the body runs."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(folder).items():
            patch.setenv(name, value)
        yield open_home()


def environment(folder: Path) -> dict[str, str]:
    """The settings of an installation in `folder` (its PM_HOME is folder/home)."""
    return {
        "PM_ROOT": str(ROOT),
        "PM_HOME": str(folder / "home"),
        "PM_INBOX": str(folder / "inbox"),
        "PM_OUTBOX": str(folder / "outbox"),
        "DAGSTER_HOME": str(folder / "home" / "dagster"),
    }


def pm(home: Path, *arguments: str) -> Result:
    """Run `pm` on the installation whose PM_HOME is `home`."""
    return CliRunner(env=environment(home.parent)).invoke(main, list(arguments))


def live(folder: Path) -> Lived:
    """Live through the days."""
    out = io.StringIO()
    with installed(folder) as home:
        report = run_demo(DAYS, fresh=False, console=Console(file=out, width=200), plan=Plan.shipped(**EVENTFUL))
    return Lived(home, report, out.getvalue())

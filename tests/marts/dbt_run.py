"""Running dbt the way the pipeline does: its own process, every file it writes outside the tree."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pm_pipeline

PROJECT = Path(pm_pipeline.__file__).resolve().parents[1] / "dbt_project"


@dataclass(frozen=True)
class DbtResult:
    """What a run of dbt ended with: exit code, the text it printed, and the status of each model, seed and test."""

    code: int
    text: str
    status: dict[str, str]

    def failed(self) -> set[str]:
        """Names of the tests and models that failed."""
        return {name for name, status in self.status.items() if status in ("fail", "error")}


def run_dbt(verb: str, database: Path, scratch: Path, *options: str) -> DbtResult:
    """Run `dbt VERB` on the warehouse file, with target and logs in `scratch`."""
    environ = {
        **os.environ,
        "PM_WAREHOUSE": str(database),
        "DBT_TARGET_PATH": str(scratch / "target"),
        "DBT_LOG_PATH": str(scratch / "logs"),
        "DO_NOT_TRACK": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", "--no-use-colors", verb, "--project-dir", str(PROJECT),
         "--profiles-dir", str(PROJECT), *options],
        env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    report = scratch / "target" / "run_results.json"
    results = json.loads(report.read_text())["results"] if report.exists() else []
    built = [
        item for item in results if not item["unique_id"].startswith("exposure.")
    ]  # of which there is nothing to build
    status = {item["unique_id"].split(".")[2]: item["status"] for item in built}
    return DbtResult(done.returncode, done.stdout + done.stderr, status)

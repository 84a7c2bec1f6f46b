"""Running Dagster jobs in this process, on a real instance, for the command line and the demo."""

from __future__ import annotations

import datetime as dt
import io
import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import cache

import dagster as dg
from sqlalchemy import event
from sqlalchemy.engine import Engine

from pm_pipeline.errors import PmError
from pm_pipeline.settings import Settings

INSTANCE = """\
# Written once by pm; edit freely.
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  pools:
    default_limit: 1   # the pool `duckdb`: one writer at a time
"""
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@contextmanager
def unhurried_history(settings: Settings) -> Iterator[None]:
    """Let Dagster's own history reach the disk in its own time, for the runs of the body.

    Dagster stores some 150 events a run in SQLite and waits for the disk at each; that is a third of the time of a small
    run. A simulation may do without: what a power cut could cost is its run history, never the warehouse.
    """
    prepare_instance(settings)
    history = [settings.dagster_home / "history" / name for name in ("runs.db", "runs/index.db")]

    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA synchronous = OFF")

    event.listen(Engine, "connect", on_connect)
    held = [sqlite3.connect(path, check_same_thread=False) for path in history if path.is_file()]
    try:
        for connection in held:  # as long as one connection is open, closing another one does not rewrite the file
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield
    finally:
        event.remove(Engine, "connect", on_connect)
        for connection in held:
            connection.close()


@dataclass(frozen=True)
class Outcome:
    """One run: its id, whether it succeeded, the step and the words of its first failure, and its seconds."""

    run_id: str
    success: bool
    seconds: float
    failed_step: str | None = None
    problem: str | None = None


def prepare_instance(settings: Settings) -> None:
    """Make DAGSTER_HOME with our dagster.yaml, and point the environment at it."""
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    config = settings.dagster_home / "dagster.yaml"
    if not config.exists():
        config.write_text(INSTANCE)
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")


def run_job(name: str, first: dt.date | None = None, last: dt.date | None = None, *, offline: bool = False) -> Outcome:
    """Execute a job in this process: over a range of days (one run), or without partitions (the marts).

    A failed check or step makes success False; nothing is raised for it.
    """
    started = time.monotonic()
    prepare_instance(Settings.load())
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    job = _definitions(offline).resolve_job_def(name)
    with dg.DagsterInstance.get() as instance:
        tags = {"pm/offline": str(offline).lower()}
        partition = None
        if first is not None and last is not None:
            if first == last:
                partition = first.isoformat()
            else:
                tags |= {
                    "dagster/asset_partition_range_start": first.isoformat(),
                    "dagster/asset_partition_range_end": last.isoformat(),
                }
        with redirect_stdout(io.StringIO()):  # dbt's own lines; its results are in the events
            result = job.execute_in_process(
                instance=instance, partition_key=partition, tags=tags, run_config=QUIET, raise_on_error=False
            )
    step, problem = _first_failure(result)
    return Outcome(result.run_id, result.success, time.monotonic() - started, step, problem)


def require(outcome: Outcome, doing: str) -> Outcome:
    """The outcome, or PmError telling what failed and where to look."""
    if outcome.success:
        return outcome
    raise PmError(
        f"{doing} failed at step {outcome.failed_step or 'unknown'} (run {outcome.run_id}).\n{outcome.problem or ''}\n"
        "What was committed before stays; run it again when the cause is gone. `pm dagster` shows the run."
    )


@cache
def _definitions(offline: bool) -> dg.Definitions:
    from pm_pipeline.definitions import defs
    from pm_pipeline.defs.resources import PmResource

    loaded = defs()
    return (
        dg.Definitions.merge(loaded, dg.Definitions())
        if not offline
        else loaded.with_resources({"pm": PmResource(offline=True)})
    )


def _first_failure(result: dg.ExecuteInProcessResult) -> tuple[str | None, str | None]:
    for one in result.all_events:
        if one.is_step_failure:
            error = one.step_failure_data.error
            while error is not None and error.cause is not None:
                error = error.cause
            return one.step_key, error.message.strip() if error is not None else None
    for check in result.get_asset_check_evaluations():
        if not check.passed:
            key = "/".join(check.asset_key.path)
            return key, f"The check {check.check_name} on {key} failed."
    return None, None

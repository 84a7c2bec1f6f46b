"""Running Dagster jobs in this process, on a real instance, for the command line and the demo."""

from __future__ import annotations

import datetime as dt
import io
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout
from dataclasses import dataclass
from functools import cache

import dagster as dg

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
compute_logs:          # what a step prints is not kept: it could hold a person's data, and each step would start two processes
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
event_log_storage:     # events in one file, its connections kept (defs/history.py)
  module: pm_pipeline.defs.history
  class: EventLog
  config:
    base_dir: {env: DAGSTER_HOME}
"""
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


_OPEN: list[dg.DagsterInstance] = []


@contextmanager
def one_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """Let all runs of the body share one Dagster instance; opening one for each of many small runs costs more than they do."""
    prepare_instance(settings)
    with dg.DagsterInstance.get() as instance:
        _OPEN.append(instance)
        try:
            yield instance
        finally:
            _OPEN.remove(instance)


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
    with nullcontext(_OPEN[-1]) if _OPEN else dg.DagsterInstance.get() as instance:
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
    from pm_pipeline.definitions import everything  # the modules it imports need the environment as it is now

    return everything(offline=offline)


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

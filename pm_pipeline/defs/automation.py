"""When runs happen by themselves: one sensor for files, one schedule for the close of the day."""

import datetime as dt
import hashlib
from zoneinfo import ZoneInfo

import dagster as dg

from pm_pipeline.config import load_config
from pm_pipeline.defs.resources import PmResource
from pm_pipeline.settings import Settings
from pm_pipeline.transport.inbox import dropped_files

LIFECYCLE_GROUPS = (
    "transport", "intake", "front_office", "charges", "desk", "scrub", "submission", "acknowledgments", "remittance", "posting",
    "ledger", "receivables",
)  # fmt: skip

lifecycle = dg.define_asset_job(
    "lifecycle",
    selection=dg.AssetSelection.groups(*LIFECYCLE_GROUPS),
    description="Every stage of the claim lifecycle for one business date or a range of them: fetch, load, scrub, send, read answers, post, age.",
)
close_of_day = dg.define_asset_job(
    "close_of_day",
    selection=dg.AssetSelection.all(),
    description="The lifecycle for today, then the marts, then a new published generation for readers.",
)
marts = dg.define_asset_job(
    "marts",
    selection=dg.AssetSelection.all() - dg.AssetSelection.groups(*LIFECYCLE_GROUPS),
    description="Build the marts with dbt and publish a new generation.",
)
jobs = [lifecycle, close_of_day, marts]

_config = load_config(Settings.load())
_hour, _minute = _config.schedule.close_of_day.split(":")


@dg.schedule(
    job=close_of_day,
    cron_schedule=f"{int(_minute)} {int(_hour)} * * *",
    execution_timezone=_config.practice.time_zone,
    description="Closes the business day: one run over today's partition, marts and published generation included.",
)
def close_of_day_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Today's partition, in the practice's time zone."""
    today = context.scheduled_execution_time.astimezone(ZoneInfo(_config.practice.time_zone)).date().isoformat()
    return dg.RunRequest(run_key=f"close-{today}", partition_key=today)


@dg.sensor(
    job=lifecycle,
    minimum_interval_seconds=_config.schedule.inbox_poll_seconds,
    description="Starts a lifecycle run when files lie in edi_inbox/.",
)
def inbound_files(context: dg.SensorEvaluationContext, pm: PmResource) -> dg.SensorResult:
    """One run per new set of dropped files; names stay out of the run key (they may say too much)."""
    home = pm.home()
    found = dropped_files(home.settings.inbox)
    if not found:
        return dg.SensorResult(skip_reason="Nothing has been dropped into edi_inbox/.")
    listing = "\n".join(f"{one.path} {one.size} {one.mtime}" for one in found)
    today: dt.date = home.today()
    key = hashlib.sha256(listing.encode()).hexdigest()[:24]
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=f"inbox-{key}", partition_key=today.isoformat())])

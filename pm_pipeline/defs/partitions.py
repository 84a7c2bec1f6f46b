"""Daily partitions by business date, in the practice's time zone; a range of days runs as one run."""

from __future__ import annotations

import dagster as dg

from pm_pipeline.config import load_config
from pm_pipeline.settings import Settings


def daily_partitions() -> dg.DailyPartitionsDefinition:
    """One partition per business date from schedule.first_day through today (today's is open all day)."""
    config = load_config(Settings.load())
    return dg.DailyPartitionsDefinition(
        start_date=config.schedule.first_day.isoformat(), timezone=config.practice.time_zone, end_offset=1
    )


daily = daily_partitions()
one_run = dg.BackfillPolicy.single_run()

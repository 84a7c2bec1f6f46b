"""One installation, opened: its settings, configuration and warehouse with the tables of every stage."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from pm_pipeline.codes import refresh_codes
from pm_pipeline.config import Config, load_config
from pm_pipeline.ledger import SCHEMA as LEDGER
from pm_pipeline.settings import Settings
from pm_pipeline.warehouse import Schema, Warehouse

# In the order of the import law: views and macros may read only schemas above their own.
SCHEMAS = [
    Schema("transport", 2, "pm_pipeline.transport"),
    Schema("intake", 1, "pm_pipeline.intake"),
    Schema("codes", 4, "pm_pipeline.codes"),
    LEDGER,
    Schema("front_office", 1, "pm_pipeline.front_office"),
    Schema("charges", 2, "pm_pipeline.charges"),
    Schema("scrub", 5, "pm_pipeline.scrub"),
    Schema("submission", 2, "pm_pipeline.submission"),
    Schema("acknowledgments", 3, "pm_pipeline.acknowledgments"),
    Schema("remittance", 4, "pm_pipeline.remittance"),
    Schema("posting", 4, "pm_pipeline.posting"),
    Schema("receivables", 4, "pm_pipeline.receivables"),
    Schema("desk", 1, "pm_pipeline.desk"),
    Schema("closing", 2, "pm_pipeline.closing"),
]


@dataclass(frozen=True)
class Home:
    """Settings, checked configuration and warehouse of one installation."""

    settings: Settings
    config: Config
    warehouse: Warehouse

    @contextmanager
    def write(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A writing connection to the warehouse, its code sets up to date. Holds the writer lock until it is closed."""
        with self.warehouse.write() as con:
            refresh_codes(con, "codes")
            yield con

    def today(self) -> dt.date:
        """The business date in the practice's time zone."""
        return self.settings.business_date(self.config.practice.time_zone)


def open_home(settings: Settings | None = None) -> Home:
    """Load and check everything; create the private folders. Raises ConfigError.

    Every file made from here on is private to the user (umask 077).
    """
    os.umask(0o077)
    settings = settings or Settings.load()
    config = load_config(settings)
    for folder in (settings.home, settings.inbox, settings.outbox, settings.reports_dir):
        folder.mkdir(parents=True, exist_ok=True)
    return Home(settings, config, Warehouse(settings.warehouse_path, SCHEMAS))

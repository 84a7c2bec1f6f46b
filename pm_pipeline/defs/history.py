"""Where Dagster keeps its events: one SQLite file, its connections kept.

Dagster's own SQLite event log makes a database for every run, writes most events twice, and opens the file anew, with a
freshly compiled statement, for each of the some 200 events of a run: a third of the time of a small run. This one is
Dagster's consolidated event log with one engine for the life of the process. Named in dagster.yaml (execute.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import sqlalchemy
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.event import listens_for

WAIT_SECONDS = 60


class EventLog(ConsolidatedSqliteEventLogStorage):
    """The event log of one installation.

    In write-ahead mode SQLite stays whole with `synchronous = NORMAL`; what a power cut can cost is the last moments of
    Dagster's run history, never the warehouse.
    """

    @cached_property
    def _engine(self) -> Engine:
        engine = sqlalchemy.create_engine(self._conn_string, connect_args={"timeout": WAIT_SECONDS})

        @listens_for(engine, "connect")
        def on_connect(connection: Any, _record: object) -> None:
            connection.execute("PRAGMA synchronous = NORMAL")

        return engine

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        with self._engine.connect() as connection, connection.begin():
            yield connection

    def dispose(self) -> None:
        """Close the connections. Called by Dagster when it is done with the instance."""
        self._engine.dispose()
        super().dispose()

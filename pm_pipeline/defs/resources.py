"""The one resource of every asset: this installation."""

import datetime as dt
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache

import dagster as dg
import duckdb
from pydantic import PrivateAttr

from pm_pipeline.home import Home, open_home
from pm_pipeline.settings import Settings


class PmResource(dg.ConfigurableResource):
    """Opens the installation the environment names (see pm_pipeline/settings.py).

    offline: handle what has landed, contact no partner, send nothing.

    The steps of one process share one writing connection: it is opened by the first step that needs it and closed, and
    the writer lock with it, when the run ends (or before a step that lends the file to dbt). Inside `keep_open` it
    outlives the run.
    """

    offline: bool = False
    _open: ExitStack | None = PrivateAttr(default=None)
    _con: duckdb.DuckDBPyConnection | None = PrivateAttr(default=None)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["PmResource"]:
        """Dagster's frame around a run in this process."""
        try:
            yield self
        finally:
            if not _KEPT:
                self.release()

    def home(self) -> Home:
        """Settings, configuration and warehouse, checked once per process and environment."""
        return _home(Settings.load())

    def connection(self) -> duckdb.DuckDBPyConnection:
        """The run's writing connection. Raises WarehouseBusy or IntegrityError when it cannot be had."""
        home = self.home()
        kept = _KEPT.get(home.settings)
        if kept is not None:
            return kept.connection(home)
        if self._con is None:
            self._open = ExitStack()
            self._con = self._open.enter_context(home.write())
        return self._con

    def release(self) -> None:
        """Close the connection and give up the writer lock."""
        for kept in _KEPT.values():
            kept.release()
        if self._open is not None:
            self._open.close()
        self._open = self._con = None

    def may_exchange(self, today: dt.date) -> bool:
        """Whether a run whose last date is `today` may reach out to partners.

        Files fetched now must not be dated in the past, so only a run that includes today does. The embedded sandbox
        lives in simulated time and follows the run.
        """
        if self.offline:
            return False
        home = self.home()
        return any(partner.embedded for partner in home.config.partners.partners) or today >= home.today()


class _Kept:
    """One connection for many runs."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._con: duckdb.DuckDBPyConnection | None = None

    def connection(self, home: Home) -> duckdb.DuckDBPyConnection:
        if self._con is None:
            self._con = self._open.enter_context(home.write())
        return self._con

    def release(self) -> None:
        self._open.close()
        self._con = None


_KEPT: dict[Settings, _Kept] = {}


@contextmanager
def keep_open(settings: Settings) -> Iterator[None]:
    """Let all runs of the body share one connection (the simulation lives many days in a row).

    Opening and closing costs half a second a run, because DuckDB writes a checkpoint when it closes.
    """
    _KEPT[settings] = _Kept()
    try:
        yield
    finally:
        _KEPT.pop(settings).release()


@cache
def _home(settings: Settings) -> Home:
    return open_home(settings)

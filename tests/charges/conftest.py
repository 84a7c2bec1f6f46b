"""A practice with a store of feed files, for the tests of charges."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import duckdb
import pytest

from pm_pipeline import charges, front_office
from pm_pipeline.config import Config, load_config
from pm_pipeline.intake import FeedResult
from pm_pipeline.settings import Settings
from tests.intake.files import CHARGES, COVERAGES, RUN, TODAY, MemoryStore, land, rows_text
from tests.warehouses import fresh


class Practice:
    """Lands and loads feed files given as rows laid over a good one."""

    def __init__(self, con: duckdb.DuckDBPyConnection, config: Config) -> None:
        self.con = con
        self.config = config
        self.store = MemoryStore()

    def cover(self, *rows: Mapping[str, str]) -> None:
        """Load coverages."""
        land(self.con, self.store, rows_text(COVERAGES, rows))
        front_office.load(self.con, self.store, self.config, TODAY, RUN)

    def land(self, *rows: Mapping[str, str]) -> str:
        """Land a charge file; returns its file_id."""
        return land(self.con, self.store, rows_text(CHARGES, rows))

    def load(self, today: dt.date = TODAY, run_id: str = RUN) -> list[FeedResult]:
        """Load what waits."""
        return charges.load(self.con, self.store, self.config, today, run_id)

    def charge(self, *rows: Mapping[str, str]) -> list[FeedResult]:
        """Land and load one charge file."""
        self.land(*rows)
        return self.load()

    def batches(self) -> dict[str, int]:
        """Name of a ledger batch -> its transactions, over all calls."""
        rows = self.con.execute(
            "SELECT name, count(*) FROM ledger.txn JOIN ledger.batch USING (batch_no) GROUP BY 1"
        ).fetchall()
        return dict(rows)

    def balances(self) -> dict[tuple[str, str, str | None], int]:
        """(account, sub_account, payer_id) -> cents, without zeros."""
        rows = self.con.execute(
            "SELECT account, sub_account, payer_id, sum(cents)::BIGINT FROM ledger.entry "
            "GROUP BY ALL HAVING sum(cents) <> 0"
        ).fetchall()
        return {(account, party, payer): cents for account, party, payer, cents in rows}

    def claims(self) -> dict[str, str]:
        """charge_id -> claim_id."""
        return dict(self.con.execute("SELECT charge_id, claim_id FROM charges.charge").fetchall())


@pytest.fixture(scope="session")
def config() -> Config:
    """The shipped configuration."""
    return load_config(Settings.load({"PM_ROOT": "."}))


@pytest.fixture
def practice(con: duckdb.DuckDBPyConnection, config: Config) -> Practice:
    """An empty warehouse of the shipped practice."""
    return Practice(con, config)


@pytest.fixture
def another(config: Config):
    """Makes further empty warehouses."""
    opened: list[duckdb.DuckDBPyConnection] = []

    def make() -> Practice:
        connection = fresh()
        opened.append(connection)
        return Practice(connection, config)

    yield make
    for connection in opened:
        connection.close()

"""What every test can ask for: an empty warehouse in memory, or a whole installation in a temporary folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pm_pipeline.home import SCHEMAS, Home, open_home
from pm_pipeline.settings import Settings
from pm_pipeline.warehouse.store import OWN, apply_schemas, prepare

os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse in memory with every stage's tables."""
    connection = duckdb.connect()
    prepare(connection)
    apply_schemas(connection, [OWN, *SCHEMAS])
    yield connection
    connection.close()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An installation of its own, with the shipped configuration."""
    settings = Settings.load({"PM_ROOT": str(tmp_path), "PM_HOME": str(tmp_path / "home")})
    return open_home(settings)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of facts and third-party samples beside the project; the test is skipped where it is not there."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not here: third-party samples are not part of the project")
    return SHARED

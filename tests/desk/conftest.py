from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.desk.office import Office
from tests.money import World
from tests.scrub.world import World as ScrubWorld


@pytest.fixture
def world(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> World:
    """An empty world of payers and money."""
    return World(con, tmp_path)


@pytest.fixture
def office(world: World) -> Office:
    """Its desk, with nothing said yet."""
    return Office(world, world.folder)


@pytest.fixture
def scrubbed(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> tuple[ScrubWorld, Office]:
    """A practice whose claims are edited, and its desk."""
    practice = ScrubWorld(con)
    return practice, Office(practice, tmp_path)

"""What the tests of the demo share."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.money import World


@pytest.fixture
def world(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> World:
    """An empty world."""
    return World(con, tmp_path)

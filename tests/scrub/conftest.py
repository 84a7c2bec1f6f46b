"""The scrub's tests share one small synthetic practice."""

from __future__ import annotations

import duckdb
import pytest

from tests.scrub.world import World


@pytest.fixture
def world(con: duckdb.DuckDBPyConnection) -> World:
    return World(con)

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.acknowledgments.sent import Sent
from tests.kept import Kept
from tests.money import World


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(tmp_path_factory.mktemp("sent"), Sent.made)


@pytest.fixture
def sent(con: duckdb.DuckDBPyConnection, tmp_path: Path, kept: Kept) -> Sent:
    """Two sets sent to the clearinghouse and not answered yet."""
    kept.put(con, tmp_path)
    return Sent(World(con, tmp_path))

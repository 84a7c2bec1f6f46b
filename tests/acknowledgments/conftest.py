from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.acknowledgments.sent import Sent
from tests.money import World


@pytest.fixture
def sent(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> Sent:
    """Two sets sent to the clearinghouse and not answered yet."""
    return Sent(World(con, tmp_path))

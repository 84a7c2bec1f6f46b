from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.acknowledgments.sent import Sent
from tests.kept import Kept, kept_by
from tests.money import World

kept = kept_by(Sent.made, "session")


@pytest.fixture
def sent(con: duckdb.DuckDBPyConnection, tmp_path: Path, kept: Kept) -> Sent:
    """Two sets sent to the clearinghouse and not answered yet."""
    kept.put(con, tmp_path)
    return Sent(World(con, tmp_path))

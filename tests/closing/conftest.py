from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.closing.books import Books


@pytest.fixture
def books(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> Books:
    """June: two claims billed on the 1st, one paid on the 20th. July: the other paid on the 5th; the runs have come to August."""
    return Books.lived(con, tmp_path)

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.closing.books import Books
from tests.kept import Kept, kept_by
from tests.money import World

kept = kept_by(Books.lived, "session")


@pytest.fixture
def books(con: duckdb.DuckDBPyConnection, tmp_path: Path, kept: Kept) -> Books:
    """June: two claims billed on the 1st, one paid on the 20th. July: the other paid on the 5th; the runs have come to August."""
    kept.put(con, tmp_path)
    return Books(World(con, tmp_path, files=2))

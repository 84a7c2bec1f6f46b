from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.closing.books import Books
from tests.kept import Kept
from tests.money import World


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """What Books.lived makes."""
    return Kept(tmp_path_factory.mktemp("books"), Books.lived)


@pytest.fixture
def books(con: duckdb.DuckDBPyConnection, tmp_path: Path, kept: Kept) -> Books:
    """June: two claims billed on the 1st, one paid on the 20th. July: the other paid on the 5th; the runs have come to August."""
    kept.put(con, tmp_path)
    return Books(World(con, tmp_path, files=2))

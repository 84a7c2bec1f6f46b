"""What every test of the codec can ask for: a connection that reads X12, without any stage's tables."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from tests.x12.files import reader


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """One for the tests of a file: each reading makes its tables anew."""
    with reader() as made:
        yield made

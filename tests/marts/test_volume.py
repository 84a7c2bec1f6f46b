"""The made-up practice of volume.py still fits the stages' tables, so that it can be measured at any time."""

from __future__ import annotations

import duckdb
import pytest

from tests.marts.volume import make


@pytest.mark.slow
def test_it_can_be_made_and_balances(con: duckdb.DuckDBPyConnection) -> None:
    make(con, 300)
    assert con.execute("SELECT count(*) FROM scrub.claim").fetchone() == (300,)
    assert con.execute("SELECT sum(cents), count(DISTINCT claim_id) FROM ledger.entry").fetchone() == (0, 300)

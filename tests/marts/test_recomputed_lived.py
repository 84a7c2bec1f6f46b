"""Every KPI of a practice that the whole pipeline lived with is what plain Python makes of the stages' tables."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import duckdb
import pytest

from tests.lived import Lived
from tests.marts.dbt_run import run_dbt
from tests.marts.recompute.compare import disagreements

LATER = 15  # days: the practice lived through June, so that its days lie on both sides of a month's end


@pytest.fixture(scope="module")
def moved(lived: Lived, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse of the lived practice, its days moved across a month's end, with its marts built anew."""
    folder = tmp_path_factory.mktemp("recomputed")
    database = folder / "pm.duckdb"
    shutil.copy(lived.home.settings.warehouse_path, database)
    with duckdb.connect(database) as con:
        columns: dict[str, list[str]] = {}
        for schema, table, column in con.execute(
            "SELECT schema_name, table_name, column_name FROM duckdb_columns() JOIN duckdb_tables() USING (schema_name, table_name) "
            "WHERE (data_type = 'DATE' OR column_name = 'starts_at') AND schema_name NOT IN ('marts', 'intermediate', 'codes')"
        ).fetchall():
            columns.setdefault(f"{schema}.{table}", []).append(column)
        for table, days in columns.items():
            con.execute(f"UPDATE {table} SET " + ", ".join(f"{day} = {day} + INTERVAL {LATER} DAY" for day in days))
    result = run_dbt("build", database, folder)
    assert result.code == 0, result.text
    return database


def test_every_kpi_of_a_lived_practice(moved: Path) -> None:
    with duckdb.connect(moved, read_only=True) as con:
        last = con.execute("SELECT max(as_of_date) FROM marts.kpi_summary").fetchone()
        assert last == (dt.date(2026, 7, 7),)
        wrong, compared, valued = disagreements(con)
        rejected = con.execute("SELECT count(*) FROM scrub.claim_event WHERE kind = 'claim_rejected'").fetchone()
        denied = con.execute("SELECT count(*) FROM receivables.denial").fetchone()
    assert not wrong, "\n".join(wrong)
    assert compared == 2 * 68
    assert valued > 60
    assert (0,) not in (rejected, denied)

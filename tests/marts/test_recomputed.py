"""Every KPI of the seed is what plain Python makes of the stages' tables, over all payers, at every as-of day."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pm_pipeline.dashboard.reading import Published
from pm_pipeline.home import SCHEMAS
from pm_pipeline.warehouse import Warehouse
from pm_pipeline.warehouse.publish import publish
from tests.marts.conftest import Built
from tests.marts.dbt_run import run_dbt
from tests.marts.eventful import load_eventful
from tests.marts.recompute.compare import disagreements


def test_every_kpi_of_the_practice_on_paper(built: Built) -> None:
    assert built.result.code == 0, built.result.text
    with duckdb.connect(built.database, read_only=True) as con:
        wrong, compared, valued = disagreements(con)
    assert not wrong, "\n".join(wrong)
    assert compared == 7 * 68
    assert valued > 200


@pytest.fixture(scope="module")
def eventful(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse of eventful.py with its marts."""
    folder = tmp_path_factory.mktemp("eventful")
    warehouse = Warehouse(folder / "pm.duckdb", SCHEMAS)
    with warehouse.write() as con:
        load_eventful(con)
    with warehouse.lend() as database:
        result = run_dbt("build", database, folder)
    assert result.code == 0, result.text
    return warehouse.path


def test_every_kpi_of_the_eventful_practice(eventful: Path) -> None:
    with duckdb.connect(eventful, read_only=True) as con:
        wrong, compared, valued = disagreements(con)
        silent = con.execute("SELECT kpi FROM marts.kpi_summary WHERE is_latest AND value IS NULL").fetchall()
    assert not wrong, "\n".join(wrong)
    assert compared == 7 * 68
    assert valued > 300
    assert silent == []


def test_the_rows_under_a_kpi_of_the_eventful_practice_add_up(eventful: Path, tmp_path: Path) -> None:
    """What the dashboard lists under each figure, from the published copy, comes to the figure."""
    publish(eventful, tmp_path, keep=1)
    published = Published(tmp_path)
    compared = 0
    for day in [row["as_of_date"] for row in published.rows("as_of_days", {})][:2]:
        for figure in published.rows("kpis", {"as_of": day}):
            below = published.totals("kpi_rows", {"as_of": day, "kpi": figure["kpi"]}, ("numerator", "denominator"))
            assert below["denominator"] == pytest.approx(float(figure["denominator"] or 0), abs=1e-6), figure
            if figure["statistic"] != "percentile":
                assert below["numerator"] == pytest.approx(float(figure["numerator"] or 0), abs=1e-6), figure
            compared += 1
    assert compared == 2 * 68

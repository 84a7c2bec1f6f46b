"""One warehouse with the small practice in it, built by dbt once for all tests here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from pm_pipeline.home import SCHEMAS
from pm_pipeline.warehouse import Warehouse
from tests.marts.dbt_run import PROJECT, DbtResult, run_dbt
from tests.marts.stage_rows import load_practice


@dataclass(frozen=True)
class Built:
    """The warehouse file after `dbt build`, what dbt said, and the project's files before and after."""

    database: Path
    scratch: Path
    result: DbtResult
    files_before: set[Path]
    files_after: set[Path]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("marts")
    warehouse = Warehouse(folder / "pm.duckdb", SCHEMAS)
    with warehouse.write() as con:
        load_practice(con)
    before = set(PROJECT.rglob("*"))
    with warehouse.lend() as database:
        result = run_dbt("build", database, folder)
    return Built(warehouse.path, folder, result, before, set(PROJECT.rglob("*")))


@pytest.fixture
def marts(built: Built) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the built warehouse."""
    assert built.result.code == 0, built.result.text
    con = duckdb.connect(built.database, read_only=True)
    yield con
    con.close()

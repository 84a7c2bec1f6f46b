"""The marts of a generation as Parquet: whole or not there, of one moment, without people, readable by pandas."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from pm_pipeline.errors import WarehouseError
from pm_pipeline.warehouse import Warehouse
from pm_pipeline.warehouse.parquet import parquet_folder
from pm_pipeline.warehouse.publish import open_published, publish
from tests.warehouse.test_publish import build_marts

README = Path(__file__).parents[2] / "README.md"


@pytest.fixture
def ready(tmp_path: Path) -> Warehouse:
    warehouse = Warehouse(tmp_path / "pm.duckdb", [])
    build_marts(warehouse)
    with warehouse.write() as con:
        con.execute("CREATE SCHEMA persons; CREATE VIEW persons.claim_patient AS SELECT 'QUINCE' AS last_name")
    return warehouse


def put_out(warehouse: Warehouse, folder: Path, keep: int = 2) -> int:
    with warehouse.lend() as database:
        return publish(database, folder, keep).number


def test_one_file_for_each_mart_and_none_of_people_or_rows(ready: Warehouse, tmp_path: Path) -> None:
    put_out(ready, tmp_path / "published")
    found = parquet_folder(tmp_path / "published")
    assert found.name == "gen-1.parquet"
    assert sorted(path.name for path in found.iterdir()) == ["build.parquet", "numerator.parquet", "total.parquet"]
    assert {path.stat().st_mode & 0o777 for path in found.iterdir()} == {0o400}
    assert not [path for path in found.iterdir() if b"QUINCE" in path.read_bytes()]
    with open_published(tmp_path / "published") as con:
        for path in found.iterdir():
            there = con.execute(f"SELECT count(*) FROM marts.{path.stem}").fetchone()
            assert duckdb.execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchone() == there


def test_a_reader_of_the_folder_keeps_one_moment(ready: Warehouse, tmp_path: Path) -> None:
    folder = tmp_path / "published"
    put_out(ready, folder)
    before = parquet_folder(folder)
    build_marts(ready)
    put_out(ready, folder)
    for found, seq in ((before, 1), (parquet_folder(folder), 2)):
        total = duckdb.execute("SELECT amount FROM read_parquet(?)", [str(found / "total.parquet")]).fetchone()
        parts = duckdb.execute("SELECT count(*) FROM read_parquet(?)", [str(found / "numerator.parquet")]).fetchone()
        assert total == parts == (seq,)


@pytest.mark.parametrize("leftover", ["gen-2.parquet.part", "gen-2.parquet"])
def test_a_crash_leaves_the_folder_before_it_current(ready: Warehouse, tmp_path: Path, leftover: str) -> None:
    folder = tmp_path / "published"
    put_out(ready, folder)
    (folder / leftover).mkdir()
    (folder / leftover / "total.parquet").write_bytes(b"half")
    assert parquet_folder(folder).name == "gen-1.parquet"
    assert put_out(ready, folder) == 3
    assert sorted(path.name for path in folder.glob("gen-*")) == [
        "gen-1.duckdb", "gen-1.parquet", "gen-3.duckdb", "gen-3.parquet"
    ]  # fmt: skip


def test_before_anything_is_published_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="No Parquet is published"):
        parquet_folder(tmp_path)


def test_the_notebook_of_the_readme_runs(ready: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The snippet reads the KPIs and what a percentile is made of with pandas, from one generation."""
    monkeypatch.setenv("PM_ROOT", str(tmp_path))
    monkeypatch.setenv("PM_HOME", str(tmp_path / "home"))
    with ready.write() as con:
        con.execute(
            "CREATE TABLE marts.kpi_summary AS SELECT 'clean_claim_rate' AS kpi, DATE '2026-07-15' AS as_of_date, true AS is_latest, "
            "CAST(4 AS DECIMAL(20, 6)) AS numerator, CAST(5 AS DECIMAL(20, 6)) AS denominator, 0.8::DOUBLE AS value, NULL::VARCHAR AS note"
        )
    put_out(ready, tmp_path / "home" / "published")
    snippets = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    (snippet,) = [text for text in snippets if "read_parquet" in text]
    scope: dict[str, object] = {}
    exec(snippet, scope)
    kpis = scope["kpis"]
    assert isinstance(kpis, pd.DataFrame)
    assert kpis.loc["clean_claim_rate", "value"] == pytest.approx(0.8)

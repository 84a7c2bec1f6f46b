"""Tables are made once, by version; a warehouse of another version is refused with the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from pm_pipeline.errors import WarehouseError
from pm_pipeline.home import SCHEMAS
from pm_pipeline.ledger import SCHEMA as LEDGER
from pm_pipeline.warehouse import Schema, Warehouse, unit


def test_every_stage_has_its_tables_and_they_are_made_once(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "pm.duckdb", SCHEMAS)
    for _ in range(2):
        with warehouse.write() as con:
            versions = con.execute("SELECT schema_name, version FROM warehouse.schema_version ORDER BY 1").fetchall()
            assert versions == sorted([("warehouse", 1), *((schema.name, schema.version) for schema in SCHEMAS)])
            made = con.execute("SELECT count(*) FROM ledger.account").fetchone()
            assert made == (21,)


@pytest.mark.parametrize("opened", ["write", "read"])
@pytest.mark.parametrize("version", [LEDGER.version - 1, LEDGER.version + 1])
def test_another_version_is_refused(tmp_path: Path, version: int, opened: str) -> None:
    with (
        Warehouse(tmp_path / "pm.duckdb", [Schema("ledger", version, "pm_pipeline.ledger")]).write() as con,
        unit(con, "u", "r"),
    ):
        pass
    with (
        pytest.raises(
            WarehouseError, match=f"tables of ledger .* version {version}; this program needs version {LEDGER.version}"
        ),
        getattr(Warehouse(tmp_path / "pm.duckdb", [LEDGER]), opened)(),
    ):
        pass


def test_a_warehouse_of_before_is_not_read_until_a_run_has_added_the_tables_that_came_since(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "pm.duckdb", SCHEMAS[:-1]).write() as con, unit(con, "u", "r"):
        pass
    now = Warehouse(tmp_path / "pm.duckdb", SCHEMAS)
    with pytest.raises(WarehouseError, match=rf"no tables of {SCHEMAS[-1].name} yet.*pm run"), now.read():
        pass
    with now.write():
        pass
    with now.read() as con:
        assert con.execute("SELECT count(*) FROM warehouse.schema_version").fetchone() == (len(SCHEMAS) + 1,)


def test_tables_of_a_package_that_is_not_there(tmp_path: Path) -> None:
    nowhere = Warehouse(tmp_path / "pm.duckdb", [Schema("nowhere", 1, "pm_pipeline.nowhere")])
    with pytest.raises(ModuleNotFoundError, match="nowhere"), nowhere.write():
        pass

"""A warehouse of its own for each test, and copies of its files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pm_pipeline.warehouse import Warehouse, unit
from tests.warehouse.process import make_table


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """A warehouse with an empty table `mark` and one committed unit."""
    made = Warehouse(tmp_path / "pm.duckdb", [], wait_seconds=60)
    with made.write() as con:
        make_table(con)
        mark(con, "first")
    return made


def mark(con, name: str) -> None:
    """One unit of work that writes one row."""
    with unit(con, name, "run-1"):
        con.execute("INSERT INTO mark VALUES (?, 0)", [name])


def marks(warehouse: Warehouse) -> list[str]:
    """The writers of all rows."""
    with warehouse.read() as con:
        return [str(row[0]) for row in con.execute("SELECT writer FROM mark ORDER BY 1").fetchall()]


def copy_files(warehouse: Warehouse, folder: Path) -> Warehouse:
    """A copy of database, log and anchor in another folder."""
    folder.mkdir()
    for path in warehouse.path.parent.glob("pm.duckdb*"):
        shutil.copy(path, folder / path.name)
    return Warehouse(folder / "pm.duckdb", [], wait_seconds=5)

"""What many tests begin with, made once: the rows of a warehouse and the files of a folder, put into each test's own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import duckdb
import pytest

from tests.warehouses import USED, fresh

STORED = {"ledger.entry": "* EXCLUDE (entry_id)"}  # but for what the table makes of its other columns


class Kept:
    """The rows `make` wrote to the empty warehouse and the files it wrote to the folder it was given; `place` is where they are kept."""

    def __init__(self, place: Path, make: Callable[[duckdb.DuckDBPyConnection, Path], object]) -> None:
        self.folder, self.rows = place / "folder", place / "rows.duckdb"
        self.folder.mkdir()
        con = fresh()
        born_with = con.execute(USED).fetchall()
        make(con, self.folder)
        self.tables = [str(row[0]) for row in con.execute(USED).fetchall() if row not in born_with]
        con.execute(f"ATTACH '{self.rows}' AS kept")
        for name in self.tables:
            con.execute(f"CREATE SCHEMA IF NOT EXISTS kept.{name.split('.')[0]}")
            con.execute(f"CREATE TABLE kept.{name} AS SELECT {STORED.get(name, '*')} FROM {name}")
        con.close()

    def put(self, con: duckdb.DuckDBPyConnection, folder: Path) -> None:
        """Put it into an empty warehouse and a folder of a test."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        con.execute(f"ATTACH '{self.rows}' AS kept (READ_ONLY)")
        con.execute("BEGIN")
        for name in self.tables:
            con.execute(f"INSERT INTO {name} FROM kept.{name}")
        con.execute("COMMIT")
        con.execute("DETACH kept")


def kept_by(
    make: Callable[[duckdb.DuckDBPyConnection, Path], object], scope: Literal["module", "session"] = "module"
) -> Any:
    """A fixture of that scope, to be named `kept`: what `make` makes, made once. Other fixtures put it where they need it."""

    @pytest.fixture(scope=scope)
    def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
        return Kept(tmp_path_factory.mktemp("kept"), make)

    return kept

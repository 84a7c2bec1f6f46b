"""A published generation's marts as Parquet: a folder ``gen-N.parquet`` beside ``gen-N.duckdb``, one file for each mart.

For tools that read files and know no DuckDB. The folder is written under another name and renamed when it is whole, and the link
``current.parquet`` is swapped by rename, so nobody sees half of it. What names people (schema `persons`) and the rows beneath the
figures (schema `drill`) are in the DuckDB file alone.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import duckdb

from pm_pipeline.errors import WarehouseError

LINK = "current.parquet"


def write_parquet(con: duckdb.DuckDBPyConnection, folder: Path, number: int) -> Path:
    """Write every table of the schema `marts` in `con` to `folder`/gen-N.parquet.part, synced; returns that path."""
    part = folder / f"gen-{number}.parquet.part"
    part.mkdir(mode=0o700)
    names = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = 'marts' ORDER BY 1"
    ).fetchall()
    for (name,) in names:
        path = part / f"{name}.parquet"
        con.table(f'marts."{name}"').write_parquet(str(path), compression="zstd")
        path.chmod(0o400)
        _sync(path)
    _sync(part)
    return part


def parquet_folder(folder: Path) -> Path:
    """The current generation's Parquet folder in the published `folder`, by its real name, so that all files are of one moment.

    Raises WarehouseError when nothing was published yet.
    """
    try:
        found = folder / (folder / LINK).readlink()
    except OSError:
        found = folder / LINK
    if not found.is_dir():
        raise WarehouseError(
            f"No Parquet is published in {folder} yet. Run `pm demo` or `pm run`; the last step publishes it."
        )
    return found


def swap(folder: Path, made: Path) -> None:
    """Make the folder `made` the one the link names."""
    link = folder / f"{LINK}.new"
    link.unlink(missing_ok=True)
    link.symlink_to(made.name)
    link.replace(folder / LINK)


def remove(path: Path) -> None:
    """Delete a generation's Parquet folder, whole or not; a reader that has a file of it open keeps reading that."""
    shutil.rmtree(path, ignore_errors=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

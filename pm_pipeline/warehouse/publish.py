"""Publishing the marts: immutable files ``gen-N.duckdb`` behind a link ``current`` that is swapped by rename.

Why generations: DuckDB lets no second process into a file that is being written, and tables overwritten in place were
read half old and half new. A reader here opens one finished file by its real path and keeps it for as long as it likes.
Beside each file stands ``gen-N.parquet``, its marts for tools that know no DuckDB (parquet.py), behind a link of its own.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pm_pipeline.errors import WarehouseError
from pm_pipeline.warehouse import parquet
from pm_pipeline.warehouse.sql import run_sql
from pm_pipeline.warehouse.unit import utc_now

LINK = "current"
# views that say nothing but what published tables say, once for every KPI: stated again over the tables, for rows of their own
# would make a generation many times as large
RESTATED = {("drill", "kpi_event")}
ATTEMPTS = 20
_NAME = re.compile(r"gen-([1-9][0-9]*)\.(duckdb|parquet)(\.part)?")


@dataclass(frozen=True)
class Generation:
    """One published generation: its number and file, the day it speaks of, the chain link it was built from.

    `tables` counts the rows of each table in it; `removed` are the numbers of the generations this one pushed out.
    """

    number: int
    path: Path
    as_of_date: dt.date | None
    chain_seq: int
    chain_hash: str
    built_at: dt.datetime
    tables: dict[str, int]
    removed: tuple[int, ...]


def publish(database: Path, folder: Path, keep: int) -> Generation:
    """Copy the marts of the warehouse file `database` into a new generation in `folder` and make it the current one.

    The caller holds the writer lock (``Warehouse.lend()``) and has no connection to `database` open. The newest `keep`
    generations stay; readers that still have an older one open keep reading it. A crash at any point leaves the current
    generation as it was, and the number is not used again. Raises WarehouseError when there are no marts, or when they
    were built from another history of the warehouse.
    """
    if keep < 1:
        raise WarehouseError(
            f"keep_generations is {keep}; at least one generation must be kept (config/schedule.yaml)."
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    number = 1 + max(_numbers(folder), default=0)
    part = folder / f"gen-{number}.duckdb.part"
    files = _build(database, part, number)
    _sync(part)
    path = folder / f"gen-{number}.duckdb"
    files = files.rename(folder / f"gen-{number}.parquet")
    part.replace(path)
    _sync(folder)
    link = folder / f"{LINK}.new"
    link.unlink(missing_ok=True)
    link.symlink_to(path.name)
    link.replace(folder / LINK)
    parquet.swap(folder, files)
    _sync(folder)
    removed = _remove_old(folder, number, keep)
    with open_published(folder) as con:
        return _describe(con, path, removed)


def open_published(folder: Path) -> duckdb.DuckDBPyConnection:
    """A read-only connection to the current generation, by its real path. The caller closes it.

    What it shows never changes, whatever is published later. Raises WarehouseError when nothing was published yet.
    """
    for _ in range(ATTEMPTS):
        try:
            path = folder / (folder / LINK).readlink()
        except OSError:
            raise WarehouseError(
                f"Nothing is published in {folder} yet. Run `pm demo` or `pm run`; the last step publishes the marts."
            ) from None
        try:
            return duckdb.connect(path, read_only=True)
        except duckdb.Error:
            if path.exists():
                raise WarehouseError(
                    f"{path} cannot be opened by DuckDB {duckdb.__version__}. Publish again (`pm run`): it is a copy."
                ) from None
            # this generation was pushed out between reading the link and opening the file: look at the link again
    raise WarehouseError(f"{folder / LINK} names a generation that is not there. Publish again (`pm run`).")


def _build(database: Path, part: Path, number: int) -> Path:
    """Make the file `part`, and its marts as Parquet; returns the folder of these, unfinished in name only."""
    if not database.exists():
        raise WarehouseError(f"There is no warehouse at {database} yet. Run `pm demo` or `pm run` first.")
    con = duckdb.connect(part)
    try:
        con.execute("SET enable_progress_bar = false")
        con.execute("SET autoinstall_known_extensions = false")
        # under the name it has when dbt opens it: the views of `drill` were written with that name in them
        source = database.stem
        con.execute(f"ATTACH '{_text(database)}' AS {_name(source)} (READ_ONLY)")
        _refuse_other_history(con, source, database)
        restated = _restated(con, source)
        for schema, table in _tables(con, source):
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {_name(schema)}")
            con.execute(
                f"CREATE TABLE {_name(schema)}.{_name(table)} AS FROM {_name(source)}.{_name(schema)}.{_name(table)}"
            )
        con.execute(f"DETACH {_name(source)}")
        for statement in restated:
            con.execute(statement)
        run_sql(con, "pm_pipeline.warehouse", "about.sql", {"generation": number, "published_at": utc_now()})
        con.execute("CHECKPOINT")
        files = parquet.write_parquet(con, part.parent, number)
    except duckdb.Error as problem:
        raise WarehouseError(
            f"{database.name} could not be copied to {part.name} ({type(problem).__name__}): a program has it open, "
            "its marts are half built, or the disk is full. Build them again and publish; the current generation stays."
        ) from None
    finally:
        con.close()
    part.chmod(0o400)
    return files


def _refuse_other_history(con: duckdb.DuckDBPyConnection, source: str, database: Path) -> None:
    """Raise WarehouseError when there are no marts, or the chain does not hold the link they were built from."""
    built = con.execute(
        "SELECT count(*) FROM duckdb_tables() "
        "WHERE database_name = ? AND schema_name = 'marts' AND table_name = 'build'",
        [source],
    ).fetchone()
    if built == (0,):
        raise WarehouseError(f"{database.name} has no marts to publish. Build them first (the dbt step of `pm run`).")
    known = con.execute(
        "SELECT build.chain_seq = 0 OR link.hash IS NOT DISTINCT FROM build.chain_hash "
        f"FROM {_name(source)}.marts.build AS build "
        f"LEFT JOIN {_name(source)}.warehouse.chain AS link ON link.seq = build.chain_seq"
    ).fetchone()
    if known != (True,):
        raise WarehouseError(
            f"The marts in {database.name} were built from another history of the warehouse (a copy was restored "
            "since). Build them again, then publish. The current generation stays as it is."
        )


def _tables(con: duckdb.DuckDBPyConnection, source: str) -> list[tuple[str, str]]:
    """Schema and name of what is published as a table: the tables of `marts`, the views of `drill` and `persons`."""
    rows = con.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = $source AND schema_name = 'marts' "
        "UNION ALL "
        "SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = $source AND schema_name IN ('drill', 'persons') "
        "ORDER BY ALL",
        {"source": source},
    ).fetchall()
    return [
        (str(schema), str(table))
        for schema, table in rows
        if "__dbt_" not in str(table) and (schema, table) not in RESTATED
    ]


def _restated(con: duckdb.DuckDBPyConnection, source: str) -> list[str]:
    """The statements that make the views of RESTATED, which name no database and so hold over the copied tables too."""
    rows = con.execute(
        "SELECT schema_name, view_name, sql FROM duckdb_views() WHERE database_name = ? AND NOT internal", [source]
    ).fetchall()
    return [str(sql) for schema, view, sql in rows if (schema, view) in RESTATED]


def _describe(con: duckdb.DuckDBPyConnection, path: Path, removed: tuple[int, ...]) -> Generation:
    about = con.execute(
        "SELECT generation, as_of_date, chain_seq, chain_hash, built_at FROM published.about"
    ).fetchone()
    if about is None:
        raise WarehouseError(f"{path} does not say what it is (published.about is empty). Publish again.")
    tables = con.execute(
        "SELECT schema_name || '.' || table_name, estimated_size FROM duckdb_tables() "
        "WHERE schema_name IN ('marts', 'drill', 'persons') ORDER BY 1"
    ).fetchall()
    return Generation(about[0], path, about[1], about[2], about[3], about[4], dict(tables), removed)


def _numbers(folder: Path) -> list[int]:
    """Every number ever taken that has left a trace: files, unfinished files, and what the link names."""
    names = [entry.name for entry in folder.iterdir()]
    names += [link.readlink().name for link in (folder / LINK, folder / parquet.LINK) if link.is_symlink()]
    return [int(match[1]) for name in names if (match := _NAME.fullmatch(name))]


def _remove_old(folder: Path, current: int, keep: int) -> tuple[int, ...]:
    """Delete generations older than the newest `keep`, and whatever a crash left unfinished. Never the current one."""
    removed: list[int] = []
    found = [(entry, match) for entry in folder.iterdir() if (match := _NAME.match(entry.name))]
    finished = sorted(
        (
            int(match[1])
            for entry, match in found
            if _NAME.fullmatch(entry.name) and match[2] == "duckdb" and not match[3]
        ),
        reverse=True,
    )
    kept = finished[:keep]
    for entry, match in found:
        number, is_file = int(match[1]), match[2] == "duckdb"
        if number >= current or (number in kept and ".part" not in entry.name):
            continue
        if is_file:
            entry.unlink()
            removed += [number] if _NAME.fullmatch(entry.name) and not match[3] else []
        else:
            parquet.remove(entry)
    return tuple(sorted(removed))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _text(path: Path) -> str:
    return str(path).replace("'", "''")


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'

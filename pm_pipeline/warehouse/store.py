"""Opening the warehouse: one writer at a time, whichever process it is in.

Our own lock is held from before DuckDB opens the file to after it closes it. DuckDB 2.0.0 read the file header before
it took its own lock and lost committed rows of other processes that way (tests/warehouse/test_lock.py); 1.5.5 did not,
and this lock keeps it so whatever the version. The lock dies with the process.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pm_pipeline.errors import WarehouseBusy, WarehouseError
from pm_pipeline.warehouse.locks import lock_file
from pm_pipeline.warehouse.sql import run_sql, sql_text
from pm_pipeline.warehouse.unit import check_anchor, has_tables, last_link, utc_now, write_anchor


@dataclass(frozen=True)
class Schema:
    """A stage's tables: the DuckDB schema name, its version and the package whose schema.sql makes it."""

    name: str
    version: int
    package: str


OWN = Schema("warehouse", 1, "pm_pipeline.warehouse")


class Warehouse:
    """The DuckDB file of one installation."""

    def __init__(self, path: Path, schemas: Sequence[Schema], wait_seconds: float = 120.0) -> None:
        self.path = path
        self.schemas = [OWN, *schemas]
        self.wait_seconds = wait_seconds

    @contextmanager
    def write(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The only way to a writing connection. Keep it short; it is closed and the lock released at the end.

        Raises WarehouseBusy when another process keeps the lock longer than wait_seconds, IntegrityError when the
        database is behind its anchor, WarehouseError when a block of it is damaged or the disk fails.
        """
        with self.lock(), self._told():
            con = self._open()
            try:
                # a database that is refused stays byte for byte as it was found: closing it must not fold a damaged
                # log into it
                con.execute("PRAGMA disable_checkpoint_on_shutdown")
                check_anchor(con, self.path)
                con.execute("PRAGMA enable_checkpoint_on_shutdown")
                prepare(con, threads=os.cpu_count() or 2)
                apply_schemas(con, self.schemas)
                yield con
            finally:
                con.close()

    @contextmanager
    def read(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A read-only connection, under the same lock (DuckDB lets no second process in, even to read).

        Raises WarehouseError when there is no warehouse, or when its tables are those of another version of this program or not
        all there.
        """
        if not self.path.exists():
            raise WarehouseError(f"There is no warehouse at {self.path} yet. Run `pm demo` or `pm run` first.")
        with self.lock(), self._told():
            con = self._open(read_only=True)
            try:
                if not has_tables(con):
                    raise WarehouseError(f"{self.path} has no tables yet. Run `pm demo` or `pm run` first.")
                prepare(con, threads=os.cpu_count() or 2)
                if missing := _missing(con, self.schemas):
                    raise WarehouseError(
                        f"{self.path} was written before this program had the tables of {missing[0].name}. Any command that writes "
                        "adds them and loses nothing: do `pm run` first."
                    )
                yield con
            finally:
                con.close()

    @contextmanager
    def lend(self) -> Iterator[Path]:
        """Hold the writer lock and lend the file to a program that opens it itself (dbt), or to ``publish``.

        The anchor is checked first: such a program would fold a damaged log into the database without noticing. No
        connection of this process may be open. Raises WarehouseBusy, IntegrityError, WarehouseError.
        """
        if not self.path.exists():
            raise WarehouseError(f"There is no warehouse at {self.path} yet. Run `pm demo` or `pm run` first.")
        with self.lock():
            with self._told():
                con = self._open(read_only=True)
                try:
                    check_anchor(con, self.path)
                finally:
                    con.close()
            yield self.path

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the writer lock without opening the database."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.path.with_name(self.path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._wait_for_lock(descriptor)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            yield
        finally:
            os.close(descriptor)

    def accept_as_is(self) -> int:
        """Write the anchor from the database as it stands, after a person decided so. Returns the sequence."""
        with self.lock():
            con = self._open(read_only=True)
            try:
                if not has_tables(con):
                    raise WarehouseError(f"{self.path} has no tables yet, so there is nothing to accept.")
                link = last_link(con)
            finally:
                con.close()
            write_anchor(self.path, link)
        return link.seq

    def _wait_for_lock(self, descriptor: int) -> None:
        if not lock_file(descriptor, self.wait_seconds):
            holder = os.pread(descriptor, 20, 0).decode().strip() or "unknown"
            raise WarehouseBusy(
                f"Another process (id {holder}) has been writing to {self.path} for more than {self.wait_seconds:.0f} seconds. "
                "Wait for its run to end, or stop that process; the lock goes with it."
            )

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say in our own words what DuckDB finds wrong with the file while it is used: it checks a block's sum only when
        it reads the block. Its text is left out (law 9)."""
        try:
            yield
        except duckdb.IOException as problem:
            is_damage = "checksum" in str(problem) or "orrupt" in str(problem)
            raise WarehouseError(
                f"A block of {self.path} is damaged: its checksum is wrong. Nothing was changed. Do not write to it: restore "
                "the newest backup, or land the files of edi_inbox/landed into a fresh warehouse."
                if is_damage
                else f"{self.path} could not be read or written; the disk may be full or failing. What was committed before "
                "is kept. Make room (see `df`), then run the step again."
            ) from None

    def _open(self, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
        try:
            return duckdb.connect(self.path, read_only=read_only)
        except duckdb.Error as problem:
            if "version number" in str(problem):
                raise WarehouseError(
                    f"{self.path} was written by a newer DuckDB than {duckdb.__version__}, which cannot read it. Use the "
                    "program version that wrote it (requirements.lock names its duckdb), or restore a backup from before."
                ) from None
            raise WarehouseError(
                f"DuckDB {duckdb.__version__} cannot open {self.path} ({type(problem).__name__}). The file is damaged, "
                "held by another program, or written by a newer DuckDB. Restore the newest backup, or close that "
                "program."
            ) from None


def prepare(con: duckdb.DuckDBPyConnection, threads: int = 2) -> None:
    """Session settings and macros every connection has; makes the warehouse's own tables where it may."""
    con.execute(f"SET threads = {threads}")
    con.execute("SET enable_progress_bar = false")
    con.execute("SET autoinstall_known_extensions = false")
    run_sql(con, "pm_pipeline.warehouse", "macros.sql")
    if not has_tables(con):
        con.execute(sql_text("pm_pipeline.warehouse", "schema.sql"))


def apply_schemas(con: duckdb.DuckDBPyConnection, schemas: Sequence[Schema]) -> None:
    """Create what is missing, refuse what another version wrote. Raises WarehouseError."""
    for schema in _missing(con, schemas):
        con.execute("BEGIN TRANSACTION")
        con.execute(sql_text(schema.package, "schema.sql"))
        con.execute("INSERT INTO warehouse.schema_version VALUES (?, ?, ?)", [schema.name, schema.version, utc_now()])
        con.execute("COMMIT")


def _missing(con: duckdb.DuckDBPyConnection, schemas: Sequence[Schema]) -> list[Schema]:
    """The schemas that are not there yet. Raises WarehouseError when one is there in another version."""
    have = dict(con.execute("SELECT schema_name, version FROM warehouse.schema_version").fetchall())
    for schema in schemas:
        version = have.get(schema.name, schema.version)
        if version != schema.version:
            raise WarehouseError(
                f"The tables of {schema.name} in this warehouse are version {version}; this program needs version "
                f"{schema.version}. Use the program version that wrote it, or land the files of edi_inbox/landed into "
                "a fresh warehouse (set PM_HOME to an empty folder)."
            )
    return [schema for schema in schemas if schema.name not in have]

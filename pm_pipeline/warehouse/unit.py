"""One transaction per unit of work, linked into a chain that an anchor outside the database follows.

Why the anchor: a DuckDB write-ahead log that was cut or damaged can open cleanly with fewer transactions than were
committed. The anchor is a small file beside the database holding the last link (sequence and hash), fsynced after each
commit. A database that is behind its anchor has lost something and is refused at the next open.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pm_pipeline.errors import IntegrityError, WarehouseError

GENESIS = "0" * 64
MEMORY = "1200MB"


@dataclass
class Unit:
    """A unit of work in progress. `digest` is what the unit wants sealed into the chain (for example its entries)."""

    name: str
    run_id: str
    digest: str = ""
    _start: Callable[[], object] | None = None

    def begin(self) -> None:
        """Begin the transaction now, before the first write: nothing to do but in a unit that was told to begin `late`."""
        if self._start is not None:
            start, self._start = self._start, None
            start()


_in_progress: dict[int, Unit] = {}  # by the id() of the connection it writes to


@dataclass(frozen=True)
class Link:
    """The last link of the chain: sequence number and hash."""

    seq: int
    hash: str


def utc_now() -> dt.datetime:
    """Now, in UTC, without a zone: the form of every *_at column."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def link_hash(prev_hash: str, seq: int, unit_name: str, run_id: str, digest: str) -> str:
    """The hash of one link (see schema.sql)."""
    return hashlib.sha256(f"{prev_hash}|{seq}|{unit_name}|{run_id}|{digest}".encode()).hexdigest()


@contextmanager
def unit(con: duckdb.DuckDBPyConnection, name: str, run_id: str, *, late: bool = False) -> Iterator[Unit]:
    """Run the body as one transaction: all of it is committed and anchored, or none of it.

    Never catch an error inside the body and go on: DuckDB's COMMIT of an aborted transaction raises nothing and rolls
    back. The link is read again after COMMIT for that reason; WarehouseError when it is not there.

    Inside another unit on the same connection the body is part of that one: what it seals goes into the outer link, and its
    error must take the outer unit back too. A person's action from the desk and the record that it was applied are kept so.

    With `late` the transaction begins when the body calls ``begin``, which it must before it writes to the warehouse. Until then
    it makes temporary tables, which DuckDB reads with all its threads: those made in a transaction it reads with one.
    """
    outer = _in_progress.get(id(con))
    work = Unit(name, run_id, _start=outer.begin if outer else lambda: con.execute("BEGIN TRANSACTION"))
    if not late:
        work.begin()
    if outer is not None:
        yield work
        outer.digest = "+".join(filter(None, (outer.digest, work.digest)))
        return
    _in_progress[id(con)] = work
    try:
        yield work
        work.begin()
        last = last_link(con)
        link = Link(last.seq + 1, link_hash(last.hash, last.seq + 1, name, run_id, work.digest))
        con.execute(
            "INSERT INTO warehouse.chain VALUES (?, ?, ?, ?, ?, ?, ?)",
            [link.seq, name, run_id, work.digest, last.hash, link.hash, utc_now()],
        )
        _commit(con, name)
    except BaseException:
        _roll_back(con)
        raise
    finally:
        del _in_progress[id(con)]
    if last_link(con) != link:
        raise WarehouseError(
            f"The warehouse did not keep the unit of work {name!r}: COMMIT returned but its marker is missing. "
            "Nothing of it was saved. Run the step again; if it repeats, check the disk."
        )
    if (path := database_path(con)) is not None:
        write_anchor(path, link)


@contextmanager
def little_memory(con: duckdb.DuckDBPyConnection, most: str = MEMORY) -> Iterator[None]:
    """Run the body with that much of DuckDB's memory at most; what needs more goes to disk, beside the database. No effect on one in memory."""
    if database_path(con) is None:
        yield
        return
    con.execute(f"SET memory_limit = '{most}'")
    try:
        yield
    finally:
        con.execute("RESET memory_limit")


def last_link(con: duckdb.DuckDBPyConnection) -> Link:
    """The newest link in the database, or the genesis link."""
    row = con.execute("SELECT seq, hash FROM warehouse.chain ORDER BY seq DESC LIMIT 1").fetchone()
    return Link(row[0], row[1]) if row else Link(0, GENESIS)


def has_tables(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the warehouse's own tables have been made in this database."""
    found = con.execute(
        "SELECT count(*) FROM duckdb_tables() "
        "WHERE database_name = current_database() AND schema_name = 'warehouse' AND table_name = 'chain'"
    ).fetchone()
    return found == (1,)


def database_path(con: duckdb.DuckDBPyConnection) -> Path | None:
    """The file behind a connection; None when it is in memory."""
    row = con.execute("SELECT path FROM duckdb_databases() WHERE database_name = current_database()").fetchone()
    return Path(row[0]) if row and row[0] else None


def anchor_path(database: Path) -> Path:
    """The anchor of a database file."""
    return database.with_name(database.name + ".anchor")


def write_anchor(database: Path, link: Link) -> None:
    """Replace the anchor by rename and fsync both the file and its folder."""
    target = anchor_path(database)
    fresh = target.with_suffix(".anchor.new")
    with fresh.open("w") as out:
        json.dump({"seq": link.seq, "hash": link.hash}, out)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def check_anchor(con: duckdb.DuckDBPyConnection, database: Path) -> None:
    """Refuse a database that is behind its anchor or on another history; follow one that is ahead.

    Ahead is what a crash between COMMIT and the anchor leaves, and loses nothing. Raises IntegrityError.
    """
    last = last_link(con) if has_tables(con) else Link(0, GENESIS)
    target = anchor_path(database)
    if not target.exists():
        if last.seq == 0:
            return
        raise IntegrityError(
            f"{target} is missing, so it cannot be shown that {database.name} has all its transactions. "
            "Restore the anchor with the database from the same backup, or, when `pm ledger verify` is clean and you "
            "accept the database as it is, run: pm ledger anchor --accept"
        )
    try:
        stated = json.loads(target.read_text())
        anchor = Link(int(stated["seq"]), str(stated["hash"]))
    except (ValueError, KeyError, TypeError):
        raise IntegrityError(
            f"{target} cannot be read. Restore it with the database from the same backup, or run: "
            "pm ledger anchor --accept"
        ) from None
    if anchor == last:
        return
    row = None
    if last.seq > 0:
        row = con.execute("SELECT hash FROM warehouse.chain WHERE seq = ?", [anchor.seq]).fetchone()
    same_history = anchor.seq == 0 or (row is not None and row[0] == anchor.hash)
    if anchor.seq < last.seq and same_history:
        write_anchor(database, last)
        return
    raise IntegrityError(
        f"{database.name} holds {last.seq} units of work, but {anchor.seq} were committed to it"
        + ("" if anchor.seq > last.seq else " on another history")
        + ". It is an older copy, or its log was damaged. Do not write to it: restore the newest backup, or land the "
        "files of edi_inbox/landed into a fresh warehouse. To accept the loss knowingly: pm ledger anchor --accept"
    )


def _commit(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """COMMIT; what fails it is told without DuckDB's text, which may quote a value."""
    try:
        con.execute("COMMIT")
    except duckdb.Error as problem:
        could_not_write = "write" in str(problem) or "sync" in str(problem)
        raise WarehouseError(
            f"The warehouse could not commit the unit of work {name!r} ({type(problem).__name__}). Nothing of it was saved; "
            "every unit before it is kept. "
            + (
                "The disk is full or failing: make room (see `df`), then run the step again."
                if could_not_write
                else "Run the step again."
            )
        ) from None


def _roll_back(con: duckdb.DuckDBPyConnection) -> None:
    try:
        con.execute("ROLLBACK")
    except duckdb.Error:
        return  # the failed statement ended the transaction, or it had not begun; the first error is the one to report

"""Area local-state: the warehouse's own files, damaged, replaced or full. Each stops with a clear error, and what was
acknowledged is either there or known to be missing.

A damaged file is damaged for good: what FAIL_STOP promises is that nobody works on with less than was committed.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pm_pipeline.errors import IntegrityError, WarehouseError
from pm_pipeline.warehouse import Warehouse
from tests.bad_inputs.process import run
from tests.bad_inputs.rows import FAIL_STOP
from tests.warehouse.conftest import mark, marks
from tests.warehouse.process import make_table

ROWS: list[tuple[str, str]] = []
Test = Callable[..., None]
UNITS = 3  # in the log only


def row(number: str, behaviour: str) -> Callable[[Test], Test]:
    """The test below shows this behaviour of this row."""

    def register(test: Test) -> Test:
        assert number.lower() in test.__name__
        ROWS.append((number, behaviour))
        return test

    return register


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A warehouse with one unit in the main file and three in the write-ahead log: its process was killed."""
    made = Warehouse(tmp_path_factory.mktemp("logged") / "pm.duckdb", [])
    with made.write() as con:
        make_table(con)
        mark(con, "first")
    assert run("leave_small_log", made.path, str(UNITS)).returncode == -9
    return made


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A warehouse whose ten units are all in the main file, in blocks enough to be hit."""
    made = Warehouse(tmp_path_factory.mktemp("closed") / "pm.duckdb", [])
    with made.write() as con:
        make_table(con)
        for number in range(10):
            mark(con, f"unit {number}")
        con.execute("INSERT INTO mark SELECT 'row ' || range, range * 7919 % 1000003 FROM range(100000)")
    return made


def log_of(warehouse: Warehouse) -> Path:
    return warehouse.path.with_name(warehouse.path.name + ".wal")


def spoiled(warehouse: Warehouse, folder: Path, *, log: bytes | None = None, main: bytes | None = None) -> Warehouse:
    """A copy with other bytes in its log or its main file."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for path in warehouse.path.parent.glob("pm.duckdb*"):
        shutil.copy(path, folder / path.name)
    made = Warehouse(folder / "pm.duckdb", [], wait_seconds=5)
    if log is not None:
        log_of(made).write_bytes(log)
    if main is not None:
        made.path.write_bytes(main)
    return made


def files(warehouse: Warehouse) -> dict[str, bytes]:
    """Main file, log and anchor; DuckDB may remove a log that holds nothing."""
    found = {
        path.name: path.read_bytes() for path in warehouse.path.parent.glob("pm.duckdb*") if path.suffix != ".lock"
    }
    return {name: data for name, data in found.items() if data}


def stops(warehouse: Warehouse, words: str, *, lent: bool = True) -> None:
    """Refused to writers and (`lent`) to dbt, with what to do, and left as it was found."""
    before = files(warehouse)
    for opened in (warehouse.write, warehouse.lend) if lent else (warehouse.write,):
        with pytest.raises(WarehouseError, match=words) as refused, opened():
            pass
        assert "restore" in str(refused.value).lower()
        assert str(warehouse.path.parent) in str(refused.value) or warehouse.path.name in str(refused.value)
    assert files(warehouse) == before


def flipped(data: bytes, bit: int) -> bytes:
    """The same bytes but for one bit."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def spread(count: int, over: int) -> list[int]:
    """So many numbers below `over`, evenly, the first and the last of them too."""
    return sorted({place * (over - 1) // (count - 1) for place in range(count)})


def cuts_are_refused(logged: Warehouse, folder: Path, kept: list[int], *, lent: bool = True) -> None:
    whole = log_of(logged).read_bytes()
    for length in kept:
        stops(spoiled(logged, folder, log=whole[:length]), "but 4 were committed|cannot open", lent=lent)
    with spoiled(logged, folder, log=whole).write() as con:
        assert con.execute("SELECT count(*) FROM mark").fetchone() == (1 + UNITS,)


@row("B166", FAIL_STOP)
def test_b166_a_log_cut_short_is_refused(logged: Warehouse, tmp_path: Path) -> None:
    """DuckDB opens most of them without a word, with fewer units; the anchor knows how many there were."""
    size = log_of(logged).stat().st_size
    cuts_are_refused(logged, tmp_path / "cut", [*spread(20, size), size - 2])


@pytest.mark.slow
def test_b166_a_log_cut_at_any_byte_is_refused(logged: Warehouse, tmp_path: Path) -> None:
    cuts_are_refused(logged, tmp_path / "cut", list(range(log_of(logged).stat().st_size)), lent=False)


def flips_in_the_log_are_refused(logged: Warehouse, folder: Path, bits: list[int], *, lent: bool = True) -> None:
    whole = log_of(logged).read_bytes()
    for bit in bits:
        stops(spoiled(logged, folder, log=flipped(whole, bit)), "but 4 were committed|cannot open", lent=lent)


@row("B167", FAIL_STOP)
def test_b167_a_flipped_bit_in_the_log_is_refused(logged: Warehouse, tmp_path: Path) -> None:
    flips_in_the_log_are_refused(logged, tmp_path / "bit", spread(24, log_of(logged).stat().st_size * 8))


@pytest.mark.slow
def test_b167_a_flipped_bit_in_any_byte_of_the_log_is_refused(logged: Warehouse, tmp_path: Path) -> None:
    size = log_of(logged).stat().st_size
    flips_in_the_log_are_refused(logged, tmp_path / "bit", [place * 8 + place % 8 for place in range(size)], lent=False)


def contents(warehouse: Warehouse) -> list[tuple]:
    """Everything in it, read block by block."""
    with warehouse.write() as con:
        return [
            con.execute("SELECT count(*), sum(number), sum(hash(writer)) FROM mark").fetchall()[0],
            con.execute("SELECT count(*), sum(hash(columns(*))) FROM warehouse.chain").fetchall()[0],
        ]


def contents_or_problem(warehouse: Warehouse) -> list[tuple] | WarehouseError:
    try:
        return contents(warehouse)
    except WarehouseError as problem:
        return problem


def flips_in_the_file_never_change_a_value(closed: Warehouse, folder: Path, bits: list[int]) -> int:
    """Refused when opened, or when the damaged block is read; else it was no block in use. How many were refused."""
    whole, sound, refused = closed.path.read_bytes(), contents(closed), 0
    for bit in bits:
        hit = spoiled(closed, folder, main=flipped(whole, bit))
        found = contents_or_problem(hit)
        assert found == sound or (isinstance(found, WarehouseError) and "restore" in str(found).lower())
        if isinstance(found, WarehouseError):
            assert hit.path.read_bytes() == flipped(whole, bit)
            refused += 1
    return refused


@row("B169", FAIL_STOP)
def test_b169_a_flipped_bit_in_the_file_is_refused(closed: Warehouse, tmp_path: Path) -> None:
    """One in the file's own header, one in every block (256 kB), and some between."""
    size = closed.path.stat().st_size
    assert flips_in_the_file_never_change_a_value(closed, tmp_path / "header", [8 * 8, 100 * 8]) == 2
    bits = [place * 8 + 3 for place in spread(16, size)]
    assert flips_in_the_file_never_change_a_value(closed, tmp_path / "bit", bits) >= 3


@pytest.mark.slow
def test_b169_a_flipped_bit_anywhere_in_the_file_is_refused(closed: Warehouse, tmp_path: Path) -> None:
    bits = [place * 8 + place % 8 for place in spread(300, closed.path.stat().st_size)]
    assert flips_in_the_file_never_change_a_value(closed, tmp_path / "bit", bits) >= 50


@row("B170", FAIL_STOP)
@pytest.mark.parametrize("with_its_log", [False, True])
def test_b170_yesterdays_copy_is_refused(tmp_path: Path, logged: Warehouse, with_its_log: bool) -> None:
    """Somebody restores the database of yesterday, with or without its log, and leaves today's anchor."""
    if with_its_log:
        today = spoiled(logged, tmp_path / "today")
        with today.write() as con:
            mark(con, "today")
        for path in (logged.path, log_of(logged)):
            shutil.copy(path, today.path.parent / path.name)
        held, committed = 4, 5
    else:
        today = Warehouse(tmp_path / "pm.duckdb", [])
        with today.write() as con:
            make_table(con)
            mark(con, "yesterday")
        copy = today.path.read_bytes()
        with today.write() as con:
            mark(con, "today")
        today.path.write_bytes(copy)
        held, committed = 1, 2
    stops(today, f"holds {held} units of work, but {committed} were committed")
    with pytest.raises(IntegrityError), today.write():
        pass


@row("B172", FAIL_STOP)
@pytest.mark.parametrize("room", [1, 20_000])
def test_b172_a_full_disk_at_commit_loses_nothing_that_was_acknowledged(tmp_path: Path, room: int) -> None:
    """The process may write so many bytes to a file and no more. The unit that met the end is absent, whole; every one
    before it is there; and with room again the same warehouse goes on."""
    warehouse = Warehouse(tmp_path / "pm.duckdb", [])
    with warehouse.write() as con:
        make_table(con)
        mark(con, "first")
    writer = run("write_until_full", warehouse.path, str(room))
    assert writer.returncode == 3, writer.stderr
    assert "WarehouseError: The warehouse could not commit the unit of work 'unit " in writer.stderr
    assert "The disk is full or failing: make room" in writer.stderr
    acknowledged = writer.stdout.split()
    assert (room > 1) == bool(acknowledged)
    assert marks(warehouse) == sorted(["first", *(f"unit {number}" for number in acknowledged)])
    with warehouse.write() as con:
        mark(con, "after")
    assert len(marks(warehouse)) == len(acknowledged) + 2


def with_version(header: bytes, version: int) -> bytes:
    """A DuckDB main header (checksum, "DUCK", version, ...) of another storage version, its checksum right."""
    body = header[8:12] + version.to_bytes(8, "little") + header[20:]
    total = 5381
    for place in range(0, len(body), 8):
        total ^= int.from_bytes(body[place : place + 8], "little") * 0xBF58476D1CE4E5B9 % 2**64
    return total.to_bytes(8, "little") + body


@row("B173", FAIL_STOP)
def test_b173_a_file_of_a_newer_duckdb_is_refused(closed: Warehouse, tmp_path: Path) -> None:
    whole = closed.path.read_bytes()
    own = int.from_bytes(whole[12:20], "little")
    assert with_version(whole[:4096], own) == whole[:4096]
    newer = spoiled(closed, tmp_path / "newer", main=with_version(whole[:4096], 69) + whole[4096:])
    with pytest.raises(duckdb.IOException, match="version number 69"):
        duckdb.connect(newer.path)
    stops(newer, "was written by a newer DuckDB than")

"""One writer at a time, whichever process it is in; DuckDB 2.0.0 lost rows here (DESIGN.md, part 8)."""

from __future__ import annotations

import pytest

from pm_pipeline.errors import WarehouseBusy, WarehouseError
from pm_pipeline.warehouse import Warehouse
from tests.warehouse.conftest import mark, marks
from tests.warehouse.process import start

WRITERS, EACH = 4, 25


@pytest.mark.slow
def test_no_row_is_lost_between_processes(warehouse: Warehouse) -> None:
    """Every row a process was told is committed is there, and the chain has one link for each."""
    writers = [start("write_marks", warehouse.path, f"writer-{number}", str(EACH)) for number in range(WRITERS)]
    for writer in writers:
        told, errors = writer.communicate(timeout=120)
        assert writer.returncode == 0, errors
        assert told.split() == [str(number) for number in range(EACH)]
    with warehouse.read() as con:
        rows = con.execute("SELECT count(*), count(DISTINCT (writer, number)) FROM mark").fetchone()
        links = con.execute("SELECT count(*), max(seq) FROM warehouse.chain").fetchone()
    assert rows == (1 + WRITERS * EACH, 1 + WRITERS * EACH)
    assert links == (1 + WRITERS * EACH, 1 + WRITERS * EACH)


def test_waiting_ends_with_the_process_that_holds_it_named(warehouse: Warehouse) -> None:
    holder = start("hold_lock", warehouse.path)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        impatient = Warehouse(warehouse.path, [], wait_seconds=0.1)
        with pytest.raises(WarehouseBusy, match=rf"process \(id {holder.pid}\)"), impatient.write():
            pass
        with pytest.raises(WarehouseBusy), impatient.read():
            pass
    finally:
        holder.kill()
        holder.communicate()


def test_the_lock_dies_with_its_process(warehouse: Warehouse) -> None:
    holder = start("hold_lock", warehouse.path)
    assert holder.stdout is not None
    holder.stdout.readline()
    holder.kill()
    holder.communicate()
    with Warehouse(warehouse.path, [], wait_seconds=1).write() as con:
        mark(con, "second")
    assert marks(warehouse) == ["first", "second"]


def test_reading_needs_a_warehouse(tmp_path) -> None:
    with pytest.raises(WarehouseError, match="no warehouse"), Warehouse(tmp_path / "pm.duckdb", []).read():
        pass
    with pytest.raises(WarehouseError, match="no warehouse"), Warehouse(tmp_path / "pm.duckdb", []).lend():
        pass


def test_a_file_without_tables_is_told_so(tmp_path) -> None:
    """dbt started in the wrong folder leaves an empty database behind."""
    import duckdb

    duckdb.connect(tmp_path / "pm.duckdb").close()
    with pytest.raises(WarehouseError, match="no tables yet"), Warehouse(tmp_path / "pm.duckdb", []).read():
        pass


def test_what_is_no_database_is_told_so_and_kept(tmp_path) -> None:
    path = tmp_path / "pm.duckdb"
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(WarehouseError, match="cannot open"), Warehouse(path, []).write():
        pass
    assert path.read_bytes() == b"not a database" * 1000


def test_files_are_private(warehouse: Warehouse) -> None:
    lock = warehouse.path.with_name("pm.duckdb.lock")
    assert lock.stat().st_mode & 0o077 == 0

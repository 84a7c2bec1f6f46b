"""The anchor outside the database: what was acknowledged is there, or the database is refused, untouched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pm_pipeline.errors import IntegrityError, WarehouseError
from pm_pipeline.warehouse import Warehouse
from pm_pipeline.warehouse.unit import anchor_path
from tests.warehouse.conftest import copy_files, mark, marks
from tests.warehouse.process import start


def _anchor(warehouse: Warehouse) -> dict:
    return json.loads(anchor_path(warehouse.path).read_text())


def _refused(warehouse: Warehouse, words: str) -> None:
    """Refused to writers and to dbt alike, and left as it was found."""
    files = [path for path in sorted(warehouse.path.parent.glob("pm.duckdb*")) if path.suffix != ".lock"]
    before = [path.read_bytes() for path in files]
    with pytest.raises(IntegrityError, match=words), warehouse.write():
        pass
    with pytest.raises(IntegrityError, match=words), warehouse.lend():
        pass
    assert [path.read_bytes() for path in files] == before


def test_the_anchor_follows_every_unit(warehouse: Warehouse) -> None:
    assert _anchor(warehouse)["seq"] == 1
    with warehouse.write() as con:
        mark(con, "second")
        assert _anchor(warehouse)["seq"] == 2


def test_an_older_copy_is_refused(warehouse: Warehouse, tmp_path: Path) -> None:
    """Somebody restores yesterday's database and leaves today's anchor."""
    older = copy_files(warehouse, tmp_path / "older")
    with warehouse.write() as con:
        mark(con, "second")
    warehouse.path.write_bytes(older.path.read_bytes())
    _refused(warehouse, "holds 1 units of work, but 2 were committed")


def test_an_older_copy_with_its_own_anchor_is_a_backup(warehouse: Warehouse, tmp_path: Path) -> None:
    older = copy_files(warehouse, tmp_path / "older")
    with warehouse.write() as con:
        mark(con, "second")
    with older.write() as con:
        mark(con, "other second")
    assert marks(older) == ["first", "other second"]


def test_another_history_is_refused(warehouse: Warehouse, tmp_path: Path) -> None:
    """Two copies went on apart: same length or longer, but not the chain the anchor was written for."""
    other = copy_files(warehouse, tmp_path / "other")
    with warehouse.write() as con:
        mark(con, "second")
    with other.write() as con:
        mark(con, "another second")
        mark(con, "third")
    warehouse.path.write_bytes(other.path.read_bytes())
    _refused(warehouse, "another history")


def test_a_missing_anchor_is_refused(warehouse: Warehouse) -> None:
    anchor_path(warehouse.path).unlink()
    _refused(warehouse, "is missing")


@pytest.mark.parametrize("text", ["", "{", '{"seq": "x", "hash": ""}', "[]", '{"hash": "0"}'])
def test_an_anchor_that_cannot_be_read_is_refused(warehouse: Warehouse, text: str) -> None:
    anchor_path(warehouse.path).write_text(text)
    _refused(warehouse, "cannot be read")


def test_a_database_that_was_emptied_is_refused(warehouse: Warehouse) -> None:
    import duckdb

    warehouse.path.unlink()
    duckdb.connect(warehouse.path).close()
    _refused(warehouse, "holds 0 units of work, but 1 were committed")


def test_a_crash_between_commit_and_anchor_loses_nothing(warehouse: Warehouse) -> None:
    crashed = start("crash_before_anchor", warehouse.path)
    crashed.communicate(timeout=60)
    assert crashed.returncode == -9
    assert _anchor(warehouse)["seq"] == 1
    with warehouse.write() as con:
        mark(con, "after")
    assert marks(warehouse) == ["after", "crash", "first"]
    assert _anchor(warehouse)["seq"] == 3


def test_kill_in_the_middle_keeps_every_acknowledged_unit(warehouse: Warehouse) -> None:
    writer = start("write_until_killed", warehouse.path)
    assert writer.stdout is not None
    told = [int(writer.stdout.readline()) for _ in range(30)]
    writer.kill()
    rest, _ = writer.communicate(timeout=60)
    told += [int(line) for line in rest.split()]
    with warehouse.write() as con:
        kept = [row[0] for row in con.execute("SELECT number FROM mark WHERE writer = 'killed' ORDER BY 1").fetchall()]
    assert kept[: len(told)] == told
    assert kept == list(range(len(kept)))
    assert len(kept) - len(told) <= 1  # one may be committed and not yet told


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A warehouse whose last ten units are in the write-ahead log only: its process was killed."""
    from tests.warehouse.process import make_table

    made = Warehouse(tmp_path_factory.mktemp("logged") / "pm.duckdb", [])
    with made.write() as con:
        make_table(con)
        mark(con, "first")
    writer = start("leave_a_log", made.path, "10")
    writer.communicate(timeout=60)
    assert made.path.with_name("pm.duckdb.wal").stat().st_size > 5_000
    return made


@pytest.mark.parametrize("share", [0.999, 0.99, 0.9, 0.75, 0.5, 0.1])
def test_a_torn_log_is_refused(logged: Warehouse, tmp_path: Path, share: float) -> None:
    """DuckDB opens it and shows fewer units without a word; the anchor knows better."""
    torn = copy_files(logged, tmp_path / "torn")
    log = torn.path.with_name("pm.duckdb.wal")
    log.write_bytes(log.read_bytes()[: int(log.stat().st_size * share)])
    _refused(torn, "but 11 were committed")


def test_a_whole_log_is_read(logged: Warehouse, tmp_path: Path) -> None:
    whole = copy_files(logged, tmp_path / "whole")
    with whole.lend():
        pass
    with whole.write() as con:
        assert con.execute("SELECT count(*) FROM mark").fetchone() == (1_001,)


def test_a_log_that_is_gone_is_refused(logged: Warehouse, tmp_path: Path) -> None:
    gone = copy_files(logged, tmp_path / "gone")
    gone.path.with_name("pm.duckdb.wal").unlink()
    _refused(gone, "holds 1 units of work, but 11 were committed")


def test_a_person_may_accept_the_loss(logged: Warehouse, tmp_path: Path) -> None:
    gone = copy_files(logged, tmp_path / "accepted")
    gone.path.with_name("pm.duckdb.wal").unlink()
    assert gone.accept_as_is() == 1
    with gone.write() as con:
        mark(con, "second")
    assert marks(gone) == ["first", "second"]


def test_there_is_nothing_to_accept_in_an_empty_database(tmp_path: Path) -> None:
    import duckdb

    duckdb.connect(tmp_path / "pm.duckdb").close()
    with pytest.raises(WarehouseError, match="nothing to accept"):
        Warehouse(tmp_path / "pm.duckdb", []).accept_as_is()

"""Published generations: immutable, swapped as a whole, never a number twice, the newest kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pm_pipeline.errors import WarehouseError
from pm_pipeline.warehouse import Warehouse, unit
from pm_pipeline.warehouse.publish import open_published, publish
from tests.warehouse.process import start


def build_marts(warehouse: Warehouse) -> int:
    """What dbt does, in small: tables and a view that must all say the same number. Returns the chain's sequence."""
    with warehouse.write() as con:
        with unit(con, "a day's work", "run"):
            con.execute("CREATE SCHEMA IF NOT EXISTS stage; CREATE TABLE IF NOT EXISTS stage.row (n INTEGER)")
            con.execute("INSERT INTO stage.row VALUES (1)")
        row = con.execute("SELECT seq, hash FROM warehouse.chain ORDER BY seq DESC LIMIT 1").fetchone()
        assert row is not None
        seq, chain_hash = row
        con.execute("CREATE SCHEMA IF NOT EXISTS marts; CREATE SCHEMA IF NOT EXISTS drill")
        con.execute("CREATE OR REPLACE TABLE marts.numerator AS SELECT 1 AS amount FROM range(?)", [seq])
        con.execute("CREATE OR REPLACE TABLE marts.total AS SELECT CAST(? AS BIGINT) AS amount", [seq])
        con.execute(
            "CREATE OR REPLACE TABLE marts.build AS SELECT DATE '2026-07-15' AS as_of_date, CAST(? AS BIGINT) AS "
            "chain_seq, "
            "CAST(? AS VARCHAR) AS chain_hash, TIMESTAMP '2026-07-15 20:30:00' AS built_at",
            [seq, chain_hash],
        )
        con.execute(
            "CREATE OR REPLACE VIEW drill.row AS SELECT * FROM pm.stage.row LIMIT (SELECT chain_seq FROM "
            "pm.marts.build)"
        )
    return int(seq)


@pytest.fixture
def ready(tmp_path: Path) -> Warehouse:
    warehouse = Warehouse(tmp_path / "pm.duckdb", [])
    build_marts(warehouse)
    return warehouse


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    return tmp_path / "published"  # type: ignore[return-value]


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_generation_says_what_it_is(ready: Warehouse, folder: Path) -> None:
    with ready.lend() as database:
        made = publish(database, folder, keep=2)
    assert (made.number, made.path, str(made.as_of_date), made.chain_seq, made.removed) == (
        1, folder / "gen-1.duckdb", "2026-07-15", 1, (),
    )  # fmt: skip
    assert made.tables == {"drill.row": 1, "marts.build": 1, "marts.numerator": 1, "marts.total": 1}
    with ready.read() as con:
        link = con.execute("SELECT hash FROM warehouse.chain").fetchone()
    with open_published(folder) as con:
        assert con.execute("SELECT generation, chain_seq FROM published.about").fetchall() == [(1, 1)]
        assert con.execute("SELECT chain_hash FROM published.about").fetchone() == link
        assert con.execute("SELECT current_database()").fetchone() == ("gen-1",)
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            con.execute("DELETE FROM marts.total")


def test_files_are_private_and_cannot_be_written(ready: Warehouse, folder: Path) -> None:
    with ready.lend() as database:
        made = publish(database, folder, keep=2)
    assert made.path.stat().st_mode & 0o777 == 0o400
    assert folder.stat().st_mode & 0o777 == 0o700
    assert _files(folder) == ["current", "current.parquet", "gen-1.duckdb", "gen-1.parquet"]


def test_the_newest_are_kept_and_no_number_comes_twice(ready: Warehouse, folder: Path) -> None:
    numbers = []
    for _ in range(5):
        with ready.lend() as database:
            numbers.append(publish(database, folder, keep=3).number)
    assert numbers == [1, 2, 3, 4, 5]
    assert _files(folder) == [
        "current", "current.parquet", "gen-3.duckdb", "gen-3.parquet", "gen-4.duckdb", "gen-4.parquet", "gen-5.duckdb", "gen-5.parquet"
    ]  # fmt: skip
    (folder / "gen-5.duckdb").unlink()  # by hand: the link still knows the number
    with ready.lend() as database:
        assert publish(database, folder, keep=1).number == 6
    assert _files(folder) == ["current", "current.parquet", "gen-6.duckdb", "gen-6.parquet"]


def test_a_reader_keeps_what_it_opened(ready: Warehouse, folder: Path) -> None:
    with ready.lend() as database:
        publish(database, folder, keep=1)
    with open_published(folder) as con:
        build_marts(ready)
        with ready.lend() as database:
            assert publish(database, folder, keep=1).removed == (1,)
        assert con.execute("SELECT amount FROM marts.total").fetchone() == (1,)
        assert con.execute("SELECT sum(amount) FROM marts.numerator").fetchone() == (1,)
    with open_published(folder) as con:
        assert con.execute("SELECT amount FROM marts.total").fetchone() == (2,)


@pytest.mark.slow
def test_readers_always_see_one_moment(ready: Warehouse, folder: Path) -> None:
    """Two processes read in a loop while twenty generations are published and the oldest deleted."""
    with ready.lend() as database:
        publish(database, folder, keep=2)
    readers = [start("read_generations", folder) for _ in range(2)]
    for reader in readers:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
    for _ in range(20):
        build_marts(ready)
        with ready.lend() as database:
            publish(database, folder, keep=2)
    (folder / "stop").touch()
    seen = set()
    for reader in readers:
        told, errors = reader.communicate(timeout=60)
        assert reader.returncode == 0, errors
        assert told.startswith("seen "), told
        seen |= {int(number) for number in told.split()[1:]}
    assert len(seen) > 3


def test_what_the_warehouse_learned_since_is_not_in_it(ready: Warehouse, folder: Path) -> None:
    """The marts were built, then another run went on: the drill-down stops where the marts do."""
    with ready.write() as con, unit(con, "later", "run"):
        con.execute("INSERT INTO stage.row VALUES (1), (1)")
    with ready.lend() as database:
        made = publish(database, folder, keep=2)
    assert made.chain_seq == 1
    assert made.tables["drill.row"] == made.tables["marts.numerator"] == 1


@pytest.mark.parametrize("leftover", ["gen-2.duckdb.part", "gen-2.duckdb.part.wal", "current.new"])
def test_a_crash_before_the_swap_leaves_the_current_generation(ready: Warehouse, folder: Path, leftover: str) -> None:
    with ready.lend() as database:
        publish(database, folder, keep=2)
    (folder / "gen-2.duckdb.part").write_bytes(b"half")
    (folder / leftover).touch()
    with open_published(folder) as con:
        assert con.execute("SELECT generation FROM published.about").fetchone() == (1,)
    with ready.lend() as database:
        assert publish(database, folder, keep=2).number == 3
    assert _files(folder) == [
        "current",
        "current.parquet",
        "gen-1.duckdb",
        "gen-1.parquet",
        "gen-3.duckdb",
        "gen-3.parquet",
    ]


def test_a_crash_after_the_file_and_before_the_link(ready: Warehouse, folder: Path) -> None:
    """The finished file nobody was told of is not the current one, and its number is not used again."""
    with ready.lend() as database:
        publish(database, folder, keep=2)
    (folder / "gen-2.duckdb").write_bytes((folder / "gen-1.duckdb").read_bytes())
    with open_published(folder) as con:
        assert con.execute("SELECT current_database()").fetchone() == ("gen-1",)
    with ready.lend() as database:
        assert publish(database, folder, keep=2).number == 3


def test_marts_of_another_history_are_refused(ready: Warehouse, folder: Path) -> None:
    with ready.lend() as database:
        publish(database, folder, keep=2)
    with ready.write() as con:
        con.execute("UPDATE marts.build SET chain_hash = 'of a copy that was restored since'")
    with pytest.raises(WarehouseError, match="another history"), ready.lend() as database:
        publish(database, folder, keep=2)
    with open_published(folder) as con:
        assert con.execute("SELECT generation FROM published.about").fetchone() == (1,)


def test_without_marts_there_is_nothing_to_publish(tmp_path: Path, folder: Path) -> None:
    warehouse = Warehouse(tmp_path / "pm.duckdb", [])
    with warehouse.write():
        pass
    with pytest.raises(WarehouseError, match="has no marts"), warehouse.lend() as database:
        publish(database, folder, keep=2)
    with pytest.raises(WarehouseError, match="no warehouse"):
        publish(tmp_path / "elsewhere.duckdb", folder, keep=2)
    with pytest.raises(WarehouseError, match="Nothing is published"):
        open_published(folder)


def test_a_warehouse_that_is_open_here_is_refused(ready: Warehouse, folder: Path) -> None:
    with pytest.raises(WarehouseError, match="has it open"), ready.write():
        publish(ready.path, folder, keep=2)
    assert not (folder / "current").exists()


def test_at_least_one_is_kept(ready: Warehouse, folder: Path) -> None:
    with pytest.raises(WarehouseError, match="keep_generations is 0"):
        publish(ready.path, folder, keep=0)


def test_a_link_to_nowhere_is_told_so(ready: Warehouse, folder: Path) -> None:
    with ready.lend() as database:
        made = publish(database, folder, keep=2)
    made.path.unlink()
    with pytest.raises(WarehouseError, match="is not there"):
        open_published(folder)

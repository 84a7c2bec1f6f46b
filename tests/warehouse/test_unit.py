"""A unit of work is kept as a whole or not at all, and its marker proves it."""

from __future__ import annotations

import hashlib
from typing import Any

import duckdb
import pytest

from pm_pipeline.errors import WarehouseError
from pm_pipeline.warehouse import Warehouse, unit
from tests.warehouse.conftest import mark, marks


@pytest.mark.parametrize("inner", [False, True], ids=["alone", "with a unit inside it"])
def test_an_error_takes_everything_back(warehouse: Warehouse, inner: bool) -> None:
    def work() -> None:
        with warehouse.write() as con, unit(con, "broken", "run-1"):
            con.execute("INSERT INTO mark VALUES ('broken', 1)")
            if inner:
                with unit(con, "inner", "run-1"):
                    con.execute("INSERT INTO mark VALUES ('inner', 1)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert marks(warehouse) == ["first"]
    with warehouse.write() as con:
        mark(con, "next")
    assert marks(warehouse) == ["first", "next"]


def test_a_unit_that_begins_late_is_kept_whole_or_not_at_all(warehouse: Warehouse) -> None:
    def work(fails: bool) -> None:
        with warehouse.write() as con, unit(con, "late", "run-1", late=True) as one:
            con.execute("CREATE OR REPLACE TEMP TABLE found AS SELECT 'late' AS name, 1 AS seq")
            one.begin()
            one.begin()  # once is enough
            con.execute("INSERT INTO mark FROM found")
            if fails:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work(fails=True)
    assert marks(warehouse) == ["first"]
    work(fails=False)
    assert marks(warehouse) == ["first", "late"]


def test_what_begins_late_inside_another_unit_goes_back_with_it(warehouse: Warehouse) -> None:
    def work(late: bool) -> None:
        with warehouse.write() as con, unit(con, "outer", "run-1", late=late):
            with unit(con, "inner", "run-1", late=not late) as inner:
                inner.begin()
                con.execute("INSERT INTO mark VALUES ('inner', 1)")
            raise ZeroDivisionError

    for late in (False, True):
        with pytest.raises(ZeroDivisionError):
            work(late)
        assert marks(warehouse) == ["first"]


def test_a_unit_told_to_begin_late_that_had_nothing_to_write_is_sealed_all_the_same(warehouse: Warehouse) -> None:
    with warehouse.write() as con, unit(con, "idle", "run-1", late=True) as work:
        work.digest = "nothing"
    with warehouse.read() as con:
        last = con.execute("SELECT unit_name, digest FROM warehouse.chain ORDER BY seq DESC LIMIT 1").fetchall()
    assert last == [("idle", "nothing")]


def test_an_error_that_was_caught_inside_takes_everything_back_too(warehouse: Warehouse) -> None:
    """DuckDB's COMMIT of an aborted transaction raises nothing and rolls back (law 7)."""

    def work() -> None:
        with warehouse.write() as con, unit(con, "goes on", "run-1"):
            con.execute("INSERT INTO mark VALUES ('goes on', 1)")
            with pytest.raises(duckdb.ConstraintException):
                con.execute("INSERT INTO warehouse.chain SELECT * FROM warehouse.chain")

    with pytest.raises((WarehouseError, duckdb.Error)):
        work()
    assert marks(warehouse) == ["first"]


class SilentlyForgetful:
    """A connection whose COMMIT returns and keeps nothing."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con

    def execute(self, sql: str, *params: Any) -> Any:
        return self.con.execute("ROLLBACK" if sql == "COMMIT" else sql, *params)


def test_a_commit_that_kept_nothing_is_noticed(warehouse: Warehouse) -> None:
    with warehouse.write() as con:
        forgetful: Any = SilentlyForgetful(con)
        with (
            pytest.raises(WarehouseError, match="did not keep the unit of work 'forgotten'"),
            unit(forgetful, "forgotten", "run-1"),
        ):
            con.execute("INSERT INTO mark VALUES ('forgotten', 1)")
    assert marks(warehouse) == ["first"]


def test_each_link_is_hashed_over_the_one_before(warehouse: Warehouse) -> None:
    with warehouse.write() as con:
        with unit(con, "sealed", "run-2") as work:
            work.digest = "d1"
        links = con.execute(
            "SELECT seq, unit_name, run_id, digest, prev_hash, hash FROM warehouse.chain ORDER BY seq"
        ).fetchall()
    assert [link[:4] for link in links] == [(1, "first", "run-1", ""), (2, "sealed", "run-2", "d1")]
    before = "0" * 64
    for seq, name, run_id, digest, prev_hash, link_hash in links:
        assert prev_hash == before
        assert link_hash == hashlib.sha256(f"{before}|{seq}|{name}|{run_id}|{digest}".encode()).hexdigest()
        before = link_hash


def test_in_memory_it_works_without_an_anchor(con: duckdb.DuckDBPyConnection) -> None:
    with unit(con, "memory", "run-1"):
        con.execute("CREATE TABLE t AS SELECT 1 AS a")
    assert con.execute("SELECT seq, unit_name FROM warehouse.chain").fetchall() == [(1, "memory")]


def test_a_unit_inside_another_is_part_of_it(warehouse: Warehouse) -> None:
    with warehouse.write() as con:
        with unit(con, "outer", "run-1") as outer:
            outer.digest = "first"
            with unit(con, "inner", "run-1") as inner:
                con.execute("INSERT INTO mark VALUES ('inner', 1)")
                inner.digest = "second"
            with unit(con, "seals nothing", "run-1"):
                con.execute("INSERT INTO mark VALUES ('silent', 1)")
        links = con.execute("SELECT unit_name, digest FROM warehouse.chain WHERE unit_name <> 'first'").fetchall()
    assert links == [("outer", "first+second")]
    assert marks(warehouse) == ["first", "inner", "silent"]

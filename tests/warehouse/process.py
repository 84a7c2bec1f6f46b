"""What the tests run in processes of their own: writers that are counted, killed or stopped half way.

python -m tests.warehouse.process VERB DATABASE [ARGUMENT ...]
"""

from __future__ import annotations

import os
import signal
import sys
import time
from functools import partial
from pathlib import Path

import duckdb

from pm_pipeline.warehouse import Warehouse, unit
from pm_pipeline.warehouse.publish import open_published
from tests import own_process

start = partial(own_process.start, "tests.warehouse.process")


def make_table(con: duckdb.DuckDBPyConnection) -> None:
    """The table the writers write to."""
    con.execute("CREATE TABLE IF NOT EXISTS mark (writer VARCHAR, number INTEGER)")


def write_marks(database: Path, writer: str, count: str) -> None:
    """`count` short transactions, each with a connection of its own; one line per committed unit."""
    warehouse = Warehouse(database, [])
    for number in range(int(count)):
        with warehouse.write() as con, unit(con, f"{writer} {number}", "run"):
            con.execute("INSERT INTO mark VALUES (?, ?)", [writer, number])
        print(number, flush=True)


def hold_lock(database: Path) -> None:
    """Take the writer lock, say so, and keep it until killed."""
    with Warehouse(database, []).lock():
        print("held", flush=True)
        time.sleep(600)


def write_until_killed(database: Path) -> None:
    """Units on one connection, one line per committed one, until somebody kills the process."""
    with Warehouse(database, []).write() as con:
        number = 0
        while True:
            with unit(con, f"unit {number}", "run"):
                con.execute("INSERT INTO mark VALUES ('killed', ?)", [number])
            print(number, flush=True)
            number += 1


def leave_a_log(database: Path, count: str) -> None:
    """Commit units and die without closing, so that they are in the write-ahead log only."""
    with Warehouse(database, []).write() as con:
        for number in range(int(count)):
            with unit(con, f"unit {number}", "run"):
                con.execute("INSERT INTO mark SELECT 'log', range FROM range(?, ?)", [number * 100, number * 100 + 100])
        os.kill(os.getpid(), signal.SIGKILL)


def crash_before_anchor(database: Path) -> None:
    """Commit a unit and die between COMMIT and the anchor."""

    def die(database: Path, link: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    sys.modules["pm_pipeline.warehouse.unit"].__dict__["write_anchor"] = die
    with Warehouse(database, []).write() as con, unit(con, "crash", "run"):
        con.execute("INSERT INTO mark VALUES ('crash', 0)")


def read_generations(folder: Path) -> None:
    """Open the current generation again and again until told to stop; print what was seen, or what did not agree."""
    print("ready", flush=True)
    seen: set[int] = set()
    stop = folder / "stop"
    while not stop.exists():
        with open_published(folder) as con:
            row = con.execute(
                "SELECT (SELECT generation FROM published.about), (SELECT chain_seq FROM published.about), "
                "(SELECT sum(amount) FROM marts.numerator), (SELECT sum(amount) FROM marts.total), "
                "(SELECT count(*) FROM drill.row)"
            ).fetchone()
            assert row is not None
            if not row[1] == row[2] == row[3] == row[4]:
                print("torn", row, flush=True)
                return
            seen.add(int(row[0]))
    print("seen", *sorted(seen), flush=True)


VERBS = {
    "write_marks": write_marks,
    "hold_lock": hold_lock,
    "write_until_killed": write_until_killed,
    "leave_a_log": leave_a_log,
    "crash_before_anchor": crash_before_anchor,
    "read_generations": read_generations,
}

if __name__ == "__main__":
    VERBS[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])  # type: ignore[operator]

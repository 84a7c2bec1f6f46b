"""Writers that the tests of local state run in processes of their own.

python -m tests.bad_inputs.process VERB DATABASE [ARGUMENT ...]
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

from pm_pipeline.errors import PmError
from pm_pipeline.warehouse import Warehouse
from tests.warehouse.conftest import mark

ROOT = Path(__file__).resolve().parents[2]


def run(verb: str, database: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of the verbs below to its end."""
    return subprocess.run(
        [sys.executable, "-m", "tests.bad_inputs.process", verb, str(database), *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def leave_small_log(database: Path, count: str) -> None:
    """Commit units of one row and die without closing, so that they are in the write-ahead log only."""
    with Warehouse(database, []).write() as con:
        for number in range(int(count)):
            mark(con, f"log {number}")
        os.kill(os.getpid(), signal.SIGKILL)


def write_until_full(database: Path, room: str, count: str = "2000") -> None:
    """Commit units, one line per committed one, with no file allowed to grow beyond `room` bytes; 3 is the end of it."""
    try:
        with Warehouse(database, []).write() as con:
            resource.setrlimit(resource.RLIMIT_FSIZE, (int(room), resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
            for number in range(int(count)):
                mark(con, f"unit {number}")
                print(number, flush=True)
    except PmError as problem:
        print(f"{type(problem).__name__}: {problem}", file=sys.stderr)
        sys.exit(3)


VERBS = {"leave_small_log": leave_small_log, "write_until_full": write_until_full}

if __name__ == "__main__":
    VERBS[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])

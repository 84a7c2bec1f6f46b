"""What the tests run in processes of their own: people who append at once, and one who is killed inside a line.

python -m tests.desk.process VERB FOLDER [ARGUMENT ...]
"""

from __future__ import annotations

import os
import signal
import sys
from functools import partial
from pathlib import Path

from pm_pipeline.desk import ActionLog
from pm_pipeline.desk.reading import Reading
from pm_pipeline.warehouse.chained import Chained
from tests import own_process
from tests.desk.people import said

start = partial(own_process.start, "tests.desk.process")


def append(folder: Path, by: str, count: str) -> None:
    """`count` notes, one after the other; the id of each is printed once it is kept."""
    log = ActionLog(folder, wait_seconds=60)
    for number in range(int(count)):
        print(log.append(said(by=by, item=f"I{number}")).action_id, flush=True)


def die_inside_a_line(folder: Path) -> None:
    """Write half of a line to the disk and be killed."""
    whole = Chained._append

    def half(self: Chained[Reading], path: Path, text: bytes) -> None:
        whole(self, path, text[: len(text) // 2])
        os.kill(os.getpid(), signal.SIGKILL)

    log = ActionLog(folder)
    log.state("denial", "I1")
    Chained._append = half
    log.append(said(by="tamsin", why="cut short"))


VERBS = {"append": append, "die_inside_a_line": die_inside_a_line}

if __name__ == "__main__":
    VERBS[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])

"""What people saw and took out: an append-only, hash-chained log (pm_pipeline/warehouse/chained.py), on disk before the answer is given.

No person's data: ids, names of lists, counts, filters. A journal that is not whole takes no more lines, and what must be told is not done:
nobody signs in, sees a name or takes a list out until a person has looked at it.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pm_pipeline.errors import PmError
from pm_pipeline.warehouse.chained import Chained, Fault

NEWEST = 200
WAY_OUT = (
    "Nobody signs in, sees a name or takes a list out until it is right. Restore the folder from the newest backup; or, when you have looked into "
    "it (`pm users log`), move the journal with its anchor to another folder, keep them, and a new journal begins."
)


class _Seen:
    """The newest lines, and how many there are."""

    def __init__(self) -> None:
        self.newest: deque[Mapping[str, Any]] = deque(maxlen=NEWEST)
        self.count = 0

    def take(self, number: int, said: Mapping[str, Any], sha256: str) -> None:
        """Keep a line. Raises KeyError when it is none of a journal."""
        _ = said["at"], said["who"], said["what"], said["detail"]
        self.newest.append(said)
        self.count += 1


class Journal:
    """The journal at `path`, which is made when the first line is written, mode 0600."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._log = Chained(path, _Seen, error=PmError, way_out=WAY_OUT)

    def write(self, who: str, what: str, **detail: Any) -> None:
        """Add a line and wait until it is on disk; only then may what it tells of be done. Raises PmError."""
        at = dt.datetime.now(dt.UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
        with self._log.adding():
            self._log.add([{"line": "seen", "at": at, "who": who, "what": what, "detail": detail}])

    def lines(self) -> Iterator[dict[str, Any]]:
        """Every line that can be read, oldest first."""
        return self._log.lines()

    def newest(self) -> tuple[list[Mapping[str, Any]], int]:
        """The last lines, newest first, and how many there are in all."""
        with self._log.reading() as seen:
            return list(reversed(seen.newest)), seen.count

    def faults(self) -> list[Fault]:
        """Read the whole journal again; (where, what is wrong) of all that is not what was written there."""
        return self._log.faults()

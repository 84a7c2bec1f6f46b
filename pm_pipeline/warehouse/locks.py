"""Waiting for an OS lock on an open file. The lock goes when the descriptor is closed, or with the process."""

from __future__ import annotations

import fcntl
import time

PAUSE = 0.005


def lock_file(descriptor: int, wait_seconds: float) -> bool:
    """Take the exclusive lock of the file; whether it was had within `wait_seconds`."""
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(PAUSE)

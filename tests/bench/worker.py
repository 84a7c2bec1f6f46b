"""One run of one reader in a process of its own, so that its memory is its own. Prints one line of JSON.

    python -m tests.bench.worker ADAPTER PACKAGE PATH CLAIMS THREADS SCRATCH WARM_PATH WARM_CLAIMS

The reader first reads a tiny file, so that what it imports or sets up once is not timed. Wall and CPU seconds are those of the task alone; CPU includes child processes. Peak memory is the
process's from its start to the end of the task, Python and the library included; the peak of a child of the task is added.
"""

from __future__ import annotations

import json
import platform
import re
import resource
import sys
import time
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.bench.adapters import Job, NotHere

MAXRSS = 1 if sys.platform == "darwin" else 1024  # bytes of its unit


def measure(adapter: str, package: str, job: Job, warm: Job) -> dict[str, Any]:
    """The result as it is printed: seconds, cpu_seconds, peak_bytes, version, counts; or ``skipped`` with the reason."""
    module, name = adapter.split(":")
    try:
        make_ready = getattr(import_module(module), name)
        make_ready(warm)[0]()
        run, count = make_ready(job)
        before = of_children()
        cpu, wall = _cpu(), time.perf_counter()
        result = run()
        wall, cpu = time.perf_counter() - wall, _cpu() - cpu
        peak = peak_bytes(before)
        counts = count(result)
    except NotHere as reason:
        return {"skipped": str(reason)}
    return {
        "seconds": wall,
        "cpu_seconds": cpu,
        "peak_bytes": peak,
        "version": version(package) if package else platform.python_version(),
        "counts": counts,
    }


def _cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def of_children() -> int:
    """The most memory a child that ended has held, in bytes."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * MAXRSS


def peak_bytes(before: int = 0) -> int:
    """The most memory held so far, and by a child that held more than those before the task (`before`, in bytes).

    On Linux from VmHWM: ru_maxrss would carry over the parent's from before exec.
    """
    status = Path("/proc/self/status")
    own = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    mine = int(own[1]) * 1024 if own else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MAXRSS
    children = of_children()
    return mine + (children if children > before else 0)


def main() -> None:
    """Run what the command line says."""
    adapter, package, path, claims, threads, scratch, warm_path, warm_claims = sys.argv[1:]
    job = Job(Path(path), int(claims), int(threads), Path(scratch))
    (warm_scratch := job.scratch / "warm").mkdir()
    warm = Job(Path(warm_path), int(warm_claims), job.threads, warm_scratch)
    print(json.dumps(measure(adapter, package, job, warm)))


if __name__ == "__main__":
    main()

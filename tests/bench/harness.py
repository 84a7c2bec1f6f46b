"""Runs every reader on every size, each run in a process of its own, and takes the median.

The readers take turns within a size, so that a slow minute of the machine does not fall on one of them alone.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench import make_835, make_837p
from tests.bench.readers import Kind, Reader
from tests.bench.truth import Truth, differences

ROOT = Path(__file__).resolve().parents[2]
WARM_CLAIMS = 50


@dataclass(frozen=True)
class Plan:
    """What to do. `cap` is the most seconds of one run, `allow` of all runs of one reader at one size, `minutes` of the
    whole; `old_python` is the interpreter with the older libraries; `per_set` is the claims of one ST (0: all)."""

    sizes: tuple[int, ...]
    readers: tuple[Reader, ...]
    repeat: int = 5
    cap: float = 45
    allow: float = 60
    minutes: float = 25
    per_set: int = 0
    old_python: Path | None = None


@dataclass
class Result:
    """One row: a reader with a number of threads on a size. `reason` says why there are no runs, or no more."""

    reader: Reader
    threads: int
    claims: int
    truth: Truth
    runs: list[dict[str, Any]] = field(default_factory=list)
    reason: str = ""
    wanted: int = 0

    def middle(self, name: str) -> float:
        """The median over the runs of seconds, cpu_seconds or peak_bytes."""
        return statistics.median(run[name] for run in self.runs)

    @property
    def claims_per_second(self) -> float:
        return self.claims / self.middle("seconds")

    @property
    def megabytes_per_second(self) -> float:
        return self.truth.bytes / 1e6 / self.middle("seconds")

    @property
    def wrong(self) -> list[str]:
        """Where the reader's figures are not those of the file."""
        return differences(self.truth, self.runs[0]["counts"]) if self.runs else []

    @property
    def is_exact(self) -> bool | None:
        """None when the reader gives no figures to compare."""
        return None if not self.runs or not self.runs[0]["counts"] else not self.wrong


def measure_all(plan: Plan, tell: Callable[[str, float], None] = lambda text, share: None) -> list[Result]:
    """Every result, sizes ascending. `tell` gets what is being done, and the share of it that is done (0 to 1)."""
    began = time.monotonic()
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="pm-bench-") as folder:
        work = Path(folder)
        warm: dict[Kind, Path] = {kind: work / f"warm.{kind}" for kind in ("835", "837P")}
        for kind, path in warm.items():
            generate(kind, path, WARM_CLAIMS)
        for place, claims in enumerate(sorted(plan.sizes)):
            for kind in ("835", "837P"):
                rows = [
                    Result(reader, threads, claims, Truth())
                    for reader in plan.readers
                    if reader.kind == kind
                    for threads in reader.threads
                ]
                for row in rows:
                    expect(row, results, plan)
                results += rows
                if not any(row.wanted for row in rows):
                    continue
                path = work / f"{claims}.{kind}"
                tell(f"{kind}, {claims:,} claims: generating", place / len(plan.sizes))
                truth = generate(kind, path, claims, plan.per_set)
                for row in rows:
                    row.truth = truth
                _rounds(plan, rows, path, warm[kind], began, tell)
                path.unlink()
    return results


def generate(kind: Kind, path: Path, claims: int, per_set: int = 0) -> Truth:
    """Write the file of this kind and size."""
    if kind == "835":
        return make_835.write_835(path, claims, per_set=per_set)
    return make_837p.write_text(path, claims)


def expect(row: Result, before: list[Result], plan: Plan) -> None:
    """Say how often to run a row, from how long it took at the size before."""
    row.wanted = plan.repeat
    if row.claims > row.reader.most:
        row.wanted, row.reason = 0, f"measured up to {row.reader.most:,} claims"
        return
    same = [one for one in before if (one.reader, one.threads) == (row.reader, row.threads)]
    if not same:
        return
    last = same[-1]
    if not last.runs:
        row.wanted, row.reason = 0, last.reason
        return
    expected = last.middle("seconds") * (row.claims / last.claims) ** _power(same)
    cap = plan.cap * row.reader.patience
    if expected > cap:
        row.wanted, row.reason = 0, f"would take {expected:,.0f} s or more; the cap of one run is {cap:g} s"


def _power(before: list[Result]) -> float:
    """Time grows as claims to this power: 1, or more where it grew faster over the last two sizes."""
    if len(before) < 2 or not before[-2].runs:
        return 1.0
    first, last = before[-2:]
    return max(1.0, math.log(last.middle("seconds") / first.middle("seconds")) / math.log(last.claims / first.claims))


def _rounds(
    plan: Plan, rows: list[Result], path: Path, warm: Path, began: float, tell: Callable[[str, float], None]
) -> None:
    total = sum(row.wanted for row in rows) or 1
    for number in range(plan.repeat):
        for row in rows:
            if number >= row.wanted:
                continue
            if time.monotonic() - began > plan.minutes * 60:
                row.reason, row.wanted = f"the {plan.minutes:g} minutes of the whole were over", number
                continue
            done = sum(len(one.runs) for one in rows) / total
            plural = "s" if row.threads > 1 else ""
            tell(
                f"{row.reader.kind}, {row.claims:,} claims, run {number + 1}: {row.reader.title}, {row.threads} thread{plural}",
                done,
            )
            _once(plan, row, path, warm)
            if number == 0 and row.runs:
                row.wanted = min(row.wanted, _odd(plan.allow / row.runs[0]["seconds"]))


def _odd(number: float) -> int:
    """The greatest odd number not above this one, 1 at least: the median of an odd number of runs is one of them."""
    return max(1, int(number) - (int(number) + 1) % 2)


def _once(plan: Plan, row: Result, path: Path, warm: Path) -> None:
    python = plan.old_python if row.reader.old else Path(sys.executable)
    if python is None or not python.exists():
        row.wanted, row.reason = 0, "its environment is not here (make bench makes it)"
        return
    scratch = Path(tempfile.mkdtemp(dir=path.parent))
    command = [
        str(python), "-m", "tests.bench.worker", row.reader.adapter, row.reader.package, str(path), str(row.claims),
        str(row.threads), str(scratch), str(warm), str(WARM_CLAIMS),
    ]  # fmt: skip
    limits = {name: str(row.threads) for name in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "ARROW_NUM_THREADS")}
    try:
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **limits}, capture_output=True, text=True,
            timeout=plan.cap * row.reader.patience + 30 + row.claims / 5_000,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        row.wanted, row.reason = 0, f"stopped: the cap of one run is {plan.cap * row.reader.patience:g} s"
        return
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"signal {-done.returncode}"
        row.wanted, row.reason = 0, f"failed: {last[:120]}"
        return
    result = json.loads(done.stdout.splitlines()[-1])
    if "skipped" in result:
        row.wanted, row.reason = 0, result["skipped"]
    else:
        row.runs.append(result)

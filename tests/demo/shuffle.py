"""Replays what a home has received, in other orders: the ledger must come out the same.

python -m tests.demo.shuffle HOME [--seeds 100] [--first 1] [--inbox DIR]

HOME is a folder `pm demo` lived in (its PM_HOME), --inbox its PM_INBOX. Every landed file is dropped, under another name, into an empty
installation; the seed decides the order, which files come twice, and after how many of them the whole range of days
is run.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import duckdb
from rich.progress import track

from pm_pipeline.audit.verify import verify
from pm_pipeline.defs.execute import require, run_job
from pm_pipeline.ledger import content_hash
from pm_pipeline.sandbox.plan import Plan
from tests.lived import installed

MOST_RUNS = 4
TWICE = 0.2


def replay(files: Sequence[Path], first: dt.date, last: dt.date, seed: int, folder: Path) -> tuple[str, int]:
    """Receive `files` in the order of the seed in an installation in `folder`; (ledger hash, broken invariants)."""
    rng = random.Random(seed)
    drops = [path for path in files for _ in range(1 + (rng.random() < TWICE))]
    rng.shuffle(drops)
    with installed(folder) as home:
        for portion in _portions(drops, rng):
            for number, path in portion:
                shutil.copy(path, home.settings.inbox / f"{number}.{rng.choice(['dat', 'txt', 'edi'])}")
            require(run_job("lifecycle", first, last, offline=True), f"Replaying with seed {seed}")
        with home.warehouse.read() as con:
            return content_hash(con), len(verify(con))


def _portions(drops: list[Path], rng: random.Random) -> Iterator[list[tuple[int, Path]]]:
    numbered = list(enumerate(drops))
    ends = sorted(rng.sample(range(1, len(drops)), k=min(rng.randrange(MOST_RUNS), len(drops) - 1)))
    for start, end in zip([0, *ends], [*ends, len(drops)], strict=True):
        yield numbered[start:end]


@click.command(context_settings={"show_default": True})
@click.argument("home", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--inbox", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Its PM_INBOX.")
@click.option("--seeds", default=100, type=click.IntRange(1), help="How many orders.")
@click.option("--first", "first_seed", default=1, type=int, help="The first seed.")
def main(home: Path, inbox: Path, seeds: int, first_seed: int) -> None:
    """Replay what the demo in HOME received in other orders; exit 1 when a ledger differs or breaks an invariant."""
    files = sorted(path for path in (inbox / "landed").rglob("*") if path.is_file())
    lived_to = dt.date.fromisoformat(json.loads((home / "demo.json").read_text())["lived_to"])
    with duckdb.connect(str(home / "warehouse" / "pm.duckdb"), read_only=True) as con:
        expected = content_hash(con)
    wrong = 0
    click.echo(f"{len(files)} files, ledger {expected}")
    for seed in track(range(first_seed, first_seed + seeds), "orders"):
        with tempfile.TemporaryDirectory() as folder:
            found, broken = replay(files, Plan.shipped().first_day, lived_to, seed, Path(folder))
        if found != expected or broken:
            wrong += 1
            click.echo(f"seed {seed}: ledger {found}, {broken} broken invariants")
    click.echo(f"{seeds - wrong} of {seeds} orders came to the same ledger")
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()

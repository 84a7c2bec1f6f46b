"""The command: python -m tests.bench [--sizes 1k,10k] [--readers ours,oxedi] [--repeat 5] [--out DIR]."""

from __future__ import annotations

from importlib import util
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from tests.bench.harness import ROOT, Plan, measure_all
from tests.bench.picture import draw
from tests.bench.readers import READERS, Reader, pick
from tests.bench.report import as_json, as_markdown, machine

OLD_PYTHON = ROOT / ".venv-bench" / "old" / "bin" / "python"
NAMES = ", ".join(dict.fromkeys(name for one in READERS for name in (one.group, one.key)))


def sizes_of(_: click.Context, __: click.Parameter, text: str) -> tuple[int, ...]:
    """1k,10k,1M -> (1000, 10000, 1000000)."""
    try:
        units = {"k": 1_000, "m": 1_000_000}
        return tuple(int(float(w.rstrip("kKmM")) * units.get(w[-1:].lower(), 1)) for w in text.split(",") if w.strip())
    except ValueError:
        raise click.BadParameter("sizes are numbers of claims such as 1k,10k,1M") from None


def readers_of(_: click.Context, __: click.Parameter, text: str) -> tuple[Reader, ...]:
    """The readers of a comma-separated list."""
    try:
        return tuple(pick(text))
    except LookupError as problem:
        raise click.BadParameter(str(problem)) from None


@click.command(context_settings={"show_default": True}, epilog=f"Readers: {NAMES}")
@click.option("--sizes", default="1k,10k,100k,1M", callback=sizes_of, help="Claims in a file, comma-separated.")
@click.option("--readers", default="", callback=readers_of, help="Which readers, by name or group. Empty: all.")
@click.option("--repeat", default=5, type=click.IntRange(1), help="Most runs of one reader at one size.")
@click.option("--cap", default=45.0, help="Most seconds of one run; a reader expected to take longer is left out.")
@click.option("--allow", default=60.0, help="Most seconds of all runs of one reader at one size.")
@click.option("--minutes", default=25.0, help="Most minutes of the whole; what is left then is not run.")
@click.option("--per-set", default=0, type=click.IntRange(0), help="Claims in one ST of an 835. 0: all in one.")
@click.option("--old-python", default=OLD_PYTHON, type=click.Path(path_type=Path), help="Python with the older peers.")
@click.option("--out", default=ROOT / "docs", type=click.Path(file_okay=False, path_type=Path), help="Where to write.")
def main(
    sizes: tuple[int, ...], readers: tuple[Reader, ...], repeat: int, cap: float, allow: float, minutes: float,
    per_set: int, old_python: Path, out: Path,
) -> None:  # fmt: skip
    """Measure our X12 reader, writer and validator beside other libraries, on generated files.

    Writes bench.md, bench.json and bench.png.
    """
    plan = Plan(sizes, readers, repeat, cap, allow, minutes, per_set, old_python)
    console = Console()
    columns = (BarColumn(20), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=1.0)
        results = measure_all(plan, lambda text, share: progress.update(task, completed=share, description=text))
    for row in results:
        speed = f"{row.claims_per_second:>12,.0f} claims/s" if row.runs else f"{'-':>12} {row.reason}"
        console.print(
            f"{row.claims:>9,} {row.threads} {row.reader.kind:4} {row.reader.title:42} {speed}",
            highlight=False,
            soft_wrap=True,
        )
    out.mkdir(parents=True, exist_ok=True)
    host = machine()
    can_draw = util.find_spec("matplotlib") is not None and any(row.runs for row in results)
    if can_draw:
        draw(results, out / "bench.png")
    (out / "bench.json").write_text(as_json(plan, results, host))
    (out / "bench.md").write_text(as_markdown(plan, results, host, "bench.png" if can_draw else None))
    console.print(f"Written: {out / 'bench.md'}" + ("" if can_draw else " (no picture: matplotlib is not installed)"))


if __name__ == "__main__":
    main()

"""docs/bench.png: claims per second and peak memory by size, on log axes."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.bench.harness import Result
from tests.bench.readers import Kind

INK, QUIET, GRID = "#1f2933", "#66727f", "#dfe4ea"
COLOURS = {
    "ours": "#0b6e4f", "oxedi": "#c8553d", "floor": "#9aa5b1", "pyx12": "#3a5ba0", "linuxforhealth-x12": "#8e5ea2",
    "edi-835-parser": "#c28f2c", "badx12": "#6b8e23",
}  # fmt: skip
DASHES = {1: "-", 2: (0, (4, 2))}
MARKERS = {
    "ours": "s",
    "oxedi-arrow": "^",
    "bytes-split": "x",
    "pyx12-document": "v",
    "ours-emit": "^",
    "ours-readback": "v",
    "ours-post": "D",
}


def draw(results: list[Result], path: Path) -> None:
    """Write the picture. Needs matplotlib."""
    matplotlib = import_module("matplotlib")
    matplotlib.use("Agg")
    plt = import_module("matplotlib.pyplot")
    kinds: list[Kind] = [kind for kind in ("835", "837P") if any(_lines(results, kind))]
    figure, axes = plt.subplots(len(kinds), 2, figsize=(15, 6.2 * len(kinds)), squeeze=False, layout="constrained")
    for kind, (speed, memory) in zip(kinds, axes, strict=True):
        task = "reading" if kind == "835" else "reading, judging, writing"
        _panel(speed, results, kind, f"{kind}: {task}, claims per second", lambda row: row.claims_per_second)
        _panel(memory, results, kind, f"{kind}: peak memory, MB", lambda row: row.middle("peak_bytes") / 1e6)
        handles, labels = speed.get_legend_handles_labels()
        memory.legend(
            handles, labels, loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=9, handlelength=3.5
        )
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _lines(results: list[Result], kind: Kind) -> Iterator[list[Result]]:
    """The measured sizes of each reader and number of threads."""
    for reader, threads in dict.fromkeys((row.reader, row.threads) for row in results if row.reader.kind == kind):
        rows = [row for row in results if (row.reader, row.threads) == (reader, threads) and row.runs]
        if rows:
            yield rows


def _panel(axes: Any, results: list[Result], kind: Kind, title: str, value: Any) -> None:
    for rows in _lines(results, kind):
        reader, threads = rows[0].reader, rows[0].threads
        ours = reader.group == "ours"
        axes.plot(
            [row.claims for row in rows],
            [value(row) for row in rows],
            color=COLOURS[reader.group],
            linestyle=DASHES[threads],
            marker=MARKERS.get(reader.key, "o"),
            linewidth=2.4 if ours else 1.4,
            markersize=6,
            zorder=3 if ours else 2,
            label=reader.title + (f", {threads} threads" if threads > 1 else ""),
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    sizes = sorted({row.claims for row in results if row.reader.kind == kind})
    axes.set_xticks(sizes, [_short(size) for size in sizes])
    axes.yaxis.set_major_locator(import_module("matplotlib.ticker").LogLocator(subs=(1, 2, 5), numticks=12))
    axes.minorticks_off()
    axes.yaxis.set_major_formatter(lambda number, _: _short(number))
    axes.set_xlabel("claims in the file", color=QUIET)
    axes.set_title(title, loc="left", color=INK, fontsize=12, fontweight="bold")
    axes.grid(color=GRID, linewidth=0.8)
    axes.tick_params(colors=QUIET, length=0)
    for side in axes.spines.values():
        side.set_visible(False)


def _short(number: float) -> str:
    """1000 -> 1k, 1000000 -> 1M."""
    for unit, name in ((1_000_000, "M"), (1_000, "k")):
        if number >= unit:
            return f"{number / unit:g}{name}"
    return f"{number:g}"

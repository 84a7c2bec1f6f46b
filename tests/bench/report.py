"""What was measured, as docs/bench.md and docs/bench.json."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import re
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from tests.bench.harness import Plan, Result
from tests.bench.readers import READERS, Kind

HEAD = "| reader | version | result | threads | claims/s | MB/s | peak MB | sums | × {base} | ours all × | runs |"
RULE = "|---|---|---|--:|--:|--:|--:|---|--:|--:|--:|"
BASE: dict[Kind, tuple[str, str]] = {"835": ("oxedi-duckdb", "oxedi"), "837P": ("pyx12-document-837p", "pyx12")}
OURS: dict[Kind, str] = {"835": "ours-all", "837P": "ours-validate"}


def machine() -> dict[str, Any]:
    """The machine without its name."""
    cpu = re.search(r"model name\s*:\s*(.+)", _text("/proc/cpuinfo"))
    memory = re.search(r"MemTotal:\s*(\d+) kB", _text("/proc/meminfo"))
    return {
        "date": f"{dt.datetime.now(dt.UTC):%Y-%m-%d}",
        "system": f"{platform.system()} {platform.machine()}",
        "cpu": cpu[1] if cpu else platform.processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(int(memory[1]) / 1024**2) if memory else None,
        "python": platform.python_version(),
        **{name: _version(name) for name in ("duckdb", "pyarrow")},
    }


def in_words(host: dict[str, Any]) -> str:
    """What `machine` found, as a sentence under the heading of a report."""
    about = (
        f"{host['cores']} cores ({host['cpu']}), {host['memory_gib']} GiB, {host['system']}, Python {host['python']}"
    )
    return f"{host['date']}: {about}, DuckDB {host['duckdb']}, pyarrow {host['pyarrow']}."


def _text(path: str) -> str:
    return Path(path).read_text() if Path(path).exists() else ""


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def as_json(plan: Plan, results: list[Result], host: dict[str, Any]) -> str:
    """Everything measured, every run."""
    rows = [
        {
            "reader": row.reader.key,
            "title": row.reader.title,
            "result": row.reader.task,
            "kind": row.reader.kind,
            "threads": row.threads,
            "claims": row.claims,
            "reason": row.reason or None,
            "exact": row.is_exact,
            "wrong": row.wrong,
            "truth": asdict(row.truth),
            "runs": row.runs,
        }
        for row in results
    ]
    options = {name: getattr(plan, name) for name in ("sizes", "repeat", "cap", "allow", "minutes", "per_set")}
    return json.dumps({"machine": host, "options": options, "results": rows}, indent=1) + "\n"


def as_markdown(plan: Plan, results: list[Result], host: dict[str, Any], picture: str | None) -> str:
    """The page."""
    return "\n".join(_lines(plan, results, host, picture)) + "\n"


def _lines(plan: Plan, results: list[Result], host: dict[str, Any], picture: str | None) -> Iterator[str]:
    yield "# Bench"
    yield ""
    yield "Written by `make bench`; do not edit. Every figure of a table comes from one run of it, on one machine."
    yield ""
    yield in_words(host)
    if picture:
        yield ""
        yield f"![claims per second and peak memory by size]({picture})"
    for kind in ("835", "837P"):
        for claims in sorted({row.claims for row in results if row.reader.kind == kind and row.truth.claims}):
            yield from _table(kind, claims, [row for row in results if (row.reader.kind, row.claims) == (kind, claims)])
    yield from _growth(results)
    yield from _notes(plan, results)


def _table(kind: Kind, claims: int, rows: list[Result]) -> Iterator[str]:
    truth = rows[0].truth
    money = f", {truth.adjustments:,} adjustments" if kind == "835" else ""
    yield ""
    yield f"## {kind}, {claims:,} claims"
    yield ""
    yield f"{truth.bytes / 1e6:,.1f} MB, {truth.segments:,} segments, {truth.lines:,} lines{money}, {truth.sets} ST."
    yield ""
    base, title = BASE[kind]
    yield HEAD.format(base=title) if kind == "835" else HEAD.format(base=title).replace("ours all", "validate")
    yield RULE
    for row in sorted(rows, key=lambda one: -one.claims_per_second if one.runs else 0):
        first = (
            f"| {row.reader.title} | {row.runs[0]['version'] if row.runs else '-'} | {row.reader.task} | {row.threads}"
        )
        if not row.runs:
            yield f"{first} | - | - | - | {row.reason} | - | - | 0 |"
            continue
        exact = {None: "none given", True: "exact", False: "; ".join(row.wrong)}[row.is_exact]
        yield (
            f"{first} | {row.claims_per_second:,.0f} | {row.megabytes_per_second:,.1f} | {row.middle('peak_bytes') / 1e6:,.0f}"
            f" | {exact} | {_ratio(row, rows, base)} | {_ratio(row, rows, OURS[kind], upside_down=True)} | {len(row.runs)} |"
        )


def _ratio(row: Result, rows: list[Result], key: str, upside_down: bool = False) -> str:
    """This row's speed over that of `key` at the same threads, or the other way round; '-' where that did not run."""
    other = [one for one in rows if one.reader.key == key and one.threads == row.threads and one.runs]
    if not other:
        return "-"
    ratio = row.claims_per_second / other[0].claims_per_second
    return f"{1 / ratio if upside_down else ratio:,.2f}"


def _growth(results: list[Result]) -> Iterator[str]:
    """How time and memory grow from size to size: linear is 10 and flat is 1 for ten times the claims."""
    sizes = sorted({row.claims for row in results})
    if len(sizes) < 2:
        return
    yield ""
    yield "## Growth"
    yield ""
    yield "Seconds per million claims, and peak MB, at each size. The same seconds in a row: linear. The same MB: flat."
    yield ""
    yield f"| reader | threads | {' | '.join(f'{size:,}' for size in sizes)} |"
    yield f"|---|--:|{'--:|' * len(sizes)}"
    keys = dict.fromkeys((row.reader, row.threads) for row in results if row.runs)
    for reader, threads in keys:
        by_size = {row.claims: row for row in results if (row.reader, row.threads) == (reader, threads) and row.runs}
        cells = [
            f"{1e6 / by_size[size].claims_per_second:,.1f} s, {by_size[size].middle('peak_bytes') / 1e6:,.0f} MB"
            if size in by_size
            else "-"
            for size in sizes
        ]
        yield f"| {reader.title}, {reader.kind}: {reader.task} | {threads} | {' | '.join(cells)} |"


def _notes(plan: Plan, results: list[Result]) -> Iterator[str]:
    yield ""
    yield "## How"
    yield ""
    one_set = "all claims of an 835 in one ST" if not plan.per_set else f"{plan.per_set:,} claims per ST of an 835"
    for text in (
        f"The files are generated ({one_set}); the generator knows its sums, and every figure a reader gives is held "
        "against them. `exact`: claims, lines, adjustments and cents, those of them that it gives.",
        "Each run is a process of its own that first reads a tiny file, so imports and set-up are not timed. Seconds are wall "
        "time of the task from the file's path; peak memory is of the whole process.",
        "Median of the runs, which take turns with the other readers'. Slow readers run less often, or not at all at a size "
        f"(at most {plan.repeat} runs, {plan.cap:g} s for one, {plan.allow:g} s for all of one reader at one size).",
        "`typed DuckDB tables` are in a database on disk, closed at the end of the run, for every reader that makes them.",
        *(one.note for one in READERS if one.note and one in {row.reader for row in results}),
    ):
        yield f"- {text}"

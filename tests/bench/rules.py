"""The command: python -m tests.bench.rules [--claims 10k,100k] [--history 10]. Edit rules beside other ways to run them.

Every size is a process of its own. Measured is scrub(): facts, rules and findings; not how the claims came to be there. The
peers get the same facts, ready as rows, and are timed over the rules alone that all of them can say.
"""

from __future__ import annotations

import datetime as dt
import gc
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

import click
import duckdb
from rich.console import Console

from pm_pipeline.warehouse import number
from tests.bench.__main__ import sizes_of
from tests.bench.harness import ROOT
from tests.bench.report import in_words, machine
from tests.bench.rule_peers import CannotSay, as_python, as_zen

TODAY, RUN = dt.date(2026, 6, 3), "bench"
BOOKS = Path(__file__).with_name("scrub_books.sql")
PEER_ROWS = 20_000
OURS, LOOP, ZEN = "pm_pipeline", "Python loop", "GoRules zen"


@click.command(context_settings={"show_default": True})
@click.option("--claims", "sizes", default="10k,100k", callback=sizes_of, help="Claims that wait, comma-separated.")
@click.option("--history", default=10, type=click.IntRange(0), help="Claims sent before, for each that waits.")
@click.option("--one", hidden=True, is_flag=True, help="Measure one size in this process and print it.")
@click.option("--out", default=ROOT / "docs", type=click.Path(file_okay=False, path_type=Path), help="Where to write.")
def main(sizes: tuple[int, ...], history: int, one: bool, out: Path) -> None:
    """Measure the edit rules over claims with history, and beside a Python loop and GoRules zen on the same rules.

    Writes bench_rules.md and bench_rules.json.
    """
    if one:
        click.echo(json.dumps(measure(sizes[0], sizes[0] * history)))
        return
    console = Console()
    found = []
    for claims in sizes:
        with console.status(f"{claims:,} claims with a history of {claims * history:,}"):
            command = [
                sys.executable,
                "-m",
                "tests.bench.rules",
                "--one",
                "--claims",
                str(claims),
                "--history",
                str(history),
            ]
            said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
        found.append(json.loads(said.stdout.splitlines()[-1]))
    text = as_markdown(found, machine())
    out.mkdir(parents=True, exist_ok=True)
    (out / "bench_rules.json").write_text(json.dumps(found, indent=1) + "\n")
    (out / "bench_rules.md").write_text(text)
    console.print(text, markup=False, highlight=False)


def measure(claims: int, history: int) -> dict[str, Any]:
    """One size: seconds of scrub() with all rules, half and a quarter of them; seconds of each contender on the same rules.

    Each run has a copy of the warehouse to itself: none finds what another has written.
    """
    from pm_pipeline.config import load_config
    from pm_pipeline.scrub import Rulebook, build_claims, scrub, shipped_rules
    from pm_pipeline.scrub.engine import prepare_facts
    from pm_pipeline.settings import Settings

    config, book = load_config(Settings.load({})), shipped_rules()
    with tempfile.TemporaryDirectory() as folder:
        built = Path(folder) / "bench.duckdb"
        con = practice(built, config, claims, history)
        build_claims(con, config, book, TODAY, RUN)
        con.close()
        with fresh(built) as con:
            prepare_facts(con, config, TODAY, book)
            peers = beside(con, book)
        whole = []
        lines = 0
        for share in (4, 2, 1):
            some = Rulebook(tuple(book.rules[::share]))
            with fresh(built) as con:
                started = time.perf_counter()
                judged = scrub(con, config, some, TODAY, RUN)
                seconds = time.perf_counter() - started
                lines = number(con, "SELECT count(*) FROM line_fact")
            whole.append({"rules": len(some.rules), "seconds": seconds, "judged": judged.judged})
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"claims": claims, "lines": lines, "history": history, "whole": whole, "peers": peers, "peak_mb": peak}


@contextmanager
def fresh(built: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of a closed warehouse, which is gone afterwards."""
    from pm_pipeline.warehouse.store import prepare

    copy = built.with_name("copy.duckdb")
    shutil.copyfile(built, copy)
    con = duckdb.connect(str(copy))
    try:
        prepare(con, threads=2)
        yield con
    finally:
        con.close()
        copy.unlink()


def practice(path: Path, config: Any, claims: int, history: int) -> duckdb.DuckDBPyConnection:
    """A warehouse with claims that wait, and claims that were sent, each with two lines."""
    from pm_pipeline.codes import refresh_codes
    from pm_pipeline.home import SCHEMAS
    from pm_pipeline.warehouse import load_rows
    from pm_pipeline.warehouse.store import OWN, apply_schemas, prepare

    con = duckdb.connect(str(path))
    prepare(con, threads=2)
    apply_schemas(con, [OWN, *SCHEMAS])
    refresh_codes(con, RUN)
    columns = [
        "provider_id",
        "updated_on",
        "role",
        "npi",
        "last_name",
        "first_name",
        "taxonomy",
        "active_from",
        "file_id",
        "row_no",
        "run_id",
    ]
    rows = [
        (
            one.provider_id,
            dt.date(2025, 1, 1),
            "rendering",
            one.npi,
            "ALDER",
            "JUNE",
            one.taxonomy,
            dt.date(2020, 1, 1),
            "feed",
            1,
            RUN,
        )
        for one in config.practice.providers
    ]
    load_rows(con, "front_office.provider", columns, rows)
    for statement in BOOKS.read_text().split(";\n"):
        if statement.strip():
            con.execute(
                statement,
                {name: value for name, value in (("claims", claims), ("history", history)) if f"${name}" in statement},
            )
    return con


def beside(con: duckdb.DuckDBPyConnection, book: Any) -> dict[str, Any]:
    """Each contender on the rules all of them can say, over at most PEER_ROWS lines: seconds; None: not installed here.

    Raises ValueError when one finds a line and rule that another does not, or when a rule fails on a line.
    """
    from pm_pipeline.scrub.engine import Limits, fire
    from pm_pipeline.scrub.room import RuleRoom

    said = []
    for one in book.over("line_fact"):
        text = f"({one.scope}) AND ({one.where})"
        try:
            said.append((one, as_python(text), as_zen(text)))
        except CannotSay:
            continue
    con.execute(f"CREATE OR REPLACE TEMP TABLE bench_fact AS FROM line_fact LIMIT {PEER_ROWS}")
    con.execute("ALTER VIEW line_fact RENAME TO bench_all; ALTER TABLE bench_fact RENAME TO line_fact")
    started = time.perf_counter()
    with RuleRoom(2, rows=PEER_ROWS) as room:
        room.lock()
        fire(room, con, "line_fact", [one for one, _, _ in said], Limits())
        fired = room.con.execute("SELECT claim_id, line_no, hit FROM scrub_fired").fetchall()
    seconds: dict[str, float | None] = {OURS: time.perf_counter() - started}
    failed = sorted({said[-hit - 1][0].rule.id for _, _, hit in fired if hit < 0})
    if failed:
        raise ValueError(f"these rules fail on a line of the bench: {', '.join(failed)}")
    hits = {OURS: {(claim_id, line_no, said[hit - 1][0].rule.id) for claim_id, line_no, hit in fired}}
    columns = sorted({"claim_id", "line_no"} | {column for one, _, _ in said for column in one.columns})
    cursor = con.execute(f"SELECT {', '.join(columns)} FROM line_fact")
    rows = [{name: plain(value) for name, value in zip(columns, row, strict=True)} for row in cursor.fetchall()]
    con.execute("ALTER TABLE line_fact RENAME TO bench_fact; ALTER VIEW bench_all RENAME TO line_fact")
    gc.collect()
    started = time.perf_counter()
    hits[LOOP] = {
        (row["claim_id"], row["line_no"], one.rule.id) for row in rows for one, fires, _ in said if fires(row)
    }
    seconds[LOOP] = time.perf_counter() - started
    try:
        import zen  # pyright: ignore[reportMissingImports]
    except ImportError:
        seconds[ZEN] = None
    else:
        compiled = [(one.rule.id, zen.compile_expression(text)) for one, _, text in said]
        started = time.perf_counter()
        hits[ZEN] = {
            (row["claim_id"], row["line_no"], rule_id)
            for row in rows
            for rule_id, expression in compiled
            if expression.evaluate(row)
        }
        seconds[ZEN] = time.perf_counter() - started
    hold_equal(hits)
    return {
        "rules": len(said),
        "lines": len(rows),
        "hits": len(hits[OURS]),
        "seconds": seconds,
        "zen": _version("zen-engine"),
    }


def hold_equal(hits: Mapping[str, Set[tuple[str, int, str]]]) -> None:
    """Every contender has found the same (claim, line, rule). Raises ValueError naming one that differs."""
    for name, found in hits.items():
        differs = sorted(found ^ hits[OURS])
        if differs:
            claim_id, line_no, rule_id = differs[0]
            who, other = (name, OURS) if differs[0] in found else (OURS, name)
            raise ValueError(
                f"{len(differs)} differences: {who} finds {rule_id} on {claim_id} line {line_no}, {other} does not"
            )


def as_markdown(found: list[dict[str, Any]], host: dict[str, Any]) -> str:
    """The figures as tables."""
    text = ["# Edit rules", "", "Written by `make bench`; do not edit.", "", in_words(host), "",
            "| claims | lines | history | rules | seconds | claims/s | peak MB |", "|--:|--:|--:|--:|--:|--:|--:|"]  # fmt: skip
    for size in found:
        for row in size["whole"]:
            text.append(
                f"| {size['claims']:,} | {size['lines']:,} | {size['history']:,} | {row['rules']} | {row['seconds']:.1f} | "
                f"{row['judged'] / row['seconds']:,.0f} | {size['peak_mb']:,.0f} |"
            )
    text += ["", "## The same rules, other ways", "", "Facts ready as rows; ours also copies them into the locked room. All find the same rules on the same lines.", "",
             "| claims | lines | rules | contender | seconds | lines × rules/s | ours × |", "|--:|--:|--:|---|--:|--:|--:|"]  # fmt: skip
    for size in found:
        peers = size["peers"]
        ours = peers["seconds"][OURS]
        for name, seconds in peers["seconds"].items():
            begins = f"| {size['claims']:,} | {peers['lines']:,} | {peers['rules']} | {name} |"
            if seconds is None:
                text.append(f"{begins} not installed here | - | - |")
                continue
            text.append(
                f"{begins} {seconds:.2f} | {peers['lines'] * peers['rules'] / seconds:,.0f} | {seconds / ours:.1f} |"
            )
    return "\n".join(text) + "\n"


def plain(value: Any) -> Any:
    """A value as JSON has it; a day as its number, so that days can be compared everywhere."""
    if isinstance(value, dt.date):
        return value.toordinal()
    return value if value is None or isinstance(value, str | int | bool | list) else float(value)


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


if __name__ == "__main__":
    main()

"""How long each page's questions take on a long history: python -m tests.bench.dashboard --home PM_HOME [--claims 1000000].

Takes the published copy of an installation (a demo's is enough) and repeats it under new ids, a month earlier each time and round again after
three years, until it has so many claims (ids begin with the repetition, so that what lies in the order of claims still does); then makes every page as the server does, with nothing kept from before, and prints
milliseconds. Open items are repeated too, so the worklists are far longer than a practice would let them grow.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import duckdb

from pm_pipeline.config import load_config
from pm_pipeline.config.dashboard import load_dashboard
from pm_pipeline.dashboard import pages
from pm_pipeline.dashboard.context import Context
from pm_pipeline.dashboard.reading import About, Published, Row
from pm_pipeline.dashboard.server import Doors
from pm_pipeline.dashboard.state import State
from pm_pipeline.dashboard.users import Viewer
from pm_pipeline.settings import Settings

MONTHS = 36
TARGET = 300  # milliseconds for the slowest question of a page
REPEATS = 7
# grain without a claim: repeated once a month, the day it speaks of moved
BY_MONTH = (
    "ar_aging",
    "ar_roll_forward",
    "auto_post_rate",
    "clean_claims",
    "days_in_ar",
    "denial_categories",
    "denial_rate",
    "kpi_part",
    "kpi_span",
    "kpi_spread",
    "kpi_summary",
    "net_collection_rate",
)
ONCE = ("about", "build", "definition", "entry_kind")
OWN_ID = re.compile(
    r"(claim|charge|denial|finding|item|encounter|appointment|entry|txn|event|remit_claim|remit_line|payment|file|deposit|exception|work|problem)_id|clp01"
)
VISITS = {
    "Today": "/", "Today, one payer": "/?payer={payer}", "KPIs": "/kpis", "KPIs, one payer": "/kpis?payer={payer}", "KPI": "/kpi?kpi=days_in_ar_gross",
    "KPI, a percentile": "/kpi?kpi=payer_lag_median&payer={payer}", "Rows of a rate": "/list/kpi_rows?kpi=first_pass_resolution_rate&as_of={as_of}",
    "Rows of a KPI": "/list/kpi_rows?kpi=days_in_ar_gross&as_of={as_of}&payer={payer}", "A/R aging": "/aging?base=first_bill",
    "Balances of a cell": "/list/balances?as_of={as_of}&base=first_bill&bucket=0-30&payer={payer}", "Denials": "/denials", "Denials by reason": "/denials?by=carc&payer={payer}",
    "Payers": "/payers", "Payers, three months": "/payers?from={quarter}", "Scrub": "/scrub", "Remittances": "/remittances", "Remittance": "/remittance?payment={payment}",
    "Claim trace": "/trace?claim={claim}", "Files": "/files", "File": "/file?file={file}",
}  # fmt: skip


def multiply(source: Path, target: Path, claims: int) -> int:
    """Write the generation `source`, repeated until it has at least `claims` claims, to `target`; returns how many it has."""
    con = duckdb.connect(target)
    con.execute("SET enable_progress_bar = false; SET preserve_insertion_order = true; SET memory_limit = '8GB'")
    con.execute(f"ATTACH '{source}' AS old (READ_ONLY)")
    base = con.execute("SELECT count(*) FROM old.marts.claim_status").fetchone()
    times = -(-claims // (base[0] if base else 1))
    tables = con.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'old' ORDER BY ALL"
    ).fetchall()
    for schema, table in tables:
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        columns = con.execute(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = 'old' AND schema_name = ? AND table_name = ?",
            [schema, table],
        ).fetchall()
        con.execute(
            f"CREATE TABLE {schema}.{table} AS SELECT * REPLACE ({', '.join(_moved(table, columns)) or _same(columns)}) FROM {_repeated(schema, table, times)}"
        )
    views = con.execute("SELECT sql FROM duckdb_views() WHERE database_name = 'old' AND NOT internal").fetchall()
    con.execute("DETACH old")
    for (sql,) in views:  # what a generation states over its own tables
        con.execute(sql)
    con.execute("CHECKPOINT")
    made = con.execute("SELECT count(*) FROM marts.claim_status").fetchone()
    con.close()
    return made[0] if made else 0


def _repeated(schema: str, table: str, times: int) -> str:
    number = 1 if table in ONCE else MONTHS if table in BY_MONTH else times
    return f"old.{schema}.{table}, (SELECT range AS k FROM range({number})) AS again"


def _same(columns: list[tuple[str, str]]) -> str:
    return f"{columns[0][0]} AS {columns[0][0]}"


def _moved(table: str, columns: list[tuple[str, str]]) -> list[str]:
    if table in ONCE:
        return []
    moved = []
    for name, kind in columns:
        is_day = kind == "DATE" and (name != "as_of_date" or table in BY_MONTH)
        if is_day:
            moved.append(f"CAST({name} - INTERVAL 1 MONTH * CAST(k % {MONTHS} AS INTEGER) AS DATE) AS {name}")
        elif table not in BY_MONTH and OWN_ID.fullmatch(name):
            moved.append(f"CASE WHEN k = 0 THEN {name} ELSE 'K' || lpad(k::VARCHAR, 5, '0') || {name} END AS {name}")
    return moved


def measure(doors: Doors, address: str) -> tuple[float, float, float]:
    """Milliseconds for a page: its questions, its slowest question, all of it with its components; the best of some, none kept.

    The best, because whatever else the machine does can only add to it.
    """
    path, _, search = address.partition("?")
    taken: list[tuple[float, float, float]] = []
    for _ in range(REPEATS):
        doors.published = _Timed(doors.settings.published_dir)
        doors.published.about()
        started = time.perf_counter()
        pages.render(
            path,
            Context(
                doors.published, State.read(search), Viewer("idris", "Idris", "admin"), doors.names, doors.dashboard
            ),
            doors,
        )
        took = (time.perf_counter() - started) * 1_000
        taken.append((sum(doors.published.asked), max(doors.published.asked, default=0.0), took))
    return tuple(min(column) for column in zip(*taken, strict=True))  # type: ignore[return-value]


class _Timed(Published):
    """Notes how long each question took that was not answered before."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.asked: list[float] = []

    def _ask(self, con: duckdb.DuckDBPyConnection, about: About, sql: str, params: Mapping[str, Any]) -> list[Row]:
        started = time.perf_counter()
        found = super()._ask(con, about, sql, params)
        self.asked.append((time.perf_counter() - started) * 1_000)
        return found


@click.command()
@click.option(
    "--home",
    "home_",
    required=True,
    type=click.Path(exists=True, path_type=Path),
    help="An installation with something published.",
)
@click.option("--claims", default=1_000_000, show_default=True)
@click.option(
    "--keep",
    type=click.Path(path_type=Path),
    help="A folder to make the long history in, or to take it from when it is there.",
)
def main(home_: Path, claims: int, keep: Path | None) -> None:
    """Make the history, visit the pages, print a table. Exit 1 when a question takes longer than the target."""
    with tempfile.TemporaryDirectory() as scratch:
        home = keep or Path(scratch)
        settings = Settings.load({"PM_HOME": str(home)})
        folder = settings.published_dir
        if not (folder / "current").exists():
            folder.mkdir(parents=True, exist_ok=True)
            started = time.perf_counter()
            published = home_ / "published"
            name = (published / "current").readlink().name
            made = multiply((published / name).resolve(), folder / name, claims)
            (folder / "current").symlink_to(name)
            click.echo(
                f"{made:,} claims in {time.perf_counter() - started:,.0f} s, {(folder / name).stat().st_size / 1e6:,.0f} MB"
            )
        doors = Doors(settings, load_config(settings), load_dashboard(settings))
        words = _words(doors.published)
        late = []
        click.echo(f"{'page':<24}{'questions':>11}{'slowest':>9}{'page':>8}  milliseconds")
        for title, address in VISITS.items():
            asked, slowest, took = measure(doors, address.format(**words))
            late += [title] if slowest > TARGET else []
            click.echo(
                f"{title:<24}{asked:>11,.0f}{slowest:>9,.0f}{took:>8,.0f}{'  over ' + str(TARGET) if slowest > TARGET else ''}"
            )
    if late:
        raise SystemExit(1)


def _words(published: Published) -> dict[str, Any]:
    """A payer, claim, payment and file that are there."""
    about = published.about()
    payment = published.rows("remittances", {}, 1)[0]["payment_id"]
    claim = published.rows("first_bills", {}, 1)[0]["claim_id"]
    payer = next(row["payer_id"] for row in published.rows("payers", {}) if row["answered"])
    return {"as_of": about.as_of_date, "payment": payment, "claim": claim, "payer": payer, "file": published.rows("files", {}, 1)[0]["file_id"],
            "quarter": about.as_of_date.replace(day=1).isoformat()}  # fmt: skip


if __name__ == "__main__":
    main()

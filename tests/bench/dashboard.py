"""How long each page takes on a long history: python -m tests.bench.dashboard --home PM_HOME [--claims 1000000].

Takes the published copy of an installation (a demo's is enough) and repeats it under new ids, a month earlier each time and round again after
three years, until it has so many claims (ids begin with the repetition, so that what lies in the order of claims still does); then makes every page as the server does, with nothing kept from before, opens it
in a browser where there is one, and writes milliseconds to docs/bench_dashboard.md. Open items are repeated too, so the worklists are far
longer than a practice would let them grow.
"""

from __future__ import annotations

import re
import secrets
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import duckdb
from playwright.sync_api import Page

from pm_pipeline.config import load_config
from pm_pipeline.config.dashboard import load_dashboard
from pm_pipeline.dashboard import pages
from pm_pipeline.dashboard.context import Context
from pm_pipeline.dashboard.reading import About, Published, Row
from pm_pipeline.dashboard.server import Doors
from pm_pipeline.dashboard.state import State
from pm_pipeline.dashboard.tables import LISTINGS, WORKLISTS
from pm_pipeline.dashboard.users import Viewer
from pm_pipeline.settings import Settings
from tests.bench.harness import ROOT
from tests.bench.report import in_words, machine
from tests.dashboard.browsing import CHROMIUM, chromium, sign_in, whole
from tests.dashboard.site import served

MONTHS = 36
TARGET, IN_BROWSER = 300, 2_000  # milliseconds for the slowest question of a page, and until a browser shows it whole
REPEATS, OPENED = 7, 3
WHO = "idris"  # of people.yaml, who may see everything
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
    "Item": "/item?item={item}", "Payers": "/payers", "Payers, three months": "/payers?from={quarter}", "Scrub": "/scrub", "Remittances": "/remittances", "Remittance": "/remittance?payment={payment}",
    "Claim trace": "/trace?claim={claim}", "Files": "/files", "File": "/file?file={file}",
}  # fmt: skip

# lists that are of one thing
OF = {
    "kpi_parts": "?kpi=days_in_ar_gross&as_of={as_of}", "remit_claims": "?payment={payment}", "payment_accounts": "?payment={payment}", "claim_steps": "?claim={claim}",
    "file_problems": "?file={file}", "file_rows": "?file={file}",
}  # fmt: skip


def visits() -> dict[str, str]:
    """Every page, every worklist, and every other list that VISITS does not filter, by title."""
    worklists = {f"Worklist: {title}": f"/list/worklist?worklist={name}" for name, (title, _, _) in WORKLISTS.items()}
    seen = {address.partition("?")[0] for address in VISITS.values()}
    lists = {
        f"List: {one.title}": f"/list/{name}{OF.get(name, '')}"
        for name, one in LISTINGS.items()
        if f"/list/{name}" not in seen
    }
    return VISITS | worklists | lists  # fmt: skip


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
    viewer = Viewer(WHO, WHO, "admin")
    taken: list[tuple[float, float, float]] = []
    for _ in range(REPEATS):
        doors.published = _Timed(doors.settings.published_dir)
        doors.published.about()
        started = time.perf_counter()
        pages.render(
            path,
            Context(doors.published, State.read(search), viewer, doors.names, doors.dashboard),
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


@contextmanager
def browsing(doors: Doors) -> Iterator[tuple[str, Page] | None]:
    """The dashboard served, and a browser's page signed in to it; None where there is no chromium."""
    if CHROMIUM is None:
        yield None
        return
    person = next(one for one in doors.config.people.people if one.person == WHO)
    doors.passwords.set(person, password := secrets.token_urlsafe(24))
    with served(doors) as url, chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        sign_in(page, url, WHO, password)
        yield url, page


def in_browser(doors: Doors, page: Page, url: str) -> float:
    """Milliseconds from the click to a page with its rows, nothing kept by the server; the best of some."""
    taken = []
    for _ in range(OPENED):
        page.goto("about:blank")
        doors.published = Published(doors.settings.published_dir)
        started = time.perf_counter()
        page.goto(url)
        whole(page)
        taken.append((time.perf_counter() - started) * 1_000)
    return min(taken)


@click.command(context_settings={"show_default": True})
@click.option(
    "--home",
    "home_",
    required=True,
    type=click.Path(exists=True, path_type=Path),
    help="An installation with something published.",
)
@click.option("--claims", default=1_000_000, help="How many the history has at least.")
@click.option(
    "--keep",
    type=click.Path(path_type=Path),
    help="A folder to make the long history in, or to take it from when it is there.",
)
@click.option("--out", type=click.Path(path_type=Path), default=ROOT / "docs" / "bench_dashboard.md")
def main(home_: Path, claims: int, keep: Path | None, out: Path) -> None:
    """Make the history, visit the pages, write a table. Exit 1 when a question or a page takes longer than its target."""
    with tempfile.TemporaryDirectory() as scratch:
        home = keep or Path(scratch)
        settings = Settings.load({"PM_HOME": str(home)})
        folder = settings.published_dir
        if not (folder / "current").exists():
            folder.mkdir(parents=True, exist_ok=True)
            published = home_ / "published"
            name = (published / "current").readlink().name
            multiply((published / name).resolve(), folder / name, claims)
            (folder / "current").symlink_to(name)
        doors = Doors(settings, load_config(settings), load_dashboard(settings))
        made = _claims(folder / "current")
        words = _words(doors.published)
        lines, late = [], []
        with browsing(doors) as browser:
            for title, address in visits().items():
                path = address.format(**words)
                asked, slowest, took = measure(doors, path)
                shown = in_browser(doors, browser[1], browser[0] + path) if browser else None
                late += [title] if slowest > TARGET or (shown or 0) > IN_BROWSER else []
                lines.append(f"| {title} | {asked:,.0f} | {slowest:,.0f} | {took:,.0f} | {'-' if shown is None else f'{shown:,.0f}'} |")  # fmt: skip
                click.echo(lines[-1])
    out.write_text(as_markdown(made, lines, late), encoding="utf-8")
    if late:
        raise SystemExit(1)


def _claims(published: Path) -> int:
    with duckdb.connect(published.resolve(), read_only=True) as con:
        (count,) = con.execute("SELECT count(*) FROM marts.claim_status").fetchone() or (0,)
    return int(count)


def as_markdown(claims: int, lines: list[str], late: list[str]) -> str:
    """The page."""
    return "\n".join(
        [
            "# Pages on a long history",
            "",
            "Written by `python -m tests.bench.dashboard`; do not edit.",
            "",
            in_words(machine()),
            "",
            f"{claims:,} claims: a practice repeated, open work too. Milliseconds, the best of {REPEATS} ({OPENED} in the browser), nothing kept by the server from before:",
            f"all questions of a page to the marts, the slowest of them (target: {TARGET}), the page made from them, and the page with its rows in",
            f"chromium from the address on (target: {IN_BROWSER:,}).",
            "",
            f"Over a target: {', '.join(late) or 'none'}.",
            "",
            "| page | questions | slowest | page | in a browser |",
            "|---|--:|--:|--:|--:|",
            *lines,
            "",
        ]
    )


def _words(published: Published) -> dict[str, Any]:
    """A payer, claim, payment and file that are there."""
    about = published.about()
    payment = published.rows("remittances", {}, 1)[0]["payment_id"]
    claim = published.rows("first_bills", {}, 1)[0]["claim_id"]
    payer = next(row["payer_id"] for row in published.rows("payers", {}) if row["answered"])
    return {"as_of": about.as_of_date, "payment": payment, "claim": claim, "payer": payer, "file": published.rows("files", {}, 1)[0]["file_id"],
            "item": published.rows("worklist", {"worklist": "denials"}, 1)[0]["item_id"], "quarter": about.as_of_date.replace(day=1).isoformat()}  # fmt: skip


if __name__ == "__main__":
    main()

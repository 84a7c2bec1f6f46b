"""Living through the days of the simulation with the real pipeline, and saying what came of it."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from pm_pipeline.audit.status import status
from pm_pipeline.audit.verify import verify
from pm_pipeline.defs.execute import one_instance, require, run_job
from pm_pipeline.defs.resources import PmResource, keep_open
from pm_pipeline.demo.edits import edits_found
from pm_pipeline.demo.office import enact
from pm_pipeline.demo.planted import compare
from pm_pipeline.demo.reconcile import Reconciliation, reconcile
from pm_pipeline.demo.report import print_report
from pm_pipeline.desk import ActionLog
from pm_pipeline.errors import PmError
from pm_pipeline.exchange import embedded, plan_of, stop_embedded
from pm_pipeline.home import Home, open_home
from pm_pipeline.ledger import content_hash
from pm_pipeline.sandbox.plan import Plan
from pm_pipeline.warehouse import number, records
from pm_pipeline.warehouse.publish import open_published

MARKER = "demo.json"


@dataclass(frozen=True)
class Report:
    """What came of a demo. `document` is plain data (amounts in cents); `agrees` when both books are equal and every
    invariant holds."""

    document: dict[str, Any]
    agrees: bool


def run_demo(days: int, *, fresh: bool, console: Console, plan: Plan | None = None, mix: str | None = None) -> Report:
    """Simulate `days` days from the plan's first day, day by day, then build the marts and compare the books.

    `plan` is how the practice and its payers live; when None the shipped plan of `mix`, which is that of the home, or standard, when not given. A plan with hard events is also
    held to the exceptions it gave cause for (planted.py).
    Days lived by an earlier demo are not lived again; when all were, the whole range is run once more to show that
    nothing changes. Raises PmError when the home holds a warehouse no demo made,
    or was begun with another mix.
    """
    home = open_home()
    _prepare(home, fresh)
    home = open_home()
    first = embedded(home, plan or plan_of(home, mix)).world.plan.first_day
    last = first + dt.timedelta(days=days - 1)
    started = time.monotonic()
    lived = _lived_to(home)
    before = _hash(home) if lived and lived >= last else None
    try:
        if before is None:
            _live(home, first if lived is None else lived + dt.timedelta(days=1), last, console)
        else:
            with console.status(f"All {days} days were lived before; running them again in one run"):
                require(run_job("lifecycle", first, last), f"Running {first} to {last} again")
        with console.status("marts"):
            require(run_job("marts"), "Building the marts")
        seconds = time.monotonic() - started
        document, agrees = _judge(home, first, last, seconds, before)
    finally:
        stop_embedded()
    print_report(console, document)
    return Report(document, agrees)


def _live(home: Home, first: dt.date, last: dt.date, console: Console) -> None:
    console.file = console.file  # what is stdout now, not what a step may put in its place
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        total = (last - first).days + 1
        task = progress.add_task("", total=total)
        with keep_open(home.settings), one_instance(home.settings):
            for start, day in billing_days(first, last):
                progress.update(task, description=f"{day:%a %d %b}")
                require(run_job("lifecycle", start, day), f"The day {day}")
                enact(PmResource().connection(), home.config, embedded(home).world, day)
                (home.settings.home / MARKER).write_text(json.dumps({"lived_to": day.isoformat()}))
                progress.advance(task, (day - start).days + 1)


def billing_days(first: dt.date, last: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    """The runs of a small billing office, which bills on Mondays and Thursdays: (first date, last date).

    Each covers the days since the one before; the last day of all is always run.
    """
    start = first
    for days in range((last - first).days + 1):
        day = first + dt.timedelta(days=days)
        if day.weekday() in (0, 3) or day == last:
            yield start, day
            start = day + dt.timedelta(days=1)


def _judge(
    home: Home, first: dt.date, last: dt.date, seconds: float, hash_before: str | None
) -> tuple[dict[str, Any], bool]:
    world = embedded(home).world
    books = world.summary(last)
    with home.warehouse.read() as con:
        found = status(con)
        compared = reconcile(con, books)
        reasons = [] if world.plan.hard.is_empty else compare(con, world.expected(books))
        edits = edits_found(con, world, last)
        violations = verify(con, log=ActionLog(home.settings.desk_dir))
        digest = content_hash(con)
        claims = number(con, "SELECT count(*) FROM scrub.claim")
    with open_published(home.settings.published_dir) as published:
        kpis = records(
            published,
            "SELECT kpi, value, unit, numerator, denominator, note FROM marts.kpi_summary WHERE is_latest ORDER BY kpi",
        )
    unchanged = hash_before is None or hash_before == digest
    agrees = compared.agrees and not violations and unchanged and edits.agrees and all(one.agrees for one in reasons)
    document = {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "claims": claims,
        "pipeline_seconds": round(seconds, 1),
        "status": found,
        "kpis": kpis,
        "reconciliation": _document(compared),
        "planted": [vars(one) | {"agrees": one.agrees} for one in reasons],
        "edits": asdict(edits),
        "violations": [vars(one) for one in violations],
        "ledger_hash": digest,
        "hash_before_replay": hash_before,
        "agrees": agrees,
    }
    return document, agrees


def _document(compared: Reconciliation) -> dict[str, Any]:
    return {
        "lines": [
            {"name": one.name, "ledger_cents": one.ledger_cents, "books_cents": one.books_cents}
            for one in compared.lines
        ],
        "claims_compared": compared.claims,
        "claims_differing": {
            claim_id: [list(gap) for gap in gaps] for claim_id, gaps in sorted(compared.differing.items())
        },
    }


def _prepare(home: Home, fresh: bool) -> None:
    marker = home.settings.home / MARKER
    if home.settings.warehouse_path.exists() and not marker.exists():
        raise PmError(
            f"{home.settings.warehouse_path} was not made by a demo, so the demo will not touch it. "
            "Set PM_HOME, PM_INBOX and PM_OUTBOX to empty folders for the demo."
        )
    if fresh:
        stop_embedded()
        for folder in (home.settings.warehouse_path.parent, home.settings.published_dir, home.settings.sandbox_dir,
                       home.settings.reports_dir, home.settings.dagster_home, home.settings.inbox / "landed"):  # fmt: skip
            shutil.rmtree(folder, ignore_errors=True)
        for folder in home.settings.outbox.glob("[0-9a-f][0-9a-f]"):
            shutil.rmtree(folder)
        marker.unlink(missing_ok=True)
    marker.parent.mkdir(parents=True, exist_ok=True)
    if not marker.exists():
        marker.write_text(json.dumps({"lived_to": None}))


def _lived_to(home: Home) -> dt.date | None:
    said = json.loads((home.settings.home / MARKER).read_text())["lived_to"]
    return dt.date.fromisoformat(said) if said else None


def _hash(home: Home) -> str:
    with home.warehouse.read() as con:
        return content_hash(con)

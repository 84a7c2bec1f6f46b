"""A landed 835 to a posted ledger: the pipeline's own path, in an installation of its own. Same shape as adapters.py.

What is made ready, in a process of its own and not timed: the installation, our claims and their charges as the 835 names
them (with their double entries in the ledger), and the file in the store with its receipt.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.bench.adapters import Counts, Job, Ready

TODAY, BILLED = dt.date(2026, 11, 28), dt.date(2026, 11, 1)
RUN = "bench"
BOOKS = Path(__file__).with_name("books.sql")


def post_835(job: Job) -> Ready:
    """Open, load and post: remittance.run and posting.run."""
    opening = import_module("pm_pipeline.transport.opening")
    remittance, posting = import_module("pm_pipeline.remittance"), import_module("pm_pipeline.posting")
    root = job.scratch / "installation"
    ready = multiprocessing.get_context("spawn").Process(target=_make_ready, args=(root, job.path))
    ready.start()
    ready.join()
    if ready.exitcode:
        raise ChildProcessError(f"the installation could not be made ready: exit {ready.exitcode}")
    home, store = _open(root)

    def run() -> Any:
        with home.write() as con:
            con.execute(f"SET threads = {job.threads}")
            opening.open_landed(con, store, home.config, TODAY, RUN)
            remittance.run(con, store, home.config, TODAY, RUN)
            return posting.run(con, home.config, TODAY, RUN)

    def count(posted: Any) -> Counts:
        with home.write() as con:
            names = ("claims", "charge_cents", "paid_cents", "lines", "adjustments", "adjusted_cents")
            row = con.execute(
                "SELECT * FROM (SELECT count(*), sum(charge_cents), sum(paid_cents) FROM remittance.claim), "
                "(SELECT count(*) FROM remittance.line), (SELECT count(*), sum(cents) FROM remittance.adjustment)"
            ).fetchone()
            counts = {name: int(value) for name, value in zip(names, row, strict=True)}
            dealt_with = posted.claims + posted.reversals + posted.suspended
            balance = con.execute("SELECT sum(cents) FROM ledger.entry").fetchone()[0]
        if posted.claims < job.claims * 0.9 or balance:  # the rest: reversals of what was never paid, in suspense
            raise ValueError(f"{posted.claims} of {job.claims} claims were posted; the ledger is {balance} cents off")
        return counts | {"claims": dealt_with}

    return run, count


def _open(root: Path) -> tuple[Any, Any]:
    """The installation and the store of its files."""
    home, settings = import_module("pm_pipeline.home"), import_module("pm_pipeline.settings")
    where = settings.Settings.load({**os.environ, "PM_ROOT": str(root), "PM_HOME": str(root / "home")})
    return home.open_home(where), import_module("pm_pipeline.transport.store").FileStore(root / "landed")


def _make_ready(root: Path, path: Path) -> None:
    home, store = _open(root)
    file_id = store.put_bytes(path.read_bytes())
    with home.write() as con:
        _keep_books(con, store, file_id, path.stat().st_size)


def _keep_books(con: Any, store: Any, file_id: str, size: int) -> None:
    """Our side of the 835: its claims and charges as billed, and the file as landed."""
    ledger, warehouse = import_module("pm_pipeline.ledger"), import_module("pm_pipeline.warehouse")
    envelopes, segments = import_module("pm_pipeline.x12.envelope"), import_module("pm_pipeline.x12.segments")
    envelope = envelopes.open_envelope(store.read(file_id))
    for interchange in envelope.interchanges:
        sets = [one for group in interchange.groups for one in group.sets]
        texts = [
            segments.SetText(
                one.st02, "", one.first_segment_no, interchange.delimiters, envelope.cut(one.start, one.end)
            )
            for one in sets
        ]
        segments.read_guide(con, "835", texts)
    claims, charges, proposals = (part for part in BOOKS.read_text().split(";") if part.strip())
    parameters = {"billed": BILLED, "run_id": RUN}
    con.execute(claims, parameters)
    con.execute(charges, parameters)
    with warehouse.unit(con, "charges", RUN) as work, ledger.proposals(con):
        con.execute(proposals, {"billed": BILLED})
        ledger.post(con, work, "charges", BILLED)
    con.execute(
        "INSERT INTO transport.file VALUES (?, 'in', 'x12', ?, ?, now()::TIMESTAMP, ?)", [file_id, size, TODAY, RUN]
    )
    con.execute(
        "INSERT INTO transport.receipt VALUES ('R1', ?, 'clearinghouse', '/x', ?, NULL, ?, now()::TIMESTAMP, ?)",
        [file_id, size, TODAY, RUN],
    )

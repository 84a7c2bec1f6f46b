"""Loading TA1, 999 and 277CA, each batch of files as one unit of work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

import duckdb

from pm_pipeline.scrub.events import new_events
from pm_pipeline.transport.pending import ReadsFiles, pending_sets
from pm_pipeline.warehouse import run_sql, unit
from pm_pipeline.x12.segments import read_guide

STAGE = "acknowledgments"
KINDS = (("TA1", "ta1"), ("999", "999"), ("277", "277ca"))


@dataclass
class Acknowledged:
    """Counts of one run: answers read by kind, claim events recorded, problems reported, and the files read."""

    answers: dict[str, int] = field(default_factory=dict)
    events: int = 0
    problems: int = 0
    files: list[str] = field(default_factory=list)


def run(
    con: duckdb.DuckDBPyConnection,
    store: ReadsFiles,
    today: dt.date,
    run_id: str,
    progress: Callable[[str], None] = lambda text: None,
) -> Acknowledged:
    """Load every answer not loaded yet. Running it again finds nothing to do."""
    done = Acknowledged()
    before = _counts(con)
    params = {"today": today, "run_id": run_id}
    for kind, guide in KINDS:
        for batch in pending_sets(con, store, STAGE, kind):
            progress(f"{kind}: {len(batch)}")
            with unit(con, f"acknowledgments {kind}", run_id):
                read_guide(con, guide, batch)
                run_sql(con, __package__ or "", f"load_{guide}.sql", params)
                with new_events(con, run_id):
                    run_sql(con, __package__ or "", f"events_{guide}.sql", params)
                run_sql(con, __package__ or "", "handled.sql", params)
            done.answers[kind] = done.answers.get(kind, 0) + len(batch)
            done.files += sorted({one.file_id for one in batch})
    after = _counts(con)
    done.events, done.problems = after[0] - before[0], after[1] - before[1]
    return done


def _counts(con: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    row = con.execute(
        "SELECT (SELECT count(*) FROM scrub.claim_event), (SELECT count(*) FROM transport.problem)"
    ).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)

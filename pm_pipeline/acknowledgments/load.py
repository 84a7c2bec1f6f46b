"""Loading TA1, 999, 997 and 277CA, each batch of files as one unit of work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from pm_pipeline.submission.sent_events import new_sent_events
from pm_pipeline.transport.pending import ReadsFiles, pending_sets
from pm_pipeline.transport.sweep import BY_HAND
from pm_pipeline.warehouse import load_rows, run_sql, unit
from pm_pipeline.x12.parts import SetPlace
from pm_pipeline.x12.segments import read_guide

STAGE = "acknowledgments"


# ST01 (or TA1) -> the guide it is read by and which load_ and events_*.sql take it. A 997 answers what a 999 answers, in the
# same segments under other names, and goes the same way.
ANSWERS = (("TA1", "ta1"), ("999", "999"), ("997", "999"), ("277", "277ca"))


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
    """Load every answer not loaded yet. Running it again finds nothing to do.

    An answer speaks of what was sent to the partner it came from: one that names another partner's numbers moves nothing
    and is reported. What a person dropped by hand may answer any partner's.
    """
    done = Acknowledged()
    before = _counts(con)
    params = {"today": today, "run_id": run_id, "by_hand": BY_HAND}
    for kind, guide in ANSWERS:
        for batch in pending_sets(con, store, STAGE, kind):
            progress(f"{kind}: {len(batch)}")
            with unit(con, f"acknowledgments {kind}", run_id):
                _load(con, guide, batch, params | {"kind": kind})
            done.answers[kind] = done.answers.get(kind, 0) + len(batch)
            done.files += sorted({one.file_id for one in batch})
    after = _counts(con)
    done.events, done.problems = after[0] - before[0], after[1] - before[1]
    return done


def _load(con: duckdb.DuckDBPyConnection, guide: str, batch: Sequence[SetPlace], params: dict[str, Any]) -> None:
    con.execute("CREATE OR REPLACE TEMP TABLE answer_set (set_id VARCHAR, file_id VARCHAR)")
    load_rows(con, "answer_set", ["set_id", "file_id"], [(one.set_id, one.file_id) for one in batch])
    read_guide(con, guide, batch)
    for name in ("answer_from.sql", f"load_{guide}.sql", "conflict.sql"):
        run_sql(con, __package__ or "", name, params)
    with new_sent_events(con, params["run_id"]):
        run_sql(con, __package__ or "", f"events_{guide}.sql", params)
    run_sql(con, __package__ or "", "handled.sql", params)


def _counts(con: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    row = con.execute(
        "SELECT (SELECT count(*) FROM scrub.claim_event), (SELECT count(*) FROM transport.problem)"
    ).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)

"""How our own reader, writer and validator are called; same shape as adapters.py."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from pm_pipeline.x12.bulk import STORAGE, read_835
from tests.bench.adapters import Counts, Job, NotHere, Ready
from tests.bench.make_837p import claim_models, write_models


def read_tables(job: Job) -> Ready:
    """835 to payments, claims, lines and adjustments in a DuckDB database on disk."""
    return _read_835(job)


def read_everything(job: Job) -> Ready:
    """The same with every segment kept."""
    return _read_835(job, everything=True)


def read_with_gates(job: Job) -> Ready:
    """The same with every segment kept, remark codes, and what does not balance, claim by claim."""
    return _read_835(job, everything=True, gates=True)


def _read_835(job: Job, **how: bool) -> Ready:
    duckdb = import_module("duckdb")
    database = job.scratch / "ours.duckdb"

    def run() -> Any:
        con = duckdb.connect(str(database), config={"threads": job.threads, **STORAGE})
        envelope = read_835(con, job.path, threads=job.threads, **how)
        con.close()
        return envelope

    def count(envelope: Any) -> Counts:
        around = sum(2 + 2 * len(one.groups) for one in envelope.interchanges)  # ISA, GS, GE, IEA
        return counted_835(duckdb.connect(str(database), read_only=True), around if "everything" in how else None)

    return run, count


def counted_835(con: Any, segments_around: int | None) -> Counts:
    """The sums of our 835 tables; `segments_around` is how many segments the file has besides its sets, when those of the
    sets are kept."""
    claims = "SELECT count(*), sum(charge_cents), sum(paid_cents) FROM x12_835_claim"
    adjustments = "SELECT count(*), sum(cents) FROM x12_835_adjustment"
    names = ["claims", "charge_cents", "paid_cents", "adjustments", "adjusted_cents", "lines"]
    sql = f"SELECT * FROM ({claims}), ({adjustments}), (SELECT count(*) FROM x12_835_line)"
    if segments_around is not None:
        names.append("segments")
        sql += f", (SELECT count(*) + {segments_around} FROM x12_835_segment)"
    row = con.execute(sql).fetchone()
    return {name: int(value) for name, value in zip(names, row, strict=True)}


def emit_837p(job: Job) -> Ready:
    """Claim models to an 837P as text. The models are made before, and are not timed."""
    sets = list(claim_models(job.claims))

    def count(written: Any) -> Counts:
        lines = sum(len(one.lines) for claims in sets for one in claims)
        charges = sum(one.charge_cents for claims in sets for one in claims)
        return {
            "claims": written.text.count("~CLM*"),
            "lines": written.text.count("~SV1*"),
            "charge_cents": charges if lines == written.text.count("~SV1*") else 0,
            "segments": written.text.count("~"),
        }

    return lambda: write_models(sets), count


def validate_837p(job: Job) -> Ready:
    """Bytes to a verdict: envelope, guide and our own checks."""
    validate = import_module("pm_pipeline.x12.validate").validate

    def count(verdict: Any) -> Counts:
        if not verdict.is_valid:
            raise NotHere("it calls this file invalid")
        return {}

    return lambda: validate(job.path.read_bytes()), count


def read_back_837p(job: Job) -> Ready:
    """837P to claims and lines in a DuckDB database."""
    summarize = import_module("pm_pipeline.x12.summary").summarize

    def count(document: Any) -> Counts:
        sets = [one for interchange in document["interchanges"] for one in interchange["transactions"]]
        return {name: sum(one[name] for one in sets) for name in ("claims", "lines", "charge_cents")}

    return lambda: summarize(job.path.read_bytes()), count

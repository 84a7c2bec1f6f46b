"""A whole 835 file, of any size, into tables of a DuckDB database: what `pm edi tables` does and what is measured."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import duckdb

from pm_pipeline.warehouse import run_sql
from pm_pipeline.x12 import parts
from pm_pipeline.x12.envelope import open_envelope
from pm_pipeline.x12.interchange import Envelope
from pm_pipeline.x12.parts import SetSpan
from pm_pipeline.x12.read_835 import read_835 as read_sets
from pm_pipeline.x12.source import OnDisk, Source

# what a database made for this is opened with: segments are kept small (zstd), 1 GB of file takes less memory than that, and
# what is committed goes into the file at once, not into a log first
STORAGE = {"storage_compatibility_version": "v1.2.0", "memory_limit": "300MB", "checkpoint_threshold": "1KB"}


def read_835(
    con: duckdb.DuckDBPyConnection,
    file: Path | str | Source,
    *,
    threads: int = 2,
    gates: bool = False,
    everything: bool = False,
) -> Envelope:
    """Make x12_set, x12_835_payment, _claim, _line, _adjustment and _plb in the connection's database, from every 835 set
    of the file that its envelope accepts; the envelope says what became of the others.

    With `gates` also _remark, _balance, _sum, _fault and _doubt (what does not balance or cannot be taken, claim by claim and set by set); with `everything` also
    x12_835_segment (every segment of the sets with its place). Needs little memory whatever the size of the file. Either
    all is written or nothing; the connection must not be in a transaction. Sets `threads` of the
    connection: one for a small file.
    """
    run_sql(con, "pm_pipeline.warehouse", "macros.sql")
    with OnDisk(Path(file)) if isinstance(file, Path | str) else nullcontext(file) as source:
        threads = parts.shared_out(source.size, threads)
        con.execute(f"SET threads = {threads}")
        envelope = open_envelope(source, threads=threads)
        sets = [
            SetSpan(str(one.first_segment_no), "", one.first_segment_no, home.delimiters, source, one.start, one.end)
            for home in envelope.interchanges
            for group in home.groups
            for one in group.sets
            if one.st01 == "835" and "rejected" not in (home.disposition, group.disposition)
            if one.disposition == "accepted"
        ]
        con.begin()  # in one go: a part written by itself is written twice, to the log and to the file
        try:
            read_sets(con, sets, gates=gates, everything=everything, keep=True, threads=threads)
            con.commit()
        except BaseException:
            con.rollback()
            raise
    return envelope

"""Which judged transaction sets a stage has not dealt with yet, and their text."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Protocol

import duckdb

from pm_pipeline.x12.interchange import Delimiters
from pm_pipeline.x12.parts import SetSpan
from pm_pipeline.x12.source import Source

BATCH_FILES = 500  # at most open or held at a time


class ReadsFiles(Protocol):
    """What is needed of a file store by those who read what landed."""

    def read(self, file_id: str) -> bytes:
        """The bytes landed under this id, held against their hash."""
        ...

    def open(self, file_id: str) -> Source:
        """The bytes landed under this id, held against their hash, to be read where they are asked for."""
        ...


def pending_sets(
    con: duckdb.DuckDBPyConnection, store: ReadsFiles, stage: str, kind: str, batch_bytes: int = 32_000_000
) -> Iterator[list[SetSpan]]:
    """Batches of accepted sets of one kind (ST01, or TA1) that `stage` has not handled, whole files together.

    In the order they were sent (ISA09 and ISA10, then file and segment), whatever the order they arrived in. A batch
    closes when its files hold more than `batch_bytes` bytes.
    """
    rows = con.execute(
        "SELECT file_id, set_id, set.first_segment_no, start_at, end_at, element_separator, component_separator, "
        "repetition_separator, terminator FROM transport.transaction_set AS set "
        "JOIN transport.interchange USING (interchange_id, file_id) "
        "WHERE set.st01 = ? AND set.disposition = 'accepted' AND NOT EXISTS ("
        "  SELECT 1 FROM transport.handled WHERE item_id = set_id AND stage = ?) "
        "ORDER BY min(set.sent_at) OVER (PARTITION BY file_id), file_id, set.first_segment_no",
        [kind, stage],
    ).fetchall()
    batch: list[SetSpan] = []
    size = files = 0
    for file_id, sets in groupby(rows, key=lambda row: row[0]):
        source = store.open(file_id)
        for _, set_id, first, start, end, *marks in sets:
            batch.append(SetSpan(set_id, file_id, first, Delimiters(*marks), source, start, end))
        size += source.size
        files += 1
        if size >= batch_bytes or files == BATCH_FILES:
            yield batch
            batch, size, files = [], 0, 0
    if batch:
        yield batch

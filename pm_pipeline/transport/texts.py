"""Cutting transaction sets out of landed files again, for whoever must show or read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import duckdb

from pm_pipeline.transport.pending import ReadsFiles
from pm_pipeline.x12.interchange import Delimiters
from pm_pipeline.x12.parts import SetSpan
from pm_pipeline.x12.source import decode


def set_text(store: ReadsFiles, file_id: str, start_at: int, end_at: int) -> str:
    """The text of one set, ST to SE inclusive, by its offsets in transport.transaction_set."""
    return decode(store.open(file_id).read(start_at, end_at))


def landed_texts(con: duckdb.DuckDBPyConnection, store: ReadsFiles, set_ids: Sequence[str]) -> Iterator[SetSpan]:
    """The sets of these ids as they lie in their files, by file and place.

    Raises TransportError when the bytes of a file are missing or were changed.
    """
    rows = con.execute(
        "SELECT file_id, set_id, set.first_segment_no, start_at, end_at, element_separator, component_separator, "
        "repetition_separator, terminator FROM transport.transaction_set AS set "
        "JOIN transport.interchange USING (interchange_id, file_id) "
        "WHERE set_id IN (SELECT unnest(CAST(? AS VARCHAR[]))) ORDER BY file_id, set.first_segment_no",
        [list(set_ids)],
    ).fetchall()
    for file_id, sets in groupby(rows, key=lambda row: row[0]):
        source = store.open(file_id)
        for _, set_id, first, start, end, *marks in sets:
            yield SetSpan(set_id, file_id, first, Delimiters(*marks), source, start, end)

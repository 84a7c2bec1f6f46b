"""Judging the small files of a feed in one go: a check costs milliseconds however few the rows are.

A file beyond SMALL_BYTES is judged chunk by chunk when it is loaded, so that memory does not grow with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

import pandas as pd

from pm_pipeline.errors import FeedError
from pm_pipeline.intake.feed import Feed
from pm_pipeline.intake.read import Chunk, read_rows
from pm_pipeline.intake.suite import judge

SMALL_BYTES = 1 << 20
TOGETHER_BYTES = 16 << 20

Judged = list[tuple[Chunk, pd.DataFrame]]


def judged_together(feed: Feed, texts: Mapping[str, str]) -> dict[str, Judged]:
    """file_id -> its chunks with their problems, for the files among `texts` (file_id -> text) that are small and readable.

    The same answer as judging each chunk alone.
    """
    chunks: dict[str, list[Chunk]] = {}
    taken = 0
    for file_id, text in texts.items():
        if len(text) > SMALL_BYTES or taken + len(text) > TOGETHER_BYTES:
            continue
        try:
            chunks[file_id] = list(read_rows(text, feed.header))
        except FeedError:
            continue  # the file is refused, with the reason, when it is loaded
        taken += len(text)
    problems = iter(_judge_all(feed, [chunk for found in chunks.values() for chunk in found]))
    return {file_id: [(chunk, next(problems)) for chunk in found] for file_id, found in chunks.items()}


def _judge_all(feed: Feed, chunks: list[Chunk]) -> Iterable[pd.DataFrame]:
    if not chunks:
        return
    rows = pd.concat([chunk.frame for chunk in chunks], ignore_index=True)
    found = judge(feed, rows.rename_axis("row_no"))
    start = 0
    for chunk in chunks:
        stop = start + len(chunk.frame)
        mine = found[(found["row_no"] >= start) & (found["row_no"] < stop)]
        places = cast("pd.Series", mine["row_no"]).astype("int64") - start
        yield mine.assign(row_no=chunk.frame.index.to_numpy()[list(places)])
        start = stop

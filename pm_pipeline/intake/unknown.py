"""Feed files that are no feed of ours: their header is compared with every known one, and the sender is told."""

from __future__ import annotations

import datetime as dt

import duckdb

from pm_pipeline.errors import FeedError
from pm_pipeline.intake.feed import Feed, known_feeds
from pm_pipeline.intake.load import FeedResult, FeedStore, pending, refuse
from pm_pipeline.intake.read import decode, read_header


def refuse_unknown(con: duckdb.DuckDBPyConnection, store: FeedStore, today: dt.date, run_id: str) -> list[FeedResult]:
    """Refuse every waiting feed file whose header is that of no feed; a file without any text is recorded as empty."""
    headers = {tuple(feed.header) for feed in known_feeds()}
    results: list[FeedResult] = []
    for landed in pending(con):
        try:
            header = read_header(decode(store.read(landed.file_id)))
        except FeedError as problem:
            results.append(refuse(con, None, landed, today, run_id, str(problem)))
            continue
        if tuple(header) not in headers:
            because = _difference(header) if header else None
            results.append(refuse(con, None, landed, today, run_id, because))
    return results


def _difference(header: list[str]) -> str:
    """What is wrong with a header. A name is quoted only when it is one of ours: a header can be a patient's row."""
    feeds = known_feeds()
    ours = {name for feed in feeds for name in feed.header}
    nearest = max(feeds, key=lambda feed: (len(set(feed.header) & set(header)), len(feed.header) == len(header)))
    remedy = f"The first line of the feed {nearest.feed} must be exactly:\n{','.join(nearest.header)}"
    if not set(header) & ours:
        return (
            "The first line holds no column name of any feed, so it seems to be a row of data: the header is missing. "
            f"By its {len(header)} columns it looks most like the feed {nearest.feed}. {remedy}"
        )
    difference = _first_difference(header, nearest, ours)
    return f"The header is that of no feed; the nearest is {nearest.feed}. {difference} {remedy}"


def _first_difference(header: list[str], nearest: Feed, ours: set[str]) -> str:
    for place, expected in enumerate(nearest.header, start=1):
        if place > len(header):
            return f"It ends after {len(header)} columns; column {place} should be {expected}."
        found = header[place - 1]
        if found != expected:
            shown = f"{found} stands there" if found in ours else "another name stands there"
            return f"Column {place} should be {expected}; {shown}."
    return f"It has {len(header)} columns; {nearest.feed} has {len(nearest.header)}."

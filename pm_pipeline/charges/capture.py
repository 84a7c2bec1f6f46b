"""Loading charge files: checked by intake, given their claim, then posted."""

from __future__ import annotations

import datetime as dt
from functools import partial

import duckdb

from pm_pipeline.charges.assign import complete
from pm_pipeline.charges.posting import post_charges
from pm_pipeline.config import Config
from pm_pipeline.intake import FeedResult, FeedStore, load_feed, load_feed_files


def load(
    con: duckdb.DuckDBPyConnection, store: FeedStore, config: Config, today: dt.date, run_id: str
) -> list[FeedResult]:
    """Load every waiting charge file (a unit of work each), then post what is not in the ledger (post_charges).

    Doing it again changes nothing; after a crash in between, it goes on where it stopped.
    """
    feed = load_feed(__package__ or "", "charges")
    with_claim = partial(complete, practice_id=config.practice.practice_id)
    files = load_feed_files(con, store, [feed], today, run_id, with_claim)
    post_charges(con, today, run_id)
    return files

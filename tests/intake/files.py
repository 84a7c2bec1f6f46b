"""Feed files made by hand for tests, and landing them without a network. Every person in them is invented."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
from collections.abc import Iterable, Mapping

import duckdb

from pm_pipeline.intake import Feed, FeedResult, load_feed, load_feed_files
from pm_pipeline.warehouse import utc_now

TODAY = dt.date(2026, 6, 3)
RUN = "run-1"

CHARGES = load_feed("pm_pipeline.charges", "charges")
PATIENTS = load_feed("pm_pipeline.front_office", "patients")
COVERAGES = load_feed("pm_pipeline.front_office", "coverages")
PROVIDERS = load_feed("pm_pipeline.front_office", "providers")
DEPOSITS = load_feed("pm_pipeline.remittance", "deposits")

GOOD: dict[str, dict[str, str]] = {
    "charges": {
        "charge_id": "C1", "action": "new", "encounter_id": "E1", "patient_id": "PT1", "provider_id": "P01",
        "location_id": "MAIN", "entered_on": "2026-06-02", "dos_from": "2026-06-01", "dos_to": "2026-06-01",
        "procedure_code": "99213", "diagnosis_1": "I10", "pointer_1": "1", "units": "1", "charge_amount": "125.00",
        "place_of_service": "11",
    },
    "patients": {
        "patient_id": "PT1", "updated_on": "2026-06-01", "last_name": "LARCHWOOD", "first_name": "QUARTZ",
        "birth_date": "1980-02-29", "sex": "F", "line1": "1 PEBBLE LN", "city": "PORTLAND", "state": "ME",
        "zip": "04101",
    },
    "coverages": {
        "coverage_id": "CV1", "updated_on": "2026-06-01", "patient_id": "PT1", "cob_order": "1", "payer_id": "BLHRB",
        "member_id": "ABC123456789", "relationship": "18", "effective_from": "2026-01-01",
    },
    "providers": {
        "provider_id": "R01", "updated_on": "2026-06-01", "role": "referring", "npi": "1990300216",
        "last_name": "BASALT", "first_name": "FERN", "active_from": "2020-01-01",
    },
    "deposits": {
        "deposit_id": "D1", "deposited_on": "2026-06-02", "trace_number": "TRACE1", "originator": "1990000021",
        "amount": "99.10",
    },
}  # fmt: skip


class MemoryStore:
    """Landed bytes in memory."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def read(self, file_id: str) -> bytes:
        return self.files[file_id]


def rows_text(feed: Feed, rows: Iterable[Mapping[str, str]]) -> str:
    """A whole feed file: each mapping is laid over the feed's good row."""
    out = io.StringIO()
    writer = csv.DictWriter(out, feed.header, lineterminator="\n")
    writer.writeheader()
    writer.writerows({**GOOD[feed.feed], **row} for row in rows)
    return out.getvalue()


def land(con: duckdb.DuckDBPyConnection, store: MemoryStore, content: str | bytes, landed_on: dt.date = TODAY) -> str:
    """Put bytes where transport would have: known to the journal once, whatever its name was."""
    data = content if isinstance(content, bytes) else content.encode()
    file_id = hashlib.sha256(data).hexdigest()
    store.files[file_id] = data
    con.execute(
        "INSERT OR IGNORE INTO transport.file VALUES (?, 'in', 'feed', ?, ?, ?, ?)",
        [file_id, len(data), landed_on, utc_now(), RUN],
    )
    return file_id


def take(con: duckdb.DuckDBPyConnection, feed: Feed, content: str | bytes) -> FeedResult:
    """Land one file and load it as the generic loader does (deposits: no stage hook, no ledger)."""
    store = MemoryStore()
    land(con, store, content)
    [result] = load_feed_files(con, store, [feed], TODAY, RUN)
    return result


def refused(con: duckdb.DuckDBPyConnection) -> dict[int, list[str]]:
    """row_no -> reasons of every quarantined row."""
    return dict(con.execute("SELECT row_no, reasons FROM intake.quarantined_row ORDER BY row_no").fetchall())

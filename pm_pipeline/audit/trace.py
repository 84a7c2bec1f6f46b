"""From a claim to everything that happened to it, and from a ledger entry back to the bytes that caused it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import duckdb

from pm_pipeline.errors import PmError
from pm_pipeline.transport.kinds import HEAD_BYTES, kind_of
from pm_pipeline.warehouse import records, run_sql
from pm_pipeline.x12.envelope import looks_like_x12, open_envelope, segment_texts, segments


class ReadsFiles(Protocol):
    """The stores of landed and emitted files."""

    def path(self, file_id: str) -> Path:
        """Where the bytes of this id are or would be."""
        ...

    def read(self, file_id: str) -> bytes:
        """The bytes kept under this id, held against their hash."""
        ...


@dataclass(frozen=True)
class Step:
    """One thing that happened to a claim; `raw` is the segment or feed row behind it."""

    happened_on: dt.date
    stage: str
    what: str
    text: str
    file_id: str | None
    segment_no: int | None
    run_id: str
    raw: str | None = None


def trace_claim(con: duckdb.DuckDBPyConnection, claim_id: str, evidence: Evidence | None = None) -> list[Step]:
    """Every event, file, segment, ledger entry and run of one claim, in order. Raises PmError when it is unknown."""
    known = con.execute("SELECT 1 FROM charges.charge WHERE claim_id = ? LIMIT 1", [claim_id]).fetchone()
    if known is None:
        raise PmError(
            f"There is no claim {claim_id!r} in the warehouse. A claim id is the CLM01 of its 837 (16 characters); "
            "`pm status` lists some, and `pm trace --encounter ID` finds one by the practice's own number."
        )
    rows = run_sql(con, __package__ or "", "trace.sql", {"claim_id": claim_id}).fetchall()
    return [
        Step(on, stage, what, text, file_id, number, run_id, evidence.raw(file_id, number) if evidence else None)
        for on, _, stage, what, text, file_id, number, run_id in rows
    ]


def claims_of_encounter(con: duckdb.DuckDBPyConnection, encounter_id: str) -> list[str]:
    """The claim ids of a practice's own encounter number."""
    rows = con.execute(
        "SELECT DISTINCT claim_id FROM charges.charge WHERE encounter_id = ? ORDER BY 1", [encounter_id]
    ).fetchall()
    return [str(row[0]) for row in rows]


def trace_entry(con: duckdb.DuckDBPyConnection, entry_id: str, evidence: Evidence) -> dict[str, Any]:
    """A ledger entry, its transaction, the decision behind it, and its evidence back to the receipt and the raw text.

    Raises PmError when there is no such entry.
    """
    txn_id = f"T{entry_id[1:].rpartition('-')[0]}"  # which is stored, so that no id is made of every other entry
    entry = _one(con, "SELECT * FROM ledger.entry WHERE txn_id = ? AND entry_id = ?", [txn_id, entry_id])
    if entry is None:
        raise PmError(f"There is no ledger entry {entry_id!r}. `pm trace CLAIM_ID` lists the entries of a claim.")
    txn = _one(con, "SELECT * FROM ledger.txn WHERE txn_id = ?", [entry["txn_id"]])
    siblings = con.execute(
        "SELECT entry_id, account, sub_account, cents FROM ledger.entry WHERE txn_id = ? ORDER BY ordinal",
        [entry["txn_id"]],
    ).fetchall()
    file = _one(con, "SELECT * FROM transport.file WHERE file_id = ?", [entry["file_id"]])
    receipts = _all(con, "SELECT * FROM transport.receipt WHERE file_id = ? ORDER BY landed_at", [entry["file_id"]])
    payment = _one(con, "SELECT * FROM remittance.payment WHERE payment_id = ?", [entry["payment_id"]])
    deposit = _one(
        con,
        "SELECT deposit.* FROM posting.deposit_match JOIN remittance.deposit USING (deposit_id) WHERE payment_id = ?",
        [entry["payment_id"]],
    )
    return {
        "entry": entry,
        "transaction": txn,
        "entries_of_transaction": [
            {"entry_id": one, "account": f"{account}:{sub}", "cents": cents} for one, account, sub, cents in siblings
        ],
        "payment": payment,
        "deposit": deposit,
        "resolution": _one(con, "SELECT * FROM posting.resolution WHERE resolution_id = ?", [entry["rule_id"]])
        or _one(con, "SELECT * FROM posting.unposting WHERE unposting_id = ?", [entry["rule_id"]]),
        "file": file,
        "receipts": receipts,
        "raw": evidence.raw(entry["file_id"], entry["segment_no"]),
    }


class Evidence:
    """Reads the raw segment or feed row behind a fact, from the landed or emitted bytes; each file is opened once."""

    def __init__(self, inbox: ReadsFiles, outbox: ReadsFiles) -> None:
        self._stores = (inbox, outbox)
        self._opened: dict[str, dict[int, str]] = {}

    def raw(self, file_id: str | None, number: int | None) -> str | None:
        """The text of segment `number` (X12) or of feed row `number`; None when there is no such place.

        Raises TransportError when the bytes are missing or were changed.
        """
        if file_id is None or number is None:
            return None
        if file_id not in self._opened:
            self._opened[file_id] = self._open(file_id)
        return self._opened[file_id].get(number)

    def places(self, file_id: str, first: int, count: int) -> list[tuple[int, str]]:
        """Up to `count` segments or rows from number `first` on, with their numbers; nothing of the file is kept. Raises TransportError."""
        data = self._read(file_id)
        if looks_like_x12(data):
            return list(islice(segments(open_envelope(data), first), count))
        texts = _rows(data)
        return [(number, texts[number]) for number in range(first, first + count) if number in texts]

    def _open(self, file_id: str) -> dict[int, str]:
        data = self._read(file_id)
        return segment_texts(open_envelope(data)) if looks_like_x12(data) else _rows(data)

    def _read(self, file_id: str) -> bytes:
        holder = next((store for store in self._stores if store.path(file_id).is_file()), self._stores[0])
        return holder.read(file_id)


def _rows(data: bytes) -> dict[int, str]:
    if kind_of(data[:HEAD_BYTES])[0] == "bank":  # its records are counted by line, from 1
        lines = re.split(r"\r\n|\r|\n", data.decode("utf-8-sig", errors="replace"))
        return dict(enumerate(lines, start=1))
    rows = csv.reader(io.StringIO(data.decode("utf-8-sig", errors="replace")))
    return {number: ",".join(row) for number, row in enumerate(rows)}


def _one(con: duckdb.DuckDBPyConnection, sql: str, params: list[Any]) -> dict[str, Any] | None:
    rows = _all(con, sql, params)
    return rows[0] if rows else None


def _all(con: duckdb.DuckDBPyConnection, sql: str, params: list[Any]) -> list[dict[str, Any]]:
    return records(con, sql, params)

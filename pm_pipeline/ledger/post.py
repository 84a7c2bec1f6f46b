"""Proposing and posting ledger transactions, set by set.

A stage fills the temporary table ``ledger_proposal`` (one row per entry; see proposals.sql) inside a unit of work and
calls ``post``. The transaction's key comes from the content of the event that causes it, so posting the same event again
adds nothing, whenever and however often it happens.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

from pm_pipeline.errors import LedgerError
from pm_pipeline.warehouse import Unit, number, records, run_sql, utc_now

HERE = __package__ or ""
PART_ENTRIES = 850_000  # found at a time: their texts are held in memory


@dataclass(frozen=True)
class Found:
    """What ``find`` found: how many transactions are to be moved, and how many were posted already; `params` says as what."""

    params: dict[str, Any]
    transactions: int
    already_posted: int


@dataclass(frozen=True)
class Posted:
    """What one call of post added: transactions, entries, and transactions that were there already."""

    transactions: int
    entries: int
    already_posted: int


@contextmanager
def proposals(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """An empty ``ledger_proposal`` (and ``ledger_reversal``) for the body to fill; dropped afterwards."""
    run_sql(con, HERE, "proposals.sql")
    yield  # when the body fails, the unit of work rolls back; the next run makes the temporary tables anew
    con.execute("DROP TABLE IF EXISTS ledger_proposal; DROP TABLE IF EXISTS ledger_reversal")


def reverse(con: duckdb.DuckDBPyConnection) -> None:
    """Propose the exact negation of the transactions listed in the temporary table ``ledger_reversal``.

    Its columns: txn_key, txn_kind, reverses_txn_key, actor, payment_id, remit_claim_id, cash_method, effective_on, file_id,
    segment_no, rule_id. payment_id, remit_claim_id, cash_method (the sub-account of CASH_CLEARING) and rule_id are those of
    the reversing event; NULL keeps the original's.
    """
    run_sql(con, HERE, "reverse.sql")


def post(con: duckdb.DuckDBPyConnection, work: Unit, name: str, posted_on: dt.date) -> Posted:
    """Post what is new in ``ledger_proposal`` and seal it into the unit of work.

    Raises LedgerError, and posts nothing, when a transaction does not sum to zero, names an unknown account, or has the
    key of a posted transaction but other content.
    """
    return keep(con, work, find(con, work, name, posted_on))


def find(con: duckdb.DuckDBPyConnection, work: Unit, name: str, posted_on: dt.date) -> Found:
    """The new transactions of ``ledger_proposal``, put into ``ledger_new_txn`` for ``keep``; the first half of ``post``.

    It writes nothing that is kept: found before the transaction begins, they are moved by all threads. Raises as ``post`` does.
    """
    entries = number(con, "SELECT count(*) FROM ledger_proposal")
    params = {
        "name": name, "run_id": work.run_id, "posted_on": posted_on, "recorded_at": utc_now(),
        "parts": -(-entries // PART_ENTRIES),
    }  # fmt: skip
    run_sql(con, HERE, "find.sql")
    if entries == 0:
        return Found(params, 0, 0)
    _refuse_unknown_accounts(con)
    for part in range(params["parts"]):
        run_sql(con, HERE, "find_part.sql", {**params, "part": part})
    run_sql(con, HERE, "found.sql")
    (found,) = records(con)
    _refuse_unlawful(found)
    already = found["already_posted"]
    if already:
        con.execute("DELETE FROM ledger_new_txn WHERE txn_id IN (SELECT txn_id FROM ledger_known_txn)")
    con.execute("DROP TABLE ledger_known_txn")
    return Found(params, found["transactions"] - already, already)


def keep(con: duckdb.DuckDBPyConnection, work: Unit, found: Found) -> Posted:
    """Move what was found, and its entries among the same proposals, into the ledger as one batch sealed into the unit."""
    entries, digest = _move(con, work, found.params) if found.transactions else (0, "")
    con.execute("DROP TABLE ledger_new_txn")
    work.digest = "+".join(filter(None, (work.digest, digest)))
    return Posted(found.transactions, entries, found.already_posted)


def _move(con: duckdb.DuckDBPyConnection, work: Unit, params: dict[str, Any]) -> tuple[int, str]:
    """How many entries were moved, and the batch's seal."""
    work.begin()
    params = {**params, "batch_no": number(con, "SELECT coalesce(max(batch_no), 0) + 1 FROM ledger.batch")}
    run_sql(con, HERE, "post.sql", params)
    (sealed,) = run_sql(con, HERE, "seal.sql", params).fetchall()
    return sealed


def batch_after(con: duckdb.DuckDBPyConnection, name: str) -> int:
    """The number after that of the last batch whose name begins with `name`; 1 when there is none."""
    return number(con, "SELECT coalesce(max(batch_no), 0) + 1 FROM ledger.batch WHERE starts_with(name, ?)", [name])


def _refuse_unknown_accounts(con: duckdb.DuckDBPyConnection) -> None:
    unknown = con.execute(
        "SELECT DISTINCT account FROM ledger_proposal ANTI JOIN ledger.account USING (account) ORDER BY 1"
    ).fetchall()
    if unknown:
        names = ", ".join(row[0] for row in unknown)
        raise LedgerError(f"The ledger has no account {names} (see ledger/schema.sql). Nothing was posted.")


def _refuse_unlawful(found: dict[str, Any]) -> None:
    if found["unbalanced"]:
        raise LedgerError(
            f"A ledger transaction must sum to zero; these do not: {', '.join(found['unbalanced'])}. Nothing was posted."
        )
    if found["same_id"]:
        raise LedgerError(
            f"Each of these transactions needs an id of its own and has that of another: {', '.join(found['same_id'])}. "
            "Nothing was posted."
        )
    if found["changed"]:
        raise LedgerError(
            "These transactions are posted already, with other content, and a posted one is never changed: "
            + ", ".join(found["changed"])
            + ". Reverse the posted one and post the new fact under its own key."
        )

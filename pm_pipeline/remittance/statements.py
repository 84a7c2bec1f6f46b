"""Bank statements (BAI2): each landed file once, whole or refused; each line of the bank once, whoever brought it.

The same deposit reaches us as a row of the CSV feed and as a transaction of a statement, and either again. It is known by
the bank's own reference (which is the feed's deposit_id); without one by account, date, amount, trace number and its place
among equals. A line the other way brought is found by date, amount and trace number, the first with the first and so on.
"""

from __future__ import annotations

import datetime as dt

import duckdb

from pm_pipeline.errors import FeedError, PmError
from pm_pipeline.intake import FeedResult
from pm_pipeline.intake.read import decode
from pm_pipeline.remittance.bai2 import Fault, Statement, read_statement
from pm_pipeline.remittance.bank_trace import trace_of
from pm_pipeline.transport.pending import ReadsFiles
from pm_pipeline.warehouse import load_rows, run_sql, unit

FEED = "bank_statement"
TABLE = "remittance.bank_line"
COLUMNS = ("record_no", "account", "posted_on", "type_code", "cents", "reference", "trace_number", "originator")


def load_statements(con: duckdb.DuckDBPyConnection, store: ReadsFiles, today: dt.date, run_id: str) -> list[FeedResult]:
    """Load every landed BAI2 file not dealt with yet, one unit of work each; a file with a fault is refused whole."""
    waiting = con.execute(
        "SELECT file_id, landed_on FROM transport.file WHERE direction = 'in' AND kind = 'bank' AND NOT EXISTS ("
        "SELECT 1 FROM transport.handled WHERE item_id = file_id AND stage = 'intake') ORDER BY landed_on, file_id"
    ).fetchall()
    results: list[FeedResult] = []
    for file_id, landed_on in waiting:
        statement = _read(store.read(file_id))
        with unit(con, "remittance.bank_statement", run_id):
            result = _refuse(con, file_id, statement.faults, today, run_id) if statement.faults else _load(
                con, file_id, statement, today, run_id
            )  # fmt: skip
            con.execute(
                "INSERT INTO intake.feed_file VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [file_id, FEED, result.status, result.refused_because, result.rows_in, result.rows_loaded,
                 result.rows_known, result.rows_quarantined, landed_on, run_id],
            )  # fmt: skip
            outcome = {"loaded": "loaded", "empty": "ignored", "refused": "quarantined"}[result.status]
            con.execute(
                "INSERT INTO transport.handled VALUES (?, 'intake', ?, ?, ?)", [file_id, outcome, today, run_id]
            )
        results.append(result)
    return results


def also_delivered(con: duckdb.DuckDBPyConnection, run_id: str) -> list[str]:
    """The hook of the deposits feed: rows that a statement brought before are known, not fresh. Adds no column."""
    if con.execute("SELECT 1 FROM remittance.bank_line LIMIT 1").fetchone() is not None:
        run_sql(con, __package__ or "", "feed_twice.sql", {"run_id": run_id})
    return []


def _read(data: bytes) -> Statement:
    try:
        return read_statement(decode(data))
    except FeedError as problem:
        return Statement(faults=[Fault(1, "UTF16", str(problem))])


def _load(
    con: duckdb.DuckDBPyConnection, file_id: str, statement: Statement, today: dt.date, run_id: str
) -> FeedResult:
    con.execute(
        "CREATE OR REPLACE TEMP TABLE bank_line_now (record_no BIGINT, account VARCHAR, posted_on DATE, "
        "type_code VARCHAR, cents BIGINT, reference VARCHAR, trace_number VARCHAR, originator VARCHAR)"
    )
    traces = [trace_of(line) for line in statement.lines]
    load_rows(
        con,
        "bank_line_now",
        COLUMNS,
        [
            (line.record_no, line.account, line.as_of, line.type_code, line.cents, line.bank_reference, trace.number,
             trace.originator)
            for line, trace in zip(statement.lines, traces, strict=True)
        ],
    )  # fmt: skip
    run_sql(con, __package__ or "", "statement.sql", {"file_id": file_id, "today": today, "run_id": run_id})
    counts = dict(con.execute("SELECT verdict, count(*) FROM bank_line_judged GROUP BY 1").fetchall())
    rows, loaded, known = len(statement.lines), counts.get("fresh", 0), counts.get("known", 0)
    refused = counts.get("conflict", 0)
    if rows != loaded + known + refused:
        raise PmError(
            f"Bank statement {file_id[:12]}: {rows} transactions in, but {loaded} loaded, {known} known and {refused} "
            "quarantined. Nothing of it was saved; this is a fault of the program, not of the file."
        )
    reasons = {"KEY_CONFLICT": refused} if refused else {}
    status = "loaded" if rows else "empty"
    return FeedResult(file_id, FEED, TABLE, status, rows, loaded, known, refused, reasons)


def _refuse(
    con: duckdb.DuckDBPyConnection, file_id: str, faults: list[Fault], today: dt.date, run_id: str
) -> FeedResult:
    con.execute("CREATE OR REPLACE TEMP TABLE bank_fault (record_no BIGINT, code VARCHAR, text VARCHAR)")
    load_rows(con, "bank_fault", ("record_no", "code", "text"), [(one.record_no, one.code, one.text) for one in faults])
    con.execute(
        "INSERT OR IGNORE INTO transport.problem SELECT short_id('X', concat_ws('|', $file_id, code, record_no)), $file_id, "
        "NULL, 'file', code, record_no, min(text), CAST($today AS DATE), $run_id FROM bank_fault GROUP BY code, record_no",
        {"file_id": file_id, "today": today, "run_id": run_id},
    )
    first = faults[0]
    more = f" ({len(faults) - 1} more: see transport.problem.)" if len(faults) > 1 else ""
    because = f"Line {first.record_no}: {first.text}{more}"
    return FeedResult(file_id, FEED, TABLE, "refused", refused_because=because)

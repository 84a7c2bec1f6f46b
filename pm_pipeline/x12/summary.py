"""What is in an X12 file, for people and machines: every interchange, set and claim with its disposition, problems first."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import duckdb

from pm_pipeline.warehouse.store import prepare
from pm_pipeline.x12.envelope import Envelope, Group, Interchange, Problem, TransactionSet, open_envelope
from pm_pipeline.x12.segments import SetText, load_segments, name_elements, read_guide

Document = dict[str, Any]
BySet = dict[str, Document]
REJECTED = ("A3", "A4", "A6", "A7", "A8")  # 277CA categories


def summarize(data: bytes) -> Document:
    """One document for a whole file; amounts in cents. Reads nothing but the bytes, writes nothing."""
    envelope = open_envelope(data)
    con = duckdb.connect()
    try:
        prepare(con)
        inside = _read_all(con, envelope)
    finally:
        con.close()
    return {
        "file_id": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "disposition": envelope.disposition,
        "problems": [_problem(one) for one in envelope.problems],
        "interchanges": [_interchange(one, inside) for one in envelope.interchanges],
    }


def _read_all(con: duckdb.DuckDBPyConnection, envelope: Envelope) -> BySet:
    texts: dict[str, list[SetText]] = defaultdict(list)
    for interchange in envelope.interchanges:
        for group in interchange.groups:
            for one in group.sets:
                if one.end > one.start:
                    text = envelope.cut(one.start, one.end)
                    texts[one.st01].append(
                        SetText(_set_id(one), "", one.first_segment_no, interchange.delimiters, text)
                    )
    inside: BySet = {}
    for st01, sets in texts.items():
        if (reader := READERS.get(st01)) is not None:
            inside |= reader(con, sets)
    return inside


def _set_id(one: TransactionSet) -> str:
    return str(one.first_segment_no)


def _interchange(one: Interchange, inside: BySet) -> Document:
    ta1 = [text.split(one.delimiters.element) + [""] * 5 for _, text in one.ta1]
    group_problems = [problem for group in one.groups for problem in group.problems]
    return {
        "isa13": one.control_number,
        "sender": one.sender,
        "receiver": one.receiver,
        "usage": one.usage,
        "disposition": one.disposition,
        "problems": [_problem(problem) for problem in [*one.problems, *group_problems]],
        "ta1": [{"isa13": parts[1], "code": parts[4], "note": parts[5]} for parts in ta1],
        "transactions": [_transaction(item, group, one, inside) for group in one.groups for item in group.sets],
    }


def _transaction(item: TransactionSet, group: Group, home: Interchange, inside: BySet) -> Document:
    stands = group.disposition == "accepted" and home.disposition != "rejected"
    return {
        "st01": item.st01,
        "st02": item.st02,
        "guide": item.st03 or group.gs08,
        "first_segment_no": item.first_segment_no,
        "disposition": item.disposition if stands else "rejected",
        "problems": [_problem(one) for one in item.problems],
    } | inside.get(_set_id(item), {})


def _read_835(con: duckdb.DuckDBPyConnection, sets: list[SetText]) -> BySet:
    read_guide(con, "835", sets)
    documents = _one_per_set(
        con,
        "SELECT set_id, trn02, trn03, pay.paid_cents AS bpr02_cents, bpr04 AS method, bpr16 AS effective_on, "
        "coalesce(clp.claims, 0) AS claims, coalesce(clp.lines, 0) AS lines, coalesce(cas.adjustments, 0) AS adjustments, "
        "coalesce(clp.charge_cents, 0) AS charge_cents, coalesce(clp.paid_cents, 0) AS paid_cents, "
        "coalesce(plb.plb_cents, 0) AS plb_cents, "
        "coalesce(pay.paid_cents = coalesce(clp.paid_cents, 0) - coalesce(plb.plb_cents, 0), false) AS balanced, "
        "coalesce(clp.unbalanced, 0) AS unbalanced_claims "
        "FROM x12_835_payment AS pay "
        "LEFT JOIN (SELECT set_id, count(*) AS claims, sum(lines) AS lines, sum(charge_cents) AS charge_cents, "
        "  sum(paid_cents) AS paid_cents, count(imbalance) AS unbalanced FROM x12_835_balance GROUP BY 1) AS clp USING (set_id) "
        "LEFT JOIN (SELECT set_id, count(*) AS adjustments FROM x12_835_adjustment GROUP BY 1) AS cas USING (set_id) "
        "LEFT JOIN (SELECT set_id, sum(cents) AS plb_cents FROM x12_835_plb GROUP BY 1) AS plb USING (set_id)",
    )
    _add_lists(
        con,
        documents,
        "claim_list",
        "SELECT set_id, clp01 AS claim_id, status, charge_cents, paid_cents, payer_claim_number, segment_no, imbalance "
        "FROM x12_835_balance ORDER BY imbalance IS NULL, segment_no",
    )
    return documents


def _read_277(con: duckdb.DuckDBPyConnection, sets: list[SetText]) -> BySet:
    read_guide(con, "277ca", sets)
    documents: BySet = {one.set_id: {"claims": 0, "unlisted_rejected": 0} for one in sets}
    _add_lists(
        con,
        documents,
        "claim_list",
        "SELECT set_id, claim_id, category, status, payer_claim_number, level, segment_no FROM x12_277ca_status "
        f"WHERE level IN ('claim', 'line') ORDER BY category NOT IN {REJECTED}, segment_no",
    )
    stated = con.execute(
        "SELECT set_id, max(claims) FROM x12_277ca_total WHERE qualifier = 'AA' AND level = 'receiver' GROUP BY 1"
    ).fetchall()
    for document in documents.values():
        document["claims"] = len({one["claim_id"] for one in document["claim_list"]})
    for set_id, claims in stated:
        listed = {one["claim_id"] for one in documents[set_id]["claim_list"] if one["category"] in REJECTED}
        documents[set_id]["unlisted_rejected"] = max(0, int(claims or 0) - len(listed))
    return documents


def _read_999(con: duckdb.DuckDBPyConnection, sets: list[SetText]) -> BySet:
    read_guide(con, "999", sets)
    documents: BySet = {one.set_id: {"gs06": None, "group_code": None} for one in sets}
    documents |= _one_per_set(con, "SELECT set_id, gs06, ak901 AS group_code FROM x12_999_group")
    _add_lists(
        con, documents, "sets", "SELECT set_id, st02, ik501 AS code, segment_no FROM x12_999_set ORDER BY segment_no"
    )
    _add_lists(con, documents, "errors", "SELECT set_id, text, segment_no FROM x12_999_error ORDER BY segment_no")
    return documents


def _read_837(con: duckdb.DuckDBPyConnection, sets: list[SetText]) -> BySet:
    load_segments(con, sets)
    name_elements(con)
    documents: BySet = {one.set_id: {} for one in sets}
    _add_lists(
        con,
        documents,
        "claim_list",
        "SELECT set_id, nullif(e[2], '') AS claim_id, cents(e[3]) AS charge_cents, segment_no, "
        "coalesce(lead(lines) OVER (PARTITION BY set_id ORDER BY segment_no), all_lines) - lines AS lines "
        "FROM (SELECT *, count(*) FILTER (tag = 'LX') OVER (PARTITION BY set_id ORDER BY segment_no) AS lines, "
        "  count(*) FILTER (tag = 'LX') OVER (PARTITION BY set_id) AS all_lines FROM x12_segment) "
        "WHERE tag = 'CLM' ORDER BY segment_no",
    )
    for document in documents.values():
        listed = document["claim_list"]
        document["claims"] = len(listed)
        document["lines"] = sum(one["lines"] for one in listed)
        document["charge_cents"] = sum(one["charge_cents"] or 0 for one in listed)
    return documents


READERS: dict[str, Callable[[duckdb.DuckDBPyConnection, list[SetText]], BySet]] = {
    "835": _read_835,
    "277": _read_277,
    "999": _read_999,
    "837": _read_837,
}


def _problem(one: Problem) -> Document:
    return {"code": one.code, "segment_no": one.segment_no, "text": one.text}


def _one_per_set(con: duckdb.DuckDBPyConnection, sql: str) -> BySet:
    return {row.pop("set_id"): row for row in _rows(con, sql)}


def _add_lists(con: duckdb.DuckDBPyConnection, documents: BySet, name: str, sql: str) -> None:
    for document in documents.values():
        document[name] = []
    for row in _rows(con, sql):
        documents[row.pop("set_id")][name].append(row)


def _rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[Document]:
    cursor = con.execute(sql)
    names = [column[0] for column in cursor.description]
    numbers = ("_cents", "claims", "lines", "adjustments")
    return [
        {
            name: int(value) if value is not None and name.endswith(numbers) else value
            for name, value in zip(names, row, strict=True)
        }
        for row in cursor.fetchall()
    ]


def is_sound(document: Document) -> bool:
    """True when nothing in the file was refused and every payment and claim in it balances."""
    if document["disposition"] not in ("accepted", "noted"):
        return False
    return all(
        one["disposition"] != "rejected"
        and all(
            item["disposition"] == "accepted" and item.get("balanced", True) and not item.get("unbalanced_claims")
            for item in one["transactions"]
        )
        for one in document["interchanges"]
    )

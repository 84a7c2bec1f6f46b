"""What is in an X12 file, for people and machines: every interchange, set and claim with its disposition, problems first.

What belongs here: the document (keys and types that do not change, README "X12 files") and how sets are read for it. What
a set of each guide comes to is SQL: summary_<guide>.sql over the tables of read_<guide>.sql. Names of people are in none of
it: ids, codes, counts and amounts only. Nothing here raises for bad content.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from pm_pipeline.warehouse import run_sql
from pm_pipeline.warehouse.store import prepare
from pm_pipeline.x12.envelope import Envelope, Group, Interchange, Problem, TransactionSet, open_envelope
from pm_pipeline.x12.guides import guide_of, reader_of
from pm_pipeline.x12.parts import SetSpan
from pm_pipeline.x12.segments import load_segments, name_elements, read_guide
from pm_pipeline.x12.source import Source, source_of

Document = dict[str, Any]
BySet = dict[str, Document]
BATCH_BYTES = 32_000_000  # of sets read at once
LARGE = 64_000_000  # bytes of a file from which the database may only hold so much in memory; the rest lies on disk
LISTED_PROBLEMS = 100  # of one code per set; the rest is counted


@dataclass(frozen=True)
class Family:
    """Guides that are read and summarised alike: read_<reader>.sql (None: the bare segments), summary_<name>.sql and the
    lists it leaves as tables summary_<list>. `empty` is what a set says that could not be read."""

    name: str
    reader: str | None
    lists: tuple[str, ...] = ()
    empty: Document = field(default_factory=dict)


_AMOUNTS = {"claims": 0, "lines": 0, "charge_cents": 0}
_835 = Family(
    "835", "835", ("claim_list",),
    {"trn02": None, "trn03": None, "bpr02_cents": None, "method": None, "effective_on": None, **_AMOUNTS, "adjustments": 0,
     "paid_cents": 0, "plb_cents": 0, "balanced": False, "unbalanced_claims": 0},
)  # fmt: skip
_837 = Family("837", None, ("claim_list",), _AMOUNTS)
_999 = Family("999", "999", ("sets", "errors"), {"gs01": None, "gs06": None, "group_code": None})
_277 = Family("277", "277", ("claims",))
FAMILIES: dict[str, Family] = {
    "835": _835,
    "837p": _837,
    "837i": _837,
    "837d": _837,
    "999": _999,
    "997": _999,
    "277ca": Family("277ca", "277ca", ("claims", "levels", "totals"), {"unlisted_rejected": 0, "unlisted_accepted": 0}),
    "277": _277,
    "271": Family("271", "271", ("rejects",)),
    "278": Family("278", "278", ("decisions", "rejects")),
}


def summarize(data: bytes | Source, list_claims: int = 0) -> Document:
    """One document for a whole file; amounts in cents. Reads nothing but the bytes, keeps nothing.

    `list_claims` is how many claims of each 835 and 837 set to list under "claim_list", those that do not balance first;
    "claims" counts them all. A 277CA or 277 lists every claim under "claims". A large file should be given as a source on
    disk: it is then never in memory as a whole.
    """
    source = source_of(data)
    envelope = open_envelope(source)
    with _database(source.size) as con:
        inside = _read_all(con, envelope, list_claims)
    return {
        "file_id": _sha256(source),
        "bytes": source.size,
        "disposition": envelope.disposition,
        "problems": [_problem(one) for one in envelope.problems],
        "interchanges": [_interchange(one, inside) for one in envelope.interchanges],
    }


def is_sound(document: Document) -> bool:
    """True when nothing in the file was refused and every payment and claim in it balances."""
    if document["disposition"] not in ("accepted", "noted"):
        return False
    return all(
        one["disposition"] != "rejected"
        and all(
            item["disposition"] in ("accepted", "noted") and not item.get("unbalanced_claims")
            for item in one["transactions"]
        )
        for one in document["interchanges"]
    )


def family_of(one: TransactionSet, group: Group) -> Family | None:
    """How a set is read for its summary; None when this codec does not read its guide."""
    guide = guide_of(one.st01, one.st03, group.gs08)
    if guide is None:  # an 837 whose version says nothing still has claims to count
        return _837 if one.st01 == "837" else None
    return FAMILIES.get(guide) or FAMILIES.get(reader_of(guide))


@contextmanager
def _database(size: int) -> Iterator[duckdb.DuckDBPyConnection]:
    with TemporaryDirectory(prefix="pm-summary-") as folder:  # made for this user alone, and removed with what is in it
        con = duckdb.connect()
        try:
            prepare(con)
            con.execute("SET temp_directory = ?", [folder])
            if size >= LARGE:
                con.execute("SET threads = 1")
                con.execute("SET memory_limit = '384MB'")
                con.execute("SET preserve_insertion_order = false")
            yield con
        finally:
            con.close()


def _sha256(source: Source) -> str:
    digest, at = hashlib.sha256(), 0
    while data := source.read(at, at + BATCH_BYTES):
        digest.update(data)
        at += len(data)
    return digest.hexdigest()


def _read_all(con: duckdb.DuckDBPyConnection, envelope: Envelope, list_claims: int) -> BySet:
    waiting: dict[str, list[tuple[TransactionSet, Interchange]]] = defaultdict(list)
    families: dict[str, Family] = {}
    for interchange in envelope.interchanges:
        for group in interchange.groups:
            for one in group.sets:
                if one.end > one.start and (family := family_of(one, group)) is not None:
                    families[family.name] = family
                    waiting[family.name].append((one, interchange))
    inside: BySet = {}
    for name, sets in waiting.items():
        for batch in _batches(envelope, sets):
            inside |= _read_safely(con, families[name], batch, list_claims)
    return inside


def _batches(envelope: Envelope, sets: Sequence[tuple[TransactionSet, Interchange]]) -> Iterator[list[SetSpan]]:
    batch: list[SetSpan] = []
    size = 0
    for one, home in sets:
        batch.append(
            SetSpan(_set_id(one), "", one.first_segment_no, home.delimiters, envelope.source, one.start, one.end)
        )
        size += one.end - one.start
        if size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _read_safely(con: duckdb.DuckDBPyConnection, family: Family, sets: list[SetSpan], list_claims: int) -> BySet:
    """A set the database cannot read (a sum beyond all bounds, say) is told and spoils no other."""
    try:
        try:
            return _read(con, family, sets, list_claims)
        except duckdb.OutOfMemoryException:  # rather slow and large than not at all
            con.execute("RESET memory_limit")
            return _read(con, family, sets, list_claims)
    except duckdb.Error as problem:
        if len(sets) > 1:
            half = len(sets) // 2
            first = _read_safely(con, family, sets[:half], list_claims)
            return first | _read_safely(con, family, sets[half:], list_claims)
        text = f"The content of the set could not be summed up ({type(problem).__name__}); nothing of it is shown."
        found = Problem("set", "UNREADABLE", sets[0].first_segment_no, text)
        return {sets[0].set_id: {"problems": [_problem(found)], "is_fatal": True}}


def _read(con: duckdb.DuckDBPyConnection, family: Family, sets: list[SetSpan], list_claims: int) -> BySet:
    if family.reader is None:
        load_segments(con, sets)
        name_elements(con)
    else:
        read_guide(con, family.reader, sets)
    run_sql(con, __package__ or "", f"summary_{family.name}.sql", {"list_claims": list_claims})
    documents = {one.set_id: dict[str, Any]() for one in sets}
    for row in _rows(con, "SELECT * FROM summary_set"):
        documents[row.pop("set_id")] |= row
    for name in family.lists:
        if name == "claim_list" and list_claims == 0:
            continue
        for document in documents.values():
            document[name] = []
        order = "ORDER BY segment_no" if name != "claim_list" else ""
        for row in _rows(con, f"SELECT * FROM summary_{name} {order}"):
            documents[row.pop("set_id")][name].append(row)
    _add_problems(con, documents, {one.set_id: one.first_segment_no for one in sets})
    return documents


def _add_problems(con: duckdb.DuckDBPyConnection, documents: BySet, first: dict[str, int]) -> None:
    rows = con.execute(
        "SELECT set_id, segment_no, code, text, is_fatal, row_number() OVER found AS place, count(*) OVER (PARTITION BY set_id, code) "
        "FROM summary_problem WINDOW found AS (PARTITION BY set_id, code ORDER BY segment_no) "
        f"QUALIFY place <= {LISTED_PROBLEMS} ORDER BY set_id, segment_no, code"
    ).fetchall()
    for set_id, segment_no, code, text, is_fatal, place, of in rows:
        document = documents[set_id]
        problems = document.setdefault("problems", [])
        document["is_fatal"] = document.get("is_fatal", False) or bool(is_fatal)
        more = f" There are {of - place} more of this kind." if place == LISTED_PROBLEMS and of > place else ""
        problems.append(_problem(Problem("set", code, segment_no or first[set_id], text + more)))


def _interchange(one: Interchange, inside: BySet) -> Document:
    ta1 = [
        [part.strip() for part in text.split(one.delimiters.element)] + [""] * 5
        for text in (ta1.text for ta1 in one.ta1)
    ]
    group_problems = [problem for group in one.groups for problem in group.problems]
    return {
        "isa13": one.control_number,
        "sender": one.sender,
        "receiver": one.receiver,
        "usage": one.usage,
        "disposition": "quarantined" if one.has_lost_group and one.disposition != "rejected" else one.disposition,
        "problems": [_problem(problem) for problem in [*one.problems, *group_problems]],
        "ta1": [{"isa13": parts[1], "code": parts[4], "note": parts[5]} for parts in ta1],
        "transactions": [_transaction(item, group, one, inside) for group in one.groups for item in group.sets],
    }


def _transaction(item: TransactionSet, group: Group, home: Interchange, inside: BySet) -> Document:
    family = family_of(item, group)
    said = dict(inside.get(_set_id(item), {}))
    content, is_fatal = said.pop("problems", []), said.pop("is_fatal", False)
    disposition = item.disposition
    if group.disposition == "rejected" or home.disposition == "rejected":
        disposition = "rejected"
    elif disposition in ("accepted", "noted") and content:
        disposition = "quarantined" if is_fatal else "noted"
    empty = {**family.empty, **{name: [] for name in family.lists if name != "claim_list"}} if family else {}
    if family and _set_id(item) not in inside:
        empty["is_read"] = False
    return {
        "st01": item.st01,
        "st02": item.st02,
        "guide": item.st03 or group.gs08,
        "first_segment_no": item.first_segment_no,
        "segments": item.last_segment_no - item.first_segment_no + 1,
        "disposition": disposition,
        "problems": [_problem(one) for one in item.problems] + content,
        **empty,
        **said,
    }


def _set_id(one: TransactionSet) -> str:
    return str(one.first_segment_no)


def _problem(one: Problem) -> Document:
    return {"code": one.code, "segment_no": one.segment_no, "text": one.text}


def _rows(con: duckdb.DuckDBPyConnection, sql: str) -> Iterator[Document]:
    cursor = con.execute(sql)
    names = [column[0] for column in cursor.description]
    for row in cursor.fetchall():
        yield {name: int(value) if isinstance(value, float) else value for name, value in zip(names, row, strict=True)}

"""Landed files become judged interchanges and transaction sets, each with its place in the file."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import duckdb

from pm_pipeline.config import Config
from pm_pipeline.errors import ConfigError, TransportError
from pm_pipeline.transport.guides import disposition_of, guide_of, judge
from pm_pipeline.transport.kinds import HEAD_BYTES, REASONS, kind_of
from pm_pipeline.transport.store import FileStore
from pm_pipeline.transport.sweep import BY_HAND
from pm_pipeline.warehouse import load_rows, run_sql, unit
from pm_pipeline.x12.envelope import Envelope, Interchange, Problem, open_envelope
from pm_pipeline.x12.source import Source

STAGE = "open"
FILES_PER_UNIT = 200
SETS_PER_UNIT = 20_000

INTERCHANGE = (
    "interchange_id", "file_id", "partner_id", "sender_qualifier", "sender_id", "receiver_qualifier", "receiver_id",
    "sent_at", "control_number", "usage", "element_separator", "component_separator", "repetition_separator",
    "terminator", "first_segment_no", "last_segment_no", "disposition", "landed_on", "run_id",
)  # fmt: skip
TRANSACTION_SET = (
    "set_id", "interchange_id", "file_id", "partner_id", "gs01", "gs06", "guide", "st01", "st02", "first_segment_no",
    "last_segment_no", "start_at", "end_at", "disposition", "sent_at", "landed_on", "run_id",
)  # fmt: skip
PROBLEM = ("problem_id", "file_id", "set_id", "level", "code", "segment_no", "text", "found_on", "run_id")
HANDLED = ("item_id", "stage", "outcome", "handled_on", "run_id")


@dataclass
class Opened:
    """Files opened in one run: file_id to outcome (loaded, quarantined); counts of sets by ST01 and disposition
    ("835 accepted") and of problems by code. Plain data, fit to be shown anywhere."""

    files: dict[str, str] = field(default_factory=dict)
    interchanges: int = 0
    sets: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class _Pending:
    file_id: str
    kind: str
    landed_on: dt.date
    partner_id: str


@dataclass
class _Rows:
    """Rows waiting to be written as one unit of work."""

    today: dt.date
    run_id: str
    interchanges: list[tuple[Any, ...]] = field(default_factory=list)
    sets: list[tuple[Any, ...]] = field(default_factory=list)
    problems: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    handled: list[tuple[Any, ...]] = field(default_factory=list)

    def add_problem(self, file_id: str, set_id: str | None, problem: Problem) -> None:
        content = f"{file_id}|{problem.level}|{problem.code}|{problem.segment_no}"
        key = "X" + hashlib.sha256(content.encode()).hexdigest()[:16]
        self.problems[key] = (
            key, file_id, set_id, problem.level, problem.code, problem.segment_no, problem.text, self.today,
            self.run_id,
        )  # fmt: skip

    @property
    def is_full(self) -> bool:
        return len(self.handled) >= FILES_PER_UNIT or len(self.sets) >= SETS_PER_UNIT


def open_landed(
    con: duckdb.DuckDBPyConnection, store: FileStore, config: Config, today: dt.date, run_id: str
) -> Opened:
    """Open every landed file not opened yet, one at a time in memory; practice feeds are not ours to open.

    Raises TransportError, after all others were opened, when the bytes of a file are missing or were changed, or a file
    came from a partner that trading_partners.yaml no longer has.
    """
    opened, rows, unreadable = Opened(), _Rows(today, run_id), list[str]()
    for pending in [_Pending(*row) for row in run_sql(con, __package__ or "", "opening_pending.sql").fetchall()]:
        try:
            accepts_usage = _accepted_usage(config, pending.partner_id)
            source = store.open(pending.file_id)
        except (TransportError, ConfigError) as problem:
            unreadable.append(str(problem))
            continue
        _open_one(rows, pending, source, accepts_usage)
        if rows.is_full:
            _write(con, rows, opened)
            rows = _Rows(today, run_id)
    if rows.handled:
        _write(con, rows, opened)
    if unreadable:
        raise TransportError(f"{len(unreadable)} landed files could not be opened; the others were. {unreadable[0]}")
    return opened


def _accepted_usage(config: Config, partner_id: str) -> Iterable[str]:
    if partner_id == BY_HAND:
        return config.partners.by_hand.accepts_usage
    return config.partner(partner_id).accepts_usage


def _open_one(rows: _Rows, pending: _Pending, source: Source, accepts_usage: Iterable[str]) -> None:
    if pending.kind == "x12":
        envelope = open_envelope(source)
        judge(envelope, set(accepts_usage))
    else:
        _, code = kind_of(source.read(0, HEAD_BYTES))
        envelope = Envelope(source).fail(code, REASONS[code])
    for problem in envelope.problems:
        rows.add_problem(pending.file_id, None, problem)
    accepted = sum(_add_interchange(rows, pending, envelope, one) for one in envelope.interchanges)
    has_problem = envelope.disposition == "rejected" or any(one.has_refused for one in envelope.interchanges)
    has_sets = any(group.sets for one in envelope.interchanges for group in one.groups)
    outcome = "quarantined" if accepted == 0 and (has_problem or has_sets) else "loaded"
    rows.handled.append((pending.file_id, STAGE, outcome, rows.today, rows.run_id))


def _add_interchange(rows: _Rows, pending: _Pending, envelope: Envelope, one: Interchange) -> int:
    """Add the rows of an interchange; returns how many of its sets are accepted."""
    file_id, marks, sent_at = pending.file_id, one.delimiters, _sent_at(one)
    interchange_id = f"{file_id}:{one.first_segment_no}"
    tail = (sent_at, pending.landed_on, rows.run_id)
    for problem in one.problems:
        rows.add_problem(file_id, None, problem)
    rows.interchanges.append(
        (interchange_id, file_id, pending.partner_id, *one.isa[4:8], sent_at, one.control_number, one.usage,
         marks.element, marks.component, marks.repetition, marks.terminator, one.first_segment_no, one.last_segment_no,
         one.disposition, pending.landed_on, rows.run_id)
    )  # fmt: skip
    first_row = len(rows.sets)
    ta1_disposition = "rejected" if one.disposition == "rejected" else "accepted"
    for number, text, start, end in one.ta1:
        rows.sets.append(
            (f"{file_id}:{number}", interchange_id, file_id, pending.partner_id, "", "", "TA1", "TA1",
             text.split(marks.element)[1].strip(), number, number, start, end, ta1_disposition, *tail)
        )  # fmt: skip
    for group in one.groups:
        for problem in group.problems:
            rows.add_problem(file_id, None, problem)
        for each in group.sets:
            set_id = f"{file_id}:{each.first_segment_no}"
            for problem in each.problems:
                rows.add_problem(file_id, set_id, problem)
            rows.sets.append(
                (set_id, interchange_id, file_id, pending.partner_id, group.gs01, group.gs06, guide_of(group, each),
                 each.st01, each.st02, each.first_segment_no, each.last_segment_no, each.start, each.end,
                 disposition_of(one, group, each), *tail)
            )  # fmt: skip
    place = TRANSACTION_SET.index("disposition")
    return sum(row[place] == "accepted" for row in rows.sets[first_row:])


def _sent_at(interchange: Interchange) -> str | None:
    """ISA09 and ISA10 as a timestamp; None when they are not a date and time."""
    stamp = interchange.isa[8] + interchange.isa[9]
    if not re.fullmatch(r"[0-9]{6}([01][0-9]|2[0-3])[0-5][0-9]", stamp):
        return None
    text = f"20{stamp[:2]}-{stamp[2:4]}-{stamp[4:6]}"
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return None
    return f"{text} {stamp[6:8]}:{stamp[8:10]}:00"


def _shown_kind(st01: str) -> str:
    return st01 if re.fullmatch(r"[0-9]{3}|TA1", st01) else "other"


def _write(con: duckdb.DuckDBPyConnection, rows: _Rows, opened: Opened) -> None:
    with unit(con, "open landed files", rows.run_id):
        load_rows(con, "transport.interchange", INTERCHANGE, rows.interchanges)
        load_rows(con, "transport.transaction_set", TRANSACTION_SET, rows.sets)
        load_rows(con, "transport.problem", PROBLEM, rows.problems.values())
        load_rows(con, "transport.handled", HANDLED, rows.handled)
    opened.files |= {row[0]: row[2] for row in rows.handled}
    opened.interchanges += len(rows.interchanges)
    kind, disposition = TRANSACTION_SET.index("st01"), TRANSACTION_SET.index("disposition")
    opened.sets.update(f"{_shown_kind(row[kind])} {row[disposition]}" for row in rows.sets)
    opened.problems.update(row[4] for row in rows.problems.values())

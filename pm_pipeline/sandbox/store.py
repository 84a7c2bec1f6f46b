"""Where the sandbox keeps its books: one SQLite file of its own, out of reach of any fault of the warehouse."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from importlib import resources
from pathlib import Path

from pm_pipeline.errors import ConfigError
from pm_pipeline.sandbox.coverage import Coverage
from pm_pipeline.sandbox.people import Person
from pm_pipeline.sandbox.practice import Practice
from pm_pipeline.sandbox.rows import FeedRow, Planted, as_row, cents


class Store:
    """The books, opened. `identity` names the simulation (seed, plan); a file of another one is refused."""

    def __init__(self, path: Path, identity: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.con = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.con.row_factory = sqlite3.Row
        self.con.execute("PRAGMA synchronous = NORMAL")
        known = self.con.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        self.is_new = not known
        if self.is_new:
            schema = resources.files(__package__ or "").joinpath("books.sql").read_text(encoding="utf-8")
            self.con.executescript(f"BEGIN;\n{schema}\nCOMMIT;")
            self.set_meta("identity", identity)
        elif self.meta("identity") != identity:
            self.con.close()
            raise ConfigError(
                f"{path} holds the books of another simulation (other seed, plan or configuration). Give this one a "
                "folder of its own (PM_HOME), or remove the sandbox folder to begin again."
            )

    def close(self) -> None:
        """Let go of the file."""
        self.con.close()

    @contextmanager
    def unit(self) -> Iterator[None]:
        """All or nothing."""
        self.con.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.con.execute("ROLLBACK")
            raise
        self.con.execute("COMMIT")

    def all(self, sql: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        """Every row of a query."""
        return self.con.execute(sql, values).fetchall()

    def one(self, sql: str, values: Sequence[object] = ()) -> sqlite3.Row | None:
        """The first row of a query, if any."""
        return self.con.execute(sql, values).fetchone()

    def do(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run a statement; returns the row id of what was inserted."""
        return self.con.execute(sql, values).lastrowid or 0

    def add(self, table: str, **columns: object) -> int:
        """Insert one row; returns its row id."""
        marks = ", ".join("?" for _ in columns)
        return self.do(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", list(columns.values()))

    def meta(self, key: str) -> str | None:
        """A remembered value."""
        row = self.one("SELECT value FROM meta WHERE key = ?", [key])
        return None if row is None else row["value"]

    def set_meta(self, key: str, value: str) -> None:
        """Remember a value."""
        self.do("INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", [key, value])

    def next(self, counter: str) -> int:
        """The next number of a counter, from 1."""
        self.do("INSERT INTO counter VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1", [counter])
        row = self.one("SELECT value FROM counter WHERE name = ?", [counter])
        assert row is not None
        return row["value"]

    def plan_rows(self, rows: Iterable[FeedRow]) -> None:
        """Put feed rows into the books, at the end of their day's file; what should be loaded is noted as truth."""
        places: dict[tuple[str, str], int] = {}
        for row in rows:
            day = row.due_on.isoformat()
            if (row.feed, day) not in places:
                last = self.one(
                    "SELECT max(place) AS place FROM feed_row WHERE feed = ? AND due_on = ?", [row.feed, day]
                )
                places[row.feed, day] = (last["place"] or 0) if last else 0
            places[row.feed, day] += 1
            self.do(
                "INSERT INTO feed_row VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
                [row.feed, day, places[row.feed, day], row.key, json.dumps(row.cells), row.expected, row.why],
            )
            if row.expected == "loaded" and row.feed == "charges":
                self._charge(row)
            elif row.expected == "loaded" and row.feed == "coverages":
                self._coverage(row)

    def plant(self, planted: Iterable[Planted]) -> None:
        """Note planted mistakes."""
        self.con.executemany(
            "INSERT OR IGNORE INTO planted VALUES (?, ?, ?, ?, ?)",
            [
                (one.item_id, one.stage, one.code, one.due_on.isoformat(), one.fixed_on and one.fixed_on.isoformat())
                for one in planted
            ],
        )

    def begin(self, practice: Practice) -> None:
        """Everything the practice will send of its own accord."""
        self.con.executemany("INSERT INTO person VALUES (?, ?, ?, ?, ?)", [_person(one) for one in practice.people])
        holders = {person.patient_id: person for person in practice.people}
        self.con.executemany(
            "INSERT INTO member VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [_member(one, holders) for one in practice.truth]
        )
        self.plan_rows(practice.rows)
        self.plant(practice.planted)

    def _charge(self, row: FeedRow) -> None:
        charge = as_row("charges", row.cells)
        visit = "|".join(charge[column] for column in ("encounter_id", "entered_on", "provider_id", "location_id"))
        modifiers = ":".join(charge.get(f"modifier_{place}", "") for place in range(1, 5)).rstrip(":")
        self.add(
            "charge", charge_id=charge["charge_id"], action=charge["action"],
            original_charge_id=charge.get("original_charge_id"), visit=visit, patient_id=charge["patient_id"],
            provider_id=charge["provider_id"], dos_on=charge["dos_from"], procedure_code=charge["procedure_code"],
            modifiers=modifiers, cents=cents(charge["charge_amount"]), cells=json.dumps(row.cells),
            due_on=row.due_on.isoformat(),
        )  # fmt: skip

    def _coverage(self, row: FeedRow) -> None:
        cover = as_row("coverages", row.cells)
        self.add(
            "coverage", coverage_id=cover["coverage_id"], updated_on=cover["updated_on"],
            patient_id=cover["patient_id"], cob_order=int(cover["cob_order"]), payer_id=cover["payer_id"],
            effective_from=cover["effective_from"],
            effective_to=cover.get("effective_to"), due_on=row.due_on.isoformat(),
        )  # fmt: skip


def identity_of(path: Path) -> str | None:
    """The identity of the books at `path`; None when there are none yet."""
    if not path.exists():
        return None
    with closing(sqlite3.connect(path)) as con:
        is_made = con.execute("SELECT count(*) FROM sqlite_master WHERE name = 'meta'").fetchone()[0]
        row = con.execute("SELECT value FROM meta WHERE key = 'identity'").fetchone() if is_made else None
    return None if row is None else row[0]


def _person(person: Person) -> tuple[str, ...]:
    return person.patient_id, person.last.upper(), person.first.upper(), person.birth.isoformat(), person.sex


def _member(cover: Coverage, people: dict[str, Person]) -> tuple[object, ...]:
    holder = cover.subscriber or people[cover.patient_id]
    ended = cover.effective_to.isoformat() if cover.effective_to else None
    return (
        cover.payer_id, cover.member_id, cover.patient_id, cover.cob_order, cover.relationship, holder.last.upper(),
        holder.first.upper(), cover.effective_from.isoformat(), ended,
    )  # fmt: skip

"""A practice with released claims, an outbox on disk, and a partner that can fail at any call."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pm_pipeline import submission
from pm_pipeline.charges.claim_id import claim_id, line_id
from pm_pipeline.config import Config, Partner
from pm_pipeline.errors import TransportError
from pm_pipeline.submission import Submitted
from pm_pipeline.transport.sftp import RemoteFile
from pm_pipeline.transport.store import FileStore
from pm_pipeline.warehouse import load_rows
from tests.scrub.world import DAY, World

NOW = dt.datetime(2026, 6, 3, 20, 30)


class Crash(BaseException):
    """The process dies here."""


@dataclass
class FakePartner:
    """The other side of the wire. `trouble` is what the next calls meet, by name: put, rename, stat, connect.

    A trouble is raised at its call; "rename" strikes after the bytes stand under their final name.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    trouble: dict[str, BaseException] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    @contextmanager
    def session(self, partner: Partner) -> Iterator[FakePartner]:
        self._meet("connect")
        yield self

    def put(self, local: Path, folder: str, name: str) -> None:
        self.calls.append(f"put {name}")
        self._meet("put")
        self.files[f"{folder}/{name}"] = local.read_bytes()
        self._meet("rename")

    def stat(self, folder: str, name: str | bytes) -> RemoteFile | None:
        assert isinstance(name, str)
        self.calls.append(f"stat {name}")
        self._meet("stat")
        data = self.files.get(f"{folder}/{name}")
        return None if data is None else RemoteFile(folder, name.encode(), len(data), 0, is_regular=True)

    def _meet(self, call: str) -> None:
        if problem := self.trouble.pop(call, None):
            raise problem


@dataclass
class Office:
    """Runs scrub and submission over one synthetic practice."""

    world: World
    store: FileStore
    partner: FakePartner
    config: Config
    runs: int = 0

    @property
    def con(self) -> duckdb.DuckDBPyConnection:
        return self.world.con

    def scrubbed(self, number: int, **charge: Any) -> str:
        """A claim with one line of a patient of its own, built and released by the scrub; returns its id."""
        patient = f"PT{number}"
        self.world.insured(patient)
        claim = self.world.charge(f"CH{number}", encounter_id=f"E{number}", patient_id=patient, **charge)
        self.world.run()
        assert self.world.state(claim) == "released", self.world.open_rules(claim)
        return claim

    def released(self, number: int) -> str:
        """Such a claim as the scrub would leave it, without running the scrub."""
        claim, patient = claim_id("HARBOR", f"E{number}", DAY, "P01", "MAIN", 1), f"PT{number}"
        self.world.insured(patient)
        head = {
            "claim_id": claim, "practice_id": "HARBOR", "encounter_id": f"E{number}", "group_no": 1,
            "patient_id": patient, "provider_id": "P01", "location_id": "MAIN", "payer_id": "SMTML",
            "coverage_id": f"CV-{patient}",
            "payer_turn": "primary", "place_of_service": "11", "diagnoses": ["E119"], "dos_from": DAY, "dos_to": DAY,
            "entered_on": DAY, "lines": 1, "charge_cents": 15000, "content_hash": f"hash{number}", "built_on": DAY,
            "run_id": "r0",
        }  # fmt: skip
        line = {
            "claim_id": claim, "line_no": 1, "line_id": line_id(f"CH{number}"), "charge_id": f"CH{number}",
            "procedure_code": "99213", "modifiers": [], "diagnosis_pointers": [1], "units": "1", "charge_cents": 15000,
            "place_of_service": "11", "dos_from": DAY, "dos_to": DAY,
        }  # fmt: skip
        load_rows(self.con, "scrub.claim", list(head), [list(head.values())])
        load_rows(self.con, "scrub.claim_line", list(line), [list(line.values())])
        self.world.event(claim, "built", "held", 0)
        self.world.event(claim, "released", "released", 0)
        return claim

    def submit(self, now: dt.datetime = NOW) -> Submitted:
        self.runs += 1
        return submission.run(
            self.con, self.partner.session, self.config, self.store, self.world.today, f"submit{self.runs}", now
        )

    def sent(self) -> list[str]:
        """The text of every interchange frozen, in order of its number."""
        rows = self.con.execute("SELECT file_id FROM submission.interchange ORDER BY isa13").fetchall()
        return [self.store.read(row[0]).decode("ascii") for row in rows]

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return self.con.execute(sql).fetchall()

    def count(self, table: str) -> int:
        row = self.con.execute(f"SELECT count(*) FROM {table}").fetchone()
        return row[0] if row else -1

    def upload_states(self) -> list[str]:
        return [str(row[0]) for row in self.rows("SELECT state FROM submission.upload_event ORDER BY isa13, seq")]

    def change_partner(self, **changes: object) -> None:
        partners = self.config.partners
        first = partners.partners[0].model_copy(update=changes)
        self.config = replace(
            self.config, partners=partners.model_copy(update={"partners": [first, *partners.partners[1:]]})
        )

    def change_practice(self, **changes: object) -> None:
        self.config = replace(self.config, practice=self.config.practice.model_copy(update=changes))


@pytest.fixture
def office(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> Office:
    world = World(con)
    return Office(world, FileStore(tmp_path / "outbox"), FakePartner(), world.config)


def down(text: str = "10.0.0.1:22 cannot be reached") -> TransportError:
    return TransportError(text)

"""A dashboard over the small practice of tests/marts, whose figures are known by hand; with patients, files, and people who sign in."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
from waitress.server import create_server

from pm_pipeline.config import load_config
from pm_pipeline.config.dashboard import Dashboard, load_dashboard
from pm_pipeline.dashboard.context import Names
from pm_pipeline.dashboard.server import Doors
from pm_pipeline.home import SCHEMAS
from pm_pipeline.settings import Settings
from pm_pipeline.transport.store import inbox_store
from pm_pipeline.warehouse import Warehouse, unit
from pm_pipeline.warehouse.publish import publish
from tests.marts.dbt_run import run_dbt
from tests.marts.fill import fill
from tests.marts.stage_rows import load_practice

HOSTILE = "<img src=x onerror=document.title='taken'>"
FORMULA = '=HYPERLINK("http://x","y")'
PASSWORD = "a long enough password"
REMIT = (
    b"ISA*00*          *00*          *ZZ*PAYER          *ZZ*HARBORVIEW     *260210*1200*^*00501*000000001*0*T*:~"
    b"GS*HP*PAYER*HARBORVIEW*20260210*1200*1*X*005010X221A1~ST*835*0001~BPR*I*70*C*ACH*CCP*01*1*DA*1*1*01*1*DA*1*20260210~"
    b"TRN*1*T1*1990000021~CLP*C01*1*150*70**12*ICN1~NM1*QC*1*QUINCE*OLIVE~SVC*HC:99213*100*70~SE*7*0001~GE*1*1~IEA*1*000000001~"
)
SENT = "f" * 64
CLP = 6  # the segment of CLP in it


@dataclass(frozen=True)
class Site:
    """An installation with something published, and the dashboard over it."""

    settings: Settings
    warehouse: Warehouse
    file_id: str

    def doors(self, dashboard: Dashboard | None = None) -> Doors:
        """A dashboard of its own, where people have passwords, and a payer has a hostile name."""
        config = load_config(self.settings)
        doors = Doors(self.settings, config, dashboard or load_dashboard(self.settings))
        names = doors.names
        doors.names = Names(
            {**names.payers, "BLUE": HOSTILE, "GOLD": "Gold Plan"},
            {"P1": "June Alder", "P2": "Omar Birch"},
            names.locations,
            names.practices,
        )
        for person in config.people.people:
            if person.dashboard and person.person != "marlow":
                doors.passwords.set(person, PASSWORD)
        return doors

    def publish(self) -> int:
        """Publish once more; returns the number of the generation."""
        with self.warehouse.lend() as database:
            return publish(database, self.settings.published_dir, keep=3).number


def build(folder: Path) -> Site:
    """Fill a warehouse, build the marts with dbt, publish. Takes half a minute."""
    settings = Settings.load(
        {
            "PM_ROOT": str(folder),
            "PM_HOME": str(folder / "home"),
            "PM_INBOX": str(folder / "inbox"),
            "PM_OUTBOX": str(folder / "outbox"),
        }
    )
    warehouse = Warehouse(settings.warehouse_path, SCHEMAS)
    file_id = inbox_store(settings).put_bytes(REMIT)
    assert file_id == hashlib.sha256(REMIT).hexdigest()
    settings.home.mkdir(parents=True, exist_ok=True)
    settings.warehouse_path.parent.mkdir(parents=True, exist_ok=True)
    with warehouse.write() as con:
        load_practice(con)
        _people_and_files(con, file_id)
    with warehouse.lend() as database:
        result = run_dbt("build", database, folder / "dbt")
        assert result.code == 0, result.text
    site = Site(settings, warehouse, file_id)
    site.publish()
    return site


def _people_and_files(con: duckdb.DuckDBPyConnection, file_id: str) -> None:
    """What load_practice leaves out: who the patients are, where the rows came from, and what is hostile in them."""
    with unit(con, "people and files", "run-1"):
        con.execute(
            "UPDATE charges.charge SET patient_id = 'PT-' || claim_id, procedure_code = '99213', landed_on = dos_from"
        )
        fill(con, "front_office.patient", [
            {"patient_id": "PT-C01", "last_name": "Quince", "first_name": HOSTILE, "birth_date": "1980-04-17", "updated_on": "2026-01-01"},
            {"patient_id": "PT-C02", "last_name": "Rowan", "first_name": "Basil", "birth_date": "1970-01-02", "updated_on": "2026-01-01"},
        ])  # fmt: skip
        fill(
            con,
            "transport.file",
            [{"file_id": file_id, "direction": "in", "kind": "x12", "bytes": len(REMIT), "landed_on": "2026-02-10"}],
        )
        fill(con, "transport.receipt", [{"receipt_id": "r1", "file_id": file_id, "partner_id": "clearinghouse"}])
        fill(
            con,
            "transport.problem",
            [
                {
                    "problem_id": "p1",
                    "file_id": file_id,
                    "level": "set",
                    "code": "X1",
                    "segment_no": CLP,
                    "text": HOSTILE,
                }
            ],
        )
        con.execute(
            "UPDATE remittance.claim SET file_id = ?, segment_no = ? WHERE remit_claim_id = 'PAY1-1'", [file_id, CLP]
        )
        con.execute("UPDATE scrub.edit_finding SET message = ?", [FORMULA])
        con.execute("UPDATE posting.exception SET evidence = 'A/R of primary stands at -9800 cents'")
        fill(
            con,
            "transport.file",
            [{"file_id": SENT, "direction": "out", "kind": "x12", "bytes": 9, "landed_on": "2026-02-01"}],
        )
        fill(con, "submission.interchange", [{"isa13": 999, "file_id": SENT, "partner_id": "clearinghouse"}])


@contextmanager
def served(doors: Doors) -> Iterator[str]:
    """The dashboard behind its production server on a free port of loopback; gives its address."""
    server = create_server(doors.app.server, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"  # type: ignore[attr-defined]
    finally:
        server.close()
        thread.join(timeout=5)

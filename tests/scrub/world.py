"""A small synthetic practice for the scrub's tests: rows put straight into the tables that earlier stages fill."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb

from pm_pipeline.charges import claim_id, line_id, post_charges
from pm_pipeline.codes import refresh_codes
from pm_pipeline.config import Config
from pm_pipeline.ledger import content_hash
from pm_pipeline.scrub import Rulebook, Scrubbed, run
from pm_pipeline.scrub.events import new_events
from pm_pipeline.warehouse import load_rows, unit
from tests.money import shipped

DAY = dt.date(2026, 6, 1)
TODAY = dt.date(2026, 6, 3)
MEMBER = {
    "SMTML": "1234567890",
    "LKSHM": "L12345678",
    "SMDCR": "1EG4TE5MK73",
    "SMDCD": "123456789A",
    "BLHRB": "ABC123456789",
}


class World:
    """Writes rows, runs the stage, and answers what tests ask."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        con.execute("SET threads = 1")  # on a handful of rows a second thread only costs
        self.mark = ""  # goes before every id of a person, charge or encounter: many small stories in one world
        self.config: Config = shipped()
        self.today = TODAY
        self.files = 0
        self.runs = 0
        self.versions = 0
        refresh_codes(con, "setup")
        for provider in self.config.practice.providers:
            self.provider(provider.provider_id, npi=provider.npi, taxonomy=provider.taxonomy)

    def _insert(self, table: str, rows: list[dict[str, Any]]) -> None:
        load_rows(self.con, table, list(rows[0]), [list(row.values()) for row in rows])

    def _updated_on(self) -> dt.date:
        self.versions += 1
        return dt.date(2020, 1, 1) + dt.timedelta(days=self.versions)

    def _source(self) -> dict[str, Any]:
        return {"file_id": "feed", "row_no": 1, "run_id": "r0"}

    def provider(self, provider_id: str, **given: Any) -> None:
        row = {
            "provider_id": provider_id, "updated_on": self._updated_on(), "role": "rendering", "npi": "1990300216",
            "last_name": "ALDER", "first_name": "JUNE", "taxonomy": "207Q00000X", "active_from": "2020-01-01",
            "active_to": None,
        }  # fmt: skip
        self._insert("front_office.provider", [row | given | self._source()])

    def patient(self, patient_id: str = "PT1", **given: Any) -> None:
        row = {
            "patient_id": self.mark + patient_id, "updated_on": self._updated_on(), "last_name": "EXAMPLE",
            "first_name": "ANA", "birth_date": "1980-05-05", "sex": "F", "line1": "1 TEST ST", "city": "PORTLAND",
            "state": "ME", "zip": "04101", "deceased_on": None,
        }  # fmt: skip
        self._insert("front_office.patient", [row | given | self._source()])

    def coverage(
        self, coverage_id: str = "CV1", patient_id: str = "PT1", payer_id: str = "SMTML", **given: Any
    ) -> None:
        row = {
            "coverage_id": self.mark + coverage_id, "updated_on": self._updated_on(),
            "patient_id": self.mark + patient_id, "cob_order": 1, "payer_id": payer_id,
            "member_id": MEMBER.get(payer_id, "X"), "relationship": "18",
            "effective_from": "2025-01-01", "effective_to": None,
        }  # fmt: skip
        self._insert("front_office.coverage", [row | given | self._source()])

    def authorization(self, number: str, patient_id: str = "PT1", payer_id: str = "LKSHM", **given: Any) -> None:
        row = {
            "authorization_id": self.mark + number, "updated_on": self._updated_on(),
            "patient_id": self.mark + patient_id, "payer_id": payer_id,
            "authorization_number": number, "procedure_code": None, "valid_from": "2026-01-01",
            "valid_to": "2026-12-31",
        }  # fmt: skip
        self._insert("front_office.authorization", [row | given | self._source()])

    def insured(self, patient_id: str = "PT1", payer_id: str = "SMTML", **given: Any) -> None:
        self.patient(patient_id, **given)
        self.coverage(f"CV-{patient_id}", patient_id, payer_id)

    def charge(self, charge_id: str, file: str | None = None, **given: Any) -> str:
        """One charge row in a file of its own (or `file`); returns its claim id."""
        self.files += 1
        dos = given.pop("dos", DAY)
        row: dict[str, Any] = {
            "charge_id": charge_id, "action": "new", "original_charge_id": None, "practice_id": "HARBOR",
            "encounter_id": "E1", "patient_id": "PT1", "provider_id": "P01", "location_id": "MAIN",
            "entered_on": DAY + dt.timedelta(days=1), "dos_from": dos, "dos_to": dos, "procedure_code": "99213",
            "modifiers": [], "diagnoses": ["E119"], "diagnosis_pointers": [1], "units": "1", "charge_cents": 15000,
            "place_of_service": "11", "referring_provider_id": None, "authorization_number": None, "ndc": None,
            "ndc_quantity": None, "ndc_unit": None, "file_id": file or f"file{self.files}", "row_no": self.files,
            "landed_on": TODAY, "run_id": "r0", "group_no": 1,
        }  # fmt: skip
        row |= given
        charge_id = row["charge_id"] = self.mark + charge_id
        row["encounter_id"], row["patient_id"] = self.mark + row["encounter_id"], self.mark + row["patient_id"]
        if row["action"] != "new":
            original = self.con.execute(
                "SELECT claim_id FROM charges.charge WHERE charge_id = ?", [row["original_charge_id"]]
            ).fetchone()
            row["claim_id"] = original[0] if original else None
        row["claim_id"] = row.get("claim_id") or claim_id(
            row["practice_id"], row["encounter_id"], row["entered_on"], row["provider_id"], row["location_id"], 1
        )
        row["line_id"] = line_id(charge_id)
        self._insert("charges.charge", [row])
        return row["claim_id"]

    def post(self) -> None:
        """What the charges stage does in the ledger."""
        post_charges(self.con, self.today, "charges")

    def run(self, rules: Rulebook | None = None) -> Scrubbed:
        self.runs += 1
        self.post()
        return run(self.con, self.config, self.today, f"run{self.runs}", rules)

    def event(
        self, claim: str, kind: str, state: str | None, version: int | None = None, detail: str | None = None
    ) -> None:
        """An event as a later stage would record it."""
        with unit(self.con, "test", "later"), new_events(self.con, "later"):
            self.con.execute(
                "INSERT INTO new_claim_event VALUES (?, ?, ?, ?, 'test', ?, ?, NULL, NULL)",
                [claim, version, kind, state, self.today, detail],
            )

    def send(self, claim: str) -> None:
        """Simulate the submission of the claim's next version."""
        row = self.con.execute(
            "SELECT content_hash, (SELECT count(*) FROM scrub.claim_event WHERE claim_id = $1 AND kind = 'prepared') "
            "FROM scrub.claim WHERE claim_id = $1",
            [claim],
        ).fetchone()
        assert row is not None
        self.event(claim, "prepared", "prepared", row[1] + 1, row[0])
        self.event(claim, "sent", "sent", row[1] + 1)

    def state(self, claim: str) -> str | None:
        row = self.con.execute("SELECT state FROM scrub.claim_state WHERE claim_id = ?", [claim]).fetchone()
        return row[0] if row else None

    def diary(self, claim: str) -> list[str]:
        return [
            row[0]
            for row in self.con.execute(
                "SELECT kind FROM scrub.claim_event WHERE claim_id = ? ORDER BY seq", [claim]
            ).fetchall()
        ]

    def open_rules(self, claim: str) -> list[str]:
        """The rules that hold the claim, and UNT-002, the one warning that these stories plant."""
        rows = self.con.execute(
            "SELECT rule_id FROM scrub.open_finding WHERE claim_id = ? AND (severity = 'hold' OR rule_id = 'UNT-002') ORDER BY 1",
            [claim],
        ).fetchall()
        return [row[0] for row in rows]

    def claim(self, claim: str) -> dict[str, Any]:
        cursor = self.con.execute("SELECT * FROM scrub.claim WHERE claim_id = ?", [claim])
        row = cursor.fetchone()
        assert row is not None
        return dict(zip([item[0] for item in cursor.description or []], row, strict=True))

    def lines(self, claim: str, columns: str) -> list[tuple[Any, ...]]:
        return self.con.execute(
            f"SELECT {columns} FROM scrub.claim_line WHERE claim_id = ? ORDER BY line_no", [claim]
        ).fetchall()

    def holders(self, charge_id: str) -> dict[tuple[str, str | None], int]:
        """Who has how many cents of a charge in A/R."""
        rows = self.con.execute(
            "SELECT sub_account, payer_id, sum(cents) FROM ledger.entry WHERE account = 'AR' AND charge_id = ? "
            "GROUP BY ALL HAVING sum(cents) <> 0",
            [charge_id],
        ).fetchall()
        return {(party, payer): int(cents) for party, payer, cents in rows}

    def sizes(self) -> dict[str, int]:
        """Rows of every table that running the stage may write."""
        tables = [
            "scrub.claim", "scrub.claim_line", "scrub.edit_finding", "scrub.finding_cleared", "scrub.fix",
            "scrub.claim_event", "scrub.charge_file", "ledger.entry", "ledger.txn",
        ]  # fmt: skip
        found = {}
        for table in tables:
            row = self.con.execute(f"SELECT count(*) FROM {table}").fetchone()
            found[table] = row[0] if row else -1
        return found

    def ledger(self) -> str:
        return content_hash(self.con)

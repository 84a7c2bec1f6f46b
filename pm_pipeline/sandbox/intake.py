"""Judging the content of a claim that was well formed: whose it is, and whether a payer can take it.

Which of the practice's visits a claim bills is found by its content, as nothing in an 837 says so to an outsider.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

from pm_pipeline.config import Config
from pm_pipeline.sandbox.draw import Draw
from pm_pipeline.sandbox.plan import Plan
from pm_pipeline.sandbox.read_837 import Claim
from pm_pipeline.sandbox.rows import Row, as_row
from pm_pipeline.sandbox.store import Store
from pm_pipeline.x12.write_277ca import Status

ACCEPTED = Status("A2", "20", "PR")
UNKNOWN_PAYER = Status("A4", "116", "PR")
UNKNOWN_MEMBER = Status("A3", "33", "IL")
OTHER_NAME = Status("A8", "125", "IL")
OTHER_BIRTH_DATE = Status("A8", "158", "QC")
IN_FLIGHT = Status("A3", "54", "PR")
NO_ORIGINAL = Status("A7", "464", "PR")
AT_RANDOM = (Status("A7", "255", None), Status("A7", "453", None), Status("A6", "521", None))


@dataclass(frozen=True)
class Found:
    """What is known about a claim: its patient and visit (None: not the practice's own), and the verdict."""

    patient_id: str | None
    visit: str | None
    status: Status

    @property
    def is_at_random(self) -> bool:
        """Returned by chance: the practice can only change the charge."""
        return self.status in AT_RANDOM


class Desk:
    """The clearinghouse's and payers' front desk."""

    def __init__(self, store: Store, plan: Plan, config: Config, draw: Draw) -> None:
        self.store, self.plan, self.draw = store, plan, draw
        self.payers = {payer.payer_id for payer in config.payers}
        self.doctors = {doctor.npi: doctor.provider_id for doctor in config.practice.providers}

    def judge(self, claim: Claim) -> Found:
        """Find patient and visit, and decide whether the payer takes the claim."""
        patient_id = self._patient(claim)
        visit = self._visit(claim, patient_id)
        return Found(patient_id, visit, self._status(claim, patient_id))

    def _status(self, claim: Claim, patient_id: str | None) -> Status:
        if claim.payer_id not in self.payers:
            return UNKNOWN_PAYER
        before = self.store.all(
            "SELECT * FROM claim WHERE clm01 = ? AND turn = ? AND is_accepted = 1", [claim.clm01, claim.turn]
        )
        if any(row["adjudicated_on"] is None for row in before):
            return IN_FLIGHT
        if claim.frequency in ("7", "8") and claim.original_number not in {row["payer_claim_number"] for row in before}:
            return NO_ORIGINAL
        member = "SELECT * FROM member WHERE payer_id = ? AND member_id = ?"
        covered = self.store.all(member, [claim.payer_id, claim.subscriber.identifier])
        if not covered:
            return UNKNOWN_MEMBER
        if (covered[0]["subscriber_last"], covered[0]["subscriber_first"]) != (
            claim.subscriber.last,
            claim.subscriber.first,
        ):
            return OTHER_NAME
        if patient_id not in {row["patient_id"] for row in covered}:
            return OTHER_BIRTH_DATE
        first = self.store.one("SELECT 1 FROM claim WHERE clm01 = ?", [claim.clm01]) is None
        if first and self.draw.happens(self.plan.claims.rejected, "rejected", claim.clm01):
            return self.draw.pick(AT_RANDOM, "status", claim.clm01)
        return ACCEPTED

    def _patient(self, claim: Claim) -> str | None:
        """By name and birth date; where the name is not right, by member id and birth date."""
        who = claim.patient
        birth = f"{who.birth[:4]}-{who.birth[4:6]}-{who.birth[6:]}"
        named = "SELECT patient_id FROM person WHERE last_name = ? AND first_name = ? AND birth_date = ?"
        if row := self.store.one(named, [who.last, who.first, birth]):
            return row["patient_id"]
        insured = (
            "SELECT patient_id FROM member JOIN person USING (patient_id) "
            "WHERE payer_id = ? AND member_id = ? AND birth_date = ?"
        )
        row = self.store.one(insured, [claim.payer_id, claim.subscriber.identifier, birth])
        return row["patient_id"] if row else None

    def _visit(self, claim: Claim, patient_id: str | None) -> str | None:
        """The visit whose charges in force are the claim's lines; a claim once linked stays linked."""
        linked = self.store.one("SELECT visit FROM claim WHERE clm01 = ? AND visit IS NOT NULL", [claim.clm01])
        if linked:
            return linked["visit"]
        wanted = Counter((line.procedure, ":".join(line.modifiers), line.charge_cents) for line in claim.lines)
        visits: dict[str, Counter[tuple[str, str, int]]] = {}
        for row in self.store.all(
            "SELECT * FROM charge AS charge WHERE patient_id = ? AND delivered_on IS NOT NULL AND action <> 'void' "
            "AND NOT EXISTS (SELECT 1 FROM charge AS later WHERE later.original_charge_id = charge.charge_id "
            "AND later.delivered_on IS NOT NULL) "
            "AND NOT EXISTS (SELECT 1 FROM claim WHERE claim.visit = charge.visit) ORDER BY due_on, visit, charge_id",
            [patient_id],
        ):
            if (
                row["provider_id"] == self.doctors.get(claim.rendering.identifier)
                and row["dos_on"] == claim.dos_from.isoformat()
            ):
                one = (row["procedure_code"], row["modifiers"], row["cents"])
                visits.setdefault(row["visit"], Counter())[one] += 1
        return next((visit for visit, lines in visits.items() if lines == wanted), None)


def charges_in_force(store: Store, visit: str) -> list[Row] | None:
    """The charge rows of a visit in force; None when a change to one of them is on its way already."""
    rows = store.all(
        "SELECT cells, delivered_on, action FROM charge AS charge WHERE visit = ? AND NOT EXISTS "
        "(SELECT 1 FROM charge AS later WHERE later.original_charge_id = charge.charge_id) ORDER BY charge_id",
        [visit],
    )
    if any(row["delivered_on"] is None for row in rows):
        return None
    return [as_row("charges", json.loads(row["cells"])) for row in rows if row["action"] != "void"]

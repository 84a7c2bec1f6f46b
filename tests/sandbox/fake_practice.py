"""A small pipeline of the test's own: loads the sandbox's feeds, sends claims, reads answers. It shares no code with
the real one but the 837P writer, and keeps only what a biller would remember.

Held charges are left out with the help of the sandbox's own list of planted mistakes: finding them is the scrub's job.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from pm_pipeline.config import Config
from pm_pipeline.sandbox.world import Sandbox
from pm_pipeline.x12 import claim_837p as model
from pm_pipeline.x12.write import InterchangeHeader
from pm_pipeline.x12.write_837p import GroupHeader, write_837p

Row = dict[str, str]
SHAPES = {
    "charge_amount": r"(?!0+\.00$)[0-9]{1,7}\.[0-9]{2}",
    "dos_from": r"(?!.*-02-30)[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "procedure_code": r"[0-9]{5}|[0-9]{4}[A-Z]|[A-Z][0-9]{4}",
    "units": r"[1-9][0-9]*",
    "diagnosis_1": r"[A-Z][0-9][0-9A-Z]\.?[0-9A-Z]{0,4}",
    "ndc": r"|[0-9]{11}|[0-9]{5}-[0-9]{4}-[0-9]{2}",
    "npi": r"[0-9]{10}",
    "last_name": r"[A-Za-z ]+",
}


@dataclass
class Claim:
    """What was sent for a visit, and what came back."""

    claim_id: str
    sent: str = ""
    state: str = "new"  # new, sent, accepted, rejected, answered
    payer_claim_number: str = ""


@dataclass
class FakePractice:
    """One practice in front of one sandbox."""

    sandbox: Sandbox
    config: Config
    patients: dict[str, Row] = field(default_factory=dict)
    coverages: dict[str, Row] = field(default_factory=dict)
    charges: dict[str, Row] = field(default_factory=dict)
    referrers: dict[str, Row] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)
    seen: dict[str, Row] = field(default_factory=dict)
    received: dict[str, list[str]] = field(default_factory=dict)
    sent_files: int = 0
    isa13: int = 0
    st02: int = 0

    def day(self, today: dt.date) -> None:
        """Load what has come, then send what is clean."""
        for path in sorted((self.sandbox.root / "practice" / "outgoing").glob("*.csv")):
            self.load(path)
            path.unlink()
        for path in sorted((self.sandbox.root / "clearinghouse" / "from_clearinghouse").glob("*.edi")):
            self.read(path.read_text())
            path.unlink()
        self.send(today)

    def load(self, path: Path) -> None:
        """Take the good rows of a feed."""
        feed = path.name.split("-")[0]
        lines = list(csv.reader(path.read_text().splitlines()))
        for cells in lines[1:]:
            row = dict(zip(lines[0], cells, strict=False))
            key = cells[0]
            bad = len(cells) != len(lines[0])
            if feed != "authorizations" and not bad:
                bad = any(not re.fullmatch(SHAPES[column], row[column]) for column in SHAPES if column in row)
            if feed == "providers" and not bad:
                bad = row["provider_id"] == "R00" and row["updated_on"] == self.sandbox.plan.first_day.isoformat()
            if feed == "charges" and not bad:
                bad = key in self.seen and self.seen[key] != row
            if bad:
                self.refused.append((feed, key))
                continue
            match feed:
                case "patients":
                    self.patients[key] = row
                case "coverages":
                    self.coverages[key] = row
                case "providers":
                    self.referrers[key] = row
                case "charges" if key not in self.seen:
                    self.seen[key] = row
                    if row["original_charge_id"]:
                        del self.charges[row["original_charge_id"]]
                    if row["action"] != "void":
                        self.charges[key] = row
                case _:
                    pass

    def read(self, text: str) -> None:
        """Remember what an answer says of each claim."""
        segments = [piece.split("*") for piece in text.split("~")]
        kind = next((seg[1] for seg in segments if seg[0] == "ST"), "TA1")
        self.received.setdefault(kind, []).append(text)
        by_id = {claim.claim_id: claim for claim in self.claims.values()}
        if kind == "TA1" and any(seg[0] == "TA1" and seg[4] == "R" for seg in segments):
            for claim in by_id.values():
                if claim.state == "sent":
                    claim.state, claim.sent = "rejected", ""
        claim = None
        for seg in segments:
            if kind == "277" and seg[0] == "TRN" and seg[1] == "2":
                claim = by_id.get(seg[2])
            elif kind == "277" and seg[0] == "STC" and claim:
                claim.state = "accepted" if seg[1].startswith("A2") else "rejected"
            elif kind == "277" and seg[:2] == ["REF", "1K"] and claim:
                claim.payer_claim_number = seg[2]
            elif kind == "835" and seg[0] == "CLP" and seg[1] in by_id and seg[2] not in ("2", "3"):
                by_id[seg[1]].state, by_id[seg[1]].payer_claim_number = "answered", seg[7]

    def send(self, today: dt.date) -> None:
        """Send every clean claim that is new, or whose content changed since it was answered or returned."""
        held = {
            row["item_id"]
            for row in self.sandbox.store.all(
                "SELECT item_id FROM planted WHERE stage = 'scrub' AND due_on <= ? AND coalesce(fixed_on, '9999') > ?",
                [today.isoformat(), today.isoformat()],
            )
        }
        visits: dict[str, list[Row]] = {visit: [] for visit in self.claims}
        for key in sorted(self.charges):
            row = self.charges[key]
            visit = "|".join(row[c] for c in ("encounter_id", "entered_on", "provider_id", "location_id"))
            visits.setdefault(visit, []).append(row)
        ready: list[model.ProfessionalClaim] = []
        for visit, rows in visits.items():
            if claim := self._claim(visit, rows, held):
                ready.append(claim)
        if ready:
            self.write(ready, today)

    def _claim(self, visit: str, rows: list[Row], held: set[str]) -> model.ProfessionalClaim | None:
        known = self.claims.get(visit)
        if known and known.state in ("sent", "accepted"):
            return None
        if not rows:
            if known is None or known.state != "answered" or known.sent == "void":
                return None
            built = model_of(
                self, known, [self.seen[key] for key in self.seen if visit_of(self.seen[key]) == visit][:1], "8"
            )
            known.sent, known.state = "void", "sent"
            return built
        patient = rows[0]["patient_id"]
        covers = self.covers(patient, rows[0]["dos_from"])
        bad = {row["charge_id"] for row in rows} | {patient, f"AU-{patient}"} | {c["coverage_id"] for c in covers}
        if not covers or patient not in self.patients or bad & held:
            return None
        said = hashlib.sha256(repr((rows, covers[0], self.patients[patient])).encode()).hexdigest()
        known = self.claims.setdefault(visit, Claim("C" + hashlib.sha256(visit.encode()).hexdigest()[:15].upper()))
        if known.sent.startswith(said) or (known.state == "answered" and known.sent.split("|")[-1] == repr(rows)):
            return None
        frequency = "7" if known.state == "answered" else "1"
        built = model_of(self, known, rows, frequency)
        known.sent, known.state = f"{said}|{rows!r}", "sent"
        return built

    def covers(self, patient: str, day: str) -> list[Row]:
        """The coverages of a patient in force, first payer first."""
        mine = [row for row in self.coverages.values() if row["patient_id"] == patient]
        in_force = [row for row in mine if row["effective_from"] <= day <= (row["effective_to"] or "9999")]
        return sorted(in_force, key=lambda row: row["cob_order"])

    def write(self, ready: list[model.ProfessionalClaim], today: dt.date) -> None:
        us, partner = self.config.practice, self.sandbox.ends.clearinghouse
        isa, gs = partner.isa, partner.gs
        assert isa is not None
        assert gs is not None
        contact = model.Contact(us.contact.name, us.contact.phone)
        address = model.Address(us.address.line1, us.address.city, us.address.state, us.address.zip)
        billing = model.BillingProvider(us.name, us.npi, us.tax_id, us.taxonomy, address)
        sets: list[model.ClaimSet] = []
        for start in range(0, len(ready), 50):
            self.st02 += 1
            sets.append(model.ClaimSet(self.st02, f"B{self.st02}", billing, tuple(ready[start : start + 50])))
        self.isa13 += 1
        at = dt.datetime.combine(today, dt.time(20, 30))
        header = InterchangeHeader(
            isa.sender_qualifier, isa.sender_id, isa.receiver_qualifier, isa.receiver_id, self.isa13, isa.usage, at
        )
        text = write_837p(
            header, GroupHeader(gs.sender_code, gs.receiver_code, self.isa13),
            model.Submitter(us.name, us.submitter_id, contact), model.Receiver(partner.name, gs.receiver_code), sets,
        ).text  # fmt: skip
        folder = self.sandbox.root / "clearinghouse" / "to_clearinghouse"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"837P_{self.isa13:09d}.edi").write_text(text)
        self.sent_files += 1


def visit_of(row: Row) -> str:
    """What makes one claim."""
    return "|".join(row[c] for c in ("encounter_id", "entered_on", "provider_id", "location_id"))


def model_of(us: FakePractice, claim: Claim, rows: list[Row], frequency: str) -> model.ProfessionalClaim:
    """A claim of these charge rows."""
    first = rows[0]
    patient, cover = us.patients[first["patient_id"]], us.covers(first["patient_id"], first["dos_from"])[0]
    payer = next(one for one in us.config.payers if one.payer_id == cover["payer_id"])
    diagnoses: list[str] = []
    lines: list[model.ServiceLine] = []
    for row in rows:
        own = [row[f"diagnosis_{place}"].replace(".", "") for place in range(1, 13) if row[f"diagnosis_{place}"]]
        diagnoses += [code for code in own if code not in diagnoses]
        pointers = tuple(
            diagnoses.index(own[int(row[f"pointer_{p}"]) - 1]) + 1 for p in range(1, 5) if row[f"pointer_{p}"]
        )
        drug = (
            model.Drug(row["ndc"].replace("-", ""), Decimal(row["ndc_quantity"]), row["ndc_unit"])
            if row["ndc"]
            else None
        )
        lines.append(
            model.ServiceLine(
                "L" + hashlib.sha256(row["charge_id"].encode()).hexdigest()[:15].upper(), row["procedure_code"],
                int(row["charge_amount"].replace(".", "")), Decimal(row["units"]), pointers,
                dt.date.fromisoformat(row["dos_from"]), dt.date.fromisoformat(row["dos_to"]), first["place_of_service"],
                tuple(row[f"modifier_{p}"] for p in range(1, 5) if row[f"modifier_{p}"]), drug,
            )
        )  # fmt: skip
    home = model.Address(patient["line1"], patient["city"], patient["state"], patient["zip"])
    name = model.PersonName(
        patient["last_name"], patient["first_name"], patient["middle_name"] or None, patient["suffix"] or None
    )
    birth = dt.date.fromisoformat(patient["birth_date"])
    if cover["relationship"] == "18":
        subscriber = model.Subscriber(
            name, cover["member_id"], cover["group_number"] or None, home, birth, patient["sex"]
        )
        dependent = None
    else:
        holder = model.PersonName(cover["subscriber_last_name"], cover["subscriber_first_name"])
        subscriber = model.Subscriber(holder, cover["member_id"], cover["group_number"] or None)
        dependent = model.Patient(name, cover["relationship"], home, birth, patient["sex"])
    doctor = next(one for one in us.config.practice.providers if one.provider_id == first["provider_id"])
    return model.ProfessionalClaim(
        claim.claim_id, model.Payer(payer.payer_id, payer.name, payer.filing_indicator), subscriber,
        first["place_of_service"],
        sum(line.charge_cents for line in lines), tuple(diagnoses), tuple(lines), dependent,
        frequency="8" if frequency == "8" else "7" if frequency == "7" else "1",
        payer_claim_number=claim.payer_claim_number if frequency != "1" else None,
        authorization_number=first["authorization_number"] or None,
        rendering=model.Provider(model.PersonName(doctor.last_name, doctor.first_name), doctor.npi, doctor.taxonomy),
    )  # fmt: skip

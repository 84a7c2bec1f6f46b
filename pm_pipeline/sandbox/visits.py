"""Visits of the invented patients and the charges they lead to: kinds of visit in visits.yaml, fees in fees.csv."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from pm_pipeline.config import Config
from pm_pipeline.sandbox.coverage import Coverage
from pm_pipeline.sandbox.draw import Draw
from pm_pipeline.sandbox.people import ADULT, Person
from pm_pipeline.sandbox.plan import Plan
from pm_pipeline.sandbox.rows import Row, dollars

OFFICE_VISITS = range(99202, 99216)
BLOOD_DRAW = "36415"
INJECTION = "96372"
Who = Literal["adult", "child", "therapy", "injury"]


class LineKind(BaseModel):
    """A line a kind of visit may have; see visits.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    one_of: list[str]
    new: list[str] = []
    chance: float = 1.0
    units: tuple[int, int] = (1, 1)
    modifiers: list[str] = []
    side: bool = False
    both_sides: float = 0.0
    ndc: str | None = None
    ndc_unit: str | None = None


class VisitKind(BaseModel):
    """A kind of visit; see visits.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: str
    weight: int
    who: Who
    taxonomies: list[str]
    places: list[str]
    referred: bool = False
    lines: list[LineKind]


@dataclass(frozen=True)
class Fee:
    """One line of fees.csv: cents for one unit, and the diagnoses it is usually for."""

    cents: int
    diagnoses: tuple[str, ...]


@dataclass
class Encounter:
    """One visit and its charge rows as they should be (feed columns)."""

    encounter_id: str
    kind: str
    patient: Person
    coverages: list[Coverage]
    dos: dt.date
    entered_on: dt.date
    rows: list[Row] = field(default_factory=list)

    @property
    def payer_id(self) -> str | None:
        """Who pays first; None: the patient."""
        return self.coverages[0].payer_id if self.coverages else None


@cache
def fees() -> dict[str, Fee]:
    """fees.csv by procedure."""
    text = resources.files(__package__ or "").joinpath("fees.csv").read_text(encoding="utf-8")
    return {
        row["procedure_code"]: Fee(int(row["fee_cents"]), tuple(row["diagnoses"].split()))
        for row in csv.DictReader(text.splitlines())
    }


@cache
def visit_kinds() -> list[VisitKind]:
    """visits.yaml."""
    text = resources.files(__package__ or "").joinpath("visits.yaml").read_text(encoding="utf-8")
    return TypeAdapter(list[VisitKind]).validate_python(yaml.safe_load(text)["visits"])


def is_office_visit(procedure: str) -> bool:
    """99202 to 99215."""
    return procedure.isdigit() and int(procedure) in OFFICE_VISITS


def wants_25(procedure: str) -> bool:
    """A procedure (below 70000) beside which an office visit needs modifier 25; drawing blood is none."""
    return procedure.isdigit() and procedure < "70000" and procedure != BLOOD_DRAW


def encounters(
    plan: Plan,
    config: Config,
    people: Sequence[Person],
    covered: dict[str, list[Coverage]],
    referrers: Sequence[str],
    draw: Draw,
) -> list[Encounter]:
    """All visits of the plan, day by day."""
    desk = _Desk(plan, config, people, covered, list(referrers), draw)
    days = [plan.first_day + dt.timedelta(days=offset) for offset in range(plan.days)]
    return [one for day in days for one in desk.day(day)]


class _Desk:
    """Who comes to which clinician on which day."""

    def __init__(
        self,
        plan: Plan,
        config: Config,
        people: Sequence[Person],
        covered: dict[str, list[Coverage]],
        referrers: list[str],
        draw: Draw,
    ) -> None:
        self.plan, self.config, self.covered, self.referrers, self.draw = plan, config, covered, referrers, draw
        workers = {payer.payer_id for payer in config.payers if payer.kind == "workers_comp"}
        self.pools: dict[Who, list[Person]] = {"adult": [], "child": [], "therapy": [], "injury": []}
        for person in people:
            injured = any(one.payer_id in workers for one in covered[person.patient_id])
            grown = person.age_on(plan.first_day) >= ADULT
            self.pools["injury" if injured else "adult" if grown else "child"].append(person)
            share = 0.4 if injured else 0.05
            if grown and covered[person.patient_id] and draw.happens(share, "therapy", person.patient_id):
                self.pools["therapy"].append(person)
        taken = {doctor.taxonomy for doctor in config.practice.providers}
        self.kinds = [kind for kind in visit_kinds() if self.pools[kind.who] and taken & set(kind.taxonomies)]
        self.seen: set[str] = set()

    def day(self, day: dt.date) -> list[Encounter]:
        """The visits of one day, each patient at most once."""
        wanted = self.plan.encounters_on(day)
        if wanted:
            wanted = max(1, wanted + self.draw.between((0, wanted // 5), "busy", day) - wanted // 10)
        today: set[str] = set()
        found: list[Encounter] = []
        for slot in range(1, wanted + 1):
            rng = self.draw.of("visit", day, slot)
            kind = rng.choices(self.kinds, [kind.weight for kind in self.kinds])[0]
            # the pools are of the first day: a child may have come of age
            drawn = rng.choices(self.pools[kind.who], k=8)
            free = [
                one for one in drawn if one.patient_id not in today and (kind.who != "child" or one.age_on(day) < ADULT)
            ]
            if free:
                today.add(free[0].patient_id)
                found.append(self._visit(kind, free[0], day, slot, rng))
        return found

    def _visit(self, kind: VisitKind, patient: Person, day: dt.date, slot: int, rng: random.Random) -> Encounter:
        first_ever = patient.is_new and patient.patient_id not in self.seen
        self.seen.add(patient.patient_id)
        weights = self.plan.entry_lag_weights
        lag = rng.choices(range(len(weights)), weights)[0]
        entered_on = day + dt.timedelta(days=lag)
        if entered_on.weekday() == 6:
            entered_on += dt.timedelta(days=1)
        encounter = Encounter(
            f"E{day:%y%m%d}{slot:03d}", kind.kind, patient, self.covered[patient.patient_id], day, entered_on
        )
        doctors = [one for one in self.config.practice.providers if one.taxonomy in kind.taxonomies]
        head: Row = {
            "action": "new",
            "encounter_id": encounter.encounter_id,
            "patient_id": patient.patient_id,
            "provider_id": rng.choice(doctors).provider_id,
            "location_id": rng.choice(self.config.practice.locations).location_id,
            "entered_on": entered_on.isoformat(),
            "dos_from": day.isoformat(),
            "dos_to": day.isoformat(),
            "place_of_service": rng.choice(kind.places),
        }
        if kind.referred and self.referrers and rng.random() < 0.8:
            head["referring_provider_id"] = rng.choice(self.referrers)
        lines = [line for line in kind.lines if rng.random() < line.chance] or [kind.lines[0]]
        encounter.rows = self._rows(head, lines, first_ever, rng)
        return encounter

    def _rows(self, head: Row, lines: list[LineKind], first_ever: bool, rng: random.Random) -> list[Row]:
        drawn: list[tuple[str, LineKind]] = []
        for line in lines:
            procedure = rng.choice(line.new if first_ever and line.new else line.one_of)
            if procedure not in {code for code, _ in drawn}:
                drawn.append((procedure, line))
        diagnoses, pointers = _diagnoses([code for code, _ in drawn], rng)
        pointed = rng.random() < self.plan.decimal_points
        spelled = {
            f"diagnosis_{place}": f"{code[:3]}.{code[3:]}" if pointed and len(code) > 3 else code
            for place, code in enumerate(diagnoses, start=1)
        }
        rows: list[Row] = []
        for number, (procedure, line) in enumerate(drawn, start=1):
            units = rng.randint(*line.units)
            row: Row = {
                "charge_id": f"{head['encounter_id']}-{number}",
                **head,
                **spelled,
                "procedure_code": procedure,
                "units": str(units),
                "charge_amount": dollars(fees()[procedure].cents * units),
            }
            for place, pointer in enumerate(pointers[procedure], start=1):
                row[f"pointer_{place}"] = str(pointer)
            set_modifiers(row, _modifiers(procedure, line, [code for code, _ in drawn], head["place_of_service"], rng))
            if line.ndc and line.ndc_unit:
                hyphened = rng.random() < self.plan.hyphened_ndc
                row["ndc"] = line.ndc if hyphened else line.ndc.replace("-", "")
                row["ndc_quantity"], row["ndc_unit"] = str(units), line.ndc_unit
            rows.append(row)
        return rows


def set_modifiers(row: Row, modifiers: Sequence[str]) -> None:
    """Put the modifiers into a charge row in place of those it has."""
    for place in range(1, 5):
        row.pop(f"modifier_{place}", None)
    for place, modifier in enumerate(modifiers, start=1):
        row[f"modifier_{place}"] = modifier


def modifiers_of(row: Row) -> list[str]:
    """The modifiers of a charge row."""
    return [row[f"modifier_{place}"] for place in range(1, 5) if row.get(f"modifier_{place}")]


def _diagnoses(procedures: list[str], rng: random.Random) -> tuple[list[str], dict[str, list[int]]]:
    """The visit's diagnoses (at most four) and, by procedure, which of them it is for."""
    diagnoses: list[str] = []
    pointers: dict[str, list[int]] = {}
    for procedure in procedures:
        usual = fees()[procedure].diagnoses
        shared = [code for code in diagnoses if code in usual]
        code = shared[0] if shared else rng.choice(usual)
        if code not in diagnoses:
            diagnoses.append(code)
        pointers[procedure] = [diagnoses.index(code) + 1]
    usual = fees()[procedures[0]].diagnoses
    if len(usual) > 1 and rng.random() < 0.4:
        more = rng.choice(usual)
        if more not in diagnoses:
            diagnoses.append(more)
            pointers[procedures[0]].append(len(diagnoses))
    return diagnoses, pointers


def _modifiers(procedure: str, line: LineKind, beside: list[str], place: str, rng: random.Random) -> list[str]:
    found = list(line.modifiers)
    if line.side:
        found.append("50" if rng.random() < line.both_sides else rng.choice(["RT", "LT"]))
    if is_office_visit(procedure) and any(wants_25(code) or code == INJECTION for code in beside):
        found.append("25")
    if place in ("02", "10"):
        found.append("95")
    return found

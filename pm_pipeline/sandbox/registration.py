"""What the front office sends about patients, their coverages and authorizations, mistakes included."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from dataclasses import dataclass, field

from pm_pipeline.config import Config
from pm_pipeline.sandbox.coverage import Coverage, member_id, needs_authorization
from pm_pipeline.sandbox.draw import Draw, workday
from pm_pipeline.sandbox.people import Person, last_name
from pm_pipeline.sandbox.plan import Plan
from pm_pipeline.sandbox.rows import FeedRow, Planted, Row, Stage, feed_row

LATE_AUTHORIZATIONS = 0.2  # of the patients whose therapy must be authorized


@dataclass
class Registered:
    """One patient's rows in time, the mistakes in them, and the coverages as the payers have them."""

    rows: list[FeedRow] = field(default_factory=list)
    planted: list[Planted] = field(default_factory=list)
    truth: list[Coverage] = field(default_factory=list)


@dataclass(frozen=True)
class FirstVisit:
    """A patient's first visit in the plan: day of service and the day its charges are entered."""

    dos: dt.date
    entered_on: dt.date


@dataclass(frozen=True)
class FrontOffice:
    """Registers patients."""

    plan: Plan
    config: Config
    draw: Draw

    def register(self, person: Person, covered: list[Coverage], first: FirstVisit | None) -> Registered:
        """The rows of one patient. A new patient without a visit never comes, and is not registered."""
        if person.is_new and first is None:
            return Registered()
        since = first.dos if person.is_new and first else self.plan.first_day
        office = _Registration(self, person, covered, since, first)
        return office.run(self._mistake(person) if first else None)

    def authorize(self, person: Person, coverage: Coverage) -> tuple[Row, bool]:
        """The authorization of a patient's therapy, and whether it comes late."""
        row = {
            "authorization_id": f"AU-{person.patient_id}",
            "updated_on": self.plan.first_day.isoformat(),
            "patient_id": person.patient_id,
            "payer_id": coverage.payer_id,
            "authorization_number": f"A{self.draw.digits(7, 'authorization', person.patient_id)}",
            "valid_from": (self.plan.first_day - dt.timedelta(days=60)).isoformat(),
            "valid_to": (self.plan.last_day + dt.timedelta(days=120)).isoformat(),
            "units_allowed": "120",
        }
        return row, self.draw.happens(LATE_AUTHORIZATIONS, "late authorization", person.patient_id)

    def wants_authorization(self, covered: list[Coverage]) -> bool:
        """True when the first payer must authorize therapy."""
        payers = {payer.payer_id: payer for payer in self.config.payers}
        return bool(covered) and needs_authorization(payers[covered[0].payer_id])

    def _mistake(self, person: Person) -> str | None:
        chance = self.draw.of("registration", person.patient_id).random()
        for name, share in self.plan.faults.patients.model_dump().items():
            if chance < share:
                return name
            chance -= share
        return None


def patient_row(person: Person, updated_on: dt.date) -> Row:
    """A row of patients.csv."""
    return {
        "patient_id": person.patient_id, "updated_on": updated_on.isoformat(), "last_name": person.last,
        "first_name": person.first, "middle_name": person.middle, "suffix": person.suffix,
        "birth_date": person.birth.isoformat(), "sex": person.sex, "line1": person.line1, "city": person.city,
        "state": person.state, "zip": person.zip, "phone": person.phone,
    }  # fmt: skip


def coverage_row(coverage: Coverage, updated_on: dt.date) -> Row:
    """A row of coverages.csv."""
    row = {
        "coverage_id": coverage.coverage_id, "updated_on": updated_on.isoformat(), "patient_id": coverage.patient_id,
        "cob_order": str(coverage.cob_order), "payer_id": coverage.payer_id, "member_id": coverage.member_id,
        "group_number": coverage.group_number, "relationship": coverage.relationship,
        "effective_from": coverage.effective_from.isoformat(),
        "effective_to": coverage.effective_to.isoformat() if coverage.effective_to else "",
    }  # fmt: skip
    if (holder := coverage.subscriber) is not None:
        row |= {
            "subscriber_last_name": holder.last, "subscriber_first_name": holder.first,
            "subscriber_birth_date": holder.birth.isoformat(), "subscriber_sex": holder.sex,
            "subscriber_line1": holder.line1, "subscriber_city": holder.city, "subscriber_state": holder.state,
            "subscriber_zip": holder.zip,
        }  # fmt: skip
    return row


@dataclass
class _Registration:
    """One patient on the desk."""

    office: FrontOffice
    person: Person
    covered: list[Coverage]
    since: dt.date
    first: FirstVisit | None
    done: Registered = field(default_factory=Registered)

    def run(self, mistake: str | None) -> Registered:
        self.done.truth = list(self.covered)
        patient = feed_row("patients", self.since, patient_row(self.person, self.since))
        coverages = [feed_row("coverages", self.since, coverage_row(one, self.since)) for one in self.covered]
        self.done.rows = [patient, *coverages]
        if mistake and self.first:
            getattr(self, f"_{mistake}")(self.first)
        return self.done

    def _fixed_on(self, first: FirstVisit, later: int = 0) -> dt.date | None:
        draw, faults = self.office.draw, self.office.plan.faults
        if draw.happens(faults.unrepaired, "unrepaired", self.person.patient_id):
            return None
        days = draw.between(faults.fix_days, "repair", self.person.patient_id)
        return workday(first.entered_on + dt.timedelta(days=max(1, days) + later))

    def _plant(self, item_id: str, stage: Stage, code: str, first: FirstVisit, fixed_on: dt.date | None) -> None:
        self.done.planted.append(Planted(item_id, stage, code, first.entered_on, fixed_on))

    def _wrong_coverage(
        self, wrong: Coverage, stage: Stage, code: str, first: FirstVisit, fixed_on: dt.date | None
    ) -> None:
        """The first coverage row is wrong until `fixed_on` brings a new version."""
        self.done.rows[1] = feed_row("coverages", self.since, coverage_row(wrong, self.since))
        if fixed_on:
            self.done.rows.append(feed_row("coverages", fixed_on, coverage_row(self.covered[0], fixed_on)))
        self._plant(wrong.coverage_id, stage, code, first, fixed_on)

    def _wrong_patient(self, wrong: Row, stage: Stage, code: str, first: FirstVisit, fixed_on: dt.date | None) -> None:
        """The patient row is wrong until `fixed_on` brings a new version."""
        row = feed_row("patients", self.since, wrong)
        if stage == "boundary":
            row = FeedRow("patients", self.since, row.key, row.cells, "quarantined", code)
        self.done.rows[0] = row
        if fixed_on:
            self.done.rows.append(feed_row("patients", fixed_on, patient_row(self.person, fixed_on)))
        self._plant(self.person.patient_id, stage, code, first, fixed_on)

    def _coverage_dates(self, first: FirstVisit) -> None:
        if len(self.covered) == 1 and (ended := first.dos - dt.timedelta(days=3)) >= self.covered[0].effective_from:
            wrong = dataclasses.replace(self.covered[0], effective_to=ended)
            self._wrong_coverage(wrong, "scrub", "ELG-001", first, self._fixed_on(first))

    def _member_id_shape(self, first: FirstVisit) -> None:
        if self.covered:
            pattern = self._pattern()
            wrong = dataclasses.replace(self.covered[0], member_id=self.covered[0].member_id[:-1])
            if not re.fullmatch(pattern, wrong.member_id):
                self._wrong_coverage(wrong, "scrub", "ELG-002", first, self._fixed_on(first))

    def _member_unknown(self, first: FirstVisit) -> None:
        if self.covered:
            other = member_id(self._pattern(), self.office.draw, "mistyped", self.person.patient_id)
            wrong = dataclasses.replace(self.covered[0], member_id=other)
            self._wrong_coverage(wrong, "clearinghouse", "A3:33:IL", first, self._fixed_on(first, later=6))

    def _coverage_lapsed(self, first: FirstVisit) -> None:
        if len(self.covered) == 1:
            ended = dataclasses.replace(self.covered[0], effective_to=first.dos - dt.timedelta(days=1))
            self.done.truth = [ended]
            self._plant(ended.coverage_id, "payer", "27", first, None)

    def _name_mismatch(self, first: FirstVisit) -> None:
        if len(self.covered) == 1 and self.covered[0].relationship == "18":
            rng = self.office.draw.of("misspelled", self.person.patient_id)
            wrong = patient_row(dataclasses.replace(self.person, last=last_name(rng)), self.since)
            self._wrong_patient(wrong, "clearinghouse", "A8:125:IL", first, self._fixed_on(first, later=6))

    def _bad_name(self, first: FirstVisit) -> None:
        wrong = patient_row(dataclasses.replace(self.person, last=f"{self.person.last}~"), self.since)
        self._wrong_patient(wrong, "boundary", "BAD_TEXT", first, self._fixed_on(first))

    def _deceased(self, first: FirstVisit) -> None:
        wrong = patient_row(self.person, self.since)
        wrong["deceased_on"] = (first.dos - dt.timedelta(days=10)).isoformat()
        self._wrong_patient(wrong, "scrub", "PX-001", first, self._fixed_on(first))

    def _patient_late(self, first: FirstVisit) -> None:
        if self.person.is_new:
            late = workday(first.entered_on + dt.timedelta(days=3))
            self.done.rows[0] = feed_row("patients", late, patient_row(self.person, late))
            self._plant(self.person.patient_id, "scrub", "ELG-004", first, late)

    def _pattern(self) -> str:
        payer_id = self.covered[0].payer_id
        return next(payer.member_id_pattern for payer in self.office.config.payers if payer.payer_id == payer_id)

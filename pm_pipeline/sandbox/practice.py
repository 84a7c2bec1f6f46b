"""The simulated practice: everything it will send of its own accord during the plan, drawn at once.

What it sends in answer to payers (corrections, voids) is in follow_up.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pm_pipeline.codes.npi import complete_npi
from pm_pipeline.config import Config
from pm_pipeline.sandbox.coverage import Coverage, coverages
from pm_pipeline.sandbox.draw import Draw, workday
from pm_pipeline.sandbox.held import LOCUM, Desk
from pm_pipeline.sandbox.mistakes import send
from pm_pipeline.sandbox.people import Person, households, last_name, words
from pm_pipeline.sandbox.plan import Plan
from pm_pipeline.sandbox.registration import FirstVisit, FrontOffice
from pm_pipeline.sandbox.rows import FeedRow, Planted, Row, feed_row
from pm_pipeline.sandbox.visits import Encounter, encounters

REFERRERS = 12


@dataclass
class Practice:
    """What is sent and what is true: feed rows in time, planted mistakes, people, coverages as the payers have them."""

    rows: list[FeedRow] = field(default_factory=list)
    planted: list[Planted] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    truth: list[Coverage] = field(default_factory=list)


def simulate(plan: Plan, config: Config, draw: Draw) -> Practice:
    """Draw the whole practice. Raises ConfigError when the configuration lacks what the plan asks for."""
    homes = households(plan, draw)
    people = [person for home in homes for person in home.people]
    covered = coverages(homes, config, plan.first_day, draw)
    practice = Practice(people=people)
    providers = _providers(plan, draw)
    practice.rows += providers
    practice.planted.append(
        Planted("R00", "boundary", "NPI_CHECK_DIGIT", plan.first_day, plan.first_day + dt.timedelta(days=2))
    )
    referrers = [f"R{number:02d}" for number in range(1, REFERRERS + 1)]
    visits = encounters(plan, config, people, covered, referrers, draw)
    first: dict[str, FirstVisit] = {}
    for visit in visits:
        first.setdefault(visit.patient.patient_id, FirstVisit(visit.dos, visit.entered_on))
    office = FrontOffice(plan, config, draw)
    for person in people:
        registered = office.register(person, covered[person.patient_id], first.get(person.patient_id))
        practice.rows += registered.rows
        practice.planted += registered.planted
        practice.truth += registered.truth
    _authorize(practice, office, visits, first)
    practice.rows += _appointments(plan, visits, draw)
    desk = Desk(plan, config, draw, _returning(visits))
    for visit in visits:
        sent = send(visit, desk)
        practice.rows += sent.rows
        practice.planted += sent.planted
    practice.rows += list(_resent(practice.rows, plan, draw))
    return practice


def _providers(plan: Plan, draw: Draw) -> list[FeedRow]:
    """Referring providers, one of them first with a mistyped NPI, and a locum who has left."""
    rows: list[FeedRow] = []
    for number in range(REFERRERS + 1):
        rng = draw.of("referrer", number)
        row = {
            "provider_id": f"R{number:02d}", "updated_on": plan.first_day.isoformat(), "role": "referring",
            "npi": complete_npi(f"1990400{number:02d}"), "last_name": last_name(rng),
            "first_name": rng.choice(words("first")), "taxonomy": "207R00000X", "active_from": "2020-01-01",
        }  # fmt: skip
        if number == 0:
            wrong = feed_row(
                "providers", plan.first_day, {**row, "npi": row["npi"][:9] + str((int(row["npi"][9]) + 1) % 10)}
            )
            rows.append(FeedRow("providers", plan.first_day, wrong.key, wrong.cells, "quarantined", "NPI_CHECK_DIGIT"))
            repaired_on = plan.first_day + dt.timedelta(days=2)
            rows.append(feed_row("providers", repaired_on, {**row, "updated_on": repaired_on.isoformat()}))
        else:
            rows.append(feed_row("providers", plan.first_day, row))
    rng = draw.of("locum")
    locum = {
        "provider_id": LOCUM, "updated_on": plan.first_day.isoformat(), "role": "rendering",
        "npi": complete_npi("199030099"),
        "last_name": last_name(rng), "first_name": rng.choice(words("first")), "taxonomy": "207Q00000X",
        "active_from": "2024-01-01", "active_to": (plan.first_day - dt.timedelta(days=200)).isoformat(),
    }  # fmt: skip
    return [*rows, feed_row("providers", plan.first_day, locum)]


def _returning(visits: Sequence[Encounter]) -> frozenset[str]:
    """Encounters whose patient had an earlier visit that was entered on an earlier day."""
    entered: dict[str, dt.date] = {}
    found: set[str] = set()
    for visit in visits:
        before = entered.get(visit.patient.patient_id)
        if before is not None and before < visit.entered_on:
            found.add(visit.encounter_id)
        entered[visit.patient.patient_id] = min(before or visit.entered_on, visit.entered_on)
    return frozenset(found)


def _authorize(
    practice: Practice, office: FrontOffice, visits: Sequence[Encounter], first: dict[str, FirstVisit]
) -> None:
    """Authorizations of those in therapy whose payer wants one, on their charges too; some come late (AUT-001)."""
    seen: dict[str, tuple[Row, bool]] = {}
    for visit in visits:
        if visit.kind != "therapy" or not office.wants_authorization(visit.coverages):
            continue
        person = visit.patient
        if person.patient_id not in seen:
            row, is_late = seen[person.patient_id] = office.authorize(person, visit.coverages[0])
            due_on = first[person.patient_id].dos if person.is_new else office.plan.first_day
            if is_late:
                due_on = workday(visit.entered_on + dt.timedelta(days=6))
                practice.planted.append(Planted(row["authorization_id"], "scrub", "AUT-001", visit.entered_on, due_on))
            practice.rows.append(feed_row("authorizations", due_on, {**row, "updated_on": due_on.isoformat()}))
        row, is_late = seen[person.patient_id]
        if not is_late and office.draw.happens(
            office.plan.authorization_on_charge, "authorization", visit.encounter_id
        ):
            for charge in visit.rows:
                charge["authorization_number"] = row["authorization_number"]


def _appointments(plan: Plan, visits: Sequence[Encounter], draw: Draw) -> list[FeedRow]:
    """Booked some days before, then completed; and some that were cancelled or missed."""
    rows: list[FeedRow] = []
    for visit in visits:
        rng = draw.of("appointment", visit.encounter_id)
        charge = visit.rows[0]
        slots = [("completed", visit.encounter_id)]
        if rng.random() < plan.cancelled + plan.no_show:
            missed = "cancelled" if rng.random() * (plan.cancelled + plan.no_show) < plan.cancelled else "no_show"
            slots.append((missed, f"{visit.encounter_id}X"))
        for outcome, number in slots:
            row = {
                "appointment_id": f"A{number[1:]}", "patient_id": visit.patient.patient_id,
                "provider_id": charge["provider_id"], "location_id": charge["location_id"],
                "starts_at": f"{visit.dos.isoformat()}T{rng.randint(8, 16):02d}:{rng.choice([0, 15, 30, 45]):02d}",
            }  # fmt: skip
            booked_on = max(plan.first_day, visit.dos - dt.timedelta(days=rng.randint(0, 10)))
            if booked_on < visit.dos:
                booked = {**row, "updated_on": booked_on.isoformat(), "status": "booked"}
                rows.append(feed_row("appointments", booked_on, booked))
            rows.append(
                feed_row("appointments", visit.dos, {**row, "updated_on": visit.dos.isoformat(), "status": outcome})
            )
    return rows


def _resent(rows: Sequence[FeedRow], plan: Plan, draw: Draw) -> Iterator[FeedRow]:
    """Charge rows that the practice's system exports a second time the day after, unchanged."""
    for row in rows:
        if (
            row.feed == "charges"
            and row.expected == "loaded"
            and draw.happens(plan.resent_rows, "resent", row.key, row.due_on)
        ):
            again_on = workday(row.due_on + dt.timedelta(days=1))
            yield FeedRow("charges", again_on, row.key, row.cells, "known")

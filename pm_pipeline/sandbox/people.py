"""Invented patients and their families. Names are put together from words for stones, trees and waters (names.csv)."""

from __future__ import annotations

import csv
import datetime as dt
import random
from dataclasses import dataclass
from functools import cache
from importlib import resources

from pm_pipeline.sandbox.draw import Draw
from pm_pipeline.sandbox.plan import Plan

ADULT = 18


@dataclass(frozen=True)
class Person:
    """One patient. `is_new`: the first visit in the simulation is the first ever."""

    patient_id: str
    last: str
    first: str
    middle: str
    suffix: str
    birth: dt.date
    sex: str
    line1: str
    city: str
    state: str
    zip: str
    phone: str
    is_new: bool

    def age_on(self, day: dt.date) -> int:
        """Years completed."""
        return day.year - self.birth.year - ((day.month, day.day) < (self.birth.month, self.birth.day))


@dataclass(frozen=True)
class Household:
    """People who live together and how they are covered (a key of plan.cover_weights). Adults come first."""

    number: int
    cover: str
    people: tuple[Person, ...]


@cache
def words(kind: str) -> tuple[str, ...]:
    """The words of one kind in names.csv: first, stem, ending, town, street."""
    text = resources.files(__package__ or "").joinpath("names.csv").read_text(encoding="utf-8")
    return tuple(row["word"] for row in csv.DictReader(text.splitlines()) if row["kind"] == kind)


def households(plan: Plan, draw: Draw) -> list[Household]:
    """As many households as the plan's visits need."""
    weeks = plan.days / 7
    visits = weeks * (5 * plan.encounters_per_weekday + plan.encounters_per_saturday)
    wanted = max(12, round(visits / plan.visits_per_patient))
    found: list[Household] = []
    people = 0
    seen: set[tuple[str, str, dt.date]] = set()
    while people < wanted:
        household = _household(len(found) + 1, people, plan, draw, seen)
        found.append(household)
        people += len(household.people)
    return found


def last_name(rng: random.Random) -> str:
    """An invented family name."""
    return rng.choice(words("stem")) + rng.choice(words("ending"))


def _household(number: int, people: int, plan: Plan, draw: Draw, seen: set[tuple[str, str, dt.date]]) -> Household:
    cover = draw.weighted(plan.cover_weights, "household cover", number)
    rng = draw.of("household", number)
    ages = _ages(cover, rng)
    last = last_name(rng)
    home = (
        f"{rng.randint(1, 299)} {rng.choice(words('street'))}",
        rng.choice(words("town")),
        f"041{rng.randint(1, 30):02d}",
        f"20755501{rng.randint(0, 99):02d}",
    )
    is_new = rng.random() < plan.new_patients
    members: list[Person] = []
    for place, age in enumerate(ages):
        birth, first = _birth(age, rng, plan), rng.choice(words("first"))
        while (last, first, birth) in seen:
            first = rng.choice(words("first"))
        seen.add((last, first, birth))
        sex = "FM"[place % 2] if place < 2 and rng.random() < 0.9 else rng.choice("FM")
        middle = rng.choice("ABCDEFGHJKLMNPRSTW") if rng.random() < 0.4 else ""
        suffix = rng.choice(["JR", "II"]) if sex == "M" and rng.random() < 0.02 else ""
        members.append(
            Person(
                f"PT{people + place + 1:05d}", last, first, middle, suffix, birth, sex,
                home[0], home[1], "ME", home[2], home[3], is_new,
            )
        )  # fmt: skip
    return Household(number, cover, tuple(members))


def _ages(cover: str, rng: random.Random) -> list[int]:
    if cover.startswith("medicare"):
        return [rng.randint(66, 91) for _ in range(rng.choice([1, 1, 2]))]
    if cover == "workers_comp":
        return [rng.randint(19, 63)]
    if cover == "self_pay":
        return [rng.randint(20, 60)]
    adults = 2 if cover == "commercial_two" or rng.random() < 0.55 else 1
    if cover == "medicaid":
        adults = 1
    eldest = rng.randint(26, 60)
    children = rng.choice([0, 1, 1, 2, 3]) if eldest < 50 else rng.choice([0, 0, 1])
    return [eldest + rng.randint(-4, 4) * place for place in range(adults)] + [
        rng.randint(1, 17) for _ in range(children)
    ]


def _birth(age: int, rng: random.Random, plan: Plan) -> dt.date:
    """A birth date that makes the person `age` on the plan's first day."""
    return plan.first_day - dt.timedelta(days=round(age * 365.25) + rng.randint(1, 250))

"""Who is covered by whom: coverages of the invented patients, in the order the payers pay (COB)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from pm_pipeline.config import Config
from pm_pipeline.config.models import Payer
from pm_pipeline.errors import ConfigError
from pm_pipeline.sandbox.draw import Draw
from pm_pipeline.sandbox.people import ADULT, Household, Person

_TOKEN = re.compile(r"(?:\[([^\]]+)\]|(\\d)|([A-Za-z0-9-]))(?:\{([0-9]+)\})?")


@dataclass(frozen=True)
class Coverage:
    """One coverage of one patient; `subscriber` is None when that is the patient (relationship 18)."""

    coverage_id: str
    patient_id: str
    cob_order: int
    payer_id: str
    member_id: str
    group_number: str
    relationship: str
    subscriber: Person | None
    effective_from: dt.date
    effective_to: dt.date | None = None


def needs_authorization(payer: Payer) -> bool:
    """Health maintenance organizations and workers' compensation want physical therapy authorized."""
    return payer.filing_indicator == "HM" or payer.kind == "workers_comp"


def member_id(pattern: str, draw: Draw, *name: object) -> str:
    """A member id that fits a payer's member_id_pattern (characters, [classes] and {counts}). Raises ConfigError."""
    rng = draw.of("member id", *name)
    text, at = "", 0
    while at < len(pattern):
        found = _TOKEN.match(pattern, at)
        if found is None:
            raise ConfigError(
                f"payers.yaml: member_id_pattern {pattern!r}: the sandbox can invent ids only for patterns of plain "
                "characters, classes such as [0-9] and counts such as {9}."
            )
        listed, digit, plain, count = found.groups()
        choices = _expand("0-9" if digit else listed) if plain is None else plain
        text += "".join(rng.choice(choices) for _ in range(int(count or 1)))
        at = found.end()
    return text


def coverages(homes: list[Household], config: Config, first_day: dt.date, draw: Draw) -> dict[str, list[Coverage]]:
    """patient_id -> coverages by COB order; a patient without any pays for himself. Raises ConfigError when a kind of
    payer is missing that plan.cover_weights asks for."""
    kinds: dict[str, list[Payer]] = {}
    for payer in config.payers:
        kinds.setdefault(payer.kind, []).append(payer)
    found: dict[str, list[Coverage]] = {}
    for home in homes:
        for person in home.people:
            found[person.patient_id] = []
        if home.cover != "self_pay":
            _cover(home, _Policies(home, kinds, first_day, draw), found)
    return found


@dataclass(frozen=True)
class _Policies:
    """Policies of one household."""

    home: Household
    kinds: dict[str, list[Payer]]
    first_day: dt.date
    draw: Draw

    def payer(self, kind: str, place: int = 0) -> Payer:
        """A payer of this kind; `place` 1 is another one than place 0 where there are several."""
        if not (payers := self.kinds.get(kind)):
            raise ConfigError(f"payers.yaml: the sandbox's plan covers patients by {kind}, but there is no such payer.")
        start = self.draw.of("payer", self.home.number, kind).randrange(len(payers))
        return payers[(start + place) % len(payers)]

    def policy(self, payer: Payer, holder: Person) -> Callable[[Person, int], Coverage]:
        """What one policy gives each person it covers: (person, cob_order) -> coverage."""
        name = (payer.payer_id, holder.patient_id)
        number = member_id(payer.member_id_pattern, self.draw, *name)
        group = (
            f"G{self.draw.digits(5, 'group', payer.payer_id, self.home.number)}" if payer.kind == "commercial" else ""
        )
        since = dt.date(self.first_day.year - self.draw.between((1, 4), "since", *name), 1, 1)

        def covers(person: Person, cob_order: int) -> Coverage:
            own = person.patient_id == holder.patient_id
            relationship = "18" if own else "01" if person.age_on(self.first_day) >= ADULT else "19"
            return Coverage(
                f"{person.patient_id}-C{cob_order}", person.patient_id, cob_order, payer.payer_id, number, group,
                relationship, None if own else holder, since,
            )  # fmt: skip

        return covers


def _cover(home: Household, policies: _Policies, found: dict[str, list[Coverage]]) -> None:
    head = home.people[0]
    if home.cover == "commercial":
        family = policies.policy(policies.payer("commercial"), head)
        for person in home.people:
            found[person.patient_id].append(family(person, 1))
    elif home.cover == "commercial_two":
        spouse = home.people[1]
        plans = [policies.policy(policies.payer("commercial", place), who) for place, who in enumerate((head, spouse))]
        for person in home.people:
            first, second = (plans[1], plans[0]) if person is spouse else (plans[0], plans[1])
            found[person.patient_id] += [first(person, 1), second(person, 2)]
    else:
        kinds = {
            "medicaid": ["medicaid"],
            "medicare": ["medicare"],
            "medicare_supplement": ["medicare", "commercial"],
            "medicare_medicaid": ["medicare", "medicaid"],
            "medicare_both": ["medicare", "commercial", "medicaid"],
            "workers_comp": ["workers_comp"],
        }.get(home.cover)
        if kinds is None:
            raise ConfigError(f"plan.yaml: cover_weights: {home.cover!r} is not a kind of cover.")
        for person in home.people:
            for order, kind in enumerate(kinds, start=1):
                found[person.patient_id].append(policies.policy(policies.payer(kind), person)(person, order))
    if home.cover == "workers_comp":
        since = policies.first_day - dt.timedelta(days=policies.draw.between((5, 60), "injury", home.number))
        found[head.patient_id] = [dataclasses.replace(one, effective_from=since) for one in found[head.patient_id]]


def _expand(listed: str) -> str:
    """The characters of a class: 'A-C9' -> 'ABC9'."""
    return re.sub(r"(.)-(.)", lambda span: "".join(map(chr, range(ord(span.group(1)), ord(span.group(2)) + 1))), listed)

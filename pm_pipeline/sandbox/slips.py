"""Slips of a biller in one charge row (slips.yaml): what an edit should find, and what a payer refuses it for when none did."""

from __future__ import annotations

import random
import re
from functools import cache
from importlib import resources

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from pm_pipeline.sandbox.held import Desk, Mistake
from pm_pipeline.sandbox.rows import Row
from pm_pipeline.sandbox.visits import Encounter, modifiers_of, set_modifiers

MOST_MODIFIERS = 4
MOST_DIAGNOSES = 12


class When(BaseModel):
    """The rows a slip can happen in. procedures: a pattern of the whole code; kinds: of visits.yaml; payers: kinds of the payer;
    has: one of these modifiers is there; without: none of these procedures is in the visit; alone: the visit has no other row;
    ages: in years, from and to."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    procedures: str | None = None
    kinds: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    payers: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    sex: str | None = None
    ages: tuple[int, int] | None = None
    alone: bool = False


class Slip(BaseModel):
    """One slip. rule: the edit that should find it. refused: group and CARC. when: which rows. modifiers: put behind those that are there;
    diagnoses: the same; first: in place of the first diagnosis, which the row then points to; set: columns."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    rule: str
    refused: tuple[str, str]
    when: When = When()
    modifiers: tuple[str, ...] = ()
    diagnoses: tuple[str, ...] = ()
    first: str | None = None
    set: dict[str, str] = {}


@cache
def slips() -> tuple[Slip, ...]:
    """slips.yaml."""
    text = resources.files(__package__ or "").joinpath("slips.yaml").read_text(encoding="utf-8")
    return tuple(TypeAdapter(list[Slip]).validate_python(yaml.safe_load(text)))


def slip_in(encounter: Encounter, desk: Desk, rng: random.Random) -> Mistake | None:
    """One of the slips that can happen in this encounter; None: there is none."""
    kinds = {payer.payer_id: payer.kind for payer in desk.config.payers}
    payer = kinds.get(encounter.payer_id or "")
    able = [
        (slip, place, wrong)
        for slip in slips()
        for place, row in enumerate(encounter.rows)
        if suits(slip.when, encounter, row, payer) and (wrong := done(slip, row)) is not None
    ]
    if not able:
        return None
    # what can happen in few visits is chosen more often there
    weights = [1 + 3 * len(slip.when.model_fields_set) for slip, _, _ in able]
    slip, place, wrong = rng.choices(able, weights)[0]
    return Mistake(slip.rule, {place: wrong})


def suits(when: When, encounter: Encounter, row: Row, payer_kind: str | None) -> bool:
    """Whether a slip can happen in this row."""
    age = encounter.patient.age_on(encounter.dos)
    return (
        (when.procedures is None or re.fullmatch(when.procedures, row["procedure_code"]) is not None)
        and (not when.kinds or encounter.kind in when.kinds)
        and (not when.places or row["place_of_service"] in when.places)
        and (not when.payers or payer_kind in when.payers)
        and (not when.has or bool(set(when.has) & set(modifiers_of(row))))
        and not any(one["procedure_code"] in when.without for one in encounter.rows)
        and when.sex in (None, encounter.patient.sex)
        and (when.ages is None or when.ages[0] <= age <= when.ages[1])
        and (not when.alone or len(encounter.rows) == 1)
    )


def done(slip: Slip, row: Row) -> Row | None:
    """The row with the slip; None when there is no room for it."""
    wrong = {**row, **slip.set}
    modifiers = [*modifiers_of(row), *(one for one in slip.modifiers if one not in modifiers_of(row))]
    if len(modifiers) > MOST_MODIFIERS:
        return None
    set_modifiers(wrong, modifiers)
    if slip.first is not None:
        wrong |= {"diagnosis_1": slip.first, "pointer_1": "1"}
    said = [row[f"diagnosis_{place}"] for place in range(1, MOST_DIAGNOSES + 1) if row.get(f"diagnosis_{place}")]
    more = [one for one in slip.diagnoses if one not in {code.replace(".", "") for code in said}]
    if len(said) + len(more) > MOST_DIAGNOSES:
        return None
    for place, code in enumerate(more, start=len(said) + 1):
        wrong[f"diagnosis_{place}"] = code
    return wrong if wrong != row else None

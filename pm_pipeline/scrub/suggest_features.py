"""What a suggested rule may ask of a line: one condition each, with the examples that hold and break it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Feature:
    """One way to tell lines apart.

    about: what it looks at; a suggestion has one condition about each thing at most. values: SQL over line_fact, the list
    of VARCHAR values that hold for a line (empty: none). where, words: a value -> the condition in SQL, and in words.
    fires, passes: a value -> columns of an example that has it, and of one that has not.
    """

    about: str
    values: str
    where: Callable[[str], str]
    words: Callable[[str], str]
    fires: Callable[[str], Mapping[str, Any]]
    passes: Callable[[str], Mapping[str, Any]]


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _is(about: str, column: str, words: str, others: tuple[str, str]) -> Feature:
    """A column has this value; of others the first that is not the value is an example without it."""
    return Feature(
        about,
        f"CASE WHEN {column} IS NULL THEN [] ELSE [CAST({column} AS VARCHAR)] END",
        lambda value: f"{column} = {_quoted(value)}",
        lambda value: _said(words, value),
        lambda value: {column: value},
        lambda value: {column: others[value == others[0]]},
    )


def _said(words: str, value: str) -> str:
    """The words with the value in them; no braces, which in a rule's message name a column."""
    return words.format(value.translate({ord("{"): "(", ord("}"): ")"}))


def _fact(about: str, condition: str, words: str, fires: Mapping[str, Any], passes: Mapping[str, Any]) -> Feature:
    """A condition holds."""
    return Feature(
        about,
        f"CASE WHEN {condition} THEN ['yes'] ELSE [] END",
        lambda _: condition,
        lambda _: words,
        lambda _: fires,
        lambda _: passes,
    )


def _more(about: str, column: str, steps: tuple[int, ...], words: str) -> Feature:
    """A number is greater than one of these steps."""
    return Feature(
        about,
        f"list_transform(list_filter({list(steps)}, lambda step: {column} > step), lambda step: CAST(step AS VARCHAR))",
        lambda value: f"{column} > {value}",
        lambda value: words.format(value),
        lambda value: {column: int(value) + 1},
        lambda value: {column: int(value)},
    )


FEATURES = (
    _is("procedure", "procedure_code", "procedure {}", ("00000", "00001")),
    _is("place", "place_of_service", "place of service {}", ("99", "98")),
    _is("provider", "provider_id", "rendering provider {}", ("OTHER", "ANOTHER")),
    _is("specialty", "provider_taxonomy", "taxonomy {}", ("000000000X", "000000001X")),
    _is("location", "location_id", "location {}", ("OTHER", "ANOTHER")),
    _is("sex", "patient_sex", "patients of sex {}", ("U", "F")),
    _is("diagnosis", "first_pointer_diagnosis", "first diagnosis {}", ("Z9989", "Z9988")),
    Feature(
        "diagnosis",
        "CASE WHEN len(first_pointer_diagnosis) > 3 THEN [first_pointer_diagnosis[1:3]] ELSE [] END",
        lambda value: f"starts_with(first_pointer_diagnosis, {_quoted(value)})",
        lambda value: _said("first diagnosis of category {}", value),
        lambda value: {"first_pointer_diagnosis": f"{value}9"},
        lambda value: {"first_pointer_diagnosis": "Y9989" if "Z9989".startswith(value) else "Z9989"},
    ),
    Feature(
        "modifier",
        "list_distinct(modifiers)",
        lambda value: f"list_contains(modifiers, {_quoted(value)})",
        lambda value: _said("modifier {}", value),
        lambda value: {"modifiers": [value]},
        lambda value: {"modifiers": []},
    ),
    _fact("modifier", "len(modifiers) = 0", "no modifier", {"modifiers": []}, {"modifiers": ["25"]}),
    _fact("authorization", "authorization_number IS NULL", "no authorization number",
          {"authorization_number": None}, {"authorization_number": "A1"}),
    _fact("referral", "NOT referring_is_named", "no referring provider", {"referring_is_named": False}, {"referring_is_named": True}),
    _fact("subscriber", "coverage_relationship <> '18'", "the patient is not the subscriber",
          {"coverage_relationship": "19"}, {"coverage_relationship": "18"}),
    _fact("group", "NOT group_number_is_given", "no group number", {"group_number_is_given": False}, {"group_number_is_given": True}),
    _fact("visit", "earlier_visits_3y = 0", "a patient not seen for three years", {"earlier_visits_3y": 0}, {"earlier_visits_3y": 1}),
    _fact("same day", "len(same_day_procedures) > 1", "other services of that day",
          {"same_day_procedures": ["99213", "99214"]}, {"same_day_procedures": ["99213"]}),
    _fact("claim", "claim_type = 'corrected'", "a corrected claim", {"claim_type": "corrected"}, {"claim_type": "original"}),
    _fact("age", "patient_age_years < 18", "patients under 18", {"patient_age_years": 17}, {"patient_age_years": 18}),
    _fact("age", "patient_age_years >= 65", "patients of 65 and more", {"patient_age_years": 65}, {"patient_age_years": 64}),
    _more("units", "units", (1, 2, 3, 4, 6, 10), "more than {} units"),
    _more("delay", "days_since_service", (14, 30, 60, 90, 180, 365), "sent more than {} days after the service"),
    _more("charge", "charge_cents", (25_000, 50_000, 100_000, 250_000), "a charge above {} cents"),
)  # fmt: skip

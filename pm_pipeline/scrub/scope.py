"""Which claims a rule judges: payers, plans, specialties, providers, places, claim types, and dates of service."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,20}$")]
TaxonomyStart = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{2,10}$")]
PlaceOfService = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]
FilingIndicator = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2}$")]

# key of a rule's scope -> the column it limits
LISTS = {
    "payers": "payer_id",
    "payer_kinds": "payer_kind",
    "plan_types": "filing_indicator",
    "providers": "provider_id",
    "locations": "location_id",
    "places_of_service": "place_of_service",
    "claim_types": "claim_type",
}


class Scope(BaseModel):
    """Which claims a rule judges; an empty list or no date means all. payer_kinds may name self_pay.

    plan_types: the payer's filing indicator (SBR09). specialties: taxonomies of the rendering provider, or how they
    begin. claim_types: original, corrected (a payer has adjudicated an earlier version). dos_from, dos_to: the first date
    of service, both days included.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    payers: list[Code] = []
    payer_kinds: list[Literal["medicare", "medicaid", "commercial", "workers_comp", "self_pay"]] = []
    plan_types: list[FilingIndicator] = []
    specialties: list[TaxonomyStart] = []
    providers: list[Code] = []
    locations: list[Code] = []
    places_of_service: list[PlaceOfService] = []
    claim_types: list[Literal["original", "corrected"]] = []
    dos_from: dt.date | None = None
    dos_to: dt.date | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.dos_from and self.dos_to and self.dos_to < self.dos_from:
            raise ValueError("dos_to: expected a day not before dos_from")
        return self


def scope_sql(scope: Scope) -> str:
    """The scope as one SQL condition."""
    parts = [
        f"{column} IN ({', '.join(_quoted(value) for value in getattr(scope, key))})"
        for key, column in LISTS.items()
        if getattr(scope, key)
    ]
    if scope.specialties:
        starts = " OR ".join(f"starts_with(provider_taxonomy, {_quoted(value)})" for value in scope.specialties)
        parts.append(f"({starts})")
    if scope.dos_from is not None:
        parts.append(f"dos_from >= DATE '{scope.dos_from.isoformat()}'")
    if scope.dos_to is not None:
        parts.append(f"dos_from <= DATE '{scope.dos_to.isoformat()}'")
    return " AND ".join(parts) or "true"


def scope_columns(scope: Scope) -> set[str]:
    """The columns that condition uses."""
    used = {column for key, column in LISTS.items() if getattr(scope, key)}
    if scope.specialties:
        used.add("provider_taxonomy")
    if scope.dos_from is not None or scope.dos_to is not None:
        used.add("dos_from")
    return used


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"

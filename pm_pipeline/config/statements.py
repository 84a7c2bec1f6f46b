"""The shape of statements.yaml: dunning cycles, payment-plan terms and hold rules of patients' statements, by version."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from pm_pipeline.config.models import Strict
from pm_pipeline.config.values import Code
from pm_pipeline.errors import ConfigError

PLACEHOLDERS = ("due", "past_due", "pay_by", "phone")
ONE_DAY = dt.timedelta(days=1)
Cents = Annotated[int, Field(ge=0)]
Days = Annotated[int, Field(gt=0, le=366)]


def _text(text: str) -> str:
    unknown = [name for name in re.findall(r"\{([^}]*)\}?", text) if name not in PLACEHOLDERS]
    if unknown or text.count("{") != text.count("}"):
        raise ValueError(f"expected no braces but {', '.join('{' + name + '}' for name in PLACEHOLDERS)}")
    return text


Title = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=600), AfterValidator(_text)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=160)]


Hold = Literal[
    "DECEASED", "COLLECTIONS", "WRITE_OFF_WAITING", "PATIENT_MONEY_WAITING", "PATIENT_CREDIT"
]  # kind policy in receivables/statements/holds.csv


class Level(Strict):
    """One notice of a dunning cycle."""

    level: Annotated[str, StringConstraints(pattern=r"^[a-z]{1,12}$")]
    wait_days: Days
    title: Title
    text: Text


class PlanTerm(Strict):
    """From this amount on, a plan of at most so many months."""

    from_cents: Annotated[int, Field(gt=0)]
    months: Annotated[int, Field(ge=2, le=60)]


class PaymentPlans(Strict):
    """What is offered and may be agreed."""

    title: Title
    text: Text
    wait_days: Days
    late_days: Cents
    min_monthly_cents: Annotated[int, Field(gt=0)]
    terms: Annotated[list[PlanTerm], Field(min_length=1)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        amounts = [one.from_cents for one in self.terms]
        if amounts != sorted(set(amounts)):
            raise ValueError("terms: expected from_cents to rise from term to term")
        return self

    def months(self, cents: int) -> int:
        """The most months for this amount; 0: no plan. Never so many that an instalment falls below the least."""
        longest = max((one.months for one in self.terms if cents >= one.from_cents), default=0)
        months = min(longest, cents // self.min_monthly_cents)
        return months if months > 1 else 0

    def steps(self) -> list[tuple[int, int]]:
        """Every amount in cents from which on ``months`` is another, with what it is from there; rising from 0."""
        most = max(one.months for one in self.terms)
        amounts = {
            0,
            *(one.from_cents for one in self.terms),
            *(self.min_monthly_cents * n for n in range(2, most + 1)),
        }
        found: list[tuple[int, int]] = []
        for cents in sorted(amounts):
            if not found or found[-1][1] != self.months(cents):
                found.append((cents, self.months(cents)))
        return found


class StatementPolicy(Strict):
    """One version of the policy."""

    version: Annotated[int, Field(gt=0)]
    effective_from: dt.date
    effective_to: dt.date | None = None
    adult_age: Annotated[int, Field(ge=14, le=30)]
    minimum_cents: Cents
    pay_within_days: Days
    file_within_days: Days
    levels: Annotated[list[Level], Field(min_length=1)]
    payment_plans: PaymentPlans
    holds: list[Hold]
    harmless_exceptions: list[str] = Field(default_factory=list)
    how_to_pay: Annotated[list[Line], Field(min_length=1, max_length=5)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.effective_to is not None and self.effective_to < self.effective_from:
            raise ValueError("effective_to: expected a day not before effective_from, or none while in force")
        names = [one.level for one in self.levels]
        if len(set(names)) != len(names) or "plan" in names:
            raise ValueError("levels: every level needs a name of its own, and plan is that of instalments")
        return self


class StatementPolicies(Strict):
    """statements.yaml: the versions, oldest first."""

    policy_id: Code
    owner: str
    versions: Annotated[list[StatementPolicy], Field(min_length=1)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        for before, after in zip(self.versions, self.versions[1:], strict=False):
            if after.version <= before.version:
                raise ValueError(f"versions: {after.version} comes after {before.version}; expected rising numbers")
            if before.effective_to != after.effective_from - ONE_DAY:
                raise ValueError(
                    f"versions: version {before.version} must end (effective_to) on {after.effective_from - ONE_DAY}, the day before "
                    f"version {after.version} takes effect"
                )
        return self

    def on(self, day: dt.date) -> StatementPolicy:
        """The version that decides statements of this day. Raises ConfigError when none does."""
        for one in self.versions:
            if one.effective_from <= day <= (one.effective_to or dt.date.max):
                return one
        raise ConfigError(f"statements.yaml: no version is in force on {day}. Give one dates that cover it.")

    def version(self, number: int) -> StatementPolicy:
        """The version with this number. Raises ConfigError when it was taken out of the file."""
        for one in self.versions:
            if one.version == number:
                return one
        raise ConfigError(
            f"statements.yaml: version {number} made statements and is no longer there. Put it back: versions are never removed."
        )

"""The shape of money_policy.yaml."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from pm_pipeline.config.models import Strict
from pm_pipeline.config.values import Code

NEVER_ALONE = ("refund", "refund_unapplied")


class MoneyRule(Strict):
    """One event of money that people move by hand, and its limits."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{1,40}$")]
    event: Literal["refund", "refund_unapplied", "small_balance", "bad_debt", "charity", "collections"]
    why: str
    max_cents: Annotated[int, Field(gt=0)] | None = None
    second_person_from_cents: Annotated[int, Field(ge=0)] | None = None


class MoneyPolicy(Strict):
    """money_policy.yaml."""

    policy_id: Code
    version: Annotated[int, Field(gt=0)]
    owner: str
    rules: list[MoneyRule]

    @model_validator(mode="after")
    def _check(self) -> Self:
        events = [rule.event for rule in self.rules]
        if twice := sorted({one for one in events if events.count(one) > 1}):
            raise ValueError(f"rules: {twice[0]} is given twice; each event has one rule")
        for rule in self.rules:
            if rule.event in NEVER_ALONE and rule.second_person_from_cents != 0:
                raise ValueError(f"rules: {rule.event} needs second_person_from_cents: 0; no one refunds alone")
        return self

    def rule(self, event: str) -> MoneyRule | None:
        """The rule of an event; None where the balance is the only limit."""
        return next((rule for rule in self.rules if rule.event == event), None)

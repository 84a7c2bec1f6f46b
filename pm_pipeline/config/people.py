"""The shape of people.yaml: who acts, in what, and how much of somebody else's a person may approve."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from pm_pipeline.config.models import Strict
from pm_pipeline.config.values import Code
from pm_pipeline.console import dollars
from pm_pipeline.errors import PmError

Role = Literal["exceptions", "money", "denials", "holds", "rules", "close", "reopen"]
Door = Literal["analyst", "lead", "auditor", "admin"]


def _one_blank(text: object) -> object:
    """Text with one blank between its words and none around them."""
    return " ".join(text.split()) if isinstance(text, str) else text


class Person(Strict):
    """Somebody who acts, looks, or both.

    may_approve_cents: the largest amount of others this person may approve; dashboard: as what they enter the dashboard, if at all.
    """

    person: Code
    name: Annotated[str, BeforeValidator(_one_blank), Field(min_length=1)]
    title: str
    roles: list[Role]
    may_approve_cents: Annotated[int, Field(ge=0)] = 0
    dashboard: Door | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.roles and self.dashboard is None:
            raise ValueError(f"{self.person} has no roles and no dashboard; give at least one of them")
        if self.dashboard == "auditor" and self.roles:
            raise ValueError(f"{self.person} is an auditor, who reads and never acts; leave roles empty")
        return self


class People(Strict):
    """people.yaml."""

    people: Annotated[list[Person], Field(min_length=1)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        owners: dict[str, Person] = {}
        for one in self.people:
            for called in (one.person, one.name):
                if owners.setdefault(called.casefold(), one) is not one:
                    raise ValueError(
                        f"people: {called} is given twice; everybody needs an id and a name that nobody else has"
                    )
        if any(one.person in ("policy", "rule") for one in self.people):
            raise ValueError("people: policy and rule are how the ledger names itself; give the person another id")
        return self

    def find(self, who: str) -> Person | None:
        """The person with this id or name, in any case of letters; None when nobody has it."""
        wanted = str(_one_blank(who)).casefold()
        return next((one for one in self.people if wanted in (one.person.casefold(), one.name.casefold())), None)

    def acting(self, who: str, role: Role) -> Person:
        """The person who acts in this role. Raises PmError when nobody has that id or name, or not that role."""
        person = self.find(who)
        able = ", ".join(one.person for one in self.people if role in one.roles) or "nobody yet"
        if person is None:
            raise PmError(
                f"{who!r} is not among the people of people.yaml (for {role}: {able}). Add the person there first."
            )
        if role not in person.roles:
            raise PmError(f"{person.person} has no role {role} in people.yaml; those who have it: {able}.")
        return person

    def second(self, who: str, role: Role, first: str, cents: int) -> Person:
        """The person who answers what `first` asked for: another one, who may approve `cents` (0 to refuse). Raises PmError."""
        person = self.acting(who, role)
        asker = self.find(first)
        if person is asker:
            raise PmError(f"{person.person} asked for it and cannot answer it too: it takes a second person.")
        if cents > person.may_approve_cents:
            able = [
                one.person
                for one in self.people
                if role in one.roles and one.may_approve_cents >= cents and one is not asker
            ]
            raise PmError(
                f"{person.person} may approve up to {dollars(person.may_approve_cents)}; this is {dollars(cents)} (people.yaml). "
                f"Who may: {', '.join(able) or 'nobody'}."
            )
        return person

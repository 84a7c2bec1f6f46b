"""What an edit rule file says, and what becomes of it once it is checked.

A rule file, ``rules/<family>/<ID>.yaml``::

    id: UNT-001                  # the file's name
    version: 1                   # raise it with every change; a finding keeps it
    title: Visit billed with more than one unit
    family: units                # the folder's name
    level: line                  # claim or line
    severity: hold               # hold, warn, fix, or shadow: recorded, and nothing else, until it is promoted
    owner: billing lead
    why: "..."
    source: "005010X222A1, SV1"  # guide, policy, manual, RFI: where it is written
    scope: {payers: [], payer_kinds: [], plan_types: [], specialties: [], providers: [], locations: [],   # all optional
            places_of_service: [], claim_types: [], dos_from: null, dos_to: null}   # dates of service, inclusive
    where: procedure_code BETWEEN '99202' AND '99215' AND units <> 1     # fires when true
    message: "Procedure {procedure_code} is billed with {units} units."  # {column}: none that is about a person
    remedy: "Correct the units of charge {charge_id}."
    set: {ndc: "..."}            # severity fix only: column -> SQL expression
    prevents: ["151"]            # claim adjustment reason codes
    changes: [{version: 1, made_on: 2026-06-01, by: wren, why: "..."}]   # optional; who made this version of it
    examples:                    # columns of the relation; what is not named is the usual value (facts.yaml)
      fires: [{procedure_code: "99213", units: 2}]
      passes: [{procedure_code: "99213", units: 1}]

The columns are those of claim_fact (level claim), line_fact (level line) or draft_fact (severity fix); see facts.yaml,
which also has the lists of rows a predicate may ask: history, coverages, authorizations, diagnosis_rows, claim_lines,
bundles, coverage_policies.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from pm_pipeline.scrub.facts import RelationName
from pm_pipeline.scrub.scope import Scope

RuleId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,4}-[0-9]{3}$")]  # X12-837P, RULE-ERROR, FIX-ERROR are not
Text = Annotated[str, StringConstraints(min_length=1, max_length=400, strip_whitespace=True)]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,30}$")]
Carc = Annotated[str, StringConstraints(pattern=r"^[A-Z]{0,2}[0-9]{1,3}$")]


class Strict(BaseModel):
    """A mapping that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Change(Strict):
    """Who made a version of a rule, when and why."""

    version: Annotated[int, Field(gt=0)]
    made_on: dt.date
    by: Text
    why: Text


class Examples(Strict):
    """Rows that must fire and rows that must not: column -> value. A fix's firing rows also say what it `becomes`."""

    fires: Annotated[list[dict[str, Any]], Field(min_length=1)]
    passes: Annotated[list[dict[str, Any]], Field(min_length=1)]


class Rule(Strict):
    """One edit rule as its file states it."""

    id: RuleId
    version: Annotated[int, Field(gt=0)]
    title: Text
    family: Word
    level: Literal["claim", "line"]
    severity: Literal["hold", "warn", "fix", "shadow"]
    owner: Text
    why: Text
    source: Text
    scope: Scope = Scope()
    where: Annotated[str, StringConstraints(min_length=1)]
    message: Text
    remedy: Text
    set: dict[Word, str] = {}
    prevents: list[Carc] = []
    examples: Examples
    changes: list[Change] = []

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.severity == "fix") != bool(self.set):
            raise ValueError("set: give it for severity fix, and only for fix")
        if self.severity == "fix" and self.level != "line":
            raise ValueError("level: a fix works on lines before their claim is put together; write level: line")
        return self

    @property
    def relation(self) -> RelationName:
        """The relation this rule judges."""
        if self.severity == "fix":
            return "draft_fact"
        return "claim_fact" if self.level == "claim" else "line_fact"


@dataclass(frozen=True)
class CompiledRule:
    """A rule that has been checked and bound: SQL over its relation's columns.

    scope, where: booleans, which rows it judges and when it fires. message, remedy: text. sets: (column,
    expression) pairs of a fix. columns: all it uses of the relation. digest: over everything that decides what it does.
    """

    rule: Rule
    relation: RelationName
    scope: str
    where: str
    message: str
    remedy: str
    sets: tuple[tuple[str, str], ...]
    columns: frozenset[str]
    digest: str

    @property
    def condition(self) -> str:
        """When it fires, boolean, scope included. CASE and not AND: where its scope does not hold nothing else is evaluated."""
        return (
            f"CASE WHEN {self.scope} THEN ({self.where}) ELSE false END" if self.scope != "true" else f"({self.where})"
        )

    @property
    def verdict(self) -> str:
        """Whether it fires on a row; NULL where it cannot be evaluated."""
        return f"TRY(coalesce({self.condition}, false))"

    @property
    def fails_on(self) -> str:
        """The rows that count as not judged when it cannot be evaluated at all: every one in its scope."""
        return f"coalesce({self.scope}, true)"

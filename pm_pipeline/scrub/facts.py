"""The documented relations that edit rules judge: facts.yaml, read and checked."""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib import resources
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from pm_pipeline.errors import RuleError
from pm_pipeline.yaml_file import read_yaml

RelationName = Literal["claim_fact", "line_fact", "draft_fact"]
RELATIONS: tuple[RelationName, ...] = ("claim_fact", "line_fact", "draft_fact")
Value = str | bool | int | float | dt.date | list[str] | list[int] | None


class Column(BaseModel):
    """One column of a relation: its DuckDB type, what it means, its value in an unremarkable claim.

    items: for a list of rows, the relation that says what one of its rows is.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: str
    means: str
    usual: Value
    is_phi: bool = False
    may_set: bool = False
    items: str | None = None


class Relation(BaseModel):
    """One relation: what a row is, and its columns in order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    meaning: str
    with_columns_of: RelationName | None = None
    columns: dict[str, Column]


@cache
def relations() -> dict[RelationName, Relation]:
    """claim_fact, line_fact and draft_fact, each with all its columns (line_fact's own first), types spelled out."""
    stated, inner = _stated(), items()
    read: dict[RelationName, Relation] = {}
    for name in RELATIONS:
        relation = Relation.model_validate(stated[name])
        columns = {column: _spelled_out(described, inner) for column, described in relation.columns.items()}
        if relation.with_columns_of is not None:
            for column, described in read[relation.with_columns_of].columns.items():
                columns.setdefault(column, described)
        read[name] = relation.model_copy(update={"columns": columns})
    return read


@cache
def items() -> dict[str, Relation]:
    """The relations that a claim or line carries as a list of rows: history, coverages, authorizations and so on."""
    stated = _stated()
    return {name: Relation.model_validate(said) for name, said in stated.items() if name not in RELATIONS}


def _spelled_out(column: Column, inner: dict[str, Relation]) -> Column:
    if column.items is None:
        return column
    fields = ", ".join(f"{name} {described.type}" for name, described in inner[column.items].columns.items())
    return column.model_copy(update={"type": f"STRUCT({fields})[]"})


@cache
def _stated() -> dict[str, Any]:
    return read_yaml(resources.files(__package__ or "").joinpath("facts.yaml").read_bytes(), "facts.yaml", RuleError)

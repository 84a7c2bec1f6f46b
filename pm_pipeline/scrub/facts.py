"""The documented relations that edit rules judge: facts.yaml, read and checked."""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib import resources
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict

RelationName = Literal["claim_fact", "line_fact", "draft_fact"]
RELATIONS: tuple[RelationName, ...] = ("claim_fact", "line_fact", "draft_fact")
Value = str | bool | int | float | dt.date | list[str] | list[int] | None


class Column(BaseModel):
    """One column of a relation: its DuckDB type, what it means, its value in an unremarkable claim."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: str
    means: str
    usual: Value
    is_phi: bool = False
    may_set: bool = False


class Relation(BaseModel):
    """One relation: what a row is, and its columns in order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    meaning: str
    with_columns_of: RelationName | None = None
    columns: dict[str, Column]


@cache
def relations() -> dict[RelationName, Relation]:
    """claim_fact, line_fact and draft_fact, each with all its columns (line_fact's own first)."""
    text = resources.files(__package__ or "").joinpath("facts.yaml").read_text(encoding="utf-8")
    stated: dict[str, Any] = yaml.safe_load(text)
    read: dict[RelationName, Relation] = {name: Relation.model_validate(stated[name]) for name in RELATIONS}
    for name, relation in read.items():
        if relation.with_columns_of is not None:
            columns = {**relation.columns}
            for column, described in read[relation.with_columns_of].columns.items():
                columns.setdefault(column, described)
            read[name] = relation.model_copy(update={"columns": columns})
    return read

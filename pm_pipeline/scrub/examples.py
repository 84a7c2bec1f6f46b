"""A rule's examples, run many at once: every example row of every rule of a relation in one table, one statement."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import duckdb

from pm_pipeline.errors import RuleError
from pm_pipeline.scrub.facts import Column, Relation, items
from pm_pipeline.scrub.room import RuleRoom, TooSlow
from pm_pipeline.scrub.rule import CompiledRule

SECONDS = 20.0  # for the examples of all rules of a relation, and then for those of one


@dataclass(frozen=True)
class Example:
    """One row to show to one rule, and where it stands: `place` opens what is said of it."""

    compiled: CompiledRule
    given: Mapping[str, Any]
    place: str


@dataclass(frozen=True)
class Outcome:
    """fires: None when the rule fails on the row. message: None when it cannot be written. sets: what a fix would set."""

    fires: bool | None
    message: str | None
    sets: dict[str, Any]


def run_examples(room: RuleRoom, relation: Relation, examples: Sequence[Example]) -> list[Outcome]:
    """What each rule does on its rows; what a row does not name is the usual value. All rules judge `relation`.

    Raises RuleError, beginning with the example's place, for an unknown column or a value of another type, and when a rule
    takes longer than SECONDS.
    """
    if not examples:
        return []
    con = room.con
    rules = {id(one.compiled): one.compiled for one in examples}
    numbers = {key: number for number, key in enumerate(rules)}
    _table(con, relation, examples, [numbers[id(one.compiled)] for one in examples])
    fires = " ".join(f"WHEN {numbers[key]} THEN {one.verdict}" for key, one in rules.items())
    texts = " ".join(f"WHEN {numbers[key]} THEN TRY({one.message})" for key, one in rules.items())
    asked = f"SELECT CASE rule_number {fires} END, CASE rule_number {texts} END FROM example ORDER BY example_number"
    try:
        room.run(f"CREATE OR REPLACE TEMP TABLE outcome AS {asked}", SECONDS)
    except TooSlow:
        if len(rules) > 1:  # which rule it is shows when they are asked one by one
            return [one for each in _by_rule(examples) for one in run_examples(room, relation, each)]
        raise RuleError(
            f"{examples[0].place}: the rule takes longer than {SECONDS:g} s on its examples. Make it simpler."
        ) from None
    judged = con.execute("FROM outcome").fetchall()
    sets = {key: _sets(con, numbers[key], one) for key, one in rules.items() if one.sets}
    return [
        Outcome(fired, message, sets[id(one.compiled)][number] if one.compiled.sets else {})
        for number, (one, (fired, message)) in enumerate(zip(examples, judged, strict=True))
    ]


def _by_rule(examples: Sequence[Example]) -> list[list[Example]]:
    """The examples, each rule's together; they come so."""
    return [list(each) for _, each in groupby(examples, key=lambda one: id(one.compiled))]


def _sets(con: duckdb.DuckDBPyConnection, number: int, fix: CompiledRule) -> dict[int, dict[str, Any]]:
    columns = ", ".join(f"TRY({expression})" for _, expression in fix.sets)
    rows = con.execute(f"SELECT example_number, {columns} FROM example WHERE rule_number = {number}").fetchall()
    return {row[0]: dict(zip((name for name, _ in fix.sets), row[1:], strict=True)) for row in rows}


def _table(
    con: duckdb.DuckDBPyConnection, relation: Relation, examples: Sequence[Example], rule_numbers: list[int]
) -> None:
    rows = []
    for number, (one, rule_number) in enumerate(zip(examples, rule_numbers, strict=True)):
        row = {name: _filled(column, column.usual) for name, column in relation.columns.items()}
        for name, value in one.given.items():
            row[name] = checked(relation, one.compiled.relation, name, value, one.place)
        rows.append({"example_number": number, "rule_number": rule_number, **row})
    types = {"example_number": '"INTEGER"', "rule_number": '"INTEGER"'}
    types |= {name: _json_type(column) for name, column in relation.columns.items()}
    shape = "[{" + ", ".join(f'"{name}": {type_}' for name, type_ in types.items()) + "}]"
    con.execute(
        "CREATE OR REPLACE TEMP TABLE example AS SELECT unnest(listed, recursive := false) AS row FROM "
        "(SELECT json_transform(?, ?) AS listed)",
        [json.dumps(rows, default=str), shape],
    )
    con.execute("CREATE OR REPLACE TEMP TABLE example AS SELECT row.* FROM example")


def checked(relation: Relation, name_of_relation: str, name: str, value: Any, place: str) -> Any:
    """The value of an example's column, rows filled up with their usual values. Raises RuleError."""
    column = relation.columns.get(name)
    if column is None:
        raise RuleError(f"{place}: there is no column {name} in {name_of_relation} (see scrub/facts.yaml).")
    if column.items is not None and isinstance(value, list):
        inner = items()[column.items]
        for row in value:
            if not isinstance(row, dict):
                raise RuleError(f"{place}: {name}: expected rows such as {{{next(iter(inner.columns))}: ...}}.")
            for key, one in row.items():
                checked(inner, column.items, key, one, f"{place}: {name}")
        return _filled(column, value)
    if not _suits(column, value):
        raise RuleError(
            f"{place}: {name}: expected a value of type {column.type}"
            + (" (put codes in quotes)." if column.type.startswith("VARCHAR") else ".")
        )
    return value


def _filled(column: Column, value: Any) -> Any:
    if column.items is None or value is None:
        return value
    usual = {name: inner.usual for name, inner in items()[column.items].columns.items()}
    return [{**usual, **row} for row in value]


def _json_type(column: Column) -> str:
    if column.items is not None:
        inner = items()[column.items].columns
        return "[{" + ", ".join(f'"{name}": {_json_type(field)}' for name, field in inner.items()) + "}]"
    if column.type.endswith("[]"):
        return f'["{column.type.removesuffix("[]")}"]'
    return f'"{column.type}"'


def _suits(column: Column, value: Any) -> bool:
    if value is None:
        return True
    if column.type.endswith("[]"):
        inner = column.model_copy(update={"type": column.type.removesuffix("[]"), "items": None})
        return isinstance(value, list) and all(_suits(inner, item) for item in value)
    if column.type == "VARCHAR":
        return isinstance(value, str)
    if column.type == "BOOLEAN":
        return isinstance(value, bool)
    if column.type == "DATE":
        return isinstance(value, dt.date)
    return isinstance(value, int | float) and not isinstance(value, bool)

"""Where a rule is checked before it may judge a claim: a locked room with empty facts, and the rule's own examples."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb

from pm_pipeline.errors import RuleError
from pm_pipeline.scrub.examples import Example, Outcome, run_examples
from pm_pipeline.scrub.expression import NotAllowed, check_expression
from pm_pipeline.scrub.facts import Column, Relation, RelationName, relations
from pm_pipeline.scrub.room import RuleRoom
from pm_pipeline.scrub.rule import CompiledRule, Rule
from pm_pipeline.scrub.scope import scope_columns, scope_sql

DOES = {"id", "version", "level", "severity", "scope", "where", "message", "remedy", "set"}


class RuleBench(AbstractContextManager["RuleBench"]):
    """Compiles rules and runs their examples. Nothing of the warehouse is within its reach."""

    def __init__(self) -> None:
        self.relations: dict[RelationName, Relation] = dict(relations())
        self.types = {
            name: {column: described.type for column, described in relation.columns.items()}
            for name, relation in self.relations.items()
        }
        self.room = RuleRoom(memory="256MB")
        self.con = self.room.con
        for name, columns in self.types.items():
            listed = ", ".join(f"{column} {type_}" for column, type_ in columns.items())
            self.con.execute(f"CREATE TABLE {name} ({listed})")
        self.room.lock()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.room.__exit__(kind, value, trace)

    def compile(self, rule: Rule, path: Path) -> CompiledRule:
        """Check and bind a rule's SQL and message. Raises RuleError naming the file and the key."""
        relation = self.relations[rule.relation]
        used = self._bind(rule, path, "where", rule.where, "BOOLEAN") | scope_columns(rule.scope)
        for column, expression in rule.set.items():
            described = relation.columns.get(column)
            if described is None or not described.may_set:
                allowed = ", ".join(name for name, item in relation.columns.items() if item.may_set)
                raise RuleError(f"{path}: set.{column}: a fix may set only {allowed}.")
            used |= self._bind(rule, path, f"set.{column}", expression, described.type) | {column}
        texts = {key: _text_sql(rule, relation, path, key, getattr(rule, key)) for key in ("message", "remedy")}
        return CompiledRule(
            rule=rule,
            relation=rule.relation,
            scope=scope_sql(rule.scope),
            where=f"\n{rule.where}\n",
            message=texts["message"][0],
            remedy=texts["remedy"][0],
            sets=tuple((column, f"(\n{expression}\n)") for column, expression in rule.set.items()),
            columns=frozenset(used | texts["message"][1] | texts["remedy"][1]),
            digest=_digest(rule),
        )

    def prove(self, compiled: CompiledRule, path: Path) -> None:
        """Run a rule over its own examples. Raises RuleError naming the example that does not do what it says."""
        self.prove_all([(compiled, path)])

    def prove_all(self, rules: Sequence[tuple[CompiledRule, Path]]) -> None:
        """Run rules over their own examples, set-based. Raises RuleError for the first that does not do what it says."""
        for name, relation in self.relations.items():
            listed: list[tuple[Example, bool, dict[str, Any]]] = []
            for compiled, path in rules:
                if compiled.relation == name:
                    listed += _examples(compiled, path)
            outcomes = run_examples(self.room, relation, [example for example, _, _ in listed])
            for (example, expected, becomes), outcome in zip(listed, outcomes, strict=True):
                _hold_to(example.place, expected, becomes, outcome)

    def judge(self, compiled: CompiledRule, given: Mapping[str, Any], place: str) -> Outcome:
        """What a rule does on an otherwise usual row with these values. Raises RuleError, beginning with `place`."""
        return run_examples(self.room, self.relations[compiled.relation], [Example(compiled, given, place)])[0]

    def _bind(self, rule: Rule, path: Path, key: str, expression: str, expected: str) -> set[str]:
        try:
            used = check_expression(self.con, expression, self.types[rule.relation])
        except NotAllowed as problem:
            raise RuleError(f"{path}: {key}: {problem}.") from None
        try:
            bound = self.con.execute(f"DESCRIBE SELECT (\n{expression}\n) AS bound FROM {rule.relation}").fetchone()
        except duckdb.Error as problem:
            raise RuleError(f"{path}: {key}: DuckDB cannot bind it: {_first_line(problem)}") from None
        if bound is None or bound[1] != expected:
            got = bound[1] if bound else "nothing"
            raise RuleError(f"{path}: {key}: expected an expression of type {expected}, this one is {got}.")
        return used


def _examples(compiled: CompiledRule, path: Path) -> list[tuple[Example, bool, dict[str, Any]]]:
    found: list[tuple[Example, bool, dict[str, Any]]] = []
    examples = compiled.rule.examples
    for kind, rows, expected in (("fires", examples.fires, True), ("passes", examples.passes, False)):
        for position, row in enumerate(rows):
            place = f"{path}: examples.{kind}[{position}]"
            if (compiled.rule.severity == "fix" and expected) != ("becomes" in row):
                raise RuleError(f"{place}: `becomes` (column -> value) belongs to the firing examples of a fix.")
            given = {column: value for column, value in row.items() if column != "becomes"}
            found.append((Example(compiled, given, place), expected, row.get("becomes", {})))
    return found


def _hold_to(place: str, expected: bool, becomes: dict[str, Any], outcome: Outcome) -> None:
    if outcome.fires is None:
        raise RuleError(f"{place}: the rule fails on it. Correct the example or `where`.")
    if outcome.fires != expected:
        does = "does not fire" if expected else "fires"
        raise RuleError(f"{place}: the rule {does} on it. Correct the example or `where`.")
    if expected and (outcome.message is None or "{" in outcome.message):
        raise RuleError(f"{place}: the message cannot be written. Check its {{placeholders}}.")
    if expected and outcome.sets != {column: becomes[column] for column in outcome.sets if column in becomes}:
        raise RuleError(f"{place}: becomes: the rule's `set` gives another value. Correct one of them.")


def _digest(rule: Rule) -> str:
    said = rule.model_dump(mode="json", include=DOES)
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _text_sql(rule: Rule, relation: Relation, path: Path, key: str, text: str) -> tuple[str, set[str]]:
    parts: list[str] = []
    used: set[str] = set()
    for position, piece in enumerate(re.split(r"\{([^{}]*)\}", text)):
        if position % 2 == 0:
            if "{" in piece or "}" in piece:
                raise RuleError(f"{path}: {key}: a brace without its partner. Write a column's name between two.")
            parts.append("'" + piece.replace("'", "''") + "'")
            continue
        column = relation.columns.get(piece)
        if column is None:
            raise RuleError(f"{path}: {key}: there is no column {piece} in {rule.relation} (see scrub/facts.yaml).")
        if column.is_phi:
            raise RuleError(f"{path}: {key}: {piece} is about a person and may not be shown.")
        if column.items is not None:
            raise RuleError(f"{path}: {key}: {piece} is a list of rows and cannot be shown. Name a plain column.")
        parts.append(_shown(piece, column))
        used.add(piece)
    return " || ".join(part for part in parts if part != "''") or "''", used


def _shown(name: str, column: Column) -> str:
    if column.type.endswith("[]"):
        return f"coalesce(array_to_string({name}, ', '), '(none)')"
    if column.type.startswith("DECIMAL"):  # 2.000 reads as 2
        return f"coalesce(regexp_replace(CAST({name} AS VARCHAR), '\\.?0+$', ''), '(none)')"
    return f"coalesce(CAST({name} AS VARCHAR), '(none)')"


def _first_line(problem: Exception) -> str:
    return str(problem).split("\n", 1)[0]

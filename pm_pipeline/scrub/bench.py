"""Where a rule is checked before it may judge a claim: a locked-down DuckDB in memory, with empty facts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb

from pm_pipeline.errors import RuleError
from pm_pipeline.scrub.expression import NotAllowed, check_expression
from pm_pipeline.scrub.facts import Column, Relation, relations
from pm_pipeline.scrub.rule import CompiledRule, Rule

LOCKED_DOWN = {
    "threads": 1,
    "memory_limit": "256MB",
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


class RuleBench(AbstractContextManager["RuleBench"]):
    """Compiles rules and runs their examples. Nothing of the warehouse is within its reach."""

    def __init__(self) -> None:
        self.relations: dict[Any, Relation] = dict(relations())
        self.con = duckdb.connect(":memory:", config={**LOCKED_DOWN})
        for name, relation in self.relations.items():
            columns = ", ".join(f"{column} {described.type}" for column, described in relation.columns.items())
            self.con.execute(f"CREATE TABLE {name} ({columns})")
        self.con.execute("SET lock_configuration = true")

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.con.close()

    def compile(self, rule: Rule, path: Path) -> CompiledRule:
        """Check and bind a rule's SQL and message. Raises RuleError naming the file and the key."""
        relation = self.relations[rule.relation]
        self._bind(rule, path, "where", rule.where, "BOOLEAN")
        for column, expression in rule.set.items():
            described = relation.columns.get(column)
            if described is None or not described.may_set:
                allowed = ", ".join(name for name, item in relation.columns.items() if item.may_set)
                raise RuleError(f"{path}: set.{column}: a fix may set only {allowed}.")
            self._bind(rule, path, f"set.{column}", expression, described.type)
        return CompiledRule(
            rule=rule,
            relation=rule.relation,
            scope=_scope_sql(rule),
            condition=f"{_scope_sql(rule)} AND (\n{rule.where}\n)",
            message=_text_sql(rule, relation, path, "message", rule.message),
            remedy=_text_sql(rule, relation, path, "remedy", rule.remedy),
            sets=tuple((column, f"(\n{expression}\n)") for column, expression in rule.set.items()),
        )

    def prove(self, compiled: CompiledRule, path: Path) -> None:
        """Run the rule over its own examples. Raises RuleError naming the example that does not do what it says."""
        examples = compiled.rule.examples
        for kind, rows, expected in (("fires", examples.fires, True), ("passes", examples.passes, False)):
            for position, row in enumerate(rows):
                place = f"{path}: examples.{kind}[{position}]"
                becomes = row.get("becomes", {})
                if (compiled.rule.severity == "fix" and expected) != ("becomes" in row):
                    raise RuleError(f"{place}: `becomes` (column -> value) belongs to the firing examples of a fix.")
                given = {column: value for column, value in row.items() if column != "becomes"}
                fired, message, results = self.judge(compiled, given, place)
                if fired != expected:
                    does = "does not fire" if expected else "fires"
                    raise RuleError(f"{place}: the rule {does} on it. Correct the example or `where`.")
                if expected and (message is None or "{" in message):
                    raise RuleError(f"{place}: the message cannot be written. Check its {{placeholders}}.")
                if expected and results != {column: becomes[column] for column in results if column in becomes}:
                    raise RuleError(f"{place}: becomes: the rule's `set` gives another value. Correct one of them.")

    def judge(
        self, compiled: CompiledRule, given: Mapping[str, Any], place: str
    ) -> tuple[bool | None, str | None, dict[str, Any]]:
        """Whether a rule fires on an otherwise usual row with these values, its message, and what a fix would set.

        Raises RuleError, beginning with `place`, for an unknown column, a value of another type, or a failing rule.
        """
        columns = self.relations[compiled.relation].columns
        for name, value in given.items():
            if name not in columns:
                raise RuleError(f"{place}: there is no column {name} in {compiled.relation} (see scrub/facts.yaml).")
            if not _suits(columns[name], value):
                raise RuleError(
                    f"{place}: {name}: expected a value of type {columns[name].type}"
                    + (" (put codes in quotes)." if columns[name].type.startswith("VARCHAR") else ".")
                )
        row = ", ".join(f"CAST(? AS {described.type}) AS {name}" for name, described in columns.items())
        values = [given.get(name, described.usual) for name, described in columns.items()]
        sets = "".join(f", {expression}" for _, expression in compiled.sets)
        try:
            found = self.con.execute(
                f"SELECT coalesce({compiled.condition}, false), {compiled.message}{sets} FROM (SELECT {row})", values
            ).fetchone()
        except duckdb.Error as problem:
            raise RuleError(f"{place}: the rule fails on it: {_first_line(problem)}") from None
        if found is None:
            return None, None, {}
        return found[0], found[1], dict(zip((column for column, _ in compiled.sets), found[2:], strict=True))

    def _bind(self, rule: Rule, path: Path, key: str, expression: str, expected: str) -> None:
        columns = self.relations[rule.relation].columns
        try:
            check_expression(self.con, expression, columns)
        except NotAllowed as problem:
            raise RuleError(f"{path}: {key}: {problem}.") from None
        try:
            bound = self.con.execute(f"DESCRIBE SELECT (\n{expression}\n) AS bound FROM {rule.relation}").fetchone()
        except duckdb.Error as problem:
            raise RuleError(f"{path}: {key}: DuckDB cannot bind it: {_first_line(problem)}") from None
        if bound is None or bound[1] != expected:
            got = bound[1] if bound else "nothing"
            raise RuleError(f"{path}: {key}: expected an expression of type {expected}, this one is {got}.")


def _scope_sql(rule: Rule) -> str:
    scope = rule.scope
    parts: list[str] = []
    if scope.payers:
        parts.append(f"payer_id IN ({_quoted(scope.payers)})")
    if scope.payer_kinds:
        parts.append(f"payer_kind IN ({_quoted(scope.payer_kinds)})")
    if scope.dos_from is not None:
        parts.append(f"dos_from >= DATE '{scope.dos_from.isoformat()}'")
    if scope.dos_to is not None:
        parts.append(f"dos_from <= DATE '{scope.dos_to.isoformat()}'")
    return " AND ".join(parts) or "true"


def _text_sql(rule: Rule, relation: Relation, path: Path, key: str, text: str) -> str:
    parts: list[str] = []
    for position, piece in enumerate(re.split(r"\{([^{}]*)\}", text)):
        if position % 2 == 0:
            if "{" in piece or "}" in piece:
                raise RuleError(f"{path}: {key}: a brace without its partner. Write a column's name between two.")
            parts.append(_quoted([piece]))
            continue
        column = relation.columns.get(piece)
        if column is None:
            raise RuleError(f"{path}: {key}: there is no column {piece} in {rule.relation} (see scrub/facts.yaml).")
        if column.is_phi:
            raise RuleError(f"{path}: {key}: {piece} is about a person and may not be shown.")
        parts.append(_shown(piece, column))
    return " || ".join(part for part in parts if part != "''") or "''"


def _shown(name: str, column: Column) -> str:
    if column.type.endswith("[]"):
        return f"coalesce(array_to_string({name}, ', '), '(none)')"
    if column.type.startswith("DECIMAL"):  # 2.000 reads as 2
        return f"coalesce(regexp_replace(CAST({name} AS VARCHAR), '\\.?0+$', ''), '(none)')"
    return f"coalesce(CAST({name} AS VARCHAR), '(none)')"


def _suits(column: Column, value: Any) -> bool:
    if value is None:
        return True
    if column.type.endswith("[]"):
        inner = column.model_copy(update={"type": column.type.removesuffix("[]")})
        return isinstance(value, list) and all(_suits(inner, item) for item in value)
    if column.type == "VARCHAR":
        return isinstance(value, str)
    if column.type == "BOOLEAN":
        return isinstance(value, bool)
    if column.type == "DATE":
        return isinstance(value, dt.date)
    return isinstance(value, int | float) and not isinstance(value, bool)


def _quoted(values: list[Any]) -> str:
    return ", ".join("'" + str(value).replace("'", "''") + "'" for value in values)


def _first_line(problem: Exception) -> str:
    return str(problem).split("\n", 1)[0]

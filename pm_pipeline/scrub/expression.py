"""What SQL a rule may contain: one expression over its relation's columns, made of the parts listed here.

DuckDB itself parses the text (``json_serialize_sql``); this module walks the tree and refuses every node it does not
know. So a rule reads no file, no other table and no setting, starts nothing, and cannot grow a value without bound:
functions that repeat, pad or generate are not on the list, and those that could grow a value when nested are held
(``_check_growth``).
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import duckdb

MAX_LENGTH = 4000
MAX_DEPTH = 24

CLASSES = {
    "COMPARISON", "CONJUNCTION", "CONSTANT", "COLUMN_REF", "FUNCTION", "OPERATOR", "CASE", "CAST", "BETWEEN", "LAMBDA",
}  # fmt: skip
OPERATORS = {
    "COMPARE_IN", "COMPARE_NOT_IN", "OPERATOR_NOT", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "OPERATOR_COALESCE",
    "ARRAY_EXTRACT", "ARRAY_SLICE",
}  # fmt: skip
FUNCTIONS = {
    # operators that DuckDB parses as functions
    "+", "-", "*", "/", "//", "%", "||", "~~", "!~~", "~~*", "!~~*",
    # text
    "upper", "lower", "substring", "substr", "left", "right", "length", "strlen", "trim", "ltrim", "rtrim", "replace",
    "contains", "starts_with", "prefix", "suffix", "ends_with", "position", "strpos", "instr", "string_split",
    "split_part", "regexp_matches", "regexp_full_match", "regexp_replace", "regexp_extract", "concat",
    # numbers
    "abs", "round", "floor", "ceil", "trunc", "mod", "greatest", "least", "ifnull", "nullif",
    # dates
    "date_diff", "datediff", "date_sub", "date_part", "to_days", "to_months", "to_years", "make_date",
    # lists
    "list_value", "len", "list_contains", "list_has", "list_has_any", "list_has_all", "list_intersect", "list_distinct",
    "list_unique", "list_position", "list_extract", "list_slice", "list_filter", "list_transform", "list_sort",
    "list_reverse_sort", "list_concat", "list_append", "list_prepend", "array_to_string", "list_min", "list_max",
    "list_sum",
}  # fmt: skip
CAST_TYPES = {"VARCHAR", "BOOLEAN", "INTEGER", "BIGINT", "DOUBLE", "DECIMAL", "DATE"}
JOINING = {"||", "concat", "list_concat", "list_append", "list_prepend", "list_value"}
STATEMENT_KEYS = {"type", "select_list", "from_table", "aggregate_handling", "query_location"}


class NotAllowed(ValueError):
    """The text holds something a rule may not have; the message says what."""


def check_expression(con: duckdb.DuckDBPyConnection, text: str, columns: Collection[str]) -> None:
    """Raise NotAllowed unless `text` is one SQL expression over `columns` made of allowed parts only."""
    if len(text) > MAX_LENGTH:
        raise NotAllowed(f"it has {len(text)} characters; {MAX_LENGTH} are allowed")
    row = con.execute(
        "SELECT json_serialize_sql(?, skip_null := true, skip_empty := true, skip_default := true)", ["SELECT " + text]
    ).fetchone()
    try:
        tree: dict[str, Any] = json.loads(row[0]) if row else {}
    except RecursionError:
        raise NotAllowed("it is nested too deeply") from None
    if tree.get("error"):
        if tree.get("error_type") == "parser":
            raise NotAllowed(f"it is not one SQL expression: {tree.get('error_message')}")
        raise NotAllowed("only an expression is allowed, no statement")
    statements = tree.get("statements", [])
    node = statements[0].get("node", {}) if len(statements) == 1 else {}
    expressions = node.get("select_list", [])
    if set(node) - STATEMENT_KEYS or node.get("from_table", {}).get("type") != "EMPTY" or len(expressions) != 1:
        raise NotAllowed("it must be a single expression: no statement, no FROM, WHERE, WITH or second column")
    if "alias" in expressions[0]:
        raise NotAllowed("it must be an expression without a name (AS ...)")
    _check(expressions[0], _Scope(frozenset(columns)), 0)


@dataclass(frozen=True)
class _Scope:
    """Which names may be used here, and whether here is inside a lambda."""

    names: frozenset[str]
    in_lambda: bool = False


def _check(item: Any, scope: _Scope, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise NotAllowed("it is nested too deeply")
    if isinstance(item, list):
        for part in item:
            _check(part, scope, depth)
    elif isinstance(item, dict):
        if "class" in item:
            scope = _check_node(item, scope)
            depth += 1
        elif item.get("orders"):
            raise NotAllowed("ORDER BY inside a function is not allowed")
        for part in item.values():
            _check(part, scope, depth)


def _check_node(node: dict[str, Any], scope: _Scope) -> _Scope:
    kind = node["class"]
    if kind not in CLASSES:
        raise NotAllowed(f"{_plain(kind)} is not allowed")
    if kind == "OPERATOR" and node.get("type") not in OPERATORS:
        raise NotAllowed(f"the operator {_plain(node.get('type', ''))} is not allowed")
    if kind == "FUNCTION":
        _check_function(node)
        _check_growth(node, scope)
    if kind == "CAST" and node.get("cast_type", {}).get("id") not in CAST_TYPES:
        raise NotAllowed(f"a cast to this type is not allowed; allowed are {', '.join(sorted(CAST_TYPES))}")
    if kind == "COLUMN_REF":
        path = node.get("column_names", [])
        if len(path) != 1 or path[0] not in scope.names:
            raise NotAllowed(f"there is no column {'.'.join(path)} (facts.yaml lists what there is)")
    if kind == "LAMBDA":
        parameter = node.get("lhs", {})
        given = parameter.get("column_names", [])
        if parameter.get("class") != "COLUMN_REF" or len(given) != 1:
            raise NotAllowed("a lambda with more than one parameter is not allowed")
        return _Scope(scope.names | {given[0]}, in_lambda=True)
    return scope


def _check_function(node: dict[str, Any]) -> None:
    name = node.get("function_name", "")
    if name not in FUNCTIONS or node.get("schema", "main") != "main" or "catalog" in node:
        raise NotAllowed(f"the function {name} is not allowed")
    if {"filter", "distinct", "export_state"} & set(node):
        raise NotAllowed("aggregates are not allowed")


def _check_growth(node: dict[str, Any], scope: _Scope) -> None:
    name, arguments = node["function_name"], node.get("children", [])
    texts = [_constant_text(argument) for argument in arguments]
    if scope.in_lambda and name in JOINING and None in texts:
        raise NotAllowed(f"{name} of values inside a lambda is not allowed: nested, it grows without bound")
    if name == "replace" and not (
        len(texts) == 3 and texts[1] and texts[2] is not None and len(texts[2]) <= len(texts[1])
    ):
        raise NotAllowed("replace must put a constant text in the place of one at least as long")
    if name == "regexp_replace" and not (len(texts) >= 3 and texts[2] == ""):
        raise NotAllowed("regexp_replace may only remove: its third argument must be ''")
    if name == "array_to_string" and not (len(texts) == 2 and texts[1] is not None and len(texts[1]) <= 1):
        raise NotAllowed("array_to_string must have a separator of at most one character")


def _constant_text(node: dict[str, Any]) -> str | None:
    if node.get("class") != "CONSTANT":
        return None
    return str(node.get("value", {}).get("value", ""))


def _plain(kind: str) -> str:
    return kind.removeprefix("OPERATOR_").replace("_", " ").lower()

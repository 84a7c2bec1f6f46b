"""What SQL a rule may contain: one expression over its relation's columns, made of the parts listed here.

A column that is a list of rows (the patient's history, the coverages) is asked with a lambda, whose parameter is a row:
``len(list_filter(history, lambda h: h.procedure_code = '99213' AND h.days_before < 30)) > 0``.

DuckDB itself parses the text (``json_serialize_sql``); this module walks the tree and refuses every node it does not
know. So a rule reads no file, no other table and no setting, starts nothing, and cannot grow a value without bound:
functions that repeat, pad or generate are not on the list, nor those that make a list of a text (nested with what makes a text of
a list, they multiply), and those that could grow a value when nested are held (``_check_growth``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import duckdb

MAX_LENGTH = 4000
MAX_DEPTH = 24
MAX_LAMBDAS = 2  # one inside the other
MAX_JOINED = 4  # lists put together in one expression: the patient's history is long, and each time it is there again
MAX_EACH = 40  # characters of a text in the lambda of a list_transform: it is there once for each row of the list

CLASSES = {
    "COMPARISON", "CONJUNCTION", "CONSTANT", "COLUMN_REF", "FUNCTION", "OPERATOR", "CASE", "CAST", "BETWEEN", "LAMBDA",
}  # fmt: skip
OPERATORS = {
    "COMPARE_IN", "COMPARE_NOT_IN", "OPERATOR_NOT", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "OPERATOR_COALESCE",
    "ARRAY_EXTRACT", "ARRAY_SLICE", "STRUCT_EXTRACT",
}  # fmt: skip
FUNCTIONS = {
    # operators that DuckDB parses as functions
    "+", "-", "*", "/", "//", "%", "||", "~~", "!~~", "~~*", "!~~*",
    # text
    "upper", "lower", "substring", "substr", "left", "right", "length", "strlen", "trim", "ltrim", "rtrim", "replace",
    "contains", "starts_with", "prefix", "suffix", "ends_with", "position", "strpos", "instr",
    "split_part", "regexp_matches", "regexp_full_match", "regexp_replace", "regexp_extract", "concat",
    # numbers
    "abs", "round", "floor", "ceil", "trunc", "mod", "greatest", "least", "ifnull", "nullif",
    # dates
    "date_diff", "datediff", "date_sub", "date_part", "to_days", "to_months", "to_years", "make_date",
    # lists
    "list_value", "len", "list_contains", "list_has", "list_has_any", "list_has_all", "list_intersect", "list_distinct",
    "list_unique", "list_position", "list_extract", "list_slice", "list_filter", "list_transform", "list_sort",
    "list_reverse_sort", "list_concat", "list_append", "list_prepend", "list_min", "list_max", "list_sum",
}  # fmt: skip
CAST_TYPES = {"VARCHAR", "BOOLEAN", "INTEGER", "BIGINT", "DOUBLE", "DECIMAL", "DATE"}
JOINING = {"||", "concat", "list_concat", "list_append", "list_prepend", "list_value"}
LISTS_JOINED = {"list_concat", "list_append", "list_prepend"}
# what may be done with a whole list inside the lambda of a list_transform, whose results add up
REDUCING = {"len", "list_contains", "list_has", "list_has_any", "list_has_all", "list_position"}
STATEMENT_KEYS = {"type", "select_list", "from_table", "aggregate_handling", "query_location"}


class NotAllowed(ValueError):
    """The text holds something a rule may not have; the message says what."""


def check_expression(con: duckdb.DuckDBPyConnection, text: str, columns: Mapping[str, str]) -> set[str]:
    """Raise NotAllowed unless `text` is one SQL expression over `columns` (name -> type) made of allowed parts only.

    Returns the columns it uses.
    """
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
    used: set[str] = set()
    lists = frozenset(name for name, type_ in columns.items() if type_.endswith("[]"))
    _check(expressions[0], _Scope(frozenset(columns), lists, used, []), 0)
    return used & set(columns)


@dataclass(frozen=True)
class _Scope:
    """Which names may be used here, which of them are lists, and inside which lambdas here is."""

    names: frozenset[str]
    lists: frozenset[str]
    used: set[str]
    joined: list[str]
    parameters: tuple[str, ...] = ()
    in_transform: bool = False
    parent: str = ""

    @property
    def in_lambda(self) -> bool:
        return bool(self.parameters)


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
        return replace(scope, parent=node["function_name"])
    if kind == "CAST" and node.get("cast_type", {}).get("id") not in CAST_TYPES:
        raise NotAllowed(f"a cast to this type is not allowed; allowed are {', '.join(sorted(CAST_TYPES))}")
    if kind == "CONSTANT" and scope.in_transform and len(_constant_text(node) or "") > MAX_EACH:
        raise NotAllowed(
            f"a text of more than {MAX_EACH} characters inside the lambda of a list_transform is not allowed"
        )
    if kind == "COLUMN_REF":
        _check_name(node.get("column_names", []), scope)
    if kind == "LAMBDA":
        parameter = node.get("lhs", {})
        given = parameter.get("column_names", [])
        if parameter.get("class") != "COLUMN_REF" or len(given) != 1:
            raise NotAllowed("a lambda with more than one parameter is not allowed")
        if len(scope.parameters) == MAX_LAMBDAS:
            raise NotAllowed(f"more than {MAX_LAMBDAS} lambdas one inside the other are not allowed")
        in_transform = scope.in_transform or scope.parent in ("list_transform", "list_apply")
        return replace(
            scope, parameters=(*scope.parameters, given[0]), in_transform=in_transform, names=scope.names | {given[0]}, parent=""
        )  # fmt: skip
    return replace(scope, parent="")


def _check_name(path: list[str], scope: _Scope) -> None:
    if len(path) == 2 and path[0] in scope.parameters:
        return  # a field of a row; DuckDB's binder knows which there are
    if len(path) != 1 or path[0] not in scope.names:
        raise NotAllowed(f"there is no column {'.'.join(path)} (facts.yaml lists what there is)")
    if scope.in_transform and path[0] in scope.lists and scope.parent not in REDUCING:
        raise NotAllowed(
            f"the whole list {path[0]} inside the lambda of a list_transform is not allowed: it grows without bound"
        )
    scope.used.add(path[0])


def _check_function(node: dict[str, Any]) -> None:
    name = node.get("function_name", "")
    if name not in FUNCTIONS or node.get("schema", "main") != "main" or "catalog" in node:
        raise NotAllowed(f"the function {name} is not allowed")
    if {"filter", "distinct", "export_state"} & set(node):
        raise NotAllowed("aggregates are not allowed")


def _check_growth(node: dict[str, Any], scope: _Scope) -> None:
    name, arguments = node["function_name"], node.get("children", [])
    texts = [_constant_text(argument) for argument in arguments]
    if scope.in_transform and name in (
        "list_filter",
        "list_transform",
        "list_sort",
        "list_reverse_sort",
        "list_distinct",
        "list_slice",
    ):
        raise NotAllowed(f"{name} inside the lambda of a list_transform is not allowed: nested, it grows without bound")
    if scope.in_lambda and name in JOINING and None in texts:
        raise NotAllowed(f"{name} of values inside a lambda is not allowed: nested, it grows without bound")
    if name in LISTS_JOINED or (name == "list_value" and None in texts):
        scope.joined.append(name)
        if len(scope.joined) > MAX_JOINED:
            raise NotAllowed(f"lists are put together more than {MAX_JOINED} times")
    if name == "replace" and not (
        len(texts) == 3 and texts[1] and texts[2] is not None and len(texts[2]) <= len(texts[1])
    ):
        raise NotAllowed("replace must put a constant text in the place of one at least as long")
    if name == "regexp_replace" and not (len(texts) >= 3 and texts[2] == ""):
        raise NotAllowed("regexp_replace may only remove: its third argument must be ''")


def _constant_text(node: dict[str, Any]) -> str | None:
    if node.get("class") != "CONSTANT":
        return None
    return str(node.get("value", {}).get("value", ""))


def _plain(kind: str) -> str:
    return kind.removeprefix("OPERATOR_").replace("_", " ").lower()

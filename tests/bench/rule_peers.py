"""Edit rules said another way: as Python for a loop over claims, and as expressions of GoRules zen.

A rule is translated from its own SQL. What cannot be said (lambdas over lists of rows, order of texts in zen) is left out,
so every contender judges the same rules. SQL's NULL: a condition holds only when it is true, and NOT of an unknown is
unknown; negations are therefore pushed down to the comparisons, each of which asks for a value first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp, parse_one

NEGATED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.EQ: exp.NEQ, exp.NEQ: exp.EQ, exp.GT: exp.LTE, exp.LTE: exp.GT, exp.LT: exp.GTE, exp.GTE: exp.LT,
}  # fmt: skip
SIGNS = {exp.EQ: "==", exp.NEQ: "!=", exp.GT: ">", exp.GTE: ">=", exp.LT: "<", exp.LTE: "<="}


class CannotSay(Exception):
    """A part of a rule has no counterpart."""


@dataclass(frozen=True)
class Notation:
    """How conditions are written: patterns for str.format. texts_have_order: texts can be compared by < and >."""

    column: str
    true: str
    false: str
    present: str
    absent: str
    overlap: str
    starts: str
    matches: str
    texts_have_order: bool

    def say(self, node: exp.Expr, positive: bool = True) -> str:
        """The condition that `node` is true, or (positive False) that it is false. Raises CannotSay."""
        if isinstance(node, exp.Paren):
            return f"({self.say(node.this, positive)})"
        if isinstance(node, exp.Not):
            return self.say(node.this, not positive)
        if isinstance(node, exp.And | exp.Or):
            word = "and" if isinstance(node, exp.And) == positive else "or"
            return f"({self.say(node.this, positive)} {word} {self.say(node.expression, positive)})"
        if isinstance(node, exp.Boolean):
            return "1 == 1" if node.this == positive else "1 == 2"
        if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null) and isinstance(node.this, exp.Column):
            return (self.absent if positive else self.present).format(self.value(node.this))
        # what is unknown where a value is missing: each column it speaks of has one
        columns = dict.fromkeys(self.column.format(one.name) for one in node.find_all(exp.Column))
        return f"({' and '.join([*(self.present.format(one) for one in columns), self._plain(node, positive)])})"

    def _plain(self, node: exp.Expr, positive: bool) -> str:
        if isinstance(node, exp.Column):
            return f"{self.value(node)} == {self.true if positive else self.false}"
        if type(node) in SIGNS:
            return self._compared(node.this, type(node) if positive else NEGATED[type(node)], node.expression)
        if isinstance(node, exp.Between):
            low, high, word = (exp.GTE, exp.LTE, "and") if positive else (exp.LT, exp.GT, "or")
            first, last = (
                self._compared(node.this, low, node.args["low"]),
                self._compared(node.this, high, node.args["high"]),
            )
            return f"({first} {word} {last})"
        if isinstance(node, exp.In) and node.expressions:
            said = f"{self.value(node.this)} in {self._list(node.expressions)}"
        elif isinstance(node, exp.ArrayContains):
            said = f"{self.value(node.expression)} in {self.value(node.this)}"
        else:
            pattern = {exp.ArrayOverlaps: self.overlap, exp.StartsWith: self.starts, exp.RegexpLike: self.matches}.get(
                type(node)
            )
            if pattern is None:
                raise CannotSay(type(node).__name__)
            said = pattern.format(self.value(node.this), self.value(node.expression))
        return said if positive else f"not ({said})"

    def _compared(self, left: exp.Expr, sign: type[exp.Expr], right: exp.Expr) -> str:
        is_text = any(isinstance(side, exp.Literal) and side.is_string for side in (left, right))
        if is_text and not self.texts_have_order and sign not in (exp.EQ, exp.NEQ):
            raise CannotSay("the order of texts")
        return f"{self.value(left)} {SIGNS[sign]} {self.value(right)}"

    def _list(self, values: Sequence[exp.Expr]) -> str:
        return f"[{', '.join(self.value(one) for one in values)}]"

    def value(self, node: exp.Expr) -> str:
        """A value, not a condition. Raises CannotSay."""
        if isinstance(node, exp.Column):
            return self.column.format(node.name)
        if isinstance(node, exp.Literal):
            if not node.is_string:
                return node.this
            if "'" in node.this or "\\" in node.this:
                raise CannotSay("a text with a quote")
            return f"'{node.this}'"
        if isinstance(node, exp.Array):
            return self._list(node.expressions)
        if isinstance(node, exp.ArraySize | exp.Length):
            return f"len({self.value(node.this)})"
        if isinstance(node, exp.Add | exp.Sub):
            return (
                f"({self.value(node.this)} {'+' if isinstance(node, exp.Add) else '-'} {self.value(node.expression)})"
            )
        raise CannotSay(type(node).__name__)


PYTHON = Notation(
    column="row['{0}']", true="True", false="False", present="{0} is not None", absent="{0} is None",
    overlap="not set({0}).isdisjoint({1})", starts="{0}.startswith({1})", matches="search({1}, {0}) is not None", texts_have_order=True,
)  # fmt: skip
ZEN = Notation(
    column="{0}", true="true", false="false", present="{0} != null", absent="{0} == null",
    overlap="some({0}, # in {1})", starts="startsWith({0}, {1})", matches="matches({0}, {1})", texts_have_order=False,
)  # fmt: skip


def as_python(condition: str) -> Callable[[Mapping[str, Any]], bool]:
    """The condition of a rule as a function of a row. Raises CannotSay."""
    source = PYTHON.say(parse_one(condition, read="duckdb"))
    made: Callable[[Mapping[str, Any]], bool] = eval(
        f"lambda row: {source}", {"search": re.search, "len": len, "set": set}
    )
    return made


def as_zen(condition: str) -> str:
    """The condition of a rule as an expression of zen. Raises CannotSay."""
    return ZEN.say(parse_one(condition, read="duckdb"))

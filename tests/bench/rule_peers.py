"""Edit rules said another way: as Python for a loop over claims, and as expressions of GoRules zen.

A rule is translated from its own SQL. What cannot be said (lambdas over lists of rows, order of texts in zen) is left out,
so every contender judges the same rules. SQL's NULL: a condition holds only when it is true, and NOT of an unknown is
unknown; negations are therefore pushed down to the comparisons, each of which asks for a value first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sqlglot import exp, parse_one

NEGATED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.EQ: exp.NEQ, exp.NEQ: exp.EQ, exp.GT: exp.LTE, exp.LTE: exp.GT, exp.LT: exp.GTE, exp.GTE: exp.LT,
}  # fmt: skip
SIGNS = {exp.EQ: "==", exp.NEQ: "!=", exp.GT: ">", exp.GTE: ">=", exp.LT: "<", exp.LTE: "<="}


class CannotSay(Exception):
    """A part of a rule has no counterpart."""


class Notation:
    """Python. A column is row["column"]."""

    null, both, either = "None", "and", "or"

    def column(self, name: str) -> str:
        """The value of a column."""
        return f"row[{name!r}]"

    def present(self, name: str, is_there: bool = True) -> str:
        """Whether a column has a value."""
        return f"{self.column(name)} {'is not' if is_there else 'is'} {self.null}"

    def text(self, value: str) -> str:
        """A text."""
        return repr(value)

    def compare(self, left: str, sign: str, right: str, of_texts: bool) -> str:
        """A comparison; of_texts: one side is a text."""
        return f"{left} {sign} {right}"

    def contains(self, values: str, one: str) -> str:
        """Whether a list has a value."""
        return f"{one} in {values}"

    def overlap(self, one: str, other: str) -> str:
        """Whether two lists share a value."""
        return f"not set({one}).isdisjoint({other})"

    def starts(self, text: str, start: str) -> str:
        """Whether a text begins so."""
        return f"{text}.startswith({start})"

    def matches(self, text: str, pattern: str) -> str:
        """Whether a regular expression is found in a text."""
        return f"search({pattern}, {text}) is not None"

    def negated(self, said: str) -> str:
        """The opposite of a condition that cannot be unknown."""
        return f"not ({said})"

    def say(self, node: exp.Expr, positive: bool = True) -> str:
        """The condition that `node` is true, or (positive False) that it is false. Raises CannotSay."""
        if isinstance(node, exp.Paren):
            return f"({self.say(node.this, positive)})"
        if isinstance(node, exp.Not):
            return self.say(node.this, not positive)
        if isinstance(node, exp.And | exp.Or):
            word = self.both if isinstance(node, exp.And) == positive else self.either
            return f"({self.say(node.this, positive)} {word} {self.say(node.expression, positive)})"
        if isinstance(node, exp.Boolean):
            return self.compare("1", "==", "1" if node.this == positive else "2", of_texts=False)
        if isinstance(node, exp.Column):
            return self._guarded(node, self.compare(self.column(node.name), "==", self.truth(positive), of_texts=False))
        if isinstance(node, exp.Is):
            if not isinstance(node.expression, exp.Null) or not isinstance(node.this, exp.Column):
                raise CannotSay("IS")
            return self.present(node.this.name, not positive)
        said = self._plain(node, positive)
        return self._guarded(node, said)

    def truth(self, value: bool) -> str:
        """True or false."""
        return str(value)

    def _plain(self, node: exp.Expr, positive: bool) -> str:
        if type(node) in SIGNS:
            kind = type(node) if positive else NEGATED[type(node)]
            texts = any(isinstance(side, exp.Literal) and side.is_string for side in (node.this, node.expression))
            return self.compare(self.value(node.this), SIGNS[kind], self.value(node.expression), texts)
        if isinstance(node, exp.Between):
            low, high = (exp.GTE, exp.LTE) if positive else (exp.LT, exp.GT)
            of = self.value(node.this)
            texts = isinstance(node.args["low"], exp.Literal) and node.args["low"].is_string
            word = self.both if positive else self.either
            return (f"({self.compare(of, SIGNS[low], self.value(node.args['low']), texts)} {word} "
                    f"{self.compare(of, SIGNS[high], self.value(node.args['high']), texts)})")  # fmt: skip
        if isinstance(node, exp.In) and node.expressions:
            said = self.contains(f"[{', '.join(self.value(one) for one in node.expressions)}]", self.value(node.this))
        elif isinstance(node, exp.ArrayContains):
            said = self.contains(self.value(node.this), self.value(node.expression))
        elif isinstance(node, exp.ArrayOverlaps):
            said = self.overlap(self.value(node.this), self.value(node.expression))
        elif isinstance(node, exp.StartsWith):
            said = self.starts(self.value(node.this), self.value(node.expression))
        elif isinstance(node, exp.RegexpLike):
            said = self.matches(self.value(node.this), self.value(node.expression))
        else:
            raise CannotSay(type(node).__name__)
        return said if positive else self.negated(said)

    def value(self, node: exp.Expr) -> str:
        """A value, not a condition. Raises CannotSay."""
        if isinstance(node, exp.Column):
            return self.column(node.name)
        if isinstance(node, exp.Literal):
            return self.text(node.this) if node.is_string else node.this
        if isinstance(node, exp.Array):
            return f"[{', '.join(self.value(one) for one in node.expressions)}]"
        if isinstance(node, exp.ArraySize | exp.Length):
            return f"len({self.value(node.this)})"
        if isinstance(node, exp.Add | exp.Sub):
            return (
                f"({self.value(node.this)} {'+' if isinstance(node, exp.Add) else '-'} {self.value(node.expression)})"
            )
        raise CannotSay(type(node).__name__)

    def _guarded(self, node: exp.Expr, said: str) -> str:
        names = dict.fromkeys(one.name for one in node.find_all(exp.Column))
        return f"({f' {self.both} '.join([*(self.present(name) for name in names), said])})"


class Zen(Notation):
    """GoRules zen. A column is its own name."""

    null = "null"

    def column(self, name: str) -> str:
        """The value of a column."""
        return name

    def present(self, name: str, is_there: bool = True) -> str:
        """Whether a column has a value."""
        return f"{name} {'!=' if is_there else '=='} null"

    def text(self, value: str) -> str:
        """A text."""
        if "'" in value or "\\" in value:
            raise CannotSay("a text with a quote")
        return f"'{value}'"

    def compare(self, left: str, sign: str, right: str, of_texts: bool) -> str:
        """A comparison; zen has no order of texts."""
        if of_texts and sign not in ("==", "!="):
            raise CannotSay("the order of texts")
        return super().compare(left, sign, right, of_texts)

    def overlap(self, one: str, other: str) -> str:
        """Whether two lists share a value."""
        return f"some({one}, # in {other})"

    def starts(self, text: str, start: str) -> str:
        """Whether a text begins so."""
        return f"startsWith({text}, {start})"

    def matches(self, text: str, pattern: str) -> str:
        """Whether a regular expression is found in a text."""
        return f"matches({text}, {pattern})"

    def truth(self, value: bool) -> str:
        """True or false."""
        return str(value).lower()


def as_python(condition: str) -> Callable[[Mapping[str, Any]], bool]:
    """The condition of a rule as a function of a row. Raises CannotSay."""
    source = Notation().say(parse_one(condition, read="duckdb"))
    made: Callable[[Mapping[str, Any]], bool] = eval(
        f"lambda row: {source}", {"search": re.search, "len": len, "set": set}
    )
    return made


def as_zen(condition: str) -> str:
    """The condition of a rule as an expression of zen. Raises CannotSay."""
    return Zen().say(parse_one(condition, read="duckdb"))

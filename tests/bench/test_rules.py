"""The bench of edit rules: other ways to say a rule mean the same, on the rules' own examples."""

from __future__ import annotations

from typing import Any

import pytest

from pm_pipeline.scrub import shipped_rules
from pm_pipeline.scrub.facts import relations
from tests.bench.rule_peers import CannotSay, as_python, as_zen
from tests.bench.rules import plain


def test_a_rule_in_python_agrees_with_its_own_examples() -> None:
    tried = 0
    for one in shipped_rules().rules:
        usual = {name: column.usual for name, column in relations()[one.relation].columns.items()}
        try:
            fires = as_python(f"({one.scope}) AND ({one.where})")
        except CannotSay:
            continue
        tried += 1
        examples = one.rule.examples
        said = [
            fires({name: plain(value) for name, value in (usual | row).items()})
            for row in (*examples.fires, *examples.passes)
        ]
        assert said == [True] * len(examples.fires) + [False] * len(examples.passes), one.rule.id
    assert tried > 150


@pytest.mark.parametrize(
    ("condition", "row", "fires"),
    [
        ("a > 1", {"a": 2}, True),
        ("a > 1", {"a": None}, False),
        ("NOT a > 1", {"a": None}, False),
        ("NOT (a > 1 OR b)", {"a": 1, "b": False}, True),
        ("NOT (a > 1 OR b)", {"a": 1, "b": None}, False),
        ("a IS NULL AND NOT b", {"a": None, "b": False}, True),
        ("a NOT BETWEEN 2 AND 4", {"a": 5}, True),
        ("NOT list_contains(a, 'x')", {"a": ["y"]}, True),
        ("a && ['x', 'y']", {"a": ["y"]}, True),
        ("starts_with(a, 'E11') AND len(b) = 0", {"a": "E119", "b": []}, True),
        ("a NOT IN ('1', '2')", {"a": "3"}, True),
    ],
)
def test_unknown_is_unknown_as_in_sql(condition: str, row: dict[str, Any], fires: bool) -> None:
    assert as_python(condition)(row) is fires
    zen = pytest.importorskip("zen", reason="zen-engine is in the bench environment only")
    assert zen.evaluate_expression(as_zen(condition), row) is fires


def test_what_has_no_counterpart_is_said_so() -> None:
    with pytest.raises(CannotSay, match="order of texts"):
        as_zen("procedure_code > '99213'")
    with pytest.raises(CannotSay):
        as_python("len(list_filter(history, lambda h: h.days_before < 30)) > 0")

"""The bench of edit rules: other ways to say a rule mean the same, on the rules' own examples."""

from __future__ import annotations

import json
from importlib import util
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pm_pipeline.scrub import shipped_rules
from pm_pipeline.scrub.facts import relations
from tests.bench.rule_peers import CannotSay, as_python, as_zen
from tests.bench.rules import LOOP, OURS, ZEN, hold_equal, main, plain


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


def test_contenders_that_find_other_lines_are_told_apart_though_they_find_as_many() -> None:
    ours = {("C1", 1, "UNT-001"), ("C2", 1, "UNT-001")}
    hold_equal({OURS: ours, LOOP: set(ours)})
    with pytest.raises(ValueError, match="2 differences: pm_pipeline finds UNT-001 on C2 line 1, Python loop does not"):
        hold_equal({OURS: ours, LOOP: {("C1", 1, "UNT-001"), ("C3", 1, "UNT-001")}})
    with pytest.raises(ValueError, match="GoRules zen finds UNT-002 on C1 line 1, pm_pipeline does not"):
        hold_equal({OURS: ours, LOOP: ours, ZEN: ours | {("C1", 1, "UNT-002")}})


@pytest.mark.slow
def test_the_command_writes_its_page_and_says_which_contender_is_not_here(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["--claims", "200", "--history", "1", "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    page = (tmp_path / "bench_rules.md").read_text()
    (size,) = json.loads((tmp_path / "bench_rules.json").read_text())
    assert [row["judged"] for row in size["whole"]] == [200, 200, 200]
    assert (size["lines"], size["peers"]["hits"] > 0) == (400, True)
    assert page.startswith("# Edit rules\n")
    assert "| 200 | 400 | 200 |" in page
    assert ("GoRules zen | not installed here" in page) == (util.find_spec("zen") is None)

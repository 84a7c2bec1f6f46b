"""YAML that people edit, read strictly: a key given twice is refused, and a day that does not exist stays text.

So whoever checks the shape of the file can name the key with the wrong day.
"""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from pm_pipeline.errors import PmError

try:  # libyaml reads hundreds of rule files in a tenth of the time
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import SafeLoader

ADVICE = "Check the indentation, quotes and colons around there."


def read_yaml(data: bytes, shown: str | Path, error: type[PmError]) -> Any:
    """What a YAML file says. Raises `error` naming the file (`shown`), the place and what is wrong there."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        raise error(f"{shown} is not UTF-8 text at line {line}. Save it with the encoding UTF-8.") from None
    try:
        return _Strict(text).get_single_data()
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "an unknown place"
        said = f": {problem.problem}" if isinstance(problem, _GivenTwice) else f". {ADVICE}"
        raise error(f"{shown} is not YAML at {place}{said}") from None


class _GivenTwice(yaml.MarkedYAMLError):
    """A key that stands twice in one mapping."""


class _Strict(SafeLoader):  # pyright: ignore[reportGeneralTypeIssues] -- either one
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                continue
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                said = f"the key {key} is given twice in one mapping; keep one of them."
                raise _GivenTwice(problem=said, problem_mark=key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep=deep)

    def construct_day(self, node: yaml.ScalarNode) -> Any:
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:
            return node.value


_Strict.add_constructor("tag:yaml.org,2002:timestamp", _Strict.construct_day)

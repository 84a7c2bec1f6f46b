"""The edit rules in force: every file read, checked, bound, and proven by its own examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from pm_pipeline.errors import RuleError
from pm_pipeline.scrub.bench import RuleBench
from pm_pipeline.scrub.facts import RelationName
from pm_pipeline.scrub.rule import CompiledRule, Rule
from pm_pipeline.yaml_file import read_yaml

SHIPPED_RULES = Path(__file__).parent / "rules"


@dataclass(frozen=True)
class Rulebook:
    """All rules in force, by id."""

    rules: tuple[CompiledRule, ...]

    def over(self, relation: RelationName) -> list[CompiledRule]:
        """The rules that judge this relation, in order of id."""
        return [compiled for compiled in self.rules if compiled.relation == relation]


def load_rules(folder: Path = SHIPPED_RULES) -> Rulebook:
    """Read, check and bind every rule file below `folder`. Raises RuleError naming the file, the key, what is expected.

    A rule whose examples do not do what they say is refused too.
    """
    rules = [read_rule(path, folder) for path in rule_files(folder)]
    with RuleBench() as bench:
        compiled = [bench.compile(rule, path) for path, rule in rules]
        for (path, _), item in zip(rules, compiled, strict=True):
            bench.prove(item, path)
    return Rulebook(tuple(sorted(compiled, key=lambda item: item.rule.id)))


def shipped_rules() -> Rulebook:
    """The rules in rules/, loaded once and again whenever one of the files has changed."""
    files = [(path, path.stat()) for path in sorted(SHIPPED_RULES.glob("*/*.yaml"))]
    return _loaded(SHIPPED_RULES, tuple((str(path), found.st_mtime_ns, found.st_size) for path, found in files))


@lru_cache(maxsize=1)
def _loaded(folder: Path, _files: tuple[tuple[str, int, int], ...]) -> Rulebook:
    return load_rules(folder)


def rule_files(folder: Path) -> Iterator[Path]:
    """The rule files below a folder, in order. Raises RuleError when two have the same id or there are none."""
    paths = sorted(folder.glob("*/*.yaml"))
    if not paths:
        raise RuleError(f"{folder} holds no rule files (<family>/<ID>.yaml). Without rules nothing may be released.")
    seen: dict[str, Path] = {}
    for path in paths:
        if path.stem in seen:
            raise RuleError(f"{path}: the rule {path.stem} is also in {seen[path.stem]}. Give each rule its own id.")
        seen[path.stem] = path
        yield path


def read_rule(path: Path, folder: Path) -> tuple[Path, Rule]:
    """One rule file, its shape checked. Raises RuleError."""
    shown = path.relative_to(folder.parent)
    try:
        rule = Rule.model_validate(read_yaml(path.read_bytes(), shown, RuleError))
    except ValidationError as problem:
        lines = [
            f"  {'.'.join(str(part) for part in error['loc']) or '(the whole file)'}: "
            f"{error['msg'].removeprefix('Value error, ')}"
            for error in problem.errors()
        ]
        raise RuleError(f"{shown} is not right:\n" + "\n".join(lines)) from None
    if rule.id != path.stem or rule.family != path.parent.name:
        raise RuleError(
            f"{shown}: id and family: expected {path.stem} and {path.parent.name}, like the file and its folder."
        )
    return shown, rule

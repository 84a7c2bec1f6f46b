"""The edit rules in force: every file read, checked, bound, and proven by its own examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from pm_pipeline.config import Config
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

    def rule(self, rule_id: str) -> CompiledRule | None:
        """The rule with this id, or None."""
        return next((compiled for compiled in self.rules if compiled.rule.id == rule_id), None)

    def over(self, relation: RelationName) -> list[CompiledRule]:
        """The rules that judge this relation, in order of id."""
        return [compiled for compiled in self.rules if compiled.relation == relation]


def load_rules(*folders: Path) -> Rulebook:
    """Read, check and bind every rule file below the folders (default: the shipped rules).

    A rule of a later folder takes the place of one with the same id before it. Raises RuleError naming the file, the key,
    what is expected. A rule whose examples do not do what they say is refused too.
    """
    rules = rule_texts(*folders)
    with RuleBench() as bench:
        compiled = [(bench.compile(rule, path), path) for path, rule in rules]
        bench.prove_all(compiled)
    return Rulebook(tuple(sorted((item for item, _ in compiled), key=lambda item: item.rule.id)))


def rule_texts(*folders: Path) -> list[tuple[Path, Rule]]:
    """The rule files in force with the path to show for each, their shape checked, not yet compiled. Raises RuleError."""
    found: dict[str, tuple[Path, Rule]] = {}
    for folder in folders or (SHIPPED_RULES,):
        for path in rule_files(folder):
            shown, rule = read_rule(path, folder)
            found[rule.id] = (shown, rule)
    return list(found.values())


def rule_folders(config: Config) -> list[Path]:
    """Where an installation's rules are: the shipped ones, then rules/ of its own configuration folder, if it has one."""
    own = config.rules
    return [SHIPPED_RULES] if own is None or not any(own.glob("*/*.yaml")) else [SHIPPED_RULES, own]


def rules_in_force(config: Config) -> Rulebook:
    """The rules of an installation, loaded once and again whenever one of the files has changed. Raises RuleError."""
    return _cached(rule_folders(config))


def shipped_rules() -> Rulebook:
    """The rules in rules/, loaded once and again whenever one of the files has changed."""
    return _cached([SHIPPED_RULES])


def _cached(folders: Sequence[Path]) -> Rulebook:
    files = [(path, path.stat()) for folder in folders for path in sorted(folder.glob("*/*.yaml"))]
    return _loaded(tuple(folders), tuple((str(path), found.st_mtime_ns, found.st_size) for path, found in files))


@lru_cache(maxsize=2)
def _loaded(folders: tuple[Path, ...], _files: tuple[tuple[str, int, int], ...]) -> Rulebook:
    return load_rules(*folders)


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
    """One rule file and the path to show for it, its shape checked. Raises RuleError."""
    shown = path.relative_to(folder.parent)
    return shown, parse_rule(path.read_bytes(), shown)


def parse_rule(content: bytes, shown: Path) -> Rule:
    """What a rule file says, its shape checked, and that it is named like its rule. Raises RuleError."""
    try:
        rule = Rule.model_validate(read_yaml(content, shown, RuleError))
    except ValidationError as problem:
        lines = [
            f"  {'.'.join(str(part) for part in error['loc']) or '(the whole file)'}: "
            f"{error['msg'].removeprefix('Value error, ')}"
            for error in problem.errors()
        ]
        raise RuleError(f"{shown} is not right:\n" + "\n".join(lines)) from None
    if rule.id != shown.stem or rule.family != shown.parent.name:
        raise RuleError(
            f"{shown}: id and family: expected {shown.stem} and {shown.parent.name}, like the file and its folder."
        )
    return rule

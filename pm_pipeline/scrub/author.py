"""Writing rule files: a first draft that works, and a rule that leaves the shadow as a new version of its file."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from pm_pipeline.errors import RuleError
from pm_pipeline.scrub.bench import RuleBench
from pm_pipeline.scrub.rule import Change, Rule
from pm_pipeline.scrub.rulebook import parse_rule, read_rule

# the list of changes at the top level of a rule file, whatever its form: in one line, indented or not
_CHANGES = re.compile(r"(?m)^changes:.*\n(?:(?:[ \t-].*)?\n)*")


@dataclass(frozen=True)
class Draft:
    """What a new rule begins with; a draft is in shadow."""

    id: str
    family: str
    level: str
    title: str
    owner: str
    why: str
    source: str
    where: str
    message: str
    remedy: str
    scope: Mapping[str, Any] = field(default_factory=dict)
    prevents: Sequence[str] = ()
    fires: Sequence[Mapping[str, Any]] = ()
    passes: Sequence[Mapping[str, Any]] = ()

    def text(self) -> str:
        """The rule file."""
        lines = [
            f"id: {self.id}",
            "version: 1",
            *(
                f"{key}: {_scalar(value)}"
                for key, value in (
                    ("title", self.title),
                    ("family", self.family),
                    ("level", self.level),
                    ("severity", "shadow"),
                    ("owner", self.owner),
                    ("why", self.why),
                    ("source", self.source),
                )
            ),
        ]
        if self.scope:
            lines.append(f"scope: {_flow(self.scope)}")
        lines += ["where: >-", *(f"  {line}" for line in self.where.splitlines())]
        lines += [f"message: {json.dumps(self.message)}", f"remedy: {json.dumps(self.remedy)}"]
        lines.append(f"prevents: {_flow(list(self.prevents))}")
        lines += ["examples:", "  fires:", *(f"    - {_flow(row)}" for row in self.fires)]
        lines += ["  passes:", *(f"    - {_flow(row)}" for row in self.passes)]
        return "\n".join(lines) + "\n"


def write_draft(folder: Path, draft: Draft) -> Path:
    """Write a new rule file below `folder`, once it was checked and its examples proven. Raises RuleError."""
    path = folder / draft.family / f"{draft.id}.yaml"
    if path.exists():
        raise RuleError(f"{path.name} is there already. Change that file, or take another id.")
    _prove(draft.text(), path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(draft.text(), encoding="utf-8")
    return path


def promote(path: Path, folder: Path, own: Path, severity: str, by: str, why: str, today: dt.date) -> tuple[Path, Rule]:
    """Take a rule out of the shadow: the next version of its file, with the new severity and who decided it and why.

    A rule that is not in `own`, the practice's folder, is written there and takes the place of the shipped one. What
    else the file says, comments too, stays; the list of changes is written anew, at the end. Raises RuleError when it is not in shadow.
    """
    _, rule = read_rule(path, folder)
    if rule.severity != "shadow":
        raise RuleError(f"{rule.id} is not in shadow but {rule.severity}. Only a rule in shadow is promoted.")
    version = rule.version + 1
    text = path.read_text(encoding="utf-8")
    text = _replaced(text, "version", str(version))
    text = _replaced(text, "severity", severity)
    change = Change(version=version, made_on=today, by=by, why=why)
    entries = "".join(f"  - {_flow(one.model_dump())}\n" for one in (*rule.changes, change))
    text = _CHANGES.sub("", text.rstrip("\n") + "\n").rstrip("\n") + f"\nchanges:\n{entries}"
    target = own / rule.family / path.name
    promoted = _prove(text, target)
    if promoted.version != version or promoted.severity != severity or promoted.changes != [*rule.changes, change]:
        raise RuleError(f"{path.name}: version and severity must stand at the beginning of a line. Put them there.")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    return target, promoted


def _prove(text: str, path: Path) -> Rule:
    shown = Path(path.parent.name) / path.name
    rule = parse_rule(text.encode(), shown)
    with RuleBench() as bench:
        bench.prove(bench.compile(rule, shown), shown)
    return rule


def _replaced(text: str, key: str, value: str) -> str:
    return re.sub(rf"(?m)^{key}:[^#\n]*?(?=\s*(#.*)?$)", f"{key}: {value}", text, count=1)


def _scalar(value: str) -> str:
    """A text as YAML on one line: bare where it reads back as that text (not `no`, `12` or what holds `: `), else in quotes."""
    try:
        is_plain = yaml.safe_load(f"key: {value}") == {"key": value}
    except yaml.YAMLError:
        is_plain = False
    return value if is_plain else json.dumps(value, ensure_ascii=False)


def _flow(value: Any) -> str:
    """A value as YAML on one line; codes in quotes."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(one) for one in value) + "]"
    if isinstance(value, dt.date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)

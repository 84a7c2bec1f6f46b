"""The rulebook as pages a biller reads: every rule in plain words, with what it has found, made from the rule files."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from importlib import resources
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from pm_pipeline.errors import PmError

DATA = "rulebook.json"  # what the pages say, for machines; it also marks the folder as ours
MEANING = {
    "hold": "A claim it fires on waits until that is mended.",
    "warn": "It is told, and the claim goes out.",
    "fix": "It corrects the line by itself, and keeps what was there before.",
    "shadow": "It is recorded, and nothing else, until somebody promotes it.",
}


def write_site(
    folder: Path,
    rules: Sequence[Mapping[str, Any]],
    *,
    practice: str,
    today: str,
    counted: bool,
) -> Path:
    """Write index.html, a page per rule below rules/, and rulebook.json; returns the index.

    rules: as scrub.report.explain_rule tells them, with what each did. counted: a warehouse was
    read. Pages of rules no longer in force are removed. Raises PmError when the folder holds something else.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / DATA).exists():
        raise PmError(f"{folder} is not empty and no rulebook is in it: name an empty or a new folder.")
    pages = folder / "rules"
    pages.mkdir(parents=True, exist_ok=True)
    shown = [_shown(one) for one in sorted(rules, key=lambda one: (one["family"], one["id"]))]
    made = Environment(
        loader=PackageLoader("pm_pipeline.audit", "site"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    made.filters |= {"dollars": lambda cents: f"${cents / 100:,.2f}", "plain": _plain}
    common = {"practice": practice, "today": today, "reasons": _reasons(), "counted": counted}
    families = [(family, list(listed)) for family, listed in groupby(shown, key=lambda one: one["family"])]
    index = folder / "index.html"
    index.write_text(made.get_template("index.html").render(rules=shown, families=families, **common), encoding="utf-8")
    page = made.get_template("rule.html")
    for one in shown:
        text = page.render(rule=one, severity=MEANING[one["severity"]], **common)
        (pages / f"{one['id']}.html").write_text(text, encoding="utf-8")
    for stale in {path.stem for path in pages.glob("*.html")} - {one["id"] for one in shown}:
        (pages / f"{stale}.html").unlink()
    data = {
        "practice": practice,
        "today": today,
        "rules": [{key: one[key] for key in one if key != "says"} for one in shown],
    }
    (folder / DATA).write_text(json.dumps(data, indent=1, default=str) + "\n", encoding="utf-8")
    return index


def _shown(rule: Mapping[str, Any]) -> dict[str, Any]:
    """The rule with an empty scope's keys left out, whom it is only for, and the words it is found by."""
    scope = {
        key: ", ".join(value) if isinstance(value, list) else str(value)
        for key, value in rule["scope"].items()
        if value not in (None, [])
    }
    only = ", ".join(value for key, value in scope.items() if key in ("payers", "payer_kinds", "plan_types"))
    words = [rule["id"], rule["family"], rule["title"], rule["severity"], rule["where"], rule["message"], only]
    says = " ".join([*words, *rule["prevents"], *(f"carc {code}" for code in rule["prevents"])]).lower()
    return {"editions": [], **rule, "scope": scope, "only": only, "says": " ".join(says.split())}


def _plain(example: Mapping[str, Any]) -> str:
    """An example on one line: column value, column value."""
    return (
        "; ".join(f"{column} = {json.dumps(value, default=str)}" for column, value in example.items())
        or "nothing unusual"
    )


def _reasons() -> dict[str, str]:
    """CARC -> what it means, in our own words."""
    text = resources.files("pm_pipeline.codes").joinpath("carc.csv").read_text(encoding="utf-8")
    return {row["carc"]: row["meaning"] for row in csv.DictReader(text.splitlines())}

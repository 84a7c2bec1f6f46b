"""The rulebook as pages a biller reads: every rule in plain words, with what it has found, made from the rule files."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping, Sequence
from importlib import resources
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from pm_pipeline.audit.render_rules import scope_words
from pm_pipeline.errors import PmError

DATA = "rulebook.json"  # what the pages say, for machines; it also marks the folder as ours
RULE_ID = re.compile(r"[A-Z]{2,4}-[0-9]{3}")
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

    rules: as scrub.report.explain_rules tells them, with what each did. counted: there were claims to find something on.
    Pages of rules that the rulebook.json before names and that are no longer in force are removed, and nothing else is.
    Raises PmError when the folder holds something else.
    """
    before = _before(folder)
    pages = folder / "rules"
    pages.mkdir(parents=True, exist_ok=True)
    shown = [_shown(one) for one in sorted(rules, key=lambda one: (one["family"], one["id"]))]
    told = [{key: one[key] for key in one if key not in ("says", "judges")} for one in shown]
    ids = {one["id"] for one in shown}
    gone = [one for one in before if one["id"] not in ids]
    # first of all, with every page that may be there: a run that stops halfway leaves what the next one knows as its own
    _write_data(folder, practice, today, [*told, *gone])
    made = Environment(
        loader=PackageLoader("pm_pipeline.audit", "site"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    made.filters |= {"dollars": lambda cents: f"${cents / 100:,.2f}", "plain": _plain}
    common = {"practice": practice, "today": today, "reasons": _reasons(), "counted": counted}
    page = made.get_template("rule.html")
    for one in shown:
        text = page.render(rule=one, severity=MEANING[one["severity"]], **common)
        (pages / f"{one['id']}.html").write_text(text, encoding="utf-8")
    families = [(family, list(listed)) for family, listed in groupby(shown, key=lambda one: one["family"])]
    index = folder / "index.html"
    index.write_text(made.get_template("index.html").render(rules=shown, families=families, **common), encoding="utf-8")
    for one in gone:
        (pages / f"{one['id']}.html").unlink(missing_ok=True)
    _write_data(folder, practice, today, told)
    return index


def _before(folder: Path) -> list[dict[str, Any]]:
    """The rules of the rulebook that is in the folder; none in a folder that is new or empty. Raises PmError."""
    if not folder.exists() or not any(folder.iterdir()):
        return []
    if not (folder / DATA).exists():
        raise PmError(f"{folder} is not empty and no rulebook is in it: name an empty or a new folder.")
    try:
        rules = json.loads((folder / DATA).read_text(encoding="utf-8"))["rules"]
        named = [one for one in rules if RULE_ID.fullmatch(one["id"])]  # an id becomes a file's name
    except (ValueError, LookupError, TypeError):
        raise PmError(
            f"{folder / DATA} is not a rulebook that this command wrote: name an empty or a new folder."
        ) from None
    return named


def _write_data(folder: Path, practice: str, today: str, rules: Sequence[Mapping[str, Any]]) -> None:
    data = {"practice": practice, "today": today, "rules": list(rules)}
    (folder / DATA).write_text(json.dumps(data, indent=1, default=str) + "\n", encoding="utf-8")


def _shown(rule: Mapping[str, Any]) -> dict[str, Any]:
    """The rule with its scope in words, whom it is only for, and the words it is found by."""
    scope = rule["scope"]
    only = ", ".join(value for key in ("payers", "payer_kinds", "plan_types") for value in scope[key])
    words = [rule["id"], rule["family"], rule["title"], rule["severity"], rule["where"], rule["message"], only]
    says = " ".join([*words, *rule["prevents"], *(f"carc {code}" for code in rule["prevents"])]).lower()
    return {**rule, "judges": scope_words(scope), "only": only, "says": " ".join(says.split())}


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

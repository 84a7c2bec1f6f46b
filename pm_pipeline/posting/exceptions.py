"""The reasons why money waits or should be looked at (exceptions.csv), and what a person may do about each."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class Action:
    """What a person may decide; `option` is what `pm exceptions resolve` needs for it."""

    option: str | None
    meaning: str


ACTIONS = {
    "match": Action("claim", "the claim of ours that this remittance claim answers"),
    "turn": Action("turn", "whether the payer answers as primary, secondary or tertiary"),
    "reverse": Action("takes-back", "the posted remittance claim that it takes back, entry by entry"),
    "decide": Action("as", "what the held adjustments do: write_off, transfer, deny or memo"),
    "post": Action(None, "post it as it stands"),
    "book": Action("account", "the account to which a provider adjustment goes, such as TAX_LEVY:state"),
    "place": Action("charge", "the charge to which the line's money belongs"),
    "acknowledge": Action(None, "looked at, nothing to post"),
}


@dataclass(frozen=True)
class Kind:
    """One code of exception. `actions` are the keys of ACTIONS that may resolve it; none: it resolves itself once mended."""

    code: str
    is_blocking: bool
    actions: tuple[str, ...]
    meaning: str
    fix: str


@cache
def kinds() -> dict[str, Kind]:
    """Every code of exception, as exceptions.csv lists them."""
    text = resources.files(__package__ or "").joinpath("exceptions.csv").read_text(encoding="utf-8")
    return {
        row["code"]: Kind(
            row["code"],
            row["is_blocking"] == "true",
            tuple(filter(None, row["actions"].split(";"))),
            row["meaning"],
            row["fix"],
        )
        for row in csv.DictReader(text.splitlines())
    }

"""Payer edits proposed from denial history: which conditions together a payer refuses, and what that has cost.

Every line of history is put together as it was first sent (see backtest.py) and asked all of suggest_features.py. For each
payer and reason code suggest_search.py joins conditions that chance does not explain. Of what is found the costliest comes
first; what rules in force hold, and what the book says already, is left out. A suggestion is a draft: in shadow it holds
nothing, and a person says what the payer wants instead.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pm_pipeline.config import Config
from pm_pipeline.errors import RuleError
from pm_pipeline.scrub.author import Draft
from pm_pipeline.scrub.backtest import EVER, hit_history, rebuild_history
from pm_pipeline.scrub.events import ANSWERED
from pm_pipeline.scrub.rule import Rule
from pm_pipeline.scrub.rulebook import Rulebook, load_rules
from pm_pipeline.scrub.suggest_features import FEATURES, Feature
from pm_pipeline.scrub.suggest_search import (
    Condition,
    Found,
    Groups,
    History,
    Refusals,
    Refused,
    bits,
    held_share,
    places_of,
    search,
)
from pm_pipeline.warehouse import run_sql

HERE = __package__ or ""


@dataclass(frozen=True)
class Suggestion:
    """One payer edit. denied_cents: of its denials, each once, in cents; two suggestions may share some.

    where: SQL over line_fact. Of the `answered` claims that had such a line `claims` were refused for carc (precision: the
    share), from since on; of all the payer's claims over the same days the share base was. since: the first date of service
    refused, when the payer had paid such lines before; None: always. held_share: the share of the denials that some rule in
    force holds back today; by_rule: the one that holds most, by_rule_share of the denials by itself. fires, passes: examples.
    """

    payer_id: str
    carc: str
    conditions: tuple[str, ...]
    where: str
    since: dt.date | None
    denials: int
    claims: int
    denied_cents: int
    answered: int
    precision: float
    base: float
    held_share: float
    by_rule: str | None
    by_rule_share: float
    fires: dict[str, Any]
    passes: dict[str, Any]


def suggest(
    con: duckdb.DuckDBPyConnection,
    config: Config,
    book: Rulebook,
    payer: str | None = None,
    first: dt.date = EVER[0],
    last: dt.date = EVER[1],
    least_denials: int = 5,
    least_precision: float = 0.5,
) -> list[Suggestion]:
    """Suggestions from the claims whose first date of service lies in these days, costliest first.

    What a rule of the book says already, in shadow too, is left out. `con` may be read-only; only temporary tables are
    made. least_precision: between 0 and 1. Raises RuleError, PmError.
    """
    rebuild_history(con, config, book, first, last)
    hit_history(con, list(book.rules))
    holding = [one.rule.id for one in book.rules if one.rule.severity == "hold"]
    run_sql(con, HERE, "suggest_rows.sql", {"holding": holding, "answered": list(ANSWERED)})
    targets = con.execute(
        "SELECT payer_id, list(carc ORDER BY carc) FROM (SELECT payer_id, carc FROM suggest_denied "
        "WHERE $payer IS NULL OR payer_id = $payer GROUP BY ALL HAVING count(DISTINCT denial_id) >= $least) "
        "GROUP BY payer_id ORDER BY payer_id",
        {"payer": payer, "least": least_denials},
    ).fetchall()
    made: list[Suggestion] = []
    for payer_id, carcs in targets:
        history, lines = _history(con, payer_id), _lines(con, payer_id)
        for carc in carcs:
            refusals = _refusals(con, payer_id, carc)
            conditions = _conditions(lines, history, refusals)
            made += [
                _told(payer_id, carc, one, refusals)
                for one in search(history, refusals, conditions, least_denials, least_precision)
            ]
    said = {(_flat(one.rule.where), one.rule.scope.payers[0]) for one in book.rules if _is_of_one_payer(one.rule)}
    return sorted(
        (one for one in made if (_flat(one.where), one.payer_id) not in said),
        key=lambda one: (-one.denied_cents * one.precision, one.payer_id, one.carc, one.where),
    )


def draft(one: Suggestion, rule_id: str, today: dt.date) -> Draft:
    """The suggestion as a rule file in shadow."""
    said = ", ".join(one.conditions)
    scope: dict[str, Any] = {"payers": [one.payer_id]} | ({"dos_from": one.since} if one.since else {})
    inside: dict[str, Any] = {"payer_id": one.payer_id} | ({"dos_from": one.since} if one.since else {})
    return Draft(
        id=rule_id, family="suggested", level="line", title=f"{one.payer_id} refuses: {said}", owner="billing lead",
        why=f"Of {one.answered} answered claims with such a line {one.claims} were refused with CARC {one.carc} ({one.precision:.0%}; "
        f"{one.base:.0%} of all its claims), {one.denied_cents / 100:,.2f} in all.",
        source=f"Denial history up to {today}", where=one.where.replace(" AND ", "\nAND "),
        message=f"{{charge_id}}: {one.payer_id} has refused {one.precision:.0%} of the claims with such a line with CARC {one.carc}: {said}.",
        remedy=f"Find out what {one.payer_id} asks for, give it before the claim goes out, and say so in this rule.",
        scope=scope, prevents=[one.carc], fires=[inside | one.fires], passes=[inside | one.passes],
    )  # fmt: skip


def write(found: Sequence[Suggestion], folder: Path, book: Rulebook, today: dt.date) -> list[Path]:
    """Write each as SUG-001 and so on, below `folder`; returns the new files. All are written or, when one fails, none.

    Raises RuleError when a draft would not work as a rule, when its file is there already, and when no number is free.
    """
    taken = {one.rule.id for one in book.rules}
    free = [name for name in (f"SUG-{number:03}" for number in range(1, 1000)) if name not in taken]
    if len(free) < len(found):
        raise RuleError(
            f"{len(found)} suggestions, and {len(free)} numbers from SUG-001 to SUG-999 are free. Remove or rename old drafts."
        )
    drafts = [draft(one, rule_id, today) for one, rule_id in zip(found, free, strict=False)]
    if drafts:
        with tempfile.TemporaryDirectory() as apart:
            proof = Path(apart) / folder.name
            _put(drafts, proof, [])
            load_rules(proof)
    written: list[Path] = []
    try:
        _put(drafts, folder, written)
    except OSError as problem:
        for path in written:
            path.unlink()
        raise RuleError(f"{problem.filename}: {problem.strerror}. No draft was written.") from None
    return written


def _put(drafts: Sequence[Draft], folder: Path, written: list[Path]) -> None:
    """Write new files, and tell of each in `written` as soon as it is there."""
    for one in drafts:
        path = folder / one.family / f"{one.id}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            written.append(path)
            file.write(one.text())


def _is_of_one_payer(rule: Rule) -> bool:
    """It judges all claims of one payer, from whatever day on."""
    limits = rule.scope.model_dump(exclude_defaults=True)
    return limits.keys() <= {"payers", "dos_from"} and len(rule.scope.payers) == 1


def _flat(where: str) -> str:
    return " ".join(where.split())


def _history(con: duckdb.DuckDBPyConnection, payer_id: str) -> History:
    given = {"payer": payer_id}
    row = con.execute(
        "SELECT list(bit_no ORDER BY bit_no), list(bit_no ORDER BY bit_no) FILTER (NOT is_denied) FROM suggest_line "
        "WHERE payer_id = $payer",
        given,
    ).fetchone()
    lines, paid = row or ([], [])
    free = con.execute(
        "SELECT max(bit_no) + 1 FROM suggest_line WHERE payer_id = $payer GROUP BY claim_id ORDER BY 1", given
    ).fetchall()
    days = con.execute(
        "SELECT dos_from, list(bit_no ORDER BY bit_no), bool_or(is_denied) FROM suggest_line WHERE payer_id = $payer "
        "GROUP BY dos_from ORDER BY dos_from DESC",
        given,
    ).fetchall()
    from_day: dict[dt.date, int] = {}
    later = 0
    for day, numbers, is_denied in days:
        later |= bits(numbers)
        if is_denied:
            from_day[day] = later
    return History(Groups(bits(lines), bits([one for (one,) in free])), bits(paid or []), from_day)


def _lines(con: duckdb.DuckDBPyConnection, payer_id: str) -> list[tuple[Feature, str, int]]:
    """Every value of a feature that some line of this payer has, with the lines that have it as bits."""
    found: list[tuple[Feature, str, int]] = []
    for feature in FEATURES:
        rows = con.execute(
            f"SELECT value, list(bit_no ORDER BY bit_no) FROM (SELECT bit_no, unnest({feature.values}) AS value FROM suggest_line "
            "WHERE payer_id = ?) GROUP BY value ORDER BY value",
            [payer_id],
        ).fetchall()
        found += [(feature, str(value), bits(numbers)) for value, numbers in rows]
    return found


def _refusals(con: duckdb.DuckDBPyConnection, payer_id: str, carc: str) -> Refusals:
    rows = con.execute(
        "SELECT bit_no, claim_id, denial_id, cents, dos_from, rules FROM suggest_denied WHERE payer_id = ? AND carc = ? "
        "ORDER BY claim_id, denial_id, bit_no",
        [payer_id, carc],
    ).fetchall()
    return Refusals.of(
        [Refused(line, claim, denial, cents, day, tuple(rules)) for line, claim, denial, cents, day, rules in rows]
    )


def _conditions(lines: Sequence[tuple[Feature, str, int]], history: History, refusals: Refusals) -> list[Condition]:
    """Every value that some line has and another has not, with the refused lines that have it."""
    return [
        Condition(
            feature, value, having, bits([place for place, row in refusals.rows.items() if having >> row.line & 1])
        )
        for feature, value, having in lines
        if having != history.claims.ones
    ]


def _told(payer_id: str, carc: str, one: Found, refusals: Refusals) -> Suggestion:
    denials = refusals.told(one.refused)
    held = Counter(
        rule_id
        for rule_id, _ in {
            (rule_id, row.denial_id)
            for row in (refusals.rows[place] for place in places_of(one.refused))
            for rule_id in row.rules
        }
    )
    by_rule = min(held, key=lambda name: (-held[name], name), default=None)
    fires: dict[str, Any] = {}
    for each in one.conditions:
        fires |= each.feature.fires(each.value)
    last = one.conditions[-1]
    return Suggestion(
        payer_id=payer_id,
        carc=carc,
        conditions=tuple(each.feature.words(each.value) for each in one.conditions),
        where=" AND ".join(each.feature.where(each.value) for each in one.conditions),
        since=one.since,
        denials=len(denials),
        claims=one.claims,
        denied_cents=refusals.cents(one.refused),
        answered=one.answered,
        precision=round(one.precision, 4),
        base=round(one.base, 4),
        held_share=round(held_share(refusals, one), 4),
        by_rule=by_rule,
        by_rule_share=round(held[by_rule] / len(denials), 4) if by_rule else 0.0,
        fires=fires,
        passes=fires | dict(last.feature.passes(last.value)),
    )

"""Payer edits proposed from denial history: which conditions together a payer refuses, and what that has cost.

Every line of history is put together as it was first sent (see backtest.py) and asked all of suggest_features.py. For each
payer and reason code, conditions are joined, up to MOST of them, as long as one more makes the guess better. Of what is
found the costliest comes first; one that tells of the same refusals as another is left out. A suggestion is a draft: in
shadow it holds nothing, and a person says what the payer wants instead.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pm_pipeline.config import Config
from pm_pipeline.scrub.author import Draft, write_draft
from pm_pipeline.scrub.backtest import EVER, hit_history, rebuild_history
from pm_pipeline.scrub.rulebook import Rulebook
from pm_pipeline.scrub.suggest_features import FEATURES, Feature
from pm_pipeline.warehouse import run_sql

HERE = __package__ or ""
MOST = 3  # conditions of one suggestion
BETTER = 0.05  # a condition more must raise the precision by this much
SURE = 0.97  # from here on none is added
HELD_ALREADY = 0.8  # of the refusals, by a rule in force: no suggestion
PAID_BEFORE = 3  # answered lines before the first refusal, all of them fitting: the payer has changed its mind


@dataclass(frozen=True)
class Suggestion:
    """One payer edit. denials, answered: lines, from since on; precision is the one by the other. Amounts are cents.

    where: SQL over line_fact. since: the first date of service refused, when the payer had paid such lines before; None:
    always. by_rule, by_rule_share: the rule in force that keeps most of these back today. fires, passes: one example each.
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
    by_rule: str | None
    by_rule_share: float
    fires: dict[str, Any]
    passes: dict[str, Any]


@dataclass(frozen=True)
class _Item:
    """A condition with the lines it holds for, a bit each: of the payer's answered lines, and of its refused ones."""

    feature: Feature
    value: str
    answered: int
    denied: int


@dataclass(frozen=True)
class _Found:
    """Conditions joined; first is the row_no of the first line they were refused for."""

    items: tuple[_Item, ...]
    answered: int
    denied: int
    first: int

    @property
    def was_paid_before(self) -> bool:
        """Such lines were answered before the first was refused: the payer has changed its mind."""
        return (self.answered & ((1 << self.first) - 1)).bit_count() >= PAID_BEFORE

    @property
    def counted(self) -> int:
        """Answered lines: from the first refused one on, when the payer had paid such lines before."""
        return (self.answered >> self.first if self.was_paid_before else self.answered).bit_count()

    @property
    def precision(self) -> float:
        return self.denied.bit_count() / self.counted


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

    `con` may be read-only; only temporary tables are made. least_denials: lines; least_precision: between 0 and 1.
    Raises RuleError, PmError.
    """
    rebuild_history(con, config, book, first, last)
    hit_history(con, list(book.rules))
    holding = [one.rule.id for one in book.rules if one.rule.severity == "hold"]
    run_sql(con, HERE, "suggest_rows.sql", {"holding": holding})
    targets = con.execute(
        "SELECT payer_id, carc FROM suggest_denied WHERE $payer IS NULL OR payer_id = $payer "
        "GROUP BY ALL HAVING count(*) >= $least ORDER BY ALL",
        {"payer": payer, "least": least_denials},
    ).fetchall()
    values: dict[str, list[tuple[Feature, str, int]]] = {}
    found: list[Suggestion] = []
    for payer_id, carc in targets:
        if payer_id not in values:
            values = {payer_id: _values(con, payer_id)}  # those of one payer at a time
        found += _of(con, payer_id, carc, values[payer_id], least_denials, least_precision)
    return sorted(found, key=lambda one: (-one.denied_cents * one.precision, one.payer_id, one.carc, one.where))


def draft(one: Suggestion, rule_id: str, today: dt.date) -> Draft:
    """The suggestion as a rule file in shadow."""
    said = ", ".join(one.conditions)
    scope: dict[str, Any] = {"payers": [one.payer_id]} | ({"dos_from": one.since} if one.since else {})
    inside: dict[str, Any] = {"payer_id": one.payer_id} | ({"dos_from": one.since} if one.since else {})
    return Draft(
        id=rule_id, family="suggested", level="line", title=f"{one.payer_id} refuses: {said}", owner="billing lead",
        why=f"{one.denials} of {one.answered} such lines were refused with CARC {one.carc}, {one.denied_cents / 100:,.2f} in all.",
        source=f"Denial history up to {today}", where=one.where.replace(" AND ", "\nAND "),
        message=f"{{charge_id}}: {one.payer_id} has refused {one.precision:.0%} of such lines with CARC {one.carc}: {said}.",
        remedy=f"Find out what {one.payer_id} asks for, give it before the claim goes out, and say so in this rule.",
        scope=scope, prevents=[one.carc], fires=[inside | one.fires], passes=[inside | one.passes],
    )  # fmt: skip


def write(found: Sequence[Suggestion], folder: Path, book: Rulebook, today: dt.date) -> list[Path]:
    """Write what no rule of the book says already, as SUG-001 and so on, below `folder`; returns the new files."""
    taken = {one.rule.id for one in book.rules}
    said = {(" ".join(one.rule.where.split()), tuple(one.rule.scope.payers)) for one in book.rules}
    free = (f"SUG-{number:03}" for number in range(1, 1000) if f"SUG-{number:03}" not in taken)
    fresh = [one for one in found if (one.where, (one.payer_id,)) not in said]
    return [write_draft(folder, draft(one, rule_id, today)) for one, rule_id in zip(fresh, free, strict=False)]


def _values(con: duckdb.DuckDBPyConnection, payer_id: str) -> list[tuple[Feature, str, int]]:
    """Every condition some line of this payer has, with the lines that have it as bits."""
    found: list[tuple[Feature, str, int]] = []
    for feature in FEATURES:
        rows = con.execute(
            f"SELECT value, list(row_no ORDER BY row_no) FROM (SELECT row_no, unnest({feature.values}) AS value FROM suggest_line "
            "WHERE payer_id = ?) GROUP BY value ORDER BY value",
            [payer_id],
        ).fetchall()
        found += [(feature, str(value), _bits(numbers)) for value, numbers in rows]
    return found


def _of(
    con: duckdb.DuckDBPyConnection, payer_id: str, carc: str, values: list[tuple[Feature, str, int]], least: int, precision: float
) -> list[Suggestion]:  # fmt: skip
    """The suggestions of one payer and reason code."""
    denied = con.execute(
        "SELECT row_no, cents, claim_id, by_rule, dos_from FROM suggest_denied JOIN suggest_line USING (payer_id, row_no, claim_id) "
        "WHERE payer_id = ? AND carc = ? ORDER BY row_no",
        [payer_id, carc],
    ).fetchall()
    of_payer = con.execute("SELECT count(*) FROM suggest_line WHERE payer_id = ?", [payer_id]).fetchone()
    everything = (1 << (of_payer[0] if of_payer else 0)) - 1
    items = [
        _Item(feature, value, bits, _bits([place for place, row in enumerate(denied) if bits >> row[0] & 1]))
        for feature, value, bits in values
        if bits != everything
    ]
    found = _joined([one for one in items if one.denied.bit_count() >= least], denied, least)
    made: list[Suggestion] = []
    left = (1 << len(denied)) - 1

    def worth(one: _Found) -> tuple[float, int]:
        return sum(denied[place][1] for place in _places(one.denied & left)) * one.precision, -len(one.items)

    good = [one for one in found if one.precision >= precision]
    while good := [one for one in good if (one.denied & left).bit_count() >= least]:
        best = max(good, key=worth)
        left &= ~best.denied
        suggestion = _told(payer_id, carc, best, denied)
        if suggestion.by_rule_share < HELD_ALREADY:
            made.append(suggestion)
    return made


def _joined(items: list[_Item], denied: list[tuple[Any, ...]], least: int) -> Iterator[_Found]:
    """Conditions alone and together, each better than what it grew from."""
    level = [_found((item,), item.answered, item.denied, denied) for item in items]
    yield from level
    for _ in range(MOST - 1):
        grown: list[_Found] = []
        for one in level:
            if one.precision >= SURE:
                continue
            about = {item.feature.about for item in one.items}
            for item in items[items.index(one.items[-1]) + 1 :]:
                refused = one.denied & item.denied
                if item.feature.about in about or refused.bit_count() < least:
                    continue
                more = _found((*one.items, item), one.answered & item.answered, refused, denied)
                alone = _found((item,), item.answered, item.denied, denied)
                if more.precision >= max(one.precision, alone.precision) + BETTER:
                    grown.append(more)
        yield from grown
        level = grown


def _found(items: tuple[_Item, ...], answered: int, refused: int, denied: list[tuple[Any, ...]]) -> _Found:
    return _Found(items, answered, refused, denied[(refused & -refused).bit_length() - 1][0])


def _told(payer_id: str, carc: str, one: _Found, denied: list[tuple[Any, ...]]) -> Suggestion:
    rows = [denied[place] for place in _places(one.denied)]
    held = Counter(row[3] for row in rows if row[3] is not None)
    fires: dict[str, Any] = {}
    for item in one.items:
        fires |= item.feature.fires(item.value)
    last = one.items[-1]
    return Suggestion(
        payer_id=payer_id,
        carc=carc,
        conditions=tuple(item.feature.words(item.value) for item in one.items),
        where=" AND ".join(item.feature.where(item.value) for item in one.items),
        since=rows[0][4] if one.was_paid_before else None,
        denials=len(rows),
        claims=len({row[2] for row in rows}),
        denied_cents=sum(row[1] for row in rows),
        answered=one.counted,
        precision=round(one.precision, 4),
        by_rule=min(held, key=lambda name: (-held[name], name), default=None),
        by_rule_share=round(sum(held.values()) / len(rows), 4),
        fires=fires,
        passes=fires | dict(last.feature.passes(last.value)),
    )


def _bits(numbers: Sequence[int]) -> int:
    """These numbers as bits of one integer; they rise."""
    if not numbers:
        return 0
    held = bytearray(numbers[-1] // 8 + 1)
    for number in numbers:
        held[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(held, "little")


def _places(bits: int) -> Iterator[int]:
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low

"""The search for what a payer refuses, on histories of lines that were made for it: no database."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import comb
from typing import Any

import pytest

from pm_pipeline.scrub import suggest_search
from pm_pipeline.scrub.suggest_features import Feature
from pm_pipeline.scrub.suggest_search import (
    Condition,
    Found,
    Groups,
    History,
    Refusals,
    Refused,
    bits,
    held_share,
    paid_first,
    search,
    tail,
)

START = dt.date(2026, 1, 1)


@dataclass(frozen=True)
class Line:
    """A line of its claim; `has`: which conditions hold for it. denial: None when it was paid. other: denied for another reason."""

    claim: str
    has: str
    denial: str | None = None
    day: int = 0
    cents: int = 10_000
    rules: tuple[str, ...] = ()
    other: bool = False


def feature(about: str) -> Feature:
    return Feature(about, "", str, str, lambda value: {about: value}, lambda value: {})


def looked(lines: Sequence[Line], least_denials: int = 5, least_precision: float = 0.5) -> tuple[list[Found], Refusals]:
    """Searched for conditions of one letter each; a and A are about the same thing. Lines are given claim by claim."""
    numbers: list[int] = []
    free: list[int] = []
    at = 0
    for place, line in enumerate(lines):
        numbers.append(at)
        at += 1
        if place + 1 == len(lines) or lines[place + 1].claim != line.claim:
            free.append(at)
            at += 1
    each = list(zip(numbers, lines, strict=True))

    def having(wanted: Iterable[int]) -> int:
        return bits(sorted(wanted))

    days = {line.day for line in lines if line.denial}
    history = History(
        Groups(having(numbers), having(free)),
        having(number for number, line in each if line.denial is None and not line.other),
        {START + dt.timedelta(day): having(number for number, line in each if line.day >= day) for day in days},
    )
    refusals = Refusals.of(
        [
            Refused(number, line.claim, line.denial, line.cents, START + dt.timedelta(line.day), line.rules)
            for number, line in each
            if line.denial
        ]
    )
    conditions = []
    for letter in sorted({letter for line in lines for letter in line.has}):
        held = having(number for number, line in each if letter in line.has)
        places = [place for place, row in refusals.rows.items() if held >> row.line & 1]
        conditions.append(Condition(feature(letter.lower()), letter, held, bits(places)))
    return search(history, refusals, conditions, least_denials, least_precision), refusals


def said(found: Sequence[Found]) -> list[str]:
    return ["".join(one.feature.about for one in each.conditions) for each in found]


def visits(count: int, has: str, refused: int = 0, name: str = "", **given: Any) -> list[Line]:
    """Claims of one line; the first `refused` of them are denied."""
    name = name or has or "plain"
    return [
        Line(f"{name}{number:04}", has, f"D-{name}{number:04}" if number < refused else None, **given)
        for number in range(count)
    ]


PAID = visits(200, "")


def test_what_is_refused_is_found_and_what_is_paid_is_not() -> None:
    (one,), _ = looked([*visits(10, "a", 10), *visits(40, "b"), *PAID])
    assert (said([one]), one.claims, one.answered, one.precision, one.since) == (["a"], 10, 10, 1.0, None)
    assert one.base == pytest.approx(10 / 250)


def test_a_claim_refused_as_a_whole_counts_once_however_many_lines_it_has() -> None:
    whole = [Line(f"w{n}", "a", f"D{n}", cents=30_000) for n in range(6) for _ in range(3)]
    (one,), refusals = looked([*whole, *PAID])
    assert (one.claims, one.answered) == (6, 6)
    assert len(refusals.told(one.refused)) == 6
    assert refusals.cents(one.refused) == 180_000
    few = [line for line in whole if line.claim in ("w0", "w1", "w2", "w3")]
    assert looked([*few, *PAID])[0] == []  # twelve lines, and four denials


def test_lines_refused_one_by_one_are_denials_of_one_claim() -> None:
    lines = [Line(f"c{n}", "a", f"D{n}-{m}", cents=5_000) for n in range(6) for m in range(2)]
    (one,), refusals = looked([*lines, *PAID])
    assert (one.claims, one.answered, len(refusals.told(one.refused))) == (6, 6, 12)
    assert refusals.cents(one.refused) == 60_000


def test_conditions_are_joined_on_a_line_and_not_across_a_claim() -> None:
    apart = [line for n in range(20) for line in (Line(f"s{n:02}", "a"), Line(f"s{n:02}", "b"))]
    (one,), _ = looked([*visits(8, "ab", 8), *apart, *PAID], least_precision=0.9)
    assert said([one]) == ["ab"]
    assert (one.claims, one.answered) == (8, 8)


def test_a_condition_is_added_only_when_it_makes_the_guess_better() -> None:
    # a: 19 of 22. a and b: 19 of 21, 0.04 better, which is not enough
    found, _ = looked([*visits(19, "ab", 19), *visits(2, "ab", name="x"), *visits(1, "a"), *visits(60, "b"), *PAID])
    assert said(found) == ["a"]
    assert suggest_search.BETTER == 0.05
    # a and b: 19 of 19, 0.14 better
    found, _ = looked([*visits(19, "ab", 19), *visits(3, "a"), *visits(60, "b"), *PAID])
    assert said(found) == ["ab"]


def test_two_conditions_about_the_same_thing_are_not_joined() -> None:
    lines = [*visits(10, "aA", 10), *visits(8, "a", name="lower"), *visits(8, "A", name="upper"), *PAID]
    assert said(looked(lines)[0]) == ["a"]


def test_a_share_that_is_the_payers_own_is_no_suggestion() -> None:
    # seven of ten, where the payer refuses six of ten whatever the line
    usual = [*visits(200, "", 120)]
    assert looked([*visits(10, "a", 7), *usual])[0] == []
    assert said(looked([*visits(10, "a", 7), *PAID])[0]) == ["a"]


def test_the_more_is_looked_at_the_less_may_be_luck() -> None:
    few = [*visits(8, "a", 5), *visits(80, "", 12)]
    assert said(looked(few)[0]) == ["a"]
    others = [Line(f"o{n:03}", letter) for n, letter in enumerate("bcdefghijklmnopqrstuvwxyz" * 8)]
    more = [Line(f"r{n:03}", "", f"D-r{n}") for n in range(round(len(others) * 0.2))]  # the payer's share as before
    assert looked([*few, *others, *more])[0] == []


@pytest.mark.parametrize("rate", [0.05, 0.15, 0.3])
def test_refusals_at_random_make_a_suggestion_in_one_search_of_twenty_at_most(rate: float) -> None:
    made = 0
    for seed in range(40):
        drawn = random.Random(seed)
        lines = []
        for number in range(400):
            has = "".join(letter for letter in "abcdefghij" if drawn.random() < 0.3)
            refused = f"D{number}" if drawn.random() < rate else None
            lines.append(Line(f"c{number:04}", has, refused, day=number // 4))
        made += bool(looked(lines)[0])
    assert made <= 2


def changed(paid: int, refused: int, before: int = 60, after: int = 120, **given: Any) -> list[Line]:
    """`paid` claims with a before day 50, then `refused` ones from then on, among others that are paid."""
    return [
        *visits(before, "", name="early", day=10),
        *visits(paid, "a", name="paid", day=20, **given),
        *visits(refused, "a", refused, name="refused", day=50),
        *visits(after, "", name="late", day=60),
    ]


def test_a_payer_that_changed_its_mind_is_judged_from_that_day_on() -> None:
    others = visits(20, "", 20, name="others", day=5)  # refused before, which says nothing of the days since
    (one,), _ = looked([*others, *changed(30, 8)])
    assert (one.since, one.claims, one.answered) == (START + dt.timedelta(50), 8, 8)
    assert one.base == pytest.approx(8 / 128)


def test_a_paid_claim_of_the_first_day_counts_whatever_its_number() -> None:
    same_day = [Line("aaaa", "a", day=50)]
    (one,), _ = looked([*same_day, *changed(30, 8)])
    assert (one.claims, one.answered) == (8, 9)


def test_payments_that_chance_explains_are_no_change_of_mind() -> None:
    (one,), _ = looked(changed(3, 8))  # three paid first of eleven: 1 in 165
    assert (one.since, one.answered) == (None, 11)


def test_what_was_denied_for_another_reason_was_not_paid_before() -> None:
    (one,), _ = looked(changed(30, 20, other=True), least_precision=0.3)
    assert (one.since, one.answered) == (None, 50)


def test_a_day_does_not_prove_itself() -> None:
    """Five of eight since a day are less than they seem: the first of them is what made the day."""
    (one,), _ = looked([*changed(60, 6, after=200)])
    assert one.luck == pytest.approx(tail(5, 5, one.base))


def test_what_rules_hold_is_left_out_and_takes_nothing_from_others() -> None:
    held = visits(8, "a", 8, name="held", rules=("UNT-001",))
    open_ = visits(2, "a", 2, name="open")
    found, _ = looked([*held, *open_, *PAID])
    assert found == []  # 8 of 10 denials
    lines = [*visits(5, "a", 5, name="held", rules=("UNT-001",)), *visits(3, "ab", 3, name="both", rules=("UNT-001",))]
    lines += [*visits(2, "ab", 2, name="open"), *visits(6, "b", name="paid"), *PAID]
    found, refusals = looked(lines, least_precision=0.4)
    assert said(found) == ["b"]  # a tells of all of b's denials, is held, and was not made
    assert held_share(refusals, found[0]) == 0.6


def test_the_costliest_comes_first_and_one_that_tells_nothing_new_is_left_out() -> None:
    lines = [*visits(10, "ac", 10), *visits(6, "b", 6, cents=50_000), *visits(30, "c", name="paid"), *PAID]
    found, _ = looked(lines, least_precision=0.2)
    assert said(found) == ["b", "a"]  # c has a's denials, less surely


def test_the_odds_are_those_of_the_textbook() -> None:
    assert tail(5, 8, 0.2) == pytest.approx(sum(comb(8, n) * 0.2**n * 0.8 ** (8 - n) for n in range(5, 9)))
    assert tail(1, 3, 0.5) == pytest.approx(7 / 8)
    assert (tail(0, 5, 0.1), tail(3, 3, 1.0), tail(1, 3, 0.0)) == (1.0, 1.0, 0.0)
    assert tail(600, 1_000, 0.5) == pytest.approx(1.364e-10, rel=1e-3)
    assert paid_first(5, 3, 3) == pytest.approx(1 / comb(8, 3))
    assert paid_first(0, 3, 3) == 1.0

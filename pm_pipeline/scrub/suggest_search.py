"""The search behind suggest.py: conditions that together mark what a payer refuses. Lines are bits; no database in here.

A payer answers claims and refuses lines or whole claims. So claims are counted as answered and as refused, and denials as
what came: a claim of three lines that is refused as a whole is one claim, one denial, and its dollars once.
"""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from pm_pipeline.scrub.suggest_features import Feature

MOST = 3  # conditions of one suggestion
BETTER = 0.05  # a condition more must raise the precision by this much
SURE = 0.97  # from here on none is added
HELD_ALREADY = 0.8  # of the denials, by rules in force: no suggestion
CHANCE = 0.05  # of a whole search in which refusals at random make one suggestion
CHANGED = 0.0001  # payments before the first refusal that chance makes less often than this: the payer changed its mind


@dataclass(frozen=True)
class Groups:
    """Bits in groups. ones: all of them, each group's side by side. free: the bit after each group, which is no member's."""

    ones: int
    free: int

    def count(self, bits: int) -> int:
        """How many groups have one of these bits: adding its ones to a group carries into its free bit unless it has none."""
        return ((bits + self.ones) & self.free).bit_count()


@dataclass(frozen=True)
class History:
    """One payer's answered lines, a bit each, in their claims. paid: the lines without a denial of any kind.

    from_day: a date of service -> the lines of that day and later; it has every day of a refused line.
    """

    claims: Groups
    paid: int
    from_day: dict[dt.date, int]


@dataclass(frozen=True)
class Refused:
    """A line with its first refusal. line: its bit in History. cents: of the whole denial. rules: they hold the line today."""

    line: int
    claim_id: str
    denial_id: str
    cents: int
    day: dt.date
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Refusals:
    """The lines refused for one reason, a bit each (its place), in their denials and those in their claims.

    of_denial: all places of a denial. from_day: (date of service, places of that day and later), rising. held: the places
    that a rule in force holds today.
    """

    rows: dict[int, Refused]
    claims: Groups
    denials: Groups
    of_denial: dict[str, int]
    from_day: tuple[tuple[dt.date, int], ...]
    held: int

    @classmethod
    def of(cls, rows: Sequence[Refused]) -> Refusals:
        """rows: claim by claim, and within a claim denial by denial."""
        places: dict[int, Refused] = {}
        of_denial: dict[str, int] = {}
        after_denial = after_claim = at = 0
        for _, of_claim in groupby(rows, key=lambda row: row.claim_id):
            for denial_id, lines in groupby(of_claim, key=lambda row: row.denial_id):
                start = at
                for row in lines:
                    places[at] = row
                    at += 1
                of_denial[denial_id] = (1 << at) - (1 << start)
                after_denial |= 1 << at
                at += 1
            after_claim |= 1 << at
            at += 1
        days: list[tuple[dt.date, int]] = []
        for place, row in sorted(places.items(), key=lambda one: one[1].day, reverse=True):
            later = days[-1][1] if days else 0
            if days and days[-1][0] == row.day:
                days.pop()
            days.append((row.day, later | 1 << place))
        return cls(
            rows=places,
            claims=Groups(((1 << at) - 1) ^ after_claim, after_claim),
            denials=Groups(sum(of_denial.values()), after_denial),
            of_denial=of_denial,
            from_day=tuple(reversed(days)),
            held=bits([place for place, row in places.items() if row.rules]),
        )

    def first_day(self, refused: int) -> dt.date:
        """The first date of service of these places, of which there is one at least."""
        later = bisect_left(self.from_day, True, key=lambda one: refused & one[1] != refused)
        return self.from_day[later - 1][0]

    def told(self, refused: int) -> dict[str, Refused]:
        """The denials of these places, each with one of its lines."""
        return {self.rows[place].denial_id: self.rows[place] for place in places_of(refused)}

    def cents(self, refused: int) -> int:
        """What these places cost, each denial once."""
        return sum(row.cents for row in self.told(refused).values())


@dataclass(frozen=True)
class Condition:
    """A feature's value with the lines it holds for (bits of History), and those of them that were refused (places)."""

    feature: Feature
    value: str
    lines: int
    refused: int


@dataclass(frozen=True)
class Found:
    """Conditions together. claims of answered claims with such a line were refused; precision is the one by the other.

    since: the first date of service refused, from which on claims are counted, when the payer had paid such lines before;
    None: all count. base: the share of all the payer's claims that was refused for this reason, over the same days. luck:
    how often as many or more of these would be refused by chance, at that share.
    """

    conditions: tuple[Condition, ...]
    lines: int
    refused: int
    since: dt.date | None
    claims: int
    answered: int
    base: float
    luck: float

    @property
    def precision(self) -> float:
        """Between 0 and 1."""
        return self.claims / self.answered


def search(
    history: History, refusals: Refusals, conditions: Sequence[Condition], least_denials: int, least_precision: float
) -> list[Found]:
    """What is refused so often that chance does not explain it, the costliest first.

    The more was looked at, the less may be luck (Bonferroni): the exact lower bound of the share refused lies above the
    payer's base. One is left out when rules in force hold most of it, and when those before it leave fewer than
    least_denials of its denials untold; so two may tell of some of the same denials.
    """
    grown, looked_at = _grown(history, refusals, conditions, least_denials)
    good = [
        one
        for one in grown
        if one.precision >= least_precision
        and one.luck * looked_at < CHANCE
        and held_share(refusals, one) < HELD_ALREADY
    ]
    chosen: list[Found] = []
    left = refusals.denials.ones

    def worth(one: Found) -> tuple[float, int]:
        return refusals.cents(one.refused & left) * one.precision, -len(one.conditions)

    while good := [one for one in good if refusals.denials.count(one.refused & left) >= least_denials]:
        best = max(good, key=worth)
        chosen.append(best)
        for denial_id in refusals.told(best.refused):
            left &= ~refusals.of_denial[denial_id]
    return chosen


def held_share(refusals: Refusals, one: Found) -> float:
    """The share of its denials that some rule in force holds back today, each denial once."""
    return refusals.denials.count(one.refused & refusals.held) / refusals.denials.count(one.refused)


def tail(hits: int, of: int, share: float) -> float:
    """How often `hits` or more of `of` come by chance when each has this share (the upper tail of the binomial)."""
    if hits <= 0 or share >= 1:
        return 1.0
    if share <= 0:
        return 0.0
    choices = math.lgamma(of + 1) - math.lgamma(hits + 1) - math.lgamma(of - hits + 1)
    term = math.exp(choices + hits * math.log(share) + (of - hits) * math.log1p(-share))
    total = 0.0
    for more in range(hits, of + 1):
        total += term
        term *= (of - more) / (more + 1) * share / (1 - share)
        if term <= total * 1e-12 and more >= of * share:
            break
    return min(1.0, total)


def paid_first(paid: int, later: int, refused: int) -> float:
    """How often `paid` claims come before the first of `refused` ones by chance, when the order means nothing.

    later: the claims answered from the first refused one on, with the refused.
    """
    return math.prod((later - one) / (paid + later - one) for one in range(refused))


def _grown(
    history: History, refusals: Refusals, conditions: Sequence[Condition], least_denials: int
) -> tuple[list[Found], int]:
    """Conditions alone and together, each better than what it grew from; and how many were looked at for that."""
    bases: dict[dt.date | None, float] = {}
    listed = [one for one in conditions if refusals.denials.count(one.refused) >= least_denials]
    alone = [_found(history, refusals, (one,), one.lines, one.refused, bases) for one in listed]
    grown, looked_at = list(alone), len(conditions)
    level = list(enumerate(alone))
    for _ in range(MOST - 1):
        longer: list[tuple[int, Found]] = []
        for last, one in level:
            if one.precision >= SURE:
                continue
            about = {each.feature.about for each in one.conditions}
            for place in range(last + 1, len(listed)):
                added = listed[place]
                if added.feature.about in about:
                    continue
                looked_at += 1
                refused = one.refused & added.refused
                if refusals.denials.count(refused) < least_denials:
                    continue
                both = _found(history, refusals, (*one.conditions, added), one.lines & added.lines, refused, bases)
                if both.precision >= max(one.precision, alone[place].precision) + BETTER:
                    longer.append((place, both))
        grown += [one for _, one in longer]
        level = longer
    return grown, looked_at


def _found(
    history: History, refusals: Refusals, conditions: tuple[Condition, ...], lines: int, refused: int, bases: dict[dt.date | None, float],
) -> Found:  # fmt: skip
    first = refusals.first_day(refused)
    later = lines & history.from_day[first]
    claims, answered = refusals.claims.count(refused), history.claims.count(later)
    paid = history.claims.count((lines ^ later) & history.paid)
    since = first if paid_first(paid, answered, claims) < CHANGED else None
    if since is None:
        answered = history.claims.count(lines)
    if since not in bases:
        bases[since] = _base(history, refusals, since)
    # the refusal that sets the day cannot speak for what came from that day on
    seen = 1 if since else 0
    by_chance = tail(claims - seen, answered - seen, bases[since])
    return Found(conditions, lines, refused, since, claims, answered, bases[since], by_chance)


def _base(history: History, refusals: Refusals, since: dt.date | None) -> float:
    """The share of the payer's claims that was refused for this reason, of all or from a day on."""
    refused = refusals.denials.ones if since is None else dict(refusals.from_day)[since]
    answered = history.claims.ones if since is None else history.from_day[since]
    return refusals.claims.count(refused) / history.claims.count(answered)


def bits(numbers: Sequence[int]) -> int:
    """These numbers as bits of one integer; they rise."""
    if not numbers:
        return 0
    held = bytearray(numbers[-1] // 8 + 1)
    for number in numbers:
        held[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(held, "little")


def places_of(number: int) -> Iterator[int]:
    """The bits of an integer, from the lowest."""
    while number:
        low = number & -number
        yield low.bit_length() - 1
        number ^= low

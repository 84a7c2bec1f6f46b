"""Chance that does not depend on order: every thing has a generator of its own, seeded by its own name."""

from __future__ import annotations

import datetime as dt
import hashlib
import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

Item = TypeVar("Item")


class Draw:
    """The chances of one simulation. Equal seeds and names give equal draws, in any order and any process."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def of(self, *name: object) -> random.Random:
        """The generator of the thing with this name, e.g. ``draw.of("entry lag", encounter_id)``."""
        digest = hashlib.sha256("|".join(map(str, (self.seed, *name))).encode()).digest()
        return random.Random(digest)  # noqa: S311  (a simulation, nothing secret)

    def happens(self, share: float, *name: object) -> bool:
        """True in `share` of all things."""
        return self.of(*name).random() < share

    def between(self, span: tuple[int, int], *name: object) -> int:
        """A whole number from span[0] to span[1], both included."""
        return self.of(*name).randint(*span)

    def pick(self, items: Sequence[Item], *name: object) -> Item:
        """One of the items, all alike."""
        return self.of(*name).choice(items)

    def weighted(self, weights: Mapping[Item, int], *name: object) -> Item:
        """One of the keys, by weight."""
        return self.of(*name).choices(list(weights), list(weights.values()))[0]

    def digits(self, count: int, *name: object) -> str:
        """That many decimal digits."""
        rng = self.of(*name)
        return "".join(rng.choice("0123456789") for _ in range(count))


def workday(day: dt.date) -> dt.date:
    """The day itself, or the Monday after when it falls on a weekend."""
    return day + dt.timedelta(days=max(0, 7 - day.weekday())) if day.weekday() > 4 else day

"""Every KPI once more, in plain Python loops over the stages' tables: no SQL but SELECT * of one table, nothing of dbt.

What a figure is follows from docs.md of the marts, not from their SQL: where the two disagree, one of them is wrong. `recomputed` gives
for each KPI its numerator and denominator as exact fractions (dollars or counts); for a percentile the number of days and of items.
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from tests.marts.recompute import claims, denials, money, remits
from tests.marts.recompute.facts import Facts

Figure = tuple[Fraction | None, Fraction | None]


def recomputed(facts: Facts, day: dt.date) -> dict[str, Figure]:
    """KPI -> (numerator, denominator) as of the end of `day`; of a percentile (days, items). A denominator of 0 means no value."""
    found: dict[str, Figure] = {}
    for part in (money, claims, denials, remits):
        for name, figure in part.figures(facts, day).items():
            assert name not in found, name
            found[name] = figure
    return found

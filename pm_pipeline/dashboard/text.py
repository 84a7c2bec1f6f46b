"""How values are written for people: dollars with two digits and separators, ratios as percentages, days as they are."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

NOTHING = "\N{EM DASH}"


def money(value: Any) -> str:
    """Dollars: 1234.5 -> 1,234.50."""
    return NOTHING if value is None else f"{Decimal(value):,.2f}"


def count(value: Any) -> str:
    """A whole number: 1234 -> 1,234."""
    return NOTHING if value is None else f"{int(value):,}"


def ratio(value: Any) -> str:
    """A share: 0.1234 -> 12.3 %."""
    return NOTHING if value is None else f"{float(value) * 100:,.1f} %"


def number(value: Any) -> str:
    """A figure of any kind: up to two digits behind the point, none where it is whole."""
    if value is None:
        return NOTHING
    text = f"{float(value):,.2f}"
    return text.removesuffix(".00")


def day(value: Any) -> str:
    """A day: 2026-06-01."""
    return value.isoformat() if isinstance(value, dt.date) else NOTHING if value is None else str(value)


def figure(value: Any, unit: str) -> str:
    """A KPI's value in its unit: days, a ratio as a percentage, or so many of something for each claim."""
    if value is None:
        return NOTHING
    return {"days": f"{float(value):,.1f} days", "ratio": ratio(value)}.get(unit, f"{float(value):,.2f} {unit}")


def written(value: Any, kind: str) -> str:
    """A cell of a column of this kind (tables.KINDS), but for names, which the page looks up."""
    if kind in _WRITERS:
        return _WRITERS[kind](value)
    if kind == "yes_no":
        return NOTHING if value is None else "yes" if value else "no"
    return "" if value is None else str(value)


_WRITERS = {"money": money, "count": count, "ratio": ratio, "number": number, "day": day}

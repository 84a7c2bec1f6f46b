"""Judging whole columns at once for what a pattern cannot say: days of the calendar, check digits, rules over a row.

Each function gives one value per row: True holds, False is broken, None does not apply (the cell is empty, or its own
pattern is broken and already reported).
"""

from __future__ import annotations

from typing import Any, cast

import pandas as pd

from pm_pipeline.codes.npi import is_valid_npi
from pm_pipeline.intake.feed import Kind, RowRule, kinds


def is_day(cells: pd.Series, kind: Kind) -> pd.Series:
    """Whether the first ten characters are a day that exists."""
    days = pd.to_datetime(cells.str.slice(0, 10), format="%Y-%m-%d", errors="coerce")
    return _where(fits(cells, kind), days.notna())


def has_npi_check_digit(cells: pd.Series, kind: Kind) -> pd.Series:
    """Whether the NPI's last digit is right."""
    return _where(fits(cells, kind), cells.isin([npi for npi in cells.dropna().unique() if is_valid_npi(npi)]))


def follows(rule: RowRule, column: str, frame: pd.DataFrame) -> pd.Series:
    """Whether each row keeps `rule` at `column`."""
    cells = _cells(frame, column)
    given = cells.notna()
    match rule.rule:
        case "required_when":
            return _where(_applies(rule, frame), given)
        case "empty_when":
            return _where(_applies(rule, frame), ~given)
        case "together":
            return _where(_any_given(frame, rule.columns), given)
        case "no_gap":
            later = rule.columns[rule.columns.index(column) + 1 :]
            return _where(_any_given(frame, later), given)
        case "not_before":
            other, day = _cells(frame, rule.other), kinds()["date"]
            return _where(fits(cells, day) & fits(other, day), cells >= other)
        case "different":
            other = _cells(frame, rule.other)
            return _where(given & other.notna(), cells != other)


def fits(cells: pd.Series, kind: Kind) -> pd.Series:
    """Whether each cell has a value and the value fits the kind's whole pattern."""
    return cells.str.match(rf"\A(?:{kind.pattern})\Z").fillna(False).astype(bool)


def _applies(rule: RowRule, frame: pd.DataFrame) -> pd.Series:
    condition = _cells(frame, rule.when)
    return condition.isin(rule.is_) if rule.is_ else condition.notna() & ~condition.isin(rule.is_not)


def _any_given(frame: pd.DataFrame, columns: list[str]) -> pd.Series:
    return cast("pd.Series", frame[columns].notna().any(axis="columns"))


def _cells(frame: pd.DataFrame, column: str | None) -> pd.Series:
    return cast("pd.Series", frame[column])


def _where(applies: pd.Series, holds: Any) -> pd.Series:
    return holds.astype(bool).astype(object).where(applies.astype(bool), None)

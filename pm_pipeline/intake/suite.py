"""The Great Expectations suite of a feed, and the judgement of rows by it.

Great Expectations is imported here and nowhere else, and only when there are rows to judge: it costs seconds. It runs
in memory (ephemeral context), says nothing on the console, keeps no files, and its results carry row numbers, never
values. What it cannot express (check digits, rules over a row) is computed as a column that must be true (rows.py).
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from pm_pipeline.errors import PmError
from pm_pipeline.intake.feed import Column, Feed
from pm_pipeline.intake.rows import follows, has_npi_check_digit, is_day

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite

PROBLEM_COLUMNS = ["row_no", "place", "reason", "column_name", "expected", "remedy"]


@dataclass(frozen=True)
class Check:
    """One expectation of a feed and what the sender reads where a row breaks it. One of the last four is set."""

    reason: str
    column: str
    expected: str
    remedy: str
    required: bool = False
    pattern: str | None = None
    one_of: tuple[str, ...] | None = None
    computed: Callable[[pd.DataFrame], pd.Series] | None = None


def checks(feed: Feed) -> list[Check]:
    """Every check of a feed, in the order in which a row's problems are reported."""
    found = [check for column in feed.columns for check in _of_column(column)]
    for rule in feed.rules:
        for name in rule.columns[:-1] if rule.rule == "no_gap" else rule.columns:
            computed = partial(follows, rule, name)
            found.append(Check(rule.reason, name, rule.expected, rule.remedy, computed=computed))
    return found


def judge(feed: Feed, frame: pd.DataFrame) -> pd.DataFrame:
    """The problems of a chunk of rows (index row_no): PROBLEM_COLUMNS, one per row and broken check, place the check's.

    Raises PmError when a check could not be computed; a row is never let through unjudged.
    """
    asked = checks(feed)
    if frame.empty:
        return pd.DataFrame(columns=pd.Index(PROBLEM_COLUMNS))
    helpers = {_helper(place): check.computed(frame) for place, check in enumerate(asked) if check.computed}
    whole = pd.concat([frame, pd.DataFrame(helpers, index=frame.index)], axis="columns")
    with _quiet():
        failed = _failing_rows(feed, whole.rename_axis(None))  # an unnamed index comes back as plain numbers
    found = [
        pd.DataFrame(
            {
                "row_no": rows,
                "place": place,
                "reason": asked[place].reason,
                "column_name": asked[place].column,
                "expected": asked[place].expected,
                "remedy": asked[place].remedy,
            }
        )
        for place, rows in failed.items()
    ]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=pd.Index(PROBLEM_COLUMNS))


def build_suite(feed: Feed, only: Container[int] | None = None) -> ExpectationSuite:
    """The feed's checks (those at the places `only`) as a Great Expectations suite, in order.

    Each expectation's meta holds the check's place, reason and the column the sender will read.
    """
    with _quiet():
        gx, gxe = _great_expectations()
        expectations: list[Any] = []
        for place, check in enumerate(checks(feed)):
            if only is not None and place not in only:
                continue
            meta = {"check": place, "reason": check.reason, "column": check.column}
            column = _judged_column(place, check)
            if check.required:
                expectation = gxe.ExpectColumnValuesToNotBeNull(column=column, meta=meta)
            elif check.pattern is not None:
                expectation = gxe.ExpectColumnValuesToMatchRegex(column=column, regex=check.pattern, meta=meta)
            else:
                allowed = list(check.one_of) if check.one_of else [True]
                expectation = gxe.ExpectColumnValuesToBeInSet(column=column, value_set=allowed, meta=meta)
            expectations.append(expectation)
        return gx.ExpectationSuite(name=feed.feed, expectations=expectations)


def _of_column(column: Column) -> Iterator[Check]:
    kind = column.cell
    if column.required:
        yield Check("MISSING", column.name, f"a value: {kind.expected}", "Fill this column.", required=True)
    if column.one_of is not None:
        yield Check(kind.reason, column.name, kind.expected, kind.remedy, one_of=tuple(column.one_of))
        return
    pattern = rf"\A(?:{kind.pattern})\Z"
    yield Check(kind.reason, column.name, kind.expected, kind.remedy, pattern=pattern)
    if kind.is_day:
        real = partial(_computed, is_day, column)
        yield Check(kind.reason, column.name, kind.expected, kind.remedy, computed=real)
    if kind.is_npi:
        right = partial(_computed, has_npi_check_digit, column)
        yield Check("NPI_CHECK_DIGIT", column.name, "an NPI whose check digit is right", kind.remedy, computed=right)


def _computed(function: Callable[..., pd.Series], column: Column, frame: pd.DataFrame) -> pd.Series:
    return function(frame[column.name], column.cell)


def _helper(place: int) -> str:
    return f"check_{place}_holds"


def _judged_column(place: int, check: Check) -> str:
    return _helper(place) if check.computed else check.column


def _failing_rows(feed: Feed, frame: pd.DataFrame) -> dict[int, list[int]]:
    """Place of a check -> the rows that break it. Asks which checks fail first, then for the rows of those alone:

    an expectation costs milliseconds however few the rows are, and most files break few.
    """
    worth = {place for place, check in enumerate(checks(feed)) if _can_fail(place, check, frame)}
    asked = _validate(build_suite(feed, worth), frame, {"result_format": "BOOLEAN_ONLY"})
    broken = {result.expectation_config.meta["check"] for result in asked if not result.success}
    if not broken:
        return {}
    how = {"result_format": "COMPLETE", "exclude_unexpected_values": True, "return_unexpected_index_query": False}
    failed: dict[int, list[int]] = {}
    for result in _validate(build_suite(feed, broken), frame, how):
        meta = result.expectation_config.meta
        failed[meta["check"]] = result.result.get("unexpected_index_list") or []
        if not failed[meta["check"]]:
            raise PmError(
                f"The check {meta['reason']} of feed {feed.feed} could not be computed. Nothing was loaded; this is a "
                "fault of the program or of its Great Expectations version, not of the file."
            )
    return failed


def _can_fail(place: int, check: Check, frame: pd.DataFrame) -> bool:
    """False where there is nothing to find: no empty cell in a required column, no cell at all in an optional one."""
    cells = cast("pd.Series", frame[_judged_column(place, check)])
    if check.required:
        return bool(cells.isna().any())
    return bool(cells.isin([False]).any() if check.computed else cells.notna().any())


def _validate(suite: ExpectationSuite, frame: pd.DataFrame, how: dict[str, Any]) -> list[Any]:
    return _chunks().get_batch({"dataframe": frame}).validate(suite, result_format=how).results


@cache
def _chunks() -> Any:
    """The definition of a batch that is one DataFrame, in an ephemeral context; once per process, it costs 60 ms."""
    from great_expectations.data_context.types.base import ProgressBarsConfig

    gx, _ = _great_expectations()
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    asset = context.data_sources.add_pandas("feed").add_dataframe_asset("rows")
    return asset.add_batch_definition_whole_dataframe("chunk")


def _great_expectations() -> tuple[Any, Any]:
    return import_module("great_expectations"), import_module("great_expectations.expectations")


@contextmanager
def _quiet() -> Iterator[None]:
    """No warnings and no log lines of Great Expectations: they may quote what they were given."""
    logger, nowhere = logging.getLogger("great_expectations"), logging.NullHandler()
    before = logger.propagate
    logger.propagate = False  # a level would not do: some of its modules set their own
    logger.addHandler(nowhere)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.removeHandler(nowhere)
        logger.propagate = before

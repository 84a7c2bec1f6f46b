"""Fee schedules: CSV files a practice gets from its payers, with the days each price is in force. Checked at load."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pm_pipeline.errors import ConfigError

COLUMNS = ("procedure_code", "modifier", "place_class", "allowed_amount", "effective_from", "effective_to")
PLACE_CLASSES = ("facility", "non_facility")
BY_REPORT = "BR"
SHOWN = 20  # faults told of one file

_PROCEDURE = re.compile(r"[A-Z0-9]{5}")
_MODIFIER = re.compile(r"[A-Z0-9]{2}")
_AMOUNT = re.compile(r"([0-9]{1,7})\.([0-9]{2})")
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Fee:
    """One price: cents for one unit (None: by report, the payer names it claim by claim). Modifier and place_class None:
    whatever the line has. `row` is its row in the file, the header being 1."""

    procedure_code: str
    modifier: str | None
    place_class: str | None
    cents: int | None
    effective_from: dt.date
    effective_to: dt.date | None
    row: int

    @property
    def key(self) -> tuple[str, str, str]:
        """What only one price may be in force for on any day."""
        return self.procedure_code, self.modifier or "", self.place_class or ""


def read_fee_schedule(path: Path) -> tuple[Fee, ...]:
    """The prices of one CSV file, in its order. Raises ConfigError naming file, row and remedy of every fault (20 at most)."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(
            f"{path} does not exist. contracts.yaml names this fee schedule: put the file there, with the columns "
            f"{', '.join(COLUMNS)}, or name another one."
        ) from None
    except UnicodeDecodeError as problem:
        raise ConfigError(
            f"{path} is not UTF-8 text at byte {problem.start}. Save it with the encoding UTF-8."
        ) from None
    header, *rows = list(csv.reader(io.StringIO(text, newline=""))) or [[]]
    if tuple(header) != COLUMNS:
        raise ConfigError(
            f"{path} row 1: the columns are {', '.join(header) or 'missing'}; expected {', '.join(COLUMNS)}."
        )
    fees: list[Fee] = []
    faults: list[str] = []
    for number, cells in enumerate(rows, start=2):
        if not any(cells):
            continue
        wrong = list(_faults(cells))
        faults += [f"row {number}: {one}" for one in wrong]
        if not wrong:
            fees.append(_fee(cells, number))
    faults += _periods(fees)
    if not fees and not faults:
        faults = ["there is no price in it. Add a row, or take the schedule out of contracts.yaml."]
    if faults:
        more = [f"and {len(faults) - SHOWN} more"] if len(faults) > SHOWN else []
        raise ConfigError(f"{path} is not right:\n" + "\n".join(f"  {one}" for one in [*faults[:SHOWN], *more]))
    return tuple(fees)


def _faults(cells: list[str]) -> Iterator[str]:
    """What is wrong with one row, cell by cell."""
    if len(cells) != len(COLUMNS):
        yield f"it has {len(cells)} cells, expected {len(COLUMNS)}. Look for a comma inside an amount, or one missing."
        return
    procedure, modifier, place, amount, first, last = cells
    if not _PROCEDURE.fullmatch(procedure):
        yield f"procedure_code {procedure!r}: expected five capital letters or digits (a spreadsheet drops leading zeros)."
    if modifier and not _MODIFIER.fullmatch(modifier):
        yield f"modifier {modifier!r}: expected two capital letters or digits, or nothing for any modifier."
    if place and place not in PLACE_CLASSES:
        yield f"place_class {place!r}: expected {' or '.join(PLACE_CLASSES)}, or nothing for either."
    if amount != BY_REPORT and not _AMOUNT.fullmatch(amount):
        yield f"allowed_amount {amount!r}: expected dollars such as 85.20 (no $, no comma, two decimals), or {BY_REPORT}."
    days = [_day(first), _day(last) if last else None]
    if days[0] is None:
        yield f"effective_from {first!r}: expected a day as YYYY-MM-DD."
    if last and days[1] is None:
        yield f"effective_to {last!r}: expected a day as YYYY-MM-DD, or nothing while the price is in force."
    if days[0] and days[1] and days[1] < days[0]:
        yield f"effective_to {last} is before effective_from {first}; change one of them."


def _fee(cells: list[str], row: int) -> Fee:
    procedure, modifier, place, amount, first, last = cells
    cents = None if amount == BY_REPORT else int(amount.replace(".", ""))
    return Fee(
        procedure, modifier or None, place or None, cents, dt.date.fromisoformat(first),
        dt.date.fromisoformat(last) if last else None, row,
    )  # fmt: skip


def _periods(fees: list[Fee]) -> Iterator[str]:
    """Two prices for one day, and days without a price between two."""
    before: Fee | None = None
    for fee in sorted(fees, key=lambda one: (one.key, one.effective_from, one.row)):
        if before is not None and before.key == fee.key:
            what = " ".join(filter(None, fee.key))
            if before.effective_to is None or before.effective_to >= fee.effective_from:
                yield (
                    f"row {fee.row}: {what} has a price from {fee.effective_from} on, but that of row {before.row} is "
                    f"still in force then. End row {before.row} on {fee.effective_from - _DAY}, or take one of them out."
                )
            elif before.effective_to + _DAY < fee.effective_from:
                yield (
                    f"row {fee.row}: {what} has no price from {before.effective_to + _DAY} to {fee.effective_from - _DAY}. "
                    f"End row {before.row} later, begin row {fee.row} earlier, or give those days a row with {BY_REPORT}."
                )
        before = fee


def _day(text: str) -> dt.date | None:
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").date() if len(text) == 10 else None  # noqa: DTZ007  (a day, no time)
    except ValueError:
        return None

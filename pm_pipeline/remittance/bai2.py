"""A bank's BAI2 file as transactions, proven by its own control totals and record counts.

What belongs here: records and their continuations (88), fields, control totals. What does not: what a transaction means
to the practice (codes/bank_type.csv, statement.sql) and which payment it pays (bank_trace.py, posting).

A record is a line `CC,field,field,.../`; CC is 01 file, 02 group, 03 account, 16 transaction, 88 continuation of the one
before, 49, 98 and 99 the trailers of account, group and file. Amounts are whole cents without a point. A 49 states the
sum of every amount of its account (03 and 16, as written) and its records, 88 and itself included; 98 and 99 the same of
what they close. Source: Cash Management Balance Reporting Specifications, version 2 (BAI). A file is believed whole or not at all.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

FOLLOWS = {
    "": {"01"}, "01": {"02", "99"}, "02": {"03", "98"}, "03": {"16", "49"}, "16": {"16", "49"}, "49": {"03", "98"},
    "98": {"02", "99"}, "99": {"01"},
}  # fmt: skip
NAMES = {
    "01": "file header", "02": "group header", "03": "account", "16": "transaction", "49": "account trailer",
    "88": "continuation", "98": "group trailer", "99": "file trailer",
}  # fmt: skip
RECORD = re.compile(r"([0-9]{2}),(.*)", re.DOTALL)
AMOUNT = re.compile(r"[+-]?[0-9]{1,15}")
COUNT = re.compile(r"[0-9]{1,9}")
AGAIN = "Ask the bank for the file again."


@dataclass(frozen=True)
class BankLine:
    """One transaction (record 16). `record_no` counts the lines of the file from 1; `text` is the free text, line by line."""

    record_no: int
    account: str
    as_of: dt.date
    type_code: str
    cents: int
    bank_reference: str
    customer_reference: str
    text: tuple[str, ...]


@dataclass(frozen=True)
class Fault:
    """Why a file cannot be believed: at which line, a code, and what to do. Holds no account number and no free text."""

    record_no: int
    code: str
    text: str


@dataclass
class Statement:
    """What a file holds. With a fault its lines are not to be used."""

    lines: list[BankLine] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    records: int = 0


@dataclass
class _Record:
    """A record with its continuations, each piece without code and closing slash; `size` counts the lines it took."""

    code: str
    number: int
    pieces: list[str]

    @property
    def size(self) -> int:
        return len(self.pieces)

    def fields(self) -> list[str]:
        return [one.strip() for piece in self.pieces for one in piece.split(",")]


@dataclass
class _Level:
    """What an account, group or file comes to so far: cents, records, and the parts it closed."""

    cents: int = 0
    records: int = 0
    parts: int = 0


def read_statement(text: str) -> Statement:
    """The transactions of a BAI2 file, or the faults for which it must be refused. Never raises for what is in it."""
    return _Reader().read(text)


class _Reader:
    """Follows one file record by record, with the levels that are open."""

    def __init__(self) -> None:
        self.done = Statement()
        self.before = ""
        self.account_no = ""
        self.file_day: dt.date | None = None
        self.as_of: dt.date | None = None
        self.file, self.group, self.account = _Level(), _Level(), _Level()

    def read(self, text: str) -> Statement:
        for record in self._records(text):
            self.done.records += record.size
            if record.code not in FOLLOWS[self.before]:
                self._fault(
                    record, "RECORD_ORDER", f"{_named(record.code)} cannot stand here; {_expected(self.before)}."
                )
                return self.done
            self.before = record.code
            self._take(record)
        if self.before != "99" and not self.done.faults:
            last = self.done.records
            said = f"The file ends without a file trailer; {_expected(self.before)}. It was cut short."
            self.done.faults.append(Fault(last, "CUT_SHORT", f"{said} {AGAIN}"))
        return self.done

    def _records(self, text: str) -> Iterator[_Record]:
        """Records with their continuations joined; stops with a fault at a line that is no record."""
        record: _Record | None = None
        for number, line in enumerate(_lines(text), start=1):
            if not line:
                continue
            found = RECORD.fullmatch(line)
            code = found[1] if found else ""
            if found is None or code not in NAMES or (code == "88" and record is None):
                if record is not None:
                    yield record
                said = (
                    "A continuation continues nothing" if code == "88" else "The line does not begin with a record code"
                )
                self.done.faults.append(Fault(number, "BAD_RECORD", f"{said}. {AGAIN}"))
                return
            piece = found[2].rstrip().removesuffix("/")
            if code == "88" and record is not None:
                record.pieces.append(piece)
                continue
            if record is not None:
                yield record
            record = _Record(code, number, [piece])
        if record is not None:
            yield record

    def _take(self, record: _Record) -> None:
        for level in (self.file, self.group, self.account):
            level.records += record.size
        match record.code:
            case "01":
                self._open_file(record)
            case "02":
                self._open_group(record)
            case "03":
                self._open_account(record)
            case "16":
                self._transaction(record)
            case "49":
                self._close(record, self.account, self.group, parts=None)
            case "98":
                self._close(record, self.group, self.file, parts="accounts")
            case _:
                self._close(record, self.file, _Level(), parts="groups")

    def _open_file(self, record: _Record) -> None:
        fields = _padded(record.fields(), 8)
        self.file = _Level(records=record.size)
        self.file_day = _day(fields[2])
        if fields[7] not in ("2", "") or self.file_day is None:
            said = "The file header names a version other than 2, or its date is no day as YYMMDD"
            self._fault(record, "FILE_HEADER", f"{said}. Ask the bank for BAI version 2.")

    def _open_group(self, record: _Record) -> None:
        fields = _padded(record.fields(), 7)
        self.group = _Level(records=record.size)
        self.as_of = _day(fields[3]) if fields[3] else self.file_day
        if self.as_of is None:
            self._fault(record, "AS_OF_DATE", f"The group's as-of date is no day as YYMMDD. {AGAIN}")
        if fields[2] not in ("", "1"):
            said = "The group is a deletion, a correction or a test (group status 2, 3 or 4), not an update (1)"
            self._fault(record, "GROUP_STATUS", f"{said}. Ask the bank which of its earlier lines it changes.")
        self._currency(record, fields[5])

    def _open_account(self, record: _Record) -> None:
        fields = _padded(record.fields(), 2)
        self.account = _Level(records=record.size)
        self.account_no = fields[0]
        if not self.account_no:
            self._fault(record, "ACCOUNT", f"The account has no number. {AGAIN}")
        self._currency(record, fields[1])
        at = 2
        while at < len(fields):
            if not fields[at]:
                at += 1
                continue
            amount, _count, funds = _padded(fields[at + 1 :], 3)[:3]
            self._add(record, amount, may_be_empty=True)
            at += 4 + self._extra(record, funds, fields[at + 4 :])

    def _transaction(self, record: _Record) -> None:
        pieces = [piece.split(",") for piece in record.pieces]
        fields, used = list(pieces[0]), 1
        extra = self._extra(record, _padded(fields, 3)[2].strip(), fields[3:] + (pieces[1] if len(pieces) > 1 else []))
        while used < len(pieces) and len(fields) < 5 + extra and len(fields) + len(pieces[used]) >= 5 + extra:
            fields += pieces[used]
            used += 1
        fields = _padded(fields, 5 + extra)
        head = [one.strip() for one in fields[: 5 + extra]]
        rest = ",".join(fields[5 + extra :]).strip()
        text = tuple(one for one in (rest, *record.pieces[used:]) if one)
        if not re.fullmatch(r"[0-9]{3}", head[0]):
            self._fault(record, "TYPE_CODE", f"The type code of the transaction is not three digits. {AGAIN}")
        cents = self._add(record, head[1], may_be_empty=head[0] == "890")
        if self.as_of is not None and cents is not None:
            reference, customer = head[3 + extra], head[4 + extra]
            self.done.lines.append(
                BankLine(record.number, self.account_no, self.as_of, head[0], cents, reference, customer, text)
            )

    def _extra(self, record: _Record, funds: str, after: list[str]) -> int:
        """How many more fields a funds type has: S 3 amounts, V date and time, D a number of pairs of days and amount."""
        match funds.upper():
            case "" | "0" | "1" | "2" | "Z":
                return 0
            case "S":
                return 3
            case "V":
                return 2
            case "D" if after and COUNT.fullmatch(after[0].strip()):
                return 1 + 2 * int(after[0])
            case _:
                self._fault(record, "FUNDS_TYPE", f"A funds type is none of 0, 1, 2, S, V, D, Z. {AGAIN}")
                return 0

    def _close(self, record: _Record, level: _Level, above: _Level, parts: str | None) -> None:
        """Hold a level to what its trailer states: total, parts it closed (98, 99), records."""
        fields = _padded(record.fields(), 3)
        stated = [fields[0], *([fields[1]] if parts else []), fields[2 if parts else 1]]
        counted = [level.cents, *([level.parts] if parts else []), level.records]
        for what, said, is_so in zip(["control total", *([f"number of {parts}"] if parts else []), "number of records"],
                                     stated, counted, strict=True):  # fmt: skip
            form = AMOUNT if what == "control total" else COUNT
            if not form.fullmatch(said):
                self._fault(record, "TRAILER", f"The {what} of the {NAMES[record.code]} is no number. {AGAIN}")
            elif int(said) != is_so:
                code = "CONTROL_TOTAL" if what == "control total" else "RECORD_COUNT"
                states = (
                    f"The {what} of the {NAMES[record.code]} is {int(said)}, but the records before it come to {is_so}"
                )
                self._fault(record, code, f"{states}: something is missing or was changed. {AGAIN}")
        # what is above sums what its parts state, so that one wrong amount is told once
        above.cents += int(fields[0]) if AMOUNT.fullmatch(fields[0]) else level.cents
        above.parts += 1
        level.parts = 0

    def _add(self, record: _Record, amount: str, *, may_be_empty: bool) -> int | None:
        """Add an amount to the account; None with a fault when it is none."""
        if not amount and may_be_empty:
            return 0
        if not AMOUNT.fullmatch(amount):
            said = "An amount is missing or is not whole cents without point, comma or exponent"
            self._fault(record, "AMOUNT", f"{said}. {AGAIN}")
            return None
        self.account.cents += int(amount)
        return int(amount)

    def _currency(self, record: _Record, currency: str) -> None:
        if currency not in ("", "USD"):
            said = "The group or account is not in USD, and this ledger keeps one currency"
            self._fault(record, "CURRENCY", f"{said}. Ask the bank for a file of the USD accounts alone.")

    def _fault(self, record: _Record, code: str, text: str) -> None:
        self.done.faults.append(Fault(record.number, code, f"Record {record.code}: {text}"))


def _lines(text: str) -> Iterator[str]:
    """The physical lines. A file without line ends is cut by the record length its header states."""
    lines = re.split(r"\r\n|\r|\n", text.rstrip("\x1a\0 \r\n"))
    length = _padded(lines[0].split(","), 8)[6].strip()
    if len(lines) == 1 and COUNT.fullmatch(length) and int(length) > 2:
        lines = [text[at : at + int(length)] for at in range(0, len(text), int(length))]
    for line in lines:
        yield line.strip(" \x1a\0\t")


def _padded(fields: list[str], size: int) -> list[str]:
    return fields + [""] * (size - len(fields))


def _day(text: str) -> dt.date | None:
    try:
        return dt.date(2000 + int(text[:2]), int(text[2:4]), int(text[4:])) if re.fullmatch("[0-9]{6}", text) else None
    except ValueError:
        return None


def _named(code: str) -> str:
    return f"a {NAMES[code]} ({code})"


def _expected(before: str) -> str:
    where = f"after {_named(before)} " if before else "at the beginning "
    return where + "comes " + " or ".join(_named(code) for code in sorted(FOLLOWS[before]))

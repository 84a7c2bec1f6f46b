"""The tables of read_837p.sql gathered by what their rows hang on, and the small parts of the model made of them.

A key is (set_id, segment_no of the loop's first segment): the loop a row belongs to, or for parties the loop above.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, TypeVar

import duckdb

from pm_pipeline.x12 import claim_837p as model
from pm_pipeline.x12 import claim_837p_details as details
from pm_pipeline.x12.write import X12DataError

Key = tuple[str, int]
Row = dict[str, Any]
T = TypeVar("T")
_NUMBER = re.compile(r"-?(?:[0-9]{1,18}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})\Z")


class ReadError(X12DataError):
    """A claim in X12 that is no claim of the model: a value it needs is missing or unreadable. Names the place only."""

    def __init__(self, segment_no: int, place: str) -> None:
        super().__init__(f"{place} is missing or cannot be read (segment {segment_no}).")
        self.segment_no = segment_no
        self.place = place


class Segment:
    """A segment of x12_837p_detail; its elements go by their names: segment["PWK06"]. Empty is None."""

    __slots__ = ("_elements", "segment_no", "tag")

    def __init__(self, tag: str, segment_no: int, elements: list[str]) -> None:
        self.tag, self.segment_no, self._elements = tag, segment_no, elements

    def __getitem__(self, name: str) -> str | None:
        place = int(name[len(self.tag) :])
        return (self._elements[place].strip() or None) if place < len(self._elements) else None

    def need(self, name: str) -> str:
        """An element that has to be there. Raises ReadError."""
        return need(self[name], self.segment_no, name)

    def every(self, first: int) -> list[str]:
        """The elements from `first` on that are not empty."""
        return [value.strip() for value in self._elements[first:] if value.strip()]

    def cents(self, name: str) -> int | None:
        """An amount. Raises ReadError when it is none."""
        value = self[name]
        return None if value is None else cents(value, self.segment_no, name)

    def number(self, name: str) -> Decimal | None:
        """A number. Raises ReadError when it is none."""
        value = self[name]
        return None if value is None else number(value, self.segment_no, name)


class Tables:
    """Everything read_837p.sql left, in the order of the file."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.sets = list(_rows(con, "set", order="file_id, segment_no"))
        self.levels = {(row["set_id"], row["segment_no"]): row for row in _rows(con, "level")}
        self.claims: dict[Key, list[Row]] = _by(_rows(con, "claim"), "billing_at")
        self.parties = _by(_rows(con, "party"), "under_at")
        self.contacts = _by(_rows(con, "contact"), "owner_at")
        self.references = _by(_rows(con, "reference"), "owner_at")
        self.dates = _by(_rows(con, "date"), "owner_at")
        self.amounts = _by(_rows(con, "amount"), "owner_at")
        self.codes = _by(_rows(con, "code", order="set_id, segment_no, place"), "claim_at")
        self.others = _by(_rows(con, "other_payer"), "claim_at")
        self.lines = _by(_rows(con, "line"), "claim_at")
        self.adjudications = _by(_rows(con, "adjudication"), "line_at")
        self.adjustments = _by(_rows(con, "adjustment", order="set_id, segment_no, triplet"), "owner_at")
        self.drugs = _by(_rows(con, "drug"), "line_at")
        self._details: dict[tuple[str, int, str], list[Segment]] = defaultdict(list)
        for row in _rows(con, "detail"):
            if row["owner_at"] is not None:
                at = row["line_at"] if row["tag"] == "LQ" else row["owner_at"]
                one = Segment(row["tag"], row["segment_no"], row["elements"])
                self._details[row["set_id"], at, row["tag"]].append(one)

    def segments(self, key: Key, tag: str) -> list[Segment]:
        """The segments of this tag in a loop; LQ by its line."""
        return self._details.get((*key, tag), [])

    def segment(self, key: Key, tag: str) -> Segment | None:
        """The first of them."""
        found = self.segments(key, tag)
        return found[0] if found else None

    def party(self, key: Key, loop: str, entity: str | None = None) -> Row | None:
        """The first NM1 loop of this name under `key`."""
        for row in self.parties.get(key, []):
            if row["loop"] == loop and entity in (None, row["entity"]):
                return row
        return None

    def numbers(self, key: Key) -> dict[str, str]:
        """REF of a loop by qualifier; the first of each."""
        found: dict[str, str] = {}
        for row in self.references.get(key, []):
            found.setdefault(row["qualifier"] or "", row["value"] or "")
        return found

    def ids(self, key: Key, *, only: set[str] | None = None, but: frozenset[str] = frozenset()) -> tuple[
        details.SecondaryId, ...
    ]:  # fmt: skip
        """REF of a party, in order."""
        return tuple(
            details.SecondaryId(row["qualifier"], row["value"], row["payer_id"])
            for row in self.references.get(key, [])
            if row["qualifier"] not in but and (only is None or row["qualifier"] in only)
        )

    def days(self, key: Key) -> dict[str, tuple[dt.date | None, dt.date | None]]:
        """DTP of a loop by qualifier: first and last day."""
        return {row["qualifier"]: (row["from_on"], row["to_on"]) for row in self.dates.get(key, [])}

    def cents(self, key: Key, qualifier: str) -> int | None:
        """AMT of a loop."""
        for row in self.amounts.get(key, []):
            if row["qualifier"] == qualifier:
                return need(row["cents"], row["segment_no"], "AMT02")
        return None

    def contact(self, key: Key) -> model.Contact | None:
        """The first PER of a loop."""
        for row in self.contacts.get(key, []):
            return model.Contact(row["name"] or "", row["phone"] or "", row["extension"], row["fax"], row["email"])
        return None

    def adjusted(self, key: Key) -> tuple[details.Adjustment, ...]:
        """CAS of a loop."""
        return tuple(
            details.Adjustment(
                need(row["group_code"], row["segment_no"], "CAS01"),
                need(row["carc"], row["segment_no"], "CAS02"),
                need(row["cents"], row["segment_no"], "CAS03"),
                None if row["quantity"] is None else number(row["quantity"], row["segment_no"], "CAS04"),
            )
            for row in self.adjustments.get(key, [])
        )


def need(value: T | None, segment_no: int, place: str) -> T:
    """`value`, which has to be there. Raises ReadError."""
    if value is None:
        raise ReadError(segment_no, place)
    return value


def number(text: str, segment_no: int, place: str) -> Decimal:
    """A number (X12 type R, no exponent). Raises ReadError."""
    if _NUMBER.match(text) is None:
        raise ReadError(segment_no, place)
    return Decimal(text)


def cents(text: str, segment_no: int, place: str) -> int:
    """An amount in cents. Raises ReadError when it is none, or has parts of a cent."""
    value = number(text, segment_no, place) * 100
    if value != value.to_integral_value():
        raise ReadError(segment_no, place)
    return int(value)


def key_of(row: Row) -> Key:
    """The key of a row's own loop."""
    return row["set_id"], row["segment_no"]


def name_of(row: Row) -> model.PersonName | model.OrganizationName:
    """NM102 to NM107."""
    return model.OrganizationName(row["name"] or "") if row["kind"] == "2" else person_of(row)


def person_of(row: Row) -> model.PersonName:
    """NM103 to NM107 of a person."""
    return model.PersonName(row["name"] or "", row["first_name"], row["middle_name"], row["suffix"])


def address_of(row: Row) -> model.Address | None:
    """N3 and N4; None without them."""
    if row["line1"] is None and row["city"] is None:
        return None
    line1, city, state, code = (row[part] or "" for part in ("line1", "city", "state", "zip"))
    return model.Address(line1, city, state, code, row["line2"], row["country"], row["subdivision"])


def _rows(con: duckdb.DuckDBPyConnection, table: str, order: str = "set_id, segment_no") -> Iterator[Row]:
    found = con.execute(f"SELECT * FROM x12_837p_{table} ORDER BY {order}")
    names = [column[0] for column in found.description or []]
    for row in found.fetchall():
        yield dict(zip(names, row, strict=True))


def _by(rows: Iterator[Row], column: str) -> dict[Key, list[Row]]:
    found: dict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        if row[column] is not None:
            found[row["set_id"], row[column]].append(row)
    return found

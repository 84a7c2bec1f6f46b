"""The feeds as they go over the wire: exact headers, rows and files.

UTF-8, header first, comma, RFC 4180 quotes, LF. A row is a mapping from column to text; what is absent is empty.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Expected = Literal["loaded", "known", "quarantined"]
Stage = Literal["boundary", "scrub", "warning", "clearinghouse", "payer", "wire"]
Row = dict[str, str]


def _columns(*lines: str) -> list[str]:
    return ",".join(lines).split(",")


HEADERS: dict[str, list[str]] = {
    "patients": _columns(
        "patient_id,updated_on,last_name,first_name,middle_name,suffix,birth_date,sex,line1,line2,city,state,zip,phone",
        "deceased_on",
    ),
    "coverages": _columns(
        "coverage_id,updated_on,patient_id,cob_order,payer_id,member_id,group_number,relationship",
        "subscriber_last_name,subscriber_first_name,subscriber_birth_date,subscriber_sex,subscriber_line1",
        "subscriber_city,subscriber_state,subscriber_zip,effective_from,effective_to",
    ),
    "providers": _columns("provider_id,updated_on,role,npi,last_name,first_name,taxonomy,active_from,active_to"),
    "authorizations": _columns(
        "authorization_id,updated_on,patient_id,payer_id,authorization_number,procedure_code,valid_from,valid_to",
        "units_allowed",
    ),
    "appointments": _columns("appointment_id,updated_on,patient_id,provider_id,location_id,starts_at,status"),
    "charges": _columns(
        "charge_id,action,original_charge_id,encounter_id,patient_id,provider_id,location_id,entered_on,dos_from,dos_to",
        "procedure_code",
        *(f"modifier_{place}" for place in range(1, 5)),
        *(f"diagnosis_{place}" for place in range(1, 13)),
        *(f"pointer_{place}" for place in range(1, 5)),
        "units,charge_amount,place_of_service,referring_provider_id,authorization_number,ndc,ndc_quantity,ndc_unit",
    ),
    "deposits": _columns("deposit_id,deposited_on,trace_number,originator,amount"),
}


@dataclass(frozen=True)
class FeedRow:
    """One row of a feed on its way, and what should become of it. `why` is the reason it should be quarantined for."""

    feed: str
    due_on: dt.date
    key: str
    cells: tuple[str, ...]
    expected: Expected = "loaded"
    why: str | None = None


@dataclass(frozen=True)
class Planted:
    """One mistake: on what, who should notice (`stage`), under which code, and when it is put right (None: never)."""

    item_id: str
    stage: Stage
    code: str
    due_on: dt.date
    fixed_on: dt.date | None


def feed_row(feed: str, due_on: dt.date, row: Mapping[str, str]) -> FeedRow:
    """A row that should be loaded. Its key is the feed's first column."""
    header = HEADERS[feed]
    if unknown := row.keys() - set(header):
        raise KeyError(f"{feed} has no column {', '.join(sorted(unknown))}")
    return FeedRow(feed, due_on, row[header[0]], tuple(row.get(column, "") for column in header))


def as_row(feed: str, cells: Sequence[str]) -> Row:
    """Cells back to a mapping, empty ones left out."""
    return {column: cell for column, cell in zip(HEADERS[feed], cells, strict=True) if cell}


def as_csv(feed: str, rows: Iterable[Sequence[str]]) -> bytes:
    """A whole file."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADERS[feed])
    writer.writerows(rows)
    return text.getvalue().encode()


def dollars(cents: int) -> str:
    """12050 -> 120.50."""
    return f"{cents // 100}.{cents % 100:02d}"


def cents(text: str) -> int:
    """120.50 -> 12050; only for amounts this package wrote."""
    whole, part = text.split(".")
    return int(whole) * 100 + int(part)

"""Synthetic requests (270, 276, 278) for the tests, and what the readers say of a written one, as the models that were sent."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import duckdb

from pm_pipeline.x12.claim_837p import Address, Contact, OrganizationName, PersonName
from pm_pipeline.x12.request_parts import (
    Dependent,
    Member,
    Party,
    Period,
    Procedure,
    ProviderParty,
    Reference,
)
from pm_pipeline.x12.write import InterchangeHeader
from pm_pipeline.x12.write_270 import Inquiry, InquirySet
from pm_pipeline.x12.write_276 import ProviderRequests, StatusLine, StatusRequest, StatusSet
from pm_pipeline.x12.write_278 import Admission, Delivery, Diagnosis, ReviewKind, ReviewRequest, Service
from pm_pipeline.x12.write_837p import GroupHeader

HEADER = InterchangeHeader("ZZ", "HARBORVIEW", "ZZ", "SANDBOXCH", 7, "T", dt.datetime(2026, 6, 2, 20, 30))
GROUP = GroupHeader("HARBORVIEW", "SANDBOXCH", 70)
HOME = Address("12 PINE ST", "PORTLAND", "ME", "04101")
PAYER = Party(OrganizationName("BLUE HARBOR HEALTH PLAN"), "BLHRB")
PRACTICE = Party(OrganizationName("HARBOR VIEW FAMILY MEDICINE"), "1990300018", "XX")
ALDER = Party(PersonName("ALDER", "JUNE"), "1990300216", "XX")
MEMBER = Member(PersonName("QUARTZ", "FLINT", "B", "JR"), "ABC123456789", dt.date(1980, 2, 29), "M")
CHILD = Dependent(PersonName("QUARTZ", "OPAL"), dt.date(2015, 5, 5), "F", "19")
MAY = Period(dt.date(2026, 5, 1), dt.date(2026, 5, 31))
DAY = Period(dt.date(2026, 6, 1))
ORIGINATOR = "9HARBORVIE"

Row = dict[str, Any]
Key = tuple[str, int]


def inquiry_set(*inquiries: Inquiry, number: int = 1001) -> InquirySet:
    return InquirySet(number, "ASK-1", ORIGINATOR, PAYER, ProviderParty(PRACTICE), inquiries)


def status_set(*requests: StatusRequest, number: int = 1001) -> StatusSet:
    receiver = Party(OrganizationName("HARBOR VIEW FAMILY MEDICINE"), "HARBORVIEW", "46")
    return StatusSet(number, "ASK-1", PAYER, receiver, (ProviderRequests(PRACTICE, requests),))


def review(**changes: Any) -> ReviewRequest:
    given: dict[str, Any] = {
        "number": 1001, "reference": "ASK-1", "trace": "OURS-1", "originator": ORIGINATOR, "organization": PAYER,
        "requester": ProviderParty(ALDER), "subscriber": MEMBER, "kind": ReviewKind("HS"),
    }  # fmt: skip
    return ReviewRequest(**(given | changes))


# --- read back -----------------------------------------------------------------------------------------------------


def inquiry_sets(con: duckdb.DuckDBPyConnection) -> list[InquirySet]:
    """What a 270 says, by the tables of read_271.sql."""
    levels, names = _by_set(con, "x12_271_level"), _by(con, "x12_271_name", "hl_at")
    references, traces = _by(con, "x12_271_reference", "name_at"), _by(con, "x12_271_trace", "hl_at")
    dates, questions = _by(con, "x12_271_date", "hl_at"), _by(con, "x12_271_inquiry", "hl_at")
    found: list[InquirySet] = []
    for header in _rows(con, "x12_271_header"):
        of, inquiries, originator = header["set_id"], [], ""
        for level in levels[of]:
            for question in questions.get((of, level["segment_no"]), []):
                at = (of, level["segment_no"])
                (trace,), (subscriber,) = traces[at], names[of, level["subscriber_at"]]
                originator = trace["originator"]
                dependent = None
                if level["level"] == "dependent":
                    dependent = _dependent(names[at][0], references)
                inquiries.append(
                    Inquiry(
                        trace["trace"], _member(subscriber, references), dependent, tuple(question["service_types"] or ()),
                        _procedure(question), question["coverage_level"], _period(dates.get(at, []), "291"),
                    )
                )  # fmt: skip
        (payer,), (provider,) = names[of, levels[of][0]["segment_no"]], names[of, levels[of][1]["segment_no"]]
        found.append(
            InquirySet(
                _number(con, of), header["reference"], originator, _party(payer), _provider(provider, references, {}), tuple(inquiries),
            )
        )  # fmt: skip
    return found


def status_sets(con: duckdb.DuckDBPyConnection) -> list[StatusSet]:
    """What a 276 says, by the tables of read_277.sql."""
    levels, claims = _by_set(con, "x12_277_level"), _by_set(con, "x12_277_claim")
    lines = _by(con, "x12_277_line", "trn_at")
    found: list[StatusSet] = []
    for header in _rows(con, "x12_277_header"):
        of = header["set_id"]
        at = {level["segment_no"]: level for level in levels[of]}
        providers = [
            ProviderRequests(
                _party(level),
                tuple(_status(claim, at, lines) for claim in claims[of] if claim["provider_at"] == level["segment_no"]),
            )
            for level in levels[of]
            if level["level"] == "provider"
        ]
        payer, receiver = levels[of][0], levels[of][1]
        found.append(
            StatusSet(_number(con, of), header["reference"], _party(payer), _party(receiver), tuple(providers))
        )
    return found


def _status(claim: Row, levels: dict[int, Row], lines: dict[Key, list[Row]]) -> StatusRequest:
    subscriber, patient = levels[claim["subscriber_at"]], levels[claim["hl_at"]]
    dependent = None
    if claim["level"] == "dependent":
        dependent = Dependent(_person(patient), patient["birth_on"], patient["sex"])
    return StatusRequest(
        claim["trace"],
        Member(_name(subscriber), subscriber["identifier"], subscriber["birth_on"], subscriber["sex"]),
        dependent,
        claim["payer_claim_number"],
        claim["bill_type"],
        claim["location_number"],
        claim["group_number"],
        claim["patient_control_number"],
        claim["pharmacy_number"],
        claim["clearinghouse_number"],
        claim["asked_cents"],
        _days(claim["dos_from"], claim["dos_to"]),
        tuple(
            StatusLine(
                _procedure(line) or Procedure(""), line["charge_cents"], line["units"],
                _days(line["dos_from"], line["dos_to"]) or DAY, line["revenue_code"], line["line_id"],
            )
            for line in lines.get((claim["set_id"], claim["segment_no"]), [])
        ),
    )  # fmt: skip


def review_requests(con: duckdb.DuckDBPyConnection) -> list[ReviewRequest]:
    """What a 278 request says, by the tables of read_278.sql."""
    levels, names, contacts = (
        _by_set(con, "x12_278_level"),
        _by(con, "x12_278_name", "hl_at"),
        _by(con, "x12_278_contact", "name_at"),
    )
    numbers, references = _by(con, "x12_278_reference", "hl_at"), _by(con, "x12_278_reference", "name_at")
    reviews, dates, traces = (
        _by(con, "x12_278_review", "hl_at"),
        _by(con, "x12_278_date", "hl_at"),
        _by(con, "x12_278_trace", "hl_at"),
    )
    small = {table: _by(con, f"x12_278_{table}", "hl_at") for table in ("delivery", "message", "diagnosis", "service")}
    found: list[ReviewRequest] = []
    for header in _rows(con, "x12_278_header"):
        of = header["set_id"]
        at = {level["level"]: (of, level["segment_no"]) for level in reversed(levels[of])}
        event = at["event"]
        (asked,), (trace,) = reviews[event], traces[event]
        own = {row["qualifier"]: row["reference"] for row in numbers.get(event, []) if row["name_at"] is None}
        when = {row["qualifier"]: _days(row["from_on"], row["to_on"]) for row in dates.get(event, [])}
        admission = Admission(asked["admission_type"], asked["admission_source"], asked["patient_status"])
        found.append(
            ReviewRequest(
                _number(con, of), header["reference"], trace["trace"], trace["originator"], _party(names[at["organization"]][0]),
                _provider(names[at["requester"]][0], references, contacts), _member(names[at["subscriber"]][0], references), _kind(asked),
                _dependent(names[at["dependent"]][0], references) if "dependent" in at else None,
                own.get("BB"), own.get("NT"), _first(when.get("439")), _first(when.get("431")), when.get("AAH"), when.get("435"),
                _first(when.get("096")),
                tuple(Diagnosis(row["code"], row["qualifier"], row["diagnosed_on"]) for row in small["diagnosis"].get(event, [])),
                _delivery(small["delivery"].get(event)), None if admission == Admission() else admission,
                _text(small["message"].get(event)), tuple(_provider(one, references, contacts) for one in names.get(event, [])),
                tuple(
                    _service(small, (of, level["segment_no"]), reviews, dates, names, references, contacts)
                    for level in levels[of] if level["level"] == "service"
                ),
            )
        )  # fmt: skip
    return found


def _service(
    small: dict[str, dict[Key, list[Row]]], at: Key, reviews: dict[Key, list[Row]], dates: dict[Key, list[Row]],
    names: dict[Key, list[Row]], references: dict[Key, list[Row]], contacts: dict[Key, list[Row]],
) -> Service:  # fmt: skip
    (row,) = small["service"][at]
    return Service(
        _procedure(row), row["revenue_code"], row["charge_cents"], row["units"], row["unit"] or "UN",
        tuple(map(int, row["diagnosis_pointers"] or ())), _period(dates.get(at, []), "472"),
        _kind(reviews[at][0]) if at in reviews else None, _delivery(small["delivery"].get(at)), _text(small["message"].get(at)),
        tuple(_provider(one, references, contacts) for one in names.get(at, [])),
    )  # fmt: skip


def _kind(row: Row) -> ReviewKind:
    return ReviewKind(
        row["category"], row["certification_type"], row["service_type"], row["facility_type"], row["facility_qualifier"] or "B",
        row["level_of_service"], row["release_of_information"], row["delay_reason"],
    )  # fmt: skip


def _delivery(rows: list[Row] | None) -> Delivery | None:
    if not rows:
        return None
    (row,) = rows
    periods = None if row["periods"] is None else int(row["periods"])
    return Delivery(
        row["quantity_qualifier"], row["quantity"], row["unit"], row["per_units"], row["time_period"], periods
    )


def _text(rows: list[Row] | None) -> str | None:
    return rows[0]["text"] if rows else None


def _name(row: Row) -> PersonName | OrganizationName | None:
    if row["last_name"] is None:
        return None
    return OrganizationName(row["last_name"]) if row["entity_type"] == "2" else _person(row)


def _person(row: Row) -> PersonName:
    return PersonName(row["last_name"], row["first_name"], row["middle_name"], row["suffix"])


def _party(row: Row) -> Party:
    return Party(_name(row) or OrganizationName(""), row["identifier"], row["id_qualifier"])


def _address(row: Row) -> Address | None:
    if row["address1"] is None:
        return None
    return Address(row["address1"], row["city"], row["state"], row["zip"], row["address2"], row["country"])


def _references(row: Row, references: dict[Key, list[Row]]) -> tuple[Reference, ...]:
    return tuple(
        Reference(one["qualifier"], one["reference"]) for one in references.get((row["set_id"], row["segment_no"]), [])
    )


def _member(row: Row, references: dict[Key, list[Row]]) -> Member:
    return Member(
        _name(row), row["identifier"], row["birth_on"], row["sex"], _address(row), _references(row, references)
    )


def _dependent(row: Row, references: dict[Key, list[Row]]) -> Dependent:
    return Dependent(
        _person(row), row["birth_on"], row["sex"], row["relationship"], _address(row), _references(row, references)
    )


def _provider(row: Row, references: dict[Key, list[Row]], contacts: dict[Key, list[Row]]) -> ProviderParty:
    numbers = contacts.get((row["set_id"], row["segment_no"]), [])
    by = {one["qualifier"]: one["number"] for one in numbers}
    contact = None
    if numbers:
        contact = Contact(numbers[0]["name"] or "", by.get("TE", ""), by.get("EX"), by.get("FX"), by.get("EM"))
    return ProviderParty(
        _party(row), row["entity"], _references(row, references), _address(row), contact, row["provider_number"], row["provider_code"] or "PE"
    )  # fmt: skip


def _procedure(row: Row) -> Procedure | None:
    if row["procedure_code"] is None:
        return None
    return Procedure(row["procedure_code"], tuple(row["modifiers"]), row["procedure_qualifier"])


def _days(first: dt.date | None, last: dt.date | None) -> Period | None:
    return None if first is None else Period(first, None if last == first else last)


def _period(rows: list[Row], qualifier: str) -> Period | None:
    return next((_days(row["from_on"], row["to_on"]) for row in rows if row["qualifier"] == qualifier), None)


def _first(period: Period | None) -> dt.date | None:
    return None if period is None else period.first


def _number(con: duckdb.DuckDBPyConnection, set_id: str) -> int:
    found = con.execute("SELECT st02 FROM seg_st WHERE set_id = ?", [set_id]).fetchone()
    return int(found[0]) if found else 0


def _rows(con: duckdb.DuckDBPyConnection, table: str) -> list[Row]:
    found = con.execute(f"SELECT * FROM {table}")
    names = [column[0] for column in found.description or []]
    made = [dict(zip(names, values, strict=True)) for values in found.fetchall()]
    for row in made:
        for name, value in row.items():
            row[name] = value.normalize() if isinstance(value, Decimal) else value
    return sorted(made, key=lambda row: (row["segment_no"], row.get("place", 0), row.get("pair", 0)))


def _by(con: duckdb.DuckDBPyConnection, table: str, place: str) -> dict[Key, list[Row]]:
    found: dict[Key, list[Row]] = {}
    for row in _rows(con, table):
        if row[place] is not None:
            found.setdefault((row["set_id"], row[place]), []).append(row)
    return found


def _by_set(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in _rows(con, table):
        found.setdefault(row["set_id"], []).append(row)
    return found

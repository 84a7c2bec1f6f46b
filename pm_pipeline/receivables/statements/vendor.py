"""The print vendor's file: CSV, UTF-8, CRLF, every field in quotes; one row (L) per statement line, the last row (T) holds counts and sums.

docs/statements.md describes it; a test holds the two together. Amounts are dollars with two decimals, dates YYYY-MM-DD.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pm_pipeline.console import dollars

COLUMNS: dict[str, str] = {
    "record_type": "L: a line of a statement; T: the trailer, once, last",
    "statement_id": "Number of the statement; on the slip and on the check",
    "statement_date": "Day of the statement",
    "pay_by": "Last day to pay",
    "level": "first, second, final: the notice; plan: an instalment",
    "account": "Whom it is for: the guarantor's number",
    "name": "Addressee",
    "address_1": "Street",
    "address_2": "Second address line, or empty",
    "city": "City",
    "state": "State, two letters",
    "zip": "ZIP code, five or nine digits",
    "message": "The text above the lines",
    "statement_lines": "How many L rows the statement has; T: how many the file has",
    "statement_due": "What is owed in all; T: the sum over statements",
    "statement_pay_now": "What is asked for now: all of it, or the instalment; T: the sum over statements",
    "statement_past_due": "Of what is owed: asked for before; T: the sum over statements",
    "line_no": "1 for the statement's first line ...",
    "claim": "Our claim number",
    "patient": "Who was treated",
    "provider": "By whom",
    "service_date": "Day of service",
    "procedure": "Procedure code; empty where the line is the claim as a whole",
    "charge": "Charge; T: the sum over lines, as in the next four",
    "insurance_paid": "Paid by insurance",
    "adjusted": "Written off or given up",
    "patient_paid": "Paid by the patient before",
    "due": "What is left to pay on the line",
    "statements": "T: how many statements the file has; L: empty",
}
AMOUNTS = {"charge": "charge_cents", "insurance_paid": "insurance_cents", "adjusted": "adjusted_cents",
           "patient_paid": "patient_cents", "due": "due_cents"}  # fmt: skip
TOTALS = {"statement_due": "due_cents", "statement_pay_now": "pay_now_cents", "statement_past_due": "past_due_cents"}


@dataclass(frozen=True)
class VendorFile:
    """The file's bytes and what its trailer says; amounts in cents."""

    content: bytes
    statements: int
    lines: int
    due_cents: int


def make_file(statements: Iterable[tuple[dict[str, Any], Sequence[dict[str, Any]]]]) -> VendorFile:
    """The file of these statements (rows of receivables.statement, each with its statement_lines). The same ones give the same bytes."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writeheader()
    count = rows = 0
    sums = dict.fromkeys([*AMOUNTS, *TOTALS], 0)
    for head, lines in statements:
        count += 1
        for name, column in TOTALS.items():
            sums[name] += head[column]
        for line in lines:
            rows += 1
            for name, column in AMOUNTS.items():
                sums[name] += line[column]
            writer.writerow({name: _safe(value) for name, value in _row(head, line).items()})
    trailer = {name: _dollars(cents) for name, cents in sums.items()}
    writer.writerow({"record_type": "T", "statements": count, "statement_lines": rows, **trailer})
    return VendorFile(out.getvalue().encode(), count, rows, sums["statement_due"])


def _row(head: dict[str, Any], line: dict[str, Any]) -> dict[str, Any]:
    return {
        "record_type": "L", "statement_id": head["statement_id"], "statement_date": head["statement_on"], "pay_by": head["pay_by"],
        "level": head["level"], "account": head["guarantor_id"], "name": head["name"], "address_1": head["line1"], "address_2": head["line2"],
        "city": head["city"], "state": head["state"], "zip": head["zip"], "message": head["message"], "statement_lines": head["lines"],
        **{name: _dollars(head[column]) for name, column in TOTALS.items()},
        "line_no": line["line_no"], "claim": line["claim_id"], "patient": line["patient_name"], "provider": line["provider_name"],
        "service_date": line["service_on"], "procedure": line["procedure_code"],
        **{name: _dollars(line[column]) for name, column in AMOUNTS.items()},
    }  # fmt: skip


def _dollars(cents: int) -> str:
    return dollars(cents).replace(",", "")


def _safe(value: Any) -> str:
    """Text that no spreadsheet takes for a formula; a number may begin with its sign."""
    text = "" if value is None else " ".join(str(value).split())
    is_number = text.lstrip("-").replace(".", "", 1).isdigit()
    return f" {text}" if text[:1] in ("=", "+", "-", "@") and not is_number else text

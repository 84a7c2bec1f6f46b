"""Checks of a professional claim that pyx12 lacks: sums, NPI check digits, code shapes, control numbers.

OWN-CLM01   CLM01 longer than the 20 characters a payer must give back (RFI 525)
OWN-CLM02   CLM02 is not the sum of the lines' SV102, or an amount is not one
OWN-NPI     NM109 under XX is not an NPI (check digit)
OWN-ICD10   a diagnosis under ABK or ABF has not the shape of an ICD-10-CM code
OWN-POINTER a line points to a diagnosis that is not there
OWN-6R      a REF*6R is used twice in a claim, or is longer than 30 characters
OWN-F8      frequency 7 or 8 without the payer's claim number, or the number without 7 or 8 (RFI 1538)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pm_pipeline.codes.npi import is_valid_npi
from pm_pipeline.x12.envelope import Delimiters
from pm_pipeline.x12.findings import Finding, Segment

MAX_CLM01 = 20
MAX_LINE_ID = 30
_AMOUNT = re.compile(r"([0-9]{0,15})(?:\.([0-9]{1,2}))?\Z")
_ICD10 = re.compile(r"(?:[A-TV-Z][0-9][0-9A-Z][0-9A-Z]{0,4}|U(?:07|09)[0-9A-Z]{0,4})\Z")


@dataclass
class _Claim:
    segment_no: int
    frequency: str
    cents: int | None
    line_cents: int | None = 0
    diagnoses: int = 0
    has_f8: bool = False
    is_in_2300: bool = True  # until a provider, another payer or a line begins; REF*F8 there is another thing
    line_ids: set[str] = field(default_factory=set)


def check_claims(body: Sequence[Segment], marks: Delimiters) -> Iterator[Finding]:
    """The findings of one set, ST to SE. st02 and segment_in_set are left for the caller to fill."""
    claim: _Claim | None = None
    for number, segment in body:
        tag, *rest = segment.strip().split(marks.element)
        elements = [*rest, *[""] * 9]
        if tag == "NM1" and elements[7] == "XX" and not is_valid_npi(elements[8]):
            yield _at(
                number, tag, 9, None, "OWN-NPI", "NM109 is not a valid NPI: its check digit or its form is wrong."
            )
        if tag in ("CLM", "HL", "SE") and claim is not None:
            yield from _close(claim)
            claim = None
        if tag == "CLM":
            claim = _Claim(number, [*elements[4].split(marks.component), "", ""][2], _cents(elements[1]))
            if len(elements[0]) > MAX_CLM01:
                text = f"CLM01 has more than {MAX_CLM01} characters; payers need not return more."
                yield _at(number, tag, 1, None, "OWN-CLM01", text)
        elif claim is not None:
            yield from _check_segment(claim, number, tag, elements, marks.component)


def _check_segment(claim: _Claim, number: int, tag: str, elements: list[str], mark: str) -> Iterator[Finding]:
    if tag == "HI":
        for place, composite in enumerate(elements, start=1):
            qualifier, _, code = composite.partition(mark)
            if qualifier in ("ABK", "ABF"):
                claim.diagnoses += 1
                if not _ICD10.match(code):
                    text = f"HI{place:02}-2 has not the shape of an ICD-10-CM code (no decimal point)."
                    yield _at(number, tag, place, 2, "OWN-ICD10", text)
            elif qualifier in ("BK", "BF"):
                claim.diagnoses += 1
    elif tag in ("NM1", "SBR", "LX"):
        claim.is_in_2300 = False
    elif tag == "REF" and elements[0] == "F8":
        claim.has_f8 |= claim.is_in_2300
    elif tag == "REF" and elements[0] == "6R":
        if elements[1] in claim.line_ids:
            yield _at(number, tag, 2, None, "OWN-6R", "REF*6R repeats the control number of another line of the claim.")
        if len(elements[1]) > MAX_LINE_ID:
            yield _at(number, tag, 2, None, "OWN-6R", f"REF*6R has more than {MAX_LINE_ID} characters.")
        claim.line_ids.add(elements[1])
    elif tag == "SV1":
        cents = _cents(elements[1])
        claim.line_cents = None if cents is None or claim.line_cents is None else claim.line_cents + cents
        for place, pointer in enumerate(elements[6].split(mark), start=1):
            if pointer.isdigit() and int(pointer) > claim.diagnoses:
                yield _at(
                    number, tag, 7, place, "OWN-POINTER", f"SV107-{place} points to a diagnosis that is not there."
                )


def _close(claim: _Claim) -> Iterator[Finding]:
    if claim.cents is None or claim.line_cents is None:
        yield _at(claim.segment_no, "CLM", 2, None, "OWN-CLM02", "CLM02 or an SV102 of the claim is not an amount.")
    elif claim.cents != claim.line_cents:
        yield _at(claim.segment_no, "CLM", 2, None, "OWN-CLM02", "CLM02 is not the sum of the lines' SV102.")
    if (claim.frequency in ("7", "8")) != claim.has_f8:
        text = (
            "Frequency 7 or 8 needs the payer's claim number (REF*F8)."
            if not claim.has_f8
            else "REF*F8 goes only with frequency 7 or 8."
        )
        yield _at(claim.segment_no, "CLM", 5, 3, "OWN-F8", text)


def _cents(amount: str) -> int | None:
    found = _AMOUNT.match(amount)
    if found is None or not amount:
        return None
    return int(found.group(1) or 0) * 100 + int((found.group(2) or "").ljust(2, "0"))


def _at(number: int, tag: str, element: int, component: int | None, code: str, text: str) -> Finding:
    return Finding(number, None, None, tag, element, component, code, "element", text)

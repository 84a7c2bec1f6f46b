"""Checks of a professional claim that pyx12 lacks: sums, NPI check digits, code shapes, control numbers, other payers.

OWN-CLM01   CLM01 longer than the 20 characters a payer must give back (RFI 525)
OWN-CLM02   CLM02 is not the sum of the lines' SV102, or an amount is not one
OWN-NPI     NM109 under XX is not an NPI (check digit)
OWN-ICD10   a diagnosis under ABK or ABF has not the shape of an ICD-10-CM code
OWN-POINTER a line points to a diagnosis that is not there
OWN-6R      a REF*6R is used twice in a claim, or is longer than 30 characters
OWN-F8      frequency 7 or 8 without the payer's claim number, or the number without 7 or 8 (RFI 1538)
OWN-COB     another payer's AMT*D plus its CAS, of the claim and of the lines, is not CLM02 (guide, 1.4.1.1)
OWN-SVD     a payer's SVD02 plus its CAS on a line is not SV102, or SVD01 names none of the claim's other payers (1.4.1.2)
OWN-573     another payer paid (AMT*D), but no day is given: DTP*573 of 2330B, or of the lines it judged
OWN-SBR01   P, S or T stands for two payers of one claim
OWN-CLIA    REF*X4 or F4 is not a CLIA number: ten characters, two digits, D, seven digits
OWN-NDC     LIN03 under N4 has not the eleven digits of an NDC in the 5-4-2 format, without hyphens
OWN-ZIP     the ZIP code of the billing provider or of a service facility has not nine digits (guide, N403)
OWN-TAXID   the billing provider's or pay-to plan's REF*EI has not nine digits
OWN-DATES   a period (RD8) ends before it begins
OWN-AA      an auto accident (CLM11) without its state, or an auto or other accident without its day (DTP*439)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from pm_pipeline.codes.npi import is_valid_npi
from pm_pipeline.x12.envelope import Delimiters
from pm_pipeline.x12.findings import Finding, Segment

# every other segment is passed over unread
LOOKED_AT = ("AMT", "CAS", "CLM", "DTP", "HI", "HL", "LIN", "LX", "N4", "NM1", "REF", "SBR", "SE", "SV1", "SVD")
MAX_CLM01 = 20
MAX_LINE_ID = 30
_AMOUNT = re.compile(r"([0-9]{0,15})(?:\.([0-9]{1,2}))?\Z")
_SIGNED = re.compile(r"(-?)([0-9]{0,15})(?:\.([0-9]{1,2}))?\Z")
_CLIA = re.compile(r"[0-9]{2}D[0-9]{7}\Z")
_NDC = re.compile(r"[0-9]{11}\Z")
_NINE_DIGITS = re.compile(r"[0-9]{9}\Z")
_ICD10 = re.compile(r"(?:[A-TV-Z][0-9][0-9A-Z][0-9A-Z]{0,4}|U(?:07|09)[0-9A-Z]{0,4})\Z")
_is_npi = lru_cache(maxsize=10_000)(is_valid_npi)


@dataclass
class _Other:
    """Another payer (2320): what it paid and adjusted, at claim level and, once its number is known, on the lines."""

    segment_no: int
    turn: str
    payer_id: str = ""
    paid: int | None = None  # AMT*D
    adjusted: int | None = 0  # CAS of 2320; None: one is no amount
    has_day: bool = False


@dataclass
class _Said:
    """What one payer did with one line (its 2430s together)."""

    segment_no: int
    cents: int | None = 0  # SVD02 plus CAS; None: one is no amount
    adjusted: int | None = 0  # the CAS alone


@dataclass
class _Claim:
    segment_no: int
    frequency: str
    cents: int | None
    turn: str  # SBR01 of 2000B
    causes: tuple[str, ...]
    has_place: bool  # CLM11-4 or CLM11-5
    line_cents: int | None = 0
    diagnoses: int = 0
    has_f8: bool = False
    has_accident_day: bool = False
    is_in_2300: bool = True  # until a provider, another payer or a line begins; REF*F8 there is another thing
    line_ids: set[str] = field(default_factory=set)
    others: list[_Other] = field(default_factory=list)
    on_lines: dict[str, int | None] = field(default_factory=dict)  # payer -> its CAS on the lines
    said: dict[str, _Said] = field(default_factory=dict)  # payer -> what it did with the open line
    open_said: _Said | None = None
    open_line: int | None = None  # SV102 of the open line
    is_in_lines: bool = False


def check_claims(body: Iterable[Segment], marks: Delimiters) -> Iterator[Finding]:
    """The findings of one set, ST to SE. st02 and segment_in_set are left for the caller to fill."""
    claim: _Claim | None = None
    turn = entity = ""
    looked_at, xx = {(tag + marks.element)[:3] for tag in LOOKED_AT}, f"{marks.element}XX{marks.element}"
    n4, lx = "N4" + marks.element, "LX" + marks.element
    room = marks.element * 12  # : so that every element looked for is there
    for number, segment in body:
        start = segment[:3]
        if start not in looked_at or (start in _SELDOM and _is_idle(start, segment, entity)):
            continue
        if start == n4 and entity not in ("85", "77"):
            continue
        if start == "NM1" and xx not in segment and (claim is None or not claim.others):
            entity = segment[4:].partition(marks.element)[0]
            if claim is not None:
                claim.is_in_2300 = False
            continue
        if start == lx:
            if claim is not None:
                yield from _close_line(claim) if claim.said else ()
                claim.open_said = claim.open_line = None
                claim.is_in_lines, claim.is_in_2300 = True, False
            continue
        tag, *elements = (segment.strip() + room).split(marks.element)
        if tag == "NM1":
            entity = elements[0]
            if elements[7] == "XX" and not _is_npi(elements[8]):
                text = "NM109 is not a valid NPI: its check digit or its form is wrong."
                yield _at(number, tag, 9, None, "OWN-NPI", text)
        elif tag in ("N4", "LIN") or (tag == "REF" and elements[0] != "6R"):
            yield from _check_shape(number, tag, elements, entity)
        if tag in ("CLM", "HL", "SE") and claim is not None:
            yield from _close(claim)
            claim = None
        if tag == "CLM":
            cause = [*elements[10].split(marks.component), *[""] * 5]
            frequency = [*elements[4].split(marks.component), "", ""][2]
            place = bool(cause[3] or cause[4])
            claim = _Claim(number, frequency, _cents(elements[1]), turn, tuple(cause[:3]), place)
            if len(elements[0]) > MAX_CLM01:
                text = f"CLM01 has more than {MAX_CLM01} characters; payers need not return more."
                yield _at(number, tag, 1, None, "OWN-CLM01", text)
        elif claim is not None:
            if tag in _COB_TAGS and (claim.others or tag != "NM1"):
                yield from _check_cob(claim, number, tag, elements)
            if tag in _CLAIM_TAGS:
                yield from _check_segment(claim, number, tag, elements, marks.component)
        elif tag == "SBR":
            turn = elements[0]


_SELDOM = frozenset({"DTP", "REF"})
_REFERENCES = frozenset({"X4", "F4", "EI", "F8", "6R"})


def _is_idle(start: str, segment: str, entity: str) -> bool:
    """True for a DTP or REF that no check looks at: most of them, told by a glance."""
    if start == "REF":
        return segment[4:6] not in _REFERENCES
    return segment[4:7] not in ("573", "439") and "RD8" not in segment


def _check_shape(number: int, tag: str, elements: list[str], entity: str) -> Iterator[Finding]:
    """Shapes of numbers that pyx12 takes as any text."""
    if tag == "N4":
        if entity in ("85", "77") and elements[3] in ("", "US", "USA") and not _NINE_DIGITS.match(elements[2]):
            text = "N403 of the billing provider or service facility has not the nine digits of its ZIP code."
            yield _at(number, tag, 3, None, "OWN-ZIP", text)
    elif tag == "LIN":
        if elements[1] == "N4" and not _NDC.match(elements[2]):
            yield _at(number, tag, 3, None, "OWN-NDC", "LIN03 has not the eleven digits of an NDC.")
    elif elements[0] in ("X4", "F4") and not _CLIA.match(elements[1]):
        text = "REF02 is not a CLIA number: two digits, D, seven digits."
        yield _at(number, tag, 2, None, "OWN-CLIA", text)
    elif elements[0] == "EI" and entity in ("85", "PE") and not _NINE_DIGITS.match(elements[1]):
        yield _at(number, tag, 2, None, "OWN-TAXID", "REF02 has not the nine digits of a tax number.")


_CLAIM_TAGS = frozenset({"HI", "NM1", "SBR", "REF", "SV1"})
_COB_TAGS = frozenset({"SBR", "NM1", "AMT", "CAS", "DTP", "SVD"})


def _check_cob(claim: _Claim, number: int, tag: str, elements: list[str]) -> Iterator[Finding]:
    """Gather what other payers did with the claim and its lines."""
    other = claim.others[-1] if claim.others and not claim.is_in_lines else None
    if tag == "SBR":
        claim.others.append(_Other(number, elements[0]))
    elif tag == "SVD":
        claim.open_said = claim.said.setdefault(elements[0], _Said(number))
        claim.open_said.cents = _plus(claim.open_said.cents, _signed(elements[1]))
    elif tag == "CAS":
        adjusted: int | None = 0
        for place in range(2, len(elements), 3):
            adjusted = _plus(adjusted, _signed(elements[place]) if elements[place] else 0)
        if claim.open_said is not None:
            claim.open_said.cents = _plus(claim.open_said.cents, adjusted)
            claim.open_said.adjusted = _plus(claim.open_said.adjusted, adjusted)
        elif other is not None:
            other.adjusted = _plus(other.adjusted, adjusted)
    elif tag == "DTP":
        if elements[1] == "RD8":
            begin, _, end = elements[2].partition("-")
            if end < begin:
                yield _at(number, tag, 3, None, "OWN-DATES", "DTP03 is a period that ends before it begins.")
        elif elements[0] == "573" and other is not None:
            other.has_day = True
        elif elements[0] == "439":
            claim.has_accident_day = True
    elif other is not None:
        if tag == "NM1" and elements[0] == "PR":
            other.payer_id = elements[8]
        elif tag == "AMT" and elements[0] == "D":
            other.paid = _signed(elements[1])


def _close_line(claim: _Claim) -> Iterator[Finding]:
    known = {other.payer_id for other in claim.others}
    for payer_id, said in claim.said.items():
        if payer_id not in known:
            text = "SVD01 names none of the claim's other payers (NM109 of 2330B)."
            yield _at(said.segment_no, "SVD", 1, None, "OWN-SVD", text)
        if said.cents is not None and claim.open_line is not None and said.cents != claim.open_line:
            text = "SVD02 plus the CAS of the line is not its charge (SV102)."
            yield _at(said.segment_no, "SVD", 2, None, "OWN-SVD", text)
        claim.on_lines[payer_id] = _plus(claim.on_lines.get(payer_id, 0), said.adjusted)
    claim.said, claim.open_said, claim.open_line = {}, None, None


def _close_others(claim: _Claim) -> Iterator[Finding]:
    turns = {claim.turn}
    for other in claim.others:
        if other.turn in turns and other.turn in ("P", "S", "T"):
            text = "SBR01 is that of another payer of the claim: there is one primary, one secondary, one tertiary."
            yield _at(other.segment_no, "SBR", 1, None, "OWN-SBR01", text)
        turns.add(other.turn)
        if other.paid is None:
            continue
        adjusted = _plus(other.adjusted, claim.on_lines.get(other.payer_id, 0))
        if adjusted is not None and claim.cents is not None and other.paid + adjusted != claim.cents:
            text = "The other payer's AMT*D plus its CAS, of the claim and of the lines, is not CLM02."
            yield _at(other.segment_no, "SBR", None, None, "OWN-COB", text)
        if not other.has_day and other.payer_id not in claim.on_lines:
            text = "The other payer paid, but there is no day: DTP*573 of 2330B or of the lines."
            yield _at(other.segment_no, "SBR", None, None, "OWN-573", text)


def _check_segment(claim: _Claim, number: int, tag: str, elements: list[str], mark: str) -> Iterator[Finding]:
    if tag == "HI":
        for place, composite in enumerate(elements, start=1):
            if not composite:
                continue
            qualifier, _, code = composite.partition(mark)
            if qualifier in ("ABK", "ABF"):
                claim.diagnoses += 1
                if not _ICD10.match(code):
                    text = f"HI{place:02}-2 has not the shape of an ICD-10-CM code (no decimal point)."
                    yield _at(number, tag, place, 2, "OWN-ICD10", text)
            elif qualifier in ("BK", "BF"):
                claim.diagnoses += 1
    elif tag in ("NM1", "SBR"):
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
        cents = claim.open_line = _cents(elements[1])
        claim.line_cents = None if cents is None or claim.line_cents is None else claim.line_cents + cents
        for place, pointer in enumerate(elements[6].split(mark), start=1):
            if pointer.isdigit() and int(pointer) > claim.diagnoses:
                yield _at(
                    number, tag, 7, place, "OWN-POINTER", f"SV107-{place} points to a diagnosis that is not there."
                )


def _close(claim: _Claim) -> Iterator[Finding]:
    if claim.is_in_lines:
        yield from _close_line(claim)
    if claim.others:
        yield from _close_others(claim)
    if "AA" in claim.causes and not claim.has_place:
        yield _at(claim.segment_no, "CLM", 11, 4, "OWN-AA", "An auto accident needs its state (CLM11-4).")
    if not claim.has_accident_day and ("AA" in claim.causes or "OA" in claim.causes):
        yield _at(claim.segment_no, "CLM", 11, 1, "OWN-AA", "An accident needs its day (DTP*439).")
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


@lru_cache(maxsize=20_000)
def _cents(amount: str) -> int | None:
    found = _AMOUNT.match(amount)
    if found is None or not amount:
        return None
    return int(found.group(1) or 0) * 100 + int((found.group(2) or "").ljust(2, "0"))


def _signed(amount: str) -> int | None:
    """Cents of an amount that may be negative."""
    found = _SIGNED.match(amount)
    if found is None or not (found.group(2) or found.group(3)):
        return None
    cents = int(found.group(2) or 0) * 100 + int((found.group(3) or "").ljust(2, "0"))
    return -cents if found.group(1) else cents


def _plus(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def _at(number: int, tag: str, element: int | None, component: int | None, code: str, text: str) -> Finding:
    return Finding(number, None, None, tag, element, component, code, "element", text)

"""Values of a professional claim on their way into elements: made fit or refused, each kind in one place.

A segment here is finished text without its terminator. Values that many claims share (products, diagnoses, amounts,
days, whole loops of a payer or a clinician) are spelled once; what is one claim's own costs one look at its characters.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import NoReturn

from pm_pipeline.x12.charset import fit_as_typed, fit_name, is_identifier
from pm_pipeline.x12.claim_837p import Address, Contact, OrganizationName, PersonName
from pm_pipeline.x12.claim_837p_details import Adjustment, SecondaryId
from pm_pipeline.x12.write import X12DataError, amount, day8

MAX_TRIPLETS = 6  # CAS
MAX_ADJUSTMENT_SEGMENTS = 5


def seg(*parts: str) -> str:
    """A segment; empty elements at its end are left out."""
    return "*".join(parts).rstrip("*")


def refuse(place: str, why: str) -> NoReturn:
    """X12DataError for a place; the text holds no value."""
    raise X12DataError(f"{place} {why}")


class Spelling:
    """Spells values, counts the names that had to change, remembers what was spelled. One per interchange."""

    def __init__(self, *, keep_case: bool = False) -> None:
        self.changed: Counter[str] = Counter()
        self.loops: dict[tuple[object, ...], list[str]] = {}  # finished loops by the id of the object they spell
        self._fit = fit_as_typed if keep_case else fit_name
        self._products: dict[tuple[str, tuple[str, ...]], str] = {}
        self._diagnoses: dict[tuple[str, ...], str] = {}

    def name(self, value: str | None, loop: str, element: str) -> str:
        """A name, address line or note made fit for X12; empty for None. Raises X12DataError naming the place."""
        if not value:
            return ""
        if value.isalnum() and value.isascii() and value.isupper():
            return value  # the usual name; the rest of the rule has nothing to do
        fitted = self._fit(value)
        if fitted is None:
            why = "holds a letter that X12 cannot carry and that has no plain form; spell it in plain letters."
            refuse(f"{loop} {element}", why)
        if fitted[1]:
            self.changed[f"{loop} {element}"] += 1
        return fitted[0]

    def identifier(self, value: str | None, place: str) -> str:
        """An identifier or code as it is; empty for None. Raises X12DataError naming the place when it does not fit."""
        if not value:
            return ""
        if value.isalnum() and value.isascii():
            return value
        if not is_identifier(value):
            refuse(
                place, "holds a delimiter, an outer blank or a character X12 cannot carry; correct it at its source."
            )
        return value

    def product(self, code: str, modifiers: tuple[str, ...], place: str) -> str:
        """Procedure and modifiers as components 2 to 6 of a C003."""
        known = self._products.get((code, modifiers))
        if known is None:
            known = ":".join(
                [self.identifier(code, f"{place}-2"), *(self.identifier(m, f"{place}-3") for m in modifiers)]
            )
            self._products[code, modifiers] = known
        return known

    def composite(self, qualifier: str, code: str, modifiers: tuple[str, ...], text: str | None, place: str) -> str:
        """C003: qualifier, procedure, up to four modifiers, description."""
        found = f"{self.identifier(qualifier, f'{place}-1')}:{self.product(code, modifiers, place)}"
        return f"{found}{':' * (5 - len(modifiers))}{self.name(text, place, '7')}" if text else found

    def diagnoses(self, codes: tuple[str, ...]) -> str:
        """HI of the diagnoses: ABK for the first, ABF for the others."""
        known = self._diagnoses.get(codes)
        if known is None:
            spelled = [self.identifier(code, "HI") for code in codes]
            known = "*".join(["HI", *(f"{'ABF' if place else 'ABK'}:{code}" for place, code in enumerate(spelled))])
            self._diagnoses[codes] = known
        return known

    def person(self, name: PersonName, loop: str) -> str:
        """NM103 to NM107."""
        spell = self.name
        last, first = spell(name.last, loop, "NM103"), spell(name.first, loop, "NM104")
        middle = spell(name.middle, loop, "NM105") if name.middle else ""
        suffix = spell(name.suffix, loop, "NM107") if name.suffix else ""
        return f"{last}*{first}*{middle}**{suffix}"

    def entity(self, name: PersonName | OrganizationName | str, loop: str) -> str:
        """NM102 to NM107."""
        if isinstance(name, PersonName):
            return f"1*{self.person(name, loop)}"
        text = name if isinstance(name, str) else name.name
        return f"2*{self.name(text, loop, 'NM103')}****"

    def address(self, address: Address, loop: str) -> list[str]:
        """N3 and N4."""
        line1, city = self.name(address.line1, loop, "N301"), self.name(address.city, loop, "N401")
        state, code = self.identifier(address.state, f"{loop} N402"), self.identifier(address.zip, f"{loop} N403")
        line2 = self.name(address.line2, loop, "N302") if address.line2 else ""
        first = f"N3*{line1}*{line2}" if line2 else f"N3*{line1}"
        if address.country or address.subdivision:
            country = self.identifier(address.country, f"{loop} N404")
            part = self.identifier(address.subdivision, f"{loop} N407")
            return [first, seg("N4", city, state, code, country, "", "", part)]
        return [first, seg("N4", city, state, code)]

    def contact(self, contact: Contact, loop: str) -> str:
        """PER*IC with up to three numbers."""
        kinds = (("TE", contact.phone), ("EX", contact.extension), ("FX", contact.fax), ("EM", contact.email))
        numbers = [(kind, self.identifier(number, f"{loop} PER")) for kind, number in kinds if number]
        if len(numbers) > 3:
            refuse(f"{loop} PER", "has room for three numbers; leave the extension, the fax or the email out.")
        flat = (part for pair in numbers for part in pair)
        return seg("PER", "IC", self.name(contact.name, loop, "PER02"), *flat)

    def references(self, ids: Iterable[SecondaryId], loop: str) -> list[str]:
        """REF of a party's further numbers."""
        return [self.reference(one.qualifier, one.value, one.payer_id, loop) for one in ids]

    def reference(self, qualifier: str, value: str, payer_id: str | None, loop: str) -> str:
        """REF; with REF04 when the number is another payer's."""
        found = f"REF*{self.identifier(qualifier, f'{loop} REF01')}*{self.identifier(value, f'{loop} REF02')}"
        return f"{found}**2U:{self.identifier(payer_id, f'{loop} REF04-2')}" if payer_id else found

    def adjustments(self, adjustments: tuple[Adjustment, ...], loop: str) -> list[str]:
        """CAS: one per group, a further one after six reasons. Raises X12DataError when more than five are needed."""
        groups: dict[str, list[Adjustment]] = {}
        for one in adjustments:
            groups.setdefault(one.group, []).append(one)
        found: list[str] = []
        for group, members in groups.items():
            for start in range(0, len(members), MAX_TRIPLETS):
                parts = ["CAS", group]
                for one in members[start : start + MAX_TRIPLETS]:
                    parts += [self.identifier(one.reason, f"{loop} CAS"), money(one.cents), optional(one.quantity)]
                found.append(seg(*parts))
        if len(found) > MAX_ADJUSTMENT_SEGMENTS:
            refuse(f"{loop} CAS", "has room for five segments; there are more adjustments than fit.")
        return found


day = lru_cache(maxsize=20_000)(day8)
money = lru_cache(maxsize=50_000)(amount)


def optional_money(cents: int | None) -> str:
    """An amount, or nothing."""
    return "" if cents is None else money(cents)


def date_segment(qualifier: str, on: dt.date) -> str:
    """DTP of one day."""
    return f"DTP*{qualifier}*D8*{day(on)}"


@lru_cache(maxsize=20_000)
def quantity(value: Decimal) -> str:
    """A number without superfluous zeros and without an exponent."""
    return f"{value.normalize():f}"


def optional(value: Decimal | None) -> str:
    """A number, or nothing."""
    return "" if value is None else quantity(value)


@lru_cache(maxsize=20_000)
def pointers(places: tuple[int, ...]) -> str:
    """SV107."""
    return ":".join(map(str, places))

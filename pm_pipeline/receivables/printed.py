"""How numbers, addresses, days and names stand in print: on appeal letters and on patients' statements."""

from __future__ import annotations

import datetime as dt

from pm_pipeline.config.models import Address
from pm_pipeline.console import dollars
from pm_pipeline.x12.charset import fit_as_typed


class Unprintable(Exception):
    """A character outside the font; says which, by its code point."""


def phone(digits: str) -> str:
    """Ten digits: (207) 555-0100."""
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"


def address_lines(address: Address) -> list[str]:
    """The lines of an envelope below the name."""
    return lines(address.line1, address.line2, address.city, address.state, address.zip)


def lines(line1: str, line2: str | None, city: str, state: str, zip_code: str) -> list[str]:
    """The lines of an envelope below the name; a ZIP code of nine digits, with or without its hyphen, is printed with it."""
    rest = zip_code[5:].lstrip("-")
    return [*filter(None, (line1, line2)), f"{city}, {state} {zip_code[:5]}{f'-{rest}' if rest else ''}"]


def money(cents: int) -> str:
    """$1,234.56 or -$1,234.56."""
    return f"-${dollars(-cents)}" if cents < 0 else f"${dollars(cents)}"


def day(date: dt.date) -> str:
    """July 1, 2026."""
    return f"{date:%B} {date.day}, {date.year}"


def printable(char: str) -> str:
    """The character, or its Latin spelling as the claim carried it, when the font has no such letter. Raises Unprintable."""
    try:
        char.encode("cp1252")
    except UnicodeEncodeError:
        fitted = fit_as_typed(char)
        if fitted is None or not fitted.text:
            raise Unprintable(f"U+{ord(char):04X}") from None
        return fitted.text
    return char

"""National Provider Identifier check digit."""

from __future__ import annotations

import re

_TEN_DIGITS = re.compile(r"[12][0-9]{9}\Z")


def is_valid_npi(text: str) -> bool:
    """True when `text` is ten digits, starts with 1 or 2, and passes the Luhn check over 80840 + NPI.

    Source: CMS NPI standard (45 CFR 162.406); 80840 is the ISO prefix for US health identifiers.
    """
    return _TEN_DIGITS.match(text) is not None and _luhn_sum("80840" + text) % 10 == 0


def complete_npi(first_nine: str) -> str:
    """Nine digits plus the check digit that makes them a valid NPI (the sandbox invents providers with it)."""
    return first_nine + str(-_luhn_sum("80840" + first_nine + "0") % 10)


def _luhn_sum(digits: str) -> int:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit)
        if place % 2:
            value = value * 2 - 9 * (value > 4)
        total += value
    return total

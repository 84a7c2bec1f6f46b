"""Making people's and places' names fit for X12: upper case, no accents, no delimiters.

The rule: letters lose their accents (NFKD), letters that have none to lose are written out (AE for the ligature, SS for
the sharp s), typographic quotes and dashes become plain ones, delimiters and control characters become blanks, runs of
blanks become one. What is left must be in the X12 basic or extended character set; a character that has no such form
(another alphabet) makes the value impossible, and it is refused rather than guessed.

Identifiers are never changed: they fit or are refused.

Source: 005010X222A1 appendix B.1.1.2 (basic and extended character sets).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

_WRITTEN_OUT = str.maketrans(
    {
        "ß": "SS", "ẞ": "SS", "Æ": "AE", "æ": "AE", "Œ": "OE", "œ": "OE", "Ø": "O", "ø": "O", "Ł": "L", "ł": "L",
        "Đ": "D", "đ": "D", "Ð": "D", "ð": "D", "Þ": "TH", "þ": "TH", "Ħ": "H", "ħ": "H", "ı": "I", "ŋ": "NG",
        "Ŋ": "NG",
        "‘": "'", "’": "'", "‚": "'", "ʼ": "'", "ʻ": "'", "´": "'", "“": '"', "”": '"', "„": '"',
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-", "…": "...", "·": ".",
        "*": " ", ":": " ", "^": " ", "~": " ", "\N{NO-BREAK SPACE}": " ",
    }
)  # fmt: skip
_EXTENDED = r" !\"&'()+,\-./;?=%@\[\]_{}\\|<>#$`"
_CARRIED = re.compile(rf"[A-Z0-9{_EXTENDED}]*\Z")
_CARRIED_AS_TYPED = re.compile(rf"[A-Za-z0-9{_EXTENDED}]*\Z")
_IDENTIFIER = re.compile(rf"[A-Za-z0-9{_EXTENDED}]+\Z")


class Fitted(NamedTuple):
    """A value made fit for X12, and whether more than its case and outer blanks had to change."""

    text: str
    is_changed: bool


@lru_cache(maxsize=100_000)
def fit_name(value: str) -> Fitted | None:
    """`value` by the rule above; None when a character of it has no X12 form. Sharp s makes two letters."""
    plain = value.upper().strip()
    if (plain.isalnum() and plain.isascii()) or (_CARRIED.match(plain) and "  " not in plain):
        return Fitted(plain, False)
    fitted = _spell_out(value).upper()
    return Fitted(fitted, fitted != plain) if _CARRIED.match(fitted) else None


@lru_cache(maxsize=10_000)
def fit_as_typed(value: str) -> Fitted | None:
    """The same in the case it was typed in: lower-case letters belong to the extended set, and some payers want them."""
    fitted = _spell_out(value)
    return Fitted(fitted, fitted != value.strip()) if _CARRIED_AS_TYPED.match(fitted) else None


def _spell_out(value: str) -> str:
    spelled = unicodedata.normalize("NFKD", value.translate(_WRITTEN_OUT)).translate(_WRITTEN_OUT)
    bare = "".join(
        " " if ord(char) < 32 or char == "\x7f" else char for char in spelled if not unicodedata.combining(char)
    )
    return " ".join(bare.split())


def is_identifier(value: str) -> bool:
    """True when an identifier can stand in X12 as it is: no delimiter, no outer blank, nothing outside the sets."""
    if value.isalnum() and value.isascii():
        return True
    return _IDENTIFIER.match(value) is not None and value == value.strip()

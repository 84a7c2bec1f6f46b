"""Identifiers that leave the house: CLM01 of a claim and REF*6R of a line.

Sixteen characters, upper-case letters and digits without I, L, O and U, the last one a check character (ISO 7064 MOD
37,36). They are hashes of what identifies the claim or line, so they mean nothing to an outsider and are the same
whenever and in whatever order the charges arrive. Payers return at most 20 characters of CLM01 (837P TR3, CLM01).
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from itertools import count

ISO_7064 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CLEAR = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that is misread aloud or in handwriting
BODY = 14
_FROM_BASE32 = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", CLEAR)
_VALUE = {character: value for value, character in enumerate(ISO_7064)}


def claim_id(
    practice_id: str, encounter_id: str, entered_on: dt.date, provider_id: str, location_id: str, group_no: int
) -> str:
    """CLM01 of the claim that an encounter's charges of one entry date, provider and location make.

    group_no counts from 1: a claim takes 50 lines at most, the next ones go to the next claim.
    """
    return _identifier("C", practice_id, encounter_id, entered_on.isoformat(), provider_id, location_id, str(group_no))


def line_id(charge_id: str) -> str:
    """REF*6R of a charge."""
    return _identifier("L", charge_id)


def is_valid_claim_id(text: str) -> bool:
    """True when `text` has the form and the check character of a claim id of ours; it need not be one we gave."""
    return (
        len(text) == BODY + 2
        and text[0] == "C"
        and all(character in CLEAR for character in text[1:])
        and check_character(text[:-1]) == text[-1]
    )


def check_character(text: str) -> str:
    """ISO 7064 MOD 37,36: finds every single wrong character and nearly every swap of two neighbours."""
    product = 36
    for character in text:
        product = (product + _VALUE[character]) % 36 or 36
        product = product * 2 % 37
    return ISO_7064[(37 - product) % 36]


def _identifier(prefix: str, *parts: str) -> str:
    for attempt in count():  # until the check character is a clear one too: 32 of 36 are
        digest = hashlib.sha256("|".join((prefix, *parts, str(attempt))).encode()).digest()
        text = prefix + base64.b32encode(digest[:10]).decode("ascii").translate(_FROM_BASE32)[:BODY]
        if (check := check_character(text)) in CLEAR:
            return text + check
    raise AssertionError  # count() has no end

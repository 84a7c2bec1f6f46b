"""Which guide a transaction set follows: the set's own ST03 says it, or else GS08 of its group.

ST01 alone is not enough: 277 is the answer to a claim status request (005010X212), a request for additional information
(X213) and a claim acknowledgment (X214); 837 is a professional, institutional or dental claim. ST03 came with 005010, so a
004010 set is known by GS08 (``004010X098A1``). When the two disagree the one that fits ST01 counts, ST03 first.
"""

from __future__ import annotations

import re
from typing import Literal

Guide = Literal[
    "270", "271", "276", "277", "277ca", "277rfai", "278", "835", "837d", "837i", "837p", "997", "999",
]  # fmt: skip

# ST01 -> the number of the guide in ST03 or GS08 -> the guide
_BY_NUMBER: dict[str, dict[str, Guide]] = {
    "270": {"X092": "270", "X279": "270"},
    "271": {"X092": "271", "X279": "271"},
    "276": {"X093": "276", "X212": "276"},
    # X070 is a status nobody asked for, X167 the acknowledgment of 004040, X364 that of data reporting
    "277": {"X070": "277", "X093": "277", "X212": "277", "X213": "277rfai", "X167": "277ca", "X214": "277ca",
            "X364": "277ca"},
    "278": {"X094": "278", "X215": "278", "X216": "278", "X217": "278"},
    "835": {"X091": "835", "X221": "835"},
    "837": {"X096": "837i", "X223": "837i", "X097": "837d", "X224": "837d", "X098": "837p", "X222": "837p"},
    "997": {},
    "999": {"X231": "999"},
}  # fmt: skip
# sets that one guide alone describes, whatever their version says
_ONLY: dict[str, Guide] = {
    "270": "270", "271": "271", "276": "276", "278": "278", "835": "835", "997": "997", "999": "999",
}  # fmt: skip
# requests are read by the module that reads their answers, a 997 by that of the 999
_READ_BY: dict[Guide, str] = {"270": "271", "276": "277", "277rfai": "277", "997": "999"}


def guide_of(st01: str, st03: str, gs08: str) -> Guide | None:
    """The guide of a set, or None when this codec has none for it or nothing tells which (a 277 or 837 without a number)."""
    numbers = _BY_NUMBER.get(st01.strip(), {})
    for version in (st03, gs08):
        found = re.match(r"\s*[0-9]{6}(X[0-9]{3})", version.upper())
        if found and (guide := numbers.get(found.group(1))):
            return guide
    return _ONLY.get(st01.strip())


def reader_of(guide: Guide) -> str:
    """The name in read_<name>.sql of the module that reads sets of `guide`."""
    return _READ_BY.get(guide, guide)

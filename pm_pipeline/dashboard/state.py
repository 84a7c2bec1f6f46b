"""What a page's address says: filters as codes and days, held to strict patterns. No person is ever in an address.

A value that does not fit its pattern is an error that names it, not a filter that silently falls away: a figure under a filter that was
not applied is a wrong figure.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from pm_pipeline.errors import PmError

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ,._:+/#-]{0,79}")
DAYS = ("from", "to", "as_of")
CODES = (
    "practice", "location", "provider", "payer", "worklist", "kind", "due", "base", "bucket", "party", "by", "value", "outcome", "rule",
    "severity", "state", "kpi", "claim", "payment", "entry", "txn", "file", "direction", "holds", "disposition", "deposit_state",
    "posting_state", "account", "movement", "segment", "item", "run",
)  # fmt: skip
SHARED = ("from", "to", "practice", "location", "provider", "payer")  # the filters every page can have


@dataclass(frozen=True)
class State:
    """The values an address gives, days as dates; a name that is not there is not filtered by."""

    values: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, search: str) -> State:
        """From the part of an address after the question mark. Raises PmError naming the value that does not fit."""
        found: dict[str, Any] = {}
        for name, text in parse_qsl((search or "").lstrip("?"), max_num_fields=40):
            if name in DAYS:
                found[name] = _day(name, text)
            elif name in CODES:
                if not CODE.fullmatch(text):
                    raise PmError(
                        f"The address asks for {name} with a value that is no code. Choose it from the page's filters."
                    )
                found[name] = text
        if "from" in found and "to" in found and found["from"] > found["to"]:
            raise PmError(f"The first day, {found['from']}, is after the last day, {found['to']}. Change one of them.")
        return cls(found)

    def get(self, name: str) -> Any:
        """The value, or None."""
        return self.values.get(name)

    def params(self, **more: Any) -> dict[str, Any]:
        """What the queries are asked with: `from` and `to` are keywords of SQL, so they are first_day and last_day there."""
        given = {**self.values, **more}
        return {{"from": "first_day", "to": "last_day"}.get(name, name): value for name, value in given.items()}

    def link(self, path: str, keep: tuple[str, ...] = SHARED, **more: Any) -> str:
        """An address with these values and the filters named in `keep`; None and empty values are left out."""
        kept = {name: self.values[name] for name in keep if name in self.values}
        given = {name: value for name, value in {**kept, **more}.items() if value not in (None, "")}
        return f"{path}?{urlencode(given)}" if given else path


def hold(what: str, known: Iterable[str], given: Iterable[str]) -> None:
    """Raise PmError when a page or list is asked to be filtered by what it does not know."""
    if unknown := sorted(set(given) - set(known)):
        raise PmError(f"{what} cannot be filtered by {', '.join(unknown)}; the numbers would not be what they seem.")


def _day(name: str, text: str) -> dt.date:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise PmError(f"The address asks for {name} with a value that is no day; write it as 2026-06-01.")

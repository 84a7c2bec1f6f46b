"""What a page is made from: the generation, the address, the viewer, and the names of payers, providers and places."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pm_pipeline.config import Config
from pm_pipeline.config.dashboard import Dashboard
from pm_pipeline.dashboard.reading import About, Published, Row
from pm_pipeline.dashboard.state import State
from pm_pipeline.dashboard.tables import LISTINGS, WORKLISTS, Listing
from pm_pipeline.dashboard.users import Viewer

SHOWN = 500  # rows of a list on a page; exports have them all


@dataclass(frozen=True)
class Names:
    """What ids are called, from the configuration; an id it does not know is shown as it is."""

    payers: Mapping[str, str]
    providers: Mapping[str, str]
    locations: Mapping[str, str]
    practices: Mapping[str, str]

    @classmethod
    def of(cls, config: Config) -> Names:
        """From practice.yaml and payers.yaml."""
        practice = config.practice
        return cls(
            {
                "patient": "The patient",
                "unknown": "Unknown payer",
                **{one.payer_id: _title(one.name) for one in config.payers},
            },
            {one.provider_id: f"{one.first_name} {one.last_name}".title() for one in practice.providers},
            {one.location_id: _title(one.name) for one in practice.locations},
            {practice.practice_id: _title(practice.name)},
        )

    def of_kind(self, kind: str, value: Any) -> str:
        """The value of a column or filter of this kind, as people call it."""
        if value is None:
            return ""
        known = {
            "payer": self.payers,
            "provider": self.providers,
            "location": self.locations,
            "practice": self.practices,
            "worklist": {name: title for name, (title, _, _) in WORKLISTS.items()},
        }
        return known.get(kind, {}).get(str(value), str(value))


@dataclass(frozen=True)
class Context:
    """One request for a page."""

    published: Published
    state: State
    viewer: Viewer
    names: Names
    settings: Dashboard

    @property
    def about(self) -> About:
        """The generation on show."""
        return self.published.about()

    @property
    def as_of(self) -> dt.date:
        """The day asked for, or the latest."""
        return self.state.get("as_of") or self.about.as_of_date

    def rows(self, query: str, limit: int | None = None, **more: Any) -> list[Row]:
        """Rows of a query under the address's filters and `more`."""
        return self.published.rows(query, self.state.params(**more), limit)

    def listed(self, name: str, **more: Any) -> tuple[Listing, list[Row], Row]:
        """A list under the address's filters and `more`: its first rows, and the count and sums over all of them."""
        listing = LISTINGS[name]
        params = self.state.params(**more)
        rows = self.published.rows(name, params, SHOWN)
        return listing, rows, self.published.totals(name, params, listing.summed)

    def choices(self, name: str) -> list[tuple[str, str]]:
        """Values of a filter with what they are called, by name."""
        found = [
            str(row["value"]) for row in self.published.rows("choices", {}) if row["filter"] == name and row["value"]
        ]
        return sorted(((value, self.names.of_kind(name, value)) for value in found), key=lambda pair: pair[1])


def _title(name: str) -> str:
    """NAME OF AN HMO as people write it: short words that mean something are initials."""
    words = [
        word if len(word) <= 3 and word not in ("OF", "AND", "THE", "FOR", "NEW", "OLD") else word.title()
        for word in name.split()
    ]
    return " ".join(word.lower() if word in ("Of", "And", "The", "For") else word for word in words)

"""What is on its way to the pipeline: made once with its control numbers, delivered once when it is due.

A file appears under a temporary name and is renamed, as a careful partner does.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

from pm_pipeline.config import Config
from pm_pipeline.config.models import Partner
from pm_pipeline.errors import ConfigError
from pm_pipeline.sandbox.rows import HEADERS, as_csv
from pm_pipeline.sandbox.store import Store
from pm_pipeline.x12.write import InterchangeHeader

PRACTICE_FEEDS = ("patients", "coverages", "providers", "authorizations", "appointments", "charges")


@dataclass(frozen=True)
class Delivered:
    """One file put where the pipeline finds it."""

    account: str
    folder: str
    name: str
    kind: str
    bytes: int


@dataclass(frozen=True)
class Ends:
    """Who speaks on the wire, seen from the sandbox: it sends what the practice receives."""

    clearinghouse: Partner
    practice: Partner
    bank: Partner

    @classmethod
    def of(cls, config: Config) -> Ends:
        """The embedded partners of trading_partners.yaml. Raises ConfigError when one is missing."""
        embedded = [partner for partner in config.partners.partners if partner.embedded and partner.username]
        takes_claims = [partner for partner in embedded if partner.isa and partner.fetch_folders]
        if not takes_claims:
            raise ConfigError(
                "trading_partners.yaml: the sandbox needs an embedded partner with isa, gs and fetch_folders."
            )
        gives = {partner.partner_id: partner for partner in embedded if partner.fetch_folders}
        if missing := {"practice", "bank"} - gives.keys():
            raise ConfigError(
                f"trading_partners.yaml: the sandbox needs an embedded partner {min(missing)!r} with fetch_folders."
            )
        return cls(takes_claims[0], gives["practice"], gives["bank"])

    def header(self, control_number: int, at: dt.datetime) -> InterchangeHeader:
        """ISA of what the clearinghouse sends."""
        isa = self.clearinghouse.isa
        assert isa is not None
        return InterchangeHeader(
            isa.receiver_qualifier, isa.receiver_id, isa.sender_qualifier, isa.sender_id, control_number, isa.usage, at
        )

    @property
    def gs(self) -> tuple[str, str]:
        """GS02 and GS03 of what the clearinghouse sends."""
        gs = self.clearinghouse.gs
        assert gs is not None
        return gs.receiver_code, gs.sender_code


class Outbox:
    """Files made and waiting. `root` is the folder whose subfolders are the SFTP accounts."""

    def __init__(self, store: Store, ends: Ends, root: Path) -> None:
        self.store, self.ends, self.root = store, ends, root

    def answer(self, kind: str, name: str, text: str, due_on: dt.date) -> int:
        """Put an X12 file of the clearinghouse on its way; returns its delivery_id."""
        return self._add(self.ends.clearinghouse, kind, name, text.encode("ascii"), due_on)

    def feeds(self, day: dt.date) -> None:
        """Put the practice's feed files of one day on their way."""
        for feed in PRACTICE_FEEDS:
            self._feed(self.ends.practice, feed, day)

    def deposits(self, day: dt.date) -> None:
        """Put the bank's deposit file of one day on its way."""
        self._feed(self.ends.bank, "deposits", day)

    def release(self, today: dt.date) -> list[Delivered]:
        """Deliver everything due, in the order it was made. A file delivered once is never delivered again."""
        done: list[Delivered] = []
        waiting = (
            "SELECT * FROM delivery WHERE delivered_on IS NULL AND (due_on <= ? OR cut_on <= ?) "
            "ORDER BY due_on, delivery_id"
        )
        for row in self.store.all(waiting, [today.isoformat(), today.isoformat()]):
            data: bytes = row["bytes"]
            is_due = row["due_on"] <= today.isoformat()
            if not is_due and row["cut_done"]:
                continue
            self._write(row["account"], row["folder"], row["name"], data if is_due else data[: len(data) * 3 // 5])
            with self.store.unit():
                if is_due:
                    self._delivered(row["delivery_id"], row["kind"], row["due_on"], today)
                else:
                    self.store.do("UPDATE delivery SET cut_done = 1 WHERE delivery_id = ?", [row["delivery_id"]])
            done.append(Delivered(row["account"], row["folder"], row["name"], row["kind"], len(data)))
        return done

    def _add(self, partner: Partner, kind: str, name: str, data: bytes, due_on: dt.date) -> int:
        return self.store.add(
            "delivery", account=partner.username, folder=partner.fetch_folders[0], name=name, kind=kind, bytes=data,
            due_on=due_on.isoformat(),
        )  # fmt: skip

    def _feed(self, partner: Partner, feed: str, day: dt.date) -> None:
        assert feed in HEADERS
        rows = self.store.all(
            "SELECT cells FROM feed_row WHERE feed = ? AND due_on = ? ORDER BY place", [feed, day.isoformat()]
        )
        if rows:
            data = as_csv(feed, [json.loads(row["cells"]) for row in rows])
            self._add(partner, feed, f"{feed}-{day:%Y%m%d}.csv", data, day)

    def _delivered(self, delivery_id: int, kind: str, due_on: str, today: dt.date) -> None:
        """Note when the other side could first see this."""
        day = today.isoformat()
        self.store.do("UPDATE delivery SET delivered_on = ?, bytes = x'' WHERE delivery_id = ?", [day, delivery_id])
        self.store.do(
            "UPDATE payment SET released_on = ? WHERE delivery_id = ? AND released_on IS NULL", [day, delivery_id]
        )
        if kind in HEADERS:
            self.store.do("UPDATE feed_row SET delivered_on = ? WHERE feed = ? AND due_on = ?", [day, kind, due_on])
        table = {"charges": "charge", "coverages": "coverage", "deposits": "deposit"}.get(kind)
        if table:
            self.store.do(f"UPDATE {table} SET delivered_on = ? WHERE due_on = ?", [day, due_on])

    def _write(self, account: str, folder: str, name: str, data: bytes) -> None:
        target = self.root / account / folder
        target.mkdir(parents=True, exist_ok=True)
        temporary = target / f".{name}.part"
        temporary.write_bytes(data)
        temporary.replace(target / name)

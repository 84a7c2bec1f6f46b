"""The sandbox, one step per day: the practice sends, the clearinghouse answers, the payers pay, the bank reports."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pm_pipeline.config import Config
from pm_pipeline.sandbox.books import Books, summary
from pm_pipeline.sandbox.clearinghouse import Clearinghouse, Taken
from pm_pipeline.sandbox.draw import Draw
from pm_pipeline.sandbox.expected import Expected, expected
from pm_pipeline.sandbox.follow_up import FollowUps
from pm_pipeline.sandbox.mixes import MIXES
from pm_pipeline.sandbox.office import Act, Office
from pm_pipeline.sandbox.outbox import Delivered, Ends, Outbox
from pm_pipeline.sandbox.payments import Payments
from pm_pipeline.sandbox.plan import Plan
from pm_pipeline.sandbox.practice import simulate
from pm_pipeline.sandbox.store import Store, identity_of
from pm_pipeline.settings import Settings
from pm_pipeline.x12.findings import Verdict
from pm_pipeline.x12.validate import validate as really_validate

BOOKS = "books.sqlite"
SEED = 2026


@dataclass(frozen=True)
class Advanced:
    """What one step did: files delivered, 837 files taken, payments made."""

    today: dt.date
    delivered: list[Delivered]
    taken: list[Taken]
    payments: int


class Sandbox:
    """The other side of the wire, as it stands in settings.sandbox_dir.

    `advance(today)` lives through every day up to `today` and may be called as often as one likes; files are delivered
    once. `summary(as_of)` is the truth. Everything drawn depends on the seed and the plan alone.
    Raises ConfigError when the folder holds another simulation, or the configuration lacks what the plan asks for.
    """

    def __init__(
        self,
        settings: Settings,
        config: Config,
        seed: int = SEED,
        plan: Plan | None = None,
        validate: Callable[[bytes], Verdict] = really_validate,
    ) -> None:
        self.settings, self.config, self.plan = settings, config, plan or Plan.shipped()
        self.ends = Ends.of(config)
        self.draw = Draw(seed)
        self.store = Store(settings.sandbox_dir / BOOKS, _identity(seed, self.plan, config))
        self.outbox = Outbox(self.store, self.ends, self.root)
        follow_ups = FollowUps(self.store, self.plan, self.draw)
        self.office = Office(self.store, self.plan.hard.office, self.draw)
        self.payments = Payments(self.store, self.plan, config, self.draw, self.outbox, follow_ups)
        self.clearinghouse = Clearinghouse(self.store, self.plan, config, self.draw, self.outbox, validate, follow_ups)

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @property
    def root(self) -> Path:
        """The folder of the SFTP accounts."""
        return self.settings.sandbox_dir / "sftp"

    def close(self) -> None:
        """Let go of the books."""
        self.store.close()

    def advance(self, today: dt.date) -> Advanced:
        """Live through every day not lived yet, up to `today`; take the 837s found today; deliver what is due."""
        payments = 0
        with self.store.unit():
            if self.store.meta("begun") is None:
                self.store.begin(simulate(self.plan, self.config, self.draw))
                self.store.set_meta("begun", "yes")
            lived = self.store.meta("lived_to")
            day = dt.date.fromisoformat(lived) + dt.timedelta(days=1) if lived else self.plan.first_day
            while day <= today:
                self.outbox.feeds(day)
                payments += self.payments.run(day)
                self.outbox.deposits(day)
                self.store.set_meta("lived_to", day.isoformat())
                day += dt.timedelta(days=1)
        taken = self.clearinghouse.take_all(*self._claims_folders(), today)
        return Advanced(today, self.outbox.release(today), taken, payments)

    def summary(self, as_of: dt.date) -> Books:
        """The truth at the end of a day; see books.py."""
        return summary(self.store, as_of, self.config.payers)

    def office_acts(self, day: dt.date) -> list[Act]:
        """What the practice's people do with money on a day that was lived, for somebody to have it done; see office.py."""
        with self.store.unit():
            if self.office.is_due(day):
                self.office.decide(self.summary(day))
        return self.office.on(day)

    def expected(self, books: Books) -> Expected:
        """The exceptions that should have been opened by the books' day; see expected.py."""
        return expected(self.store, books)

    def _claims_folders(self) -> tuple[Path, Path]:
        partner = self.ends.clearinghouse
        account = self.root / partner.username
        return account / (partner.send_folder or ""), account / (partner.archive_folder or "archive")


def mix_of(settings: Settings, config: Config) -> str | None:
    """The mix that the books in settings.sandbox_dir were begun by; None when there are none, or they are of none."""
    known = identity_of(settings.sandbox_dir / BOOKS)
    return next((mix for mix in MIXES if known == _identity(SEED, Plan.of_mix(mix), config)), None)


def _identity(seed: int, plan: Plan, config: Config) -> str:
    said = "|".join(
        [
            str(seed),
            plan.model_dump_json(),
            *(payer.model_dump_json() for payer in config.payers),
            config.practice.model_dump_json(),
        ]
    )
    return hashlib.sha256(said.encode()).hexdigest()

"""Posting policies: what the payers' money and adjustments do to the ledger, as versioned data in config/policies/.

A file is one version of one policy. The versions of a policy succeed each other by the payment's effective date (BPR16),
without overlap or gap; practice.yaml says which policy the practice goes by.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from pm_pipeline.codes import code_set
from pm_pipeline.config.read import read_model
from pm_pipeline.config.values import Code, Turn, WriteOff
from pm_pipeline.errors import ConfigError

FOREVER = dt.date(9999, 12, 31)
ONE_DAY = dt.timedelta(days=1)
RuleId = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{1,40}$")]
Rarc = Annotated[str, StringConstraints(pattern=r"^(M|MA|N)[0-9]{1,4}$")]


class Strict(BaseModel):
    """A mapping that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Requirements(Strict):
    """What must be so before anything of a payment is posted; all false by default."""

    deposit_matched: bool = False
    no_provider_adjustment: bool = False
    no_negative: bool = False


class _Rule(Strict):
    """An id, the reason for it, and conditions: all that are given must hold."""

    id: RuleId
    why: str
    payers: list[str] = []
    claim_status: list[str] = []
    payer_turn: list[Turn] = []
    rarcs: list[Rarc] = []
    max_cents: Annotated[int, Field(ge=0)] | None = None
    effective_from: dt.date | None = None
    effective_to: dt.date | None = None

    @model_validator(mode="after")
    def _check_dates(self) -> Self:
        if self.effective_from and self.effective_to and self.effective_to < self.effective_from:
            raise ValueError("effective_to: expected a day not before effective_from")
        return self


class PaymentRule(_Rule):
    """Decides the payment of a claim (CLP04): `post` it, or `hold` the claim in suspense. max_cents is of CLP04."""

    action: Literal["post", "hold"]


class PolicyRule(_Rule):
    """Decides an adjustment (CAS); policies/standard-1.yaml has the meaning of each condition and action."""

    groups: list[Literal["CO", "OA", "PI", "PR"]] = []
    carcs: list[str] = []
    carc_classes: list[str] = []
    denial: bool | None = None
    whole_charge: bool | None = None
    delay_days: Annotated[int, Field(ge=0, le=3650)] = 0
    action: Literal["write_off", "transfer", "deny", "memo", "hold"]
    account: WriteOff | None = None
    category: str | None = None
    liability: Literal["payer", "patient"] = "payer"

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.action == "write_off") != (self.account is not None):
            raise ValueError("account: give it for write_off, and only for write_off")
        if self.delay_days and self.action not in ("write_off", "transfer"):
            raise ValueError("delay_days: give it only for write_off or transfer; nothing else moves money later")
        return self


ACCEPT = PaymentRule(id="PAYMENT", why="What the payer paid is posted", action="post")


class PostingPolicy(Strict):
    """One version of one policy: a file of config/policies/."""

    policy_id: Code
    version: Annotated[int, Field(gt=0)]
    effective_from: dt.date
    effective_to: dt.date | None = None
    owner: str
    require: Requirements = Requirements()
    payments: Annotated[list[PaymentRule], Field(min_length=1)] = [ACCEPT]
    rules: Annotated[list[PolicyRule], Field(min_length=1)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.effective_to is not None and self.effective_to < self.effective_from:
            raise ValueError("effective_to: expected a day not before effective_from, or none while in force")
        times = Counter(rule.id for rule in (*self.payments, *self.rules))
        if twice := sorted(rule_id for rule_id, count in times.items() if count > 1):
            raise ValueError(f"rules: {twice[0]} is given twice; every id must be unique")
        return self

    @property
    def last_day(self) -> dt.date:
        """The last day it is effective on; far away while it has no end."""
        return self.effective_to or FOREVER

    def named(self) -> str:
        """As a person calls it."""
        return f"{self.policy_id} version {self.version}"


@dataclass(frozen=True)
class InForce:
    """A policy version and the payment days, both included, that it decides."""

    policy: PostingPolicy
    first: dt.date
    last: dt.date


@dataclass(frozen=True)
class Policies:
    """Every version installed, by id and date; the practice's choice; and what is in force when, in order of days."""

    versions: tuple[PostingPolicy, ...]
    chosen: str
    in_force: tuple[InForce, ...]

    def of(self, policy_id: str) -> list[PostingPolicy]:
        """The versions of one policy, oldest first; none when there is no such policy."""
        return [one for one in self.versions if one.policy_id == policy_id]

    def ids(self) -> list[str]:
        """The policies there are."""
        return sorted({one.policy_id for one in self.versions})

    def on(self, day: dt.date) -> PostingPolicy | None:
        """What decides a payment effective on `day`; None when no version of the chosen policy does."""
        return next((one.policy for one in self.in_force if one.first <= day <= one.last), None)

    def instead(self, policy: PostingPolicy, first: dt.date, last: dt.date) -> Policies:
        """The same, but as if `policy` had been in force from `first` to `last`, whatever its own dates."""
        return replace(self, in_force=tuple(_instead(self.in_force, InForce(policy, first, last))))


def load_policies(folder: Path, chosen: str, payers: set[str]) -> Policies:
    """Read and check config/policies/. `chosen` is practice.yaml's posting_policy, `payers` the ids of payers.yaml.

    Raises ConfigError: file, rule and key, what is expected.
    """
    policies, former = folder / "policies", folder / "posting_policy.yaml"
    if former.exists():
        raise ConfigError(
            f"{former} is no longer read: each version of a posting policy is a file in {policies} now, with the same "
            f"keys. Run: mkdir -p {policies} && mv {former} {policies}/standard-1.yaml   "
            "(a posting_policy in practice.yaml names its policy_id when that is not standard)."
        )
    paths = sorted(path for path in policies.glob("*") if path.suffix in (".yaml", ".yml"))
    if not paths:
        raise ConfigError(f"{policies} holds no policy. Copy the shipped ones from pm_pipeline/config/policies.")
    read = [(path, read_policy(path, payers)) for path in paths]
    _check_succession(read)
    versions = tuple(sorted((one for _, one in read), key=lambda one: (one.policy_id, one.effective_from)))
    mine = [one for one in versions if one.policy_id == chosen]
    if not mine:
        known = ", ".join(sorted({one.policy_id for one in versions}))
        raise ConfigError(
            f"{folder / 'practice.yaml'}: posting_policy: {chosen!r} is no policy of {policies}. Known: {known}."
        )
    return Policies(versions, chosen, tuple(InForce(one, one.effective_from, one.last_day) for one in mine))


def read_policy(path: Path, payers: set[str]) -> PostingPolicy:
    """One file, checked by itself and against the payers and code sets. Raises ConfigError."""
    policy = read_model(path, PostingPolicy)
    categories = (code_set("category"), "category of codes/category.csv")
    known = {
        "payers": (payers, "payer of payers.yaml"),
        "carcs": (code_set("carc"), "code of codes/carc.csv"),
        "carc_classes": categories,
        "category": categories,
    }
    for section, rules in (("payments", policy.payments), ("rules", policy.rules)):
        for position, rule in enumerate(rules):
            for key, (values, kind) in known.items():
                for value in _listed(getattr(rule, key, None)):
                    if value not in values:
                        raise ConfigError(f"{path}: {section}[{position}].{key} of {rule.id}: {value!r} is no {kind}.")
    return policy


def _listed(value: str | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else value or []


def _check_succession(read: Sequence[tuple[Path, PostingPolicy]]) -> None:
    """Raise ConfigError where two versions of a policy have one number, overlap, leave a gap, or stand in another order."""
    by_date = sorted(read, key=lambda one: (one[1].policy_id, one[1].effective_from, one[1].version))
    for (path, policy), (next_path, successor) in pairwise(by_date):
        if policy.policy_id != successor.policy_id:
            continue
        if successor.version <= policy.version:
            raise ConfigError(
                f"{next_path}: version: {successor.named()} takes effect on {successor.effective_from}, after version "
                f"{policy.version} ({path.name}); expected a number above {policy.version}."
            )
        end = successor.effective_from - ONE_DAY
        if policy.effective_to == end:
            continue
        found = "none" if policy.effective_to is None else str(policy.effective_to)
        wrong = (
            f"both would decide payments from {successor.effective_from} on"
            if policy.last_day > end
            else f"no version would decide payments from {policy.last_day + ONE_DAY} to {end}"
        )
        raise ConfigError(
            f"{path}: effective_to: version {successor.version} ({next_path.name}) takes effect on "
            f"{successor.effective_from}; expected {end}, found {found}: {wrong}."
        )


def _instead(spans: Iterable[InForce], other: InForce) -> Iterator[InForce]:
    """The spans with the days of `other` cut out of them, and `other` in their place."""
    yield other
    for span in spans:
        if span.first < other.first:
            yield replace(span, last=min(span.last, other.first - ONE_DAY))
        if span.last > other.last:
            yield replace(span, first=max(span.first, other.last + ONE_DAY))

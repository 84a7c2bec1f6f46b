"""contracts.yaml: what payers promised to allow, by day of service. See the shipped file for what each key means."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from pm_pipeline.codes import code_set
from pm_pipeline.config.fee_schedule import Fee, read_fee_schedule
from pm_pipeline.config.models import Strict
from pm_pipeline.config.values import Code
from pm_pipeline.errors import ConfigError

FOLDER = "fee_schedules"
Percent = Annotated[Decimal, Field(ge=0, le=1000, decimal_places=2)]
ScheduleName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]
Procedures = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{5}(-[A-Z0-9]{5})?$")]  # one code, or first-last
Modifier = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2}$")]
_DAY = dt.timedelta(days=1)


def basis_points(percent: Decimal) -> int:
    """Hundredths of a percent: 102.5 -> 10250."""
    return int(percent * 100)


class Price(Strict):
    """How a line is priced: by a fee schedule (at `percent` of it), by a share of the charge, or not at all."""

    fee_schedule: ScheduleName | None = None
    percent: Percent = Decimal(100)
    percent_of_charge: Percent | None = None
    not_priced: Literal[True] | None = None
    units: Literal["each", "line"] = "each"

    @model_validator(mode="after")
    def _check(self) -> Self:
        if sum(one is not None for one in (self.fee_schedule, self.percent_of_charge, self.not_priced)) != 1:
            raise ValueError("give exactly one of fee_schedule, percent_of_charge, not_priced")
        if self.fee_schedule is None and self.percent != 100:
            raise ValueError("percent: it is of a fee_schedule; for a share of the charge give percent_of_charge")
        return self


class CarveOut(Price):
    """Procedures that are priced another way than the rest; the first that names a procedure decides."""

    name: Code
    procedures: Annotated[list[Procedures], Field(min_length=1)]


class ModifierTerm(Strict):
    """A share of the schedule's price for lines with a modifier: bilateral 50, assistants 80 81 82 AS, 52, 53 ..."""

    modifier: Modifier
    percent: Percent


class MultipleProcedures(Strict):
    """Shares of the price for the first, second ... and every further line of `procedures` on one day, dearest first."""

    procedures: Annotated[list[Procedures], Field(min_length=1)]
    percents: Annotated[list[Percent], Field(min_length=2)]


class Tolerance(Strict):
    """How far from the contract a line may be paid: the larger of so many cents and so many percent of the expected."""

    cents: Annotated[int, Field(ge=0)]
    percent: Percent


class Contract(Strict):
    """One version of one payer's contract, in force for services from effective_from to effective_to."""

    contract_id: Code
    payer_id: Code
    version: Annotated[int, Field(gt=0)]
    owner: str
    effective_from: dt.date
    effective_to: dt.date | None = None
    follows_gap: bool = False
    price: Price
    carve_outs: tuple[CarveOut, ...] = ()
    modifiers: tuple[ModifierTerm, ...] = ()
    multiple_procedures: MultipleProcedures | None = None
    lesser_of_charge: bool = True
    implausible_over: Annotated[int, Field(ge=100)] = 200
    tolerance: Tolerance

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.effective_to is not None and self.effective_to < self.effective_from:
            raise ValueError("effective_to: expected a day not before effective_from, or nothing while it is in force")
        for kind, names in (
            ("carve_outs", [one.name for one in self.carve_outs]),
            ("modifiers", [one.modifier for one in self.modifiers]),
        ):
            if twice := {one for one in names if names.count(one) > 1}:
                raise ValueError(f"{kind}: {min(twice)} is given twice; keep one of them")
        ranges = [one for part in self.carve_outs for one in part.procedures]
        ranges += self.multiple_procedures.procedures if self.multiple_procedures else []
        for one in ranges:
            first, _, last = one.partition("-")
            if last and last < first:
                raise ValueError(f"procedures: {one} ends before it begins; expected first-last, such as 10004-69990")
        return self

    @property
    def prices(self) -> Iterator[Price]:
        """Every way a line can be priced, in the order they are tried."""
        yield from self.carve_outs
        yield self.price

    def terms_json(self) -> str:
        """What decides a price, as text."""
        return self.model_dump_json(exclude={"owner", "effective_from", "effective_to", "follows_gap"})


class Contracts(Strict):
    """contracts.yaml."""

    after_allowed: tuple[str, ...] = ()
    contracts: list[Contract]


@dataclass(frozen=True)
class ContractBook:
    """The contracts and the fee schedules they name, checked against each other. Empty: no line can be priced."""

    after_allowed: tuple[str, ...] = ()
    contracts: tuple[Contract, ...] = ()
    schedules: dict[str, tuple[Fee, ...]] = field(default_factory=dict)

    def edition(self, contract: Contract) -> str:
        """A short fingerprint of all that decides a price: it changes when the terms or the schedule's prices change, not
        when a contract ends or changes hands."""
        said = [contract.terms_json(), *sorted(self.after_allowed)]
        for name in sorted({one.fee_schedule for one in contract.prices if one.fee_schedule}):
            said += [
                f"{name}|{fee.key}|{fee.cents}|{fee.effective_from}|{fee.effective_to}" for fee in self.schedules[name]
            ]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()[:12]


def check_contracts(path: Path, said: Contracts, payers: Collection[str]) -> ContractBook:
    """Read the fee schedules beside contracts.yaml (`path`) and hold everything against each other. Raises ConfigError."""
    for place, contract in enumerate(said.contracts):
        if contract.payer_id not in payers:
            raise ConfigError(
                f"{path}: contracts[{place}].payer_id: {contract.payer_id!r} is no payer of payers.yaml. "
                f"Expected one of {', '.join(sorted(payers))}; without any contract write contracts: []."
            )
    for carc in said.after_allowed:
        if carc not in code_set("carc"):
            raise ConfigError(f"{path}: after_allowed: {carc!r} is no code of codes/carc.csv. Take it out.")
    _check_periods(path, said.contracts)
    named = sorted({one.fee_schedule for contract in said.contracts for one in contract.prices if one.fee_schedule})
    schedules = {name: read_fee_schedule(path.parent / FOLDER / f"{name}.csv") for name in named}
    return ContractBook(said.after_allowed, tuple(said.contracts), schedules)


def _check_periods(path: Path, contracts: list[Contract]) -> None:
    """One contract of a payer on any day, no day forgotten between two, no version given twice."""
    seen: set[tuple[str, int]] = set()
    for one in contracts:
        if (one.contract_id, one.version) in seen:
            raise ConfigError(f"{path}: {_name(one)} is given twice. Give the later one a version of its own.")
        seen.add((one.contract_id, one.version))
    before: Contract | None = None
    for one in sorted(contracts, key=lambda each: (each.payer_id, each.effective_from)):
        if before is not None and before.payer_id == one.payer_id:
            if before.effective_to is None or before.effective_to >= one.effective_from:
                raise ConfigError(
                    f"{path}: {_name(one)} begins on {one.effective_from}, but {_name(before)} of the same payer is still "
                    f"in force then. Write effective_to: {one.effective_from - _DAY} into {_name(before)}."
                )
            if before.effective_to + _DAY < one.effective_from and not one.follows_gap:
                raise ConfigError(
                    f"{path}: payer {one.payer_id} has no contract from {before.effective_to + _DAY} to "
                    f"{one.effective_from - _DAY}. Move effective_to of {_name(before)} or effective_from of {_name(one)}; "
                    f"if there was none in those days, write follows_gap: true into {_name(one)}."
                )
        before = one


def _name(contract: Contract) -> str:
    return f"{contract.contract_id} version {contract.version}"

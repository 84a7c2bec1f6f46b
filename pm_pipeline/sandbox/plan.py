"""The plan of a simulation: how many patients come, what goes wrong how often, how each payer pays. Checked at load."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pm_pipeline.config.models import Payer
from pm_pipeline.errors import ConfigError
from pm_pipeline.sandbox.hard_plan import HardShares
from pm_pipeline.sandbox.mixes import MIXES

SHIPPED = Path(__file__).parent / "plan.yaml"

Share = Annotated[float, Field(ge=0, le=1)]
Cents = Annotated[int, Field(ge=0)]
BasisPoints = Annotated[int, Field(ge=0, le=10_000)]
Days = tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]]
Mischief = Literal[
    "file_twice",
    "out_of_order",
    "truncated_upload",
    "wrong_total",
    "unbalanced_claim",
    "interchange_rejected",
    "foreign_payee",
    "reused_trace",
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PatientFaults(_Strict):
    """Shares of patients whose registration is wrong, by what is wrong."""

    coverage_dates: Share
    member_id_shape: Share
    patient_late: Share
    deceased: Share
    bad_name: Share
    member_unknown: Share
    name_mismatch: Share
    coverage_lapsed: Share


class Faults(_Strict):
    """Mistakes of the practice. slips: the share of the scrub's ones that are slips of slips.yaml."""

    boundary: Share
    scrub: Share
    slips: Share = 0.0
    unrepaired: Share
    fix_days: Days
    patients: PatientFaults


class ClaimOutcomes(_Strict):
    """What becomes of a received claim. Days are calendar days."""

    rejected: Share
    adjudication_days: Days
    slow: Share
    slow_days: Days
    interest_after_days: int
    interest_bp_per_year: BasisPoints
    denied_claim: Share
    denied_line: Share
    partly_denied_line: Share
    underpaid_line: Share = 0.0  # allowed at four fifths of the payer's own schedule
    payer_correction: Share
    payer_correction_days: Days
    takeback_days: Days
    secondary_days: Days
    secondary_denied: Share


class FollowUp(_Strict):
    """What the practice does after an answer."""

    correct_after_payment: Share
    void_after_payment: Share
    correct_after_denial: Share
    correct_after_rejection: Share
    days: Days


class PayerTerms(_Strict):
    """How one payer pays: its weekday, method, fee schedule (`allowed_bp` of the charge) and cost sharing."""

    weekday: Annotated[int, Field(ge=0, le=4)]
    method: Literal["ACH", "CHK"]
    allowed_bp: BasisPoints
    deductible_cents: Cents = 0
    coinsurance_bp: BasisPoints = 0
    visit_copay_cents: Cents = 0
    sequestration_bp: BasisPoints = 0
    takeback: Literal["at_once", "deferred", "forwarded"] = "at_once"


class Plan(_Strict):
    """plan.yaml, or a part of it changed by `Plan.shipped(...)`."""

    first_day: dt.date
    days: Annotated[int, Field(gt=0)]
    encounters_per_weekday: Annotated[int, Field(ge=0)]
    encounters_per_saturday: Annotated[int, Field(ge=0)]
    visits_per_patient: Annotated[float, Field(ge=1)]
    new_patients: Share
    entry_lag_weights: list[int]
    decimal_points: Share
    hyphened_ndc: Share
    authorization_on_charge: Share
    cancelled: Share
    no_show: Share
    resent_rows: Share
    cover_weights: dict[str, int]
    faults: Faults
    claims: ClaimOutcomes
    follow_up: FollowUp
    payers: dict[str, PayerTerms]
    payer_kinds: dict[str, PayerTerms]
    mischief: tuple[Mischief, ...]
    hard: HardShares = HardShares()

    @model_validator(mode="after")
    def _check(self) -> Self:
        if missing := {"medicare", "medicaid", "commercial", "workers_comp"} - set(self.payer_kinds):
            raise ValueError(f"payer_kinds: give terms for {', '.join(sorted(missing))}")
        if not self.entry_lag_weights:
            raise ValueError("entry_lag_weights: give at least one weight")
        return self

    @property
    def last_day(self) -> dt.date:
        """The last day patients are seen."""
        return self.first_day + dt.timedelta(days=self.days - 1)

    def encounters_on(self, day: dt.date) -> int:
        """How many patients are meant to be seen on a day."""
        if not self.first_day <= day <= self.last_day or day.weekday() == 6:
            return 0
        return self.encounters_per_saturday if day.weekday() == 5 else self.encounters_per_weekday

    def terms(self, payer: Payer) -> PayerTerms:
        """How a payer pays."""
        return self.payers.get(payer.payer_id) or self.payer_kinds[payer.kind]

    @classmethod
    def shipped(cls, **changes: object) -> Plan:
        """The shipped plan with some keys replaced; a mapping is merged into the shipped one. Raises ConfigError."""
        data = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
        return cls.from_data(_merged(data, changes), SHIPPED.name)

    @classmethod
    def of_mix(cls, mix: str, **changes: object) -> Plan:
        """The shipped plan of a mix (a key of MIXES) with some keys replaced, as in `shipped`. Raises ConfigError."""
        if mix not in MIXES:
            raise ConfigError(f"There is no mix {mix!r}; there are: {', '.join(MIXES)}.")
        name = MIXES[mix]
        added = yaml.safe_load(SHIPPED.with_name(name).read_text(encoding="utf-8")) if name else {}
        return cls.shipped(**_merged(added, changes))

    @classmethod
    def from_data(cls, data: object, name: str) -> Plan:
        """Check a plan that was read from `name`. Raises ConfigError: file, key, what is expected."""
        try:
            return cls.model_validate(data)
        except ValidationError as problem:
            lines = [f"  {'.'.join(map(str, error['loc']))}: {error['msg']}" for error in problem.errors()]
            raise ConfigError(f"{name} is not right:\n" + "\n".join(lines)) from None


def _merged(base: dict[str, object], changes: dict[str, object]) -> dict[str, object]:
    result = dict(base)
    for key, value in changes.items():
        old = result.get(key)
        result[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return result

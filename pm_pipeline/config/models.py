"""The shape of every configuration file. A file that does not fit is refused with its key and what is expected."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from pm_pipeline.config.values import (
    City,
    Code,
    FirstName,
    MemberPattern,
    Npi,
    State,
    Street,
    TaxId,
    Taxonomy,
    TimeZone,
    Usage,
    X12Text,
    Zip,
)


class Strict(BaseModel):
    """A mapping that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Address(Strict):
    """A postal address; `zip` is five or nine digits (the billing provider needs nine)."""

    line1: Street
    line2: Street | None = None
    city: City
    state: State
    zip: Zip


class Contact(Strict):
    """Whom a payer may call."""

    name: X12Text
    phone: Annotated[str, StringConstraints(pattern=r"^[0-9]{10}$")]


class Location(Strict):
    """A place of service of the practice."""

    location_id: Code
    name: X12Text
    npi: Npi
    address: Address
    is_billing_address: bool = False


class RenderingProvider(Strict):
    """A clinician whose services the practice bills."""

    provider_id: Code
    last_name: X12Text
    first_name: FirstName
    npi: Npi
    taxonomy: Taxonomy
    active_from: dt.date
    active_to: dt.date | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.active_to is not None and self.active_to < self.active_from:
            raise ValueError("active_to: expected a day not before active_from, or no active_to while active")
        return self


class Practice(Strict):
    """practice.yaml: the billing provider (loop 2010AA), its locations and clinicians."""

    practice_id: Code
    name: X12Text
    time_zone: TimeZone
    npi: Npi
    tax_id: TaxId
    taxonomy: Taxonomy
    address: Address
    contact: Contact
    submitter_id: Code
    posting_policy: Code = "standard"
    locations: Annotated[list[Location], Field(min_length=1)]
    providers: Annotated[list[RenderingProvider], Field(min_length=1)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(self.address.zip) != 9:
            raise ValueError("address.zip: the billing provider needs all nine digits (837P N403)")
        _unique("locations", [item.location_id for item in self.locations])
        _unique("providers", [item.provider_id for item in self.providers])
        return self


class Crossover(Strict):
    """Whether the payer sends a paid claim on to the next payer itself, and how long to wait for that."""

    forwards: bool
    wait_days: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.forwards and self.wait_days == 0:
            raise ValueError("wait_days: expected days above 0 when forwards is true")
        return self


class PayerNumber(Strict):
    """One more number: the payer's own (2U, EI, FY claim office, NF) or what it calls the practice (G2, LU)."""

    qualifier: Literal["2U", "EI", "FY", "NF", "G2", "LU"]
    value: X12Text


class Quirks(Strict):
    """How one payer wants the choices that the 837P's guide leaves made. Every default is what goes to every other payer.

    What a payer wants in a value (its own number of the practice, a claim office) is in its numbers, not a quirk.
    """

    send_rendering: Literal["always", "when_different", "never"] = "always"
    """2310B. Guide: only when it is not the billing provider; most payers take it always, some Medicaid plans refuse it
    for a solo practice (when_different), capitated plans want none (never)."""
    send_rendering_taxonomy: bool = True
    """PRV of 2310B and 2420A. Medicaid plans match on it; Medicare carriers that hold another one reject on it."""
    send_provider_ids: bool = True
    """REF of 2310 and 2420 (0B, 1G, G2, LU). Payers that went over to NPI entirely refuse any older number."""
    send_facility: bool = True
    """2310C. Some payers reject it when the place of service is an office or the patient's home."""
    send_line_place: bool = False
    """SV105 on every line. Guide: only when it differs from CLM05-1; some Medicaid plans want it on all of them."""
    send_group_number: bool = True
    """SBR03. Medicare and several Medicaid plans have no groups and reject a number there."""
    prefer_claim_office: bool = False
    """2010BB: send only the claim office number (REF*FY) where there is one, not the payer's other numbers."""
    keep_case: bool = False
    """Names and addresses in the case they were typed in, for payers that match them letter by letter."""


class PayerHours(Strict):
    """How long this payer's silence is normal where it is not as the partner's answer_hours say: 999, 277CA."""

    set: Annotated[int, Field(gt=0)] | None = None
    claim: Annotated[int, Field(gt=0)] | None = None


class LaterFiling(Strict):
    """Until when this payer takes a claim as the second or third payer. days None: timely_filing_days."""

    days: Annotated[int, Field(gt=0)] | None = None
    counted_from: Literal["prior_remittance", "service"] = "prior_remittance"


class PayerAdjustment(Strict):
    """What a PLB code that each payer uses in its own way means to this one; by the payment's effective date, both days included.

    account: account of the ledger, and sub-account after a colon. To change it, end it and add another with a new id.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{1,40}$")]
    reason: Literal["CS", "OB", "SL", "TL", "WU"]
    account: Annotated[
        str,
        StringConstraints(
            pattern=r"^(RECOUP_DUE|REFUND_PAYABLE|WITHHOLD_RECEIVABLE|INTEREST_INCOME|INCENTIVE|TAX_LEVY|CAPITATION|SETTLEMENT|"
            r"PAYER_CHARGES|LOAN_PAYABLE|NONREIMBURSABLE):[a-z_]{1,30}$"
        ),
    ]
    effective_from: dt.date
    effective_to: dt.date | None = None
    why: Annotated[str, Field(min_length=1)]


class Payer(Strict):
    """One payer. Days are calendar days. numbers go out in 2010BB (2U, EI, FY, NF) and beside the practice (G2, LU)."""

    payer_id: Code
    name: X12Text
    kind: Literal["medicare", "medicaid", "commercial", "workers_comp"]
    filing_indicator: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2}$")]
    partner_id: Code
    address: Address
    remit_ids: Annotated[list[str], Field(min_length=1)]
    timely_filing_days: Annotated[int, Field(gt=0)]
    appeal_days: Annotated[int, Field(gt=0)]
    remit_days: Annotated[int, Field(gt=0)]
    crossover: Crossover
    member_id_pattern: MemberPattern
    quirks: Quirks = Quirks()
    numbers: list[PayerNumber] = []
    answer_hours: PayerHours = PayerHours()
    provider_adjustments: list[PayerAdjustment] = []
    later_filing: LaterFiling = LaterFiling()

    @property
    def later_filing_days(self) -> int:
        """How many days this payer takes a claim as the second or third payer."""
        return self.later_filing.days or self.timely_filing_days

    def meaning(self, reason: str, day: dt.date) -> PayerAdjustment | None:
        """What this payer means by a PLB code in payments of a day; None where provider_adjustments says nothing."""
        return next(
            (
                one
                for one in self.provider_adjustments
                if one.reason == reason and one.effective_from <= day <= (one.effective_to or day)
            ),
            None,
        )

    @model_validator(mode="after")
    def _check(self) -> Self:
        _unique("provider_adjustments", [one.id for one in self.provider_adjustments])
        for place, one in enumerate(self.provider_adjustments):
            last = one.effective_to or dt.date.max
            if last < one.effective_from:
                raise ValueError(f"provider_adjustments: {one.id} ends before it begins")
            for other in self.provider_adjustments[place + 1 :]:
                if (
                    other.reason == one.reason
                    and other.effective_from <= last
                    and one.effective_from <= (other.effective_to or dt.date.max)
                ):
                    raise ValueError(
                        f"provider_adjustments: {one.id} and {other.id} both say what {one.reason} is on {max(one.effective_from, other.effective_from)}"
                    )
        return self


class Payers(Strict):
    """payers.yaml."""

    payers: Annotated[list[Payer], Field(min_length=1)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        _unique("payers", [item.payer_id for item in self.payers])
        _unique("remit_ids", [remit_id for item in self.payers for remit_id in item.remit_ids])
        return self


class IsaIds(Strict):
    """ISA05-08 and ISA15 of what we send."""

    sender_qualifier: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{2}$")]
    sender_id: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9 ]{1,15}$")]
    receiver_qualifier: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{2}$")]
    receiver_id: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9 ]{1,15}$")]
    usage: Usage


class GsIds(Strict):
    """GS02 and GS03 of what we send."""

    sender_code: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2,15}$")]
    receiver_code: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2,15}$")]


class AnswerHours(Strict):
    """How long silence is normal after an upload: TA1, 999, 277CA. The 835 is the payer's `remit_days`."""

    interchange: Annotated[int, Field(gt=0)] = 24
    set: Annotated[int, Field(gt=0)] = 24
    claim: Annotated[int, Field(gt=0)] = 72


class Partner(Strict):
    """One SFTP account. A partner with `isa` takes our 837s; one without only gives files."""

    partner_id: Code
    name: str
    embedded: bool = False
    host: str | None = None
    port: Annotated[int, Field(gt=0, lt=65536)] = 22
    host_key: str | None = None
    username: str
    password_env: str | None = None
    password_file: str | None = None
    key_file: str | None = None
    send_folder: str | None = None
    fetch_folders: list[str] = []
    archive_folder: str | None = None
    isa: IsaIds | None = None
    gs: GsIds | None = None
    claims_per_set: Annotated[int, Field(gt=0, le=5000)] = 50
    accepts_usage: list[Usage] = ["P"]
    payee_not_ours: Literal["quarantine", "suspense"] = "quarantine"
    answer_hours: AnswerHours = AnswerHours()
    settle_seconds: Annotated[float, Field(ge=0)] = 0.0
    timeout_seconds: Annotated[float, Field(gt=0)] = 30.0
    max_files: Annotated[int, Field(gt=0)] = 10_000
    max_file_bytes: Annotated[int, Field(gt=0)] = 1 << 30

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.embedded and not (self.host and self.host_key):
            raise ValueError("host and host_key: a partner that is not embedded needs both (the key is never learned)")
        if sum(value is not None for value in (self.password_env, self.password_file, self.key_file)) != 1:
            raise ValueError("give exactly one of password_env, password_file, key_file")
        if (self.isa is None) != (self.send_folder is None) or (self.isa is None) != (self.gs is None):
            raise ValueError("isa, gs and send_folder belong together: give all three or none")
        return self


class ByHand(Strict):
    """Rules for files a person drops into edi_inbox/."""

    accepts_usage: list[Usage]
    payee_not_ours: Literal["quarantine", "suspense"]


class TradingPartners(Strict):
    """trading_partners.yaml."""

    partners: list[Partner]
    by_hand: ByHand

    @model_validator(mode="after")
    def _check(self) -> Self:
        _unique("partners", [item.partner_id for item in self.partners])
        return self


class Schedule(Strict):
    """schedule.yaml."""

    first_day: dt.date
    close_of_day: Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    inbox_poll_seconds: Annotated[int, Field(ge=5)]
    keep_generations: Annotated[int, Field(ge=2)]


def _unique(key: str, values: list[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ValueError(f"{key}: {value} is given twice; every id must be unique")
        seen.add(value)

"""The shares of a plan's rare and hard events (hard.yaml): by name, of the things each can happen to."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]

# of first answers to claims of patients with one coverage; hard_answers.py says what each does
AnswerEvent = Literal[
    "number_garbled", "number_missing", "number_cut", "number_unknown", "line_ids_missing", "procedure_changed", "line_split", "lines_bundled",
    "lines_left_out", "line_unknown", "charge_misread", "reason_twice", "share_misstated", "service_in_future", "whole_charge_contractual",
    "unbalanced", "unknown_reason", "paid_above_charge", "interest_in_claim", "patient_protected", "not_on_the_list",
]  # fmt: skip
# CLPs that stand beside an answer; hard_beside.py
BesideEvent = Literal[
    "unknown_claim", "other_payers_claim", "orphan_reversal", "negative_payment", "estimate", "estimate_with_money", "paid_again",
]  # fmt: skip
# of what a payer takes back, and why it does; hard_reversals.py
ReversalEvent = Literal[
    "number_garbled", "units_negative", "line_ids_missing", "reasons_missing", "differs", "correction_as_reversal"
]
RethinkEvent = Literal["withdrawn", "allowed_after_all"]
# of payments, hard_payments.py; a PLB is named by its reason
PaymentEvent = Literal[
    "late", "never_sent", "file_twice", "wrong_total", "other_payee", "trace_used_again", "below_zero", "capitation_alone", "unknown_plb",
    "unknown_originator",
    "50", "72", "90", "AH", "AP", "B2", "BN", "CS", "E3", "IR", "J1", "L3", "L6", "LE", "LS", "WU",
]  # fmt: skip
DepositEvent = Literal["late", "missing", "unequal", "in_two", "no_originator", "unexplained"]


class Office(BaseModel):
    """Shares, each month, of the balances each act suits; office.py says which."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    patient_payment: Share = 0
    small_balance: Share = 0
    charity: Share = 0
    collections: Share = 0
    bad_debt: Share = 0
    recovery: Share = 0
    refund: Share = 0


class HardShares(BaseModel):
    """Shares by event; an event that is not named never happens. `splits` is of claims received with two lines or more (277CA
    A5), `interest_stated` of answers whose interest is paid in a PLB of their own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    splits: Share = 0
    interest_stated: Share = 0
    late_days: tuple[int, int] = (6, 20)
    answers: dict[AnswerEvent, Share] = Field(default_factory=dict)
    beside: dict[BesideEvent, Share] = Field(default_factory=dict)
    reversals: dict[ReversalEvent, Share] = Field(default_factory=dict)
    rethinks: dict[RethinkEvent, Share] = Field(default_factory=dict)
    payments: dict[PaymentEvent, Share] = Field(default_factory=dict)
    deposits: dict[DepositEvent, Share] = Field(default_factory=dict)
    office: Office = Office()

    @property
    def is_empty(self) -> bool:
        """True when nothing rare or hard ever happens."""
        return self == HardShares()

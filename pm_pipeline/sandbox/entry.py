"""One CLP on its way into a payment: what the payer decided, how the 835 says it, and what the books must know of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from pydantic import TypeAdapter

from pm_pipeline.x12.write_835 import Adjustment, RemitClaim, RemitLine

REMIT = TypeAdapter(RemitClaim)
TURNS = ("primary", "secondary", "tertiary")


@dataclass
class Entry:
    """`remit` is what was decided, and what counts; `said` how the 835 says it, where it says it in its own way.

    `is_suspended`: only its cash counts, in suspense; `is_final`: nothing follows from it (no crossover, correction or
    change by the practice); `planted`: (exception code, service line or None) that should be found on this CLP.
    """

    remit: RemitClaim
    turn: str
    kind: Literal["answer", "reversal", "correction", "duplicate", "estimate"]
    claim_no: int | None = None
    reverses: int | None = None
    visit: str | None = None
    patient_id: str | None = None
    forwarded_from: int | None = None
    is_suspended: bool = False
    adjudication_id: int = 0
    said: RemitClaim | None = None
    is_final: bool = False
    planted: list[tuple[str, int | None]] = field(default_factory=list)

    @property
    def on_the_wire(self) -> RemitClaim:
        """The CLP as the 835 has it."""
        return self.said or self.remit

    def hold(self, code: str) -> bool:
        """Only its cash counts from now on, and it waits under this exception code; said as it was decided. True: it was done."""
        self.is_suspended, self.said = True, None
        self.planted.append((code, None))
        return True


def reversal(remit: RemitClaim) -> RemitClaim:
    """The exact negation of an answer, CLP02 22: charges, payments and adjustments change sign, units do not."""
    return replace(
        remit, status="22", charge_cents=-remit.charge_cents, paid_cents=-remit.paid_cents, patient_cents=None,
        forwarded_to=None, remarks=(), adjustments=_negated(remit.adjustments), interest_cents=None,
        lines=tuple(
            replace(
                line, charge_cents=-line.charge_cents, paid_cents=-line.paid_cents, allowed_cents=None, remarks=(),
                adjustments=_negated(line.adjustments),
            )
            for line in remit.lines
        ),
    )  # fmt: skip


def with_lines(remit: RemitClaim, lines: tuple[RemitLine, ...]) -> RemitClaim:
    """The claim with other lines: charge, payment and patient's share follow from them."""
    return replace(
        remit, lines=lines, charge_cents=sum(line.charge_cents for line in lines),
        paid_cents=sum(line.paid_cents for line in lines), patient_cents=patient_share(lines),
    )  # fmt: skip


def patient_share(lines: tuple[RemitLine, ...]) -> int | None:
    """CLP05: all PR of the lines; nothing when there is none."""
    total = sum(one.cents for line in lines for one in line.adjustments if one.group == "PR")
    return total or None


def _negated(adjustments: tuple[Adjustment, ...]) -> tuple[Adjustment, ...]:
    return tuple(replace(one, cents=-one.cents) for one in adjustments)

"""What is rare and hard in a reversal, one function per event of the plan (hard.reversals), and why a payer takes an answer back.

What cannot be tied to its original waits in suspense, and the original stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pm_pipeline.sandbox.entry import Entry
from pm_pipeline.sandbox.hard_answers import Tools, line_ids_missing, number_garbled
from pm_pipeline.sandbox.payers import share_of
from pm_pipeline.x12.write_835 import Adjustment, RemitLine

Event = Callable[[Entry, Tools], bool]


def units_negative(entry: Entry, tools: Tools) -> bool:
    """The units are below zero too."""
    lines = tuple(replace(line, units=f"-{line.units}") for line in entry.remit.lines)
    entry.said = replace(entry.remit, lines=lines)
    return True


def reasons_missing(entry: Entry, tools: Tools) -> bool:
    """Charge and payment are negated, the reasons are left out: it does not add up."""
    if not any(line.adjustments for line in entry.remit.lines):
        return False
    entry.remit = replace(entry.remit, lines=tuple(replace(line, adjustments=()) for line in entry.remit.lines))
    return entry.hold("UNBALANCED_CLAIM")


def differs(entry: Entry, tools: Tools) -> bool:
    """Ten dollars less are taken back than were paid, under a reason of their own."""
    first, *others = entry.remit.lines
    if first.paid_cents > -1_000:
        return False
    less = replace(
        first, paid_cents=first.paid_cents + 1_000, adjustments=(*first.adjustments, Adjustment("OA", "23", -1_000))
    )
    entry.remit = replace(entry.remit, paid_cents=entry.remit.paid_cents + 1_000, lines=(less, *others))
    return entry.hold("REVERSAL_MISMATCH")


EVENTS: dict[str, Event] = {
    one.__name__: one for one in (number_garbled, units_negative, line_ids_missing, reasons_missing, differs)
}
ALONE = frozenset({"reasons_missing", "differs"})  # only where no correction stands behind the reversal


def as_reversal(correction: Entry) -> None:
    """The correction beside a reversal comes as a second CLP02 22 (RFI 288)."""
    correction.remit = replace(correction.remit, status="22")
    correction.hold("CORRECTION_IS_REVERSAL")


def allowed_after_all(lines: Sequence[RemitLine]) -> tuple[RemitLine, ...]:
    """A refused claim is paid after all: three fifths of the charge."""
    found: list[RemitLine] = []
    for line in lines:
        paid = share_of(line.charge_cents, 6_000)
        kept = tuple(one for one in (Adjustment("CO", "45", line.charge_cents - paid),) if one.cents)
        found.append(replace(line, paid_cents=paid, allowed_cents=paid, adjustments=kept, remarks=()))
    return tuple(found)

"""What is rare and hard in a first answer, one function per event of the plan (hard.answers). Each changes the entry and says
whether it could.

Some change only how the 835 says it (`said`): the answer counts as if it were said plainly. Some change the answer. Some
must be held: then only the claim's cash counts, in suspense, under the code that is planted with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from pm_pipeline.sandbox.draw import Draw
from pm_pipeline.sandbox.entry import Entry, with_lines
from pm_pipeline.sandbox.payers import cost_share
from pm_pipeline.sandbox.store import Store
from pm_pipeline.x12.write_835 import Adjustment, RemitLine

UNKNOWN_REASON = "Z99"
ABOVE_CHARGE, INTEREST, HEALTH_TAX, QMB = "94", "225", "137", "303"
NOT_BILLED = "99499"  # what no visit of the practice has
PROTECTED = ("M27", "N830", "N859", "N781", "N782")  # the patient must not be billed
DOLLAR = 100


@dataclass(frozen=True)
class Tools:
    """What the events look at."""

    store: Store
    draw: Draw


Event = Callable[[Entry, Tools], bool]


def number_garbled(entry: Entry, tools: Tools) -> bool:
    """CLP01 is nothing of ours; the payer's number (CLP07) is the one it told in its 277CA."""
    wrong = f"ZZ{tools.draw.digits(8, 'garbled', entry.remit.clp01, entry.kind)}"
    entry.said = replace(entry.on_the_wire, clp01=wrong)
    return True


def number_missing(entry: Entry, tools: Tools) -> bool:
    """CLP01 is 0, as for a claim without a number; CLP07 is known."""
    entry.said = replace(entry.remit, clp01="0")
    return True


def number_cut(entry: Entry, tools: Tools) -> bool:
    """CLP01 is only the beginning of our number; CLP07 is known."""
    if len(entry.remit.clp01) < 12:
        return False
    entry.said = replace(entry.remit, clp01=entry.remit.clp01[:10])
    entry.planted.append(("CLAIM_ID_CUT", None))
    return True


def number_unknown(entry: Entry, tools: Tools) -> bool:
    """Neither CLP01 nor CLP07 is known: member, first day of service, charge and rendering provider tell the claim, if it is
    the patient's only visit of that day. The payer goes on under its new number."""
    visits = tools.store.all(
        "SELECT DISTINCT visit FROM charge WHERE patient_id = ? AND dos_on = ?",
        [entry.patient_id, entry.remit.dos_from.isoformat()],
    )
    if len(visits) != 1 or entry.remit.rendering is None:
        return False
    number = f"N{tools.draw.digits(12, 'new number', entry.remit.clp01)}"
    tools.store.do("UPDATE claim SET payer_claim_number = ? WHERE claim_no = ?", [number, entry.claim_no])
    entry.remit = replace(entry.remit, payer_claim_number=number)
    entry.said = replace(entry.remit, clp01="0")
    return True


def line_ids_missing(entry: Entry, tools: Tools) -> bool:
    """No REF*6R: procedure, modifiers, day and charge tell the line, if no two lines are alike."""
    alike = [(line.procedure, line.modifiers, line.charge_cents) for line in entry.remit.lines]
    if len(set(alike)) < len(alike):
        return False
    entry.said = replace(
        entry.on_the_wire, lines=tuple(replace(line, line_id=None) for line in entry.on_the_wire.lines)
    )
    return True


def procedure_changed(entry: Entry, tools: Tools) -> bool:
    """The first line comes back under a lesser code; what was billed stands in SVC06, and no REF*6R says it."""
    first = entry.remit.lines[0]
    alike = [line for line in entry.remit.lines if line.procedure == first.procedure]
    if len(alike) > 1:
        return False
    changed = replace(first, procedure=_lesser(first.procedure), original_procedure=first.procedure, line_id=None)
    entry.said = replace(entry.remit, lines=(changed, *entry.remit.lines[1:]))
    return True


def line_split(entry: Entry, tools: Tools) -> bool:
    """One line is answered in two parts that carry the same REF*6R."""
    *others, last = entry.remit.lines
    if not last.line_id or last.charge_cents < 2 or last.paid_cents < 2:
        return False
    part = replace(
        last, charge_cents=last.charge_cents // 2, paid_cents=last.paid_cents // 2, allowed_cents=None,
        adjustments=tuple(replace(one, cents=one.cents // 2) for one in last.adjustments if one.cents // 2),
    )  # fmt: skip
    part = _balanced(part)
    rest = replace(
        last, charge_cents=last.charge_cents - part.charge_cents, paid_cents=last.paid_cents - part.paid_cents,
        allowed_cents=None, adjustments=_less(last.adjustments, part.adjustments),
    )  # fmt: skip
    entry.said = replace(entry.remit, lines=(*others, part, rest))
    return True


def lines_bundled(entry: Entry, tools: Tools) -> bool:
    """The second line is part of the first: CO-97, under the first one's code, its own in SVC06."""
    if len(entry.remit.lines) < 2 or not entry.remit.lines[0].paid_cents:
        return False
    first, second, *others = entry.remit.lines
    refused = replace(
        second,
        paid_cents=0,
        allowed_cents=None,
        adjustments=(Adjustment("CO", "97", second.charge_cents),),
        remarks=("M15",),
    )
    entry.remit = with_lines(entry.remit, (first, refused, *others))
    shown = replace(refused, procedure=first.procedure, original_procedure=second.procedure)
    entry.said = replace(entry.remit, lines=(first, shown, *others))
    return True


def lines_left_out(entry: Entry, tools: Tools) -> bool:
    """A claim is answered as a whole, without SVC: all reasons stand at claim level."""
    if len(entry.remit.lines) < 2:
        return False
    reasons: dict[tuple[str, str], int] = {}
    for line in entry.remit.lines:
        for one in line.adjustments:
            reasons[one.group, one.carc] = reasons.get((one.group, one.carc), 0) + one.cents
    found = tuple(Adjustment(group, carc, cents) for (group, carc), cents in reasons.items())
    entry.said = replace(entry.remit, lines=(), adjustments=found)
    return True


def line_unknown(entry: Entry, tools: Tools) -> bool:
    """A line comes back under a code nobody billed, without REF*6R and without SVC06: its money stands at claim level."""
    *others, last = entry.remit.lines
    if not others:
        return False
    entry.said = replace(entry.remit, lines=(*others, replace(last, procedure=NOT_BILLED, line_id=None)))
    entry.planted.append(("LINE_UNMATCHED", len(entry.remit.lines)))
    return True


def charge_misread(entry: Entry, tools: Tools) -> bool:
    """The payer read ten dollars less than was billed, and writes ten dollars less off."""
    first, *others = entry.remit.lines
    written_off = next(
        (one for one in first.adjustments if (one.group, one.carc) == ("CO", "45") and one.cents > 1_000), None
    )
    if written_off is None:
        return False
    less = tuple(replace(one, cents=one.cents - 1_000) if one is written_off else one for one in first.adjustments)
    entry.remit = with_lines(
        entry.remit, (replace(first, charge_cents=first.charge_cents - 1_000, adjustments=less), *others)
    )
    entry.planted.append(("CHARGE_MISMATCH", None))
    return True


def reason_twice(entry: Entry, tools: Tools) -> bool:
    """One reason stands in a line twice; together they are the amount (RFI 213)."""
    first, *others = entry.remit.lines
    if not first.adjustments or first.adjustments[0].cents < 2:
        return False
    one, *rest = first.adjustments
    halves = (replace(one, cents=one.cents // 2), replace(one, cents=one.cents - one.cents // 2))
    entry.said = replace(entry.remit, lines=(replace(first, adjustments=(*halves, *rest)), *others))
    return True


def share_misstated(entry: Entry, tools: Tools) -> bool:
    """CLP05 is not what the reasons of group PR come to."""
    entry.said = replace(entry.remit, patient_cents=(entry.remit.patient_cents or 0) + 500)
    entry.planted.append(("PR_MISMATCH", None))
    return True


def service_in_future(entry: Entry, tools: Tools) -> bool:
    """The year of the first line's service is mistyped; its REF*6R tells the line."""
    first, *others = entry.remit.lines
    if not first.line_id:
        return False
    day = first.dos_from.replace(day=min(first.dos_from.day, 28))
    next_year = day.replace(year=day.year + 1)
    entry.said = replace(entry.remit, lines=(replace(first, dos_from=next_year, dos_to=next_year), *others))
    entry.planted.append(("SERVICE_IN_FUTURE", 1))
    return True


def whole_charge_contractual(entry: Entry, tools: Tools) -> bool:
    """CO-45 takes the whole charge of a line: a denial in disguise, nothing is written off."""
    first, *others = entry.remit.lines
    refused = replace(
        first, paid_cents=0, allowed_cents=None, adjustments=(Adjustment("CO", "45", first.charge_cents),), remarks=()
    )
    entry.remit = with_lines(entry.remit, (refused, *others))
    return True


def unbalanced(entry: Entry, tools: Tools) -> bool:
    """A reason is a dollar too high: the claim does not add up."""
    first, *others = entry.remit.lines
    if not first.adjustments:
        return False
    one, *rest = first.adjustments
    entry.remit = replace(
        entry.remit, lines=(replace(first, adjustments=(replace(one, cents=one.cents + DOLLAR), *rest)), *others)
    )
    return entry.hold("UNBALANCED_CLAIM")


def unknown_reason(entry: Entry, tools: Tools) -> bool:
    """A reason code that is on no list."""
    return _renamed(entry, lambda one: (one.group, one.carc) == ("CO", "45"), UNKNOWN_REASON) and entry.hold(
        "UNMAPPED_CARC"
    )


def not_on_the_list(entry: Entry, tools: Tools) -> bool:
    """A known reason that no rule writes off: a health tax, or a QMB's share refused."""
    code = tools.draw.pick((HEALTH_TAX, QMB), "not on the list", entry.remit.clp01)
    return _renamed(entry, lambda one: (one.group, one.carc) == ("CO", "45"), code) and entry.hold("POLICY_HOLD")


def paid_above_charge(entry: Entry, tools: Tools) -> bool:
    """The payer pays more than the charge and says so below zero (CARC 94)."""
    return _raised(entry, Adjustment("CO", ABOVE_CHARGE, -5 * DOLLAR)) and entry.hold("NEGATIVE_ADJUSTMENT")


def interest_in_claim(entry: Entry, tools: Tools) -> bool:
    """Interest is paid inside the claim (CARC 225, below zero)."""
    return _raised(entry, Adjustment("OA", INTEREST, -175)) and entry.hold("NEGATIVE_ADJUSTMENT")


def patient_protected(entry: Entry, tools: Tools) -> bool:
    """The patient would owe a share, and a remark says that the patient must not be billed."""
    for place, line in enumerate(entry.remit.lines):
        if cost_share(line):
            code = tools.draw.pick(PROTECTED, "protected", entry.remit.clp01)
            lines = (
                *entry.remit.lines[:place],
                replace(line, remarks=(*line.remarks, code)),
                *entry.remit.lines[place + 1 :],
            )
            entry.remit = replace(entry.remit, lines=lines)
            return entry.hold("PATIENT_BLOCKED")
    return False


EVENTS: dict[str, Event] = {
    one.__name__: one
    for one in (
        number_garbled, number_missing, number_cut, number_unknown, line_ids_missing, procedure_changed, line_split, lines_bundled,
        lines_left_out, line_unknown, charge_misread, reason_twice, share_misstated, service_in_future, whole_charge_contractual,
        unbalanced, unknown_reason, paid_above_charge, interest_in_claim, patient_protected, not_on_the_list,
    )
}  # fmt: skip


def _renamed(entry: Entry, suits: Callable[[Adjustment], bool], carc: str) -> bool:
    """Give the first reason that suits another code."""
    for place, line in enumerate(entry.remit.lines):
        for one in line.adjustments:
            if suits(one):
                changed = tuple(replace(each, carc=carc) if each is one else each for each in line.adjustments)
                lines = (
                    *entry.remit.lines[:place],
                    replace(line, adjustments=changed),
                    *entry.remit.lines[place + 1 :],
                )
                entry.remit = replace(entry.remit, lines=lines)
                return True
    return False


def _raised(entry: Entry, reason: Adjustment) -> bool:
    """Pay the first paid line more by what a reason below zero says."""
    for place, line in enumerate(entry.remit.lines):
        if line.paid_cents:
            more = replace(line, paid_cents=line.paid_cents - reason.cents, adjustments=(*line.adjustments, reason))
            entry.remit = with_lines(entry.remit, (*entry.remit.lines[:place], more, *entry.remit.lines[place + 1 :]))
            return True
    return False


def _lesser(procedure: str) -> str:
    """A code the payer would rather have seen."""
    return {"99215": "99214", "99214": "99213", "99213": "99212", "99204": "99203"}.get(procedure, NOT_BILLED)


def _balanced(line: RemitLine) -> RemitLine:
    """The line with its payment set so that it adds up."""
    return replace(line, paid_cents=line.charge_cents - sum(one.cents for one in line.adjustments))


def _less(whole: tuple[Adjustment, ...], part: tuple[Adjustment, ...]) -> tuple[Adjustment, ...]:
    taken = {(one.group, one.carc): one.cents for one in part}
    rest = (replace(one, cents=one.cents - taken.get((one.group, one.carc), 0)) for one in whole)
    return tuple(one for one in rest if one.cents)

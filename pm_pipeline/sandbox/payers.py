"""How a payer decides a claim: fee schedule, cost sharing, denials, coordination with the payer before.

One line at a time, in cents, and every line balances: charge = paid + adjustments. Which claim is decided when is in
answers.py.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources

from pm_pipeline.config.models import Payer
from pm_pipeline.sandbox.draw import Draw
from pm_pipeline.sandbox.plan import PayerTerms, Plan
from pm_pipeline.sandbox.read_837 import Claim, Line
from pm_pipeline.sandbox.store import Store
from pm_pipeline.sandbox.visits import is_office_visit
from pm_pipeline.x12.write_835 import Adjustment, RemitLine

COST_SHARE = frozenset({"1", "2", "3"})
WRITTEN_OFF = frozenset({"45", "59", "131"})
SEQUESTRATION = "253"
PRIOR_PAYER = "23"
UNDERPAID_BP = 8_000  # of the schedule, for a line the plan wants underpaid
FREE_OF_SHARE = ("9938", "9939", "9047", "906", "907", "G0")  # preventive services


@dataclass(frozen=True)
class Denial:
    """A line of denials.csv."""

    group: str
    carc: str
    rarc: str
    weight: int


@dataclass(frozen=True)
class Case:
    """A claim before its payer. `covered_to`: the last day covered, when coverage has ended; `is_answered`: the payer
    has an answer in force to this very claim (this one is a duplicate); `is_replacement`: it came with frequency 7; `slips`:
    group and CARC that lines (procedure, modifiers, cents) are refused for because of a slip nobody found."""

    claim: Claim
    payer: Payer
    terms: PayerTerms
    person: str
    received_on: dt.date
    covered_to: dt.date | None = None
    is_answered: bool = False
    is_replacement: bool = False
    slips: Mapping[tuple[str, str, int], tuple[str, str]] = field(default_factory=dict)


@cache
def denials(scope: str) -> tuple[Denial, ...]:
    """denials.csv by scope: claim, line, partial, secondary."""
    text = resources.files(__package__ or "").joinpath("denials.csv").read_text(encoding="utf-8")
    return tuple(
        Denial(row["group"], row["carc"], row["rarc"], int(row["weight"]))
        for row in csv.DictReader(text.splitlines())
        if row["scope"] == scope
    )


def share_of(cents: int, basis_points: int) -> int:
    """A part of an amount, rounded to the nearest cent."""
    return (cents * basis_points + 5_000) // 10_000


def cost_share(line: RemitLine) -> int:
    """What a line leaves to the next payer or the patient: PR with a cost sharing reason, in cents."""
    return sum(one.cents for one in line.adjustments if one.group == "PR" and one.carc in COST_SHARE)


def as_told(claim: Claim) -> tuple[RemitLine, ...] | None:
    """The lines as the claim says the payer before left them (2320, 2430); None when it says it of no line, says it of some
    only, or what it says does not add up to the charge of a line or of the claim."""
    payers = [one for one in claim.others if one.paid_cents is not None]
    if not payers or not claim.lines:
        return None
    before, found = payers[-1], list[RemitLine]()
    for line in claim.lines:
        said = [one for one in line.adjudications if one.payer_id == before.payer_id]
        paid = sum(one.paid_cents for one in said)
        reasons = [Adjustment(*reason) for one in said for reason in one.adjustments]
        if not said or paid + sum(one.cents for one in reasons) != line.charge_cents:
            return None
        found.append(_decided(line, paid, None, reasons, ()))
    settled = sum(one.paid_cents + sum(reason.cents for reason in one.adjustments) for one in found)
    adds_up = settled + sum(cents for _, _, cents in before.adjustments) == claim.charge_cents
    return tuple(found) if adds_up and sum(one.paid_cents for one in found) == before.paid_cents else None


class Judge:
    """Decides claims. Deductibles met are kept in the books."""

    def __init__(self, store: Store, plan: Plan, draw: Draw) -> None:
        self.store, self.plan, self.draw = store, plan, draw

    def primary(self, case: Case) -> tuple[RemitLine, ...]:
        """The lines as the first payer decides them."""
        if denial := self._whole_denial(case):
            return tuple(_denied(line, denial) for line in case.claim.lines)
        return tuple(self._line(case, line, place) for place, line in enumerate(case.claim.lines))

    def next_payer(self, case: Case, before: Sequence[RemitLine]) -> tuple[RemitLine, ...]:
        """The lines as a later payer decides them. `before` are the lines of the payer before it, whose cost share is
        all there is to decide (as the claim says, or as that payer forwarded them); what it settled is repeated as OA-23."""
        denied = self.draw.happens(
            self.plan.claims.secondary_denied, "secondary denied", case.payer.payer_id, case.claim.clm01
        )
        return tuple(self._share(case, line, denied) for line in before)

    def out_of_turn(self, case: Case) -> tuple[RemitLine, ...]:
        """A later payer that is not told, line by line, what the payer before it did: another one comes first."""
        denial = next(one for one in denials("claim") if one.carc == "22")
        return tuple(_denied(line, denial) for line in case.claim.lines)

    def corrected(self, lines: Sequence[RemitLine], style: str) -> tuple[RemitLine, ...]:
        """The lines after the payer thought again: `up` and `down` move the fee schedule, `denied` refuses one line."""
        done, changed = list(lines), False
        for place, line in enumerate(lines):
            if line.paid_cents > 0 and not (style == "denied" and changed):
                done[place] = (
                    _denied_again(line) if style == "denied" else _repriced(line, 10_600 if style == "up" else 9_000)
                )
                changed = True
        return tuple(done)

    def _whole_denial(self, case: Case) -> Denial | None:
        claim, payer = case.claim, case.payer
        known = {one.carc: one for one in denials("claim")}
        if case.is_answered:
            return known["18"]
        if case.covered_to and claim.dos_from > case.covered_to:
            return known["27"]
        if (case.received_on - claim.dos_from).days > payer.timely_filing_days:
            return known["29"]
        if case.is_replacement or not self.draw.happens(
            self.plan.claims.denied_claim, "denied", payer.payer_id, claim.clm01
        ):
            return None
        return self._pick("claim", claim.clm01)

    def _pick(self, scope: str, *name: object) -> Denial:
        return self.draw.weighted({one: one.weight for one in denials(scope)}, "denial", scope, *name)

    def _line(self, case: Case, line: Line, place: int) -> RemitLine:
        plan, name = self.plan.claims, (case.payer.payer_id, case.claim.clm01, place, line.procedure)
        refused = 0
        if slip := case.slips.get((line.procedure, ":".join(line.modifiers), line.charge_cents)):
            return _denied(line, Denial(*slip, rarc="", weight=1))
        if not case.is_replacement:
            if self.draw.happens(plan.denied_line, "line denied", *name):
                return _denied(line, self._pick("line", *name))
            if (
                line.units.isdigit()
                and int(line.units) > 1
                and self.draw.happens(plan.partly_denied_line, "units", *name)
            ):
                refused = line.charge_cents * (int(line.units) // 2) // int(line.units)
        return self._priced(case, line, refused)

    def _priced(self, case: Case, line: Line, refused: int) -> RemitLine:
        """Fee schedule, then copay or deductible and coinsurance, then sequestration."""
        terms, rest = case.terms, line.charge_cents - refused
        schedule = self.draw.of("fee schedule", case.payer.payer_id, line.procedure).randint(9_000, 11_000)
        allowed = min(rest, share_of(share_of(rest, terms.allowed_bp), schedule))
        if self.draw.happens(self.plan.claims.underpaid_line, "underpaid", case.claim.clm01, line.line_id):
            allowed = share_of(allowed, UNDERPAID_BP)
        copay = deductible = coinsurance = 0
        if not line.procedure.startswith(FREE_OF_SHARE):
            if terms.visit_copay_cents and is_office_visit(line.procedure):
                copay = min(terms.visit_copay_cents, allowed)
            else:
                deductible = self._deductible(case, allowed)
                coinsurance = share_of(allowed - deductible, terms.coinsurance_bp)
        paid = allowed - copay - deductible - coinsurance
        kept = share_of(paid, terms.sequestration_bp)
        partial = denials("partial")[0]
        found = [
            Adjustment("CO", "45", rest - allowed),
            Adjustment("CO", SEQUESTRATION, kept),
            Adjustment(partial.group, partial.carc, refused),
            Adjustment("PR", "1", deductible),
            Adjustment("PR", "2", coinsurance),
            Adjustment("PR", "3", copay),
        ]
        return _decided(line, paid - kept, allowed, found, (partial.rarc,) if refused else ())

    def _deductible(self, case: Case, allowed: int) -> int:
        """What of `allowed` falls under the patient's deductible; remembered as met."""
        if not case.terms.deductible_cents:
            return 0
        key = [case.payer.payer_id, case.person, case.claim.dos_from.year]
        row = self.store.one("SELECT met_cents FROM deductible WHERE payer_id = ? AND person = ? AND year = ?", key)
        if row is None:
            met = min(
                case.terms.deductible_cents,
                share_of(case.terms.deductible_cents, self.draw.of("met", *key).randint(2_000, 16_000)),
            )
        else:
            met = row["met_cents"]
        taken = min(allowed, case.terms.deductible_cents - met)
        self.store.do("INSERT OR REPLACE INTO deductible VALUES (?, ?, ?, ?)", [*key, met + taken])
        return taken

    def _share(self, case: Case, before: RemitLine, is_denied: bool) -> RemitLine:
        """One line of a later payer; the rest of the charge was settled by the payer before it."""
        rest = cost_share(before)
        settled = before.charge_cents - rest
        found, paid, remarks = [Adjustment("OA", PRIOR_PAYER, settled)], 0, ()
        if rest and is_denied:
            denial = denials("secondary")[0]
            found.append(Adjustment(denial.group, denial.carc, rest))
            remarks = (denial.rarc,)
        elif case.payer.kind == "medicaid":
            allowed = share_of(before.charge_cents, case.terms.allowed_bp)
            paid = min(rest, max(0, allowed - before.paid_cents))
            found.append(Adjustment("CO", "45", rest - paid))
        elif case.claim.turn == "primary":  # forwarded: a supplement pays all but the deductible
            left = sum(one.cents for one in before.adjustments if one.group == "PR" and one.carc == "1")
            paid = rest - left
            found.append(Adjustment("PR", "1", left))
        else:  # a second plan by its own schedule: states the write-off of the payer before as its own
            allowed = share_of(before.charge_cents, case.terms.allowed_bp)
            paid = min(rest, max(0, allowed - before.paid_cents))
            given_up = sum(one.cents for one in before.adjustments if one.carc in (*WRITTEN_OFF, SEQUESTRATION))
            found = [
                Adjustment("OA", PRIOR_PAYER, settled - given_up),
                Adjustment("CO", "45", given_up),
                Adjustment("PR", "2", rest - paid),
            ]
        kept = tuple(one for one in found if one.cents)
        return replace(before, paid_cents=paid, allowed_cents=None, adjustments=kept, remarks=remarks)


def _decided(
    line: Line, paid: int, allowed: int | None, adjustments: Sequence[Adjustment], remarks: tuple[str, ...]
) -> RemitLine:
    return RemitLine(
        procedure=line.procedure, modifiers=tuple(line.modifiers), charge_cents=line.charge_cents, paid_cents=paid,
        units=line.units, dos_from=line.dos_from, dos_to=line.dos_to, line_id=line.line_id, allowed_cents=allowed,
        adjustments=tuple(one for one in adjustments if one.cents), remarks=tuple(code for code in remarks if code),
    )  # fmt: skip


def _denied(line: Line, denial: Denial) -> RemitLine:
    return _decided(line, 0, None, [Adjustment(denial.group, denial.carc, line.charge_cents)], (denial.rarc,))


def _denied_again(line: RemitLine) -> RemitLine:
    """After review: not medically necessary."""
    denial = next(one for one in denials("line") if one.carc == "50")
    refused = (Adjustment(denial.group, denial.carc, line.charge_cents),)
    return replace(line, paid_cents=0, allowed_cents=None, adjustments=refused, remarks=(denial.rarc,))


def _repriced(line: RemitLine, basis_points: int) -> RemitLine:
    """Another fee schedule: payment and write-off change, the patient's share does not."""
    fixed = [one for one in line.adjustments if not (one.group == "CO" and one.carc in ("45", SEQUESTRATION))]
    room = line.charge_cents - sum(one.cents for one in fixed)
    kept = sum(one.cents for one in line.adjustments if one.carc == SEQUESTRATION)
    before = line.paid_cents + kept
    rate = (10_000 * kept + before // 2) // before
    gross = min(room, share_of(before, basis_points))
    held = share_of(gross, rate)
    found = [Adjustment("CO", "45", room - gross), Adjustment("CO", SEQUESTRATION, held), *fixed]
    allowed = gross + cost_share(line)
    return replace(
        line, paid_cents=gross - held, allowed_cents=allowed, adjustments=tuple(one for one in found if one.cents)
    )

"""CLPs that stand beside an answer of the same payment, one function per event of the plan (hard.beside).

Most of them speak of money that no rule can place: it waits in suspense under the code planted with it. None: not possible.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pm_pipeline.config.models import Payer
from pm_pipeline.sandbox.entry import Entry, with_lines
from pm_pipeline.sandbox.hard_answers import Tools
from pm_pipeline.x12.write_835 import Adjustment, Name, RemitClaim, RemitLine

Event = Callable[[Entry, Payer, Tools], Entry | None]


def unknown_claim(anchor: Entry, payer: Payer, tools: Tools) -> Entry | None:
    """A claim of another practice got into the payment: no number of it is ours, nor is its patient."""
    remit = anchor.remit
    number = f"XX{tools.draw.digits(10, 'unknown claim', remit.clp01)}"
    cents = tools.draw.between((40, 160), "unknown cents", remit.clp01) * 100
    line = RemitLine("99213", (), cents, cents, "1", remit.dos_from, remit.dos_to)
    stranger = replace(
        remit,
        clp01=number,
        payer_claim_number=f"{number}N",
        patient=Name("STRANGER", "TO US"),
        rendering=None,
        status="1",
    )
    return _waiting(_plain(stranger, line), anchor, "CLAIM_UNMATCHED", is_ours=False)


def other_payers_claim(anchor: Entry, payer: Payer, tools: Tools) -> Entry | None:
    """A payer pays a claim whose patient it does not cover."""
    row = tools.store.one(
        "SELECT clm01, charge_cents, patient_id FROM claim WHERE is_accepted = 1 AND turn = 'primary' AND adjudicated_on IS NULL AND frequency = '1' "
        "AND payer_id <> ? AND patient_id IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM member WHERE member.patient_id = claim.patient_id AND member.payer_id = ?) ORDER BY claim_no DESC",
        [payer.payer_id, payer.payer_id],
    )
    if row is None:
        return None
    remit = anchor.remit
    line = RemitLine("99213", (), row["charge_cents"], row["charge_cents"], "1", remit.dos_from, remit.dos_to)
    number = f"W{tools.draw.digits(12, 'other payers claim', remit.clp01)}"
    other = replace(
        remit,
        clp01=row["clm01"],
        payer_claim_number=number,
        patient=Name("SOMEBODY", "ELSE"),
        rendering=None,
        status="1",
    )
    return _waiting(_plain(other, line), anchor, "PAYER_NOT_ON_CLAIM", is_ours=False)


def orphan_reversal(anchor: Entry, payer: Payer, tools: Tools) -> Entry | None:
    """A payer takes back an answer to the claim that it never sent us: another number, another amount."""
    remit, cents = anchor.remit, -2_500
    number = f"R{tools.draw.digits(12, 'orphan', remit.clp01)}"
    line = RemitLine(
        remit.lines[0].procedure, remit.lines[0].modifiers, cents, cents, "1", remit.dos_from, remit.dos_to
    )
    return _waiting(
        _plain(replace(remit, status="22", payer_claim_number=number, patient_cents=None), line),
        anchor,
        "ORPHAN_REVERSAL",
    )


def negative_payment(anchor: Entry, payer: Payer, tools: Tools) -> Entry | None:
    """The claim is listed again below zero, and not as a reversal (RFI 1604)."""
    line = RemitLine(
        anchor.remit.lines[0].procedure, (), -1_500, -1_500, "1", anchor.remit.dos_from, anchor.remit.dos_to
    )
    return _waiting(_plain(anchor.remit, line), anchor, "NEGATIVE_PAYMENT")


def estimate(anchor: Entry, payer: Payer, tools: Tools) -> Entry | None:
    """A predetermination (CLP02 25): what the payer would pay. Nothing counts, nobody need look."""
    lines = tuple(
        replace(
            line,
            paid_cents=0,
            allowed_cents=None,
            remarks=(),
            adjustments=(Adjustment("OA", "101", line.charge_cents),),
        )
        for line in anchor.remit.lines
    )
    remit = replace(
        with_lines(anchor.remit, lines),
        status="25",
        patient_cents=None,
        payer_claim_number=_estimate_number(anchor, tools),
    )
    return Entry(remit, anchor.turn, "estimate", visit=anchor.visit, patient_id=anchor.patient_id, is_final=True)


def estimate_with_money(anchor: Entry, payer: Payer, tools: Tools) -> Entry | None:
    """A predetermination that pays."""
    line = replace(
        anchor.remit.lines[0], charge_cents=3_000, paid_cents=3_000, adjustments=(), allowed_cents=None, remarks=()
    )
    remit = replace(anchor.remit, status="25", payer_claim_number=_estimate_number(anchor, tools))
    return _waiting(_plain(remit, line), anchor, "PREDETERMINATION_MONEY")


EVENTS: dict[str, Event] = {
    one.__name__: one
    for one in (unknown_claim, other_payers_claim, orphan_reversal, negative_payment, estimate, estimate_with_money)
}


def _estimate_number(anchor: Entry, tools: Tools) -> str:
    return f"E{tools.draw.digits(12, 'estimate', anchor.remit.clp01)}"


def _plain(remit: RemitClaim, line: RemitLine) -> RemitClaim:
    """A claim of one line, nothing else said."""
    bare = replace(remit, forwarded_to=None, remarks=(), adjustments=(), original_number=None, interest_cents=None)
    return with_lines(bare, (line,))


def _waiting(remit: RemitClaim, anchor: Entry, code: str, is_ours: bool = True) -> Entry:
    visit, patient_id = (anchor.visit, anchor.patient_id) if is_ours else (None, None)
    entry = Entry(remit, anchor.turn, "answer", visit=visit, patient_id=patient_id, is_final=True)
    entry.hold(code)
    return entry

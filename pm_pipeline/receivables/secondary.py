"""The claim for the next payer, made from the posted remittances of the payers before it.

What those payers paid and adjusted is said as they said it (loops 2320, 2330, 2430), from the answers that stand: a
correction has taken its original's place, what was taken back is not there. Only what balances is made: paid plus
adjustments is the charge, of the claim and of every line a payer answered (guide, 1.4.1.1 and 1.4.1.2).

Not here: when such a claim is due (due.sql, work.sql), and sending it (submission/later.py). Not on record, so not said: why Medicare is second
(SBR05), which makes a claim with Medicare in a later turn a Fault; MOA01, 02, 08 and 09; SVD06; an authorization the next
payer gave.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, NamedTuple, cast

import duckdb

from pm_pipeline.config import Config
from pm_pipeline.scrub.events import ADJUDICATED
from pm_pipeline.submission.later import LaterClaim, content_hash
from pm_pipeline.submission.ready import TURNS, Fault, chosen_claims, payers_by_id
from pm_pipeline.warehouse import load_rows, run_sql
from pm_pipeline.x12.claim_837p import Address, OtherPayer, PersonName, ProfessionalClaim, Subscriber
from pm_pipeline.x12.claim_837p_details import Adjustment, AdjustmentGroup, LineAdjudication, MedicareOutpatient

HERE = __package__ or ""
MAX_REMARKS = 5  # MOA03 to MOA07
_TURN_LETTERS = tuple(TURNS.values())  # turn_no 1, 2, 3
REFUSALS = {  # of secondary_claim (secondary.sql), and those found here
    "UNKNOWN": "There is no such claim.",
    "NOT_DUE": "No balance of a later payer waits for a claim now (work item bill_secondary).",
    "IN_FLIGHT": "The claim to this payer was sent and has no answer yet.",
    "REJECTED": "The claim to this payer was rejected. Correct what the answer names; it goes out again when it says something else.",
    "SENT_AGAIN": "The claim goes to an earlier payer once more; that payer's answer comes first.",
    "ANSWER_HELD": "A payer's answer to this claim is in suspense; resolve its exception first.",
    "TAKEN_BACK": "The payer answered this claim before and took its answer back. Its correction comes first.",
    "NOT_ANSWERED": "An earlier payer has no answer that stands.",
    "COVERAGE": "The payer of a turn is not the payer of the coverage on record for it.",
    "SAME_PAYER": "One payer answered in two earlier turns; a line's adjudication (SVD01) could not say in which.",
    "SPLIT": "A payer split the claim and answered with lines and without.",
    "LINE_UNMATCHED": "A line of a remittance belongs to no line of the claim.",
    "MSP": "Medicare is not the first payer, and why that is (SBR05) is not on record.",
    "CLAIM_UNBALANCED": "An earlier payer's payment and adjustments do not add up to the claim's charge (CLM02).",
    "LINE_UNBALANCED": "An earlier payer's payment and adjustments of this line do not add up to its charge (SV102).",
    "NO_LINES": "No charge of the claim is in force.",
}


class _Answer(NamedTuple):
    """One row of secondary_answer."""

    effective_on: dt.date
    paid_cents: int
    payer_claim_number: str | None
    remark_codes: list[str]
    lines: int


class _Cover(NamedTuple):
    """One row of secondary_cover."""

    payer_id: str
    member_id: str
    group_number: str | None
    relationship: str
    last: str | None
    first: str | None
    line1: str | None
    city: str | None
    state: str | None
    zip: str | None


@dataclass
class _Turn:
    """What one earlier payer did with one claim. lines: the claim's line id and what was done with it."""

    cover: _Cover
    answers: list[_Answer] = field(default_factory=list)  # newest first
    adjustments: tuple[Adjustment, ...] = ()  # of the claim
    lines: list[tuple[str, LineAdjudication]] = field(default_factory=list)


def secondary_claims(
    con: duckdb.DuckDBPyConnection, config: Config, claim_ids: Sequence[str]
) -> list[ProfessionalClaim | Fault]:
    """For each claim, in their order: its model for the payer that owes next, or why there is none."""
    con.execute("CREATE OR REPLACE TEMP TABLE secondary_wanted (claim_id VARCHAR)")
    load_rows(con, "secondary_wanted", ["claim_id"], [(one,) for one in claim_ids])
    run_sql(con, HERE, "due.sql")
    run_sql(con, HERE, "secondary.sql", {"adjudicated": list(ADJUDICATED)})
    made = {one.claim_id: one for _, one in chosen_claims(con, config)}
    facts = con.execute("SELECT claim_id, turn_no, authorization_number, refusal FROM secondary_claim").fetchall()
    turns, payers, refused = _turns(con), _Payers(config), _Refused(con)
    found: dict[str, ProfessionalClaim | Fault] = {}
    for claim_id, turn_no, authorization, refusal in facts:
        claim = made.get(claim_id) or _fault(claim_id, refusal or "NO_LINES")
        if isinstance(claim, ProfessionalClaim):
            before = [turns[claim_id, earlier] for earlier in range(1, turn_no)]
            claim = refused.unless_changed(_judged(payers.complete(claim, before, authorization)))
        found[claim_id] = claim
    return [found[claim_id] for claim_id in claim_ids]


def find_due(con: duckdb.DuckDBPyConnection) -> None:
    """Run due.sql over every claim a payer after the first owes something for, or was sent."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE secondary_wanted AS SELECT claim_id FROM submission.later_claim UNION "
        "SELECT claim_id FROM ledger.entry WHERE account = 'AR' AND sub_account IN ('secondary', 'tertiary') "
        "GROUP BY claim_id, sub_account HAVING sum(cents) > 0"
    )
    run_sql(con, HERE, "due.sql")


def due_claims(con: duckdb.DuckDBPyConnection, config: Config) -> list[LaterClaim | Fault]:
    """Every claim that is due to a payer after the first (open work bill_secondary), for submission to send."""
    due = con.execute("SELECT DISTINCT claim_id FROM receivables.open_work WHERE kind = 'bill_secondary' ORDER BY 1")
    claim_ids = [str(row[0]) for row in due.fetchall()]
    if not claim_ids:  # most days
        return []
    made = secondary_claims(con, config, claim_ids)
    before = {
        str(claim_id): (str(basis), int(answered))
        for claim_id, basis, answered in con.execute(
            "SELECT claim_id, basis, answered FROM secondary_before"
        ).fetchall()
    }
    return [one if isinstance(one, Fault) else LaterClaim(one, *before[one.claim_id]) for one in made]


class _Refused:
    """What was rejected, or failed validation, stays here until the claim says something else."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._rejected: dict[str, tuple[str, str | None]] = {
            claim_id: (digest, said)
            for claim_id, digest, said in con.execute(
                "SELECT claim_id, rejected_hash, rejected_with FROM secondary_before WHERE rejected_hash IS NOT NULL"
            ).fetchall()
        }
        self._faults: dict[tuple[str, str], Fault] = {
            (claim_id, digest): Fault(claim_id, line_no, code, text)
            for claim_id, digest, line_no, code, text in con.execute(
                "SELECT claim_id, content_hash, line_no, code, text FROM submission.later_fault "
                "SEMI JOIN secondary_before USING (claim_id) ORDER BY place DESC"
            ).fetchall()
        }

    def unless_changed(self, claim: ProfessionalClaim | Fault) -> ProfessionalClaim | Fault:
        """The claim, or why it must say something else first: the answer's codes, or the first fault found in it."""
        if isinstance(claim, Fault):
            return claim
        digest = content_hash(claim)
        if fault := self._faults.get((claim.claim_id, digest)):
            return fault
        rejected, said = self._rejected.get(claim.claim_id, (None, None))
        if rejected != digest:
            return claim
        return Fault(claim.claim_id, None, "REJECTED", f"{REFUSALS['REJECTED']} The answer: {said or 'no code'}.")


class _Payers:
    """Adds the earlier payers to a claim."""

    def __init__(self, config: Config) -> None:
        self._payers = payers_by_id(config)
        self._kinds = {one.payer_id: one.kind for one in config.payers}

    def complete(
        self, claim: ProfessionalClaim, before: Sequence[_Turn], authorization: str | None
    ) -> ProfessionalClaim | Fault:
        """The claim with what each payer of `before` did; `authorization` is the number the first one gave."""
        payer_ids = [*(turn.cover.payer_id for turn in before), claim.payer.payer_id]
        if any(payer_id not in self._payers for payer_id in payer_ids):
            return Fault(claim.claim_id, None, "MISSING", "An earlier payer is not in payers.yaml.")
        kinds = [self._kinds[payer_id] for payer_id in payer_ids]
        if "medicare" in kinds[1:]:
            return _fault(claim.claim_id, "MSP")
        others = [self._other(claim, turn_no, turn) for turn_no, turn in enumerate(before)]
        others[0] = replace(others[0], authorization_number=authorization)
        said: dict[str, list[LineAdjudication]] = defaultdict(list)
        for turn in before:
            for line_id, adjudication in turn.lines:
                said[line_id].append(adjudication)
        return replace(
            claim,
            other_payers=tuple(others),
            lines=tuple(replace(line, adjudications=tuple(said[line.line_id or ""])) for line in claim.lines),
            related_cause="EM" if "workers_comp" in kinds else claim.related_cause,
        )

    def _other(self, claim: ProfessionalClaim, place: int, turn: _Turn) -> OtherPayer:
        """2320 and 2330. The day and the patient's share stand here only when the payer answered without lines."""
        newest, has_lines = turn.answers[0], bool(turn.lines)
        remarks = tuple(dict.fromkeys(code for one in turn.answers for code in one.remark_codes))
        return OtherPayer(
            _TURN_LETTERS[place],
            turn.cover.relationship,
            self._payers[turn.cover.payer_id],
            _subscriber(claim, turn.cover),
            adjustments=turn.adjustments,
            paid_cents=sum(one.paid_cents for one in turn.answers),
            patient_liability_cents=None if has_lines else _patient_share(turn.adjustments),
            outpatient=MedicareOutpatient(remarks=remarks[:MAX_REMARKS]) if remarks else None,
            adjudicated_on=None if has_lines else newest.effective_on,
            payer_claim_number=newest.payer_claim_number,
        )


def _subscriber(claim: ProfessionalClaim, cover: _Cover) -> Subscriber:
    """2330A: the patient, or the other person whose coverage it is."""
    if cover.relationship != "18":
        home = None
        if cover.line1 and cover.city and cover.state and cover.zip:
            home = Address(cover.line1, cover.city, cover.state, cover.zip)
        return Subscriber(PersonName(cover.last or "", cover.first), cover.member_id, cover.group_number, home)
    patient = claim.patient or claim.subscriber
    return Subscriber(patient.name, cover.member_id, cover.group_number, patient.address)


def _patient_share(adjustments: Iterable[Adjustment]) -> int:
    """AMT*EAF: what the payer left to the patient, in cents."""
    return sum(one.cents for one in adjustments if one.group == "PR")


def _judged(claim: ProfessionalClaim | Fault) -> ProfessionalClaim | Fault:
    """The claim when every earlier payer's amounts balance, else what does not."""
    if isinstance(claim, Fault):
        return claim
    for other in claim.other_payers:
        reasons, payer_id = list(other.adjustments), other.payer.payer_id
        for number, line in enumerate(claim.lines, start=1):
            said = [one for one in line.adjudications if one.payer_id == payer_id]
            on_line = [reason for one in said for reason in one.adjustments]
            reasons += on_line
            if said and _settled(sum(one.paid_cents for one in said), on_line) != line.charge_cents:
                return _fault(claim.claim_id, "LINE_UNBALANCED", number)
        if _settled(other.paid_cents or 0, reasons) != claim.charge_cents:
            return _fault(claim.claim_id, "CLAIM_UNBALANCED")
    return claim


def _settled(paid_cents: int, reasons: Iterable[Adjustment]) -> int:
    return paid_cents + sum(one.cents for one in reasons)


def _fault(claim_id: str, code: str, line_no: int | None = None) -> Fault:
    return Fault(claim_id, line_no, code, REFUSALS[code])


def _turns(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, int], _Turn]:
    """Claim and turn_no -> what that payer did, for every turn with an answer and a coverage."""
    found: dict[tuple[str, int], _Turn] = {}
    for claim_id, turn_no, *row in con.execute(
        "SELECT claim_id, turn_no, payer_id, member_id, group_number, relationship, subscriber_last_name, "
        "subscriber_first_name, subscriber_line1, subscriber_city, subscriber_state, subscriber_zip FROM secondary_cover"
    ).fetchall():
        found[claim_id, turn_no] = _Turn(_Cover(*row))
    for claim_id, turn_no, *row in con.execute(
        "SELECT claim_id, turn_no, effective_on, paid_cents, payer_claim_number, remark_codes, lines "
        "FROM secondary_answer SEMI JOIN secondary_cover USING (claim_id, turn_no) ORDER BY age"
    ).fetchall():
        found[claim_id, turn_no].answers.append(_Answer(*row))
    reasons = _reasons(con)
    for turn_key, turn in found.items():
        turn.adjustments = tuple(reasons[turn_key])
    for claim_id, turn_no, on, remit_line_id, line_id, procedure, modifiers, units, paid in con.execute(
        "SELECT claim_id, turn_no, effective_on, remit_line_id, line_id, procedure_code, modifiers, units, paid_cents "
        "FROM secondary_line SEMI JOIN secondary_cover USING (claim_id, turn_no) "
        "WHERE line_id IS NOT NULL ORDER BY age, svc_no"
    ).fetchall():
        turn, adjustments = found[claim_id, turn_no], tuple(reasons[remit_line_id])
        adjudication = LineAdjudication(
            turn.cover.payer_id, paid, procedure, on, units, tuple(modifiers), adjustments, _patient_share(adjustments)
        )
        turn.lines.append((line_id, adjudication))
    return found


def _reasons(con: duckdb.DuckDBPyConnection) -> dict[Any, list[Adjustment]]:
    """Claim and turn_no, or remit_line_id -> its CAS in the payer's order."""
    found: dict[Any, list[Adjustment]] = defaultdict(list)
    rows: list[tuple[str, int, str | None, str, str, int, Decimal | None]] = con.execute(
        "SELECT claim_id, turn_no, remit_line_id, group_code, carc, cents, quantity FROM secondary_adjustment ORDER BY place"
    ).fetchall()
    for claim_id, turn_no, remit_line_id, group, carc, cents, quantity in rows:
        key = remit_line_id or (claim_id, turn_no)
        found[key].append(Adjustment(cast(AdjustmentGroup, group), carc, cents, quantity))
    return found

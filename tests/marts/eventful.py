"""What the practice on paper has not: rejections at every stage, denials won and lost, patients' money, contracts, deposits.

claim  charge  what happened
E1     100     TA1 rejects the first file; denied, corrected, sent again, paid: won by correction
E2     200     accepted by the clearinghouse, rejected by the payer; denied, appealed, reversed and paid: won by appeal
E3     80      its set rejected (999); 50 paid, 30 to the patient, who pays a part; the rest in part given up, some of that taken back
E4     60      rejected by the clearinghouse (277CA), and nobody looked at it since
E5     90      paid at the first pass, taken back, paid again
E6     70      denied, written off, and that undone
E7     50      denied; the payer reversed that by itself and paid 40; somebody looked at it when it was closed
E8     30      denied, reversed, denied again: it goes on
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

from pm_pipeline import ledger
from pm_pipeline.warehouse import load_rows, unit
from tests.marts.fill import fill
from tests.marts.practice import Entry, day
from tests.marts.stage_rows import load_practice

CHARGES = {"E1": (10_000, "05-04", "05-06"), "E2": (20_000, "05-11", "05-12"), "E3": (8_000, "05-29", "05-31"),
           "E4": (6_000, "05-29", "06-01"), "E5": (9_000, "06-01", "06-03"), "E6": (7_000, "06-01", "06-03"),
           "E7": (5_000, "06-02", "06-03"), "E8": (3_000, "06-02", "06-03")}  # fmt: skip

# claim, version, interchange, day of upload, then what was said of it: kind, day, who wrote the 277CA
SENT: list[tuple[str, int, int, str, list[tuple[str, str, str]]]] = [
    ("E1", 1, 201, "05-07", [("interchange_rejected", "05-07", "")]),
    ("E1", 2, 202, "05-08", [("set_accepted", "05-08", ""), ("claim_accepted", "05-09", "AY")]),
    ("E1", 3, 203, "05-26", [("set_accepted", "05-26", ""), ("claim_accepted", "05-27", "AY")]),
    ("E2", 1, 204, "05-13", [("interchange_accepted", "05-13", ""), ("set_accepted", "05-13", ""), ("claim_received", "05-14", "AY"), ("claim_rejected", "06-01", "PR")]),
    ("E2", 2, 205, "05-18", [("claim_accepted", "05-19", "PR")]),
    ("E3", 1, 206, "06-01", [("set_rejected", "06-01", "")]),
    ("E3", 2, 207, "06-02", [("claim_accepted", "06-03", "AY")]),
    ("E4", 1, 208, "06-01", [("set_accepted", "06-01", ""), ("claim_received", "06-02", "AY"), ("claim_rejected", "07-02", "AY")]),
    *[(claim, 1, 209, "06-03", [("claim_accepted", "06-04", "AY")]) for claim in ("E5", "E6", "E7", "E8")],
]  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """A remittance claim of one line: payment, claim, CLP02, what it paid, wrote off and left to the patient, when it came and posted."""

    payment: str
    claim: str
    paid: int
    contractual: int
    received: str
    posted: str
    generation: int = 1
    patient: int = 0
    reverses: str | None = None

    @property
    def remit(self) -> str:
        return f"{self.payment}-{self.claim}{'R' if self.reverses else ''}"


ANSWERS = [
    Answer("PE1", "E1", 0, 0, "05-20", "05-21"),
    Answer("PE2", "E1", 7_000, 3_000, "06-10", "06-10", 2),
    Answer("PE3", "E2", 0, 0, "06-01", "06-03"),
    Answer("PE4", "E2", 0, 0, "06-20", "06-20", 1, reverses="PE3-E2:post"),
    Answer("PE4", "E2", 12_000, 8_000, "06-20", "06-20", 2),
    Answer("PE5", "E3", 5_000, 0, "06-15", "06-15", patient=3_000),
    Answer("PE6", "E5", 6_000, 3_000, "06-20", "06-20"),
    Answer("PE6", "E6", 0, 0, "06-20", "06-20"),
    Answer("PE6", "E7", 0, 0, "06-20", "06-20"),
    Answer("PE6", "E8", 0, 0, "06-20", "06-20"),
    Answer("PE8", "E7", 0, 0, "06-28", "06-28", 1, reverses="PE6-E7:post"),
    Answer("PE8", "E7", 4_000, 1_000, "06-28", "06-28", 2),
    Answer("PE8", "E8", 0, 0, "06-28", "06-28", 1, reverses="PE6-E8:post"),
    Answer("PE8", "E8", 0, 0, "06-28", "06-28", 2),
    Answer("PE9", "E5", -6_000, -3_000, "07-05", "07-05", 1, reverses="PE6-E5:post"),
    Answer("PE10", "E5", 6_000, 3_000, "07-10", "07-10", 2),
]  # fmt: skip

# denial, remittance claim, category, opened, why it closed, when
DENIALS = [
    ("DE1", "PE1-E1", "CODING", "05-21", "paid_later", "06-10"),
    ("DE2", "PE3-E2", "MED_NECESSITY", "06-03", "superseded", "06-20"),
    ("DE6", "PE6-E6", "AUTHORIZATION", "06-20", "written_off", "07-01"),
    ("DE6X", "PE6-E6", "AUTHORIZATION", "07-08", None, None),
    ("DE7", "PE6-E7", "CODING", "06-20", "superseded", "06-28"),
    ("DE8", "PE6-E8", "CODING", "06-20", "superseded", "06-28"),
    ("DE8X", "PE8-E8", "CODING", "06-28", None, None),
]  # fmt: skip
ACTIONS = [("DE1", "correct_and_resubmit", "05-25"), ("DE2", "appeal", "06-05"), ("DE6", "write_off", "07-01")]

# kind, account, party, cents, claim, posted, effective: what moves money beside answers, each with its other side
MONEY: list[tuple[str, str, str, str, str, int, str, str, str]] = [
    ("patient_payment", "CASH_CLEARING", "card", "UNAPPLIED", "patient", 1_500, "E3", "06-01", "05-31"),
    ("patient_payment", "CASH_CLEARING", "check", "UNAPPLIED", "patient", 2_000, "E1", "07-02", "07-01"),
    ("payment", "UNAPPLIED", "patient", "AR", "patient", 1_000, "E3", "06-16", "06-16"),
    ("bad_debt", "BAD_DEBT", "none", "AR", "patient", 500, "E3", "07-03", "07-03"),
    ("bad_debt", "BAD_DEBT", "none", "AR", "patient", -200, "E3", "07-09", "07-09"),
    ("charity", "CHARITY", "none", "AR", "patient", 400, "E3", "07-04", "07-04"),
    ("small_bal", "SMALL_BAL", "none", "AR", "patient", 100, "E3", "07-05", "07-05"),
    ("denial_wo", "DENIAL_WO", "no_authorization", "AR", "primary", 7_000, "E6", "07-01", "07-01"),
    ("denial_wo", "DENIAL_WO", "no_authorization", "AR", "primary", -7_000, "E6", "07-08", "07-08"),
    ("denial_wo", "DENIAL_WO", "medical_necessity", "AR", "primary", 1_000, "E4", "07-03", "07-03"),
    ("refund", "AR", "primary", "REFUND_PAYABLE", "payer", 300, "E1", "07-06", "07-06"),
    ("refund_sent", "REFUND_PAYABLE", "payer", "CASH_CLEARING", "check", 300, "E1", "07-07", "07-07"),
    ("refund_cleared", "CASH_CLEARING", "check", "BANK", "none", 300, "E1", "07-09", "07-09"),
    ("transfer", "AR", "collections", "AR", "patient", 250, "E3", "07-06", "07-06"),
    ("payment", "CASH_CLEARING", "check", "AR", "collections", 150, "E3", "07-10", "07-10"),
]

# remittance claim, occasion, priced on, verdict, reason, expected
PRICED = [
    ("PE2-E1", 1, "06-10", "as_expected", None, 7_000), ("PE5-E3", 1, "06-15", "underpaid", None, 9_000),
    ("PE5-E3", 2, "07-02", "as_expected", None, 8_000), ("PE6-E5", 1, "06-20", "underpaid", None, 8_000),
    ("PE8-E7", 1, "06-28", "not_priced", "no_rate", None), ("PE6-E6", 1, "06-20", "not_priced", "denied", None),
]  # fmt: skip


def load_eventful(con: duckdb.DuckDBPyConnection) -> None:
    """The practice on paper, and these claims beside it."""
    load_practice(con)
    entries = _entries()
    for posted in sorted({entry.posted for entry in entries}):
        with unit(con, f"more of {posted}", "run-2") as work, ledger.proposals(con):
            load_rows(
                con,
                "ledger_proposal",
                ["txn_key", "txn_kind", "actor", "entry_kind", "account", "sub_account", "cents", "practice_id", "payer_id",
                 "provider_id", "claim_id", "charge_id", "payment_id", "service_on", "effective_on"],
                [
                    (entry.txn, "x", "policy", entry.kind, entry.account, entry.party, entry.cents, "HARBOR", entry.payer,
                     entry.provider, entry.claim, entry.charge, _payment(entry), entry.service, entry.effective)
                    for entry in entries if entry.posted == posted
                ],
            )  # fmt: skip
            ledger.post(con, work, "test", posted)
    with unit(con, "more stage rows", "run-2"):
        for table, rows in {**_claims(), **_answers(), **_denials()}.items():
            fill(con, table, rows)


def _payment(entry: Entry) -> str | None:
    return entry.txn.removeprefix("remit:").split("-")[0] if entry.txn.startswith("remit:") else None


def _entries() -> list[Entry]:
    made: list[Entry] = []

    def move(txn: str, kind: str, debit: tuple[str, str], credit: tuple[str, str], cents: int, claim: str, posted: str, effective: str) -> None:  # fmt: skip
        for (account, party), side in ((debit, 1), (credit, -1)):
            made.append(
                Entry(txn, kind, account, party, side * cents, day(posted), day(effective), None if party == "patient" else "BLUE",
                      "P1", claim, f"{claim}-1", day(CHARGES[claim][1]))
            )  # fmt: skip

    for claim, (cents, _, posted) in CHARGES.items():
        move(f"charge:{claim}-1", "charge", ("AR", "primary"), ("REVENUE_GROSS", "none"), cents, claim, posted, posted)
    for one in ANSWERS:
        key, when = f"remit:{one.remit}", (one.claim, one.posted, one.received)
        if one.paid:
            move(key, "payment", ("CASH_CLEARING", "eft"), ("AR", "primary"), one.paid, *when)
        if one.contractual:
            move(key, "contractual", ("CONTRACTUAL", "contract"), ("AR", "primary"), one.contractual, *when)
        if one.patient:
            move(key, "transfer", ("AR", "patient"), ("AR", "primary"), one.patient, *when)
    for number, (kind, account, party, other, of, cents, claim, posted, effective) in enumerate(MONEY):
        move(f"money:{number}", kind, (account, party), (other, of), cents, claim, posted, effective)
    return made


def _claims() -> dict[str, list[dict[str, Any]]]:
    said = [(claim, version, *word) for claim, version, _, _, words in SENT for word in words]
    return {
        "front_office.appointment": [
            {"appointment_id": appointment, "updated_on": day(on), "provider_id": "P1", "starts_at": f"2026-{of} 09:00:00", "status": status}
            for appointment, of, told in (
                ("A1", "05-04", [("05-01", "booked"), ("05-04", "completed")]), ("A2", "05-05", [("05-05", "no_show"), ("07-02", "completed")]),
                ("A3", "06-10", [("06-10", "no_show")]), ("A4", "06-11", [("06-09", "cancelled")]), ("A5", "07-14", [("07-01", "booked")]),
            )
            for on, status in told
        ],
        "scrub.claim": [
            {"claim_id": claim, "practice_id": "HARBOR", "provider_id": "P1", "location_id": "MAIN", "payer_id": "BLUE",
             "payer_turn": "primary", "dos_from": day(dos), "entered_on": day(posted), "charge_cents": cents, "built_on": day(posted)}
            for claim, (cents, dos, posted) in CHARGES.items()
        ],
        "charges.charge": [
            {"charge_id": f"{claim}-1", "action": "new", "practice_id": "HARBOR", "claim_id": claim, "line_id": f"L{claim}-1",
             "encounter_id": f"V{claim}", "provider_id": "P1", "charge_cents": cents, "dos_from": day(dos),
             "entered_on": day(posted), "landed_on": day(posted)}
            for claim, (cents, dos, posted) in CHARGES.items()
        ],
        "submission.batch_claim": [
            {"claim_id": claim, "version": version, "isa13": isa13, "st02": isa13, "payer_id": "BLUE", "frequency": "1",
             "charge_cents": CHARGES[claim][0], "batch_on": day(on)}
            for claim, version, isa13, on, _ in SENT
        ],
        "submission.upload_event": [
            {"isa13": isa13, "seq": 1, "state": "uploaded", "happened_on": day(on)}
            for isa13, on in {isa13: on for _, _, isa13, on, _ in SENT}.items()
        ],
        "scrub.claim_event": [
            {"event_id": f"W{seq}", "claim_id": claim, "version": version, "seq": 1_000 + seq, "kind": kind, "rank": 80,
             "state": "accepted", "happened_on": day(on), "file_id": "ack", "segment_no": seq}
            for seq, (claim, version, kind, on, _) in enumerate(said)
        ],
        "acknowledgments.claim_status": [
            {"set_id": "ack", "status_no": seq, "segment_no": seq, "file_id": "ack", "level": "claim", "claim_id": claim,
             "category": "A2", "source": source, "is_ours": True, "received_on": day(on)}
            for seq, (claim, _, _, on, source) in enumerate(said) if source
        ],
        "scrub.override": [
            {"override_id": "OE7", "claim_id": "E7", "rule_id": "UNT-001", "finding_id": "FE7", "until_on": day("07-31"),
             "decided_on": day("07-12"), "run_id": "override-2"}
        ],
    }  # fmt: skip


def _answers() -> dict[str, list[dict[str, Any]]]:
    paid: dict[str, int] = {}
    for one in ANSWERS:
        paid[one.payment] = paid.get(one.payment, 0) + one.paid
    came = {one.payment: one for one in ANSWERS}
    return {
        "remittance.payment": [
            {"payment_id": payment, "payer_id": "BLUE", "is_our_payee": True, "method": "ACH", "paid_cents": paid[payment],
             "effective_on": day(one.received), "received_on": day(one.received)}
            for payment, one in came.items()
        ],
        "remittance.claim": [
            {"remit_claim_id": one.remit, "payment_id": one.payment, "status": "22" if one.reverses else "1",
             "charge_cents": CHARGES[one.claim][0], "paid_cents": one.paid, "lines": 1, "is_balanced": True}
            for one in ANSWERS
        ],
        "remittance.line": [
            {"remit_line_id": f"{one.remit}-1", "remit_claim_id": one.remit, "svc_no": 1, "paid_cents": one.paid} for one in ANSWERS
        ],
        "posting.posting_made": [
            {"posting_key": f"{one.remit}:post", "kind": "post", "payment_id": one.payment, "remit_claim_id": one.remit,
             "claim_id": one.claim, "payer_turn": "primary", "generation": None if one.reverses else one.generation,
             "reverses": one.reverses, "paid_cents": one.paid, "posted_on": day(one.posted)}
            for one in ANSWERS
        ],
        "posting.line_outcome_made": [
            {"remit_line_id": f"{one.remit}-1", "remit_claim_id": one.remit, "posting_key": f"{one.remit}:post",
             "charge_id": f"{one.claim}-1", "outcome": "posted", "paid_cents": one.paid, "posted_on": day(one.posted)}
            for one in ANSWERS
        ],
        "posting.payment_posted": [{"payment_id": payment, "posted_on": day(one.posted)} for payment, one in came.items()],
        "remittance.deposit": [
            {"deposit_id": f"B{payment}", "deposited_on": day(came[payment].received), "cents": paid[payment]} for payment in ("PE2", "PE4", "PE5")
        ],
        "posting.deposit_match": [
            {"deposit_id": f"B{payment}", "payment_id": payment, "matched_on": day(on)}
            for payment, on in (("PE2", "06-11"), ("PE4", "07-01"), ("PE5", "06-16"))
        ],
        "posting.bank_return_posted": [{"line_id": "R1", "payment_id": "PE5", "cents": 5_000, "posted_on": day("07-06")}],
        "receivables.contract_line": [
            {"remit_line_id": f"{remit}-1", "occasion": occasion, "posting_key": f"{remit}:post", "remit_claim_id": remit,
             "claim_id": remit.split("-")[1], "payer_id": "BLUE", "verdict": verdict, "reason": reason, "expected_cents": expected,
             "priced_on": day(priced)}
            for remit, occasion, priced, verdict, reason, expected in PRICED
        ],
    }  # fmt: skip


def _denials() -> dict[str, list[dict[str, Any]]]:
    claim = {remit: remit.split("-")[1] for _, remit, *_ in DENIALS}
    return {
        "receivables.denial": [
            {"denial_id": denial, "claim_id": claim[remit], "charge_id": f"{claim[remit]}-1", "payer_id": "BLUE",
             "payer_turn": "primary", "remit_claim_id": remit, "adjustment_id": f"{remit}-a1", "category": category, "carc": "16",
             "denied_cents": CHARGES[claim[remit]][0], "charge_cents": CHARGES[claim[remit]][0],
             "denied_on": day(opened), "opened_on": day(opened)}
            for denial, remit, category, opened, _, _ in DENIALS
        ],
        "receivables.denial_closed": [
            {"denial_id": denial, "because": because, "closed_on": day(closed)}
            for denial, _, _, _, because, closed in DENIALS if because and closed
        ],
        "receivables.denial_action": [
            {"action_id": f"AE{seq}", "denial_id": denial, "seq": 100 + seq, "action": action, "acted_on": day(on), "run_id": f"act-e{seq}"}
            for seq, (denial, action, on) in enumerate(ACTIONS)
        ],
    }  # fmt: skip

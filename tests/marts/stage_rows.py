"""What the other stages' tables hold about the practice of practice.py."""

from __future__ import annotations

from typing import Any

import duckdb

from pm_pipeline import ledger
from pm_pipeline.warehouse import load_rows, unit
from tests.marts.fill import fill
from tests.marts.practice import BILLED, CORRECTED, ENTRIES, LINES, day

Row = dict[str, Any]

# payment, payer, effective, received, ours
PAYMENTS = [
    ("PAY1", "BLUE", "02-10", "02-10", True),
    ("PAY2", "BLUE", "04-02", "04-02", True),
    ("PAY3", "GOLD", "05-18", "05-15", True),  # dated ahead
    ("PAY4", "BLUE", "05-20", "05-20", True),
    ("PAY5", "BLUE", "06-10", "06-10", True),
    ("PAY6", "BLUE", "07-09", "07-09", True),
    ("PAY7", "GOLD", "07-13", "07-13", True),
    ("PAY8", None, "07-13", "07-13", False),  # somebody else's
    ("PAY9", "BLUE", "03-10", "03-10", True),
]

# remittance claim, status, charge, [paid of each line] (none: a claim without lines)
REMIT_CLAIMS: list[tuple[str, str, int, list[int]]] = [
    ("PAY1-1", "1", 15_000, [7_000, 0]),
    ("PAY1-2", "25", 20_000, []),  # a predetermination: no answer
    ("PAY2-1", "1", 20_000, [12_000]),
    ("PAY3-1", "1", 30_000, [15_000]),
    ("PAY4-1", "22", -20_000, [-12_000]),
    ("PAY4-2", "1", 20_000, [10_000]),
    ("PAY5-1", "2", 30_000, [6_000]),
    ("PAY6-1", "1", 6_000, []),
    ("PAY6-2", "1", 13_000, [0, 0]),
    ("PAY7-1", "1", 11_000, [8_000]),
    ("PAY8-1", "1", 9_900, [9_900]),
    ("PAY9-1", "1", 4_000, [4_000]),
]

# remittance claim, kind, claim, turn, generation, reverses, posted
POSTINGS = [
    ("PAY1-1", "post", "C01", "primary", 1, None, "02-10"),
    ("PAY1-2", "post", "C02", "primary", 1, None, "02-10"),
    ("PAY2-1", "post", "C02", "primary", 2, None, "04-02"),
    ("PAY3-1", "post", "C03", "primary", 1, None, "05-15"),
    ("PAY4-1", "post", "C02", "primary", None, "PAY2-1:post", "05-20"),
    ("PAY4-2", "post", "C02", "primary", 3, None, "05-20"),
    ("PAY5-1", "suspend", None, None, None, None, "06-10"),
    ("PAY5-1", "release", "C03", "secondary", 1, None, "06-10"),
    ("PAY6-1", "post", "C08", "primary", 1, None, "07-09"),
    ("PAY6-2", "post", "C09", "primary", 1, None, "07-09"),
    ("PAY7-1", "suspend", None, None, None, None, "07-13"),
    ("PAY8-1", "suspend", None, None, None, None, "07-13"),
    ("PAY9-1", "suspend", None, None, None, None, "03-10"),
    ("PAY9-1", "release", "C11", "primary", 1, None, "03-12"),
]

# denial, claim, charge, remittance claim, category, denied, charge amount, denied on
DENIALS = [
    ("D01", "C01", "C01-2", "PAY1-1", "AUTHORIZATION", 5_000, 5_000, "02-10"),
    ("D02", "C02", "C02-1", "PAY4-2", "BUNDLING", 2_000, 20_000, "05-20"),  # a second answer: no initial denial
    ("D08", "C08", None, "PAY6-1", "DUPLICATE", 6_000, 6_000, "07-09"),
    ("D09A", "C09", "C09-1", "PAY6-2", "CODING", 10_000, 10_000, "07-09"),
    ("D09B", "C09", "C09-2", "PAY6-2", "MED_NECESSITY", 3_000, 3_000, "07-09"),
]

CLOSED_DENIALS = [("D01", "paid_later")]
# denial, day, command; the last one came after the last as-of day, and no figure knows it
DENIAL_NOTES = [("D09A", "07-02", "act-1"), ("D02", "06-01", "act-2"), ("D09A", "07-16", "act-3")]
# write-offs that one person asked for; the second was refused
WRITE_OFFS = [
    {"action_id": action, "denial_id": denial, "seq": 50 + seq, "action": what, "actor": by, "cents": cents, "acted_on": day("07-16"), "run_id": "act-3",
     "target_action_id": of}
    for seq, (action, denial, what, by, cents, of) in enumerate([
        ("A50", "D08", "write_off", "wren", 1_500, None), ("A51", "D09A", "write_off", "wren", 700, None),
        ("A52", "D09A", "refuse", "tamsin", None, "A51"),
    ])
]  # fmt: skip
DENIED_LINES = {"PAY1-1-2", "PAY4-2-1", "PAY6-1", "PAY6-2-1", "PAY6-2-2"}

# claim -> its events: state, kind, day
EVENTS = {
    "C01": [("released", "released", "01-12"), ("sent", "sent", "01-15"), ("partly_denied", "partly_denied", "02-10")],
    "C02": [("sent", "sent", "03-09"), ("paid", "paid", "04-02"), ("reversed", "reversed", "05-20"),
            ("partly_denied", "partly_denied", "05-20")],
    "C05": [("held", "held", "06-02"), ("released", "released", "06-05"), ("held", "reopen", "06-09"),
            ("held", "rebuilt", "06-11")],
    "C13": [("sent", "sent", "07-15")],
}  # fmt: skip


def load_practice(con: duckdb.DuckDBPyConnection) -> None:
    """Post the entries of practice.py, day by day, and fill the stages' tables."""
    for posted_on in sorted({entry.posted for entry in ENTRIES}):
        _post_day(con, posted_on)
    with unit(con, "stage rows", "run-1"):
        for table, rows in _tables().items():
            fill(con, table, rows)


def _post_day(con: duckdb.DuckDBPyConnection, posted_on: Any) -> None:
    with unit(con, f"day {posted_on}", "run-1") as work, ledger.proposals(con):
        load_rows(
            con,
            "ledger_proposal",
            ["txn_key", "txn_kind", "actor", "entry_kind", "account", "sub_account", "cents", "practice_id", "payer_id",
             "provider_id", "claim_id", "charge_id", "service_on", "effective_on"],
            [
                (entry.txn, entry.txn.split(":")[0], "policy", entry.kind, entry.account, entry.party, entry.cents,
                 "HARBOR", entry.payer, entry.provider, entry.claim, entry.charge, entry.service, entry.effective)
                for entry in ENTRIES if entry.posted == posted_on
            ],
        )  # fmt: skip
        ledger.post(con, work, "test", posted_on)


def _tables() -> dict[str, list[Row]]:
    return {**_claims(), **_submissions(), **_remittances(), **_postings(), **_receivables()}


def _claims() -> dict[str, list[Row]]:
    first = {line.claim: line for line in reversed(LINES)}
    claims = [
        {"claim_id": claim, "practice_id": "HARBOR", "provider_id": line.provider, "location_id": "MAIN",
         "payer_id": "BLUE" if claim == "C06" else line.payer, "payer_turn": "primary" if line.payer else "patient",
         "dos_from": day(line.service), "dos_to": day(line.service), "entered_on": day(line.posted),
         "charge_cents": sum(item.cents for item in LINES if item.claim == claim), "built_on": day(line.posted)}
        for claim, line in sorted(first.items())
    ]  # fmt: skip
    charges = [
        {"charge_id": line.charge, "action": "correct" if line.charge == "C05-1" else "new", "practice_id": "HARBOR",
         "original_charge_id": "C05-0" if line.charge == "C05-1" else None, "claim_id": line.claim,
         "line_id": f"L{line.charge}", "charge_cents": line.cents, "dos_from": day(line.service)}
        for line in [*LINES, CORRECTED]
    ]  # fmt: skip
    void = {"charge_id": "C07-1V", "action": "void", "original_charge_id": "C07-1", "practice_id": "HARBOR",
            "claim_id": "C07", "line_id": "LC07-1V", "charge_cents": 50_000}  # fmt: skip
    steps = [(claim, *step) for claim, story in EVENTS.items() for step in story]
    events = [
        {"event_id": f"V{seq}", "claim_id": claim, "version": 0 if claim == "C05" else 1, "seq": seq, "kind": kind,
         "state": state, "rank": 10, "happened_on": day(happened)}
        for seq, (claim, state, kind, happened) in enumerate(steps, start=1)
    ]  # fmt: skip
    findings = [
        {"finding_id": finding, "claim_id": "C05", "rule_id": "AUT-001", "rule_version": 1, "severity": severity,
         "message": "Authorization missing", "remedy": "Add it", "found_on": day("06-02")}
        for finding, severity in (("F1", "hold"), ("F2", "warn"), ("F3", "hold"))
    ]  # fmt: skip
    held = {"finding_id": "F4", "claim_id": "C10", "rule_id": "UNT-001", "rule_version": 1, "severity": "hold",
            "message": "Two units", "remedy": "One", "found_on": day("06-16")}  # fmt: skip
    later = {**held, "finding_id": "F5", "claim_id": "C09", "found_on": day("07-03")}  # after it was first sent
    fix = {"claim_id": "C10", "charge_id": "C10-1", "ordinal": 1, "rule_id": "UNT-001", "decided_on": day("06-16"),
           "run_id": "fix-1"}  # fmt: skip
    return {
        "scrub.claim": claims,
        "charges.charge": [*charges, void],
        "scrub.claim_event": events,
        "scrub.edit_finding": [*findings, held, later],
        "scrub.finding_cleared": [
            {"finding_id": "F3", "cleared_on": day("06-05")}, {"finding_id": "F4", "cleared_on": day("06-16")}
        ],
        # one command set two values: one touch
        "scrub.person_fix": [{**fix, "person_fix_id": "P1", "column_name": "units"},
                             {**fix, "person_fix_id": "P2", "column_name": "modifiers"}],
        "scrub.override": [
            {"override_id": "O1", "claim_id": "C09", "rule_id": "UNT-001", "finding_id": "F5", "until_on": day("07-31"),
             "decided_on": day("07-04"), "run_id": "override-1"}
        ],
        "codes.category": [
            {"category": category, "priority": priority}
            for category, priority in (("AUTHORIZATION", 20), ("DUPLICATE", 22), ("CODING", 40), ("BUNDLING", 42),
                                       ("MED_NECESSITY", 50))
        ],
    }  # fmt: skip


def _submissions() -> dict[str, list[Row]]:
    cents = {claim: sum(line.cents for line in LINES if line.claim == claim) for claim in BILLED}
    sent = [(claim, 1, number, day(uploaded)) for number, (claim, uploaded) in enumerate(BILLED.items(), start=1)]
    sent.append(("C02", 2, 90, day("07-14")))  # sent again: it must not get younger
    return {
        "submission.batch_claim": [
            {"claim_id": claim, "version": version, "isa13": isa13, "st02": isa13, "payer_id": "BLUE",
             "frequency": "1" if version == 1 else "7", "charge_cents": cents[claim]}
            for claim, version, isa13, _ in sent
        ],
        "submission.upload_event": [
            {"isa13": isa13, "seq": seq, "state": state, "happened_on": uploaded}
            for _, _, isa13, uploaded in sent
            for seq, state in enumerate(("prepared", "uploading", "uploaded"), start=1)
        ],
    }  # fmt: skip


def _remittances() -> dict[str, list[Row]]:
    return {
        "remittance.payment": [
            {"payment_id": payment, "payer_id": payer, "effective_on": day(effective), "received_on": day(received),
             "is_our_payee": ours, "method": "ACH"}
            for payment, payer, effective, received, ours in PAYMENTS
        ],
        "remittance.claim": [
            {"remit_claim_id": claim, "payment_id": claim.split("-")[0], "clp_no": int(claim.split("-")[1]),
             "status": status, "charge_cents": charge, "paid_cents": sum(paid), "lines": len(paid), "is_balanced": True}
            for claim, status, charge, paid in REMIT_CLAIMS
        ],
        "remittance.line": [
            {"remit_line_id": f"{claim}-{number}", "remit_claim_id": claim, "svc_no": number, "paid_cents": cents}
            for claim, _, _, paid in REMIT_CLAIMS for number, cents in enumerate(paid, start=1)
        ],
        "remittance.provider_adjustment": [
            {"plb_id": "PAY6-plb", "payment_id": "PAY6", "reason_code": "L6", "cents": -500}
        ],
    }  # fmt: skip


def _postings() -> dict[str, list[Row]]:
    lines = {
        claim: [(f"{claim}-{number}", cents) for number, cents in enumerate(paid, start=1)] or [(claim, 0)]
        for claim, _, _, paid in REMIT_CLAIMS
    }
    exceptions = [
        ("Q1", "PAYER_NOT_ON_CLAIM", "PAY5-1", "C03", 6_000),  # a person added the coverage
        ("Q2", "CLAIM_UNMATCHED", "PAY7-1", None, 8_000),  # open
        ("Q3", "CLAIM_UNMATCHED", "PAY9-1", "C11", 4_000),  # the policy matched it when the charge came
        ("Q4", "PAYEE_NOT_OURS", "PAY8-1", None, 9_900),
    ]
    return {
        "posting.posting_made": [
            {"posting_key": f"{remit}:{kind}", "kind": kind, "payment_id": remit.split("-")[0], "remit_claim_id": remit,
             "claim_id": claim, "payer_turn": turn, "generation": generation, "reverses": reverses,
             "posted_on": day(posted)}
            for remit, kind, claim, turn, generation, reverses, posted in POSTINGS
        ],
        "posting.line_outcome_made": [
            {"remit_line_id": line, "remit_claim_id": remit, "posting_key": f"{remit}:{kind}", "paid_cents": cents,
             "outcome": "held" if kind == "suspend" else "denied" if line in DENIED_LINES else "posted",
             "posted_on": day(posted)}
            for remit, kind, _, _, _, _, posted in POSTINGS for line, cents in lines[remit]
        ],
        "posting.exception": [
            {"exception_id": exception, "code": code, "item_kind": "remit_claim", "item_id": remit,
             "payment_id": remit.split("-")[0], "remit_claim_id": remit, "claim_id": claim, "cents": cents,
             "is_blocking": True}
            for exception, code, remit, claim, cents in exceptions
        ],
        "posting.exception_closed": [
            {"exception_id": "Q1", "because": "coverage added", "actor": "person:biller", "closed_on": day("06-10")},
            {"exception_id": "Q3", "because": "posted_later", "actor": "policy", "closed_on": day("03-12")},
        ],
        "posting.resolution": [{"resolution_id": "R1", "exception_id": "Q1", "action": "turn", "target": "secondary",
                                "decided_on": day("06-10"), "run_id": "resolve-1"}],
        "posting.unposting": [{"unposting_id": "U1", "remit_claim_id": "PAY9-9", "claim_id": "C12", "match_by": "composite",
                               "decided_on": day("07-02"), "run_id": "unpost-1"}],
        "posting.payment_posted": [
            {"payment_id": payment, "posted_on": day(received)} for payment, _, _, received, _ in PAYMENTS
        ],
        "posting.provider_adjustment_outcome": [{"plb_id": "PAY6-plb", "kind": "post", "posted_on": day("07-09")}],
    }  # fmt: skip


def _receivables() -> dict[str, list[Row]]:
    return {
        "receivables.denial": [
            {"denial_id": denial, "claim_id": claim, "charge_id": charge, "payer_id": "BLUE", "payer_turn": "primary",
             "remit_claim_id": remit, "category": category, "is_duplicate": category == "DUPLICATE", "carc": "16",
             "denied_cents": denied, "charge_cents": cents, "denied_on": day(denied_on), "opened_on": day(denied_on)}
            for denial, claim, charge, remit, category, denied, cents, denied_on in DENIALS
        ],
        "receivables.denial_closed": [
            {"denial_id": denial, "because": because, "closed_on": day("05-01")} for denial, because in CLOSED_DENIALS
        ],
        "receivables.denial_action": [
            {"action_id": f"A{seq}", "denial_id": denial, "seq": seq, "action": "note", "acted_on": day(acted), "run_id": run}
            for seq, (denial, acted, run) in enumerate(DENIAL_NOTES, start=1)
        ] + WRITE_OFFS,
        "receivables.money_action": [
            {"action_id": "M1", "event": "refund", "claim_id": "C12", "party": "primary", "cents": 2_505, "needs_second": True, "actor": "wren",
             "decided_on": day("06-01")},
            {"action_id": "M2", "event": "refund", "claim_id": "C12", "party": "primary", "cents": 900, "needs_second": True, "actor": "wren",
             "decided_on": day("06-01")},
            {"action_id": "M3", "event": "small_balance", "claim_id": "C01", "party": "patient", "cents": 100, "needs_second": False, "actor": "wren",
             "decided_on": day("06-01")},
        ],
        "receivables.money_answer": [{"action_id": "M2", "answer": "refused", "actor": "tamsin"}],
        "receivables.work_item": [
            {"work_id": "W1", "kind": "overdue_remittance", "item_id": "C10", "claim_id": "C10", "cents": 11_000,
             "text": "owed 5 cents, 50 cents, -100 cents and 1234567 cents at segment 12 of 3"},
            {"work_id": "W2", "kind": "overdue_set", "item_id": "7", "cents": 100},
        ],
        "receivables.work_item_closed": [{"work_id": "W2", "because": "happened"}],
    }  # fmt: skip

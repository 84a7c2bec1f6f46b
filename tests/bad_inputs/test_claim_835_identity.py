"""Area 835-claim: whose claim and which line it is, and what came before it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pm_pipeline import ledger
from pm_pipeline.charges.posting import post_charges
from pm_pipeline.warehouse import unit
from tests.bad_inputs.day import Day
from tests.bad_inputs.rows import ACCEPT, POST_EXC, SUSPENSE, Case, Cases, Steps
from tests.bad_inputs.scene import Scene
from tests.money import CO45, DOS, PR3, TODAY, taken_back

CASES = Cases()
PAID = {"AR:primary": -10_000, "CASH_CLEARING:eft": 8_000, "CONTRACTUAL:contract": 2_000}
WAITS = {"CASH_CLEARING:eft": 8_000, "UNAPPLIED:payer": -8_000}
REST_OF_ID = "ABCDEFGHIJKLM"


def known_number(at: Scene, claim_id: str, number: str) -> None:
    """A 277CA told us the payer's number of this claim."""
    at.world.con.execute(
        "INSERT INTO acknowledgments.claim_status VALUES (?, 1, 1, 'f', 'claim', ?, 'A2', '20', NULL, 'WQ', 10000, ?, NULL, true, ?, 'r', 'AY')",
        [f"s{claim_id}", claim_id, number, DOS],
    )


@CASES.row("B097", ACCEPT, 20, 17)
def the_payer_keeps_characters(at: Scene, kept: int) -> Steps:
    """Ours have 17 at most, so a payer that keeps what it must keep returns them whole."""
    which = REST_OF_ID[: 17 - len(at.name)]
    claim_id = at.bill(which)
    assert len(claim_id) == 17
    at.send(at.paid(which, clp01=claim_id[:kept]))
    yield
    at.shows(ACCEPT)
    assert at.ledger() == PAID


@CASES.row("B097", POST_EXC)
def our_id_is_cut_and_the_payers_number_is_known(at: Scene) -> Steps:
    which = REST_OF_ID[: 17 - len(at.name)]
    claim_id = at.bill(which)
    known_number(at, claim_id, f"{at.name}{which}N")
    at.send(at.paid(which, clp01=claim_id[:12]))
    yield
    at.shows(POST_EXC, "CLAIM_ID_CUT", cents=8_000, evidence="CLP01 has the first 12 of 17 characters")
    assert at.ledger() == PAID


@CASES.row("B097", SUSPENSE)
def our_id_is_cut_and_nothing_else_is_known(at: Scene) -> Steps:
    """Only one claim of ours begins so, and still it is not taken for that one."""
    which = REST_OF_ID[: 17 - len(at.name)]
    claim_id = at.bill(which)
    at.send(at.paid(which, clp01=claim_id[:12]))
    yield
    at.shows(SUSPENSE, "CLAIM_UNMATCHED", cents=8_000, evidence="CLP 1 at segment ")
    assert at.ledger() == WAITS


@CASES.row("B098", SUSPENSE)
def the_payer_had_no_id(at: Scene) -> Steps:
    at.bill()
    at.send(at.paid(clp01="0"))
    yield
    at.shows(SUSPENSE, "CLAIM_UNMATCHED", cents=8_000)
    assert at.ledger() == WAITS


@CASES.row("B100", ACCEPT)
def the_answer_to_a_replacement_has_the_first_id(at: Scene) -> Steps:
    """We send frequency 7 under the CLM01 of the original, so CLP01 is right however the payer reads RFI 1945."""
    claim_id = at.bill()
    at.put_on_the_wire(claim_id)
    first = at.claim(at.line("A", 10_000, 6_000, CO45(4_000)))
    at.send(first, beside=None)
    yield
    at.put_on_the_wire(claim_id, 2, "7")
    at.send(taken_back(first), at.paid(number=f"{at.name}M", frequency="7", original_number=f"{at.name}N"))
    yield
    at.shows(ACCEPT)
    assert at.ledger() == PAID


@CASES.row("B101", ACCEPT)
def one_claim_is_taken_back_and_corrected_in_one_set(at: Scene) -> Steps:
    """CLP02 22 and then 1, with the same CLP01 and CLP07."""
    at.bill()
    first = at.claim(at.line("A", 10_000, 6_000, CO45(4_000)))
    at.send(first, beside=None)
    yield
    at.send(taken_back(first), at.paid())
    yield
    at.shows(ACCEPT)
    assert at.ledger() == PAID


@CASES.row("B101", ACCEPT)
def one_claim_is_answered_in_two_parts(at: Scene) -> Steps:
    at.bill(charges={"A": 10_000, "B": 5_000})
    at.send(at.paid(), at.claim(at.line("B", 5_000, 4_000, CO45(1_000))))
    yield
    at.shows(ACCEPT)
    assert at.charges_paid() == [("A", 8_000), ("B", 4_000)]
    assert at.ledger() == {"AR:primary": -15_000, "CASH_CLEARING:eft": 12_000, "CONTRACTUAL:contract": 3_000}


@CASES.row("B103", POST_EXC, "later", "at once")
def the_payer_pays_twice(at: Scene, when: str) -> Steps:
    """The same CLP07, CLP02 and CLP04 under two trace numbers: the cash is real, so both post."""
    at.bill()
    at.send(at.paid())
    if when == "later":
        yield
    at.send(at.paid())
    yield
    at.shows(
        POST_EXC, "DUP_PAYMENT", "CREDIT_BALANCE", cents=8_000,
        evidence=f"2 payments answer claim number {at.name}N with CLP02 1 and 8000 cents",
    )  # fmt: skip
    assert at.ledger() == {name: 2 * cents for name, cents in PAID.items()}
    assert at.world.ar(at.name) == {"primary": -10_000}


@CASES.row("B112", SUSPENSE)
def it_takes_back_what_never_came(at: Scene) -> Steps:
    at.bill()
    at.send(taken_back(at.paid()))
    yield
    at.shows(SUSPENSE, "ORPHAN_REVERSAL", cents=-8_000)
    assert at.ledger() == {"CASH_CLEARING:eft": -8_000, "UNAPPLIED:payer": 8_000}


@CASES.row("B113", SUSPENSE)
def it_takes_back_another_amount(at: Scene) -> Steps:
    at.bill()
    at.send(at.paid(), beside=None)
    yield
    at.send(taken_back(at.claim(at.line("A", 10_000, 7_000, CO45(3_000)))))
    yield
    at.shows(SUSPENSE, "REVERSAL_MISMATCH", cents=-7_000)
    assert at.ledger() == {**PAID, "CASH_CLEARING:eft": 1_000, "UNAPPLIED:payer": 7_000}


@CASES.row("B113", SUSPENSE)
def it_takes_back_other_reasons(at: Scene) -> Steps:
    """The amounts are those of the original; 20 dollars of contract come back as 15 and 5 of the patient's."""
    at.bill()
    at.send(at.paid(), beside=None)
    yield
    at.send(taken_back(at.claim(at.line("A", 10_000, 8_000, CO45(1_500), PR3(500)))))
    yield
    at.shows(SUSPENSE, "REVERSAL_MISMATCH", cents=-8_000)
    assert at.ledger() == {"AR:primary": -10_000, "CONTRACTUAL:contract": 2_000, "UNAPPLIED:payer": 8_000}


@CASES.row("B115", SUSPENSE, "22 first", "22 last")
def the_correction_is_a_22_too(at: Scene, order: str) -> Steps:
    """The first is taken back; what should have been CLP02 1 waits for a person."""
    at.bill()
    first = at.claim(at.line("A", 10_000, 6_000, CO45(4_000)))
    at.send(first, beside=None)
    yield
    both = [taken_back(first), replace(at.paid(), status="22", patient_cents=None)]
    at.send(*(both if order == "22 first" else both[::-1]))
    yield
    at.shows(
        SUSPENSE, "CORRECTION_IS_REVERSAL", cents=8_000, evidence="another CLP02 22 of this payment took back the claim"
    )
    assert at.ledger() == WAITS
    assert at.world.ar(at.name) == {"primary": 10_000}


@CASES.row("B130", POST_EXC)
def a_line_has_a_procedure_we_never_billed(at: Scene) -> Steps:
    at.bill()
    at.send(at.claim(at.line("A", 10_000, 8_000, CO45(2_000), line_id=None, procedure="99215")))
    yield
    at.shows(POST_EXC, "LINE_UNMATCHED", cents=8_000, evidence="no charge with its procedure, date and amount")
    assert at.ledger() == PAID
    assert at.charges_paid() == [(None, 8_000)]


@CASES.row("B130", ACCEPT)
def a_line_was_down_coded_and_says_from_what(at: Scene) -> Steps:
    """SVC06 carries the procedure we billed."""
    at.bill()
    at.send(
        at.claim(at.line("A", 10_000, 8_000, CO45(2_000), line_id=None, procedure="99212")),
        edit=[("SVC*HC:99212*100*80**1~", "SVC*HC:99212*100*80**1*HC:99213~")],
    )
    yield
    at.shows(ACCEPT)
    assert at.charges_paid() == [("A", 8_000)]


@CASES.row("B131", POST_EXC, "missing", "unknown")
def a_line_number_fits_nothing_and_two_charges_are_alike(at: Scene, number: str) -> Steps:
    at.bill(charges={"A": 5_000, "B": 5_000})
    line_id = None if number == "missing" else "LNOBODYS"
    at.send(at.claim(*(at.line(one, 5_000, 4_000, CO45(1_000), line_id=line_id) for one in "AB")))
    yield
    at.shows(POST_EXC, "LINE_UNMATCHED", "LINE_UNMATCHED", cents=4_000)
    assert at.ledger() == PAID
    assert at.charges_paid() == [(None, 8_000)]


@CASES.row("B131", ACCEPT)
def a_line_without_number_fits_one_charge_only(at: Scene) -> Steps:
    at.bill(charges={"A": 5_000, "B": 6_000})
    at.send(at.claim(*(at.line(one, cents, cents, line_id=None) for one, cents in (("A", 5_000), ("B", 6_000)))))
    yield
    at.shows(ACCEPT)
    assert at.charges_paid() == [("A", 5_000), ("B", 6_000)]


@CASES.row("B134", POST_EXC, ("DENIAL_WO", "timely"), ("BAD_DEBT", "none"), ("AR", "collections"))
def the_claim_was_given_up(at: Scene, account: str, sub_account: str) -> Steps:
    """A person wrote it off or gave it to an agency; then the payer pays after all."""
    claim_id = at.bill()
    with unit(at.world.con, "given up", "r") as work, ledger.proposals(at.world.con):
        for name, sub, cents in ((account, sub_account, 10_000), ("AR", "primary", -10_000)):
            at.world.con.execute(
                "INSERT INTO ledger_proposal (txn_key, txn_kind, actor, entry_kind, account, sub_account, cents, practice_id, claim_id, effective_on) "
                "VALUES (?, 'write_off', 'biller', 'write_off', ?, ?, ?, 'HARBOR', ?, ?)",
                [f"given up:{claim_id}", name, sub, cents, claim_id, DOS],
            )
        ledger.post(at.world.con, work, "given up", DOS)
    at.send(at.paid())
    yield
    said = "10000 cents are at collections" if account == "AR" else f"10000 cents were written off to {account}"
    at.shows(POST_EXC, "POST_TO_CLOSED", "CREDIT_BALANCE", cents=8_000, evidence=said)
    assert at.ledger() == PAID


@CASES.row("B134", POST_EXC)
def every_charge_of_the_claim_was_voided(at: Scene) -> Steps:
    claim_id = at.bill()
    yield
    at.world.con.execute(
        "INSERT INTO charges.charge SELECT * REPLACE (charge_id || 'V' AS charge_id, line_id || 'V' AS line_id, 'void' AS action, "
        "charge_id AS original_charge_id) FROM charges.charge WHERE claim_id = ?",
        [claim_id],
    )
    post_charges(at.world.con, TODAY, "void")
    at.world.con.execute("UPDATE scrub.claim SET lines = 0 WHERE claim_id = ?", [claim_id])  # as scrub builds it again
    at.send(at.paid())
    yield
    at.shows(POST_EXC, "POST_TO_CLOSED", "CREDIT_BALANCE", cents=8_000, evidence="every charge of it is void")
    assert at.charges_paid() == [("A", 8_000)]
    assert at.world.ar(at.name) == {"primary": -10_000}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_row(case: Case, day: Day) -> None:
    day.check(case)

"""An answer speaks of what was sent to the partner it came from; numbers alone prove nothing."""

from __future__ import annotations

import pytest

from tests.acknowledgments.sent import Sent, all_in

REJECTED_CLAIM = (
    "HL*1**20*1", "HL*2*1*21*1", "TRN*2*B701", "STC*A1:19*20260603*WQ*100", "HL*3*2*19*1", "HL*4*3*PT", "TRN*2*C1",
    "STC*A7:21*20260603*U*100",
)  # fmt: skip
REJECTED_BATCH = ("HL*1**20*1", "HL*2*1*21*1", "TRN*2*B701", "STC*A3:500*20260603*U*200")
REJECTED_GROUP = ("AK1*HC*70*005010X222A1", "AK2*837*701*005010X222A1", "IK5*R*5", "AK9*R*2*2*0")
REJECTED_INTERCHANGE = "TA1*000000007*260603*0900*R*024"


def test_an_answer_from_another_partner_is_an_orphan_and_moves_nothing(sent: Sent) -> None:
    sent.ta1(REJECTED_INTERCHANGE, partner="bank")
    sent.set_answer(*REJECTED_GROUP, partner="bank")
    sent.claim_answer(*REJECTED_CLAIM, partner="bank")
    sent.claim_answer(*REJECTED_BATCH, partner="bank")
    assert sent.states == all_in("sent")
    assert sent.problems() == ["ORPHAN_277CA", "ORPHAN_999", "ORPHAN_BATCH", "ORPHAN_TA1"]
    assert "to another partner" in sent.said("ORPHAN_TA1")
    assert "no group of ours to this partner" in sent.said("ORPHAN_999")
    assert "sent to another partner" in sent.said("ORPHAN_277CA")
    for table in ("interchange_ack", "group_ack", "set_ack", "claim_status"):
        assert sent.con.execute(f"SELECT bool_or(is_ours) FROM acknowledgments.{table}").fetchone() == (False,), table


@pytest.mark.parametrize("partner", ["clearinghouse", "by_hand"])
def test_the_partner_itself_and_a_person_who_drops_its_file_are_believed(sent: Sent, partner: str) -> None:
    sent.set_answer("AK1*HC*70*005010X222A1", "AK9*A*2*2*2", partner=partner)
    sent.claim_answer(*REJECTED_CLAIM, partner=partner)
    assert sent.states == {"C1": "rejected", "C2": "set_accepted", "C3": "set_accepted"}
    assert sent.problems() == []


def test_the_same_bytes_from_both_partners_are_an_answer(sent: Sent) -> None:
    """They are one file with two receipts; that another sent it first does not make it another's."""
    sent.set_answer("AK1*HC*70*005010X222A1", "AK9*A*2*2*2", partner="bank", load=False)
    ((file_id,),) = sent.con.execute("SELECT file_id FROM transport.receipt").fetchall()
    sent.con.execute(
        "INSERT INTO transport.receipt VALUES ('second', ?, 'clearinghouse', '/y', 1, NULL, DATE '2026-06-03', now()::TIMESTAMP, 'r')",
        [file_id],
    )
    sent.load()
    assert sent.states == all_in("set_accepted")


def test_of_a_claim_sent_to_two_partners_each_answers_its_own_version(sent: Sent) -> None:
    sent.con.execute(
        "INSERT INTO submission.interchange SELECT 8, 80, 'bank', batch_on, 'out8', '837P_8.edi', 1, 1, 1, 10000, prepared_at, 'r' FROM submission.interchange"
    )
    sent.con.execute("INSERT INTO submission.transaction_set VALUES (801, 8, 'B801', 1, 3, 9)")
    sent.con.execute(
        "INSERT INTO submission.batch_claim SELECT claim_id, 2, 8, 801, payer_id, '1', NULL, 'h2', 10000, 3, 9, batch_on, 'r' "
        "FROM submission.batch_claim WHERE claim_id = 'C1'"
    )
    unnamed = [
        one for one in REJECTED_CLAIM if one != "TRN*2*B701"
    ]  # no batch is named: the version sent last is meant
    sent.claim_answer(*unnamed)
    sent.claim_answer(*(one.replace("A7", "A2").replace("*U*", "*WQ*") for one in unnamed), partner="bank")
    sent.claim_answer(*(one.replace("C1", "C2") for one in unnamed), partner="bank")
    assert sent.states["C2"] == "sent"
    assert sent.problems() == ["ORPHAN_277CA"]
    events = sent.con.execute(
        "SELECT version, kind FROM scrub.claim_event WHERE claim_id = 'C1' AND kind LIKE 'claim_%' ORDER BY 1"
    ).fetchall()
    assert events == [(1, "claim_rejected"), (2, "claim_accepted")]

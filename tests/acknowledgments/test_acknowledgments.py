"""TA1, 999 and 277CA move exactly the claims they speak of, forward only; what is not ours is reported and moves nothing."""

from __future__ import annotations

from pm_pipeline import acknowledgments
from pm_pipeline.audit.verify import verify
from tests.acknowledgments.sent import TODAY, Sent, all_in


def test_a_ta1_moves_every_claim_of_its_interchange(sent: Sent) -> None:
    sent.ta1("TA1*000000007*260603*0900*A*000")
    assert sent.states == all_in("interchange_accepted")


def test_a_rejected_interchange_rejects_every_claim_and_says_so(sent: Sent) -> None:
    sent.ta1("TA1*000000007*260603*0900*R*024")
    assert sent.states == all_in("rejected")
    assert sent.problems() == ["TA1_REJECTED"]


def test_accepted_with_errors_is_accepted(sent: Sent) -> None:
    sent.ta1("TA1*000000007*260603*0900*E*005")
    assert sent.states == all_in("interchange_accepted")


def test_a_second_copy_refused_as_a_duplicate_rejects_nothing(sent: Sent) -> None:
    sent.set_answer("AK1*HC*70*005010X222A1", "AK9*A*2*2*2")
    sent.ta1("TA1*000000007*260603*0900*R*025")
    assert sent.states == all_in("set_accepted")
    assert sent.problems() == ["TA1_DUPLICATE"]


def test_an_answer_to_what_we_never_sent_moves_nothing(sent: Sent) -> None:
    sent.ta1("TA1*000000099*260603*0900*R*024", "TA1*000000098*260603*0900*Z*000")
    sent.set_answer("AK1*HC*99*005010X222A1", "AK2*837*701", "IK5*R*5", "AK9*R*1*1*0")
    sent.claim_answer(
        "HL*1**20*1", "HL*2*1*21*1", "HL*3*2*19*1", "HL*4*3*PT", "TRN*2*STRANGER", "STC*A7:21*20260603*U*100"
    )
    assert sent.states == all_in("sent")
    assert sent.problems() == ["ORPHAN_277CA", "ORPHAN_999", "ORPHAN_TA1", "ORPHAN_TA1", "TA1_CODE"]


def test_a_999_rejects_the_set_it_names_and_no_other(sent: Sent) -> None:
    sent.set_answer(
        "AK1*HC*70*005010X222A1",
        "AK2*837*701*005010X222A1",
        "IK5*A",
        "AK2*837*702*005010X222A1",
        "IK3*NM1*22**8",
        "IK4*9*67*1*",
        "IK5*R*5",
        "AK9*P*2*2*1",
    )
    assert sent.states == {"C1": "set_accepted", "C2": "set_accepted", "C3": "rejected"}
    detail = sent.con.execute(
        "SELECT detail FROM scrub.claim_event WHERE claim_id = 'C3' AND state = 'rejected'"
    ).fetchone()
    assert detail == ("999 R set 702; IK3 NM1 segment 22 code 8; IK4 element 9 code 1",)


def test_sets_left_out_are_accepted_only_when_the_count_says_so(sent: Sent) -> None:
    sent.set_answer("AK1*HC*70*005010X222A1", "AK2*837*702*005010X222A1", "IK5*R*5", "AK9*P*2*2*1")
    assert sent.states == {"C1": "set_accepted", "C2": "set_accepted", "C3": "rejected"}


def test_sets_left_out_stay_unanswered_when_the_count_does_not_tie(sent: Sent) -> None:
    sent.set_answer("AK1*HC*70*005010X222A1", "AK2*837*702*005010X222A1", "IK5*R*5", "AK9*P*2*2*0")
    assert sent.states == {"C1": "sent", "C2": "sent", "C3": "rejected"}
    assert sent.problems() == ["SETS_UNANSWERED"]


def test_a_rejected_group_rejects_every_set_whatever_its_own_answer(sent: Sent) -> None:
    sent.set_answer("AK1*HC*70*005010X222A1", "AK2*837*701*005010X222A1", "IK5*A", "AK9*R*2*2*0")
    assert sent.states == all_in("rejected")


def test_a_999_without_ak9_accepts_nothing(sent: Sent) -> None:
    sent.set_answer("AK1*HC*70*005010X222A1", "AK2*837*701*005010X222A1", "IK5*A")
    assert sent.states == all_in("sent")
    assert "NO_AK9" in sent.problems()


def test_set_numbers_with_leading_zeros_are_the_same_number(sent: Sent) -> None:
    sent.set_answer(
        "AK1*HC*70*005010X222A1",
        "AK2*837*000000702*005010X222A1",
        "IK5*R*5",
        "AK2*837*0701*005010X222A1",
        "IK5*E*5",
        "AK9*P*2*2*1",
    )
    assert sent.states == {"C1": "set_accepted", "C2": "set_accepted", "C3": "rejected"}


def claim_segments(*claims: str) -> list[str]:
    return ["HL*1**20*1", "HL*2*1*21*1", "HL*3*2*19*1", *claims]


def test_a_277ca_accepts_and_rejects_claim_by_claim_and_keeps_the_payers_number(sent: Sent) -> None:
    sent.claim_answer(
        *claim_segments(
            "HL*4*3*PT",
            "TRN*2*C1",
            "STC*A2:20*20260603*WQ*100",
            "REF*1K*ICN1",
            "HL*5*3*PT",
            "TRN*2*C2",
            "STC*A7:21:IL*20260603*U*100",
        )
    )
    assert sent.states == {"C1": "accepted", "C2": "rejected", "C3": "sent"}
    assert sent.con.execute(
        "SELECT payer_claim_number FROM acknowledgments.claim_status WHERE claim_id = 'C1'"
    ).fetchone() == ("ICN1",)


def test_the_category_decides_when_the_action_code_disagrees(sent: Sent) -> None:
    sent.claim_answer(*claim_segments("HL*4*3*PT", "TRN*2*C1", "STC*A7:21*20260603*WQ*100"))
    assert sent.states["C1"] == "rejected"
    assert sent.problems() == ["STC_ACTION"]


def test_the_worst_of_several_statuses_decides(sent: Sent) -> None:
    sent.claim_answer(
        *claim_segments("HL*4*3*PT", "TRN*2*C1", "STC*A1:20*20260603*WQ*100******A8:562", "STC*A2:20*20260603*WQ*100")
    )
    assert sent.states["C1"] == "rejected"


def test_receipt_is_not_acceptance(sent: Sent) -> None:
    sent.claim_answer(*claim_segments("HL*4*3*PT", "TRN*2*C1", "STC*A1:20*20260603*WQ*100"))
    assert sent.states["C1"] == "received"


def test_a_batch_rejected_above_claim_level_rejects_every_claim_of_it(sent: Sent) -> None:
    sent.claim_answer("HL*1**20*1", "HL*2*1*21*1", "TRN*2*B701", "STC*A3:500*20260603*U*200")
    assert sent.states == {"C1": "rejected", "C2": "rejected", "C3": "sent"}


def test_an_unknown_category_moves_nothing_and_is_reported(sent: Sent) -> None:
    sent.claim_answer(*claim_segments("HL*4*3*PT", "TRN*2*C1", "STC*ZZ:20*20260603*WQ*100"))
    assert sent.states == all_in("sent")
    assert sent.problems() == ["STC_CATEGORY"]


def test_a_rejection_at_provider_level_reaches_the_claims_of_the_batch_named_above_it(sent: Sent) -> None:
    provider = ["HL*3*2*19*1", "TRN*1*0", "STC*A8:562*20260603*U*200"]
    sent.claim_answer("HL*1**20*1", "HL*2*1*21*1", "TRN*2*B701", *provider)
    assert sent.states == {"C1": "rejected", "C2": "rejected", "C3": "sent"}
    sent.claim_answer("HL*1**20*1", "HL*2*1*21*1", "TRN*2*STRANGER", *provider)
    assert sent.states["C3"] == "sent"
    assert sent.problems() == ["ORPHAN_BATCH"]


def test_an_unknown_answer_to_a_group_moves_nothing_and_is_reported(sent: Sent) -> None:
    sent.set_answer("AK1*HC*70*005010X222A1", "AK9*Q*2*2*2")
    assert sent.states == all_in("sent")
    assert sent.problems() == ["AK9_CODE"]


def test_totals_that_do_not_tie_are_reported_and_the_claims_still_move(sent: Sent) -> None:
    sent.claim_answer(
        "HL*1**20*1",
        "HL*2*1*21*1",
        "TRN*2*B701",
        "STC*A1:19*20260603*WQ*300",
        "QTY*AA*2",
        "HL*3*2*19*1",
        "HL*4*3*PT",
        "TRN*2*C1",
        "STC*A7:21*20260603*U*100",
    )
    assert sent.states["C1"] == "rejected"
    assert sent.problems() == ["UNLISTED_REJECTED"]


def test_late_and_repeated_answers_leave_the_state_where_it_is(sent: Sent) -> None:
    accepted = claim_segments("HL*4*3*PT", "TRN*2*C1", "STC*A2:20*20260603*WQ*100")
    sent.claim_answer(*accepted)
    sent.set_answer("AK1*HC*70*005010X222A1", "AK9*A*2*2*2")
    sent.ta1("TA1*000000007*260603*0900*A*000")
    assert sent.states == {"C1": "accepted", "C2": "set_accepted", "C3": "set_accepted"}
    assert verify(sent.con, only="I13") == []
    again = acknowledgments.run(sent.con, sent.world.store, TODAY, "again")
    assert (again.answers, again.events, again.problems) == ({}, 0, 0)


def test_a_rejection_told_again_after_the_claim_was_sent_anew_does_not_reject_the_new_version(sent: Sent) -> None:
    rejection = (
        "HL*1**20*1", "HL*2*1*21*1", "TRN*2*B701", "STC*A1:19*20260603*WQ*100", "HL*3*2*19*1", "TRN*1*0",
        "HL*4*3*PT", "TRN*2*C1", "STC*A7:21*20260603*U*100",
    )  # fmt: skip
    sent.claim_answer(*rejection)
    sent.send_again("C1", isa13=8, st02=801)
    sent.claim_answer(*rejection)  # made anew by the clearinghouse: other bytes, the same old batch
    assert sent.states["C1"] == "sent"
    sent.claim_answer(*(one.replace("B701", "B801") for one in rejection))
    assert sent.states["C1"] == "rejected"


def test_a_277ca_that_names_no_batch_speaks_of_the_version_sent_last(sent: Sent) -> None:
    sent.send_again("C1", isa13=8, st02=801)
    sent.claim_answer(*claim_segments("HL*4*3*PT", "TRN*2*C1", "STC*A7:21*20260603*U*100"))
    assert sent.states["C1"] == "rejected"

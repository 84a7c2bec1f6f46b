"""TA1, 999 and 997: verdicts of interchanges, groups and sets as partners really send them (B...: see bad_inputs.csv)."""

from __future__ import annotations

import itertools

import pytest

from tests.acknowledgments.sent import Sent, all_in

AK1 = "AK1*HC*70*005010X222A1"
REJECTED = {"C1": "set_accepted", "C2": "set_accepted", "C3": "rejected"}


def test_b067_a_partly_accepted_group_sends_back_only_the_rejected_set(sent: Sent) -> None:
    sent.set_answer(AK1, "AK2*837*701", "IK5*A", "AK2*837*702", "IK5*R*5", "AK9*P*2*2*1")
    assert sent.states == REJECTED
    assert sent.problems() == []


@pytest.mark.parametrize("number", ["702", "0702", "000000702"])
def test_ak202_is_compared_as_a_number(sent: Sent, number: str) -> None:
    sent.set_answer(AK1, f"AK2*837*{number}", "IK5*R*5", "AK9*P*2*2*1")
    assert sent.states == REJECTED


@pytest.mark.parametrize("number", ["702.4", "7E2", "A702", "+702", "-702", "70 2"])
def test_ak202_that_is_no_number_is_no_set_of_ours(sent: Sent, number: str) -> None:
    sent.set_answer(AK1, f"AK2*837*{number}", "IK5*R*5", "AK9*P*2*2*1")
    assert sent.states["C3"] != "rejected"
    assert "ORPHAN_SET" in sent.problems()
    assert number not in sent.said("ORPHAN_SET")


def test_accepted_with_errors_in_an_accepted_group_is_accepted(sent: Sent) -> None:
    sent.set_answer(AK1, "AK2*837*701", "IK3*NM1*8**8", "IK4*9*67*1", "IK5*E*5", "AK2*837*702", "IK5*A", "AK9*A*2*2*2")
    assert sent.states == all_in("set_accepted")
    assert sent.con.execute(
        "SELECT DISTINCT kind, detail FROM scrub.claim_event WHERE claim_id = 'C1' AND kind LIKE 'set_%'"
    ).fetchall() == [("set_noted", "999 E set 701; IK3 NM1 segment 8 code 8; IK4 element 9 code 1")]
    assert sent.problems() == []


def test_a_set_rejected_in_a_group_accepted_is_rejected_and_the_contradiction_is_told(sent: Sent) -> None:
    sent.set_answer(AK1, "AK2*837*701", "IK5*A", "AK2*837*702", "IK5*R*5", "AK9*A*2*2*2")
    assert sent.states == REJECTED
    assert sent.problems() == ["AK9_DISAGREES"]


def test_a_rejection_needs_no_ik3(sent: Sent) -> None:
    sent.set_answer(AK1, "AK2*837*701", "IK5*A", "AK2*837*702", "IK5*R", "AK9*P*2*2*1")
    assert sent.states == REJECTED
    assert sent.con.execute("SELECT count(*) FROM acknowledgments.set_error").fetchone() == (0,)


@pytest.mark.parametrize("code", ["R", "M", "W", "X"])
def test_a_group_refused_for_any_reason_takes_every_set_with_it(sent: Sent, code: str) -> None:
    sent.set_answer(AK1, f"AK9*{code}*2*2*0")
    assert sent.states == all_in("rejected")


@pytest.mark.parametrize("code", ["R", "M", "W", "X"])
def test_a_set_refused_for_any_reason_is_rejected(sent: Sent, code: str) -> None:
    sent.set_answer(AK1, "AK2*837*702", f"IK5*{code}", "AK9*P*2*2*1")
    assert sent.states == REJECTED


def test_a_loop_without_ik5_answers_nothing(sent: Sent) -> None:
    sent.set_answer(AK1, "AK2*837*701", "AK2*837*702", "IK5*A", "AK9*P*2*2*1")
    assert sent.states == {"C1": "sent", "C2": "sent", "C3": "set_accepted"}
    assert sent.problems() == ["IK5_CODE"]
    assert "has no answer" in sent.said("IK5_CODE")


def test_the_first_of_two_answers_to_a_set_counts(sent: Sent) -> None:
    sent.set_answer(AK1, "AK2*837*701", "IK5*Q", "IK5*A", "AK2*837*702", "IK5*A", "AK9*P*2*2*1")
    assert sent.states == {"C1": "sent", "C2": "sent", "C3": "set_accepted"}
    assert sent.problems() == ["IK5_CODE"]


def test_a_999_without_ak1_is_reported(sent: Sent) -> None:
    sent.set_answer("AK2*837*701", "IK5*R*5", "AK9*R*2*2*0")
    assert sent.states == all_in("sent")
    assert "(no number)" in sent.said("ORPHAN_999")


def test_ak5_inside_a_999_is_read_as_ik5(sent: Sent) -> None:
    sent.set_answer(AK1, "AK2*837*702", "AK3*NM1*8**8", "AK4*9*67*1", "AK5*R*5", "AK9*P*2*2*1")
    assert sent.states == REJECTED
    assert sent.con.execute("SELECT segment_id, position, element, element_code FROM acknowledgments.set_error ORDER BY segment_no").fetchall() == [
        ("NM1", 8, None, None), ("NM1", 8, 9, "1"),
    ]  # fmt: skip


def test_a_997_moves_claims_as_a_999_does(sent: Sent) -> None:
    done = sent.old_set_answer(
        "AK1*HC*70", "AK2*837*0701", "AK5*A", "AK2*837*0702", "AK3*CLM*4**8", "AK4*1*1028*1*SECRET", "AK5*R*5", "AK9*P*2*2*1"
    )  # fmt: skip
    assert sent.states == REJECTED
    assert done.answers == {"997": 1}
    assert sent.con.execute(
        "SELECT detail FROM scrub.claim_event WHERE claim_id = 'C3' AND state = 'rejected'"
    ).fetchone() == ("997 R set 702; AK3 CLM segment 4 code 8; AK4 element 1 code 1",)
    sent.old_set_answer("AK1*HC*99", "AK9*A*2*2*2")
    assert sent.problems() == ["ORPHAN_997"]


def test_every_error_is_kept_with_its_place_its_claim_and_never_the_bad_value(sent: Sent) -> None:
    # set 701 begins at segment 3 of the file; C1 has segments 5 to 9, C2 10 to 14
    sent.con.execute("DELETE FROM submission.batch_claim WHERE st02 = 701")
    for claim_id, first, last in (("C1", 5, 9), ("C2", 10, 14)):
        sent.con.execute(
            "INSERT INTO submission.batch_claim VALUES (?, 1, 7, 701, 'BLHRB', '1', NULL, 'h', 10000, ?, ?, DATE '2026-06-03', 'r')",
            [claim_id, first, last],
        )
    sent.set_answer(
        AK1,
        "AK2*837*701*005010X222A1",
        "IK3*NM1*9*2010BA*8",
        "CTX*SITUATIONAL TRIGGER*CLM*43**5:3*1325",
        "CTX*NM109:MBR0001",
        "IK4*9:2:1*67*7*MBR0001",
        "IK3*REF*2**3",
        "IK3*SMITH 1*13**1",
        "IK5*R*5",
        "AK9*P*2*2*1",
    )
    rows = sent.con.execute(
        "SELECT st02, segment_id, position, loop, segment_code, element, component, element_reference, element_code, claim_id "
        "FROM acknowledgments.set_error ORDER BY segment_no"
    ).fetchall()
    assert rows == [
        (701, "NM1", 9, "2010BA", "8", None, None, None, None, "C2"),
        (701, "NM1", 9, "2010BA", "8", 9, 2, "67", "7", "C2"),
        (701, "REF", 2, None, "3", None, None, None, None, None),
        (701, None, 13, None, "1", None, None, None, None, None),
    ]
    kept = str(sent.con.execute("SELECT errors FROM acknowledgments.set_ack").fetchall())
    kept += str(sent.con.execute("SELECT detail FROM scrub.claim_event").fetchall())
    assert "IK3 NM1 segment 9 loop 2010BA code 8" in kept
    assert "IK4 element 9-2 code 7" in kept
    assert "MBR0001" not in kept
    assert "SMITH" not in kept


# --- TA1 ------------------------------------------------------------------------------------------------------------


def test_ta1_with_four_elements_and_long_dates_two_in_one_interchange(sent: Sent) -> None:
    done = sent.ta1("TA1*0007*20260603*0512*A", "TA1*0008*20260603*0512*A")
    assert done.answers == {"TA1": 2}
    assert sent.states == all_in("interchange_accepted")
    assert sent.problems() == ["ORPHAN_TA1"]


def test_a_ta1_beside_a_999_counts_as_well(sent: Sent) -> None:
    """One interchange says both: the TA1 stands before the GS, or after the GE."""
    text = (
        "ISA*00*          *00*          *ZZ*SANDBOXCH      *ZZ*HARBORVIEW     *260603*0900*^*00501*000000009*0*T*:~{before}"
        "GS*FA*SANDBOXCH*HARBORVIEW*20260603*0900*9*X*005010X231A1~ST*999*0001*005010X231A1~AK1*HC*70*005010X222A1~"
        "AK2*837*702~IK5*R*5~AK9*P*2*2*1~SE*6*0001~GE*1*9~{after}IEA*1*000000009~"
    )
    ta1 = "TA1*000000007*260603*0900*A*000~"
    for number, (before, after) in enumerate(((ta1, ""), ("", ta1))):
        sent.world.land(text.format(before=before, after=after).replace("000000009", f"00000009{number}"))
        assert sent.load().answers == {"TA1": 1, "999": 1}
    assert sent.states == REJECTED
    assert sent.con.execute("SELECT bool_and(is_ours), count(*) FROM acknowledgments.interchange_ack").fetchone() == (
        True,
        2,
    )


def test_a_ta1_that_rejects_what_a_999_accepts_is_a_conflict_whichever_comes_first(sent: Sent) -> None:
    ta1, group = "TA1*000000007*260603*0900*R*024", (AK1, "AK9*A*2*2*2")
    sent.set_answer(*group)
    sent.ta1(ta1)
    assert sent.states == all_in("rejected")
    assert sent.problems() == ["TA1_CONFLICT", "TA1_REJECTED"]
    assert "The rejection stands" in sent.said("TA1_CONFLICT")


def test_the_conflict_is_the_same_when_the_ta1_comes_first_or_both_come_together(sent: Sent) -> None:
    sent.ta1("TA1*000000007*260603*0900*R*024")
    assert sent.problems() == ["TA1_REJECTED"]
    sent.set_answer(AK1, "AK2*837*701", "IK5*A", "AK2*837*702", "IK5*R", "AK9*P*2*2*1")
    assert sent.states == all_in("rejected")
    assert sent.problems() == ["TA1_CONFLICT", "TA1_REJECTED"]
    sent.set_answer(AK1, "AK9*A*2*2*2")
    assert sent.problems() == ["TA1_CONFLICT", "TA1_REJECTED"]


@pytest.mark.parametrize(
    ("ta1", "group"),
    [
        ("TA1*000000007*260603*0900*R*025", "AK9*A*2*2*2"),
        ("TA1*000000007*260603*0900*E*001", "AK9*A*2*2*2"),
        ("TA1*000000007*260603*0900*R*024", "AK9*R*2*2*0"),
    ],
    ids=["a second copy refused", "accepted with errors", "both reject"],
)
def test_answers_that_agree_are_no_conflict(sent: Sent, ta1: str, group: str) -> None:
    sent.ta1(ta1)
    sent.set_answer(AK1, group)
    assert "TA1_CONFLICT" not in sent.problems()


ANSWERS = {
    "ta1": ("TA1*000000007*260603*0900*A*000",),
    "rejected set": (AK1, "AK2*837*702", "IK5*R*5", "AK9*P*2*2*1"),
    "both sets": (AK1, "AK2*837*701", "IK5*E", "AK2*837*702", "IK5*R*5", "AK9*P*2*2*1"),
}


@pytest.mark.parametrize("order", list(itertools.permutations(ANSWERS)), ids=" then ".join)
def test_the_order_of_answers_changes_nothing(sent: Sent, order: tuple[str, ...]) -> None:
    for name in order:
        (sent.ta1 if name == "ta1" else sent.set_answer)(*ANSWERS[name])
    assert sent.states == REJECTED
    assert sent.problems() == []

"""TA1, 999 and 277CA move exactly the claims they speak of, forward only; what is not ours is reported and moves nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from pm_pipeline import acknowledgments
from pm_pipeline.audit.verify import verify
from pm_pipeline.scrub.events import new_events
from pm_pipeline.transport.opening import open_landed
from pm_pipeline.warehouse import unit
from pm_pipeline.x12.write import InterchangeHeader, InterchangeWriter
from tests.money import World

TODAY = dt.date(2026, 6, 3)


class Sent:
    """One interchange (ISA13 7, GS06 70) of two sets: 701 with claims C1 and C2, 702 with C3."""

    def __init__(self, world: World) -> None:
        self.world, self.con, self.number = world, world.con, 0
        for claim_id in ("C1", "C2", "C3"):
            world.bill(claim_id, {f"X{claim_id}": 10_000})
        self.con.execute(
            "INSERT INTO submission.interchange VALUES (7, 70, 'clearinghouse', ?, 'out', '837P_7.edi', 1, 2, 3, 30000, now()::TIMESTAMP, 'r')",
            [TODAY],
        )
        for st02, claims in ((701, ("C1", "C2")), (702, ("C3",))):
            self.con.execute(
                "INSERT INTO submission.transaction_set VALUES (?, 7, ?, ?, 3, 9)", [st02, f"B{st02}", len(claims)]
            )
            for claim_id in claims:
                self.con.execute(
                    "INSERT INTO submission.batch_claim VALUES (?, 1, 7, ?, 'BLHRB', '1', NULL, 'h', 10000, 3, 9, ?, 'r')",
                    [claim_id, st02, TODAY],
                )
        for kind, state in (("prepared", "prepared"), ("sent", "sent")):
            with unit(self.con, "sent", "r"), new_events(self.con, "r"):
                self.con.execute(
                    "INSERT INTO new_claim_event SELECT claim_id, 1, ?, ?, '7', ?, NULL, NULL, NULL FROM submission.batch_claim",
                    [kind, state, TODAY],
                )

    def send_again(self, claim_id: str, isa13: int, st02: int) -> None:
        """The claim, fixed, goes out as its second version in an interchange of its own (BHT03 is B and the ST02)."""
        self.con.execute(
            "INSERT INTO submission.interchange VALUES (?, ?, 'clearinghouse', ?, 'out', ?, 1, 1, 1, 10000, now()::TIMESTAMP, 'r')",
            [isa13, isa13 * 10, TODAY, f"837P_{isa13}.edi"],
        )
        self.con.execute("INSERT INTO submission.transaction_set VALUES (?, ?, ?, 1, 3, 9)", [st02, isa13, f"B{st02}"])
        self.con.execute(
            "INSERT INTO submission.batch_claim VALUES (?, 2, ?, ?, 'BLHRB', '1', NULL, 'h2', 10000, 3, 9, ?, 'r')",
            [claim_id, isa13, st02, TODAY],
        )
        for version, kind, state in ((None, "reopen", "released"), (2, "prepared", "prepared"), (2, "sent", "sent")):
            with unit(self.con, "again", "r"), new_events(self.con, "r"):
                self.con.execute(
                    "INSERT INTO new_claim_event VALUES (?, ?, ?, ?, ?, ?, NULL, NULL, NULL)",
                    [claim_id, version, kind, state, str(isa13), TODAY],
                )

    def answer(self, *segments: str, guide: str = "", st01: str = "") -> acknowledgments.Acknowledged:
        """Land an interchange: TA1 segments alone, or one set of `guide` holding the segments; load it."""
        self.number += 1
        out = InterchangeWriter(
            InterchangeHeader(
                "ZZ", "SANDBOXCH", "ZZ", "HARBORVIEW", self.number, "T", dt.datetime(2026, 6, 3, 9, self.number)
            )
        )
        if guide:
            out.begin_group("FA" if st01 == "999" else "HN", "SANDBOXCH", "HARBORVIEW", self.number, guide)
            out.begin_set(st01, "0001", guide)
        for one in segments:
            tag, *elements = one.split("*")
            out.seg(tag, *elements)
        if guide:
            out.end_set()
            out.end_group()
        self.world.land(out.text(), TODAY)
        open_landed(self.con, self.world.store, self.world.config, TODAY, "r")
        return acknowledgments.run(self.con, self.world.store, TODAY, f"r{self.number}")

    def ta1(self, *segments: str) -> acknowledgments.Acknowledged:
        return self.answer(*segments)

    def set_answer(self, *segments: str) -> acknowledgments.Acknowledged:
        return self.answer(*segments, guide="005010X231A1", st01="999")

    def claim_answer(self, *segments: str) -> acknowledgments.Acknowledged:
        return self.answer(*segments, guide="005010X214", st01="277")

    @property
    def states(self) -> dict[str, str]:
        return dict(self.con.execute("SELECT claim_id, state FROM scrub.claim_state ORDER BY 1").fetchall())

    def problems(self) -> list[str]:
        return self.world.problems()


@pytest.fixture
def sent(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> Sent:
    return Sent(World(con, tmp_path))


def all_in(state: str) -> dict[str, str]:
    return dict.fromkeys(("C1", "C2", "C3"), state)


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
    assert detail == ("999 R set 702; IK3 NM1 segment 22 loop code 8; IK4 element 9 code 1",)


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
    assert sent.problems() == ["TOTALS"]


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

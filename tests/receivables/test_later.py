"""A claim that is due to a later payer goes out once per state of the earlier answers, is followed, and is asked after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest

from pm_pipeline.audit.verify import verify
from pm_pipeline.receivables.secondary import REFUSALS
from pm_pipeline.x12.validate import validate
from pm_pipeline.x12.write_835 import RemitClaim
from tests.money import PR1, World, claim, line, taken_back
from tests.receivables.later import CLAIM, CORRECTED, SECOND, Office
from tests.receivables.test_secondary import FIRST, THIRD
from tests.receivables.test_secondary import SECOND as ON_THE_20TH
from tests.submission.conftest import Crash, down


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


def due(office: Office) -> None:
    """It is the morning after."""
    office.next_day()
    assert office.work() == {"bill_secondary": "The next payer owes and has no claim; it goes out with the next batch."}


def sent(office: Office) -> None:
    """The claim has gone to the second payer."""
    due(office)
    assert office.submit().later_claims == 1


def test_a_due_claim_is_sent_once_however_often_the_day_is_run(office: Office) -> None:
    before = office.claim_state()
    due(office)
    done = office.submit()
    assert (done.later_interchanges, done.later_claims, done.later_held, done.interchanges, done.uploaded) == (
        1,
        1,
        0,
        0,
        1,
    )
    for _ in range(2):
        again = office.submit()
        assert (again.later_claims, again.interchanges, again.uploaded) == (0, 0, 0)
        office.next_day()
    assert office.work() == {}
    assert office.sent() == [("secondary", 1, "1", None, "SMTML")]
    (text,) = office.sent_text()
    assert validate(text.encode()).is_valid
    assert "SBR*S*18*G2" in text
    assert "AMT*D*64" in text
    assert "SVD*SMDCR*64*HC:99213" in text
    assert list(office.partner.files.values()) == [text.encode()]
    assert office.diary() == ["secondary_prepared", "secondary_sent"]
    assert office.claim_state() == before
    assert [one for one in verify(office.con) if one.invariant in ("I11", "I12")] == []


@pytest.mark.parametrize("call", ["connect", "put", "rename"])
def test_a_crash_or_a_broken_line_sends_the_same_bytes_once(office: Office, call: str) -> None:
    due(office)
    office.partner.trouble[call] = down()
    office.submit()
    assert office.state() == "prepared"
    office.submit()
    office.submit()
    (text,) = office.sent_text()
    assert office.partner.files == {"to_clearinghouse/837P_000000001.edi": text.encode()}
    assert (office.state(), office.sent()) == ("sent", [("secondary", 1, "1", None, "SMTML")])


def test_a_crash_between_the_bytes_and_the_books_takes_no_number(office: Office) -> None:
    due(office)
    office.outbox.put_bytes, keep = _dying(office), office.outbox.put_bytes  # type: ignore[method-assign]
    with pytest.raises(Crash):
        office.submit()
    assert office.sent() == []
    office.outbox.put_bytes = keep  # type: ignore[method-assign]
    office.submit()
    assert office.sent() == [("secondary", 1, "1", None, "SMTML")]


def _dying(office: Office) -> Callable[[bytes], str]:
    keep = office.outbox.put_bytes

    def put(data: bytes) -> str:
        keep(data)
        raise Crash

    return put


def test_its_answers_find_it_and_leave_the_first_payers_state_alone(office: Office) -> None:
    sent(office)
    before = office.claim_state()
    states = []
    for answer, said in ((office.ta1, "A"), (office.set_answer, "A"), (office.claim_answer, "A2:20:PR")):
        answer(said)
        states.append(office.state())
    assert states == ["interchange_accepted", "set_accepted", "accepted"]
    assert office.diary()[2:] == ["secondary_interchange_accepted", "secondary_set_accepted", "secondary_accepted"]
    assert office.claim_state() == before
    office.answer_money(SECOND, payer="SMTML", on=THIRD)
    office.next_day(60)
    assert (office.work(), office.world.ar("C1"), office.diary()[5:]) == ({}, {}, ["secondary_paid"])
    assert office.submit().later_claims == 0


def test_an_answer_that_names_the_first_payers_batch_is_the_first_payers(office: Office) -> None:
    """The first payer's batch was 9; a late 277CA about it says nothing of the claim to the second."""
    office.con.execute(
        "INSERT INTO submission.interchange VALUES (9, 90, 'clearinghouse', ?, 'out', 'x.edi', 1, 1, 1, 10000, now()::TIMESTAMP, 'r')",
        [FIRST],
    )
    office.con.execute("INSERT INTO submission.transaction_set VALUES (9, 9, '000000009', 1, 3, 9)")
    office.con.execute(
        "INSERT INTO submission.batch_claim VALUES ('C1', 1, 9, 9, 'SMDCR', '1', NULL, 'h', 10000, 3, 9, ?, 'r')",
        [FIRST],
    )
    office.con.execute(
        "INSERT INTO submission.upload_event VALUES (9, 1, 'uploaded', NULL, ?, now()::TIMESTAMP, 'r')", [FIRST]
    )
    sent(office)
    office.claim_answer("A2:20:PR", reference="000000009", number="M1")
    assert office.state() == "sent"
    kinds = office.con.execute(
        "SELECT kind, version, state FROM scrub.claim_event WHERE kind LIKE '%accepted'"
    ).fetchall()
    assert kinds == [("claim_accepted", 1, "paid")]
    office.claim_answer("A7:33:IL", reference="")
    assert office.state() == "rejected"  # it names no batch of ours: what was sent last
    assert office.claim_state() == ("paid", 1)


def test_a_rejected_one_is_work_and_goes_out_again_when_it_says_something_else(office: Office) -> None:
    sent(office)
    office.claim_answer("A7:33:IL")
    assert office.diary()[-1] == "secondary_rejected"
    office.next_day()
    assert office.submit().later_claims == 0
    assert set(office.work()) == {"bill_secondary", "secondary_fault"}
    assert office.work()["secondary_fault"] == f"{REFUSALS['REJECTED']} The answer: 277CA A7:33 S1."
    office.con.execute("UPDATE front_office.coverage SET member_id = '9876543210' WHERE coverage_id = 'CV2'")
    assert office.submit().later_claims == 1
    office.next_day()
    assert office.work() == {}
    assert office.sent() == [("secondary", 1, "1", None, "SMTML"), ("secondary", 2, "1", None, "SMTML")]
    assert "9876543210" in office.sent_text()[1]
    assert [one for one in verify(office.con) if one.invariant == "I12"] == []


def test_a_corrected_first_answer_makes_a_replacement_once_the_second_has_answered(office: Office) -> None:
    sent(office)
    office.answer_money(taken_back(CLAIM), CORRECTED, payer="SMDCR", on=ON_THE_20TH)
    office.next_day()
    assert (office.submit().later_claims, office.work()) == (0, {})  # in flight: its answer comes first
    office.answer_money(SECOND, payer="SMTML", on=ON_THE_20TH)
    office.next_day()
    assert office.work() == {
        "bill_secondary": "An earlier payer changed its answer; a replacement goes to this payer with the next batch."
    }
    assert office.submit().later_claims == 1
    assert office.submit().later_claims == 0
    assert office.sent()[1] == ("secondary", 2, "7", "S1", "SMTML")
    text = office.sent_text()[1]
    assert "CLM*C1*100***11:B:7" in text
    assert "REF*F8*S1" in text
    assert "AMT*D*56" in text
    office.next_day()
    assert office.work() == {}
    office.answer_money(taken_back(SECOND), _second(1_400, "S2"), payer="SMTML", on=THIRD)
    office.next_day(60)
    assert (office.submit().later_claims, office.work(), office.world.ar("C1")) == (0, {}, {})


def _second(paid: int, number: str) -> RemitClaim:
    (one,) = SECOND.lines
    (prior,) = one.adjustments
    return claim(
        "C1",
        replace(one, paid_cents=paid, adjustments=(replace(prior, cents=10_000 - paid),)),
        status="2",
        number=number,
    )


def test_a_corrected_first_answer_before_the_second_took_the_claim_makes_an_original(office: Office) -> None:
    sent(office)
    office.claim_answer("A7:33:IL")
    office.answer_money(taken_back(CLAIM), CORRECTED, payer="SMDCR", on=ON_THE_20TH)
    office.next_day()
    assert office.submit().later_claims == 1
    assert office.sent()[1] == ("secondary", 2, "1", None, "SMTML")
    assert "AMT*D*56" in office.sent_text()[1]


@pytest.mark.parametrize(
    ("answers", "days", "kind"),
    [((), 2, "overdue_set"), (("set",), 4, "overdue_claim"), (("set", "claim"), 31, "overdue_remittance")],
)
def test_silence_after_it_was_sent_is_work(office: Office, answers: tuple[str, ...], days: int, kind: str) -> None:
    sent(office)
    if "set" in answers:
        office.set_answer("A")
    if "claim" in answers:
        office.claim_answer("A2:20:PR")

    def open_kinds() -> set[str]:
        rows = office.con.execute(
            "SELECT kind FROM receivables.open_work WHERE kind LIKE 'overdue%' AND kind <> 'overdue_deposit'"
        ).fetchall()
        return {row[0] for row in rows}

    office.next_day(days - 1)
    assert open_kinds() == set()
    office.next_day()
    assert open_kinds() == {kind}
    office.answer_money(SECOND, payer="SMTML", on=THIRD)
    office.next_day()
    assert open_kinds() == set()


def test_what_cannot_be_made_is_work_with_its_reason_until_it_can(office: Office) -> None:
    office.con.execute("UPDATE front_office.coverage SET payer_id = 'SMDCD' WHERE coverage_id = 'CV2'")
    office.next_day()
    office.next_day()
    assert office.work()["secondary_fault"] == REFUSALS["COVERAGE"]
    assert office.con.execute(
        "SELECT count(*) FROM receivables.work_item WHERE kind = 'secondary_fault'"
    ).fetchone() == (1,)
    assert office.submit().later_held == 1
    office.con.execute("UPDATE front_office.coverage SET payer_id = 'SMTML' WHERE coverage_id = 'CV2'")
    assert office.submit().later_claims == 1
    office.next_day()
    assert office.work() == {}


def test_what_validation_refuses_is_work_with_its_finding_until_it_says_something_else(office: Office) -> None:
    office.con.execute("UPDATE front_office.patient SET zip = '04'")
    due_day = office.today + dt.timedelta(1)
    office.next_day()
    assert (office.submit().later_held, office.submit().later_held, office.sent()) == (1, 1, [])
    assert office.con.execute("SELECT DISTINCT claim_id, found_on FROM submission.later_fault").fetchall() == [
        ("C1", due_day)
    ]
    office.next_day()
    assert set(office.work()) == {"bill_secondary", "secondary_fault"}
    assert "04 " not in office.work()["secondary_fault"]
    office.con.execute("UPDATE front_office.patient SET zip = '04101'")
    assert office.submit().later_claims == 1
    office.next_day()
    assert office.work() == {}


def test_a_claim_that_crossed_over_is_sent_only_when_the_wait_is_over(world: World) -> None:
    office = Office(world)
    office.answer_money(taken_back(CLAIM), replace(CLAIM, status="19"), payer="SMDCR", on=ON_THE_20TH)
    office.next_day()
    assert office.submit().later_claims == 0
    office.next_day(60)
    assert office.work() == {
        "bill_secondary": "The claim was to cross over to the next payer, which has not answered; it goes out with the next batch."
    }
    assert office.submit().later_claims == 1


def test_a_line_the_first_payer_left_whole_goes_too(world: World) -> None:
    """A deductible that takes everything: nothing was paid, and the second payer is asked all the same."""
    office = Office(world)
    office.answer_money(
        taken_back(CLAIM), claim("C1", line("A", 10_000, 0, PR1(10_000)), number="ICN3"), payer="SMDCR", on=ON_THE_20TH
    )
    office.next_day()
    assert office.submit().later_claims == 1
    assert "AMT*D*0" in office.sent_text()[0]

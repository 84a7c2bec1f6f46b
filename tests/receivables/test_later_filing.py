"""The filing clock of a later payer: from the earlier payer's payment or from the service, told in time, and proven."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from pm_pipeline.audit.filing_proof import filing_proof
from pm_pipeline.config.models import LaterFiling
from pm_pipeline.receivables.run import FILING_WARNING_DAYS
from pm_pipeline.transport.store import FileStore
from tests.money import DOS, Adjustment, World, taken_back
from tests.receivables.desk import do, refused
from tests.receivables.later import CLAIM, CORRECTED, SECOND, Office
from tests.receivables.test_secondary import FIRST, THIRD


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


def limit(office: Office, **said: Any) -> None:
    """The second payer's own days."""
    own = LaterFiling.model_validate(said)
    office.world.config = replace(office.world.config, payers=[
        one.model_copy(update={"later_filing": own}) if one.payer_id == "SMTML" else one for one in office.world.config.payers
    ])  # fmt: skip


def until(office: Office, day: dt.date) -> dict[str, str]:
    """The open work on that day."""
    office.next_day((day - office.today).days)
    return office.work()


@pytest.mark.parametrize(
    ("said", "last_day"),
    [
        ({}, FIRST + dt.timedelta(120)),  # its timely_filing_days
        ({"days": 90}, FIRST + dt.timedelta(90)),
        ({"days": 90, "counted_from": "service"}, DOS + dt.timedelta(90)),
    ],
)
def test_time_running_out_is_told_until_the_later_payer_accepts(
    office: Office, said: dict[str, Any], last_day: dt.date
) -> None:
    limit(office, **said)
    warned_on = last_day - dt.timedelta(FILING_WARNING_DAYS)
    assert "filing_deadline" not in until(office, warned_on)
    told = until(office, warned_on + dt.timedelta(1))["filing_deadline"]
    assert told == f"Not accepted by the secondary payer yet; its filing limit is {last_day}."
    office.submit()  # sent is not accepted
    assert "filing_deadline" in until(office, warned_on + dt.timedelta(2))
    office.claim_answer("A2:20:PR")
    assert "filing_deadline" not in until(office, warned_on + dt.timedelta(3))


def test_the_proof_is_of_the_later_payers_own_submission_answers_and_days(office: Office) -> None:
    limit(office, days=60)
    payers = {one.payer_id: one for one in office.world.config.payers}

    def proof(turn: str = "secondary") -> dict[str, Any]:
        return filing_proof(office.con, "C1", payers, office.outbox, turn=turn)

    assert proof()["verdict"] == "not_sent"
    office.next_day()
    office.submit()
    office.set_answer("A")
    before = proof()
    assert (before["verdict"], before["payer_id"], before["last_day"]) == (
        "not_proven",
        "SMTML",
        FIRST + dt.timedelta(60),
    )
    assert [(one["answer"], one["outcome"]) for one in before["submissions"][0]["answers"]] == [("999", "accepted")]
    office.claim_answer("A2:20:PR")
    found = proof()
    assert (found["verdict"], found["accepted_on"], found["counted_from"]) == (
        "proven",
        office.today,
        "prior_remittance",
    )
    office.answer_money(SECOND, payer="SMTML", on=THIRD)
    answers = [one["answer"] for one in proof()["submissions"][0]["answers"]]
    assert sorted(answers) == ["277CA", "835", "999"]
    assert proof("primary")["payer_id"] == "SMDCR"  # the first payer's is its own


def test_what_a_person_moves_on_counts_from_the_earlier_payers_payment(world: World) -> None:
    """The day of the person's own act starts no clock."""
    denial = refused(world, adjustment=Adjustment("PR", "96", 10_000), payer="SMDCR", next_payer="SMTML")
    paid_on = world.con.execute("SELECT effective_on FROM remittance.payment").fetchone()
    assert paid_on
    do(world, denial, "transfer", today=paid_on[0] + dt.timedelta(100))
    payers = {one.payer_id: one for one in world.config.payers}
    found = filing_proof(world.con, "C1", payers, FileStore(world.folder / "outbox"), turn="secondary")
    assert (found["payer_id"], found["last_day"]) == ("SMTML", paid_on[0] + dt.timedelta(120))


def test_an_answer_that_was_taken_back_starts_no_clock(office: Office) -> None:
    payers = {one.payer_id: one for one in office.world.config.payers}
    office.answer_money(taken_back(CLAIM), CORRECTED, payer="SMDCR", on=THIRD)
    found = filing_proof(office.con, "C1", payers, office.outbox, turn="secondary")
    assert found["last_day"] == THIRD + dt.timedelta(120)

"""What people do about denials: allowed or refused with a reason, recorded once, posted once, approved by another person."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from pm_pipeline import ledger
from pm_pipeline.audit.verify import verify
from pm_pipeline.errors import DenialError, PmError
from pm_pipeline.scrub.events import new_events
from pm_pipeline.submission.ready import select_ready
from pm_pipeline.warehouse import unit
from tests.money import CO45, TODAY, Adjustment, World, claim, line, taken_back
from tests.receivables.desk import denial_of, do, episode, refused, work


def actions(world: World) -> list[tuple[Any, ...]]:
    return world.con.execute("SELECT action, actor FROM receivables.denial_action ORDER BY seq").fetchall()


def test_a_write_off_posts_when_a_second_person_approves_it_with_both_persons_and_the_rule(world: World) -> None:
    denial = refused(world)
    asked = do(world, denial, "write_off", why="appeal lost")
    assert world.ar("C1") == {"primary": 10_000}
    assert episode(world, denial, "state", "approval_id") == ("approval_pending", asked.action_id)
    assert work(world, denial, "next_action", "owner") == ("approve", "billing lead")
    done = do(world, denial, "approve", by="tamsin", target_action_id=asked.action_id)
    assert done.posted_cents == 10_000
    assert world.balances("C1") == {"DENIAL_WO:medical_necessity": 10_000, "REVENUE_GROSS:none": -10_000}
    row = world.con.execute(
        "SELECT DISTINCT txn.txn_key, txn.actor, policy_id, policy_version, rule_id, payer_id, charge_id, entry.file_id = cas.file_id "
        "FROM ledger.entry JOIN ledger.txn USING (txn_id), remittance.adjustment AS cas WHERE txn_kind = 'denial_write_off'"
    ).fetchall()
    assert row == [(f"denial:{asked.action_id}", "wren+tamsin", "denials", 1, "CLINICAL", "BLHRB", "HC1", True)]
    assert episode(world, denial, "state", "written_off_cents", "at_stake_cents") == ("written_off", 10_000, 0)
    world.post(run_id="next day")
    assert world.denials() == []
    assert verify(world.con) == []


def test_everything_said_twice_or_replayed_adds_nothing(world: World) -> None:
    denial = refused(world, adjustment=Adjustment("PR", "96", 10_000))
    first = do(world, denial, "note")
    asked = do(world, denial, "write_off", cents=4_000)
    for _ in range(3):
        assert do(world, denial, "note") == type(first)(
            first.action_id,
            False,
            "note",
            "This was recorded before; nothing was added. To do it once more, say it in other words.",
        )
        do(world, denial, "write_off", cents=4_000)
        do(world, denial, "approve", by="tamsin", target_action_id=asked.action_id)
        do(world, denial, "transfer", party="patient")
    assert actions(world) == [("note", "wren"), ("write_off", "wren"), ("approve", "tamsin"), ("transfer", "wren")]
    assert world.balances("C1") == {"AR:patient": 6_000, "DENIAL_WO:non_covered": 4_000, "REVENUE_GROSS:none": -10_000}
    assert episode(world, denial, "state", "written_off_cents", "transferred_cents") == ("transferred", 4_000, 6_000)
    assert verify(world.con) == []


@pytest.mark.parametrize(
    ("by", "says"),
    [
        ("wren", "cannot answer it too: it takes a second person"),
        ("marlow", "may approve up to 0.00"),
        ("nobody", "not among the people"),
    ],
)
def test_who_may_not_approve(world: World, by: str, says: str) -> None:
    denial = refused(world)
    do(world, denial, "write_off")
    before = ledger.content_hash(world.con)
    with pytest.raises(PmError, match=says):
        do(world, denial, "approve", by=by)
    assert ledger.content_hash(world.con) == before
    assert len(actions(world)) == 1


def test_an_approver_has_a_limit(world: World) -> None:
    world.bill("C1", {"A": 90_000})
    world.post(world.remittance(claim("C1", line("A", 90_000, 0, Adjustment("CO", "50", 90_000))), method="NON"))
    denial = denial_of(world, "C1")
    do(world, denial, "write_off")
    with pytest.raises(PmError, match=r"tamsin may approve up to 500\.00; this is 900\.00 .*Who may: idris"):
        do(world, denial, "approve", by="tamsin")
    assert do(world, denial, "approve", by="idris").closed_as == "written_off"


def test_a_write_off_is_never_above_what_is_open_when_asked_or_when_approved(world: World) -> None:
    denial = refused(world)
    with pytest.raises(DenialError, match=r"100\.01 is not between 0\.01 and 100\.00"):
        do(world, denial, "write_off", cents=10_001)
    do(world, denial, "write_off")
    with unit(world.con, "other", "r") as unit_of_work, ledger.proposals(world.con):
        for account, sub, cents in (("AR", "primary", -3_000), ("CASH_CLEARING", "check", 3_000)):
            world.con.execute(
                "INSERT INTO ledger_proposal (txn_key, txn_kind, actor, entry_kind, account, sub_account, cents, practice_id, payer_id, claim_id, "
                "charge_id, effective_on) VALUES ('by hand', 'payment', 'idris', 'payment', ?, ?, ?, 'HARBOR', 'BLHRB', 'C1', 'HC1', ?)",
                [account, sub, cents, TODAY],
            )
        ledger.post(world.con, unit_of_work, "by hand", TODAY)
    with pytest.raises(DenialError, match=r"100\.00 was asked for, but 70\.00 is open now"):
        do(world, denial, "approve", by="tamsin")
    do(world, denial, "refuse", by="tamsin", why="too much")
    assert episode(world, denial, "state", "at_stake_cents") == ("in_work", 7_000)
    do(world, denial, "write_off", why="the rest")
    do(world, denial, "approve", by="tamsin", why="fine")
    assert world.ar("C1") == {}


def test_a_claim_refused_as_a_whole_is_written_off_charge_by_charge(world: World) -> None:
    world.bill("C1", {"A": 10_000, "B": 5_000})
    whole = claim("C1", adjustments=(Adjustment("CO", "29", 15_000),), charge_cents=15_000, paid_cents=0)
    world.post(world.remittance(whole, method="NON"))
    denial = denial_of(world, "C1")
    do(world, denial, "write_off", cents=12_000)
    do(world, denial, "approve", by="tamsin")
    rows = world.con.execute(
        "SELECT charge_id, balance_cents FROM receivables.balances(DATE '2026-07-01') WHERE claim_id = 'C1'"
    ).fetchall()
    assert rows == [("B", 3_000)]
    assert episode(world, denial, "state", "at_stake_cents") == ("in_work", 3_000)


def test_a_transfer_goes_to_the_next_payer_before_the_patient(world: World) -> None:
    denial = refused(world, adjustment=Adjustment("PR", "96", 10_000), payer="SMDCR", next_payer="SMTML")
    with pytest.raises(DenialError, match=r"SMTML \(secondary\) comes before the patient"):
        do(world, denial, "transfer", party="patient")
    do(world, denial, "transfer")
    rows = world.con.execute(
        "SELECT party, payer_id, balance_cents FROM receivables.balances(DATE '2026-07-01')"
    ).fetchall()
    assert rows == [("secondary", "SMTML", 10_000)]


@pytest.mark.parametrize(
    ("adjustment", "remarks", "says"),
    [
        (("PR", "96"), ("M27",), r"remarks \(M27\) forbid billing the patient"),
        (("PR", "96"), ("N830",), r"remarks \(N830\) forbid"),
        (("CO", "197"), (), "CO-197 .* is the payer's to pay or the practice's to lose"),
    ],
)
def test_the_patient_is_not_billed_where_a_remark_or_the_contract_forbids_it(
    world: World, adjustment: tuple[str, str], remarks: tuple[str, ...], says: str
) -> None:
    denial = refused(world, adjustment=Adjustment(*adjustment, 10_000), remarks=remarks)
    with pytest.raises(PmError, match=says):
        do(world, denial, "transfer", party="patient")
    assert world.ar("C1") == {"primary": 10_000}
    assert actions(world) == []


def test_a_duplicate_is_not_written_off_but_closed_and_its_balance_stays(world: World) -> None:
    denial = refused(world, adjustment=Adjustment("CO", "18", 10_000))
    assert work(world, denial, "queue_id", "next_action") == ("DUPLICATE", "close")
    with pytest.raises(DenialError, match="write_off is not done in queue DUPLICATE"):
        do(world, denial, "write_off")
    with pytest.raises(DenialError, match=r"100\.00 is still open with BLHRB, and settled leaves no balance"):
        do(world, denial, "close", reason="settled")
    do(world, denial, "close", reason="duplicate")
    world.post(run_id="next day")
    assert (world.denials(), world.ar("C1")) == ([], {"primary": 10_000})
    assert episode(world, denial, "state") == ("closed",)


def test_a_whole_charge_45_is_held_against_the_contract_and_never_moves_by_itself(world: World) -> None:
    denial = refused(world, adjustment=CO45(10_000))
    assert work(world, denial, "queue_id", "next_action", "letter") == ("FULL-CONTRACTUAL", "appeal", "contract")
    with pytest.raises(DenialError, match="transfer is not done in queue FULL-CONTRACTUAL"):
        do(world, denial, "transfer", party="patient")
    assert world.ar("C1") == {"primary": 10_000}


def test_appeals_count_their_levels_and_keep_the_last_day(world: World) -> None:
    denial = refused(world)
    assert episode(world, denial, "appeal_by") == (dt.date(2026, 6, 20) + dt.timedelta(180),)
    do(world, denial, "appeal", letter="medical_necessity", letter_sha256="ab" * 32)
    do(world, denial, "appeal", why="upheld; second level")
    assert episode(world, denial, "state", "appeal_level") == ("appealed", 2)
    with pytest.raises(DenialError, match="The last day to appeal was 2026-12-17"):
        do(world, denial, "appeal", today=dt.date(2026, 12, 18))
    do(world, denial, "appeal", today=dt.date(2026, 12, 18), is_late=True)
    blocked = refused(world, "C2", Adjustment("CO", "50", 10_000), remarks=("MA130",), trace="T2")
    with pytest.raises(DenialError, match="carries no right to appeal"):
        do(world, blocked, "appeal")


def test_what_was_done_can_be_taken_back_by_new_entries_and_the_denial_is_open_again(world: World) -> None:
    denial = refused(world)
    asked = do(world, denial, "write_off")
    do(world, denial, "approve", by="tamsin")
    do(world, denial, "undo", by="idris", why="wrong claim", target_action_id=asked.action_id)
    assert world.balances("C1") == {"AR:primary": 10_000, "REVENUE_GROSS:none": -10_000}
    assert world.denials() == [("MED_NECESSITY", 10_000)]
    again = denial_of(world, "C1")
    assert again != denial
    assert episode(world, again, "state", "reopens_denial_id", "at_stake_cents") == ("new", denial, 10_000)
    with pytest.raises(DenialError, match="no write-off, transfer or closing"):
        do(world, denial, "undo", why="twice", target_action_id=asked.action_id)
    assert verify(world.con) == []


def test_a_write_off_that_waits_can_be_withdrawn(world: World) -> None:
    denial = refused(world)
    asked = do(world, denial, "write_off")
    do(world, denial, "undo", target_action_id=asked.action_id)
    with pytest.raises(DenialError, match=r"No write-off .* waits for approval"):
        do(world, denial, "approve", by="tamsin")
    assert episode(world, denial, "state") == ("in_work",)


def test_what_a_person_ended_stays_ended_until_the_payer_refuses_again(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    first = claim("C1", line("A", 10_000, 0, Adjustment("CO", "50", 10_000)))
    world.post(world.remittance(first, method="NON", on=dt.date(2026, 6, 10)))
    denial = denial_of(world, "C1")
    do(world, denial, "close", reason="payer_reprocesses")
    world.post(run_id="quiet")
    assert world.denials() == []
    again = claim("C1", line("A", 10_000, 0, Adjustment("CO", "197", 10_000)))
    world.post(world.remittance(taken_back(first), again, method="NON", trace="T2"), run_id="again")
    assert world.denials() == [("AUTHORIZATION", 10_000)]
    assert episode(world, denial_of(world, "C1"), "is_reopened", "reopens_denial_id") == (True, denial)


def answered(world: World, state: str = "denied") -> None:
    """The claim's diary: sent once, then answered."""
    for kind, reached in (("released", "released"), ("prepared", "prepared"), ("sent", "sent"), (state, state)):
        with unit(world.con, "diary", "r"), new_events(world.con, "r"):
            world.con.execute(
                "INSERT INTO new_claim_event VALUES ('C1', 1, ?, ?, '7', DATE '2026-06-20', CASE WHEN ? = 'denied' THEN 'ICN1' END, NULL, NULL)",
                [kind, reached, kind],
            )


@pytest.mark.parametrize(("remarks", "frequency"), [((), "7"), (("MA130",), "1")])
def test_correct_and_resubmit_opens_the_claim_and_the_submission_sends_it_as_the_payer_wants(
    world: World, remarks: tuple[str, ...], frequency: str
) -> None:
    denial = refused(world, adjustment=Adjustment("CO", "16", 10_000), remarks=remarks)
    world.con.execute("DELETE FROM scrub.claim_event")
    answered(world)
    world.con.execute(
        "INSERT INTO submission.batch_claim VALUES ('C1', 1, 7, 701, 'BLHRB', '1', NULL, 'h', 10000, 3, 9, DATE '2026-06-02', 'r')"
    )
    done = do(world, denial, "correct_and_resubmit")
    assert f"frequency {frequency}" in done.effect
    assert world.con.execute("SELECT state, version FROM scrub.claim_state WHERE claim_id = 'C1'").fetchone() == (
        "held",
        2,
    )
    assert episode(world, denial, "state") == ("resubmitted",)
    assert work(world, denial, "next_action", "due_on") == ("ask_payer", TODAY + dt.timedelta(30))
    with unit(world.con, "diary", "r"), new_events(world.con, "r"):
        world.con.execute(
            "INSERT INTO new_claim_event VALUES ('C1', NULL, 'released', 'released', 'x', DATE '2026-07-01', NULL, NULL, NULL)"
        )
    select_ready(world.con, world.config)
    chosen = world.con.execute("SELECT version, frequency, payer_claim_number FROM submission_chosen").fetchall()
    assert chosen == [(2, frequency, "ICN1" if frequency == "7" else None)]


def test_a_claim_on_its_way_is_not_opened_a_second_time(world: World) -> None:
    denial = refused(world)
    world.con.execute("DELETE FROM scrub.claim_event")
    answered(world)
    do(world, denial, "correct_and_resubmit")
    again = do(world, denial, "correct_and_resubmit", why="again")
    assert "held already, so nothing was reopened" in again.effect


@pytest.mark.parametrize(
    ("action", "more", "says"),
    [
        ("note", {"why": "  "}, "Say why"),
        ("note", {"due_on": dt.date(2026, 6, 30)}, "is past"),
        ("assign", {"owner": "nobody"}, "expected one of"),
        ("write_off", {"reason": "mood"}, "is no write-off reason"),
        ("close", {"reason": "mood"}, "--reason one of"),
        ("transfer", {"party": "next"}, "No further payer is on record"),
        ("refuse", {}, "waits for approval"),
    ],
)  # fmt: skip
def test_what_may_not_be_done_is_said_and_leaves_no_trace(
    world: World, action: str, more: dict[str, Any], says: str
) -> None:
    denial = refused(world)
    with pytest.raises(PmError, match=says):
        do(world, denial, action, **more)
    assert actions(world) == []
    with pytest.raises(DenialError, match="There is no denial 'D0'"):
        do(world, "D0", "note")


def test_a_closed_denial_takes_notes_and_nothing_else(world: World) -> None:
    denial = refused(world)
    do(world, denial, "close", reason="payer_reprocesses")
    do(world, denial, "note")
    with pytest.raises(DenialError, match="is closed"):
        do(world, denial, "write_off")

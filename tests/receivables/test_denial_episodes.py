"""Episodes: which edit would have stopped them, what came back, denied again, whose they are and until when."""

from __future__ import annotations

import datetime as dt

import pytest

from pm_pipeline import ledger, receivables
from pm_pipeline.errors import DenialError
from pm_pipeline.receivables.episodes import show_episode, worklist
from pm_pipeline.scrub import shipped_rules
from pm_pipeline.warehouse import unit
from tests.money import CO45, TODAY, Adjustment, World, claim, line, taken_back
from tests.receivables.desk import denial_of, do, episode, refused, work

MANY_UNITS = Adjustment("CO", "151", 10_000)


def test_every_edit_that_is_named_exists(world: World) -> None:
    entries = world.config.denials.edits.denials
    assert {edit for entry in entries for edit in entry.edits} <= {one.rule.id for one in shipped_rules().rules}


def causes(world: World, denial_id: str) -> list[tuple[str, str]]:
    sql = "SELECT rule_id, verdict FROM receivables.denial_cause WHERE denial_id = ? ORDER BY 1"
    return world.con.execute(sql, [denial_id]).fetchall()


@pytest.mark.parametrize(
    ("adjustment", "remarks", "edits"),
    [
        (("CO", "197"), (), ["AUT-001"]),
        (("CO", "16"), ("M77",), ["POS-001", "POS-002"]),
        (("CO", "16"), ("N382",), ["ELG-002", "ELG-003", "ELG-004"]),
        (("CO", "16"), ("M51",), []),
        (("CO", "50"), (), []),
        (("CO", "96"), ("N362",), ["UNT-001", "UNT-002"]),
    ],
)
def test_the_root_cause_is_the_edit_that_would_have_stopped_it(
    world: World, adjustment: tuple[str, str], remarks: tuple[str, ...], edits: list[str]
) -> None:
    denial = refused(world, adjustment=Adjustment(*adjustment, 10_000), remarks=remarks)
    assert causes(world, denial) == [(edit, "silent") for edit in edits]
    assert episode(world, denial, "edits", "is_edit_overridden") == (edits, False)


def finding(
    world: World, rule_id: str, found_on: str, cleared_on: str | None = None, line_no: int = 1, severity: str = "warn"
) -> None:
    world.con.execute(
        "INSERT INTO scrub.edit_finding VALUES (?, 'C1', 'h', ?, ?, 1, ?, 'm', 'r', ?, 'r')",
        [f"F{rule_id}{found_on}", line_no, rule_id, severity, found_on],
    )
    if cleared_on:
        world.con.execute("INSERT INTO scrub.finding_cleared VALUES (?, ?, 'r')", [f"F{rule_id}{found_on}", cleared_on])


def test_what_the_edit_did_on_this_very_line_before_the_claim_left(world: World) -> None:
    """UNT-002 warned and the claim left all the same; UNT-001 was corrected; MOD-002 spoke of another line."""
    world.con.execute(
        "INSERT INTO submission.batch_claim VALUES ('C1', 1, 7, 701, 'BLHRB', '1', NULL, 'h', 10000, 3, 9, DATE '2026-06-02', 'r')"
    )
    world.con.execute(
        "INSERT INTO scrub.claim_line (claim_id, line_no, line_id, charge_id, procedure_code, modifiers, diagnosis_pointers, units, charge_cents, "
        "place_of_service, dos_from, dos_to) VALUES ('C1', 1, 'LHC1', 'HC1', '99213', [], [1], 30, 10000, '11', DATE '2026-06-01', DATE '2026-06-01')"
    )
    finding(world, "UNT-002", "2026-06-01")
    finding(world, "UNT-001", "2026-06-01", cleared_on="2026-06-02")
    finding(world, "MOD-002", "2026-06-01", line_no=2)
    finding(world, "UNT-001", "2026-06-25")
    denial = refused(world, adjustment=MANY_UNITS)
    assert causes(world, denial) == [("MOD-002", "silent"), ("UNT-001", "cleared"), ("UNT-002", "overridden")]
    assert episode(world, denial, "is_edit_overridden") == (True,)
    assert [one["message"] for one in show_episode(world.con, denial, TODAY)["causes"]] == [None, "m", "m"]


@pytest.mark.parametrize(
    ("adjustment", "remarks", "severity", "edits"),
    [
        (("CO", "119"), (), "warn", [("FRQ-009", "overridden")]),
        (("CO", "119"), (), "shadow", []),
        (("CO", "50"), (), "warn", []),
        (("CO", "16"), ("N382",), "warn", [("ELG-002", "silent"), ("ELG-003", "silent"), ("ELG-004", "silent")]),
    ],
)
def test_an_edit_that_spoke_up_and_prevents_the_code_is_a_cause_too(
    world: World, adjustment: tuple[str, str], remarks: tuple[str, ...], severity: str, edits: list[tuple[str, str]]
) -> None:
    """FRQ-009, which the list does not name, prevents 119 and, in this edition, 16."""
    world.con.execute(
        "INSERT INTO scrub.rule_edition VALUES ('FRQ-009', 1, 'd', 'warn', '{\"prevents\": [\"119\", \"16\"]}', DATE '2026-05-01', 'r')"
    )
    finding(world, "FRQ-009", "2026-05-30", severity=severity)
    assert causes(world, refused(world, adjustment=Adjustment(*adjustment, 10_000), remarks=remarks)) == edits


def test_a_correction_that_pays_overturns_and_what_came_back_is_told_once(world: World) -> None:
    """Refused 100.00; the correction pays 40.00 and refuses 60.00; the next one pays 90.00."""
    world.bill("C1", {"A": 10_000})
    first = claim("C1", line("A", 10_000, 0, Adjustment("CO", "50", 10_000)))
    second = claim("C1", line("A", 10_000, 4_000, Adjustment("CO", "50", 6_000)))
    third = claim("C1", line("A", 10_000, 9_000, CO45(1_000)))
    world.post(world.remittance(first, method="NON", on=dt.date(2026, 6, 10)), run_id="1")
    one = denial_of(world, "C1")
    world.post(world.remittance(taken_back(first), second, trace="T2", on=dt.date(2026, 6, 15)), run_id="2")
    two = denial_of(world, "C1")
    assert episode(world, one, "state", "recovered_cents", "denied_again_as") == ("partly_overturned", 4_000, two)
    assert episode(world, two, "state", "is_partial", "is_reopened", "recovered_cents", "denied_cents") == (
        "new",
        True,
        True,
        0,
        6_000,
    )
    world.post(world.remittance(taken_back(second), third, trace="T3", on=dt.date(2026, 6, 20)), run_id="3")
    assert episode(world, one, "state", "recovered_cents") == ("partly_overturned", 4_000)
    assert episode(world, two, "state", "recovered_cents", "at_stake_cents") == ("overturned", 5_000, 0)
    steps = [(step["what"], step["cents"]) for step in show_episode(world.con, two, TODAY)["timeline"]]
    assert steps == [("opened", 6_000), ("closed", 5_000)]


def test_what_was_paid_and_taken_back_did_not_come_back(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    denied = claim("C1", line("A", 10_000, 0, Adjustment("CO", "50", 10_000)))
    paid = claim("C1", line("A", 10_000, 7_000, CO45(3_000)))
    world.post(world.remittance(denied, method="NON", on=dt.date(2026, 6, 10)))
    one = denial_of(world, "C1")
    world.post(world.remittance(paid, trace="T2"), run_id="paid")
    assert episode(world, one, "state", "recovered_cents") == ("overturned", 7_000)
    world.post(world.remittance(taken_back(paid), trace="T3"), run_id="back")
    two = denial_of(world, "C1")
    assert two != one
    assert episode(world, one, "state", "recovered_cents") == ("denied_again", 0)
    assert episode(world, two, "state", "is_reopened", "reopens_denial_id", "at_stake_cents") == (
        "new",
        True,
        one,
        10_000,
    )


def test_two_refused_lines_of_one_charge_share_what_comes_back(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    half = line("A", 5_000, 0, Adjustment("CO", "50", 5_000))
    denied = claim("C1", half, half)
    world.post(world.remittance(denied, method="NON", on=dt.date(2026, 6, 10)))
    world.post(world.remittance(claim("C1", line("A", 10_000, 8_000, CO45(2_000))), trace="T2"), run_id="paid")
    rows = world.con.execute("SELECT recovered_cents FROM receivables.denial_episode ORDER BY 1").fetchall()
    assert rows == [(3_000,), (5_000,)]


def test_a_second_run_changes_nothing_and_another_order_says_the_same(world: World) -> None:
    denial = refused(world, adjustment=MANY_UNITS)
    before = world.con.execute("SELECT * FROM receivables.denial_episode").fetchall(), causes(world, denial)
    for run_id in ("run T1", "another"):
        receivables.run(world.con, world.config, TODAY + dt.timedelta(1), run_id)
    assert (world.con.execute("SELECT * FROM receivables.denial_episode").fetchall(), causes(world, denial)) == before
    assert world.con.execute("SELECT count(*) FROM receivables.denial_workflow").fetchone() == (1,)


def test_the_work_list_has_queue_owner_next_action_and_day(world: World) -> None:
    """A commercial payer with 180 days to appeal; AUTHORIZATION is to be worked in 10 days, its chance is 0.4."""
    denial = refused(world, adjustment=Adjustment("CO", "197", 10_000))
    got = work(
        world,
        denial,
        "queue_id",
        "owner",
        "next_action",
        "due_on",
        "escalate_on",
        "at_stake_cents",
        "priority",
        "letter",
    )
    assert got == (
        "AUTHORIZATION",
        "wren",
        "appeal",
        TODAY + dt.timedelta(10),
        TODAY + dt.timedelta(20),
        10_000,
        4_000,
        "authorization",
    )
    do(world, denial, "assign", owner="Marlow Pike")
    do(world, denial, "note", due_on=TODAY + dt.timedelta(2))
    assert work(world, denial, "owner", "due_on", "state") == ("marlow", TODAY + dt.timedelta(2), "in_work")
    do(world, denial, "appeal")
    assert work(world, denial, "next_action", "due_on", "state") == ("ask_payer", TODAY + dt.timedelta(45), "appealed")


def test_the_first_queue_that_fits_takes_it_small_ones_apart(world: World) -> None:
    world.bill("C1", {"A": 1_400})
    world.post(world.remittance(claim("C1", line("A", 1_400, 0, Adjustment("CO", "197", 1_400))), method="NON"))
    assert work(world, denial_of(world, "C1"), "queue_id", "next_action") == ("SMALL", "write_off")


def test_the_list_puts_the_most_worth_first_and_hands_on_what_is_long_overdue(world: World) -> None:
    low = refused(world, "C1", Adjustment("CO", "18", 10_000), trace="T1")
    high = refused(world, "C2", Adjustment("CO", "16", 10_000), remarks=("M77",), trace="T2")
    assert [one["denial_id"] for one in worklist(world.con, TODAY)] == [high, low]
    assert worklist(world.con, TODAY, overdue=True) == []
    late = TODAY + dt.timedelta(8)
    assert [(one["denial_id"], one["owner"]) for one in worklist(world.con, late, overdue=True)] == [(high, "marlow")]
    later = TODAY + dt.timedelta(7 + 14 + 1)
    assert [one["denial_id"] for one in worklist(world.con, later, owner="tamsin")] == [high]
    assert worklist(world.con, later, queue="CODING")[0]["is_escalated"] is True
    assert worklist(world.con, TODAY, payer="SMDCR") == []


def test_an_edited_workflow_is_in_force_from_the_next_run_on_and_the_old_one_is_kept(world: World) -> None:
    denial = refused(world, adjustment=Adjustment("CO", "197", 10_000))
    flow = world.config.denials.workflow
    queues = [one.model_copy(update={"owner": "idris"}) if one.id == "AUTHORIZATION" else one for one in flow.queues]
    object.__setattr__(world.config.denials, "workflow", flow.model_copy(update={"queues": queues}))
    receivables.run(world.con, world.config, TODAY, "edited")
    assert work(world, denial, "owner", "edition") == ("idris", 2)
    rows = world.con.execute(
        "SELECT owner FROM receivables.denial_queue WHERE queue_id = 'AUTHORIZATION' ORDER BY edition"
    ).fetchall()
    assert rows == [("wren",), ("idris",)]


def test_a_denial_on_which_nothing_is_owed_any_more_is_to_be_closed_in_any_queue(world: World) -> None:
    denial = refused(world)
    with unit(world.con, "other", "r") as unit_of_work, ledger.proposals(world.con):
        for account, sub, cents in (("AR", "primary", -10_000), ("CASH_CLEARING", "check", 10_000)):
            world.con.execute(
                "INSERT INTO ledger_proposal (txn_key, txn_kind, actor, entry_kind, account, sub_account, cents, practice_id, claim_id, charge_id, "
                "effective_on) VALUES ('by hand', 'payment', 'idris', 'payment', ?, ?, ?, 'HARBOR', 'C1', 'HC1', ?)",
                [account, sub, cents, TODAY],
            )
        ledger.post(world.con, unit_of_work, "by hand", TODAY)
    assert work(world, denial, "next_action", "at_stake_cents") == ("close", 0)
    with pytest.raises(DenialError, match="Nothing is open with the payer"):
        do(world, denial, "write_off")
    do(world, denial, "close", reason="settled")
    assert world.denials() == []

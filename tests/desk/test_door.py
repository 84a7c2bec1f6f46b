"""The door: who may say what about which item; two people see each other; what a page is told from the log alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pm_pipeline.desk import Action, ActionLog, Outcome, new_action_id, record
from pm_pipeline.desk.reading import HOLD
from pm_pipeline.desk.vocabulary import arguments, deeds, kinds
from pm_pipeline.errors import DeskError, PmError
from pm_pipeline.warehouse import utc_now
from tests.desk.people import NOON, said
from tests.money import shipped


@pytest.fixture
def log(tmp_path: Path) -> ActionLog:
    return ActionLog(tmp_path / "desk")


def do(
    log: ActionLog,
    action: str,
    kind: str = "denial",
    item: str = "I1",
    by: str = "wren",
    why: str = "because",
    **more: Any,
) -> Action:
    return record(shipped(), log, by=by, kind=kind, item=item, action=action, why=why, **more)


def test_the_vocabulary_names_only_what_there_is() -> None:
    named = {name for one in deeds().values() for name in (*one.required, *one.optional)}
    assert named == set(arguments())
    assert {kind for kind, _ in deeds()} == set(kinds())
    for action in ("take", "leave", "note", "assign"):
        assert all((kind, action) in deeds() for kind in kinds())
    assert deeds()["denial", "note"].optional == ("due_on",)
    assert deeds()["underpayment", "note"].optional == ()


def test_an_action_is_kept_in_the_persons_id_with_arguments_in_one_form(log: ActionLog) -> None:
    kept = do(
        log, "write_off", by="wren hollis", why=" lost ", arguments={"cents": "1250", "reason": "timely_filing", "due_on": dt.date(2026, 8, 1)}, generation=7
    )  # fmt: skip
    assert (kept.by, kept.why, kept.generation) == ("wren", "lost", 7)
    assert kept.arguments == {"cents": 1250, "reason": "timely_filing", "due_on": "2026-08-01"}
    assert ActionLog(log.folder).actions() == [kept]


def test_an_item_is_the_same_with_blanks_around_it(log: ActionLog) -> None:
    assert do(log, "take", item=" I1\n", why="").item == "I1"
    assert log.state("denial", "I1").on_it is not None
    with pytest.raises(DeskError, match="wren is on it"):
        do(log, "take", by="tamsin")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"kind": "parrot"}, "There is no kind of work item 'parrot'. Kinds: denial, "),
        ({"action": "resolve"}, "'resolve' is not done on a denial. Actions: take, leave, note"),
        ({"by": "zoe"}, "'zoe' is not among the people"),
        ({"why": "  "}, "note needs a reason"),
        ({"why": "x" * 4001}, "at most 4000 printable characters"),
        ({"why": "bell\x07"}, "printable characters"),
        ({"why": "half\ud800"}, "printable characters"),
        ({"item": "I1; DROP"}, "no id of a denial: expected its denial_id"),
        ({"item": ""}, "no id of a denial"),
        ({"action_id": "mine"}, "K and 16 hexadecimal digits"),
        ({"arguments": {"cents": 5}}, "note takes no 'cents'. Arguments: due_on."),
        ({"action": "assign"}, "assign needs owner: A person"),
        ({"action": "assign", "arguments": {"owner": " "}}, "owner: expected some text"),
        ({"action": "write_off", "arguments": {"cents": 12.5}}, "cents: expected a whole number"),
        ({"action": "write_off", "arguments": {"cents": -5}}, "cents: expected a whole number"),
        ({"action": "write_off", "arguments": {"cents": True}}, "cents: expected a whole number"),
        ({"action": "write_off", "arguments": {"cents": "12.50"}}, "cents: expected a whole number"),
        ({"action": "appeal", "arguments": {"is_late": "maybe"}}, "is_late: expected true or false"),
        ({"arguments": {"due_on": "31.12.2026"}}, "due_on: expected a day"),
        ({"kind": "held_claim", "action": "fix", "arguments": {"rule_id": "R", "values": {}}}, "values: expected at least one column"),
        ({"kind": "held_claim", "action": "fix", "arguments": {"rule_id": "R", "values": {"units": 1}}}, "values.units: expected text"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_and_not_logged(log: ActionLog, given: dict[str, Any], told: str) -> None:
    with pytest.raises(PmError) as problem:
        do(log, **({"action": "note"} | given))
    assert told in str(problem.value)
    assert log.actions() == []


def test_a_person_without_the_role_of_the_kind_is_refused(log: ActionLog) -> None:
    config = shipped()
    people = config.people.model_copy(
        update={"people": [one.model_copy(update={"roles": ["denials"]}) for one in config.people.people]}
    )
    config = replace(config, people=people)
    with pytest.raises(PmError, match="wren has no role money"):
        record(config, log, by="wren", kind="credit_balance", item="C1 primary", action="refund", why="paid twice")
    assert record(config, log, by="wren", kind="denial", item="I1", action="note", why="called").seq == 1


def test_whoever_takes_an_item_is_seen_until_they_leave(log: ActionLog) -> None:
    do(log, "take", why="")
    on_it = log.state("denial", "I1").on_it
    assert on_it is not None
    assert (on_it.person, on_it.until - on_it.since) == ("wren", HOLD)
    with pytest.raises(DeskError, match=r"wren is on it since [0-9:]+ UTC. Ask, or take it over"):
        do(log, "take", by="tamsin")
    do(log, "take")  # again: still mine
    assert do(log, "note", by="tamsin").seq == 3  # a note is not forbidden
    do(log, "take", by="tamsin", arguments={"over": True})
    holder = log.state("denial", "I1").on_it
    assert holder is not None
    assert holder.person == "tamsin"
    do(log, "leave", by="wren")  # who is not on it does not free it
    assert log.state("denial", "I1").on_it == holder
    do(log, "leave", by="tamsin")
    assert log.state("denial", "I1").on_it is None
    do(log, "take", by="wren")


def test_somebody_who_does_nothing_is_no_longer_on_it(log: ActionLog) -> None:
    log.append(said(action="take"))
    assert log.state("denial", "I1", NOON + HOLD - dt.timedelta(seconds=1)).on_it is not None
    assert log.state("denial", "I1", NOON + HOLD).on_it is None
    log.append(said(at=NOON + dt.timedelta(hours=1)))  # a note of theirs: still at work
    assert log.state("denial", "I1", NOON + HOLD).on_it is not None
    log.append(said(by="tamsin", action="take", at=NOON + dt.timedelta(hours=4)))


def test_what_somebody_else_did_after_the_page_was_made_refuses_the_action(log: ActionLog) -> None:
    seen = log.state("denial", "I1").last_seq
    do(log, "write_off", by="tamsin", seen=seen)
    with pytest.raises(
        DeskError, match=r"tamsin has said write_off about this denial at .* UTC, after you looked at it"
    ):
        do(log, "appeal", seen=seen)
    do(log, "appeal", item="I2", seen=0)  # another item
    shown = log.state("denial", "I1").last_seq
    do(log, "appeal", seen=shown)
    do(log, "note", seen=shown)  # what I did myself I know of


def test_a_button_pressed_twice_says_one_thing(log: ActionLog) -> None:
    name = new_action_id()
    first = do(log, "appeal", action_id=name, generation=3)
    assert do(log, "appeal", action_id=name, generation=4) == first
    assert len(log.actions()) == 1


def test_a_page_is_told_what_waits_what_became_of_it_and_whose_it_is(log: ActionLog) -> None:
    mine = do(log, "assign", arguments={"owner": "wren"})
    theirs = do(log, "assign", by="tamsin", arguments={"owner": "marlow"})
    note = do(log, "note", why="called")
    log.settle(
        [
            Outcome(mine.action_id, utc_now(), "applied", "Given to wren.", None, "r1"),
            Outcome(theirs.action_id, utc_now(), "refused", "It is closed.", None, "r1"),
        ]
    )
    state = log.state("denial", "I1")
    assert state.waiting == (note,)
    assert [(one.action_id, became.message) for one, became in state.answered] == [
        (mine.action_id, "Given to wren."), (theirs.action_id, "It is closed."),
    ]  # fmt: skip
    assert (state.owner, [one.why for one in state.notes], state.last_seq) == ("wren", ["called"], note.seq)
    assert log.state("denial", "I2").owner is None
    assert set(log.states()) == {("denial", "I1")}
    assert log.states("rejection") == {}

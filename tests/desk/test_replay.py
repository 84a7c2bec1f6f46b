"""Applied once, whatever crashed when; and what was changed afterwards, in the log or in the warehouse, is named."""

from __future__ import annotations

import json
import shutil
from typing import Any

import pytest

from pm_pipeline.audit.verify import verify
from pm_pipeline.desk import ActionLog
from pm_pipeline.desk import apply as module
from pm_pipeline.desk.does import Done
from pm_pipeline.errors import ConfigError, WarehouseError
from pm_pipeline.warehouse import unit
from tests.desk.office import Office
from tests.money import World


@pytest.fixture
def paid(world: World, office: Office) -> Office:
    """Three things said: two payments of patients and a movement that is not possible."""
    for name in ("C1", "C2"):
        world.bill(name, {f"H{name}": 5_000}, payer=None)
    office.say("patient_balance", "C1", "patient_payment", cents=2_000, method="card", why="copay")
    office.say("patient_balance", "C2", "small_balance", why="too small?")
    office.say("patient_balance", "C2", "patient_payment", cents=1_000, method="cash", why="copay")
    return office


def size(office: Office) -> list[tuple[Any, ...]]:
    return office.world.con.execute(
        "SELECT (SELECT count(*) FROM desk.applied), (SELECT count(*) FROM receivables.money_action), (SELECT count(*) FROM ledger.entry), "
        "(SELECT count(*) FROM warehouse.chain)"
    ).fetchall()


def broken(office: Office) -> dict[str, str]:
    """item -> what I19 says of it."""
    return {one.item: one.text for one in verify(office.world.con, "I19", log=office.log)}


def test_each_action_is_a_link_of_its_own_and_replay_changes_nothing(paid: Office) -> None:
    ((before,),) = paid.world.con.execute("SELECT max(seq) FROM warehouse.chain").fetchall()
    done = paid.run()
    assert (done.applied, done.refused) == (2, 1)
    links = paid.world.con.execute("SELECT unit_name FROM warehouse.chain WHERE seq > ?", [before]).fetchall()
    assert links == [("desk",)] * 3
    held, text = size(paid), paid.log.path.read_bytes()
    assert paid.run().outcomes == []
    assert (size(paid), paid.log.path.read_bytes()) == (held, text)
    assert paid.verify() == []


def test_a_refused_action_is_never_tried_again(paid: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    paid.run()
    monkeypatch.setattr(module, "do", lambda place, said: Done("never"))
    assert paid.run().outcomes == []


@pytest.mark.parametrize("at", ["before", "after"])
def test_a_crash_leaves_an_action_done_and_recorded_or_neither(
    paid: Office, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """Between what the action does and the record of it: both are lost. After the commit, before the log is told: both are kept."""

    def crash(*given: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "_keep" if at == "before" else "_tell", crash)
    with pytest.raises(KeyboardInterrupt):
        paid.run()
    monkeypatch.undo()
    moved = {"before": 0, "after": 2}[at]
    assert paid.world.con.execute("SELECT count(*) FROM receivables.money_action").fetchall() == [(moved,)]
    assert paid.log.outcomes() == {}
    assert len(paid.log.state("patient_balance", "C2").waiting) == 2
    paid.run()
    assert paid.world.con.execute("SELECT count(*) FROM receivables.money_action").fetchall() == [(2,)]
    assert paid.log.state("patient_balance", "C2").waiting == ()
    assert {one.outcome for one in paid.log.outcomes().values()} == {"applied", "refused"}
    assert paid.verify() == []


@pytest.mark.parametrize("problem", [WarehouseError("disk full"), ConfigError("people.yaml is wrong")])
def test_what_is_wrong_with_the_house_is_not_laid_at_the_actions_door(
    paid: Office, monkeypatch: pytest.MonkeyPatch, problem: Exception
) -> None:
    whole = module.do

    def ill(place: Any, said: Any) -> Done:
        if said.item == "C2":
            raise problem
        return whole(place, said)

    monkeypatch.setattr(module, "do", ill)
    with pytest.raises(type(problem)):
        paid.run()
    monkeypatch.undo()
    assert len(paid.log.outcomes()) == 1  # what was done before is told
    assert paid.run().applied == 1


def test_what_the_database_refuses_is_refused_without_its_words(paid: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def doubled(place: Any, said: Any) -> Done:
        place.con.execute(
            "INSERT INTO receivables.money_answer SELECT 'SECRET', 'approved', 'x', 'x', today(), now()::TIMESTAMP, 'r' FROM range(2)"
        )
        return Done("never")

    monkeypatch.setattr(module, "do", doubled)
    assert paid.run().refused == 3
    for one in paid.log.outcomes().values():
        assert one.message.startswith("The warehouse could not do this (ConstraintException); nothing of it was done.")
        assert "SECRET" not in one.message


def test_a_warehouse_that_was_made_anew_gets_everything_again(paid: Office) -> None:
    paid.run()
    paid.world.con.execute("DELETE FROM desk.applied")
    with unit(paid.world.con, "desk", "other"):
        paid.world.con.execute("DELETE FROM receivables.money_action")
    assert paid.run().applied == 2
    assert {one.run_id for one in paid.log.outcomes().values()} == {"desk 2"}


def test_a_log_that_is_not_whole_is_not_applied_and_stops_nothing(paid: Office) -> None:
    text = paid.log.path.read_bytes()
    paid.log.path.write_bytes(text.replace(b'"cents":2000', b'"cents":9000'))
    done = paid.run()
    assert (done.outcomes, "line 2: it does not follow the line before it" in str(done.fault)) == ([], True)
    assert size(paid)[0][0] == 0
    assert "line 2" in next(iter(broken(paid)))
    paid.log.path.write_bytes(text)
    assert paid.run().applied == 2
    assert broken(paid) == {}


def test_a_torn_end_is_named_and_the_rest_is_applied(paid: Office) -> None:
    with paid.log.path.open("ab") as file:
        file.write(b'{"seq":4,"prev":"')
    assert list(broken(paid)) == ["actions.jsonl, the end"]
    assert paid.run().applied == 2
    assert [one.bytes for one in paid.log.torn()] == [17]
    assert broken(paid) == {}


def test_without_a_log_nothing_is_made(world: World, office: Office) -> None:
    assert office.run().fault is None
    assert not office.log.folder.exists()
    assert verify(world.con, "I19", log=office.log) == []


def test_an_applied_action_whose_line_is_gone_or_altered_is_named(paid: Office) -> None:
    """The whole log forged anew, chain and anchor right: the warehouse still knows what it applied."""
    paid.run()
    first, second, third = paid.log.actions()
    shutil.move(paid.log.folder, paid.log.folder.with_name("old"))
    forged = ActionLog(paid.log.folder)
    forged.append(
        module.Action(
            **{
                **{name: getattr(first, name) for name in first.__slots__},
                "arguments": {"cents": 9_000, "method": "card"},
            }
        )
    )
    forged.append(module.Action(**{name: getattr(second, name) for name in second.__slots__}))
    assert forged.faults() == []
    found = broken(paid)
    assert "is not the one that was applied in run desk 1" in found[first.action_id]
    assert "its line is gone" in found[third.action_id]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        ("UPDATE desk.applied SET message = 'Something else.'", "is not what the chain of units of work sealed"),
        ("UPDATE desk.applied SET actor = 'tamsin'", "is not what the chain of units of work sealed"),
        ("UPDATE desk.applied SET outcome = 'applied' WHERE outcome = 'refused'", "the warehouse does not"),
        ("DELETE FROM desk.applied", "its row is gone or changed"),
    ],
)
def test_a_row_changed_by_hand_is_named(paid: Office, spoil: str, told: str) -> None:
    paid.run()
    assert verify(paid.world.con, "I19") == []
    paid.world.con.execute(spoil)
    assert any(told in one.text for one in verify(paid.world.con, "I19", log=paid.log))
    assert verify(paid.world.con, "I19")  # the chain alone knows it, too


def test_an_outcome_nobody_made_is_named(paid: Office) -> None:
    said = paid.log.actions()[0]
    paid.log.settle([module.Outcome(said.action_id, said.at, "applied", "Done.", None, "r")])
    assert "tells people that it was applied, and the warehouse does not" in broken(paid)[said.action_id]


def test_arguments_and_reason_are_kept_with_the_row(paid: Office) -> None:
    paid.run()
    rows = paid.world.con.execute(
        "SELECT arguments, reason, actor, line_no FROM desk.applied ORDER BY line_no"
    ).fetchall()
    assert [(json.loads(row[0]), *row[1:]) for row in rows] == [
        ({"cents": 2000, "method": "card"}, "copay", "wren", 1),
        ({}, "too small?", "wren", 2),
        ({"cents": 1000, "method": "cash"}, "copay", "wren", 3),
    ]

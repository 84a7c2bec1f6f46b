"""The action log keeps every line that was acknowledged, in one chain. That no harm to it goes unseen: tests/warehouse/test_chained.py."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import signal
import stat
import threading
from pathlib import Path

import pytest

from pm_pipeline.desk import ActionLog, Outcome, reading
from pm_pipeline.desk.line import write
from pm_pipeline.errors import DeskError
from pm_pipeline.warehouse.chained import Chained
from tests.desk.people import NOON, said
from tests.desk.process import start


@pytest.fixture
def log(tmp_path: Path) -> ActionLog:
    return ActionLog(tmp_path / "desk")


def lines(log: ActionLog) -> list[bytes]:
    return log.path.read_bytes().split(b"\n")[:-1]


def outcome(action_id: str, message: str = "Done.", run_id: str = "r1") -> Outcome:
    return Outcome(action_id, NOON, "applied", message, None, run_id)


def test_each_line_holds_the_hash_of_the_one_before(log: ActionLog) -> None:
    log.append(said())
    log.append(said(why="grüße, \N{GREEK SMALL LETTER ALPHA}\nsecond line"))
    log.settle([outcome("K1")])
    raw = lines(log)
    told = [json.loads(one) for one in raw]
    assert [one["seq"] for one in told] == [1, 2, 3]
    assert [one["prev"] for one in told] == ["0" * 64, *(hashlib.sha256(one).hexdigest() for one in raw[:2])]
    assert told[1]["why"] == "grüße, \N{GREEK SMALL LETTER ALPHA}\nsecond line"
    assert told[0]["at"] == "2026-07-01T12:00:00Z"
    assert log.faults() == []


def test_a_new_reader_finds_what_was_written(log: ActionLog) -> None:
    kept = log.append(said(arguments={"cents": 1250, "values": {"units": "1"}, "is_late": True}))
    assert ActionLog(log.folder).actions() == [kept]
    assert kept.sha256 == hashlib.sha256(lines(log)[0]).hexdigest()


def test_only_its_owner_may_read_it(log: ActionLog) -> None:
    log.append(said())
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.folder.stat().st_mode) == 0o700


def test_two_processes_at_once_lose_no_line(log: ActionLog) -> None:
    running = [start("append", log.folder, by, "40") for by in ("wren", "marlow", "tamsin")]
    told = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], told
    ids = [name for out, _ in told for name in out.split()]
    assert len(set(ids)) == 120
    assert {one.action_id for one in log.actions()} == set(ids)
    assert log.faults() == []


def test_threads_of_one_process_lose_no_line(log: ActionLog) -> None:
    def work(by: str) -> None:
        for _ in range(20):
            log.append(said(by=by))

    threads = [threading.Thread(target=work, args=(by,)) for by in ("wren", "marlow", "tamsin")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(log.actions()) == 60
    assert ActionLog(log.folder).faults() == []


def test_a_line_cut_short_by_a_kill_is_put_aside_and_named(log: ActionLog) -> None:
    first = log.append(said())
    process = start("die_inside_a_line", log.folder)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert log.actions() == [first]
    [(where, what)] = log.faults()
    assert (where, "no whole line" in what) == ("the end", True)
    rest = log.path.read_bytes().split(b"\n")[-1]
    second = log.append(said(why="after the crash"))
    assert log.faults() == []
    assert log.actions() == [first, second]
    [torn] = log.torn()
    assert (torn.seq, torn.bytes, torn.kept_sha256) == (2, len(rest), hashlib.sha256(rest).hexdigest())
    assert (log.folder / torn.kept_as).read_bytes() == rest


def test_a_crash_while_putting_aside_leaves_it_named_in_the_end(
    log: ActionLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.append(said())
    with log.path.open("ab") as file:
        file.write(b'{"seq":2')
    monkeypatch.setattr(Chained, "add", lambda self, lines: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        log.append(said())
    monkeypatch.undo()
    [(where, what)] = log.faults()
    assert (where.startswith("torn/2-"), "not named in the log yet" in what) == (True, True)
    log.append(said())
    assert [one.bytes for one in log.torn()] == [8]
    assert log.faults() == []


def test_what_could_not_be_written_is_not_half_there(log: ActionLog, monkeypatch: pytest.MonkeyPatch) -> None:
    log.append(said())
    before = log.path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DeskError, match=r"No space left on device.*Nothing was kept"):
        log.append(said())
    monkeypatch.undo()
    assert log.path.read_bytes() == before
    assert log.append(said()).seq == 2


def test_a_lock_that_is_kept_is_told(log: ActionLog) -> None:
    hasty = ActionLog(log.folder, wait_seconds=0.05)
    with log._log._locked(), pytest.raises(DeskError, match="kept the lock"):
        hasty.append(said())
    assert hasty.append(said()).seq == 1


def test_the_same_action_said_twice_is_one_line(log: ActionLog) -> None:
    first = log.append(said(action_id="K0123456789abcdef"))
    later = log.append(said(action_id="K0123456789abcdef", at=NOON + dt.timedelta(seconds=2)))
    assert later == first
    assert len(lines(log)) == 1
    with pytest.raises(DeskError, match="with other content"):
        log.append(said(action_id="K0123456789abcdef", why="something else"))


def test_an_outcome_is_told_once(log: ActionLog) -> None:
    one = log.append(said())
    assert log.settle([outcome(one.action_id)]) == 1
    assert log.settle([outcome(one.action_id)]) == 0
    assert log.settle([outcome(one.action_id, run_id="r2")]) == 1  # a warehouse that was made anew
    assert log.outcomes()[one.action_id].run_id == "r2"


def test_what_was_read_is_not_read_again(log: ActionLog, monkeypatch: pytest.MonkeyPatch) -> None:
    log.append(said(item="I7"))
    with log._log.adding():
        log._log.add(write(said(item=f"I{number % 1_000}")) for number in range(20_000))
    reader = ActionLog(log.folder)
    assert len(reader.state("denial", "I7").waiting) == 21
    log.append(said(item="I7"))
    taken: list[int] = []
    whole = reading.read
    monkeypatch.setattr(reading, "read", lambda said, sha256: taken.append(1) or whole(said, sha256))
    assert len(reader.state("denial", "I7").waiting) == 22
    assert taken == [1]

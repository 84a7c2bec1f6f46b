"""The journal: on disk before the answer, and in order. That no harm to it goes unseen: tests/warehouse/test_chained.py."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from pm_pipeline.dashboard.journal import NEWEST, Journal


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    made = Journal(tmp_path / "kept" / "journal.jsonl")
    for number in range(5):
        made.write("wren", "reveal name", claim=f"C{number}")
    return made


def test_lines_follow_each_other_and_are_private(journal: Journal) -> None:
    assert [(one["seq"], one["detail"]["claim"]) for one in journal.lines()] == [
        (number + 1, f"C{number}") for number in range(5)
    ]
    assert journal.faults() == []
    assert journal.path.stat().st_mode & 0o777 == 0o600


def test_it_is_on_disk_before_write_returns(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_size))
    journal.write("wren", "export", list="denials")
    assert synced[0] == journal.path.stat().st_size


def test_a_line_cut_by_a_crash_stops_nobody(journal: Journal) -> None:
    journal.path.write_bytes(journal.path.read_bytes() + b'{"seq":6,"wh')
    journal.write("sable", "sign in")
    assert [one["what"] for one in journal.lines()][-2:] == ["reveal name", "sign in"]
    assert journal.faults() == []


def test_the_newest_are_told_without_reading_it_again(journal: Journal) -> None:
    for number in range(NEWEST):
        journal.write("sable", "export", list=number)
    lines, count = journal.newest()
    assert (count, len(lines), lines[0]["detail"]) == (NEWEST + 5, NEWEST, {"list": NEWEST - 1})


def test_many_writers_at_once_make_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"

    def write() -> None:
        own = Journal(path)  # as another process would
        for number in range(10):
            own.write("wren", "export", list=number)

    writers = [threading.Thread(target=write) for _ in range(4)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    journal = Journal(path)
    assert [one["seq"] for one in journal.lines()] == list(range(1, 41))
    assert journal.faults() == []

"""The journal: on disk before the answer, in order, and nothing in it can be changed unseen."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pm_pipeline.dashboard.journal import Journal


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
    assert synced == [journal.path.stat().st_size]


def _cut(lines: list[bytes]) -> list[bytes]:
    return lines[:2] + lines[3:]


def _swapped(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[2], lines[1], *lines[3:]]


def _changed(lines: list[bytes]) -> list[bytes]:
    return [line.replace(b'"C2"', b'"C9"') for line in lines]


def _repeated(lines: list[bytes]) -> list[bytes]:
    return [*lines[:3], lines[2], *lines[3:]]


@pytest.mark.parametrize(
    ("harm", "line"), [(_cut, 3), (_swapped, 2), (_changed, 3), (_repeated, 4), (lambda lines: lines[1:], 1)]
)
def test_harm_is_seen_and_placed(journal: Journal, harm: Callable[[list[bytes]], list[bytes]], line: int) -> None:
    journal.path.write_bytes(b"".join(harm(journal.path.read_bytes().splitlines(keepends=True))))
    assert journal.faults()[0].line == line


def test_a_line_cut_by_a_crash_stops_nobody_and_is_told(journal: Journal) -> None:
    data = journal.path.read_bytes()
    journal.path.write_bytes(data[:-30])
    journal.write("sable", "sign in")
    assert [one["what"] for one in journal.lines()][-1] == "sign in"
    assert [(fault.line, fault.text.split(":")[0]) for fault in journal.faults()] == [(5, "is no whole line")]
    journal.write("sable", "sign out")
    assert len(journal.faults()) == 1


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

"""A chained log, as the desk and as the dashboard keep one: what is acknowledged stays, and no harm to the file goes unseen."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from pm_pipeline.dashboard.journal import Journal
from pm_pipeline.desk import ActionLog
from pm_pipeline.errors import PmError
from pm_pipeline.warehouse import chained
from pm_pipeline.warehouse.unit import anchor_path
from tests.desk.people import said

Harm = Callable[[list[bytes]], list[bytes]]
HARMS: dict[str, tuple[Harm, str]] = {
    "a line gone": (lambda raw: [raw[0], raw[2], raw[3]], "line 2"),
    "the first line gone": (lambda raw: raw[1:], "line 1"),
    "lines swapped": (lambda raw: [raw[1], raw[0], *raw[2:]], "line 1"),
    "a line said twice": (lambda raw: [*raw[:2], raw[1], *raw[2:]], "line 3"),
    "a line changed": (lambda raw: [raw[0].replace(b"wren", b"finn"), *raw[1:]], "line 2"),
    "the last line changed": (lambda raw: [*raw[:3], raw[3].replace(b"wren", b"finn")], "line 4"),
    "another file's line": (lambda raw: [raw[0], b"hello", *raw[2:]], "line 2"),
    "a line of another shape": (lambda raw: [raw[0], b'{"seq":2,"prev":"","line":"x","at":1}', *raw[2:]], "line 2"),
    "the end gone": (lambda raw: raw[:3], "the end"),
    "all gone": (lambda raw: [], "the end"),
}


class Kept:
    """One of the two logs: how a line is added, the file, and what is wrong with it."""

    def __init__(self, name: str, folder: Path) -> None:
        log: Any = ActionLog(folder, 0.05) if name == "desk" else Journal(folder / "journal.jsonl")
        self.name = name
        self.path: Path = log.path
        self.faults: Callable[[], list[tuple[str, str]]] = log.faults
        self.add: Callable[[], object] = (
            (lambda: log.append(said())) if name == "desk" else lambda: log.write("wren", "reveal name", claim="C1")
        )
        self.again = lambda: Kept(name, folder)

    def lines(self) -> list[bytes]:
        return self.path.read_bytes().split(b"\n")[:-1]


def refuse(*_: object, **__: object) -> NoReturn:
    """A disk that is full."""
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture(params=["desk", "journal"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    made = Kept(request.param, tmp_path / "kept")
    for _ in range(4):
        made.add()
    assert made.faults() == []
    return made


@pytest.mark.parametrize("harm", HARMS)
def test_harm_is_named_and_stops_writing_until_it_is_undone(kept: Kept, harm: str) -> None:
    spoil, where = HARMS[harm]
    good = kept.path.read_bytes()
    kept.path.write_bytes(b"".join(one + b"\n" for one in spoil(kept.lines())))
    assert kept.faults()[0][0] == where
    fresh = kept.again()
    with pytest.raises(PmError, match=f"{where}: .*Restore the folder from the newest backup"):
        fresh.add()
    kept.path.write_bytes(good)
    fresh.add()
    assert len(kept.lines()) == 5
    assert kept.faults() == []


def test_without_its_anchor_it_is_refused_and_a_new_folder_begins_anew(kept: Kept) -> None:
    anchor_path(kept.path).unlink()
    assert "the anchor is missing" in kept.faults()[0][1]
    with pytest.raises(PmError, match="the anchor is missing"):
        kept.add()
    shutil.move(kept.path.parent, kept.path.parent.with_name("aside"))
    kept.add()
    assert (len(kept.lines()), kept.faults()) == (1, [])


def test_an_anchor_that_cannot_be_read_is_told(kept: Kept) -> None:
    anchor_path(kept.path).write_text("[]")
    with pytest.raises(PmError, match="the anchor cannot be read"):
        kept.add()


def test_an_anchor_that_is_behind_goes_on(kept: Kept) -> None:
    """What a crash between the line and the anchor leaves."""
    anchor = anchor_path(kept.path).read_bytes()
    kept.add()
    anchor_path(kept.path).write_bytes(anchor)
    assert kept.again().faults() == []
    kept.again().add()
    assert len(kept.lines()) == 6


def test_a_line_that_is_on_the_disk_is_kept_although_the_anchor_cannot_be_moved(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Who is told that nothing was kept says it again, and a patient's payment is there twice."""
    anchor = anchor_path(kept.path).read_bytes()
    with monkeypatch.context() as now:
        now.setattr(chained, "write_anchor", refuse)
        kept.add()
    assert "line 5 is kept, but the anchor could not be moved (No space left on device)" in caplog.text
    assert (len(kept.lines()), kept.faults()) == (5, [])
    assert anchor_path(kept.path).read_bytes() == anchor
    kept.add()
    assert (len(kept.lines()), kept.again().faults()) == (6, [])
    assert anchor_path(kept.path).read_bytes() != anchor


@pytest.mark.parametrize("what", ["open", "fsync", "write"])
def test_what_the_disk_refuses_is_told_and_nothing_is_kept(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    before = kept.path.read_bytes()
    with monkeypatch.context() as now:
        now.setattr(os, what, refuse)
        with pytest.raises(PmError, match=r"\(No space left on device\). Nothing was kept. Look at the room"):
            kept.add()
    assert kept.path.read_bytes() == before
    kept.add()
    assert (len(kept.lines()), kept.faults()) == (5, [])


def test_a_folder_that_cannot_be_made_or_read_is_told(kept: Kept, tmp_path: Path) -> None:
    kept.path.unlink()
    kept.path.mkdir()
    with pytest.raises(PmError, match=r"could not be read or written \(Is a directory\)"):
        kept.add()
    with pytest.raises(PmError, match="Is a directory"):
        kept.faults()
    (tmp_path / "file").write_text("")
    with pytest.raises(PmError, match=r"could not be read or written \((Not a directory|File exists)\)"):
        Kept(kept.name, tmp_path / "file").add()


def test_a_line_cut_by_a_crash_is_put_aside_and_named(kept: Kept) -> None:
    with kept.path.open("ab") as file:
        file.write(b'{"seq":5')
    assert [where for where, _ in kept.faults()] == ["the end"]
    kept.add()
    [aside] = (kept.path.parent / "torn").iterdir()
    assert aside.read_bytes() == b'{"seq":5'
    assert b'"line":"torn"' in kept.lines()[4]
    assert (len(kept.lines()), kept.faults()) == (6, [])


def test_asking_for_faults_of_a_log_that_never_was_makes_nothing(tmp_path: Path) -> None:
    for name in ("desk", "journal"):
        assert Kept(name, tmp_path / name).faults() == []
    assert list(tmp_path.iterdir()) == []

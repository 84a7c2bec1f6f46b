"""What a person drops into edi_inbox/ is landed by the same path."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest

from pm_pipeline.transport.inbox import DropFolder, dropped_files
from pm_pipeline.transport.journal import Journal, Swept
from pm_pipeline.transport.sftp import NotTaken
from pm_pipeline.transport.store import FileStore
from pm_pipeline.transport.sweep import sweep_inbox
from tests.transport.conftest import TODAY
from tests.transport.files import CHARGES, remittance


class Dropper:
    """A drop folder with its store inside, as in an installation."""

    def __init__(self, con: duckdb.DuckDBPyConnection, store: FileStore) -> None:
        self.con, self.store, self.folder = con, store, store.folder.parent
        self.folder.mkdir(parents=True)

    def drop(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path

    def sweep(self) -> Swept:
        return sweep_inbox(self.con, self.folder, self.store, TODAY, "run")

    def left(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir() if path.name != "landed")


@pytest.fixture
def inbox(con: duckdb.DuckDBPyConnection, store: FileStore) -> Dropper:
    return Dropper(con, store)


def test_dropped_files_are_landed_and_leave_the_folder(inbox: Dropper) -> None:
    inbox.drop("My remit (2).835", remittance())
    inbox.drop("charges.csv", CHARGES)
    swept = inbox.sweep()
    assert {(one.kind, one.bytes) for one in swept.landed} == {("x12", len(remittance())), ("feed", len(CHARGES))}
    assert (swept.partner_id, inbox.left()) == ("by_hand", [])
    rows = inbox.con.execute("SELECT partner_id, remote_path FROM transport.receipt ORDER BY 2").fetchall()
    assert rows == [("by_hand", "edi_inbox/My remit (2).835"), ("by_hand", "edi_inbox/charges.csv")]


def test_readme_dotfiles_partial_files_and_the_store_stay(inbox: Dropper) -> None:
    for name in ("README.md", ".gitkeep", "coming.835.part"):
        inbox.drop(name, CHARGES)
    inbox.store.put_bytes(remittance())
    swept = inbox.sweep()
    assert (swept.landed, swept.problems) == ([], {})
    assert inbox.left() == [".gitkeep", "README.md", "coming.835.part"]


def test_the_same_file_dropped_again_adds_a_receipt_only(inbox: Dropper) -> None:
    inbox.drop("a.835", remittance())
    inbox.sweep()
    inbox.drop("b.835", remittance())
    swept = inbox.sweep()
    assert (swept.landed, swept.receipts, swept.duplicates, inbox.left()) == ([], 1, 1, [])


def test_folders_links_and_pipes_are_reported_and_stay(inbox: Dropper, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(remittance())
    (inbox.folder / "folder").mkdir()
    (inbox.folder / "link.835").symlink_to(outside)
    os.mkfifo(inbox.folder / "pipe")
    inbox.drop("a.835", remittance(2))
    swept = inbox.sweep()
    assert (swept.problems, len(swept.landed)) == ({"NOT_REGULAR": 3}, 1)
    assert inbox.left() == ["folder", "link.835", "pipe"]


def test_a_name_that_is_not_utf8_is_landed(inbox: Dropper) -> None:
    inbox.drop(os.fsdecode(b"caf\xe9.835"), remittance())
    assert (len(inbox.sweep().landed), inbox.left()) == (1, [])


def test_an_empty_and_a_truncated_file_wait(inbox: Dropper) -> None:
    inbox.drop("empty.835", b"")
    inbox.drop("cut.835", remittance()[:-30])
    assert [inbox.sweep().problems, inbox.sweep().problems] == [{"EMPTY": 1, "INCOMPLETE": 1}] * 2
    assert inbox.left() == ["cut.835", "empty.835"]
    assert len(inbox.sweep().landed) == 1
    assert inbox.left() == ["empty.835"]


def test_a_file_that_changes_while_it_is_copied_waits(inbox: Dropper, monkeypatch: pytest.MonkeyPatch) -> None:
    path = inbox.drop("a.csv", CHARGES)
    real = DropFolder._copy

    def copy_and_append(self: DropFolder, *args: object) -> int:
        copied = real(self, *args)  # pyright: ignore[reportArgumentType]
        with path.open("ab") as out:
            out.write(b"C2,P2\n")
        return copied

    with monkeypatch.context() as patch:
        patch.setattr(DropFolder, "_copy", copy_and_append)
        assert inbox.sweep().problems == {"GROWING": 1}
    assert inbox.sweep().landed[0].bytes == len(CHARGES) + 6


def test_a_file_that_changed_after_it_was_copied_stays_and_is_landed_as_what_it_is(
    inbox: Dropper, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = inbox.drop("a.csv", CHARGES)
    real = Journal.record

    def record_and_edit(self: Journal, *args: object) -> Swept:
        swept = real(self, *args)  # pyright: ignore[reportArgumentType]
        path.write_bytes(CHARGES + b"C2,P2\n")
        return swept

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "record", record_and_edit)
        inbox.sweep()
    assert inbox.left() == ["a.csv"]
    assert [one.bytes for one in inbox.sweep().landed] == [len(CHARGES) + 6]
    assert inbox.left() == []


def test_a_file_is_removed_only_after_the_journal_has_it(inbox: Dropper, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox.drop("a.835", remittance())

    def fails(*args: object) -> None:
        raise duckdb.IOException("disk full")

    with monkeypatch.context() as patch:
        patch.setattr("pm_pipeline.transport.journal.load_rows", fails)
        with pytest.raises(duckdb.IOException):
            inbox.sweep()
    assert inbox.left() == ["a.835"]
    assert (len(inbox.sweep().landed), inbox.left()) == (1, [])


def test_a_file_that_cannot_be_removed_is_reported_and_not_doubled(
    inbox: Dropper, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.drop("a.835", remittance())

    def refuses(self: Path) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuses)
        assert inbox.sweep().problems == {"ARCHIVE_FAILED": 1}
    swept = inbox.sweep()
    assert (swept.receipts, inbox.left()) == (0, [])


def test_a_file_replaced_by_a_link_between_look_and_copy_is_not_followed(inbox: Dropper, tmp_path: Path) -> None:
    folder = DropFolder(inbox.folder, inbox.store.folder)
    path = inbox.drop("a.835", remittance())
    (file,) = folder.list()
    path.unlink()
    path.symlink_to(tmp_path)
    with pytest.raises(NotTaken):
        folder.fetch(file, tmp_path / "copy", 1000)
    assert not (tmp_path / "copy").exists()


def test_dropped_files_are_those_a_sweep_would_take(inbox: Dropper) -> None:
    assert dropped_files(inbox.folder) == []
    inbox.store.put_bytes(CHARGES)
    inbox.drop("README.md", b"x")
    (inbox.folder / "folder").mkdir()
    inbox.drop("a.835", remittance())
    assert [(file.name, file.size) for file in dropped_files(inbox.folder)] == [(b"a.835", len(remittance()))]

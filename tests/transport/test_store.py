"""Bytes on disk: named by their content, whole or absent, never changed unnoticed."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

import pytest

from pm_pipeline.errors import TransportError
from pm_pipeline.settings import Settings
from pm_pipeline.transport.store import FileStore, inbox_store, outbox_store


def test_the_same_content_is_one_file_readable_by_its_owner_alone(store: FileStore) -> None:
    first, second = store.put_bytes(b"ISA..."), store.put_bytes(b"ISA...")
    assert first == second == hashlib.sha256(b"ISA...").hexdigest()
    path = store.folder / first[:2] / first
    assert store.path(first) == path
    assert [found for found in store.folder.rglob("*") if found.is_file()] == [path]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert store.read(first) == b"ISA..."


def test_adopt_takes_a_file_larger_than_its_buffer(store: FileStore) -> None:
    data = bytes(range(256)) * 10_000
    path = store.temporary()
    path.write_bytes(data)
    file_id = store.adopt(path)
    assert (file_id, path.exists()) == (hashlib.sha256(data).hexdigest(), False)
    assert store.verify(file_id)


def test_changed_bytes_are_never_read(store: FileStore) -> None:
    file_id = store.put_bytes(b"one")
    store.path(file_id).write_bytes(b"two")
    assert not store.verify(file_id)
    with pytest.raises(TransportError, match="changed after they were stored"):
        store.read(file_id)


def test_missing_bytes_say_how_to_get_them_back(store: FileStore) -> None:
    file_id = store.put_bytes(b"one")
    store.path(file_id).unlink()
    assert not store.verify(file_id)
    with pytest.raises(TransportError, match=r"missing.*backup"):
        store.read(file_id)
    assert store.put_bytes(b"one") == file_id
    assert store.read(file_id) == b"one"


def test_a_shortened_file_is_replaced_when_its_content_comes_again(store: FileStore) -> None:
    file_id = store.put_bytes(b"whole")
    store.path(file_id).write_bytes(b"who")
    store.put_bytes(b"whole")
    assert store.verify(file_id)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "a" * 63])
def test_only_a_hash_is_a_path(store: FileStore, name: str) -> None:
    with pytest.raises(ValueError, match="sha256"):
        store.path(name)


def test_leftovers_of_a_crash_are_cleared(store: FileStore) -> None:
    assert store.clear_incoming() == 0
    store.temporary().write_bytes(b"half")
    assert store.clear_incoming() == 1
    assert list(store.incoming.iterdir()) == []


def test_a_disk_that_refuses_is_told_plainly(tmp_path: Path) -> None:
    (tmp_path / "in the way").write_bytes(b"")
    with pytest.raises(TransportError, match="cannot be written to"):
        FileStore(tmp_path / "in the way").put_bytes(b"x")


def test_the_two_stores_of_an_installation(tmp_path: Path) -> None:
    settings = Settings.load({"PM_ROOT": str(tmp_path)})
    assert inbox_store(settings).folder == tmp_path / "edi_inbox" / "landed"
    assert outbox_store(settings).folder == tmp_path / "edi_outbox"

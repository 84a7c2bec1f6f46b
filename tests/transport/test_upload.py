"""Putting files to a partner, and looking whether they arrived."""

from __future__ import annotations

from pathlib import Path

import pytest

from pm_pipeline.errors import TransportError
from pm_pipeline.transport.sftp import Session
from pm_pipeline.transport.upload import look, upload
from tests.transport.conftest import Remote

DATA = b"ISA" * 130_000  # more than the window of requests under way


@pytest.fixture
def local(tmp_path: Path) -> Path:
    path = tmp_path / "bytes"
    path.write_bytes(DATA)
    return path


def test_an_upload_arrives_whole_under_its_name_only(remote: Remote, local: Path) -> None:
    with remote.connect() as session:
        assert look(session, "incoming", "837P_000000001.edi", len(DATA)) == "absent"
        upload(session, "incoming", "837P_000000001.edi", local)
        assert look(session, "incoming", "837P_000000001.edi", len(DATA)) == "there"
    assert remote.names("incoming") == ["837P_000000001.edi"]
    assert (remote["incoming"] / "837P_000000001.edi").read_bytes() == DATA


def test_uploading_the_same_again_leaves_one_file(remote: Remote, local: Path) -> None:
    with remote.connect() as session:
        upload(session, "incoming", "a.edi", local)
        upload(session, "incoming", "a.edi", local)
    assert remote.names("incoming") == ["a.edi"]


def test_b026_a_quota_reached_mid_file_is_an_error_and_the_name_stays_free(remote: Remote, local: Path) -> None:
    remote.faults.quota = 131_072
    with remote.connect() as session:
        with pytest.raises(TransportError, match="reports a failure"):
            upload(session, "incoming", "a.edi", local)
        assert look(session, "incoming", "a.edi") == "absent"
        remote.faults.quota = None
        upload(session, "incoming", "a.edi", local)
    assert (remote["incoming"] / "a.edi").read_bytes() == DATA


def test_a_connection_dropped_mid_upload_leaves_nothing_under_the_name(remote: Remote, local: Path) -> None:
    remote.faults.drop_after = 131_072
    with remote.connect() as session, pytest.raises(TransportError, match="dropped the connection"):
        upload(session, "incoming", "a.edi", local)
    remote.faults.drop_after = None
    with remote.connect() as session:
        assert look(session, "incoming", "a.edi") == "absent"
        upload(session, "incoming", "a.edi", local)
    assert remote.names("incoming") == ["a.edi"]


def test_a_rename_that_fails_leaves_nothing_under_the_name(remote: Remote, local: Path) -> None:
    remote.faults.fail_renames = True
    with remote.connect() as session:
        with pytest.raises(TransportError):
            upload(session, "incoming", "a.edi", local)
        assert look(session, "incoming", "a.edi") == "absent"


def test_a_server_that_keeps_fewer_bytes_is_caught(remote: Remote, local: Path) -> None:
    remote.faults.stated_sizes = {b".a.edi.part": 131_072}
    with remote.connect() as session, pytest.raises(TransportError, match="the server kept 131072"):
        upload(session, "incoming", "a.edi", local)
    assert "a.edi" not in remote.names("incoming")


def test_an_upload_works_without_posix_rename(remote: Remote, local: Path) -> None:
    remote.faults.no_posix_rename = True
    with remote.connect() as session:
        upload(session, "incoming", "a.edi", local)
    assert remote.names("incoming") == ["a.edi"]


def test_a_partner_that_takes_the_file_away_at_once_has_it(
    remote: Remote, local: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Session._rename
    taken: list[bytes] = []

    def rename_and_take(self: Session, old: bytes, new: bytes) -> None:
        real(self, old, new)
        taken.append((remote["incoming"] / "a.edi").read_bytes())
        (remote["incoming"] / "a.edi").unlink()

    monkeypatch.setattr(Session, "_rename", rename_and_take)
    with remote.connect() as session:
        upload(session, "incoming", "a.edi", local)  # an error here would send it a second time
    assert taken == [DATA]


def test_look_finds_a_file_the_partner_has_moved(remote: Remote, local: Path) -> None:
    (remote["archive"] / "a.edi").write_bytes(DATA)
    with remote.connect() as session:
        assert look(session, "incoming", "a.edi", len(DATA)) == "absent"
        assert look(session, "incoming", "a.edi", len(DATA), also_in=["archive"]) == "there"


def test_look_refuses_a_file_of_another_size(remote: Remote) -> None:
    (remote["incoming"] / "a.edi").write_bytes(b"somebody else's")
    with remote.connect() as session, pytest.raises(TransportError, match="Do not send it again"):
        look(session, "incoming", "a.edi", len(DATA))


def test_a_folder_that_is_not_there_is_an_error(remote: Remote, local: Path) -> None:
    with remote.connect() as session, pytest.raises(TransportError, match="no such file or folder"):
        upload(session, "nowhere", "a.edi", local)

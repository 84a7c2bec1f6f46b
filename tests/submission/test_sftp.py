"""The same over a real SFTP server: whole files, cut connections, a server that refuses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from pm_pipeline import submission
from pm_pipeline.config import Partner
from pm_pipeline.sandbox.server import Account, SftpServer, make_key, public_key_line
from pm_pipeline.submission import Submitted
from pm_pipeline.transport.handshake import Endpoint
from pm_pipeline.transport.sftp import Session, connect
from tests.submission.conftest import NOW, Office


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SftpServer]:
    key = make_key(tmp_path / "keys" / "clearinghouse")
    account = Account("clearinghouse", public_key=public_key_line(key), folders=("to_clearinghouse",))
    with SftpServer(tmp_path, [account]) as running:
        yield running


def submit(office: Office, server: SftpServer, key: Path) -> Submitted:
    def session(partner: Partner) -> AbstractContextManager[Session]:
        return connect(Endpoint(server.host, server.port, server.host_key_line, partner.username, key), 5.0)

    return submission.run(office.con, session, office.config, office.store, office.world.today, "run", NOW)


def test_claims_arrive_whole_and_once_through_every_fault_of_the_server(
    office: Office, server: SftpServer, tmp_path: Path
) -> None:
    key, folder = tmp_path / "keys" / "clearinghouse", server.folder("clearinghouse") / "to_clearinghouse"
    claims = [office.released(number) for number in range(1, 4)]
    server.faults.drop_after = 500
    done = submit(office, server, key)
    assert (done.uploaded, office.upload_states()) == (0, ["prepared", "uploading", "unknown"])
    server.faults.drop_after, server.faults.fail_renames = None, True
    assert submit(office, server, key).uploaded == 0
    server.faults.fail_renames, server.faults.quota = False, 600
    assert submit(office, server, key).uploaded == 0
    assert [path.name for path in folder.iterdir() if not path.name.endswith(".part")] == []
    server.faults.quota = None
    assert submit(office, server, key).uploaded == 1
    assert [path.name for path in folder.iterdir()] == ["837P_000000001.edi"]
    assert (folder / "837P_000000001.edi").read_bytes() == office.sent()[0].encode()
    assert {office.world.state(claim) for claim in claims} == {"sent"}
    assert submit(office, server, key) == Submitted()

"""The same session against OpenSSH's own server, where this machine has it."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from pm_pipeline.config import Partner
from pm_pipeline.sandbox.server import make_key, public_key_line
from pm_pipeline.transport.sftp import Endpoint, connect
from pm_pipeline.transport.store import FileStore
from pm_pipeline.transport.sweep import sweep_partner
from pm_pipeline.transport.upload import look, upload
from tests.transport.conftest import TODAY
from tests.transport.files import remittance

SSHD = shutil.which("sshd", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))
CONFIG = """
Port {port}
ListenAddress 127.0.0.1
HostKey {root}/host
AuthorizedKeysFile {root}/client.pub
PidFile {root}/sshd.pid
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
Subsystem sftp internal-sftp
"""


@dataclass(frozen=True)
class Sshd:
    """A running sshd: where it listens and the folder its account uses."""

    endpoint: Endpoint
    folder: Path


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    if SSHD is None:
        pytest.skip("there is no sshd on this machine (Debian: apt-get install openssh-server)")
    host, client = make_key(tmp_path / "host"), make_key(tmp_path / "client")
    (tmp_path / "client.pub").write_text(public_key_line(client) + "\n")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    (tmp_path / "config").write_text(CONFIG.format(port=port, root=tmp_path))
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True, mode=0o755)  # where sshd shuts its unprivileged half in
    process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(tmp_path / "config")], stderr=subprocess.PIPE)
    try:
        _wait_until_it_listens(process)
        for folder in ("outgoing", "archive", "incoming"):
            (tmp_path / folder).mkdir()
        endpoint = Endpoint("127.0.0.1", port, public_key_line(host), getpass.getuser(), client)
        yield Sshd(endpoint, tmp_path)
    finally:
        process.terminate()
        process.communicate(timeout=10)


def _wait_until_it_listens(process: subprocess.Popen[bytes]) -> None:
    assert process.stderr is not None
    said: list[bytes] = []
    for line in process.stderr:
        said.append(line)
        if b"Server listening" in line:
            return
    pytest.skip(f"sshd does not start here: {b' '.join(said).decode()[-300:]}")


def test_fetch_archive_and_upload_against_openssh(
    sshd: Sshd, con: duckdb.DuckDBPyConnection, store: FileStore, tmp_path: Path
) -> None:
    data = remittance(padding=5_000_000)
    (sshd.folder / "outgoing" / os.fsdecode(b"caf\xe9.835")).write_bytes(data)
    (sshd.folder / "outgoing" / "link.835").symlink_to(sshd.folder / "host")
    partner = Partner(
        partner_id="openssh", name="OpenSSH", embedded=True, username=sshd.endpoint.username, key_file="unused",
        fetch_folders=[str(sshd.folder / "outgoing")], archive_folder=str(sshd.folder / "archive"),
    )  # fmt: skip
    with connect(sshd.endpoint, 10) as session:
        swept = sweep_partner(con, session, partner, store, TODAY, "run")
        assert ([one.bytes for one in swept.landed], swept.problems) == ([len(data)], {"NOT_REGULAR": 1})
        assert sweep_partner(con, session, partner, store, TODAY, "run").receipts == 0
        incoming = str(sshd.folder / "incoming")
        for _ in range(2):
            upload(session, incoming, "a.edi", store.path(swept.landed[0].file_id))
        assert look(session, incoming, "a.edi", len(data)) == "there"
    assert store.read(swept.landed[0].file_id) == data == (sshd.folder / "incoming" / "a.edi").read_bytes()
    assert [os.fsencode(path.name) for path in (sshd.folder / "archive").iterdir()] == [b"caf\xe9.835"]

"""One SFTP server for each test module, and a clean account on it for each test."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from pm_pipeline.config import Partner
from pm_pipeline.sandbox.server import Account, Faults, SftpServer, make_key, public_key_line
from pm_pipeline.transport.handshake import Endpoint
from pm_pipeline.transport.journal import Swept
from pm_pipeline.transport.sftp import Session, connect
from pm_pipeline.transport.store import FileStore
from pm_pipeline.transport.sweep import sweep_partner

TODAY = dt.date(2026, 3, 2)
FOLDERS = ("outgoing", "incoming", "archive")


@dataclass
class Remote:
    """An account on the server, seen from the partner's side."""

    server: SftpServer
    key: Path

    def __getitem__(self, folder: str) -> Path:
        return self.server.folder("clearinghouse") / folder

    @property
    def faults(self) -> Faults:
        return self.server.faults

    def drop(self, name: str | bytes, data: bytes, modified: int = 1_772_000_000) -> Path:
        """A file for us to fetch."""
        path = self["outgoing"] / os.fsdecode(name)
        path.write_bytes(data)
        os.utime(path, (modified, modified))
        return path

    def names(self, folder: str) -> list[str]:
        return sorted(path.name for path in self[folder].iterdir())

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(self.server.host, self.server.port, self.server.host_key_line, "clearinghouse", self.key)

    def connect(self, timeout_seconds: float = 5.0) -> AbstractContextManager[Session]:
        return connect(self.endpoint, timeout_seconds)

    def partner(self, **changes: object) -> Partner:
        settings: dict[str, object] = {
            "partner_id": "clearinghouse",
            "name": "Clearinghouse",
            "embedded": True,
            "username": "clearinghouse",
            "key_file": str(self.key),
            "fetch_folders": ["outgoing"],
            "archive_folder": "archive",
            "accepts_usage": ["T"],
        }
        return Partner.model_validate(settings | changes)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SftpServer]:
    root = tmp_path_factory.mktemp("sftp")
    key = make_key(root / "keys" / "clearinghouse")
    accounts = [
        Account("clearinghouse", public_key=public_key_line(key), folders=FOLDERS),
        Account("practice", password="correct horse", folders=FOLDERS),
    ]
    with SftpServer(root, accounts) as running:
        yield running


@pytest.fixture
def remote(server: SftpServer) -> Remote:
    server.faults = Faults()
    found = Remote(server, server.root / "keys" / "clearinghouse")
    for folder in FOLDERS:
        for path in found[folder].iterdir():
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    return found


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "edi_inbox" / "landed")


class Sweeper:
    """Sweeps the account again and again, each time over a new connection."""

    def __init__(self, con: duckdb.DuckDBPyConnection, remote: Remote, store: FileStore) -> None:
        self.con, self.remote, self.store = con, remote, store

    def __call__(self, partner: Partner | None = None) -> Swept:
        with self.remote.connect() as session:
            return sweep_partner(self.con, session, partner or self.remote.partner(), self.store, TODAY, "run")

    def problems(self) -> list[tuple[str, int, bool]]:
        """Code, how often seen, whether held; in order."""
        return self.con.execute(
            "SELECT code, seen, is_held FROM transport.fetch_problem ORDER BY code, seen"
        ).fetchall()

    def counts(self) -> tuple[int, int]:
        """Files and receipts in the journal."""
        row = self.con.execute(
            "SELECT (SELECT count(*) FROM transport.file), (SELECT count(*) FROM transport.receipt)"
        ).fetchone()
        assert row is not None
        return row[0], row[1]


@pytest.fixture
def sweep(con: duckdb.DuckDBPyConnection, remote: Remote, store: FileStore) -> Sweeper:
    return Sweeper(con, remote, store)

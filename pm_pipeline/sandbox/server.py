"""The trading partners' SFTP server: asyncssh in a background thread, on loopback, one closed folder per account.

It is a real server that paramiko talks to over a real socket. On request it misbehaves (`Faults`), the way servers do.
It serves nothing but SFTP: no shell, no forwarding.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
import secrets
import stat
import threading
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh
from asyncssh.sftp import SFTPAttrs, SFTPName

from pm_pipeline.config import Config, Partner
from pm_pipeline.errors import ConfigError, TransportError
from pm_pipeline.settings import Settings

KEY_TYPE = "ssh-ed25519"
WEAK = {"encryption_algs": ["3des-cbc"], "mac_algs": ["hmac-md5"]}


@dataclass(frozen=True)
class Account:
    """A user of the server: a password, or a public key line; and the folders they find."""

    name: str
    password: str | None = field(default=None, repr=False)
    public_key: str | None = None
    folders: tuple[str, ...] = ()


@dataclass
class Faults:
    """How the server misbehaves; may be changed while it runs. Bytes counts are per file or upload.

    `stated_sizes` gives what stat says for a name, None for no size at all; `extra_names` appear in every listing.
    """

    end_reads_at: int | None = None
    drop_after: int | None = None
    short_answers: int | None = None
    denied: frozenset[bytes] = frozenset()
    stated_sizes: Mapping[bytes, int | None] = field(default_factory=dict)
    extra_names: tuple[bytes, ...] = ()
    endless_listing: bool = False
    quota: int | None = None
    fail_renames: bool = False
    no_posix_rename: bool = False
    grow_on_read: bool = False
    silent: bool = False


class SftpServer:
    """Started on entry, stopped on exit. An account's folder is root/sftp/<name>/; the host key lies in root/keys/."""

    def __init__(
        self, root: Path, accounts: Iterable[Account], faults: Faults | None = None, weak_algorithms: bool = False
    ) -> None:
        self.root = root
        self.accounts = {account.name: account for account in accounts}
        self.faults = faults or Faults()
        self._algorithms: dict[str, Any] = dict(WEAK) if weak_algorithms else {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._port = 0

    def __enter__(self) -> SftpServer:
        for account in self.accounts.values():
            for folder in ("", *account.folders):
                (self.folder(account.name) / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
        asyncssh.set_log_level(logging.WARNING)  # below that it logs the names of files
        asyncssh.set_sftp_log_level(logging.WARNING)
        self._ready.clear()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="sandbox sftp", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise TransportError(f"The sandbox's SFTP server could not start: {type(self._failure).__name__}.")
        return self

    def __exit__(self, *exc: object) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
            self._loop = None
        if self._thread is not None:
            self._thread.join()

    @property
    def host(self) -> str:
        """Always loopback."""
        return "127.0.0.1"

    @property
    def port(self) -> int:
        """The free port it found."""
        return self._port

    @property
    def host_key_line(self) -> str:
        """Its public host key, for pinning: "ssh-ed25519 AAAA..."."""
        return public_key_line(self._host_key_path)

    @property
    def at(self) -> tuple[str, int, str]:
        """host, port and host key line, as Endpoint.of wants them."""
        return self.host, self.port, self.host_key_line

    def folder(self, account: str) -> Path:
        """What the account sees as its root."""
        return self.root / "sftp" / account

    @property
    def _host_key_path(self) -> Path:
        return make_key(self.root / "keys" / "host")

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        connections: set[asyncssh.SSHServerConnection] = set()
        try:
            listener = await asyncssh.create_server(
                lambda: _Login(self, connections),
                self.host,
                0,
                server_host_keys=[str(self._host_key_path)],
                sftp_factory=lambda channel: _Files(channel, self),
                gss_host=None,
                agent_forwarding=False,
                allow_pty=False,
                compression_algs=None,
                **self._algorithms,
            )
        except (OSError, ValueError, asyncssh.Error) as failure:
            self._failure = failure
            self._ready.set()
            return
        self._port = listener.get_port()
        self._ready.set()
        await self._stop.wait()
        listener.close()
        for connection in list(connections):
            connection.abort()
        await listener.wait_closed()
        for connection in list(connections):
            await connection.wait_closed()


def prepare_accounts(settings: Settings, config: Config) -> list[Account]:
    """An account for every partner of trading_partners.yaml with `embedded: true`.

    Makes the key pair (OpenSSH format) or password file where the file names it and there is none, mode 0600. Raises
    ConfigError.
    """
    return [_account(settings, partner) for partner in config.partners.partners if partner.embedded]


def make_key(path: Path) -> Path:
    """A private key at `path`, mode 0600, made when there is none."""
    if not path.exists():
        key = asyncssh.generate_private_key(KEY_TYPE, comment=path.name)
        _write_private(path, key.export_private_key("openssh"))
    return path


def public_key_line(private_key: Path) -> str:
    """The public half of a private key, as one OpenSSH line without comment."""
    line = asyncssh.read_private_key(private_key).export_public_key("openssh").decode()
    return " ".join(line.split()[:2])


def _account(settings: Settings, partner: Partner) -> Account:
    folders = tuple(
        folder for folder in (*partner.fetch_folders, partner.send_folder, partner.archive_folder) if folder is not None
    )
    if partner.key_file is not None:
        key = make_key(_path(settings, partner.key_file))
        return Account(partner.username, public_key=public_key_line(key), folders=folders)
    if partner.password_file is not None:
        path = _path(settings, partner.password_file)
        if not path.exists():
            _write_private(path, secrets.token_urlsafe(24).encode() + b"\n")
        return Account(partner.username, password=path.read_text().rstrip("\n"), folders=folders)
    if not (password := os.environ.get(partner.password_env or "")):
        raise ConfigError(
            f"trading_partners.yaml: {partner.partner_id}: the environment variable {partner.password_env} is not set; "
            "put a password in it, or give key_file or password_file and the sandbox makes one."
        )
    return Account(partner.username, password=password, folders=folders)


def _path(settings: Settings, named: str) -> Path:
    return Path(named.replace("${PM_HOME}", str(settings.home)))


def _write_private(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(data)


class _Login(asyncssh.SSHServer):
    """Who may come in."""

    def __init__(self, server: SftpServer, connections: set[asyncssh.SSHServerConnection]) -> None:
        self._server = server
        self._connections = connections

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._conn = conn
        self._connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self._conn)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        account = self._server.accounts.get(username)
        expected = account.password if account else None
        return expected is not None and hmac.compare_digest(expected.encode(), password.encode())

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        account = self._server.accounts.get(username)
        line = key.export_public_key("openssh").decode().split()[:2]
        return account is not None and account.public_key is not None and account.public_key.split()[:2] == line


class _Files(asyncssh.SFTPServer):
    """An account's folder, behind a chroot; follows the server's faults."""

    def __init__(self, channel: asyncssh.SSHServerChannel, server: SftpServer) -> None:
        self._root_server = server
        username = str(channel.get_connection().get_extra_info("username"))
        super().__init__(channel, chroot=os.fsencode(server.folder(username)))
        self._served: dict[object, int] = {}

    @property
    def _faults(self) -> Faults:
        return self._root_server.faults

    async def scandir(self, path: bytes) -> AsyncIterator[SFTPName]:
        await self._answer_at_all()
        async for name in super().scandir(path):
            name.attrs = self._stated(name.filename, name.attrs)
            yield name
        for extra in self._faults.extra_names:
            yield SFTPName(extra, attrs=SFTPAttrs(size=10, permissions=stat.S_IFREG | 0o644, mtime=0, atime=0))
        number = 0
        while self._faults.endless_listing:
            number += 1
            yield SFTPName(b"endless%d" % number, attrs=SFTPAttrs(size=1, permissions=stat.S_IFREG | 0o644))

    def lstat(self, path: bytes) -> SFTPAttrs:
        found = Path(os.fsdecode(self.map_path(path))).lstat()
        return self._stated(path.rpartition(b"/")[2], SFTPAttrs.from_local(found))

    def stat(self, path: bytes) -> SFTPAttrs:
        return self._stated(
            path.rpartition(b"/")[2], SFTPAttrs.from_local(Path(os.fsdecode(self.map_path(path))).stat())
        )

    async def open(self, path: bytes, pflags: int, attrs: SFTPAttrs) -> object:
        await self._answer_at_all()
        if path.rpartition(b"/")[2] in self._faults.denied:
            raise asyncssh.SFTPPermissionDenied("Permission denied")
        return super().open(path, pflags, attrs)

    def read(self, file_obj: Any, offset: int, size: int) -> bytes:
        faults = self._faults
        if faults.short_answers is not None:
            size = min(size, faults.short_answers)
        if faults.end_reads_at is not None:
            size = max(0, min(size, faults.end_reads_at - offset))
        if faults.drop_after is not None and offset + size > faults.drop_after:
            self.connection.abort()
            raise asyncssh.SFTPConnectionLost("Connection lost")
        file_obj.seek(offset)
        data: bytes = file_obj.read(size)
        if faults.grow_on_read:
            with Path(os.fsdecode(file_obj.name)).open("ab") as out:
                out.write(b"more")
        return data

    def write(self, file_obj: Any, offset: int, data: bytes) -> int:
        faults = self._faults
        if faults.quota is not None and offset + len(data) > faults.quota:
            raise asyncssh.SFTPFailure("Quota exceeded")
        if faults.drop_after is not None and offset + len(data) > faults.drop_after:
            self.connection.abort()
            raise asyncssh.SFTPConnectionLost("Connection lost")
        file_obj.seek(offset)
        return int(file_obj.write(data))

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        if self._faults.fail_renames:
            raise asyncssh.SFTPFailure("Failure")
        super().rename(oldpath, newpath)

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        if self._faults.no_posix_rename:
            raise asyncssh.SFTPOpUnsupported("Operation not supported")
        if self._faults.fail_renames:
            raise asyncssh.SFTPFailure("Failure")
        super().posix_rename(oldpath, newpath)

    def _stated(self, name: bytes | str, attrs: SFTPAttrs) -> SFTPAttrs:
        raw = name.encode() if isinstance(name, str) else name
        if raw in self._faults.stated_sizes:
            attrs.size = self._faults.stated_sizes[raw]
        return attrs

    async def _answer_at_all(self) -> None:
        if self._faults.silent:
            await asyncio.Event().wait()

"""One SFTP session with a trading partner, in the few verbs the pipeline needs.

A file that cannot be taken is `NotTaken` with a code, and the session goes on. A session that cannot go on is
`TransportError`. Neither ever says a remote name: names can hold a patient's. See wire.py and handshake.py for the how.
"""

from __future__ import annotations

import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from paramiko.sftp import SFTP_NO_SUCH_FILE, SFTP_OP_UNSUPPORTED, SFTP_PERMISSION_DENIED, SFTPError
from paramiko.sftp_attr import SFTPAttributes
from paramiko.ssh_exception import SSHException

from pm_pipeline.errors import TransportError
from pm_pipeline.transport.handshake import Endpoint, logged_in, within
from pm_pipeline.transport.wire import ListingTooLong, RemoteStatus, WireClient

SLOWEST = 16_384  # bytes a second; a transfer slower than this is given up
LISTING_SECONDS = 60.0
MAX_STATED_BYTES = (1 << 63) - 1  # what a BIGINT holds; a server may state anything

__all__ = ["Endpoint", "NotTaken", "RemoteFile", "Session", "connect", "printable"]


class NotTaken(TransportError):
    """One remote file could not be taken or moved; the others can. `code` is one of those in sweep.py."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class RemoteFile:
    """An entry of a remote folder. `size` in bytes and `mtime` in seconds since 1970 are None when not stated."""

    folder: str
    name: bytes
    size: int | None
    mtime: int | None
    is_regular: bool

    @property
    def path(self) -> str:
        """folder/name in printable ASCII; different names stay different."""
        return f"{self.folder}/{printable(self.name)}"


def printable(name: bytes) -> str:
    """A remote name in printable ASCII; anything else is escaped."""
    text = name.replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")
    return "".join(_printable(char) for char in text)


@contextmanager
def connect(endpoint: Endpoint, timeout_seconds: float = 30.0) -> Iterator[Session]:
    """A session with the partner's server. Raises ConfigError or TransportError (see handshake.logged_in)."""
    with logged_in(endpoint, timeout_seconds) as transport:
        try:
            with within(timeout_seconds, transport):
                channel = transport.open_session(timeout=timeout_seconds)
                channel.settimeout(timeout_seconds)
                channel.invoke_subsystem("sftp")
                client = WireClient(channel)
        except (SSHException, SFTPError, EOFError, OSError):
            raise TransportError(
                f"{endpoint.place} took the login as {endpoint.username} but opened no SFTP session. Ask the partner "
                "whether the account may use SFTP."
            ) from None
        try:
            yield Session(client, endpoint.place, timeout_seconds)
        finally:
            channel.close()


class Session:
    """An open SFTP session. Every method may raise TransportError: the connection is gone, do not go on with it."""

    def __init__(self, client: WireClient, place: str, timeout_seconds: float) -> None:
        self.place = place
        self.timeout_seconds = timeout_seconds
        self._client = client

    def list(self, folder: str, limit: int) -> list[RemoteFile]:
        """Every entry of a folder, sorted by name. Names need not be UTF-8.

        Raises TransportError when the folder is not there, holds more than `limit` entries, or does not end.
        """
        with self._wire("listing a folder"):
            try:
                entries = self._client.entries(folder.encode(), limit, self._deadline(0, LISTING_SECONDS))
            except RemoteStatus as status:
                why = (
                    "does not exist"
                    if status.code == SFTP_NO_SUCH_FILE
                    else f"cannot be listed (SFTP status {status.code})"
                )
                raise TransportError(
                    f"{self.place}: the folder {folder} {why}. Check fetch_folders of this partner in "
                    "trading_partners.yaml, or ask the partner to open it for your account."
                ) from None
            except ListingTooLong:
                raise TransportError(
                    f"{self.place}: the listing of {folder} did not end within {limit} entries or "
                    f"{LISTING_SECONDS:g} seconds. Nothing was fetched. If the folder truly holds so many files, raise "
                    "max_files of this partner in trading_partners.yaml; otherwise tell the partner that their server "
                    "does not end its listing."
                ) from None
        return sorted((_remote(folder, name, attributes) for name, attributes in entries), key=lambda file: file.name)

    def stat(self, folder: str, name: str | bytes) -> RemoteFile | None:
        """What is at folder/name, not following links; None when there is nothing."""
        raw = name.encode() if isinstance(name, str) else name
        with self._wire("looking at a file"):
            try:
                return _remote(folder, raw, self._client.attributes(_join(folder, raw)))
            except RemoteStatus as status:
                if status.code == SFTP_NO_SUCH_FILE:
                    return None
                raise _not_taken(status) from None

    def exists(self, folder: str, name: str | bytes) -> bool:
        """Whether there is anything at folder/name."""
        return self.stat(folder, name) is not None

    def fetch(self, remote: RemoteFile, target: Path, max_bytes: int) -> int:
        """Copy a remote file to a new local file; returns its bytes, which are those the server states.

        Raises NotTaken, leaving no local file: NOT_REGULAR, NO_SIZE, TOO_LARGE, GROWING (it changed meanwhile),
        SHORT_READ (fewer or more bytes than stated), DENIED, VANISHED, FAILED.
        """
        before = self.stat(remote.folder, remote.name)
        size = _size_to_fetch(before, max_bytes)
        try:
            with target.open("xb") as out:
                received = self._receive(remote, size, out.write)
            if received != size:
                raise NotTaken(
                    "SHORT_READ", f"The server states {size} bytes and gave {'more' if received > size else received}."
                )
            after = self.stat(remote.folder, remote.name)
            if after != before:
                raise NotTaken("GROWING", "The file changed while it was fetched; it will be fetched when it rests.")
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        return size

    def put(self, local: Path, folder: str, name: str) -> None:
        """Upload under a temporary name, compare sizes, rename. Replaces a file of the same name.

        Raises NotTaken when the server refuses (the remote file under `name` is then as it was).
        """
        part, final = _join(folder, f".{name}.part".encode()), _join(folder, name.encode())
        size = local.stat().st_size
        with local.open("rb") as source, self._wire("uploading a file"):
            try:
                self._client.send(source, part, self._deadline(size))
                stored = self._client.attributes(part).st_size
                if stored != size:
                    raise NotTaken("SHORT_WRITE", f"{size} bytes were sent, but the server kept {stored}.")
                self._rename(part, final)
                after = self.stat(folder, name)  # nothing there: the partner has it whole and has taken it away already
                if after is not None and (stored := after.size) != size:
                    raise NotTaken("SHORT_WRITE", f"{size} bytes were sent, but {stored} stand under the final name.")
            except RemoteStatus as status:
                raise _not_taken(status) from None

    def archive(self, remote: RemoteFile, archive_folder: str) -> bytes:
        """Move a remote file to another folder, never over a file there: a number is added to its name.

        Returns the name it has there. Raises NotTaken.
        """
        name, number = remote.name, 1
        while self.exists(archive_folder, name):
            number += 1
            name = remote.name + f".{number}".encode()
        with self._wire("archiving a file"):
            try:
                self._rename(_join(remote.folder, remote.name), _join(archive_folder, name))
            except RemoteStatus as status:
                raise _not_taken(status) from None
        return name

    def _receive(self, remote: RemoteFile, size: int, write: Callable[[bytes], object]) -> int:
        with self._wire("fetching a file"):
            try:
                return self._client.receive(
                    _join(remote.folder, remote.name), size, _local(write), self._deadline(size)
                )
            except RemoteStatus as status:
                raise _not_taken(status) from None

    def _rename(self, old: bytes, new: bytes) -> None:
        try:
            self._client.posix_rename(old, new)
        except RemoteStatus as status:
            if status.code != SFTP_OP_UNSUPPORTED:
                raise
            self._client.rename(old, new)

    def _deadline(self, size: int, least: float = 0.0) -> float:
        return time.monotonic() + max(self.timeout_seconds, least) + size / SLOWEST

    @contextmanager
    def _wire(self, doing: str) -> Iterator[None]:
        try:
            yield
        except TimeoutError:
            raise TransportError(
                f"{self.place} stopped answering while {doing}. What was fetched is kept; run the step again."
            ) from None
        except (SSHException, SFTPError, EOFError, OSError):
            raise TransportError(
                f"{self.place} dropped the connection while {doing}. What was fetched is kept; run the step again."
            ) from None


def _remote(folder: str, name: bytes, attributes: SFTPAttributes) -> RemoteFile:
    mode = attributes.st_mode  # a server that states no mode leaves it to the opening to fail
    is_regular = mode is None or stat.S_ISREG(mode)
    size = attributes.st_size if attributes.st_size is None else min(attributes.st_size, MAX_STATED_BYTES)
    return RemoteFile(folder, name, size, attributes.st_mtime, is_regular)


def _printable(char: str) -> str:
    if not char.isascii():
        return f"\\u{ord(char):04x}"  # not \\x.., which is a byte that was no UTF-8
    return char if char.isprintable() else ascii(char)[1:-1]


def _join(folder: str, name: bytes) -> bytes:
    return folder.encode() + b"/" + name


def _size_to_fetch(found: RemoteFile | None, max_bytes: int) -> int:
    if found is None:
        raise NotTaken("VANISHED", "The file was gone when it was to be fetched.")
    if not found.is_regular:
        raise NotTaken("NOT_REGULAR", "It is a folder, a link or a device; only plain files are fetched.")
    if found.size is None:
        raise NotTaken("NO_SIZE", "The server does not state the file's size, so it cannot be known to be whole.")
    if found.size > max_bytes:
        raise NotTaken(
            "TOO_LARGE",
            f"The server states {found.size} bytes; the limit is {max_bytes} (max_file_bytes, trading_partners.yaml).",
        )
    return found.size


def _not_taken(status: RemoteStatus) -> NotTaken:
    if status.code == SFTP_PERMISSION_DENIED:
        return NotTaken("DENIED", "The server denies access to the file. Ask the partner to correct its permissions.")
    if status.code == SFTP_NO_SUCH_FILE:
        return NotTaken("VANISHED", "The server knows no such file or folder.")
    return NotTaken("FAILED", f"The server reports a failure (SFTP status {status.code}).")


def _local(write: Callable[[bytes], object]) -> Callable[[bytes], None]:
    """A full local disk must not look like a dropped connection."""

    def guarded(block: bytes) -> None:
        try:
            write(block)
        except OSError as problem:
            raise TransportError(
                f"A fetched file cannot be written here ({problem.strerror}). Free some space under edi_inbox/ and run "
                "the step again; nothing was lost."
            ) from None

    return guarded

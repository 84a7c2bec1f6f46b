"""SFTP requests as this project needs them, on paramiko's connection.

Why not paramiko's own calls (5.1.0): `listdir` fails for the whole folder at one name that is not UTF-8; `get` returns
normally on a file that is cut short; `prefetch` plans a list of chunks for whatever size the server states, and after a
short read leaves a thread spinning; `put` in pipelined mode never looks at the answers to its writes; error texts and
log lines carry remote names. So: names stay bytes, requests go ahead in a bounded window from this thread alone, every
answer is looked at, and errors are codes.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from paramiko.message import Message
from paramiko.sftp import (
    CMD_CLOSE,
    CMD_DATA,
    CMD_HANDLE,
    CMD_NAME,
    CMD_OPEN,
    CMD_OPENDIR,
    CMD_READ,
    CMD_READDIR,
    CMD_STATUS,
    CMD_WRITE,
    SFTP_EOF,
    SFTP_FLAG_CREATE,
    SFTP_FLAG_READ,
    SFTP_FLAG_TRUNC,
    SFTP_FLAG_WRITE,
    SFTP_OK,
    SFTPError,
    int64,
)
from paramiko.sftp_attr import SFTPAttributes
from paramiko.sftp_client import SFTPClient
from paramiko.ssh_exception import SSHException

BLOCK = 32_768  # what every server can give or take in one answer
AHEAD = 128  # requests under way at once: 4 MB


class RemoteStatus(Exception):
    """The server answered with an error: `code` is the SFTP status (2 no such file, 3 permission denied, 4 failure)."""

    def __init__(self, code: int) -> None:
        super().__init__(f"SFTP status {code}")
        self.code = code


class ListingTooLong(Exception):
    """A folder gave more entries than the cap, or did not come to an end in time."""


class _Answers:
    """Answers to requests sent ahead, by request number."""

    def __init__(self) -> None:
        self.by_number: dict[int, tuple[int, Message]] = {}

    def _async_response(self, kind: int, message: Message, number: int) -> None:
        self.by_number[number] = (kind, message)


class WireClient(SFTPClient):
    """An SFTP session. Paths are bytes. Raises RemoteStatus, EOFError, SFTPError, SSHException, OSError."""

    if TYPE_CHECKING:  # paramiko's own, which its type stubs leave out

        def _request(self, kind: int, *arguments: object) -> tuple[int, Message]: ...

        def _async_request(self, waiting: object, kind: int, *arguments: object) -> int: ...

        def _read_response(self, number: int | None = None) -> object: ...

    def entries(self, folder: bytes, limit: int, deadline: float) -> list[tuple[bytes, SFTPAttributes]]:
        """Names and attributes of a folder's entries, without `.` and `..`.

        Raises ListingTooLong beyond `limit` entries or when time.monotonic() passes `deadline`.
        """
        found: list[tuple[bytes, SFTPAttributes]] = []
        seen = 0
        with self._handle(CMD_OPENDIR, folder) as handle:
            while True:
                if time.monotonic() > deadline:
                    raise ListingTooLong
                try:
                    message = self._expect(CMD_NAME, self._request(CMD_READDIR, handle))
                except EOFError:
                    return found
                for _ in range(message.get_int()):
                    name = message.get_binary()
                    message.get_binary()  # the long name, a line for people
                    attributes = SFTPAttributes._from_msg(message)  # pyright: ignore[reportAttributeAccessIssue]
                    seen += 1
                    if seen > limit + 2:
                        raise ListingTooLong
                    if name not in (b".", b".."):
                        found.append((name, attributes))

    def attributes(self, path: bytes) -> SFTPAttributes:
        """Attributes of a file, not following a link."""
        return self.lstat(path)  # pyright: ignore[reportArgumentType]

    def receive(self, path: bytes, size: int, write: Callable[[bytes], object], deadline: float) -> int:
        """Read up to `size` bytes and one more, in order, handing blocks to `write`; returns how many bytes there were.

        Less than `size` means the server ended the file early, `size` + 1 that there is more. Raises TimeoutError when
        time.monotonic() passes `deadline`.
        """
        with self._handle(CMD_OPEN, path, SFTP_FLAG_READ, SFTPAttributes()) as handle:
            answers, asked, at, received = _Answers(), deque[tuple[int, int]](), 0, 0
            while received < size:
                while at < size and len(asked) < AHEAD:
                    length = min(BLOCK, size - at)
                    asked.append((self._async_request(answers, CMD_READ, handle, int64(at), length), length))
                    at += length
                number, length = asked.popleft()
                data = self._data(*self._answer(answers, number, deadline))
                while 0 < len(data) < length:  # a server may give less than asked without being at the end
                    more = self._read_at(handle, received + len(data), length - len(data))
                    if not more:
                        break
                    data += more
                if len(data) > length:
                    raise SFTPError("The server gave more than was asked.")
                write(data)
                received += len(data)
                if len(data) < length:
                    return received
            return received + len(self._read_at(handle, size, 1))

    def send(self, source: BinaryIO, path: bytes, deadline: float) -> int:
        """Write all of `source` to a new or emptied file; returns how many bytes the server acknowledged."""
        flags = SFTP_FLAG_WRITE | SFTP_FLAG_CREATE | SFTP_FLAG_TRUNC
        with self._handle(CMD_OPEN, path, flags, SFTPAttributes()) as handle:
            answers, asked, at = _Answers(), deque[int](), 0
            while block := source.read(BLOCK):
                if len(asked) == AHEAD:
                    self._acknowledged(answers, asked.popleft(), deadline)
                asked.append(self._async_request(answers, CMD_WRITE, handle, int64(at), block))
                at += len(block)
            while asked:
                self._acknowledged(answers, asked.popleft(), deadline)
        return at

    @contextmanager
    def _handle(self, command: int, *arguments: object) -> Iterator[bytes]:
        handle = self._expect(CMD_HANDLE, self._request(command, *arguments)).get_binary()
        try:
            yield handle
        except BaseException:
            with contextlib.suppress(OSError, EOFError, SSHException):
                self._async_request(type(None), CMD_CLOSE, handle)  # the first error is the one to report
            raise
        self._request(CMD_CLOSE, handle)

    def _answer(self, answers: _Answers, number: int, deadline: float) -> tuple[int, Message]:
        while number not in answers.by_number:
            if time.monotonic() > deadline:
                raise TimeoutError
            self._read_response()
        return answers.by_number.pop(number)

    def _acknowledged(self, answers: _Answers, number: int, deadline: float) -> None:
        self._convert_status(self._expect(CMD_STATUS, self._answer(answers, number, deadline)))

    def _read_at(self, handle: bytes, offset: int, length: int) -> bytes:
        try:
            return self._data(*self._request(CMD_READ, handle, int64(offset), length))[:length]
        except EOFError:
            return b""

    def _data(self, kind: int | None, message: Message | None) -> bytes:
        """The bytes of an answer to READ; none at the end of the file."""
        if kind == CMD_STATUS and message is not None:
            with contextlib.suppress(EOFError):
                self._convert_status(message)
            return b""
        rest = self._expect(CMD_DATA, (kind, message)).get_remainder()
        size = int.from_bytes(rest[:4], "big")
        if size > len(rest) - 4:  # paramiko would fill up with zeros
            raise SFTPError("The server's answer is shorter than it says.")
        return rest[4 : 4 + size]

    @staticmethod
    def _expect(command: int, answer: tuple[int | None, Message | None]) -> Message:
        kind, message = answer
        if kind != command or message is None:
            raise SFTPError("The server answered something else than what was asked.")
        return message

    def _convert_status(self, msg: Message) -> None:
        code = msg.get_int()
        if code == SFTP_EOF:
            raise EOFError
        if code != SFTP_OK:
            raise RemoteStatus(code)

    def _log(self, level: int, msg: object, *args: object) -> None:
        """Say nothing: paramiko would log remote names."""

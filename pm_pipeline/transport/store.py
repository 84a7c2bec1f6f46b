"""Where bytes rest: files named by the sha256 of their content, never edited.

What belongs here: putting bytes on disk so that a crash leaves either the whole file or nothing. What does not: knowing
where they came from (the journal does).
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pm_pipeline.errors import TransportError
from pm_pipeline.settings import Settings
from pm_pipeline.x12.source import InMemory, OnDisk, Source

CHUNK = 1 << 20
IN_MEMORY = 1 << 23  # bytes of a file that is read at once when it is opened


class FileStore:
    """Content-addressed files at ``<folder>/<first two hex digits>/<sha256>``, mode 0600."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.incoming = folder / "incoming"

    def path(self, file_id: str) -> Path:
        """Where the bytes of this id are or would be."""
        if not re.fullmatch(r"[0-9a-f]{64}", file_id):
            raise ValueError("A file id is the sha256 of the file: 64 lower-case hex digits.")
        return self.folder / file_id[:2] / file_id

    def temporary(self) -> Path:
        """A fresh path inside the store to write to before `adopt`."""
        with _telling(self.folder):
            self.incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self.incoming / secrets.token_hex(8)

    def clear_incoming(self) -> int:
        """Remove what a crash left half written; returns how many. Only for the holder of the warehouse's lock."""
        if not self.incoming.is_dir():
            return 0
        left = list(self.incoming.iterdir())
        for path in left:
            path.unlink()
        return len(left)

    def adopt(self, temporary: Path) -> str:
        """Take a file written at `temporary()` into the store; returns its file_id (sha256, hex).

        Once this returns the bytes survive a power cut. The same content twice is one file. Raises TransportError when
        the disk refuses.
        """
        with _telling(self.folder):
            digest = hashlib.sha256()
            with temporary.open("rb") as source:
                while chunk := source.read(CHUNK):
                    digest.update(chunk)
                os.fsync(source.fileno())
                size = source.tell()
            file_id = digest.hexdigest()
            target = self.path(file_id)
            if target.exists() and target.stat().st_size == size:
                temporary.unlink()
                return file_id
            temporary.chmod(0o600)
            is_new = not target.parent.exists()
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            temporary.replace(target)
            _fsync_folder(target.parent)
            if is_new:
                _fsync_folder(self.folder)
        return file_id

    def put_bytes(self, data: bytes) -> str:
        """Store `data`; returns its file_id. Raises TransportError when the disk refuses."""
        path = self.temporary()
        with _telling(self.folder):
            path.write_bytes(data)
        return self.adopt(path)

    def read(self, file_id: str) -> bytes:
        """The bytes, held against their hash. Raises TransportError when they are missing or were changed."""
        source = self.open(file_id)
        return source.read(0, source.size)

    def open(self, file_id: str) -> Source:
        """The bytes, held against their hash, to be read where they are asked for: a large file is not held in memory.

        Raises TransportError when they are missing or were changed.
        """
        path = self.path(file_id)
        try:
            with path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                data = file.read() if size <= IN_MEMORY else None
                digest = hashlib.sha256(data) if data is not None else hashlib.file_digest(file, "sha256")
        except FileNotFoundError:
            raise TransportError(
                f"The bytes of file {file_id[:12]} are missing from {self.folder}. Restore them from the backup, or "
                "drop the same file into edi_inbox/ again; its content puts it back in its place."
            ) from None
        if digest.hexdigest() != file_id:
            raise TransportError(
                f"The bytes of file {file_id[:12]} in {self.folder} were changed after they were stored: their hash is "
                "another. Restore the file from the backup; nothing was read from it."
            )
        return InMemory(data) if data is not None else OnDisk(path)

    def verify(self, file_id: str) -> bool:
        """True when the bytes are there and their hash is their name."""
        path = self.path(file_id)
        if not path.is_file():
            return False
        with path.open("rb") as source:
            return hashlib.file_digest(source, "sha256").hexdigest() == file_id


def inbox_store(settings: Settings) -> FileStore:
    """The landed bytes: edi_inbox/landed."""
    return FileStore(settings.inbox / "landed")


def outbox_store(settings: Settings) -> FileStore:
    """The emitted bytes: edi_outbox."""
    return FileStore(settings.outbox)


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _telling(folder: Path) -> Iterator[None]:
    """A disk that is full or read-only, said for a person; names of files inside stay unsaid."""
    try:
        yield
    except OSError as problem:
        raise TransportError(
            f"{folder} cannot be written to ({problem.strerror}). Free some space or correct its permissions and run "
            "the step again; nothing was lost."
        ) from None

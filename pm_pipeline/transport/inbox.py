"""The drop folder: files a person puts into edi_inbox/."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path
from typing import BinaryIO

from pm_pipeline.errors import TransportError
from pm_pipeline.transport.sftp import NotTaken, RemoteFile

KEPT = {b"README.md"}


class DropFolder:
    """The plain files directly in the folder; not the store inside it, not README.md, dotfiles or *.part."""

    def __init__(self, folder: Path, store_folder: Path) -> None:
        self.folder = folder
        self._store = store_folder
        self._landed: dict[RemoteFile, tuple[int, int, int, int]] = {}

    def list(self) -> list[RemoteFile]:
        """What lies in the folder now, sorted by name. Raises TransportError when it cannot be read."""
        try:
            with os.scandir(os.fsencode(self.folder)) as entries:
                found = [self._file(entry) for entry in entries if self._is_a_drop(entry)]
        except OSError as problem:
            raise TransportError(
                f"{self.folder} cannot be read ({problem.strerror}). Correct its permissions and run the step again."
            ) from None
        return sorted((file for file in found if file is not None), key=lambda file: file.name)

    def fetch(self, remote: RemoteFile, target: Path, max_bytes: int) -> int:
        """Copy a dropped file to `target`; returns its bytes. A copy, because whoever dropped it may still write on.

        Raises NotTaken: DENIED, VANISHED, NOT_REGULAR, TOO_LARGE, GROWING; TransportError when our own disk refuses.
        """
        try:
            descriptor = os.open(self._path(remote), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            raise NotTaken("VANISHED", "The file was gone when it was to be taken.") from None
        except OSError:
            raise NotTaken("DENIED", "The file cannot be read. Correct its owner or permissions.") from None
        with os.fdopen(descriptor, "rb") as source:
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                raise NotTaken("NOT_REGULAR", "It is a folder, a link or a device; drop the file itself.")
            if before.st_size > max_bytes:
                raise NotTaken("TOO_LARGE", f"The file has {before.st_size} bytes; the limit is {max_bytes}.")
            copied = self._copy(source, target)
            if copied != before.st_size or _state(os.fstat(descriptor)) != _state(before):
                target.unlink()
                raise NotTaken("GROWING", "The file changed while it was copied; it is taken when it rests.")
        self._landed[remote] = _state(before)
        return copied

    def remove(self, remote: RemoteFile) -> None:
        """Remove a dropped file that was landed; one that changed since stays, to be landed as what it is now.

        Raises NotTaken when it cannot be removed.
        """
        path = self._path(remote)
        try:
            if _state(path.lstat()) == self._landed[remote]:
                path.unlink()
        except FileNotFoundError:
            return
        except OSError as problem:
            raise NotTaken(
                "FAILED", f"It cannot be removed here ({problem.strerror}); correct the permissions."
            ) from None

    def _copy(self, source: BinaryIO, target: Path) -> int:
        try:
            with target.open("xb") as out:
                shutil.copyfileobj(source, out, 1 << 20)
                return out.tell()
        except OSError as problem:
            target.unlink(missing_ok=True)
            raise TransportError(
                f"A dropped file cannot be copied to {self._store} ({problem.strerror}). Free some space and run the "
                "step again; nothing was lost."
            ) from None

    def _path(self, remote: RemoteFile) -> Path:
        return self.folder / os.fsdecode(remote.name)

    def _is_a_drop(self, entry: os.DirEntry[bytes]) -> bool:
        hidden = entry.name.startswith(b".") or entry.name.endswith(b".part")
        return not hidden and entry.name not in KEPT and entry.path != os.fsencode(self._store)

    def _file(self, entry: os.DirEntry[bytes]) -> RemoteFile | None:
        try:
            found = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            return None
        is_regular = stat.S_ISREG(found.st_mode)
        size, modified = (found.st_size, int(found.st_mtime)) if is_regular else (None, None)
        return RemoteFile(self.folder.name, entry.name, size, modified, is_regular)


def dropped_files(inbox_folder: Path) -> list[RemoteFile]:
    """The plain files waiting in edi_inbox/, for whoever only wants to know whether there are any."""
    return [file for file in DropFolder(inbox_folder, inbox_folder / "landed").list() if file.is_regular]


def _state(found: os.stat_result) -> tuple[int, int, int, int]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns

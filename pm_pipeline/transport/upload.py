"""Emitted bytes to a partner. Sending twice under a new name or number is never the answer to doubt: looking is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

from pm_pipeline.errors import TransportError
from pm_pipeline.transport.sftp import RemoteFile


class Uploads(Protocol):
    """What is needed of a session here (sftp.Session has it)."""

    def put(self, local: Path, folder: str, name: str) -> None:
        """Upload whole or not at all."""
        ...

    def stat(self, folder: str, name: str | bytes) -> RemoteFile | None:
        """What is at folder/name."""
        ...


def upload(session: Uploads, folder: str, name: str, path: Path) -> None:
    """Put the file at `path` into the partner's `folder` as `name`: temporary name, sizes compared, renamed.

    When this returns, the partner has all of it. TransportError means it may or may not be there: `look` before
    anything else.
    """
    session.put(path, folder, name)


def look(
    session: Uploads, folder: str, name: str, size: int | None = None, also_in: Sequence[str] = ()
) -> Literal["there", "absent"]:
    """Whether the partner has the file, in `folder` or in one of the folders they move files to.

    Raises TransportError when a file of that name has another size than `size` bytes: it is not ours, or not whole.
    """
    for place in (folder, *also_in):
        found = session.stat(place, name)
        if found is None:
            continue
        if size is not None and found.size != size:
            raise TransportError(
                f"{place}/{name} at the partner has {found.size} bytes, but {size} were sent. Do not send it again: "
                "ask the partner what they received under this name."
            )
        return "there"
    return "absent"

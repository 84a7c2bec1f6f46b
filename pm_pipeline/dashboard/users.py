"""Who may enter: people of people.yaml with a `dashboard` role, by a password kept here as a scrypt hash, or by a proxy's word.

people.yaml alone says who somebody is and what they may do; this file adds a password and nothing else. Who is taken out of
people.yaml, or loses the role there, is out with the next request.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import stat
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from pm_pipeline.config.people import People, Person
from pm_pipeline.errors import ConfigError, PmError

FOLDER = "dashboard"
SHORTEST = 12
COST = {"n": 2**15, "r": 8, "p": 1}  # 32 MiB and about a tenth of a second for each attempt
MEMORY = 64 << 20
ATTEMPTS, WINDOW = 5, 900.0  # failed sign-ins of one person in so many seconds, then none is tried


@dataclass(frozen=True)
class Viewer:
    """Somebody who is signed in."""

    person: str
    name: str
    role: str

    @property
    def may_act(self) -> bool:
        """An auditor reads and never acts."""
        return self.role != "auditor"

    @property
    def may_administer(self) -> bool:
        """See who can enter, and the record of what people saw."""
        return self.role in ("admin", "auditor")


def viewer_of(people: People, person_id: str) -> Viewer | None:
    """The person of people.yaml with exactly this id and a dashboard role; None when there is none."""
    found = next((one for one in people.people if one.person == person_id), None)
    return Viewer(found.person, found.name, found.dashboard) if found and found.dashboard else None


class Passwords:
    """PM_HOME/dashboard/passwords.json: one scrypt hash a person, mode 0600."""

    def __init__(self, home: Path) -> None:
        self.path = home / FOLDER / "passwords.json"
        self._lock = threading.Lock()
        self._failed: dict[str, list[float]] = {}

    def hold(self, person: Person, password: str) -> None:
        """Raise PmError when the password is too short or the person may not enter."""
        if person.dashboard is None:
            raise PmError(
                f"{person.person} has no `dashboard` in people.yaml. Say there as what the person enters: analyst, lead, "
                "auditor or admin."
            )
        if len(password) < SHORTEST:
            raise PmError(
                f"The password has {len(password)} characters; it needs {SHORTEST} or more. Nothing was changed."
            )

    def set(self, person: Person, password: str) -> None:
        """Give the person this password. Raises PmError as `hold` does."""
        self.hold(person, password)
        salt = secrets.token_bytes(16)
        kept = self._read()
        kept[person.person] = {"salt": salt.hex(), "hash": _scrypt(password, salt, COST).hex(), **COST}
        self._write(kept)

    def remove(self, person: str) -> None:
        """Take the password away, if there is one."""
        kept = self._read()
        if kept.pop(person, None) is not None:
            self._write(kept)

    def people(self) -> list[str]:
        """The ids of those who have a password."""
        return sorted(self._read())

    def stamp(self, person: str) -> str | None:
        """What a session is bound to: it changes when the password does. None when there is no password."""
        kept = self._read().get(person)
        return None if kept is None else hashlib.sha256(str(kept["hash"]).encode()).hexdigest()[:16]

    def check(self, person: str, password: str) -> bool:
        """Whether it is the person's password. Takes as long for somebody unknown. Raises PmError after too many failures."""
        with self._lock:
            since = time.monotonic() - WINDOW
            failed = [at for at in self._failed.get(person, []) if at > since]
            if len(failed) >= ATTEMPTS:
                raise PmError("Too many failed attempts. Wait a quarter of an hour, or have your password set again.")
            # counted before it is tried, so that attempts at once are not all free
            self._failed[person] = [*failed, time.monotonic()]
            if len(self._failed) > 1_000:
                self._failed = {name: times for name, times in self._failed.items() if times[-1] > since}
        kept = self._read().get(person)
        cost = {name: int(kept[name]) for name in COST} if kept else COST
        wanted = bytes.fromhex(str(kept["hash"])) if kept else b"\0" * 64
        found = _scrypt(password, bytes.fromhex(str(kept["salt"])) if kept else b"\0" * 16, cost)
        is_right = hmac.compare_digest(found, wanted) and kept is not None
        if is_right:
            with self._lock:
                self._failed.pop(person, None)
        return is_right

    def _read(self) -> dict[str, dict[str, str | int]]:
        if not self.path.exists():
            return {}
        _refuse_open(self.path)
        try:
            return json.loads(self.path.read_text())
        except ValueError:
            raise ConfigError(
                f"{self.path} is not JSON. Remove it and set the passwords again: pm users add."
            ) from None

    def _write(self, kept: dict[str, dict[str, str | int]]) -> None:
        write_private(self.path, json.dumps(kept, indent=1, sort_keys=True).encode())


def secret(path: Path) -> bytes:
    """The secret kept at `path`, made when there is none yet. Raises ConfigError when others can read it."""
    if not path.exists():
        write_private(path, secrets.token_hex(32).encode())
    _refuse_open(path)
    return path.read_bytes().strip()


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _refuse_open(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise ConfigError(f"{path} has mode {mode:04o}, so others can read it. Run: chmod 600 {path}")


def _scrypt(password: str, salt: bytes, cost: dict[str, int]) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=cost["n"], r=cost["r"], p=cost["p"], maxmem=MEMORY, dklen=64)

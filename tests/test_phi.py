"""No person outside the warehouse and the EDI folders: not in Dagster's history, not in logs, not in what is printed."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lived import Lived


@dataclass(frozen=True)
class Secrets:
    """What must not be found, in lower case."""

    texts: tuple[bytes, ...]

    def found_in(self, data: bytes) -> bool:
        lowered = data.lower()
        return any(one in lowered for one in self.texts)


KEPT_ELSEWHERE = {"warehouse", "sandbox", "reports", "published"}


def feed_rows(lived: Lived, column: str) -> Iterator[dict[str, str]]:
    for path in lived.landed_files():
        text = path.read_text(errors="replace")
        if column in text.split("\n", 1)[0].split(","):
            yield from csv.DictReader(text.splitlines())


@pytest.fixture(scope="module")
def secrets(lived: Lived) -> Secrets:
    """Member ids, and full names in the orders they may be written, of every patient and subscriber."""
    found = {row["member_id"] for row in feed_rows(lived, "member_id") if len(row["member_id"] or "") > 5}
    for row in feed_rows(lived, "birth_date"):
        last, first = row["last_name"], row["first_name"]
        if last and first:
            found |= {f"{last}, {first}", f"{last},{first}", f"{first} {last}", f"{last}*{first}", f"{last} {first}"}
    assert len(found) > 100
    return Secrets(tuple(one.lower().encode() for one in sorted(found)))


def searched(lived: Lived) -> Iterator[Path]:
    for path in lived.home.settings.home.rglob("*"):
        if path.is_file() and path.relative_to(lived.home.settings.home).parts[0] not in KEPT_ELSEWHERE:
            yield path


def test_the_search_would_find_a_person_where_persons_are_kept(lived: Lived, secrets: Secrets) -> None:
    assert any(secrets.found_in(path.read_bytes()) for path in lived.landed_files())
    assert any(secrets.found_in(path.read_bytes()) for path in lived.home.settings.outbox.rglob("*") if path.is_file())


def test_no_person_is_in_dagsters_home_or_any_log(lived: Lived, secrets: Secrets) -> None:
    files = list(searched(lived))
    assert any(path.name == "event_log.db" for path in files)
    assert any("dbt" in path.parts and path.suffix == ".log" for path in files)
    assert [str(path) for path in files if secrets.found_in(path.read_bytes())] == []


def test_no_person_is_in_what_was_printed(lived: Lived, secrets: Secrets) -> None:
    said = [lived.printed, lived.pm("status").output, lived.pm("ledger", "verify").output]
    assert [text for text in said if secrets.found_in(text.encode())] == []


def test_no_person_is_in_an_audit_export(lived: Lived, secrets: Secrets, tmp_path: Path) -> None:
    exported = lived.pm("audit", "export", "--from", "2026-01-01", "--to", "2026-12-31", str(tmp_path / "out"))
    assert exported.exit_code == 0, exported.output
    assert lived.pm("audit", "verify", str(tmp_path / "out")).exit_code == 0
    assert [path.name for path in (tmp_path / "out").iterdir() if secrets.found_in(path.read_bytes())] == []


def test_no_person_is_in_a_file_name(lived: Lived, secrets: Secrets) -> None:
    names = [str(path.name) for path in lived.home.settings.home.parent.rglob("*")]
    assert [name for name in names if secrets.found_in(name.encode())] == []


def test_everything_made_is_private_to_the_user(lived: Lived) -> None:
    open_to_others = [
        str(path)
        for path in lived.home.settings.home.parent.rglob("*")
        if not path.is_symlink() and path.stat().st_mode & 0o077
    ]
    assert open_to_others == []

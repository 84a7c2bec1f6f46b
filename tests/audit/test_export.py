"""An audit export proves itself: nothing in it can be changed, added or left out unseen, even by somebody who mends the manifest."""

from __future__ import annotations

import csv
import datetime as dt
import errno
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pm_pipeline.audit.export import Exported, export
from pm_pipeline.audit.verify_export import NotAnExport, verify_export
from pm_pipeline.errors import PmError
from tests.closing.books import IN_AUGUST, JULY, JUNE, Books
from tests.kept import Kept, kept_by
from tests.money import World

FIRST, LAST = dt.date(2026, 6, 1), dt.date(2026, 7, 31)
SEALED = ("batches.csv", "chain.csv", "closings.csv", "entries.csv", "reopenings.csv", "roll_forwards.csv", "transactions.csv", "trial_balances.csv")  # fmt: skip


def june_to_august(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Two months: June closed, paid into late, July closed, reopened and closed again; one movement of money in August."""
    books = Books.lived(con, folder)
    books.close_june_and_pay_late()
    books.close(JULY)
    books.reopen(JULY, why="=1+1, said the bank")
    books.close(JULY)
    books.copay(500, on=IN_AUGUST)


kept = kept_by(june_to_august)


@pytest.fixture
def books(con: duckdb.DuckDBPyConnection, tmp_path: Path, kept: Kept) -> Books:
    """Books of their own for each test, after june_to_august."""
    kept.put(con, tmp_path)
    return Books(World(con, tmp_path, files=2))


def write(books: Books, folder: Path, first: dt.date = FIRST, last: dt.date = LAST) -> Exported:
    return export(books.con, books.world.config, first, last, folder)


@pytest.fixture
def out(books: Books, tmp_path: Path) -> Path:
    """Its export of June and July."""
    return write(books, tmp_path / "out").folder


def faults(folder: Path) -> list[tuple[str, str]]:
    return [(one.file, one.text) for one in verify_export(folder)[1]]


def mend(folder: Path) -> None:
    """What a forger does: make the manifest agree with the files again, sums, rows and all."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for one in manifest["files"]:
        path = folder / one["name"]
        if path.is_file():
            one["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
            if path.suffix == ".csv":
                rows = list(csv.DictReader(path.read_text().splitlines()))
                one["rows"] = len(rows)
                one["sums"] = {name: sum(int(row[name] or 0) for row in rows) for name in one["sums"]}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def edit(path: Path, change: Callable[[list[dict[str, str]]], object]) -> None:
    """Read a CSV, change its rows, write it."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    names = list(rows[0])
    change(rows)
    with path.open("w", newline="") as file:
        made = csv.DictWriter(file, names, lineterminator="\n")
        made.writeheader()
        made.writerows(rows)


def plus_one(column: str, place: int = 0) -> Callable[[list[dict[str, str]]], None]:
    def change(rows: list[dict[str, str]]) -> None:
        rows[place][column] = str(int(rows[place][column]) + 1)

    return change


def test_a_sound_export_verifies_with_and_without_the_program(out: Path) -> None:
    assert faults(out) == []
    alone = subprocess.run(
        [sys.executable, "-I", "verify.py", "."], cwd=out, capture_output=True, text=True, check=False, env={}
    )
    assert (alone.returncode, alone.stderr) == (0, "")
    assert alone.stdout.startswith("2026-06-01 to 2026-07-31, chain up to link ")
    assert alone.stdout.endswith(" 0 faults.\n")


def test_the_manifest_counts_and_sums_what_the_ledger_says(books: Books, out: Path) -> None:
    manifest = json.loads((out / "manifest.json").read_text())
    told = {one["name"]: one for one in manifest["files"]}
    entries = books.con.execute("SELECT count(*) FROM ledger.entry WHERE posted_on <= ?", [LAST]).fetchall()[0][0]
    assert told["entries.csv"]["rows"] == entries
    assert told["entries.csv"]["sums"] == {"cents": 0}
    assert told["money_actions.csv"]["sums"] == {"cents": 1_000}  # August's is not in it
    assert told["batches.csv"]["rows"] == books.con.execute("SELECT count(*) FROM ledger.batch").fetchall()[0][0]
    head = books.con.execute("SELECT seq, hash FROM warehouse.chain ORDER BY seq DESC LIMIT 1").fetchall()[0]
    assert (manifest["head"]["seq"], manifest["head"]["hash"]) == head
    assert {path.name for path in out.iterdir()} == {*told, "manifest.json"}


def test_a_changed_digit_in_any_file_is_found(out: Path) -> None:
    names = [path.name for path in sorted(out.iterdir()) if path.name != "manifest.json"]
    assert len(names) == 18
    for name in names:
        path = out / name
        kept = path.read_bytes()
        at = re.search(rb"\d(?=\D*\Z)", kept)
        spoiled = kept + b"x" if at is None else kept[: at.start()] + bytes([kept[at.start()] ^ 1]) + kept[at.end() :]
        path.write_bytes(spoiled)
        assert (name, "it was changed: its sha256 is not that of the manifest") in faults(out)
        path.write_bytes(kept)
    assert faults(out) == []


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("entries.csv", "cents"), ("entries.csv", "segment_no"), ("transactions.csv", "batch_no"), ("batches.csv", "debit_cents"),
        ("batches.csv", "entries"), ("batches.csv", "batch_no"), ("chain.csv", "seq"), ("roll_forwards.csv", "closing_cents"), ("roll_forwards.csv", "late_cents"),
        ("trial_balances.csv", "debit_cents"), ("closings.csv", "chain_seq"), ("closings.csv", "batch_no"),
    ],
)  # fmt: skip
def test_a_changed_cent_is_found_although_the_manifest_was_mended(out: Path, name: str, column: str) -> None:
    edit(out / name, plus_one(column))
    mend(out)
    assert faults(out)


def test_a_cent_moved_from_one_entry_to_another_is_found_although_all_sums_are_right(out: Path) -> None:
    def change(rows: list[dict[str, str]]) -> None:
        one = rows[0]
        other = next(row for row in rows[1:] if row["txn_id"] == one["txn_id"])
        one["cents"], other["cents"] = str(int(one["cents"]) + 1), str(int(other["cents"]) - 1)

    edit(out / "entries.csv", change)
    mend(out)
    assert [file for file, text in faults(out) if "its hash differs" in text] == ["transactions.csv"]


@pytest.mark.parametrize("name", SEALED)
def test_a_row_left_out_is_found_although_the_manifest_was_mended(out: Path, name: str) -> None:
    edit(out / name, lambda rows: rows.pop())
    mend(out)
    assert faults(out)


def test_a_whole_batch_left_out_is_missed_by_the_chain(out: Path) -> None:
    for name in ("entries.csv", "transactions.csv", "batches.csv"):
        edit(out / name, lambda rows: rows.__setitem__(slice(None), [row for row in rows if row["batch_no"] != "2"]))
    mend(out)
    assert ("batches.csv", "the chain says that it was sealed, and it is not here") in faults(out)


@pytest.mark.parametrize("left_out", [["2"], [str(number) for number in range(1, 100)]], ids=["one", "all"])
@pytest.mark.parametrize("posted_on", ["2026-08-20", "2026-05-31", ""])
def test_a_batch_left_out_is_missed_although_it_is_said_to_be_of_another_day(
    out: Path, posted_on: str, left_out: list[str]
) -> None:
    for name in ("entries.csv", "transactions.csv"):
        edit(
            out / name,
            lambda rows: rows.__setitem__(slice(None), [row for row in rows if row["batch_no"] not in left_out]),
        )
    edit(
        out / "batches.csv",
        lambda rows: [row.update(posted_on=posted_on) for row in rows if row["batch_no"] in left_out],
    )
    mend(out)
    assert ("batches.csv", "it, or its day, is not what was sealed: its digest differs") in faults(out)


def test_a_batch_outside_the_period_is_proved_by_its_row_alone(out: Path) -> None:
    """August's money is not in the export of June and July, and nobody can say that it was of July, nor change what it came to."""
    for column, value in (("posted_on", "2026-07-31"), ("debit_cents", "1"), ("name", "other")):
        kept = (out / "batches.csv").read_bytes()
        edit(out / "batches.csv", lambda rows, column=column, value=value: rows[-1].update({column: value}))
        mend(out)
        assert ("batches.csv", "it, or its day, is not what was sealed: its digest differs") in faults(out)
        (out / "batches.csv").write_bytes(kept)


def test_a_month_closed_with_figures_its_entries_do_not_come_to_is_named(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    books = Books.lived(con, tmp_path)
    row = con.execute("SELECT sql FROM duckdb_views() WHERE view_name = 'trial_balance_now'").fetchone()
    assert row is not None
    con.execute(
        f"ALTER VIEW closing.trial_balance_now RENAME TO honest; {row[0].replace('trial_balance_now', 'honest_now')}"
    )
    con.execute(
        "CREATE VIEW closing.trial_balance_now AS SELECT * REPLACE (CAST(debit_cents + CASE account WHEN 'AR' THEN 1 ELSE 0 END AS BIGINT) AS debit_cents) FROM closing.honest"
    )
    books.close(JUNE)
    whole, half = write(books, tmp_path / "whole"), write(books, tmp_path / "half", first=dt.date(2026, 6, 2))
    assert {file for file, _ in faults(whole.folder)} == {"trial_balances.csv"}
    assert ("trial_balances.csv", "HARBOR AR patient was closed with debits and credits of (3001, 0) cents; the entries here come to (3000, 0)") in faults(whole.folder)  # fmt: skip
    assert faults(half.folder) == []  # June is not wholly in it


def test_what_a_reopening_says_is_sealed_and_what_a_spreadsheet_would_compute_is_not_told_as_it_stands(
    out: Path,
) -> None:
    text = (out / "reopenings.csv").read_text()
    assert "'=1+1, said the bank" in text
    (out / "reopenings.csv").write_text(text.replace("said the bank", "said idris"))
    mend(out)
    assert ("closings.csv", "its reopen is not in the chain as it stands here") in faults(out)


def test_a_file_that_is_missing_or_does_not_belong_is_named(out: Path) -> None:
    (out / "people.csv").unlink()
    (out / "more.csv").write_text("a\n1\n")
    found = faults(out)
    assert ("people.csv", "the manifest lists it, and it is not here") in found
    assert ("more.csv", "it is not in the manifest") in found


def test_an_entry_without_its_evidence_is_named(out: Path) -> None:
    edit(
        out / "files.csv", lambda rows: rows.__setitem__(slice(None), [row for row in rows if row["file_id"] != "feed"])
    )
    mend(out)
    assert ("files.csv", "it rests on file feed, which is not here") in faults(out)


def test_a_folder_that_is_no_export_is_said_to_be_none(tmp_path: Path, out: Path) -> None:
    with pytest.raises(NotAnExport, match=r"no readable manifest\.json"):
        verify_export(tmp_path)
    (out / "manifest.json").write_text('{"kind": "other", "format": 1}')
    with pytest.raises(NotAnExport, match="another kind"):
        verify_export(out)


def test_spoiled_columns_are_a_fault_and_no_crash(out: Path) -> None:
    (out / "entries.csv").write_text("nothing\n1,2,3\n")
    (out / "chain.csv").write_text("")
    assert any("cannot be checked" in text for _, text in faults(out))


def test_no_patient_is_named_and_the_people_are(books: Books, out: Path) -> None:
    text = "".join(path.read_text() for path in out.iterdir())
    for secret in ("TILDA", "TESTER"):
        assert secret not in text
    people = list(csv.DictReader((out / "people.csv").read_text().splitlines()))
    roles = {one["person"]: one["roles"].split() for one in people}
    assert roles["idris"][-1] == "reopen"
    assert roles["sable"] == []
    acts = list(csv.DictReader((out / "money_actions.csv").read_text().splitlines()))
    assert [(one["event"], one["actor"], one["reason"], one["cents"]) for one in acts] == [
        ("patient_payment", "wren", "copay", "1000")
    ]


def test_it_is_never_mixed_with_other_files_nor_written_for_no_period(books: Books, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(PmError, match="never mixed with other files"):
        write(books, tmp_path / "full")
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine.txt"]
    with pytest.raises(PmError, match="ends before it begins"):
        write(books, tmp_path / "x", first=LAST, last=FIRST)
    (tmp_path / "file").write_text("")
    with pytest.raises(PmError, match=r"could not be written.*nothing of it was kept"):
        write(books, tmp_path / "file" / "below")
    quiet = write(books, tmp_path / "quiet", first=dt.date(2027, 1, 1), last=dt.date(2027, 1, 31))
    assert quiet.rows["entries.csv"] == 0
    assert faults(quiet.folder) == []


def test_what_lies_beside_it_is_left_alone_and_nothing_of_its_own_is_left(
    books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "out.part" / "mine.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    before = {path.name for path in tmp_path.iterdir()}
    write(books, tmp_path / "out")
    assert mine.read_text() == "mine"

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pm_pipeline.audit.export._manifest", full)
    with pytest.raises(PmError, match="could not be written"):
        write(books, tmp_path / "other")
    assert {path.name for path in tmp_path.iterdir()} == before | {"out"}


def test_a_manifest_or_file_that_cannot_be_read_is_a_fault_and_no_crash(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = out / "manifest.json"
    kept = manifest.read_text()
    said = json.loads(kept)
    said["files"][0]["name"] = 5
    manifest.write_text(json.dumps(said))
    assert ("manifest.json", "cannot be checked: a file or column is missing or spoiled (TypeError)") in faults(out)
    manifest.write_text(kept)
    whole = Path.open

    def ill(self: Path, *given: Any, **more: Any) -> Any:
        if self.name == "people.csv":
            raise OSError(errno.EIO, "Input/output error")
        return whole(self, *given, **more)

    monkeypatch.setattr(Path, "open", ill)
    assert ("people.csv", "it cannot be read (Input/output error)") in faults(out)


def test_the_formulas_of_the_readme_name_columns_that_are_there(out: Path) -> None:
    said = (out / "README.txt").read_text()
    for name in ("entries.csv", "transactions.csv", "closings.csv", "chain.csv"):
        columns = (out / name).read_text().splitlines()[0].split(",")
        hashed = set(columns) - {
            "ordinal",
            "txn_id",
            "batch_no",
            "posted_on",
            "recorded_at",
            "run_id",
            "committed_at",
            "entry_id",
        }
        assert [one for one in sorted(hashed) if one not in said] == []

"""Fetching from a partner whose server, files and names are not always right (B...: see bad_inputs.csv)."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from pm_pipeline.errors import TransportError
from pm_pipeline.transport.journal import Journal
from pm_pipeline.transport.sftp import NotTaken, RemoteFile, Session, printable
from pm_pipeline.transport.store import FileStore
from pm_pipeline.transport.sweep import sweep_partner
from tests.remittance.bank import account, credit, statement
from tests.transport.conftest import TODAY, Remote, Sweeper
from tests.transport.files import CHARGES, interchange, remittance


def test_a_file_is_landed_unchanged_journalled_and_archived(
    sweep: Sweeper, remote: Remote, con: duckdb.DuckDBPyConnection
) -> None:
    data = remittance()
    remote.drop("a.835", data)
    swept = sweep()
    assert [(one.kind, one.bytes) for one in swept.landed] == [("x12", len(data))]
    assert sweep.store.read(swept.landed[0].file_id) == data
    assert (remote.names("outgoing"), remote.names("archive")) == ([], ["a.835"])
    row = con.execute("SELECT partner_id, remote_path, bytes, modified_at, landed_on FROM transport.receipt").fetchone()
    assert row is not None
    assert (row[0], row[1], row[2], str(row[3]), row[4]) == (
        "clearinghouse", "outgoing/a.835", len(data), "2026-02-25 06:13:20", TODAY,
    )  # fmt: skip


def test_an_empty_folder_writes_nothing(sweep: Sweeper, con: duckdb.DuckDBPyConnection) -> None:
    assert sweep().landed == []
    assert con.execute("SELECT count(*) FROM warehouse.chain").fetchone() == (0,)


def test_b001_an_empty_file_is_held_for_two_sweeps_then_a_problem(sweep: Sweeper, remote: Remote) -> None:
    remote.drop("a.835", b"")
    remote.drop("b.835", remittance())
    assert [sweep().problems for _ in range(4)] == [{"EMPTY": 1}] * 4
    assert sweep.problems() == [("EMPTY", 1, True), ("EMPTY", 2, True), ("EMPTY", 3, False)]
    assert sweep.counts() == (1, 1)


def test_a_bank_statement_is_landed_by_its_content_and_held_while_it_is_cut_short(
    sweep: Sweeper, remote: Remote
) -> None:
    data = statement(account(credit(8_000, "T1"))).encode()
    remote.drop("a.txt", data)
    remote.drop("b.835", data[:-12])
    assert [(one.kind, one.bytes) for one in sweep().landed] == [("bank", len(data))]
    assert sweep().landed == []
    assert [(one.kind, one.bytes) for one in sweep().landed] == [
        ("bank", len(data) - 12)
    ]  # evidence, refused when read
    assert sweep.problems() == [("INCOMPLETE", 1, True), ("INCOMPLETE", 2, True), ("INCOMPLETE", 3, False)]


def test_b002_a_file_that_grows_between_two_looks_is_held(
    sweep: Sweeper, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = remote.drop("a.csv", CHARGES)

    def somebody_appends(seconds: float) -> None:
        with path.open("ab") as out:
            out.write(b"C2,P2\n")

    monkeypatch.setattr("pm_pipeline.transport.sweep.time.sleep", somebody_appends)
    assert sweep().problems == {"GROWING": 1}
    monkeypatch.undo()
    assert sweep().landed[0].bytes == len(CHARGES) + 6


def test_a_file_that_grows_while_it_is_fetched_is_held(sweep: Sweeper, remote: Remote) -> None:
    remote.drop("a.csv", CHARGES)
    remote.faults.grow_on_read = True
    assert set(sweep().problems) <= {"GROWING", "SHORT_READ"}
    assert sweep.counts() == (0, 0)
    remote.faults.grow_on_read = False
    assert sweep().landed[0].bytes > len(CHARGES)


def test_b004_an_early_end_of_file_is_held_and_the_whole_file_taken_later(sweep: Sweeper, remote: Remote) -> None:
    data = remittance(padding=400_000)
    remote.drop("a.835", data)
    remote.drop("b.835", remittance(2))
    remote.faults.end_reads_at = 131_072
    swept = sweep()
    assert swept.problems == {"SHORT_READ": 1}
    assert len(swept.landed) == 1
    assert list(sweep.store.incoming.iterdir()) == []
    remote.faults.end_reads_at = None
    assert [one.bytes for one in sweep().landed] == [len(data)]


def test_b005_a_dropped_connection_loses_nothing(sweep: Sweeper, remote: Remote) -> None:
    remote.drop("a.835", remittance(1))
    remote.drop("b.835", remittance(2, padding=400_000))
    remote.drop("c.835", remittance(3))
    remote.faults.drop_after = 131_072
    swept = sweep()
    assert swept.stopped_because is not None
    assert "dropped the connection" in swept.stopped_because
    assert len(swept.landed) == 1
    remote.faults.drop_after = None
    swept = sweep()
    assert (swept.stopped_because, len(swept.landed), swept.receipts) == (None, 2, 2)
    assert sweep.counts() == (3, 3)
    assert remote.names("archive") == ["a.835", "b.835", "c.835"]


def test_b007_a_stated_size_of_a_petabyte_is_refused_without_reading(sweep: Sweeper, remote: Remote) -> None:
    remote.drop("a.835", remittance())
    remote.faults.stated_sizes = {b"a.835": 1 << 50}
    assert sweep().problems == {"TOO_LARGE": 1}
    remote.faults.stated_sizes = {b"a.835": (1 << 64) - 1}
    assert sweep().problems == {"TOO_LARGE": 1}


@pytest.mark.parametrize("stated", [10, 1000])
def test_a_wrong_stated_size_is_held(sweep: Sweeper, remote: Remote, stated: int) -> None:
    remote.drop("a.835", remittance())
    remote.faults.stated_sizes = {b"a.835": stated}
    assert sweep().problems == {"SHORT_READ": 1}
    assert sweep.counts() == (0, 0)


def test_a_file_over_the_partners_limit_is_refused(sweep: Sweeper, remote: Remote) -> None:
    remote.drop("a.835", remittance())
    assert sweep(remote.partner(max_file_bytes=100)).problems == {"TOO_LARGE": 1}
    assert remote.names("outgoing") == ["a.835"]


def test_b008_a_missing_size_is_held(sweep: Sweeper, remote: Remote) -> None:
    remote.drop("a.835", remittance(1))
    remote.drop("b.835", remittance(2))
    remote.faults.stated_sizes = {b"a.835": None}
    swept = sweep()
    assert (swept.problems, len(swept.landed)) == ({"NO_SIZE": 1}, 1)


def test_b010_permission_denied_on_one_file_lets_the_others_through(sweep: Sweeper, remote: Remote) -> None:
    remote.drop("a.835", remittance(1))
    remote.drop("b.835", remittance(2))
    remote.faults.denied = frozenset({b"a.835"})
    swept = sweep()
    assert (swept.problems, len(swept.landed)) == ({"DENIED": 1}, 1)
    assert remote.names("outgoing") == ["a.835"]


def test_b011_the_same_bytes_under_a_new_name_add_a_receipt_only(sweep: Sweeper, remote: Remote) -> None:
    remote.drop("a.835", remittance())
    sweep()
    remote.drop("resent.835", remittance())
    swept = sweep()
    assert (swept.landed, swept.receipts, swept.duplicates) == ([], 1, 1)
    assert sweep.counts() == (1, 2)


def test_the_same_file_delivered_again_at_another_time_adds_a_receipt(sweep: Sweeper, remote: Remote) -> None:
    for day in range(3):
        remote.drop("a.835", remittance(), modified=1_772_000_000 + day * 86_400)
        sweep()
    assert sweep.counts() == (1, 3)
    assert remote.names("archive") == ["a.835", "a.835.2", "a.835.3"]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(b"../../../../etc/cron.d/pwn", id="b013-traversal"),
        pytest.param(b"/etc/passwd", id="b014-absolute"),
        pytest.param("\u202e538.exe".encode(), id="b016-bidi"),
        pytest.param(b"a" * 5000, id="b017-long"),
        pytest.param(b"a\nb", id="control"),
    ],
)
def test_a_name_that_is_no_name_is_refused_and_never_used(
    sweep: Sweeper, remote: Remote, con: duckdb.DuckDBPyConnection, name: bytes
) -> None:
    remote.drop("good.835", remittance())
    remote.faults.extra_names = (name,)
    swept = sweep()
    assert (swept.problems, len(swept.landed)) == ({"BAD_NAME": 1}, 1)
    assert con.execute("SELECT remote_path FROM transport.fetch_problem").fetchall() == [
        ("outgoing/" + printable(name),)
    ]
    assert printable(name).isascii()
    assert printable(name).isprintable()


def test_b019_a_name_that_is_not_utf8_blocks_nothing_and_is_taken_by_its_bytes(
    sweep: Sweeper, remote: Remote, con: duckdb.DuckDBPyConnection
) -> None:
    remote.drop("a.835", remittance(1))
    remote.drop(b"caf\xe9.835", remittance(2))
    assert len(sweep().landed) == 2
    assert os.fsdecode(b"caf\xe9.835") in remote.names("archive")
    rows = con.execute("SELECT remote_path FROM transport.receipt ORDER BY 1").fetchall()
    assert rows == [("outgoing/a.835",), ("outgoing/caf\\xe9.835",)]


def test_names_that_differ_stay_different_when_escaped() -> None:
    names = [b"caf\xe9", "café".encode(), b"caf\\xe9", b"caf\\\\xe9", b"caf\\xe9\xe9"]
    assert len({printable(name) for name in names}) == len(names)


def test_b020_links_folders_and_pipes_are_reported_not_fetched(sweep: Sweeper, remote: Remote, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(remittance())
    (remote["outgoing"] / "link.835").symlink_to(secret)
    (remote["outgoing"] / "folder.835").mkdir()
    os.mkfifo(remote["outgoing"] / "pipe.835")
    remote.drop("z.835", remittance(2))
    swept = sweep()
    assert (swept.problems, len(swept.landed)) == ({"NOT_REGULAR": 3}, 1)
    sweep()
    assert sweep.problems() == [("NOT_REGULAR", 1, False)] * 3


def test_b022_a_listing_without_end_stops_with_the_remedy(sweep: Sweeper, remote: Remote) -> None:
    remote.faults.endless_listing = True
    with pytest.raises(TransportError, match="max_files"):
        sweep(remote.partner(max_files=500))


def test_b022_a_listing_that_is_too_slow_stops(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    remote.faults.endless_listing = True
    monkeypatch.setattr("pm_pipeline.transport.sftp.LISTING_SECONDS", 0.05)
    with remote.connect() as session, pytest.raises(TransportError, match="did not end within"):
        session.list("outgoing", 10**9)


def test_a_folder_that_is_not_there_is_named(sweep: Sweeper, remote: Remote) -> None:
    with pytest.raises(TransportError, match=r"outbox does not exist.*fetch_folders"):
        sweep(remote.partner(fetch_folders=["outbox"]))


def test_a_truncated_interchange_is_held_twice_then_landed_as_evidence(sweep: Sweeper, remote: Remote) -> None:
    cut = remittance()[:-20]
    remote.drop("a.835", cut)
    assert [sweep().problems, sweep().problems] == [{"INCOMPLETE": 1}] * 2
    assert sweep.counts() == (0, 0)
    assert [one.bytes for one in sweep().landed] == [len(cut)]
    assert sweep.problems() == [("INCOMPLETE", 1, True), ("INCOMPLETE", 2, True), ("INCOMPLETE", 3, False)]
    assert remote.names("archive") == ["a.835"]


def test_a_truncated_interchange_that_goes_on_growing_is_taken_when_whole(sweep: Sweeper, remote: Remote) -> None:
    whole = remittance(padding=1000)
    for size in (200, 400, 600, 800):
        remote.drop("a.835", whole[:size])
        assert sweep().problems == {"INCOMPLETE": 1}
    remote.drop("a.835", whole)
    assert [one.bytes for one in sweep().landed] == [len(whole)]


def test_an_upload_under_way_is_left_alone(sweep: Sweeper, remote: Remote) -> None:
    remote.drop(".a.835.part", remittance(1))
    remote.drop("b.835.filepart", remittance(2))
    assert sweep().problems == {"TEMPORARY_NAME": 2}
    assert sweep.counts() == (0, 0)


def test_a_server_that_answers_in_small_pieces_gives_the_same_bytes(sweep: Sweeper, remote: Remote) -> None:
    data = remittance(padding=50_000)
    remote.drop("a.835", data)
    remote.faults.short_answers = 1000
    assert sweep.store.read(sweep().landed[0].file_id) == data


def test_without_an_archive_folder_a_landed_file_is_not_fetched_again(
    sweep: Sweeper, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = remote.partner(archive_folder=None)
    remote.drop("a.835", remittance(1))
    sweep(partner)
    remote.drop("b.835", remittance(2))
    fetched: list[bytes] = []
    real = Session.fetch

    def counting(self: Session, file: RemoteFile, target: Path, max_bytes: int) -> int:
        fetched.append(file.name)
        return real(self, file, target, max_bytes)

    monkeypatch.setattr(Session, "fetch", counting)
    sweep(partner)
    assert fetched == [b"b.835"]
    assert (sweep.counts(), remote.names("outgoing")) == ((2, 2), ["a.835", "b.835"])


def test_an_archive_that_refuses_is_reported_and_doubles_nothing(sweep: Sweeper, remote: Remote) -> None:
    remote.drop("a.835", remittance())
    remote.faults.fail_renames = True
    assert [sweep().problems, sweep().problems] == [{"ARCHIVE_FAILED": 1}] * 2
    assert (sweep.counts(), sweep.problems()) == ((1, 1), [("ARCHIVE_FAILED", 1, False)])
    remote.faults.fail_renames = False
    sweep()
    assert (sweep.counts(), remote.names("archive")) == ((1, 1), ["a.835"])


def test_a_server_without_posix_rename_is_served_by_plain_rename(sweep: Sweeper, remote: Remote) -> None:
    remote.faults.no_posix_rename = True
    remote.drop("a.835", remittance())
    sweep()
    assert remote.names("archive") == ["a.835"]


def test_an_archive_inside_the_fetch_folder_is_not_reported(sweep: Sweeper, remote: Remote) -> None:
    (remote["outgoing"] / "done").mkdir()
    remote.drop("a.835", remittance())
    assert sweep(remote.partner(archive_folder="outgoing/done")).problems == {}
    (remote["outgoing"] / "done" / "a.835").unlink()


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize(
    "point", ["fetch", "adopt", "before journal", "after journal", "before archive", "after archive"]
)
def test_a_crash_between_any_two_steps_loses_nothing_and_doubles_nothing(
    sweep: Sweeper, remote: Remote, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    for number in (1, 2, 3):
        remote.drop(f"{number}.835", remittance(number))
    owner, name = {
        "fetch": (Session, "fetch"),
        "adopt": (FileStore, "adopt"),
        "before journal": (Journal, "record"),
        "after journal": (Journal, "record"),
        "before archive": (Session, "archive"),
        "after archive": (Session, "archive"),
    }[point]
    real = getattr(owner, name)
    calls: list[int] = []

    def dies(*args: object) -> object:
        calls.append(1)
        last = len(calls) == (1 if owner is Journal else 2)
        if last and point.startswith("before"):
            raise Killed
        done = real(*args)
        if last:
            raise Killed
        return done

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, dies)
        with pytest.raises(Killed):
            sweep()
    sweep()
    assert sweep.counts() == (3, 3)
    assert remote.names("archive") == ["1.835", "2.835", "3.835"]
    assert sorted(path.read_bytes() for path in sweep.store.folder.glob("??/*")) == sorted(map(remittance, (1, 2, 3)))
    assert list(sweep.store.incoming.iterdir()) == []
    assert sweep().receipts == 0


def test_settle_seconds_lie_between_the_two_looks(
    sweep: Sweeper, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("pm_pipeline.transport.sweep.time.sleep", slept.append)
    sweep(remote.partner(settle_seconds=7.5))
    assert slept == []
    remote.drop("a.835", remittance())
    sweep(remote.partner(settle_seconds=7.5))
    assert slept == [7.5]


def test_no_remote_name_is_in_any_error_or_problem_text(
    sweep: Sweeper, remote: Remote, con: duckdb.DuckDBPyConnection
) -> None:
    names = ["DOE_a.835", "DOE_b.835", "DOE_c.835"]
    for name in names:
        remote.drop(name, remittance())
    remote.faults.denied = frozenset({b"DOE_a.835"})
    remote.faults.stated_sizes = {b"DOE_b.835": None}
    remote.faults.fail_renames = True
    swept = sweep()
    assert set(swept.problems) == {"DENIED", "NO_SIZE", "ARCHIVE_FAILED"}
    texts = con.execute("SELECT string_agg(text, ' ') FROM transport.fetch_problem").fetchone()
    assert texts is not None
    assert "DOE" not in texts[0] + repr(swept)


def test_the_order_of_arrival_does_not_matter_to_what_is_landed(
    sweep: Sweeper, remote: Remote, con: duckdb.DuckDBPyConnection
) -> None:
    for number in (3, 1, 2):
        remote.drop(f"{number}.835", remittance(number))
        sweep()
    ids = con.execute("SELECT list(file_id ORDER BY file_id) FROM transport.file").fetchone()
    expected = sorted(FileStore(sweep.store.folder / "other").put_bytes(remittance(number)) for number in (1, 2, 3))
    assert ids == (expected,)


def test_two_partners_keep_receipts_of_their_own(
    con: duckdb.DuckDBPyConnection, sweep: Sweeper, remote: Remote, store: FileStore
) -> None:
    remote.drop("a.835", remittance())
    sweep()
    remote.drop("a.835", remittance())
    with remote.connect() as session:
        swept = sweep_partner(con, session, remote.partner(partner_id="bank"), store, TODAY, "run")
    assert (swept.receipts, swept.duplicates) == (1, 1)


def test_a_fetch_of_something_that_is_gone_is_not_taken(remote: Remote, tmp_path: Path) -> None:
    remote.drop("a.835", remittance())
    with remote.connect() as session:
        (file,) = session.list("outgoing", 10)
        gone = replace(file, name=b"b.835")
        with pytest.raises(NotTaken) as told:
            session.fetch(gone, tmp_path / "x", 1000)
    assert told.value.code == "VANISHED"
    assert not (tmp_path / "x").exists()


def test_ta1_and_feeds_and_others_are_told_apart_by_content(sweep: Sweeper, remote: Remote) -> None:
    remote.drop("a.txt", interchange(ta1=("000000001", "260302", "0830", "A", "000")).encode())
    remote.drop("b.835", CHARGES)
    remote.drop("c.csv", b"%PDF-1.7\n1,2\n")
    assert sorted(one.kind for one in sweep().landed) == ["feed", "unknown", "x12"]

"""Landed files become judged interchanges and transaction sets."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pm_pipeline.config import Config
from pm_pipeline.errors import TransportError
from pm_pipeline.home import Home
from pm_pipeline.transport.opening import Opened, open_landed
from pm_pipeline.transport.store import FileStore
from pm_pipeline.transport.sweep import sweep_inbox
from pm_pipeline.transport.texts import landed_texts, set_text
from pm_pipeline.x12.envelope import open_envelope
from pm_pipeline.x12.source import Source
from tests.transport.conftest import TODAY
from tests.transport.files import CHARGES, interchange, remittance


class Lander:
    """Lands texts by hand and opens them."""

    def __init__(self, con: duckdb.DuckDBPyConnection, store: FileStore, config: Config) -> None:
        self.con, self.store, self.config = con, store, config

    def land(self, *contents: str | bytes) -> list[str]:
        folder = self.store.folder.parent
        folder.mkdir(parents=True, exist_ok=True)
        ids: list[str] = []
        for content in contents:
            (folder / "dropped").write_bytes(content if isinstance(content, bytes) else content.encode())
            for _ in range(3):  # a file that is cut short is held for two sweeps
                if landed := sweep_inbox(self.con, folder, self.store, TODAY, "run").landed:
                    ids.append(landed[0].file_id)
                    break
        return ids

    def open(self) -> Opened:
        return open_landed(self.con, self.store, self.config, TODAY, "run")

    def __call__(self, *contents: str | bytes) -> Opened:
        self.land(*contents)
        return self.open()

    def from_partner(self, partner_id: str) -> None:
        self.con.execute("UPDATE transport.receipt SET partner_id = ?", [partner_id])

    def all(self, sql: str) -> list[tuple[object, ...]]:
        return self.con.execute(sql).fetchall()

    def codes(self) -> list[tuple[object, ...]]:
        return self.all("SELECT level, code, segment_no FROM transport.problem ORDER BY segment_no, level, code")


@pytest.fixture
def lander(con: duckdb.DuckDBPyConnection, store: FileStore, home: Home) -> Lander:
    return Lander(con, store, home.config)


def test_an_835_becomes_an_interchange_and_its_sets(lander: Lander) -> None:
    (file_id,) = lander.land(interchange(7, sets=2))
    opened = lander.open()
    assert opened.files == {file_id: "loaded"}
    assert (opened.interchanges, opened.sets, opened.problems) == (1, {"835 accepted": 2}, {})
    rows = lander.all(
        "SELECT * EXCLUDE (landed_on, run_id) REPLACE (CAST(sent_at AS VARCHAR) AS sent_at) FROM transport.interchange"
    )
    assert rows == [
        (f"{file_id}:1", file_id, "by_hand", "ZZ", "SANDBOXCH", "ZZ", "HARBORVIEW", "2026-03-02 08:30:00", "000000007",
         "T", "*", ":", "^", "~", 1, 10, "accepted")
    ]  # fmt: skip
    rows = lander.all(
        "SELECT set_id, gs01, gs06, guide, st01, st02, first_segment_no, last_segment_no, disposition "
        "FROM transport.transaction_set ORDER BY first_segment_no"
    )
    assert rows == [
        (f"{file_id}:3", "HP", "7", "005010X221A1", "835", "0001", 3, 5, "accepted"),
        (f"{file_id}:6", "HP", "7", "005010X221A1", "835", "0002", 6, 8, "accepted"),
    ]


def test_opening_again_changes_nothing(lander: Lander) -> None:
    lander(interchange(1), b"%PDF-1.7")
    before = lander.all("SELECT count(*), max(seq) FROM warehouse.chain")
    assert lander.open().files == {}
    assert lander.all("SELECT count(*), max(seq) FROM warehouse.chain") == before


def test_a_set_can_be_cut_out_again_by_its_offsets(lander: Lander) -> None:
    text = interchange(7, sets=3).replace("~", "~\r\n")
    (file_id,) = lander.land("\ufeff" + text)
    lander.open()
    ids = [f"{file_id}:{number}" for number in (3, 9)]
    found = list(landed_texts(lander.con, lander.store, list(reversed(ids))))
    assert [one.set_id for one in found] == ids
    assert found[1].text.replace("\r\n", "") == "ST*835*0003~BPR*I*0*C*NON~SE*3*0003"
    assert found[1].first_segment_no == 9
    row = lander.con.execute("SELECT start_at, end_at FROM transport.transaction_set WHERE st02 = '0003'").fetchone()
    assert row is not None
    assert set_text(lander.store, file_id, *row) == found[1].text


def test_each_file_is_read_once_for_all_its_sets(lander: Lander, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = lander.land(interchange(1, sets=5), interchange(2, sets=5))
    lander.open()
    sets = [str(row[0]) for row in lander.all("SELECT set_id FROM transport.transaction_set")]
    read: list[str] = []
    real = FileStore.open

    def counting(self: FileStore, file_id: str) -> Source:
        read.append(file_id)
        return real(self, file_id)

    monkeypatch.setattr(FileStore, "open", counting)
    assert len(list(landed_texts(lander.con, lander.store, sets))) == 10
    assert sorted(read) == sorted(ids)


def test_a_ta1_is_a_set_of_its_own(lander: Lander) -> None:
    (file_id,) = lander.land(interchange(7, ta1=("000000123", "260302", "0830", "R", "020")))
    assert lander.open().files == {file_id: "loaded"}
    rows = lander.all("SELECT set_id, st01, st02, guide, disposition FROM transport.transaction_set")
    assert rows == [(f"{file_id}:2", "TA1", "000000123", "TA1", "accepted")]
    (found,) = landed_texts(lander.con, lander.store, [f"{file_id}:2"])
    assert found.text == "TA1*000000123*260302*0830*R*020"


def test_two_ta1s_after_a_group_are_both_found(lander: Lander) -> None:
    text = interchange(7, sets=2)
    text = text.replace("IEA*", "TA1*000000001*260302*0830*A*000~\nTA1*000000002*260302*0830*A*000~IEA*")
    lander(text)
    ids = [str(row[0]) for row in lander.all("SELECT set_id FROM transport.transaction_set WHERE st01 = 'TA1'")]
    assert sorted(one.text[:13] for one in landed_texts(lander.con, lander.store, ids)) == [
        "TA1*000000001",
        "TA1*000000002",
    ]


SUPPORTED = [
    ("835", "HP", "005010X221A1", None),
    ("835", "HP", "005010X221", None),
    ("277", "HN", "005010X214", "005010X214"),
    ("999", "FA", "005010X231A1", "005010X231A1"),
    ("999", "FA", "005010X231", "005010X231"),
    ("997", "FA", "005010", None),
    ("997", "FA", "005010X230", None),
]
REFUSED = [
    ("835", "HP", "004010X091A1", None, "UNSUPPORTED_GUIDE", "005010X221 or 005010X221A1"),
    ("277", "HN", "005010X212", "005010X212", "UNSUPPORTED_GUIDE", "005010X214"),
    ("997", "FA", "004010", None, "UNSUPPORTED_GUIDE", "005010 or 005010X230"),
    ("271", "HB", "005010X279A1", "005010X279A1", "UNSUPPORTED_GUIDE", "not read here"),
    ("837", "HC", "005010X222A1", "005010X222A1", "UNEXPECTED_GUIDE", "claims are sent from here"),
    ("SMITH", "HC", "JONES", "MBR1234567", "UNSUPPORTED_GUIDE", "something else"),
]


@pytest.mark.parametrize(("st01", "gs01", "guide", "st03"), SUPPORTED)
def test_guides_that_are_read(lander: Lander, st01: str, gs01: str, guide: str, st03: str | None) -> None:
    assert lander(interchange(1, st01=st01, gs01=gs01, guide=guide, st03=st03)).sets == {f"{st01} accepted": 1}


@pytest.mark.parametrize(("st01", "gs01", "guide", "st03", "code", "says"), REFUSED)
def test_b043_guides_that_are_not_read_are_rejected_with_the_remedy(
    lander: Lander, st01: str, gs01: str, guide: str, st03: str | None, code: str, says: str
) -> None:
    opened = lander(interchange(1, st01=st01, gs01=gs01, guide=guide, st03=st03))
    assert (opened.sets, list(opened.files.values())) == (
        {f"{'other' if st01 == 'SMITH' else st01} rejected": 1},
        ["quarantined"],
    )
    ((found, set_id, text),) = lander.all("SELECT code, set_id, text FROM transport.problem")
    assert (found, str(set_id)[-2:]) == (code, ":3")
    assert says in str(text)
    assert "MBR" not in str(text)


def test_st03_wins_over_gs08(lander: Lander) -> None:
    assert lander(interchange(1, st01="999", gs01="FA", guide="005010", st03="005010X231A1")).sets == {
        "999 accepted": 1
    }


def test_b043_a_version_other_than_5010_is_rejected_as_a_whole(lander: Lander) -> None:
    opened = lander(interchange(1, sets=2).replace("*00501*", "*00401*"))
    assert opened.sets == {"835 rejected": 2}
    assert lander.codes() == [("interchange", "UNSUPPORTED_GUIDE", 1)]


@pytest.mark.parametrize(
    ("partner_id", "usage", "disposition"),
    [
        ("clearinghouse", "T", "accepted"),
        ("clearinghouse", "P", "rejected"),
        ("bank", "T", "rejected"),
        ("bank", "P", "accepted"),
        ("by_hand", "T", "accepted"),
        ("by_hand", "P", "accepted"),
        ("by_hand", "X", "rejected"),
    ],
)
def test_b044_usage_is_judged_by_whom_the_file_came_from(
    lander: Lander, partner_id: str, usage: str, disposition: str
) -> None:
    lander.land(interchange(1, usage=usage))
    lander.from_partner(partner_id)
    assert lander.open().sets == {f"835 {disposition}": 1}
    assert lander.codes() == ([("interchange", "USAGE", 1)] if disposition == "rejected" else [])
    assert lander.all("SELECT partner_id FROM transport.transaction_set") == [(partner_id,)]


def test_a_file_is_judged_by_its_first_receipt(lander: Lander) -> None:
    lander.land(interchange(1, usage="P"))
    lander.con.execute(
        "INSERT INTO transport.receipt SELECT 'R1', file_id, 'clearinghouse', 'x', bytes, NULL, landed_on, "
        "landed_at + INTERVAL 1 HOUR, run_id FROM transport.receipt"
    )
    assert lander.open().sets == {"835 accepted": 1}


def test_b055_each_interchange_of_a_file_is_judged_on_its_own(lander: Lander) -> None:
    opened = lander(interchange(1) + "\n" + interchange(2, usage="X") + interchange(3).replace("SE*3", "SE*4"))
    assert opened.sets == {"835 accepted": 1, "835 rejected": 1, "835 quarantined": 1}
    assert list(opened.files.values()) == ["loaded"]
    dispositions = lander.all("SELECT disposition FROM transport.interchange ORDER BY first_segment_no")
    assert dispositions == [("accepted",), ("rejected",), ("accepted",)]


def test_b046_a_file_without_iea_is_rejected(lander: Lander) -> None:
    opened = lander(interchange(1, sets=2).partition("GE*")[0])
    assert opened.sets == {"835 rejected": 2}
    assert list(opened.files.values()) == ["quarantined"]
    assert ("interchange", "NO_IEA", 9) in lander.codes()


def test_b049_a_rejected_group_takes_its_sets_with_it_and_no_others(lander: Lander) -> None:
    opened = lander(interchange(1).replace("GE*1*1", "GE*9*1") + interchange(2))
    assert opened.sets == {"835 rejected": 1, "835 accepted": 1}


def test_a_group_whose_sets_are_not_found_quarantines_the_file_that_holds_nothing_else(lander: Lander) -> None:
    """The ST was lost on the way: money without a set is nobody's, and must not pass as loaded."""
    opened = lander(interchange(1).replace("ST*835*0001~", ""))
    assert (opened.sets, list(opened.files.values())) == ({}, ["quarantined"])
    assert ("group", "SE_WITHOUT_ST", 4) in lander.codes()


def test_b052_one_bad_set_is_quarantined_and_its_siblings_go_on(lander: Lander) -> None:
    (file_id,) = lander.land(interchange(1, sets=3).replace("SE*3*0002", "SE*3*9999"))
    assert lander.open().sets == {"835 accepted": 2, "835 quarantined": 1}
    assert lander.all("SELECT set_id, code FROM transport.problem") == [(f"{file_id}:6", "SE02")]


def test_b056_data_after_the_last_iea_rejects_the_file(lander: Lander) -> None:
    opened = lander(interchange(1) + "TRAILER 0001")
    assert (opened.sets, list(opened.files.values())) == ({"835 rejected": 1}, ["quarantined"])
    assert lander.codes() == [("file", "DATA_AFTER_IEA", 8)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7\n1,2\n", "PDF"),
        (b"PK\x03\x04,\n", "ZIP"),
        (b"\x1f\x8b\x08", "COMPRESSED"),
        (b"<html><body>Login</body></html>", "HTML"),
        (remittance().decode().encode("utf-16"), "UTF16"),
        (b"hello", "NOT_X12"),
    ],
)
def test_what_is_neither_x12_nor_feed_is_quarantined_with_the_true_reason(
    lander: Lander, content: bytes, code: str
) -> None:
    opened = lander(content)
    assert (opened.problems, list(opened.files.values())) == ({code: 1}, ["quarantined"])
    assert lander.codes() == [("file", code, 0)]


def test_practice_feeds_are_left_for_the_intake(lander: Lander) -> None:
    assert lander(CHARGES).files == {}
    assert lander.all("SELECT * FROM transport.handled") == []


def test_a_file_we_emitted_ourselves_is_opened_only_when_it_is_given_back(lander: Lander) -> None:
    echo = interchange(7).replace("ST*835*", "ST*837*")
    file_id = lander.store.put_bytes(echo.encode())
    lander.con.execute(
        "INSERT INTO transport.file VALUES (?, 'out', 'x12', ?, ?, now()::TIMESTAMP, 'r')", [file_id, len(echo), TODAY]
    )
    assert lander.open().files == {}
    opened = lander(echo)
    assert (opened.files, opened.sets) == ({file_id: "quarantined"}, {"837 rejected": 1})
    assert [row[1] for row in lander.codes()] == ["UNEXPECTED_GUIDE"]
    assert lander.open().files == {}


def test_a_file_of_a_partner_no_longer_configured_does_not_stop_the_others(lander: Lander) -> None:
    (orphan,) = lander.land(interchange(1))
    lander.from_partner("gone")
    (other,) = lander.land(interchange(2))
    with pytest.raises(TransportError, match=r"1 landed files .*'gone'"):
        lander.open()
    assert lander.all("SELECT item_id FROM transport.handled") == [(other,)]
    lander.from_partner("by_hand")
    assert lander.open().files == {orphan: "loaded"}


def test_a_file_whose_bytes_were_changed_is_named_and_the_others_are_opened(lander: Lander) -> None:
    ids = lander.land(*(interchange(number) for number in (1, 2, 3)))
    path = lander.store.path(ids[1])
    whole = path.read_bytes()
    path.write_bytes(b"tampered")
    with pytest.raises(TransportError, match=f"1 landed files .*{ids[1][:12]}"):
        lander.open()
    assert {row[0] for row in lander.all("SELECT item_id FROM transport.handled")} == {ids[0], ids[2]}
    path.write_bytes(whole)
    assert lander.open().files == {ids[1]: "loaded"}


def test_many_files_are_written_in_few_units_of_work(lander: Lander, monkeypatch: pytest.MonkeyPatch) -> None:
    lander.land(*(interchange(number) for number in range(1, 8)))
    before = lander.con.execute("SELECT count(*) FROM warehouse.chain").fetchone()
    monkeypatch.setattr("pm_pipeline.transport.opening.FILES_PER_UNIT", 3)
    assert len(lander.open().files) == 7
    after = lander.con.execute("SELECT count(*) FROM warehouse.chain").fetchone()
    assert before is not None
    assert after == (before[0] + 3,)


def test_b058_b059_reused_and_missing_interchange_numbers_are_questions_not_judgements(lander: Lander) -> None:
    opened = lander(interchange(5), interchange(7), interchange(7, sets=2), interchange(11))
    assert opened.sets == {"835 accepted": 5}
    gaps = lander.all("SELECT sender_id, first_missing, last_missing FROM transport.control_number_gap ORDER BY 2")
    assert gaps == [("SANDBOXCH", 6, 6), ("SANDBOXCH", 8, 10)]
    assert lander.all("SELECT control_number, files FROM transport.control_number_reuse") == [("000000007", 2)]


def test_an_isa_date_that_is_none_is_left_out(lander: Lander) -> None:
    lander(interchange(1).replace("*260302*0830*", "*261399*2561*", 1))
    assert lander.all("SELECT sent_at FROM transport.interchange") == [(None,)]
    assert lander.all("SELECT sent_at FROM transport.transaction_set") == [(None,)]


@pytest.mark.shared
def test_third_party_files_all_end_judged_and_their_sets_can_be_cut_out(lander: Lander, shared: Path) -> None:
    samples = sorted((shared / "samples").glob("*/*"))
    assert len(samples) > 100
    folder = lander.store.folder.parent
    folder.mkdir(parents=True, exist_ok=True)
    for number, path in enumerate(samples):
        (folder / f"{number}").write_bytes(path.read_bytes())
    for _ in range(3):  # those cut short are landed by the third sweep
        sweep_inbox(lander.con, folder, lander.store, TODAY, "run")
    assert [path.name for path in folder.iterdir()] == ["landed"]
    opened = lander.open()
    distinct = {path.read_bytes() for path in samples}
    feeds = lander.all("SELECT count(*) FROM transport.file WHERE kind = 'feed'")[0][0]
    assert len(opened.files) + int(str(feeds)) == len(distinct)
    quarantined = {file for file, outcome in opened.files.items() if outcome == "quarantined"}
    explained = {row[0] for row in lander.all("SELECT file_id FROM transport.problem")}
    assert quarantined <= explained
    for file_id in opened.files:
        envelope = open_envelope(lander.store.read(file_id))
        for interchange_found in envelope.interchanges:
            for group in interchange_found.groups:
                for one in group.sets:
                    if one.end > one.start:
                        assert envelope.cut(one.start, one.end).startswith("ST" + interchange_found.delimiters.element)

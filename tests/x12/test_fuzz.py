"""Files broken by chance (fuzz.py): no exception, no hang, no segment lost; and that the fuzz would notice."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import duckdb
import pytest

from pm_pipeline.x12.envelope import Envelope, Ta1, open_envelope
from tests.x12 import fuzz
from tests.x12.accounting import wrong_in
from tests.x12.files import render, segment_rows, whole

DATA = render(whole())


def told(report: fuzz.Report) -> list[str]:
    return [f"case {one.seed}: {one.what}" for one in report.broken]


def test_the_bases_are_whole_and_of_every_guide(con: duckdb.DuckDBPyConnection) -> None:
    kinds: set[str] = set()
    for name, data in fuzz.bases().items():
        envelope = open_envelope(data)
        assert envelope.disposition == "accepted", name
        assert {one.code for one in envelope.all_problems()} <= {"BOM"}, name
        assert wrong_in(data, envelope, segment_rows(con, envelope)) == [], name
        kinds |= {each.st01 for one in envelope.interchanges for holder in one.groups for each in holder.sets}
        kinds |= {"TA1" for one in envelope.interchanges if one.ta1}
    assert kinds == {"835", "277", "999", "837", "271", "278", "997", "TA1"}


def test_broken_files_break_nothing() -> None:
    report = fuzz.run(20260302, count=600)
    assert told(report) == []
    assert report.cases == 600
    assert set(report.dispositions) == {"accepted", "quarantined", "rejected"}
    assert len(report.codes) >= 20


@pytest.mark.slow
def test_broken_files_break_nothing_for_a_minute() -> None:
    report = fuzz.run(835, seconds=60)
    assert told(report) == []
    assert report.cases >= 200


def test_a_seed_always_gives_the_same_cases() -> None:
    assert list(islice(fuzz.cases(5), 60)) == list(islice(fuzz.cases(5), 60))
    assert list(islice(fuzz.cases(5), 60)) != list(islice(fuzz.cases(6), 60))


# --- would it notice? -----------------------------------------------------------------------------------------------


def without_a_set(envelope: Envelope) -> Envelope:
    del envelope.interchanges[0].groups[0].sets[1]
    return envelope


def without_an_interchange(envelope: Envelope) -> Envelope:
    del envelope.interchanges[-1]
    return envelope


def one_number_later(envelope: Envelope) -> Envelope:
    envelope.interchanges[0].first_segment_no += 1
    return envelope


def with_a_set_too_long(envelope: Envelope) -> Envelope:
    envelope.interchanges[0].groups[0].sets[0].last_segment_no += 1
    return envelope


def with_a_ta1_in_a_set(envelope: Envelope) -> Envelope:
    envelope.interchanges[0].ta1.append(Ta1(4, "TA1", 0, 3))
    return envelope


def rejected_without_reason(envelope: Envelope) -> Envelope:
    envelope.interchanges[0].groups[0].disposition = "rejected"
    return envelope


@pytest.mark.parametrize(
    "spoil",
    [
        without_a_set, without_an_interchange, one_number_later, with_a_set_too_long, with_a_ta1_in_a_set,
        rejected_without_reason,
    ],
)  # fmt: skip
def test_the_accounting_notices(spoil: Callable[[Envelope], Envelope], con: duckdb.DuckDBPyConnection) -> None:
    data = DATA + DATA
    envelope = open_envelope(data)
    rows = segment_rows(con, envelope)
    assert wrong_in(data, envelope, rows) == []
    assert wrong_in(data, spoil(envelope), rows) != []


@pytest.mark.parametrize("change", ["missing", "twice", "other-tag"])
def test_the_accounting_notices_a_row(change: str, con: duckdb.DuckDBPyConnection) -> None:
    envelope = open_envelope(DATA)
    rows = segment_rows(con, envelope)
    spoilt = {
        "missing": rows[:5] + rows[6:],
        "twice": [*rows, rows[5]],
        "other-tag": [*rows[:5], (*rows[5][:2], "ZZZ"), *rows[6:]],
    }
    assert wrong_in(DATA, envelope, spoilt[change]) != []


def test_an_exception_is_found_and_told_without_content(
    monkeypatch: pytest.MonkeyPatch, con: duckdb.DuckDBPyConnection
) -> None:
    def faulty(data: bytes) -> Envelope:
        if data.startswith(b"\xef\xbb\xbf"):
            raise KeyError("content of the file")
        return open_envelope(data)

    monkeypatch.setattr(fuzz, "open_envelope", faulty)
    marked = b"\xef\xbb\xbf" + DATA
    (found,) = fuzz.check(con, [("1:0", DATA), ("1:1", marked), ("1:2", DATA)], 0)
    assert (found.data, found.seed) == (marked, "1:1")
    assert "KeyError at test_fuzz.py" in found.what
    assert "content" not in found.what


def test_what_breaks_is_kept_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fuzz, "check", lambda _con, some, _deep: [fuzz.Broken(some[0][1], "a fault", some[0][0])])
    assert fuzz.main(["--minutes", "0.001", "--seed", "5", "--folder", str(tmp_path)]) >= 1
    first = next(fuzz.cases(5))[1]
    kept = {path.read_bytes(): path for path in tmp_path.glob("*.x12")}
    assert kept[first].with_suffix(".txt").read_text() == "case 5:0\na fault\n"
    assert "seed 5" in capsys.readouterr().out


def test_a_hang_is_found(monkeypatch: pytest.MonkeyPatch, con: duckdb.DuckDBPyConnection) -> None:
    def slow(data: bytes) -> Envelope:
        while data:
            pass
        return open_envelope(data)

    monkeypatch.setattr(fuzz, "open_envelope", slow)
    monkeypatch.setattr(fuzz, "HANG_SECONDS", 0.05)
    (found,) = fuzz.check(con, [("1:0", DATA)], 0)
    assert "Hung" in found.what

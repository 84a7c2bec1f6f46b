"""Every third-party sample is read without an exception, with the disposition its index justifies (samples.csv).

samples.csv has one row per file: the file's disposition, how many interchanges and sets have which (``835:accepted:1``;
a TA1 counts as a set), every problem as ``CODE@segment``, and in a few words why.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pm_pipeline.x12.envelope import Envelope, open_envelope
from pm_pipeline.x12.summary import summarize
from tests.x12.accounting import unaccounted
from tests.x12.files import judged_sets, read_835
from tests.x12.plain_835 import sets_of, sums_of

pytestmark = pytest.mark.shared
with Path(__file__).with_name("samples.csv").open(newline="") as _source:
    TABLE = {row["file"]: row for row in csv.DictReader(_source)}
REMITTANCES = [name for name, row in TABLE.items() if name.startswith("835/") and row["sets"]]


@pytest.fixture(scope="module")
def samples(shared: Path) -> Path:
    return shared / "samples"


@pytest.fixture(scope="module")
def index(samples: Path) -> dict[str, dict[str, str]]:
    """INDEX.tsv by file."""
    with (samples / "INDEX.tsv").open(newline="") as source:
        return {row["file"]: row for row in csv.DictReader(source, delimiter="\t")}


def counted(items: Iterable[str]) -> str:
    return " ".join(f"{name}:{times}" for name, times in sorted(Counter(items).items()))


def described(envelope: Envelope) -> dict[str, str]:
    """A file in the columns of samples.csv."""
    sets = [f"{st01}:{disposition}" for st01, disposition in judged_sets(envelope)]
    for one in envelope.interchanges:
        sets += [f"TA1:{'rejected' if one.disposition == 'rejected' else 'accepted'}"] * len(one.ta1)
    return {
        "disposition": envelope.disposition,
        "interchanges": counted(one.disposition for one in envelope.interchanges),
        "sets": counted(sets),
        "codes": " ".join(sorted(f"{one.code}@{one.segment_no}" for one in envelope.all_problems())),
    }


def test_the_table_names_every_sample_and_no_other(samples: Path) -> None:
    there = {str(path.relative_to(samples)) for path in samples.glob("*/*") if path.is_file()}
    assert set(TABLE) == there


@pytest.mark.parametrize("name", TABLE)
def test_a_sample_has_the_disposition_its_index_justifies(name: str, samples: Path) -> None:
    expected = {column: TABLE[name][column] for column in ("disposition", "interchanges", "sets", "codes")}
    expected["codes"] = " ".join(sorted(expected["codes"].split()))
    assert described(open_envelope((samples / name).read_bytes())) == expected
    assert TABLE[name]["reason"]


def test_every_segment_of_every_sample_is_accounted_for(samples: Path, con: duckdb.DuckDBPyConnection) -> None:
    lost = {name: unaccounted(con, (samples / name).read_bytes()) for name in TABLE}
    assert {name: found for name, found in lost.items() if found} == {}


# what INDEX.tsv says of a file -> the code that must be there when anything of the file is read
FEATURES = {
    "SE01-wrong": "SE01",
    "BOM": "BOM",
    "ISAx1!=IEAx0": "NO_IEA",
    "GSx1!=GEx0": "NO_GE",
    "STx1!=SEx0": "NO_SE",
    "ISA13!=IEA02": "IEA02",
    "GS06!=GE02": "GE02",
}
UNREAD = {"no-ISA": "NOT_X12", "ISA-not-106-bytes": "BAD_ISA", "UTF16": "UTF16"}
EXPLAINED = {
    ("271/Inteligenz__X12Parser__Example2_TMHP.txt", "GE02"): "equal once the blanks before the newline are trimmed"
}


def test_the_table_says_what_the_index_says(index: dict[str, dict[str, str]]) -> None:
    wrong: list[tuple[str, str]] = []
    for name, row in TABLE.items():
        said = index[name]["features"]
        have = Counter(code.split("@")[0] for code in row["codes"].split())
        unread = {code for feature, code in UNREAD.items() if feature in said}
        wanted = unread or {code for feature, code in FEATURES.items() if feature in said}
        found = set(have) & {*UNREAD.values(), *FEATURES.values()}
        wrong += [(name, code) for code in wanted ^ found if (name, code) not in EXPLAINED]
        if not unread and (times := re.search(r"SE01-wrong x(\d+)", said)):
            wrong += [(name, "SE01")] * (have["SE01"] != int(times[1]))
    assert [one for one in wrong if one != ("837P/Inteligenz__X12Parser__UnicodeExample.txt", "NO_IEA")] == []


# --- the money of the 835s, by a plain count in Python --------------------------------------------------------------


def text_of(data: bytes) -> str:
    return data.decode("utf-8-sig")


@lru_cache(maxsize=100)  # costly, and two tests look at each
def summaries(data: bytes) -> list[dict[str, Any]]:
    return [item for one in summarize(data)["interchanges"] for item in one["transactions"]]


@pytest.mark.parametrize("name", REMITTANCES)
def test_the_sums_of_an_835_are_those_of_a_plain_count(
    name: str, samples: Path, con: duckdb.DuckDBPyConnection, index: dict[str, dict[str, str]]
) -> None:
    data = (samples / name).read_bytes()
    expected = [sums_of(one) for one in sets_of(text_of(data), open_envelope(data).interchanges[0].delimiters)]
    found = summaries(data)
    assert [
        (one["claims"], one["lines"], one["adjustments"], one["charge_cents"], one["paid_cents"], one["plb_cents"])
        for one in found
    ] == [(one.claims, one.lines, one.adjustments, one.charge, one.paid, one.plb) for one in expected]
    assert sum(one.claims for one in expected) == int(index[name]["claims"])
    read_835(con, data)
    assert con.execute(
        "SELECT (SELECT coalesce(sum(charge_cents), 0) FROM x12_835_line), "
        "(SELECT coalesce(sum(paid_cents), 0) FROM x12_835_line), "
        "(SELECT coalesce(sum(cents), 0) FROM x12_835_adjustment)"
    ).fetchone() == tuple(
        sum(getattr(one, what) for one in expected) for what in ("line_charge", "line_paid", "adjusted")
    )


@pytest.mark.parametrize("name", REMITTANCES)
def test_an_835_whose_payment_does_not_balance_is_quarantined_and_no_other(
    name: str, samples: Path, index: dict[str, dict[str, str]]
) -> None:
    data = (samples / name).read_bytes()
    envelope = open_envelope(data)
    expected = [sums_of(one) for one in sets_of(text_of(data), envelope.interchanges[0].delimiters)]
    balanced = [one.is_balanced for one in expected]
    noted = [one["problems"] != [] for one in summaries(data)]
    assert [one["balanced"] for one in summaries(data)] == balanced
    assert all(balanced) != ("TX " in index[name]["balanced"] or "no BPR" in index[name]["balanced"])
    assert [one["disposition"] for one in summaries(data)] == [
        "quarantined" if before == "accepted" and not even else "noted" if before == "accepted" and amiss else before
        for (_, before), even, amiss in zip(judged_sets(envelope), balanced, noted, strict=True)
    ]


@pytest.mark.slow
def test_every_sample_has_a_summary_that_agrees_with_its_envelope(samples: Path) -> None:
    for name, row in TABLE.items():
        document = summarize((samples / name).read_bytes())
        assert document["disposition"] == row["disposition"], name
        assert counted(one["disposition"] for one in document["interchanges"]) == row["interchanges"], name
        items = [item for one in document["interchanges"] for item in one["transactions"]]
        held = Counter(item["st01"] for item in items)
        held["TA1"] += sum(len(one["ta1"]) for one in document["interchanges"])
        for entry in row["sets"].split():
            st01, _, times = entry.split(":")
            held[st01] -= int(times)
        assert set(held.values()) <= {0}, name

"""Third-party 277CA, 999, 997 and TA1 files: what is read of them is what stands in them, told by a reader that shares no code.

The reader below knows only how text is split. Files it finds no ISA of the right width in must be refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pm_pipeline.x12.summary import summarize

pytestmark = pytest.mark.shared
WIDTHS = [2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1]
REJECTED = {"A3", "A4", "A6", "A7", "A8"}
KNOWN = REJECTED | {"A0", "A1", "A2", "A5"}


@dataclass
class Simple:
    """The segments of one interchange, as lists of elements."""

    segments: list[list[str]]

    @classmethod
    def read(cls, data: bytes) -> Simple | None:
        text = data.decode("utf-8-sig").lstrip()
        if not text.startswith("ISA"):
            return None
        parts = text.split(text[3], 16)
        if [len(part) for part in parts[1:16]] != WIDTHS:
            return None
        terminator = parts[16][1]
        pieces = [piece.strip() for piece in text.split("\n" if terminator in "\r\n" else terminator)]
        return cls([[part.strip() for part in piece.split(text[3])] for piece in pieces if piece])

    def all(self, *tags: str) -> list[list[str]]:
        return [[*one, *[""] * 12] for one in self.segments if one[0] in tags]

    def claims(self) -> list[tuple[str, list[str]]]:
        """TRN02 and the categories of every patient's HL; a category is what stands before the first sign."""
        found: list[tuple[str, list[str]]] = []
        is_patient = False
        for one in self.segments:
            if one[0] == "HL":
                is_patient = one[3] == "PT"
            elif one[0] == "TRN" and is_patient:
                found.append((one[2], []))
            elif one[0] == "STC" and is_patient:
                found[-1][1].extend(value[:2] for value in (one[1:2] + one[10:12]) if value)
        return found


def samples(shared: Path, kind: str) -> list[tuple[str, Simple | None, dict[str, Any]]]:
    paths = sorted((shared / "samples" / kind).iterdir())
    assert paths
    return [(path.name, Simple.read(path.read_bytes()), summarize(path.read_bytes())) for path in paths]


def sets_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for home in document["interchanges"] for one in home["transactions"]]


@pytest.mark.parametrize("kind", ["277CA", "999", "997", "TA1"])
def test_a_file_is_refused_only_when_it_has_no_proper_isa(shared: Path, kind: str) -> None:
    for name, simple, document in samples(shared, kind):
        assert (document["disposition"] == "rejected") == (simple is None), name
        if simple is not None:
            assert [one["st02"] for one in sets_of(document)] == [one[2] for one in simple.all("ST")], name
            assert sum(one["segments"] for one in sets_of(document)) == len(simple.segments) - len(
                simple.all("ISA", "GS", "TA1", "GE", "IEA")
            ), name


def test_every_claim_of_a_277ca_is_listed_and_the_category_decides(shared: Path) -> None:
    read = 0
    for name, simple, document in samples(shared, "277CA"):
        if simple is None:
            continue
        read += 1
        (one,) = sets_of(document)
        claims = simple.claims()
        assert [claim["claim_id"] for claim in one["claims"]] == [claim_id for claim_id, _ in claims], name
        for claim, (_, categories) in zip(one["claims"], claims, strict=True):
            assert (claim["disposition"] == "rejected") == any(category in REJECTED for category in categories), name
            assert (claim["disposition"] == "unknown") == (not set(categories) & KNOWN), name
    assert read >= 4


def test_a_rejection_under_an_accepting_action_code_is_a_rejection_and_told(shared: Path) -> None:
    """STC*A7|562|85*20110311*WQ: the component separator is '|', the action says accept, the count says one accepted."""
    name = "Project-Herophilus__Project-Herophilus-Assets__277CA_Sample_Rejected_.txt"
    (document,) = [one for found, _, one in samples(shared, "277CA") if found == name]
    (one,) = sets_of(document)
    assert [(claim["category"], claim["status"], claim["disposition"]) for claim in one["claims"]] == [
        ("A7", "562", "rejected")
    ]
    assert {problem["code"] for problem in one["problems"]} == {"STC_ACTION", "TOTALS"}
    assert one["unlisted_rejected"] == 0


@pytest.mark.parametrize("kind", ["999", "997"])
def test_every_set_answered_is_listed_with_its_own_answer(shared: Path, kind: str) -> None:
    read = 0
    for name, simple, document in samples(shared, kind):
        if simple is None:
            continue
        read += 1
        (one,) = sets_of(document)
        answers: list[list[str | None]] = []
        for segment in simple.all("AK2", "IK5", "AK5"):
            if segment[0] == "AK2":
                answers.append([segment[2], None])
            elif answers and answers[-1][1] is None:
                answers[-1][1] = segment[1]
        assert [[item["st02"], item["code"]] for item in one["sets"]] == answers, name
        assert one["group_code"] == simple.all("AK9")[0][1], name
        errors = simple.all("IK3", "AK3", "IK4", "AK4")
        assert [error["text"].split()[0] for error in one["errors"]] == [segment[0] for segment in errors], name
        for error, segment in zip(one["errors"], errors, strict=True):
            assert segment[4] == "" or segment[0][1:] == "K3" or segment[4] not in error["text"].split(), name
    assert read >= 6


def test_ta1s_are_read_alone_beside_a_997_and_with_long_dates(shared: Path) -> None:
    read = 0
    for kind in ("TA1", "997", "999", "277CA"):
        for name, simple, document in samples(shared, kind):
            if simple is not None:
                expected = [{"isa13": one[1], "code": one[4], "note": one[5]} for one in simple.all("TA1")]
                assert [ta1 for home in document["interchanges"] for ta1 in home["ta1"]] == expected, name
                read += len(expected)
    assert read == 6

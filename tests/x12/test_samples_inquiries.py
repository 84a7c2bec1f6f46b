"""Third-party 270, 271, 276, 277 and 278 files: every segment that says something is a row, held against a plain count."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from pm_pipeline.x12.envelope import Envelope, open_envelope
from pm_pipeline.x12.guides import guide_of, reader_of
from pm_pipeline.x12.segments import read_guide
from tests.x12.files import BLANK, reader, set_spans

# reader -> table -> the segments it has a row for
ROWS: dict[str, dict[str, tuple[str, ...]]] = {
    "271": {
        "level": ("HL",), "trace": ("TRN",), "reject": ("AAA",), "benefit": ("EB",), "inquiry": ("EQ",), "any_name": ("NM1",),
        "reference": ("REF",), "date": ("DTP",), "delivery": ("HSD",), "message": ("MSG",), "place_of_service": ("III",),
        "contact": ("PER",), "diagnosis": ("HI",), "header": ("ST",),
    },
    "277": {
        "level": ("HL",), "status": ("STC",), "line": ("SVC",), "reference": ("REF",), "date": ("DTP",), "contact": ("PER",),
        "header": ("ST",),
    },
    "278": {
        "level": ("HL",), "trace": ("TRN",), "reject": ("AAA",), "review": ("UM",), "decision": ("HCR",), "name": ("NM1",),
        "service": ("SV1", "SV2", "SV3"), "reference": ("REF",), "date": ("DTP",), "delivery": ("HSD",), "message": ("MSG",),
        "attachment": ("PWK",), "contact": ("PER",), "diagnosis": ("HI",), "header": ("ST",),
    },
}  # fmt: skip
# files that are not X12 from their first byte: notes before the ISA
NOT_X12 = {"271": 1, "277": 1, "278": 2}


def plain_count(envelope: Envelope, data: bytes) -> Counter[str]:
    """Segment ids of the whole file, counted from its bytes with nothing but the separators the ISA declares."""
    (marks,) = {one.delimiters for one in envelope.interchanges}
    pieces = (
        piece.strip(BLANK) for piece in data.removeprefix(b"\xef\xbb\xbf").split(marks.terminator.encode("latin-1"))
    )
    return Counter(piece.split(marks.element.encode("latin-1"))[0].decode("latin-1") for piece in pieces)


def guides_of(envelope: Envelope) -> set[str | None]:
    return {
        guide_of(each.st01, each.st03, group.gs08)
        for one in envelope.interchanges
        for group in one.groups
        for each in group.sets
    }


@pytest.mark.shared
@pytest.mark.parametrize("kind", ["270", "271", "276", "277", "278"])
def test_every_third_party_file_is_read_and_nothing_is_lost(kind: str, shared: Path) -> None:
    con, refused, checked = reader(), 0, Counter[str]()
    for path in sorted((shared / "samples" / kind).iterdir()):
        data = path.read_bytes()
        envelope = open_envelope(data)
        if not envelope.interchanges:
            assert [one.code for one in envelope.problems] == ["NOT_X12"], path.name
            refused += 1
            continue
        assert guides_of(envelope) == {kind}, path.name
        name = reader_of(kind)  # pyright: ignore[reportArgumentType]
        read_guide(con, name, set_spans(envelope))
        counted = plain_count(envelope, data)
        inside = Counter(dict(con.execute("SELECT tag, count(*) FROM x12_segment GROUP BY tag").fetchall()))
        outside = {"ISA", "GS", "GE", "IEA", ""}
        lost = {
            tag: counted[tag] - inside[tag] for tag in counted if tag not in outside and counted[tag] != inside[tag]
        }
        # one file has HL, NM1, HL before its ST
        assert lost == ({"HL": 2, "NM1": 1} if "unknown_segment_error" in path.name else {}), path.name
        for table, tags in ROWS[name].items():
            found = con.execute(
                f"SELECT count(*) FROM (SELECT DISTINCT set_id, segment_no FROM x12_{name}_{table})"
            ).fetchone()
            assert found == (sum(inside[tag] for tag in tags),), (path.name, table)
            checked[table] += sum(inside[tag] for tag in tags)
    con.close()
    assert refused == NOT_X12.get(kind, 0)
    vital = {"270": "inquiry", "271": "benefit", "276": "line", "277": "status", "278": "review"}[kind]
    assert checked[vital] >= 3

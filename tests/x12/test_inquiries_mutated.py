"""Broken 271, 277 and 278 files: any element may hold anything, segments may be missing, doubled or swapped; nothing raises or is lost."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from pm_pipeline.x12.envelope import open_envelope
from tests.x12.answers import read
from tests.x12.files import group, interchange, one_set, reader, render, set_spans
from tests.x12.test_read_271 import BODY as BODY_271
from tests.x12.test_read_277 import BODY as BODY_277
from tests.x12.test_read_278 import BODY as BODY_278
from tests.x12.test_samples_inquiries import ROWS

NASTY = (
    "", " ", "0", "-1", "1e9", "99999999999999999999999", "0.0001", ".", "-", "20261332", "00000000", "20260101-", "-20260101", "D8", "RD8",
    ":", "::::", "A:B:C:D:E:F:G:H:I", "^", "30^^30", "é", "'", "\\", "%", "[1]", "NULL", "HL", "Z" * 300,
)  # fmt: skip


def mutated(body: tuple[str, ...], chance: random.Random) -> list[str]:
    segments = list(body)
    for _ in range(chance.randint(1, 12)):
        place = chance.randrange(len(segments))
        kind = chance.randrange(5)
        if kind == 0 and len(segments) > 1:
            del segments[place]
        elif kind == 1:
            segments.insert(chance.randrange(len(segments)), segments[place])
        else:
            elements = segments[place].split("*")
            elements.insert(chance.randrange(1, len(elements) + 1), chance.choice(NASTY))
            if kind == 2:
                elements = [
                    elements[0],
                    *(chance.choice(NASTY) if chance.random() < 0.3 else one for one in elements[1:]),
                ]
            segments[place] = "*".join(elements)
    return segments


@pytest.mark.parametrize(
    ("name", "st01", "body"), [("271", "271", BODY_271), ("277", "277", BODY_277), ("278", "278", BODY_278)]
)
def test_nothing_raises_and_every_segment_is_a_row(name: str, st01: str, body: tuple[str, ...]) -> None:
    chance = random.Random(271)
    sets = [one_set(st01, f"{number:04}", *mutated(body, chance)) for number in range(400)]
    data = render(interchange(group(*sets)))
    envelope = open_envelope(data)
    assert len(set_spans(envelope)) == len(sets)
    con = reader()
    read(con, name, data)
    expected = Counter(segment.split("*")[0] for one in sets for segment in one)
    assert Counter(dict(con.execute("SELECT tag, count(*) FROM x12_segment GROUP BY tag").fetchall())) == expected
    for table, tags in ROWS[name].items():
        sql = f"SELECT count(DISTINCT (set_id, segment_no)) FROM x12_{name}_{table}"
        if table == "diagnosis":  # an HI may have lost all its codes
            continue
        assert con.execute(sql).fetchone() == (sum(expected[tag] for tag in tags),), table
    assert con.execute(f"SELECT sum(segments) FROM x12_{name}_header").fetchone() == (expected.total(),)
    con.close()

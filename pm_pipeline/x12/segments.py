"""Transaction sets as a relation: one row per segment, and a view per segment id with its elements by name.

``load_segments`` fills the temporary table ``x12_segment`` (set_id, file_id, segment_no, tag, e, component_separator),
where ``e`` is the list of elements, the tag first. ``name_elements`` makes a temporary view ``seg_clp`` with columns clp01,
clp02, ... so that no SQL speaks of bare offsets. The guides (read_*.sql) build on those.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from pm_pipeline.warehouse import load_rows, run_sql
from pm_pipeline.x12.envelope import Delimiters

# segment id -> how many elements its view names
ELEMENTS: dict[str, int] = {
    "AK1": 3, "AK2": 3, "AK9": 9, "AMT": 3, "BHT": 6, "BPR": 16, "CAS": 19, "CLP": 14, "CTX": 6, "CUR": 3, "DTM": 2,
    "HL": 4, "IK3": 4, "IK4": 4, "IK5": 6, "LQ": 2, "LX": 1, "MIA": 24, "MOA": 9, "N1": 4, "NM1": 9, "PLB": 14, "QTY": 2,
    "REF": 3, "SE": 2, "ST": 3, "STC": 12, "SVC": 7, "TA1": 5, "TRN": 4,
}  # fmt: skip


@dataclass(frozen=True)
class SetText:
    """A transaction set cut out of its file: text from ST to SE (or one TA1 segment), and where it begins."""

    set_id: str
    file_id: str
    first_segment_no: int
    delimiters: Delimiters
    text: str


def load_segments(con: duckdb.DuckDBPyConnection, sets: Iterable[SetText]) -> int:
    """Split the sets into ``x12_segment``; returns how many segments there are. Empty pieces keep their number and are
    left out, so that a number means the same place as in the envelope."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE x12_set_text (set_id VARCHAR, file_id VARCHAR, first_segment_no BIGINT, "
        "element_separator VARCHAR, component_separator VARCHAR, terminator VARCHAR, body VARCHAR)"
    )
    load_rows(
        con,
        "x12_set_text",
        ["set_id", "file_id", "first_segment_no", "element_separator", "component_separator", "terminator", "body"],
        [
            (one.set_id, one.file_id, one.first_segment_no, one.delimiters.element, one.delimiters.component,
             one.delimiters.terminator, one.text)
            for one in sets
        ],
    )  # fmt: skip
    run_sql(con, __package__ or "", "segments.sql")
    row = con.execute("SELECT count(*) FROM x12_segment").fetchone()
    return int(row[0]) if row else 0


def name_elements(con: duckdb.DuckDBPyConnection) -> None:
    """Make the temporary views seg_<tag> over ``x12_segment``; an empty element is NULL, blanks around it are gone."""
    for tag, count in ELEMENTS.items():
        named = ", ".join(
            f"nullif(trim(e[{place + 1}]), '') AS {tag}{place:02}".lower() for place in range(1, count + 1)
        )
        con.execute(
            f"CREATE OR REPLACE TEMP VIEW seg_{tag.lower()} AS "
            f"SELECT * EXCLUDE (e, tag), {named} FROM x12_segment WHERE tag = '{tag}'"
        )


def read_guide(con: duckdb.DuckDBPyConnection, guide: str, sets: Iterable[SetText]) -> int:
    """Load `sets` and run read_<guide>.sql (835, 277ca, 999, ta1), which leaves typed temporary tables.

    Returns how many segments were read; the caller holds them against what the envelope counted.
    """
    segments = load_segments(con, sets)
    name_elements(con)
    run_sql(con, __package__ or "", f"read_{guide}.sql")
    return segments

"""Transaction sets as a relation: one row per segment, and a view per segment id with its elements by name.

``load_segments`` fills the temporary table ``x12_segment`` (set_id, file_id, segment_no, tag, e, component_separator),
where ``e`` is the list of elements, the tag first. ``name_elements`` makes a temporary view ``seg_clp`` with columns clp01,
clp02, ... so that no SQL speaks of bare offsets. The guides (read_*.sql) build on those.

An 835 may be as large as its payer likes; read_835.py reads it in parts, with the same pieces (parts.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple

import duckdb
import numpy as np
import pyarrow as pa

from pm_pipeline.warehouse import run_sql
from pm_pipeline.warehouse.sql import sql_text
from pm_pipeline.x12 import values
from pm_pipeline.x12.chunk import Segments
from pm_pipeline.x12.parts import Part, Rows, SetFacts, SetPlace, SetText, component_of, cut_parts

__all__ = ["ELEMENTS", "SetText", "load_segments", "load_sets", "name_elements", "read_guide", "take_in"]

TABLES = ("x12_clp_row", "x12_svc_row", "x12_cas_row", "x12_elements_row", "x12_segment_row")

# segment id -> how many elements its view names
ELEMENTS: dict[str, int] = {
    "AK1": 3, "AK2": 3, "AK9": 9, "AMT": 3, "BHT": 6, "BPR": 16, "CAS": 19, "CLP": 14, "CTX": 6, "CUR": 3, "DTM": 2,
    "HL": 4, "IK3": 4, "IK4": 4, "IK5": 6, "LQ": 2, "LX": 1, "MIA": 24, "MOA": 9, "N1": 4, "NM1": 9, "PLB": 14, "QTY": 2,
    "REF": 4, "SE": 2, "ST": 3, "STC": 12, "SVC": 7, "TA1": 5, "TRN": 4,
    # 270/271, 276/277, 278, 997
    "AAA": 4, "AK3": 4, "AK4": 4, "AK5": 6, "CL1": 4, "DMG": 11, "DTP": 3, "EB": 14, "EQ": 5, "HCR": 4, "HI": 12,
    "HSD": 8, "III": 9, "INS": 17, "MSG": 3, "N3": 2, "N4": 7, "PER": 9, "PRV": 6, "PWK": 7, "SV1": 20, "SV2": 10,
    "SV3": 11, "UM": 10,
    # 837P
    "CLM": 20, "CN1": 6, "CR1": 10, "CR2": 12, "CR3": 3, "CRC": 7, "CTP": 5, "FRM": 5, "HCP": 15, "K3": 1, "LIN": 3,
    "MEA": 3, "NTE": 2, "OI": 6, "PAT": 9, "PS1": 3, "SBR": 9, "SV5": 7, "SVD": 6,
}  # fmt: skip


def load_segments(con: duckdb.DuckDBPyConnection, sets: Iterable[SetPlace]) -> int:
    """Split the sets into ``x12_segment``; returns how many segments there are. Empty pieces keep their number and are
    left out, so that a number means the same place as in the envelope."""
    facts: list[SetFacts] = []
    run_sql(con, __package__ or "", "segments.sql")
    for part in cut_parts(sets, facts, _every_segment):
        take_in(con, "segments_part.sql", part.marks, part.tables())
    load_sets(con, facts)
    run_sql(con, __package__ or "", "segments_done.sql")
    return sum(one.segments for one in facts)


def _every_segment(one: SetPlace, facts: SetFacts) -> Rows:
    def rows(segments: Segments, part: Part) -> None:
        found = np.flatnonzero(segments.filled)
        part.add(
            "x12_segment_row",
            lambda: {
                "set_no": np.full(len(found), facts.set_no, dtype=np.int32),
                "segment_no": found + segments.first_no,
                "segment": values.text(segments.buffer, segments.whole(found)),
                "component_separator": pa.repeat(component_of(one.delimiters), len(found)),
            },
        )

    return rows


def take_in(con: duckdb.DuckDBPyConnection, sql: str, marks: tuple[str, str], tables: dict[str, pa.Table]) -> None:
    """Run a file of SQL over the tables of a part, with a macro that splits a segment into its elements.

    DuckDB finds the tables as the variables that they are here: what is registered by name stays in memory until the
    transaction ends.
    """
    con.execute(f"CREATE OR REPLACE TEMP MACRO elements(segment) AS string_split(segment, chr({ord(marks[0])}))")
    x12_clp_row, x12_svc_row, x12_cas_row, x12_elements_row, x12_segment_row = map(tables.get, TABLES)  # noqa: RUF059
    con.execute(sql_text(__package__ or "", sql))


def load_sets(con: duckdb.DuckDBPyConnection, facts: Sequence[SetFacts], *, keep: bool = False) -> None:
    """Make ``x12_set``: one row per set that was cut, with what is known of it (SetFacts)."""
    con.execute(
        f"CREATE OR REPLACE {'' if keep else 'TEMP'} TABLE x12_set (set_no INTEGER, set_id VARCHAR, file_id VARCHAR, segments BIGINT, "
        "unreadable_segments BIGINT, unreadable_at BIGINT, stray_segments BIGINT, stray_at BIGINT, fingerprint VARCHAR)"
    )
    if facts:  # in the order of the columns
        columns = [list(column) for column in zip(*map(astuple, facts), strict=True)]
        con.execute(
            "INSERT INTO x12_set SELECT unnest($1), unnest($2), unnest($3), unnest($4), unnest($5), nullif(unnest($6), 0), unnest($7), "
            "nullif(unnest($8), 0), unnest($9)",
            columns,
        )


def name_elements(con: duckdb.DuckDBPyConnection) -> None:
    """Make the temporary views seg_<tag> over ``x12_segment`` (an empty element is NULL) and the macros guides share.

    They are made once for a connection: the table under them may be made anew.
    """
    made = con.execute("SELECT 1 FROM duckdb_views() WHERE temporary AND view_name = 'seg_st'").fetchone()
    if made is not None:
        return
    for tag, count in ELEMENTS.items():
        named = ", ".join(f"nullif(e[{place + 1}], '') AS {tag}{place:02}".lower() for place in range(1, count + 1))
        con.execute(
            f"CREATE OR REPLACE TEMP VIEW seg_{tag.lower()} AS "
            f"SELECT * EXCLUDE (e, tag), {named} FROM x12_segment WHERE tag = '{tag}'"
        )
    run_sql(con, __package__ or "", "shared_macros.sql")


def read_guide(con: duckdb.DuckDBPyConnection, guide: str, sets: Iterable[SetPlace]) -> int:
    """Load `sets` and run read_<guide>.sql (835, 277ca, 999, ta1, ...), which leaves typed temporary tables.

    Returns how many segments were read; the caller holds them against what the envelope counted.
    """
    if guide == "835":
        from pm_pipeline.x12.read_835 import read_835  # it builds on this module

        return read_835(con, sets)
    segments = load_segments(con, sets)
    name_elements(con)
    run_sql(con, __package__ or "", f"read_{guide}.sql")
    return segments

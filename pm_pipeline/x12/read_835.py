"""Reading 835 sets of any size into typed temporary tables, part by part."""

from __future__ import annotations

import re
from collections.abc import Iterable

import duckdb

from pm_pipeline.warehouse.sql import sql_text
from pm_pipeline.x12.parts import SetFacts, SetPlace, cut_parts, made
from pm_pipeline.x12.rows_835 import CUT_BEFORE, rows_of
from pm_pipeline.x12.segments import load_sets, take_in

HERE = __package__ or ""


def read_835(
    con: duckdb.DuckDBPyConnection,
    sets: Iterable[SetPlace],
    *,
    gates: bool = True,
    everything: bool = False,
    keep: bool = False,
    threads: int = 1,
) -> int:
    """Leave x12_835_payment, _claim, _line, _adjustment and _plb; returns how many segments were read.

    With `gates`, also _remark, _balance, which says of each claim what does not balance, and _sum, _fault and _doubt, of each set. With `everything`,
    x12_835_segment keeps every segment with its place (the CLP and SVC it stands under). With `keep`, the tables are
    not temporary ones. `threads` above one are for cutting and reading segments while DuckDB takes in those before; the
    connection is left set to as many.
    """
    facts: list[SetFacts] = []
    _run(con, "read_835.sql", keep)
    parts = cut_parts(sets, facts, rows_of(remarks=gates, everything=everything), CUT_BEFORE)
    if threads > 1:
        con.execute("SET threads = 1")  # a part is one batch: more threads of DuckDB's would only wait beside ours
    try:
        for part, tables in made(parts, threads):
            take_in(con, "read_835_part.sql", part.marks, tables)
            if everything:
                take_in(con, "read_835_more.sql", part.marks, tables)
    finally:
        if threads > 1:
            con.execute(f"SET threads = {threads}")
    load_sets(con, facts, keep=keep)
    _run(con, "read_835_done.sql", keep)
    if gates:
        _run(con, "read_835_gates.sql", keep)
    else:
        for name in ("remark", "balance", "sum", "fault", "doubt"):
            con.execute(f"DROP TABLE IF EXISTS x12_835_{name}")
    con.execute("DROP TABLE x12_835_elements")
    if not everything:
        con.execute("DROP TABLE x12_835_segment")
    return sum(one.segments for one in facts)


def _run(con: duckdb.DuckDBPyConnection, name: str, keep: bool) -> None:
    text = sql_text(HERE, name)
    if keep:  # a temporary table of the same name would stand before ours
        for kind, table in re.findall(r"CREATE OR REPLACE TEMP (TABLE|VIEW) (\w+)", text):
            con.execute(f"DROP {kind} IF EXISTS temp.main.{table}")
    con.execute(text.replace(" TEMP TABLE ", " TABLE ").replace(" TEMP VIEW ", " VIEW ") if keep else text)

"""Which claim each new charge row belongs to.

An encounter's charges of one entry date, provider and location make one claim, 50 lines at most. A row that corrects
or voids another belongs to the other's claim, so rows that name each other form a chain and a chain takes one line.
When part of a chain is loaded already, the rest follows it; otherwise the chain's first row decides by its own columns
(a correcting row repeats them, so the order of arrival does not matter).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb
import pandas as pd

from pm_pipeline.charges.claim_id import claim_id, line_id
from pm_pipeline.warehouse import run_sql

LINES_PER_CLAIM = 50

Group = tuple[str, dt.date, str, str]  # encounter_id, entered_on, provider_id, location_id


@dataclass(frozen=True)
class Row:
    """A charge row about to be loaded. chain_claim and chain_group are those of a loaded row of its chain."""

    charge_id: str
    original_charge_id: str | None
    group: Group
    lines_used: int  # lines of loaded chains in its group
    chain_claim: str | None
    chain_group: int | None


def complete(con: duckdb.DuckDBPyConnection, practice_id: str) -> list[str]:
    """Inside intake's unit of work: refuse second successors; give each fresh row claim_id, group_no and line_id."""
    run_sql(con, __package__ or "", "second_successor.sql")
    found = run_sql(con, __package__ or "", "fresh_rows.sql").fetchall()
    rows = [
        Row(charge, original, (encounter, entered_on, provider, location), lines, claim, number)
        for charge, original, encounter, entered_on, provider, location, lines, claim, number in found
    ]
    places = assign(rows, practice_id)
    frame = pd.DataFrame(
        {
            "charge_id": [row.charge_id for row in rows],
            "claim_id": [places[row.charge_id][0] for row in rows],
            "group_no": [places[row.charge_id][1] for row in rows],
            "line_id": [line_id(row.charge_id) for row in rows],
        }
    ).astype({"charge_id": "str", "claim_id": "str", "group_no": "int64", "line_id": "str"})
    con.register("charge_places", frame)
    try:
        con.execute(
            "CREATE OR REPLACE TEMP TABLE intake_extra AS SELECT row_no, claim_id, group_no, line_id, ? AS practice_id "
            "FROM intake_row JOIN intake_judged USING (row_no) JOIN charge_places USING (charge_id) "
            "WHERE verdict = 'fresh'",
            [practice_id],
        )
    finally:
        con.unregister("charge_places")
    return ["claim_id", "group_no", "line_id", "practice_id"]


def assign(rows: Iterable[Row], practice_id: str) -> dict[str, tuple[str, int]]:
    """charge_id -> (claim_id, group_no) of every row. Lines of a group are numbered in the order of their charge_id."""
    places: dict[str, tuple[str, int]] = {}
    next_line: dict[Group, int] = {}
    for chain in sorted(_chains(rows), key=lambda chain: chain[0].charge_id):
        first = chain[0]
        known = next(((row.chain_claim, row.chain_group) for row in chain if row.chain_claim), None)
        if known is not None and known[0] is not None and known[1] is not None:
            place = (known[0], known[1])
        else:
            line = next_line.get(first.group, first.lines_used)
            next_line[first.group] = line + 1
            number = 1 + line // LINES_PER_CLAIM
            place = (claim_id(practice_id, *first.group, number), number)
        places.update((row.charge_id, place) for row in chain)
    return places


def _chains(rows: Iterable[Row]) -> list[list[Row]]:
    """The rows that name each other, each chain from its first row on. A ring (nonsense) starts at its smallest id."""
    by_id = {row.charge_id: row for row in rows}
    successor = {row.original_charge_id: row for row in by_id.values() if row.original_charge_id}
    heads = [row for row in by_id.values() if row.original_charge_id not in by_id]
    chains = [_follow(head, successor) for head in heads]
    in_chain = {row.charge_id for chain in chains for row in chain}
    for charge_id in sorted(by_id.keys() - in_chain):
        if charge_id not in in_chain:
            ring = _follow(by_id[charge_id], successor)
            in_chain.update(row.charge_id for row in ring)
            chains.append(ring)
    return chains


def _follow(head: Row, successor: Mapping[str, Row]) -> list[Row]:
    chain = [head]
    while (row := successor.get(chain[-1].charge_id)) is not None and row is not head:
        chain.append(row)
    return chain

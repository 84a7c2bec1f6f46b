"""Holding the marts against the recomputation."""

from __future__ import annotations

from fractions import Fraction

import duckdb

from tests.marts.recompute import recomputed
from tests.marts.recompute.facts import Facts


def disagreements(con: duckdb.DuckDBPyConnection) -> tuple[list[str], int, int]:
    """What differs between the marts and Python, how many figures were compared, and how many of them had a value."""
    con.execute("SET threads = 2")
    kpis = {name for (name,) in con.execute("SELECT name FROM marts.definition WHERE kind = 'kpi'").fetchall()}
    stated = {
        (kpi, day): (numerator, denominator, value)
        for kpi, day, numerator, denominator, value in con.execute(
            "SELECT kpi, as_of_date, numerator, denominator, value FROM marts.kpi_summary"
        ).fetchall()
    }
    days = sorted({day for _, day in stated})
    wrong, valued = list[str](), 0
    for day in days:
        found = recomputed(Facts(con), day)
        assert set(found) == kpis, f"no recomputation, or no KPI: {sorted(set(found) ^ kpis)}"
        for kpi, (mine, of) in found.items():
            numerator, denominator, value = stated[kpi, day]
            is_percentile = kpi.endswith(("_median", "_p90"))
            theirs = (value if is_percentile else numerator) or 0
            valued += value is not None
            if not (_same(mine, theirs) and _same(of, denominator)):
                wrong.append(f"{kpi} at {day}: {mine}/{of} in Python, {theirs}/{denominator} in the marts")
    return wrong, len(days) * len(kpis), valued


def _same(mine: Fraction | None, theirs: object) -> bool:
    return abs(float(mine or 0) - float(str(theirs or 0))) < 0.000002

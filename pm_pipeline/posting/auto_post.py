"""How much of what payers sent posted with no person, by the one definition of the view posting.auto_post."""

from __future__ import annotations

import duckdb

COUNTED = ("lines", "claims", "payments", "cents")


def auto_posted(
    con: duckdb.DuckDBPyConnection, view: str = "posting.auto_post", payments: str | None = None
) -> dict[str, tuple[int, int]]:
    """What is counted (COUNTED) -> how much of it posted with no person, and how much there is.

    view: the same view of another warehouse, attached; payments: a query for the payment_ids to look at (None: all).
    """
    only = f"WHERE payment_id IN ({payments})" if payments else ""
    rows = con.execute(f"SELECT counted, sum(posted), sum(total) FROM {view} {only} GROUP BY counted").fetchall()
    found = {str(counted): (int(posted), int(total)) for counted, posted, total in rows}
    return {counted: found.get(counted, (0, 0)) for counted in COUNTED}

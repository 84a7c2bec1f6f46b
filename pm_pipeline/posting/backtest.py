"""What another policy would have done: every payment is posted again in a scratch warehouse, and the two are compared.

The scratch warehouse sees a copy of the real one (made under its lock, in a temporary folder beside it, removed
afterwards); the real one is only read. Everything posting wrote is made anew, in one go, as of the last day it was run;
everything else (claims, remittances, deposits, charges in the ledger, what people decided) is as it was.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from pm_pipeline.config import Config
from pm_pipeline.config.policy import PostingPolicy
from pm_pipeline.errors import WarehouseError
from pm_pipeline.posting.auto_post import auto_posted
from pm_pipeline.posting.run import run
from pm_pipeline.warehouse import Warehouse, run_sql

HERE = __package__ or ""
EXAMPLES = 5
# what a run of posting writes; everything else is looked at in the copy
WRITTEN = {
    "posting.posting_made", "posting.line_outcome_made", "posting.decision_made", "posting.taken_back", "posting.deferred", "posting.line_charge",
    "posting.exception", "posting.exception_closed",
    "posting.provider_adjustment_outcome", "posting.payment_posted", "posting.deposit_match", "posting.bank_return_posted",
    "scrub.claim_event",
    "ledger.account", "ledger.txn", "ledger.entry", "ledger.batch",
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """Payments (CLP04) or adjustments (CAS) whose outcome would be another, by what it was and what it would be.

    Rules are rule ids, or the exception's code where the outcome is `hold`. cents is what the payer stated, the other two what
    moved in the ledger. claims counts remittance claims; examples are our claim ids (else remit_claim_ids), at most five.
    """

    kind: str
    was: str
    was_rule: str
    would_be: str
    would_be_rule: str
    claims: int
    items: int
    cents: int
    was_moved_cents: int
    would_be_moved_cents: int
    examples: list[str]


@dataclass(frozen=True)
class Rate:
    """So many of `of` posted with no person (the view posting.auto_post), then and now."""

    was: int
    would_be: int
    of: int


@dataclass(frozen=True)
class Effect:
    """One account of the ledger (account:sub_account) that would stand elsewhere, over all payments; cents, debits positive."""

    account: str
    was_cents: int
    would_be_cents: int


@dataclass(frozen=True)
class Backtest:
    """What would have changed. Counts and rates are of payments effective on the days asked about; accounts of everything.

    other_claims: remittance claims of other days whose outcome would change too, because it builds on the former.
    """

    as_of: dt.date | None
    payments: int
    claims: int
    changed_claims: int
    other_claims: int
    changes: list[Change]
    auto_post: dict[str, Rate]
    accounts: list[Effect]


def backtest(
    warehouse: Warehouse,
    config: Config,
    policy: PostingPolicy,
    first: dt.date,
    last: dt.date,
    tell: Callable[[str], None] = lambda _: None,
) -> Backtest:
    """As if `policy` had been in force for payments effective from `first` to `last`, whatever its own dates.

    `tell` hears of each step. Raises WarehouseError when there is no warehouse to look at, or another version wrote it.
    """
    instead = replace(config, posting_policy=config.posting_policy.instead(policy, first, last))
    with _scratch(warehouse, tell) as con:
        as_of = _last_posted(con)
        if as_of is not None:
            _post_again(con, instead, as_of, tell)
        tell("comparing")
        run_sql(con, HERE, "backtest.sql", {"first": first, "last": last})
        return _compared(con, as_of, first, last)


@contextmanager
def _scratch(warehouse: Warehouse, tell: Callable[[str], None]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse in which nothing was posted yet, over a copy of this one attached as `past`."""
    if not warehouse.path.exists():
        raise WarehouseError(f"There is no warehouse at {warehouse.path} yet. Run `pm demo` or `pm run` first.")
    # beside the database: a copy of what patients are billed belongs in no other place
    with tempfile.TemporaryDirectory(prefix="backtest-", dir=warehouse.path.parent) as folder:
        copy = Path(folder) / "past.duckdb"
        tell("copying the warehouse")
        with warehouse.lock():
            shutil.copyfile(warehouse.path, copy)
            log = warehouse.path.with_name(warehouse.path.name + ".wal")
            if log.exists():
                shutil.copyfile(log, copy.with_name(copy.name + ".wal"))
        scratch = Warehouse(Path(folder) / "scratch.duckdb", warehouse.schemas[1:])
        with scratch.write() as con:
            named = str(copy).replace("'", "''")
            try:
                con.execute(f"ATTACH '{named}' AS past (READ_ONLY)")
            except duckdb.Error as problem:
                raise WarehouseError(
                    f"DuckDB {duckdb.__version__} cannot open a copy of {warehouse.path} ({type(problem).__name__}). "
                    "Run `pm ledger verify`; when it cannot open it either, restore the newest backup."
                ) from None
            _look_at_the_past(con, warehouse)
            yield con


def _look_at_the_past(con: duckdb.DuckDBPyConnection, warehouse: Warehouse) -> None:
    """Every table that posting does not write becomes a view of the copy; the ledger keeps what others posted."""
    wrote = dict(con.execute("SELECT schema_name, version FROM past.warehouse.schema_version").fetchall())
    other = [schema.name for schema in warehouse.schemas if wrote.get(schema.name) != schema.version]
    if other:
        raise WarehouseError(
            f"The tables of {', '.join(other)} in {warehouse.path} are those of another version of this program. "
            "Use the program version that wrote them."
        )
    stages = [schema.name for schema in warehouse.schemas if schema.name != "warehouse"]
    rows = con.execute(
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = 'past' AND schema_name IN "
        "(SELECT unnest(?)) ORDER BY 1",
        [stages],
    ).fetchall()
    for (name,) in rows:
        if name not in WRITTEN:
            con.execute(f"DROP TABLE IF EXISTS {name}; CREATE VIEW {name} AS FROM past.{name}")
    for name, columns in (("batch", "*"), ("txn", "*"), ("entry", "* EXCLUDE (entry_id)")):  # an id is not stored
        con.execute(
            f"INSERT INTO ledger.{name} BY NAME SELECT {columns} FROM past.ledger.{name} "
            "WHERE batch_no NOT IN (SELECT batch_no FROM past.ledger.batch WHERE name LIKE 'posting:%')"
        )


def _last_posted(con: duckdb.DuckDBPyConnection) -> dt.date | None:
    row = con.execute("SELECT max(posted_on) FROM past.posting.payment_posted").fetchone()
    return row[0] if row else None


def _post_again(
    con: duckdb.DuckDBPyConnection, config: Config, as_of: dt.date, tell: Callable[[str], None], number: int = 1
) -> None:
    """Run posting until a run posts nothing and no person decided about what it opened: the next one matches by the former."""
    tell(f"posting again, run {number}")
    run_id = f"backtest-{number}"
    posted = run(con, config, as_of, run_id)
    decided = con.execute(
        "SELECT 1 FROM posting.open_exception AS open JOIN posting.resolution USING (exception_id) WHERE open.run_id = ? LIMIT 1",
        [run_id],
    ).fetchone()
    if posted.claims or posted.reversals or decided:
        _post_again(con, config, as_of, tell, number + 1)


def _compared(con: duckdb.DuckDBPyConnection, as_of: dt.date | None, first: dt.date, last: dt.date) -> Backtest:
    changes = con.execute(
        "SELECT kind, was, was_rule, would_be, would_be_rule, count(DISTINCT remit_claim_id), count(*), sum(cents), "
        "sum(was_moved_cents), sum(would_be_moved_cents), list_sort(list(DISTINCT claim))[:$examples] "
        "FROM compared_change WHERE is_inside GROUP BY ALL "
        "ORDER BY kind DESC, sum(abs(cents)) DESC, was, was_rule, would_be, would_be_rule",
        {"examples": EXAMPLES},
    ).fetchall()
    payments, claims = _numbers(con, "SELECT count(DISTINCT payment_id), count(*) FROM compared_claim WHERE is_inside")
    inside, other = _numbers(
        con,
        "SELECT count(DISTINCT remit_claim_id) FILTER (is_inside), count(DISTINCT remit_claim_id) FILTER (NOT is_inside) "
        "FROM compared_change",
    )
    accounts = con.execute(
        "SELECT account || ':' || sub_account, sum(was), sum(would_be) FROM ("
        "SELECT account, sub_account, cents AS was, 0 AS would_be FROM past.ledger.entry "
        "UNION ALL SELECT account, sub_account, 0, cents FROM ledger.entry) "
        "GROUP BY 1 HAVING sum(was) <> sum(would_be) ORDER BY 1"
    ).fetchall()
    return Backtest(
        as_of,
        payments,
        claims,
        inside,
        other,
        [_change(row) for row in changes],
        _rates(con),
        [Effect(str(name), int(was), int(would)) for name, was, would in accounts],
    )


def _change(row: tuple[Any, ...]) -> Change:
    kind, was, was_rule, would_be, would_be_rule, *counts, examples = row
    claims, items, cents, was_moved, would_move = (int(value) for value in counts)
    return Change(
        kind, was, was_rule, would_be, would_be_rule, claims, items, cents, was_moved, would_move, list(examples)
    )


def _rates(con: duckdb.DuckDBPyConnection) -> dict[str, Rate]:
    """Posted with no person, of the payments asked about: before, and by the other policy."""
    inside = "SELECT payment_id FROM compared_claim WHERE is_inside"
    was, would = (auto_posted(con, f"{past}posting.auto_post", inside) for past in ("past.", ""))
    return {counted: Rate(posted, would[counted][0], total) for counted, (posted, total) in was.items()}


def _numbers(con: duckdb.DuckDBPyConnection, sql: str) -> list[int]:
    row = con.execute(sql).fetchone()
    return [int(value) for value in row] if row else []

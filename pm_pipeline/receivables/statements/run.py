"""One run over statements: end and open holds, withdraw what must not be sent, make what is due."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import duckdb

from pm_pipeline.config import Config
from pm_pipeline.config.statements import StatementPolicy
from pm_pipeline.errors import ConfigError
from pm_pipeline.posting.exceptions import kinds
from pm_pipeline.receivables.printed import phone
from pm_pipeline.warehouse import load_rows, number, run_sql, unit, utc_now

HERE = __package__ or ""
PLAN = "plan"
FOREVER_CENTS = 10**15


@dataclass(frozen=True)
class HoldRule:
    """One row of holds.csv. kind: always, policy (statements.yaml names it), person (somebody stops a claim with it).

    holds: claim, or the one charge of it that the reason names; guarantor: every line of the claim's guarantor or patient, later ones too.
    """

    code: str
    kind: str
    holds: str
    meaning: str
    fix: str


@dataclass
class Statements:
    """Counts after one run: statements made by level, what they ask for in cents, lines left out by code, withdrawn.

    is_past: a later day is known already, so that nothing was looked at and nothing is kept.
    """

    made: dict[str, int] = field(default_factory=dict)
    due_cents: int = 0
    held: dict[str, int] = field(default_factory=dict)
    withdrawn: int = 0
    is_past: bool = False


@cache
def hold_rules() -> dict[str, HoldRule]:
    """Every reason of holds.csv by its code."""
    text = resources.files(HERE).joinpath("holds.csv").read_text(encoding="utf-8")
    return {row["code"]: HoldRule(**row) for row in csv.DictReader(text.splitlines())}


def stop_codes() -> list[str]:
    """The reasons for which a person stops statements."""
    return [one.code for one in hold_rules().values() if one.kind == "person"]


def run(con: duckdb.DuckDBPyConnection, config: Config, today: dt.date, run_id: str) -> Statements:
    """Bring holds and statements to what is true at the end of `today`. Running it again changes nothing. Raises ConfigError.

    A day before what is known already is left as it was kept: what people and payers said since would be dated before they said it.
    """
    policy = config.statements.on(today)
    last = _last_day(con)
    if last is not None and today < last:
        return Statements(is_past=True)
    with unit(con, "statements", run_id) as work:
        params = find(con, config, today)
        kept = {"run_id": run_id, "recorded_at": utc_now(), "policy_id": config.statements.policy_id}
        run_sql(con, HERE, "keep.sql", {**params, **kept, "policy_version": policy.version})
        result = found(con)
        work.digest = ",".join(str(row[0]) for row in con.execute("SELECT statement_id FROM statement_now ORDER BY 1").fetchall())  # fmt: skip
    return result


def _last_day(con: duckdb.DuckDBPyConnection) -> dt.date | None:
    """The last day on which money moved, or a run or a person said something of statements; None before the first."""
    row = run_sql(con, HERE, "last_day.sql").fetchone()
    return row[0] if row else None


def find(con: duckdb.DuckDBPyConnection, config: Config, today: dt.date) -> dict[str, Any]:
    """What a run of `today` would do, in temporary tables: statement_now, statement_line_now, hold_now, statement_stale.

    Writes nothing to the warehouse. Returns the parameters it went by. Raises ConfigError.
    """
    policy = config.statements.on(today)
    _tell_policy(con, policy)
    params = {
        "today": today,
        "pay_by": today + dt.timedelta(policy.pay_within_days),
        "adult_age": policy.adult_age,
        "minimum_cents": policy.minimum_cents,
        "file_within_days": policy.file_within_days,
        "late_days": policy.payment_plans.late_days,
        "first_wait_days": policy.levels[0].wait_days,
        "phone": phone(config.practice.contact.phone),
    }
    for name in ("lines.sql", "holds.sql", "plans.sql", "stale.sql", "due.sql"):
        run_sql(con, HERE, name, params)
    return params


def found(con: duckdb.DuckDBPyConnection) -> Statements:
    """The counts of what ``find`` left in its tables."""
    made = con.execute("SELECT level, count(*) FROM statement_now GROUP BY 1 ORDER BY 1").fetchall()
    held = con.execute("SELECT code, count(*) FROM hold_now GROUP BY 1 ORDER BY 1").fetchall()
    return Statements(
        {str(level): int(count) for level, count in made},
        number(con, "SELECT sum(due_cents) FROM statement_now"),
        {str(code): int(count) for code, count in held},
        number(con, "SELECT count(*) FROM statement_stale"),
    )


def _tell_policy(con: duckdb.DuckDBPyConnection, policy: StatementPolicy) -> None:
    """The version in force as the temporary tables statement_level, statement_term, statement_rule and statement_harmless."""
    if unknown := sorted(set(policy.harmless_exceptions) - set(kinds())):
        raise ConfigError(
            f"statements.yaml: versions: version {policy.version}: harmless_exceptions: {unknown[0]!r} is no exception; the codes are "
            "in: pm exceptions codes"
        )
    con.execute("CREATE OR REPLACE TEMP TABLE statement_level (notice_no INTEGER, level VARCHAR, wait_days INTEGER, text VARCHAR)")  # fmt: skip
    plans = policy.payment_plans
    load_rows(
        con, "statement_level", ["notice_no", "level", "wait_days", "text"],
        [(0, PLAN, plans.wait_days, plans.text),
         *((place, one.level, one.wait_days, one.text) for place, one in enumerate(policy.levels, start=1))],
    )  # fmt: skip
    con.execute("CREATE OR REPLACE TEMP TABLE statement_term (from_cents BIGINT, to_cents BIGINT, months INTEGER)")
    steps = plans.steps()
    ends = [from_cents for from_cents, _ in steps[1:]] + [FOREVER_CENTS]
    load_rows(
        con, "statement_term", ["from_cents", "to_cents", "months"],
        [(from_cents, end, months) for (from_cents, months), end in zip(steps, ends, strict=True) if months],
    )  # fmt: skip
    con.execute("CREATE OR REPLACE TEMP TABLE statement_rule (code VARCHAR, holds VARCHAR)")
    load_rows(
        con, "statement_rule", ["code", "holds"],
        [(one.code, one.holds) for one in hold_rules().values() if one.kind != "policy" or one.code in policy.holds],
    )  # fmt: skip
    con.execute("CREATE OR REPLACE TEMP TABLE statement_harmless (code VARCHAR)")
    load_rows(con, "statement_harmless", ["code"], [(code,) for code in policy.harmless_exceptions])

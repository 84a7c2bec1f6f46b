"""Closing a month, and reopening it: once, in order, by a person who may, and only when every invariant holds."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

import duckdb

from pm_pipeline.audit.status import last_run_day
from pm_pipeline.audit.verify import verify
from pm_pipeline.config import Config
from pm_pipeline.desk import ActionLog
from pm_pipeline.errors import PmError
from pm_pipeline.warehouse import load_rows, number, records, run_sql, unit, utc_now

HERE = __package__ or ""
COLUMNS = (
    "close_id", "month", "edition", "first_on", "last_on", "after_close_id", "batch_no", "chain_seq", "chain_hash", "actor",
    "person_name", "person_title", "practice_name", "closed_on", "closed_at", "run_id",
)  # fmt: skip


@dataclass(frozen=True)
class Month:
    """A calendar month, written YYYY-MM."""

    text: str
    first_on: dt.date
    last_on: dt.date

    @classmethod
    def read(cls, text: str) -> Month:
        """The month of `text`. Raises PmError when it is none."""
        if not re.fullmatch(r"[12][0-9]{3}-(0[1-9]|1[0-2])", text):
            raise PmError(f"{text!r} is no month, such as 2026-10.")
        return cls.of(dt.date.fromisoformat(f"{text}-01"))

    @classmethod
    def of(cls, day: dt.date) -> Month:
        """The month a day lies in."""
        last = calendar.monthrange(day.year, day.month)[1]
        return cls(f"{day:%Y-%m}", day.replace(day=1), day.replace(day=last))

    def next(self) -> Month:
        """The month after it."""
        return Month.of(self.last_on + dt.timedelta(days=1))


def close(
    con: duckdb.DuckDBPyConnection,
    config: Config,
    month: Month,
    *,
    log: ActionLog,
    actor: str,
    today: dt.date,
    run_id: str,
    nothing_came: bool = False,
) -> str:
    """Freeze the month's figures in the name of a person with the role close; returns the close_id.

    log: of the desk, which the invariants hold against what was applied.

    The first closing may be of any month, and closes all before it; from then on every month follows the one before. Raises PmError,
    and closes nothing, when it is not over, closed already, out of order, or an invariant does not hold; or when no run landed
    or handled anything on its last day or later, so that it may not have been run to its end: nothing_came is the person's word that it was.
    """
    person = config.people.acting(actor, "close")
    newest = _newest(con)
    _refuse_the_time(con, month, today, nothing_came)
    _refuse_the_order(con, month, newest)
    _refuse_the_books(con, log)
    edition = number(con, "SELECT count(*) FROM closing.period WHERE month = ?", [month.text]) + 1
    close_id = f"{month.text}/{edition}"
    with unit(con, "closing.close", run_id) as work:
        (link,) = records(con, "SELECT seq, hash FROM warehouse.chain ORDER BY seq DESC LIMIT 1")
        batch_no = number(con, "SELECT max(batch_no) FROM ledger.batch")
        load_rows(
            con,
            "closing.period",
            COLUMNS,
            [(close_id, month.text, edition, month.first_on, month.last_on, newest["close_id"] if newest else None, batch_no,
              link["seq"], link["hash"], person.person, person.name, person.title, config.practice.name, today, utc_now(), run_id)],
        )  # fmt: skip
        run_sql(con, HERE, "freeze.sql", {"close_id": close_id})
        (sealed,) = records(con)
        work.digest = sealed["seal"]
    return close_id


def reopen(
    con: duckdb.DuckDBPyConnection,
    config: Config,
    month: Month,
    *,
    actor: str,
    reason: str,
    today: dt.date,
    run_id: str,
) -> str:
    """Take the closing of the last closed month back, in the name of a person with the role reopen; returns its close_id.

    The closing and its figures stay for ever; the month can be closed again as its next edition. Raises PmError.
    """
    person = config.people.acting(actor, "reopen").person
    if not reason.strip():
        raise PmError("A month is reopened for a reason: say why (--why).")
    newest = _newest(con)
    if newest is None or month.text > newest["month"]:
        raise PmError(f"{month.text} is not closed; `pm close --list` shows what is.")
    if month.text < newest["month"]:
        raise PmError(
            f"Months are reopened from the last one back, because each opens with the one before: reopen {newest['month']} first."
        )
    close_id: str = newest["close_id"]
    with unit(con, "closing.reopen", run_id) as work:
        load_rows(
            con,
            "closing.reopening",
            ["close_id", "actor", "reason", "reopened_on", "reopened_at", "run_id"],
            [(close_id, person, reason.strip(), today, utc_now(), run_id)],
        )
        (sealed,) = records(con, "SELECT seal FROM closing.seal WHERE close_id = ? AND act = 'reopen'", [close_id])
        work.digest = sealed["seal"]
    return close_id


def _newest(con: duckdb.DuckDBPyConnection) -> dict[str, Any] | None:
    found = records(con, "SELECT close_id, month, last_on FROM closing.closed ORDER BY last_on DESC LIMIT 1")
    return found[0] if found else None


def _refuse_the_time(con: duckdb.DuckDBPyConnection, month: Month, today: dt.date, nothing_came: bool) -> None:
    if today <= month.last_on:
        raise PmError(f"{month.text} is not over: it can be closed from {month.next().first_on} on; today is {today}.")
    ran = last_run_day(con)
    if (ran is None or ran < month.last_on) and not nothing_came:
        raise PmError(
            f"No run landed or handled anything after {ran or 'the beginning'}, so {month.text} may not have been run to its end. First: "
            f"pm run --to {month.last_on}. If that was done and nothing came, say so: --nothing-came"
        )
    row = con.execute("SELECT min(posted_on) FROM ledger.entry").fetchone()
    if row is None or row[0] is None or row[0] > month.last_on:
        raise PmError(f"Nothing was posted up to {month.last_on}, so there is nothing to close in {month.text}.")


def _refuse_the_order(con: duckdb.DuckDBPyConnection, month: Month, newest: dict[str, Any] | None) -> None:
    if newest is None:
        return
    follows = Month.read(newest["month"]).next().text
    if month.text == follows:
        return
    done = records(con, "SELECT close_id, actor, closed_on FROM closing.closed WHERE month = ?", [month.text])
    if done:
        raise PmError(
            f"{month.text} was closed on {done[0]['closed_on']} by {done[0]['actor']} ({done[0]['close_id']}). What was posted into it "
            f"since is late: pm close {month.text} --show"
        )
    if month.text < follows:
        raise PmError(
            f"{month.text} lies before the first closing, which closed every month up to it. The next one to close is {follows}."
        )
    raise PmError(f"Months are closed in order: after {newest['month']} comes {follows}, not {month.text}.")


def _refuse_the_books(con: duckdb.DuckDBPyConnection, log: ActionLog) -> None:
    kinds = records(
        con,
        "SELECT DISTINCT entry_kind FROM ledger.entry WHERE account = 'AR' AND closing.movement(entry_kind) IS NULL ORDER BY 1",
    )
    if kinds:
        names = ", ".join(one["entry_kind"] for one in kinds)
        raise PmError(
            f"The roll-forward has no column for A/R entries of kind {names}. Say in closing/schema.sql which it is."
        )
    if violations := verify(con, log=log):
        first = violations[0]
        raise PmError(
            f"A month is closed only when every invariant holds; {len(violations)} rows are at fault, the first: "
            f"{first.invariant} {first.item}: {first.text}. See: pm ledger verify"
        )

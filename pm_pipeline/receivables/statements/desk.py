"""What people do about statements: keep a claim off them, agree on a payment plan, send what was made. Each with a name and a reason."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pm_pipeline.config import Config
from pm_pipeline.console import dollars
from pm_pipeline.errors import PmError
from pm_pipeline.receivables.printed import Unprintable
from pm_pipeline.receivables.private_file import keep_private
from pm_pipeline.receivables.statements.reading import one_statement
from pm_pipeline.receivables.statements.run import find, stop_codes
from pm_pipeline.receivables.statements.statement_pdf import make_pdf
from pm_pipeline.receivables.statements.vendor import make_file
from pm_pipeline.warehouse import load_rows, number, unit, utc_now

SEND_AGAIN = (
    "Have the practice send the row of that patient, subscriber or provider again in Latin letters: the statement is then withdrawn, and "
    "the next run makes it anew."
)


@dataclass(frozen=True)
class Filed:
    """A file for the print vendor. path and pdf_folder None: nothing was sent. withdrawn: not sent, because it may not be any more.

    unprintable: statement ids that are not in it and wait, because their font has no letter for a name; each with that character.
    """

    path: Path | None
    pdf_folder: Path | None
    file_id: str
    statements: int
    lines: int
    due_cents: int
    withdrawn: int
    unprintable: dict[str, str]


def stop(
    con: duckdb.DuckDBPyConnection, config: Config, claim_id: str, code: str, *, actor: str, reason: str, today: dt.date, run_id: str
) -> str:  # fmt: skip
    """Keep a claim off statements from now on, or with a code that holds the guarantor (holds.csv) all of its guarantor and patient.

    Returns the stop's id, the old one when it is stopped for that already. Raises PmError.
    """
    actor = _named(config, actor, reason)
    if code not in stop_codes():
        raise PmError(f"A person stops statements for one of: {', '.join(stop_codes())}; not for {code!r}.")
    if not con.execute("SELECT 1 FROM scrub.claim WHERE claim_id = ?", [claim_id]).fetchone():
        raise PmError(f"There is no claim {claim_id!r}. `pm trace --encounter ID` finds one.")
    known = con.execute("SELECT stop_id FROM receivables.open_statement_stop WHERE claim_id = ? AND code = ?", [claim_id, code]).fetchone()  # fmt: skip
    if known:
        return str(known[0])
    with unit(con, "statements", run_id) as work:
        row = con.execute(
            "SELECT short_id('P', concat_ws('|', ?, ?, (SELECT count(*) FROM receivables.statement_stop WHERE claim_id = ? AND code = ?)))",
            [claim_id, code, claim_id, code],
        ).fetchone()
        stop_id = str(row[0]) if row else ""
        load_rows(
            con, "receivables.statement_stop",
            ["stop_id", "claim_id", "code", "actor", "reason", "stopped_on", "stopped_at", "run_id"],
            [(stop_id, claim_id, code, actor, reason.strip(), today, utc_now(), run_id)],
        )  # fmt: skip
        work.digest = f"stop {stop_id}"
    return stop_id


def resume(
    con: duckdb.DuckDBPyConnection, config: Config, claim_id: str, *, actor: str, reason: str, today: dt.date, run_id: str
) -> list[str]:  # fmt: skip
    """End every stop of a claim; returns their ids. Raises PmError when there is none."""
    actor = _named(config, actor, reason)
    found = con.execute("SELECT stop_id FROM receivables.open_statement_stop WHERE claim_id = ? ORDER BY 1", [claim_id]).fetchall()  # fmt: skip
    if not found:
        raise PmError(f"Nobody stopped the statements of claim {claim_id!r}. What is left out and why: pm statements list --held")  # fmt: skip
    ids = [str(row[0]) for row in found]
    with unit(con, "statements", run_id) as work:
        load_rows(
            con, "receivables.statement_resumed", ["stop_id", "actor", "reason", "resumed_on", "resumed_at", "run_id"],
            [(one, actor, reason.strip(), today, utc_now(), run_id) for one in ids],
        )  # fmt: skip
        work.digest = f"resume {' '.join(ids)}"
    return ids


def agree_plan(
    con: duckdb.DuckDBPyConnection, config: Config, guarantor_id: str, months: int, first_due_on: dt.date, *, actor: str, reason: str,
    today: dt.date, run_id: str,
) -> str:  # fmt: skip
    """Keep the payment plan a guarantor agreed to, over all that is on their next statement; returns its id.

    One that is paid, or whose claims are, is over and keeps off no other. Raises PmError.
    """
    actor = _named(config, actor, reason)
    find(con, config, today)
    if con.execute("SELECT 1 FROM plan_now WHERE guarantor_id = ? AND NOT is_over", [guarantor_id]).fetchone():
        raise PmError(f"{guarantor_id} has a payment plan already. End it first: pm statements plan {guarantor_id} --end")  # fmt: skip
    claims = con.execute(
        "SELECT claim_id, CAST(sum(due_cents) AS BIGINT) FROM patient_line WHERE guarantor_id = ? AND item_id NOT IN "
        "(SELECT item_id FROM hold_now WHERE code NOT IN ('FINAL_SENT', 'BELOW_MINIMUM')) GROUP BY 1 ORDER BY 1",
        [guarantor_id],
    ).fetchall()
    cents = sum(due for _, due in claims)
    if cents == 0:
        raise PmError(f"Nothing can be asked of {guarantor_id!r} now. What is left out and why: pm statements list --held")  # fmt: skip
    policy = config.statements.on(today)
    longest = policy.payment_plans.months(cents)
    if not 2 <= months <= longest:
        least = dollars(policy.payment_plans.min_monthly_cents)
        terms = f"2 to {longest} months" if longest else "no plan"
        raise PmError(f"For {dollars(cents)} statements.yaml allows {terms} (no instalment below {least}); {months} months are asked for.")  # fmt: skip
    if not today <= first_due_on <= today + dt.timedelta(45):
        raise PmError(f"The first instalment must be due within 45 days from {today}, not on {first_due_on}.")
    with unit(con, "statements", run_id) as work:
        row = con.execute(
            "SELECT short_id('Y', concat_ws('|', ?, (SELECT count(*) FROM receivables.payment_plan WHERE guarantor_id = ?)))",
            [guarantor_id, guarantor_id],
        ).fetchone()
        plan_id = str(row[0]) if row else ""
        load_rows(
            con, "receivables.payment_plan",
            ["plan_id", "guarantor_id", "cents", "months", "monthly_cents", "first_due_on", "policy_id", "policy_version", "actor", "reason",
             "agreed_on", "agreed_at", "run_id"],
            [(plan_id, guarantor_id, cents, months, -(-cents // months), first_due_on, config.statements.policy_id, policy.version, actor,
              reason.strip(), today, utc_now(), run_id)],
        )  # fmt: skip
        load_rows(
            con, "receivables.payment_plan_claim", ["plan_id", "claim_id", "cents", "run_id"],
            [(plan_id, claim_id, due, run_id) for claim_id, due in claims],
        )  # fmt: skip
        work.digest = f"plan {plan_id}"
    return plan_id


def end_plan(
    con: duckdb.DuckDBPyConnection, config: Config, guarantor_id: str, *, actor: str, reason: str, today: dt.date, run_id: str
) -> str:  # fmt: skip
    """End the payment plan of a guarantor: the dunning cycle goes on. Returns its id. Raises PmError when there is none."""
    actor = _named(config, actor, reason)
    row = con.execute("SELECT plan_id FROM receivables.open_payment_plan WHERE guarantor_id = ?", [guarantor_id]).fetchone()  # fmt: skip
    if row is None:
        raise PmError(f"{guarantor_id!r} has no payment plan.")
    with unit(con, "statements", run_id) as work:
        load_rows(
            con, "receivables.payment_plan_ended", ["plan_id", "actor", "reason", "ended_on", "run_id"],
            [(row[0], actor, reason.strip(), today, run_id)],
        )  # fmt: skip
        work.digest = f"plan ended {row[0]}"
    return str(row[0])


def file_statements(
    con: duckdb.DuckDBPyConnection, config: Config, folder: Path, *, actor: str, today: dt.date, run_id: str
) -> Filed:  # fmt: skip
    """Write every statement that waits, as one file for the print vendor and a PDF each, under `folder`, and keep that they are sent.

    What was held, paid or changed since it was made (stale.sql) is withdrawn first. A statement that cannot be printed waits and keeps back no other.
    Every page is made before the first is written; with nothing to send nothing is. Raises PmError.
    """
    actor = config.people.acting(actor, "money").person
    with unit(con, "statements", run_id) as work:
        find(con, config, today)
        con.execute("INSERT INTO receivables.statement_withdrawn SELECT statement_id, because, ?, ? FROM statement_stale", [today, run_id])  # fmt: skip
        withdrawn = number(con, "SELECT count(*) FROM statement_stale")
        waiting = con.execute(
            "SELECT statement_id FROM receivables.standing_statement WHERE status = 'made' ORDER BY zip, guarantor_id, statement_id"
        ).fetchall()
        made, pages, unprintable = [], {}, {}
        for (statement_id,) in waiting:
            head, lines = one_statement(con, statement_id)
            try:
                pages[statement_id] = _page(config, head, lines)
            except Unprintable as problem:
                unprintable[statement_id] = str(problem)
            else:
                made.append((head, lines))
        if not made:
            return Filed(None, None, "", 0, 0, 0, withdrawn, unprintable)
        file = make_file(made)
        file_id = hashlib.sha256(file.content).hexdigest()
        path = folder / f"statements-{today}-{file_id[:12]}.csv"
        pdf_folder = folder / path.stem
        for statement_id, page in pages.items():
            keep_private(pdf_folder / f"{statement_id}.pdf", page)
        keep_private(path, file.content)
        load_rows(
            con, "receivables.statement_file",
            ["file_id", "statements", "lines", "due_cents", "actor", "written_on", "written_at", "run_id"],
            [(file_id, file.statements, file.lines, file.due_cents, actor, today, utc_now(), run_id)],
        )  # fmt: skip
        load_rows(
            con, "receivables.statement_filed", ["statement_id", "file_id", "run_id"],
            [(one, file_id, run_id) for one in pages],
        )  # fmt: skip
        work.digest = f"file {file_id}"
    return Filed(path, pdf_folder, file_id, file.statements, file.lines, file.due_cents, withdrawn, unprintable)


def statement_pdf(config: Config, head: dict[str, Any], lines: list[dict[str, Any]]) -> bytes:
    """The page of one statement (rows of one_statement). Raises PmError naming it when its font has no letter for a name."""
    try:
        return _page(config, head, lines)
    except Unprintable as problem:
        raise PmError(
            f"Statement {head['statement_id']} has a character its font cannot print ({problem}). {SEND_AGAIN}"
        ) from None


def _page(config: Config, head: dict[str, Any], lines: list[dict[str, Any]]) -> bytes:
    return make_pdf(config.practice, config.statements.version(head["policy_version"]), head, lines)


def _named(config: Config, actor: str, reason: str) -> str:
    if not reason.strip():
        raise PmError("Say why (--why): whoever looks at it next reads it.")
    return config.people.acting(actor, "money").person

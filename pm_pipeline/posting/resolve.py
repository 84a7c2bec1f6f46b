"""A person's decision about an exception: checked, kept for ever, and acted on by the next run of posting like any rule."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

import duckdb

from pm_pipeline.config import Config
from pm_pipeline.errors import PmError
from pm_pipeline.posting.exceptions import ACTIONS, Kind, kinds
from pm_pipeline.warehouse import load_rows, records, unit, utc_now

TURNS = ("primary", "secondary", "tertiary")
DECISIONS = ("write_off", "transfer", "deny", "memo")
BOOKED = re.compile(r"[A-Z_]+(:[a-zA-Z0-9_]{1,30})?")
NEVER_BOOKED = ("AR", "BANK", "CASH_CLEARING", "REVENUE_GROSS", "UNAPPLIED")  # claims and cash have their own ways
WRITE_OFF = re.compile(r"(CONTRACTUAL|DENIAL_WO|BAD_DEBT|CHARITY|SMALL_BAL)(:[a-z_]{1,30})?")


@dataclass(frozen=True)
class Resolution:
    """What to do about an exception. target: what the action names (see ACTIONS), as posting.resolution keeps it."""

    action: str
    target: str | None = None
    decision: str | None = None
    account: str | None = None
    adjustment_id: str | None = None


def resolve(
    con: duckdb.DuckDBPyConnection,
    config: Config,
    exception_id: str,
    resolution: Resolution,
    *,
    actor: str,
    reason: str,
    today: dt.date,
    run_id: str,
) -> str:
    """Keep the decision; returns its resolution_id. Nothing is posted here: posting.run does that.

    Raises PmError when the actor is nobody of people.yaml with the role exceptions, when there is no such open exception, when
    the action does not fit it, or when what it names is not there.
    """
    if not actor.strip() or not reason.strip():
        raise PmError("A resolution needs the person who decides and the reason: an auditor will ask for both.")
    actor = config.people.acting(actor, "exceptions").person
    kind, item = _open_exception(con, exception_id)
    _check(con, kind, item, resolution)
    row = con.execute(
        "SELECT short_id('R', concat_ws('|', $id, (SELECT count(*) FROM posting.resolution WHERE exception_id = $id)))",
        {"id": exception_id},
    ).fetchone()
    resolution_id = str(row[0]) if row else ""
    with unit(con, "resolution", run_id) as work:
        load_rows(
            con,
            "posting.resolution",
            ["resolution_id", "exception_id", "action", "target", "decision", "account", "adjustment_id", "actor", "reason",
             "decided_on", "decided_at", "run_id"],
            [(resolution_id, exception_id, resolution.action, resolution.target, resolution.decision, resolution.account,
              resolution.adjustment_id, actor, reason.strip(), today, utc_now(), run_id)],
        )  # fmt: skip
        work.digest = resolution_id
    return resolution_id


def _open_exception(con: duckdb.DuckDBPyConnection, exception_id: str) -> tuple[Kind, dict[str, Any]]:
    found = records(
        con,
        "SELECT exception.*, because, closed.actor AS closed_by, closed_on FROM posting.exception "
        "LEFT JOIN posting.exception_closed AS closed USING (exception_id) WHERE exception_id = ?",
        [exception_id],
    )
    if not found:
        raise PmError(f"There is no exception {exception_id!r}. `pm exceptions list` shows the open ones.")
    item = found[0]
    if item["because"] is not None:
        raise PmError(
            f"Exception {exception_id} is closed since {item['closed_on']} ({item['because']}, by {item['closed_by']}). "
            "What was posted is undone by a reversal, not by deciding again."
        )
    return kinds()[item["code"]], item


def _check(con: duckdb.DuckDBPyConnection, kind: Kind, item: dict[str, Any], resolution: Resolution) -> None:
    action, target = resolution.action, resolution.target
    if action not in kind.actions:
        allowed = ", ".join(kind.actions) or "none, it resolves itself once the cause is mended"
        raise PmError(f"{kind.code} cannot be resolved by {action!r}. Possible: {allowed}. {kind.fix}")
    if resolution.adjustment_id is not None and action != "decide":
        raise PmError(f"--adjustment goes with decide alone: {action} is about {item['item_id']} as a whole.")
    option = ACTIONS[action].option
    if option is not None and not (resolution.decision if action == "decide" else target):
        raise PmError(f"{action} needs --{option}: {ACTIONS[action].meaning}.")
    if action == "match" and not _there(con, "SELECT 1 FROM scrub.claim WHERE claim_id = ?", target):
        raise PmError(
            f"There is no claim {target!r}. `pm trace --encounter ID` finds one by the practice's own number."
        )
    if action == "turn" and target not in TURNS:
        raise PmError(f"--turn is one of {', '.join(TURNS)}, not {target!r}.")
    if action == "reverse":
        _check_reversal(con, item, target or "")
    if action == "book":
        _check_account(con, target or "")
    if action == "place":
        _check_charge(con, item, target or "")
    if action == "decide":
        _check_decision(con, kind, item, resolution)


def _check_reversal(con: duckdb.DuckDBPyConnection, item: dict[str, Any], target: str) -> None:
    row = con.execute(
        "SELECT posted.paid_cents, later.posting_key FROM posting.posting AS posted "
        "LEFT JOIN posting.posting AS later ON later.reverses = posted.posting_key "
        "WHERE posted.remit_claim_id = ? AND posted.kind IN ('post', 'release') AND posted.reverses IS NULL",
        [target],
    ).fetchone()
    if row is None:
        raise PmError(f"No posted payment is called {target!r}. `pm exceptions show` proposes those that fit.")
    if row[1] is not None:
        raise PmError(f"{target} has been taken back already, by {row[1]}.")
    if row[0] != -item["cents"]:
        raise PmError(
            f"{target} paid {row[0]} cents, and this takes back {-item['cents']}: the rest would belong to nobody. "
            "Ask the payer for a reversal of the same amount."
        )


def _check_account(con: duckdb.DuckDBPyConnection, target: str) -> None:
    known = [row[0] for row in con.execute("SELECT account FROM ledger.account ORDER BY 1").fetchall()]
    possible = [name for name in known if name not in NEVER_BOOKED]
    if not BOOKED.fullmatch(target) or target.split(":")[0] not in possible:
        raise PmError(f"{target!r} is no account to book to, such as TAX_LEVY:state. Accounts: {', '.join(possible)}.")


def _check_charge(con: duckdb.DuckDBPyConnection, item: dict[str, Any], charge_id: str) -> None:
    row = con.execute("SELECT claim_id FROM charges.active_charge WHERE charge_id = ?", [charge_id]).fetchone()
    if row is None or row[0] != item["claim_id"]:
        raise PmError(f"Claim {item['claim_id']} has no charge {charge_id!r} in force; `pm trace` lists its charges.")


def _check_decision(con: duckdb.DuckDBPyConnection, kind: Kind, item: dict[str, Any], resolution: Resolution) -> None:
    decision, account = resolution.decision, resolution.account
    if decision not in DECISIONS:
        raise PmError(f"--as is one of {', '.join(DECISIONS)}, not {decision!r}.")
    if (decision == "write_off") != (account is not None):
        raise PmError("--account goes with --as write_off, and only with it; for example CONTRACTUAL:contract.")
    if account is not None and not WRITE_OFF.fullmatch(account):
        raise PmError(f"{account!r} is no account to write off to, such as CONTRACTUAL:contract or DENIAL_WO:timely.")
    if decision == "transfer" and kind.code == "PATIENT_BLOCKED":
        raise PmError(
            "A remark of this remittance says that the patient must not be billed, which --as transfer would do."
        )
    one = resolution.adjustment_id
    sql = "SELECT 1 FROM remittance.adjustment WHERE adjustment_id = ? AND remit_claim_id = ?"
    if one is not None and not _there(con, sql, one, item["remit_claim_id"]):
        raise PmError(f"{item['remit_claim_id']} has no adjustment {one!r}.")


def _there(con: duckdb.DuckDBPyConnection, sql: str, *values: str | None) -> bool:
    return con.execute(sql, list(values)).fetchone() is not None

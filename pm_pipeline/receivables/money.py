"""Money that people move by hand: patients' payments, refunds, small balances, bad debt, charity, collections.

Every movement is asked for by a person with a reason, kept for ever (receivables.money_action), limited by the balance it
touches and by config/money_policy.yaml, approved by a second person with the limit for it (config/people.yaml) where that says so, and posted once under its own key.
money_events.csv says which accounts each event moves.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import duckdb

from pm_pipeline import ledger
from pm_pipeline.config import Config
from pm_pipeline.console import dollars
from pm_pipeline.errors import PmError
from pm_pipeline.warehouse import Unit, load_rows, number, records, run_sql, unit, utc_now

HERE = __package__ or ""
METHODS = ("check", "card", "cash", "eft")
PARTIES = ("primary", "secondary", "tertiary", "patient")
FOLLOWS = {  # event -> what it may follow (--of)
    "allocate": ("patient_payment",),
    "refund_unapplied": ("patient_payment",),
    "refund_sent": ("refund", "refund_unapplied"),
    "refund_cleared": ("refund_sent",),
}


@dataclass(frozen=True)
class Event:
    """One row of money_events.csv; limit: what the amount may not exceed."""

    event: str
    debit: str
    credit: str
    entry_kind: str
    limit: str
    meaning: str


@dataclass(frozen=True)
class Wanted:
    """What a person asks for. cents None: as much as there is. party: whose credit balance a refund is."""

    event: str
    claim_id: str | None = None
    cents: int | None = None
    party: str | None = None
    method: str | None = None
    of_action_id: str | None = None


@dataclass(frozen=True)
class Asked:
    """What became of it: waiting for a second person, or posted."""

    action_id: str
    state: str
    cents: int


@cache
def events() -> dict[str, Event]:
    """Every event of money_events.csv."""
    text = resources.files(HERE).joinpath("money_events.csv").read_text(encoding="utf-8")
    return {row["event"]: Event(**row) for row in csv.DictReader(text.splitlines())}


def ask(
    con: duckdb.DuckDBPyConnection,
    config: Config,
    wanted: Wanted,
    *,
    actor: str,
    reason: str,
    today: dt.date,
    run_id: str,
) -> Asked:
    """Keep what a person asks for, and post it unless a second person must approve. PmError when it cannot be."""
    actor = _named(config, actor, reason)
    if wanted.event not in events():
        raise PmError(f"There is no event {wanted.event!r}. Events: {', '.join(events())}.")
    party = _party(con, wanted)
    limit, of_what = _limit(con, wanted, party)
    cents = wanted.cents if wanted.cents is not None else limit
    if cents is None:
        raise PmError(f"{wanted.event} needs an amount.")
    if cents <= 0 or (limit is not None and cents > limit):
        there = "" if limit is None else f": {of_what} {dollars(limit)}, what is asked for and waits taken off"
        raise PmError(f"{wanted.event} of {dollars(cents)} is not possible{there}.")
    rule = config.money_policy.rule(wanted.event)
    if rule and rule.max_cents is not None and cents > rule.max_cents:
        raise PmError(
            f"{wanted.event} is allowed up to {dollars(rule.max_cents)} ({rule.id}: {rule.why}); this is {dollars(cents)}."
        )
    second = rule is not None and rule.second_person_from_cents is not None and cents >= rule.second_person_from_cents
    claim_id = wanted.claim_id
    with unit(con, "money", run_id) as work:
        action_id = _new_id(con, wanted, cents)
        load_rows(
            con,
            "receivables.money_action",
            ["action_id", "event", "claim_id", "party", "cents", "method", "of_action_id", "needs_second", "policy_id", "policy_version",
             "rule_id", "actor", "reason", "decided_on", "decided_at", "run_id"],
            [(action_id, wanted.event, claim_id, party, cents, wanted.method, wanted.of_action_id, second, config.money_policy.policy_id,
              config.money_policy.version, rule.id if rule else "BALANCE", actor, reason.strip(), today, utc_now(), run_id)],
        )  # fmt: skip
        work.digest = action_id
        if not second:
            _post(con, config, work, action_id, today)
    return Asked(action_id, "waiting" if second else "posted", cents)


def answer(
    con: duckdb.DuckDBPyConnection,
    config: Config,
    action_id: str,
    *,
    approve: bool,
    actor: str,
    reason: str,
    today: dt.date,
    run_id: str,
) -> Asked:
    """Approve (and post) or refuse what waits for a second person, who must be another one. PmError when it cannot be."""
    actor = _named(config, actor, reason)
    row = con.execute(
        "SELECT state, actor, cents, event, claim_id, party, of_action_id FROM receivables.money_state WHERE action_id = ?",
        [action_id],
    ).fetchone()
    if row is None:
        raise PmError(f"There is no movement {action_id!r}. `pm money list --waiting` shows those that wait.")
    state, asked_by, cents, event, claim_id, party, of_action_id = row
    if state != "waiting":
        raise PmError(f"{action_id} is {state} already.")
    config.people.second(actor, "money", asked_by, int(cents) if approve else 0)
    if approve:  # the balance may have moved since
        limit, of_what = _limit(con, Wanted(event, claim_id, cents, None, None, of_action_id), party, besides=action_id)
        if limit is not None and cents > limit:
            raise PmError(f"{action_id} asks for {dollars(cents)}, but {of_what} {dollars(limit)} by now. Refuse it.")
    done = "approved" if approve else "refused"
    with unit(con, "money", run_id) as work:
        load_rows(
            con,
            "receivables.money_answer",
            ["action_id", "answer", "actor", "reason", "decided_on", "decided_at", "run_id"],
            [(action_id, done, actor, reason.strip(), today, utc_now(), run_id)],
        )
        work.digest = f"{action_id}:{done}"
        if approve:
            _post(con, config, work, action_id, today)
    return Asked(action_id, "posted" if approve else "refused", int(cents))


def _post(con: duckdb.DuckDBPyConnection, config: Config, work: Unit, action_id: str, today: dt.date) -> None:
    action = records(con, "SELECT * FROM receivables.money_action WHERE action_id = ?", [action_id])[0]
    parts = [(events()[action["event"]], "", action["cents"])]
    if action["event"] == "patient_payment":
        owed = max(0, _balance(con, action["claim_id"], "patient"))
        parts.append((events()["allocate"], ":allocation", min(action["cents"], owed)))
    for event, part, cents in parts:
        with ledger.proposals(con):
            _propose(con, config, event, action, f"money:{action_id}{part}", cents, today)
            ledger.post(con, work, f"money: {event.event}", today)


def _propose(
    con: duckdb.DuckDBPyConnection, config: Config, event: Event, action: dict[str, Any], key: str, cents: int, today: dt.date
) -> None:  # fmt: skip
    who = "patient" if action["party"] in ("patient", "collections") else "payer"
    debit, credit = (
        side.format(party=action["party"], who=who, method=action["method"]).split(":")
        for side in (event.debit, event.credit)
    )
    sign = -1 if credit[0] == "AR" else 1  # of the A/R, where one is touched
    (party, other) = (credit[1], debit) if sign == -1 else (debit[1], credit)
    params = {
        **action,
        "txn_key": key,
        "txn_kind": event.event,
        "entry_kind": event.entry_kind,
        "cents": cents,
        "today": today,
        "practice_id": config.practice.practice_id,
        "party": party,
        "sign": sign,
        "charge_id": None,
        "to_payer_id": None,
        "file_id": None,
        "segment_no": None,
        "account": other[0],
        "sub_account": other[1],
    }
    if "AR" in (debit[0], credit[0]):
        run_sql(con, HERE, "move.sql", params)
    else:
        into = {"account": debit[0], "sub_account": debit[1]}
        run_sql(con, HERE, "money.sql", {**params, **into, "from_account": credit[0], "from_sub_account": credit[1]})


def _named(config: Config, actor: str, reason: str) -> str:
    if not actor.strip() or not reason.strip():
        raise PmError("Money is moved by a person with a reason: say who and why.")
    return config.people.acting(actor, "money").person


def _party(con: duckdb.DuckDBPyConnection, wanted: Wanted) -> str:
    if wanted.event in FOLLOWS and wanted.event != "allocate":
        if wanted.claim_id is not None:
            raise PmError(f"{wanted.event} follows another movement (--of) and takes no claim.")
        row = con.execute(
            "SELECT party FROM receivables.money_action WHERE action_id = ?", [wanted.of_action_id]
        ).fetchone()
        return str(row[0]) if row else "patient"
    if not con.execute("SELECT 1 FROM scrub.claim WHERE claim_id = ?", [wanted.claim_id]).fetchone():
        raise PmError(f"There is no claim {wanted.claim_id!r}. `pm trace --encounter ID` finds one.")
    if "{method}" in events()[wanted.event].debit and wanted.method not in METHODS:
        raise PmError(f"{wanted.event} needs a method: {', '.join(METHODS)}.")
    if wanted.event == "refund":
        if wanted.party not in PARTIES:
            raise PmError(f"refund needs the party that is owed: {', '.join(PARTIES)}.")
        return wanted.party
    return "collections" if wanted.event == "recovery" else "patient"


def _limit(con: duckdb.DuckDBPyConnection, wanted: Wanted, party: str, besides: str = "") -> tuple[int | None, str]:
    """The most that can be moved, and what that is; what waits for a second person counts as moved."""
    kind = events()[wanted.event].limit
    waiting = number(
        con,
        "SELECT sum(cents) FROM receivables.money_state WHERE state = 'waiting' AND action_id <> ? AND claim_id = ? AND party = ? "
        "AND (event = 'refund') = ?",
        [besides, wanted.claim_id, party, kind == "credit"],
    )
    if kind == "credit":
        return max(0, -_balance(con, wanted.claim_id, party) - waiting), f"the credit balance of {party} is"
    if kind in ("open", "collections"):
        return max(0, _balance(con, wanted.claim_id, party) - waiting), f"{party} owes"
    if kind == "":
        return None, ""
    left, of_what = _of_action(con, wanted, besides)
    if wanted.event == "allocate" and (owed := max(0, _balance(con, wanted.claim_id, party))) < left:
        return owed, f"{party} owes"
    return left, of_what


def _of_action(con: duckdb.DuckDBPyConnection, wanted: Wanted, besides: str) -> tuple[int, str]:
    """What is left of the movement that this one follows."""
    allowed = FOLLOWS[wanted.event]
    row = con.execute(
        "SELECT event, state, cents FROM receivables.money_state WHERE action_id = ?", [wanted.of_action_id]
    ).fetchone()
    if row is None or row[0] not in allowed or row[1] != "posted":
        raise PmError(f"{wanted.event} follows a posted {' or '.join(allowed)}; name it with --of (`pm money list`).")
    followed = number(
        con,
        "SELECT sum(cents) FROM receivables.money_state WHERE of_action_id = ? AND action_id <> ? AND state <> 'refused'",
        [wanted.of_action_id, besides],
    )
    allocated = number(
        con,
        "SELECT sum(cents) FROM ledger.entry JOIN ledger.txn USING (txn_id) WHERE txn_key = ? AND account = 'UNAPPLIED'",
        [f"money:{wanted.of_action_id}:allocation"],
    )
    return max(0, int(row[2]) - followed - allocated), f"of {wanted.of_action_id} there is left"


def _balance(con: duckdb.DuckDBPyConnection, claim_id: str | None, party: str) -> int:
    return number(
        con,
        "SELECT sum(cents) FROM ledger.entry WHERE claim_id = ? AND account = 'AR' AND sub_account = ?",
        [claim_id, party],
    )


def _new_id(con: duckdb.DuckDBPyConnection, wanted: Wanted, cents: int) -> str:
    row = con.execute(
        "SELECT short_id('M', concat_ws('|', ?, ?, ?, (SELECT count(*) FROM receivables.money_action)))",
        [wanted.event, wanted.claim_id or wanted.of_action_id, cents],
    ).fetchone()
    return str(row[0]) if row else ""

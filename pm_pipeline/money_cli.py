"""`pm money`: what people move by hand, each with a name and a reason, some with a second person."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import uuid4

import click

from pm_pipeline.console import as_json, at_most, because, by_person, dollars, escape, out, print_json

SHOWN = (
    "action_id",
    "event",
    "state",
    "claim_id",
    "party",
    "cents",
    "of_action_id",
    "actor",
    "answered_by",
    "decided_on",
    "reason",
)


@click.group()
def money() -> None:
    """Patients' payments, refunds, small balances, bad debt, charity, collections.

    \b
    pm money events                                      every event, the accounts it moves and its limits
    pm money ask patient_payment --claim C... --amount 25.00 --method card --by YOU --why "copay at the desk"
    pm money ask refund --claim C... --party primary --by YOU --why "paid twice"     (all of the credit balance)
    pm money list --waiting                              what waits for a second person
    pm money approve M... --by SOMEBODY_ELSE --why "checked against the remittance"
    pm money ask refund_sent --of M... --by YOU --why "check 4711"

    Amounts are limited by the balance and by config/money_policy.yaml; people.yaml says who may approve how much. Everything is kept for ever and posts once.
    """


@money.command("events")
@as_json
def events_(json_: bool) -> None:
    """Every event: debit, credit, limit, who must agree."""
    from pm_pipeline.home import open_home
    from pm_pipeline.receivables.money import events

    policy = open_home().config.money_policy
    rows: list[dict[str, Any]] = []
    for one in events().values():
        rule = policy.rule(one.event)
        rows.append(
            {**asdict(one), "max_cents": rule.max_cents if rule else None,
             "second_person_from_cents": rule.second_person_from_cents if rule else None}
        )  # fmt: skip
    if json_:
        print_json(rows)
        return
    for row in rows:
        second = row["second_person_from_cents"]
        parts = [f"debit {row['debit']}, credit {row['credit']}"]
        parts += [f"up to {dollars(row['max_cents'])}"] if row["max_cents"] else []
        parts += (
            ["a second person approves" + (f" from {dollars(second)}" if second else "")] if second is not None else []
        )
        out.print(f"[bold]{row['event']}[/]  {escape('; '.join(parts))}\n    {escape(row['meaning'])}", soft_wrap=True)


@money.command()
@click.argument("event")
@click.option("--claim", "claim_id", help="Our claim (CLM01).")
@click.option("--amount", help="Dollars, such as 12.34; without it, all there is.")
@click.option("--party", help="refund: primary, secondary, tertiary or patient.")
@click.option("--method", help="patient_payment, recovery: check, card, cash or eft.")
@click.option("--of", "of_action_id", help="The movement this one follows.")
@by_person
@because
@as_json
def ask(event: str, amount: str | None, by: str, why: str, json_: bool, **said: str | None) -> None:
    """Move money, or ask a second person to agree. EVENT is one of `pm money events`."""
    from pm_pipeline.home import open_home
    from pm_pipeline.receivables import money as moving

    home = open_home()
    with home.write() as con:
        cents = None
        if amount is not None:
            row = con.execute("SELECT cents(?)", [amount]).fetchone()
            cents = row[0] if row else None
            if cents is None:
                raise click.UsageError(f"--amount {amount!r} is no amount, such as 12.34.")
        done = moving.ask(
            con, home.config, moving.Wanted(event, cents=cents, **said), actor=by, reason=why, today=home.today(),
            run_id=f"money-{uuid4()}",
        )  # fmt: skip
    _say(done, json_)


@money.command()
@click.argument("action_id")
@by_person
@because
@as_json
def approve(action_id: str, by: str, why: str, json_: bool) -> None:
    """Agree to what somebody else asked for; it posts."""
    _answer(action_id, True, by, why, json_)


@money.command()
@click.argument("action_id")
@by_person
@because
@as_json
def refuse(action_id: str, by: str, why: str, json_: bool) -> None:
    """Refuse what somebody else asked for; nothing posts."""
    _answer(action_id, False, by, why, json_)


@money.command("list")
@click.option("--waiting", is_flag=True, help="Only what waits for a second person.")
@click.option("--claim", "claim_id", help="Only of this claim.")
@at_most
@as_json
def list_(waiting: bool, claim_id: str | None, limit: int, json_: bool) -> None:
    """What people moved or asked for, the newest first."""
    from pm_pipeline.audit.render import print_rows
    from pm_pipeline.home import open_home

    with open_home().warehouse.read() as con:
        cursor = con.execute(
            f"SELECT {', '.join(SHOWN)} FROM receivables.money_state WHERE (NOT $waiting OR state = 'waiting') "
            "AND ($claim_id IS NULL OR claim_id = $claim_id) ORDER BY decided_at DESC, action_id",
            {"waiting": waiting, "claim_id": claim_id},
        )
        rows: list[dict[str, Any]] = [dict(zip(SHOWN, row, strict=True)) for row in cursor.fetchall()]
    if json_:
        print_json(rows)
    else:
        print_rows(out, f"{len(rows):,} movements", rows, limit)


def _answer(action_id: str, approve: bool, by: str, why: str, json_: bool) -> None:
    from pm_pipeline.home import open_home
    from pm_pipeline.receivables import money as moving

    home = open_home()
    with home.write() as con:
        done = moving.answer(
            con,
            home.config,
            action_id,
            approve=approve,
            actor=by,
            reason=why,
            today=home.today(),
            run_id=f"money-{uuid4()}",
        )
    _say(done, json_)


def _say(done: Any, json_: bool) -> None:
    if json_:
        print_json(asdict(done))
        return
    then = f" Somebody else: pm money approve {done.action_id} --by NAME --why TEXT" if done.state == "waiting" else ""
    out.print(f"{done.action_id}: {dollars(done.cents)} {done.state}.{then}")

"""`pm statements`: what patients are asked for, what is left out and why, and sending it."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import click

from pm_pipeline.console import DAY, as_json, at_most, because, by_person, dollars, escape, out, print_json

if TYPE_CHECKING:
    from pm_pipeline.home import Home


def _stop_code(_context: click.Context, _parameter: click.Parameter, code: str) -> str:
    from pm_pipeline.receivables.statements.run import stop_codes

    if code not in stop_codes():
        raise click.BadParameter(f"{code!r} is none of {', '.join(stop_codes())}.")
    return code


@click.group()
def statements() -> None:
    """Patients' statements: made each day when they are due, sent by `pm statements file`.

    \b
    pm statements preview                    what a run of today would send and leave out; nothing is kept
    pm statements list --unfiled             what was made and waits to be sent
    pm statements list --held                what is left out, why, and what to do; `codes` has every reason
    pm statements show S... --pdf            one statement, and its page under PM_HOME/statements
    pm statements file --by YOU              the print vendor's file and a PDF each; they are sent
    pm statements stop CLAIM --code DISPUTE --by YOU --why TEXT     and `resume CLAIM`
    pm statements plan ACCOUNT --months 6 --by YOU --why TEXT       and `plan ACCOUNT --end`
    pm statements plans                      payment plans: terms, paid, next instalment, kept or late

    When, how often, from which amount on and in which words is data: config/statements.yaml.
    """


@statements.command("list")
@click.option("--since", type=DAY, help="Only statements of this day and later.")
@click.option("--account", metavar="ACCOUNT", help="Only this guarantor's.")
@click.option("--unfiled", is_flag=True, help="Only what was not sent yet.")
@click.option("--held", is_flag=True, help="Instead: what is left out of statements, and why.")
@click.option("--code", metavar="CODE", help="With --held: only this reason.")
@click.option(
    "--words",
    is_flag=True,
    help="With --held: what people said when they stopped it, too; it may be about the patient.",
)
@at_most
@as_json
def list_(since: dt.datetime | None, account: str | None, unfiled: bool, held: bool, code: str | None, words: bool, limit: int, json_: bool) -> None:  # fmt: skip
    """The statements that stand, the newest first. Nothing about people: ids, codes, days, amounts."""
    from pm_pipeline.receivables.statements.reading import list_held, list_statements
    from pm_pipeline.receivables.statements.run import hold_rules

    if code is not None and (not held or code not in hold_rules()):
        raise click.UsageError(f"--code goes with --held and is one of: {', '.join(hold_rules())}.")
    if words and not held:
        raise click.UsageError("--words goes with --held.")
    with _home().warehouse.read() as con:
        if held:
            rows = [{**one, "fix": hold_rules()[one["code"]].fix} for one in list_held(con, code, words)]
        else:
            rows = list_statements(con, since.date() if since else None, account, unfiled)
    _rows(rows, f"{len(rows):,} lines left out" if held else f"{len(rows):,} statements", json_, limit)


@statements.command()
@click.argument("statement_id", metavar="ID")
@click.option("--pdf", is_flag=True, help="Write its page under PM_HOME/statements. It holds patient data.")
@as_json
def show(statement_id: str, pdf: bool, json_: bool) -> None:
    """One statement: level, amounts and lines. Names are on the page alone (--pdf)."""
    from pm_pipeline.receivables.private_file import keep_private
    from pm_pipeline.receivables.statements.desk import statement_pdf
    from pm_pipeline.receivables.statements.reading import LINE, one_statement

    home = _home()
    with home.warehouse.read() as con:
        head, lines = one_statement(con, statement_id)
    path = None
    if pdf:
        path = home.settings.statements_dir / f"{statement_id}.pdf"
        keep_private(path, statement_pdf(home.config, head, lines))
    hidden = ("name", "line1", "line2", "city", "state", "zip", "run_id")
    said = {name: value for name, value in head.items() if name not in hidden}
    shown = [{name: line[name] for name in LINE} for line in lines]
    if json_:
        print_json({**said, "lines": shown, "pdf": path})
        return
    status = f"withdrawn: {said['withdrawn_because']}" if said["withdrawn_because"] else "filed" if said["file_id"] else "made, not filed"  # fmt: skip
    out.print(f"[bold]Statement {statement_id}[/]  {said['statement_on']}  {said['level']}  account {escape(said['guarantor_id'])}  ({status})")  # fmt: skip
    out.print(f"Owed {dollars(said['due_cents'])}, past due {dollars(said['past_due_cents'])}; asked for {dollars(said['pay_now_cents'])} by {said['pay_by']}.")  # fmt: skip
    out.print(escape(said["message"]), soft_wrap=True)
    brief = ("charge_id", "patient_id", "responsible_days", "cycle_no")
    _rows([{name: value for name, value in line.items() if name not in brief} for line in shown], f"{len(shown):,} lines", False)  # fmt: skip
    if path:
        out.print(f"Written: {escape(str(path))}", soft_wrap=True)


@statements.command()
@as_json
def preview(json_: bool) -> None:
    """What a run of today would send, by level, and leave out, by reason. Nothing is kept."""
    from pm_pipeline.receivables.statements.run import find, found, hold_rules

    home = _home()
    with home.warehouse.read() as con:
        find(con, home.config, home.today())
        counts = asdict(found(con))
    if json_:
        print_json(counts)
        return
    made = ", ".join(f"{count:,} {level}" for level, count in counts["made"].items()) or "no statement"
    out.print(f"On {home.today()}: {made}; {dollars(counts['due_cents'])} in all; {counts['withdrawn']:,} unsent ones withdrawn.")  # fmt: skip
    held = [{"code": code, "lines": count, "meaning": hold_rules()[code].meaning, "fix": hold_rules()[code].fix} for code, count in counts["held"].items()]  # fmt: skip
    _rows(held, "Left out", False)


@statements.command("file")
@by_person
@as_json
def file_(by: str, json_: bool) -> None:
    """Send what waits: one CSV for the print vendor (docs/statements.md) and a PDF each, under PM_HOME/statements.

    What was held, paid or changed since it was made (its lines, names, address, payment plan) is withdrawn instead. What has a name that
    the font cannot print is told and waits. Again, it finds nothing to send.
    """
    from pm_pipeline.receivables.statements.desk import SEND_AGAIN, file_statements

    home = _home()
    with home.write() as con:
        done = file_statements(
            con, home.config, home.settings.statements_dir, actor=by, today=home.today(), run_id=f"statements-{uuid4()}"
        )  # fmt: skip
    if json_:
        print_json(asdict(done))
        return
    if done.path is None:
        out.print(f"Nothing sent; {done.withdrawn:,} withdrawn.")
    else:
        out.print(f"Written: {escape(str(done.path))}", soft_wrap=True)
        out.print(f"Pages:   {escape(str(done.pdf_folder))}", soft_wrap=True)
        out.print(f"{done.statements:,} statements, {done.lines:,} lines, {dollars(done.due_cents)}; {done.withdrawn:,} withdrawn.")  # fmt: skip
    if done.unprintable:
        named = ", ".join(f"{one} ({char})" for one, char in done.unprintable.items())
        out.print(f"{len(done.unprintable):,} not sent, with a character the font cannot print: {named}. {SEND_AGAIN}", soft_wrap=True)  # fmt: skip


@statements.command()
@click.argument("claim_id", metavar="CLAIM")
@click.option(
    "--code",
    metavar="CODE",
    callback=_stop_code,
    default="DISPUTE",
    show_default=True,
    help="Why: pm statements codes.",
)
@by_person
@because
@as_json
def stop(claim_id: str, code: str, by: str, why: str, json_: bool) -> None:
    """Keep a claim off statements (DISPUTE, OTHER_STOP), or all claims of its patient and account, later ones too.

    BANKRUPTCY and MAIL_RETURNED are about the person: one stop, of any claim, holds everything until that claim is resumed.
    """
    from pm_pipeline.receivables.statements import desk
    from pm_pipeline.receivables.statements.run import hold_rules

    home = _home()
    with home.write() as con:
        stop_id = desk.stop(con, home.config, claim_id, code, actor=by, reason=why, today=home.today(), run_id=f"statements-{uuid4()}")  # fmt: skip
    what = "its patient and account" if hold_rules()[code].holds == "guarantor" else claim_id
    _say({"stop_id": stop_id, "claim_id": claim_id, "code": code}, f"{stop_id}: no statement of {what} until: pm statements resume {claim_id}", json_)  # fmt: skip


@statements.command()
@as_json
def codes(json_: bool) -> None:
    """Every reason to leave a line out: whether a person sets it, what it holds, what it means and what to do."""
    from pm_pipeline.receivables.statements.run import hold_rules

    _rows([asdict(one) for one in hold_rules().values()], "Reasons", json_)


@statements.command()
@click.argument("claim_id", metavar="CLAIM")
@by_person
@because
@as_json
def resume(claim_id: str, by: str, why: str, json_: bool) -> None:
    """End what people stopped a claim's statements for."""
    from pm_pipeline.receivables.statements import desk

    home = _home()
    with home.write() as con:
        ids = desk.resume(con, home.config, claim_id, actor=by, reason=why, today=home.today(), run_id=f"statements-{uuid4()}")  # fmt: skip
    _say({"stop_ids": ids, "claim_id": claim_id}, f"{', '.join(ids)} ended; {claim_id} may be on statements again.", json_)  # fmt: skip


@statements.command()
@click.argument("account", metavar="ACCOUNT")
@click.option("--months", type=click.IntRange(2, 60), help="How many instalments.")
@click.option("--first-due", type=DAY, help="When the first one is due; default: in 30 days.")
@click.option("--end", is_flag=True, help="End the plan instead; reminders go on.")
@by_person
@because
@as_json
def plan(account: str, months: int | None, first_due: dt.datetime | None, end: bool, by: str, why: str, json_: bool) -> None:  # fmt: skip
    """Agree on a payment plan for all that an account owes, or end it. While it is kept, nothing of the account is dunned.

    It is over by itself when all of it is paid, or nothing is owed on its claims any more.
    """
    from pm_pipeline.receivables.statements import desk
    from pm_pipeline.receivables.statements.reading import plan_terms

    if end == (months is not None):
        raise click.UsageError("Give --months, or --end.")
    home = _home()
    who: dict[str, Any] = {"actor": by, "reason": why, "today": home.today(), "run_id": f"statements-{uuid4()}"}
    with home.write() as con:
        if months is None:
            plan_id = desk.end_plan(con, home.config, account, **who)
        else:
            due = first_due.date() if first_due else home.today() + dt.timedelta(30)
            plan_id = desk.agree_plan(con, home.config, account, months, due, **who)
        terms = plan_terms(con, plan_id)
    said = (
        "ended."
        if end
        else (
            f"agreed: {dollars(terms['cents'])} over {terms['claims']:,} claims in {terms['months']} monthly instalments of "
            f"{dollars(terms['monthly_cents'])} (the last {dollars(terms['last_cents'])}), the first due on {terms['first_due_on']}."
        )
    )
    _say({**terms, "account": account, "ended": end}, f"{plan_id}: {said}", json_)


@statements.command()
@click.option("--account", metavar="ACCOUNT", help="Only this guarantor's.")
@as_json
def plans(account: str | None, json_: bool) -> None:
    """The payment plans that are not over: terms, what is paid, what comes next, and whether each is kept or late."""
    from pm_pipeline.receivables.statements.reading import list_plans

    home = _home()
    with home.warehouse.read() as con:
        rows = list_plans(con, home.config, home.today(), account)
    _rows(rows, f"{len(rows):,} payment plans", json_)


def _home() -> Home:
    from pm_pipeline.home import open_home

    return open_home()


def _rows(rows: list[dict[str, Any]], title: str, json_: bool, limit: int | None = None) -> None:
    from pm_pipeline.audit.render import print_rows

    if json_:
        print_json(rows)
    else:
        print_rows(out, title, rows, limit or len(rows))


def _say(document: dict[str, Any], text: str, json_: bool) -> None:
    print_json(document) if json_ else out.print(escape(text), soft_wrap=True)

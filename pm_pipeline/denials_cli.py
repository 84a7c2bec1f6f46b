"""`pm denials`: the work list of refused lines, and what people do about them."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TextIO

import click

from pm_pipeline.console import as_json, at_most, because, by_person, err, escape, out, print_json

if TYPE_CHECKING:
    from pm_pipeline.home import Home
    from pm_pipeline.receivables.actions import Acted, Request

ACTIONS = ("correct_and_resubmit", "appeal", "write_off", "transfer", "close", "note", "assign", "undo")


class Dollars(click.ParamType):
    """An amount such as 125.50, as integer cents."""

    name = "DOLLARS"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The cents."""
        if isinstance(value, int):
            return value
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{2})?", value):
            self.fail(f"{value!r} is no amount; expected dollars with two decimals, such as 125.50.", param, ctx)
        return round(float(value) * 100)


@click.group()
def denials() -> None:
    """Refused lines: what to work next, what was done, and doing it.

    \b
    pm denials list --owner wren --overdue    the work list, most worth first
    pm denials show ID                        one denial: codes, root cause, work, timeline
    pm denials act ID appeal --by ... --why ...   what somebody did; posts what is to be posted
    pm denials approve ID --by ...            a second person approves a write-off (or refuses it)
    pm denials letter ID --by ...             an appeal letter as PDF under PM_HOME/letters

    Queues, owners, deadlines, people and letters are data: config/denial_workflow.yaml, people.yaml and letters.
    """


@denials.command("list")
@click.option("--queue", metavar="QUEUE", help="Only this queue.")
@click.option("--owner", metavar="OWNER", help="Only what this person or team owns now.")
@click.option("--payer", metavar="PAYER_ID", help="Only this payer.")
@click.option("--overdue", is_flag=True, help="Only what should have been done before today.")
@at_most
@as_json
def list_(queue: str | None, owner: str | None, payer: str | None, overdue: bool, limit: int, json_: bool) -> None:
    """The open denials, the one most worth working first. No names of people: ids, codes, days, amounts.

    Past its escalation day a denial stands under whom it escalates to.
    """
    from pm_pipeline.audit.render_denials import print_worklist
    from pm_pipeline.receivables.episodes import worklist
    from pm_pipeline.receivables.workflow import is_in_force

    home = _home()
    with home.warehouse.read() as con:
        rows = worklist(con, home.today(), queue, owner, payer, overdue=overdue)
        if not is_in_force(con, home.config.denials.workflow):
            err.print(
                "denial_workflow.yaml was changed since it was last used; the next run or action puts it in force."
            )
    print_json(rows) if json_ else print_worklist(out, rows, home.today(), limit)


@denials.command()
@click.argument("denial_id", metavar="ID")
@as_json
def show(denial_id: str, json_: bool) -> None:
    """One denial: what was refused and why, which edit would have stopped it, what to do, what happened."""
    from pm_pipeline.audit.render_denials import print_episode
    from pm_pipeline.receivables.episodes import show_episode

    home = _home()
    with home.warehouse.read() as con:
        found = show_episode(con, denial_id, home.today())
    print_json(found) if json_ else print_episode(out, found)


@denials.command()
@click.argument("denial_id", metavar="ID")
@click.argument("action", type=click.Choice(ACTIONS))
@by_person
@because
@click.option("--amount", type=Dollars(), help="write_off, transfer: how much; default: all that is open.")
@click.option("--reason", help="write_off, close: a reason of denial_workflow.yaml.")
@click.option(
    "--frequency",
    type=click.Choice(["7", "1"]),
    help="correct_and_resubmit: replacement or new claim; default: what the payer wants.",
)
@click.option("--level", type=click.IntRange(1, 9), help="appeal: which level; default: the next.")
@click.option("--to", "to", help="transfer: next or patient. assign: a person (id or name) or team.")
@click.option("--target", help="undo: the action to take back.")
@click.option(
    "--due", type=click.DateTime(["%Y-%m-%d"]), help="When to look at it again; default: what the queue says."
)
@click.option("--late", is_flag=True, help="appeal: after the payer's last day.")
@as_json
def act(
    denial_id: str, action: str, by: str, why: str, amount: int | None, reason: str | None, frequency: str | None, level: int | None,
    to: str | None, target: str | None, due: dt.datetime | None, late: bool, json_: bool,
) -> None:  # fmt: skip
    """Record what somebody did about a denial, and do what it means. Nothing is ever changed; saying it twice adds nothing.

    \b
    correct_and_resubmit  what was wrong is corrected: the claim goes out again (7, or 1 where the payer wants it)
    appeal                an appeal was sent; the last letter of its level is named in it
    write_off             asks a second person for approval; posts to DENIAL_WO when it comes
    transfer              the balance becomes the next payer's or the patient's, where nothing forbids it
    close, note, assign   ends it; says something; gives it to somebody
    undo                  takes back a write-off, transfer or closing (--target ACTION_ID); entries are reversed

    \b
    Exit 0: done, or recorded before.   Exit 1: it may not be done; nothing was recorded.   Exit 2: used wrongly.
    """
    from pm_pipeline.receivables.actions import Request

    request = Request(
        denial_id, action, by, why, cents=amount, reason=reason, frequency=frequency, level=level, party=to if action == "transfer" else None,
        owner=to if action == "assign" else None, target_action_id=target, due_on=due.date() if due else None, is_late=late,
    )  # fmt: skip
    if action == "transfer" and to not in (None, "next", "patient"):
        raise click.UsageError("--to: a transfer goes to `next` or to `patient`.")
    if action == "undo" and target is None:
        raise click.UsageError("undo needs --target ACTION_ID; the ids are in: pm denials show ID")
    _say(_do(_home(), request), json_)


@denials.command()
@click.argument("given", metavar="ID")
@by_person
@click.option("--why", default="checked", show_default=True, help="What was checked, or why it is refused.")
@click.option("--refuse", is_flag=True, help="Refuse it instead; nothing is posted.")
@as_json
def approve(given: str, by: str, why: str, refuse: bool, json_: bool) -> None:
    """Approve the write-off that waits (ID: of the denial or of the write-off), as a second person; it posts at once.

    Who may approve how much is in people.yaml. Nobody approves what they asked for.
    """
    from pm_pipeline.receivables.actions import Request
    from pm_pipeline.receivables.episodes import find_approval

    home = _home()
    with home.warehouse.read() as con:
        denial_id, action_id = find_approval(con, given)
    action = "refuse" if refuse else "approve"
    _say(_do(home, Request(denial_id, action, by, why, target_action_id=action_id)), json_)


@denials.command()
@click.argument("denial_id", metavar="ID")
@by_person
@click.option("--argument", help="What only a person can say: the paragraphs between the facts and the request.")
@click.option("--argument-file", type=click.File(encoding="utf-8"), help="The same, from a text file.")
@click.option("--template", help="A file of config/letters, without .md; default: the queue's own.")
@click.option("--level", type=click.IntRange(1, 9), help="Level of the appeal; default: the next.")
@as_json
def letter(
    denial_id: str, by: str, argument: str | None, argument_file: TextIO | None, template: str | None, level: int | None, json_: bool
) -> None:  # fmt: skip
    """Write an appeal letter as a PDF and record it by its sha256. It holds patient data.

    It lies under PM_HOME/letters, readable by you alone, named by the denial. Send it, then say so: pm denials act ID appeal.
    """
    from pm_pipeline.receivables.letters import write_and_record

    text = argument_file.read() if argument_file else argument
    if not (text or "").strip():
        raise click.UsageError("Give --argument or --argument-file: why the payer is wrong is not in the data.")
    home, run_id = _home(), str(uuid.uuid4())
    with home.write() as con:
        written, acted = write_and_record(
            con, home.config, home.settings.letters_dir, denial_id, by=by, argument=(text or "").strip(), template=template, level=level,
            today=home.today(), run_id=run_id,
        )  # fmt: skip
    if json_:
        print_json({"denial_id": denial_id, "path": written.path, "sha256": written.sha256, "template": written.template,
                    "level": written.level, "action_id": acted.action_id, "is_new": acted.is_new})  # fmt: skip
    else:
        out.print(f"Written: {escape(str(written.path))}", soft_wrap=True)
        out.print(
            f"sha256 {written.sha256}, recorded as {acted.action_id}. When it is sent: pm denials act {denial_id} appeal"
        )


def _home() -> Home:
    from pm_pipeline.home import open_home

    return open_home()


def _do(home: Home, request: Request) -> Acted:
    from pm_pipeline.receivables.actions import act as record

    with home.write() as con:
        return record(con, home.config, request, home.today(), str(uuid.uuid4()))


def _say(acted: Acted, json_: bool) -> None:
    if json_:
        print_json(asdict(acted))
    else:
        out.print(f"{acted.action} {acted.action_id}: {escape(acted.effect)}", soft_wrap=True)

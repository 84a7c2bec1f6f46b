"""`pm desk`: the action log behind the pages: what people did, what became of it, and applying what waits."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import click

from pm_pipeline.console import as_json, by_person, escape, out, plain, print_json

if TYPE_CHECKING:
    from pm_pipeline.desk import Action, ItemState, Outcome

SHOWN = ("line", "said_at", "person", "kind", "item", "action", "why", "outcome", "message")


@click.group()
def desk() -> None:
    """What people do in pages: logged at once, applied by the next run through the same functions as the other commands.

    \b
    pm desk log --waiting                    what no run has applied yet
    pm desk show denial DENIAL_ID            one item: who is on it, whose it is, what waits, what became of the rest
    pm desk act denial DENIAL_ID appeal --by YOU --why "sent by fax"
                                             say something, as a page does
    pm desk apply                            apply it now; `pm run` does it every day, before the edits and before posting
    pm desk kinds                            every kind of item, its actions and their arguments

    The log is PM_HOME/desk/actions.jsonl: append-only, each line holding the hash of the one before. `pm ledger verify` checks it
    against what was applied. Who may do what is people.yaml; a page never writes to the warehouse.
    """


@desk.command()
@as_json
def kinds(json_: bool) -> None:
    """Every kind of work item, what its id is, and what may be done on it with which arguments."""
    from pm_pipeline.desk.vocabulary import arguments, deeds
    from pm_pipeline.desk.vocabulary import kinds as known

    if json_:
        print_json({"kinds": [asdict(one) for one in known().values()], "actions": [asdict(one) for one in deeds().values()],
                    "arguments": [asdict(one) for one in arguments().values()]})  # fmt: skip
        return
    for kind in known().values():
        out.print(f"[bold]{kind.kind}[/]  {kind.meaning} [dim]({kind.item}; role {kind.role})[/]", soft_wrap=True)
        for one in (each for each in deeds().values() if each.kind == kind.kind):
            given = " ".join([*one.required, *(f"[{name}]" for name in one.optional)])
            out.print(f"    {one.action} {escape(given)}  [dim]{escape(one.meaning)}[/]", soft_wrap=True)
    for one in arguments().values():
        out.print(f"[bold]{one.argument}[/]  {one.shape}  [dim]{escape(one.meaning)}[/]", soft_wrap=True)


@desk.command("log")
@click.option("--waiting", is_flag=True, help="Only what no run has applied or refused yet.")
@click.option("--refused", is_flag=True, help="Only what a run has refused.")
@click.option("--kind", help="Only this kind of item.")
@click.option("--person", help="Only what this person did.")
@click.option(
    "--limit", type=click.IntRange(1), default=50, show_default=True, help="How many of the newest; --json has all."
)
@as_json
def log_(waiting: bool, refused: bool, kind: str | None, person: str | None, limit: int, json_: bool) -> None:
    """What people did, in order, with what became of it. Reads the log alone: no run is in its way."""
    from pm_pipeline.audit.render import rows_table
    from pm_pipeline.desk import ActionLog
    from pm_pipeline.desk.reading import OF_THE_LOG_ALONE
    from pm_pipeline.home import open_home

    log = ActionLog(open_home().settings.desk_dir)
    outcomes = log.outcomes()
    said = [
        (one, outcomes.get(one.action_id))
        for one in log.actions()
        if kind in (None, one.kind) and person in (None, one.by)
    ]
    if waiting:
        said = [(one, became) for one, became in said if became is None and one.action not in OF_THE_LOG_ALONE]
    if refused:
        said = [(one, became) for one, became in said if became is not None and became.outcome == "refused"]
    found = [_row(one, became) for one, became in said]
    if json_:
        print_json(found)
        return
    if not found:
        out.print("Nothing.")
        return
    shown = [{name: row[name] for name in SHOWN} for row in found[-limit:]]
    out.print(
        rows_table(f"{len(found):,} actions", [{name: _cell(value) for name, value in row.items()} for row in shown])
    )
    for one in log.torn():
        out.print(
            f"[yellow]Line {one.seq}:[/] a crash left {one.bytes} bytes of an unfinished line; they are kept in desk/{one.kept_as}."
        )


@desk.command()
@click.argument("kind")
@click.argument("item")
@as_json
def show(kind: str, item: str, json_: bool) -> None:
    """One item of work, from the log alone: who is on it, whose it is, what waits for the next run, what became of the rest."""
    from pm_pipeline.desk import ActionLog
    from pm_pipeline.home import open_home

    state = ActionLog(open_home().settings.desk_dir).state(kind, item)
    if json_:
        print_json(_document(state))
        return
    if not state.last_seq:
        out.print("Nothing was said about it at the desk.")
    if state.on_it is not None:
        out.print(f"[bold]{state.on_it.person}[/] is on it since {state.on_it.since:%Y-%m-%d %H:%M} UTC.")
    if state.owner is not None:
        out.print(f"Given to {escape(state.owner)}.")
    for one, became in state.answered:
        out.print(f"{_words(one)}  [dim]{became.outcome}: {escape(plain(became.message))}[/]", soft_wrap=True)
    for one in state.waiting:
        out.print(f"{_words(one)}  [yellow]waits for the next run[/]", soft_wrap=True)


@desk.command()
@click.argument("kind")
@click.argument("item")
@click.argument("action")
@click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="NAME=VALUE",
    help="An argument (pm desk kinds); values.COLUMN=VALUE for fix.",
)
@click.option("--seen", type=click.IntRange(0), help="last_seq of the item when you looked (pm desk show --json).")
@by_person
@click.option("--why", default="", help="The reason, in your words, for whoever looks at it next; no patient's name.")
@as_json
def act(
    kind: str, item: str, action: str, sets: tuple[str, ...], seen: int | None, by: str, why: str, json_: bool
) -> None:
    """Log an action, as a page does. Amounts are cents. It is applied by the next run, or `pm desk apply`.

    \b
    Exit 0: logged.   Exit 1: it cannot be meant so, you may not, or somebody else came first.   Exit 2: used wrongly.
    """
    from pm_pipeline.desk import ActionLog, record
    from pm_pipeline.home import open_home

    home = open_home()
    said = record(
        home.config, ActionLog(home.settings.desk_dir), by=by, kind=kind, item=item, action=action, why=why, arguments=_arguments(sets), seen=seen
    )  # fmt: skip
    if json_:
        print_json(_row(said, None))
    else:
        out.print(f"Logged as {said.action_id}, line {said.seq}. The next run applies it, or now: pm desk apply")


@desk.command()
@as_json
def apply(json_: bool) -> None:
    """Apply what waits, each action in a unit of work of its own. What may not be done is kept as refused, with the reason.

    Money and denials move at once; held claims are judged, and exceptions posted, by the next `pm run`.

    \b
    Exit 0: everything that waited was applied, or nothing waited.
    Exit 1: something was refused (it says why), or the log is not whole.
    """
    from pm_pipeline.desk.apply import apply as apply_log
    from pm_pipeline.home import open_home

    home = open_home()
    with home.write() as con:
        done = apply_log(
            con, home.config, home.settings.desk_dir, home.settings.letters_dir, home.today(), f"desk-{uuid4()}"
        )
    if json_:
        print_json(asdict(done))
    else:
        for one in done.outcomes:
            colour = "green" if one.outcome == "applied" else "yellow"
            out.print(f"[{colour}]{one.outcome}[/] {one.action_id}  {escape(plain(one.message))}", soft_wrap=True)
        out.print(f"{done.applied} applied, {done.refused} refused.")
        if done.fault is not None:
            out.print(f"[red]{escape(done.fault)}[/]", soft_wrap=True)
    if done.refused or done.fault is not None:
        raise SystemExit(1)


def _arguments(sets: tuple[str, ...]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for one in sets:
        name, is_there, value = one.partition("=")
        if not is_there or not name:
            raise click.UsageError(f"--set {one!r}: expected NAME=VALUE, such as cents=1250.")
        if name.startswith("values."):
            given.setdefault("values", {})[name.removeprefix("values.")] = value
        else:
            given[name] = value
    return given


def _row(said: Action, became: Outcome | None) -> dict[str, Any]:
    return {
        "line": said.seq, "action_id": said.action_id, "said_at": said.at.isoformat(timespec="seconds") + "Z", "person": said.by,
        "kind": said.kind, "item": said.item, "action": said.action, "arguments": dict(said.arguments), "why": said.why,
        "generation": said.generation, "outcome": became.outcome if became else None, "message": became.message if became else None,
        "made": became.made if became else None, "run_id": became.run_id if became else None,
    }  # fmt: skip


def _document(state: ItemState) -> dict[str, Any]:
    return {
        "kind": state.kind, "item": state.item, "on_it": asdict(state.on_it) if state.on_it else None, "owner": state.owner,
        "waiting": [_row(one, None) for one in state.waiting], "answered": [_row(one, became) for one, became in state.answered],
        "last_seq": state.last_seq,
    }  # fmt: skip


def _words(one: Action) -> str:
    given = " ".join(f"{name}={value}" for name, value in one.arguments.items())
    return escape(plain(f"{one.seq}  {one.at:%Y-%m-%d %H:%M} {one.by}: {one.action} {given} ({one.why})"))


def _cell(value: Any) -> Any:
    return plain(value) if isinstance(value, str) else "" if value is None else value

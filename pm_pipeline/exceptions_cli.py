"""`pm exceptions`: the money that waits and what should be looked at; decide, and it posts by the usual path."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import click

from pm_pipeline.console import as_json, at_most, because, by_person, dollars, dollars_in, escape, out, print_json
from pm_pipeline.errors import PmError

if TYPE_CHECKING:
    import duckdb

    from pm_pipeline.audit.verify import Violation
    from pm_pipeline.posting import Proposal, Resolution

COLUMNS = ("exception_id", "code", "cents", "opened_on", "payer_id", "claim_id", "evidence")


@click.group()
def exceptions() -> None:
    """What posting could not do alone: why, what it would do, and your decision.

    \b
    pm exceptions list                      open ones, those that hold most money first
    pm exceptions show Q...                 one of them: evidence and proposed resolutions
    pm exceptions resolve Q... --accept 1 --by wren --why "..."
                                            take the first proposal
    pm exceptions resolve Q... match --claim C... --by ... --why ...
                                            or say it yourself
    pm exceptions unpost Q... --by ... --why ...
                                            take a match back: it was for another claim
    pm exceptions codes                     every reason, what it means and how it is mended

    Decisions are kept for ever with who, when and why. They post by the same path as everything else.
    """


@exceptions.command("list")
@click.option("--code", help="Only this reason (see `pm exceptions codes`).")
@click.option("--payer", "payer_id", help="Only payments of this payer.")
@click.option("--claim", "claim_id", help="Only this claim of ours.")
@click.option(
    "--blocking/--not-blocking", "is_blocking", default=None, help="Only what holds money, or only what does not."
)
@at_most
@as_json
def list_(limit: int, json_: bool, **only: Any) -> None:
    """Open exceptions: what holds money first, then by amount."""
    from pm_pipeline.audit.render import print_rows
    from pm_pipeline.home import open_home
    from pm_pipeline.posting import kinds, queue

    if only["code"] and only["code"] not in kinds():
        raise click.UsageError(f"There is no code {only['code']}. `pm exceptions codes` lists them.")
    with open_home().warehouse.read() as con:
        found = queue(con, **only)
    if json_:
        print_json(found)
        return
    if not found:
        out.print("No open exception.")
        return
    rows = [{name: one[name] for name in COLUMNS} for one in found]
    held = sum(one["cents"] for one in found if one["is_blocking"])
    print_rows(out, f"{len(found):,} open exceptions, {dollars(held)} held", rows, limit)
    out.print("[dim]Next: pm exceptions show EXCEPTION_ID[/]")


@exceptions.command()
@as_json
def codes(json_: bool) -> None:
    """Every reason: what it means, whether it holds money, what you may decide, how it is mended."""
    from pm_pipeline.posting import kinds

    if json_:
        print_json([asdict(kind) for kind in kinds().values()])
        return
    for kind in kinds().values():
        holds = "[red]holds money[/]" if kind.is_blocking else "[dim]posted[/]"
        out.print(f"[bold]{kind.code}[/]  {holds}  {escape(' | '.join(kind.actions) or 'resolves itself')}")
        out.print(f"    {escape(kind.meaning)} {escape(kind.fix)}", soft_wrap=True)


@exceptions.command()
@click.argument("exception_id")
@as_json
def show(exception_id: str, json_: bool) -> None:
    """One exception: what it means, the rows behind it (no names of people), and what the system would do."""
    from pm_pipeline.audit.render import rows_table
    from pm_pipeline.home import open_home
    from pm_pipeline.posting import behind, kinds, propose

    with open_home().warehouse.read() as con:
        found = behind(con, exception_id)
        if found is None:
            raise PmError(f"There is no exception {exception_id!r}. `pm exceptions list` shows the open ones.")
        proposals = propose(con, exception_id)
    item = found.pop("exception")
    kind = kinds()[item["code"]]
    if json_:
        print_json({"exception": item, "meaning": kind.meaning, "fix": kind.fix, "actions": kind.actions, **found,
                    "proposals": [asdict(one) for one in proposals]})  # fmt: skip
        return
    out.print(f"[bold]{item['code']}[/] {exception_id}  {dollars(item['cents'])}  opened {item['opened_on']}")
    out.print(f"{escape(kind.meaning)} [bold]{escape(kind.fix)}[/]", soft_wrap=True)
    out.print(escape(dollars_in(item["evidence"])), soft_wrap=True)
    if item["closed_because"]:
        out.print(f"[green]Closed {item['closed_on']}: {item['closed_because']}, by {escape(item['closed_by'])}[/]")
    for name, rows in found.items():
        out.print(rows_table(name.replace("_", " "), rows))
    for place, one in enumerate(proposals, 1):
        out.print(f"[bold]{place}[/]  {escape(_words(one))}  [dim]{escape(one.because)}[/]", soft_wrap=True)
    if proposals:
        out.print(f'[dim]Take one: pm exceptions resolve {exception_id} --accept 1 --by YOU --why "..."[/]')


@exceptions.command()
@click.argument("exception_id")
@click.argument("action", required=False)
@click.option("--accept", type=click.IntRange(1, 5), help="Take this proposal of `pm exceptions show`.")
@click.option("--claim", help="match: our claim (CLM01).")
@click.option("--turn", help="turn: primary, secondary or tertiary.")
@click.option("--takes-back", help="reverse: the remit_claim_id it takes back.")
@click.option("--charge", help="place: the charge_id.")
@click.option("--as", "decision", help="decide: write_off, transfer, deny or memo.")
@click.option("--account", help="decide --as write_off, book: where to, such as CONTRACTUAL:contract.")
@click.option("--adjustment", "adjustment_id", help="decide: only this adjustment; without it, all that are held.")
@by_person
@because
@as_json
def resolve(
    exception_id: str, action: str | None, accept: int | None, by: str, why: str, json_: bool, **said: str | None
) -> None:
    """Decide, and post at once. ACTION is one that `pm exceptions show` offers; or take a proposal with --accept.

    \b
    Exit 0: done.
    Exit 1: the decision was kept, but something else holds the money now (it says what); or nothing was kept (it says why).
    """
    from pm_pipeline import posting
    from pm_pipeline.home import open_home

    if (action is None) == (accept is None):
        raise click.UsageError("Give an ACTION, or --accept with the number of a proposal.")
    home = open_home()
    today, run_id = home.today(), f"resolve-{uuid4()}"
    with home.write() as con:
        what = _proposal(con, exception_id, accept) if accept else _said(action or "", said)
        resolution_id = posting.resolve(
            con, home.config, exception_id, what, actor=by, reason=why, today=today, run_id=run_id
        )
        posted = posting.run(con, home.config, today, run_id)
        faults = _faults(con)
        now = _now_open(con, exception_id)
    report = {"resolution_id": resolution_id, "run_id": run_id, "released": posted.released, "transactions": posted.transactions,
              "still_open": now}  # fmt: skip
    _stop_at(faults)
    if json_:
        print_json(report)
    else:
        out.print(
            f"Kept as {resolution_id}: {posted.transactions} ledger transactions, {posted.released} claims released."
        )
        for one in now:
            out.print(
                f"[yellow]Open now:[/] {one['code']} {one['exception_id']}  {escape(one['evidence'])}", soft_wrap=True
            )
        if not now:
            out.print("Denials, work and marts follow with the next `pm run`.")
    if now:
        raise SystemExit(1)


@exceptions.command()
@click.argument("item")
@by_person
@because
@as_json
def unpost(item: str, by: str, why: str, json_: bool) -> None:
    """Take a match back: the payer's answer was for another claim. ITEM is its exception, or its remit_claim_id (`pm trace`).

    Whoever matched it, a person or the system: what it posted is negated in your name, the money goes back into suspense, and
    it is an exception again, with proposals, until a person matches it anew. What the payer took back itself, and what a later
    payer's answer builds on, is refused.
    """
    from pm_pipeline import posting
    from pm_pipeline.home import open_home

    home = open_home()
    today, run_id = home.today(), f"unpost-{uuid4()}"
    with home.write() as con:
        unposting_id, remit_claim_id = posting.unpost(
            con, home.config, item, actor=by, reason=why, today=today, run_id=run_id
        )
        posted = posting.run(con, home.config, today, run_id)
        faults = _faults(con)
        now = con.execute(
            "SELECT exception_id, code, evidence FROM posting.open_exception WHERE is_blocking AND item_id = ?",
            [remit_claim_id],
        ).fetchall()
    _stop_at(faults)
    waits = [dict(zip(("exception_id", "code", "evidence"), row, strict=True)) for row in now]
    if json_:
        print_json({"unposting_id": unposting_id, "remit_claim_id": remit_claim_id, "run_id": run_id,
                    "transactions": posted.transactions, "waits_as": waits})  # fmt: skip
        return
    out.print(f"Kept as {unposting_id}: {posted.transactions} ledger transactions; {remit_claim_id} waits in suspense.")
    for one in waits:
        out.print(f"[dim]Next: pm exceptions show {one['exception_id']}[/]")


def _faults(con: duckdb.DuckDBPyConnection) -> list[Violation]:
    from pm_pipeline.audit.verify import verify

    return [one for name in ("I01", "I02", "I04", "I08", "I09", "I10") for one in verify(con, name)]


def _stop_at(faults: list[Violation]) -> None:
    if faults:
        raise PmError(
            f"Kept and posted, but an invariant is broken: {faults[0].invariant} {faults[0].item}. Stop and call."
        )


def _proposal(con: duckdb.DuckDBPyConnection, exception_id: str, place: int) -> Resolution:
    from pm_pipeline.posting import propose

    offered = propose(con, exception_id)
    if len(offered) < place:
        raise PmError(f"{exception_id} has {len(offered)} proposals. `pm exceptions show {exception_id}` lists them.")
    return offered[place - 1].resolution


def _said(action: str, said: dict[str, str | None]) -> Resolution:
    from pm_pipeline.posting import ACTIONS, Resolution

    if action not in ACTIONS:
        raise click.UsageError(f"There is no action {action!r}. Actions: {', '.join(ACTIONS)}.")
    option = ACTIONS[action].option
    wanted = {"as": "decision", "takes-back": "takes_back"}.get(option or "", option)
    if action == "book":
        said = {**said, "book": said["account"], "account": None}
        wanted = "book"
    given = {name for name in ("claim", "turn", "takes_back", "charge", "decision") if said[name]}
    if given - {wanted}:
        raise click.UsageError(f"{action} takes " + (f"--{option}." if option else "no option of what or where."))
    made = Resolution(action, None, said["decision"], said["account"], said["adjustment_id"])
    return made if action == "decide" or wanted is None else replace(made, target=said[wanted])


def _now_open(con: duckdb.DuckDBPyConnection, exception_id: str) -> list[dict[str, Any]]:
    """What holds the same item now: the exception itself, or another reason."""
    rows = con.execute(
        "SELECT open.exception_id, open.code, open.evidence FROM posting.open_exception AS open "
        "JOIN posting.exception AS decided ON decided.exception_id = ? "
        "WHERE open.item_id = decided.item_id AND (open.is_blocking OR open.exception_id = decided.exception_id)",
        [exception_id],
    ).fetchall()
    return [dict(zip(("exception_id", "code", "evidence"), row, strict=True)) for row in rows]


def _words(one: Proposal) -> str:
    from pm_pipeline.posting import ACTIONS

    made = one.resolution
    option = ACTIONS[made.action].option
    parts = [made.action, *([f"--{option} {made.decision or made.target}"] if option else [])]
    parts += [
        f"--{name} {value}" for name, value in (("account", made.account), ("adjustment", made.adjustment_id)) if value
    ]
    return " ".join(parts)

"""`pm holds`: claims that an edit holds, in queues; fix them, many at once, or let one go in spite of a finding."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import click

from pm_pipeline.console import DAY, as_json, because, by_person, err, out, print_json

if TYPE_CHECKING:
    import duckdb

    from pm_pipeline.home import Home


@click.group()
def holds() -> None:
    """Held claims: what is wrong, where, and what you can do about it.

    \b
    pm holds list --queue "coding lead"      a queue: the rule's owner; nearest filing deadline first, then most dollars
    pm holds show CLAIM                      one claim: findings, overrides, fixes, and the commands that fit
    pm holds fix --rule MOD-001 --payer SMTML --set modifiers=25 --by YOU --why TEXT --dry-run
                                             set a value on all lines the rule holds; look first, then without --dry-run
    pm holds override CLAIM --rule DUP-001 --until 2026-07-31 --by YOU --why TEXT
                                             let it go in spite of the finding, until that day
    pm holds undo ID --by YOU --why TEXT     take an override or a fix back, while the claim has not left

    Decisions are kept for ever with who, when and why, and the claims are judged again at once. What the practice sent is never
    changed: a fix changes what the claim says, and a corrected charge ends it. Who may decide: role holds in people.yaml.
    """


@holds.command("list")
@click.option("--queue", metavar="OWNER|FAMILY", help="Only rules of this owner or family.")
@click.option("--rule", "rule_id", metavar="RULE", help="Only what this rule holds.")
@click.option("--payer", "payer_id", metavar="PAYER_ID", help="Only claims to this payer.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="How many findings to show.")
@as_json
def list_(queue: str | None, rule_id: str | None, payer_id: str | None, limit: int, json_: bool) -> None:
    """The held claims by queue, with the finding, the columns the rule looked at, what to do, and the filing deadline.

    No names of people: ids, codes, days, amounts. A claim with two findings stands in the queue of each.

    \b
    Exit 0: done, also when nothing is held.   Exit 1: there is no such queue, no warehouse yet, or a rule file is wrong.
    """
    from pm_pipeline.audit.render_holds import print_queues
    from pm_pipeline.scrub import rules_in_force
    from pm_pipeline.scrub.held import held_queues

    home = _home()
    with home.warehouse.read() as con:
        found = held_queues(
            con, home.config, rules_in_force(home.config), home.today(), queue=queue, rule_id=rule_id, payer_id=payer_id, limit=limit
        )  # fmt: skip
    print_json(found) if json_ else print_queues(out, found)


@holds.command()
@click.argument("claim_id", metavar="CLAIM")
@as_json
def show(claim_id: str, json_: bool) -> None:
    """One claim: findings that hold it, were overridden or cleared, overrides, fixes with before and after, what can be done.

    \b
    Exit 0: done.   Exit 1: there is no such claim.
    """
    from pm_pipeline.audit.render_holds import print_held
    from pm_pipeline.scrub import rules_in_force
    from pm_pipeline.scrub.held import show_held

    home = _home()
    with home.warehouse.read() as con:
        found = show_held(con, home.config, rules_in_force(home.config), claim_id, home.today())
    print_json(found) if json_ else print_held(out, found)


@holds.command()
@click.argument("claim_id", metavar="CLAIM")
@click.option("--rule", "rule_id", required=True, metavar="RULE", help="The rule whose finding is overridden.")
@click.option(
    "--line", "line_no", type=click.IntRange(1, 99), help="Only on this line; default: each line it holds now."
)
@click.option("--until", type=DAY, required=True, help="The last day the override counts.")
@by_person
@because
@as_json
def override(
    claim_id: str, rule_id: str, line_no: int | None, until: dt.datetime, by: str, why: str, json_: bool
) -> None:
    """Let a claim go in spite of a finding, until a day (included); with a later day, extend an override.

    The finding stays on record. The override is for this claim, rule and line, whatever the claim says later; after that day a
    claim that has not been sent is held again. What makes no lawful 837 (family conformance, X12-837P), and a rule that failed,
    cannot be overridden.

    \b
    Exit 0: kept, and nothing holds the claim now.
    Exit 1: kept, but something else holds it (it says what); or nothing was kept (it says why).
    """
    from pm_pipeline.scrub import rules_in_force
    from pm_pipeline.scrub.override import override as keep

    home = _home()
    today, run_id = home.today(), f"override-{uuid4()}"
    rules = rules_in_force(home.config)
    with home.write() as con:
        kept = keep(
            con, home.config, rules, claim_id, rule_id, actor=by, reason=why, until=until.date(), today=today, run_id=run_id,
            line_no=line_no,
        )  # fmt: skip
        claims = _scrub(con, home, [claim_id], run_id)
    _say({"kept": kept, "run_id": run_id, "claims": claims}, json_)


@holds.command()
@click.option("--rule", "rule_id", required=True, metavar="RULE", help="The lines for which this rule holds a claim.")
@click.option("--claim", "claims", multiple=True, metavar="CLAIM", help="Of this claim; may be repeated.")
@click.option("--payer", "payer_id", metavar="PAYER_ID", help="Of every claim to this payer.")
@click.option("--all", "everywhere", is_flag=True, help="Of every claim.")
@click.option(
    "--set", "sets", multiple=True, required=True, metavar="COLUMN=VALUE", help="What to set; may be repeated."
)
@click.option("--dry-run", is_flag=True, help="Show before and after of every line, and keep nothing.")
@by_person
@because
@as_json
def fix(
    rule_id: str, claims: tuple[str, ...], payer_id: str | None, everywhere: bool, sets: tuple[str, ...], dry_run: bool, by: str,
    why: str, json_: bool,
) -> None:  # fmt: skip
    """Set a value on the lines for which a rule holds claims, of some claims, of a payer, or all.

    Columns: procedure_code, modifiers, diagnoses, diagnosis_pointers, units, place_of_service, ndc, ndc_quantity, ndc_unit.
    Lists are written with commas (modifiers=25,59) and replace the whole list; nothing after = empties a column that may be
    empty. The charge stays as the practice sent it, and a corrected charge ends the fix.

    \b
    Exit 0: kept, and nothing holds these claims now; or --dry-run.
    Exit 1: kept, but something holds one of them still (it says what); or nothing was kept (it says why).
    Exit 2: used wrongly.
    """
    from pm_pipeline.scrub import rules_in_force
    from pm_pipeline.scrub.override import decider
    from pm_pipeline.scrub.person_fix import keep_fix, plan_fix

    if (bool(claims) + (payer_id is not None) + everywhere) != 1:
        raise click.UsageError("Say whose lines: --claim (one or more), --payer, or --all.")
    values: dict[str, str] = {}
    for column, value in map(_pair, sets):
        if column in values:
            raise click.UsageError(
                f"--set {column} is given twice. Say it once; a list has commas, such as modifiers=25,59."
            )
        values[column] = value
    home = _home()
    today, run_id, rules = home.today(), f"fix-{uuid4()}", rules_in_force(home.config)
    decider(home.config, by, why)
    if dry_run:
        with home.warehouse.read() as con:
            planned = plan_fix(con, home.config, rules, rule_id, values, today, claims=claims, payer_id=payer_id)
        _say({"dry_run": True, "changes": [asdict(one) for one in planned], "claims": []}, json_)
        return
    with home.write() as con:
        changes = plan_fix(con, home.config, rules, rule_id, values, today, claims=claims, payer_id=payer_id)
        kept = keep_fix(con, home.config, rule_id, changes, actor=by, reason=why, today=today, run_id=run_id)
        stand = _scrub(con, home, sorted({one.claim_id for one in changes}), run_id)
    _say({"kept": kept, "run_id": run_id, "changes": [asdict(one) for one in changes], "claims": stand}, json_)


@holds.command()
@click.argument("decision_id", metavar="ID")
@by_person
@because
@as_json
def undo(decision_id: str, by: str, why: str, json_: bool) -> None:
    """Take back an override or a fix (its id is in `pm holds show CLAIM`), and judge the claim again.

    A rejected claim stays rejected until it is corrected; it is judged without the override then.

    \b
    Exit 0: taken back.   Exit 1: there is no such decision, it was taken back before, or the claim has left with it: it was sent,
    or billed to the patient and a statement was sent or money has moved since.
    """
    from pm_pipeline.scrub.override import withdraw

    home = _home()
    run_id = f"undo-{uuid4()}"
    with home.write() as con:
        claim_id = withdraw(con, home.config, decision_id, actor=by, reason=why, today=home.today(), run_id=run_id)
        claims = _scrub(con, home, [claim_id], run_id)
    _say({"kept": [decision_id], "run_id": run_id, "claims": claims}, json_, may_hold=True)


def _home() -> Home:
    from pm_pipeline.home import open_home

    return open_home()


def _scrub(con: duckdb.DuckDBPyConnection, home: Home, claims: list[str], run_id: str) -> list[dict[str, Any]]:
    """Run the stage, as the day's run does; how these claims stand then."""
    from pm_pipeline import scrub
    from pm_pipeline.scrub.override import stand

    with err.status("judging"):
        scrub.run(con, home.config, home.today(), run_id)
    return stand(con, home.today(), claims)


def _pair(text: str) -> tuple[str, str]:
    column, is_there, value = text.partition("=")
    if not is_there or not column.strip():
        raise click.UsageError(f"--set {text!r}: expected COLUMN=VALUE, such as modifiers=25.")
    return column.strip(), value


def _say(report: dict[str, Any], json_: bool, *, may_hold: bool = False) -> None:
    """Print what was done; exit 1 when one of its claims is held still."""
    from pm_pipeline.audit.render_holds import print_decided

    print_json(report) if json_ else print_decided(out, report)
    if not may_hold and any(one["state"] == "held" for one in report["claims"]):
        raise SystemExit(1)

"""The `pm` command. Exit codes: 0 done, 1 something is wrong with the data or a run, 2 the command was used wrongly."""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pm_pipeline.audit_cli import audit
from pm_pipeline.claims_cli import claims
from pm_pipeline.closing_cli import close
from pm_pipeline.codes_cli import codes
from pm_pipeline.console import as_json, err, escape, out, print_json
from pm_pipeline.contracts_cli import contracts
from pm_pipeline.dashboard_cli import dashboard, users
from pm_pipeline.denials_cli import denials
from pm_pipeline.desk_cli import desk
from pm_pipeline.docs_cli import docs
from pm_pipeline.edi_cli import edi
from pm_pipeline.errors import PmError
from pm_pipeline.exceptions_cli import exceptions
from pm_pipeline.holds_cli import holds
from pm_pipeline.money_cli import money
from pm_pipeline.policy_cli import policy
from pm_pipeline.rules_cli import rules
from pm_pipeline.sandbox.mixes import MIXES
from pm_pipeline.statements_cli import statements

if TYPE_CHECKING:
    from pm_pipeline.home import Home

DAY = click.DateTime(formats=["%Y-%m-%d"])


class Commands(click.Group):
    """Turns a PmError into its text and exit code 1: no traceback for what a person can act on."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except PmError as problem:
            err.print(f"[bold red]pm:[/] {escape(str(problem))}")
            ctx.exit(1)
        except BrokenPipeError:
            sys.stderr.close()
            ctx.exit(0)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """The billing pipeline of a medical practice: charges to clean claims to posted money.

    \b
    Begin with      pm demo
    Every day       pm run             (or let the schedule of `pm dagster` do it)
    Look            pm status          pm trace CLAIM_ID
    Pages           pm dashboard       pm users add PERSON   pm docs
    Held claims     pm holds list      pm holds show CLAIM   pm holds fix --rule RULE ...
    Decide          pm exceptions list pm exceptions resolve ID --accept 1 --by YOU --why TEXT
    Move money      pm money ask EVENT --claim ID --by YOU --why TEXT
    Denials         pm denials list    pm denials show ID   pm denials act ID ACTION
    Statements      pm statements preview   pm statements list --held   pm statements file
    X12 files       pm edi show FILE   pm edi validate FILE   pm edi grep CLP01=ID FILE
    The desk        pm desk log        pm desk show KIND ITEM   pm desk apply
    Policies        pm policy list     pm policy backtest FILE --from DAY --to DAY
    Edit rules      pm rules list      pm rules new ID   pm rules backtest ID
    Month close     pm close MONTH --by YOU   pm close MONTH --show   pm close --list
    Audit           pm ledger verify   pm trace --entry ID    pm ledger hash
                    pm audit export --from DAY --to DAY FOLDER   pm audit verify FOLDER

    Folders and settings come from the environment: PM_HOME, PM_INBOX, PM_OUTBOX, PM_CONFIG, PM_TODAY
    (pm_pipeline/settings.py says what each is).
    """
    os.umask(0o077)


@main.command()
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True, help="How many days to simulate.")
@click.option("--fresh", is_flag=True, help="Forget an earlier demo first (its warehouse, sandbox and EDI folders).")
@click.option(
    "--mix",
    type=click.Choice(list(MIXES)),
    help="hard: what is rare and hard too; edits: a careless biller. Default: the mix this home was begun with, else standard.",
)
@as_json
def demo(days: int, fresh: bool, mix: str | None, json_: bool) -> None:
    """Simulate a practice and its payers, day by day, and reconcile to their books to the cent.

    Runs the real pipeline: Dagster in this process, a real SFTP server on loopback, DuckDB, dbt. Exit 1 if our ledger and
    the sandbox's own books differ anywhere. Run it again and it finds nothing left to do.

    With --mix hard the payers do whatever payers do (sandbox/hard.yaml), in a larger practice, and the exceptions opened are
    held against those there was cause for. The whole year of it is --days 365.

    With --mix edits every third visit is charged with a mistake of more than a hundred kinds (sandbox/slips.yaml and held.py). In
    every mix the mistakes planted for an edit are held against what the edits found, and what they held with nothing wrong is told.
    """
    from pm_pipeline.demo import run_demo

    report = run_demo(days, fresh=fresh, console=err if json_ else out, mix=mix)
    if json_:
        print_json(report.document)
    if not report.agrees:
        raise PmError("The ledger and the sandbox's books differ; the lines above say where.")


@main.command()
@click.option(
    "--from", "first", type=DAY, help="First business date; default: the day after the last run, at most --to."
)
@click.option("--to", "last", type=DAY, help="Last business date; default: today.")
@click.option("--offline", is_flag=True, help="Handle what has landed; contact no partner and send nothing.")
@click.option("--no-marts", is_flag=True, help="Leave the marts as they are.")
@as_json
def run(first: dt.datetime | None, last: dt.datetime | None, offline: bool, no_marts: bool, json_: bool) -> None:
    """Run the lifecycle for a range of business dates, as one Dagster run in this process, then build the marts.

    Running a range again changes nothing that is posted: every effect has a key.
    """
    from pm_pipeline.defs.execute import require, run_job
    from pm_pipeline.home import open_home

    home = open_home()
    end = last.date() if last else home.today()
    start = first.date() if first else _after_the_last_run(home, end)
    if start > end:
        raise click.UsageError(f"--from {start} is after --to {end}.")
    with (err if json_ else out).status(f"lifecycle {start} to {end}"):
        lifecycle = require(run_job("lifecycle", start, end, offline=offline), "The lifecycle")
    runs = {"lifecycle": lifecycle.run_id}
    if not no_marts:
        with (err if json_ else out).status("marts"):
            runs["marts"] = require(run_job("marts"), "Building the marts").run_id
    if json_:
        print_json(
            {"from": start.isoformat(), "to": end.isoformat(), "runs": runs, "seconds": round(lifecycle.seconds, 1)}
        )
    else:
        out.print(f"Done: {start} to {end}, run {lifecycle.run_id}, {lifecycle.seconds:.1f} s. See: pm status")


@main.command()
@as_json
def status(json_: bool) -> None:
    """Claims by state, money by account, open exceptions and denials, overdue answers."""
    from pm_pipeline.audit.render import print_status
    from pm_pipeline.audit.status import status as read_status
    from pm_pipeline.home import open_home

    home = open_home()
    with home.warehouse.read() as con:
        found = read_status(con)
    if json_:
        print_json(found)
    else:
        print_status(out, found)


@main.command()
@click.argument("claim_id", required=False)
@click.option("--entry", "entry_id", help="Start from a ledger entry instead, and walk back to the raw segment.")
@click.option("--encounter", "encounter_id", help="Find the claim by the practice's own encounter number.")
@click.option(
    "--raw/--no-raw", default=False, help="Show the raw segment or feed row behind each step (holds patient data)."
)
@as_json
def trace(claim_id: str | None, entry_id: str | None, encounter_id: str | None, raw: bool, json_: bool) -> None:
    """Everything that happened to a claim, in order: files, segments, decisions, ledger entries, Dagster runs."""
    from pm_pipeline.audit.render import print_entry, print_trace
    from pm_pipeline.audit.trace import Evidence, claims_of_encounter, trace_claim, trace_entry
    from pm_pipeline.home import open_home
    from pm_pipeline.transport.store import inbox_store, outbox_store

    if sum(value is not None for value in (claim_id, entry_id, encounter_id)) != 1:
        raise click.UsageError("Give a CLAIM_ID, or --entry ID, or --encounter ID.")
    home = open_home()
    evidence = Evidence(inbox_store(home.settings), outbox_store(home.settings))
    with home.warehouse.read() as con:
        if entry_id is not None:
            found = trace_entry(con, entry_id, evidence)
            print_json(found) if json_ else print_entry(out, found)
            return
        claims = [claim_id] if claim_id else claims_of_encounter(con, encounter_id or "")
        if not claims:
            raise PmError(f"No charge of encounter {encounter_id!r} was loaded. Look for its file in the feed reports.")
        for one in claims:
            steps = trace_claim(con, one, evidence if raw or json_ else None)
            print_json([vars(step) for step in steps]) if json_ else print_trace(out, one, steps)


@main.group()
def ledger() -> None:
    """The double-entry ledger: prove it, fingerprint it."""


@ledger.command()
@as_json
def verify(json_: bool) -> None:
    """Check every invariant, of the ledger and of the action log; exit 1 and name the rows at fault when one does not hold."""
    from pm_pipeline.audit.verify import invariants
    from pm_pipeline.audit.verify import verify as run_verify
    from pm_pipeline.desk import ActionLog
    from pm_pipeline.home import open_home

    home = open_home()
    with home.warehouse.read() as con:
        violations = run_verify(con, log=ActionLog(home.settings.desk_dir))
    if json_:
        print_json({"invariants": len(invariants()), "violations": [vars(one) for one in violations]})
    else:
        for one in violations:
            out.print(f"[red]{one.invariant}[/] {escape(one.item)}: {escape(one.text)}")
        out.print(f"{len(invariants())} invariants checked, {len(violations)} violations.")
    if violations:
        raise SystemExit(1)


@ledger.command("hash")
@as_json
def ledger_hash(json_: bool) -> None:
    """One hash over what the ledger says, the same whatever the order files arrived in."""
    from pm_pipeline.home import open_home
    from pm_pipeline.ledger import content_hash

    with open_home().warehouse.read() as con:
        digest = content_hash(con)
    print_json({"ledger_hash": digest}) if json_ else click.echo(digest)


@ledger.command()
@click.option("--accept", is_flag=True, help="Accept the database as it stands. Say so only after `pm ledger verify`.")
def anchor(accept: bool) -> None:
    """Write the anchor outside the database again, after a person decided that the database is to be trusted."""
    from pm_pipeline.home import open_home

    if not accept:
        raise click.UsageError(
            "Nothing was changed. Read what the refusal said; then give --accept to accept the database as it is."
        )
    sequence = open_home().warehouse.accept_as_is()
    out.print(f"The anchor now stands at unit of work {sequence}.")


main.add_command(edi)
main.add_command(holds)
main.add_command(desk)
main.add_command(exceptions)
main.add_command(money)
main.add_command(denials)
main.add_command(statements)
main.add_command(contracts)
main.add_command(close)
main.add_command(audit)
main.add_command(claims)
main.add_command(policy)
main.add_command(rules)
main.add_command(codes)
main.add_command(dashboard)
main.add_command(docs)
main.add_command(users)


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), default=3000, show_default=True)
def dagster(port: int) -> None:
    """The Dagster UI on http://127.0.0.1:PORT, with schedule and sensor; this machine only. Stop it with Ctrl-C."""
    from pm_pipeline.defs.execute import prepare_instance
    from pm_pipeline.home import open_home

    home = open_home()
    prepare_instance(home.settings)
    executable = str(Path(sys.executable).with_name("dagster"))
    workspace = str(home.settings.root / "workspace.yaml")
    os.chdir(home.settings.root)
    os.execv(executable, [executable, "dev", "--host", "127.0.0.1", "--port", str(port), "--workspace", workspace])  # noqa: S606


def _after_the_last_run(home: Home, last: dt.date) -> dt.date:
    """The first date no run has covered, at most `last`."""
    from pm_pipeline.audit.status import last_run_day

    if not home.warehouse.path.exists():
        return last
    with home.warehouse.read() as con:
        covered = last_run_day(con)
    return min(covered + dt.timedelta(days=1), last) if covered else last


if __name__ == "__main__":
    main()

"""`pm policy`: which posting policies there are, what they say, and what another one would have done."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pm_pipeline.console import as_json, err, out, print_json

if TYPE_CHECKING:
    from pm_pipeline.config.policy import Policies, PostingPolicy

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def policy() -> None:
    """Posting policies: what the payers' money and adjustments do to the ledger, as versioned files.

    \b
    pm policy list                       those installed, and the one in force
    pm policy show strict                what a policy requires, and its rules in order
    pm policy backtest FILE --from 2026-01-01 --to 2026-03-31
                                         what another one would have changed, in claims and dollars

    A file in policies/ of the configuration folder is one version of one policy; practice.yaml says which policy the practice
    goes by (posting_policy). policies/standard-1.yaml of the shipped configuration has the meaning of every key.
    """


@policy.command("list")
@as_json
def list_(json_: bool) -> None:
    """Every version of every policy installed: the payment days it decides, who owns it, what it requires.

    \b
    Exit 0: done.   Exit 1: a configuration file is wrong; the text says which, and where.
    """
    from pm_pipeline.audit.render_policy import print_policies
    from pm_pipeline.home import open_home

    home = open_home()
    policies = home.config.posting_policy
    decides = policies.on(home.today())
    rows = [
        {
            "policy_id": one.policy_id,
            "version": one.version,
            "effective_from": one.effective_from.isoformat(),
            "effective_to": one.effective_to.isoformat() if one.effective_to else None,
            "owner": one.owner,
            "requires": [name for name, wanted in one.require if wanted],
            "payment_rules": len(one.payments),
            "rules": len(one.rules),
            "is_chosen": one.policy_id == policies.chosen,
            "is_in_force": one == decides,
        }
        for one in policies.versions
    ]
    print_json(rows) if json_ else print_policies(out, rows, policies.chosen, home.today())


@policy.command()
@click.argument("policy_id")
@click.option(
    "--version", type=click.IntRange(min=1), help="Which version; default: the one effective today, else the newest."
)
@as_json
def show(policy_id: str, version: int | None, json_: bool) -> None:
    """What a policy says: what it requires of a payment, and its rules in the order in which they are tried.

    POLICY_ID is an id of `pm policy list`, or the path of a policy file.

    \b
    Exit 0: done.   Exit 1: a configuration file is wrong.   Exit 2: there is no such policy, version or file.
    """
    from pm_pipeline.audit.render_policy import print_policy
    from pm_pipeline.home import open_home

    home = open_home()
    found = _find(policy_id, version, home.config.posting_policy, home.config.payers, home.today())
    print_json(found.model_dump(mode="json")) if json_ else print_policy(out, found)


@policy.command()
@click.argument("policy", metavar="POLICY")
@click.option(
    "--from", "first", type=DAY, required=True, help="First effective date (BPR16) of the payments to try it on."
)
@click.option("--to", "last", type=DAY, required=True, help="Last one, included.")
@click.option(
    "--version", type=click.IntRange(min=1), help="Which version of an installed policy; default: the newest."
)
@as_json
def backtest(policy: str, first: dt.datetime, last: dt.datetime, version: int | None, json_: bool) -> None:
    """Replay history as if POLICY had been in force for the payments of those days, and show what would have changed.

    POLICY is the path of a policy file, installed or not, or an id of `pm policy list`. Its own dates do not matter here.
    Everything is posted again in a scratch warehouse, made beside the real one and removed afterwards; the real one is only
    read, and free for others as soon as it is copied. What was is what the warehouse holds; what would be, as of the same day.

    Shows payments and adjustments whose outcome would be another, with the rule (or for what is held, the reason) that was and
    that would be; the share posted without a person; every account that would stand elsewhere. With --json the same as one
    document: policy_id, version, from, to, as_of, payments, claims, changed_claims, other_claims, changes [kind, was, was_rule,
    would_be, would_be_rule, claims, items, cents, was_moved_cents, would_be_moved_cents, examples], auto_post {lines, claims,
    payments, cents} [was, would_be, of], accounts [account, was_cents, would_be_cents].

    \b
    Exit 0: done, whatever would have changed.
    Exit 1: the policy or the configuration is wrong, or there is no warehouse to replay.
    Exit 2: there is no such file, policy or version, or --from is after --to.
    """
    from pm_pipeline.audit.render_policy import print_backtest
    from pm_pipeline.home import open_home
    from pm_pipeline.posting.backtest import backtest as replay

    start, end = first.date(), last.date()
    if start > end:
        raise click.UsageError(f"--from {start} is after --to {end}.")
    home = open_home()
    tried = _find(policy, version, home.config.posting_policy, home.config.payers, None)
    with (err if json_ else out).status(f"{tried.named()}: ") as spinner:
        found = replay(
            home.warehouse, home.config, tried, start, end, tell=lambda step: spinner.update(f"{tried.named()}: {step}")
        )
    document: dict[str, Any] = {
        "policy_id": tried.policy_id,
        "version": tried.version,
        "from": start.isoformat(),
        "to": end.isoformat(),
        **asdict(found),
    }
    print_json(document) if json_ else print_backtest(out, document)


def _find(named: str, version: int | None, policies: Policies, payers: list[Any], day: dt.date | None) -> PostingPolicy:
    """The policy of a file, or the version of an installed one: effective on `day`, else the newest. Raises UsageError."""
    from pm_pipeline.config.policy import read_policy

    path = Path(named)
    if path.suffix in (".yaml", ".yml") or "/" in named:
        if not path.is_file():
            raise click.UsageError(f"{named} is no file. Installed policies: {', '.join(policies.ids())}.")
        if version is not None:
            raise click.UsageError("--version goes with the id of an installed policy; a file is one version.")
        return read_policy(path, {payer.payer_id for payer in payers})
    versions = policies.of(named)
    if not versions:
        raise click.UsageError(f"There is no policy {named!r}. Installed: {', '.join(policies.ids())}; or name a file.")
    if version is None:
        now = [one for one in versions if day is not None and one.effective_from <= day <= one.last_day]
        return (now or versions)[-1]
    for one in versions:
        if one.version == version:
            return one
    known = ", ".join(str(one.version) for one in versions)
    raise click.UsageError(f"There is no version {version} of {named}. There are: {known}.")

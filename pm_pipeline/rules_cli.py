"""`pm rules`: the rulebook. Write a rule, see what it would have caught, let it run in shadow, promote it."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pm_pipeline.console import DAY, as_json, because, by_person, err, out, print_json

if TYPE_CHECKING:
    from pm_pipeline.home import Home
    from pm_pipeline.scrub.rule import CompiledRule

SEVERITIES = click.Choice(["hold", "warn", "fix", "shadow"])


@click.group()
def rules() -> None:
    """Edit rules: what holds, fixes or warns about a claim before it leaves, as files an analyst writes.

    \b
    pm rules new PAY-001 --family payer --payer LKSHM --where "..." --prevents 197
    pm rules backtest PAY-001            what it would have caught in all history, and the denials it would have prevented
    pm rules suggest                     payer edits proposed from the denials that came
    pm rules report                      what every rule did; a rule in shadow records findings and holds nothing
    pm rules promote PAY-001 --to hold --by YOU --why TEXT
    pm rules site FOLDER                 the whole rulebook as web pages

    New rules go to rules/ of the configuration folder (PM_CONFIG). A rule there takes the place of a shipped one with the same id.
    What a predicate may speak of is in pm_pipeline/scrub/facts.yaml, and in: pm rules explain RULE
    """


@rules.command("list")
@click.option("--family", metavar="FAMILY", help="Only this family.")
@click.option("--severity", type=SEVERITIES, help="Only these.")
@click.option("--payer", metavar="PAYER_ID", help="Only those that judge this payer's claims by name.")
@as_json
def list_(family: str | None, severity: str | None, payer: str | None, json_: bool) -> None:
    """Every rule in force.

    \b
    Exit 0: done.   Exit 1: a rule file is wrong; `pm rules lint` tells all that is.
    """
    from pm_pipeline.audit.render_rules import print_rules
    from pm_pipeline.scrub import rules_in_force

    book = rules_in_force(_home().config)
    rows = [
        {
            "rule_id": one.rule.id,
            "version": one.rule.version,
            "severity": one.rule.severity,
            "family": one.rule.family,
            "level": one.rule.level,
            "title": one.rule.title,
            "owner": one.rule.owner,
            "payers": one.rule.scope.payers or one.rule.scope.payer_kinds,
            "prevents": one.rule.prevents,
        }
        for one in book.rules
        if (family is None or one.rule.family == family)
        and (severity is None or one.rule.severity == severity)
        and (payer is None or payer in one.rule.scope.payers)
    ]
    print_json(rows) if json_ else print_rules(out, rows)


@rules.command()
@click.argument("rule_id", metavar="ID")
@click.option("--family", required=True, metavar="FAMILY", help="Its folder: payer, units, modifier ...")
@click.option("--level", type=click.Choice(["claim", "line"]), default="line", show_default=True)
@click.option("--title", default="Say what is wrong in a few words", help="What is wrong, in a few words.")
@click.option("--owner", default="billing lead", show_default=True)
@click.option("--why", default="Say why this is refused.", help="Why.")
@click.option("--source", default="Payer policy", show_default=True, help="Where it is written.")
@click.option("--payer", "payers", multiple=True, metavar="PAYER_ID", help="Only this payer's claims; may be repeated.")
@click.option("--from", "dos_from", type=DAY, help="First date of service it judges.")
@click.option("--to", "dos_to", type=DAY, help="Last one.")
@click.option("--where", metavar="SQL", help="Fires when true; default: one to change.")
@click.option("--prevents", multiple=True, metavar="CARC", help="A reason code it prevents; may be repeated.")
@click.option("--fires", metavar="YAML", help="An example that must fire, e.g. '{units: 4}'.")
@click.option("--passes", metavar="YAML", help="An example that must not.")
def new(
    rule_id: str, family: str, level: str, title: str, owner: str, why: str, source: str, payers: tuple[str, ...], dos_from: dt.datetime | None,
    dos_to: dt.datetime | None, where: str | None, prevents: tuple[str, ...], fires: str | None, passes: str | None,
) -> None:  # fmt: skip
    """Write a new rule file, in shadow, into rules/ of the configuration folder. Edit it with any editor.

    Without --where it is a working example to change. With --where give --fires and --passes too.

    \b
    Exit 0: written.   Exit 1: the rule would not work; nothing is written.   Exit 2: --where without both examples.
    """
    from pm_pipeline.errors import RuleError
    from pm_pipeline.scrub.author import Draft, write_draft
    from pm_pipeline.yaml_file import read_yaml

    if where is not None and not (fires and passes):
        raise click.UsageError("--where needs --fires and --passes: a rule without both kinds of example is refused.")
    scope: dict[str, Any] = {"payers": list(payers)} if payers else {}
    scope |= {key: day.date() for key, day in (("dos_from", dos_from), ("dos_to", dos_to)) if day}
    inside = {"payer_id": payers[0]} if payers else {}
    if dos_from:
        inside |= {"dos_from": dos_from.date()}
    draft = Draft(
        id=rule_id,
        family=family,
        level=level,
        title=title,
        owner=owner,
        why=why,
        source=source,
        where=where or "charge_cents > 10000000",
        message="{charge_id}: " + title if level == "line" else title,
        remedy="Correct the charge, or ask the owner of this rule.",
        scope=scope,
        prevents=prevents,
        fires=[inside | read_yaml((fires or "{charge_cents: 10000001}").encode(), "--fires", RuleError)],
        passes=[inside | read_yaml((passes or "{charge_cents: 10000000}").encode(), "--passes", RuleError)],
    )
    path = write_draft(_own(_home()), draft)
    out.print(f"Written, in shadow: {path}", soft_wrap=True)
    out.print(f"See what it would have caught: pm rules backtest {rule_id}")


@rules.command()
@click.argument("named", nargs=-1, metavar="[RULE]...")
@as_json
def test(named: tuple[str, ...], json_: bool) -> None:
    """Run the examples of rules (all, or these ids or files): does each fire where it must, and not where it must not.

    \b
    Exit 0: they do.   Exit 1: one does not, or a file is wrong.   Exit 2: there is no such rule.
    """
    from pm_pipeline.scrub import rules_in_force

    home = _home()
    tried = [_find(home, one) for one in named] or list(rules_in_force(home.config).rules)
    rows = [
        {"rule_id": one.rule.id, "fires": len(one.rule.examples.fires), "passes": len(one.rule.examples.passes)}
        for one in tried
    ]
    if json_:
        print_json(rows)
    else:
        examples = sum(row["fires"] + row["passes"] for row in rows)
        out.print(f"{len(rows)} rules, {examples} examples: all do what they say.")


@rules.command()
@as_json
def lint(json_: bool) -> None:
    """Everything that is wrong with the rule files: shape, SQL, examples, codes, payers, versions not raised.

    \b
    Exit 0: nothing.   Exit 1: something; each fault names file, key and remedy.
    """
    from pm_pipeline.scrub.lint import lint as run_lint
    from pm_pipeline.scrub.rulebook import rule_folders

    home = _home()
    folders = rule_folders(home.config)
    if home.warehouse.path.exists():
        with home.warehouse.read() as con:
            faults = run_lint(home.config, folders, con)
    else:
        faults = run_lint(home.config, folders)
    if json_:
        print_json(faults)
    else:
        for fault in faults:
            out.print(fault, markup=False, soft_wrap=True)
        out.print(f"{len(faults)} faults.")
    if faults:
        raise SystemExit(1)


@rules.command()
@click.argument("named", metavar="RULE")
@as_json
def explain(named: str, json_: bool) -> None:
    """What a rule says, what the columns it uses mean, and what it has found so far.

    \b
    Exit 0: done.   Exit 1: its file is wrong.   Exit 2: there is no such rule.
    """
    from pm_pipeline.audit.render_rules import print_rule
    from pm_pipeline.scrub.report import explain_rule

    home = _home()
    rule = _find(home, named)
    if home.warehouse.path.exists():
        with home.warehouse.read() as con:
            found = explain_rule(rule, con)
    else:
        found = explain_rule(rule)
    print_json(found) if json_ else print_rule(out, found)


@rules.command()
@as_json
def report(json_: bool) -> None:
    """What every rule has done: findings, claims held, dollars, fixes, days to clear, denials that came all the same.

    \b
    Exit 0: done.   Exit 1: there is no warehouse yet, or a rule file is wrong.
    """
    from pm_pipeline.audit.render_rules import print_report
    from pm_pipeline.scrub import rules_in_force
    from pm_pipeline.scrub.report import report_rules

    home = _home()
    with home.warehouse.read() as con:
        rows = report_rules(con, rules_in_force(home.config))
    print_json(rows) if json_ else print_report(out, rows)


@rules.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@as_json
def site(folder: Path, json_: bool) -> None:
    """Write the rulebook as web pages into FOLDER: every rule in plain words, with what it has found so far.

    index.html opens in any browser, without a server or a network; rulebook.json says the same for machines. Run it again to
    bring it up to date.

    \b
    Exit 0: written.   Exit 1: FOLDER holds something else, or a rule file is wrong.
    """
    from pm_pipeline.audit.rulebook_site import write_site
    from pm_pipeline.scrub import rules_in_force
    from pm_pipeline.scrub.report import explain_rules, is_judged

    home = _home()
    book = rules_in_force(home.config)
    if home.warehouse.path.exists():
        with home.warehouse.read() as con:
            told, counted = explain_rules(book, con), is_judged(con)
    else:
        told, counted = explain_rules(book), False
    index = write_site(
        folder, told, practice=home.config.practice.name, today=home.today().isoformat(), counted=counted
    )
    if json_:
        print_json({"index": str(index), "rules": len(told)})
    else:
        out.print(f"{len(told)} rules: {index}", soft_wrap=True)


@rules.command()
@click.argument("named", metavar="RULE")
@click.option("--from", "first", type=DAY, help="First date of service to try it on; default: all history.")
@click.option("--to", "last", type=DAY, help="Last one, included.")
@as_json
def backtest(named: str, first: dt.datetime | None, last: dt.datetime | None, json_: bool) -> None:
    """Try a rule, in force or a file, on every claim of history as it stood when it was first sent. Changes nothing.

    Shows claims, lines and dollars it would have caught; other rules that catch the same; the denials, with the reasons it
    names, that it would have prevented, of all such denials in its scope; and how many of those it caught were paid anyway.

    \b
    Exit 0: done.   Exit 1: the rule is wrong, or there is no warehouse.   Exit 2: no such rule, or --from after --to.
    """
    from pm_pipeline.audit.render_rules import print_backtest
    from pm_pipeline.scrub import rules_in_force
    from pm_pipeline.scrub.backtest import EVER
    from pm_pipeline.scrub.backtest import backtest as try_on_history

    start, end = first.date() if first else EVER[0], last.date() if last else EVER[1]
    if start > end:
        raise click.UsageError(f"--from {start} is after --to {end}.")
    home = _home()
    rule = _find(home, named)
    with home.warehouse.read() as con, (err if json_ else out).status(f"{rule.rule.id} on history"):
        found = asdict(try_on_history(con, home.config, rule, rules_in_force(home.config), start, end))
    print_json(found) if json_ else print_backtest(out, found)


@rules.command()
@click.option("--payer", metavar="PAYER_ID", help="Only this payer's denials; default: every payer's.")
@click.option("--from", "first", type=DAY, help="First date of service to look at; default: all history.")
@click.option("--to", "last", type=DAY, help="Last one, included.")
@click.option("--least-denials", type=click.IntRange(2), default=5, show_default=True, help="Denials behind each.")
@click.option(
    "--least-precision", type=click.FloatRange(0, 1), default=0.5, show_default=True, help="Refused of all such claims."
)
@click.option(
    "--limit", type=click.IntRange(1), default=20, show_default=True, help="At most so many, costliest first."
)
@click.option("--write", "write_", is_flag=True, help="Write them as rules in shadow: SUG-001 and so on.")
@as_json
def suggest(
    payer: str | None, first: dt.datetime | None, last: dt.datetime | None, least_denials: int, least_precision: float, limit: int,
    write_: bool, json_: bool,
) -> None:  # fmt: skip
    """Payer edits proposed from denial history: which conditions together a payer refuses, and what that has cost.

    Every line is looked at as it was first sent. What rules in force keep back today, and what a rule says already, is left
    out. With --write each one shown becomes a draft in shadow, which holds nothing: look at it, say in it what the payer asks
    for, then back-test and promote it. All are written, or none.

    \b
    Exit 0: done.   Exit 1: there is no warehouse, or a rule is wrong.   Exit 2: no such payer, or --from after --to.
    """
    from pm_pipeline.audit.render_rules import print_suggestions
    from pm_pipeline.scrub import rules_in_force
    from pm_pipeline.scrub.backtest import EVER
    from pm_pipeline.scrub.suggest import suggest as look
    from pm_pipeline.scrub.suggest import write

    start, end = first.date() if first else EVER[0], last.date() if last else EVER[1]
    if start > end:
        raise click.UsageError(f"--from {start} is after --to {end}.")
    home = _home()
    known = [one.payer_id for one in home.config.payers]
    if payer is not None and payer not in known:
        raise click.UsageError(f"There is no payer {payer!r}. Payers: {', '.join(known)}.")
    book = rules_in_force(home.config)
    with home.warehouse.read() as con, (err if json_ else out).status("what payers refused"):
        found = look(con, home.config, book, payer, start, end, least_denials, least_precision)
    shown = found[:limit]
    if json_:
        print_json([asdict(one) for one in shown])
    else:
        print_suggestions(out, [asdict(one) for one in shown], len(found))
    for path in write(shown, _own(home), book, home.today()) if write_ else []:
        (err if json_ else out).print(f"Written, in shadow: {path}", soft_wrap=True)


@rules.command()
@click.argument("named", metavar="RULE")
@click.option("--to", "severity", type=click.Choice(["hold", "warn"]), required=True)
@by_person
@because
def promote(named: str, severity: str, by: str, why: str) -> None:
    """Take a rule out of the shadow: the next version of its file, which keeps who decided it and why.

    Who may is in people.yaml (role rules). Say what the back-test and the days in shadow showed.

    \b
    Exit 0: done.   Exit 1: it is not in shadow, or this person may not.   Exit 2: there is no such rule.
    """
    from pm_pipeline.scrub.author import promote as take_out

    home = _home()
    path, folder = _file(home, named)
    person = home.config.people.acting(by, "rules").person
    written, rule = take_out(path, folder, _own(home), severity, person, why, home.today())
    out.print(f"{rule.id} version {rule.version}: {rule.severity} from the next run on. {written}", soft_wrap=True)


def _home() -> Home:
    from pm_pipeline.home import open_home

    return open_home()


def _own(home: Home) -> Path:
    return home.config.rules or home.settings.config_dir / "rules"


def _file(home: Home, named: str) -> tuple[Path, Path]:
    """The file of a rule and the folder it was found below. Raises UsageError."""
    from pm_pipeline.scrub.rulebook import rule_folders

    if named.endswith((".yaml", ".yml")):
        path = Path(named).resolve()
        if not path.is_file():
            raise click.UsageError(f"{named} is no file.")
        return path, path.parent.parent
    for folder in reversed(rule_folders(home.config)):
        for path in folder.glob(f"*/{named}.yaml"):
            return path, folder
    raise click.UsageError(f"There is no rule {named!r}. `pm rules list` has them; or name a file.")


def _find(home: Home, named: str) -> CompiledRule:
    """The rule of that id or file, checked and proven. Raises UsageError, RuleError."""
    from pm_pipeline.scrub.bench import RuleBench
    from pm_pipeline.scrub.rulebook import read_rule

    shown, rule = read_rule(*_file(home, named))
    with RuleBench() as bench:
        compiled = bench.compile(rule, shown)
        bench.prove(compiled, shown)
    return compiled

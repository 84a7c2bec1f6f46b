"""`pm close`: a month's figures frozen, once and in order."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from uuid import uuid4

import click

from pm_pipeline.console import as_json, dollars, escape, out, print_json
from pm_pipeline.errors import PmError

LISTED = ("close_id", "state", "closed_on", "actor", "reopened_by", "ar_cents", "late_transactions", "late_ar_cents")
SHOWN = 20  # late transactions; --json has all


@click.command()
@click.argument("month", required=False)
@click.option(
    "--by", envvar="PM_ACTOR", metavar="PERSON", help="Who closes or reopens, of config/people.yaml (or PM_ACTOR)."
)
@click.option("--why", help="--reopen: the reason, in your words; no patient's name.")
@click.option(
    "--nothing-came",
    is_flag=True,
    help="You know that the month was run to its end, though nothing came on its last days.",
)
@click.option("--reopen", "is_reopening", is_flag=True, help="Take the closing of the last closed month back.")
@click.option("--show", is_flag=True, help="The month's closing: figures, seal, what was posted into it since.")
@click.option("--list", "is_list", is_flag=True, help="Every closing.")
@click.option(
    "--pdf",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the close report to this file, which must be new.",
)
@as_json
def close(
    month: str | None,
    by: str | None,
    why: str | None,
    nothing_came: bool,
    is_reopening: bool,
    show: bool,
    is_list: bool,
    pdf: Path | None,
    json_: bool,
) -> None:
    """Close a month: freeze its A/R roll-forward and trial balance, sealed into the chain of units of work.

    \b
    pm close 2026-10 --by YOU                     close it; the report (PDF) goes to PM_HOME/closings
    pm close 2026-10 --show                       figures, and late entries: what was posted into it since
    pm close 2026-10 --show --pdf FILE            the report again, byte for byte, or of a reopened month saying so
    pm close --list
    pm close 2026-10 --reopen --by YOU --why ...  take it back; it may be closed again, as its next edition

    A month goes by the day money was posted. It is closed once, in order, when it is over and run to its end and every invariant
    holds, by a person with the role close; the last closed month is reopened by one with the role reopen (config/people.yaml).
    The first closing closes every month before it too. Late entries change no closed month: the next closing has them in a column
    of its own.
    """  # fmt: skip
    if is_list + show + is_reopening > 1:
        raise click.UsageError("Give one of --list, --show and --reopen.")
    if is_list:
        _list(json_)
        return
    if month is None:
        raise click.UsageError("Which month? Give it as 2026-10, or --list.")
    if not show and by is None:
        raise click.UsageError(
            "Closing and reopening have a name: --by PERSON (of config/people.yaml). To look only: --show."
        )
    if is_reopening and why is None:
        raise click.UsageError("Say why the month is reopened: --why TEXT.")
    from pm_pipeline import closing
    from pm_pipeline.desk import ActionLog
    from pm_pipeline.home import open_home

    home = open_home()
    about = closing.Month.read(month)
    if not show and pdf is not None and pdf.exists():
        raise PmError(f"{pdf} is there already. Nothing was done: name a new file for the report.")
    if show:
        with home.warehouse.read() as con:
            found = closing.closing(con, about.text)
        _tell(found, pdf, json_)
        return
    with home.write() as con:
        if is_reopening:
            closing.reopen(
                con, home.config, about, actor=by or "", reason=why or "", today=home.today(), run_id=f"close-{uuid4()}"
            )
        else:
            closing.close(
                con,
                home.config,
                about,
                log=ActionLog(home.settings.desk_dir),
                actor=by or "",
                today=home.today(),
                run_id=f"close-{uuid4()}",
                nothing_came=nothing_came,
            )
        found = closing.closing(con, about.text)
    if pdf is None and not is_reopening:
        pdf = home.settings.closings_dir / f"{found['close_id'].replace('/', '-')}.pdf"
    _tell(found, pdf, json_)


def _list(json_: bool) -> None:
    from pm_pipeline import closing
    from pm_pipeline.audit.render import rows_table
    from pm_pipeline.home import open_home

    with open_home().warehouse.read() as con:
        rows = closing.closings(con)
    if json_:
        print_json(rows)
    elif rows:
        out.print(rows_table(f"{len(rows):,} closings", [{name: row[name] for name in LISTED} for row in rows]))
    else:
        out.print("No month was closed yet. To close one: pm close MONTH --by YOU")


def _tell(found: dict[str, Any], pdf: Path | None, json_: bool) -> None:
    if pdf is not None:
        found = {**found, "report": _write_report(found, pdf)}
    if json_:
        print_json(found)
        return
    from pm_pipeline.audit.render import rows_table

    for line in _head(found):
        out.print(escape(line), highlight=False, soft_wrap=True)
    for title, name in (
        (f"A/R roll-forward of {found['month']}", "roll_forward"),
        ("Trial balance (debits positive)", "trial_balance"),
    ):
        rows = found[name]
        out.print(rows_table(title, [*rows, _total(rows)]) if rows else f"{title}: nothing.")
    late = found["late"]
    if late:
        out.print(rows_table(f"Late: posted into it since ({len(late):,} transactions)", late[:SHOWN]))
        if len(late) > SHOWN:
            out.print(f"... and {len(late) - SHOWN:,} more: --json has all.")
    else:
        out.print("Late entries: none.")


def _head(found: dict[str, Any]) -> list[str]:
    later = found["posted_later"]
    lines = [
        f"{found['close_id']} is {found['state']}: closed on {found['closed_on']} by {found['actor']}, A/R {dollars(found['ar_cents'])}",
        f"At link {found['chain_seq']} of the chain ({found['chain_hash']}), ledger batch {found['batch_no']}",
        f"Sealed: {found['seal']}",
    ]
    if found["state"] == "reopened":
        lines.append(f"Reopened on {found['reopened_on']} by {found['reopened_by']}: {found['reopened_because']}")
    lines.append(
        f"Dated in it (effective date) and posted in a later month, whose they are: {later['entries']:,} A/R entries, {dollars(later['ar_cents'])}"
    )
    if "report" in found:
        lines.append(f"Report: {found['report']['file']} (sha256 {found['report']['sha256']})")
    return lines


def _total(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The sum of every column of cents, under the name total; of one row or more."""
    first = next(iter(rows[0]))
    return {
        name: sum(row[name] for row in rows) if name.endswith("_cents") else "total" if name == first else ""
        for name in rows[0]
    }


def _write_report(found: dict[str, Any], pdf: Path) -> dict[str, str]:
    """Write the report, whole or not at all, to a file that is new or holds these very bytes. Raises PmError."""
    from pm_pipeline.closing.report_pdf import report_pdf

    data = report_pdf(found)
    remedy = (
        f"The closing itself is as `pm close {found['month']} --show` says; once there is a place for its report: "
        f"pm close {found['month']} --show --pdf FILE"
    )
    try:
        pdf.parent.mkdir(parents=True, exist_ok=True)
        if pdf.exists() and pdf.read_bytes() != data:
            raise PmError(f"{pdf} is there already, with something else in it, and was left as it is. {remedy}")
        part = pdf.with_name(f"{pdf.name}.part")
        part.write_bytes(data)
        part.replace(pdf)
    except OSError as problem:
        raise PmError(f"The close report could not be written to {pdf} ({problem.strerror}). {remedy}") from None
    return {"file": str(pdf), "sha256": hashlib.sha256(data).hexdigest()}

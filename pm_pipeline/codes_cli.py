"""`pm codes`: the public edit tables that rules ask, loaded from the official files, edition by edition."""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import Path

import click

from pm_pipeline.console import DAY, as_json, out, print_json


def _edition(_context: click.Context, _parameter: click.Parameter, name: str) -> str:
    from pm_pipeline.codes.formats import EDITIONS

    if name not in EDITIONS:
        raise click.BadParameter(f"{name!r} is none of {', '.join(EDITIONS)}.")
    return name


@click.group()
def codes() -> None:
    """Public edit tables: NCCI, MUE, ICD-10-CM, HCPCS level II, CLIA, coverage policies, fee schedule indicators.

    \b
    pm codes formats                                          which files can be loaded, by the name CMS gives them
    pm codes load FILE --as mue --effective 2026-04-01        the edition in force from that day
    pm codes load FILE... --as ncci_ptp --effective DAY       one that comes in parts: all of them at once
    pm codes load FILE... --as coverage --effective DAY       four files that stand only together; pm codes formats names them
    pm codes list                                             which editions are loaded

    A rule that asks a table of which no edition is in force on the date of service does not fire.
    """


@codes.command()
@as_json
def formats(json_: bool) -> None:
    """The files that `pm codes load` reads, by the name to load them as.

    Of coverage articles load those of your own Medicare contractor alone: another one's hold its claims, not yours, and every line of
    Medicare is held against all articles that are loaded.
    """
    from pm_pipeline.codes.formats import EDITIONS

    rows = [{"format": name, "table": one.kind, "file": one.what} for name, forms in EDITIONS.items() for one in forms]
    if json_:
        print_json(rows)
    else:
        for row in rows:
            out.print(f"{row['format']:<20} {row['file']}", highlight=False)


@codes.command()
@click.argument(
    "paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--as", "edition", metavar="FORMAT", callback=_edition, required=True, help="What it is; see pm codes formats."
)
@click.option("--effective", type=DAY, required=True, help="The first day the edition is in force.")
@click.option("--complete", is_flag=True, help="These are all files of the edition, though the one before had more.")
@as_json
def load(paths: tuple[Path, ...], edition: str, effective: dt.datetime, complete: bool, json_: bool) -> None:
    """Load an edition from its official file, or from its files when it comes in several (ncci_ptp, coverage).

    All of it or, when a line is wrong, nothing. The same files again do nothing; a file that was published again takes the place of
    the one before, an edition in several files as a whole.

    \b
    Exit 0: loaded, or known already.   Exit 1: nothing was loaded; the text names the file, the line and what to do.
    """
    from pm_pipeline.codes.tables import load_table
    from pm_pipeline.home import open_home

    run_id = uuid.uuid4().hex
    with open_home().write() as con:
        done = load_table(con, paths, edition, effective.date(), run_id, complete=complete)
    names = ", ".join(path.name for path in paths)
    if json_:
        print_json({**vars(done)})
    elif done.is_known:
        out.print(f"Loaded already: {done.rows:,} rows from {names}.")
    else:
        out.print(f"{done.kind}, edition of {done.effective_from}: {done.rows:,} rows from {names}.")


@codes.command("list")
@as_json
def list_(json_: bool) -> None:
    """The editions loaded, and from which files."""
    from pm_pipeline.home import open_home
    from pm_pipeline.warehouse import records

    with open_home().warehouse.read() as con:
        rows = records(
            con,
            "SELECT kind, format, file.effective_from, nullif(last_day, DATE '9999-12-31') AS last_day, rows, file_name, sha256 "
            "FROM codes.table_file AS file JOIN codes.edition_in_force USING (kind) WHERE edition = effective_from ORDER BY ALL",
        )
    if json_:
        print_json(rows)
    else:
        for row in rows:
            out.print(
                f"{row['format']:<20} {row['effective_from']} to {row['last_day'] or 'now'}  {row['rows']:>9,} rows  {row['file_name']}"
            )
        out.print(f"{len(rows)} files loaded.")

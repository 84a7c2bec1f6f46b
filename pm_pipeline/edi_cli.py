"""`pm edi`: X12 files for people and programs. Needs no installation: nothing is read but the files named, nothing written."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pm_pipeline.console import as_json, err, escape, out, plain, print_json

if TYPE_CHECKING:
    from pm_pipeline.x12.find import Hit, Pattern
    from pm_pipeline.x12.source import Source

STDIN = "-"
SHOWN_CLAIMS = 1000  # of one set, unless --claims says otherwise
SHOWN_FINDINGS = 1000
FILE = click.argument("file", metavar="FILE")


@click.group()
def edi() -> None:
    """X12 files: look into them, judge them, find segments in them.

    \b
    pm edi show FILE            what is in it, problems first, one line per claim
    pm edi summary FILE --json  the same in figures, with keys that stay the same, for programs
    pm edi validate FILE        every fault, with its segment and code
    pm edi grep CLP01=ID FILE   segments, with the claim each stands under
    pm edi tables FILE DB       an 835 as tables of a new DuckDB database

    FILE is any X12 file, whatever its name: 835, 837, 277CA, 999, 997, TA1, 270/271, 276/277, 278; - is standard input.
    Several interchanges in one file, and their own separators, are no obstacle.
    """


@edi.command()
@FILE
@click.option(
    "--claims",
    type=click.IntRange(min=0),
    default=SHOWN_CLAIMS,
    show_default=True,
    help="How many claims to list of each set, those with a problem first; 0: none.",
)
@as_json
def show(file: str, claims: int, json_: bool) -> None:
    """What is in an X12 file: problems first, then every interchange and set, with one line per claim.

    Shows ids, codes, dates and amounts; never names of people. Dispositions are accepted, noted (accepted with something
    odd), quarantined (set aside: a person must look) and rejected.

    \b
    Exit 0: nothing was refused and every payment and claim balances.
    Exit 1: something was refused or does not balance; it is shown all the same.
    Exit 2: there is no such file, or it cannot be read.
    """
    from pm_pipeline.audit.render_edi import print_edi
    from pm_pipeline.x12.summary import is_sound, summarize

    with _opened(file) as source:
        document = summarize(source, list_claims=claims)
    print_json(document) if json_ else print_edi(out, document, claims)
    _exit_unless(is_sound(document))


@edi.command()
@FILE
@as_json
def summary(file: str, json_: bool) -> None:
    """What an X12 file comes to: a line per set, or with --json one document whose keys stay the same.

    The document: file_id (sha256), bytes, disposition, problems [code, segment_no, text] and interchanges; of each isa13,
    sender, receiver, disposition, ta1 [isa13, code, note] and transactions; of each st02, guide, disposition, problems and,
    by what it is:

    \b
    835    trn02, bpr02_cents, claims, lines, adjustments, charge_cents, paid_cents,
           plb_cents, balanced, unbalanced_claims
    837    claims, lines, charge_cents
    277CA  claims [claim_id, category, status, disposition], unlisted_rejected
    999    group_code, sets [st02, code]       (a 997 the same)

    Amounts are integer cents. There may be more keys than these. Any file gives a document, X12 or not.

    \b
    Exit 0: nothing was refused and every payment and claim balances.
    Exit 1: something was refused or does not balance.
    Exit 2: there is no such file, or it cannot be read.
    """
    from pm_pipeline.audit.render_edi import print_edi_summary
    from pm_pipeline.x12.summary import is_sound, summarize

    with _opened(file) as source:
        document = summarize(source)
    print_json(document) if json_ else print_edi_summary(out, document)
    _exit_unless(is_sound(document))


@edi.command()
@FILE
@as_json
def validate(file: str, json_: bool) -> None:
    """Is the file fit to be sent? Every fault of envelope, structure and elements, with its segment number and code.

    Codes are those of the 999: IK304 for a segment, IK403 for an element, IK502 for a set, AK905 for a group, TA105 for an
    interchange. Besides: NO_MAP (there is no map of this guide to judge it by; 270, 271, 276, 277, 278), codes in capitals
    from the envelope, and OWN-... for what the maps do not know. A text never repeats a value of the file.

    \b
    Exit 0: valid.   Exit 1: not valid.   Exit 2: there is no such file, or it cannot be read.
    """
    from pm_pipeline.audit.render_edi import print_verdict
    from pm_pipeline.x12.validate import validate as judge

    with _opened(file) as source:
        verdict = judge(source.read(0, source.size))
    if json_:
        print_json(
            {
                "is_valid": verdict.is_valid,
                "sets": [
                    {
                        "st01": one.st01,
                        "st02": one.st02,
                        "first_segment_no": one.first_segment_no,
                        "is_valid": one.is_valid,
                        "findings": len(one.findings),
                    }
                    for one in verdict.sets
                ],
                "findings": [asdict(one) for one in verdict.findings],
            }
        )
    else:
        print_verdict(out, verdict, SHOWN_FINDINGS)
    _exit_unless(verdict.is_valid)


@edi.command()
@click.argument("pattern")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("-i", "--ignore-case", is_flag=True, help="Upper and lower case are the same (when text is looked for).")
@click.option("--text", "as_text", is_flag=True, help="PATTERN is text, even when it looks like a tag or an element.")
@click.option("--regex", "as_regex", is_flag=True, help="PATTERN is a regular expression over the segment's text.")
@click.option("-m", "--max-count", type=click.IntRange(min=1), help="Stop after so many segments of each file.")
@as_json
def grep(
    pattern: str,
    files: Sequence[str],
    ignore_case: bool,
    as_text: bool,
    as_regex: bool,
    max_count: int | None,
    json_: bool,
) -> None:
    """Find segments: prints file, segment number, the claim it stands under, and the segment as it is.

    What is found may hold data of patients. PATTERN is one of

    \b
    CLP             every CLP segment
    CLP01=ABC123    the element is exactly this; * stands for any text: CLP01=ABC*
    CLP07           the element is there
    SVC01-2=99213   a component of the element
    CAS=45          any element of the segment is this (CAS02=45 looks at CAS02 only)
    anything else   the segment holds this text

    The claim is CLP01 in an 835, CLM01 in an 837, TRN02 in a 277 or 277CA.

    \b
    Exit 0: something was found.   Exit 1: nothing.   Exit 2: a file could not be read as X12, or the pattern.
    """
    from pm_pipeline.x12.find import PatternError, parse_pattern

    try:
        wanted = parse_pattern(pattern, as_text=as_text, as_regex=as_regex, ignore_case=ignore_case)
    except PatternError as problem:
        raise click.UsageError(str(problem)) from None
    found: list[dict[str, Any]] = []
    count, failed = 0, False
    for file in files:
        try:
            for hit in _hits(file, wanted, max_count):
                count += 1
                if json_:
                    found.append({"file": file, **_hit(hit)})
                else:
                    claim = f"claim {hit.claim_id}" if hit.claim_id else "no claim"
                    click.echo(f"{file}:{hit.segment_no}: {plain(claim)}: {plain(hit.text)}")
        except click.UsageError as problem:
            failed = True
            err.print(f"[bold red]pm:[/] {escape(problem.format_message())}", soft_wrap=True)
    if json_:
        print_json(found)
    raise SystemExit(2 if failed else 0 if count else 1)


@edi.command()
@FILE
@click.argument("database", metavar="DATABASE", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--threads", type=click.IntRange(min=1), default=2, show_default=True)
@as_json
def tables(file: str, database: Path, threads: int, json_: bool) -> None:
    """An 835 of any size as tables of a new DuckDB database, for a notebook or a query. They hold data of patients.

    Every set that is whole is read; each row has its set_no and segment_no. Amounts are integer cents.

    \b
    x12_835_payment     one per set: BPR, TRN, payee        x12_835_adjustment  one per CAS reason and amount
    x12_835_claim       one per CLP                         x12_835_plb         one per PLB reason and amount
    x12_835_line        one per SVC                         x12_835_remark      one per remark code
    x12_835_balance     per claim: what does not balance    x12_835_segment     every segment and where it stands
    x12_835_sum         per set: what it comes to           x12_835_fault       per set: why its figures cannot stand

    \b
    Exit 0: every set of the file was read.
    Exit 1: something in the file was refused (pm edi show FILE says what); the rest is in the database.
    Exit 2: there is no such file, it cannot be read, or DATABASE is there already.
    """
    import duckdb

    from pm_pipeline.x12.bulk import STORAGE, read_835

    if database.exists():
        raise click.UsageError(f"{database} is there already; name a database that is not, nothing is overwritten.")
    with _opened(file) as source, duckdb.connect(str(database), config={**STORAGE}) as con:
        database.chmod(0o600)
        envelope = read_835(con, source, threads=threads, gates=True, everything=True)
        names = ("payment", "claim", "line", "adjustment", "plb", "remark", "segment", "fault")
        counts = {name: _count(con, f"x12_835_{name}") for name in names}
    print_json({"disposition": envelope.disposition, "rows": counts}) if json_ else print_table_counts(counts)
    refused = sum(
        one.disposition != "accepted" or "rejected" in (home.disposition, group.disposition)
        for home in envelope.interchanges
        for group in home.groups
        for one in group.sets
    )
    _exit_unless(envelope.disposition == "accepted" and not refused)


def _count(con: Any, table: str) -> int:
    return int(con.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def print_table_counts(counts: dict[str, int]) -> None:
    """The tables made and how many rows each has."""
    for name, rows in counts.items():
        out.print(f"x12_835_{name:<12}{rows:>14,}")


def _hits(file: str, wanted: Pattern, max_count: int | None) -> Iterator[Hit]:
    from pm_pipeline.x12.envelope import open_envelope
    from pm_pipeline.x12.find import find

    with _opened(file) as source:
        envelope = open_envelope(source)
        for count, hit in enumerate(find(envelope, wanted), start=1):
            yield hit
            if count == max_count:
                return
        if envelope.problems:
            raise click.UsageError(f"{file}: {envelope.problems[0].text}")


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "segment_no": hit.segment_no,
        "st01": hit.st01,
        "st02": hit.st02,
        "claim_id": hit.claim_id,
        "segment": hit.text,
    }


@contextmanager
def _opened(file: str) -> Iterator[Source]:
    """The bytes of a file, left on disk. Raises UsageError (exit 2) saying why there are none."""
    from pm_pipeline.x12.source import InMemory, OnDisk

    try:
        if file == STDIN:
            source = InMemory(sys.stdin.buffer.read())
        elif stat.S_ISREG(Path(file).stat().st_mode):
            source = OnDisk(Path(file))
        else:  # a pipe, say, which can be read but once; a folder cannot at all
            source = InMemory(Path(file).read_bytes())
    except FileNotFoundError:
        raise click.UsageError(f"{file} does not exist.") from None
    except IsADirectoryError:
        raise click.UsageError(f"{file} is a folder; name the files in it, for example {file.rstrip('/')}/*.") from None
    except PermissionError:
        raise click.UsageError(f"{file} may not be read by this user.") from None
    except (OSError, ValueError) as problem:
        raise click.UsageError(f"{plain(file)} cannot be read ({type(problem).__name__}).") from None
    with source if isinstance(source, OnDisk) else nullcontext(source):
        yield source


def _exit_unless(is_good: bool) -> None:
    if not is_good:
        raise SystemExit(1)

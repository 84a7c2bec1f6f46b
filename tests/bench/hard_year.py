"""A year of everything that payers do: what posted with no person, and whether both books and every reason agree.

    python -m tests.bench.hard_year

Lives `pm demo --mix hard --days 365` in a folder of its own (three quarters of an hour) and writes docs/bench_hard_year.md. With
--read DOCUMENT HOME it reads what such a demo printed with --json, and its PM_HOME, instead.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import click
import duckdb

from pm_pipeline.posting import auto_posted
from pm_pipeline.settings import Settings
from tests.bench.demo_document import ROOT, demo_document

COUNTED = {"lines": "Service lines", "claims": "Claims", "payments": "Remittances", "cents": "Dollars"}
Rates = dict[str, tuple[int, int]]


@click.command()
@click.option("--days", default=365, show_default=True, help="Days to live through.")
@click.option(
    "--read",
    type=(
        click.Path(exists=True, dir_okay=False, path_type=Path),
        click.Path(exists=True, file_okay=False, path_type=Path),
    ),
    metavar="DOCUMENT HOME",
    help="What `pm demo --mix hard --json` printed, and its PM_HOME: nothing is lived.",
)
@click.option("--out", type=click.Path(path_type=Path), default=ROOT / "docs" / "bench_hard_year.md", show_default=True)
def main(days: int, read: tuple[Path, Path] | None, out: Path) -> None:
    """Live the hard mix, hold it against the sandbox's books, and write what posted with no person."""
    with tempfile.TemporaryDirectory(prefix="hard-year-") as work:
        home = read[1] if read else Path(work)
        document = json.loads(read[0].read_text()) if read else demo_document(home, "hard", days)
        text = page(document, rates(home))
    out.write_text(text, encoding="utf-8")
    click.echo(text)


def rates(home: Path) -> Rates:
    """What is counted -> how much of it posted with no person, and how much there is, in the warehouse of a home."""
    path = Settings.load({"PM_ROOT": str(ROOT), "PM_HOME": str(home)}).warehouse_path
    with duckdb.connect(str(path), read_only=True) as con:
        return auto_posted(con)


def page(document: dict[str, Any], posted: Rates) -> str:
    """The year in Markdown: rates, books, reasons."""
    books = document["reconciliation"]
    wrong = [one for one in books["lines"] if one["ledger_cents"] != one["books_cents"]]
    reasons, edits = document["planted"], document["edits"]
    checks = [
        ("Claims of which both books say the same, to the cent",
         f"{books['claims_compared'] - len(books['claims_differing']):,} of {books['claims_compared']:,}"),
        ("Accounts and kinds of money of which they do", f"{len(books['lines']) - len(wrong)} of {len(books['lines'])}"),
        ("What had to wait or be looked at, found under its own reason", f"{_sum(reasons, 'planted', but='missing'):,} of {_sum(reasons, 'planted'):,}"),
        ("Found without a cause", f"{sum(len(one['unplanted']) for one in reasons)}"),
        ("Mistakes planted for an edit, found by it", f"{_sum(edits['edits'], 'found'):,} of {_sum(edits['edits'], 'planted'):,}"),
        ("Claims held with nothing wrong", f"{edits['held_wrongly']} of {edits['claims']:,}"),
        ("Broken invariants of the ledger", f"{len(document['violations'])}"),
    ]  # fmt: skip
    return (
        "# A year of everything that payers do\n\nWritten by `python -m tests.bench.hard_year`: `pm demo --mix hard` from "
        f"{document['from']} to {document['to']}, {document['claims']:,} claims; ledger hash `{document['ledger_hash'][:16]}`.\n\n"
        f"| posted with no person | share | |\n|---|--:|--:|\n{_table(_rate(text, *posted[name], name) for name, text in COUNTED.items())}\n\n"
        "A remittance counts when everything in it posted so: one line that a person must see is enough for it not to.\n\n"
        f"| held against the sandbox's own books | |\n|---|--:|\n{_table(checks)}\n\n"
        f"| reason | there was cause | found | open at the end |\n|---|--:|--:|--:|\n"
        f"{_table((one['code'], *(str(one[name]) for name in ('planted', 'found', 'open'))) for one in reasons)}\n"
    )


def _rate(text: str, posted: int, total: int, name: str) -> tuple[str, ...]:
    by = 100 if name == "cents" else 1
    return text, f"{posted / total:.2%}" if total else "none", f"{posted // by:,} of {total // by:,}"


def _sum(rows: list[dict[str, Any]], name: str, but: str | None = None) -> int:
    return sum(one[name] - (len(one[but]) if but else 0) for one in rows)


def _table(rows: Any) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    main()

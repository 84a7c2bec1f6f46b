"""What the rulebook is worth: one careless practice lived twice, with the edits holding claims and with the edits only warning.

    python -m tests.bench.rulebook --days 30

Both live through the edits mix (`pm demo --mix edits`: the same visits, the same slips, payers that refuse what nobody found). The
second has every rule of severity hold turned to warn in a configuration of its own. Writes docs/bench_rulebook.md.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from pm_pipeline.scrub.rulebook import SHIPPED_RULES
from pm_pipeline.settings import SHIPPED_CONFIG
from tests.bench.demo_document import ROOT, demo_document

KPIS = {
    "initial_denial_rate_claims_by_remits": "Claims denied at first, of those answered",
    "initial_denial_rate_dollars_by_remits": "Dollars denied at first, of those answered",
    "clean_claim_rate": "Claims that left without a hold or a touch (nothing holds where edits only warn)",
}


@click.command()
@click.option("--days", default=30, show_default=True, help="Days to live through, twice.")
@click.option("--out", type=click.Path(path_type=Path), default=ROOT / "docs" / "bench_rulebook.md", show_default=True)
def main(days: int, out: Path) -> None:
    """Live the edits mix with the rulebook on and off, and write both denial rates side by side."""
    with tempfile.TemporaryDirectory(prefix="rulebook-") as work:
        on = lived(Path(work) / "on", days, SHIPPED_CONFIG)
        # sent twice, a visit cannot be told from its twin by the other side: these books may differ
        off = lived(Path(work) / "off", days, only_warning(Path(work) / "config"))
    text = page(days, on, off)
    out.write_text(text, encoding="utf-8")
    click.echo(text)


def only_warning(folder: Path) -> Path:
    """A copy of the shipped configuration in which every rule that holds only warns; returns it."""
    shutil.copytree(SHIPPED_CONFIG, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    for path in SHIPPED_RULES.glob("*/*.yaml"):
        text, changed = re.subn(r"(?m)^severity: hold$", "severity: warn", path.read_text())
        if changed:
            target = folder / "rules" / path.relative_to(SHIPPED_RULES)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
    return folder


def lived(home: Path, days: int, config: Path) -> dict[str, Any]:
    """The document of a demo lived in a folder of its own. Exits when there is none, or a planted mistake was not found."""
    document = demo_document(home, "edits", days, config)
    missing = [item for one in document["edits"]["edits"] for item in one["missing"]]
    if missing:
        raise click.ClickException(f"{len(missing)} planted mistakes were not found: {', '.join(missing[:10])}")
    return document


def page(days: int, on: dict[str, Any], off: dict[str, Any]) -> str:
    """Both figures side by side, in Markdown."""
    rows = [(text, *(rate(one, kpi) for one in (on, off))) for kpi, text in KPIS.items()]
    rows += [
        ("Mistakes planted for an edit, found by it", *(caught(one["edits"]) for one in (on, off))),
        ("Claims held with nothing wrong", *(f"{one['edits']['held_wrongly']} of {one['edits']['claims']:,}" for one in (on, off))),
    ]  # fmt: skip
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return (
        f"# What the rulebook is worth\n\nWritten by `python -m tests.bench.rulebook --days {days}`: one careless practice, {days} days, "
        f"{on['claims']:,} claims, mistakes of {len(on['edits']['edits'])} kinds; payers refuse what nobody found.\n\n"
        f"| | edits hold | edits only warn |\n|---|---|---|\n{table}\n"
    )


def rate(document: dict[str, Any], kpi: str) -> str:
    """A KPI of a demo's document as numerator, denominator and share."""
    found = next((one for one in document["kpis"] if one["kpi"] == kpi), None)
    if found is None or found["value"] is None:
        return "none"
    value, numerator, denominator = (Decimal(found[name]) for name in ("value", "numerator", "denominator"))
    return f"{value:.1%} ({numerator:,.0f} of {denominator:,.0f})"


def caught(edits: dict[str, Any]) -> str:
    """Found of planted."""
    planted, found = (sum(one[name] for one in edits["edits"]) for name in ("planted", "found"))
    return f"{found:,} of {planted:,}"


if __name__ == "__main__":
    main()

"""What the `pm` commands share: where they print, --json, and how a file's text is made fit for a terminal."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import Any

import click
from rich.console import Console

# in a file or a pipe there is no terminal to fit: names are not cut
WIDTH = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 140
out = Console(width=WIDTH)
err = Console(stderr=True)
DAY = click.DateTime(formats=["%Y-%m-%d"])
as_json = click.option("--json", "json_", is_flag=True, help="Print one JSON document instead of text.")
at_most = click.option(
    "--limit", type=click.IntRange(1), default=50, show_default=True, help="How many to show; --json has all."
)
by_person = click.option(
    "--by", required=True, envvar="PM_ACTOR", metavar="PERSON", help="Who does it, of config/people.yaml (or PM_ACTOR)."
)
because = click.option(
    "--why", required=True, help="The reason, in your words, for whoever looks at it next; no patient's name."
)


def print_json(document: Any) -> None:
    """A document, on standard output."""
    click.echo(json.dumps(document, indent=2, default=str, ensure_ascii=False))


def escape(text: str) -> str:
    """Text that rich prints as it is."""
    return text.replace("[", r"\[")


def plain(text: str) -> str:
    """Text of a file without what would steer a terminal: each control character becomes a dot."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f]", "\N{MIDDLE DOT}", text)


def dollars_in(text: str) -> str:
    """A text with its amounts as people read them: CLP04 6570 cents -> CLP04 65.70. The marts do the same (macro dollars_in)."""
    return re.sub(r"(-?)\b([0-9]+) cents\b", lambda found: f"{found[1]}{dollars(int(found[2]))}", text)


def dollars(cents: int) -> str:
    """Cents as people read them: 123456 -> 1,234.56."""
    return f"{cents / 100:,.2f}"

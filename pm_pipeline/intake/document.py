"""A feed as a Markdown table for the README: python -m pm_pipeline.intake.document charges."""

from __future__ import annotations

import sys

from pm_pipeline.errors import ConfigError
from pm_pipeline.intake.feed import Feed, known_feeds


def table(feed: Feed) -> str:
    """One line per column: name, whether it must be filled, what a cell must be, what it means; then the row rules."""
    lines = ["| column | required | a cell is | meaning |", "| --- | --- | --- | --- |"]
    for column in feed.columns:
        required = "yes" if column.required else ""
        lines.append(f"| `{column.name}` | {required} | {_cell(column.cell.expected)} | {_cell(column.means)} |")
    if feed.rules:
        lines += ["", "Over a whole row:", ""]
        lines += [f"- {', '.join(f'`{name}`' for name in rule.columns)}: {rule.expected}." for rule in feed.rules]
    return "\n".join(lines) + "\n"


def find(name: str) -> Feed:
    """The feed with this name. Raises ConfigError naming the known ones."""
    for feed in known_feeds():
        if feed.feed == name:
            return feed
    raise ConfigError(f"There is no feed {name!r}. Known: {', '.join(feed.feed for feed in known_feeds())}.")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    try:
        sys.stdout.write("\n".join(table(find(name)) for name in sys.argv[1:]))
    except ConfigError as problem:
        sys.exit(str(problem))

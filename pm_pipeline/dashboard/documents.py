"""Documents that other parts write and people read here: the rulebook, the description of the marts, feed reports, close reports.

Each kind lies in one folder of the installation and is handed out under a policy that lets it load nothing from anywhere and reach nothing here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pm_pipeline.settings import Settings

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
OWN_SCRIPTS = "; script-src 'unsafe-inline'"
DBT_SCRIPTS = "; script-src 'unsafe-inline' 'unsafe-eval'; sandbox allow-scripts"  # in an origin of their own: nothing of a session


@dataclass(frozen=True)
class Kind:
    """A kind of document. index: its entrance, when it is a set of pages; otherwise its files are listed, newest first."""

    name: str
    title: str
    means: str
    folder: Callable[[Settings], Path]
    suffix: str
    index: str | None = None
    made_by: str = ""
    policy: str = POLICY  # the Content-Security-Policy it is handed out with


KINDS = {
    one.name: one
    for one in (
        Kind("rules", "Rulebook", "Every edit rule in plain words: what it says, why, whom it is for, what it found.",
             lambda settings: settings.documents_dir / "rules", ".html", "index.html", "pm docs", POLICY + OWN_SCRIPTS),
        Kind("marts", "Marts", "Every table and column behind these pages, how it is made, and what each KPI counts.",
             lambda settings: settings.documents_dir / "marts", ".html", "index.html", "pm docs", POLICY + DBT_SCRIPTS),
        Kind("closings", "Close reports", "What a month was closed with.", lambda settings: settings.closings_dir, ".pdf", None, "pm close MONTH", "frame-ancestors 'none'"),
        Kind("feeds", "Feed reports", "What was taken of each file the practice sent, what was not, and what to do about it.",
             lambda settings: settings.reports_dir, ".html", None, "a run that lands a feed"),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Document:
    """A file people can open: its kind, its name below the folder of the kind, and when it was written (UTC)."""

    kind: str
    name: str
    at: dt.datetime


def documents(settings: Settings, kind: Kind) -> list[Document]:
    """The documents of a kind, newest first; a set of pages is one."""
    folder = kind.folder(settings)
    found = [folder / kind.index] if kind.index else list(folder.glob(f"*{kind.suffix}"))
    listed = [Document(kind.name, path.name, _written(path)) for path in found if path.is_file()]
    return sorted(listed, key=lambda one: (one.at, one.name), reverse=True)


def _written(path: Path) -> dt.datetime:
    return dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)

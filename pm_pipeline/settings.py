"""Where this installation keeps its things, from the environment.

PM_ROOT     the project folder (default: the nearest parent of the working folder with a workspace.yaml)
PM_HOME     warehouse, Dagster home, published marts, action log, reports, letters, statements, closings, sandbox (default: ROOT/.pm)
PM_INBOX    landed bytes (default: ROOT/edi_inbox)       PM_OUTBOX   emitted bytes (default: ROOT/edi_outbox)
PM_CONFIG   a practice's own configuration folder (default: the one shipped in pm_pipeline/config)
PM_TODAY    the business date to use instead of today's (YYYY-MM-DD; the simulation sets it)
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from pm_pipeline.errors import ConfigError

SHIPPED_CONFIG = Path(__file__).parent / "config"


@dataclass(frozen=True)
class Settings:
    """The folders of one installation. Paths are absolute; nothing is created by loading."""

    root: Path
    home: Path
    inbox: Path
    outbox: Path
    config_dir: Path
    today: dt.date | None = None

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the environment. Raises ConfigError naming the variable when a value cannot be used."""
        env = os.environ if environ is None else environ
        root = Path(env["PM_ROOT"]).resolve() if env.get("PM_ROOT") else _nearest_project(Path.cwd())
        home = Path(env.get("PM_HOME") or root / ".pm").resolve()
        today = None
        if text := env.get("PM_TODAY"):
            try:
                today = dt.date.fromisoformat(text)
            except ValueError:
                raise ConfigError(
                    f"PM_TODAY is not a date. Expected YYYY-MM-DD, for example 2026-06-01; got {text!r}."
                ) from None
        return cls(
            root=root,
            home=home,
            inbox=Path(env.get("PM_INBOX") or root / "edi_inbox").resolve(),
            outbox=Path(env.get("PM_OUTBOX") or root / "edi_outbox").resolve(),
            config_dir=Path(env.get("PM_CONFIG") or SHIPPED_CONFIG).resolve(),
            today=today,
        )

    @property
    def warehouse_path(self) -> Path:
        """The DuckDB file."""
        return self.home / "warehouse" / "pm.duckdb"

    @property
    def published_dir(self) -> Path:
        """Immutable generations of the marts, and the `current` link."""
        return self.home / "published"

    @property
    def dagster_home(self) -> Path:
        """DAGSTER_HOME: runs and events, never PHI."""
        return self.home / "dagster"

    @property
    def sandbox_dir(self) -> Path:
        """State of the built-in clearinghouse: its SFTP folders, keys and books."""
        return self.home / "sandbox"

    @property
    def desk_dir(self) -> Path:
        """The action log: what people did in pages and with `pm desk`, and has been applied or will be."""
        return self.home / "desk"

    @property
    def letters_dir(self) -> Path:
        """Appeal letters; they hold patient data."""
        return self.home / "letters"

    @property
    def statements_dir(self) -> Path:
        """Patients' statements: pages and the print vendor's files; they hold patient data."""
        return self.home / "statements"

    @property
    def reports_dir(self) -> Path:
        """Feed reports to send back to the practice."""
        return self.home / "reports"

    @property
    def closings_dir(self) -> Path:
        """Close reports (PDF), one per closing; no PHI."""
        return self.home / "closings"

    @property
    def documents_dir(self) -> Path:
        """The rulebook and the description of the marts as web pages (`pm docs`); no PHI."""
        return self.home / "documents"

    def business_date(self, time_zone: str) -> dt.date:
        """Today, in the practice's time zone, unless PM_TODAY says otherwise."""
        return self.today or dt.datetime.now(ZoneInfo(time_zone)).date()


def _nearest_project(start: Path) -> Path:
    for folder in (start, *start.parents):
        if (folder / "workspace.yaml").is_file():
            return folder
    return start

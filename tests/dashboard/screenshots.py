"""Pictures of the pages for the README: python -m tests.dashboard.screenshots PM_HOME [FOLDER]    (PM_HOME: a finished demo's)."""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from pathlib import Path

from pm_pipeline.config import load_config
from pm_pipeline.config.dashboard import load_dashboard
from pm_pipeline.dashboard.server import Doors
from pm_pipeline.settings import Settings
from tests.dashboard.browsing import chromium, sign_in
from tests.dashboard.site import served

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = {
    "today": ("/", "light"),
    "kpis": ("/kpis", "light"),
    "denials": ("/denials?by=carc", "dark"),
    "trace": ("/trace?claim={claim}", "light"),
}
SIZE = {"width": 1280, "height": 800}


def main(home: Path, folder: Path) -> None:
    """Write dashboard-<page>.png for each of PAGES. People and passwords are of the moment and kept nowhere."""
    with tempfile.TemporaryDirectory() as scratch:
        settings = Settings.load({**os.environ, "PM_HOME": scratch})
        settings.published_dir.parent.mkdir(exist_ok=True)
        settings.published_dir.symlink_to((home / "published").resolve())
        doors = Doors(settings, load_config(settings), load_dashboard(settings))
        person = next(one for one in doors.config.people.people if one.dashboard == "analyst")
        password = secrets.token_urlsafe(16)
        doors.passwords.set(person, password)
        claim = next(row["claim_id"] for row in doors.published.rows("denials", {}) if row["recovered_amount"] == 0)
        with served(doors) as address, chromium() as browser:
            for name, (path, scheme) in PAGES.items():
                page = browser.new_context(viewport=SIZE, color_scheme=scheme).new_page()  # type: ignore[arg-type]
                sign_in(page, address + path.format(claim=claim), person.person, password)
                page.wait_for_timeout(1_500)
                page.screenshot(path=folder / f"dashboard-{name}.png")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else DOCS)

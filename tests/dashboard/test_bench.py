"""The measure of the pages visits each of them and says which one is late."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from pm_pipeline.dashboard.tables import LISTINGS, WORKLISTS
from tests.bench import dashboard
from tests.dashboard.site import Site


@pytest.mark.slow
def test_every_page_is_visited_on_the_longer_history_and_the_late_are_named(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "page.md"
    given = ["--home", str(site.settings.home), "--claims", "100", "--keep", str(tmp_path / "long"), "--out", str(out)]
    done = CliRunner().invoke(dashboard.main, given)
    assert done.exit_code == 0, done.output
    page = out.read_text()
    assert "\n104 claims: " in page  # 13 of the site's, eight times
    assert "Over a target: none." in page
    rows = {line.split(" | ")[0].removeprefix("| ") for line in page.splitlines() if line.startswith("| ")} - {"page"}
    assert rows == set(dashboard.visits())
    assert {one.title for one in LISTINGS.values()} - {name.removeprefix("List: ") for name in rows} <= {
        "Balances", "Rows of the figure", "Worklist",
    }  # fmt: skip
    assert len(rows) > len(WORKLISTS) + 30
    monkeypatch.setattr(dashboard, "TARGET", -1)
    monkeypatch.setattr(dashboard, "REPEATS", 1)
    monkeypatch.setattr(dashboard, "VISITS", {"Files": "/files"})
    monkeypatch.setattr(dashboard, "LISTINGS", {})
    monkeypatch.setattr(dashboard, "WORKLISTS", {})
    done = CliRunner().invoke(dashboard.main, given)
    assert done.exit_code == 1
    assert "Over a target: Files." in out.read_text()

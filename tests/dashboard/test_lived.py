"""A pipeline run and ten open dashboards at once; what a person does in a page is in the ledger after that run."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path

import pytest
from flask.testing import FlaskClient as Client

from pm_pipeline.config import load_config
from pm_pipeline.config.dashboard import load_dashboard
from pm_pipeline.dashboard.server import Doors
from pm_pipeline.settings import Settings
from tests.dashboard.conftest import sign_in
from tests.dashboard.site import PASSWORD
from tests.dashboard.test_item import act
from tests.dashboard.test_server import page
from tests.lived import Lived, environment

READERS = 10
PAGES = (
    "/", "/kpis", "/aging", "/denials", "/payers", "/scrub", "/remittances", "/files", "/list/entries", "/list/worklist",
)  # fmt: skip
AS_OF = re.compile(r'"As of ", \{"props": \{"children": "(\d{4}-\d\d-\d\d)"')


@pytest.fixture
def doors(lived: Lived, tmp_path: Path) -> Doors:
    """The dashboard over a copy of the lived practice."""
    shutil.copytree(lived.home.settings.home.parent, tmp_path / "copy", symlinks=True)
    settings = Settings.load(environment(tmp_path / "copy"))
    made = Doors(settings, load_config(settings), load_dashboard(settings))
    for person in made.config.people.people:
        if person.dashboard:
            made.passwords.set(person, PASSWORD)
    return made


class Reader(threading.Thread):
    """Somebody who opens one page after the other until the run has ended."""

    def __init__(self, client: Client, first: int, ended: threading.Event) -> None:
        super().__init__()
        self.client, self.first, self.ended = client, first, ended
        self.seen: list[tuple[str, str]] = []  # page, as-of day
        self.problems: list[str] = []

    def run(self) -> None:
        """Read on; a page without its as-of day is a problem."""
        number = self.first
        while not self.ended.is_set() or number < self.first + len(PAGES):
            path = PAGES[number % len(PAGES)]
            number += 1
            try:
                shown = page(self.client, path)
            except Exception as problem:  # noqa: BLE001 (of a thread: told in the test)
                self.problems.append(f"{path}: {problem!r}")
                continue
            if (found := AS_OF.search(shown)) and '"Not shown"' not in shown:
                self.seen.append((path, found[1]))
            else:
                self.problems.append(f"{path}: {shown[:300]}")


def test_ten_dashboards_beside_a_run_and_an_action_in_a_page_reaches_the_ledger(doors: Doors, lived: Lived) -> None:
    before = doors.published.about()
    clients = []
    for place in range(READERS):
        client = doors.app.server.test_client()
        assert sign_in(client, "wren" if place % 2 else "sable").status_code == 302
        clients.append(client)
    denial = next(
        row
        for row in doors.published.rows("worklist", {"worklist": "denials"})
        if row["amount"] > 1 and row["payer_id"] != "patient"
    )
    item, claim = str(denial["item_id"]), str(denial["claim_id"])
    balance = {"claim": claim, "account": "AR"}
    owed = doors.published.totals("entries", balance, ("amount",))["amount"]
    by_patient = doors.published.totals("entries", {**balance, "party": "patient"}, ("amount",))["amount"] or Decimal(0)
    answer = act(clients[1], item, "transfer", party="patient", cents="1.00", why="the plan does not cover it")
    assert answer.status_code == 303, answer.text

    day = (dt.date.fromisoformat(lived.report.document["to"]) + dt.timedelta(days=1)).isoformat()
    run = subprocess.Popen(
        [sys.executable, "-m", "pm_pipeline.cli", "run", "--offline", "--from", day, "--to", day, "--json"],
        env={**os.environ, **environment(doors.settings.home.parent), "PM_TODAY": day},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    ended = threading.Event()
    readers = [Reader(client, place, ended) for place, client in enumerate(clients)]
    for one in readers:
        one.start()
    said, told = run.communicate(timeout=900)
    ended.set()
    for one in readers:
        one.join()
    assert run.returncode == 0, told[-2000:]
    assert [problem for one in readers for problem in one.problems] == []
    assert all(len(one.seen) >= len(PAGES) for one in readers)
    days = {seen for one in readers for _, seen in one.seen}
    assert before.as_of_date.isoformat() in days  # they read while it ran

    assert doors.published.about().generation > before.generation
    moved = doors.published.rows("entries", {**balance, "run": json.loads(said)["runs"]["lifecycle"]})
    assert sorted(row["amount"] for row in moved) == [Decimal("-1.00"), Decimal("1.00")]
    assert doors.published.totals("entries", balance, ("amount",))["amount"] == owed
    assert doors.published.totals("entries", {**balance, "party": "patient"}, ("amount",))[
        "amount"
    ] == by_patient + Decimal("1.00")
    assert "done" in page(clients[1], "/item", f"?item={item}")

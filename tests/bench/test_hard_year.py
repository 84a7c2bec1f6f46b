"""The page of a hard year says what agrees, what does not, and out of how many."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.bench import hard_year
from tests.money import CO45, World, claim, line


def document(**changes: Any) -> dict[str, Any]:
    """What a demo prints, as far as the page reads it: one account, one claim and one reason are wrong."""
    return {
        "from": "2026-06-01", "to": "2027-05-31", "claims": 20, "ledger_hash": "ab" * 32, "violations": [],
        "reconciliation": {
            "lines": [{"name": "Charges", "ledger_cents": 5, "books_cents": 5}, {"name": "A/R", "ledger_cents": 4, "books_cents": 5}],
            "claims_compared": 19, "claims_differing": {"C1": {}},
        },
        "planted": [
            {"code": "PLB_REVIEW", "planted": 3, "found": 2, "open": 1, "missing": ["T1/WO/"], "unplanted": []},
            {"code": "POLICY_HOLD", "planted": 1, "found": 2, "open": 2, "missing": [], "unplanted": ["T2/1"]},
        ],
        "edits": {"edits": [{"rule": "DX-003", "planted": 7, "found": 6, "missing": ["E1"]}], "claims": 20, "held_wrongly": 2},
    } | changes  # fmt: skip


def test_what_differs_is_counted_as_differing() -> None:
    text = hard_year.page(
        document(), {"lines": (99, 100), "claims": (45, 50), "payments": (0, 0), "cents": (12_400, 20_000)}
    )
    for row in (
        "| Service lines | 99.00% | 99 of 100 |",
        "| Remittances | none | 0 of 0 |",
        "| Dollars | 62.00% | 124 of 200 |",
        "| Claims of which both books say the same, to the cent | 18 of 19 |",
        "| Accounts and kinds of money of which they do | 1 of 2 |",
        "| What had to wait or be looked at, found under its own reason | 3 of 4 |",
        "| Found without a cause | 1 |",
        "| Mistakes planted for an edit, found by it | 6 of 7 |",
        "| Claims held with nothing wrong | 2 of 20 |",
        "| PLB_REVIEW | 3 | 2 | 1 |",
    ):
        assert row in text


def test_a_year_that_was_lived_before_is_read(tmp_path: Path, home: Any) -> None:
    with home.write() as con:
        world = World(con, tmp_path / "world")
        world.bill("C1", {"A": 10_000})
        held = claim("X9", line("?", 5_000, 5_000))
        world.post(world.remittance(claim("C1", line("A", 10_000, 8_000, CO45(2_000))), held))
    printed = tmp_path / "document.json"
    printed.write_text(json.dumps(document()))
    page = tmp_path / "page.md"
    done = CliRunner().invoke(
        hard_year.main, ["--read", str(printed), str(home.settings.warehouse_path.parents[1]), "--out", str(page)]
    )
    assert done.exit_code == 0, done.output
    assert "| Claims | 50.00% | 1 of 2 |" in page.read_text()


def test_a_demo_that_says_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    done = CliRunner().invoke(hard_year.main, ["--days", "1", "--out", str(tmp_path / "page.md")])
    assert done.exit_code == 1
    assert "ended with 1" in done.output
    assert not (tmp_path / "page.md").exists()

"""Very many claims are posted in portions, found one after the other and moved in one transaction: it comes to the same."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pm_pipeline import ledger, posting
from pm_pipeline.audit.verify import verify
from pm_pipeline.warehouse import unit
from tests.money import CO45, PR1, TODAY, Bill, World, claim, line, taken_back
from tests.posting.test_all_or_nothing import fails_everywhere
from tests.posting.test_flags import deposit
from tests.posting.test_place import place
from tests.warehouses import fresh

RUN = "pm_pipeline.posting.run"
TOLD = (
    "SELECT posting_key, kind, claim_id, payer_turn, match_by, generation, reverses, paid_cents, adjusted_cents FROM posting.posting_made",
    "SELECT remit_line_id, posting_key, charge_id, outcome, paid_cents FROM posting.line_outcome_made",
    "SELECT adjustment_id, posting_key, action, rule_id, posted_cents FROM posting.decision_made",
    "SELECT exception_id, code, item_id, cents, evidence FROM posting.exception",
    "SELECT exception_id, because FROM posting.exception_closed",
    "SELECT event_id, claim_id, kind, state FROM scrub.claim_event",
    "SELECT payment_id FROM posting.payment_posted",
    "SELECT deposit_id, payment_id FROM posting.deposit_match",
)


def told(con: duckdb.DuckDBPyConnection) -> list[Any]:
    """What posting came to, but for the batches it is sealed in."""
    return [ledger.content_hash(con), *(sorted(con.execute(sql).fetchall(), key=str) for sql in TOLD)]


def landed(con: duckdb.DuckDBPyConnection, folder: Path) -> World:
    """Answers of every kind, loaded."""
    folder.mkdir()
    world = World(con, folder)
    names = [f"C{number}" for number in range(8)]
    world.bill_all([Bill(name, {f"{name}A": 10_000, f"{name}B": 5_000}) for name in names])
    first = claim("C0", line("C0A", 10_000, 8_000, CO45(2_000)), number="N0")
    answers = [
        first,
        claim("C1", line("C1A", 10_000, 8_000, CO45(1_000), PR1(1_000)), number="N1", patient_cents=500),  # CLP05
        claim("C2", line("C2A", 11_000, 9_000, CO45(2_000)), line("C2B", 5_000, 4_000, CO45(1_000)), number="N2"),
        claim("C3", line("?", 10_000, 9_000, CO45(1_000), procedure="99499"), number="N3"),  # whose line is it
        claim("X9", line("?", 5_000, 5_000), number="N4"),  # nobody's
        *(claim(name, line(f"{name}A", 10_000, 9_000, CO45(1_000)), number=name) for name in names[4:]),
    ]
    again = claim("C4", line("C4A", 10_000, 9_000, CO45(1_000)), number="C4")
    world.land(world.text(world.remittance(*answers)))
    world.land(world.text(world.remittance(taken_back(first), again, trace="T2", plb=[("L6", "", -500)])))
    deposit(world, "D1", "T1", 66_000)
    world.load()
    return world


@pytest.fixture
def whole(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> list[Any]:
    """What it comes to in one piece."""
    world = landed(con, tmp_path / "whole")
    posting.run(con, world.config, TODAY, "run")
    assert {"PR_MISMATCH", "CHARGE_MISMATCH", "LINE_UNMATCHED", "CLAIM_UNMATCHED", "DUP_PAYMENT"} <= set(
        world.exceptions()
    )
    return told(con)


@pytest.mark.parametrize("inside", [False, True], ids=["alone", "inside another unit"])
def test_in_portions_it_comes_to_the_same(
    inside: bool, whole: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[RUN], "PORTION_CLAIMS", 3)
    con = fresh()
    world = landed(con, tmp_path / "portions")
    with unit(con, "desk", "run") if inside else nullcontext():
        posting.run(con, world.config, TODAY, "run")
    batches = con.execute("SELECT count(*) FROM ledger.batch WHERE name = 'posting: remittances'").fetchall()
    assert batches[0][0] > 2
    assert told(con) == whole
    assert verify(con) == []
    con.close()


def test_in_portions_it_is_kept_whole_or_not_at_all(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = landed(con, tmp_path / "portions")
    monkeypatch.setattr(sys.modules[RUN], "PORTION_CLAIMS", 6)
    modules = (RUN, "pm_pipeline.ledger.post")
    names = fails_everywhere(con, monkeypatch, modules, lambda: posting.run(con, world.config, TODAY, "run"))
    last_found = len(names) - 1 - names[::-1].index("forward.sql")
    assert names.index("post.sql") > last_found, "all portions are found before one is moved"
    assert verify(con) == []


def test_in_portions_after_the_transaction_has_begun(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = landed(con, tmp_path / "portions")
    posting.run(con, world.config, TODAY, "run")
    place(world, "C3A")  # which the next run does first
    monkeypatch.setattr(sys.modules[RUN], "PORTION_CLAIMS", 1)
    more = [claim(name, line(f"{name}B", 5_000, 4_000, CO45(1_000)), number=f"{name}B") for name in ("C5", "C6", "C7")]
    world.land(world.text(world.remittance(*more, trace="T3")))
    world.load()
    posting.run(con, world.config, TODAY, "run-2")
    assert [world.ar(name) for name in ("C5", "C6", "C7")] == [{}] * 3
    assert verify(con) == []

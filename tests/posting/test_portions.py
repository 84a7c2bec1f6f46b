"""Very many claims are posted and kept portion by portion; a run that breaks off between two is gone on with by the next."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pm_pipeline import ledger, posting
from pm_pipeline.audit.verify import verify
from pm_pipeline.warehouse import unit
from tests.money import CO45, PR1, TODAY, Bill, World, claim, line, taken_back
from tests.posting.test_all_or_nothing import Failure
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
    """What posting came to, but for who did it when: that it took two runs may show nowhere else."""
    return [ledger.content_hash(con), *(sorted(con.execute(sql).fetchall(), key=str) for sql in TOLD)]


def landed(con: duckdb.DuckDBPyConnection, folder: Path) -> World:
    """Answers of every kind, loaded: what is told of them is told only when all of them are posted."""
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


def links(con: duckdb.DuckDBPyConnection) -> int:
    return len(con.execute("SELECT seq FROM warehouse.chain WHERE unit_name = 'posting'").fetchall())


@pytest.mark.parametrize(
    "broken", ["nowhere", "items.sql", "keep.sql", "reversal.sql", "suspend.sql", "look.sql", "events.sql"]
)
def test_it_comes_to_the_same_in_portions_and_when_it_breaks_off_between_them(
    broken: str, whole: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[RUN], "PORTION_CLAIMS", 3)
    con = fresh()
    world = landed(con, tmp_path / "portions")
    if broken != "nowhere":
        with monkeypatch.context() as patch:
            fail_after_the_first_portion(patch, broken)
            with pytest.raises(Failure):
                posting.run(con, world.config, TODAY, "run-1")
        assert links(con) >= 1
        assert con.execute("SELECT run_id FROM posting.unended_run").fetchall() == [("run-1",)]
        assert verify(con) == []
    posting.run(con, world.config, TODAY, "run-2")
    assert links(con) > 2
    assert told(con) == whole
    assert con.execute("FROM posting.unended_run").fetchall() == []
    assert verify(con) == []
    con.close()


def fail_after_the_first_portion(patch: pytest.MonkeyPatch, at: str) -> None:
    """Fail after SQL file `at` the first time that it comes when a portion was kept."""
    run_sql, came = sys.modules[RUN].run_sql, set[str]()

    def run(con: duckdb.DuckDBPyConnection, package: str, name: str, *params: Any) -> Any:
        result = run_sql(con, package, name, *params)
        if name == at and "keep.sql" in came:
            raise Failure(at)
        came.add(name)
        return result

    patch.setattr(sys.modules[RUN], "run_sql", run)


def test_inside_another_unit_nothing_is_kept_by_itself(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[RUN], "PORTION_CLAIMS", 3)
    world = landed(con, tmp_path / "inside")

    def act() -> None:
        with unit(con, "desk", "run"):
            posting.run(con, world.config, TODAY, "run")
            raise Failure

    with pytest.raises(Failure):
        act()
    assert con.execute("SELECT count(*) FROM posting.posting_made").fetchall() == [(0,)]


def test_a_run_that_places_lines_is_kept_whole(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it tells of that at its end, no other run could."""
    world = landed(con, tmp_path / "whole")
    posting.run(con, world.config, TODAY, "run")
    place(world, "C3A")
    monkeypatch.setattr(sys.modules[RUN], "PORTION_CLAIMS", 1)
    more = [claim(name, line(f"{name}B", 5_000, 4_000, CO45(1_000)), number=f"{name}B") for name in ("C5", "C6", "C7")]
    world.land(world.text(world.remittance(*more, trace="T3")))
    world.load()
    before = links(con)
    posting.run(con, world.config, TODAY, "run-2")
    assert links(con) == before + 1
    assert verify(con) == []

"""A run that fails anywhere, before its transaction begins or after, leaves the warehouse as it was; the next one does all of it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from pm_pipeline import posting, remittance
from pm_pipeline.audit.verify import verify
from pm_pipeline.posting import Resolution
from pm_pipeline.transport.opening import open_landed
from tests.money import CO45, PR1, TODAY, Adjustment, World, claim, line, taken_back
from tests.posting.test_flags import deposit
from tests.posting.test_place import place
from tests.posting.test_resolve import decide, only


class Failure(Exception):
    """What a test makes happen."""


def held(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Table -> a hash of its rows, of every table that is kept."""
    tables = con.execute(
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY 1"
    ).fetchall()
    return {
        name: con.execute(f"SELECT coalesce(bit_xor(hash(one)), 0) + count(*) FROM {name} AS one").fetchall()[0][0]
        for (name,) in tables
    }


def failing_at(monkeypatch: pytest.MonkeyPatch, modules: tuple[str, ...], step: int) -> list[str]:
    """Make the SQL file of number `step` that these modules run the last one, and fail after it; their names as they come."""
    names: list[str] = []

    def make(run_sql: Callable[..., Any]) -> Callable[..., Any]:
        def run(con: duckdb.DuckDBPyConnection, package: str, name: str, *params: Any) -> Any:
            result = run_sql(con, package, name, *params)
            names.append(name)
            if len(names) == step:
                raise Failure(name)
            return result

        return run

    for module in modules:
        monkeypatch.setattr(sys.modules[module], "run_sql", make(sys.modules[module].run_sql))
    return names


def fails_everywhere(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, modules: tuple[str, ...], run: Callable[[], object]
) -> list[str]:
    """Let `run` fail after each SQL file in turn and hold that nothing changed; then let it pass. The files it ran."""
    before, step = held(con), 0
    while True:
        step += 1
        with monkeypatch.context() as patch:
            names = failing_at(patch, modules, step)
            try:
                run()
            except Failure:
                assert held(con) == before, f"{names[-1]} left something"
            else:
                break
    assert held(con) != before
    return names


def test_posting_is_kept_whole_or_not_at_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.bill("C2", {"C2A": 10_000})
    for claim_id in ("C1", "C3", "C4"):
        world.bill(claim_id, {f"{claim_id}A": 10_000, f"{claim_id}B": 10_000})
    first = claim("C1", line("C1A", 10_000, 8_000, CO45(2_000)), number="N1")
    odd = line("?", 10_000, 8_000, CO45(2_000), procedure="99499")
    stranger = claim("0", line("?", 10_000, 7_000, CO45(2_000), PR1(1_000)), number="N2")
    world.post(
        world.remittance(first, claim("C3", line("C3A", 10_000, 8_000, CO45(2_000)), odd, number="N3"), stranger)
    )
    item = only(world, "CLAIM_UNMATCHED")
    decide(world, "CLAIM_UNMATCHED", Resolution("match", "C2"))
    # what the run has to do: a match taken back, a line placed, claims posted, one reversed, one held, a PLB, a deposit
    posting.unpost(world.con, world.config, item, actor="tamsin", reason="other visit", today=TODAY, run_id="u")
    place(world, "C3B")
    answer = claim("C4", line("C4A", 10_000, 8_000, CO45(2_000)), line("C4B", 10_000, 0, CO45(10_000)), number="N4")
    nobody = claim("X9", line("?", 5_000, 5_000), number="N5")
    world.land(world.text(world.remittance(taken_back(first), answer, nobody, trace="T2", plb=[("L6", "", -500)])))
    deposit(world, "D1", "T1", 31_000)
    world.load()

    names = fails_everywhere(
        world.con, monkeypatch, ("pm_pipeline.posting.run", "pm_pipeline.ledger.post", "pm_pipeline.scrub.events"),
        lambda: posting.run(world.con, world.config, TODAY, "run-2"),
    )  # fmt: skip
    ran = set(names)
    assert {
        "unpost.sql",
        "place.sql",
        "tie.sql",
        "forward.sql",
        "keep.sql",
        "reversal.sql",
        "suspend.sql",
        "provider.sql",
        "post.sql",
    } <= ran
    assert verify(world.con) == []
    assert world.ar("C1") == {"primary": 20_000}
    assert world.balances()["BANK:none"] == 31_000


@pytest.mark.parametrize(
    ("answers", "paid", "reason", "in_ar"),
    [("C1", 8_000, "45", 0), ("X9", 8_000, "45", 10_000), ("C1", 0, "50", 10_000)],
    ids=["all posts", "all is held", "all is denied: nothing moves"],
)
def test_a_run_with_nothing_to_take_back_is_kept_whole_or_not_at_all(
    world: World, monkeypatch: pytest.MonkeyPatch, answers: str, paid: int, reason: str, in_ar: int
) -> None:
    """Its transaction begins only when everything of the first pass is known."""
    world.bill("C1", {"A": 10_000})
    answer = claim(answers, line("A", 10_000, paid, Adjustment("CO", reason, 10_000 - paid)))
    world.land(world.text(world.remittance(answer, method="ACH" if paid else "NON")))
    world.load()
    fails_everywhere(
        world.con, monkeypatch, ("pm_pipeline.posting.run", "pm_pipeline.ledger.post", "pm_pipeline.scrub.events"),
        lambda: posting.run(world.con, world.config, TODAY, "run-2"),
    )  # fmt: skip
    assert verify(world.con) == []
    assert world.ar("C1").get("primary", 0) == in_ar


def test_a_remittance_is_loaded_whole_or_not_at_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.land(world.text(world.remittance(claim("C1", line("A", 10_000, 8_000, CO45(2_000))))))
    open_landed(world.con, world.store, world.config, TODAY, "run")
    names = fails_everywhere(
        world.con, monkeypatch, ("pm_pipeline.remittance.load",),
        lambda: remittance.run(world.con, world.store, world.config, TODAY, "run"),
    )  # fmt: skip
    assert names == ["judge.sql", "load.sql"]
    assert world.con.execute("SELECT claims, paid_cents FROM remittance.payment").fetchall() == [(1, 8_000)]

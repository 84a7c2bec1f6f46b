"""What "posted with no person" means, in one place: `pm status` and a backtest both ask it."""

from __future__ import annotations

from pm_pipeline import posting
from pm_pipeline.audit.status import status
from pm_pipeline.home import Home
from pm_pipeline.posting import Resolution
from pm_pipeline.posting.backtest import Rate, backtest
from tests.money import CO45, DOS, TODAY, World, claim, line
from tests.posting.policies import standard


def test_a_decision_of_a_person_counts_alike_in_status_and_backtest(home: Home) -> None:
    """T1: all by itself. T2: a person matches one claim, the other posts. T3: a person books its PLB."""
    with home.write() as con:
        world = World(con, home.settings.home)
        for name in ("C1", "C2", "C3", "C4"):
            world.bill(name, {f"{name}A": 10_000})
        paid = {
            name: claim(name, line(f"{name}A", 10_000, 8_000, CO45(2_000)), number=name) for name in ("C1", "C3", "C4")
        }
        strange = claim("STRANGER", line("?", 10_000, 700, CO45(9_300)), line("?", 5, 5), number="X")
        world.post(
            world.remittance(paid["C1"]),
            world.remittance(paid["C3"], strange, trace="T2"),
            world.remittance(paid["C4"], trace="T3", plb=[("CS", "REF", 500)]),
        )
        before = posting.auto_posted(con)
        waiting = dict(
            con.execute("SELECT code, exception_id FROM posting.open_exception WHERE is_blocking").fetchall()
        )
        for code, decision in (
            ("CLAIM_UNMATCHED", Resolution("match", "C2")),
            ("PLB_REVIEW", Resolution("book", "SETTLEMENT:other")),
        ):
            posting.resolve(
                con, world.config, waiting[code], decision, actor="wren", reason="so", today=TODAY, run_id="r"
            )
        world.post(run_id="r")
        after = posting.auto_posted(con)
        told = status(con)["auto_post"]
    # what waits and what a person decided are the same: neither posted by itself
    assert before == after == {"lines": (3, 5), "claims": (3, 4), "payments": (1, 3), "cents": (24_000, 24_705)}
    assert {name: (one["posted"], one["of"]) for name, one in told.items()} == after
    found = backtest(home.warehouse, home.config, standard(world), DOS, TODAY)
    assert found.auto_post == {name: Rate(posted, posted, of) for name, (posted, of) in after.items()}

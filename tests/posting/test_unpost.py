"""A wrong match is taken back: the entries are negated, the money waits again, and the ledger ends as if it had never been."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import duckdb
import pytest

from pm_pipeline import ledger, posting
from pm_pipeline.audit.trace import trace_claim
from pm_pipeline.audit.verify import verify
from pm_pipeline.errors import PmError
from pm_pipeline.home import Home
from pm_pipeline.posting import Resolution, propose
from pm_pipeline.posting.backtest import backtest
from pm_pipeline.scrub.events import new_events
from pm_pipeline.warehouse import unit
from tests.money import CO45, DOS, PR1, TODAY, Adjustment, World, claim, line, taken_back
from tests.posting.policies import standard
from tests.posting.test_match import insure, nameless
from tests.posting.test_resolve import closed, decide, only

STRANGER = claim("0", line("?", 10_000, 7_000, CO45(2_000), PR1(1_000)), number="N1")


def remit(world: World) -> str:
    """The id of the one remittance claim."""
    ((found,),) = world.con.execute("SELECT remit_claim_id FROM remittance.claim").fetchall()
    return str(found)


def undo(world: World, item: str, run_id: str = "u") -> str:
    """Take the match of `item` back and post; returns the unposting's id."""
    made, _ = posting.unpost(
        world.con, world.config, item, actor="tamsin", reason="other visit", today=TODAY, run_id=run_id
    )
    world.post(run_id=run_id)
    return made


def state(con: duckdb.DuckDBPyConnection, claim_id: str) -> tuple[str, str] | None:
    return con.execute("SELECT state, kind FROM scrub.claim_state WHERE claim_id = ?", [claim_id]).fetchone()


def sent(world: World, *claim_ids: str) -> None:
    """A diary: each claim was accepted by its payer."""
    with unit(world.con, "diary", "r"), new_events(world.con, "r"):
        for claim_id in claim_ids:
            world.con.execute("INSERT INTO new_claim_event VALUES (?, 1, 'prepared', 'prepared', 'p', ?, NULL, NULL, NULL), "
                              "(?, 1, 'accepted', 'accepted', 'a', ?, NULL, NULL, NULL)", [claim_id, DOS, claim_id, DOS])  # fmt: skip


def test_a_wrong_match_by_a_person_is_taken_back_and_made_anew(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    world.bill("C2", {"B": 10_000})
    sent(world, "C1", "C2")
    world.post(world.remittance(STRANGER))
    first = only(world, "CLAIM_UNMATCHED")
    waiting = ledger.content_hash(world.con)
    decide(world, "CLAIM_UNMATCHED", Resolution("match", "C1"))
    assert world.ar("C1") == {"patient": 1_000}
    assert state(world.con, "C1") == ("paid", "paid")

    made = undo(world, first)  # the exception that the person closed
    assert (world.ar("C1"), world.balances()["UNAPPLIED:payer"]) == ({"primary": 10_000}, -7_000)
    assert ledger.content_hash(world.con) == waiting  # net of it nothing was posted
    assert state(world.con, "C1") == ("accepted", "reopen")  # and it waits for its own answer
    rows = world.con.execute(
        "SELECT DISTINCT txn.actor, entry.rule_id FROM ledger.txn JOIN ledger.entry USING (txn_id) WHERE txn_kind = 'unpost'"
    ).fetchall()
    assert rows == [("tamsin", made)]
    again = only(world, "CLAIM_UNMATCHED")
    assert again != first
    assert world.con.execute("SELECT evidence FROM posting.open_exception").fetchone() == (
        "CLP 1 at segment 17; a person took it back from claim C1",
    )
    assert [one.resolution.target for one in propose(world.con, again)] == ["C2"]  # not C1 again
    assert verify(world.con) == []

    decide(world, "CLAIM_UNMATCHED", Resolution("match", "C2"))
    assert (world.ar("C1"), world.ar("C2")) == ({"primary": 10_000}, {"patient": 1_000})
    assert state(world.con, "C2") == ("paid", "paid")
    assert verify(world.con) == []
    assert posting.auto_posted(world.con)["claims"] == (0, 1)
    # the payer takes back the second match, and what the first one did is not touched
    back = taken_back(STRANGER)
    world.post(world.remittance(back, trace="T2", paid=-7_000 + 9_000, plb=[("FB", "X", -9_000)]), run_id="r5")
    assert (world.ar("C1"), world.ar("C2")) == ({"primary": 10_000}, {"primary": 10_000})
    assert verify(world.con) == []
    told = [step.what for step in trace_claim(world.con, "C1")]
    assert "match taken back" in told
    assert "unpost" in told


def test_a_match_the_system_found_is_taken_back_and_not_found_again(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    insure(world, "C1", "M1")
    world.bill("C2", {"B": 10_000})
    world.post(world.remittance(nameless()))
    assert world.exceptions() == []
    before = world.con.execute("SELECT count(*) FROM ledger.entry").fetchone()
    undo(world, remit(world))
    world.post(run_id="u2")  # nor in any later run
    assert world.exceptions() == ["CLAIM_UNMATCHED"]
    assert world.ar("C1") == {"primary": 10_000}
    assert posting.auto_posted(world.con)["lines"] == (0, 1)
    after = world.con.execute("SELECT count(*) FROM ledger.entry").fetchone()
    assert before
    assert after
    assert after[0] == before[0] + 4 + 2
    # the person may come back to it
    decide(world, "CLAIM_UNMATCHED", Resolution("match", "C1"))
    assert world.ar("C1") == {}
    assert verify(world.con) == []


def test_all_that_a_match_led_to_goes_with_it(world: World) -> None:
    """A denial episode, a line a person placed, another payer put into the turn, what was to be looked at."""
    world.bill("C1", {"A": 10_000, "B": 5_000})
    odd = line("?", 5_000, 4_000, CO45(1_000), procedure="99499")
    world.post(world.remittance(claim("C1", line("A", 10_000, 0, Adjustment("CO", "197", 10_000)), odd), payer="SMDCR"))
    decide(world, "PAYER_NOT_ON_CLAIM", Resolution("turn", "primary"))
    decide(world, "LINE_UNMATCHED", Resolution("place", "B"))
    assert world.ar("C1") == {"primary": 10_000}
    assert len(world.denials()) == 1
    before = {row[0] for row in closed(world)}
    undo(world, remit(world))
    assert world.con.execute(
        "SELECT payer_id, charge_id, sum(cents) FROM ledger.entry WHERE account = 'AR' GROUP BY ALL HAVING sum(cents) <> 0 ORDER BY 2"
    ).fetchall() == [("BLHRB", "A", 10_000), ("BLHRB", "B", 5_000)]
    assert world.denials() == []
    assert world.exceptions() == ["CLAIM_UNMATCHED"]
    assert before == {"PAYER_NOT_ON_CLAIM", "LINE_UNMATCHED"}
    assert verify(world.con) == []
    # matched again by a person, it has to be decided anew
    decide(world, "CLAIM_UNMATCHED", Resolution("match", "C1"))
    assert world.exceptions() == ["PAYER_NOT_ON_CLAIM"]
    decide(world, "PAYER_NOT_ON_CLAIM", Resolution("turn", "primary"))
    assert world.exceptions() == ["LINE_UNMATCHED"]
    assert len(world.denials()) == 1


def test_an_answer_beside_it_keeps_the_claim_answered(world: World) -> None:
    world.bill("C1", {"A": 10_000, "B": 5_000})
    sent(world, "C1")
    world.post(world.remittance(claim("C1", line("A", 10_000, 0, Adjustment("CO", "197", 10_000)))))
    right = remit(world)
    world.post(world.remittance(claim("C1", line("B", 5_000, 5_000), number="N2"), trace="T2"), run_id="2")
    ((wrong,),) = world.con.execute(
        "SELECT remit_claim_id FROM remittance.claim WHERE remit_claim_id <> ?", [right]
    ).fetchall()
    undo(world, wrong)
    assert state(world.con, "C1") == ("denied", "unposted")


def test_what_cannot_be_taken_back_is_refused_with_what_can(world: World) -> None:
    world.bill("C1", {"A": 10_000}, payer="SMDCR", next_payer="SMTML")
    world.bill("C2", {"B": 10_000})
    first = claim("C1", line("A", 10_000, 8_000, CO45(1_000), PR1(1_000)), number="N1")
    second = claim("C1", line("A", 10_000, 1_000, Adjustment("OA", "23", 9_000)), status="2", number="N2")
    paid = claim("C2", line("B", 10_000, 8_000, CO45(2_000)), number="N3")
    world.post(world.remittance(first, payer="SMDCR"), world.remittance(second, trace="T2", payer="SMTML"),
               world.remittance(paid, trace="T3"), world.remittance(claim("C9", line("?", 1, 1), number="N4"), trace="T4"))  # fmt: skip
    world.post(world.remittance(taken_back(paid), trace="T5", paid=1_000, plb=[("FB", "X", -9_000)]), run_id="2")
    ids = dict(
        world.con.execute("SELECT payer_claim_number || ' ' || status, remit_claim_id FROM remittance.claim").fetchall()
    )

    def wrong(item: str, actor: str = "tamsin") -> str:
        with pytest.raises(PmError) as caught:
            posting.unpost(world.con, world.config, item, actor=actor, reason="so", today=TODAY, run_id="u")
        return str(caught.value)

    assert f"pm exceptions unpost {ids['N2 2']}" in wrong(ids["N1 1"])
    assert f"by {ids['N3 22']} (CLP02 22)" in wrong(ids["N3 1"])
    assert "the payer's own takeback" in wrong(ids["N3 22"])
    assert f"waits in suspense as {only(world, 'CLAIM_UNMATCHED')}" in wrong(ids["N4 1"])
    assert "No posted remittance claim is called 'RNONE'" in wrong("RNONE")
    assert "the person" in wrong(ids["N2 2"], actor=" ")
    assert "'C. Checker' is not among the people of people.yaml" in wrong(ids["N2 2"], actor="C. Checker")
    assert world.con.execute("SELECT count(*) FROM posting.unposting").fetchone() == (0,)
    undo(world, ids["N2 2"])
    undo(world, ids["N1 1"], "u2")
    assert world.ar("C1") == {"primary": 10_000}
    assert verify(world.con) == []


def test_posted_again_in_one_go_the_ledger_is_the_same(home: Home, tmp_path: Path) -> None:
    """A replay knows of the decision from the start: it never makes the match, and ends with the same balances."""
    with home.write() as con:
        world = World(con, home.settings.home)
        world.bill("C1", {"A": 10_000})
        world.bill("C2", {"B": 10_000})
        world.bill("C3", {"C": 10_000})
        world.post(world.remittance(claim("C1", line("?", 10_000, 7_000, CO45(2_000), PR1(1_000)))))
        world.post(world.remittance(STRANGER, trace="T2"))
        decide(world, "CLAIM_UNMATCHED", Resolution("match", "C1"))
        ids = [row[0] for row in con.execute("SELECT remit_claim_id FROM remittance.claim ORDER BY clp01").fetchall()]
        for place, one in enumerate(ids):
            undo(world, one, f"u{place}")
            decide(world, "CLAIM_UNMATCHED", Resolution("match", ("C2", "C3")[place]))
        assert (world.ar("C1"), world.ar("C2"), world.ar("C3")) == (
            {"primary": 10_000},
            {"patient": 1_000},
            {"patient": 1_000},
        )
    found = backtest(home.warehouse, home.config, standard(world), DOS, TODAY)
    assert (found.changes, found.accounts) == ([], [])


def test_a_match_is_taken_back_once_however_often_it_is_said_before_posting(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, 8_000, CO45(2_000)))))
    take = partial(
        posting.unpost,
        world.con,
        world.config,
        remit(world),
        actor="tamsin",
        reason="other visit",
        today=TODAY,
        run_id="u",
    )
    take()
    with pytest.raises(PmError, match="on 2026-07-01 already; the next run of posting negates"):
        take()
    world.post(run_id="u")
    with pytest.raises(PmError, match="waits in suspense"):
        take()


def test_a_claim_paid_twice_is_told_anew_after_a_match_was_taken_back(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    paid = claim("C1", line("A", 10_000, 8_000, CO45(2_000)))
    world.post(world.remittance(paid))
    world.post(world.remittance(paid, trace="T2", on=DOS.replace(day=21)), run_id="T2")
    first = only(world, "DUP_PAYMENT")
    undo(world, first)
    assert "DUP_PAYMENT" not in world.exceptions()
    decide(world, "CLAIM_UNMATCHED", Resolution("match", "C1"))
    again = only(world, "DUP_PAYMENT")
    undo(world, again, run_id="u2")
    world.post(world.remittance(paid, trace="T3", on=DOS.replace(day=22)), run_id="T3")
    assert len({first, again, only(world, "DUP_PAYMENT")}) == 3


def test_a_claim_paid_three_times_is_told_of_the_last_alone(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    paid = claim("C1", line("A", 10_000, 8_000, CO45(2_000)))
    seen = []
    for day in (20, 21, 22):
        world.post(world.remittance(paid, trace=f"T{day}", on=DOS.replace(day=day)), run_id=f"T{day}")
        seen += [only(world, "DUP_PAYMENT")] if day > 20 else []
    assert seen[0] != seen[1]  # only() has seen that the one told on the 21st is no longer open
    undo(world, seen[1])
    assert only(world, "DUP_PAYMENT") not in seen  # two still stand, and that is told anew

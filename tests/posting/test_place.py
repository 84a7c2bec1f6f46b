"""A line whose charge is known only after it posted: it moves there before anything that came in the same run builds on it."""

from __future__ import annotations

import datetime as dt

import pytest

from pm_pipeline import posting
from pm_pipeline.audit.verify import verify
from pm_pipeline.charges import line_id
from pm_pipeline.posting import Resolution
from tests.money import CO45, PR2, TODAY, Adjustment, World, claim, line, taken_back
from tests.posting.policies import go_by, standard
from tests.posting.test_match import by_charge
from tests.posting.test_policy_delay import WRITE_OFF
from tests.posting.test_resolve import only

GARBLED = line_id("B").replace("J2", "2J")  # two neighbours changed places
DUE = TODAY + dt.timedelta(days=40)


def charge_comes(
    world: World, claim_id: str = "C1", next_payer: str | None = None, charge: tuple[str, int] = ("B", 5_000)
) -> None:
    """The charge B of 5,000 (or `charge`) comes into the claim that had only A of 10,000."""
    world.con.execute("DELETE FROM scrub.claim")
    world.bill(claim_id, dict([charge]), next_payer=next_payer)
    world.con.execute("UPDATE scrub.claim SET charge_cents = charge_cents + 10000, lines = 2")


def place(world: World, charge_id: str) -> None:
    """A person names the charge of the line without one; nothing is posted yet."""
    posting.resolve(world.con, world.config, only(world, "LINE_UNMATCHED"), Resolution("place", charge_id), actor="wren", reason="by its note",
                    today=TODAY, run_id="r2")  # fmt: skip


def test_a_charge_and_the_reversal_of_what_paid_it_come_in_one_run(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    paid = claim("C1", line("A", 10_000, 8_000, CO45(2_000)), line("B", 5_000, 4_000, CO45(1_000)))
    world.post(world.remittance(paid))
    charge_comes(world)
    world.post(world.remittance(taken_back(paid), trace="T2", paid=0, plb=[("WO", "C1", -12_000)]), run_id="r2")
    assert by_charge(world) == [("A", 10_000), ("B", 5_000)]
    assert "LINE_UNMATCHED" not in world.exceptions()
    assert verify(world.con) == []


def test_a_line_waits_for_the_charge_it_names_though_another_looks_like_it(world: World) -> None:
    """The answer to a corrected charge, read before the correction: the charge that it replaces has its procedure, day and amount."""
    world.bill("C1", {"A": 10_000})
    correction = line_id("A, corrected")[1:]
    world.post(world.remittance(claim("C1", line(correction, 10_000, 8_000, CO45(2_000)))))
    assert by_charge(world) == [("A", 10_000), (None, -10_000)]
    assert world.exceptions() == ["LINE_UNMATCHED"]
    assert f"L{correction}" in world.con.execute("SELECT evidence FROM posting.open_exception").fetchall()[0][0]
    charge_comes(world, charge=(correction, 10_000))
    world.post(run_id="r2")
    assert by_charge(world) == [("A", 10_000)]
    assert world.exceptions() == []
    assert verify(world.con) == []


@pytest.mark.parametrize("name", ["L123456", GARBLED, None], ids=["foreign", "garbled", "none"])
def test_a_line_that_names_no_charge_of_ours_goes_by_what_it_says(world: World, name: str | None) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, 8_000, CO45(2_000), line_id=name))))
    assert by_charge(world) == []
    assert world.exceptions() == []


@pytest.mark.parametrize("charge_first", [True, False])
def test_a_line_and_what_took_it_back_go_to_a_charge_that_comes_after_both(world: World, charge_first: bool) -> None:
    world.bill("C1", {"A": 10_000})
    paid = claim("C1", line("A", 10_000, 8_000, CO45(2_000)), line("B", 5_000, 4_000, CO45(1_000)))
    world.post(world.remittance(paid))
    if charge_first:
        charge_comes(world)
    world.post(world.remittance(taken_back(paid), trace="T2", paid=0, plb=[("WO", "C1", -12_000)]), run_id="r2")
    if not charge_first:
        charge_comes(world)
    world.post(run_id="r3")
    by_payment = (
        "SELECT charge_id, trn02, account, sum(cents) FROM ledger.entry JOIN remittance.payment USING (payment_id) "
        "WHERE claim_id = 'C1' GROUP BY ALL HAVING sum(cents) <> 0 ORDER BY ALL"
    )
    assert world.con.execute(by_payment).fetchall() == [
        (charge, trace, account, sign * cents)
        for charge, written_off, billed in (("A", 2_000, 10_000), ("B", 1_000, 5_000))
        for trace, sign in (("T1", 1), ("T2", -1))
        for account, cents in (("AR", -billed), ("CONTRACTUAL", written_off))
    ]
    assert "LINE_UNMATCHED" not in world.exceptions()
    assert verify(world.con) == []


def test_a_line_is_placed_and_taken_back_in_one_run(world: World) -> None:
    world.bill("C1", {"A": 10_000, "B": 10_000})
    odd = line("?", 10_000, 8_000, CO45(2_000), procedure="99499")
    paid = claim("C1", line("A", 10_000, 9_000, CO45(1_000)), odd)
    world.post(world.remittance(paid))
    place(world, "B")
    world.post(world.remittance(taken_back(paid), trace="T2", paid=0, plb=[("WO", "C1", -17_000)]), run_id="r3")
    assert by_charge(world) == [("A", 10_000), ("B", 10_000)]
    assert "LINE_UNMATCHED" not in world.exceptions()
    assert verify(world.con) == []


@pytest.mark.parametrize("together", [True, False], ids=["in one run", "one after the other"])
def test_a_later_payers_write_off_builds_on_a_line_whose_charge_just_came(world: World, together: bool) -> None:
    """Of 5,000 the first payer paid 2,000 and left 3,000; the second allows 2,500, so it gives up 500 of B and nothing of A."""
    world.bill("C1", {"A": 10_000}, next_payer="SMTML")
    paid = claim("C1", line("A", 10_000, 8_000, CO45(2_000)), line("B", 5_000, 2_000, CO45(1_000), PR2(2_000)))
    world.post(world.remittance(paid))
    charge_comes(world, next_payer="SMTML")
    if not together:
        world.post(run_id="between")
    second = claim("C1", line("B", 5_000, 1_500, CO45(1_500), Adjustment("OA", "23", 2_000)), status="2", number="S1")
    world.post(world.remittance(second, payer="SMTML", trace="T2"), run_id="r2")
    moved = world.con.execute("SELECT posted_cents FROM posting.decision JOIN remittance.adjustment USING (adjustment_id) "
                              "JOIN posting.posting USING (posting_key) WHERE carc = '45' AND payer_turn = 'secondary'").fetchall()  # fmt: skip
    assert moved == [(500,)]
    assert by_charge(world) == []
    assert verify(world.con) == []


@pytest.mark.parametrize("by", ["policy", "person"])
def test_what_waits_for_its_day_goes_to_the_charge_too(world: World, by: str) -> None:
    go_by(world, standard(world, WRITE_OFF))
    charges = {"A": 10_000} if by == "policy" else {"A": 10_000, "B": 5_000}
    world.bill("C1", charges)
    name = "B" if by == "policy" else "?"
    odd = line(name, 5_000, 4_000, CO45(1_000), procedure="99499")
    paid = claim("C1", line("A", 10_000, 8_000, CO45(2_000)), odd)
    world.post(world.remittance(paid))
    if by == "policy":
        charge_comes(world)
    else:
        place(world, "B")
    world.post(run_id="r2")
    assert by_charge(world) == [("A", 2_000), ("B", 1_000)]
    world.post(today=DUE, run_id="due")
    assert by_charge(world) == []
    assert world.balances()["CONTRACTUAL:contract"] == 3_000
    world.post(
        world.remittance(taken_back(paid), trace="T2", paid=0, plb=[("WO", "C1", -12_000)]), today=DUE, run_id="back"
    )
    assert by_charge(world) == [("A", 10_000), ("B", 5_000)]
    assert verify(world.con) == []


def test_what_moved_on_its_day_moves_on_to_the_charge_that_comes_after_it(world: World) -> None:
    go_by(world, standard(world, WRITE_OFF))
    world.bill("C1", {"A": 10_000})
    paid = claim("C1", line("A", 10_000, 8_000, CO45(2_000)), line("B", 5_000, 4_000, CO45(1_000)))
    world.post(world.remittance(paid))
    world.post(today=DUE, run_id="due")
    assert by_charge(world) == [(None, -5_000)]
    charge_comes(world)
    world.post(today=DUE, run_id="comes")
    assert by_charge(world) == []
    back = world.remittance(taken_back(paid), trace="T2", paid=0, plb=[("WO", "C1", -12_000)])
    world.post(back, today=DUE, run_id="back")
    assert by_charge(world) == [("A", 10_000), ("B", 5_000)]
    assert verify(world.con) == []


def test_what_waits_for_its_day_goes_to_the_charge_when_taken_back_before_it(world: World) -> None:
    go_by(world, standard(world, WRITE_OFF))
    world.bill("C1", {"A": 10_000})
    paid = claim("C1", line("A", 10_000, 8_000, CO45(2_000)), line("B", 5_000, 4_000, CO45(1_000)))
    world.post(world.remittance(paid))
    charge_comes(world)
    world.post(run_id="r2")
    world.post(world.remittance(taken_back(paid), trace="T2", paid=0, plb=[("WO", "C1", -12_000)]), run_id="back")
    assert by_charge(world) == [("A", 10_000), ("B", 5_000)]
    assert world.con.execute("FROM posting.open_deferred").fetchall() == []
    assert verify(world.con) == []

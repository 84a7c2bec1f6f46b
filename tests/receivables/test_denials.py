"""Denial episodes: one per refused line, whatever the lines hang on, and back again when what paid them is taken back."""

from __future__ import annotations

import datetime as dt

from pm_pipeline import ledger, receivables
from pm_pipeline.warehouse import unit
from tests.money import CO45, DOS, Adjustment, World, claim, line, taken_back

CO50 = Adjustment("CO", "50", 5_000)


def test_a_refused_line_is_a_denial_beside_a_paid_line_of_the_same_charge(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 5_000, 5_000), line("A", 5_000, 0, CO50))))
    world.bill("C2", {"B": 10_000})
    world.post(
        world.remittance(claim("C2", line("B", 5_000, 0, CO50), line("B", 5_000, 5_000), number="ICN2"), trace="T2")
    )
    assert world.denials() == [("MED_NECESSITY", 5_000), ("MED_NECESSITY", 5_000)]


def test_every_refused_line_is_a_denial_though_none_is_found_on_the_claim(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    lost = [line("X", 5_000, 0, CO50, procedure=code) for code in ("99991", "99992")]
    world.post(world.remittance(claim("C1", *lost), method="NON"))
    assert world.denials() == [("MED_NECESSITY", 5_000), ("MED_NECESSITY", 5_000)]
    world.post(world.remittance(claim("C1", *(line("X", 5_000, 4_000, CO45(1_000), procedure=code) for code in ("99991", "99992"))), trace="T2"), run_id="paid")  # fmt: skip
    assert world.denials() == []
    assert world.con.execute("SELECT DISTINCT because FROM receivables.denial_closed").fetchall() == [("paid_later",)]


def test_a_denial_is_open_again_when_the_payment_that_closed_it_is_taken_back(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    denied = claim("C1", line("A", 10_000, 0, Adjustment("CO", "50", 10_000)))
    paid = claim("C1", line("A", 10_000, 7_000, CO45(3_000)))
    world.post(world.remittance(denied, method="NON", on=dt.date(2026, 6, 10)))
    world.post(world.remittance(paid, trace="T2"), run_id="paid")
    assert world.denials() == []
    world.post(world.remittance(taken_back(paid), trace="T3"), run_id="back")
    assert world.denials() == [("MED_NECESSITY", 10_000)]
    world.post(run_id="again")
    assert world.denials() == [("MED_NECESSITY", 10_000)]


def test_an_appeal_deadline_that_comes_near_is_work_until_the_denial_is_closed(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, 0, Adjustment("CO", "50", 10_000))), method="NON"))
    near = dt.date(2026, 6, 20) + dt.timedelta(180 - 14)

    def appeals(day: dt.date) -> list[tuple[str, int]]:
        receivables.run(world.con, world.config, day, f"run {day}")
        sql = "SELECT claim_id, cents FROM receivables.open_work WHERE kind = 'appeal_deadline'"
        return world.con.execute(sql).fetchall()

    assert appeals(near) == []
    assert appeals(near + dt.timedelta(1)) == [("C1", 10_000)]
    world.post(world.remittance(claim("C1", line("A", 10_000, 10_000)), trace="T2"), today=near + dt.timedelta(2))
    assert appeals(near + dt.timedelta(3)) == []


def test_a_secondary_that_has_answered_is_not_asked_for_a_claim(world: World) -> None:
    world.bill("C1", {"A": 10_000}, payer="SMDCR", next_payer="SMTML")
    first = line("A", 10_000, 6_400, CO45(2_000), Adjustment("PR", "2", 1_600))
    world.post(world.remittance(claim("C1", first), payer="SMDCR"))
    sql = "SELECT claim_id FROM receivables.open_work WHERE kind = 'bill_secondary'"
    assert world.con.execute(sql).fetchall() == [("C1",)]
    refused = line("A", 10_000, 0, Adjustment("OA", "23", 8_400), Adjustment("CO", "29", 1_600))
    world.post(world.remittance(claim("C1", refused, status="2", number="S1"), payer="SMTML", method="NON", trace="T2"), run_id="answer")  # fmt: skip
    assert world.con.execute(sql).fetchall() == []
    assert world.denials() == [("TIMELY_FILING", 1_600)]


def test_a_next_payer_whose_answer_is_taken_back_is_billed_again(world: World) -> None:
    world.bill("C1", {"A": 10_000}, payer="SMDCR", next_payer="SMTML")
    first = line("A", 10_000, 6_400, CO45(2_000), Adjustment("PR", "2", 1_600))
    world.post(world.remittance(claim("C1", first), payer="SMDCR"))
    sql = "SELECT count(*), count(DISTINCT work_id) FROM receivables.{} WHERE kind = 'bill_secondary'"
    assert world.con.execute(sql.format("open_work")).fetchone() == (1, 1)
    refused = claim("C1", line("A", 10_000, 0, Adjustment("OA", "23", 8_400), Adjustment("CO", "29", 1_600)), status="2", number="S1")  # fmt: skip
    world.post(world.remittance(refused, payer="SMTML", method="NON", trace="T2"), run_id="answer")
    assert world.con.execute(sql.format("open_work")).fetchone() == (0, 0)
    world.post(world.remittance(taken_back(refused), payer="SMTML", method="NON", trace="T3"), run_id="back")
    world.post(run_id="again")
    assert world.con.execute(sql.format("open_work")).fetchone() == (1, 1)
    assert world.con.execute(sql.format("work_item")).fetchone() == (2, 2)


def test_a_refusal_at_claim_level_is_a_denial_of_the_claim(world: World) -> None:
    world.bill("C1", {"A": 10_000, "B": 5_000})
    world.post(
        world.remittance(
            claim("C1", line("A", 10_000, 10_000), line("B", 5_000, 5_000), adjustments=(CO50,), paid_cents=10_000)
        )
    )
    assert world.denials() == [("MED_NECESSITY", 5_000)]
    row = world.con.execute("SELECT charge_id, charge_cents, is_partial FROM receivables.denial").fetchone()
    assert row == (None, 15_000, True)


def test_a_balance_that_changed_payer_is_aged_with_the_payer_that_owes_it(world: World) -> None:
    """A transfer between payers of one turn carries the dates of the charge itself (scrub/responsibility.py)."""
    world.bill("C1", {"A": 10_000}, payer="BLHRB")
    for number, (old, new) in enumerate((("BLHRB", "SMTML"), ("SMTML", "SMDCR"), ("SMDCR", "BLHRB"))):
        with unit(world.con, "responsibility", "r") as work, ledger.proposals(world.con):
            for payer, cents in ((old, -10_000), (new, 10_000)):
                world.con.execute(
                    "INSERT INTO ledger_proposal (txn_key, txn_kind, entry_kind, account, sub_account, cents, practice_id, payer_id, claim_id, "
                    "charge_id, service_on, effective_on, file_id, segment_no) VALUES (?, 'responsibility', 'responsibility', 'AR', 'primary', ?, "
                    "'HARBOR', ?, 'C1', 'A', ?, ?, 'feed', 1)",
                    [f"move:{number}", cents, payer, DOS, DOS],
                )
            ledger.post(world.con, work, "responsibility", DOS)
        rows = world.con.execute("SELECT payer_id, balance_cents FROM receivables.aging(DATE '2026-07-01')").fetchall()
        assert rows == [(new, 10_000)]

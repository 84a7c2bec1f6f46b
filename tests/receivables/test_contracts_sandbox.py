"""The shipped contracts are those the sandbox's payers pay by: whatever it underpays is found, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pm_pipeline.config.models import Payer
from pm_pipeline.sandbox.draw import Draw
from pm_pipeline.sandbox.payers import Case, Judge
from pm_pipeline.sandbox.plan import Plan
from pm_pipeline.sandbox.read_837 import Claim, Line, Person
from pm_pipeline.sandbox.store import Store
from pm_pipeline.sandbox.visits import fees
from pm_pipeline.x12.write_835 import Adjustment
from tests.contracts import bill, found, underpayments
from tests.money import DOS, World, claim

SEED = 2026  # of `pm demo`: a payer's own schedule is drawn from it
PLAN = Plan.shipped(claims={"denied_claim": 0.0, "denied_line": 0.1, "partly_denied_line": 0.3, "underpaid_line": 0.2})


@pytest.fixture
def judge(tmp_path: Path) -> Iterator[Judge]:
    store = Store(tmp_path / "books.sqlite", "test")
    yield Judge(store, PLAN, Draw(SEED))
    store.close()


def claims(payer: Payer) -> Iterator[Claim]:
    """Every procedure of the practice, in claims of eight lines, of one to eight units."""
    codes = sorted(fees())
    for start in range(0, len(codes), 8):
        lines = [
            Line(f"L{payer.payer_id}{code}", code, [], fees()[code].cents * units, str(units), DOS, DOS)
            for units, code in enumerate(codes[start : start + 8], start=1)
        ]
        total = sum(one.charge_cents for one in lines)
        yield Claim(f"{payer.payer_id}{start}", total, "11", "1", "primary", "", "", Person(), Person(), lines=lines)


def test_what_the_sandbox_underpays_is_found_and_nothing_else(world: World, judge: Judge) -> None:
    draw, planted, refused = Draw(SEED), set[str](), set[str]()
    for payer in world.config.payers:
        answers = []
        for sent in claims(payer):
            charges = {one.line_id[1:]: one.charge_cents for one in sent.lines}
            billed = {"procedure_code": {one.line_id[1:]: one.procedure for one in sent.lines},
                      "units": {one.line_id[1:]: one.units for one in sent.lines}}  # fmt: skip
            bill(world, sent.clm01, charges, payer=payer.payer_id, **billed)
            decided = judge.primary(Case(sent, payer, PLAN.terms(payer), sent.clm01, DOS))
            answers.append(claim(sent.clm01, *decided, number=f"N{sent.clm01}"))
            for one in decided:
                assert one.line_id
                if one.allowed_cents is None:
                    refused.add(one.line_id[1:])
                elif draw.happens(0.2, "underpaid", sent.clm01, one.line_id):
                    planted.add(one.line_id[1:])
        world.post(world.remittance(*answers, payer=payer.remit_ids[0], trace=f"T{payer.payer_id}"))
    lines = found(world, "charge_id", "verdict", "reason", "actual_cents", "stated_cents", "claim_id")
    assert len(lines) == 6 * len(fees())
    assert {one[0] for one in lines if one[1] == "underpaid"} == planted
    assert {one[0] for one in lines if one[2] == "denied"} == refused
    assert {one[1] for one in lines if one[0] not in planted | refused} == {"as_expected"}
    assert min(len(planted), len(refused)) > 20
    assert all(actual == stated for _, _, reason, actual, stated, _ in lines if reason is None)
    claimed = {one[5] for one in lines if one[0] in planted}
    assert {claim_id for claim_id, _ in underpayments(world)} <= claimed
    assert world.con.execute("SELECT sum(lines - priced_lines) FROM receivables.contract_coverage").fetchone() == (0,)


def test_a_units_denial_is_not_taken_for_an_underpayment(world: World, judge: Judge) -> None:
    payer = next(one for one in world.config.payers if one.payer_id == "LKSHM")
    sent = Claim("C1", 22_800, "11", "1", "primary", "", "", Person(), Person(), lines=[Line("LA", "97110", [], 22_800, "3", DOS, DOS)])  # fmt: skip
    bill(world, "C1", {"A": 22_800}, payer="LKSHM", procedure_code="97110", units=3)
    plan = Plan.shipped(claims={"denied_claim": 0.0, "denied_line": 0.0, "partly_denied_line": 1.0})
    [decided] = Judge(judge.store, plan, Draw(SEED)).primary(Case(sent, payer, plan.terms(payer), "PT1", DOS))
    assert Adjustment("CO", "151", 7_600) in decided.adjustments
    world.post(world.remittance(claim("C1", decided), payer=payer.remit_ids[0]))
    assert found(world, "denied_cents", "verdict") == [(7_600, "as_expected")]

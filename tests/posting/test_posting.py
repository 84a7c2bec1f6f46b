"""Each money event posts what the ledger rules say, once, in any order; what cannot be posted waits in suspense."""

from __future__ import annotations

import itertools
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pm_pipeline import ledger
from pm_pipeline.audit.verify import verify
from tests import warehouses
from tests.money import CO45, PR1, PR2, PR3, Adjustment, Bill, World, claim, line, taken_back


def lawful(world: World) -> None:
    assert [vars(one) for one in verify(world.con)] == []


def test_a_paid_line_posts_payment_contractual_and_patient_share(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    posted = world.post(world.remittance(claim("C1", line("A", 10_000, 6_000, CO45(2_500), PR3(1_500)))))
    assert (posted.claims, posted.suspended) == (1, 0)
    assert world.balances() == {
        "AR:patient": 1_500,
        "CASH_CLEARING:eft": 6_000,
        "CONTRACTUAL:contract": 2_500,
        "REVENUE_GROSS:none": -10_000,
    }
    assert world.exceptions() == []
    lawful(world)


def test_posting_again_and_landing_the_file_again_changes_nothing(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    payment = world.remittance(claim("C1", line("A", 10_000, 7_500, CO45(2_500))))
    world.post(payment)
    before = world.con.execute("SELECT * FROM ledger.entry ORDER BY entry_id").fetchall()
    world.post(run_id="again")
    world.post(payment, run_id="resent with new control numbers")
    assert world.con.execute("SELECT * FROM ledger.entry ORDER BY entry_id").fetchall() == before
    assert world.con.execute(
        "SELECT outcome FROM transport.handled WHERE stage = 'remittance' ORDER BY 1"
    ).fetchall() == [
        ("duplicate",),
        ("loaded",),
    ]
    lawful(world)


@pytest.mark.parametrize(
    ("adjustment", "category"),
    [
        (Adjustment("CO", "50", 10_000), "MED_NECESSITY"),
        (Adjustment("CO", "197", 10_000), "AUTHORIZATION"),
        (Adjustment("PI", "97", 10_000), "BUNDLING"),
        (Adjustment("CO", "45", 10_000), "FULL_CONTRACTUAL"),
        (Adjustment("OA", "18", 10_000), "DUPLICATE"),
        (Adjustment("PR", "204", 10_000), "NON_COVERED"),
    ],
)
def test_a_denial_posts_nothing_and_opens_an_episode(world: World, adjustment: Adjustment, category: str) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, 0, adjustment), status="4")))
    assert world.ar("C1") == {"primary": 10_000}
    assert world.denials() == [(category, 10_000)]
    assert world.con.execute("SELECT state FROM scrub.claim_state").fetchone() == ("denied",)
    lawful(world)


def test_a_remark_refines_the_category_of_a_code_that_needs_one(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(
        world.remittance(claim("C1", line("A", 10_000, 0, Adjustment("CO", "16", 10_000), remarks=["M51", "MA130"])))
    )
    row = world.con.execute("SELECT category, rarc, is_appealable FROM receivables.denial").fetchone()
    assert row == ("CODING", "M51", False)


def test_a_deductible_only_line_is_zero_pay_and_no_denial(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, 0, CO45(2_000), PR1(8_000)))))
    assert world.ar("C1") == {"patient": 8_000}
    assert world.denials() == []
    assert world.con.execute("SELECT state FROM scrub.claim_state").fetchone() == ("paid",)


def test_one_line_paid_and_one_denied_is_partly_denied(world: World) -> None:
    world.bill("C1", {"A": 10_000, "B": 5_000})
    paid = line("A", 10_000, 8_000, CO45(2_000))
    denied = line("B", 5_000, 0, Adjustment("CO", "11", 4_000), Adjustment("CO", "50", 1_000))
    world.post(world.remittance(claim("C1", paid, denied)))
    assert world.ar("C1") == {"primary": 5_000}
    row = world.con.execute(
        "SELECT carc, denied_cents, charge_cents, is_partial, charge_id FROM receivables.denial"
    ).fetchone()
    assert row == ("11", 5_000, 5_000, False, "B")
    assert world.con.execute("SELECT state FROM scrub.claim_state").fetchone() == ("partly_denied",)


def test_sequestration_has_its_own_account(world: World) -> None:
    world.bill("C1", {"A": 10_000}, payer="SMDCR")
    world.post(
        world.remittance(
            claim("C1", line("A", 10_000, 7_840, CO45(2_000), Adjustment("CO", "253", 160))), payer="SMDCR"
        )
    )
    assert world.balances()["CONTRACTUAL:sequestration"] == 160


def test_the_patient_share_moves_to_the_next_payer_first(world: World) -> None:
    world.bill("C1", {"A": 10_000}, payer="SMDCR", next_payer="SMTML")
    world.post(
        world.remittance(claim("C1", line("A", 10_000, 6_400, CO45(2_000), PR2(1_600)), status="19"), payer="SMDCR")
    )
    assert world.ar("C1") == {"secondary": 1_600}


@pytest.mark.parametrize(
    ("stated", "contractual"),
    [(8_400, 400), (6_400, 2_400)],
    ids=["OA-23 holds the primary's payment and write-off", "OA-23 holds the primary's payment only"],
)
def test_a_secondary_write_off_moves_only_what_the_primary_left(world: World, stated: int, contractual: int) -> None:
    world.bill("C1", {"A": 10_000}, payer="SMDCR", next_payer="SMTML")
    world.post(world.remittance(claim("C1", line("A", 10_000, 6_400, CO45(2_000), PR2(1_600))), payer="SMDCR"))
    answer = line("A", 10_000, 700, Adjustment("OA", "23", stated), CO45(contractual), PR3(500))
    world.post(world.remittance(claim("C1", answer, status="2", number="ICN2"), payer="SMTML", trace="T2"))
    assert world.ar("C1") == {"patient": 500}
    assert world.balances()["CONTRACTUAL:contract"] == 2_400
    assert world.exceptions() == []
    lawful(world)


def test_a_reversal_negates_exactly_and_the_correction_is_the_next_generation(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    first = claim("C1", line("A", 10_000, 6_000, CO45(2_500), PR3(1_500)))
    second = claim("C1", line("A", 10_000, 7_000, CO45(2_500), PR3(500)))
    world.post(world.remittance(first))
    world.post(world.remittance(taken_back(first), second, trace="T2"), run_id="second")
    assert world.balances() == {
        "AR:patient": 500,
        "CASH_CLEARING:eft": 7_000,
        "CONTRACTUAL:contract": 2_500,
        "REVENUE_GROSS:none": -10_000,
    }
    rows = world.con.execute(
        "SELECT generation, reverses IS NOT NULL, paid_cents FROM posting.posting ORDER BY posting_key"
    ).fetchall()
    assert sorted(rows, key=str) == sorted([(1, False, 6_000), (None, True, -6_000), (2, False, 7_000)], key=str)
    assert world.con.execute("SELECT state FROM scrub.claim_state").fetchone() == ("paid",)
    assert world.exceptions() == []
    lawful(world)


def test_the_reversal_of_a_denial_closes_the_episode(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    denied = claim("C1", line("A", 10_000, 0, Adjustment("CO", "50", 10_000)))
    world.post(world.remittance(denied, method="NON"))
    world.post(
        world.remittance(taken_back(denied), claim("C1", line("A", 10_000, 8_000, CO45(2_000))), trace="T2"),
        run_id="second",
    )
    assert world.denials() == []
    assert world.con.execute("SELECT because FROM receivables.denial_closed").fetchall() == [("superseded",)]
    assert world.ar("C1") == {}
    lawful(world)


def test_a_reversal_with_other_amounts_waits_in_suspense(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    first = claim("C1", line("A", 10_000, 6_000, CO45(4_000)))
    world.post(world.remittance(first))
    wrong = taken_back(claim("C1", line("A", 10_000, 5_000, CO45(5_000))))
    world.post(world.remittance(wrong, trace="T2"), run_id="second")
    assert world.exceptions() == ["REVERSAL_MISMATCH"]
    assert world.balances()["UNAPPLIED:payer"] == 5_000
    assert world.ar("C1") == {}
    lawful(world)


def test_a_takeback_now_and_the_money_later_meet_in_recoup_due(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    world.bill("C2", {"B": 10_000})
    first = claim("C1", line("A", 10_000, 8_000, CO45(2_000)))
    world.post(world.remittance(first))
    world.post(
        world.remittance(taken_back(first), trace="T2", plb=[("WO", "ICN1", -8_000)], method="NON"), run_id="notice"
    )
    assert world.balances()["RECOUP_DUE:BLHRB"] == -8_000
    assert world.ar("C1") == {"primary": 10_000}
    small = claim("C2", line("B", 10_000, 5_000, CO45(5_000)), number="ICN2")
    world.post(
        world.remittance(small, trace="T3", plb=[("WO", "ICN1", 8_000), ("FB", "T4", -3_000)], method="NON"),
        run_id="recovery",
    )
    world.post(world.remittance(trace="T4", plb=[("FB", "T4", 3_000), ("L6", "", -3_100)]), run_id="forward")
    balances = world.balances()
    assert "RECOUP_DUE:BLHRB" not in balances
    assert balances["INTEREST_INCOME:none"] == -3_100
    assert sum(cents for name, cents in balances.items() if name.startswith("CASH_CLEARING")) == 8_000 + 100
    lawful(world)


@pytest.mark.parametrize(
    ("remit", "code"),
    [
        (claim("STRANGER", line("A", 10_000, 10_000)), "CLAIM_UNMATCHED"),
        (claim("C1", line("A", 10_000, 10_000), number="ICN9", charge_cents=10_001), "UNBALANCED_CLAIM"),
        (claim("C1", line("A", 10_000, 9_000, Adjustment("CO", "Z99", 1_000))), "UNMAPPED_CARC"),
        (claim("C1", line("A", 10_000, 10_500, Adjustment("OA", "94", -500))), "NEGATIVE_ADJUSTMENT"),
        (claim("C1", line("A", 10_000, 9_000, Adjustment("OA", "104", 1_000))), "POLICY_HOLD"),
        (claim("C1", line("A", 10_000, 9_000, Adjustment("ZZ", "45", 1_000))), "UNBALANCED_CLAIM"),
        (claim("C1", line("A", 10_000, 8_500, PR3(1_500), remarks=["M27"])), "PATIENT_BLOCKED"),
        (claim("C1", line("A", 10_000, 8_500, PR3(1_500), remarks=["N783"])), "PATIENT_BLOCKED"),
        (claim("C1", line("A", 10_000, 10_000), status="25"), "PREDETERMINATION_MONEY"),
        (claim("C1", line("A", -10_000, -10_000)), "NEGATIVE_PAYMENT"),
        (taken_back(claim("C1", line("A", 10_000, 10_000))), "ORPHAN_REVERSAL"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_posted_waits_in_suspense_with_its_reason(world: World, remit: object, code: str) -> None:
    world.bill("C1", {"A": 10_000})
    assert hasattr(remit, "paid_cents")
    world.post(world.remittance(remit))  # type: ignore[arg-type]
    assert world.exceptions() == [code]
    assert world.ar("C1") == {"primary": 10_000}
    assert world.balances()["UNAPPLIED:payer"] == -remit.paid_cents  # type: ignore[attr-defined]
    lawful(world)


def test_a_payer_that_does_not_cover_the_patient_is_not_posted(world: World) -> None:
    world.bill("C1", {"A": 10_000}, payer="BLHRB")
    world.post(world.remittance(claim("C1", line("A", 10_000, 10_000)), payer="SMTML"))
    world.post(world.remittance(claim("C1", line("A", 10_000, 10_000)), payer="1770000000", trace="T2"))
    assert world.exceptions() == ["PAYER_NOT_ON_CLAIM", "PAYER_UNKNOWN"]
    lawful(world)


def test_an_unknown_provider_adjustment_holds_the_whole_payment_until_the_code_is_known(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, 10_000)), plb=[("ZZ", "", 700), ("L6", "", -50)]))
    assert world.balances()["UNAPPLIED:payer"] == -9_350
    assert world.exceptions() == ["PLB_UNKNOWN", "PLB_UNKNOWN"]
    lawful(world)
    world.con.execute("INSERT INTO codes.plb VALUES ('ZZ', 'TAX_LEVY', 'none', 'levy', 'a levy')")
    world.post(run_id="later")
    assert world.exceptions() == []
    assert world.balances() == {
        "CASH_CLEARING:eft": 9_350,
        "INTEREST_INCOME:none": -50,
        "REVENUE_GROSS:none": -10_000,
        "TAX_LEVY:none": 700,
    }
    lawful(world)


def test_claim_level_adjustments_and_claims_without_lines_post_at_claim_level(world: World) -> None:
    world.bill("C1", {"A": 10_000, "B": 5_000})
    world.bill("C2", {"D": 4_000})
    both = claim(
        "C1", line("A", 10_000, 10_000), line("B", 5_000, 5_000), adjustments=(CO45(3_000),), paid_cents=12_000
    )
    bare = replace(
        claim("C2"), charge_cents=4_000, paid_cents=3_000, adjustments=(CO45(1_000),), payer_claim_number="ICN2"
    )
    world.post(world.remittance(both, bare))
    assert world.ar("C1") == {}
    assert world.ar("C2") == {}
    assert world.con.execute(
        "SELECT DISTINCT charge_id FROM ledger.entry WHERE claim_id = 'C2' AND account = 'AR'"
    ).fetchall() == [("D",)]
    lawful(world)


def test_a_line_without_our_number_is_found_by_its_content_or_posted_at_claim_level(world: World) -> None:
    world.bill("C1", {"A": 10_000, "B": 5_000})
    found = line("A", 10_000, 9_000, CO45(1_000), line_id=None)
    lost = line("B", 5_000, 4_000, CO45(1_000), line_id="SOMETHING", procedure="99999")
    world.post(world.remittance(claim("C1", found, lost)))
    rows = world.con.execute("SELECT charge_id, match_by FROM posting.line_outcome ORDER BY remit_line_id").fetchall()
    assert rows == [("A", "content"), (None, "claim")]
    assert world.exceptions() == ["LINE_UNMATCHED"]
    assert world.ar("C1") == {}
    lawful(world)


def test_the_payers_number_finds_the_claim_when_our_own_is_lost(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    world.con.execute(
        "INSERT INTO acknowledgments.claim_status VALUES ('s', 1, 1, 'f', 'claim', 'C1', 'A2', '20', NULL, 'WQ', 10000, 'ICN77', NULL, true, DATE '2026-06-03', 'r', 'AY')"
    )
    world.post(world.remittance(claim("0", line("A", 10_000, 10_000), number="ICN77")))
    assert world.exceptions() == []
    assert world.con.execute("SELECT match_by FROM posting.posting").fetchone() == ("payer_claim_number",)


def test_what_posts_but_looks_wrong_is_flagged_and_clears_itself(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    first = claim("C1", line("A", 12_000, 9_000, CO45(3_000)))
    world.post(world.remittance(first))
    assert world.exceptions() == ["CHARGE_MISMATCH", "CREDIT_BALANCE"]
    world.post(world.remittance(first, trace="T2"), run_id="twice")
    assert world.exceptions() == ["CHARGE_MISMATCH", "CHARGE_MISMATCH", "CREDIT_BALANCE", "DUP_PAYMENT"]
    world.post(world.remittance(taken_back(first), trace="T3"), run_id="back")
    assert world.exceptions() == ["CHARGE_MISMATCH", "CHARGE_MISMATCH", "CREDIT_BALANCE"]
    lawful(world)


def test_a_payment_to_somebody_else_goes_to_suspense_when_dropped_by_hand_and_is_quarantined_from_a_partner(
    world: World,
) -> None:
    stranger = replace(world.remittance().payee, identifier="1234567893", tax_id="123456789")
    world.bill("C1", {"A": 10_000})
    payment = world.remittance(claim("C1", line("A", 10_000, 10_000)), payee=stranger)
    world.land(world.text(payment), partner="by_hand")
    world.post()
    assert world.exceptions() == ["PAYEE_NOT_OURS"]
    assert world.balances()["UNAPPLIED:payer"] == -10_000
    world.land(world.text(replace(payment, trace="T2")), partner="clearinghouse")
    world.post(run_id="second")
    assert world.problems() == ["PAYEE_NOT_OURS"]
    assert world.balances()["UNAPPLIED:payer"] == -10_000
    lawful(world)


def test_a_deposit_clears_the_payment_it_equals_and_questions_one_it_does_not(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    world.bill("C2", {"B": 5_000})
    one, other = claim("C1", line("A", 10_000, 10_000)), claim("C2", line("B", 5_000, 5_000), number="I2")
    world.post(world.remittance(one), world.remittance(other, trace="T2"))
    for deposit, trace, cents in (("D1", "T1", 10_000), ("D2", "T2", 4_999), ("D3", "T9", 100)):
        world.con.execute(
            "INSERT INTO remittance.deposit VALUES (?, DATE '2026-06-21', ?, '1990000021', ?, 'feed', 1, 'r')",
            [deposit, trace, cents],
        )
    world.post(run_id="bank")
    assert world.balances()["BANK:none"] == 10_000 + 4_999 + 100  # D2 and D3 have waited four business days
    assert world.balances()["UNAPPLIED:payer"] == -5_099
    assert world.balances()["CASH_CLEARING:eft"] == 5_000
    assert world.exceptions() == ["DEPOSIT_AMOUNT"]
    kinds = world.con.execute(
        "SELECT kind FROM receivables.open_work WHERE kind LIKE '%deposit%' ORDER BY 1"
    ).fetchall()
    assert kinds == [("unmatched_deposit",)]  # D3; that D2 differs is told by the exception alone
    lawful(world)


def fresh(folder: Path) -> World:
    return World(warehouses.fresh(), folder)


@pytest.mark.slow
def test_any_order_of_files_comes_to_the_same_ledger(tmp_path: Path) -> None:
    """Original, reversal with correction, secondary and the charges themselves, in every order, a run after each."""
    primary = claim("C1", line("A", 10_000, 6_400, CO45(2_000), PR2(1_600)))
    corrected = claim("C1", line("A", 10_000, 6_800, CO45(2_000), PR2(1_200)))
    secondary = claim("C1", line("A", 10_000, 700, Adjustment("OA", "23", 8_800), CO45(500)), status="2", number="S1")

    def steps(world: World) -> dict[str, object]:
        return {
            "charges": lambda: world.bill("C1", {"A": 10_000}, payer="SMDCR", next_payer="SMTML"),
            "primary": lambda: world.post(world.remittance(primary, payer="SMDCR", trace="T1")),
            "correction": lambda: world.post(
                world.remittance(taken_back(primary), corrected, payer="SMDCR", trace="T2")
            ),
            "secondary": lambda: world.post(world.remittance(secondary, payer="SMTML", trace="T3")),
        }

    hashes: dict[str, str] = {}
    orders = list(itertools.permutations(["charges", "primary", "correction", "secondary"]))
    for number, order in enumerate(orders[::3]):  # every third: each file comes first, and last, in some
        world = fresh(tmp_path / str(number))
        for name in order:
            steps(world)[name]()  # type: ignore[operator]
        world.post(run_id="last")
        lawful(world)
        hashes[" ".join(order)] = ledger.content_hash(world.con)
        if number == 0:
            assert world.ar("C1") == {}
            assert world.exceptions() == []
        world.con.close()
    assert len(set(hashes.values())) == 1, hashes


@pytest.mark.parametrize("order", ["P C S R", "C P S R", "P C RS", "P C R S", "PRCS"])
def test_a_reversal_that_comes_after_its_correction_and_the_later_payer_changes_nothing(
    tmp_path: Path, order: str
) -> None:
    """P primary, R its reversal, C the correction in a payment of its own, S the secondary; together: in one run."""
    primary = claim("C1", line("A", 10_000, 6_400, CO45(2_000), PR2(1_600)))
    secondary = claim("C1", line("A", 10_000, 700, Adjustment("OA", "23", 8_800), CO45(500)), status="2", number="S1")
    files = {
        "P": primary,
        "R": taken_back(primary),
        "C": claim("C1", line("A", 10_000, 6_800, CO45(2_000), PR2(1_200))),
        "S": secondary,
    }
    world = fresh(tmp_path)
    world.bill("C1", {"A": 10_000}, payer="SMDCR", next_payer="SMTML")
    for together in [*order.split(" "), ""]:
        answers = [
            world.remittance(files[one], payer="SMTML" if one == "S" else "SMDCR", trace=one) for one in together
        ]
        world.post(*answers, run_id=f"run {together}")
    assert world.ar("C1") == {}
    assert world.balances("C1")["CONTRACTUAL:contract"] == 2_500
    assert world.exceptions() == []
    lawful(world)
    world.con.close()


def test_a_charge_that_a_payer_answered_in_two_parts_is_covered_by_both(world: World) -> None:
    world.bill("C1", {"A": 10_000}, payer="SMDCR", next_payer="SMTML")
    for trace, charge, paid in (("T1", 6_000, 4_500), ("T2", 4_000, 2_500)):
        part = claim("C1", line("A", charge, paid, CO45(1_000), PR2(500)), number=trace)
        world.post(world.remittance(part, payer="SMDCR", trace=trace), run_id=trace)
    # without OA-23: it does not say what the payer before covered
    secondary = claim("C1", line("A", 10_000, 0, CO45(10_000)), status="2", number="S1")
    world.post(world.remittance(secondary, payer="SMTML", trace="T3", method="NON"), run_id="T3")
    assert world.ar("C1") == {}
    assert world.balances("C1")["CONTRACTUAL:contract"] == 3_000
    lawful(world)


def test_many_claims_are_posted_portion_by_portion_and_answers_to_one_claim_together(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["pm_pipeline.posting.run"], "PORTION_CLAIMS", 2)
    names = [f"C{number}" for number in range(9)]
    world.bill_all([Bill(name, {f"{name}A": 10_000, f"{name}B": 5_000}) for name in names])
    halves = [
        claim(name, line(f"{name}{half}", cents, cents - 1_000, CO45(1_000)), number=f"{name}{half}")
        for name in names
        for half, cents in (("A", 10_000), ("B", 5_000))
    ]
    posted = world.post(world.remittance(*halves))
    assert (posted.claims, posted.suspended) == (18, 0)
    assert all(world.ar(name) == {} for name in names)
    generations = world.con.execute(
        "SELECT claim_id, list(generation ORDER BY generation) FROM posting.posting GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert generations == [(name, [1, 2]) for name in names]
    batches = world.con.execute("SELECT count(*) FROM ledger.batch WHERE name = 'posting: remittances'").fetchall()
    assert batches[0][0] > 1
    assert verify(world.con) == []

"""PLB: every reason code to its account, by sign; pairs across remittances; interest once; what only a person can tell."""

from __future__ import annotations

import csv
from dataclasses import replace
from importlib import resources

import pytest

from pm_pipeline.audit.verify import verify
from tests.money import CO45, Adjustment, World, claim, line, taken_back

ROWS = list(csv.DictReader(resources.files("pm_pipeline.codes").joinpath("plb.csv").read_text().splitlines()))
HELD = ("CS", "OB", "SL", "TL", "WU")
# the account of each code of the ledger rules, in words of this test
ACCOUNTS = {
    "WO": "RECOUP_DUE:BLHRB", "FB": "RECOUP_DUE:BLHRB", "AP": "RECOUP_DUE:BLHRB", "72": "REFUND_PAYABLE:BLHRB", "B2": "REFUND_PAYABLE:BLHRB",
    "L6": "INTEREST_INCOME:none", "CT": "CAPITATION:none", "IR": "TAX_LEVY:irs", "LE": "TAX_LEVY:levy", "E3": "WITHHOLD_RECEIVABLE:BLHRB",
    "50": "PAYER_CHARGES:late_charge", "L3": "PAYER_CHARGES:penalty", "LS": "SETTLEMENT:lump_sum", "AM": "LOAN_PAYABLE:BLHRB",
    "IP": "INCENTIVE:premium", "BN": "INCENTIVE:bonus", "J1": "NONREIMBURSABLE:none",
}  # fmt: skip
PAID = claim("C1", line("A", 10_000, 8_000, CO45(2_000)))


def test_each_code_is_debited_when_positive_and_credited_when_negative(world: World) -> None:
    """One payment for each code and sign: a positive amount lowers the payment, a negative raises it."""
    codes = [row for row in ROWS if row["reason_code"] not in HELD]
    world.bill("C1", {"A": 2_000_000})
    carrier = claim("C1", line("A", 2_000_000, 1_000_000, CO45(1_000_000)))
    remits = [
        world.remittance(replace(carrier, payer_claim_number=f"I{n}{sign}"), trace=f"{row['reason_code']}{sign}",
                         plb=[(row["reason_code"], f"R{n}", sign * (100 + n))])
        for n, row in enumerate(codes) for sign in (1, -1)
    ]  # fmt: skip
    world.post(*remits)
    rows = world.con.execute(
        "SELECT trn02, account || ':' || sub_account, sum(cents) FROM ledger.entry JOIN remittance.payment USING (payment_id) "
        "WHERE rule_id LIKE 'PLB-%' GROUP BY ALL"
    ).fetchall()
    found = {(trace, account): cents for trace, account, cents in rows}
    for n, row in enumerate(codes):
        account = f"{row['account']}:{'BLHRB' if row['sub_account'] == 'payer' else row['sub_account']}"
        assert ACCOUNTS.get(row["reason_code"], account) == account
        for sign in (1, -1):
            cents = sign * (100 + n)
            assert found.pop((f"{row['reason_code']}{sign}", account)) == cents
            assert found.pop((f"{row['reason_code']}{sign}", "CASH_CLEARING:eft")) == -cents
    assert found == {}
    assert set(ACCOUNTS) <= {row["reason_code"] for row in codes}
    assert not [one for one in world.exceptions() if one.startswith("PLB")]
    assert verify(world.con) == []


@pytest.mark.parametrize("sign", [1, -1])
def test_a_code_only_a_person_can_tell_waits_alone_and_the_claims_post(world: World, sign: int) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(PAID, plb=[*((code, "R", sign * 100) for code in HELD), ("L6", "", -50)]))
    assert world.exceptions() == ["PLB_REVIEW"] * 5
    balances = world.balances()
    assert balances["UNAPPLIED:payer"] == sign * 500
    assert balances["INTEREST_INCOME:none"] == -50
    assert world.ar("C1") == {}
    evidence = world.con.execute("SELECT DISTINCT split_part(evidence, ', ', 2) FROM posting.exception").fetchall()
    assert evidence == [("lowers the payment",) if sign == 1 else ("raises the payment",)]
    assert verify(world.con) == []
    world.con.execute(
        "UPDATE codes.plb SET account = 'TAX_LEVY', sub_account = 'garnishment', entry_kind = 'levy' WHERE reason_code = 'CS'"
    )
    world.post(run_id="told")
    assert world.exceptions() == ["PLB_REVIEW"] * 4
    assert world.balances()["TAX_LEVY:garnishment"] == sign * 100
    assert verify(world.con) == []


def test_a_code_nobody_knows_still_holds_the_whole_payment(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(PAID, plb=[("ZZ", "", 100), ("CS", "", 30), ("L6", "", -50)]))
    assert sorted(world.exceptions()) == ["PLB_REVIEW", "PLB_UNKNOWN", "PLB_UNKNOWN"]
    assert world.ar("C1") == {"primary": 10_000}
    assert verify(world.con) == []


def test_claims_for_information_are_taken_out_again_and_leave_no_cash(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(PAID, plb=[("J1", "", 8_000)], method="NON"))
    balances = world.balances()
    assert not [name for name in balances if name.startswith("CASH_CLEARING")]
    assert balances["NONREIMBURSABLE:none"] == 8_000
    assert verify(world.con) == []


@pytest.mark.parametrize(
    ("paid", "plb", "method"),
    [(1_234, [("L6", "", -1_234)], "ACH"), (0, [("FB", "X", -700), ("WO", "ICN1", 700)], "NON"), (0, [], "NON")],
)
def test_a_payment_without_claims_is_posted(
    world: World, paid: int, plb: list[tuple[str, str, int]], method: str
) -> None:
    world.post(world.remittance(plb=plb, method=method))
    assert world.con.execute(
        "SELECT paid_cents FROM remittance.payment JOIN posting.payment_posted USING (payment_id)"
    ).fetchall() == [(paid,)]
    assert sum(cents for name, cents in world.balances().items() if name.startswith("CASH_CLEARING")) == paid
    assert verify(world.con) == []


def recovery(world: World, reference: str) -> tuple[str | None, str | None, bool | None]:
    """What the WO with this reference was found to recover: how, our claim, whether a reversal."""
    return world.con.execute(
        "SELECT match_by, claim_id, is_reversal FROM posting.provider_adjustment_claim WHERE reference = ?", [reference]
    ).fetchall()[0]


@pytest.mark.parametrize(
    ("reference", "match_by"),
    [
        ("ICN1", "payer_claim_number"), ("C1", "claim_id"), ("C1ICN1", "claim_id"), ("ICN1C1T9", "payer_claim_number"),
        ("ICN1260701", "payer_claim_number"), ("C1 20260601 ICN1", "claim_id"), ("ICN12", None), ("OTHER", None),
    ],
)  # fmt: skip
def test_a_recovery_is_tied_to_the_reversal_it_recovers(world: World, reference: str, match_by: str | None) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(PAID))
    world.post(
        world.remittance(taken_back(PAID), trace="T2", plb=[("WO", "ICN1", -8_000)], method="NON"), run_id="notice"
    )
    world.post(
        world.remittance(trace="T9", plb=[("WO", reference, 8_000), ("FB", "T9", -8_000)], method="NON"), run_id="taken"
    )
    assert recovery(world, reference) == ((match_by, "C1", True) if match_by else (None, None, None))


def carried(world: World) -> list[tuple[object, ...]]:
    return world.con.execute(
        "SELECT reason_code, reference, open_cents, state FROM posting.carried_balance ORDER BY ALL"
    ).fetchall()


def test_both_halves_of_what_is_carried_are_paired_across_remittances(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(PAID))
    world.post(
        world.remittance(taken_back(PAID), trace="T2", plb=[("WO", "ICN1260620", -8_000)], method="NON"), run_id="2"
    )
    assert carried(world) == [("WO", "ICN1", 8_000, "open")]
    assert world.balances()["RECOUP_DUE:BLHRB"] == -8_000
    world.post(
        world.remittance(trace="T3", plb=[("WO", "ICN1260701", 8_000), ("FB", "F1", -8_000)], method="NON"), run_id="3"
    )
    assert carried(world) == [("FB", "F1", 8_000, "open"), ("WO", "ICN1", 0, "paired")]
    # this payer names the payment the balance came from, not the balance
    world.post(world.remittance(trace="T4", plb=[("FB", "T3", 8_000), ("L6", "", -9_000)]), run_id="4")
    assert carried(world) == [("FB", "F1", 0, "paired"), ("WO", "ICN1", 0, "paired")]
    assert "RECOUP_DUE:BLHRB" not in world.balances()
    assert verify(world.con) == []


def test_what_is_open_is_what_the_ledger_holds_for_each_payer(world: World) -> None:
    world.post(
        world.remittance(trace="A", plb=[("FB", "F", -500), ("WO", "W", 100), ("AP", "ADV", -70)]),
        world.remittance(trace="B", plb=[("FB", "F", 200), ("L6", "", -900)]),
        world.remittance(trace="C", payer="SMTML", plb=[("FB", "F", 33), ("L6", "", -90)]),
    )
    assert carried(world) == [
        ("AP", "ADV", 70, "open"), ("FB", "F", -33, "taken_unannounced"), ("FB", "F", 300, "open"), ("WO", "W", -100, "taken_unannounced"),
    ]  # fmt: skip
    held = {name: -cents for name, cents in world.balances().items() if name.startswith("RECOUP_DUE")}
    assert held == {"RECOUP_DUE:BLHRB": 270, "RECOUP_DUE:SMTML": -33}


def test_a_refund_the_payer_acknowledges_offsets_the_recovery(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(PAID))
    world.post(world.remittance(trace="T2", plb=[("WO", "ICN1", 800), ("72", "ICN1", -800)], method="NON"), run_id="2")
    assert carried(world) == [("WO", "ICN1", 0, "paired")]
    assert world.balances()["REFUND_PAYABLE:BLHRB"] == -800
    assert not [name for name in world.balances() if name == "CASH_CLEARING:none"]


def interest(world: World) -> list[tuple[str, int, str]]:
    return world.con.execute("SELECT clp01, interest_cents, state FROM posting.claim_interest ORDER BY ALL").fetchall()


@pytest.mark.parametrize(
    ("adjustments", "paid", "plb", "state", "income"),
    [
        ((CO45(2_000),), 8_000, [("L6", "ICN1", -123)], "paid_in_plb", -123),
        ((CO45(2_000),), 8_000, [("L6", "", -123)], "paid_in_plb", -123),
        ((CO45(2_000),), 8_000, [("L6", "ICN1", -100)], "differs", -100),
        ((CO45(2_000),), 8_000, [], "memo_only", 0),
        ((CO45(2_000), Adjustment("OA", "225", -123)), 8_123, [], "paid_in_claim", 0),
    ],
)
def test_interest_stated_on_a_claim_is_a_memo_and_never_posted_beside_the_plb(
    world: World,
    adjustments: tuple[Adjustment, ...],
    paid: int,
    plb: list[tuple[str, str, int]],
    state: str,
    income: int,
) -> None:
    world.bill("C1", {"A": 10_000})
    text = world.text(world.remittance(claim("C1", line("A", 10_000, paid, *adjustments)), plb=plb))
    count = text[text.index("~SE*") + 4 :].split("*")[0]
    world.land(text.replace("~SVC*", "~AMT*I*1.23~SVC*", 1).replace(f"~SE*{count}*", f"~SE*{int(count) + 1}*"))
    world.post()
    assert world.problems() == []
    assert interest(world) == [("C1", 123, state)]
    assert world.balances().get("INTEREST_INCOME:none", 0) == income
    assert verify(world.con) == []

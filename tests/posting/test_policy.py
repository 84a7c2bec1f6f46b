"""What each condition of a posting policy decides, and that everything names the version that decided it."""

from __future__ import annotations

import datetime as dt

import pytest

from pm_pipeline.audit.verify import verify
from tests.money import CO45, PR3, Adjustment, World, claim, line
from tests.posting.policies import go_by, standard

CO96 = Adjustment("CO", "96", 10_000)
GIVE_UP = {"id": "GIVE-UP", "action": "write_off", "account": "DENIAL_WO:given_up"}


def ledger_says(world: World, columns: str, where: str = "true") -> list[tuple[object, ...]]:
    return world.con.execute(f"SELECT DISTINCT {columns} FROM ledger.entry WHERE {where} ORDER BY ALL").fetchall()


def test_the_version_effective_on_the_payments_date_decides_and_is_named(world: World) -> None:
    """BPR16 counts, not the day it is posted: both payments are posted in one run."""
    second = standard(world, {**GIVE_UP, "carcs": ["45"]}, version=2)
    june = dt.date(2026, 6, 30)
    go_by(
        world,
        (standard(world), dt.date(2020, 1, 1), june),
        (second, june + dt.timedelta(days=1), dt.date(9999, 12, 31)),
    )
    for name, on in (("C1", june), ("C2", june + dt.timedelta(days=1))):
        world.bill(name, {f"{name}A": 10_000})
        payment = claim(name, line(f"{name}A", 10_000, 8_000, CO45(2_000)), number=name)
        world.land(world.text(world.remittance(payment, trace=name, on=on)))
    world.post()
    said = "claim_id, account, policy_id, policy_version, rule_id"
    assert ledger_says(world, said, "account IN ('CONTRACTUAL', 'DENIAL_WO')") == [
        ("C1", "CONTRACTUAL", "standard", 1, "CONTRACTUAL"),
        ("C2", "DENIAL_WO", "standard", 2, "GIVE-UP"),
    ]
    assert ledger_says(world, "claim_id, policy_version, rule_id", "entry_kind = 'payment' AND account = 'AR'") == [
        ("C1", 1, "PAYMENT"),
        ("C2", 2, "PAYMENT"),
    ]
    decided = world.con.execute("SELECT claim_id, policy_id, policy_version, rule_id FROM posting.decision ORDER BY 1")
    assert decided.fetchall() == [("C1", "standard", 1, "CONTRACTUAL"), ("C2", "standard", 2, "GIVE-UP")]
    assert verify(world.con) == []


def test_deposits_provider_adjustments_and_suspense_name_the_version_too(world: World) -> None:
    go_by(world, standard(world, version=7))
    world.bill("C1", {"A": 10_000})
    stranger = claim("STRANGER", line("X", 500, 500), number="I9")
    world.con.execute(
        "INSERT INTO remittance.deposit VALUES ('D1', DATE '2026-06-21', 'T1', '1990000021', 10_550, 'feed', 1, 'r')"
    )
    world.post(world.remittance(claim("C1", line("A", 10_000, 10_000)), stranger, plb=[("L6", "", -50)]))
    assert world.balances()["BANK:none"] == 10_550
    assert ledger_says(world, "policy_id, policy_version", "entry_kind <> 'charge'") == [("standard", 7)]
    assert ledger_says(world, "rule_id", "entry_kind <> 'charge'") == [
        ("CLAIM_UNMATCHED",), ("DEPOSIT",), ("PAYMENT",), ("PLB-L6",)
    ]  # fmt: skip


def test_a_payment_no_version_is_in_force_for_waits(world: World) -> None:
    later = dt.date(2026, 6, 21)
    go_by(world, (standard(world), later, dt.date(9999, 12, 31)))
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, 10_000)), plb=[("L6", "", -50)]))
    assert world.exceptions() == ["NO_POLICY", "NO_POLICY"]
    assert world.balances()["UNAPPLIED:payer"] == -10_050
    assert verify(world.con) == []
    go_by(world, standard(world))
    world.post(run_id="dated")
    assert world.exceptions() == []
    assert "UNAPPLIED:payer" not in world.balances()
    assert verify(world.con) == []


@pytest.mark.parametrize(
    ("condition", "remarks", "of_claim", "fits"),
    [
        ({"rarcs": ["N130", "M15"]}, ["N30", "M15"], [], True),
        ({"rarcs": ["N130"]}, [], ["N130"], True),
        ({"rarcs": ["N130"]}, ["M15"], ["MA01"], False),
        ({"rarcs": ["N130"]}, [], [], False),
        ({"rarcs": ["M15"], "groups": ["PR"]}, ["M15"], [], False),
    ],
    ids=["of the line", "of the claim", "others", "none", "with another condition that fails"],
)
def test_a_remark_code_of_the_line_or_the_claim_is_a_condition(
    world: World, condition: dict[str, object], remarks: list[str], of_claim: list[str], fits: bool
) -> None:
    go_by(world, standard(world, {**GIVE_UP, **condition}))
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, 0, CO96, remarks=remarks), remarks=of_claim)))
    row = world.con.execute("SELECT rule_id, action FROM posting.decision").fetchone()
    assert row == (("GIVE-UP", "write_off") if fits else ("PAYER-DENIAL", "deny"))


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        ({"max_cents": 10_000}, True), ({"max_cents": 9_999}, False), ({"payers": ["BLHRB"]}, True), ({"payers": ["SMTML"]}, False),
        ({"claim_status": ["1", "4"]}, True), ({"claim_status": ["2"]}, False), ({"payer_turn": ["primary"]}, True),
        ({"payer_turn": ["secondary"]}, False), ({"carc_classes": ["NON_COVERED"]}, True), ({"carc_classes": ["CODING"]}, False),
        ({"effective_to": dt.date(2026, 6, 20)}, True), ({"effective_to": dt.date(2026, 6, 19)}, False),
        ({"effective_from": dt.date(2026, 6, 20)}, True), ({"effective_from": dt.date(2026, 6, 21)}, False),
    ],
)  # fmt: skip
def test_each_condition_of_an_adjustment_rule(world: World, condition: dict[str, object], fits: bool) -> None:
    go_by(world, standard(world, {**GIVE_UP, "groups": ["CO"], "carcs": ["96"], **condition}))
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, 0, CO96))))
    assert world.balances().get("DENIAL_WO:given_up", 0) == (10_000 if fits else 0)


@pytest.mark.parametrize(
    ("payments", "held"),
    [
        ([{"id": "SMALL", "action": "post", "max_cents": 7_000}, {"id": "BIG", "action": "hold"}], "payment rule BIG, CLP04 8000 cents"),
        ([{"id": "SMALL", "action": "post", "max_cents": 8_000}, {"id": "BIG", "action": "hold"}], None),
        ([{"id": "SMALL", "action": "post", "max_cents": 7_999}], "no payment rule fits"),
        ([{"id": "OTHERS", "action": "hold", "payers": ["SMTML"]}, {"id": "REST", "action": "post"}], None),
        ([{"id": "SOME", "action": "hold", "payers": ["BLHRB"], "claim_status": ["1"], "payer_turn": ["primary"]},
          {"id": "REST", "action": "post"}], "payment rule SOME, CLP04 8000 cents"),
        ([{"id": "SOME", "action": "hold", "rarcs": ["MA07"]}, {"id": "REST", "action": "post"}], "payment rule SOME, CLP04 8000 cents"),
    ],
    ids=["too large", "at the cap", "no rule", "another payer", "payer, status and turn", "a remark of the claim"],
)  # fmt: skip
def test_a_payment_rule_posts_or_holds_the_claim(
    world: World, payments: list[dict[str, object]], held: str | None
) -> None:
    go_by(world, standard(world, payments=payments))
    world.bill("C1", {"A": 10_000})
    world.post(world.remittance(claim("C1", line("A", 10_000, 8_000, CO45(500), PR3(1_500)), remarks=["MA07"])))
    if held is None:
        assert world.exceptions() == []
        assert world.ar("C1") == {"patient": 1_500}
        assert ledger_says(world, "rule_id", "entry_kind = 'payment'")[0][0] in ("SMALL", "REST")
    else:
        assert world.exceptions() == ["POLICY_HOLD"]
        assert world.ar("C1") == {"primary": 10_000}
        row = world.con.execute("SELECT evidence FROM posting.exception").fetchone()
        assert row is not None
        assert row[0].endswith(held)
    assert verify(world.con) == []

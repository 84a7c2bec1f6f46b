"""The strict policy posts only what the bank has, with nothing negative and no ERA-level adjustment, in whatever order."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from pm_pipeline import ledger, posting
from pm_pipeline.audit.verify import verify
from pm_pipeline.errors import PmError
from pm_pipeline.posting import Resolution
from tests.money import CO45, PR3, TODAY, Adjustment, World, claim, line, taken_back
from tests.posting.policies import go_by, standard, strict
from tests.posting.test_posting import fresh

PAID = claim("C1", line("A", 10_000, 8_000, CO45(500), PR3(1_500)))


@pytest.fixture(autouse=True)
def _by_strict(world: World) -> None:
    go_by(world, strict(world))
    world.bill("C1", {"A": 10_000})


def deposit(world: World, trace: str = "T1", cents: int = 8_000, originator: str | None = "1990000021") -> None:
    world.con.execute(
        "INSERT INTO remittance.deposit VALUES (?, DATE '2026-06-21', ?, ?, ?, 'feed', 1, 'r')",
        [f"D{trace}", trace, originator, cents],
    )


def post_the_adjustment(world: World) -> str:
    """A person says that the one held provider adjustment posts; the id of the decision."""
    ((held,),) = world.con.execute(
        "SELECT exception_id FROM posting.open_exception WHERE item_kind = 'provider_adjustment'"
    ).fetchall()
    return posting.resolve(
        world.con, world.config, held, Resolution("post"), actor="wren", reason="seen", today=TODAY, run_id="r"
    )


def test_a_payment_waits_for_its_deposit_and_is_posted_by_itself_when_it_comes(world: World) -> None:
    world.post(world.remittance(PAID))
    assert world.exceptions() == ["DEPOSIT_AWAITED"]
    assert world.ar("C1") == {"primary": 10_000}
    assert world.balances()["UNAPPLIED:payer"] == -8_000
    assert verify(world.con) == []
    world.post(run_id="nothing new")
    assert world.exceptions() == ["DEPOSIT_AWAITED"]
    deposit(world)
    posted = world.post(run_id="bank")
    assert (posted.claims, posted.released) == (1, 1)
    assert world.exceptions() == []
    assert world.ar("C1") == {"patient": 1_500}
    assert world.balances()["BANK:none"] == 8_000
    assert verify(world.con) == []


def test_a_deposit_that_came_first_lets_the_payment_through_at_once(world: World) -> None:
    deposit(world)
    posted = world.post(world.remittance(PAID))
    assert (posted.claims, posted.suspended, posted.deposits) == (1, 0, 1)
    assert world.exceptions() == []


@pytest.mark.parametrize(
    ("trace", "cents", "originator"), [("T1", 7_999, "1990000021"), ("T2", 8_000, "1990000021"), ("T1", 8_000, "199")],
    ids=["another amount", "another trace number", "another originator"],
)  # fmt: skip
def test_only_the_exact_deposit_counts(world: World, trace: str, cents: int, originator: str) -> None:
    deposit(world, trace, cents, originator)
    world.post(world.remittance(PAID))
    assert "DEPOSIT_AWAITED" in world.exceptions()
    assert world.ar("C1") == {"primary": 10_000}


def test_a_payment_of_nothing_needs_no_deposit(world: World) -> None:
    world.post(world.remittance(claim("C1", line("A", 10_000, 0, CO45(500), PR3(9_500))), method="NON"))
    assert world.exceptions() == []
    assert world.ar("C1") == {"patient": 9_500}


def test_a_payment_with_a_provider_adjustment_is_held_whole(world: World) -> None:
    deposit(world, cents=8_050)
    world.post(world.remittance(PAID, plb=[("L6", "", -50)]))
    assert world.exceptions() == ["ERA_LEVEL_ADJUSTMENT", "ERA_LEVEL_ADJUSTMENT"]
    assert world.balances()["UNAPPLIED:payer"] == -8_050
    assert "INTEREST_INCOME:none" not in world.balances()
    assert world.con.execute("SELECT evidence FROM posting.exception ORDER BY 1").fetchall()[0][0].endswith("PLB L6")
    assert verify(world.con) == []
    go_by(world, standard(world))
    world.post(run_id="another policy")
    assert world.exceptions() == []
    assert world.balances()["INTEREST_INCOME:none"] == -50
    assert verify(world.con) == []


def test_a_held_provider_adjustment_posts_to_its_own_account_when_a_person_says_so(world: World) -> None:
    deposit(world, cents=8_050)
    world.post(world.remittance(PAID, plb=[("L6", "", -50)]))
    made = post_the_adjustment(world)
    world.post(run_id="r")
    assert world.balances()["INTEREST_INCOME:none"] == -50
    assert world.balances()["UNAPPLIED:payer"] == -8_000  # the claim waits for its own decision
    assert world.exceptions() == ["ERA_LEVEL_ADJUSTMENT"]
    assert world.con.execute(
        "SELECT DISTINCT rule_id FROM ledger.entry WHERE account = 'INTEREST_INCOME'"
    ).fetchall() == [(made,)]
    assert world.con.execute("SELECT because, actor FROM posting.exception_closed").fetchall() == [("post", "wren")]
    world.post(run_id="r2")  # once
    assert world.balances()["INTEREST_INCOME:none"] == -50
    assert verify(world.con) == []


def test_a_provider_adjustment_without_a_usual_account_must_be_booked(world: World) -> None:
    deposit(world, cents=8_050)
    world.post(world.remittance(PAID, plb=[("CS", "", -50)]))
    with pytest.raises(PmError, match=r"PLB_REVIEW cannot be resolved by 'post'\. Possible: book"):
        post_the_adjustment(world)


def test_a_provider_adjustment_waits_with_its_payment_for_the_deposit(world: World) -> None:
    go_by(world, standard(world, deposit_matched=True))
    world.post(world.remittance(PAID, plb=[("L6", "", -50)]))
    assert world.exceptions() == ["DEPOSIT_AWAITED", "DEPOSIT_AWAITED"]
    deposit(world, cents=8_050)
    world.post(run_id="bank")
    assert world.exceptions() == []
    assert world.balances()["INTEREST_INCOME:none"] == -50
    assert verify(world.con) == []


def test_a_reversal_is_held_and_the_correction_beside_it_waits_with_it(world: World) -> None:
    """Posting the correction while the reversal waits would pay the charge twice."""
    deposit(world)
    deposit(world, "T2", 1_000)
    deposit(world, "T3", 4_000)
    world.bill("C2", {"B": 4_000})
    world.post(world.remittance(PAID))
    corrected = claim("C1", line("A", 10_000, 9_000, CO45(500), PR3(500)))
    other = claim("C2", line("B", 4_000, 4_000), number="I2")
    world.post(
        world.remittance(taken_back(PAID), corrected, trace="T2"), world.remittance(other, trace="T3"), run_id="2"
    )
    assert world.exceptions() == ["NEGATIVE_HELD", "NEGATIVE_HELD"]
    assert world.ar("C1") == {"patient": 1_500}
    assert world.ar("C2") == {}
    assert verify(world.con) == []
    go_by(world, standard(world, deposit_matched=True))
    world.post(run_id="another policy")
    assert world.exceptions() == []
    assert world.ar("C1") == {"patient": 500}
    assert verify(world.con) == []


@pytest.mark.parametrize(
    "negative",
    [
        claim("C1", line("A", 10_000, 10_500, Adjustment("OA", "94", -500))),
        claim("C1", line("A", 10_000, 10_000), line("A", -100, -100)),
        claim("C1", line("A", -10_000, -10_000)),
    ],
    ids=["an adjustment", "a line", "a claim"],
)
def test_nothing_negative_is_posted(world: World, negative: object) -> None:
    plain = claim("C2", line("B", 4_000, 4_000), number="I2")
    world.bill("C2", {"B": 4_000})
    total = 4_000 + negative.paid_cents  # type: ignore[attr-defined]
    deposit(world, cents=total)
    world.post(world.remittance(negative, plain))  # type: ignore[arg-type]
    assert set(world.exceptions()) == {"NEGATIVE_HELD"}
    assert world.ar("C1") == {"primary": 10_000}
    assert world.ar("C2") == ({} if total > 0 else {"primary": 4_000})  # a negative payment is held whole
    assert verify(world.con) == []


def test_what_a_person_must_mend_is_said_before_what_waits_by_itself(world: World) -> None:
    world.post(world.remittance(claim("STRANGER", line("X", 500, 500))))
    assert world.exceptions() == ["CLAIM_UNMATCHED"]


def arrivals(world: World) -> dict[str, object]:
    second = claim("C2", line("B", 5_000, 4_000, CO45(1_000)), number="I2")
    mixed = claim("C2", line("B", 5_000, 100, CO45(4_900)), number="I3")
    return {
        "charges": lambda: world.bill("C2", {"B": 5_000}, payer="SMTML"),
        "first": lambda: world.post(world.remittance(PAID)),
        "first deposit": lambda: deposit(world),
        "second": lambda: world.post(world.remittance(second, payer="SMTML", trace="T2")),
        "second deposit": lambda: deposit(world, "T2", 4_000, None),
        "with PLB": lambda: world.post(world.remittance(mixed, payer="SMTML", trace="T3", plb=[("WO", "X", 100)])),
    }


@pytest.mark.slow
def test_any_order_of_files_and_deposits_comes_to_the_same_ledger(tmp_path: Path) -> None:
    hashes: dict[str, str] = {}
    for number, order in enumerate(itertools.islice(itertools.permutations(range(6)), 0, None, 61)):
        world = fresh(tmp_path / str(number))
        go_by(world, strict(world))
        world.bill("C1", {"A": 10_000})
        steps = list(arrivals(world).items())
        for place in order:
            steps[place][1]()  # type: ignore[operator]
        world.post(run_id="last")
        assert verify(world.con) == []
        assert world.exceptions() == ["ERA_LEVEL_ADJUSTMENT", "ERA_LEVEL_ADJUSTMENT"]
        assert (world.ar("C1"), world.ar("C2")) == ({"patient": 1_500}, {})
        hashes[" ".join(steps[place][0] for place in order)] = ledger.content_hash(world.con)
        world.con.close()
    assert len(hashes) == 12
    assert len(set(hashes.values())) == 1, hashes

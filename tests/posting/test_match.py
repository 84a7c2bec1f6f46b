"""How a remittance claim finds ours when CLP01 does not say it: only by what no other claim of ours has."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from pm_pipeline.audit.verify import verify
from pm_pipeline.warehouse import load_rows
from pm_pipeline.x12.write_835 import Name, RemitClaim
from tests.money import CO45, DOS, World, claim, line, taken_back

NPI = "1245319599"


def insure(world: World, claim_id: str, member_id: str, payer: str = "BLHRB", provider_npi: str = NPI) -> None:
    """Give a billed claim its coverage, and its rendering provider an NPI."""
    coverage_id = f"V{claim_id}"
    load_rows(
        world.con,
        "front_office.coverage",
        ["coverage_id", "updated_on", "patient_id", "cob_order", "payer_id", "member_id", "relationship", "effective_from", "file_id", "row_no", "run_id"],
        [(coverage_id, DOS, "PT1", 1, payer, member_id, "18", dt.date(2026, 1, 1), "feed", 1, "r")],
    )  # fmt: skip
    world.con.execute("UPDATE scrub.claim SET coverage_id = ? WHERE claim_id = ?", [coverage_id, claim_id])
    world.con.execute(
        "INSERT OR IGNORE INTO front_office.provider VALUES ('P01', ?, 'rendering', ?, 'HARBOR', 'HANNA', NULL, ?, NULL, NULL, NULL, 'r')",
        [DOS, provider_npi, DOS],
    )


def nameless(member_id: str | None = "M1", npi: str | None = NPI, number: str = "ICN1", **more: object) -> RemitClaim:
    """A claim of 100.00 whose payer lost our id."""
    made = claim("0", line("?", 10_000, 8_000, CO45(2_000)), number=number)
    rendering = None if npi is None else Name("HARBOR", "HANNA", npi)
    return replace(made, patient=Name("TESTER", "TILDA", member_id or ""), rendering=rendering, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("npi", [NPI, None])
def test_member_date_charge_and_provider_find_the_one_claim_that_has_them(world: World, npi: str | None) -> None:
    world.bill("C1", {"A": 10_000})
    insure(world, "C1", "M1")
    world.bill("C2", {"B": 10_000})
    insure(world, "C2", "M2")
    world.post(world.remittance(nameless(npi=npi)))
    assert world.ar("C1") == {}
    assert world.ar("C2") == {"primary": 10_000}
    assert world.exceptions() == []
    assert world.con.execute("SELECT match_by FROM posting.posting").fetchall() == [("composite",)]
    assert verify(world.con) == []


def test_of_two_claims_that_fit_neither_is_taken(world: World) -> None:
    """Two members of a family, or two visits of a day: a person decides."""
    for claim_id, charge_id in (("C1", "A"), ("C2", "B")):
        world.bill(claim_id, {charge_id: 10_000})
        insure(world, claim_id, "M1")
    world.post(world.remittance(nameless()))
    assert world.exceptions() == ["CLAIM_UNMATCHED"]
    assert world.balances()["UNAPPLIED:payer"] == -8_000


@pytest.mark.parametrize(
    ("what", "charges", "member", "payer", "npi"),
    [
        ("another member", 10_000, "M2", "BLHRB", NPI),
        ("another charge", 10_100, "M1", "BLHRB", NPI),
        ("another payer's member of that id", 10_000, "M1", "SMTML", NPI),
        ("another provider", 10_000, "M1", "BLHRB", "1679576722"),
    ],
)
def test_what_differs_in_one_thing_is_not_matched(
    world: World, what: str, charges: int, member: str, payer: str, npi: str
) -> None:
    world.bill("C1", {"A": charges}, payer=payer)
    insure(world, "C1", member, payer, npi)
    world.post(world.remittance(nameless()))
    assert world.exceptions() == ["CLAIM_UNMATCHED"], what


def test_another_date_or_no_member_id_is_not_matched(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    insure(world, "C1", "M1")
    later = DOS + dt.timedelta(days=1)
    other_day = replace(nameless(), lines=(line("?", 10_000, 8_000, CO45(2_000), dos_from=later, dos_to=later),))
    world.post(world.remittance(other_day, nameless(member_id=None, number="ICN2")))
    assert world.exceptions() == ["CLAIM_UNMATCHED"] * 2


def test_a_claim_found_so_keeps_its_payer_number_for_the_reversal(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    insure(world, "C1", "M1")
    world.post(world.remittance(nameless()))
    back = replace(nameless(), status="22", charge_cents=-10_000, paid_cents=-8_000, patient_cents=None, lines=(
        line("?", -10_000, -8_000, CO45(-2_000)),))  # fmt: skip
    world.post(world.remittance(back, trace="T2", paid=0, plb=[("WO", "0", -8_000)]), run_id="r2")
    assert world.ar("C1") == {"primary": 10_000}
    assert world.exceptions() == ["RECOUP_OPEN"]  # what it took back it has not yet kept from a payment
    assert verify(world.con) == []


def by_charge(world: World) -> list[tuple[str | None, int]]:
    """What stands in A/R by charge."""
    return world.con.execute(
        "SELECT charge_id, sum(cents) FROM ledger.entry WHERE account = 'AR' GROUP BY 1 HAVING sum(cents) <> 0 ORDER BY 1"
    ).fetchall()


def test_a_line_moves_to_its_charge_when_that_comes_later_than_the_payment(world: World) -> None:
    world.bill("C1", {"A": 10_000})
    paid = claim("C1", line("A", 10_000, 8_000, CO45(2_000)), line("B", 5_000, 4_000, CO45(1_000)))
    world.post(world.remittance(paid))
    assert by_charge(world) == [(None, -5_000)]
    assert world.exceptions() == ["CHARGE_MISMATCH", "CREDIT_BALANCE", "LINE_UNMATCHED"]
    world.con.execute("DELETE FROM scrub.claim")
    world.bill("C1", {"B": 5_000})
    world.con.execute("UPDATE scrub.claim SET charge_cents = 15000, lines = 2")
    world.post(run_id="r2")
    assert by_charge(world) == []
    assert world.exceptions() == []
    moved = world.con.execute("SELECT txn_key, actor FROM ledger.txn WHERE txn_kind = 'line_placed'").fetchall()
    assert [(key.split(":")[0], actor) for key, actor in moved] == [("line_found", "policy")]
    world.post(run_id="r3")
    world.post(world.remittance(taken_back(paid), trace="T2", paid=0, plb=[("WO", "C1", -12_000)]), run_id="r4")
    assert by_charge(world) == [("A", 10_000), ("B", 5_000)]


def test_a_charge_that_one_line_names_is_not_taken_by_another_like_it(world: World) -> None:
    world.bill("C1", {"A": 10_000, "B": 10_000})
    nameless_line = replace(line("?", 10_000, 9_000, CO45(1_000)), line_id=None)
    world.post(world.remittance(claim("C1", line("A", 10_000, 8_000, CO45(2_000)), nameless_line)))
    assert by_charge(world) == []
    assert world.exceptions() == []


@pytest.mark.parametrize(("lines", "turn"), [(0, "primary"), (1, None)], ids=["voided", "the patient's"])
def test_only_a_claim_whose_charges_were_all_voided_gets_its_payers_from_insurance_known_later(
    world: World, lines: int, turn: str | None
) -> None:
    """Voided before anyone knew who covers the patient, it names no payer; one billed to the patient stays the patient's."""
    world.bill("C1", {"A": 10_000}, payer=None)
    insure(world, "C1", "M1")
    world.con.execute("UPDATE scrub.claim SET coverage_id = NULL, lines = ?", [lines])
    world.post(world.remittance(claim("C1", line("A", 10_000, 8_000, CO45(2_000)))))
    assert world.con.execute("SELECT payer_turn FROM posting.posting").fetchall() == [(turn,)]
    assert ("PAYER_NOT_ON_CLAIM" in world.exceptions()) == (turn is None)

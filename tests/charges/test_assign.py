"""Which claim a charge belongs to: groups, the 50-line limit, chains of corrections."""

from __future__ import annotations

import datetime as dt

from pm_pipeline.charges import claim_id
from pm_pipeline.charges.assign import Group, Row, assign
from tests.charges.conftest import Practice

DAY = dt.date(2026, 6, 2)
GROUP: Group = ("E1", DAY, "P01", "MAIN")
FIRST = claim_id("HARBOR", *GROUP, 1)
SECOND = claim_id("HARBOR", *GROUP, 2)


def row(charge_id: str, original: str | None = None, group: Group = GROUP, lines_used: int = 0) -> Row:
    return Row(charge_id, original, group, lines_used, None, None)


def test_charges_of_one_encounter_entry_date_provider_and_location_share_a_claim(practice: Practice) -> None:
    practice.charge(
        {"charge_id": "C1"}, {"charge_id": "C2", "dos_to": "2026-06-02"}, {"charge_id": "C3", "provider_id": "P02"},
        {"charge_id": "C4", "location_id": "NORTH"}, {"charge_id": "C5", "entered_on": "2026-06-03"},
        {"charge_id": "C6", "encounter_id": "E2"},
    )  # fmt: skip
    claims = practice.claims()
    assert claims["C1"] == claims["C2"] == FIRST
    assert len(set(claims.values())) == 5


def test_the_51st_line_begins_the_next_claim_in_the_order_of_charge_ids() -> None:
    places = assign([row(f"C{n:03}") for n in reversed(range(120))], "HARBOR")
    numbers = [places[f"C{n:03}"][1] for n in range(120)]
    assert numbers == [1] * 50 + [2] * 50 + [3] * 20
    assert places["C000"][0] == FIRST
    assert places["C050"][0] == SECOND


def test_a_late_line_of_a_full_claim_goes_to_the_next_one(practice: Practice) -> None:
    practice.charge(*({"charge_id": f"C{n:03}"} for n in range(100, 149)))
    practice.charge({"charge_id": "C001"}, {"charge_id": "C002"})
    assert practice.claims()["C001"] == FIRST
    assert practice.claims()["C002"] == SECOND
    counts = practice.con.execute("SELECT group_no, count(*) FROM charges.charge GROUP BY 1 ORDER BY 1").fetchall()
    assert counts == [(1, 50), (2, 1)]


def test_corrections_take_no_new_line(practice: Practice) -> None:
    practice.charge(*({"charge_id": f"C{n:03}"} for n in range(49)))
    practice.charge(
        *({"charge_id": f"K{n:03}", "action": "correct", "original_charge_id": f"C{n:03}"} for n in range(49))
    )
    practice.charge({"charge_id": "C900"})
    assert set(practice.claims().values()) == {FIRST}


def test_a_correction_keeps_its_originals_claim_even_when_it_changes_the_provider(practice: Practice) -> None:
    change = {
        "charge_id": "C2",
        "action": "correct",
        "original_charge_id": "C1",
        "provider_id": "P02",
        "location_id": "NORTH",
    }
    practice.charge({"charge_id": "C1"})
    practice.charge(change)
    assert practice.claims() == {"C1": FIRST, "C2": FIRST}


def test_an_original_that_comes_after_its_correction_joins_its_claim(practice: Practice) -> None:
    change = {"charge_id": "C2", "action": "correct", "original_charge_id": "C1", "provider_id": "P02"}
    practice.charge(change)
    practice.charge({"charge_id": "C1"}, {"charge_id": "C3", "action": "void", "original_charge_id": "C2"})
    assert len(set(practice.claims().values())) == 1


def test_a_chain_within_one_file_follows_its_first_row() -> None:
    other: Group = ("E1", DAY, "P02", "MAIN")
    places = assign([row("A3", "B2", other), row("B2", "C1", other), row("C1")], "HARBOR")
    assert set(places.values()) == {(FIRST, 1)}


def test_a_ring_of_rows_naming_each_other_ends_and_gets_one_claim() -> None:
    places = assign([row("C1", "C3"), row("C2", "C1"), row("C3", "C2"), row("C4")], "HARBOR")
    assert set(places.values()) == {(FIRST, 1)}


def test_a_chain_of_ten_thousand_rows_is_followed() -> None:
    rows = [row("N0")] + [row(f"N{n}", f"N{n - 1}") for n in range(1, 10_000)]
    assert set(assign(rows, "HARBOR").values()) == {(FIRST, 1)}

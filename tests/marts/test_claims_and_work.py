"""claim_status and the lists of open work."""

from __future__ import annotations

import duckdb

from pm_pipeline.desk.vocabulary import kinds
from tests.marts.arithmetic import AR, owes, rows, summed


def test_balances_are_those_of_the_ledger(marts: duckdb.DuckDBPyConnection) -> None:
    found = {
        claim: (insurance, patient)
        for claim, insurance, patient in rows(
            marts, "SELECT claim_id, insurance_balance_amount, patient_balance_amount FROM marts.claim_status"
        )
    }
    sums = summed(AR, lambda entry: (entry.claim, owes(entry) == "patient"))
    claims = {entry.claim for entry in AR}
    assert found == {claim: (sums.get((claim, False), 0), sums.get((claim, True), 0)) for claim in claims}


def test_state_and_since_when(marts: duckdb.DuckDBPyConnection) -> None:
    """C05 was held, released, and held again on 9 June; an event later in the same state changes nothing."""
    assert rows(
        marts,
        "SELECT claim_id, state, state_since_on::VARCHAR, version, first_billed_on::VARCHAR, "
        "first_answered_on::VARCHAR "
        "FROM marts.claim_status WHERE claim_id IN ('C02', 'C04', 'C05') ORDER BY 1",
    ) == [
        ("C02", "partly_denied", "2026-05-20", 1, "2026-03-09", "2026-04-02"),
        ("C04", "built", None, 0, None, None),
        ("C05", "held", "2026-06-09", 0, None, None),
    ]


def test_money_of_one_claim(marts: duckdb.DuckDBPyConnection) -> None:
    assert rows(
        marts,
        "SELECT charged_amount, paid_amount, contractual_amount, written_off_amount, balance_amount FROM "
        "marts.claim_status "
        "WHERE claim_id IN ('C02', 'C07', 'C12') ORDER BY claim_id",
    ) == [(20_000, 10_000, 8_000, 0, 2_000), (0, 0, 0, 0, 0), (7_000, 0, 0, 7_000, 0)]


def test_open_lists_hold_only_what_is_open(marts: duckdb.DuckDBPyConnection) -> None:
    assert rows(marts, "SELECT denial_id FROM marts.open_denial ORDER BY 1") == [
        ("D02",),
        ("D08",),
        ("D09A",),
        ("D09B",),
    ]
    assert rows(marts, "SELECT exception_id FROM marts.open_exception ORDER BY 1") == [("Q2",), ("Q4",)]
    assert rows(marts, "SELECT finding_id, is_overridden FROM marts.open_finding ORDER BY 1") == [
        ("F1", False),
        ("F2", False),
        ("F5", True),
    ]
    assert rows(marts, "SELECT work_id, amount FROM marts.open_work") == [("W1", 11_000)]


def test_what_one_person_asked_for_waits_for_another_until_it_is_answered(marts: duckdb.DuckDBPyConnection) -> None:
    """M2 was refused, M3 needs nobody; the write-off of D08 was asked for, that of D09A refused."""
    said = "SELECT item_kind, item_id, kind, claim_id, amount, text FROM marts.worklist WHERE worklist = 'approvals' ORDER BY item_id"
    asked = "asked for by wren: somebody else approves or refuses it"
    assert rows(marts, said) == [
        ("denial", "D08", "denial_write_off", "C08", 1_500, f"write-off {asked}"),
        ("money_movement", "M1", "refund", "C12", 2_505, f"refund of primary, {asked}"),
    ]


def test_amounts_in_a_text_are_dollars(marts: duckdb.DuckDBPyConnection) -> None:
    assert rows(marts, "SELECT text FROM marts.open_work") == [
        ("owed 0.05, 0.50, -1.00 and 12345.67 at segment 12 of 3",)
    ]


def test_what_an_item_is_at_the_desk_is_a_kind_of_the_desk(marts: duckdb.DuckDBPyConnection) -> None:
    found = rows(marts, "SELECT DISTINCT worklist, item_kind FROM marts.worklist ORDER BY ALL")
    assert ("denials", "denial") in found
    assert ("posting_exceptions", "posting_exception") in found
    assert {kind for _, kind in found if kind} <= set(kinds())


def test_counts_beside_a_claim(marts: duckdb.DuckDBPyConnection) -> None:
    """C05 has one finding that holds it (the other only warns); C09 has two open denials, C01 none any more."""
    assert rows(
        marts,
        "SELECT claim_id, open_findings, open_denials FROM marts.claim_status WHERE claim_id IN ('C01', 'C05', "
        "'C09') ORDER BY 1",
    ) == [("C01", 0, 0), ("C05", 1, 0), ("C09", 0, 2)]

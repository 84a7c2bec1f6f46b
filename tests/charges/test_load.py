"""Charges from file to ledger: who owes them, corrections and voids, and that order and repetition do not matter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import permutations

import pytest

from pm_pipeline.ledger import content_hash, post, proposals
from pm_pipeline.warehouse import unit
from tests.charges.conftest import Practice
from tests.intake.files import RUN, TODAY, refused

A = {"charge_id": "C1", "charge_amount": "100.00"}
B = {"charge_id": "C2", "action": "correct", "original_charge_id": "C1", "charge_amount": "80.00"}
C = {"charge_id": "C3", "action": "void", "original_charge_id": "C2", "charge_amount": "80.00"}
OTHER = {"charge_id": "C9", "encounter_id": "E9", "charge_amount": "7.00"}


def test_a_charge_is_stored_typed_and_with_its_ids(practice: Practice) -> None:
    file_id = practice.land(
        {"modifier_1": "25", "modifier_2": "RT", "diagnosis_2": "E11.9", "pointer_1": "2", "pointer_2": "1",
         "units": "1.5", "ndc": "12345-6789-01", "ndc_quantity": "0.25", "ndc_unit": "ML"}
    )  # fmt: skip
    practice.load()
    row = practice.con.execute(
        "SELECT modifiers, diagnoses, diagnosis_pointers, units::VARCHAR, charge_cents, ndc_quantity::VARCHAR, "
        "practice_id, group_no, landed_on, file_id, row_no, claim_id, line_id FROM charges.charge"
    ).fetchone()
    assert row is not None
    assert row[:3] == (["25", "RT"], ["I10", "E11.9"], [2, 1])
    assert row[3:8] == ("1.500", 12500, "0.250", "HARBOR", 1)
    assert row[8:11] == (TODAY, file_id, 1)
    assert row[11][0] == "C"
    assert row[12][0] == "L"


def test_a_covered_charge_is_owed_by_the_first_payer_in_force_on_the_date_of_service(practice: Practice) -> None:
    practice.cover(
        {"coverage_id": "CV1", "payer_id": "LKSHM", "effective_to": "2026-05-31"},
        {"coverage_id": "CV2", "payer_id": "BLHRB", "effective_from": "2026-06-01"},
        {"coverage_id": "CV3", "payer_id": "SMDCD", "cob_order": "2"},
    )
    practice.charge({})
    entries = practice.con.execute(
        "SELECT entry_kind, account, sub_account, payer_id, cents, provider_id, charge_id, service_on, effective_on, "
        "posted_on, segment_no FROM ledger.entry ORDER BY account"
    ).fetchall()
    rest = ("P01", "C1", dt.date(2026, 6, 1), dt.date(2026, 6, 2), TODAY, 1)
    assert entries == [
        ("charge", "AR", "primary", "BLHRB", 12500, *rest),
        ("charge", "REVENUE_GROSS", "none", None, -12500, *rest),
    ]
    claim = practice.con.execute("SELECT DISTINCT entry.claim_id = charge.claim_id FROM ledger.entry, charges.charge")
    assert claim.fetchall() == [(True,)]


@pytest.mark.parametrize(
    "coverage",
    [None, {"patient_id": "PT2"}, {"effective_from": "2026-06-02"}, {"effective_to": "2026-05-31"}],
    ids=["none", "another patient's", "begins later", "ended before"],
)
def test_without_a_coverage_in_force_the_patient_owes(practice: Practice, coverage: dict[str, str] | None) -> None:
    if coverage is not None:
        practice.cover(coverage)
    practice.charge({})
    assert practice.balances() == {("AR", "patient", None): 12500, ("REVENUE_GROSS", "none", None): -12500}


def test_the_last_day_of_a_coverage_is_covered(practice: Practice) -> None:
    practice.cover({"effective_from": "2026-06-01", "effective_to": "2026-06-01"})
    practice.charge({})
    assert practice.balances()["AR", "primary", "BLHRB"] == 12500


def test_a_correction_leaves_only_its_own_amount(practice: Practice) -> None:
    practice.charge(A)
    practice.charge(B)
    assert practice.balances() == {("AR", "patient", None): 8000, ("REVENUE_GROSS", "none", None): -8000}
    keys = practice.con.execute("SELECT txn_key, txn_kind FROM ledger.txn ORDER BY 1").fetchall()
    assert keys == [("charge:C1", "charge"), ("charge:C2", "charge"), ("charge_void:C1", "charge_void")]
    active = practice.con.execute("SELECT charge_id FROM charges.active_charge").fetchall()
    assert active == [("C2",)]


def test_a_void_leaves_nothing_as_of_any_day(practice: Practice) -> None:
    practice.charge(A)
    practice.charge({**A, "charge_id": "C5", "action": "void", "original_charge_id": "C1"})
    assert practice.balances() == {}
    by_day = practice.con.execute("SELECT effective_on, sum(cents) FROM ledger.entry WHERE account = 'AR' GROUP BY 1")
    assert by_day.fetchall() == [(dt.date(2026, 6, 2), 0)]
    void = practice.con.execute(
        "SELECT DISTINCT file_id = (SELECT file_id FROM charges.charge WHERE charge_id = 'C5'), segment_no, claim_id = "
        "(SELECT claim_id FROM charges.charge WHERE charge_id = 'C1') FROM ledger.entry JOIN ledger.txn USING (txn_id) "
        "WHERE txn_kind = 'charge_void'"
    )
    assert void.fetchall() == [(True, 1, True)]


@pytest.mark.parametrize("order", list(permutations(["A", "B", "C"])), ids=lambda order: "-".join(order))
def test_the_order_of_arrival_does_not_matter(
    practice: Practice, another: Callable[[], Practice], order: tuple[str, ...]
) -> None:
    rows = {"A": A, "B": B, "C": C}
    practice.charge(A, B, C, OTHER)
    shuffled = another()
    for name in order[:2]:
        shuffled.charge(rows[name])
    shuffled.charge(OTHER, rows[order[2]])
    assert content_hash(shuffled.con) == content_hash(practice.con)
    assert shuffled.claims() == practice.claims()
    assert shuffled.balances() == {("AR", "patient", None): 700, ("REVENUE_GROSS", "none", None): -700}


def test_loading_again_and_resending_add_nothing(practice: Practice) -> None:
    practice.cover({})
    practice.charge(A, B, OTHER)
    hash_before, chain = (
        content_hash(practice.con),
        practice.con.execute("SELECT count(*) FROM warehouse.chain").fetchone(),
    )
    again = practice.load(run_id="run-2")
    assert again == []
    assert practice.con.execute("SELECT count(*) FROM warehouse.chain").fetchone() == chain
    resent = practice.charge(OTHER, B, A, {"charge_id": "C10", "encounter_id": "E10", "charge_amount": "1.00"})
    assert (resent[0].rows_known, resent[0].rows_loaded) == (3, 1)
    assert practice.batches() == {"charges": 4, "charge voids": 1}
    practice.charge({"charge_id": "C11", "action": "void", "original_charge_id": "C10", "encounter_id": "E10"})
    assert content_hash(practice.con) == hash_before


def test_posting_catches_up_after_a_crash_between_loading_and_posting(
    practice: Practice, another: Callable[[], Practice], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as crash:
        crash.setattr("pm_pipeline.charges.capture.post_charges", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            practice.charge(A, B)
    assert practice.balances() == {}
    practice.load()
    whole = another()
    whole.charge(A, B)
    assert content_hash(practice.con) == content_hash(whole.con)


def test_the_same_charge_id_with_other_content_is_quarantined_and_posts_nothing_b148(practice: Practice) -> None:
    practice.charge(A)
    loaded = practice.charge({**A, "charge_amount": "101.00"})
    assert loaded[0].reasons == {"KEY_CONFLICT": 1}
    assert practice.balances()["AR", "patient", None] == 10000
    remedy = practice.con.execute("SELECT remedies[1] FROM intake.quarantined_row").fetchone()
    assert remedy is not None
    assert "action correct" in remedy[0]


def test_negative_and_zero_charges_never_reach_the_ledger_b149(practice: Practice) -> None:
    loaded = practice.charge(
        {"charge_id": "C1", "charge_amount": "-100.00"},
        {"charge_id": "C2", "charge_amount": "0.00"},
        {"charge_id": "C3", "units": "0"},
    )
    assert loaded[0].rows_quarantined == 3
    assert practice.balances() == {}


def test_a_correction_of_a_row_that_was_refused_stands_alone(practice: Practice) -> None:
    practice.charge({**A, "charge_amount": "100"})
    practice.charge(B)
    assert practice.balances()["AR", "patient", None] == 8000


def test_two_corrections_of_one_charge_are_not_guessed_between(practice: Practice) -> None:
    second = {**B, "charge_id": "C4", "charge_amount": "60.00"}
    practice.charge(A, B)
    loaded = practice.charge(second)
    assert loaded[0].reasons == {"ORIGINAL_ALREADY_REPLACED": 1}
    third, fourth = {**second, "charge_id": "C5"}, {**second, "charge_id": "C6"}
    loaded = practice.charge(
        {"charge_id": "C20"}, {**third, "original_charge_id": "C20"}, {**fourth, "original_charge_id": "C20"}
    )
    assert loaded[0].rows_loaded == 2
    assert refused(practice.con)[3] == ["ORIGINAL_ALREADY_REPLACED"]
    assert practice.balances()["AR", "patient", None] == 14000


def test_a_repeated_second_correction_is_refused_each_time_not_called_known(practice: Practice) -> None:
    second = {**B, "charge_id": "C4", "charge_amount": "60.00"}
    practice.charge(A, B)
    [file] = practice.charge(second, second, {**second, "charge_amount": "61.00"})
    assert (file.rows_loaded, file.rows_known, file.rows_quarantined) == (0, 0, 3)
    replaced = ["ORIGINAL_ALREADY_REPLACED"]
    assert refused(practice.con) == {1: replaced, 2: replaced, 3: ["KEY_CONFLICT"]}


def test_a_late_void_also_takes_back_what_moved_between_parties(practice: Practice) -> None:
    """C1 was self-pay, then a coverage came and its balance was moved to the payer (key responsibility:C1:1)."""
    practice.charge(A)
    with unit(practice.con, "scrub", RUN) as work, proposals(practice.con):
        practice.con.execute(
            "INSERT INTO ledger_proposal (txn_key, txn_kind, entry_kind, account, sub_account, cents, practice_id, "
            "payer_id, charge_id, effective_on) SELECT 'responsibility:C1:1', 'responsibility', 'responsibility', "
            "'AR', party, cents, 'HARBOR', payer_id, 'C1', DATE '2026-06-02' "
            "FROM (VALUES ('primary', 10000, 'BLHRB'), ('patient', -10000, NULL)) AS moved (party, cents, payer_id)"
        )
        post(practice.con, work, "responsibility", TODAY)
    assert practice.balances()["AR", "primary", "BLHRB"] == 10000
    practice.charge({**A, "charge_id": "C5", "action": "void", "original_charge_id": "C1"})
    assert practice.balances() == {}
    practice.load()
    assert practice.batches() == {"charges": 1, "responsibility": 1, "charge voids": 2}


def test_every_transaction_sums_to_zero_and_revenue_is_what_is_in_force(practice: Practice) -> None:
    rows = [
        {"charge_id": f"C{n}", "encounter_id": f"E{n // 4}", "charge_amount": f"{n}.{n % 100:02}"}
        for n in range(1, 200)
    ]
    voids = [
        {**row, "charge_id": f"V{row['charge_id']}", "action": "void", "original_charge_id": row["charge_id"]}
        for row in rows[::9]
    ]
    practice.charge(*rows, *voids)
    off = practice.con.execute(
        "SELECT count(*) FROM (SELECT 1 FROM ledger.entry GROUP BY txn_id HAVING sum(cents) <> 0)"
    )
    assert off.fetchone() == (0,)
    active = practice.con.execute("SELECT sum(charge_cents)::BIGINT FROM charges.active_charge").fetchone()
    assert active is not None
    assert practice.balances() == {("AR", "patient", None): active[0], ("REVENUE_GROSS", "none", None): -active[0]}


def test_ten_thousand_rows_in_one_file(practice: Practice) -> None:
    rows = [
        {"charge_id": f"C{n}", "encounter_id": f"E{n // 3}", "patient_id": f"PT{n // 5}",
         "charge_amount": "-1.00" if n % 100 == 0 else "10.00"}
        for n in range(10_000)
    ]  # fmt: skip
    loaded = practice.charge(*rows)
    [file] = loaded
    assert (file.rows_in, file.rows_loaded, file.rows_quarantined) == (10_000, 9_900, 100)
    assert practice.batches() == {"charges": 9_900}
    assert practice.balances()["AR", "patient", None] == 9_900_000
    claims = practice.con.execute(
        "SELECT count(DISTINCT claim_id), count(DISTINCT encounter_id) FROM charges.charge"
    ).fetchone()
    assert claims is not None
    assert claims[0] == claims[1]

"""Charges become claims: grouping, coverage, diagnoses, fixes, and what may change a claim when."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest

from pm_pipeline.errors import PmError
from tests.scrub.world import TODAY, World


def in_flight(world: World) -> str:
    """The claim of an insured patient's one charge, CH1, that was sent."""
    world.insured()
    claim = world.charge("CH1")
    world.run()
    world.send(claim)
    return claim


def test_charges_of_one_claim_id_make_one_claim_with_diagnoses_met_first_first(world: World) -> None:
    world.insured()
    claim = world.charge(
        "CH2", procedure_code="81002", diagnoses=["I10", "R05.9"], diagnosis_pointers=[2, 1], charge_cents=500
    )
    world.charge("CH1", diagnoses=["E11.9", "I10"], diagnosis_pointers=[2, 1], units="1", modifiers=["25"])
    other = world.charge("CH3", encounter_id="E2", dos="2026-05-20")
    world.run()
    built = world.claim(claim)
    assert built["diagnoses"] == ["E119", "I10", "R059"]
    assert (built["lines"], built["charge_cents"], built["group_no"]) == (2, 15500, 1)
    assert world.lines(claim, "line_no, charge_id, diagnosis_pointers, units, modifiers") == [
        (1, "CH1", [2, 1], Decimal(1), ["25"]),
        (2, "CH2", [3, 2], Decimal(1), []),
    ]
    assert world.claim(other)["lines"] == 1


def test_the_lowest_cob_order_in_force_pays_first_and_the_next_follows(world: World) -> None:
    world.patient()
    world.coverage("A", payer_id="SMDCR", cob_order=1, effective_from="2026-06-02")  # not yet in force
    world.coverage("B", payer_id="BLHRB", cob_order=3)
    world.coverage("C", payer_id="SMTML", cob_order=2)
    world.coverage("D", payer_id="LKSHM", cob_order=1, effective_to="2026-05-31")  # ended
    claim = world.charge("CH1")
    world.run()
    built = world.claim(claim)
    assert (built["payer_id"], built["coverage_id"], built["payer_turn"]) == ("SMTML", "C", "primary")
    assert (built["next_payer_id"], built["next_coverage_id"]) == ("BLHRB", "B")
    assert world.state(claim) == "released"


def test_the_newest_version_of_a_coverage_counts(world: World) -> None:
    world.insured()
    claim = world.charge("CH1")
    world.coverage("CV-PT1", payer_id="LKSHM")
    world.run()
    assert world.claim(claim)["payer_id"] == "LKSHM"


def test_a_patient_without_any_coverage_is_self_pay(world: World) -> None:
    world.patient()
    claim = world.charge("CH1")
    done = world.run()
    assert world.state(claim) == "self_pay"
    assert (world.claim(claim)["payer_turn"], world.claim(claim)["payer_id"]) == ("patient", None)
    assert (done.judged.self_pay, done.judged.released) == (1, 0)
    before = world.sizes()
    world.run()
    assert world.sizes() == before


def test_a_self_pay_claim_follows_a_coverage_of_its_day_only(world: World) -> None:
    world.patient()
    claim = world.charge("CH1")
    world.run()
    world.coverage("LATER", effective_from="2026-07-01")
    world.run()
    assert world.state(claim) == "self_pay"
    world.coverage("EARLIER", effective_from="2026-01-01", effective_to="2026-06-30")
    world.run()
    assert world.state(claim) == "released"
    assert world.diary(claim) == ["built", "self_pay", "reopen", "released"]


def test_an_answer_in_suspense_to_a_self_pay_claim_does_not_keep_it_from_its_coverage(world: World) -> None:
    world.patient()
    claim = world.charge("CH1")
    world.run()
    world.event(claim, "suspended", "suspended")
    assert world.state(claim) == "suspended"
    world.run()
    assert world.diary(claim) == ["built", "self_pay", "suspended"]
    world.coverage("EARLIER", effective_from="2026-01-01")
    world.run()
    assert (world.claim(claim)["coverage_id"], world.state(claim)) == ("EARLIER", "released")
    assert set(world.holders("CH1")) == {("primary", world.claim(claim)["payer_id"])}


def test_an_answer_in_suspense_to_a_claim_that_was_sent_keeps_its_payer(world: World) -> None:
    claim = in_flight(world)
    world.event(claim, "suspended", "suspended")
    world.coverage("CV-PT1", payer_id="LKSHM")
    world.run()
    assert (world.claim(claim)["payer_id"], world.state(claim)) == ("SMTML", "suspended")


def test_a_self_pay_claim_is_judged_too(world: World) -> None:
    world.patient()
    claim = world.charge("CH1", units="2")
    world.run()
    assert (world.state(claim), world.open_rules(claim)) == ("held", ["UNT-001"])
    world.charge("CH2", action="correct", original_charge_id="CH1")
    world.run()
    assert world.state(claim) == "self_pay"


def test_a_dependent_with_a_complete_subscriber_is_released(world: World) -> None:
    world.patient()
    world.coverage(
        relationship="19", subscriber_last_name="EXAMPLE", subscriber_first_name="BO",
        subscriber_birth_date="1955-01-01", subscriber_sex="M", subscriber_line1="1 TEST ST",
        subscriber_city="PORTLAND", subscriber_state="ME", subscriber_zip="04101",
    )  # fmt: skip
    claim = world.charge("CH1")
    world.run()
    assert world.state(claim) == "released"


def test_fixes_change_the_claim_and_keep_what_was_before(world: World) -> None:
    world.insured()
    claim = world.charge(
        "CH1", diagnoses=["E11.9"], procedure_code="J3420", ndc="1234-5678-90", ndc_quantity="1", ndc_unit="ML"
    )
    done = world.run()
    assert world.claim(claim)["diagnoses"] == ["E119"]
    assert world.lines(claim, "ndc, ndc_unit") == [("01234567890", "ML")]
    fixes = world.con.execute(
        "SELECT rule_id, column_name, before, after, line_no FROM scrub.fix ORDER BY rule_id"
    ).fetchall()
    assert fixes == [
        ("DRG-001", "ndc", "1234-5678-90", "01234567890", 1),
        ("DX-002", "diagnoses", "[E11.9]", "[E119]", 1),
    ]
    assert done.built.fixes == {"DRG-001": 1, "DX-002": 1}
    assert world.con.execute("SELECT diagnoses FROM charges.charge").fetchone() == (["E11.9"],)
    before = world.sizes()
    world.run()
    assert world.sizes() == before


def test_a_held_claim_follows_data_and_is_released(world: World) -> None:
    world.patient()
    world.coverage(member_id="WRONG")
    claim = world.charge("CH1")
    world.run()
    assert world.state(claim) == "held"
    world.coverage(member_id="1234567890")
    done = world.run()
    assert world.state(claim) == "released"
    assert world.open_rules(claim) == []
    assert done.judged.cleared == 1
    assert world.diary(claim) == ["built", "held", "rebuilt", "released"]


def test_a_charge_before_its_patient_waits_for_the_registration(world: World) -> None:
    claim = world.charge("CH1")
    world.run()
    assert world.open_rules(claim) == ["ELG-004"]
    world.insured()
    world.run()
    assert world.state(claim) == "released"


def test_a_released_claim_whose_content_changes_is_judged_again_before_it_may_go(world: World) -> None:
    world.insured()
    claim = world.charge("CH1")
    world.run()
    world.patient(last_name="CHANGED")
    world.run()
    assert world.diary(claim) == ["built", "released", "reopen", "released"]


def test_a_correction_before_sending_replaces_the_line(world: World) -> None:
    world.insured()
    claim = world.charge("CH1", units="2")
    world.run()
    assert world.charge("CH2", action="correct", original_charge_id="CH1", charge_cents=16000) == claim
    world.run()
    assert world.lines(claim, "charge_id, charge_cents") == [("CH2", 16000)]
    assert world.claim(claim)["charge_cents"] == 16000
    assert world.state(claim) == "released"


def test_a_claim_in_flight_waits_for_its_answer(world: World) -> None:
    claim = in_flight(world)
    sent = world.claim(claim)
    world.charge("CH2", action="correct", original_charge_id="CH1", charge_cents=16000)
    done = world.run()
    assert done.built.waiting == 1
    assert world.claim(claim) == sent
    assert world.state(claim) == "sent"
    before = world.sizes()
    world.run()
    assert world.sizes() == before
    world.event(claim, "paid", "paid", detail="PCN1")
    world.run()
    assert world.state(claim) == "released"
    assert world.lines(claim, "charge_id") == [("CH2",)]
    assert world.diary(claim)[-3:] == ["paid", "reopen", "released"]


def test_a_late_line_reopens_an_adjudicated_claim(world: World) -> None:
    claim = in_flight(world)
    world.event(claim, "denied", "denied")
    world.run()
    assert world.state(claim) == "denied"
    world.charge("CH2", procedure_code="81002", charge_cents=500)
    world.run()
    assert (world.state(claim), world.claim(claim)["lines"]) == ("released", 2)


def test_a_new_address_changes_neither_a_claim_in_flight_nor_an_adjudicated_one(world: World) -> None:
    claim = in_flight(world)
    sent = world.claim(claim)
    world.patient(line1="2 OTHER ST")
    world.run()
    assert world.claim(claim) == sent
    world.event(claim, "paid", "paid")
    world.coverage("CV-PT1", payer_id="LKSHM")
    world.run()
    assert (world.claim(claim), world.state(claim)) == (sent, "paid")


def test_the_replacement_of_an_adjudicated_claim_goes_to_the_payer_that_answered(world: World) -> None:
    claim = in_flight(world)
    world.event(claim, "paid", "paid")
    world.coverage("CV-PT1", effective_to="2026-05-31")
    world.coverage("NEW", payer_id="LKSHM")
    world.charge("CH2", action="correct", original_charge_id="CH1", charge_cents=16000)
    world.run()
    assert world.claim(claim)["payer_id"] == "SMTML"
    assert world.state(claim) == "released"


def test_a_rejected_claim_is_reopened_by_a_change_and_only_then(world: World) -> None:
    claim = in_flight(world)
    world.event(claim, "claim_rejected", "rejected", version=1)
    world.run()
    assert world.state(claim) == "rejected"
    world.patient(birth_date="1980-05-06")
    world.run()
    assert world.state(claim) == "released"
    versions = world.con.execute(
        "SELECT kind, version FROM scrub.claim_event WHERE claim_id = ? ORDER BY seq", [claim]
    ).fetchall()
    assert versions[-2:] == [("reopen", 2), ("released", 2)]
    world.send(claim)
    assert world.con.execute("SELECT version, state FROM scrub.claim_state").fetchone() == (2, "sent")


def test_a_fault_in_the_configuration_counts_as_a_change_once_it_is_put_right(world: World) -> None:
    claim = in_flight(world)
    world.event(claim, "claim_rejected", "rejected", version=1)
    practice = world.config.practice.model_copy(update={"taxonomy": "208D00000X"})
    world.config = dataclasses.replace(world.config, practice=practice)
    world.run()
    assert world.state(claim) == "released"


def test_a_claim_voided_before_sending_has_nothing_left_to_do(world: World) -> None:
    world.insured()
    claim = world.charge("CH1", units="2")
    world.run()
    world.charge("CH1V", action="void", original_charge_id="CH1")
    done = world.run()
    assert (world.state(claim), world.claim(claim)["lines"], world.lines(claim, "*")) == ("voided", 0, [])
    assert world.open_rules(claim) == []
    assert done.built.voided == 1
    before = world.sizes()
    world.run()
    assert world.sizes() == before


def test_a_charge_voided_in_the_file_that_brought_it_still_leaves_a_claim_to_trace(world: World) -> None:
    world.insured()
    claim = world.charge("CH1", file="same")
    world.charge("CH1V", file="same", action="void", original_charge_id="CH1")
    world.run()
    assert (world.state(claim), world.diary(claim)) == ("voided", ["voided"])
    assert world.claim(claim)["charge_cents"] == 0


def test_a_late_charge_brings_a_voided_claim_back(world: World) -> None:
    world.insured()
    claim = world.charge("CH1", file="same")
    world.charge("CH1V", file="same", action="void", original_charge_id="CH1")
    world.run()
    world.charge("CH3")
    world.run()
    assert (world.state(claim), world.lines(claim, "charge_id")) == ("released", [("CH3",)])


def test_an_adjudicated_claim_that_is_voided_keeps_its_lines_to_send_them_with_frequency_8(world: World) -> None:
    claim = in_flight(world)
    world.event(claim, "paid", "paid")
    sent = world.claim(claim)
    world.charge("CH1V", action="void", original_charge_id="CH1")
    world.run()
    built = world.claim(claim)
    assert (world.state(claim), built["lines"], built["charge_cents"]) == ("released", 0, 15000)
    assert world.lines(claim, "charge_id") == [("CH1",)]
    assert built["content_hash"] != sent["content_hash"]
    before = world.sizes()
    world.run()
    assert world.sizes() == before


def test_a_rejected_claim_that_is_voided_was_never_with_the_payer(world: World) -> None:
    claim = in_flight(world)
    world.event(claim, "claim_rejected", "rejected", version=1)
    world.charge("CH1V", action="void", original_charge_id="CH1")
    world.run()
    assert world.state(claim) == "voided"


@pytest.mark.parametrize("order", [("CH1", "CH2", "CH3"), ("CH3", "CH1", "CH2"), ("CH2", "CH3", "CH1")])
def test_a_claim_is_the_same_whatever_order_its_charges_came_in(world: World, order: tuple[str, ...]) -> None:
    world.insured()
    codes = {"CH1": ("99213", ["E11.9", "I10"]), "CH2": ("81002", ["R05.9"]), "CH3": ("36415", ["I10"])}
    claim = ""
    for charge_id in order:
        code, diagnoses = codes[charge_id]
        claim = world.charge(charge_id, procedure_code=code, diagnoses=diagnoses)
        world.run()
    assert world.state(claim) == "released"
    assert world.claim(claim)["diagnoses"] == ["E119", "I10", "R059"]
    assert [row[0] for row in world.lines(claim, "charge_id")] == ["CH1", "CH2", "CH3"]


def test_without_code_tables_nothing_is_judged(world: World) -> None:
    world.insured()
    claim = world.charge("CH1")
    world.con.execute("DELETE FROM codes.place_of_service")
    with pytest.raises(PmError, match="Load the code sets first"):
        world.run()
    assert world.state(claim) == "held"
    world.con.execute("INSERT INTO codes.place_of_service VALUES ('11', false, 'Office')")
    world.run()
    assert world.state(claim) == "released"


def test_built_on_and_run_id_say_when_the_content_last_changed(world: World) -> None:
    world.insured()
    claim = world.charge("CH1")
    world.run()
    world.today = TODAY.replace(day=10)
    world.run()
    assert (world.claim(claim)["built_on"], world.claim(claim)["run_id"]) == (TODAY, "run1")


def test_a_secondary_coverage_that_comes_later_is_who_pays_next(world: World) -> None:
    world.insured()
    claim = world.charge("CH1")
    world.run()
    before = world.claim(claim)["content_hash"]
    world.coverage("SECOND", payer_id="BLHRB", cob_order=2)
    world.run()
    built = world.claim(claim)
    assert (built["next_payer_id"], built["next_coverage_id"]) == ("BLHRB", "SECOND")
    assert built["content_hash"] == before  # the claim to the first payer says the same
    assert world.state(claim) == "released"


def test_a_secondary_coverage_alone_does_not_send_a_rejected_claim_again(world: World) -> None:
    claim = in_flight(world)
    world.event(claim, "claim_rejected", "rejected", version=1)
    world.coverage("SECOND", payer_id="BLHRB", cob_order=2)
    world.run()
    assert world.state(claim) == "rejected"

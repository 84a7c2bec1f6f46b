"""Each edit end to end: rows as the practice would send them, one fault, and exactly that edit standing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.scrub.world import DAY, TODAY, World
from tests.warehouses import fresh

LATER = DAY + dt.timedelta(days=10)


def one(world: World, **given: Any) -> str:
    return world.charge("CH1", **given)


def insured(payer_id: str = "SMTML", **patient: Any) -> Callable[[World], None]:
    return lambda world: world.insured(payer_id=payer_id, **patient)


def elg_001(world: World) -> str:
    world.patient()
    world.coverage(effective_from="2025-01-01", effective_to="2026-05-31")
    return one(world)


def elg_002(world: World) -> str:
    world.patient()
    world.coverage(member_id="12345")
    return one(world)


def elg_003(world: World) -> str:
    world.patient()
    world.coverage(relationship="19", subscriber_last_name="EXAMPLE", subscriber_first_name="BO", subscriber_sex="M")
    return one(world)


def elg_004(world: World) -> str:
    return one(world)


def elg_005(world: World) -> str:
    world.patient()
    world.coverage(effective_to="2026-06-01")
    return one(world, procedure_code="99490", diagnoses=["I10", "E11.9"], dos_to=DAY + dt.timedelta(days=1))


def prv_002(world: World) -> str:
    world.insured()
    world.provider("P07", active_from="2020-01-01", active_to="2026-05-31")
    return one(world, provider_id="P07")


def prv_003_check_digit(world: World) -> str:
    world.insured()
    world.provider("R01", role="referring", npi="1990300217")
    return one(world, referring_provider_id="R01")


def prv_001_referring_only(world: World) -> str:
    world.insured()
    world.provider("R02", role="referring", npi="1990300224")
    return one(world, provider_id="R02")


def px_002(world: World) -> str:
    world.insured()
    world.charge("OLD", encounter_id="E0", dos=dt.date(2023, 6, 1), procedure_code="99213")
    return one(world, procedure_code="99203")


def px_003(world: World) -> str:
    world.insured()
    one(world)
    return world.charge("CH2", procedure_code="11042", charge_cents=20000)


def aut_002_expired(world: World) -> str:
    world.insured(payer_id="LKSHM")
    world.authorization("A1", valid_to="2026-05-31")
    return one(world, authorization_number="A1")


def aut_002_other_payer(world: World) -> str:
    world.insured(payer_id="LKSHM")
    world.authorization("A1", payer_id="SMTML")
    return one(world, authorization_number="A1")


def aut_001_other_procedure(world: World) -> str:
    world.insured(payer_id="LKSHM")
    world.authorization("A1", procedure_code="97140")
    return one(world, procedure_code="97110", diagnoses=["M5450"])


def tml_001(world: World) -> str:
    world.insured()
    return one(world, dos=TODAY - dt.timedelta(days=121))  # SMTML: 120 days


def dup_001(world: World) -> str:
    world.insured()
    one(world)
    return world.charge("CH2", encounter_id="E2")


def clm_001(world: World) -> str:
    world.insured()
    one(world, diagnoses=[f"E11{digit}" for digit in range(8)])
    return world.charge("CH2", procedure_code="81002", diagnoses=[f"M54{digit}" for digit in range(5)])


def clm_002(world: World) -> str:
    world.insured()
    world.provider("R03", role="referring", npi="1990300224")
    world.provider("R04", role="referring", npi="1990300232")
    one(world, referring_provider_id="R03")
    return world.charge("CH2", procedure_code="81002", referring_provider_id="R04")


def clm_003(world: World) -> str:
    world.patient()
    world.coverage(payer_id="NOBODY")
    return one(world)


def simple(payer: str = "SMTML", sex: str = "F", **given: Any) -> Callable[[World], str]:
    def arrange(world: World) -> str:
        world.insured(payer_id=payer, sex=sex)
        return one(world, **given)

    return arrange


FAULTS: list[tuple[str, Callable[[World], str]]] = [
    ("ELG-001", elg_001),
    ("ELG-002", elg_002),
    ("ELG-003", elg_003),
    ("ELG-004", elg_004),
    ("ELG-005", elg_005),
    ("PRV-001", simple(provider_id="P99")),
    ("PRV-001", prv_001_referring_only),
    ("PRV-002", prv_002),
    ("PRV-003", simple(referring_provider_id="R99")),
    ("PRV-003", prv_003_check_digit),
    ("DX-001", simple(diagnosis_pointers=[1, 2])),
    ("DX-003", simple(sex="M", diagnoses=["O09.00"])),
    ("DX-003", simple(diagnoses=["I10", "N40.1"], diagnosis_pointers=[1, 2])),
    ("DX-004", simple(diagnoses=["W01.0XXA", "S01.01XA"], diagnosis_pointers=[1, 2])),
    ("PX-001", simple(dos=LATER)),
    ("PX-001", simple(entered_on=DAY - dt.timedelta(days=1))),
    ("PX-001", simple(dos=dt.date(2031, 1, 1), entered_on=dt.date(2031, 1, 2))),  # B152
    ("PX-001", simple(entered_on=TODAY + dt.timedelta(days=1))),
    ("PX-002", px_002),
    ("PX-003", px_003),
    ("MOD-001", simple(modifiers=["25", "25"])),
    ("MOD-002", simple(procedure_code="20610", modifiers=["50"], units="2")),
    ("MOD-002", simple(procedure_code="20610", modifiers=["LT", "50"])),
    ("MOD-003", simple(payer="SMDCR", place_of_service="10")),
    ("UNT-001", simple(units="2")),
    ("UNT-002", simple(procedure_code="97110", units="21")),
    ("POS-001", simple(place_of_service="00")),
    ("POS-002", simple(place_of_service="21")),
    ("AUT-001", simple(payer="LKSHM", procedure_code="97110", diagnoses=["M5450"])),
    ("AUT-001", aut_001_other_procedure),
    ("AUT-002", simple(payer="LKSHM", authorization_number="A9")),
    ("AUT-002", aut_002_expired),
    ("AUT-002", aut_002_other_payer),
    ("TML-001", tml_001),
    ("DUP-001", dup_001),
    ("CLM-001", clm_001),
    ("CLM-002", clm_002),
    ("CLM-003", clm_003),
]


@pytest.fixture(scope="module")
def faulty() -> Iterator[tuple[World, list[str]]]:
    """Every fault in one world, each with people and charges of its own, judged once."""
    con = fresh()
    world, claims = World(con), []
    for number, (_, arrange) in enumerate(FAULTS):
        world.mark = f"F{number}-"
        claims.append(arrange(world))
    world.run()
    yield world, claims
    con.close()


@pytest.mark.parametrize("number", range(len(FAULTS)), ids=[f"{rule}-{n}" for n, (rule, _) in enumerate(FAULTS)])
def test_one_fault_is_found_by_its_edit_alone(faulty: tuple[World, list[str]], number: int) -> None:
    world, claims = faulty
    rule = FAULTS[number][0]
    assert world.open_rules(claims[number]) == [rule]
    assert world.state(claims[number]) == ("released" if rule == "UNT-002" else "held")


@pytest.mark.parametrize(
    ("birth", "death", "found"),
    [
        ("2026-06-02", None, ["PX-001"]),
        ("2026-06-01", None, []),
        ("1950-01-01", "2026-05-31", ["PX-001"]),
        ("1950-01-01", "2026-06-01", []),
    ],
)  # fmt: skip
def test_service_before_birth_or_after_death(world: World, birth: str, death: str | None, found: list[str]) -> None:
    world.insured(birth_date=birth, deceased_on=death)
    claim = one(world)
    world.run()
    assert world.open_rules(claim) == found


@pytest.mark.parametrize(
    "arrange",
    [
        simple(),
        simple(modifiers=["25"]),
        simple(payer="SMDCR", place_of_service="10", modifiers=["95"]),
        simple(payer="SMTML", place_of_service="10"),
        simple(procedure_code="J3420", units="100", diagnoses=["D51.0"]),
        simple(sex="U", diagnoses=["N40.1"]),
        simple(procedure_code="99203"),
    ],
)
def test_clean_claims_are_released(world: World, arrange: Callable[[World], str]) -> None:
    claim = arrange(world)
    world.run()
    assert (world.state(claim), world.open_rules(claim)) == ("released", [])


def test_a_visit_with_a_blood_draw_needs_no_modifier(world: World) -> None:
    world.insured()
    claim = one(world)
    world.charge("CH2", procedure_code="36415", charge_cents=900)
    world.run()
    assert world.state(claim) == "released"


def test_a_procedure_on_another_claim_of_the_day_counts(world: World) -> None:
    world.insured()
    visit = one(world)
    procedure = world.charge("CH2", encounter_id="E2", procedure_code="20610")
    other_provider = world.charge("CH3", encounter_id="E3", procedure_code="17110", provider_id="P02")
    world.run()
    assert world.open_rules(visit) == ["PX-003"]
    assert world.state(procedure) == world.state(other_provider) == "released"


def test_new_patient_rule_looks_back_three_years_and_not_further(world: World) -> None:
    world.insured()
    world.charge("OLD", encounter_id="E0", dos=DAY.replace(year=2023) - dt.timedelta(days=1))
    claim = one(world, procedure_code="99203")
    world.run()
    assert "PX-002" not in world.open_rules(claim)


def test_therapy_with_an_authorization_on_file_goes_out(world: World) -> None:
    world.insured(payer_id="LKSHM")
    world.authorization("A1", procedure_code="97110")
    claim = one(world, procedure_code="97110", authorization_number="A1", diagnoses=["M54.50"])
    world.run()
    assert world.state(claim) == "released"
    assert world.claim(claim)["authorization_number"] == "A1"


def test_of_two_duplicates_the_one_sent_first_stands(world: World) -> None:
    world.insured()
    late_id = world.charge("CH9", encounter_id="E9")
    world.run()
    world.send(late_id)
    early_id = world.charge("CH1", encounter_id="E1")
    world.run()
    assert world.open_rules(early_id) == ["DUP-001"]
    message = world.con.execute("SELECT message FROM scrub.open_finding").fetchone()
    assert message == ("Line 1: charge CH1 (99213) repeats charge CH9.",)


def test_a_message_shows_values_and_nothing_about_the_person(world: World) -> None:
    world.insured()
    claim = one(world, units="2.5")
    world.run()
    found = world.con.execute(
        "SELECT message, remedy, line_no, rule_version FROM scrub.open_finding WHERE claim_id = ?", [claim]
    )
    assert found.fetchall() == [
        ("Line 1: visit 99213 is billed with 2.5 units.", "Correct the units of charge CH1 to 1.", 1, 1)
    ]


def test_timely_filing_depends_on_today_alone(world: World) -> None:
    world.insured()
    claim = one(world, units="2")  # held for another reason while time goes by
    world.run()
    world.today = DAY + dt.timedelta(days=120)
    world.run()
    assert world.open_rules(claim) == ["UNT-001"]
    world.today = DAY + dt.timedelta(days=121)
    world.run()
    assert world.open_rules(claim) == ["TML-001", "UNT-001"]

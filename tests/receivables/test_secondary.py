"""The claim to the next payer says what the payers before it paid and adjusted, as their standing answers say it, or is not made."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from pm_pipeline import posting, receivables
from pm_pipeline.front_office.reference import load_configured
from pm_pipeline.receivables.secondary import REFUSALS, secondary_claims
from pm_pipeline.scrub.events import new_events
from pm_pipeline.submission.batch import Batch, Numbers, make_batch
from pm_pipeline.submission.ready import Fault
from pm_pipeline.warehouse import load_rows, unit
from pm_pipeline.x12.claim_837p import Address, OtherPayer, PersonName, ProfessionalClaim
from pm_pipeline.x12.claim_837p_details import Adjustment as Reason
from pm_pipeline.x12.claim_837p_details import LineAdjudication, MedicareOutpatient
from pm_pipeline.x12.envelope import open_envelope
from pm_pipeline.x12.read_837p import read_837p
from pm_pipeline.x12.segments import SetText
from pm_pipeline.x12.validate import validate
from pm_pipeline.x12.write_835 import RemitClaim
from tests.money import CO45, DOS, PR1, PR2, PR3, TODAY, Adjustment, World, claim, line, taken_back

FIRST, SECOND, THIRD = (dt.date(2026, 6, day) for day in (10, 20, 25))
MEMBER = {"SMDCR": "1EG4TE5MK73", "SMTML": "1234567890", "BLHRB": "ABC123456789", "SMDCD": "123456789A"}
HOME = Address("1 TEST ST", "PORTLAND", "ME", "04101")
NAME = PersonName("TESTER", "TILDA")
MEDICARE = claim(
    "C1", line("A", 10_000, 6_272, CO45(2_000), Adjustment("CO", "253", 128), PR2(1_600)), line("B", 5_000, 0, PR1(5_000)), status="1", remarks=("MA01", "MA13")
)  # fmt: skip


def covered(world: World, *payers: str, claim_id: str = "C1", **charges: int) -> None:
    """A claim of ours with these charges, and a coverage of the patient with each payer, in their order."""
    cents = charges or {"A": 10_000, "B": 5_000}
    world.bill(claim_id, cents, payer=payers[0], next_payer=payers[1])
    load_configured(world.con, world.config, "r")
    source = ["file_id", "row_no", "run_id"]
    load_rows(
        world.con, "front_office.patient",
        ["patient_id", "updated_on", "last_name", "first_name", "birth_date", "sex", "line1", "city", "state", "zip", *source],
        [("PT1", DOS, NAME.last, NAME.first, "1950-05-05", "F", HOME.line1, HOME.city, HOME.state, HOME.zip, "feed", 1, "r")],
    )  # fmt: skip
    load_rows(
        world.con, "front_office.coverage",
        ["coverage_id", "updated_on", "patient_id", "cob_order", "payer_id", "member_id", "group_number", "relationship", "effective_from", *source],
        [(f"CV{place}", DOS, "PT1", place, payer, MEMBER[payer], f"G{place}", "18", "2025-01-01", "feed", place, "r")
         for place, payer in enumerate(payers, 1)],
    )  # fmt: skip
    world.con.execute(
        "UPDATE scrub.claim SET coverage_id = 'CV1', next_coverage_id = 'CV2', authorization_number = 'AUTH1'"
    )
    load_rows(
        world.con, "scrub.claim_line",
        ["claim_id", "line_no", "line_id", "charge_id", "procedure_code", "modifiers", "diagnosis_pointers", "units", "charge_cents",
         "place_of_service", "dos_from", "dos_to"],
        [(claim_id, number, f"L{charge}", charge, "99213", [], [1], 1, amount, "11", DOS, DOS) for number, (charge, amount) in enumerate(cents.items(), 1)],
    )  # fmt: skip


def answered(world: World, *claims: RemitClaim, payer: str = "SMDCR", on: dt.date = FIRST) -> None:
    """A payment of this payer with these claims is posted."""
    paid = sum(one.paid_cents for one in claims)
    method = "ACH" if paid else "NON"
    world.post(
        world.remittance(*claims, payer=payer, trace=f"T{payer}{on}", on=on, method=method), run_id=f"{payer} {on}"
    )


def made(world: World, claim_id: str = "C1") -> ProfessionalClaim | Fault:
    """What is made for the claim a day after everything."""
    receivables.run(world.con, world.config, TODAY + dt.timedelta(1), "next day")
    (one,) = secondary_claims(world.con, world.config, [claim_id])
    return one


def good(world: World) -> ProfessionalClaim:
    """The claim made, after it was written, judged and read back to the same amounts."""
    one = made(world)
    assert isinstance(one, ProfessionalClaim), one
    partner = world.config.partners.partners[0]
    batch = make_batch(world.config, partner, [one], Numbers(1, 1, 1), dt.datetime(2026, 7, 2, 8, 0))
    assert batch.faults == []
    back = read_back(world, batch)
    assert back.other_payers == one.other_payers
    assert [part.adjudications for part in back.lines] == [part.adjudications for part in one.lines]
    assert (back.payer, back.payer_turn, back.charge_cents) == (one.payer, one.payer_turn, one.charge_cents)
    return one


def read_back(world: World, batch: Batch) -> ProfessionalClaim:
    assert batch.written is not None
    data = batch.written.text.encode("ascii")
    assert validate(data, reference=True).findings == []
    (interchange,) = open_envelope(data).interchanges
    (one,) = interchange.groups[0].sets
    text = batch.written.text.split("~")[one.first_segment_no - 1 : -3]
    (found,) = read_837p(
        world.con, [SetText("S", "F", one.first_segment_no, interchange.delimiters, "~".join(text) + "~")]
    )
    assert found.unreadable == ()
    return found.claims.claims[0]


def code(one: ProfessionalClaim | Fault) -> str:
    assert isinstance(one, Fault), "a claim was made"
    return one.code


def cob(other: OtherPayer) -> tuple[object, ...]:
    """The amounts of 2320."""
    return (other.turn, other.payer.payer_id, other.paid_cents, other.payer_claim_number)


def test_the_secondary_claim_says_what_the_primary_did(world: World) -> None:
    covered(world, "SMDCR", "SMTML")
    world.land(
        world.text(world.remittance(MEDICARE, payer="SMDCR", on=FIRST)).replace("CAS*CO*45*20**", "CAS*CO*45*20*1*")
    )
    world.post()
    one = good(world)
    assert (one.payer.payer_id, one.payer_turn, one.frequency, one.charge_cents) == ("SMTML", "S", "1", 15_000)
    assert (one.subscriber.member_id, one.subscriber.group_number, one.subscriber.name) == ("1234567890", "G2", NAME)
    assert one.authorization_number is None
    (medicare,) = one.other_payers
    assert medicare == OtherPayer(
        "P", "18", medicare.payer, replace(medicare.subscriber, member_id="1EG4TE5MK73", group_number="G1", name=NAME, address=HOME),
        paid_cents=6_272, outpatient=MedicareOutpatient(remarks=("MA01", "MA13")), payer_claim_number="ICN1", authorization_number="AUTH1",
    )  # fmt: skip
    assert (medicare.payer.payer_id, medicare.payer.filing_indicator) == ("SMDCR", "MB")
    reasons = (Reason("CO", "45", 2_000, Decimal(1)), Reason("CO", "253", 128), Reason("PR", "2", 1_600))
    paid = LineAdjudication("SMDCR", 6_272, "99213", FIRST, Decimal(1), (), reasons, 1_600)
    owed = LineAdjudication("SMDCR", 0, "99213", FIRST, Decimal(1), (), (Reason("PR", "1", 5_000),), 5_000)
    assert [part.adjudications for part in one.lines] == [(paid,), (owed,)]


def test_what_the_payer_said_of_a_line_is_said_of_that_line(world: World) -> None:
    """Procedure, modifiers and units of the payer's, not ours, and by its line number, not by its place."""
    covered(world, "SMDCR", "SMTML")
    one, other = MEDICARE.lines
    answered(
        world, replace(MEDICARE, lines=(other, replace(one, procedure="99212", modifiers=("25", "GC"), units="2")))
    )
    said = [part.adjudications[0] for part in good(world).lines]
    assert [(part.paid_cents, part.procedure_code, part.modifiers, part.paid_units) for part in said] == [
        (6_272, "99212", ("25", "GC"), 2),
        (0, "99213", (), 1),
    ]


def test_a_payer_that_answers_without_lines_is_dated_at_the_claim(world: World) -> None:
    covered(world, "SMDCR", "SMTML")
    whole = replace(
        claim("C1"), charge_cents=15_000, paid_cents=6_400, adjustments=(CO45(5_000), PR1(2_000), PR2(1_600))
    )
    answered(world, whole)
    one = good(world)
    (medicare,) = one.other_payers
    assert medicare.adjustments == (Reason("CO", "45", 5_000), Reason("PR", "1", 2_000), Reason("PR", "2", 1_600))
    assert (medicare.adjudicated_on, medicare.patient_liability_cents, medicare.outpatient) == (FIRST, 3_600, None)
    assert [part.adjudications for part in one.lines] == [(), ()]


def test_a_dependent_of_two_holders_is_said_as_such(world: World) -> None:
    covered(world, "SMDCR", "SMTML")
    world.con.execute(
        "UPDATE front_office.coverage SET relationship = CASE coverage_id WHEN 'CV1' THEN '01' ELSE '19' END, subscriber_last_name = "
        "'HOLDER', subscriber_first_name = coverage_id, subscriber_line1 = '2 HIGH ST', subscriber_city = 'BATH', subscriber_state = 'ME', "
        "subscriber_zip = '04530'"
    )
    answered(world, MEDICARE)
    one = good(world)
    assert one.subscriber.name == PersonName("HOLDER", "CV2")
    assert one.patient is not None
    assert (one.patient.relationship, one.patient.name) == ("19", NAME)
    (other,) = one.other_payers
    assert (other.relationship, other.subscriber.name) == ("01", PersonName("HOLDER", "CV1"))
    assert other.subscriber.address == Address("2 HIGH ST", "BATH", "ME", "04530")


@pytest.mark.parametrize("late", ["correction", "original"])
def test_the_correction_counts_and_not_what_it_took_back_whichever_came_first(world: World, late: str) -> None:
    covered(world, "SMDCR", "SMTML", A=10_000)
    before = claim("C1", line("A", 10_000, 6_400, CO45(2_000), PR2(1_600)))
    after = claim("C1", line("A", 10_000, 5_600, CO45(3_000), PR2(1_400)), number="ICN2")
    steps = [((before,), FIRST), ((taken_back(before), after), SECOND)]
    for claims, on in steps if late == "correction" else steps[::-1]:
        answered(world, *claims, on=on)
    one = good(world)
    assert [cob(other) for other in one.other_payers] == [("P", "SMDCR", 5_600, "ICN2")]
    (said,) = one.lines[0].adjudications
    assert (said.paid_cents, said.patient_liability_cents, said.adjudicated_on) == (5_600, 1_400, SECOND)
    assert said.adjustments == (Reason("CO", "45", 3_000), Reason("PR", "2", 1_400))


def test_an_answer_that_stands_counts_when_a_newer_one_was_taken_back(world: World) -> None:
    covered(world, "SMDCR", "SMTML", A=10_000)
    answered(world, claim("C1", line("A", 10_000, 6_400, CO45(2_000), PR2(1_600))))
    again = claim("C1", line("A", 10_000, 5_600, CO45(3_000), PR2(1_400)), number="ICN2")
    answered(world, again, on=SECOND)
    answered(world, taken_back(again), on=THIRD)
    assert [cob(other) for other in good(world).other_payers] == [("P", "SMDCR", 6_400, "ICN1")]


def test_the_parts_of_a_claim_the_payer_split_are_said_together(world: World) -> None:
    covered(world, "SMDCR", "SMTML")
    for number, (part, on) in enumerate(zip(MEDICARE.lines, (FIRST, SECOND), strict=True), 1):
        answered(world, claim("C1", part, number=f"ICN{number}"), on=on)
    one = good(world)
    assert [cob(other) for other in one.other_payers] == [("P", "SMDCR", 6_272, "ICN2")]
    assert [part.adjudications[0].adjudicated_on for part in one.lines] == [FIRST, SECOND]


def test_the_tertiary_claim_says_what_both_payers_did(world: World) -> None:
    covered(world, "SMDCR", "SMTML", "SMDCD", A=10_000)
    answered(world, claim("C1", line("A", 10_000, 6_400, CO45(2_000), PR2(1_600))))
    second = claim("C1", line("A", 10_000, 700, Adjustment("OA", "23", 8_400), PR3(900)), status="2", number="S1")
    answered(world, second, payer="SMTML", on=SECOND)
    assert world.ar("C1") == {"tertiary": 900}
    one = good(world)
    assert (one.payer.payer_id, one.payer_turn, one.subscriber.member_id) == ("SMDCD", "T", "123456789A")
    assert [cob(other) for other in one.other_payers] == [("P", "SMDCR", 6_400, "ICN1"), ("S", "SMTML", 700, "S1")]
    assert [other.authorization_number for other in one.other_payers] == ["AUTH1", None]
    assert [other.subscriber.member_id for other in one.other_payers] == ["1EG4TE5MK73", "1234567890"]
    first, then = one.lines[0].adjudications
    assert (first.payer_id, first.paid_cents, first.patient_liability_cents, first.adjudicated_on) == ("SMDCR", 6_400, 1_600, FIRST)  # fmt: skip
    assert (then.payer_id, then.paid_cents, then.patient_liability_cents, then.adjudicated_on) == ("SMTML", 700, 900, SECOND)  # fmt: skip
    assert then.adjustments == (Reason("OA", "23", 8_400), Reason("PR", "3", 900))


def test_the_ledger_and_the_claim_mean_the_same_third_payer(world: World) -> None:
    """Two coverages say they pay third: the newer one does, wherever it is asked."""
    covered(world, "SMDCR", "SMTML", "SMDCD", A=10_000)
    world.con.execute(
        "INSERT INTO front_office.coverage SELECT * REPLACE ('CV0' AS coverage_id, 'BLHRB' AS payer_id, DATE '2024-01-01' AS effective_from) "
        "FROM front_office.coverage WHERE coverage_id = 'CV3'"
    )
    answered(world, claim("C1", line("A", 10_000, 6_400, CO45(2_000), PR2(1_600))))
    second = claim("C1", line("A", 10_000, 700, Adjustment("OA", "23", 8_400), PR3(900)), status="2", number="S1")
    answered(world, second, payer="SMTML", on=SECOND)
    owes = "SELECT DISTINCT payer_id FROM ledger.entry WHERE account = 'AR' AND sub_account = 'tertiary'"
    assert world.con.execute(owes).fetchall() == [("SMDCD",)]
    assert good(world).payer.payer_id == "SMDCD"


@pytest.mark.parametrize(
    ("amounts", "said"),
    [({"A": 10_000}, ("CLAIM_UNBALANCED", None)), ({"A": 10_000, "B": 4_900}, ("LINE_UNBALANCED", 2))],
    ids=["a line was left out", "a line was charged otherwise"],
)
def test_what_does_not_balance_is_not_made(world: World, amounts: dict[str, int], said: tuple[str, int | None]) -> None:
    """The remittance balances in itself and is posted, but it is not the claim we have."""
    covered(world, "SMDCR", "SMTML")
    answered(world, claim("C1", *(line(charge, cents, 0, PR1(cents)) for charge, cents in amounts.items())))
    one = made(world)
    assert isinstance(one, Fault)
    assert (one.code, one.line_no) == said
    assert one.text == REFUSALS[said[0]]


def test_a_line_nobody_knows_is_not_guessed(world: World) -> None:
    covered(world, "SMDCR", "SMTML")
    first, other = MEDICARE.lines
    answered(world, replace(MEDICARE, lines=(first, replace(other, line_id="LX", procedure="99999"))))
    assert code(made(world)) == "LINE_UNMATCHED"


def test_only_a_balance_that_waits_for_a_claim_makes_one(world: World) -> None:
    covered(world, "SMDCR", "SMTML", A=10_000)
    assert code(made(world)) == "NOT_DUE"  # no payer has answered
    answered(world, replace(claim("C1", line("A", 10_000, 6_400, CO45(2_000), PR2(1_600))), status="19"), on=THIRD)
    assert code(made(world)) == "NOT_DUE"  # it crossed over, and the next payer has time to answer
    receivables.run(world.con, world.config, THIRD + dt.timedelta(60), "wait is over")
    (one,) = secondary_claims(world.con, world.config, ["C1"])
    assert isinstance(one, ProfessionalClaim)
    second = claim("C1", line("A", 10_000, 1_000, Adjustment("OA", "23", 8_400), Adjustment("CO", "197", 600)), status="2", number="S1")  # fmt: skip
    world.land(world.text(world.remittance(second, payer="SMTML", trace="T2", on=THIRD)))
    world.load()
    posting.run(world.con, world.config, TODAY, "posted")  # the work item is still open, for receivables has not run
    assert code(secondary_claims(world.con, world.config, ["C1"])[0]) == "NOT_DUE"  # what is open now is a denial
    assert code(made(world, "C9")) == "UNKNOWN"


def test_an_answer_taken_back_or_in_suspense_makes_no_claim(world: World) -> None:
    covered(world, "SMDCR", "SMTML", A=10_000)
    first = claim("C1", line("A", 10_000, 6_400, CO45(2_000), PR2(1_600)))
    second = claim("C1", line("A", 10_000, 1_600, Adjustment("OA", "23", 8_400)), status="2", number="S1")
    world.post(
        world.remittance(first, payer="SMDCR", on=FIRST),
        world.remittance(second, payer="SMTML", trace="T2", on=SECOND),
        run_id="both",
    )
    answered(world, taken_back(second), payer="SMTML", on=THIRD)
    assert code(made(world)) == "TAKEN_BACK"
    held = claim("C1", line("A", 10_000, 0, Adjustment("CO", "ZZ9", 10_000)), number="ICN2")
    answered(world, held, on=THIRD)
    assert world.exceptions() == ["UNMAPPED_CARC"]
    assert code(made(world)) == "ANSWER_HELD"


def test_a_claim_that_goes_to_the_primary_again_waits_for_its_answer(world: World) -> None:
    covered(world, "SMDCR", "SMTML")
    answered(world, MEDICARE)
    with unit(world.con, "reopened", "r"), new_events(world.con, "r"):
        world.con.execute(
            "INSERT INTO new_claim_event VALUES ('C1', NULL, 'reopen', 'held', 'x', ?, NULL, NULL, NULL)", [SECOND]
        )
    assert code(made(world)) == "SENT_AGAIN"


def test_what_is_not_on_record_is_said_and_not_invented(world: World) -> None:
    covered(world, "BLHRB", "SMDCR", A=10_000)
    answered(world, claim("C1", line("A", 10_000, 6_400, CO45(2_000), PR2(1_600))), payer="BLHRB")
    assert code(made(world)) == "MSP"
    world.con.execute("UPDATE front_office.coverage SET payer_id = 'SMTML' WHERE coverage_id = 'CV2'")
    assert code(made(world)) == "COVERAGE"
    world.con.execute("DELETE FROM front_office.coverage WHERE coverage_id = 'CV2'")
    assert code(made(world)) == "COVERAGE"


def test_one_payer_in_two_earlier_turns_cannot_be_told_apart(world: World) -> None:
    covered(world, "BLHRB", "BLHRB", "SMDCD", A=10_000)
    answered(world, claim("C1", line("A", 10_000, 6_400, CO45(2_000), PR2(1_600))), payer="BLHRB")
    second = claim("C1", line("A", 10_000, 700, Adjustment("OA", "23", 8_400), PR3(900)), status="2", number="S1")
    answered(world, second, payer="BLHRB", on=SECOND)
    assert code(made(world)) == "SAME_PAYER"


def test_a_tertiary_whose_primary_took_its_answer_back_waits(world: World) -> None:
    covered(world, "SMDCR", "SMTML", "SMDCD", A=10_000)
    first = claim("C1", line("A", 10_000, 6_400, CO45(2_000), PR2(1_600)))
    answered(world, first)
    second = claim("C1", line("A", 10_000, 700, Adjustment("OA", "23", 8_400), PR3(900)), status="2", number="S1")
    answered(world, second, payer="SMTML", on=SECOND)
    answered(world, taken_back(first), on=THIRD)
    assert world.ar("C1")["tertiary"] == 900
    assert code(made(world)) == "NOT_ANSWERED"


def test_a_split_claim_answered_with_lines_and_without_has_no_one_place_for_its_day(world: World) -> None:
    covered(world, "SMDCR", "SMTML")
    answered(world, claim("C1", MEDICARE.lines[0]))
    answered(world, replace(claim("C1"), charge_cents=5_000, adjustments=(PR1(5_000),)), on=SECOND)
    assert code(made(world)) == "SPLIT"


def test_a_claim_without_a_charge_or_a_payer_is_a_fault_of_that_claim_only(world: World) -> None:
    covered(world, "SMDCR", "SMTML", A=10_000)
    whole = replace(claim("C1"), charge_cents=10_000, paid_cents=6_400, adjustments=(CO45(2_000), PR2(1_600)))
    answered(world, whole)
    receivables.run(world.con, world.config, TODAY + dt.timedelta(1), "next day")
    known = world.config
    unknown = replace(known, payers=[one for one in known.payers if one.payer_id != "SMDCR"])
    assert [code(one) for one in secondary_claims(world.con, unknown, ["C9", "C1"])] == ["UNKNOWN", "MISSING"]
    first, other = secondary_claims(world.con, known, ["C1", "C9"])
    assert isinstance(first, ProfessionalClaim)
    assert code(other) == "UNKNOWN"
    world.con.execute("UPDATE scrub.claim SET lines = 0")
    assert [code(one) for one in secondary_claims(world.con, known, ["C1"])] == ["NO_LINES"]
    assert secondary_claims(world.con, known, []) == []

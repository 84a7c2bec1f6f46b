"""Claims at fault are held with what was found; a fault of no claim blocks the batch; nothing faulty leaves."""

from __future__ import annotations

import dataclasses

import pytest

from pm_pipeline.errors import SubmissionError
from pm_pipeline.x12.validate import validate
from tests.submission.conftest import Office

FINDINGS = "SELECT claim_id, line_no, message, remedy FROM scrub.open_finding WHERE rule_id = 'X12-837P' ORDER BY ALL"


def test_a_claim_the_judge_refuses_is_held_and_the_others_go(office: Office) -> None:
    good, bad, other = (office.released(number) for number in (1, 2, 3))
    office.world.patient("PT2", city="P")  # N401 has at least two characters; no edit looks at it
    done = office.submit()
    assert (done.claims, done.held, done.held_by_code) == (2, 1, {"4": 1})
    assert [office.world.state(claim) for claim in (good, bad, other)] == ["sent", "held", "sent"]
    (text,) = office.sent()
    assert validate(text.encode()).is_valid
    assert bad not in text
    ((claim, line_no, message, remedy),) = office.rows(FINDINGS)
    assert (claim, line_no) == (bad, None)
    assert message == "N401 Subscriber City Name is shorter than the 2 characters it needs."
    assert "Correct the value" in str(remedy)


def test_a_fault_in_a_line_names_the_line(office: Office) -> None:
    bad = office.released(1)
    office.con.execute("UPDATE scrub.claim_line SET units = 1, place_of_service = '98', line_no = 2")
    office.con.execute(
        "INSERT INTO scrub.claim_line SELECT claim_id, 1, 'LX', 'CHX', procedure_code, modifiers, "
        "diagnosis_pointers, units, 0, '11', dos_from, dos_to, ndc, ndc_quantity, ndc_unit FROM scrub.claim_line"
    )
    office.submit()
    assert [(row[0], row[1]) for row in office.rows(FINDINGS)] == [(bad, 2)]
    assert "SV105" in str(office.rows(FINDINGS)[0][2])


def test_a_claim_held_by_the_judge_stays_held_until_it_says_something_else(office: Office) -> None:
    bad = office.scrubbed(1)
    office.world.patient("PT1", city="P")
    office.world.run()
    office.submit()
    assert office.world.diary(bad)[-1] == "reopen"
    before = office.count("scrub.claim_event")
    for _ in range(2):
        office.world.run()
        assert office.submit().interchanges == 0
    assert office.world.state(bad) == "held"
    assert office.count("scrub.claim_event") == before
    office.world.patient("PT1", city="PORTLAND")
    office.world.run()
    assert office.world.state(bad) == "released"
    office.submit()
    assert office.world.state(bad) == "sent"
    assert office.rows(FINDINGS) == []


def test_what_x12_cannot_carry_is_held_and_never_shown(office: Office) -> None:
    bad, good = office.released(1), office.released(2)
    office.world.patient("PT1", last_name="Иванов")
    done = office.submit()
    assert (done.claims, done.held_by_code) == (1, {"REFUSED": 1})
    assert [office.world.state(claim) for claim in (bad, good)] == ["held", "sent"]
    assert "2010BA NM103" in str(office.rows(FINDINGS)[0][2])
    assert "Иванов" not in str(office.rows("SELECT * FROM scrub.edit_finding"))


def test_b163_a_claim_id_longer_than_20_is_held(office: Office) -> None:
    office.released(1)
    for table in ("claim", "claim_line", "claim_event"):
        office.con.execute(f"UPDATE scrub.{table} SET claim_id = repeat('C', 38)")
    done = office.submit()
    assert (done.interchanges, done.held_by_code) == (0, {"OWN-CLM01": 1})
    assert office.partner.files == {}


def test_b164_a_line_id_used_twice_in_a_claim_is_held_and_the_others_go(office: Office) -> None:
    bad, good = office.released(1), office.released(2)
    office.con.execute("DROP TABLE scrub.claim_line")  # without its UNIQUE line_id, as if the scrub had failed
    office.con.execute(
        "CREATE TABLE scrub.claim_line AS SELECT claim.claim_id, number AS line_no, "
        "'L' || CASE claim.claim_id WHEN ? THEN '1' ELSE number END AS line_id, '99213' AS procedure_code, "
        "CAST([] AS VARCHAR[]) AS modifiers, [1] AS diagnosis_pointers, "
        "CAST(1 AS DECIMAL(12, 3)) AS units, 7500 AS charge_cents, '11' AS place_of_service, dos_from, dos_to, "
        "CAST(NULL AS VARCHAR) AS ndc, CAST(NULL AS DECIMAL(12, 3)) AS ndc_quantity, CAST(NULL AS VARCHAR) AS ndc_unit "
        "FROM scrub.claim AS claim, range(1, 3) AS made(number)",
        [bad],
    )
    done = office.submit()
    assert done.held_by_code == {"OWN-6R": 1}
    assert [office.world.state(claim) for claim in (bad, good)] == ["held", "sent"]
    assert [row[1] for row in office.rows(FINDINGS)] == [2]


def test_a_total_that_is_not_the_sum_of_the_lines_is_held(office: Office) -> None:
    office.released(1)
    office.con.execute("UPDATE scrub.claim SET charge_cents = charge_cents + 1")
    assert office.submit().held_by_code == {"OWN-CLM02": 1}


def test_missing_rows_and_configuration_hold_the_claim_alone(office: Office) -> None:
    claims = [office.released(number) for number in range(1, 7)]
    office.con.execute("DELETE FROM front_office.patient WHERE patient_id = 'PT1'")
    office.con.execute("DELETE FROM front_office.coverage WHERE patient_id = 'PT2'")
    office.con.execute("UPDATE scrub.claim SET provider_id = 'P99' WHERE patient_id = 'PT3'")
    office.con.execute("UPDATE scrub.claim SET location_id = 'ELSEWHERE' WHERE patient_id = 'PT4'")
    office.con.execute("UPDATE scrub.claim SET payer_id = 'GONE' WHERE patient_id = 'PT5'")
    done = office.submit()
    assert (done.claims, done.held_by_code) == (1, {"MISSING": 5})
    assert [office.world.state(claim) for claim in claims] == ["held"] * 5 + ["sent"]
    messages = " ".join(str(row[2]) for row in office.rows(FINDINGS))
    for words in ("no patient", "no coverage", "P99", "ELSEWHERE", "GONE"):
        assert words in messages


def test_a_claim_whose_lines_are_missing_is_held_and_its_neighbours_are_not(office: Office) -> None:
    claims = sorted(office.released(number) for number in range(1, 5))
    office.con.execute("DELETE FROM scrub.claim_line WHERE claim_id = ?", [claims[1]])
    done = office.submit()
    assert (done.claims, done.held_by_code) == (3, {"MISSING": 1})
    assert [office.world.state(claim) for claim in claims] == ["sent", "held", "sent", "sent"]


def test_only_faulty_claims_means_no_interchange_and_no_number_taken(office: Office) -> None:
    office.released(1)
    office.world.patient("PT1", city="P")
    assert office.submit().interchanges == 0
    office.released(2)
    office.submit()
    assert office.rows("SELECT isa13 FROM submission.interchange") == [(1,)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"submitter_id": "X"}, "NM109"),
        ({"npi": "1990300019"}, "NPI"),
        ({"tax_id": "99*300018"}, "2010AA REF02"),
        ({"taxonomy": ""}, "PRV03"),
    ],
)
def test_a_fault_of_no_claim_blocks_the_batch_and_names_it(office: Office, changes: dict[str, str], words: str) -> None:
    claim = office.released(1)
    office.change_practice(**changes)
    with pytest.raises(SubmissionError, match=words) as caught:
        office.submit()
    assert "practice.yaml" in str(caught.value)
    assert "clearinghouse" in str(caught.value)
    assert office.partner.files == {}
    assert office.count("submission.interchange") == 0
    assert office.world.state(claim) == "released"


def test_a_blocked_partner_does_not_stop_another(office: Office) -> None:
    first, second = office.released(1), office.released(2)
    partners = office.config.partners
    clearinghouse = partners.partners[0]
    assert clearinghouse.gs is not None
    broken = clearinghouse.model_copy(
        update={"partner_id": "direct", "gs": clearinghouse.gs.model_copy(update={"sender_code": ""})}
    )
    payers = [
        one.model_copy(update={"partner_id": "direct" if one.payer_id == "BLHRB" else "clearinghouse"})
        for one in office.config.payers
    ]
    office.config = dataclasses.replace(
        office.config, payers=payers, partners=partners.model_copy(update={"partners": [broken, *partners.partners]})
    )
    office.con.execute("UPDATE scrub.claim SET payer_id = 'BLHRB' WHERE claim_id = ?", [first])
    with pytest.raises(SubmissionError, match="direct"):
        office.submit()
    assert office.world.state(second) == "sent"
    assert office.world.state(first) == "released"

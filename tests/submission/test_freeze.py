"""What is sent: which claims, in which interchange, under which numbers, and what is written down about it."""

from __future__ import annotations

import datetime as dt

import pytest

from pm_pipeline.x12.envelope import open_envelope
from pm_pipeline.x12.validate import validate
from tests.submission.conftest import NOW, Crash, Office


def segments(text: str, start: str) -> list[str]:
    return [piece for piece in text.split("~") if piece.startswith(start)]


def test_a_released_claim_is_frozen_sent_and_written_down(office: Office) -> None:
    claim = office.scrubbed(1)
    done = office.submit()
    assert (done.interchanges, done.claims, done.charge_cents, done.uploaded, done.held) == (1, 1, 15000, 1, 0)
    (text,) = office.sent()
    assert validate(text.encode()).is_valid
    assert "\n" not in text
    assert text.startswith(
        "ISA*00*          *00*          *ZZ*HARBORVIEW     *ZZ*SANDBOXCH      *260603*2030*^*00501*000000001*0*T*:~"
    )
    assert "GS*HC*HARBORVIEW*SANDBOXCH*20260603*2030*1*X*005010X222A1" in text
    assert f"CLM*{claim}*150***11:B:1*Y*A*Y*Y" in text
    assert office.partner.files == {"to_clearinghouse/837P_000000001.edi": text.encode()}
    assert office.world.state(claim) == "sent"
    assert office.world.diary(claim)[-2:] == ["prepared", "sent"]
    assert office.rows("SELECT detail FROM scrub.claim_event WHERE kind = 'prepared'") == office.rows(
        "SELECT content_hash FROM scrub.claim"
    )
    assert office.upload_states() == ["prepared", "uploading", "uploaded"]
    assert office.rows("SELECT direction, kind, bytes FROM transport.file") == [("out", "x12", len(text))]


def test_rows_point_into_the_bytes(office: Office) -> None:
    claims = [office.released(number) for number in (1, 2, 3)]
    office.change_partner(claims_per_set=2)
    office.submit()
    (text,) = office.sent()
    pieces = ["", *text.split("~")]
    found = office.rows(
        "SELECT claim_id, st02, first_segment_no, last_segment_no FROM submission.batch_claim ORDER BY st02, 3"
    )
    assert [row[0] for row in found] == sorted(claims)
    for claim, _, first, last in found:
        own = pieces[int(str(first)) : int(str(last)) + 1]
        assert own[0].startswith("HL*")
        assert [piece.split("*")[1] for piece in own if piece.startswith("CLM*")] == [claim]
    sets = office.rows(
        "SELECT st02, claims, reference, first_segment_no, last_segment_no FROM submission.transaction_set ORDER BY 1"
    )
    assert [row[:3] for row in sets] == [(1, 2, "000000001"), (2, 1, "000000002")]
    for st02, _, reference, first, last in sets:
        assert pieces[int(str(first))] == f"ST*837*{int(str(st02)):04d}*005010X222A1"
        assert pieces[int(str(first)) + 1].split("*")[3] == reference
        assert pieces[int(str(last))].startswith("SE*")
    assert office.rows("SELECT claims, sets, charge_cents, bytes FROM submission.interchange") == [
        (3, 2, 45000, len(text))
    ]


def test_running_again_with_nothing_released_does_nothing(office: Office) -> None:
    office.released(1)
    office.submit()
    tables = (
        "scrub.claim_event",
        "submission.interchange",
        "submission.upload_event",
        "warehouse.chain",
        "transport.file",
    )
    before = [office.count(table) for table in tables]
    office.partner.calls.clear()
    done = office.submit()
    assert (done.interchanges, done.claims, done.uploaded) == (0, 0, 0)
    assert [office.count(table) for table in tables] == before
    assert office.partner.calls == []


def test_numbers_go_on_and_are_never_used_twice(office: Office) -> None:
    for number in (1, 2, 3):
        office.released(number)
        office.submit()
    assert office.rows("SELECT isa13, gs06, remote_name FROM submission.interchange ORDER BY 1") == [
        (1, 1, "837P_000000001.edi"),
        (2, 2, "837P_000000002.edi"),
        (3, 3, "837P_000000003.edi"),
    ]
    assert office.rows("SELECT st02 FROM submission.transaction_set ORDER BY 1") == [(1,), (2,), (3,)]
    envelopes = [open_envelope(text.encode()).interchanges[0] for text in office.sent()]
    assert [one.control_number for one in envelopes] == ["000000001", "000000002", "000000003"]
    assert [one.groups[0].sets[0].st02 for one in envelopes] == ["0001", "0002", "0003"]


def test_numbers_beyond_nine_digits_are_refused(office: Office) -> None:
    claim = office.released(1)
    office.con.execute(
        "INSERT INTO submission.transaction_set VALUES (999999999, 1, 'x', 1, 1, 1)",
    )
    with pytest.raises(Exception, match="used up"):
        office.submit()
    assert office.world.state(claim) == "released"


def test_a_crash_between_bytes_and_rows_loses_and_takes_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = office.released(1)
    whole = office.store.put_bytes

    def dying(data: bytes) -> str:
        whole(data)
        raise Crash

    monkeypatch.setattr(office.store, "put_bytes", dying)
    with pytest.raises(Crash):
        office.submit()
    assert office.count("submission.interchange") == 0
    assert office.world.state(claim) == "released"
    monkeypatch.undo()
    office.submit(NOW + dt.timedelta(hours=1))
    assert office.rows("SELECT isa13 FROM submission.interchange") == [(1,)]
    assert office.world.state(claim) == "sent"


def test_dependents_carry_their_subscriber(office: Office) -> None:
    office.world.patient("PT9", first_name="OPAL", birth_date="2015-05-05")
    office.world.coverage(
        "CV9", "PT9", relationship="19", group_number="GRP1", subscriber_last_name="QUARTZ",
        subscriber_first_name="FLINT", subscriber_birth_date="1980-01-01", subscriber_sex="M",
    )  # fmt: skip
    claim = office.world.charge("CH9", encounter_id="E9", patient_id="PT9")
    office.world.run()
    office.submit()
    (text,) = office.sent()
    assert office.world.state(claim) == "sent"
    assert segments(text, "SBR*") == ["SBR*P**GRP1******CI"]
    assert segments(text, "NM1*IL") == ["NM1*IL*1*QUARTZ*FLINT****MI*1234567890"]
    assert segments(text, "PAT*") == ["PAT*19"]
    assert segments(text, "NM1*QC") == ["NM1*QC*1*EXAMPLE*OPAL"]


def test_facility_referring_authorization_drug_and_injury_reach_their_segments(office: Office) -> None:
    office.world.provider(
        "R01", role="referring", npi="1990300216", last_name="SPRUCE", first_name="ADA", taxonomy=None
    )
    office.world.patient("PT8")
    office.world.coverage("CV8", "PT8", "IRNWC", member_id="WC12345678")
    office.world.authorization("AUTH8", "PT8", "IRNWC")
    office.world.charge(
        "CH8", encounter_id="E8", patient_id="PT8", location_id="NORTH", referring_provider_id="R01",
        procedure_code="J1100", authorization_number="AUTH8", ndc="00641036725", ndc_quantity="1.5", ndc_unit="ML",
        units="2",
    )  # fmt: skip
    office.world.run()
    office.submit()
    (text,) = office.sent()
    assert segments(text, "NM1*77") == ["NM1*77*2*HARBOR VIEW NORTH CLINIC*****XX*1990300125"]
    assert segments(text, "NM1*DN") == ["NM1*DN*1*SPRUCE*ADA****XX*1990300216"]
    assert segments(text, "REF*G1") == ["REF*G1*AUTH8"]
    assert segments(text, "LIN*") == ["LIN**N4*00641036725"]
    assert segments(text, "CTP*") == ["CTP****1.5*ML"]
    assert segments(text, "CLM*")[0].endswith("*Y*A*Y*Y**EM")


def test_self_pay_claims_are_never_sent(office: Office) -> None:
    office.world.patient("PT7")
    claim = office.world.charge("CH7", encounter_id="E7", patient_id="PT7")
    office.world.run()
    assert office.world.state(claim) == "self_pay"
    assert office.submit().interchanges == 0


# --- original, replacement, void -----------------------------------------------------------------------------------


def answered(office: Office, claim: str, kind: str = "paid", number: str | None = "PCN-77") -> None:
    office.world.event(claim, kind, kind, detail=number)


def test_a_rejected_claim_goes_out_again_as_an_original(office: Office) -> None:
    claim = office.scrubbed(1)
    office.submit()
    office.world.event(claim, "claim_rejected", "rejected", 1)
    office.world.patient("PT1", zip="04102")
    office.world.run()
    assert office.world.state(claim) == "released"
    office.submit()
    assert office.rows(
        "SELECT version, isa13, frequency, payer_claim_number FROM submission.batch_claim ORDER BY 1"
    ) == [
        (1, 1, "1", None),
        (2, 2, "1", None),
    ]


def test_a_corrected_claim_replaces_what_the_payer_adjudicated(office: Office) -> None:
    claim = office.scrubbed(1)
    office.submit()
    answered(office, claim, "denied")
    office.world.charge(
        "CH1b", encounter_id="E1", patient_id="PT1", action="correct", original_charge_id="CH1", charge_cents=9900
    )
    office.world.run()
    office.submit()
    text = office.sent()[1]
    assert segments(text, "CLM*") == [f"CLM*{claim}*99***11:B:7*Y*A*Y*Y"]
    assert segments(text, "REF*F8") == ["REF*F8*PCN-77"]
    assert office.rows("SELECT frequency, payer_claim_number FROM submission.batch_claim WHERE version = 2") == [
        ("7", "PCN-77")
    ]


def test_a_voided_claim_is_voided_at_the_payer_with_the_lines_it_had(office: Office) -> None:
    claim = office.scrubbed(1)
    office.submit()
    answered(office, claim)
    office.world.charge("CH1v", encounter_id="E1", patient_id="PT1", action="void", original_charge_id="CH1")
    office.world.run()
    office.submit()
    text = office.sent()[1]
    assert segments(text, "CLM*") == [f"CLM*{claim}*150***11:B:8*Y*A*Y*Y"]
    assert segments(text, "REF*F8") == ["REF*F8*PCN-77"]
    assert len(segments(text, "LX*")) == 1
    assert office.world.state(claim) == "sent"


def test_after_a_void_the_payer_gave_back_the_claim_is_an_original_again(office: Office) -> None:
    claim = office.scrubbed(1)
    office.submit()
    answered(office, claim)
    office.world.charge("CH1v", encounter_id="E1", patient_id="PT1", action="void", original_charge_id="CH1")
    office.world.run()
    office.submit()
    office.world.event(claim, "reversed", "reversed", 2, "PCN-77")
    office.world.charge("CH2", encounter_id="E1", patient_id="PT1", charge_cents=5000)
    office.world.run()
    office.submit()
    assert office.rows("SELECT frequency, payer_claim_number FROM submission.batch_claim ORDER BY version") == [
        ("1", None),
        ("8", "PCN-77"),
        ("1", None),
    ]


def test_without_the_payer_s_number_a_replacement_waits_and_goes_when_it_comes(office: Office) -> None:
    claim = office.scrubbed(1)
    office.submit()
    answered(office, claim, "suspended", "UNBALANCED")
    office.world.charge(
        "CH1b", encounter_id="E1", patient_id="PT1", action="correct", original_charge_id="CH1", charge_cents=9900
    )
    office.world.run()
    done = office.submit()
    assert (done.held_by_code, office.world.state(claim)) == ({"NO_PCN": 1}, "held")
    assert office.world.open_rules(claim) == ["SUB-PCN"]
    office.world.run()
    office.submit()
    assert office.world.state(claim) == "held"
    office.world.event(claim, "paid", "paid", 1, "PCN-78")
    office.world.run()
    office.submit()
    assert segments(office.sent()[1], "REF*F8") == ["REF*F8*PCN-78"]

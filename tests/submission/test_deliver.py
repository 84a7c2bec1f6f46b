"""The upload's states: whatever fails, an interchange arrives once, under one name and number."""

from __future__ import annotations

import dataclasses
import random
from contextlib import AbstractContextManager, suppress

import pytest

from pm_pipeline.config import Partner
from pm_pipeline.errors import ConfigError
from pm_pipeline.transport.sftp import NotTaken
from pm_pipeline.x12.envelope import open_envelope
from tests.submission.conftest import Crash, Office, down

REMOTE = "to_clearinghouse/837P_000000001.edi"


def test_a_partner_that_is_down_loses_and_doubles_nothing(office: Office) -> None:
    claim = office.released(1)
    office.partner.trouble["connect"] = down()
    done = office.submit()
    assert (done.interchanges, done.uploaded) == (1, 0)
    assert done.problems == {"clearinghouse": "10.0.0.1:22 cannot be reached"}
    assert (office.world.state(claim), office.upload_states()) == ("prepared", ["prepared"])
    done = office.submit()
    assert (done.interchanges, done.uploaded, done.problems) == (0, 1, {})
    assert list(office.partner.files) == [REMOTE]
    assert office.world.state(claim) == "sent"


def test_a_connection_dropped_before_the_rename_is_resolved_by_looking_and_sending_the_same(office: Office) -> None:
    office.released(1)
    office.partner.trouble["put"] = down("dropped the connection")
    assert office.submit().uploaded == 0
    assert office.upload_states() == ["prepared", "uploading", "unknown"]
    office.submit()
    name = "837P_000000001.edi"
    assert office.partner.calls == [f"put {name}", f"stat {name}", f"stat {name}", f"put {name}"]
    assert office.upload_states() == ["prepared", "uploading", "unknown", "uploading", "uploaded"]
    assert office.partner.files == {REMOTE: office.sent()[0].encode()}
    assert office.count("submission.interchange") == 1


def test_a_connection_dropped_after_the_rename_is_resolved_by_looking_alone(office: Office) -> None:
    claim = office.released(1)
    office.partner.trouble["rename"] = down("dropped the connection")
    office.submit()
    assert office.upload_states()[-1] == "unknown"
    assert office.world.state(claim) == "prepared"
    done = office.submit()
    assert done.uploaded == 1
    assert office.partner.calls == ["put 837P_000000001.edi", "stat 837P_000000001.edi"]
    assert office.rows("SELECT detail FROM submission.upload_state") == [("found at the partner",)]
    assert office.world.state(claim) == "sent"


@pytest.mark.parametrize("call", ["put", "rename"])
def test_a_process_killed_during_the_upload_is_the_same_as_not_knowing(office: Office, call: str) -> None:
    claim = office.released(1)
    office.partner.trouble[call] = Crash()
    with pytest.raises(Crash):
        office.submit()
    assert office.upload_states() == ["prepared", "uploading"]
    assert office.submit().uploaded == 1
    assert office.partner.files == {REMOTE: office.sent()[0].encode()}
    assert office.partner.calls.count("put 837P_000000001.edi") == (2 if call == "put" else 1)
    assert office.world.diary(claim).count("sent") == 1


def test_a_process_killed_before_the_intent_uploads_what_was_frozen(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.released(1)
    office.partner.trouble["connect"] = Crash()
    with pytest.raises(Crash):
        office.submit()
    office.submit()
    assert office.partner.calls == ["put 837P_000000001.edi"]
    assert office.partner.files == {REMOTE: office.sent()[0].encode()}


def test_a_file_the_partner_has_moved_to_the_archive_arrived(office: Office) -> None:
    office.released(1)
    office.partner.trouble["rename"] = down()
    office.submit()
    office.partner.files["archive/837P_000000001.edi"] = office.partner.files.pop(REMOTE)
    assert office.submit().uploaded == 1
    assert list(office.partner.files) == ["archive/837P_000000001.edi"]


def test_an_answer_proves_arrival_when_the_partner_moved_the_file_away(office: Office) -> None:
    claim = office.released(1)
    office.partner.trouble["rename"] = down()
    office.submit()
    office.partner.files.clear()
    office.world.event(claim, "set_accepted", "set_accepted", 1)
    office.partner.calls.clear()
    assert office.submit().uploaded == 1
    assert office.partner.calls == []
    assert office.rows("SELECT detail FROM submission.upload_state") == [("answered by the partner",)]
    assert office.world.state(claim) == "set_accepted"


def test_a_file_of_another_size_is_left_for_a_person_and_later_ones_go(office: Office) -> None:
    office.released(1)
    office.partner.trouble["rename"] = down()
    office.submit()
    office.partner.files[REMOTE] = b"ISA*cut"
    later = office.released(2)
    done = office.submit()
    assert "another size" in done.problems["clearinghouse"]
    assert office.partner.files[REMOTE] == b"ISA*cut"
    office.submit()
    del office.partner.files[REMOTE]
    office.submit()
    assert [row[0] for row in office.rows("SELECT state FROM submission.upload_state ORDER BY isa13")] == [
        "uploaded"
    ] * 2
    assert office.world.state(later) == "sent"
    assert len(office.partner.files) == 2


def test_looking_that_fails_changes_nothing(office: Office) -> None:
    office.released(1)
    office.partner.trouble["put"] = down()
    office.submit()
    before = office.upload_states()
    office.partner.trouble["stat"] = down()
    assert office.submit().problems
    assert office.upload_states() == before


def test_bytes_changed_in_the_outbox_never_leave(office: Office) -> None:
    office.released(1)
    office.partner.trouble["connect"] = down()
    office.submit()
    ((file_id,),) = office.rows("SELECT file_id FROM submission.interchange")
    office.store.path(str(file_id)).write_bytes(b"ISA*tampered")
    done = office.submit()
    assert "edi_outbox" in done.problems["clearinghouse"]
    assert office.partner.files == {}


def test_new_claims_are_frozen_while_the_partner_is_down_and_all_go_in_order(office: Office) -> None:
    for number in (1, 2, 3):
        office.released(number)
        office.partner.trouble["connect"] = down()
        office.submit()
    done = office.submit()
    assert done.uploaded == 3
    assert office.partner.calls == [f"put 837P_00000000{number}.edi" for number in (1, 2, 3)]


def test_one_partner_down_does_not_stop_another(office: Office) -> None:
    first, second = office.released(1), office.released(2)
    partners = office.config.partners
    direct = partners.partners[0].model_copy(update={"partner_id": "direct", "send_folder": "in"})
    payers = [
        one.model_copy(update={"partner_id": "direct"}) if one.payer_id == "BLHRB" else one
        for one in office.config.payers
    ]
    office.config = dataclasses.replace(
        office.config, payers=payers, partners=partners.model_copy(update={"partners": [direct, *partners.partners]})
    )
    office.con.execute("UPDATE scrub.claim SET payer_id = 'BLHRB' WHERE claim_id = ?", [first])
    original = office.partner.session

    def session(partner: Partner) -> AbstractContextManager[object]:
        if partner.partner_id == "direct":
            raise ConfigError("trading_partners.yaml: direct: the secret file does not exist.")
        return original(partner)

    office.partner.session = session  # type: ignore[method-assign, assignment]
    done = office.submit()
    assert (done.interchanges, done.uploaded) == (2, 1)
    assert "secret file" in done.problems["direct"]
    assert [office.world.state(claim) for claim in (first, second)] == ["prepared", "sent"]
    assert office.rows("SELECT partner_id, isa13, gs06 FROM submission.interchange ORDER BY 2") == [
        ("direct", 1, 1),
        ("clearinghouse", 2, 2),
    ]


def test_whatever_happens_in_any_order_every_claim_arrives_once(office: Office) -> None:
    dice = random.Random(20260603)
    claims: list[str] = []
    for number in range(1, 13):
        if number % 2:
            claims.append(office.released(number))
        call = dice.choice(["connect", "put", "rename", "stat", "nothing"])
        office.partner.trouble = {call: dice.choice([down(), Crash()])}
        with suppress(Crash):
            office.submit()
    office.partner.trouble = {}
    office.submit()
    assert sorted(office.partner.files.values()) == sorted(text.encode() for text in office.sent())
    carried = "".join(office.sent())
    assert all(carried.count(f"CLM*{claim}*") == 1 for claim in claims)
    assert {office.world.state(claim) for claim in claims} == {"sent"}
    numbers = [open_envelope(data).interchanges[0].control_number for data in office.partner.files.values()]
    assert len(set(numbers)) == len(numbers) == len(claims)


def test_one_file_the_partner_refuses_does_not_stop_the_others(office: Office) -> None:
    claims = [office.released(1)]
    office.partner.trouble["connect"] = down()
    office.submit()
    claims.append(office.released(2))
    refused = NotTaken("FAILED", "The server reports a failure (SFTP status 4).")
    office.partner.trouble["put"] = refused
    done = office.submit()
    assert (done.uploaded, done.problems) == (1, {"clearinghouse": str(refused)})
    assert [office.world.state(claim) for claim in claims] == ["prepared", "sent"]
    claims.append(office.released(3))
    office.partner.trouble["stat"] = NotTaken("DENIED", "The server denies access to the file.")
    done = office.submit()
    assert (done.uploaded, "denies" in done.problems["clearinghouse"]) == (1, True)
    assert [office.world.state(claim) for claim in claims] == ["prepared", "sent", "sent"]
    assert office.submit().uploaded == 1
    assert len(office.partner.files) == 3


def test_an_interchange_for_a_partner_no_longer_configured_is_reported_not_forgotten(office: Office) -> None:
    claim = office.released(1)
    office.partner.trouble["connect"] = down()
    office.submit()
    office.change_partner(partner_id="renamed")
    done = office.submit()
    assert "trading_partners.yaml" in done.problems["clearinghouse"]
    assert (office.world.state(claim), office.partner.files) == ("prepared", {})

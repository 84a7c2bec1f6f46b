"""The claim's diary: forward only, once per cause, and deaf to what is said about a version of the past."""

from __future__ import annotations

from tests.scrub.world import World


def sent_claim(world: World) -> str:
    world.insured()
    claim = world.charge("CH1")
    world.run()
    world.send(claim)
    return claim


def last(world: World, claim: str) -> tuple[str, int] | None:
    return world.con.execute("SELECT state, version FROM scrub.claim_state WHERE claim_id = ?", [claim]).fetchone()


def test_late_evidence_is_recorded_and_moves_nothing(world: World) -> None:
    claim = sent_claim(world)
    world.event(claim, "paid", "paid", detail="PCN1")
    world.event(claim, "set_accepted", "set_accepted", version=1)
    assert last(world, claim) == ("paid", 1)
    assert world.diary(claim)[-1] == "set_accepted"


def test_the_same_cause_is_recorded_once(world: World) -> None:
    claim = sent_claim(world)
    world.event(claim, "set_accepted", "set_accepted", version=1)
    before = world.diary(claim)
    world.event(claim, "set_accepted", "set_accepted", version=1)
    assert world.diary(claim) == before


def test_what_is_said_about_a_version_of_the_past_does_not_move_a_reopened_claim(world: World) -> None:
    claim = sent_claim(world)
    world.event(claim, "claim_rejected", "rejected", version=1)
    world.coverage("CV-PT1", member_id="WRONG")
    world.run()
    assert last(world, claim) == ("held", 2)
    world.event(claim, "set_accepted", "set_accepted", version=1)
    world.event(claim, "paid", "paid")  # a remittance names no version: it speaks of what was sent
    assert last(world, claim) == ("held", 2)
    spoken = world.con.execute("SELECT kind, version FROM scrub.claim_event ORDER BY seq DESC LIMIT 2").fetchall()
    assert spoken == [("paid", 1), ("set_accepted", 1)]


def test_evidence_about_the_newest_version_moves_on(world: World) -> None:
    claim = sent_claim(world)
    world.event(claim, "claim_rejected", "rejected", version=1)
    world.patient(last_name="OTHER")
    world.run()
    world.send(claim)
    world.event(claim, "claim_rejected_again", "rejected", version=1)
    assert last(world, claim) == ("sent", 2)
    world.event(claim, "claim_accepted", "accepted", version=2)
    assert last(world, claim) == ("accepted", 2)

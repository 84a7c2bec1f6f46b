"""A claim that waits is judged again at every run, whatever it stands on has changed: for the better, and for the worse."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pm_pipeline.codes.tables import load_table
from pm_pipeline.scrub import Rulebook, shipped_rules
from tests.scrub.world import DAY, World

NAMED = {"AUT-001", "ELG-002", "PRV-002", "SUB-001", "UNT-001", "UNT-003"}


@dataclasses.dataclass
class Story:
    """A claim in a world, the rules in force, and a folder for files of code tables."""

    world: World
    folder: Path
    names: set[str] = dataclasses.field(default_factory=lambda: set(NAMED))
    claim: str = ""
    charges: int = 1

    def begin(self, payer: str = "SMTML", **given: Any) -> None:
        self.world.insured(payer_id=payer)
        self.claim = self.world.charge("CH1", **given)

    def correct(self, **given: Any) -> None:
        """The practice corrects its charge."""
        self.charges += 1
        before = "CH1" if self.charges == 2 else f"CH{self.charges - 1}"
        self.world.charge(f"CH{self.charges}", action="correct", original_charge_id=before, **given)

    def pattern(self, pattern: str) -> None:
        """Another member_id_pattern in payers.yaml."""
        payers = [
            one.model_copy(update={"member_id_pattern": pattern}) if one.payer_id == "SMTML" else one
            for one in self.world.config.payers
        ]
        self.world.config = dataclasses.replace(self.world.config, payers=payers)

    def units_allowed(self, units: int) -> None:
        """The MUE table of the quarter, loaded again with another limit."""
        path = self.folder / f"mue-{units}.csv"
        head = '"HCPCS/CPT Code","Practitioner Services MUE Values","MUE Adjudication Indicator","MUE Rationale"\n'
        path.write_text(head + f'"36415","{units}","1 Line Edit","Clinical: Data"\n')
        load_table(self.world.con, [path], "mue", DAY.replace(day=1), "codes")

    def state(self) -> str | None:
        self.world.run(Rulebook(tuple(one for one in shipped_rules().rules if one.rule.id in self.names)))
        return self.world.state(self.claim)


Step = Callable[[Story], object]
# what changes: how the story begins, held by which rule; what mends it; what spoils it again
CHANGES: dict[str, tuple[Step, str, Step, Step]] = {
    "charge": (lambda s: s.begin(units="2"), "UNT-001", lambda s: s.correct(units="1"), lambda s: s.correct(units="3")),
    "coverage": (
        lambda s: (s.begin(), s.world.coverage("CV-PT1", member_id="1")),
        "ELG-002",
        lambda s: s.world.coverage("CV-PT1"),
        lambda s: s.world.coverage("CV-PT1", member_id="2"),
    ),
    "patient": (
        lambda s: (s.begin(), s.world.patient(zip="00000")),
        "SUB-001",
        lambda s: s.world.patient(),
        lambda s: s.world.patient(zip="99999"),
    ),
    "provider": (
        lambda s: (s.begin(), s.world.provider("P01", active_from="2026-07-01")),
        "PRV-002",
        lambda s: s.world.provider("P01"),
        lambda s: s.world.provider("P01", active_to="2026-05-01"),
    ),
    "authorization": (
        lambda s: s.begin("LKSHM", procedure_code="97110"),
        "AUT-001",
        lambda s: s.world.authorization("A1"),
        lambda s: s.world.authorization("A1", valid_from="2026-07-01"),
    ),
    "payer configuration": (
        lambda s: (s.begin(), s.pattern("X[0-9]+")),
        "ELG-002",
        lambda s: s.pattern("[0-9]{10}"),
        lambda s: s.pattern("Y[0-9]+"),
    ),
    "code table": (
        lambda s: (s.begin(procedure_code="36415", units="3"), s.units_allowed(2)),
        "UNT-003",
        lambda s: s.units_allowed(4),
        lambda s: s.units_allowed(1),
    ),
    "rule": (
        lambda s: s.begin(units="2"),
        "UNT-001",
        lambda s: s.names.discard("UNT-001"),
        lambda s: s.names.add("UNT-001"),
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_seen_at_the_next_run(world: World, tmp_path: Path, what: str) -> None:
    begin, rule, mend, spoil = CHANGES[what]
    story = Story(world, tmp_path)
    begin(story)
    assert (story.state(), world.open_rules(story.claim)) == ("held", [rule])
    mend(story)
    assert (story.state(), world.open_rules(story.claim)) == ("released", [])
    spoil(story)  # released, and not sent yet
    assert (story.state(), world.open_rules(story.claim)) == ("held", [rule])
    mend(story)
    story.state()
    world.send(story.claim)
    spoil(story)
    assert story.state() == "sent"  # what was sent waits for its answer

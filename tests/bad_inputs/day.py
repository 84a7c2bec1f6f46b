"""The day on which every bad input comes at once, and the weeks after it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from pm_pipeline.audit.verify import verify
from tests.bad_inputs.rows import Case, Steps
from tests.bad_inputs.scene import Scene
from tests.money import TODAY, World


@dataclass(repr=False)
class Day:
    """The world after all of it, each case's scene, and what failed in a case while the others went on."""

    scenes: dict[str, Scene]
    failed: dict[str, Exception] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)  # invariants that did not hold after a run

    def live(self, world: World) -> None:
        """Let every case take a step, load and post what they landed together, and again a week later."""
        # the file World's charges point to has no bytes: nobody is to read it
        world.con.execute("INSERT INTO transport.handled VALUES ('feed', 'intake', 'loaded', ?, 'r')", [TODAY])
        steps = {name: scene.case.trigger(scene, *scene.case.arguments) for name, scene in self.scenes.items()}
        week = 0
        while steps := {name: step for name, step in steps.items() if self._goes_on(name, step)}:
            world.bill_all([one for scene in self.scenes.values() for one in scene.bills])
            for scene in self.scenes.values():
                scene.bills.clear()
            world.post(today=TODAY + dt.timedelta(weeks=week), run_id=f"week {week}")
            self.broken += [f"after week {week}: {vars(one)}" for one in verify(world.con)]
            week += 1

    def _goes_on(self, name: str, step: Steps) -> bool:
        try:
            next(step)
        except StopIteration:
            return False
        except Exception as problem:  # noqa: BLE001 - kept, and raised by the test of this case
            self.failed[name] = problem
            return False
        return True

    def check(self, case: Case) -> None:
        """What the case found, and what must hold for every one."""
        if case.id in self.failed:
            raise self.failed[case.id]
        scene = self.scenes[case.id]
        assert case.behaviour in scene.shown
        scene.left_the_others_alone()
        scene.lost_nothing()
        assert self.broken == []

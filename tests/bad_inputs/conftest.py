"""The world all the rows about 835s share."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import pytest

from tests.bad_inputs.day import Day
from tests.bad_inputs.rows import MODULES, Case
from tests.bad_inputs.scene import Scene
from tests.money import World
from tests.warehouses import fresh


@pytest.fixture(scope="session")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """All cases of MODULES, lived through together: made once, whichever of them is asked for."""
    cases: list[Case] = [case for name in MODULES for case in import_module(f"{__package__}.{name}").CASES]
    con = fresh()
    world = World(con, tmp_path_factory.mktemp("bad_inputs"))
    lived = Day({case.id: Scene(world, case) for case in cases})
    lived.live(world)
    yield lived
    con.close()

"""The world all the rows about 835s share."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import duckdb
import pytest

from pm_pipeline.home import SCHEMAS
from pm_pipeline.warehouse.store import OWN, apply_schemas, prepare
from tests.bad_inputs.day import Day
from tests.bad_inputs.rows import MODULES, Case
from tests.bad_inputs.scene import Scene
from tests.money import World


@pytest.fixture(scope="session")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """All cases of MODULES, lived through together: made once, whichever of them is asked for."""
    cases: list[Case] = [case for name in MODULES for case in import_module(f"{__package__}.{name}").CASES]
    con = duckdb.connect()
    prepare(con, threads=1)
    apply_schemas(con, [OWN, *SCHEMAS])
    world = World(con, tmp_path_factory.mktemp("bad_inputs"))
    lived = Day({case.id: Scene(world, case) for case in cases})
    lived.live(world)
    yield lived
    con.close()

from __future__ import annotations

import dagster as dg
import pytest

from tests.defs import graph


@pytest.fixture(scope="session")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    """Everything workspace.yaml loads, with dbt's manifest parsed into a folder of the tests'."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PM_ROOT", str(graph.ROOT))
        patch.setenv("PM_HOME", str(tmp_path_factory.mktemp("definitions")))
        return graph.definitions()

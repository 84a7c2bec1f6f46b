"""What every test can ask for: an empty warehouse in memory, or a whole installation in a temporary folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling

from pm_pipeline.home import Home, open_home
from pm_pipeline.settings import Settings
from tests.lived import Lived, live
from tests.warehouses import Warehouses

# the files whose tests look at the lived practice: they are slow, and run on one worker, so that it is made once
USE_LIVED = (
    "tests/dashboard/test_lived.py", "tests/demo/test_contracts.py", "tests/demo/test_demo.py", "tests/marts/test_recomputed_lived.py",
    "tests/test_cli.py", "tests/test_phi.py",
)  # fmt: skip
SHARE_NOTHING = (
    "tests/audit/",
    "tests/desk/",
    "tests/posting/",
    "tests/receivables/",
    "tests/scrub/",
    "tests/submission/",
    "tests/x12/",
)
SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks as slow what needs the lived practice."""
    for item in items:
        if "lived" in getattr(item, "fixturenames", ()) and item.nodeid.split("::", 1)[0] in USE_LIVED:
            item.add_marker(pytest.mark.slow)


class _ByFolder(LoadScopeScheduling):
    """Hands whole folders to the workers, because the tests of a folder share what is costly to make; those that share
    nothing and are many go file by file."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.split("::", 1)[0]
        if path in USE_LIVED:
            return "lived"
        return path if path.startswith(SHARE_NOTHING) else path.rsplit("/", 1)[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """What xdist asks for (its own --dist loadgroup does nothing with pytest 9.2)."""
    return _ByFolder(config, log)


@pytest.fixture(scope="session")
def warehouses() -> Iterator[Warehouses]:
    """The warehouses in memory of this process."""
    made = Warehouses()
    yield made
    made.close()


@pytest.fixture
def con(warehouses: Warehouses) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse in memory with every stage's tables, empty."""
    with warehouses.lend() as connection:
        yield connection


def home_in(folder: Path) -> Home:
    """An installation in `folder`, with the shipped configuration."""
    return open_home(Settings.load({"PM_ROOT": str(folder), "PM_HOME": str(folder / "home")}))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An installation of its own, with the shipped configuration."""
    return home_in(tmp_path)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of facts and third-party samples beside the project; the test is skipped where it is not there."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not here: third-party samples are not part of the project")
    return SHARED


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """A small practice the whole pipeline has lived with. A file whose tests use it is named in USE_LIVED."""
    return live(tmp_path_factory.mktemp("lived"))

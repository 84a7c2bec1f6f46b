"""A home lives by the mix it was begun with: another one is refused by name, and harms nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from pm_pipeline.errors import ConfigError
from pm_pipeline.exchange import embedded, plan_of, stop_embedded
from pm_pipeline.home import Home
from pm_pipeline.sandbox.plan import Plan
from tests.lived import installed, pm


def begin(home: Home, mix: str | None) -> None:
    """Make the sandbox's books; no day is lived."""
    embedded(home, plan_of(home, mix))
    stop_embedded()


@pytest.mark.parametrize(
    ("begun", "other"), [(None, "hard"), ("standard", "hard"), ("hard", "edits"), ("edits", "standard")]
)
def test_another_mix_is_refused_by_name_and_the_home_goes_on(begun: str | None, other: str, tmp_path: Path) -> None:
    mix = begun or "standard"
    with installed(tmp_path) as home:
        begin(home, begun)
        refused = pm(home.settings.home, "demo", "--days", "1", "--mix", other)
        assert refused.exit_code == 1
        said = " ".join(refused.stderr.split())
        assert f"begun with the {mix} mix and cannot go on with the {other} mix" in said
        assert "--fresh" in said
        assert plan_of(home) == plan_of(home, mix) == Plan.of_mix(mix)


@pytest.mark.parametrize("mix", ["standard", "hard", "edits"])
def test_every_run_after_the_first_lives_by_the_mix_of_the_home(mix: str, tmp_path: Path) -> None:
    """`pm run` reaches the sandbox with no word of a mix."""
    with installed(tmp_path) as home:
        begin(home, mix)
        assert embedded(home).world.plan == Plan.of_mix(mix)
        stop_embedded()


def test_books_of_another_plan_are_refused_as_before(tmp_path: Path) -> None:
    with installed(tmp_path) as home:
        embedded(home, Plan.shipped(days=3))
        stop_embedded()
        with pytest.raises(ConfigError, match="another simulation"):
            embedded(home)
        stop_embedded()

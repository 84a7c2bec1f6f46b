"""What Dagster is told: everything named, grouped, owned, described; gates that block; times that fit the practice."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import dagster as dg
import pytest
import yaml

from pm_pipeline.defs.automation import close_of_day_schedule, inbound_files
from pm_pipeline.defs.resources import PmResource
from pm_pipeline.home import Home
from tests.defs.graph import LIFECYCLE, ROOT, STAGES


def test_workspace_yaml_names_the_module_with_the_definitions() -> None:
    workspace = yaml.safe_load((ROOT / "workspace.yaml").read_text())
    assert [one["python_module"]["module_name"] for one in workspace["load_from"]] == ["pm_pipeline.definitions"]


def test_every_asset_has_a_group_an_owner_a_kind_and_words(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    bare = [
        key.to_user_string()
        for key in graph.get_all_asset_keys()
        if (node := graph.get(key)).group_name not in STAGES
        or not node.owners
        or not node.kinds
        or len(node.description or "") < 20
    ]
    assert bare == []


@pytest.mark.parametrize("stage", LIFECYCLE)
def test_every_stage_has_a_group_of_daily_assets_in_the_pool(definitions: dg.Definitions, stage: str) -> None:
    graph = definitions.resolve_asset_graph()
    mine = [graph.get(key) for key in graph.get_all_asset_keys() if graph.get(key).group_name == stage]
    made = [node for node in mine if node.is_materializable]
    assert made
    for node in made:
        assert isinstance(node.partitions_def, dg.DailyPartitionsDefinition)
        assert node.backfill_policy == dg.BackfillPolicy.single_run()
        assert node.pools == {"duckdb"}
        assert node.key.path[0] == stage


def test_every_stage_that_moves_rows_or_money_has_a_blocking_check(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    blocking = {
        graph.get(key.asset_key).group_name for key in graph.asset_check_keys if graph.get_check_spec(key).blocking
    }
    assert set(LIFECYCLE) <= blocking


def test_dbt_tests_are_asset_checks(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    aging = [key.name for key in graph.asset_check_keys if key.asset_key == dg.AssetKey(["marts", "ar_aging"])]
    assert "aging_equals_control_account" in aging


def test_the_close_of_day_asks_for_todays_partition_in_the_practices_time_zone() -> None:
    late = dt.datetime(2026, 6, 4, 0, 30, tzinfo=dt.UTC)  # still the evening of the third in New York
    context = dg.build_schedule_context(scheduled_execution_time=late)
    asked = close_of_day_schedule(context)
    assert isinstance(asked, dg.RunRequest)
    assert asked.partition_key == "2026-06-03"


def test_the_sensor_asks_for_one_run_per_set_of_dropped_files(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PM_ROOT", str(home.settings.root))
    monkeypatch.setenv("PM_HOME", str(home.settings.home))
    monkeypatch.setenv("PM_TODAY", "2026-06-03")

    def looked() -> dg.SensorResult:
        with dg.build_sensor_context(resources={"pm": PmResource()}) as context:
            found = inbound_files(context)
        assert isinstance(found, dg.SensorResult)
        return found

    assert looked().run_requests in (None, [])
    dropped = home.settings.inbox / "SMITH_JOHN.835"
    dropped.write_bytes(b"ISA*")
    first = looked().run_requests
    assert first
    assert [one.partition_key for one in first] == ["2026-06-03"]
    assert "SMITH" not in str(first)
    again = looked().run_requests
    assert again
    assert again[0].run_key == first[0].run_key
    Path(dropped).write_bytes(b"ISA*00")
    changed = looked().run_requests
    assert changed
    assert changed[0].run_key != first[0].run_key

"""dbt build: everything is made, every test of it passes, and nothing is written into the tree."""

from __future__ import annotations

import json
import re

import duckdb

from tests.marts.conftest import Built
from tests.marts.dbt_run import PROJECT


def test_everything_builds_and_every_dbt_test_passes(built: Built) -> None:
    assert built.result.code == 0, built.result.text
    assert set(built.result.status.values()) == {"success", "pass"}
    assert len([name for name in built.result.status if name.startswith("grain_")]) >= 14


def test_nothing_is_written_into_the_project(built: Built) -> None:
    assert built.files_after == built.files_before


def test_every_model_says_what_a_row_is(built: Built) -> None:
    nodes = json.loads((built.scratch / "target" / "manifest.json").read_text())["nodes"].values()
    models = [node for node in nodes if node["resource_type"] in ("model", "seed")]
    assert len(models) > 50
    assert [node["name"] for node in models if not node["description"].startswith("One row per ")] == []
    assert [
        node["name"]
        for node in models
        if node["resource_type"] == "model" and not node["raw_code"].startswith("-- one row per ")
    ] == []


def test_every_mart_row_carries_its_definition_and_its_day(marts: duckdb.DuckDBPyConnection) -> None:
    stated = {row[0] for row in marts.execute("SELECT name FROM marts.definition WHERE kind = 'mart'").fetchall()}
    columns: dict[str, set[str]] = {}
    for table, column in marts.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'marts'"
    ).fetchall():
        columns.setdefault(table, set()).add(column)
    described = set(columns) - {"build", "definition", "entry_kind", "kpi_summary"}
    assert described == stated
    for table in [*described, "kpi_summary"]:
        assert {"as_of_date", "definition_version"} <= columns[table], table


def test_no_column_names_a_person(marts: duckdb.DuckDBPyConnection) -> None:
    """Law 9: what people read in the marts carries ids, codes and amounts only."""
    columns = marts.execute(
        "SELECT column_name FROM duckdb_columns() WHERE schema_name IN ('marts', 'drill', 'staging', 'intermediate')"
    ).fetchall()
    persons = re.compile(r"patient_id|member|first_name|last_name|birth|subscriber|address|phone|zip|diagnos")
    assert [name for (name,) in columns if persons.search(name)] == []


def test_the_build_names_its_link_of_the_chain(marts: duckdb.DuckDBPyConnection) -> None:
    built_from = marts.execute("SELECT as_of_date::VARCHAR, chain_seq, chain_hash FROM marts.build").fetchone()
    link = marts.execute("SELECT seq, hash FROM warehouse.chain ORDER BY seq DESC LIMIT 1").fetchone()
    assert link is not None
    assert built_from == ("2026-07-15", *link)


def test_profile_takes_everything_from_the_environment() -> None:
    """No path of a machine in the project, and nobody is told that dbt ran."""
    assert "env_var('PM_WAREHOUSE')" in (PROJECT / "profiles.yml").read_text()
    assert "send_anonymous_usage_stats: false" in (PROJECT / "dbt_project.yml").read_text()

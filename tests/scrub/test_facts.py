"""facts.yaml and the SQL that fills the relations say the same."""

from __future__ import annotations

import pytest

from pm_pipeline.scrub import shipped_rules
from pm_pipeline.scrub.build import prepare_build
from pm_pipeline.scrub.engine import prepare_facts
from pm_pipeline.scrub.facts import RELATIONS, RelationName, relations
from tests.scrub.world import World


@pytest.mark.parametrize("relation", RELATIONS)
def test_columns_and_types_are_as_documented(world: World, relation: RelationName) -> None:
    prepare_build(world.con, world.config, shipped_rules())
    prepare_facts(world.con, world.config, world.today, shipped_rules())
    found = {row[0]: row[1] for row in world.con.execute(f"DESCRIBE {relation}").fetchall()}
    documented = {name: column.type for name, column in relations()[relation].columns.items()}
    assert found == documented


def test_what_is_about_a_person_is_marked() -> None:
    marked = {name for relation in relations().values() for name, column in relation.columns.items() if column.is_phi}
    assert marked == {"member_id", "patient_birth_date", "patient_age_days", "days_since_birth", "days_since_death"}


def test_a_fix_can_set_neither_money_nor_dates_nor_people() -> None:
    settable = {name for name, column in relations()["draft_fact"].columns.items() if column.may_set}
    assert not [name for name in settable if name.endswith(("_cents", "_on", "_id", "_from", "_to"))]

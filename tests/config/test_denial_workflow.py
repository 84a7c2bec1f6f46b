"""A wrong denial workflow or edit map names the file, the key and what is expected, before anything runs on it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pm_pipeline.config import load_config
from pm_pipeline.errors import ConfigError
from pm_pipeline.settings import SHIPPED_CONFIG, Settings

WORKFLOW, EDITS, PEOPLE = "denial_workflow.yaml", "denial_edits.yaml", "people.yaml"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    shutil.copytree(SHIPPED_CONFIG, tmp_path / "config", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return Settings.load({"PM_ROOT": str(tmp_path), "PM_CONFIG": str(tmp_path / "config")})


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (WORKFLOW, "categories: [DUPLICATE]", "categories: [DUPLICAT]", r"denial_workflow\.yaml: queues\[0\]\.categories: 'DUPLICAT' is no category"),
        (WORKFLOW, "max_cents: 1500", "payers: [NOBODY]", r"queues\[3\]\.payers: 'NOBODY' is no payer of payers\.yaml"),
        (WORKFLOW, "letter: general", "letter: generl", r"queues\[0\]\.letter: there is no .*letters/generl\.md"),
        (WORKFLOW, "{id: OTHER,", "{id: OTHER, max_cents: 5,", "the last one must have no condition"),
        (WORKFLOW, "{id: SMALL, max_cents: 1500,", "{id: SMALL,", "SMALL has no condition, so nothing reaches the queues after it"),
        (WORKFLOW, "next_action: close", "next_action: appeal", "appeal is not among this queue's actions"),
        (WORKFLOW, "write_off_reason: small_denial", "write_off_reason: mood", r"queues\[3\]\.write_off_reason: mood is not among"),
        (PEOPLE, "person: marlow", "person: wren", "people: wren is given twice"),
        (PEOPLE, "name: MARLOW PIKE", "name: Wren Hollis", "people: Wren Hollis is given twice"),
        (PEOPLE, "roles: [exceptions, money, denials, holds]", "roles: [luck]", r"people\.yaml is not right:\n +people\[0\]\.roles\[0\]"),
        (PEOPLE, "person: marlow", "person: policy", "policy and rule are how the ledger names itself"),
        (WORKFLOW, "chance: 0.02", "chance: 2", r"queues\[0\]\.chance of DUPLICATE: Input should be less than or equal to 1"),
        (WORKFLOW, "priority: amount_x_chance", "priority: mood", r"denial_workflow\.yaml is not right:\n +priority"),
        (WORKFLOW, "categories: [ELIGIBILITY]}", "categories: [LUCK]}", r"bill_patient\.categories: 'LUCK' is no category"),
        (EDITS, 'carcs: ["B16"]', 'carcs: ["B99"]', r"denial_edits\.yaml: denials\[\d+\]\.carcs: 'B99' is no code of codes/carc\.csv"),
        (EDITS, "rarcs: [M52]", "rarcs: [M00]", r"rarcs: 'M00' is no code of codes/rarc\.csv"),
        (EDITS, 'carcs: ["B16"],', "", "give at least one of carcs, rarcs, categories"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named(settings: Settings, name: str, old: str, new: str, said: str) -> None:
    path = settings.config_dir / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(ConfigError, match=said):
        load_config(settings)


def test_the_shipped_ones_are_right_and_give_every_denial_a_queue(settings: Settings) -> None:
    flow = load_config(settings).denials.workflow
    assert flow.queues[-1].takes_everything
    assert flow.queue("no longer there") is flow.queues[-1]

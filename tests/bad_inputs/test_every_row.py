"""No row of the list is without its test, and no test says another word than the list without saying why."""

from __future__ import annotations

import csv
from collections import defaultdict
from importlib import import_module
from pathlib import Path

import pytest

from tests.bad_inputs import test_local_state
from tests.bad_inputs.rows import DEVIATIONS, MODULES, WORDS, Cases

AREAS = ("835-header", "835-claim", "835-plb", "local-state")
OF_835: list[Cases] = [import_module(f"{__package__}.{name}").CASES for name in MODULES]


@pytest.fixture(scope="module")
def shown() -> dict[str, set[str]]:
    """Row -> the words its tests assert."""
    found: dict[str, set[str]] = defaultdict(set)
    for row, behaviour in (*((case.row, case.behaviour) for cases in OF_835 for case in cases), *test_local_state.ROWS):
        found[row].add(behaviour)
    return found


@pytest.fixture(scope="module")
def listed(shared: Path) -> dict[str, str]:
    """Row -> the word of the list, of our areas."""
    with (shared / "domain" / "bad_inputs.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["right_behaviour"] for row in csv.DictReader(file) if row["area"] in AREAS}


@pytest.mark.shared
def test_every_row_has_its_test(listed: dict[str, str], shown: dict[str, set[str]]) -> None:
    assert len(listed) >= 48
    assert set(listed) - set(shown) == set()


@pytest.mark.shared
def test_a_row_is_shown_to_be_what_the_list_says(listed: dict[str, str], shown: dict[str, set[str]]) -> None:
    wanted = listed | {row: word for row, (word, _) in DEVIATIONS.items()}
    assert {row: word for row, word in wanted.items() if word not in shown[row]} == {}


@pytest.mark.shared
def test_a_deviation_is_one(listed: dict[str, str]) -> None:
    """What agrees with the list again has no place among the deviations."""
    assert {row for row, (word, _) in DEVIATIONS.items() if listed.get(row) in (None, word)} == set()


def test_every_word_is_one_of_the_list_and_no_two_tests_have_one_id(shown: dict[str, set[str]]) -> None:
    assert set().union(*shown.values()) <= set(WORDS)
    for names in (
        [case.id for cases in OF_835 for case in cases],
        [(case.row, case.number) for cases in OF_835 for case in cases],
    ):
        assert len(names) == len(set(names))

"""`pm contracts` as its users type it, before the first run and after answers were posted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.contracts import bill
from tests.lived import installed, pm
from tests.money import CO45, PR2, World, claim, line


def document(home: Path, *arguments: str) -> Any:
    done = pm(home, *arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def posted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation in which BLHRB (99213 for 99.15) answered three lines: one too low, one right, one without a price."""
    folder = tmp_path_factory.mktemp("contracts")
    with installed(folder) as home, home.write() as con:
        world = World(con, folder)
        bill(
            world,
            "C1",
            {"A": 20_000, "B": 20_000, "C": 40_000},
            procedure_code={"A": "99213", "B": "99213", "C": "99999"},
        )
        low = line("A", 20_000, 4_800, CO45(14_000), PR2(1_200))
        world.post(
            world.remittance(
                claim("C1", low, line("B", 20_000, 9_915, CO45(10_085)), line("C", 40_000, 1, CO45(39_999)))
            )
        )
    return folder / "home"


def test_the_contracts_are_listed_before_the_first_run(tmp_path: Path) -> None:
    listed = document(tmp_path / "home", "contracts", "list")
    assert [one["contract_id"] for one in listed][:2] == ["SMDCR-FEE", "SMDCD-FEE"]
    assert {one["coverage_of_lines"] for one in listed} == {None}
    assert "0 claims, 0 lines" in pm(tmp_path / "home", "contracts", "underpaid").output


def test_the_list_says_what_each_contract_can_price_and_what_is_underpaid(posted: Path) -> None:
    row = next(one for one in document(posted, "contracts", "list") if one["payer_id"] == "BLHRB")
    assert row["lines"] == 3
    assert (row["coverage_of_lines"], row["coverage_of_charges"]) == (0.6667, 0.5)
    assert (row["as_expected"], row["underpaid"], row["overpaid"]) == (1, 1, 0)
    said = pm(posted, "contracts", "list").output
    assert "66.7%" in said
    assert "50.0%" in said


def test_a_contract_is_shown_with_its_terms_and_what_it_has_no_price_for(posted: Path) -> None:
    shown = document(posted, "contracts", "show", "BLHRB-PPO")
    assert shown["versions"][0]["schedules"] == {"blue_harbor": 44, "blue_harbor_drugs": 3}
    assert shown["not_priced"] == [{"reason": "no_rate", "procedure_code": "99999", "lines": 1, "charge_cents": 40_000}]
    said = pm(posted, "contracts", "show", "BLHRB-PPO").output
    assert "but drugs            J0000-J9999: blue_harbor_drugs" in said
    assert "50 cents or 1%, the larger" in said
    assert "99999" in said


def test_underpaid_lines_are_listed_with_what_can_be_recovered(posted: Path) -> None:
    found = document(posted, "contracts", "underpaid")
    [row] = found["lines"]
    expected = row["expected_cents"]
    assert (row["claim_id"], row["charge_id"], row["actual_cents"]) == ("C1", "A", 6_000)
    assert row["variance_cents"] == 6_000 - expected
    assert found["recoverable_cents"] == row["recoverable_cents"] == (expected - 6_000) * 4_800 // 6_000
    dollars = found["recoverable_cents"] / 100
    assert document(posted, "contracts", "underpaid", "--min", f"{dollars:.2f}")["claims"] == 1
    assert document(posted, "contracts", "underpaid", "--min", f"{dollars + 0.01:.2f}")["claims"] == 0
    assert document(posted, "contracts", "underpaid", "--payer", "SMDCR")["claims"] == 0
    assert (
        f"1 claims, 1 lines, {dollars:.2f} to recover."
        in pm(posted, "contracts", "underpaid", "--payer", "BLHRB").output
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["contracts", "show", "NONE"], "There is no contract 'NONE' in contracts.yaml. Known: BLHRB-PPO"),
        (["contracts", "underpaid", "--payer", "NONE"], "There is no payer 'NONE' in payers.yaml."),
    ],
)
def test_an_unknown_name_is_said_with_the_known_ones(posted: Path, arguments: list[str], words: str) -> None:
    done = pm(posted, *arguments)
    assert done.exit_code == 1
    assert words in " ".join(done.output.split())

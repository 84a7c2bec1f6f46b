"""A backtest shows which claims and cents another policy would have moved, and leaves the real warehouse as it is."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from pm_pipeline.config.policy import PostingPolicy
from pm_pipeline.errors import WarehouseError
from pm_pipeline.home import Home
from pm_pipeline.posting.backtest import Backtest, Change, Effect, Rate, backtest
from pm_pipeline.settings import SHIPPED_CONFIG
from tests.conftest import home_in
from tests.lived import pm
from tests.money import CO45, PR3, Adjustment, World, claim, line, taken_back
from tests.posting.policies import standard, strict

JUNE, JULY = dt.date(2026, 6, 20), dt.date(2026, 7, 5)
FIRST, LAST, TODAY = dt.date(2026, 6, 1), dt.date(2026, 6, 30), dt.date(2026, 7, 10)
GIVE_UP = {"id": "GIVE-UP", "carcs": ["96"], "max_cents": 5_000, "action": "write_off", "account": "DENIAL_WO:given_up"}


def denied(name: str, cents: int) -> Any:
    return claim(name, line(f"{name}A", cents, 0, Adjustment("CO", "96", cents)), number=name)


def june_and_july(home: Home) -> World:
    """June: C1 paid and C2, C3 denied, C5 paid and taken back, one nobody knows. July: C4 denied. Over several days."""
    with home.write() as con:
        world = World(con, home.settings.home)
        for name, cents in {"C1": 10_000, "C2": 5_000, "C3": 6_000, "C4": 700, "C5": 8_000}.items():
            world.bill(name, {f"{name}A": cents})
        paid = claim("C1", line("C1A", 10_000, 8_000, CO45(500), PR3(1_500)), number="C1")
        wrong = claim("C5", line("C5A", 8_000, 7_000, CO45(1_000)), number="C5")
        strange = claim("STRANGER", line("X", 900, 900), number="I9")
        world.post(world.remittance(taken_back(wrong), paid, trace="T3", on=JUNE), today=JUNE, run_id="1")
        world.post(world.remittance(wrong, strange, on=JUNE), today=JUNE, run_id="2")
        con.execute(
            "INSERT INTO remittance.deposit VALUES ('D1', $on, 'T1', '1990000021', 7_900, 'feed', 1, 'r'), "
            "('D2', $on, 'T3', '1990000021', 1_000, 'feed', 2, 'r')",
            {"on": JUNE},
        )
        zero = world.remittance(denied("C2", 5_000), denied("C3", 6_000), method="NON", trace="T2", on=LAST)
        world.post(zero, today=LAST, run_id="3")
        world.post(world.remittance(denied("C4", 700), method="NON", trace="T4", on=JULY), today=TODAY, run_id="4")
    return world


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    """A folder with an installation after june_and_july, and its world."""
    folder = tmp_path_factory.mktemp("june_and_july")
    return folder, june_and_july(home_in(folder))


@pytest.fixture
def world(home: Home, kept: tuple[Path, World]) -> World:
    """The installation is a copy of that one. The world's connection is closed."""
    shutil.copytree(kept[0], home.settings.root, dirs_exist_ok=True)
    world = copy.copy(kept[1])
    world.folder = home.settings.home
    return world


def tried(home: Home, policy: PostingPolicy, first: dt.date = FIRST, last: dt.date = LAST) -> Backtest:
    return backtest(home.warehouse, home.config, policy, first, last)


def files(home: Home) -> dict[str, str]:
    folder = home.warehouse.path.parent
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.suffix != ".lock"
    }


def test_the_policy_in_force_would_have_changed_nothing(home: Home, world: World) -> None:
    """Posted in one go what was posted over days, a reversal before its original among it."""
    found = tried(home, standard(world), dt.date(2020, 1, 1), TODAY)
    assert (found.as_of, found.payments, found.claims, found.changed_claims) == (TODAY, 4, 7, 0)
    assert (found.changes, found.accounts) == ([], [])
    assert found.auto_post == {
        "lines": Rate(6, 6, 7), "claims": Rate(6, 6, 7), "payments": Rate(3, 3, 4), "cents": Rate(22_000, 22_000, 22_900)
    }  # fmt: skip


def test_a_changed_rule_shows_the_claims_and_cents_it_would_have_moved(home: Home, world: World) -> None:
    before = files(home)
    found = tried(home, standard(world, GIVE_UP))
    assert found.changes == [
        Change("adjustment", "deny NON_COVERED", "PAYER-DENIAL", "write_off DENIAL_WO:given_up", "GIVE-UP", 1, 1, 5_000, 0, 5_000, ["C2"])
    ]  # fmt: skip
    assert (found.changed_claims, found.claims, found.other_claims) == (1, 6, 0)
    assert found.accounts == [
        Effect("AR:primary", 8_000 + 5_000 + 6_000 + 700, 8_000 + 6_000 + 700),
        Effect("DENIAL_WO:given_up", 0, 5_000),
    ]
    assert files(home) == before


def test_the_days_asked_about_are_those_of_the_payment(home: Home, world: World) -> None:
    found = tried(home, standard(world, {**GIVE_UP, "max_cents": 9_999}), JULY, JULY)
    assert [(one.examples, one.cents) for one in found.changes] == [(["C4"], 700)]
    assert (found.claims, found.payments) == (1, 1)
    assert tried(home, standard(world, GIVE_UP), JULY + dt.timedelta(days=1), TODAY).claims == 0


def test_strict_would_have_held_what_no_deposit_matches_and_what_is_negative(home: Home, world: World) -> None:
    found = tried(home, strict(world))
    payments = {one.examples[0]: one for one in found.changes if one.kind == "payment"}
    # C5's reversal is held, so what it took back still stands; C1's deposit came before the replay's day
    assert [(one.was, one.was_rule, one.would_be, one.would_be_rule, one.cents, one.was_moved_cents, one.would_be_moved_cents) for one in payments.values()] == [
        ("post", "REVERSAL", "hold", "NEGATIVE_HELD", -7_000, -7_000, 0)
    ]  # fmt: skip
    assert found.auto_post["lines"] == Rate(5, 4, 6)
    assert found.auto_post["cents"] == Rate(22_000, 15_000, 22_900)
    assert {one.account: one.would_be_cents - one.was_cents for one in found.accounts} == {
        "AR:primary": -8_000, "CONTRACTUAL:contract": 1_000, "UNAPPLIED:payer": 7_000
    }  # fmt: skip


def test_a_delay_that_is_not_over_shows_as_waiting(home: Home, world: World) -> None:
    later = {"id": "LATER", "carcs": ["45"], "action": "write_off", "account": "CONTRACTUAL:contract", "delay_days": 60}
    found = tried(home, standard(world, later))
    said = [
        (one.was, one.would_be, one.would_be_rule, one.was_moved_cents, one.would_be_moved_cents, one.examples)
        for one in found.changes
    ]
    assert said == [
        ("write_off CONTRACTUAL:contract", "write_off CONTRACTUAL:contract (waits)", "LATER", 500, 0, ["C1"])
    ]  # fmt: skip


def test_there_must_be_something_to_replay(home: Home, world: World) -> None:
    with home.warehouse.write() as con:
        con.execute("UPDATE warehouse.schema_version SET version = 0 WHERE schema_name = 'posting'")
    with pytest.raises(WarehouseError, match=r"The tables of posting in .* are those of another version"):
        tried(home, standard(world))
    home.warehouse.path.unlink()
    with pytest.raises(WarehouseError, match="There is no warehouse"):
        tried(home, standard(world))
    assert [path.name for path in home.warehouse.path.parent.iterdir() if path.is_dir()] == []


def test_the_commands_answer_people_and_programs(home: Home, world: World, tmp_path: Path) -> None:
    listed = json.loads(pm(home.settings.home, "policy", "list", "--json").stdout)
    assert [(one["policy_id"], one["version"], one["is_in_force"]) for one in listed] == [
        ("standard", 1, True),
        ("strict", 1, False),
    ]
    assert "the practice goes by standard" in pm(home.settings.home, "policy", "list").output
    shown = pm(home.settings.home, "policy", "show", "strict")
    assert "deposit_matched, no_provider_adjustment, no_negative" in shown.output
    assert "SEQUESTRATION" in shown.output
    assert json.loads(pm(home.settings.home, "policy", "show", "strict", "--json").stdout)["policy_id"] == "strict"

    file = tmp_path / "tried.yaml"  # installed nowhere
    rule = '  - {id: GIVE-UP, carcs: ["96"], max_cents: 5000, action: write_off, account: "DENIAL_WO:given_up", why: small}\n'
    shipped = (SHIPPED_CONFIG / "policies" / "standard-1.yaml").read_text()
    file.write_text(shipped.replace("\nrules:\n", f"\nrules:\n{rule}").replace("\nversion: 1", "\nversion: 2"))
    days = ("--from", str(FIRST), "--to", str(LAST))
    done = pm(home.settings.home, "policy", "backtest", str(file), *days, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["policy_id"], found["version"], found["from"], found["to"]) == ("standard", 2, str(FIRST), str(LAST))
    assert [(one["would_be_rule"], one["cents"], one["examples"]) for one in found["changes"]] == [
        ("GIVE-UP", 5_000, ["C2"])
    ]
    said = pm(home.settings.home, "policy", "backtest", str(file), *days).output
    assert "1 of 6 remittance claims in 3 payments would have come out otherwise" in said
    assert "GIVE-UP" in said
    assert "50.00" in said
    assert pm(home.settings.home, "policy", "show", str(file)).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["backtest", "nothing.yaml", "--from", "2026-06-01", "--to", "2026-06-30"], 2, "nothing.yaml is no file"),
        (["backtest", "lenient", "--from", "2026-06-01", "--to", "2026-06-30"], 2, "no policy 'lenient'. Installed: standard, strict"),
        (["backtest", "strict", "--version", "9", "--from", "2026-06-01", "--to", "2026-06-30"], 2, "no version 9 of strict"),
        (["backtest", "strict", "--from", "2026-07-01", "--to", "2026-06-30"], 2, "--from 2026-07-01 is after"),
        (["backtest", "strict", "--from", "2026-06-01"], 2, "Missing option '--to'"),
        (["backtest", "strict", "--from", "2026-06-01", "--to", "2026-06-30"], 1, "There is no warehouse"),
        (["show", "lenient"], 2, "no policy 'lenient'"),
        (["show", "standard", "--version", "2"], 2, "no version 2 of standard. There are: 1"),
    ],
)  # fmt: skip
def test_a_wrong_question_is_answered_with_its_exit_code(
    home: Home, arguments: list[str], code: int, said: str
) -> None:
    done = pm(home.settings.home, "policy", *arguments)
    assert done.exit_code == code
    assert said in " ".join(done.output.split())


def test_a_wrong_policy_file_is_named_with_rule_and_key(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    shipped = (SHIPPED_CONFIG / "policies" / "standard-1.yaml").read_text()
    file.write_text(shipped.replace('carcs: ["253"]', 'carcs: ["253", "ZZ9"]'))
    done = pm(home.settings.home, "policy", "backtest", str(file), "--from", "2026-06-01", "--to", "2026-06-30")
    assert done.exit_code == 1
    assert "rules[3].carcs of SEQUESTRATION: 'ZZ9' is no code of codes/carc.csv" in done.output

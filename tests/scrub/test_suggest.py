"""Payer edits proposed from denial history: found where a payer refuses, and nowhere else."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import asdict
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from pm_pipeline.audit.render_rules import print_suggestions
from pm_pipeline.home import SCHEMAS
from pm_pipeline.scrub import Rulebook, load_rules, shipped_rules
from pm_pipeline.scrub.backtest import backtest
from pm_pipeline.scrub.suggest import Suggestion, suggest, write
from pm_pipeline.warehouse.store import OWN, apply_schemas, prepare
from tests.scrub.test_backtest import deny
from tests.scrub.test_rules import write_rule
from tests.scrub.world import DAY, World

NEW_POLICY = DAY - dt.timedelta(days=20)


def visit(world: World, number: int, payer: str, carc: str | None, **charge: str) -> None:
    """One claim of one line, sent and answered: paid, or refused for 150.00 with `carc`."""
    name = f"{payer}-{number}"
    world.insured(f"PT-{name}", payer)
    claim = world.charge(f"CH-{name}", encounter_id=f"E-{name}", patient_id=f"PT-{name}", **charge)
    world.run()
    world.send(claim)
    world.event(claim, "denied" if carc else "paid", "denied" if carc else "paid", 1)
    if carc:
        deny(world, claim, f"CH-{name}", carc, 15_000)
        world.con.execute("UPDATE receivables.denial SET payer_id = ? WHERE claim_id = ?", [payer, claim])


@pytest.fixture(scope="module")
def lived() -> World:
    """SMTML refuses 81002 in place 22 (CO-5); LKSHM has refused 99214 since it changed its mind (197); both pay everything else."""
    con = duckdb.connect()
    prepare(con, threads=1)
    apply_schemas(con, [OWN, *SCHEMAS])
    world = World(con)
    for number in range(24):
        place, procedure = ("22", "11")[number % 2], ("81002", "99213")[number // 2 % 2]
        refused = place == "22" and procedure == "81002"
        visit(world, number, "SMTML", "5" if refused else None, procedure_code=procedure, place_of_service=place)
    for number in range(16):
        day = DAY - dt.timedelta(days=40 - 2 * number)
        procedure = ("99214", "99213")[number % 2]
        refused = procedure == "99214" and day >= NEW_POLICY
        visit(
            world,
            number,
            "LKSHM",
            "197" if refused else None,
            procedure_code=procedure,
            dos_from=day.isoformat(),
            dos_to=day.isoformat(),
        )
    return world


def found(world: World, payer: str | None = None, least_denials: int = 3) -> list[Suggestion]:
    return suggest(world.con, world.config, shipped_rules(), payer, least_denials=least_denials)


def test_what_a_payer_refuses_is_found_with_its_dollars(lived: World) -> None:
    before = lived.sizes()
    (one,) = found(lived, "SMTML")
    assert one.where == "procedure_code = '81002' AND place_of_service = '22'"
    assert (one.carc, one.denials, one.claims, one.answered, one.precision) == ("5", 6, 6, 6, 1.0)
    assert (one.denied_cents, one.since, one.by_rule) == (90_000, None, None)
    assert lived.sizes() == before


def test_a_payer_that_changed_its_mind_is_judged_from_that_day_on(lived: World) -> None:
    (one,) = found(lived, "LKSHM")
    assert one.where == "procedure_code = '99214'"
    assert one.since == NEW_POLICY
    assert (one.denials, one.answered, one.precision) == (3, 3, 1.0)


def test_the_costliest_comes_first_and_few_denials_suggest_nothing(lived: World) -> None:
    assert [one.payer_id for one in found(lived)] == ["SMTML", "LKSHM"]
    assert found(lived, least_denials=7) == []
    assert [one.payer_id for one in found(lived, least_denials=4)] == ["SMTML"]


def test_a_person_reads_them_in_a_table(lived: World) -> None:
    console = Console(record=True, width=140, file=io.StringIO())
    print_suggestions(console, [asdict(one) for one in found(lived)])
    said = console.export_text()
    assert "procedure 81002, place of service 22" in said
    assert "900.00" in said
    print_suggestions(console, [])
    assert "--least-denials" in console.export_text()


def test_what_a_rule_in_force_keeps_back_is_not_suggested(lived: World, tmp_path: Path) -> None:
    rule = load_rules(write_rule(
        tmp_path, where="procedure_code = '81002' AND place_of_service = '22'", prevents=["5"],
        examples={"fires": [{"procedure_code": "81002", "place_of_service": "22"}], "passes": [{"procedure_code": "81002"}]},
    )).rules[0]  # fmt: skip
    assert suggest(lived.con, lived.config, Rulebook((rule,)), "SMTML", least_denials=3) == []


def test_a_draft_is_a_rule_in_shadow_that_catches_what_it_was_made_of(lived: World, tmp_path: Path) -> None:
    book = shipped_rules()
    suggestions = found(lived)
    paths = write(suggestions, tmp_path, book, DAY)
    assert [path.relative_to(tmp_path).as_posix() for path in paths] == [
        "suggested/SUG-001.yaml",
        "suggested/SUG-002.yaml",
    ]
    rules = load_rules(tmp_path).rules
    for one, rule in zip(suggestions, rules, strict=True):
        assert (rule.rule.severity, rule.rule.scope.dos_from) == ("shadow", one.since)
        tried = backtest(lived.con, lived.config, rule, book)
        assert (tried.lines, tried.denials, tried.denied_cents) == (one.answered, one.denials, one.denied_cents)
    assert write(suggestions, tmp_path, Rulebook((*book.rules, *rules)), DAY) == []

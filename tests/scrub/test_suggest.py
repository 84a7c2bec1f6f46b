"""Payer edits proposed from denial history: found where a payer refuses, and nowhere else."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from pm_pipeline.audit.render_rules import print_suggestions
from pm_pipeline.errors import RuleError
from pm_pipeline.scrub import Rulebook, load_rules, shipped_rules
from pm_pipeline.scrub.backtest import backtest
from pm_pipeline.scrub.events import new_events
from pm_pipeline.scrub.suggest import Suggestion, suggest, write
from pm_pipeline.scrub.suggest_features import FEATURES
from pm_pipeline.warehouse import unit
from tests.scrub.test_backtest import deny
from tests.scrub.test_rules import write_rule
from tests.scrub.world import DAY, World
from tests.warehouses import fresh

NEW_POLICY = DAY - dt.timedelta(days=20)
PROCEDURES = ("99213", "36415", "85025")  # of a claim's lines


@dataclass(frozen=True)
class Visit:
    """One claim that was sent and answered: paid, or refused with `carc`, each line for itself or the claim as a whole."""

    name: str
    payer: str
    carc: str | None = None
    day: dt.date = DAY
    lines: int = 1
    denied_by: str = ""  # another payer than the claim's
    charge: dict[str, Any] = field(default_factory=dict)


def live(world: World, visits: Sequence[Visit]) -> None:
    """All visits at once: charged, built, sent, answered."""
    claims = {}
    for visit in visits:
        world.insured(f"PT-{visit.name}", visit.payer)
        for line in range(visit.lines):
            claims[visit.name] = world.charge(
                f"CH-{visit.name}-{line}", encounter_id=f"E-{visit.name}", patient_id=f"PT-{visit.name}", dos=visit.day,
                **{"procedure_code": PROCEDURES[line], **visit.charge},
            )  # fmt: skip
    world.run(Rulebook(()))
    for kind in ("prepared", "sent", "answered"):
        with unit(world.con, "test", kind), new_events(world.con, kind):
            world.con.executemany(
                "INSERT INTO new_claim_event VALUES ($claim, 1, $kind, $kind, 'test', $day, NULL, NULL, NULL)",
                [
                    {
                        "claim": claims[visit.name],
                        "kind": ("denied" if visit.carc else "paid") if kind == "answered" else kind,
                        "day": world.today,
                    }
                    for visit in visits
                ],
            )
    for visit in visits:
        if visit.carc:
            whole = visit.lines > 1
            deny(world, claims[visit.name], None if whole else f"CH-{visit.name}-0", visit.carc, 15_000 * visit.lines)
            payer = visit.denied_by or visit.payer
            world.con.execute(
                "UPDATE receivables.denial SET payer_id = ? WHERE claim_id = ?", [payer, claims[visit.name]]
            )


@pytest.fixture(scope="module")
def lived() -> World:
    """SMTML refuses 81002 in place 22 (CO-5). LKSHM has refused 99214 since it changed its mind (197). BLHRB refuses claims of
    place 22 as a whole (16), each of three lines. SMDCD pays everything; what is refused of its claims another payer has refused."""
    con = fresh()
    visits: list[Visit] = []
    for number in range(32):
        place, procedure = ("22", "11")[number % 2], ("81002", "99213")[number // 2 % 2]
        refused = place == "22" and procedure == "81002"
        charge = {"procedure_code": procedure, "place_of_service": place}
        visits.append(Visit(f"S{number}", "SMTML", "5" if refused else None, charge=charge))
    for number in range(96):
        day = DAY - dt.timedelta(days=48 - number // 2)  # two a day; sixteen 99214 before the new policy, eight since
        procedure = (
            "99214" if (number % 4 == 0 and day < NEW_POLICY) or (number % 6 == 0 and day >= NEW_POLICY) else "99213"
        )
        refused = procedure == "99214" and day >= NEW_POLICY
        visits.append(
            Visit(f"L{number}", "LKSHM", "197" if refused else None, day, charge={"procedure_code": procedure})
        )
    for number in range(20):
        refused, charge = number % 4 == 0, {"place_of_service": "22" if number % 4 == 0 else "11"}
        visits.append(Visit(f"B{number}", "BLHRB", "16" if refused else None, lines=3, charge=charge))
        visits.append(Visit(f"M{number}", "SMDCD", "16" if refused else None, denied_by="SMTML", charge=charge))
    world = World(con)
    live(world, visits)
    return world


@pytest.fixture(scope="module")
def suggested(lived: World) -> dict[str, Suggestion]:
    """What is found at all, by payer: one each."""
    all_found = found(lived)
    assert len({one.payer_id for one in all_found}) == len(all_found)
    return {one.payer_id: one for one in all_found}


def found(
    world: World, payer: str | None = None, least_denials: int = 4, book: Rulebook | None = None
) -> list[Suggestion]:
    return suggest(world.con, world.config, book or shipped_rules(), payer, least_denials=least_denials)


def holding(
    folder: Path, rule_id: str, where: str, fires: dict[str, Any], passes: dict[str, Any], **more: Any
) -> Rulebook:
    examples = {"fires": [fires], "passes": [passes]}
    return load_rules(write_rule(folder / rule_id, id=rule_id, where=where, examples=examples, **more))


def test_what_a_payer_refuses_is_found_with_its_dollars(lived: World, suggested: dict[str, Suggestion]) -> None:
    before = lived.sizes()
    (one,) = found(lived, "SMTML")
    assert one == suggested["SMTML"]
    assert one.where == "procedure_code = '81002' AND place_of_service = '22'"
    assert (one.carc, one.denials, one.claims, one.answered, one.precision) == ("5", 8, 8, 8, 1.0)
    assert (one.denied_cents, one.since, one.base, one.by_rule) == (120_000, None, 0.25, None)
    assert lived.sizes() == before


def test_a_payer_that_changed_its_mind_is_judged_from_that_day_on(suggested: dict[str, Suggestion]) -> None:
    one = suggested["LKSHM"]
    assert one.where == "procedure_code = '99214'"
    assert one.since == NEW_POLICY + dt.timedelta(days=2)  # the first 99214 since
    assert (one.denials, one.answered, one.precision) == (6, 6, 1.0)


def test_a_claim_refused_as_a_whole_is_one_denial_and_its_dollars_count_once(suggested: dict[str, Suggestion]) -> None:
    one = suggested["BLHRB"]
    assert one.where == "place_of_service = '22'"
    assert (one.denials, one.claims, one.answered, one.denied_cents) == (5, 5, 5, 5 * 45_000)


def test_what_another_payer_refused_is_not_this_ones(suggested: dict[str, Suggestion]) -> None:
    assert "SMDCD" not in suggested


def test_the_costliest_comes_first_and_few_denials_suggest_nothing(lived: World) -> None:
    assert [one.payer_id for one in found(lived)] == ["BLHRB", "SMTML", "LKSHM"]
    assert [one.payer_id for one in found(lived, least_denials=6)] == ["SMTML", "LKSHM"]
    assert found(lived, least_denials=9) == []


def test_a_person_reads_them_in_a_table(suggested: dict[str, Suggestion]) -> None:
    console = Console(record=True, width=160, file=io.StringIO())
    rows = [
        asdict(suggested["SMTML"]),
        asdict(suggested["LKSHM"]) | {"held_share": 0.5, "by_rule": "UNT-001", "by_rule_share": 0.25},
    ]
    print_suggestions(console, rows, 3)
    said = console.export_text()
    for text in ("2 of 3 edits suggested", "procedure 81002, place of service 22", "1,200.00", "50%: UNT-001 25%"):
        assert text in said
    print_suggestions(console, [], 0)
    assert "--least-denials" in console.export_text()


def test_what_a_rule_in_force_keeps_back_is_not_suggested(lived: World, tmp_path: Path) -> None:
    where = "procedure_code = '81002' AND place_of_service = '22'"
    book = holding(
        tmp_path, "TST-001", where, {"procedure_code": "81002", "place_of_service": "22"}, {"procedure_code": "81002"}
    )
    assert found(lived, "SMTML", book=book) == []


def test_a_denial_two_rules_hold_is_held_once_and_each_rule_has_its_own_share(lived: World, tmp_path: Path) -> None:
    fires, passes = {"charge_id": "CH-S0-0"}, {"charge_id": "CH-S1-0"}
    first = holding(tmp_path, "TST-001", "charge_id IN ('CH-S0-0', 'CH-S4-0')", fires, passes)
    second = holding(tmp_path, "TST-002", "charge_id IN ('CH-S0-0', 'CH-S4-0', 'CH-S8-0')", fires, passes)
    (one,) = found(lived, "SMTML", book=Rulebook((*first.rules, *second.rules)))
    assert (one.denials, one.held_share, one.by_rule, one.by_rule_share) == (8, 0.375, "TST-002", 0.375)


def test_what_the_book_says_in_shadow_is_not_suggested_again(lived: World, tmp_path: Path) -> None:
    def book(rule_id: str, **scope: Any) -> Rulebook:
        inside = {"payer_id": "LKSHM", "location_id": scope.get("locations", ["MAIN"])[0]}
        fires, passes = inside | {"procedure_code": "99214"}, inside | {"procedure_code": "99213"}
        where = "procedure_code\n = '99214'"
        return holding(tmp_path, rule_id, where, fires, passes, severity="shadow", scope={"payers": ["LKSHM"], **scope})

    assert found(lived, "LKSHM", book=book("TST-001")) == []
    assert len(found(lived, "LKSHM", book=book("TST-002", locations=["NORTH"]))) == 1  # that says less


def test_a_draft_is_a_rule_in_shadow_that_catches_what_it_was_made_of(
    lived: World, suggested: dict[str, Suggestion], tmp_path: Path
) -> None:
    book, suggestions = shipped_rules(), list(suggested.values())
    paths = write(suggestions, tmp_path, book, DAY)
    assert [path.relative_to(tmp_path).as_posix() for path in paths] == [
        "suggested/SUG-001.yaml", "suggested/SUG-002.yaml", "suggested/SUG-003.yaml",
    ]  # fmt: skip
    rules = load_rules(tmp_path).rules
    for one, rule in zip(suggestions, rules, strict=True):
        assert (rule.rule.severity, rule.rule.scope.dos_from) == ("shadow", one.since)
        tried = backtest(lived.con, lived.config, rule, book)
        assert (tried.claims, tried.denials, tried.denied_cents) == (one.answered, one.denials, one.denied_cents)
        assert (tried.caught_and_denied, tried.precision) == (one.claims, one.precision)
    assert found(lived, book=Rulebook((*book.rules, *rules))) == []
    again = write(suggestions[:1], tmp_path, Rulebook((*book.rules, *rules)), DAY)
    assert [path.name for path in again] == ["SUG-004.yaml"]


NASTY = (
    "99",
    "U",
    "Z9989",
    "Z99",
    "OTHER",
    "NO",
    "00000",
    "000000000X",
    "O'HARE",
    "a: #b",
    "{x}",
    '"',
    "1e5",
    "null",
    "é",
)


@pytest.mark.parametrize("values", [NASTY, ("3", "25000")], ids=["codes", "numbers"])
def test_a_draft_works_whatever_the_value_is(
    suggested: dict[str, Suggestion], values: tuple[str, ...], tmp_path: Path
) -> None:
    some = suggested["LKSHM"]
    made = [
        replace(
            some, conditions=(feature.words(value),), where=feature.where(value),
            fires=dict(feature.fires(value)), passes={**feature.fires(value), **feature.passes(value)},
        )
        for feature in FEATURES
        for value in values
        if (feature.about in ("units", "delay", "charge")) == (values != NASTY)
    ]  # fmt: skip
    assert len(made) > 5
    write(made, tmp_path, Rulebook(()), DAY)
    rules = load_rules(tmp_path).rules  # proves them
    assert [" ".join(one.rule.where.split()) for one in rules] == [" ".join(one.where.split()) for one in made]


def test_all_drafts_are_written_or_none(suggested: dict[str, Suggestion], tmp_path: Path) -> None:
    good = suggested["LKSHM"]
    wrong = replace(good, passes=good.fires)
    with pytest.raises(RuleError, match="SUG-002"):
        write([good, wrong], tmp_path, Rulebook(()), DAY)
    assert list(tmp_path.rglob("*.yaml")) == []
    (tmp_path / "suggested").mkdir()
    own = tmp_path / "suggested" / "SUG-002.yaml"
    own.write_text("somebody's")
    with pytest.raises(RuleError, match=r"SUG-002.yaml.*No draft was written"):
        write([good, good], tmp_path, Rulebook(()), DAY)
    assert list(tmp_path.rglob("*.yaml")) == [own]
    assert own.read_text() == "somebody's"
    with pytest.raises(RuleError, match="1000 suggestions, and 999 numbers"):
        write([good] * 1000, tmp_path, Rulebook(()), DAY)

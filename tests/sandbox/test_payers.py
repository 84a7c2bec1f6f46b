"""How payers decide: every line balances, cost sharing goes where it belongs, a second payer decides only the rest."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pm_pipeline.config import Config
from pm_pipeline.sandbox.answers import reversal
from pm_pipeline.sandbox.draw import Draw
from pm_pipeline.sandbox.payers import Case, Judge, cost_share, denials, share_of
from pm_pipeline.sandbox.plan import Plan
from pm_pipeline.sandbox.read_837 import Claim, Line, Person
from pm_pipeline.sandbox.store import Store
from pm_pipeline.x12.write_835 import Name, RemitClaim, RemitLine

DAY = dt.date(2026, 6, 8)
PLAN = Plan.shipped()
NEVER = {"denied_claim": 0.0, "denied_line": 0.0, "partly_denied_line": 0.0, "secondary_denied": 0.0}


def claim(*procedures: str, turn: str = "primary", units: str = "1") -> Claim:
    """A claim of 100.00 lines."""
    lines = [Line(f"L{n}", code, [], 10_000, units, DAY, DAY) for n, code in enumerate(procedures, start=1)]
    return Claim("C1", 10_000 * len(lines), "11", "1", turn, "", "", Person(), Person(), lines=lines)


@dataclasses.dataclass
class Court:
    """Judges of one sandbox and the payers before them."""

    store: Store
    config: Config

    def judge(self, **outcomes: object) -> Judge:
        return Judge(self.store, Plan.shipped(claims={**NEVER, **outcomes}), Draw(5))

    def case(self, payer_id: str, what: Claim, **changes: object) -> Case:
        payer = next(one for one in self.config.payers if one.payer_id == payer_id)
        terms = PLAN.terms(payer)
        return dataclasses.replace(Case(what, payer, terms, "PT1", DAY + dt.timedelta(days=3)), **changes)


ACCIDENTAL = Plan.shipped(
    claims={"denied_claim": 0.2, "denied_line": 0.3, "partly_denied_line": 0.5, "secondary_denied": 0.3}
)


@given(
    charges=st.lists(st.integers(1, 2_000_000), min_size=1, max_size=6),
    units=st.integers(1, 40),
    payers=st.permutations(["SMDCR", "SMDCD", "BLHRB"]),
    turn=st.sampled_from(["primary", "secondary"]),
    seed=st.integers(0, 999),
)
def test_whatever_is_charged_every_line_balances_and_nothing_is_paid_below_zero(
    config: Config, charges: list[int], units: int, payers: list[str], turn: str, seed: int
) -> None:
    store = Store(Path(":memory:"), "test")
    court = Court(store, config)
    judge = Judge(store, ACCIDENTAL, Draw(seed))
    lines = [Line(f"L{n}", "80053", [], cents, str(units), DAY, DAY) for n, cents in enumerate(charges)]
    what = dataclasses.replace(claim("80053", turn=turn), lines=lines)
    first = judge.primary(court.case(payers[0], what))
    second = judge.next_payer(court.case(payers[1], what), first)
    third = judge.next_payer(court.case(payers[2], what), second)
    corrected = [judge.corrected(first, style) for style in ("up", "down", "denied")]
    store.close()
    for decided in (first, second, third, *corrected):
        assert balanced(decided)
        assert all(line.paid_cents >= 0 and all(one.cents > 0 for one in line.adjustments) for line in decided)
    for before, after in ((first, second), (second, third)):
        for old, new in zip(before, after, strict=True):
            assert new.paid_cents + cost_share(new) <= cost_share(old)


@pytest.fixture
def court(tmp_path: Path, config: Config) -> Iterator[Court]:
    store = Store(tmp_path / "books.sqlite", "test")
    yield Court(store, config)
    store.close()


def amounts(line: RemitLine) -> dict[tuple[str, str], int]:
    """(group, code) -> cents."""
    return {(one.group, one.carc): one.cents for one in line.adjustments}


def balanced(lines: tuple[RemitLine, ...]) -> bool:
    """Gate 1 on every line."""
    return all(line.charge_cents == line.paid_cents + sum(one.cents for one in line.adjustments) for line in lines)


def test_medicare_takes_coinsurance_and_sequestration_after_the_deductible(court: Court) -> None:
    judge = court.judge()
    court.store.add("deductible", payer_id="SMDCR", person="PT1", year=2026, met_cents=25_700 - 1_000)
    [line] = judge.primary(court.case("SMDCR", claim("80053")))
    assert line.allowed_cents is not None
    found = amounts(line)
    assert found["PR", "1"] == 1_000
    assert found["PR", "2"] == share_of(line.allowed_cents - 1_000, 2_000)
    gross = line.allowed_cents - 1_000 - found["PR", "2"]
    assert found["CO", "253"] == share_of(gross, 200)
    assert line.paid_cents == gross - found["CO", "253"]
    assert found["CO", "45"] == 10_000 - line.allowed_cents
    assert balanced((line,))


def test_a_deductible_is_met_once(court: Court) -> None:
    judge = court.judge()
    court.store.add("deductible", payer_id="BLHRB", person="PT1", year=2026, met_cents=150_000 - 8_000)
    lines = [judge.primary(court.case("BLHRB", claim("80053")))[0] for _ in range(4)]
    assert sum(amounts(line).get(("PR", "1"), 0) for line in lines) == 8_000
    assert lines[0].paid_cents == 0  # all of it under the deductible: paid nothing, and not denied
    assert lines[-1].paid_cents > 0


def test_a_visit_costs_a_copay_and_preventive_care_nothing(court: Court) -> None:
    visit, preventive = court.judge().primary(court.case("LKSHM", claim("99213", "99396")))
    assert amounts(visit)["PR", "3"] == 2_000
    assert cost_share(preventive) == 0
    assert preventive.paid_cents == preventive.allowed_cents


def test_units_cut_leave_a_partial_denial(court: Court) -> None:
    [line] = court.judge(partly_denied_line=1.0).primary(court.case("IRNWC", claim("97110", units="3")))
    assert amounts(line)["CO", "151"] == 3_333
    assert line.paid_cents > 0
    assert balanced((line,))


@pytest.mark.parametrize(
    ("changes", "carc"),
    [
        ({"is_answered": True}, "18"),
        ({"covered_to": DAY - dt.timedelta(days=1)}, "27"),
        ({"received_on": DAY + dt.timedelta(days=400)}, "29"),
    ],
)
def test_what_is_true_is_denied_for_its_reason(court: Court, changes: dict[str, object], carc: str) -> None:
    lines = court.judge().primary(court.case("SMDCR", claim("99213", "80053"), **changes))
    assert [(line.paid_cents, [one.carc for one in line.adjustments]) for line in lines] == [(0, [carc])] * 2


def test_denials_take_the_whole_line_and_name_a_remark_where_one_is_needed(court: Court) -> None:
    needs_remark = {"16", "96", "97"}
    for scope in ("claim", "line", "partial", "secondary"):
        assert all(one.rarc for one in denials(scope) if one.carc in needs_remark)
    lines = court.judge(denied_line=1.0).primary(court.case("BLHRB", claim(*["80053"] * 3)))
    assert all(line.paid_cents == 0 and sum(amounts(line).values()) == 10_000 for line in lines)


def test_a_replacement_is_not_denied_by_chance(court: Court) -> None:
    judge = court.judge(denied_line=1.0, denied_claim=1.0)
    [line] = judge.primary(court.case("LKSHM", claim("80053"), is_replacement=True))
    assert line.paid_cents > 0


def test_a_supplement_pays_all_but_the_deductible(court: Court) -> None:
    judge = court.judge()
    court.store.add("deductible", payer_id="SMDCR", person="PT1", year=2026, met_cents=25_700 - 1_000)
    [before] = judge.primary(court.case("SMDCR", claim("80053")))
    [line] = judge.next_payer(court.case("BLHRB", claim("80053")), [before])
    rest = cost_share(before)
    assert amounts(line) == {("OA", "23"): 10_000 - rest, ("PR", "1"): 1_000}
    assert line.paid_cents == rest - 1_000
    assert balanced((line,))


def test_medicaid_after_medicare_pays_up_to_its_own_schedule_and_bills_nobody(court: Court) -> None:
    judge = court.judge()
    [before] = judge.primary(court.case("SMDCR", claim("99213")))
    [line] = judge.next_payer(court.case("SMDCD", claim("99213")), [before])
    assert cost_share(line) == 0
    assert line.paid_cents == min(cost_share(before), max(0, share_of(10_000, 4_200) - before.paid_cents))
    assert balanced((line,))


def test_a_second_plan_repeats_the_write_off_of_the_first(court: Court) -> None:
    judge = court.judge()
    [before] = judge.primary(court.case("BLHRB", claim("99213")))
    [line] = judge.next_payer(court.case("SMTML", claim("99213", turn="secondary")), [before])
    assert amounts(line)["CO", "45"] == amounts(before)["CO", "45"]
    assert amounts(line)["OA", "23"] == before.paid_cents
    assert balanced((line,))


def test_a_second_payer_asked_too_early_says_so(court: Court) -> None:
    [line] = court.judge().out_of_turn(court.case("SMTML", claim("99213", turn="secondary")))
    assert amounts(line) == {("CO", "22"): 10_000}


@pytest.mark.parametrize("style", ["up", "down", "denied"])
def test_a_correction_changes_the_money_and_not_the_patients_share(court: Court, style: str) -> None:
    judge = court.judge()
    before = judge.primary(court.case("SMDCR", claim("80053", "85025", "99213")))
    after = judge.corrected(before, style)
    assert balanced(after)
    paid = [sum(line.paid_cents for line in lines) for lines in (before, after)]
    assert (paid[1] > paid[0]) == (style == "up")
    if style == "denied":
        assert [line.paid_cents == 0 for line in after].count(True) == 1
    else:
        assert [cost_share(line) for line in after] == [cost_share(line) for line in before]


def test_a_reversal_negates_to_the_cent_and_keeps_numbers(court: Court) -> None:
    lines = court.judge().primary(court.case("SMDCR", claim("80053", "99213")))
    paid = sum(line.paid_cents for line in lines)
    remit = RemitClaim(
        "C1",
        "1",
        20_000,
        paid,
        500,
        "MB",
        "N1",
        "11",
        "1",
        Name("A", "B"),
        None,
        lines,
        DAY,
        DAY,
        DAY,
        remarks=("MA01",),
    )
    back = reversal(remit)
    assert (back.status, back.clp01, back.payer_claim_number) == ("22", "C1", "N1")
    assert (back.charge_cents, back.paid_cents, back.patient_cents) == (-20_000, -paid, None)
    assert [amounts(line) for line in back.lines] == [{k: -v for k, v in amounts(line).items()} for line in lines]
    assert [line.units for line in back.lines] == ["1", "1"]
    assert balanced(back.lines)

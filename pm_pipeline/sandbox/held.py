"""Mistakes that an edit should find in a charge, by the id of that edit. One function each; None: not possible here."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pm_pipeline.config import Config
from pm_pipeline.sandbox.draw import Draw, workday
from pm_pipeline.sandbox.plan import Plan
from pm_pipeline.sandbox.rows import Row, dollars
from pm_pipeline.sandbox.visits import Encounter, fees, is_office_visit, modifiers_of, set_modifiers, wants_25

LOCUM = "L01"  # a clinician who no longer works here
NOBODY = "P99"
UNKNOWN_REFERRER = "R99"
LONG = 130  # days; nobody enters a charge later than this


@dataclass(frozen=True)
class Mistake:
    """`wrong`: row index -> the row as it is sent. Repair: a correct row each, or all of it voided and billed anew."""

    rule: str
    wrong: dict[int, Row]
    repair: Literal["correct", "rebill", "never"] = "correct"


@dataclass(frozen=True)
class Desk:
    """What the mistakes depend on: `returning` are encounters whose patient had an earlier visit entered before."""

    plan: Plan
    config: Config
    draw: Draw
    returning: frozenset[str]

    def repair_day(self, encounter: Encounter) -> dt.date | None:
        """When somebody gets round to it; None: nobody does."""
        if self.draw.happens(self.plan.faults.unrepaired, "unrepaired", encounter.encounter_id):
            return None
        days = self.draw.between(self.plan.faults.fix_days, "repair", encounter.encounter_id)
        return workday(encounter.entered_on + dt.timedelta(days=days))


def mistake_in(encounter: Encounter, desk: Desk, rng: random.Random) -> Mistake | None:
    """One mistake that can be made in this encounter. Those that need a special encounter are tried first, often."""
    rare, special, common = list(_RARE), list(_SPECIAL), list(_COMMON)
    for some in (rare, special, common):
        rng.shuffle(some)
    chance = rng.random()
    first = [_wrong_authorization] if chance < 0.7 else []
    order = [*rare, *special] if chance < 0.3 else special if chance < 0.6 else []
    for make in [*first, *order, *common]:
        if found := make(encounter, desk):
            return found
    return None


def _all_rows(
    rule: str, encounter: Encounter, repair: Literal["correct", "rebill", "never"] = "correct", **changes: str
) -> Mistake:
    return Mistake(rule, {place: {**row, **changes} for place, row in enumerate(encounter.rows)}, repair)


def _one_row(
    rule: str,
    encounter: Encounter,
    suits: Callable[[Row], bool],
    change: Callable[[Row], Row],
    repair: Literal["correct", "never"] = "correct",
) -> Mistake | None:
    for place, row in enumerate(encounter.rows):
        if suits(row):
            return Mistake(rule, {place: change(dict(row))}, repair)
    return None


def _with_modifiers(row: Row, modifiers: list[str]) -> Row:
    set_modifiers(row, modifiers)
    return row


def _office(row: Row) -> bool:
    return is_office_visit(row["procedure_code"])


def _pointer_to_nothing(encounter: Encounter, desk: Desk) -> Mistake | None:
    return _one_row("DX-001", encounter, lambda row: True, lambda row: {**row, "pointer_1": "9"})


def _wrong_sex(encounter: Encounter, desk: Desk) -> Mistake | None:
    code = "N401" if encounter.patient.sex == "F" else "O0990"
    return _one_row("DX-003", encounter, lambda row: True, lambda row: {**row, "diagnosis_1": code, "pointer_1": "1"})


def _cause_first(encounter: Encounter, desk: Desk) -> Mistake | None:
    return _one_row(
        "DX-004", encounter, lambda row: True, lambda row: {**row, "diagnosis_1": "W19XXXA", "pointer_1": "1"}
    )


def _next_year(encounter: Encounter, desk: Desk) -> Mistake | None:
    day = (encounter.dos + dt.timedelta(days=364)).isoformat()
    return _all_rows("PX-001", encounter, dos_from=day, dos_to=day)


def _unknown_place(encounter: Encounter, desk: Desk) -> Mistake | None:
    return _all_rows("POS-001", encounter, place_of_service="98")


def _unknown_doctor(encounter: Encounter, desk: Desk) -> Mistake | None:
    return _all_rows("PRV-001", encounter, "rebill", provider_id=NOBODY)


def _former_doctor(encounter: Encounter, desk: Desk) -> Mistake | None:
    return _all_rows("PRV-002", encounter, "rebill", provider_id=LOCUM)


def _two_visits(encounter: Encounter, desk: Desk) -> Mistake | None:
    return _one_row("UNT-001", encounter, _office, lambda row: {**row, "units": "2"})


def _called_new(encounter: Encounter, desk: Desk) -> Mistake | None:
    if encounter.encounter_id not in desk.returning:
        return None
    fee = dollars(fees()["99203"].cents)
    return _one_row(
        "PX-002", encounter, lambda row: row["procedure_code"] in ("99212", "99213", "99214"),
        lambda row: {**row, "procedure_code": "99203", "charge_amount": fee},
    )  # fmt: skip


def _no_25(encounter: Encounter, desk: Desk) -> Mistake | None:
    if not any(wants_25(row["procedure_code"]) for row in encounter.rows):
        return None
    return _one_row(
        "PX-003", encounter, lambda row: _office(row) and "25" in modifiers_of(row),
        lambda row: _with_modifiers(row, [one for one in modifiers_of(row) if one != "25"]),
    )  # fmt: skip


def _modifier_twice(encounter: Encounter, desk: Desk) -> Mistake | None:
    return _one_row(
        "MOD-001", encounter, lambda row: len(modifiers_of(row)) in (1, 2),
        lambda row: _with_modifiers(row, [*modifiers_of(row), modifiers_of(row)[0]]),
    )  # fmt: skip


def _both_and_one_side(encounter: Encounter, desk: Desk) -> Mistake | None:
    return _one_row(
        "MOD-002", encounter, lambda row: bool({"RT", "LT"} & set(modifiers_of(row))),
        lambda row: _with_modifiers(row, ["50", *modifiers_of(row)]),
    )  # fmt: skip


def _telehealth_unmarked(encounter: Encounter, desk: Desk) -> Mistake | None:
    public = {payer.payer_id for payer in desk.config.payers if payer.kind in ("medicare", "medicaid")}
    if encounter.payer_id not in public:
        return None
    return _one_row(
        "MOD-003", encounter, lambda row: row["place_of_service"] in ("02", "10"),
        lambda row: _with_modifiers(row, [one for one in modifiers_of(row) if one != "95"]),
    )  # fmt: skip


def _many_units(encounter: Encounter, desk: Desk) -> Mistake | None:
    return _one_row(
        "UNT-002", encounter, lambda row: row["procedure_code"] == "97110", lambda row: {**row, "units": "22"}, "never"
    )


def _visit_in_hospital(encounter: Encounter, desk: Desk) -> Mistake | None:
    if not any(_office(row) for row in encounter.rows) or encounter.kind == "telehealth":
        return None
    return _all_rows("POS-002", encounter, place_of_service="21")


def _wrong_authorization(encounter: Encounter, desk: Desk) -> Mistake | None:
    if not encounter.payer_id or not encounter.rows[0].get("authorization_number"):
        return None
    return _all_rows("AUT-002", encounter, authorization_number="A0000000")


def _too_late(encounter: Encounter, desk: Desk) -> Mistake | None:
    limits = {payer.payer_id: payer.timely_filing_days for payer in desk.config.payers}
    limit = limits.get(encounter.payer_id or "", LONG)
    day = encounter.entered_on - dt.timedelta(days=limit + 10)
    if (
        limit >= LONG
        or encounter.kind != "office"
        or encounter.patient.is_new
        or day < encounter.coverages[0].effective_from
    ):
        return None
    return _all_rows("TML-001", encounter, "never", dos_from=day.isoformat(), dos_to=day.isoformat())


def _unknown_referrer(encounter: Encounter, desk: Desk) -> Mistake | None:
    if "referring_provider_id" not in encounter.rows[0]:
        return None
    return _all_rows("PRV-003", encounter, referring_provider_id=UNKNOWN_REFERRER)


_COMMON = [
    _pointer_to_nothing,
    _wrong_sex,
    _cause_first,
    _next_year,
    _unknown_place,
    _unknown_doctor,
    _former_doctor,
    _two_visits,
]
_SPECIAL = [_called_new, _no_25, _modifier_twice, _visit_in_hospital, _unknown_referrer]
_RARE = [_both_and_one_side, _telehealth_unmarked, _many_units, _too_late]

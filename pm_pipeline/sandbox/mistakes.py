"""What the practice sends about an encounter: rows that cannot be loaded, charges an edit holds, and their repair.

Every mistake is planted on purpose and written down, so that a test can hold the pipeline to it. Codes are those of the
other side: the reason a row is quarantined for, the id of the edit that holds a charge (held.py).
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field

from pm_pipeline.sandbox.draw import workday
from pm_pipeline.sandbox.held import Desk, Mistake, mistake_in
from pm_pipeline.sandbox.rows import FeedRow, Planted, Row, Stage, feed_row
from pm_pipeline.sandbox.slips import slip_in
from pm_pipeline.sandbox.visits import Encounter


@dataclass
class Sent:
    """What the practice sends about one encounter, in time."""

    rows: list[FeedRow] = field(default_factory=list)
    planted: list[Planted] = field(default_factory=list)


def send(encounter: Encounter, desk: Desk) -> Sent:
    """The rows of an encounter, at most one mistake among them, and what repairs it."""
    rng = desk.draw.of("mistake", encounter.encounter_id)
    chance = rng.random()
    faults = desk.plan.faults
    if chance < faults.boundary:
        return _refused_row(encounter, desk, rng)
    if chance < faults.boundary + faults.scrub:
        if rng.random() < 0.06:
            return _billed_twice(encounter, desk)
        is_slip = faults.slips > 0 and rng.random() < faults.slips
        if mistake := (slip_in if is_slip else mistake_in)(encounter, desk, rng):
            return _held(encounter, desk, mistake)
    return Sent([feed_row("charges", encounter.entered_on, row) for row in encounter.rows])


def _refused_row(encounter: Encounter, desk: Desk, rng: random.Random) -> Sent:
    """One row that the boundary must refuse; its siblings go on."""
    place = rng.randrange(len(encounter.rows))
    good = encounter.rows[place]
    spoil = ["RAGGED_ROW", "BAD_AMOUNT", "BAD_AMOUNT", "BAD_DATE", "BAD_PROCEDURE", "BAD_UNITS", "BAD_DIAGNOSIS"]
    if place > 0:
        spoil += ["KEY_CONFLICT", "KEY_CONFLICT"]
    if "ndc" in good:
        spoil += ["BAD_NDC"] * 4
    code = rng.choice(spoil)
    bad = dict(good)
    match code:
        case "BAD_AMOUNT":
            bad["charge_amount"] = rng.choice(
                ["1E5", f"-{good['charge_amount']}", "0.00", f"${good['charge_amount']}", "85.5", "1,250.00"]
            )
        case "BAD_DATE":
            bad["dos_from"] = rng.choice([f"{encounter.dos:%m/%d/%Y}", f"{encounter.dos:%Y}-02-30", "1"])
        case "BAD_PROCEDURE":
            bad["procedure_code"] = rng.choice([good["procedure_code"][:4], good["procedure_code"] + "-25", "N/A"])
        case "BAD_UNITS":
            bad["units"] = rng.choice(["0", "-1", "one"])
        case "BAD_DIAGNOSIS":
            bad["diagnosis_1"] = rng.choice(["PAIN", "1234", "i10"])
        case "BAD_NDC":
            bad["ndc"] = rng.choice(["99999-110-1", "9999901100", "NDC"])
        case "KEY_CONFLICT":
            bad["charge_id"] = encounter.rows[0]["charge_id"]
        case _:
            pass
    row = feed_row("charges", encounter.entered_on, bad)
    cells = row.cells[:-2] if code == "RAGGED_ROW" else row.cells
    refused = FeedRow("charges", encounter.entered_on, bad["charge_id"], cells, "quarantined", code)
    sent = Sent([feed_row("charges", encounter.entered_on, one) for one in encounter.rows])
    sent.rows[place] = refused
    repaired_on = desk.repair_day(encounter)
    sent.planted.append(Planted(good["charge_id"], "boundary", code, encounter.entered_on, repaired_on))
    if repaired_on:
        sent.rows.append(feed_row("charges", repaired_on, {**good, "entered_on": repaired_on.isoformat()}))
    return sent


def _billed_twice(encounter: Encounter, desk: Desk) -> Sent:
    """A charge entered a second time two days later under another id, and voided when somebody sees it (DUP-001)."""
    sent = Sent([feed_row("charges", encounter.entered_on, row) for row in encounter.rows])
    again_on = workday(encounter.entered_on + dt.timedelta(days=2))
    twin = {**encounter.rows[0], "charge_id": f"{encounter.rows[0]['charge_id']}D", "entered_on": again_on.isoformat()}
    sent.rows.append(feed_row("charges", again_on, twin))
    repaired_on = desk.repair_day(encounter)
    if repaired_on and repaired_on <= again_on:
        repaired_on = workday(again_on + dt.timedelta(days=3))
    sent.planted.append(Planted(twin["charge_id"], "scrub", "DUP-001", again_on, repaired_on))
    if repaired_on:
        sent.rows.append(void_row(twin, repaired_on))
    return sent


def _held(encounter: Encounter, desk: Desk, mistake: Mistake) -> Sent:
    """The encounter with a mistake that an edit should find, and its repair."""
    rows = [mistake.wrong.get(place, row) for place, row in enumerate(encounter.rows)]
    sent = Sent([feed_row("charges", encounter.entered_on, row) for row in rows])
    repaired_on = None if mistake.repair == "never" else desk.repair_day(encounter)
    stage: Stage = "warning" if mistake.rule == "UNT-002" else "scrub"
    for place in mistake.wrong:
        sent.planted.append(Planted(rows[place]["charge_id"], stage, mistake.rule, encounter.entered_on, repaired_on))
    if repaired_on is None:
        return sent
    for place, row in enumerate(encounter.rows):
        if mistake.repair == "rebill":
            sent.rows.append(void_row(rows[place], repaired_on))
            anew = {**row, "charge_id": f"{row['charge_id']}R", "entered_on": repaired_on.isoformat()}
            sent.rows.append(feed_row("charges", repaired_on, anew))
        elif place in mistake.wrong:
            sent.rows.append(correct_row(rows[place], row, repaired_on))
    return sent


def void_row(charge: Row, due_on: dt.date) -> FeedRow:
    """The row that cancels a charge; it repeats the charge's other columns."""
    number = charge["charge_id"]
    return feed_row(
        "charges", due_on, {**charge, "charge_id": f"{number}V", "action": "void", "original_charge_id": number}
    )


def correct_row(charge: Row, right: Row, due_on: dt.date) -> FeedRow:
    """The row that replaces a charge by what is right; encounter, entry date, provider and location stay."""
    number = charge["charge_id"]
    return feed_row(
        "charges", due_on, {**right, "charge_id": f"{number}C", "action": "correct", "original_charge_id": number}
    )

"""The simulated practice: feeds as agreed, mistakes where they were planted, nobody real."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections import Counter

import pytest

from pm_pipeline.config import Config
from pm_pipeline.intake import load_feed
from pm_pipeline.sandbox.coverage import member_id
from pm_pipeline.sandbox.draw import Draw, workday
from pm_pipeline.sandbox.people import words
from pm_pipeline.sandbox.plan import Plan
from pm_pipeline.sandbox.practice import Practice, simulate
from pm_pipeline.sandbox.rows import HEADERS, as_csv, as_row
from pm_pipeline.sandbox.visits import fees, modifiers_of, visit_kinds
from tests.sandbox.conftest import Lived

PACKAGES = {
    "charges": "pm_pipeline.charges",
    "deposits": "pm_pipeline.remittance",
} | dict.fromkeys(("patients", "coverages", "providers", "authorizations", "appointments"), "pm_pipeline.front_office")


@pytest.fixture(scope="module")
def practice(config: Config) -> Practice:
    """The shipped plan, drawn."""
    return simulate(Plan.shipped(), config, Draw(2026))


@pytest.mark.parametrize("feed", sorted(PACKAGES))
def test_headers_are_those_the_feeds_declare(feed: str) -> None:
    assert load_feed(PACKAGES[feed], feed).header == HEADERS[feed]


def test_every_row_fits_its_feed_unless_it_was_spoiled_on_purpose(practice: Practice) -> None:
    seen: dict[str, tuple[str, ...]] = {}
    for row in practice.rows:
        feed = load_feed(PACKAGES[row.feed], row.feed)
        wrong = len(row.cells) != len(feed.header)
        if not wrong:
            for column, cell in zip(feed.columns, row.cells, strict=True):
                kind = column.cell
                fits = re.fullmatch(kind.pattern, cell) is not None if cell else not column.required
                wrong = wrong or not fits or (kind.is_day and _not_a_day(cell))
        if row.feed == "charges":
            wrong = wrong or (row.key in seen and seen[row.key] != row.cells)
            if not wrong:
                seen[row.key] = row.cells
        if row.why != "NPI_CHECK_DIGIT":
            assert wrong == (row.expected == "quarantined"), (row.feed, row.key, row.why)


def _not_a_day(cell: str) -> bool:
    try:
        return bool(cell) and not dt.date.fromisoformat(cell[:10])
    except ValueError:
        return True


def test_a_plan_of_ninety_days_gives_the_claims_the_demo_needs(practice: Practice, config: Config) -> None:
    charges = [
        as_row("charges", row.cells) for row in practice.rows if row.feed == "charges" and row.expected == "loaded"
    ]
    insured = {one.patient_id for one in practice.truth}
    visits = {row["encounter_id"] for row in charges if row["patient_id"] in insured}
    assert 2_400 <= len(visits) <= 2_900
    assert {payer.payer_id for payer in config.payers} == {one.payer_id for one in practice.truth}
    saturdays = Counter(dt.date.fromisoformat(row["dos_from"]).weekday() for row in charges)
    assert saturdays[5] < saturdays[0] / 2
    assert {row["procedure_code"] for row in charges} >= {"99213", "97110", "J1100", "90471", "73560", "20610", "80053"}


def test_nobody_who_has_come_of_age_has_the_visit_of_a_child(config: Config) -> None:
    """The practice lives a year: who was seventeen at its beginning is not to the end."""
    plan = Plan.of_mix("standard", days=360)
    practice = simulate(plan, config, Draw(2026))
    born = {
        row["patient_id"]: dt.date.fromisoformat(row["birth_date"])
        for row in (as_row("patients", one.cells) for one in practice.rows if one.feed == "patients" and one.expected == "loaded")
    }  # fmt: skip
    seen = [as_row("charges", one.cells) for one in practice.rows if one.feed == "charges" and one.expected == "loaded"]
    ages = [
        (day.year - birth.year) - ((day.month, day.day) < (birth.month, birth.day))
        for row in seen
        if row["diagnosis_1"].replace(".", "") == "Z00129"
        and row["dos_from"] <= row["entered_on"]  # else its date is a mistake
        if (birth := born.get(row["patient_id"]))
        for day in [dt.date.fromisoformat(row["dos_from"])]
    ]
    assert len(ages) > 100
    assert sum(age > 17 for age in ages) == 0


def test_every_starter_edit_that_holds_is_planted(practice: Practice) -> None:
    planted = {one.code for one in practice.planted if one.stage == "scrub"}
    families = {
        "ELG": [1, 2, 4],  # ELG-003 is stopped at the boundary
        "PRV": [1, 2, 3],
        "DX": [1, 3, 4],  # DX-002 repairs
        "PX": [1, 2, 3],
        "MOD": [1, 2, 3],
        "UNT": [1],  # UNT-002 warns
        "POS": [1, 2],
        "AUT": [1, 2],
        "TML": [1],
        "DUP": [1],
    }
    edits = {f"{family}-{number:03d}" for family, numbers in families.items() for number in numbers}
    assert planted == edits
    spelled = [row.cells for row in practice.rows if row.feed == "charges"]
    assert any("." in cells[15] for cells in spelled if len(cells) > 15)
    assert any(re.search(r"\d-\d{4}-\d", cell) for cells in spelled for cell in cells)


def test_a_repaired_charge_names_what_it_replaces_and_keeps_its_claim(practice: Practice) -> None:
    charges = {
        row.key: as_row("charges", row.cells)
        for row in practice.rows
        if row.feed == "charges" and row.expected == "loaded"
    }
    later = [row for row in charges.values() if row["action"] != "new"]
    assert {row["action"] for row in later} == {"correct", "void"}
    for row in later:
        original = charges[row["original_charge_id"]]
        for column in ("encounter_id", "entered_on", "provider_id", "location_id", "patient_id"):
            assert row[column] == original[column]
    assert len({row["original_charge_id"] for row in later}) == len(later)


def test_nobody_is_real(practice: Practice) -> None:
    invented = {stem + ending for stem in words("stem") for ending in words("ending")}
    for person in practice.people:
        assert person.last in invented
        assert person.first in words("first")
        assert person.phone.startswith("20755501")
    assert len({(one.last, one.first, one.birth) for one in practice.people}) == len(practice.people)


def test_every_procedure_has_a_fee_and_a_usual_diagnosis() -> None:
    used = {code for kind in visit_kinds() for line in kind.lines for code in [*line.one_of, *line.new]}
    assert used == fees().keys()
    assert all(fee.cents > 0 and fee.diagnoses for fee in fees().values())
    assert all(re.fullmatch(r"[0-9]{5}|[A-Z][0-9]{4}", code) for code in fees())


def test_modifiers_follow_the_rules_the_edits_check(practice: Practice) -> None:
    planted = {one.item_id for one in practice.planted}
    for row in practice.rows:
        if row.feed != "charges" or row.expected != "loaded" or row.key in planted:
            continue
        charge = as_row("charges", row.cells)
        modifiers = modifiers_of(charge)
        assert len(set(modifiers)) == len(modifiers)
        assert ("95" in modifiers) == (charge["place_of_service"] in ("02", "10"))
        assert not ("50" in modifiers and {"RT", "LT"} & set(modifiers))


def test_dependents_carry_their_subscriber(practice: Practice) -> None:
    rows = [as_row("coverages", row.cells) for row in practice.rows if row.feed == "coverages"]
    assert {row["relationship"] for row in rows} == {"18", "01", "19"}
    assert all(("subscriber_last_name" in row) == (row["relationship"] != "18") for row in rows)
    orders = Counter(row["cob_order"] for row in rows)
    assert orders["1"] > orders["2"] > orders["3"] > 0


def test_equal_seeds_give_equal_practices(config: Config) -> None:
    plan = Plan.shipped(days=6, encounters_per_weekday=8)
    one, two = simulate(plan, config, Draw(1)), simulate(plan, config, Draw(1))
    other = simulate(plan, config, Draw(2))
    assert one.rows == two.rows
    assert one.planted == two.planted
    assert one.rows != other.rows


def test_a_file_is_plain_csv() -> None:
    data = as_csv("deposits", [("D1", "2026-06-08", 'A "B", C', "1990000021", "1.00")])
    assert (
        data == b'deposit_id,deposited_on,trace_number,originator,amount\nD1,2026-06-08,"A ""B"", C",1990000021,1.00\n'
    )
    assert list(csv.reader(data.decode().splitlines()))[1][2] == 'A "B", C'


@pytest.mark.parametrize("pattern", ["[0-9][A-Z][A-Z0-9]{2}", "WC[0-9]{8}", "L[0-9]{8}", r"\d{3}-[A-C]"])
def test_member_ids_fit_their_payers_pattern(pattern: str) -> None:
    for number in range(20):
        assert re.fullmatch(pattern, member_id(pattern, Draw(number), "x"))


def test_weekends_wait_for_monday() -> None:
    friday = dt.date(2026, 6, 5)
    assert [workday(friday + dt.timedelta(days=later)).isoformat()[-2:] for later in range(4)] == [
        "05",
        "08",
        "08",
        "08",
    ]


def test_what_should_be_refused_was_refused(lived: Lived) -> None:
    expected = Counter(
        (row["feed"], row["row_key"])
        for row in lived.sandbox.store.all(
            "SELECT * FROM feed_row WHERE expected = 'quarantined' AND delivered_on IS NOT NULL"
        )
    )
    assert Counter(lived.practice.refused) == expected
    assert sum(expected.values()) > 5

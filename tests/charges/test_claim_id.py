"""CLM01 and REF*6R: short, clear, checked, and the same whenever they are made."""

from __future__ import annotations

import datetime as dt
import re
from importlib import resources

import duckdb

from pm_pipeline.charges import claim_id, is_valid_claim_id, line_id
from pm_pipeline.charges.claim_id import CLEAR, ISO_7064, check_character

DAY = dt.date(2026, 6, 2)
ID = claim_id("HARBOR", "E1", DAY, "P01", "MAIN", 1)
MANY = [claim_id("HARBOR", f"E{n}", DAY, "P01", "MAIN", 1) for n in range(2000)]


def test_a_claim_id_fits_clm01_and_is_returned_whole_by_every_payer_b163() -> None:
    assert all(re.fullmatch(r"C[0-9A-HJKMNP-TV-Z]{15}", item) for item in MANY)
    assert all(is_valid_claim_id(item) for item in MANY)
    assert len(set(MANY)) == len(MANY)


def test_it_stands_for_exactly_these_columns() -> None:
    assert claim_id("HARBOR", "E1", DAY, "P01", "MAIN", 1) == ID == "C13W1TPY6S27A2WM"
    others = {
        claim_id("OTHER", "E1", DAY, "P01", "MAIN", 1),
        claim_id("HARBOR", "E2", DAY, "P01", "MAIN", 1),
        claim_id("HARBOR", "E1", DAY + dt.timedelta(1), "P01", "MAIN", 1),
        claim_id("HARBOR", "E1", DAY, "P02", "MAIN", 1),
        claim_id("HARBOR", "E1", DAY, "P01", "NORTH", 1),
        claim_id("HARBOR", "E1", DAY, "P01", "MAIN", 2),
    }
    assert len(others | {ID}) == 7


def test_every_single_wrong_character_is_found() -> None:
    for item in MANY[:20]:
        for place in range(1, 16):
            for wrong in CLEAR:
                if wrong != item[place]:
                    assert not is_valid_claim_id(item[:place] + wrong + item[place + 1 :])


def test_swapped_neighbours_are_found() -> None:
    """MOD 37,36 is a hybrid system: it misses a few swaps, never a single character."""
    swaps = [(item, item[:n] + item[n + 1] + item[n] + item[n + 2 :]) for item in MANY for n in range(1, 15)]
    swaps = [(item, swapped) for item, swapped in swaps if item != swapped]
    missed = sum(is_valid_claim_id(swapped) for _, swapped in swaps)
    assert missed / len(swaps) < 0.005


def test_other_forms_are_no_claim_ids() -> None:
    for bad in ("", ID[:-1], ID + "0", ID.lower(), "L" + ID[1:], ID.replace(ID[5], "O", 1), ID[:-1] + "é"):
        assert not is_valid_claim_id(bad)


def test_the_check_character_is_that_of_the_standard() -> None:
    """ISO 7064 MOD 37,36 as used by the Global Release Identifier: A12425GABC1234002 has check character M."""
    assert check_character("A12425GABC1234002") == "M"
    assert set(map(check_character, ("0", "1", "A", "Z"))) <= set(ISO_7064)


def test_line_ids_are_another_family_and_unique_b164() -> None:
    lines = {line_id(f"C{n}") for n in range(2000)}
    assert len(lines) == 2000
    assert all(re.fullmatch(r"L[0-9A-HJKMNP-TV-Z]{15}", item) for item in lines)
    assert not any(is_valid_claim_id(item) for item in lines)


def test_a_line_id_is_known_by_its_form_and_check_character_in_sql_too() -> None:
    con = duckdb.connect()
    schema = resources.files("pm_pipeline.charges").joinpath("schema.sql").read_text()
    con.execute("CREATE SCHEMA charges; " + schema[schema.index("CREATE OR REPLACE MACRO charges.is_line_id") :])
    ours = [line_id(f"E{n}-1") for n in range(500)]
    wrong = [
        one[:place] + other + one[place + 1 :]
        for one in ours[:20]
        for place in range(1, 16)
        for other in CLEAR
        if other != one[place]
    ]
    others = [*wrong, "", "L", ours[0].lower(), ours[0][1:], ours[0] + "0", ID, "L" * 16]
    assert con.execute("SELECT bool_and(charges.is_line_id(one)) FROM unnest(?) AS ours(one)", [ours]).fetchone() == (
        True,
    )
    assert con.execute(
        "SELECT bool_or(charges.is_line_id(one)) FROM unnest(?) AS others(one)", [others]
    ).fetchone() == (False,)

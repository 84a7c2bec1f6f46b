"""Contracts and fee schedules are checked at load: what is wrong is named by file, row and remedy."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest

from pm_pipeline.config import load_config
from pm_pipeline.config.contracts import basis_points
from pm_pipeline.config.fee_schedule import COLUMNS, read_fee_schedule
from pm_pipeline.errors import ConfigError
from pm_pipeline.settings import Settings
from tests.config.test_config import edit, settings

__all__ = ["settings"]


def schedule(folder: Path, *rows: str, header: str = ",".join(COLUMNS)) -> Path:
    path = folder / "plan.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def test_the_shipped_contracts_cover_every_payer(settings: Settings) -> None:
    config = load_config(settings)
    assert {one.payer_id for one in config.contracts.contracts} == {one.payer_id for one in config.payers}
    assert {len(fees) for fees in config.contracts.schedules.values()} == {3, 44, 47}


def test_a_schedule_is_read_as_it_stands(tmp_path: Path) -> None:
    path = schedule(tmp_path, "99213,,,85.20,2026-01-01,2026-06-30", "99213,,,BR,2026-07-01,", "", "0001F,26,facility,0.00,2026-01-01,")  # fmt: skip
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))  # as a spreadsheet saves it
    fees = read_fee_schedule(path)
    assert [(one.procedure_code, one.modifier, one.place_class, one.cents, one.row) for one in fees] == [
        ("99213", None, None, 8_520, 2),
        ("99213", None, None, None, 3),
        ("0001F", "26", "facility", 0, 5),
    ]
    assert fees[0].effective_to == dt.date(2026, 6, 30)


BAD_ROWS = {
    "99213,,,85.2,2026-01-01,": "row 2: allowed_amount '85.2': expected dollars such as 85.20",
    "99213,,,$85.20,2026-01-01,": "row 2: allowed_amount '$85.20'",
    '99213,,,"1,085.20",2026-01-01,': "row 2: allowed_amount '1,085.20'",
    "99213,,,-85.20,2026-01-01,": "row 2: allowed_amount '-85.20'",
    "99213,,,1E3,2026-01-01,": "row 2: allowed_amount '1E3'",
    "99213,,,,2026-01-01,": "row 2: allowed_amount ''",
    "9213,,,85.20,2026-01-01,": "row 2: procedure_code '9213': expected five",
    "99213,5,,85.20,2026-01-01,": "row 2: modifier '5'",
    "99213,,office,85.20,2026-01-01,": "row 2: place_class 'office': expected facility or non_facility",
    "99213,,,85.20,2026-02-30,": "row 2: effective_from '2026-02-30': expected a day",
    "99213,,,85.20,1/1/2026,": "row 2: effective_from '1/1/2026'",
    "99213,,,85.20,2026-01-01,soon": "row 2: effective_to 'soon'",
    "99213,,,85.20,2026-01-02,2026-01-01": "row 2: effective_to 2026-01-01 is before effective_from 2026-01-02",
    "99213,,,1,085.20,2026-01-01,": "row 2: it has 7 cells, expected 6. Look for a comma inside an amount",
}


@pytest.mark.parametrize("row", BAD_ROWS)
def test_a_bad_row_is_named_with_what_is_expected(tmp_path: Path, row: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(BAD_ROWS[row])) as problem:
        read_fee_schedule(schedule(tmp_path, row))
    assert str(tmp_path / "plan.csv") in str(problem.value)


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("2026-01-01,", "2026-07-01,", "row 3: 99213 26 has a price from 2026-07-01 on, but that of row 2 is still in force then. End row 2 on 2026-06-30"),
        ("2026-01-01,2026-07-01", "2026-07-01,", "row 3: 99213 26 has a price from 2026-07-01 on, but that of row 2"),
        ("2026-07-01,", "2026-01-01,", "row 2: 99213 26 has a price from 2026-07-01 on, but that of row 3"),
        ("2026-01-01,2026-06-29", "2026-07-01,", "row 3: 99213 26 has no price from 2026-06-30 to 2026-06-30. End row 2 later, begin row 3 earlier"),
    ],
)  # fmt: skip
def test_two_prices_for_a_day_and_days_without_one_are_named_by_row(
    tmp_path: Path, first: str, second: str, said: str
) -> None:
    rows = [f"99213,26,,85.20,{first}", f"99213,26,,86.20,{second}", "99213,,,90.00,2026-01-01,", "99213,26,facility,1.00,2026-01-01,"]  # fmt: skip
    with pytest.raises(ConfigError, match=re.escape(said)) as problem:
        read_fee_schedule(schedule(tmp_path, *rows))
    assert len(str(problem.value).splitlines()) == 2  # the other modifiers and places have periods of their own


def test_only_so_many_faults_are_told_and_the_rest_counted(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="and 80 more") as problem:
        read_fee_schedule(schedule(tmp_path, *["99213,,,x,2026-01-01,"] * 100))
    assert len(str(problem.value).splitlines()) == 22


def test_other_columns_an_empty_file_and_a_missing_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="row 1: the columns are code, amount; expected procedure_code"):
        read_fee_schedule(schedule(tmp_path, header="code,amount"))
    with pytest.raises(ConfigError, match="there is no price in it"):
        read_fee_schedule(schedule(tmp_path))
    with pytest.raises(ConfigError, match=r"nowhere\.csv does not exist\. contracts\.yaml names this fee schedule"):
        read_fee_schedule(tmp_path / "nowhere.csv")


SECOND = """
  - contract_id: IRNWC-STATE
    payer_id: IRNWC
    version: 2
    owner: contracting
    effective_from: 2026-07-01
    price: {percent_of_charge: 80}
    tolerance: {cents: 50, percent: 1}
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("payer_id: SMDCR", "payer_id: NOBODY", r"contracts\[0\]\.payer_id: 'NOBODY' is no payer of payers\.yaml"),
        ("fee_schedule: medicare", "fee_schedule: medicair", r"medicair\.csv does not exist"),
        ("fee_schedule: medicare", "fee_schedule: ../medicare", r"contracts\[0\]\.price\.fee_schedule: String should match"),
        ("{fee_schedule: medicare}", "{percent: 90}", r"contracts\[0\]\.price: give exactly one of fee_schedule"),
        ("{fee_schedule: medicare}", "{fee_schedule: medicare, percent: 102.255}", "no more than 2 decimal places"),
        ("{fee_schedule: medicare}", "{percent_of_charge: 80, percent: 90}", "percent: it is of a fee_schedule"),
        ("[J0000-J9999]", "[J9999-J0000]", "J9999-J0000 ends before it begins"),
        ("tolerance: {cents: 50, percent: 1}", "tolerance: {cents: -1, percent: 1}", r"contracts\[0\]\.tolerance\.cents"),
        ('["104",', '["ZZ9", "104",', "after_allowed: 'ZZ9' is no code of codes/carc"),
        ("effective_from: 2026-01-01", "effective_from: 2026-01-01\n    effective_to: 2025-12-31", "effective_to: expected a day not before"),
        ("contract_id: SMDCD-FEE", "contract_id: SMDCR-FEE", "SMDCR-FEE version 1 is given twice"),
    ],
)  # fmt: skip
def test_wrong_terms_are_named_with_their_key(settings: Settings, old: str, new: str, said: str) -> None:
    edit(settings, "contracts.yaml", old, new)
    with pytest.raises(ConfigError, match=said):
        load_config(settings)


def test_versions_neither_overlap_nor_leave_days_out_unless_said(settings: Settings) -> None:
    path = settings.config_dir / "contracts.yaml"
    path.write_text(path.read_text() + SECOND.lstrip("\n"))
    with pytest.raises(
        ConfigError, match=r"IRNWC-STATE version 2 begins on 2026-07-01, .*Write effective_to: 2026-06-30"
    ):
        load_config(settings)
    edit(
        settings,
        "contracts.yaml",
        "fee_schedule: ironbridge}",
        "fee_schedule: ironbridge}\n    effective_to: 2026-06-28",
    )
    with pytest.raises(ConfigError, match=r"payer IRNWC has no contract from 2026-06-29 to 2026-06-30\..*follows_gap"):
        load_config(settings)
    edit(settings, "contracts.yaml", "    version: 2\n", "    version: 2\n    follows_gap: true\n")
    assert len(load_config(settings).contracts.contracts) == 7


def test_an_edition_changes_with_what_decides_a_price_and_with_nothing_else(settings: Settings) -> None:
    def editions() -> list[str]:
        book = load_config(settings).contracts
        return [book.edition(one) for one in book.contracts]

    before = editions()
    edit(settings, "contracts.yaml", "owner: contracting", "owner: somebody else")
    assert editions() == before
    path = settings.config_dir / "fee_schedules" / "blue_harbor_drugs.csv"
    path.write_text(path.read_text().replace(".", "0.", 1))
    assert [new == old for new, old in zip(editions(), before, strict=True)] == [True, True, False, True, True, True]
    edit(settings, "contracts.yaml", "percent: 1}", "percent: 2}")
    assert editions()[0] != before[0]


def test_a_percent_is_kept_to_the_hundredth() -> None:
    assert [basis_points(Decimal(text)) for text in ("100", "13.6", "102.25")] == [10_000, 1_360, 10_225]

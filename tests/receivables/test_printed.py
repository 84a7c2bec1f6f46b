"""Numbers, addresses and days as letters and statements print them."""

from __future__ import annotations

import datetime as dt

import pytest

from pm_pipeline.receivables import printed


@pytest.mark.parametrize(
    ("zip_code", "said"), [("04101", "04101"), ("041010001", "04101-0001"), ("04101-0001", "04101-0001")]
)
def test_an_address_has_its_zip_code_as_the_post_writes_it(zip_code: str, said: str) -> None:
    assert printed.lines("1 MAPLE ST", None, "PORTLAND", "ME", zip_code) == ["1 MAPLE ST", f"PORTLAND, ME {said}"]
    assert printed.lines("1 MAPLE ST", "APT 2", "BATH", "ME", zip_code)[1] == "APT 2"


def test_amounts_days_and_phone_numbers() -> None:
    assert [printed.money(cents) for cents in (0, 5, -123_456)] == ["$0.00", "$0.05", "-$1,234.56"]
    assert printed.day(dt.date(2026, 7, 1)) == "July 1, 2026"
    assert printed.phone("2075550100") == "(207) 555-0100"

"""Addresses: codes and days only; what does not fit is said, not dropped."""

from __future__ import annotations

import datetime as dt

import pytest

from pm_pipeline.dashboard.state import CODES, DAYS, State
from pm_pipeline.errors import PmError


def test_filters_are_read_and_written_back() -> None:
    state = State.read("?from=2026-06-01&to=2026-06-30&payer=BLHRB&provider=P01&colour=red")
    assert state.values == {
        "from": dt.date(2026, 6, 1),
        "to": dt.date(2026, 6, 30),
        "payer": "BLHRB",
        "provider": "P01",
    }
    assert (
        state.link("/denials", by="carc") == "/denials?from=2026-06-01&to=2026-06-30&provider=P01&payer=BLHRB&by=carc"
    )
    assert State.read(state.link("/x").partition("?")[2]).values == state.values
    assert state.params()["first_day"] == dt.date(2026, 6, 1)


@pytest.mark.parametrize(
    "search",
    [
        "payer=<script>",
        "payer=%27%20OR%201=1",
        "claim=" + "A" * 90,
        "rule=%00",
        "from=2026-02-30",
        "from=yesterday",
        "to=20260601",
        "from=2026-07-01&to=2026-06-01",
    ],
)
def test_what_does_not_fit_is_an_error_that_does_not_repeat_it(search: str) -> None:
    with pytest.raises(PmError) as told:
        State.read(search)
    assert "script" not in str(told.value)
    assert search.split("=")[0] in str(told.value) or "after the last day" in str(told.value)


def test_no_filter_names_a_person() -> None:
    assert not {
        name
        for name in (*CODES, *DAYS)
        if any(word in name for word in ("name", "patient", "member", "birth", "phone"))
    }


def test_none_and_empty_values_stay_out_of_an_address() -> None:
    assert State({}).link("/list/worklist", worklist=None, due="") == "/list/worklist"

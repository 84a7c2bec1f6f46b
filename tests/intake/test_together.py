"""Files judged in one go get, each, the problems they would get alone."""

from __future__ import annotations

import pandas as pd
import pytest

from pm_pipeline.intake import together
from pm_pipeline.intake.read import read_rows
from pm_pipeline.intake.suite import judge
from pm_pipeline.intake.together import judged_together
from tests.intake.files import CHARGES, rows_text

TEXTS = {
    "good": rows_text(CHARGES, [{"charge_id": "A1"}, {"charge_id": "A2"}]),
    "bad": rows_text(CHARGES, [{"charge_id": "B1", "units": "0"}, {"charge_id": "B2"}, {"charge_id": "", "dos_from": "2026-02-30"}]),
    "ragged": rows_text(CHARGES, [{"charge_id": "R1"}]) + "too,few\n" + rows_text(CHARGES, [{"charge_amount": "1e5"}]).split("\n", 1)[1],
    "header only": rows_text(CHARGES, []),
    "bad too": rows_text(CHARGES, [{"charge_id": "D1"}, {"charge_id": "D2", "charge_amount": "-5.00"}]),
}  # fmt: skip


def alone(text: str) -> list[tuple[list[int], list[tuple[int, int]], list[list[object]]]]:
    return [told(chunk.frame, chunk.ragged, judge(CHARGES, chunk.frame)) for chunk in read_rows(text, CHARGES.header)]


def told(
    frame: pd.DataFrame, ragged: list[tuple[int, int]], problems: pd.DataFrame
) -> tuple[list[int], list[tuple[int, int]], list[list[object]]]:
    rows = problems.sort_values(["row_no", "place"]).astype({"row_no": "int64"}).to_numpy().tolist()
    return frame.index.to_list(), ragged, rows


def test_each_file_gets_its_own_problems_at_its_own_rows() -> None:
    found = judged_together(CHARGES, TEXTS)
    assert set(found) == set(TEXTS)
    for name, text in TEXTS.items():
        assert [told(chunk.frame, chunk.ragged, problems) for chunk, problems in found[name]] == alone(text), name
    assert sorted(row[0] for _, problems in found["bad"] for row in problems.to_numpy()) == [1, 3, 3]


def test_a_file_that_cannot_be_read_or_is_large_is_left_to_be_loaded_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = TEXTS["good"] + '"never closed'
    assert set(judged_together(CHARGES, {"broken": broken, "good": TEXTS["good"]})) == {"good"}
    monkeypatch.setattr(together, "SMALL_BYTES", len(TEXTS["good"]))
    assert set(judged_together(CHARGES, {"bad": TEXTS["bad"], "good": TEXTS["good"]})) == {"good"}
    monkeypatch.setattr(together, "TOGETHER_BYTES", 10)
    assert judged_together(CHARGES, TEXTS) == {}
